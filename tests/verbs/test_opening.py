"""What is said of a case when it is opened is a claim, until somebody confirms it who may: it shows its writer
nothing.
"""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph, Run
from hub.detection.works import discover
from hub.errors import Conflict, HubError
from hub.verbs.context import VerbContext
from hub.verbs.verbs import VERBS
from hub.viewer import account_id
from tests.offices import ISSUER
from tests.verbs.strangers import MARK, ORDER, entry_number, write

Do = Callable[..., Any]
MINE: Final = "11-1111111AA"
THEIRS: Final = "60-0000000AA"
NOBODYS: Final = "99-9999999AA"
_ENTRIES: Final = "entries { totalCount edges { confirmedAt node { number enteredAt source port { code } } } }"


@pytest.fixture
def strangers(world: Graph, run: Callable[..., Any]) -> Graph:
    run(write(world))
    return world


def _opened(did: Do, viewer: str, importer: str, *entries: str, more: str = "") -> dict[str, Any]:
    opening = f'kind: "protest", importer: "{importer}", title: "x", entries: {json.dumps(list(entries))} {more}'
    return did(
        viewer,
        f"mutation {{ openCase({opening}) {{ id number unconfirmedSince claims importer {{ number }} {_ENTRIES} }} }}",
    )


@pytest.mark.usefixtures("strangers")
def test_an_entry_that_one_only_names_is_as_one_that_there_is_not(did: Do) -> None:
    theirs = entry_number(0)
    # of the same check digit: a search for words that are digits finds the same headings
    nobodys = next(number for number in map(entry_number, range(990, 1_010)) if number[-1] == theirs[-1])
    case = _opened(did, "importer", MINE, theirs, nobodys)
    claimed = {
        f"{number}": {"confirmedAt": None, "node": {"number": number, "enteredAt": None, "source": "hub", "port": None}}
        for number in (theirs, nobodys)
    }
    assert {found["node"]["number"]: found for found in case["entries"]["edges"]} == claimed
    for question in (
        '{{ entry(number: "{0}") {{ number enteredAt source port {{ code }} cases {{ nodes {{ number }} }} }} }}',
        '{{ search(text: "{0}") {{ totalCount nodes {{ ... on Entry {{ number enteredAt port {{ code }} }} }} }} }}',
        '{{ entries(where: {{number: {{eq: "{0}"}}, port: {{code: {{eq: "4601"}}}}}}) {{ totalCount }} }}',
        (
            '{{ entries(where: {{number: {{eq: "{0}"}}}}, orderBy: [{{port: {{code: ASC}}}}]) {{ totalCount nodes {{'
            " number source }} }} }}"
        ),
        '{{ ports(where: {{entries: {{some: {{number: {{eq: "{0}"}}}}}}}}) {{ nodes {{ code }} }} }}',
        '{{ port(code: "4601") {{ entries {{ totalCount nodes {{ number }} }} }} }}',
        '{{ responsibleContacts(entryNumber: "{0}", caseKind: "detention") {{ unknown contacts {{ rule reason }} }} }}',
    ):
        for viewer in ("importer", "broker", "center-007"):
            answers = [
                json.dumps(did(viewer, question.format(number))).replace(number, "NUMBER")
                for number in (theirs, nobodys)
            ]
            assert answers[0] == answers[1], (viewer, question)
    # who sees all sees it, and makes it known to the case by confirming
    assert did("trade", f'{{ entry(number: "{theirs}") {{ port {{ code }} }} }}') == {"port": {"code": "4601"}}
    confirm = f'mutation {{ confirmCase(case: "{case["number"]}") {{ {_ENTRIES} }} }}'
    did("center-007", confirm)
    assert did("importer", f'{{ entry(number: "{theirs}") {{ port {{ code }} }} }}') == {"port": None}
    did("trade", confirm)
    assert did("importer", f'{{ entry(number: "{theirs}") {{ port {{ code }} source }} }}') == {
        "port": {"code": "4601"},
        "source": "sample",
    }


def test_an_entry_that_one_knows_is_known_in_a_new_case_as_well(did: Do) -> None:
    case = _opened(did, "broker", MINE, "AAA-0000001-4", "AAA-0000003-0")
    ports = {
        found["node"]["number"]: (found["node"]["port"], found["confirmedAt"]) for found in case["entries"]["edges"]
    }
    assert ports["AAA-0000001-4"][0] == {"code": "2704"}
    assert ports["AAA-0000001-4"][1]
    assert ports["AAA-0000003-0"] == (None, None)


@pytest.mark.usefixtures("strangers")
def test_an_importer_that_a_port_does_not_know_is_kept_as_a_claim(did: Do, refused: Do) -> None:
    opening = (
        'mutation($importer: String!) {{ openCase(kind: "{kind}", importer: $importer, title: "x", port: "{port}", '
        'event: "{event}", on: "2026-11-19") {{ number claims importer {{ name }} handledBy {{ name }} '
        "deadlines {{ nodes {{ name party {{ name }} }} }} }} }}"
    )
    detention = opening.format(kind="detention", port="2704", event="presented")
    theirs, nobodys = (did("port-2704", detention, importer=number) for number in (THEIRS, NOBODYS))
    assert theirs["claims"] == [f"CONCERNS Importer {THEIRS}"]
    assert theirs["importer"] is None
    assert {**theirs, "number": "", "claims": []} == {**nobodys, "number": "", "claims": []}
    assert did("port-2704", f'{{ importer(number: "{THEIRS}") {{ name }} }}') is None
    # the port itself makes it no more than that
    confirm = (
        'mutation {{ confirmCase(case: "{0}") {{ claims importer {{ number }} deadlines {{ nodes {{ party {{ name }} }}'
        " }} }} }}"
    )
    for case in (theirs, nobodys):
        assert refused("port-2704", confirm.format(case["number"])) == (
            "CONFLICT", f"case {case['number']}: there is nothing in it that you can confirm",
        )  # fmt: skip
    assert refused("trade", confirm.format(nobodys["number"]))[0] == "CONFLICT"
    # once the Office of Trade says so, it concerns the importer, who sees it
    assert did("trade", confirm.format(theirs["number"]))["importer"] == {"number": THEIRS}
    assert did("port-2704", f'{{ case(number: "{theirs["number"]}") {{ claims importer {{ name }} }} }}') == {
        "claims": None, "importer": {"name": f"{MARK} importer 0"},
    }  # fmt: skip
    # a Center that is not the importer's is told the same of both
    for number in (THEIRS, NOBODYS):
        assert refused("center-007", opening.format(kind="rfi", port="2704", event="request_issued"),
            importer=number) == (
            "NOT_FOUND", f"importer: there is no importer {number} to be seen",
        )  # fmt: skip


def test_what_the_parties_owe_is_theirs_once_the_importer_is_confirmed(did: Do) -> None:
    opening = (
        'mutation { openCase(kind: "penalty", importer: "44-4444444AA", title: "x", port: "2704", event:'
        ' "notice_mailed", on: "2026-11-19") { number claims deadlines { nodes { owedBy party { name } } } } }'
    )
    case = did("port-2704", opening)
    assert case["claims"] == ["CONCERNS Importer 44-4444444AA"]
    owed = [found for found in case["deadlines"]["nodes"] if found["party"] is None]
    assert owed
    confirmed = (
        f'mutation {{ confirmCase(case: "{case["number"]}") {{ deadlines {{ nodes {{ party {{ name }} }} }} }} }}'
    )
    assert all(found["party"] for found in did("trade", confirmed)["deadlines"]["nodes"])


def test_what_a_party_says_of_its_case_counts_once_its_owner_has_confirmed_it(
    did: Do, refused: Do, world: Graph, run: Any
) -> None:
    order = 'adcvdOrders: ["A-570-909"]'
    did(
        "trade",
        f'mutation {{ openCase(kind: "adcvd_inquiry", importer: "44-4444444AA", title: "x", {order}) {{ number }} }}',
    )
    case = _opened(did, "importer", MINE, more=f', {order}, goods: ["7317"], programs: ["S301"]')
    assert case["unconfirmedSince"]
    asked = "MATCH (k:Case {number: $number}) RETURN [k.likenesses, COLLECT { MATCH (k)-[:ALIKE_BY]->(i) RETURN i.id }]"

    def alike() -> Any:
        run(discover(world, datetime.now(UTC)))
        return run(world.read_one(asked, {"number": case["number"]}))

    assert alike() == [[], []]
    assert did("center-007", "{ issues { nodes { id } } }")["nodes"] == []
    # tagged by its owner, it is still not confirmed
    did("center-007", f'mutation {{ tagCase(case: "{case["number"]}", program: "UFLPA") {{ number }} }}')
    assert alike() == [[], []]
    confirm = f'mutation {{ confirmCase(case: "{case["number"]}", reason: "seen the papers") {{ unconfirmedSince }} }}'
    assert refused("importer", confirm)[0] == "NOT_ALLOWED"
    assert refused("center-004", confirm)[0] == refused("fda", confirm)[0] == "NOT_FOUND"
    assert did("center-007", confirm) == {"unconfirmedSince": None}
    assert "adcvd-order A-570-909" in alike()[1]
    assert [found["id"] for found in did("center-007", "{ issues { nodes { id } } }")["nodes"]] == [
        "adcvd-order A-570-909"
    ]
    assert refused("center-007", confirm)[0] == "CONFLICT"
    assert did("center-007", f'{{ case(number: "{case["number"]}") {{ history {{ totalCount }} }} }}') == {
        "history": {"totalCount": 3}
    }
    # what an office opens counts at once
    assert _opened_by_office(did)["unconfirmedSince"] is None


def _opened_by_office(did: Do) -> dict[str, Any]:
    return did(
        "center-007", f'mutation {{ openCase(kind: "rfi", importer: "{MINE}", title: "x") {{ unconfirmedSince }} }}'
    )


REPRESENTED: Final = """
MATCH (i:Importer {{number: '{}'}}), (b:Broker {{filerCode: 'BBB'}})
CREATE (b)-[:REPRESENTS {{since: datetime('2024-01-01T00:00:00Z')}}]->(i)"""


def _contacts(did: Do, viewer: str, *asked: str) -> set[str]:
    found = did(viewer, f"{{ contacts(where: {{id: {{in: {json.dumps(asked)}}}}}) {{ nodes {{ id }} }} }}")
    return {contact["id"] for contact in found["nodes"]}


def test_a_party_meets_a_ports_people_once_the_port_has_confirmed_its_case(did: Do) -> None:
    did("trade", 'mutation { openCase(kind: "rfi", importer: "33-3333333AA", title: "x") { number } }')
    opening = (
        'openCase(kind: "protest", importer: "33-3333333AA", title: "x", port: "2704") { number handledBy { name } }'
    )
    case = did("pending", f"mutation {{ {opening} }}")
    assert case["handledBy"] == {"name": "Los Angeles, CA"}
    people = ("director-2704", "penalties-2704")
    assert _contacts(did, "pending", *people) == set()
    did("port-2704", f'mutation {{ confirmCase(case: "{case["number"]}") {{ number }} }}')
    assert _contacts(did, "pending", *people) == set(people)


def test_a_broker_meets_its_clients_people_by_no_case_of_its_own(did: Do, world: Graph, run: Any) -> None:
    employed = """
CREATE (c:Contact {id: 'at-33', name: 'Sample', role: 'liaison', published: false, emailAudience: 'own',
  phoneAudience: 'own',
  source: 'sample'})
WITH c MATCH (i:Importer {number: '33-3333333AA'}) CREATE (c)-[:WORKS_FOR]->(i)"""
    run(world.apply([employed, REPRESENTED.format("33-3333333AA")]))
    opening = 'openCase(kind: "protest", importer: "33-3333333AA", title: "x", port: "2704") { number }'
    case = did("broker", f"mutation {{ {opening} }}")
    assert _contacts(did, "broker", "at-33") == set()
    assert _contacts(did, "port-2704", "at-33") == {"at-33"}, "who answers for it meets who opened it"
    did("port-2704", f'mutation {{ confirmCase(case: "{case["number"]}") {{ number }} }}')
    assert _contacts(did, "broker", "at-33") == {"at-33"}


@pytest.mark.parametrize("by", ["opening", "accepting"])
def test_an_agencys_people_are_met_once_it_has_joined(did: Do, by: str) -> None:
    named = ', agencies: ["FDA"]' if by == "opening" else ""
    opening = f'openCase(kind: "detention", importer: "{MINE}", title: "x", port: "2704"{named}) {{ number }}'
    number = did("port-2704", f"mutation {{ {opening} }}")["number"]
    if by == "accepting":
        did("port-2704", f'mutation {{ acceptAgency(case: "{number}", agency: "FDA") {{ number }} }}')
    viewers = ("port-2704", "importer", "broker")
    assert [_contacts(did, viewer, "fda-fish") for viewer in viewers] == [set()] * 3
    assert _contacts(did, "fda", "director-2704") == {"director-2704"}, "whom the owner invites sees whom to ask"
    did("fda", f'mutation {{ joinCase(case: "{number}", contact: "fda-fish") {{ number }} }}')
    assert [_contacts(did, viewer, "fda-fish") for viewer in viewers] == [{"fda-fish"}] * 3


@pytest.mark.usefixtures("strangers")
def test_a_case_for_an_importer_that_is_not_known_is_like_no_other(did: Do, world: Graph, run: Any) -> None:
    run(discover(world, datetime.now(UTC)))
    order = f'kind: "detention", title: "x", port: "2704", adcvdOrders: ["{ORDER}"]'
    for importer in (THEIRS, NOBODYS):
        case = did("port-2704", f'mutation {{ openCase(importer: "{importer}", {order}) {{ claims }} }}')
        assert case["claims"] == [f"CONCERNS Importer {importer}"]
        run(discover(world, datetime.now(UTC)))
        assert did("port-2704", "{ issues { nodes { id } } }")["nodes"] == []
    # of an importer that it knows, what an office says counts
    did("port-2704", f'mutation {{ openCase(importer: "{MINE}", {order}) {{ number }} }}')
    run(discover(world, datetime.now(UTC)))
    assert [found["id"] for found in did("port-2704", "{ issues { nodes { id } } }")["nodes"]] == [
        f"adcvd-order {ORDER}"
    ]


def test_a_broker_of_two_importers_makes_no_entry_of_one_known_to_the_other(did: Do, world: Graph, run: Any) -> None:
    run(world.apply([REPRESENTED.format("44-4444444AA")]))
    theirs = "AAA-0000003-0"
    assert did("broker", f'{{ entry(number: "{theirs}") {{ port {{ code }} }} }}') == {"port": {"code": "4601"}}
    case = _opened(did, "broker", MINE, theirs, "AAA-0000001-4")
    confirmed = {found["node"]["number"]: found["confirmedAt"] is not None for found in case["entries"]["edges"]}
    assert confirmed == {theirs: False, "AAA-0000001-4": True}
    assert did("importer", f'{{ entry(number: "{theirs}") {{ port {{ code }} }} }}') == {"port": None}


def test_nobody_chooses_the_number_of_a_case(world: Graph, run: Any) -> None:
    appeal = next(verb for verb in VERBS if verb.name == "appealAssignment")

    def number() -> str:
        async def work(run: Run) -> str:
            case = await appeal.done(
                VerbContext(run, account_id(ISSUER, "importer"), datetime.now(UTC), "same"),
                {"importer": MINE, "reason": "x"},
            )
            ((found,),) = await run(Statement("MATCH (k:Case {id: $case}) RETURN k.number", {"case": case}))
            return found

        return run(world.transact(work))

    one = number()
    assert number() == one
    run(
        world.apply(
            ["MATCH (k:Case) WHERE k.number STARTS WITH 'HUB-' DETACH DELETE k", "MATCH (r:Request) DETACH DELETE r"]
        )
    )
    run(world.apply(["MATCH (e:Event) DETACH DELETE e", "MATCH (e:Note) DETACH DELETE e"]))
    assert number() != one


_HIDDEN: Final = (
    ("noteCase", "MATCH (n:Case {number: $key})", {"case": f"T-{MARK}-0", "text": "x", "audience": None}),
    ("appealAssignment", "MATCH (n:Importer {number: $key})", {"importer": THEIRS, "reason": "x"}),
    ("followIssue", "MATCH (n:Issue {id: $key})", {"issue": f"issue-{MARK}"}),
    ("releaseQuestion", "MATCH (n:Question {id: $key})", {"question": f"question-{MARK}"}),
    ("resolveDisparity", "MATCH (n:Disparity {id: $key})", {"disparity": f"disparity-{MARK}", "reason": "x"}),
    ("endAbsence", "MATCH (n:Contact {id: $key})", {"contact": f"contact-{MARK}-one"}),
    ("meetDeadline", "MATCH (n:Deadline {id: $key}) WITH n MATCH (n)-[:OF_CASE]->(k) SET k.turn = true", {
        "deadline": f"due-{MARK}-0", "reason": None,
    }),
    ("closeCalendar", "MATCH (n:Calendar {id: $key})", {"calendar": f"calendar-{MARK}"}),
)  # fmt: skip


def test_nobody_waits_for_what_is_hidden(strangers: Graph, run: Callable[..., Any]) -> None:
    """A lock that somebody holds on it is no way to learn that it is there."""
    verbs = {verb.name: verb for verb in VERBS}

    async def done(name: str, given: dict[str, Any]) -> float:
        began = time.monotonic()

        async def work(run: Run) -> Any:
            return await verbs[name].done(
                VerbContext(run, account_id(ISSUER, "association"), datetime.now(UTC), None), given
            )

        with pytest.raises(HubError, match=r"no such|to be seen"):
            await asyncio.wait_for(strangers.transact(work), 8)
        return time.monotonic() - began

    async def whole() -> None:
        for name, _, given in _HIDDEN:  # planned beforehand
            await done(name, given)

        async def hold(run: Run) -> None:
            for _, match, given in _HIDDEN:
                await run(Statement(f"{match} SET n.turn = true", {"key": next(iter(given.values()))}))
            for name, _, given in _HIDDEN:
                assert await done(name, given) < 5, name

        await strangers.transact(hold)

    run(whole())


def test_requests_of_two_accounts_are_never_taken_for_each_other(world: Graph, run: Callable[..., Any]) -> None:
    async def of(account: str, name: str) -> str:
        async def work(run: Run) -> str:
            return VerbContext(run, account, datetime.now(UTC), name).request

        return await world.transact(work)

    # account and name are told apart wherever the bars stand
    names = [("i|a", "b|c"), ("i|a|b", "c"), ("i", "a|b|c"), ("i|a|b|c", ""), ("i|a", "|b|c"), ("i|a|", "b|c")]
    assert len({run(of(*name)) for name in names}) == len(names)
    # a name without a bar stands for the request that it stood for before: `echo -n 'i|a|note-1' | sha256sum`
    assert run(of("i|a", "note-1")) == "64db3a4138c9fd1613aa12e316097072"


def test_a_request_of_another_account_is_not_this_one(world: Graph, run: Callable[..., Any]) -> None:
    note = next(verb for verb in VERBS if verb.name == "askQuestion")
    given = {
        **dict.fromkeys(found.name for found in note.arguments),
        "title": "t",
        "text": "x",
        "office": "Center:CEE004",
    }

    async def asked(account: str, name: str) -> str:
        async def work(run: Run) -> str:
            return await note.done(VerbContext(run, account, datetime.now(UTC), name), given)

        return await world.transact(work)

    one = run(asked("idp|a", "b|c"))
    assert run(asked("idp|a|b", "c")) != one
    assert run(asked("idp|a", "b|c")) == one
    given["title"] = "another"
    with pytest.raises(Conflict):
        run(asked("idp|a", "b|c"))
