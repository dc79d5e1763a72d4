"""In which order rows come, always a total one, and how a page goes on before or after a given row."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph_schema.cypher import bind, literal
from graph_schema.model import Edge, GraphSchema, Kind, Route
from hub.compile import query as asked
from hub.compile.query import CursorOf, OrderKey


def _no_other(slot: str) -> str:
    raise ValueError(f"an order is by a row {{n}} and an edge {{e}}, not by {slot}")


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key: an expression about the row `{n}` and its edge `{e}`, or about the row at the end of `path`,
    `{n}` there.
    """

    expression: str
    kind: Kind
    descending: bool
    nullable: bool
    path: tuple[Route, ...] = ()

    def of(self, row: str, edge: str) -> str:
        """The expression, about the row and the edge behind these variables."""
        return bind(self.expression, {"n": row, "e": edge}, _no_other)

    def reversed(self) -> "Sort":
        """The same key in the other direction, as for a page from the end."""
        return replace(self, descending=not self.descending)


def sorts(graph: GraphSchema, labels: Sequence[str], keys: Sequence[OrderKey], edge: Edge | None) -> tuple[Sort, ...]:
    """The asked keys, then the row's own key, then the edge's, so that no two rows are equal.

    The tie-breaking keys take the direction of the last asked one, as an index read backwards does.
    """
    descending = keys[-1].descending if keys else False
    made = [_asked(graph, labels, key, edge) for key in keys]
    made += of_rows(
        graph, labels, {key.property for key in keys if not key.path and not key.of_edge}, descending=descending
    )
    if edge and edge.key:
        kind = next(declared.kind for declared in edge.properties if declared.name == edge.key)
        made.append(Sort(f"{{e}}.{edge.key}", kind, descending, nullable=False))
    return tuple(made)


def of_rows(graph: GraphSchema, labels: Sequence[str], decided: set[str], *, descending: bool = False) -> list[Sort]:
    """The keys that tell rows of these labels apart, but for what is decided already."""
    if len(labels) == 1:
        node = graph.node(labels[0])
        if node.key in decided:
            return []
        return [Sort(f"{{n}}.{node.key}", node.property_named(node.key).kind, descending, nullable=False)]
    key_of = " ".join(f"WHEN {{n}}:{label} THEN {{n}}.{graph.node(label).key}" for label in labels)
    label_of = " ".join(f"WHEN {{n}}:{label} THEN {literal(label)}" for label in labels)
    return [Sort(f"CASE {text} END", Kind.STRING, descending, nullable=False) for text in (key_of, label_of)]


def cursor_of(type_name: str, keys: Sequence[Sort], page: asked.Page, bound: tuple[str, ...] = ()) -> CursorOf:
    """What a cursor of that list must match, so that none is taken for another list, another order or other conditions.

    `bound` are parameters it is good for beside those of the conditions.
    """
    order = (f"{'.'.join(route.way.field for route in key.path)}{key.expression} {key.descending}" for key in keys)
    text = "|".join([type_name, *order, _form(page.where)])
    return CursorOf(
        hashlib.sha256(text.encode()).hexdigest()[:8],
        tuple(key.kind for key in keys),
        (*bound, *_parameters(page.where)),
    )


def order_by(keys: Sequence[Sort], row: str, edge: str) -> str:
    """What follows ORDER BY, about the row and the edge behind these variables."""
    return ", ".join(key.of(row, edge) + (" DESC" if key.descending else "") for key in keys)


def comes_after(keys: Sequence[Sort], parameters: Sequence[str], row: str, edge: str) -> str:
    """The predicate of rows that come after the position the parameters hold; empty values as Cypher orders them."""
    predicate = ""
    for key, parameter in reversed(list(zip(keys, parameters, strict=True))):
        value, position = key.of(row, edge), f"${parameter}"
        later = f"{value} {'<' if key.descending else '>'} {position}"
        same = f"{value} = {position}"
        if key.nullable:
            beyond = (
                f"{position} IS NULL AND {value} IS NOT NULL"
                if key.descending
                else f"{position} IS NOT NULL AND {value} IS NULL"
            )
            later = f"({later} OR ({beyond}))"
            same = f"({same} OR ({position} IS NULL AND {value} IS NULL))"
        predicate = f"({later} OR ({same} AND {predicate}))" if predicate else later
    first, position = keys[0], f"${parameters[0]}"
    if first.nullable or len(keys) == 1:
        return f"({predicate})"
    # says nothing new, but by a plain range an index can start there
    return f"{first.of(row, edge)} {'<=' if first.descending else '>='} {position} AND ({predicate})"


def _asked(graph: GraphSchema, labels: Sequence[str], key: OrderKey, edge: Edge | None) -> Sort:
    if key.of_edge:
        assert edge is not None
        declared = next(declared for declared in edge.properties if declared.name == key.property)
        return Sort(f"{{e}}.{declared.name}", declared.kind, key.descending, nullable=not declared.required)
    owner = key.path[-1].labels[0] if key.path else labels[0]
    declared = graph.node(owner).property_named(key.property)
    return Sort(
        f"{{n}}.{declared.name}",
        declared.kind,
        key.descending,
        nullable=bool(key.path) or not declared.required,
        path=key.path,
    )


def _form(condition: asked.Condition) -> str:
    """A condition without its values."""
    match condition:
        case asked.Compare():
            return f"{'~' if condition.of_edge else ''}{condition.property} {condition.operator}"
        case asked.All() | asked.AnyOf():
            return f"{type(condition).__name__}({','.join(map(_form, condition.of))})"
        case asked.Not():
            return f"Not({_form(condition.of)})"
        case asked.Across():
            return f"{condition.quantifier} {condition.route.way.field}({_form(condition.condition)})"
        case asked.IsA():
            return f"{condition.label}({_form(condition.condition)})"
        case asked.OnDesk():
            return f"on desk {condition.of.name}"


def _parameters(condition: asked.Condition) -> Iterator[str]:
    """The parameters it compares with: a cursor is good for these alone."""
    match condition:
        case asked.Compare():
            yield condition.parameter
        case asked.All() | asked.AnyOf():
            for member in condition.of:
                yield from _parameters(member)
        case asked.Not():
            yield from _parameters(condition.of)
        case asked.Across() | asked.IsA():
            yield from _parameters(condition.condition)
        case asked.OnDesk():
            pass
