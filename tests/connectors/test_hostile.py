"""A hostile feed: whatever an agency's system says about itself and others, nobody sees more by it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from graph_schema.graph import GRAPH
from hub.gql.endpoint import Asked
from hub.gql.guard import Limits
from hub.graph import Graph
from hub.viewer import Viewer
from tests.asking import questions
from tests.connectors.syncing import Synced
from tests.connectors.test_run import CASES, PEOPLE, connection, person, write_csv
from tests.random_world import World, random_world

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
            answer = run(hub.answer(Asked(f"{{ {node.many}(first: 1000) {{ nodes {{ {fields} }} }} }}"), Viewer(account)))
            rows |= {f"{node.label} {row[node.key]}": row for row in answer["data"][node.many]["nodes"]}
    return found


def test_what_an_agency_says_about_others_grants_nobody_anything(empty: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    world = random_world(3)
    run(world.write(empty))
    before = _seen(empty, world, run)
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
            {"number": number, "title": "Taken over", "importer": importers[n % len(importers)], "center": f"CEE00{n % 3 + 1}", "entry": ""}
            for n, number in enumerate(claims)
        ],
    )
    people = {**PEOPLE, "links": {"WORKS_FOR": {"Center": "employer"}}}
    synced = Synced(
        empty, run, tmp_path, {**connection(tmp_path, {"Agency": _AGENCY}, people=people, cases=CASES), "limits": {"refuse": 1}}
    )
    report = synced.sync()
    assert (report.written, report.skipped) == (1 + len(claims), len(world.of("Center")))
    assert "must come from that party's own system" in report.first_errors[0]
    after = _seen(empty, world, run)
    for account in world.accounts:
        gone = set(before[account]) - set(after[account])
        assert not gone, f"{account or 'the public'} no longer sees {gone}"
        changed = [row for row, values in before[account].items() if after[account][row] | {"origins": None} != values | {"origins": None}]
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
    asked = "MATCH (k:Case)-[i:INVOLVES]->(:Agency {code: $agency}) WHERE i.saidBy IS NOT NULL RETURN count(i), count(i.acceptedAt)"
    said, accepted = synced.rows(asked, agency=_AGENCY)[0]
    assert said > 20
    assert accepted == 0


def test_a_center_does_not_take_another_centers_case_by_saying_so(empty: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    world = random_world(3)
    run(world.write(empty))
    owned = "MATCH (k:Case)-[:HANDLED_BY]->(c:Center) WHERE c.code <> 'CEE001' RETURN k.number, c.code, k.title ORDER BY k.number LIMIT 1"
    ((number, owner, title),) = run(empty.read(owned, {}))
    write_csv(
        tmp_path / "cases.csv", [{"number": number, "title": "Mine now", "importer": "00-0000000SW", "center": "CEE001", "entry": ""}]
    )
    synced = Synced(empty, run, tmp_path, connection(tmp_path, {"Center": "CEE001"}, cases=CASES))
    assert synced.sync().written == 1
    asked = "MATCH (k:Case {number: $number})-[:HANDLED_BY]->(c) RETURN collect(c.code), k.title"
    assert synced.rows(asked, number=number) == [[[owner], title]]
    claims = synced.value("MATCH (r:SourceRecord {system: 'system'}) RETURN r.claims")
    assert "HANDLED_BY Center CEE001" in claims


def test_a_company_learns_nothing_about_which_importers_there_are(empty: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    run(random_world(3).write(empty))
    people = {**PEOPLE, "links": {"COVERS": {"Importer": "covers"}}}
    told: list[tuple[Any, ...]] = []
    for number in ("00-0000003SW", "00-9999999SW"):
        write_csv(tmp_path / "people.csv", [{**person(1, deputy=""), "covers": number}])
        synced = Synced(empty, run, tmp_path, connection(tmp_path, {"Broker": "S00"}, people=people), f"firm-{number[-4]}")
        report = synced.sync()
        told.append((report.counts(), report.first_errors))
        assert synced.value("MATCH (r:SourceRecord {system: $system}) RETURN r.claims", system=synced.name) == [f"COVERS Importer {number}"]
        assert (
            synced.value("MATCH (:SourceRecord {system: $system})-[:DESCRIBES]->(n)-[:COVERS]->() RETURN count(n)", system=synced.name) == 0
        )
    assert told[0] == told[1]
