"""Parties by role: each sees of a case what its role shows, from when the owner says so until its part ends."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from graph_schema.case_parties import READS
from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.world.reference import reference_rows

Do = Callable[..., Any]
CASE: Final = "T-open"
"""The importer's, owned by the port of Los Angeles."""
_ADD: Final = 'mutation {{ addCaseParty(case: "{case}", party: "{party}", role: "{role}") {{ number }} }}'
_WORKED: Final = """
MATCH (k:Case {number: 'T-open'})
CREATE (d:Deadline {id: 'due-open', name: 'Reply', state: 'RUNNING', startedOn: date('2026-11-01'),
  due: date('2026-12-01'), owedBy: 'importer', extensions: 0, source: 'sample'})-[:OF_CASE]->(k)
CREATE (e:Deadline {id: 'due-entry', name: 'Protest', state: 'RUNNING', startedOn: date('2026-11-01'),
  due: date('2027-05-01'), owedBy: 'importer', extensions: 0, entry: 'AAA-0000001-4', source: 'sample'})-[:OF_CASE]->(k)
CREATE (n:CbpNumber {id: 'open bill 1234', kind: 'bill', number: '1234', code: '1234', since: datetime(),
  confirmedAt: datetime(), source: 'sample'})-[:NUMBER_OF]->(k)
CREATE (:Decision {id: 'decided', question: 'value', outcome: 'denied', decidedAt: datetime(), audience: 'parties',
  source: 'sample'})-[:DECIDES]->(k)
CREATE (i:Issue {id: 'shared', title: 'an issue', topic: 'origin', state: 'CONFIRMED', source: 'sample'})<-[:ABOUT]-(k)
SET k.claims = ['CONCERNS Importer 11-1111111AA'], k.dates = ['liquidated 2026-11-01 AAA-0000001-4']"""
_SEEN: Final = """{ case(number: "T-open") { number title claims dates partyWroteAt
  importer { number } handledBy { name }
  deadlines { nodes { name } } cbpNumbers { nodes { number } } decisions { nodes { outcome } }
  entries { nodes { number enteredAt } } notes { nodes { text } } history { nodes { text } }
  parties { edges { role node { ... on Firm { code } } } } } issues { totalCount } importers { totalCount } }"""
_SHOWN: Final = {
    "papers": "notes", "decisions": "decisions", "deadlines": "deadlines", "entries": "entries",
    "importer": "importer", "numbers": "cbpNumbers",
}  # fmt: skip
_HEADER: Final = ("number", "title", "handledBy")


@pytest.fixture
def worked(world: Graph, run: Callable[..., Any], did: Do) -> Graph:
    """The case with everything in it that may be seen or not."""
    run(world.write([Statement(_WORKED)]))
    did("importer", f'mutation {{ noteCase(case: "{CASE}", text: "our confidential request") {{ number }} }}')
    return world


def _add(did: Do, viewer: str, party: str, role: str, case: str = CASE) -> None:
    did(viewer, _ADD.format(case=case, party=party, role=role))


def _confirm(did: Do, viewer: str, party: str, role: str) -> None:
    of = f'case: "{CASE}", party: "{party}", role: "{role}"'
    did(viewer, f"mutation {{ confirmCaseParty({of}) {{ number }} }}")


def _write(did: Do, party: str, text: str) -> None:
    of = f'case: "{CASE}", party: "{party}", text: "{text}"'
    did("port-2704", f"mutation {{ writeToParty({of}) {{ number }} }}")


def _seen(do: Do, viewer: str) -> dict[str, Any]:
    answer = do(viewer, _SEEN)
    assert "errors" not in answer, answer
    return answer["data"]


def _roles() -> dict[str, Any]:
    return {row.properties["code"]: row.properties for row in reference_rows().nodes if row.label == "PartyRole"}


def test_each_role_says_what_it_shows_and_where_that_is_from() -> None:
    roles = _roles()
    assert {"consignee", "surety", "attorney", "alleger", "eapa_alleger"} <= set(roles)
    for role in roles.values():
        assert set(role["reads"]) <= set(READS), role
        assert role["citation"]
        assert role["confidence"] in ("verified", "reported", "unverified")
        assert (role["checkedOn"] is None) == (role["confidence"] == "unverified"), role
        # who names a party is told of it
        assert role["toldTo"] == "parties" or role["namedBy"] == "owner", role


@pytest.mark.parametrize("role", list(_roles()))
@pytest.mark.usefixtures("worked")
def test_a_party_sees_what_its_role_shows_and_nothing_else(role: str, do: Do, did: Do, refused: Do) -> None:
    assert _seen(do, "consignee")["case"] is None
    namer = "importer" if _roles()[role]["namedBy"] == "parties" else "port-2704"
    _add(did, namer, "Firm:CONSIGNEE-1" if namer == "port-2704" else "Firm:SURETY-036", role)
    viewer = "consignee"
    if namer == "importer":
        viewer = "surety"
        _confirm(did, "port-2704", "Firm:SURETY-036", role)
    seen = _seen(do, viewer)
    case, reads = seen["case"], _roles()[role]["reads"]
    assert all(case[name] for name in _HEADER)
    assert case["claims"] is None
    assert case["dates"] is None
    assert ("Protest" in json.dumps(case)) == ({"deadlines", "entries"} <= set(reads))
    said = refused(viewer, 'mutation { meetDeadline(deadline: "due-entry") { id } }')
    hidden = refused(viewer, 'mutation { meetDeadline(deadline: "due-none") { id } }')
    assert (said[1].replace("due-entry", "due-none") == hidden[1]) == (not {"deadlines", "entries"} <= set(reads))
    assert seen["issues"]["totalCount"] == 0
    assert seen["importers"]["totalCount"] == int("importer" in reads)
    for what, field in _SHOWN.items():
        found = case[field]["nodes"] if isinstance(case[field], dict) and "nodes" in case[field] else case[field]
        assert bool(found) == (what in reads), (what, found)
    assert [found["enteredAt"] for found in case["entries"]["nodes"]] == [None] * int("entries" in reads)
    assert ("confidential" in json.dumps(seen)) == ("papers" in reads)


@pytest.mark.usefixtures("worked")
def test_a_surety_reads_the_demand_on_its_bond_and_not_the_importers_confidential_request(do: Do, did: Do) -> None:
    _add(did, "port-2704", "Firm:SURETY-036", "surety")
    _write(did, "Firm:SURETY-036", "pay")
    notes = f'{{ case(number: "{CASE}") {{ notes {{ nodes {{ kind text by {{ name }} }} }} }} }}'
    assert [note["text"] for note in did("surety", notes)["notes"]["nodes"]] == ["pay"]
    assert "pay" not in json.dumps(did("importer", notes))
    assert "pay" not in json.dumps(did("broker", notes))
    # what it answers its owner reads, and no other party
    did("surety", f'mutation {{ writeAsParty(case: "{CASE}", text: "we object") {{ number }} }}')
    _add(did, "port-2704", "Firm:CONSIGNEE-1", "surety")
    for viewer in ("surety", "port-2704", "trade"):
        assert "we object" in json.dumps(do(viewer, notes)), viewer
    for viewer in ("importer", "broker", "consignee"):
        assert "we object" not in json.dumps(do(viewer, notes)), viewer
    # it lies on the owner's desk until the owner writes to them, and nobody else is told that somebody wrote
    wrote = f'{{ case(number: "{CASE}") {{ partyWroteAt cameBackAt }} }}'
    assert did("port-2704", "{ cases(desk: TO_ANSWER) { nodes { number } } }") == {"nodes": [{"number": CASE}]}
    assert did("port-2704", "{ myDesk { toAnswer { count } } }") == {"toAnswer": {"count": 1}}
    assert did("port-2704", wrote)["partyWroteAt"]
    for viewer in ("importer", "broker", "surety"):
        assert did(viewer, wrote) == {"partyWroteAt": None, "cameBackAt": None}, viewer
    _write(did, "Firm:SURETY-036", "thank you")
    assert did("port-2704", wrote) == {"partyWroteAt": None, "cameBackAt": None}
    # who they are is told to whom the role says
    parties = f'{{ case(number: "{CASE}") {{ parties {{ edges {{ role node {{ ... on Firm {{ code }} }} }} }} }} }}'
    told = {viewer: did(viewer, parties)["parties"]["edges"] for viewer in ("importer", "surety")}
    assert {found["node"]["code"] for found in told["importer"]} == {"SURETY-036", "CONSIGNEE-1"}
    assert [found["node"]["code"] for found in told["surety"]] == ["SURETY-036"]


@pytest.mark.usefixtures("worked")
def test_whose_entry_it_is_is_told_to_no_party_whose_role_does_not_show_the_importer(did: Do) -> None:
    asked = (
        '{ responsibleContacts(importer: "33-3333333AA", entryNumber: "AAA-0000001-4")'
        " { conflicts unknown contacts { reason } } }"
    )
    before = did("pending", asked)
    # the port does not see that importer: the Office of Trade confirms whom it names
    _add(did, "port-2704", "Importer:33-3333333AA", "payer")
    _confirm(did, "trade", "Importer:33-3333333AA", "payer")
    after = did("pending", asked)
    assert "AAA-0000001-4" in json.dumps(before["unknown"])
    assert after["unknown"] == []
    assert "11-1111111AA" not in json.dumps(after)


@pytest.mark.usefixtures("worked")
def test_an_alleger_is_told_that_the_case_is_open_and_nobody_else_is_told_who_it_is(do: Do, did: Do) -> None:
    before = _seen(do, "importer")
    _add(did, "port-2704", "Firm:PRODUCER-1", "alleger")
    _write(did, "Firm:PRODUCER-1", "thank you")
    assert did("producer", f'{{ case(number: "{CASE}") {{ status }} }}') == {"status": "OPEN"}
    assert _seen(do, "importer") == before, "the importer learns nothing of it"
    assert did("importer", "{ firms { nodes { code } } }")["nodes"] == [{"code": "SURETY-036"}]
    papers = json.dumps(_seen(do, "producer"))
    assert "thank you" in papers
    assert "11-1111111AA" not in papers


@pytest.mark.usefixtures("worked")
def test_who_a_party_names_sees_nothing_until_the_owner_confirms(do: Do, did: Do, refused: Do) -> None:
    of = f'case: "{CASE}", party: "Firm:SURETY-036", role: "attorney"'
    # an attorney is the importer's to name, and the owner's to confirm
    assert refused("port-2704", f"mutation {{ addCaseParty({of}) {{ number }} }}") == (
        "NOT_ALLOWED", "addCaseParty: only the importer or its broker names a party of the role attorney",
    )  # fmt: skip
    assert refused("importer", _ADD.format(case=CASE, party="Firm:SURETY-036", role="alleger"))[0] == "NOT_ALLOWED"
    did("broker", f"mutation {{ addCaseParty({of}) {{ number }} }}")
    assert _seen(do, "surety")["case"] is None
    assert refused("surety", f'mutation {{ writeAsParty(case: "{CASE}", text: "x") {{ number }} }}')[0] == "NOT_FOUND"
    assert refused("importer", f"mutation {{ confirmCaseParty({of}) {{ number }} }}")[0] == "NOT_ALLOWED"
    did("port-2704", f"mutation {{ confirmCaseParty({of}) {{ number }} }}")
    assert "confidential" in json.dumps(_seen(do, "surety"))
    assert refused("port-2704", f"mutation {{ confirmCaseParty({of}) {{ number }} }}")[0] == "CONFLICT"
    # the importer ends it at once
    did("importer", f'mutation {{ endCaseParty({of}, reason: "another firm") {{ number }} }}')
    assert _seen(do, "surety")["case"] is None


@pytest.mark.usefixtures("worked")
def test_a_part_that_ends_shows_nothing_any_more(do: Do, did: Do, refused: Do) -> None:
    _add(did, "port-2704", "Firm:CONSIGNEE-1", "consignee")
    of = f'case: "{CASE}", party: "Firm:CONSIGNEE-1", role: "consignee"'
    assert refused("port-2704", f"mutation {{ addCaseParty({of}) {{ number }} }}")[0] == "CONFLICT"
    leave = f'mutation {{ leaveAsParty(case: "{CASE}", reason: "we do not take the goods") {{ code }} }}'
    left = did("consignee", leave)
    assert left == {"code": "consignee"}
    assert _seen(do, "consignee")["case"] is None
    assert refused("port-2704", f'mutation {{ endCaseParty({of}, reason: "x") {{ number }} }}')[0] == "CONFLICT"
    _add(did, "port-2704", "Firm:CONSIGNEE-1", "consignee")
    assert _seen(do, "consignee")["case"]


@pytest.mark.usefixtures("worked")
def test_an_importer_that_one_does_not_see_is_named_as_one_that_there_is_not(did: Do, refused: Do) -> None:
    theirs, nobodys = "44-4444444AA", "99-9999999AA"
    named = 'mutation {{ addCaseParty(case: "T-closed", party: "Importer:{0}", role: "consignee") {{ claims }} }}'
    confirm = 'mutation {{ confirmCaseParty(case: "T-closed", party: "Importer:{0}", role: "consignee") {{ claims }} }}'
    did("center-007", 'mutation { reopenCase(case: "T-closed", reason: "x") { number } }')
    for number in (theirs, nobodys):
        claims = did("center-007", named.format(number))["claims"]
        assert claims[-1] == f"HAS_PARTY consignee Importer {number}"
        told = refused("center-007", confirm.format(number))
        assert told == ("NOT_FOUND", f"party: there is no Importer:{number} to be seen")
    assert did("trade", confirm.format(theirs)) == {"claims": [f"HAS_PARTY consignee Importer {nobodys}"]}
    assert refused("trade", confirm.format(nobodys))[0] == "NOT_FOUND"


@pytest.mark.parametrize("role", ["alleger", "eapa_alleger", "rights_holder", "petitioner"])
@pytest.mark.usefixtures("worked")
def test_whom_a_port_claims_in_a_hidden_role_nobody_reads_who_is_not_told_of_it(
    role: str, do: Do, did: Do, refused: Do
) -> None:
    """Alike for an importer that the port does not see, and for one that there is not."""
    did("port-2704", f'mutation {{ acceptAgency(case: "{CASE}", agency: "FDA") {{ id }} }}')
    read = f'{{ case(number: "{CASE}") {{ claims ownerClaims history {{ nodes {{ text }} }} }} }}'
    others = ("importer", "broker", "fda")
    before = {viewer: do(viewer, read) for viewer in others}
    numbers = ("22-2222222AA", "99-9999999AA")
    for number in numbers:
        _add(did, "port-2704", f"Importer:{number}", role)
        assert {viewer: do(viewer, read) for viewer in others} == before
        again = refused("port-2704", _ADD.format(case=CASE, party=f"Importer:{number}", role=role))
        assert again == ("CONFLICT", f"case {CASE}: that is claimed already, or 20 claims wait to be confirmed")
        told = refused("port-2704", f'mutation {{ confirmCaseParty(case: "{CASE}", party: "Importer:{number}",'
                                    f' role: "{role}") {{ number }} }}')  # fmt: skip
        assert told == ("NOT_FOUND", f"party: there is no Importer:{number} to be seen")
    claims = [f"HAS_PARTY {role} Importer {number}" for number in numbers]
    for viewer in ("port-2704", "trade"):
        found = did(viewer, read)
        assert (found["claims"], found["ownerClaims"]) == (["CONCERNS Importer 11-1111111AA"], claims), viewer
    # confirmed by whoever sees them, or taken back
    _confirm(did, "trade", f"Importer:{numbers[0]}", role)
    of = f'case: "{CASE}", party: "Importer:{numbers[1]}", role: "{role}"'
    did("port-2704", f'mutation {{ endCaseParty({of}, reason: "x") {{ number }} }}')
    assert did("port-2704", read)["ownerClaims"] is None
    assert {viewer: do(viewer, read) for viewer in others} == before
    assert did("not-eligible", f'{{ case(number: "{CASE}") {{ number }} }}') == {"number": CASE}


def test_a_file_that_is_shared_with_a_party_is_seen_by_it(do: Do, did: Do, refused: Do, worked: Graph) -> None:
    assert worked
    _add(did, "port-2704", "Firm:SURETY-036", "surety")
    sha = "0" * 64
    attach = f'attachToCase(case: "{CASE}", name: "a.txt", mediaType: "text/plain", size: 1, sha256: "{sha}") {{ id }}'
    file = did("importer", f"mutation {{ {attach} }}")["id"]
    asked = f'{{ attachment(id: "{file}") {{ name }} }}'
    assert do("surety", asked)["data"]["attachment"] is None
    share = 'mutation {{ shareWithParty(case: "{0}", writing: "{1}", party: "Firm:SURETY-036") {{ number }} }}'
    assert refused("importer", share.format(CASE, f"Attachment:{file}"))[0] == "NOT_ALLOWED"
    assert refused("port-2704", share.format(CASE, "Attachment:none"))[0] == "NOT_FOUND"
    did("port-2704", share.format(CASE, f"Attachment:{file}"))
    assert did("surety", asked) == {"name": "a.txt"}
    assert do("consignee", asked)["data"]["attachment"] is None


def test_firms_are_registered_by_the_office_of_trade(did: Do, refused: Do, do: Do) -> None:
    register = 'mutation { registerFirm(code: "law-1", name: "Sample Law", published: false) { code name published } }'
    assert refused("center-007", register)[0] == "NOT_ALLOWED"
    assert did("trade", register) == {"code": "LAW-1", "name": "Sample Law", "published": False}
    assert refused("trade", register)[0] == "CONFLICT"
    firm = '{ firm(code: "LAW-1") { name } }'
    assert did("center-007", firm) == {"name": "Sample Law"}
    assert do("importer", firm)["data"]["firm"] is None
    assert do("", firm)["data"]["firm"] is None


@pytest.mark.usefixtures("worked")
def test_an_agency_that_has_accepted_a_referral_sees_the_entrys_number(do: Do, did: Do) -> None:
    entries = f'{{ case(number: "{CASE}") {{ entries {{ nodes {{ number enteredAt port {{ code }} }} }} }} }}'
    did("port-2704", f'mutation {{ acceptAgency(case: "{CASE}", agency: "FDA") {{ number }} }}')
    assert did("fda", entries) == {"entries": {"nodes": []}}
    assert "Reply" in json.dumps(_seen(do, "fda"))
    assert "Protest" not in json.dumps(_seen(do, "fda"))
    assert "AAA-0000001-4" not in json.dumps(_seen(do, "fda"))
    did("fda", f'mutation {{ joinCase(case: "{CASE}", contact: "fda-fish") {{ number }} }}')
    assert json.dumps(_seen(do, "fda")).count("AAA-0000001-4") == 2, "it, and its date"
    number = {"number": "AAA-0000001-4", "enteredAt": None, "port": None}
    assert did("fda", entries) == {"entries": {"nodes": [number]}}
    assert did("fda", '{ entry(number: "AAA-0000001-4") { number } }') == {"number": "AAA-0000001-4"}
    did("port-2704", f'mutation {{ withdrawAgency(case: "{CASE}", agency: "FDA") {{ number }} }}')
    assert do("fda", '{ entry(number: "AAA-0000001-4") { number } }')["data"]["entry"] is None
