"""Rows -> the statements that write them: derived from GRAPH, idempotent, sorted by key, values bound."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from graph_schema.cypher import Properties, Statement, name
from graph_schema.formats import BadFormat
from graph_schema.model import Edge, GraphSchema, Kind, NodeType
from graph_schema.words import OTHER_WORDS, of_row

BATCH: Final = 500
_Row = TypeVar("_Row")
_Key = TypeVar("_Key")


class BadRow(ValueError):
    """A row that must not be written; the message names its label and key and what is wrong, never a refused value."""


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as a source gives it: its properties, the key among them, and `hidden`, what the hub keeps with it for
    itself (see `graph_schema.bookkeeping`)."""

    label: str
    properties: Properties
    hidden: Properties = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """An edge as a source gives it: its ends by label and key."""

    edge: Edge
    tail: tuple[str, Any]
    head: tuple[str, Any]
    properties: Properties = field(default_factory=dict[str, Any])


def node_statements(graph: GraphSchema, rows: Iterable[NodeRow], size: int = BATCH) -> Iterator[Statement]:
    """Statements that make each row's node equal to the row. Raises `BadRow` before anything of its batch is
    written.
    """
    for label, rows_ in _grouped(rows, lambda row: row.label).items():
        node = graph.node(label)
        labels = ":".join(
            (label, *(abstract.name for abstract in graph.abstracts if abstract.shared and label in abstract.labels))
        )
        text = (
            f"UNWIND $rows AS row MERGE (n:{name(label)} {{{name(node.key)}: row.{node.key}}}) SET n = row, n:{labels}"
        )
        checked = sorted(
            ({**_checked(node, row.properties), **row.hidden} for row in rows_), key=lambda row: str(row[node.key])
        )
        for batch in _batches(checked, size):
            yield Statement(text, {"rows": batch})


def edge_statements(graph: GraphSchema, rows: Iterable[EdgeRow], size: int = BATCH) -> Iterator[Statement]:
    """Statements that make each row's edge. An edge whose end is missing is not made; `dangling` tells beforehand."""
    for (edge_name, tail, head), rows_ in _grouped(rows, lambda row: (row.edge.name, row.tail[0], row.head[0])).items():
        edge = graph.edge(edge_name)
        identity = f" {{{name(edge.key)}: row.properties.{edge.key}}}" if edge.key else ""
        text = (
            f"UNWIND $rows AS row MATCH (a:{name(tail)} {{{graph.node(tail).key}: row.tail}}) "
            f"MATCH (b:{name(head)} {{{graph.node(head).key}: row.head}}) "
            f"MERGE (a)-[e:{name(edge.type)}{identity}]->(b) SET e = row.properties"
        )
        made = sorted(
            ({"tail": row.tail[1], "head": row.head[1], "properties": dict(row.properties)} for row in rows_),
            key=lambda row: (str(row["tail"]), str(row["head"])),
        )
        for batch in _batches(made, size):
            yield Statement(text, {"rows": batch})


def dangling(graph: GraphSchema, nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> Iterator[str]:
    """What is wrong with edges that name a node none of the rows is, one sentence each."""
    known = {(row.label, row.properties[graph.node(row.label).key]) for row in nodes}
    for row in edges:
        for label, key in (row.tail, row.head):
            if (label, key) not in known:
                yield (
                    f"{row.edge.type} from {row.tail[0]} {row.tail[1]} to {row.head[0]} {row.head[1]}: there is no"
                    f" {label} {key}"
                )


def _checked(node: NodeType, properties: Properties) -> Properties:
    """The row with its formats checked and its empty values left out."""
    row = {key: value for key, value in properties.items() if value is not None}
    known = {property_.name: property_ for property_ in node.properties}
    if unknown := set(row) - set(known):
        raise BadRow(f"{node.label}: no such property: {', '.join(sorted(unknown))}")
    for property_ in node.properties:
        value = row.get(property_.name)
        if value is None:
            if property_.required:
                raise BadRow(f"{node.label} {row.get(node.key, '?')}: {property_.name} is missing")
            continue
        if property_.values and value not in property_.values:
            raise BadRow(f"{node.label} {row[node.key]}: {property_.name} must be one of {', '.join(property_.values)}")
        if property_.format and property_.kind is Kind.STRING:
            try:
                row[property_.name] = property_.format.check(value)
            except BadFormat as error:
                raise BadRow(f"{node.label}: {error}") from None
    return {**row, OTHER_WORDS: others} if (others := of_row(node.text, row)) else row


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], _Key]) -> dict[_Key, list[_Row]]:
    groups: dict[_Key, list[_Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _batches(rows: Sequence[_Row], size: int) -> Iterator[list[_Row]]:
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
