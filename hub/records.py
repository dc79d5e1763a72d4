"""What systems say, written: a record for each system and key, the row it describes, and the edges it says there are.

A row that one system alone describes has that system's values. One that several describe is *unsettled* by every change, and settled
in the same transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString

from graph_schema import provenance
from graph_schema.cypher import Statement, name
from graph_schema.parties import PARTY
from hub.graph import Run
from hub.said import BASE_RANKS, Batch, Said, Stream, edges_from, end_of
from hub.settling import settle


async def write(run: Run, batch: Batch) -> None:
    """Writes a batch within a transaction. Written twice, it changes nothing the second time but `changedAt`."""
    stream, rows = batch.stream, batch.rows
    await run(Statement(_ONE_AT_A_TIME, {"batch": f"{stream.id} {batch.at}"}))
    if rows and stream.label == "Case":
        await run(Statement(_CASES_BACK, {"numbers": [row.values["number"] for row in rows]}))
    changed = [row for row in rows if row.key in batch.known]
    if changed:
        await run(Statement(_DROP_CLAIMS, {"ids": [stream.record(row.key) for row in changed]}))
        await run(Statement(_describe_again(stream.label), {"rows": [_again(stream, row, batch.at) for row in changed]}))
    for statement in _describe(stream, [row for row in rows if row.key not in batch.known], batch.at):
        await run(statement)
    for statement in _link_statements(stream, rows):
        await run(statement)
    if batch.gone:
        await run(Statement(_GONE, {"ids": [stream.record(key) for key in batch.gone], "at": batch.at}))
    await settle(run, stream.label, batch.at)


_ONE_AT_A_TIME: Final[LiteralString] = "MERGE (l:Lease {id: 'records'}) SET l.lockedBy = $batch"
"""Batches of several processes, which touch the same offices and goods, follow one another rather than wait in a circle."""
_KEYS: Final = {"Case": "number", "Importer": "number", "Broker": "filerCode"}
"""By which property a row is known to everybody; a contact only by its identity."""

_DROP_CLAIMS: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (:SourceRecord {id: id})-[:DESCRIBES]->(n)-[e]->() WHERE id IN e.saidBy
SET e.saidBy = [said IN e.saidBy WHERE said <> id]
WITH e WHERE e.saidBy = [] DELETE e"""

# a case that no system had listed any more is what it was
_CASES_BACK: Final[LiteralString] = """
UNWIND $numbers AS number MATCH (k:RetiredCase {number: number}) SET k:Case REMOVE k:RetiredCase, k.retiredAt"""
_GONE: Final[LiteralString] = """
UNWIND $ids AS id
MATCH (r:SourceRecord {id: id}) WHERE r.retiredAt IS NULL
SET r.retiredAt = $at, r.hash = null, r.changedAt = $at
WITH r MATCH (r)-[:DESCRIBES]->(n) SET n:Unsettled
WITH r, n MATCH (i:Identity {key: r.identity})
WHERE NOT EXISTS { (n)<-[:DESCRIBES]-(other:SourceRecord) WHERE other.identity = r.identity AND other.retiredAt IS NULL }
DELETE i"""


def _describe(stream: Stream, rows: Sequence[Said], at: datetime) -> Iterator[Statement]:
    """Writes new records and the row each describes; a row that other records describe, too, or that was there before, is unsettled."""
    own = stream.label in provenance.RETIRED
    for identified in (False, True):
        found = [
            {
                "record": (record := _record(stream, row, at)),
                "made": {**row.values, **({"id": record["id"]} if own else {}), "source": stream.system},
                "identity": row.identity,
            }
            for row in rows
            if (row.identity is not None) == identified
        ]
        if found:
            yield Statement(_make(stream.label, identified=identified), {"rows": found})


def _make(label: str, *, identified: bool) -> str:
    match label:
        case "Contact" if identified:
            row = "MERGE (i:Identity {key: row.identity}) ON CREATE SET i.of = row.made.id MERGE (n:Contact {id: i.of})"
        case "Contact":
            row = "MERGE (n:Contact {id: row.made.id})"
        case _:
            row = f"MERGE (n:{name(label)} {{{_KEYS[label]}: row.made.{_KEYS[label]}}})"
    return (
        f"UNWIND $rows AS row {row} ON CREATE SET n = row.made{', n:Party' if label in PARTY.labels else ''} "
        "CREATE (r:SourceRecord) SET r = row.record CREATE (r)-[:DESCRIBES]->(n) "
        f"WITH n WHERE COUNT {{ (n)<-[:DESCRIBES]-() }} > 1 OR n.source IN {list(BASE_RANKS)} SET n:Unsettled"
    )


def _describe_again(label: str) -> str:
    """The same of records that were there before, each of which may come to describe another row."""
    target, merged, made = _row(label)
    return (
        "UNWIND $rows AS row MERGE (r:SourceRecord {id: row.id}) "
        "WITH row, r, r.identity AS claimed OPTIONAL MATCH (r)-[d:DESCRIBES]->(before) "
        # nobody is known by an address any more that its last record has given up
        "FOREACH (gone IN CASE WHEN claimed <> coalesce(row.identity, '') AND "
        "NOT EXISTS { (before)<-[:DESCRIBES]-(other:SourceRecord) WHERE other <> r AND other.identity = claimed } "
        "THEN [claimed] ELSE [] END | MERGE (i:Identity {key: gone}) DELETE i) "
        f"SET r = row.record {target}"
        f"MERGE (n:{name(label)} {merged}) ON CREATE SET {', '.join((*made, 'n.source = row.system'))} "
        "FOREACH (_ IN CASE WHEN before = n THEN [] ELSE [1] END | DELETE d CREATE (r)-[:DESCRIBES]->(n)) "
        "FOREACH (left IN CASE WHEN before = n THEN [] ELSE [before] END | SET left:Unsettled) "
        "WITH row, n, n.id AS id, n.source AS source, COUNT { (n)<-[:DESCRIBES]-() } AS records "
        f"FOREACH (_ IN CASE WHEN records = 1 AND NOT source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | "
        "SET n = row.values SET n.id = id, n.source = source) "
        f"FOREACH (_ IN CASE WHEN records > 1 OR source IN {list(BASE_RANKS)} THEN [1] ELSE [] END | SET n:Unsettled)"
    )


def _row(label: str) -> tuple[str, str, tuple[str, ...]]:
    """How the row is found that a record describes: what comes before its MERGE, the key there, and what a new one is given."""
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
                "OPTIONAL MATCH (old:RetiredContact {id: target}) FOREACH (o IN CASE WHEN old IS NULL THEN [] ELSE [old] END | "
                "SET o:Contact REMOVE o:RetiredContact, o.retiredAt) WITH row, r, d, before, target "
            )
            return target, "{id: target}", ()
        case "Case":
            return "WITH row, r, d, before ", "{number: row.values.number}", ("n.id = row.id",)
        case _:
            return "WITH row, r, d, before ", f"{{{_KEYS[label]}: row.values.{_KEYS[label]}}}", ("n:Party",)


def _again(stream: Stream, row: Said, at: datetime) -> dict[str, Any]:
    record = _record(stream, row, at)
    return {"id": record["id"], "system": stream.system, "identity": row.identity, "values": row.values, "record": record}


def _record(stream: Stream, row: Said, at: datetime) -> dict[str, Any]:
    """A record's properties."""
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
    return {found: value for found, value in record.items() if value is not None}


def _link_statements(stream: Stream, rows: Iterable[Said]) -> Iterator[Statement]:
    """The edges of rows that one system alone describes; those of others are made when they are settled."""
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        for link in row.links:
            grouped.setdefault((link.type, link.label), []).append({"id": stream.record(row.key), "end": link.key})
    for (type_, label), found in grouped.items():
        text = (
            f"UNWIND $rows AS row MATCH (r:SourceRecord {{id: row.id}})-[:DESCRIBES]->(n:{name(stream.label)}) WHERE NOT n:Unsettled "
            f"{end_of(stream, label)} MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy = [row.id]"
        )
        yield Statement(text, {"rows": found, "system": stream.system, "stream": stream.id})


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
