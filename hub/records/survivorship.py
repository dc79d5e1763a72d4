"""Rows that several records describe: of each property the value of the record with the smallest rank, and all their
edges.

What a row was before systems described it (made by a verb, shipped, or of the sample world) is kept as a record like
theirs. As long as no system of its owner describes it, verbs go on changing it, and that record follows. What others
than the owner's systems say gives a row values only where it has no owner's record at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, LiteralString

from graph_schema import provenance
from graph_schema.cypher import Properties, Statement, name
from graph_schema.graph import GRAPH
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Run
from hub.records.source_record import BASE_RANKS, UNOWNED, Stream, edges_from, end_of, is_to_one


@dataclass(frozen=True, slots=True)
class _Record:
    """A record that describes a row: which it is, whether its system still lists it, and all its properties."""

    id: str
    system: str
    stream: str
    rank: int
    is_live: bool
    properties: Properties

    @staticmethod
    def of(properties: Properties) -> "_Record":
        return _Record(
            properties["id"],
            properties["system"],
            properties["stream"],
            properties["rank"],
            properties.get("retiredAt") is None,
            properties,
        )

    @property
    def place(self) -> tuple[int, str, str]:
        """Its place among the records of a row: the first that has a value gives it."""
        return self.rank, self.system, self.id


@dataclass(frozen=True, slots=True)
class _Edge:
    """An edge to the row of that label and key, and the records that say there is one, the first in rank first."""

    type: str
    label: str
    key: str
    said_by: Sequence[_Record]


@dataclass(frozen=True, slots=True)
class _Settled:
    """A row by Neo4j's id, with the values and the edges that it has from now on."""

    element: str
    values: Properties
    edges: Sequence[_Edge]


async def settle(run: Run, label: str, at: datetime) -> None:
    """Gives every unsettled row of a label its values and edges again, from all records that describe it."""
    rows = await run(Statement(_unsettled(label), {}))
    if not rows:
        return
    settled: list[_Settled] = []
    retired: list[str] = []
    bases: list[dict[str, object]] = []
    for element, properties, described, edges in rows:
        records = [_Record.of(each) for each in described]
        has_base = any(record.stream == "itself" for record in records)
        if properties["source"] in BASE_RANKS and (not has_base or properties.get("origins") is None):
            base = _Record.of(_base(label, properties, at))
            bases.append({"element": element, "id": base.id, "record": base.properties})
            records = [base, *(record for record in records if record.stream != "itself")]
        records.sort(key=lambda record: record.place)
        live = [record for record in records if record.is_live]
        has_owner = any(record.rank < UNOWNED for record in records)
        counting = [record for record in live if record.rank < UNOWNED or not has_owner]
        if counting:
            settled.append(_Settled(element, _winners(label, counting), tuple(_edges(label, live, edges))))
        else:
            retired.append(element)
    if bases:
        await run(Statement(_KEEP_BASES, {"rows": bases}))
    values = [{"element": row.element, "values": row.values} for row in settled]
    await run(Statement(_GIVE_VALUES, {"rows": values}))
    for statement in _edge_statements(label, settled):
        await run(statement)
    if retired:
        await run(Statement(_retire(label), {"elements": retired, "at": at}))


def _unsettled(label: str) -> str:
    return (
        f"MATCH (n:{name(label)}:Unsettled) REMOVE n:Unsettled WITH n ORDER BY elementId(n) RETURN elementId(n),"
        " properties(n), COLLECT { MATCH (n)<-[:DESCRIBES]-(r:SourceRecord) RETURN properties(r) }, COLLECT { MATCH"
        " (n)-[e]->() RETURN [type(e), e.saidBy] }"
    )


def _base(label: str, properties: Properties, at: datetime) -> Properties:
    """What a row was before systems described it, as a record of its own."""
    source, key = properties["source"], str(properties[GRAPH.node(label).key])
    values = {each.name: _as_it_was(properties.get(each.name)) for each in provenance.said_about(GRAPH.node(label))}
    record = {
        **values, "id": f"{source}|itself|{label}:{key}", "system": source, "stream": "itself", "key": key, "slot": 0,
        "rank": BASE_RANKS[source], "changedAt": at, "source": source,
    }  # fmt: skip
    return {property_: value for property_, value in record.items() if value is not None}


_KEEP_BASES: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row.element
MERGE (r:SourceRecord {id: row.id}) SET r = row.record MERGE (r)-[:DESCRIBES]->(n)"""

_GIVE_VALUES: Final[LiteralString] = """
UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element SET n += row.values REMOVE n.retiredAt"""


def _winners(label: str, live: Sequence[_Record]) -> Properties:
    """Of each property, the first value that any record has; and where each comes from, if not all from one."""
    values: dict[str, object] = {}
    origins: list[str] = []
    for each in provenance.said_about(GRAPH.node(label)):
        winner = next((record for record in live if record.properties.get(each.name) is not None), None)
        values[each.name] = _as_it_was(winner.properties[each.name]) if winner else None
        if winner:
            origins.append(f"{each.name}: {winner.system}")
    several = len({record.system for record in live}) > 1
    texts = GRAPH.node(label).text
    return {
        **values,
        "origins": origins if several else None,
        **({OTHER_WORDS: of_row(texts, values)} if texts else {}),
    }


def _as_it_was(value: Any) -> Any:
    """A value to be written again: of a moment that it gives, the driver would write the name of a zone."""
    native = getattr(value, "to_native", None)
    return native().astimezone(UTC) if native and value.tzinfo else value


def _edges(label: str, live: Sequence[_Record], now: Sequence[tuple[str, list[str] | None]]) -> Iterator[_Edge]:
    """The edges that the records say there are; of a way that leads to one row, those of the first record that has
    any.
    """
    to_one = {edge.type for edge, _ in edges_from(label) if is_to_one(edge)}
    own = {type_ for type_, said_by in now if said_by is None}
    sayers: dict[str, list[_Record]] = {}
    decided: dict[str, str] = {}
    for record in live:
        for link in record.properties.get("links") or ():
            type_ = link.split(" ", 1)[0]
            if type_ in to_one and (type_ in own or decided.setdefault(type_, record.id) != record.id):
                continue
            sayers.setdefault(link, []).append(record)
    for link, said_by in sayers.items():
        type_, head, key = link.split(" ", 2)
        yield _Edge(type_, head, key, said_by)


def _edge_statements(label: str, settled: Sequence[_Settled]) -> Iterator[Statement]:
    yield Statement(_DROP_SAID, {"elements": [row.element for row in settled]})
    grouped: dict[tuple[str, str, str, str], list[dict[str, object]]] = {}
    for row in settled:
        for edge in row.edges:
            first, said_by = edge.said_by[0], [record.id for record in edge.said_by]
            ends = grouped.setdefault((edge.type, edge.label, first.system, first.stream), [])
            ends.append({"element": row.element, "end": edge.key, "saidBy": said_by})
    for (type_, head, system, stream), ends in grouped.items():
        text = (
            "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element"
            f" {end_of(Stream(system, stream, label), head)} MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy ="
            " row.saidBy"
        )
        yield Statement(text, {"rows": ends, "system": system, "stream": Stream(system, stream, label).id})


_DROP_SAID: Final[LiteralString] = """
UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element
MATCH (n)-[e]->() WHERE e.saidBy IS NOT NULL DELETE e"""


def _retire(label: str) -> str:
    """Takes rows out of their label; what several parties share stays as it is."""
    into = provenance.RETIRED.get(label)
    change = (
        f"SET n:{into}, n.retiredAt = coalesce(n.retiredAt, $at) REMOVE n:{name(label)}" if into else "REMOVE n.origins"
    )
    return f"UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element {change}"
