"""A hostile feed: whatever an agency's system says about itself and others, nobody sees more by it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.engine.report import Report
from connectors.errors import AbortRun
from graph_schema import cases
from graph_schema.graph import GRAPH
from graph_schema.provenance import said_about
from hub.database.graph import Graph
from hub.gql.document_limits import Limits
from hub.gql.request import GraphQLRequest
from hub.viewer import Viewer, account_id
from tests.asking import questions
from tests.connectors.syncing import Synced
from tests.connectors.test_run import CASES, PEOPLE, connection, person, write_csv
from tests.offices import ISSUER
from tests.offices import write as write_offices
from tests.oracle import Oracle
from tests.random_world import World, random_world
from tests.read_world import read_world
from tests.renewed import renewed
from tests.verbs.strangers import entry_number
from tests.verbs.strangers import write as write_strangers

_ITS_OWN: Final = ("Connection", "SyncRun", "SourceRecord", "QuarantinedRecord")
_AGENCY: Final = "FDA"
Seen = dict[str, dict[str, dict[str, Any]]]


def _seen(graph: Graph, world: World, run: Callable[..., Any]) -> Seen:
    """Account -> label and key -> the row as it sees it."""
    hub = questions(graph, limits=Limits(page=1_000))
    found: Seen = {}
    for account in world.accounts:
        rows = found.setdefault(account, {})
        for node in GRAPH.nodes:
            fields = " ".join(found.name for found in node.properties)
            answer = run(
                hub.answer(
                    GraphQLRequest(f"{{ {node.many}(first: 1000) {{ nodes {{ {fields} }} }} }}"), Viewer(account)
                )
            )
            rows |= {f"{node.label} {row[node.key]}": row for row in answer["data"][node.many]["nodes"]}
    return found


@pytest.mark.thorough
def test_what_an_agency_says_about_others_grants_nobody_anything(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    world = random_world(3)
    run(renewed(database, "random 3", world.write))
    before = _seen(database, world, run)
    theirs = [world.nodes[key]["number"] for key in world.of("Case")]
    importers = [key[1] for key in world.of("Importer")]
    write_csv(
        tmp_path / "people.csv",
        [
            # says that it works for a Center, an importer, and one of its own whom it may list
            *({**person(n), "employer": center} for n, (_, center) in enumerate(world.of("Center"))),
            {**person(50), "employer": ""},
        ],
    )
    # takes over others' cases, and links importers and Centers by cases that there are not
    claims = [*theirs, *(f"NEW-{n}" for n in range(20))]
    write_csv(
        tmp_path / "cases.csv",
        [
            {
                "number": number,
                "title": "Taken over",
                "importer": importers[n % len(importers)],
                "center": f"CEE00{n % 3 + 1}",
                "entry": "",
            }
            for n, number in enumerate(claims)
        ],
    )
    people = {**PEOPLE, "links": {"WORKS_FOR": {"Center": "employer"}}}
    synced = Synced(
        database,
        run,
        tmp_path,
        {**connection(tmp_path, {"Agency": _AGENCY}, people=people, cases=CASES), "limits": {"refuse": 1}},
    )
    report = synced.sync()
    assert (report.written, report.skipped) == (1 + len(claims), len(world.of("Center")))
    assert "must come from that party's own system" in report.first_errors[0]
    after = _seen(database, world, run)
    for account in world.accounts:
        gone = set(before[account]) - set(after[account])
        assert not gone, f"{account or 'the public'} no longer sees {gone}"
        changed = [
            row
            for row, values in before[account].items()
            if after[account][row] | {"origins": None} != values | {"origins": None}
        ]
        assert not changed, f"{account or 'the public'} sees {changed} otherwise, as {after[account][changed[0]]}"
        more = {row for row in set(after[account]) - set(before[account]) if row.split(" ")[0] not in _ITS_OWN}
        overseer = any(row.startswith("Case system|cases|NEW") for row in more)
        if overseer:
            assert len(before[account]) >= max(len(rows) for rows in before.values()) - 5, f"{account} sees new cases"
        else:
            assert more <= {"Contact system|people|50"}, f"{account or 'the public'} sees {more}"
    overseers = [account for account, rows in after.items() if "Case system|cases|NEW-1" in rows]
    assert overseers == [account for account in world.accounts if account.endswith("|trade")]
    # an accepted part in a case is the owner's to give
    asked = (
        "MATCH (k:Case)-[i:INVOLVES]->(:Agency {code: $agency}) WHERE i.saidBy IS NOT NULL RETURN count(i),"
        " count(i.acceptedAt)"
    )
    said, accepted = synced.rows(asked, agency=_AGENCY)[0]
    assert said > 20
    assert accepted == 0


def test_a_center_does_not_take_another_centers_case_by_saying_so(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    world = random_world(3)
    run(renewed(database, "random 3", world.write))
    owned = (
        "MATCH (k:Case)-[:HANDLED_BY]->(c:Center) WHERE c.code <> 'CEE001' RETURN k.number, c.code, k.title ORDER BY"
        " k.number LIMIT 1"
    )
    ((number, owner, title),) = run(database.read(owned, {}))
    write_csv(
        tmp_path / "cases.csv",
        [{"number": number, "title": "Mine now", "importer": "00-0000000SW", "center": "CEE001", "entry": ""}],
    )
    synced = Synced(database, run, tmp_path, connection(tmp_path, {"Center": "CEE001"}, cases=CASES))
    assert synced.sync().written == 1
    asked = "MATCH (k:Case {number: $number})-[:HANDLED_BY]->(c) RETURN collect(c.code), k.title"
    assert synced.rows(asked, number=number) == [[[owner], title]]
    claims = synced.value("MATCH (r:SourceRecord {system: 'system'}) RETURN r.claims")
    assert "HANDLED_BY Center CEE001" in claims


def test_a_company_learns_nothing_about_which_importers_there_are(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "random 3", random_world(3).write))
    people = {**PEOPLE, "links": {"COVERS": {"Importer": "covers"}}}
    told: list[tuple[Any, ...]] = []
    for number in ("00-0000003SW", "00-9999999SW"):
        write_csv(tmp_path / "people.csv", [{**person(1, deputy=""), "covers": number}])
        synced = Synced(
            database, run, tmp_path, connection(tmp_path, {"Broker": "S00"}, people=people), f"firm-{number[-4]}"
        )
        report = synced.sync()
        told.append((report.counts(), report.first_errors))
        assert synced.value("MATCH (r:SourceRecord {system: $system}) RETURN r.claims", system=synced.name) == [
            f"COVERS Importer {number}"
        ]
        assert (
            synced.value(
                "MATCH (:SourceRecord {system: $system})-[:DESCRIBES]->(n)-[:COVERS]->() RETURN count(n)",
                system=synced.name,
            )
            == 0
        )
    assert told[0] == told[1]


_STRANGERS: Final = {
    "case": ("CONCERNS", "Importer", "60-0000000AA", "99-9999999AA"),
    "issue": ("ABOUT", "Issue", "issue-canary", "issue-invented"),
    "officer": ("WORKED_BY", "Contact", "contact-canary-one", "contact-invented"),
    "entry": ("COVERS_ENTRY", "Entry", entry_number(0), entry_number(999)),
}
"""What a Center's own case may say it leads to: what a stranger has, and what there is not."""


def test_what_a_centers_system_names_is_a_claim_and_tells_it_nothing(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    run(write_strangers(database))
    account = account_id(ISSUER, "center-007")
    before = run(read_world(database, "reference"))
    seen = Oracle(before, account)
    told: list[Any] = []
    for position in (2, 3):
        rows = [
            {"number": f"OWN-{position}-{name}", "title": "x", "center": "CEE007", "type": type_,
                f"{type_} {label}": row[position]}
            for name, row in _STRANGERS.items()
            for type_, label in [row[:2]]
        ]  # fmt: skip
        columns = {column for row in rows for column in row}
        write_csv(tmp_path / "cases.csv", [{column: row.get(column, "") for column in sorted(columns)} for row in rows])
        links = {type_: {label: f"{type_} {label}"} for type_, label, *_ in _STRANGERS.values()}
        stream = {**CASES, "links": {**links, "HANDLED_BY": {"Center": "center"}}}
        write_csv(tmp_path / "decisions.csv", [{"id": f"d{position}", "case": ("canary-0", "invented")[position - 2]}])
        decisions = {
            "describes": "Decision", "from": "decisions.csv", "key": "id",
            "properties": {"reference": "id", "question": {"value": "q"}, "outcome": {"value": "o"},
                "decidedAt": {"value": "2026-11-01"}},
            "links": {"DECIDES": {"Case": "case"}, "MADE_AT": {"Center": {"value": "CEE007"}}},
        }  # fmt: skip
        asked = {
            **connection(tmp_path, {"Center": "CEE007"}, cases=stream, decisions=decisions),
            "limits": {"refuse": 1, "vanish": 1},
        }
        synced = Synced(database, run, tmp_path, asked, f"center-{position}")
        with pytest.raises(AbortRun, match="none of its 1 records could be used: DECIDES"):
            synced.sync()
        report = synced.last_run()
        claims = synced.rows(
            "MATCH (r:SourceRecord {system: $system}) RETURN r.claims, r.links ORDER BY r.key", system=synced.name
        )
        texts = str([{what: report[what] for what in Report().counts()}, report["firstErrors"], claims])
        for row in (*_STRANGERS.values(), ("", "", "canary-0", "invented")):
            texts = texts.replace(row[position], "KEY")
        told.append(texts)
    assert told[0] == told[1]
    assert "CONCERNS Importer KEY" in told[0]
    assert "DECIDES: there is no Case KEY here" in told[0]
    after = run(read_world(database, "reference"))
    sees = Oracle(after, account)
    brought = {key for key in after.nodes if sees.sees(key) and key in before.nodes and not seen.sees(key)}
    assert brought == {("Entry", entry_number(0))}
    assert sees.value(("Entry", entry_number(0)), "enteredAt") is None
    assert not any(sees.sees_link(link) for link in after.links if link.edge is cases.ENTRY_AT and link.tail in brought)


def test_what_a_system_of_headquarters_says_of_entries_is_so(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    run(write_strangers(database))
    row = {"number": "HQ-1", "title": "x", "importer": "11-1111111AA", "center": "CEE007", "entry": entry_number(0)}
    write_csv(tmp_path / "cases.csv", [row])
    synced = Synced(database, run, tmp_path, connection(tmp_path, {"Office": "OT"}, cases=CASES))
    synced.sync()
    confirmed = "MATCH (:Case {number: $number})-[c:COVERS_ENTRY]->(e) RETURN e.number, c.confirmedAt IS NOT NULL"
    assert synced.rows(confirmed, number="HQ-1") == [[entry_number(0), True]]
    # said again by a Center's system, and then by that alone, it is a claim
    row = {**row, "importer": ""}
    center = Synced(
        database, run, tmp_path / "center", connection(tmp_path / "center", {"Center": "CEE007"}, cases=CASES), "center"
    )
    center.folder.mkdir()
    write_csv(center.folder / "cases.csv", [row])
    center.sync()
    assert synced.rows(confirmed, number="HQ-1") == [[entry_number(0), True]]
    write_csv(tmp_path / "cases.csv", [{**row, "importer": "11-1111111AA", "entry": ""}])
    synced.sync()
    assert synced.rows(confirmed, number="HQ-1") == [[entry_number(0), False]]


def test_a_decision_of_another_center_is_not_taken_over_by_its_reference(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    run(write_strangers(database))
    run(database.apply(["MATCH (d:Decision {id: 'decision-canary-one'}) SET d.reference = 'REF-1'"]))
    write_csv(tmp_path / "decisions.csv", [{"id": "REF-1"}])
    decisions = {
        "describes": "Decision", "from": "decisions.csv", "key": "id",
        "properties": {"reference": "id", "question": {"value": "q"}, "outcome": {"value": "o"},
            "decidedAt": {"value": "2026-11-01"}},
        "links": {"DECIDES": {"Case": {"value": "closed"}}, "MADE_AT": {"Center": {"value": "CEE007"}}},
    }  # fmt: skip
    synced = Synced(database, run, tmp_path, connection(tmp_path, {"Center": "CEE007"}, decisions=decisions))
    assert synced.sync().written == 1
    asked = "MATCH (d:Decision {reference: 'REF-1'})-[:DECIDES]->(k) RETURN d.outcome, k.id"
    assert synced.rows(asked) == [["canary one", "canary-0"]]
    claims = "MATCH (r:SourceRecord {system: 'system'}) RETURN r.claims"
    assert sorted(synced.value(claims)) == ["DECIDES Case closed", "MADE_AT Center CEE007"]


def _of(
    graph: Graph, run: Callable[..., Any], folder: Path, name: str, party: dict[str, str], **streams: dict[str, Any]
) -> Synced:
    """A connection of its own, with a folder of its own."""
    (folder / name).mkdir()
    return Synced(graph, run, folder / name, connection(folder / name, party, **streams), name)


def _case(number: str, **said: str) -> dict[str, str]:
    return {
        "number": number,
        "title": "As its owner says",
        "importer": "11-1111111AA",
        "center": "CEE007",
        "entry": "",
        **said,
    }


_STATE: Final = (
    "MATCH (k:Case|RetiredCase {number: 'N-1'})-[:HANDLED_BY]->(c) RETURN labels(k), k.title, k.dates, c.code"
)


def test_a_case_that_its_owners_system_lists_no_more_is_still_its_owners(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    center = _of(database, run, tmp_path, "center", {"Center": "CEE007"}, cases=CASES)
    other = _of(database, run, tmp_path, "other", {"Center": "CEE001"}, cases=CASES)
    agency = _of(database, run, tmp_path, "agency", {"Agency": "FDA"}, cases=CASES)
    write_csv(center.folder / "cases.csv", [_case("N-1"), _case("N-2")])
    center.sync()
    write_csv(agency.folder / "cases.csv", [_case("N-1", title="As an agency says")])
    agency.sync()
    write_csv(center.folder / "cases.csv", [_case("N-2")])
    center.sync()
    gone = [[["RetiredCase"], "As its owner says", None, "CEE007"]]
    assert center.rows(_STATE) == gone, "that an agency lists it as well keeps nothing"
    write_csv(other.folder / "cases.csv", [_case("N-1", title="Mine now", center="CEE001")])
    assert other.sync().written == 1
    assert center.rows(_STATE) == gone
    write_csv(agency.folder / "cases.csv", [_case("N-1", title="As an agency says again")])
    agency.sync()
    assert center.rows(_STATE) == gone
    write_csv(center.folder / "cases.csv", [_case("N-1"), _case("N-2")])
    center.sync()
    assert center.rows(_STATE) == [[["Case"], "As its owner says", None, "CEE007"]]
    assert center.value("MATCH (k:Case {number: 'N-1'}) RETURN k.retiredAt") is None


def test_what_waits_for_its_owner_stays_with_a_case_that_its_system_tells_of_anew(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    center = _of(database, run, tmp_path, "center", {"Center": "CEE007"}, cases=CASES)
    write_csv(center.folder / "cases.csv", [_case("N-1"), _case("N-2")])
    center.sync()
    wrote = "datetime('2026-11-02T12:00:00Z')"
    claims = "['HAS_PARTY surety Importer 99-9999999AA']"
    set_ = f"SET k.cameBackAt = {wrote}, k.partyWroteAt = {wrote}, k.claims = {claims}"
    run(database.apply([f"MATCH (k:Case {{number: 'N-1'}}) {set_}"]))
    write_csv(center.folder / "cases.csv", [_case("N-1", title="Another title"), _case("N-2")])
    assert center.sync().written == 1
    there = "MATCH (k:Case {number: 'N-1'}) RETURN k.title, k.cameBackAt IS NULL, k.partyWroteAt IS NULL, k.claims"
    assert center.rows(there) == [["Another title", False, False, ["HAS_PARTY surety Importer 99-9999999AA"]]]
    # no system says so of a case
    told = {property_.name for property_ in said_about(GRAPH.node("Case"))}
    assert told.isdisjoint({"cameBackAt", "partyWroteAt", "awaitingSince", "answers", "claims"})


def test_what_others_say_of_a_row_fills_none_of_its_gaps(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    more = {**CASES, "properties": {**CASES["properties"], "dates": "dates"}}
    agency = _of(database, run, tmp_path, "agency", {"Agency": "FDA"}, cases=more)
    center = _of(database, run, tmp_path, "center", {"Center": "CEE007"}, cases=CASES)
    write_csv(agency.folder / "cases.csv", [_case("N-1", title="As an agency says", dates="request_issued 2026-11-02")])
    agency.sync()
    assert agency.value("MATCH (k:Case {number: 'N-1'}) RETURN [k.title, k.dates]") == [
        "As an agency says",
        ["request_issued 2026-11-02"],
    ]
    write_csv(center.folder / "cases.csv", [_case("N-1")])
    center.sync()
    owners = [[["Case"], "As its owner says", None, "CEE007"]]
    assert center.rows(_STATE) == owners, "what was a claim's alone is gone once there is an owner"
    write_csv(agency.folder / "cases.csv", [_case("N-1", title="Once more", dates="request_issued 2026-11-03")])
    agency.sync()
    assert center.rows(_STATE) == owners


def test_an_agency_that_was_accepted_stays_so_whatever_is_synced_later(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    agency = _of(database, run, tmp_path, "agency", {"Agency": "FDA"}, cases=CASES)
    write_csv(agency.folder / "cases.csv", [_case("T-closed")])
    agency.sync()
    hub = questions(database)
    part = '{ case(number: "T-closed") { status involves { edges { acceptedAt invitedAt node { code } } } } }'
    accept = 'mutation { acceptAgency(case: "T-closed", agency: "FDA") { number } }'
    assert "errors" not in run(hub.answer(GraphQLRequest(accept), Viewer.of(ISSUER, "center-007")))
    write_csv(agency.folder / "cases.csv", [_case("T-closed", title="Changed")])
    agency.sync()
    seen = run(hub.answer(GraphQLRequest(part), Viewer.of(ISSUER, "fda")))["data"]["case"]
    (edge,) = seen["involves"]["edges"]
    assert edge["acceptedAt"]
    assert edge["invitedAt"] is None, "it came by itself"


def test_a_case_of_the_hub_that_an_agencys_system_lists_is_still_kept_in_the_hub(
    database: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(renewed(database, "offices", write_offices))
    hub = questions(database)

    def done(viewer: str, document: str) -> Any:
        answer = run(hub.answer(GraphQLRequest(document), Viewer.of(ISSUER, viewer)))
        assert "errors" not in answer, answer["errors"]
        return next(iter(answer["data"].values()))

    opening = (
        'openCase(kind: "rfi", importer: "11-1111111AA", title: "Ours", event: "request_issued", on: "2026-01-05") {'
        " number }"
    )
    number = done("center-007", f"mutation {{ {opening} }}")["number"]
    agency = _of(database, run, tmp_path, "agency", {"Agency": "FDA"}, cases=CASES)
    write_csv(agency.folder / "cases.csv", [_case(number, title="Theirs")])
    agency.sync()
    closing = f'mutation {{ closeCase(case: "{number}", reason: "done") {{ status title }} }}'
    assert done("center-007", closing) == {"status": "CLOSED", "title": "Ours"}
    write_csv(agency.folder / "cases.csv", [_case(number, title="Theirs, changed")])
    agency.sync()
    assert done("center-007", f'{{ case(number: "{number}") {{ status title }} }}') == {
        "status": "CLOSED",
        "title": "Ours",
    }
    # the hub's case that a system of its owner lists is kept there
    center = _of(database, run, tmp_path, "center", {"Center": "CEE007"}, cases=CASES)
    center.connection = {**center.connection, "rank": 50}
    write_csv(center.folder / "cases.csv", [_case(number, title="In our system")])
    center.sync()
    assert done("center-007", f'{{ case(number: "{number}") {{ status title }} }}') == {
        "status": "OPEN",
        "title": "In our system",
    }
    (error,) = run(hub.answer(GraphQLRequest(closing), Viewer.of(ISSUER, "center-007")))["errors"]
    assert "is kept by the system center" in error["message"]
    write_csv(center.folder / "cases.csv", [_case("N-2")])
    center.sync()
    assert done("center-007", f'{{ case(number: "{number}") {{ status title }} }}') == {
        "status": "CLOSED",
        "title": "Ours",
    }
    assert done("center-007", f'mutation {{ reopenCase(case: "{number}", reason: "more to do") {{ status }} }}') == {
        "status": "OPEN"
    }
