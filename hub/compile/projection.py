"""Rows: what is asked of a row becomes a list of positions, with a shaper that puts them back under their names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from graph_schema.rule import Guard
from hub.compile import query
from hub.compile.access import Visibility
from hub.compile.access_path import reached
from hub.compile.connection import Listing, Pages, Row, plain
from hub.compile.filter import predicates, said_in
from hub.compile.order import sorts
from hub.compile.shaper import record
from hub.compile.traversal import Scope, along, named


class Rows:
    """Writes what is asked of rows, and of the rows that lead on from them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.pages = Pages(scope, self)

    def row(self, variable: str, selection: query.Selection, sight: Visibility) -> Row:
        labels = tuple(selection)
        fields = selection[labels[0]]
        shapers = self._scope.shapers
        if len(labels) == 1 or self._alike(selection):
            clauses, values, items = self._fields(variable, labels[0], fields, sight, start=0, typed=False)
            return Row(tuple(clauses), f"[{', '.join(values)}]", shapers.function(record(items)))
        clauses, branches, functions = list[str](), list[str](), list[str]()
        for position, label in enumerate(labels):
            more, values, items = self._fields(variable, label, selection[label], sight, start=1, typed=True)
            clauses += more
            branches.append(f"WHEN {variable}:{label} THEN [{', '.join((str(position), *values))}]")
            functions.append(shapers.function(record(items)))
        shaper = shapers.function(f"({', '.join(functions)},)[r[0]](r, p, w)")
        return Row(tuple(clauses), f"CASE {' '.join(branches)} END", shaper)

    def _alike(self, selection: query.Selection) -> bool:
        """Whether every label is asked for the same unguarded properties, so that its label need not be known."""
        first, *others = selection.items()
        return all(fields == first[1] for _, fields in others) and all(
            isinstance(found, query.Scalar)
            and self._scope.graph.node(label).property_named(found.property).guard is None
            for label, fields in selection.items()
            for found in fields
        )

    def _fields(
        self, variable: str, label: str, fields: Sequence[query.Field], sight: Visibility, *, start: int, typed: bool
    ) -> tuple[list[str], list[str], list[tuple[str, str]]]:
        clauses, values, items = list[str](), list[str](), list[tuple[str, str]]()
        seen = self._guarded(variable, label, fields, sight, clauses)
        for found in fields:
            if isinstance(found, query.Typename):
                items.append((found.key, repr(found.of or label)))
                continue
            at = f"r[{start + len(values)}]"
            if isinstance(found, query.Scalar):
                property_ = self._scope.graph.node(label).property_named(found.property)
                value = plain(variable, property_)
                values.append(
                    f"CASE WHEN {seen[guard]} THEN {value} ELSE {guard.instead} END"
                    if (guard := property_.guard)
                    else value
                )
                items.append((found.key, at))
            elif isinstance(found, query.NodeId):
                values.append(f"{variable}.{self._scope.graph.node(label).key}")
                items.append((found.key, f"{label + ':'!r} + {at}"))
            elif isinstance(found, query.One):
                made = self._one(variable, label, found, clauses, typed)
                values.append(made.expression)
                items.append((found.key, f"None if {at} is None else {made.shaper}({at}, p, w)"))
            else:
                expression, shaper = self._many(variable, label, found)
                values.append(expression)
                items.append((found.key, f"{shaper}({at}, p, w)"))
        return clauses, values, items

    def _one(self, start: str, label: str, found: query.One, clauses: list[str], typed: bool) -> Row:
        walk = along(self._scope, start, label, found.route, pattern_start=f"{start}:{label}" if typed else None)
        if walk.sight.hoisted:
            clauses.append(f"WITH *, {named(walk.sight.hoisted)}")
        clauses.append(f"OPTIONAL {replace(walk, before='').text()}")
        made = self.row(walk.row, found.selection, walk.sight)
        clauses += made.clauses
        return Row((), f"CASE WHEN {walk.row} IS NULL THEN null ELSE {made.expression} END", made.shaper)

    def _many(self, start: str, label: str, found: query.Many) -> tuple[str, str]:
        route, page = found.route, found.page
        keys = sorts(self._scope.graph, route.labels, page.order, route.edge)
        walk = along(self._scope, start, label, route, said=said_in(page.where))
        rows = reached(self._scope, start, walk, route, keys, page)
        conditions = predicates(self._scope, page.where, walk.row, route.labels, walk.edge)
        listing = Listing(
            rows, route.labels, page, keys, route.target, tuple(conditions), route.edge.properties, rows.prefix
        )
        return self.pages.value(listing)

    def _guarded(
        self, variable: str, label: str, fields: Sequence[query.Field], sight: Visibility, clauses: list[str]
    ) -> Mapping[Guard, str]:
        """Whether what is asked of the row may be read, for the properties that have a guard."""
        named = [found.property for found in fields if isinstance(found, query.Scalar)]
        guards = [found.guard for found in map(self._scope.graph.node(label).property_named, named) if found.guard]
        return self._scope.visible.guarded(variable, label, tuple(dict.fromkeys(guards)), sight, clauses)
