"""What is in the graph is declared: after every verb, a sync and the sample world there is no label, edge or
property that is not.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from graph_schema import bookkeeping
from graph_schema.graph import GRAPH
from graph_schema.provenance import RETIRED
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.verbs.deadline_jobs import run_jobs_once
from hub.world.load import WorldWanted, load
from tests.connectors.syncing import Synced
from tests.connectors.test_run import CASES, PEOPLE, connection, person, write_csv
from tests.verbs.test_events import CHAPTERS, Story

_NODES: Final = "MATCH (n) UNWIND keys(n) AS key WITH DISTINCT labels(n) AS labels, key RETURN labels, collect(key)"
_EDGES: Final = """
MATCH (a)-[e]->(b) UNWIND CASE WHEN keys(e) = [] THEN [null] ELSE keys(e) END AS key
WITH DISTINCT labels(a) AS tail, type(e) AS type, labels(b) AS head, key RETURN tail, type, head, collect(key)"""
_SYNCED: Final[dict[str, Any]] = {
    **CASES,
    "properties": {**CASES["properties"], "dates": "dates"},
    "links": {
        **CASES["links"],
        "OF_KIND": {"CaseKind": "kind"},
        "INVOLVES": {"Agency": {"value": "EPA"}},
        "TAGGED": {"Program": {"value": "S301"}},
        "UNDER": {"HtsHeading": {"value": "8542"}},
    },
}


_DOERS: Final = {f"job {name}" for name in ("clocks", "deadlines", "disparities", "figures", "issues")} | {
    "sync one",
    "sync other",
}
"""Who works by itself, and must say what it has done; what forgets requests changes nothing that anybody sees."""


async def _work(graph: Graph) -> None:
    now = datetime.now(UTC)
    await run_jobs_once(graph, now)
    await discover(graph, now)


def _sync(graph: Graph, run: Callable[..., Any], folder: Path) -> None:
    """A system that refuses, changes, leaves out, and shares a contact with another."""
    for name in ("one", "other"):
        place = folder / name
        place.mkdir()
        asked = {**connection(place, {"Center": "CEE007"}, people=PEOPLE, cases=_SYNCED), "limits": {"vanish": 1}}
        synced = Synced(graph, run, place, asked, name)
        row = {
            "number": f"{name}-1",
            "title": "x",
            "importer": "11-1111111AA",
            "center": "CEE007",
            "entry": "AAA-0000001-4",
        }
        dated = {**row, "dates": "request_issued 2026-11-02", "kind": "rfi" if name == "one" else ""}
        write_csv(place / "cases.csv", [dated, {**dated, "number": f"{name}-2"}])
        write_csv(place / "people.csv", [person(0), person(1), person(2, chapter="99")])
        synced.sync()
        run(_work(graph))
        write_csv(place / "cases.csv", [dated])
        write_csv(place / "people.csv", [person(0, name="Zo\u00eb Sample-Renamed")])
        synced.sync()


def _properties(label: str, labels: list[str]) -> Iterator[str]:
    """The properties that a row of these labels may have by one of them."""
    yield from (found.name for node in GRAPH.nodes if node.label == label for found in node.properties)
    yield from (name for found in bookkeeping.PROPERTIES if found.of == label for name in found.names)
    for hidden in bookkeeping.LABELS:
        if hidden.label == label:
            yield from (hidden.key, *hidden.properties)
    for mark in bookkeeping.MARKS:
        if mark.label == label and set(mark.on) & set(labels):
            yield from mark.properties


_KNOWN: Final = {
    *(node.label for node in GRAPH.nodes), *(found.name for found in GRAPH.abstracts),
    *(found.label for found in bookkeeping.LABELS),
    *(mark.label for mark in bookkeeping.MARKS),
}  # fmt: skip


_BEFORE: Final = {retired: label for label, retired in RETIRED.items()}


def _as_they_were(labels: list[str]) -> set[str]:
    """The labels of a row, and the one it had before it was retired: it keeps the edges it had."""
    return {*labels, *(_BEFORE[label] for label in labels if label in _BEFORE)}


def _ends() -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...], set[str]]]:
    """Each edge as it is declared, visible or not: its ends, and what properties it may have."""
    for edge in GRAPH.edges:
        yield edge.tail, edge.type, edge.head, {found.name for found in edge.properties}
    for hidden in bookkeeping.EDGES:
        yield hidden.tail, hidden.type, hidden.head, set(hidden.properties)


def test_there_is_nothing_that_is_not_declared(world: Graph, did: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    story = Story(world, run, did)
    for chapter in CHAPTERS:
        chapter(story)
    _sync(world, run, tmp_path)
    run(_work(world))
    # the sample numbers its messages from 1 in each of its years
    run(world.apply(["MATCH (m:Message) SET m.number = '2020' + substring(m.number, 4)"]))
    run(load(world, WorldWanted(0.002, 7), lambda *_: None))
    run(_work(world))
    run(run_jobs_once(world, datetime.now(UTC) + timedelta(days=1_000)))
    doers = {by for (by,) in run(world.read("MATCH (e:Event) RETURN DISTINCT e.by", {}))}
    strange: list[Any] = [f"{doer} tells nothing" for doer in _DOERS - doers]
    for labels, keys in run(world.read(_NODES, {})):
        strange += [label for label in labels if label not in _KNOWN]
        known = {name for label in labels for name in _properties(label, labels)}
        strange += [(labels, key) for key in keys if key not in known]
    edges: list[Any] = run(world.read(_EDGES, {}))
    for tail, type_, head, keys in edges:
        fitting = [
            names
            for a, found, b, names in _ends()
            if found == type_ and set(a) & _as_they_were(tail) and set(b) & _as_they_were(head)
        ]
        if not fitting:
            strange.append((tail, type_, head))
        known = {name for names in fitting for name in names} | set(bookkeeping.ON_SYNCED_EDGES)
        known |= {name for found in bookkeeping.PROPERTIES if found.of == type_ for name in found.names}
        strange += [(tail, type_, head, key) for key in keys if fitting and key not in known]
    # whoever writes a text writes what else it is found by
    for label in bookkeeping.worded():
        texts = GRAPH.node(_BEFORE.get(label, label)).text
        for (row,) in run(world.read(f"MATCH (n:{label}) RETURN properties(n)", {})):
            if of_row(texts, row) != row.get(OTHER_WORDS):
                strange.append((label, [row.get(text) for text in texts], row.get(OTHER_WORDS)))
    # what is declared of the hub's own is there, with each of its ends
    there = {(label, type_, end) for tail, type_, head, _ in edges for label in tail for end in head}
    for found in bookkeeping.EDGES:
        starts = (label for label in found.tail if not any((label, found.type, end) in there for end in found.head))
        strange += [(found.type, "never leads from", label) for label in starts]
        ends = (end for end in found.head if not any((label, found.type, end) in there for label in found.tail))
        strange += [(found.type, "never leads to", end) for end in ends]
    # and of a visible edge that there is, some lead where it is said to lead
    for edge in GRAPH.edges:
        heads = {end for label, type_, end in there if type_ == edge.type and label in edge.tail}
        if heads and not heads & set(edge.head):
            strange.append((edge.name, "leads only to", heads))
    assert strange == [], "\n".join(map(str, strange))
