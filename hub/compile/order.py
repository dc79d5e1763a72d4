"""In which order rows come, always a total one, and how a page goes on after a given row."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from graph_schema.model import Edge, GraphSchema, Kind
from hub.compile.asked import CursorOf, OrderKey


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key: an expression about the row `{n}` and its edge `{e}`."""

    expression: str
    kind: Kind
    descending: bool
    nullable: bool

    def of(self, row: str, edge: str) -> str:
        return self.expression.replace("{n}", row).replace("{e}", edge)


def sorts(graph: GraphSchema, labels: Sequence[str], asked: Sequence[OrderKey], edge: Edge | None) -> tuple[Sort, ...]:
    """The asked keys, then the row's own key, then the edge's, so that no two rows are equal.

    The tie-breaking keys take the direction of the last asked one, as an index read backwards does.
    """
    descending = asked[-1].descending if asked else False
    keys = [_asked(graph, labels, key) for key in asked]
    if len(labels) == 1:
        node = graph.node(labels[0])
        if node.key not in {key.property for key in asked}:
            keys.append(Sort(f"{{n}}.{node.key}", node.property_named(node.key).kind, descending, nullable=False))
    else:
        key_of = " ".join(f"WHEN {{n}}:{label} THEN {{n}}.{graph.node(label).key}" for label in labels)
        keys.append(Sort(f"CASE {key_of} END", Kind.STRING, descending, nullable=False))
        label_of = " ".join(f"WHEN {{n}}:{label} THEN '{label}'" for label in labels)
        keys.append(Sort(f"CASE {label_of} END", Kind.STRING, descending, nullable=False))
    if edge and edge.key:
        kind = next(found.kind for found in edge.properties if found.name == edge.key)
        keys.append(Sort(f"{{e}}.{edge.key}", kind, descending, nullable=False))
    return tuple(keys)


def cursor_of(type_name: str, keys: Sequence[Sort]) -> CursorOf:
    """What a cursor of that list must match, so that none is taken for another list or another order."""
    text = "|".join([type_name, *(f"{key.expression} {key.descending}" for key in keys)])
    return CursorOf(hashlib.sha256(text.encode()).hexdigest()[:8], tuple(key.kind for key in keys))


def order_by(keys: Sequence[Sort], row: str, edge: str) -> str:
    return ", ".join(key.of(row, edge) + (" DESC" if key.descending else "") for key in keys)


def comes_after(keys: Sequence[Sort], parameters: Sequence[str], row: str, edge: str) -> str:
    """The predicate of rows that come after the position the parameters hold; empty values as Cypher orders them."""
    predicate = ""
    for key, parameter in reversed(list(zip(keys, parameters, strict=True))):
        value, position = key.of(row, edge), f"${parameter}"
        later = f"{value} {'<' if key.descending else '>'} {position}"
        same = f"{value} = {position}"
        if key.nullable:
            beyond = f"{position} IS NULL AND {value} IS NOT NULL" if key.descending else f"{position} IS NOT NULL AND {value} IS NULL"
            later = f"({later} OR ({beyond}))"
            same = f"({same} OR ({position} IS NULL AND {value} IS NULL))"
        predicate = f"({later} OR ({same} AND {predicate}))" if predicate else later
    return f"({predicate})"


def _asked(graph: GraphSchema, labels: Sequence[str], key: OrderKey) -> Sort:
    found = graph.node(labels[0]).property_named(key.property)
    return Sort(f"{{n}}.{found.name}", found.kind, key.descending, nullable=not found.required)
