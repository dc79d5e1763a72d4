"""How a question becomes one statement.

A question is a tree (`asked.py`): a root row or list, and below it properties, routes to one row and routes to many.
It is walked once. On the way down every row gets a variable; on the way up every row becomes a *list of positions*:

    { center(code: "CEE007") { name cases(first: 2) { nodes { number importer { name } } } } }

    WITH COLLECT { … } AS acted                                // the viewer's rights in term, only what is needed
    WITH acted, acted + … AS own
    MATCH (n1:Center {code: $p0})                              // the root row, by key
    RETURN [n1.name, COLLECT {
      WITH n1 IN own AS may4                                   // a grant about the edge walked: made once, before it
      MATCH (n1)<-[e3:HANDLED_BY]-(n2:Case)
      WHERE (may4 OR EXISTS { … } OR (seesAll) OR EXISTS { … }) // the rule of the label, in the same statement
      WITH n2, e3, may4 ORDER BY n2.id LIMIT $p1               // the page, before anything is looked up for its rows
      OPTIONAL MATCH (n2)-[e12:CONCERNS]->(n11:Importer)       // a route to one row drops no row that lacks it
      RETURN [n2.number, CASE WHEN n11 IS NULL THEN null ELSE [n11.name] END] ORDER BY n2.id
    }] AS row

The importer needs no rule of its own there: whoever sees a case sees its importer (`visible.py`). Values are always
parameters. The same walk writes the shaper (`shape.py`), which puts the positions back under their names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import fill, name
from graph_schema.model import GraphSchema, Kind, Property, Route
from hub.compile import asked
from hub.compile.order import Sort, comes_after, cursor_of, order_by, sorts
from hub.compile.shape import Shaper, ShaperText, record
from hub.compile.visible import Arrival, Sight, Visible

_OPERATORS: Final[Mapping[str, str]] = {
    "eq": "=", "in": "IN", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "contains": "CONTAINS", "startsWith": "STARTS WITH",
}  # fmt: skip
_TEMPORAL: Final = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that returns at most one record with one value, `row`, and the shaper that takes it."""

    text: str
    shape: Shaper


def compile_read(graph: GraphSchema, root: asked.Root) -> Compiled:
    """The one statement that answers a root field, with the viewer's rights in it (`$viewer`, `$now`)."""
    writer = _Writer(graph)
    body, shaper = writer.by_key(root) if isinstance(root, asked.ByKey) else writer.listed(root)
    return Compiled("\n".join((*_viewer_sets(graph, body), body)), writer.shapers.compiled(shaper))


def _viewer_sets(graph: GraphSchema, body: str) -> list[str]:
    """The viewer sets that the body names, and those they are made from; in their declared order."""
    needed: list[str] = []
    text = body
    for found in reversed(graph.viewer_sets):
        if re.search(rf"\b{found.name}\b", text):
            needed.insert(0, found.name)
            text += found.cypher
    lines: list[str] = []
    for found in graph.viewer_sets:
        if found.name in needed:
            known = needed[: needed.index(found.name)]
            lines.append(f"WITH {', '.join((*known, f'{found.cypher} AS {found.name}'))}")
    return lines


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row needs: clauses before its projection, the projection, and the shaper function for it."""

    clauses: tuple[str, ...]
    expression: str
    shaper: str


@dataclass(frozen=True, slots=True)
class _Walk:
    """A match of many rows: its lines up to WHERE, its variables, and what is known of the rows it gives."""

    before: str
    match: str
    where: tuple[str, ...]
    row: str
    edge: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class _Listing:
    """A page of a walk: its total order, and the index prefix to repeat before it, which all rows share."""

    walk: _Walk
    page: asked.Page
    keys: tuple[Sort, ...]
    type_name: str
    edge_properties: tuple[Property, ...] = ()
    prefix: tuple[Sort, ...] = ()


class _Writer:
    def __init__(self, graph: GraphSchema) -> None:
        self._graph = graph
        self._count = 0
        self._visible = Visible(graph, self._fresh)
        self.shapers = ShaperText()

    # Roots

    def by_key(self, root: asked.ByKey) -> tuple[str, str]:
        row = self._fresh("n")
        lines = self._alias_match(root, row) if root.issuer else [f"MATCH ({row}:{root.label} {{{root.property}: ${root.parameter}}})"]
        sight = self._visible.row(row, (root.label,))
        if sight.predicate:
            lines.append(f"WITH * WHERE {sight.predicate}" if root.issuer else f"WHERE {sight.predicate}")
        made = self.row(row, root.selection, sight)
        return "\n".join((*lines, *made.clauses, f"RETURN {made.expression} AS row")), made.shaper

    def listed(self, root: asked.List) -> tuple[str, str]:
        row = self._fresh("n")
        sight = self._visible.row(row, (root.label,))
        keys = sorts(self._graph, (root.label,), root.page.order, None)
        # a range or IS NOT NULL predicate on the sort key is what lets an index give the order
        where = filter(None, (None if keys[0].nullable else f"{keys[0].of(row, '')} IS NOT NULL", sight.predicate))
        walk = _Walk("", f"MATCH ({row}:{root.label})", tuple(where), row, "", sight)
        prefix = self._index_prefix(root, keys[0])
        expression, shaper = self._page(_Listing(walk, root.page, keys, root.label, prefix=prefix))
        return f"RETURN {expression} AS row", shaper

    def _alias_match(self, root: asked.ByKey, row: str) -> list[str]:
        alias = self._graph.node(root.label).alias
        assert alias is not None
        code = self._fresh("code")
        found = f"({code}:{alias.label} {{{alias.code}: ${root.parameter}, {alias.issuer}: ${root.issuer}}})"
        begun = f"({code}.{alias.valid_from} IS NULL OR {code}.{alias.valid_from} <= ${root.day})"
        lasts = f"({code}.{alias.valid_to} IS NULL OR ${root.day} < {code}.{alias.valid_to})"
        return [f"MATCH {found}-[:{alias.edge}]->({row}:{root.label})", f"WHERE {begun} AND {lasts}", "WITH * LIMIT 1"]

    def _index_prefix(self, root: asked.List, first: Sort) -> tuple[Sort, ...]:
        """The equality prefix of an index to repeat in the order, without which Neo4j would sort all rows."""
        equal = {found.property for found in root.page.filters if found.operator == "eq"}
        for index in self._graph.node(root.label).indexes:
            if len(index) == 2 and index[0] in equal and first.expression == f"{{n}}.{index[1]}":
                return (Sort(f"{{n}}.{index[0]}", Kind.STRING, first.descending, nullable=False),)
        return ()

    # Pages

    def _page(self, listing: _Listing) -> tuple[str, str]:
        """The value of a connection: its rows, its total, or both."""
        walk = listing.walk
        where = [*walk.where, *(_filter(walk.row, found) for found in listing.page.filters)]
        layout = _Layout(self, listing)
        total = any(isinstance(part, asked.TotalCount) for part in listing.page.parts)
        shaper = layout.shaper("r[0]" if total else "r")
        rows = self._rows(listing, where, layout) if layout.values else "[]"
        if not total:
            return rows, shaper
        return f"[{rows}, COUNT {{ {walk.before}{walk.match}{_where(where)} }}]", shaper

    def _rows(self, listing: _Listing, where: Sequence[str], layout: "_Layout") -> str:
        walk, page = listing.walk, listing.page
        if page.after:
            where = [*where, comes_after(listing.keys, page.after.parameters, walk.row, walk.edge)]
        order = order_by((*listing.prefix, *listing.keys), walk.row, walk.edge)
        kept = ", ".join(filter(None, (walk.row, walk.edge, *walk.sight.hoisted)))
        limit = f"${page.first} + 1" if layout.needs_more else f"${page.first}"
        expression = layout.values[0] if layout.alone else f"[{', '.join(layout.values)}]"
        clauses = " ".join((f"WITH {kept} ORDER BY {order} LIMIT {limit}", *layout.clauses))
        return f"COLLECT {{ {walk.before}{walk.match}{_where(where)} {clauses} RETURN {expression} ORDER BY {order} }}"

    # Rows

    def row(self, variable: str, selection: asked.Selection, sight: Sight) -> _Row:
        labels = tuple(selection)
        fields = selection[labels[0]]
        if len(labels) == 1 or self._alike(selection):
            clauses, values, items = self._fields(variable, labels[0], fields, sight, start=0, typed=False)
            return _Row(tuple(clauses), f"[{', '.join(values)}]", self.shapers.function(record(items)))
        clauses, branches, shapers = list[str](), list[str](), list[str]()
        for position, label in enumerate(labels):
            more, values, items = self._fields(variable, label, selection[label], sight, start=1, typed=True)
            clauses += more
            branches.append(f"WHEN {variable}:{label} THEN [{', '.join((str(position), *values))}]")
            shapers.append(self.shapers.function(record(items)))
        shaper = self.shapers.function(f"({', '.join(shapers)},)[r[0]](r, p, c)")
        return _Row(tuple(clauses), f"CASE {' '.join(branches)} END", shaper)

    def _alike(self, selection: asked.Selection) -> bool:
        """Whether every label is asked for the same unguarded properties, so that its label need not be known."""
        first, *others = selection.items()
        return all(fields == first[1] for _, fields in others) and all(
            isinstance(found, asked.Scalar) and self._graph.node(label).property_named(found.property).guard is None
            for label, fields in selection.items()
            for found in fields
        )

    def _fields(
        self, variable: str, label: str, fields: Sequence[asked.Field], sight: Sight, *, start: int, typed: bool
    ) -> tuple[list[str], list[str], list[tuple[str, str]]]:
        clauses, values, items = list[str](), list[str](), list[tuple[str, str]]()
        for found in fields:
            if isinstance(found, asked.Typename):
                items.append((found.key, repr(found.of or label)))
                continue
            at = f"r[{start + len(values)}]"
            if isinstance(found, asked.Scalar):
                values.append(self._value(variable, label, found.property, sight, clauses))
                items.append((found.key, at))
            elif isinstance(found, asked.One):
                made = self._one(variable, label, found, clauses, typed)
                values.append(made.expression)
                items.append((found.key, f"None if {at} is None else {made.shaper}({at}, p, c)"))
            else:
                expression, shaper = self._many(variable, label, found)
                values.append(expression)
                items.append((found.key, f"{shaper}({at}, p, c)"))
        return clauses, values, items

    def _one(self, start: str, label: str, found: asked.One, clauses: list[str], typed: bool) -> _Row:
        walk = self._walk(start, label, found.route, f"{start}:{label}" if typed else start)
        if walk.sight.hoisted:
            clauses.append(f"WITH *, {_named(walk.sight.hoisted)}")
        clauses.append(f"OPTIONAL {walk.match}{_where(walk.where)}")
        made = self.row(walk.row, found.selection, walk.sight)
        clauses += made.clauses
        return _Row((), f"CASE WHEN {walk.row} IS NULL THEN null ELSE {made.expression} END", made.shaper)

    def _many(self, start: str, label: str, found: asked.Many) -> tuple[str, str]:
        route = found.route
        keys = sorts(self._graph, route.labels, found.page.order, route.edge)
        walk = self._walk(start, label, route, start)
        return self._page(_Listing(walk, found.page, keys, route.target, route.edge.properties))

    def _walk(self, start: str, label: str, route: Route, pattern_start: str) -> _Walk:
        """The match from a visible row along a route to the visible rows there."""
        row, edge = self._fresh("n"), self._fresh("e")
        left, right = ("-", "->") if route.forward else ("<-", "-")
        match = f"MATCH ({pattern_start}){left}[{edge}:{route.edge.type}]{right}({row}:{'|'.join(route.labels)})"
        sight = self._visible.row(row, route.labels, Arrival(start, label, route, edge))
        tail, head = (start, row) if route.forward else (row, start)
        where = [
            fill(route.way.when, {"e": edge}, self._fresh) if route.way.when else None,
            self._visible.edge(route.edge, tail, head, edge),
            sight.predicate,
        ]
        before = f"WITH {_named(sight.hoisted)} " if sight.hoisted else ""
        return _Walk(before, match, tuple(filter(None, where)), row, edge, sight)

    def _value(self, variable: str, label: str, property_name: str, sight: Sight, clauses: list[str]) -> str:
        found = self._graph.node(label).property_named(property_name)
        seen = self._visible.property(variable, label, found, sight, clauses)
        value = plain(variable, found)
        return f"CASE WHEN {seen} THEN {value} END" if seen else value

    def _fresh(self, wanted: str) -> str:
        self._count += 1
        return f"{wanted}{self._count}"


class _Layout:
    """Which values each row of a page carries, and how the parts of the connection are made from them."""

    def __init__(self, writer: _Writer, listing: _Listing) -> None:
        self._writer, self._listing = writer, listing
        self._stamp = cursor_of(listing.type_name, listing.keys).stamp
        self._cursor_at: int | None = None
        self.values: list[str] = []
        self.clauses: list[str] = []
        parts = listing.page.parts
        page_info = {wanted for part in parts if isinstance(part, asked.PageInfo) for wanted in part.fields.values()}
        self.needs_more = "hasNextPage" in page_info
        # a row that carries one node and nothing else is that node's list itself
        self.alone = (
            sum(isinstance(part, asked.Nodes) for part in parts) == 1
            and not any(isinstance(part, asked.Edges) for part in parts)
            and page_info.isdisjoint(("startCursor", "endCursor"))
        )

    def shaper(self, rows: str) -> str:
        """The function that makes the connection from its rows; fills `values` and `clauses` on the way."""
        items = [self._part(part) for part in self._listing.page.parts]
        first = f"p[{self._listing.page.first!r}]"
        steps = [f"rows = {rows}"]
        if self.needs_more:
            steps += [f"more = len(rows) > {first}", f"rows = rows[:{first}] if more else rows"]
            self.values = self.values or ["1"]
        return self._writer.shapers.function(*steps, record(items))

    def _part(self, part: asked.Part) -> tuple[str, str]:
        match part:
            case asked.Typename():
                return part.key, repr(part.of)
            case asked.TotalCount():
                return part.key, "r[1]"
            case asked.Nodes():
                shaper, at = self._node(part.selection)
                return part.key, f"[{shaper}({at}, p, c) for x in rows]"
            case asked.Edges():
                return part.key, f"[{record([self._edge_part(found) for found in part.parts])} for x in rows]"
            case asked.PageInfo():
                return part.key, record([(key, self._page_info(wanted)) for key, wanted in part.fields.items()])

    def _edge_part(self, part: asked.EdgeNode | asked.EdgeProperty | asked.Cursor | asked.Typename) -> tuple[str, str]:
        match part:
            case asked.Typename():
                return part.key, repr(part.of)
            case asked.EdgeNode():
                shaper, at = self._node(part.selection)
                return part.key, f"{shaper}({at}, p, c)"
            case asked.Cursor():
                return part.key, self._cursor("x")
            case asked.EdgeProperty():
                found = next(found for found in self._listing.edge_properties if found.name == part.property)
                return part.key, f"x[{self._at(plain(self._listing.walk.edge, found))}]"

    def _node(self, selection: asked.Selection) -> tuple[str, str]:
        made = self._writer.row(self._listing.walk.row, selection, self._listing.walk.sight)
        self.clauses += made.clauses
        at = self._at(made.expression)
        return made.shaper, "x" if self.alone else f"x[{at}]"

    def _cursor(self, row: str) -> str:
        if self._cursor_at is None:
            walk = self._listing.walk
            values = [_text(key.of(walk.row, walk.edge), key.kind) for key in self._listing.keys]
            self._cursor_at = self._at(f"[{', '.join(values)}]")
        return f"c({self._stamp!r}, {row}[{self._cursor_at}])"

    def _page_info(self, wanted: str) -> str:
        match wanted:
            case "hasNextPage":
                return "more"
            case "hasPreviousPage":
                return repr(self._listing.page.after is not None)
            case "startCursor":
                return f"{self._cursor('rows[0]')} if rows else None"
            case "endCursor":
                return f"{self._cursor('rows[-1]')} if rows else None"
            case _:
                return repr("PageInfo")

    def _at(self, value: str) -> int:
        self.values.append(value)
        return len(self.values) - 1


def plain(variable: str, found: Property) -> str:
    """A property as it is sent: moments and days as text, which is far cheaper than the driver's own values."""
    return _text(f"{variable}.{name(found.name)}", found.kind)


def _text(expression: str, kind: Kind) -> str:
    return f"toString({expression})" if kind in _TEMPORAL else expression


def _filter(row: str, found: asked.Filter) -> str:
    value = f"{row}.{name(found.property)}"
    if found.operator == "isNull":
        return f"({value} IS NULL) = ${found.parameter}"
    return f"{value} {_OPERATORS[found.operator]} ${found.parameter}"


def _named(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} AS {variable}" for variable, expression in expressions.items())


def _where(predicates: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(predicates)}" if predicates else ""
