"""What a question of the hub's own tells: its records become lists of positions, as rows do."""

from collections.abc import Sequence

from graph_schema.model import Edge
from hub.compile import asked
from hub.compile.page import Row, sent
from hub.compile.question import Question, Record, RecordOf, Records, RowOf, Value
from hub.compile.rows import Rows
from hub.compile.shape import record
from hub.compile.visible import Sight
from hub.compile.walk import Scope


class Told:
    """Writes the records of a question."""

    def __init__(self, scope: Scope, rows: Rows) -> None:
        self._scope = scope
        self._rows = rows
        self._sees = _Sees(scope)

    def question(self, question: Question, given: frozenset[str], fields: Sequence[asked.Told]) -> tuple[str, str]:
        """The body of the statement, and its shaper."""
        made = self._record(question.record, fields)
        start = question.start(self._sees, given)
        return "\n".join((start, *made.clauses, f"RETURN {made.expression} AS row")), made.shaper

    def _record(self, declared: Record, fields: Sequence[asked.Told]) -> Row:
        clauses, values, items = list[str](), list[str](), list[tuple[str, str]]()
        for found in fields:
            if found.name == "__typename":
                items.append((found.key, repr(declared.type)))
                continue
            at = f"r[{len(values)}]"
            match declared.member(found.name):
                case Value() as value:
                    values.append(sent(value.expression, value.declared.kind))
                    items.append((found.key, at))
                case RowOf() as row:
                    made = self._row(row, found)
                    clauses += made.clauses
                    values.append(made.expression)
                    items.append((found.key, f"None if {at} is None else {made.shaper}({at}, p, w)"))
                case RecordOf() as inner:
                    made = self._record(inner.record, found.fields)
                    clauses += made.clauses
                    values.append(made.expression)
                    items.append((found.key, f"{made.shaper}({at}, p, w)"))
                case Records() as several:
                    made = self._record(several.record, found.fields)
                    each = " ".join((several.clauses(self._sees), *made.clauses))
                    values.append(f"COLLECT {{ {each} RETURN {made.expression} ORDER BY {several.order} }}")
                    items.append((found.key, f"[{made.shaper}(x, p, w) for x in {at}]"))
        # a list without a value would be one that Cypher cannot tell the kind of
        return Row(tuple(clauses), f"[{', '.join(values) or '0'}]", self._scope.shapers.function(record(items)))

    def _row(self, declared: RowOf, found: asked.Told) -> Row:
        made = self._rows.row(declared.variable, found.selection, Sight(predicate=None))
        return Row(made.clauses, f"CASE WHEN {declared.variable} IS NULL THEN null ELSE {made.expression} END", made.shaper)


class _Sees:
    """The rule table, for a start that is written by hand."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def row(self, variable: str, label: str) -> str:
        return self._scope.visible.row(variable, (label,)).predicate or "true"

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        return self._scope.visible.by_edge(label, edge, row, end)

    def every(self, label: str) -> str:
        rows = f"COLLECT {{ {self._scope.visible.enumerated(label, 'seen')} RETURN DISTINCT seen }}"
        everything = self._scope.visible.everything(label)
        return f"CASE WHEN {everything} THEN [] ELSE {rows} END" if everything else rows

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        return self._scope.visible.edge_by_sets(edge, tail, head)

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str:
        return self._scope.visible.edge(edge, tail, head, variable) or "true"
