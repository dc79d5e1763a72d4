"""What systems say, written: a record for each system and key, the row it describes, and the edges it says there are.

A batch is prepared, which only reads, then written. A row that one system alone describes has that system's values. One
that several describe is *unsettled* by every change, and settled in the same transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from graph_schema import provenance
from graph_schema.cypher import Properties, Statement, name
from graph_schema.graph import GRAPH
from graph_schema.parties import PARTY
from graph_schema.synced import SYNCED
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Run
from hub.records.source_record import (
    BASE_RANKS,
    HEADQUARTERS,
    Batch,
    IncomingRecord,
    Stream,
    edges_from,
    end_of,
    is_there_before,
)
from hub.records.survivorship import settle


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch, and what it will write: a statement for rows that nobody has told of before; others have a record,
    or join a row.
    """

    batch: Batch
    new: Sequence[IncomingRecord]
    others: Sequence[IncomingRecord]
    making: Statement


async def prepare(run: Run, batch: Batch) -> Prepared:
    """Reads what the graph has of a batch."""
    new, others = await _told_apart(run, batch.stream, batch.rows)
    return Prepared(batch, new, others, _make(batch.stream, new, batch.at))


async def write(run: Run, prepared: Prepared) -> None:
    """Writes a batch within the transaction that prepared it.

    Written twice, it changes nothing the second time but `changedAt`.

    Raises `neo4j.exceptions.ConstraintError` where another has made the same since: prepared once more, it is found.
    """
    batch, stream, others = prepared.batch, prepared.batch.stream, prepared.others
    if prepared.new:
        await run(prepared.making)
    if others:
        if stream.label == "Case":
            await run(Statement(_CASES_BACK, {"numbers": [row.values["number"] for row in others]}))
        await run(Statement(_DROP_CLAIMS, {"ids": [stream.record(row.key) for row in others]}))
        await run(
            Statement(_describe(stream.label), {"rows": [_described(stream, row) for row in others], "at": batch.at})
        )
    for statement in (*_link_statements(stream, prepared.new, later=True), *_link_statements(stream, others)):
        await run(statement)
    if batch.gone:
        await run(Statement(_GONE, {"ids": [stream.record(key) for key in batch.gone], "at": batch.at}))
    if others or batch.gone:
        await settle(run, stream.label, batch.at)
    if stream.label == "Case":
        ids = [stream.record(key) for key in (*(row.key for row in batch.rows), *batch.gone)]
        await run(Statement(_CONFIRMED, {"ids": ids, "headquarters": list(HEADQUARTERS), "at": batch.at}))


_DROP_CLAIMS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (:SourceRecord {id: id})-[:DESCRIBES]->(n)-[e]->() WHERE id IN e.saidBy
SET e.saidBy = [said IN e.saidBy WHERE said <> id]
WITH e WHERE e.saidBy = [] DELETE e"""

# That a case spans an entry is so where a system of headquarters says it; of others it is a claim, which shows nothing
# but the number.
_CONFIRMED: Final[LiteralString] = """
UNWIND $ids AS id MATCH (:SourceRecord {id: id})-[:DESCRIBES]->(k:Case)-[c:COVERS_ENTRY]->(e:Entry)
  WHERE c.confirmedAt IS NULL
WITH DISTINCT k, c, e
MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE r.retiredAt IS NULL AND 'COVERS_ENTRY Entry ' + e.number IN r.links
MATCH (:Connection {name: r.system})-[:SPEAKS_FOR]->(o:Office) WHERE o.code IN $headquarters
SET c.confirmedAt = $at"""

# A case that no system had listed any more is what it was; where it is not its owner's that lists it, settling retires
# it again.
_CASES_BACK: Final[LiteralString] = """
UNWIND $numbers AS number MATCH (k:RetiredCase {number: number}) SET k:Case REMOVE k:RetiredCase"""
_GONE: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (r:SourceRecord {id: id}) WHERE r.retiredAt IS NULL
SET r.retiredAt = $at, r.hash = null, r.changedAt = $at
WITH r MATCH (r)-[:DESCRIBES]->(n) SET n:Unsettled
WITH r, n MATCH (i:Identity {key: r.identity})
WHERE NOT EXISTS { (n)<-[:DESCRIBES]-(other:SourceRecord) WHERE other.identity = r.identity
  AND other.retiredAt IS NULL }
DELETE i"""


_RECORDS_THERE: Final[LiteralString] = "UNWIND $ids AS id MATCH (r:SourceRecord {id: id}) RETURN id"
_OF_RECORDS: Final = ("id", "system", "stream", "key", "hash", "slot", "rank", "links", "claims", "identity", "source")
"""What a record has beside what it says and when it changed."""


async def _told_apart(
    run: Run, stream: Stream, rows: Sequence[IncomingRecord]
) -> tuple[list[IncomingRecord], list[IncomingRecord]]:
    """The rows that nobody has told of before, and the others: some of those have a record already, some join a row
    that is there.
    """
    if not rows:
        return [], []
    ids = [stream.record(row.key) for row in rows]
    names = [_known_by(stream, row) for row in rows]
    records = {id_ for (id_,) in await run(Statement(_RECORDS_THERE, {"ids": ids}))}
    wanted = sorted(set(filter(None, names)))
    there = await run(Statement(_there(stream.label), {"names": wanted})) if wanted else []
    taken: set[str] = {known_by for (known_by,) in there}
    new: list[IncomingRecord] = []
    others: list[IncomingRecord] = []
    for row, id_, known_by in zip(rows, ids, names, strict=True):
        (others if id_ in records or known_by in taken else new).append(row)
        if known_by:
            taken.add(known_by)
    return new, others


def _known_by(stream: Stream, row: IncomingRecord) -> str | None:
    """By what everybody knows the row."""
    known_by = SYNCED[stream.label].known_by
    return row.values[known_by] if known_by else row.identity


def _there(label: str) -> str:
    synced = SYNCED[label]
    if synced.known_by is None:
        return "UNWIND $names AS name MATCH (:Identity {key: name}) RETURN name"
    labels = "|".join(map(name, synced.labels))
    return f"UNWIND $names AS name MATCH (:{labels} {{{name(synced.known_by)}: name}}) RETURN name"


def _make(stream: Stream, rows: Sequence[IncomingRecord], at: datetime) -> Statement:
    """Makes new rows, their records and their edges: all is new, so that nothing is looked for but the other ends."""
    label = stream.label
    properties = [each.name for each in provenance.said_about(GRAPH.node(label))]
    own = "id: row.id, " if GRAPH.node(label).key == "id" else ""
    kinds = sorted(
        {(link.type, link.label) for row in rows for link in row.links if is_there_before(stream, link.label)}
    )
    text = (
        f"UNWIND $rows AS row CREATE (n:{name(label)}{':Party' if label in PARTY.labels else ''} {{{own}source:"
        f" row.system, {_of_row((*properties, *_searched(label)))}}})"
        " CREATE (r:SourceRecord {changedAt: $at,"
        f" {_of_row((*_OF_RECORDS, *properties))}}}) CREATE"
        " (r)-[:DESCRIBES]->(n) FOREACH (key IN row.identities | CREATE (:Identity {key: key, of: row.id})) "
    )
    for type_, head in kinds:
        text += (
            f"WITH row, n CALL (row, n) {{ UNWIND row.{name(f'{type_}_{head}')} AS end MATCH (x:{name(head)}"
            f" {{{GRAPH.node(head).key}: end}}) CREATE (n)-[:{name(type_)} {{saidBy: [row.id]}}]->(x) }} "
        )
    made = [
        {
            **_record(stream, row),
            **_other_words(stream, row),
            "identities": [row.identity] if row.identity else [],
            **_ends(row),
        }
        for row in rows
    ]
    return Statement(text, {"rows": made, "at": at})


def _of_row(properties: Iterable[str]) -> str:
    """The inside of a map with these properties of `row`."""
    return ", ".join(f"{name(each)}: row.{name(each)}" for each in properties)


def _ends(row: IncomingRecord) -> dict[str, list[str]]:
    """The other ends of a row's edges, by type and label."""
    ends: dict[str, list[str]] = {}
    for link in row.links:
        ends.setdefault(f"{link.type}_{link.label}", []).append(link.key)
    return ends


def _describe(label: str) -> str:
    """Writes records, each of which may come to describe another row than before, or one that others describe, too."""
    target, merged, made = _row(label)
    kept = ", ".join(f"n.{own} AS {own}" for own in provenance.KEPT_BY_HUB)
    keeps = ", ".join(f"n.{own} = {own}" for own in provenance.KEPT_BY_HUB)
    return (
        "UNWIND $rows AS row MERGE (r:SourceRecord {id: row.id}) "
        "WITH row, r, r.identity AS claimed OPTIONAL MATCH (r)-[d:DESCRIBES]->(before) "
        # nobody is known by an address any more that its last record has given up
        "FOREACH (gone IN CASE WHEN claimed <> coalesce(row.identity, '') AND "
        "NOT EXISTS { (before)<-[:DESCRIBES]-(other:SourceRecord) WHERE other <> r AND other.identity = claimed } "
        "THEN [claimed] ELSE [] END | MERGE (i:Identity {key: gone}) DELETE i) "
        f"SET r = row.record, r.changedAt = $at {target}"
        f"MERGE (n:{name(label)} {merged}) ON CREATE SET {', '.join((*made, 'n.source = row.system'))} "
        "FOREACH (_ IN CASE WHEN before = n THEN [] ELSE [1] END | DELETE d CREATE (r)-[:DESCRIBES]->(n)) "
        "FOREACH (left IN CASE WHEN before = n THEN [] ELSE [before] END | SET left:Unsettled) "
        f"WITH row, n, n.id AS id, n.source AS source, {kept}, COUNT {{ (n)<-[:DESCRIBES]-() }} AS records "
        f"FOREACH (_ IN CASE WHEN records = 1 AND NOT source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | "
        f"SET n = row.values SET n.id = id, n.source = source, {keeps}) "
        f"FOREACH (_ IN CASE WHEN records > 1 OR source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | SET n:Unsettled)"
    )


def _row(label: str) -> tuple[str, str, tuple[str, ...]]:
    """How the row is found that a record describes: what comes before its MERGE, the key there, and what a new one
    is given.
    """
    match label:
        case "Contact":
            # a record that has lost the key by which it had joined another system's goes on alone
            target = (
                "WITH row, r, d, before, CASE WHEN before IS NOT NULL AND (before.id = row.id OR NOT EXISTS { "
                "(before)<-[:DESCRIBES]-(other:SourceRecord) WHERE other <> r AND other.retiredAt IS NULL }) "
                "THEN before.id ELSE row.id END AS own "
                "FOREACH (identity IN CASE WHEN row.identity IS NULL THEN [] ELSE [row.identity] END | "
                "MERGE (i:Identity {key: identity}) ON CREATE SET i.of = own) "
                "WITH row, r, d, before, own OPTIONAL MATCH (i:Identity {key: row.identity}) "
                "WITH row, r, d, before, coalesce(i.of, own) AS target "
                # one that no system had listed any more is what it was
                "OPTIONAL MATCH (old:RetiredContact {id: target}) FOREACH (o IN CASE WHEN old IS NULL THEN [] ELSE"
                " [old] END | "
                "SET o:Contact REMOVE o:RetiredContact, o.retiredAt) WITH row, r, d, before, target "
            )
            return target, "{id: target}", ()
        case _:
            known_by = SYNCED[label].known_by
            assert known_by is not None
            own = ("n.id = row.id",) if GRAPH.node(label).key == "id" else ()
            party = ("n:Party",) if label in PARTY.labels else ()
            return "WITH row, r, d, before ", f"{{{name(known_by)}: row.values.{name(known_by)}}}", (*own, *party)


def _described(stream: Stream, row: IncomingRecord) -> dict[str, object]:
    """A record and what it says, as a member of the `$rows` of `_describe`."""
    record = _record(stream, row)
    return {"id": record["id"], "system": stream.system, "identity": row.identity, "record": record,
            "values": {**row.values, **_other_words(stream, row)}}  # fmt: skip


def _searched(label: str) -> tuple[str, ...]:
    return (OTHER_WORDS,) if GRAPH.node(label).text else ()


def _other_words(stream: Stream, row: IncomingRecord) -> dict[str, str]:
    """What search finds the row by beside the words of its texts."""
    words = of_row(GRAPH.node(stream.label).text, row.values)
    return {OTHER_WORDS: words} if words else {}


def _record(stream: Stream, row: IncomingRecord) -> Properties:
    """A record's properties, but for when it changed: the driver takes longer over a moment than over all the
    others together.
    """
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
        "source": stream.system,
    }
    return {property_: value for property_, value in record.items() if value is not None}


def _link_statements(stream: Stream, rows: Iterable[IncomingRecord], *, later: bool = False) -> Iterator[Statement]:
    """The edges of rows that one system alone describes; those of others are made when they are settled.

    `later` are only those to rows that may not have been there before.
    """
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        for link in row.links:
            if later and is_there_before(stream, link.label):
                continue
            grouped.setdefault((link.type, link.label), []).append({"id": stream.record(row.key), "end": link.key})
    for (type_, label), ends in grouped.items():
        text = (
            f"UNWIND $rows AS row MATCH (r:SourceRecord {{id: row.id}})-[:DESCRIBES]->(n:{name(stream.label)}) WHERE"
            f" NOT n:Unsettled {end_of(stream, label)} MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy ="
            " [row.id]"
        )
        yield Statement(text, {"rows": ends, "system": stream.system, "stream": stream.id})


def links_to_later(stream: Stream, slots: range) -> Iterator[Statement]:
    """The edges to rows of the same stream that were written after the row that says so; of rows at these places."""
    for edge, head in edges_from(stream.label):
        if head == stream.label:
            prefix = f"{edge.type} {head} "
            text = (
                "MATCH (r:SourceRecord) USING INDEX r:SourceRecord(system, stream, slot) WHERE r.system = $system AND"
                " r.stream = $name AND $from <= r.slot AND r.slot < $to UNWIND [link IN r.links WHERE link STARTS WITH"
                f" $prefix] AS link MATCH (r)-[:DESCRIBES]->(n:{name(head)}) MATCH (:SourceRecord {{id: $stream + '|' +"
                f" substring(link, size($prefix))}})-[:DESCRIBES]->(x:{name(head)}) MERGE"
                f" (n)-[e:{name(edge.type)}]->(x) ON CREATE SET e.saidBy = [r.id]"
            )
            parameters = {"system": stream.system, "name": stream.name, "stream": stream.id, "prefix": prefix}
            yield Statement(text, {**parameters, "from": slots.start, "to": slots.stop})
