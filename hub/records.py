"""What systems say, written: a record for each system and key, the row it describes, and the edges it says there are.

A row that one system alone describes has that system's values. One that several describe is *unsettled* by every change, and settled
in the same transaction: of each property, the value of the record with the smallest rank. What a row was before systems described it
(made by a verb, shipped, or of the sample world) is kept as a record like theirs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, LiteralString

from graph_schema import provenance
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from graph_schema.model import Edge
from graph_schema.sources import HUB, REFERENCE, SAMPLE
from hub.graph import Run

BASE_RANKS: Final = {REFERENCE.name: 50, HUB.name: 100, SAMPLE.name: 900}
"""The rank of what a row was before any system described it."""
DEFAULT_RANK: Final = 200
UNOWNED: Final = 1000
"""Added to the rank of a record about a row that another party owns."""

Key = tuple[str, str]
"""A row by label and key."""


@dataclass(frozen=True, slots=True)
class Link:
    """An edge that a record says leads from its row to another."""

    type: str
    label: str
    key: str

    def __str__(self) -> str:
        return f"{self.type} {self.label} {self.key}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a system says about one row. `identity` is a certain key of it beside the system's own, where it has one."""

    key: str
    hash: str
    slot: int
    rank: int
    values: Mapping[str, Any]
    links: tuple[Link, ...] = ()
    claims: tuple[str, ...] = ()
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a system, all of whose records describe rows of one label."""

    system: str
    name: str
    label: str

    @property
    def id(self) -> str:
        return f"{self.system}|{self.name}"

    def record(self, key: str) -> str:
        """The id of the record of that key."""
        return f"{self.id}|{key}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes of one stream that belong together; `known` are the keys among the rows that had a record before."""

    stream: Stream
    rows: Sequence[Said]
    gone: Sequence[str]
    known: frozenset[str]
    at: datetime


async def write(run: Run, batch: Batch) -> None:
    """Writes a batch within a transaction. Written twice, it changes nothing the second time but `changedAt`."""
    stream = batch.stream
    # locks are taken in one order by all who write, so that none waits for another in a circle
    rows = sorted(batch.rows, key=lambda row: (row.identity or _own_key(stream, row), row.key))
    if batch.known:
        await run(Statement(_DROP_CLAIMS, {"ids": [stream.record(row.key) for row in rows if row.key in batch.known]}))
    if rows:
        await run(Statement(_describe(stream.label), {"rows": [_parameters(stream, row, batch.at) for row in rows]}))
    for statement in _link_statements(stream, rows):
        await run(statement)
    if batch.gone:
        await run(Statement(_GONE, {"ids": [stream.record(key) for key in batch.gone], "at": batch.at}))
    await _settle(run, stream.label, batch.at)


def _own_key(stream: Stream, row: Said) -> str:
    """The key of the row itself, where the system tells it."""
    key = _KEYS.get(stream.label)
    return str(row.values[key]) if key else stream.record(row.key)


_KEYS: Final = {"Case": "number", "Importer": "number", "Broker": "filerCode"}
"""By which property a row is known to everybody; a contact only by its identity."""

_DROP_CLAIMS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (:SourceRecord {id: id})-[:DESCRIBES]->(n)-[e]->() WHERE id IN e.saidBy
SET e.saidBy = [said IN e.saidBy WHERE said <> id]
WITH e WHERE e.saidBy = [] DELETE e"""

_GONE: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (r:SourceRecord {id: id}) WHERE r.retiredAt IS NULL
SET r.retiredAt = $at, r.hash = null, r.changedAt = $at
WITH r MATCH (r)-[:DESCRIBES]->(n) SET n:Unsettled
WITH r, n MATCH (i:Identity {key: r.identity})
WHERE NOT EXISTS { (n)<-[:DESCRIBES]-(other:SourceRecord) WHERE other.identity = r.identity AND other.retiredAt IS NULL }
DELETE i"""


def _describe(label: str) -> str:
    """Writes the records and the row each describes; a row that other records describe, too, or that was there before, is unsettled."""
    retired = provenance.RETIRED.get(label)
    back = (
        f"OPTIONAL MATCH (old:{retired} {{{'id: target' if label == 'Contact' else 'number: row.values.number'}}}) "
        f"FOREACH (o IN CASE WHEN old IS NULL THEN [] ELSE [old] END | SET o:{name(label)} REMOVE o:{retired}, o.retiredAt) "
        if retired
        else ""
    )
    match label:
        case "Contact":
            found = (
                # a record that has lost the key by which it had joined another system's goes on alone
                "WITH row, r, d, before, CASE WHEN before IS NOT NULL AND (before.id = row.newId OR NOT EXISTS { "
                "(before)<-[:DESCRIBES]-(other:SourceRecord) WHERE other <> r AND other.retiredAt IS NULL }) "
                "THEN before.id ELSE row.newId END AS own "
                "FOREACH (identity IN CASE WHEN row.identity IS NULL THEN [] ELSE [row.identity] END | "
                "MERGE (i:Identity {key: identity}) ON CREATE SET i.of = own) "
                "WITH row, r, d, before, own OPTIONAL MATCH (i:Identity {key: row.identity}) "
                "WITH row, r, d, before, coalesce(i.of, own) AS target "
                f"{back}WITH row, r, d, before, target MERGE (n:Contact {{id: target}}) "
            )
        case "Case":
            found = f"{back}WITH row, r, d, before MERGE (n:Case {{number: row.values.number}}) ON CREATE SET n.id = row.newId "
        case _:
            key = _KEYS[label]
            found = f"MERGE (n:{name(label)} {{{key}: row.values.{key}}}) ON CREATE SET n:Party "
    return (
        (
            "UNWIND $rows AS row MERGE (r:SourceRecord {id: row.id}) "
            "WITH row, r, r.identity AS claimed OPTIONAL MATCH (r)-[d:DESCRIBES]->(before) "
            # nobody is known by an address any more that its last record has given up
            "FOREACH (gone IN CASE WHEN claimed <> coalesce(row.identity, '') AND "
            "NOT EXISTS { (before)<-[:DESCRIBES]-(other:SourceRecord) WHERE other <> r AND other.identity = claimed } "
            "THEN [claimed] ELSE [] END | MERGE (i:Identity {key: gone}) DELETE i) "
            "SET r = row.record WITH row, r, d, before "
            f"{found}ON CREATE SET n.source = row.system "
            "FOREACH (_ IN CASE WHEN before = n THEN [] ELSE [1] END | DELETE d CREATE (r)-[:DESCRIBES]->(n)) "
            "FOREACH (left IN CASE WHEN before = n THEN [] ELSE [before] END | SET left:Unsettled) "
            "WITH row, n, n.id AS id, n.source AS source, COUNT { (n)<-[:DESCRIBES]-() } AS records "
            f"FOREACH (_ IN CASE WHEN records = 1 AND NOT source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | "
            "SET n = row.values SET n.id = id, n.source = source) "
            f"FOREACH (_ IN CASE WHEN records > 1 OR source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | SET n:Unsettled)"
        )
        .replace("ON CREATE SET n.id = row.newId ON CREATE SET ", "ON CREATE SET n.id = row.newId, ")
        .replace("ON CREATE SET n:Party ON CREATE SET ", "ON CREATE SET n:Party, ")
    )


def _parameters(stream: Stream, row: Said, at: datetime) -> dict[str, Any]:
    record = {
        **row.values,
        "id": stream.record(row.key),
        "system": stream.system,
        "stream": stream.name,
        "key": row.key,
        "hash": row.hash,
        "slot": row.slot,
        "rank": row.rank,
        "links": [str(link) for link in row.links] or None,
        "claims": list(row.claims) or None,
        "identity": row.identity,
        "changedAt": at,
        "source": stream.system,
    }
    return {
        "id": record["id"],
        "newId": record["id"],
        "system": stream.system,
        "identity": row.identity,
        "values": row.values,
        "record": {found: value for found, value in record.items() if value is not None},
    }


def edges_from(label: str) -> Iterator[tuple[Edge, str]]:
    """The edges that lead from rows of a label, with each label that may be at their other end."""
    for edge in GRAPH.edges:
        if edge.tail == (label,):
            yield from ((edge, head) for head in edge.head)


def is_to_one(edge: Edge) -> bool:
    return any(way.one and way.when is None for way in edge.forward)


def _link_statements(stream: Stream, rows: Iterable[Said]) -> Iterator[Statement]:
    """The edges of rows that one system alone describes; those of others are made when they are settled."""
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        for link in row.links:
            grouped.setdefault((link.type, link.label), []).append({"id": stream.record(row.key), "end": link.key})
    for (type_, label), found in grouped.items():
        text = (
            f"UNWIND $rows AS row MATCH (r:SourceRecord {{id: row.id}})-[:DESCRIBES]->(n:{name(stream.label)}) WHERE NOT n:Unsettled "
            f"{_end(stream, label)} MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy = [row.id]"
        )
        yield Statement(text, {"rows": found, "system": stream.system, "stream": stream.id})


def _end(stream: Stream, label: str) -> str:
    if label == "Entry":
        return "MERGE (x:Entry {number: row.end}) ON CREATE SET x.source = $system "
    if label == stream.label:  # one of the same stream, by the key its system knows it by
        return f"MATCH (:SourceRecord {{id: $stream + '|' + row.end}})-[:DESCRIBES]->(x:{name(label)})"
    return f"MATCH (x:{name(label)} {{{GRAPH.node(label).key}: row.end}})"


async def link_to_later(run: Run, stream: Stream) -> None:
    """Makes the edges to rows of the same stream that were written after the row that says so."""
    for edge, head in edges_from(stream.label):
        if head == stream.label:
            prefix = f"{edge.type} {head} "
            text = (
                "MATCH (r:SourceRecord {system: $system, stream: $name}) WHERE any(link IN r.links WHERE link STARTS WITH $prefix) "
                f"MATCH (r)-[:DESCRIBES]->(n:{name(head)}) UNWIND [link IN r.links WHERE link STARTS WITH $prefix] AS link "
                f"MATCH (:SourceRecord {{id: $stream + '|' + substring(link, size($prefix))}})-[:DESCRIBES]->(x:{name(head)}) "
                f"MERGE (n)-[e:{name(edge.type)}]->(x) ON CREATE SET e.saidBy = [r.id]"
            )
            parameters = {"system": stream.system, "name": stream.name, "stream": stream.id, "prefix": prefix}
            await run(Statement(text, parameters))


async def _settle(run: Run, label: str, at: datetime) -> None:
    """Gives every unsettled row of a label its values and edges again, from all records that describe it."""
    found = await run(Statement(_unsettled(label), {}))
    if not found:
        return
    kept: list[dict[str, Any]] = []
    retired: list[str] = []
    for element, properties, records, edges in found:
        base = next((record for record in records if record["stream"] == "itself"), None)
        if properties["source"] in BASE_RANKS and base is None:
            records.append(await _kept_base(run, element, label, properties, at))
        records.sort(key=_by_rank)
        live = [record for record in records if record.get("retiredAt") is None]
        if live:
            kept.append({"element": element, "values": _winners(label, live), "edges": list(_edges(label, live, edges))})
        else:
            retired.append(element)
    await run(Statement(_GIVE_VALUES, {"rows": kept}))
    for statement in _edge_statements(label, kept):
        await run(statement)
    if retired:
        await run(Statement(_retire(label), {"elements": retired, "at": at}))


def _by_rank(record: Mapping[str, Any]) -> tuple[int, str, str]:
    return record["rank"], record["system"], record["id"]


def _unsettled(label: str) -> str:
    return (
        f"MATCH (n:{name(label)}:Unsettled) REMOVE n:Unsettled WITH n ORDER BY elementId(n) "
        "RETURN elementId(n), properties(n), COLLECT { MATCH (n)<-[:DESCRIBES]-(r:SourceRecord) RETURN properties(r) }, "
        "COLLECT { MATCH (n)-[e]->() RETURN [type(e), e.saidBy] }"
    )


async def _kept_base(run: Run, element: str, label: str, properties: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a row was before systems described it, as a record of its own."""
    source, key = properties["source"], str(properties[GRAPH.node(label).key])
    said = {found.name: _as_it_was(properties.get(found.name)) for found in provenance.said_about(GRAPH.node(label))}
    record = {
        **said, "id": f"{source}|itself|{label}:{key}", "system": source, "stream": "itself", "key": key, "slot": 0,
        "rank": BASE_RANKS[source], "changedAt": at, "source": source,
    }  # fmt: skip
    record = {found: value for found, value in record.items() if value is not None}
    await run(Statement(_KEEP_BASE, {"element": element, "id": record["id"], "record": record}))
    return record


_KEEP_BASE: Final[LiteralString] = """
MATCH (n) WHERE elementId(n) = $element
MERGE (r:SourceRecord {id: $id}) SET r = $record MERGE (r)-[:DESCRIBES]->(n)"""

_GIVE_VALUES: Final[LiteralString] = "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element SET n += row.values"


def _winners(label: str, live: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each property, the first value that any record has; and where each comes from, if not all from one."""
    values: dict[str, Any] = {}
    origins: list[str] = []
    for found in provenance.said_about(GRAPH.node(label)):
        winner = next((record for record in live if record.get(found.name) is not None), None)
        values[found.name] = _as_it_was(winner[found.name]) if winner else None
        if winner:
            origins.append(f"{found.name}: {winner['system']}")
    several = len({record["system"] for record in live}) > 1
    return {**values, "origins": origins if several else None}


def _as_it_was(value: Any) -> Any:
    """A value to be written again: of a moment that it gives, the driver would write the name of a zone."""
    native = getattr(value, "to_native", None)
    return native().astimezone(UTC) if native and value.tzinfo else value


def _edges(label: str, live: Sequence[Mapping[str, Any]], now: Sequence[tuple[str, list[str] | None]]) -> Iterator[dict[str, Any]]:
    """The edges that the records say there are; of a way that leads to one row, those of the first record that has any."""
    to_one = {edge.type for edge, _ in edges_from(label) if is_to_one(edge)}
    own = {type_ for type_, said_by in now if said_by is None}
    said: dict[str, list[str]] = {}
    decided: dict[str, str] = {}
    for record in live:
        for link in record.get("links") or ():
            type_ = link.split(" ", 1)[0]
            if type_ in to_one and (type_ in own or decided.setdefault(type_, record["id"]) != record["id"]):
                continue
            said.setdefault(link, []).append(record["id"])
    for link, said_by in said.items():
        type_, head, key = link.split(" ", 2)
        first = next(record for record in live if record["id"] == said_by[0])
        yield {"type": type_, "label": head, "key": key, "saidBy": said_by, "system": first["system"], "stream": first["stream"]}


def _edge_statements(label: str, kept: Sequence[Mapping[str, Any]]) -> Iterator[Statement]:
    yield Statement(_DROP_SAID, {"elements": [row["element"] for row in kept]})
    grouped: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in kept:
        for edge in row["edges"]:
            group = (edge["type"], edge["label"], edge["system"], edge["stream"])
            grouped.setdefault(group, []).append({"element": row["element"], "end": edge["key"], "saidBy": edge["saidBy"]})
    for (type_, head, system, stream), found in grouped.items():
        text = (
            f"UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element {_end(Stream(system, stream, label), head)} "
            f"MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy = row.saidBy"
        )
        yield Statement(text, {"rows": found, "system": system, "stream": Stream(system, stream, label).id})


_DROP_SAID: Final[LiteralString] = """
UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element
MATCH (n)-[e]->() WHERE e.saidBy IS NOT NULL DELETE e"""


def _retire(label: str) -> str:
    """Takes rows out of their label; what several parties share stays as it is."""
    into = provenance.RETIRED.get(label)
    change = f"SET n:{into}, n.retiredAt = $at REMOVE n:{name(label)}" if into else "REMOVE n.origins"
    return f"UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element {change}"
