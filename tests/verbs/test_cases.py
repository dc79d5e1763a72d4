"""Cases are opened, handed on, written in, shared, closed: by whom it may be, once, with a history that tells."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.verbs.deadline_jobs import run_jobs_once
from tests.verbs.timing import day, last

Do = Callable[..., Any]
MINE = "11-1111111AA"
_OPEN_CASE = """mutation { openCase(kind: "rfi", importer: "11-1111111AA", title: "Value of samples",
    entries: ["AAA-0000001-4", "AAA-0000002-2"], goods: ["8542.31.0001"], programs: ["S301"], agencies: ["FDA"],
    event: "request_issued", on: "{day}") {
    id number status title importer { number } handledBy { name } kind { code } programs { nodes { code } } goods
      { nodes { code } }
    entries { nodes { number port { code } } } involves { edges { acceptedAt node { code } } }
    deadlines { nodes { id name state due startedOn owedBy party { name } clock { id } } }
    history { nodes { text by { name } } } } }"""


def _open_case() -> str:
    return _OPEN_CASE.replace("{day}", day(-5))


def _history(did: Do, viewer: str, number: str) -> list[str]:
    asked = (
        f'{{ case(number: "{number}") {{ history(orderBy: [{{at: ASC}}]) {{ nodes {{ text reason by {{ name }} }} }}'
        " } }"
    )
    return [
        f"{entry['by']['name']} {entry['text']}{': ' + entry['reason'] if entry['reason'] else ''}"
        for entry in did(viewer, asked)["history"]["nodes"]
    ]


def test_one_case_spans_entries_at_several_ports(did: Do) -> None:
    case = did("center-007", _open_case())
    assert case["number"].startswith("HUB-")
    assert (case["status"], case["handledBy"]["name"], case["kind"]["code"]) == ("OPEN", "Electronics", "rfi")
    # of the one that is in no case of the Center's, it knows the number alone, until the Office of Trade has confirmed
    # it
    assert [(entry["number"], entry["port"]) for entry in case["entries"]["nodes"]] == [
        ("AAA-0000001-4", None), ("AAA-0000002-2", {"code": "4601"}),
    ]  # fmt: skip
    did("trade", f'mutation {{ confirmCase(case: "{case["number"]}") {{ id }} }}')
    asked = f'{{ case(number: "{case["number"]}") {{ entries {{ nodes {{ port {{ code }} }} }} }} }}'
    assert did("center-007", asked)["entries"]["nodes"] == [{"port": {"code": "2704"}}, {"port": {"code": "4601"}}]
    assert case["goods"]["nodes"] == [{"code": "8542"}]
    assert case["programs"]["nodes"] == [{"code": "S301"}]
    assert case["involves"]["edges"][0]["acceptedAt"]
    (deadline,) = case["deadlines"]["nodes"]
    assert (deadline["name"], deadline["state"], deadline["due"], deadline["party"]["name"],
        deadline["clock"]["id"]) == (
        "Request for Information: reply", "RUNNING", last(day(-5), 30), "Sample Importer 11", "rfi reply",
    )  # fmt: skip
    reply = f"until {last(day(-5), 30)}, 30 days from request issued on {day(-5)} (19 CFR 151.11; CBP Form 28)"
    assert case["history"]["nodes"] == [
        {"text": "opened: Request for Information, handled by Electronics", "by": {"name": "Electronics"}},
        {"text": f"begun: Request for Information: reply: {reply}", "by": {"name": "Electronics"}},
    ]


def test_a_party_opens_what_the_trade_opens_and_it_goes_to_who_answers(did: Do, refused: Do) -> None:
    for viewer, kind, owner in (
        ("importer", "protest", "Electronics"),
        ("broker", "drawback", "Petroleum, Natural Gas & Minerals"),
        ("broker", "ruling", "National Commodity Specialist Division"),
    ):
        opened = did(
            viewer,
            f'mutation {{ openCase(kind: "{kind}", importer: "{MINE}", title: "x") {{ handledBy {{ name }} history {{'
            " nodes { by { name } } } } }",
        )
        assert opened["handledBy"]["name"] == owner
    assert (
        refused("importer", f'mutation {{ openCase(kind: "rfi", importer: "{MINE}", title: "x") {{ id }} }}')[0]
        == "NOT_ALLOWED"
    )
    for viewer in ("former-broker", "center-004", "pending"):
        code, message = refused(
            viewer, f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "x") {{ id }} }}'
        )
        assert (code, message) == ("NOT_FOUND", f"importer: there is no importer {MINE} to be seen")
    assert (
        refused("", f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "x") {{ id }} }}')[0]
        == "NOT_SIGNED_IN"
    )


def test_a_port_opens_what_arises_there(did: Do) -> None:
    case = did(
        "port-2704",
        f'mutation {{ openCase(kind: "detention", importer: "{MINE}", title: "x", port: "2704", event: "presented", on:'
        ' "2026-11-19") { handledBy { name } deadlines(orderBy: [{due: ASC}]) { nodes { name due deemed party'
        " { name } } } } }",
    )
    assert case["handledBy"]["name"] == "Los Angeles, CA"
    # Thanksgiving is no business day; the law's own outcome does not roll off a Saturday
    assert [(found["name"], found["due"], found["deemed"]) for found in case["deadlines"]["nodes"]] == [
        ("Detention: release or detain", "2026-11-27", "detained"),
        ("Detention: final determination", "2026-12-19", "excluded"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("viewer", "kind", "who"),
    [
        ("importer", "rfi", "the government: the importer's Center, or the port where it arises"),
        ("former-broker", "detention", "the government: "),
        ("association", "protest", "the importer or its broker, the importer's Center, or the port where it arises"),
        ("fda", "protest", "the importer or its broker, "),
        ("center-007", "eapa", "EAPA"),
    ],
)
def test_who_may_not_open_a_kind_hears_who_opens_it(viewer: str, kind: str, who: str, refused: Do) -> None:
    for importer in (MINE, "99-9999999AA"):
        opening = f'mutation {{ openCase(kind: "{kind}", importer: "{importer}", title: "x") {{ id }} }}'
        code, message = refused(viewer, opening)
        assert code == "NOT_ALLOWED"
        assert message.startswith(f"openCase: a case of kind {kind} is opened by ")
        assert who in message


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ('kind: "nonsense", importer: "11-1111111AA", title: "x"', "NOT_FOUND", "see caseKinds"),
        ('kind: "rfi", importer: "123-45-6789", title: "x"', "BAD_INPUT", "Social Security"),
        ('kind: "rfi", importer: "11-1111111AA", title: "  "', "BAD_INPUT", "some words"),
        (
            'kind: "rfi", importer: "11-1111111AA", title: "x", event: "protest_filed", on: "2026-01-01"',
            "BAD_INPUT",
            "request_issued",
        ),
        ('kind: "rfi", importer: "11-1111111AA", title: "x", event: "request_issued"', "BAD_INPUT", "the day"),
        ('kind: "rfi", importer: "11-1111111AA", title: "x", conditions: ["late"]', "BAD_INPUT", "decides nothing"),
        ('kind: "rfi", importer: "11-1111111AA", title: "x", entries: ["AAA-0000001-9"]', "BAD_INPUT", "check digit"),
        ('kind: "rfi", importer: "11-1111111AA", title: "x", programs: ["S999"]', "NOT_FOUND", "programs"),
        ('kind: "rfi", importer: "11-1111111AA", title: "x", goods: ["77"]', "BAD_INPUT", "goods"),
    ],
)
def test_bad_input_says_what_to_change_and_leaves_nothing(
    arguments: str, code: str, message: str, did: Do, refused: Do
) -> None:
    before = did("trade", "{ cases { totalCount } }")
    found, told = refused("center-007", f"mutation {{ openCase({arguments}) {{ id }} }}")
    assert found == code
    assert message in told
    assert did("trade", "{ cases { totalCount } }") == before


def test_a_case_is_worked_on_by_an_officer_of_its_owner(did: Do, refused: Do) -> None:
    number = did("center-007", _open_case())["number"]
    case = did("center-007", f'mutation {{ assignCase(case: "{number}", contact: "protests") {{ officer {{ id }} }} }}')
    assert case["officer"]["id"] == "protests"
    assert (
        did("center-007", f'mutation {{ assignCase(case: "{number}", contact: "entries") {{ officer {{ id }} }} }}')[
            "officer"
        ]["id"]
        == "entries"
    )
    assert (
        refused("center-007", f'mutation {{ assignCase(case: "{number}", contact: "desk-004") {{ id }} }}')[0]
        == "NOT_FOUND"
    )
    assert refused("importer", f'mutation {{ assignCase(case: "{number}", contact: "entries") {{ id }} }}') == (
        "NOT_ALLOWED", "assignCase: only its owner (Electronics) may",
    )  # fmt: skip
    # who works on it is the owner's own business
    assert not any("assigned" in told for told in _history(did, "importer", number))


def test_a_case_is_passed_on_with_what_its_owner_owes(did: Do, refused: Do) -> None:
    number = did(
        "importer",
        f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "x", event: "protest_filed", on:'
        ' "2026-11-02") { number } }',
    )["number"]
    passed = (
        f'mutation {{ reassignCase(case: "{number}", to: "Center:CEE004", reason: "goods are apparel") {{ handledBy {{ '
        "name } deadlines { nodes { party { name } } } } }"
    )
    assert refused("importer", passed)[0] == "NOT_ALLOWED"
    assert refused("center-004", passed)[0] == "NOT_FOUND"
    # whoever passes it on does not see it any more
    assert did("center-007", passed) is None
    case = did(
        "center-004",
        f'{{ case(number: "{number}") {{ handledBy {{ name }} deadlines {{ nodes {{ party {{ name }} due }} }} }} }}',
    )
    assert case == {
        "handledBy": {"name": "Apparel, Footwear & Textiles"},
        "deadlines": {"nodes": [{"party": {"name": "Apparel, Footwear & Textiles"}, "due": "2028-11-02"}]},
    }
    assert refused("center-007", passed)[0] == "NOT_FOUND"
    assert "Electronics passed from Electronics to Apparel, Footwear & Textiles: goods are apparel" in _history(
        did, "importer", number
    )
    assert refused("center-004", passed) == (
        "CONFLICT",
        f"case {number} is handled by Apparel, Footwear & Textiles already",
    )
    assert refused("center-004", passed.replace("Center:CEE004", "Team:A07"))[0] == "NOT_FOUND"


def test_the_owner_asks_and_a_party_answers(did: Do, refused: Do) -> None:
    number = did("center-007", _open_case())["number"]
    respond = (
        f'mutation($text: String!) {{ respondToCase(case: "{number}", text: $text) {{ status notes {{ nodes {{ kind'
        " text audience by { name } } } deadlines { nodes { state } } } }"
    )
    assert did("center-007", respond, text="Which samples?")["status"] == "AWAITING"
    case = did("broker", respond, text="The blue ones.")
    assert case["status"] == "OPEN"
    assert {(note["kind"], note["by"]["name"]) for note in case["notes"]["nodes"]} == {
        ("REQUEST", "Electronics"),
        ("RESPONSE", "Sample Broker BBB"),
    }
    assert case["deadlines"]["nodes"] == [{"state": "MET"}]
    assert refused("fda", respond, text="x")[0] == "NOT_ALLOWED"


def test_notes_reach_their_audience_and_no_further(did: Do, refused: Do) -> None:
    number = did("center-007", _open_case())["number"]
    note = (
        f'mutation($text: String!, $audience: Audience) {{ noteCase(case: "{number}", text: $text, audience: $audience)'
        " { id } }"
    )
    for audience in ("owner", "parties", "agencies", "public"):
        did("center-007", note, text=f"for {audience}", audience=audience)
    did("fda", note, text="from the agency")
    told = {
        viewer: sorted(found["text"] for found in did(viewer, "{ notes { nodes { text } } }")["nodes"])
        for viewer in ("center-007", "trade", "importer", "broker", "fda", "center-004", "former-broker", "")
    }
    everything = ["for agencies", "for owner", "for parties", "for public", "from the agency"]
    assert told["center-007"] == told["trade"] == everything
    assert told["importer"] == told["broker"] == [text for text in everything if text != "for owner"]
    assert told["fda"] == ["for agencies", "for public", "from the agency"]
    assert told["center-004"] == told["former-broker"] == told[""] == ["for public"]
    assert refused("importer", note, text="x", audience="owner")[0] == "BAD_INPUT"
    assert refused("fda", note, text="x", audience="public")[0] == "BAD_INPUT"


def test_an_agency_sees_its_part_from_acceptance_until_it_is_taken_back(did: Do, refused: Do) -> None:
    seen = '{ case(number: "T-open") { number } }'
    assert did("fda", seen) is None
    accept = 'mutation { acceptAgency(case: "T-open", agency: "FDA") { involves { nodes { code } } } }'
    assert refused("importer", accept)[0] == "NOT_ALLOWED"
    did("port-2704", accept)
    assert did("fda", seen) == {"number": "T-open"}
    withdraw = (
        'mutation { withdrawAgency(case: "T-open", agency: "FDA", reason: "not its goods") { involves { nodes { code }'
        " } } }"
    )
    assert did("port-2704", withdraw)["involves"]["nodes"] == []
    assert did("fda", seen) is None
    assert refused("port-2704", withdraw)[0] == "CONFLICT"
    assert refused("port-2704", accept.replace("FDA", "XXX"))[0] == "NOT_FOUND"


def test_a_case_is_linked_to_an_issue_and_a_program(did: Do, refused: Do) -> None:
    new = (
        'mutation { linkCaseToIssue(case: "T-open", title: "Value of samples", topic: "valuation") { issue { id title'
        " } } }"
    )
    issue = did("port-2704", new)["issue"]
    assert issue["title"] == "Value of samples"
    assert did("importer", "{ issues { nodes { title } } }")["nodes"] == [{"title": "Value of samples"}]
    link = 'mutation($issue: String) { linkCaseToIssue(case: "T-closed", issue: $issue) { issue { title } } }'
    # Electronics has no case about it
    assert refused("center-007", link, issue=issue["id"])[0] == "NOT_FOUND"
    assert did("trade", link, issue=issue["id"])["issue"]["title"] == "Value of samples"
    assert refused("trade", link)[0] == "BAD_INPUT"
    assert did("port-2704", 'mutation { tagCase(case: "T-open", program: "UFLPA") { programs { nodes { code } } } }')[
        "programs"
    ]["nodes"] == [{"code": "UFLPA"}]
    assert refused("port-2704", 'mutation { tagCase(case: "T-open", program: "X") { id } }')[0] == "NOT_FOUND"


def test_a_case_is_closed_and_opened_again(did: Do, refused: Do) -> None:
    number = did("center-007", _open_case())["number"]
    close = (
        f'mutation {{ closeCase(case: "{number}", reason: "answered") {{ status closedAt deadlines {{ nodes {{ state }}'
        " } } }"
    )
    assert refused("trade", close)[0] == refused("importer", close)[0] == "NOT_ALLOWED"
    closed = did("center-007", close)
    assert closed["closedAt"]
    # what a party owes it goes on owing
    assert (closed["status"], closed["deadlines"]["nodes"]) == ("CLOSED", [{"state": "RUNNING"}])
    assert refused("center-007", close) == ("CONFLICT", f"case {number} is closed already")
    assert (
        refused("importer", f'mutation {{ respondToCase(case: "{number}", text: "late") {{ id }} }}')[0] == "CONFLICT"
    )
    again = did(
        "center-007",
        f'mutation {{ reopenCase(case: "{number}", reason: "new facts") {{ status closedAt deadlines {{ nodes {{ state'
        " } } } }",
    )
    assert again == {"status": "OPEN", "closedAt": None, "deadlines": {"nodes": [{"state": "RUNNING"}]}}
    assert _history(did, "broker", number)[2:] == ["Electronics closed: answered", "Electronics reopened: new facts"]


def test_a_request_sent_twice_is_done_once(did: Do, refused: Do) -> None:
    note = (
        'mutation($text: String!) { noteCase(case: "T-open", text: $text, requestId: "note-1") { notes { totalCount'
        " } } }"
    )
    assert did("importer", note, text="once") == did("importer", note, text="once") == {"notes": {"totalCount": 1}}
    assert refused("importer", note, text="something else") == (
        "CONFLICT",
        "requestId: it was used for another request; choose a new one",
    )
    # another's request of that name is another request
    assert did("port-2704", note, text="once")["notes"]["totalCount"] == 2


def test_verbs_are_done_in_order_and_one_that_fails_stops_no_other(do: Do) -> None:
    answer = do(
        "port-2704",
        """mutation { a: noteCase(case: "T-open", text: "first") { notes { totalCount } } b: noteCase(case: "T-none",
  text: "x") { id }
        c: closeCase(case: "T-open", reason: "done") { status } }""",
    )
    assert answer["data"] == {"a": {"notes": {"totalCount": 1}}, "b": None, "c": {"status": "CLOSED"}}
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["b"], "NOT_FOUND")]


def test_what_another_system_keeps_is_changed_there(did: Do, refused: Do, world: Any, run: Callable[..., Any]) -> None:
    record = """MATCH (k:Case {number: 'T-open'})
    CREATE (:SourceRecord {id: 's', system: 'ace', source: 'ace', stream: 'cases', rank: 200})-[:DESCRIBES]->(k)"""
    run(world.apply([record]))
    assert refused("port-2704", 'mutation { closeCase(case: "T-open", reason: "x") { id } }') == (
        "CONFLICT", "case T-open is kept by the system ace: change it there, the hub follows",
    )  # fmt: skip
    assert (
        did("port-2704", 'mutation { noteCase(case: "T-open", text: "x") { notes { totalCount } } }')["notes"][
            "totalCount"
        ]
        == 1
    )


def test_a_request_is_remembered_for_a_month_and_never_done_twice(
    did: Do, refused: Do, world: Any, run: Callable[..., Any]
) -> None:
    note = 'mutation { noteCase(case: "T-open", text: "x", requestId: "n") { notes { totalCount } } }'
    now = datetime.now(UTC)
    for after_days in (0, 29):
        run(run_jobs_once(world, now + timedelta(days=after_days)))
        assert did("importer", note)["notes"]["totalCount"] == 1
    run(run_jobs_once(world, now + timedelta(days=31)))
    assert refused("importer", note)[0] == "CONFLICT"


def test_an_agency_takes_a_case_on_by_itself_and_leaves_it(did: Do, refused: Do) -> None:
    join = """mutation {{ joinCase(case: "{}", contact: "{}") {{
        involves {{ edges {{ joinedAt node {{ code }} }} }} agencyContacts {{ nodes {{ id }} }} }} }}"""
    assert refused("fda", join.format("T-open", "fda-fish"))[0] == "NOT_FOUND"
    assert refused("center-001", join.format("T-joint", "fda-fish"))[0] == "NOT_ALLOWED"
    assert refused("fda", join.format("T-joint", "pharma")) == (
        "NOT_FOUND",
        "contact: your agency has no contact pharma",
    )
    joined = did("fda", join.format("T-joint", "fda-fish"))
    assert joined["agencyContacts"]["nodes"] == [{"id": "fda-fish"}]
    assert joined["involves"]["edges"][0]["joinedAt"] is not None
    # named again, it is another
    assert did("fda", join.format("T-joint", "desk-fda"))["agencyContacts"]["nodes"] == [{"id": "desk-fda"}]
    seen = did(
        "center-001", '{ case(number: "T-joint") { agencyContacts { nodes { id } } history { nodes { text } } } }'
    )
    assert seen["agencyContacts"]["nodes"] == [{"id": "desk-fda"}]
    assert {"text": "taken on, with Sample fda-fish"} in seen["history"]["nodes"]
    did("fda", 'mutation { noteCase(case: "T-joint", text: "sampled at the port") { id } }')
    leave = 'mutation { leaveCase(case: "T-joint", reason: "no food in it") { code } }'
    assert did("fda", leave) == {"code": "FDA"}
    assert did("fda", '{ case(number: "T-joint") { number } }') is None
    assert did("center-001", '{ case(number: "T-joint") { agencyContacts { totalCount } } }') == {
        "agencyContacts": {"totalCount": 0}
    }
    assert refused("fda", leave)[0] == "NOT_FOUND"
