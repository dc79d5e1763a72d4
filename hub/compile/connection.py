"""Pages: where their rows are picked from, in which order, and what each row of them carries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from graph_schema.cypher import name
from graph_schema.model import Kind, Property
from hub.compile import query
from hub.compile.access import Visibility
from hub.compile.order import Sort, comes_after, cursor_of, order_by
from hub.compile.shaper import record
from hub.compile.traversal import Scope, looked_up

TEMPORAL: Final = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True, slots=True)
class Row:
    """What one row needs: clauses before its projection, the projection, and the shaper function for it."""

    clauses: tuple[str, ...]
    expression: str
    shaper: str


class Projects(Protocol):
    """Whoever writes what is asked of a row."""

    def row(self, variable: str, selection: query.Selection, sight: Visibility) -> Row: ...


class Source(Protocol):
    """Where the rows of a list come from, each visible and only once."""

    @property
    def row(self) -> str: ...

    @property
    def edge(self) -> str: ...

    @property
    def sight(self) -> Visibility: ...

    def picked(self, cut: "Cut") -> str:
        """Cypher that binds row and edge for the rows of the page alone."""
        ...

    def counted(self, conditions: Sequence[str]) -> str:
        """An expression: how many fit."""
        ...


@dataclass(frozen=True, slots=True)
class Cut:
    """How a page is cut from a source: which rows, what their order looks up, and the order itself.

    `beyond` is the clause that leaves out the rows before its cursor; it may name what the order looks up.
    """

    where: tuple[str, ...]
    lookups: tuple[str, ...]
    keys: dict[str, str]
    beyond: str
    order: str
    limit: str

    def text(self, kept: Sequence[str]) -> str:
        """From the fitting rows to those of the page; `kept` are the variables that live on."""
        living = ", ".join((*kept, *(f"{expression} AS {variable}" for variable, expression in self.keys.items())))
        return " ".join(
            filter(None, (*self.lookups, f"WITH {living}", self.beyond, f"ORDER BY {self.order} LIMIT {self.limit}"))
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a source: its total order, and the index prefix to repeat before it, which all rows share."""

    source: Source
    labels: tuple[str, ...]
    page: query.Page
    keys: tuple[Sort, ...]
    type_name: str
    where: tuple[str, ...] = ()
    edge_properties: tuple[Property, ...] = ()
    prefix: tuple[Sort, ...] = ()
    bound: tuple[str, ...] = ()


class Pages:
    """Writes the values of connections."""

    def __init__(self, scope: Scope, rows: Projects) -> None:
        self._scope = scope
        self._rows = rows

    def value(self, listing: Listing) -> tuple[str, str]:
        """The value of a connection: its rows, its total, or both; and its shaper."""
        layout = Layout(self._scope, self._rows, listing)
        total = any(isinstance(part, query.TotalCount) for part in listing.page.parts)
        shaper = layout.shaper("r[0]" if total else "r")
        rows = self._picked(listing, layout) if layout.values else "[]"
        if not total:
            return rows, shaper
        return f"[{rows}, {listing.source.counted(listing.where)}]", shaper

    def _picked(self, listing: Listing, layout: "Layout") -> str:
        source, page, ordering = listing.source, listing.page, layout.ordering
        towards = tuple(key.reversed() for key in ordering.keys) if page.backward else ordering.keys
        beyond: list[str] = []
        if page.after:
            beyond.append(comes_after(ordering.keys, page.after, source.row, source.edge))
        if page.before:
            beyond.append(
                comes_after(tuple(key.reversed() for key in ordering.keys), page.before, source.row, source.edge)
            )
        plain = not ordering.lookups
        cut = Cut(
            where=(*listing.where, *(beyond if plain else ())),
            lookups=ordering.lookups,
            keys=ordering.named,
            beyond="" if plain or not beyond else f"WHERE {' AND '.join(beyond)} WITH *",
            order=order_by(
                (*(key.reversed() if page.backward else key for key in listing.prefix), *towards),
                source.row,
                source.edge,
            ),
            limit=f"${page.size} + 1" if layout.needs_more else f"${page.size}",
        )
        expression = layout.values[0] if layout.alone else f"[{', '.join(layout.values)}]"
        last = order_by((*listing.prefix, *ordering.keys), source.row, source.edge)
        return f"COLLECT {{ {' '.join((source.picked(cut), *layout.clauses))} RETURN {expression} ORDER BY {last} }}"


@dataclass(frozen=True, slots=True)
class _Ordering:
    """An order whose keys across edges have become variables: the clauses that look them up, and what they stand
    for.
    """

    keys: tuple[Sort, ...]
    lookups: tuple[str, ...]
    named: dict[str, str]


def _ordering(scope: Scope, listing: Listing) -> _Ordering:
    keys: list[Sort] = []
    lookups: list[str] = []
    expressions: dict[str, str] = {}
    reached: dict[tuple[str, ...], str] = {}
    for key in listing.keys:
        row, label, walked = listing.source.row, listing.labels[0], list[str]()
        for route in key.path:
            walked.append(route.way.field)
            if tuple(walked) not in reached:
                walk = looked_up(scope, row, label, route)
                lookups.append(f"OPTIONAL {walk.text()}")
                reached[tuple(walked)] = walk.row
            row, label = reached[tuple(walked)], route.labels[0]
        if key.path:
            variable = scope.fresh("key")
            expressions[variable] = key.of(row, "")
            keys.append(replace(key, expression=variable, path=()))
        else:
            keys.append(key)
    return _Ordering(tuple(keys), tuple(lookups), expressions)


class Layout:
    """Which values each row of a page carries, and how the parts of the connection are made from them."""

    def __init__(self, scope: Scope, rows: Projects, listing: Listing) -> None:
        self._scope, self._rows, self._listing = scope, rows, listing
        self.ordering = _ordering(scope, listing)
        self._cursor_of = cursor_of(listing.type_name, listing.keys, listing.page, listing.bound)
        self._cursor_at: int | None = None
        self.values: list[str] = []
        self.clauses: list[str] = []
        page = listing.page
        page_info = {
            wanted for part in page.parts if isinstance(part, query.PageInfo) for wanted in part.fields.values()
        }
        self.needs_more = ("hasPreviousPage" if page.backward else "hasNextPage") in page_info
        # a row that carries one node and nothing else is that node's list itself
        self.alone = (
            sum(isinstance(part, query.Nodes) for part in page.parts) == 1
            and not any(isinstance(part, query.Edges) for part in page.parts)
            and page_info.isdisjoint(("startCursor", "endCursor"))
        )

    def shaper(self, rows: str) -> str:
        """The function that makes the connection from its rows; fills `values` and `clauses` on the way."""
        page = self._listing.page
        items = [self._part(part) for part in page.parts]
        size = f"p[{page.size!r}]"
        steps = [f"rows = {rows}"]
        if self.needs_more:
            steps += [
                f"more = len(rows) > {size}",
                f"rows = {f'rows[len(rows) - {size}:]' if page.backward else f'rows[:{size}]'} if more else rows",
            ]
            self.values = self.values or ["1"]
        return self._scope.shapers.function(*steps, record(items))

    def _part(self, part: query.Part) -> tuple[str, str]:
        match part:
            case query.Typename():
                return part.key, repr(part.of)
            case query.TotalCount():
                return part.key, "r[1]"
            case query.Nodes():
                shaper, at = self._node(part.selection)
                return part.key, f"[{shaper}({at}, p, w) for x in rows]"
            case query.Edges():
                return part.key, f"[{record([self._edge_part(found) for found in part.parts])} for x in rows]"
            case query.PageInfo():
                return part.key, record([(key, self._page_info(wanted)) for key, wanted in part.fields.items()])

    def _edge_part(self, part: query.EdgePart) -> tuple[str, str]:
        match part:
            case query.Typename():
                return part.key, repr(part.of)
            case query.EdgeNode():
                shaper, at = self._node(part.selection)
                return part.key, f"{shaper}({at}, p, w)"
            case query.Cursor():
                return part.key, self._cursor("x")
            case query.EdgeProperty():
                found = next(found for found in self._listing.edge_properties if found.name == part.property)
                return part.key, f"x[{self._at(plain(self._listing.source.edge, found))}]"
            case query.Found():
                return part.key, self._found(part)

    def _found(self, part: query.Found) -> str:
        raise TypeError(f"{part.what}: the rows of a list are listed, not found")

    def _node(self, selection: query.Selection) -> tuple[str, str]:
        made = self._rows.row(self._listing.source.row, selection, self._listing.source.sight)
        self.clauses += made.clauses
        at = self._at(made.expression)
        return made.shaper, "x" if self.alone else f"x[{at}]"

    def _cursor(self, row: str) -> str:
        if self._cursor_at is None:
            source = self._listing.source
            values = [sent(key.of(source.row, source.edge), key.kind) for key in self.ordering.keys]
            self._cursor_at = self._at(f"[{', '.join(values)}]")
        return f"w.cursor({self._cursor_of.stamp!r}, {self._cursor_of.bound!r}, {row}[{self._cursor_at}])"

    def _page_info(self, wanted: str) -> str:
        page = self._listing.page
        match wanted:
            case "hasNextPage":
                return repr(page.before is not None) if page.backward else "more"
            case "hasPreviousPage":
                return "more" if page.backward else repr(page.after is not None)
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
    return sent(f"{variable}.{name(found.name)}", found.kind)


def sent(expression: str, kind: Kind) -> str:
    return f"toString({expression})" if kind in TEMPORAL else expression
