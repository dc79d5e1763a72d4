"""Rows that several records describe: of each property the value of the record with the smallest rank, and all their
edges.

What a row was before systems described it (made by a verb, shipped, or of the sample world) is kept as a record like
theirs. As long as no system of its owner describes it, verbs go on changing it, and that record follows. What others
than the owner's systems say gives a row values only where it has no owner's record at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, LiteralString

from graph_schema import provenance
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Run
from hub.records.source_record import BASE_RANKS, UNOWNED, Stream, edges_from, end_of, is_to_one


async def settle(run: Run, label: str, at: datetime) -> None:
    """Gives every unsettled row of a label its values and edges again, from all records that describe it."""
    found = await run(Statement(_unsettled(label), {}))
    if not found:
        return
    kept: list[dict[str, Any]] = []
    retired: list[str] = []
    bases: list[dict[str, Any]] = []
    for element, properties, described, edges in found:
        records: list[Mapping[str, Any]] = described
        has_base = any(record["stream"] == "itself" for record in described)
        if properties["source"] in BASE_RANKS and (not has_base or properties.get("origins") is None):
            base = _base(label, properties, at)
            bases.append({"element": element, "id": base["id"], "record": base})
            records = [base, *(record for record in described if record["stream"] != "itself")]
        records = sorted(records, key=_by_rank)
        live = [record for record in records if record.get("retiredAt") is None]
        has_owner = any(record["rank"] < UNOWNED for record in records)
        counting = [record for record in live if record["rank"] < UNOWNED or not has_owner]
        if counting:
            kept.append(
                {"element": element, "values": _winners(label, counting), "edges": list(_edges(label, live, edges))}
            )
        else:
            retired.append(element)
    if bases:
        await run(Statement(_KEEP_BASES, {"rows": bases}))
    await run(Statement(_GIVE_VALUES, {"rows": kept}))
    for statement in _edge_statements(label, kept):
        await run(statement)
    if retired:
        await run(Statement(_retire(label), {"elements": retired, "at": at}))


def _by_rank(record: Mapping[str, Any]) -> tuple[int, str, str]:
    return record["rank"], record["system"], record["id"]


def _unsettled(label: str) -> str:
    return (
        f"MATCH (n:{name(label)}:Unsettled) REMOVE n:Unsettled WITH n ORDER BY elementId(n) RETURN elementId(n),"
        " properties(n), COLLECT { MATCH (n)<-[:DESCRIBES]-(r:SourceRecord) RETURN properties(r) }, COLLECT { MATCH"
        " (n)-[e]->() RETURN [type(e), e.saidBy] }"
    )


def _base(label: str, properties: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a row was before systems described it, as a record of its own."""
    source, key = properties["source"], str(properties[GRAPH.node(label).key])
    said = {found.name: _as_it_was(properties.get(found.name)) for found in provenance.said_about(GRAPH.node(label))}
    record = {
        **said, "id": f"{source}|itself|{label}:{key}", "system": source, "stream": "itself", "key": key, "slot": 0,
        "rank": BASE_RANKS[source], "changedAt": at, "source": source,
    }  # fmt: skip
    return {found: value for found, value in record.items() if value is not None}


_KEEP_BASES: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (n) WHERE elementId(n) = row.element
MERGE (r:SourceRecord {id: row.id}) SET r = row.record MERGE (r)-[:DESCRIBES]->(n)"""

_GIVE_VALUES: Final[LiteralString] = """
UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element SET n += row.values REMOVE n.retiredAt"""


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


def _edges(
    label: str, live: Sequence[Mapping[str, Any]], now: Sequence[tuple[str, list[str] | None]]
) -> Iterator[dict[str, Any]]:
    """The edges that the records say there are; of a way that leads to one row, those of the first record that has
    any.
    """
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
        yield {
            "type": type_,
            "label": head,
            "key": key,
            "saidBy": said_by,
            "system": first["system"],
            "stream": first["stream"],
        }


def _edge_statements(label: str, kept: Sequence[Mapping[str, Any]]) -> Iterator[Statement]:
    yield Statement(_DROP_SAID, {"elements": [row["element"] for row in kept]})
    grouped: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in kept:
        for edge in row["edges"]:
            group = (edge["type"], edge["label"], edge["system"], edge["stream"])
            grouped.setdefault(group, []).append(
                {"element": row["element"], "end": edge["key"], "saidBy": edge["saidBy"]}
            )
    for (type_, head, system, stream), found in grouped.items():
        text = (
            "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element"
            f" {end_of(Stream(system, stream, label), head)} MERGE (n)-[e:{name(type_)}]->(x) ON CREATE SET e.saidBy ="
            " row.saidBy"
        )
        yield Statement(text, {"rows": found, "system": system, "stream": Stream(system, stream, label).id})


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
