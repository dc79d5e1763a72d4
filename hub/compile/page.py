"""Pages: where their rows are picked from, in which order, and what each row of them carries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from graph_schema.cypher import name
from graph_schema.model import Kind, Property
from hub.compile import asked
from hub.compile.order import Sort, comes_after, cursor_of, order_by
from hub.compile.shape import record
from hub.compile.visible import Sight
from hub.compile.walk import Scope, looked_up

_TEMPORAL: Final = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True, slots=True)
class Row:
    """What one row needs: clauses before its projection, the projection, and the shaper function for it."""

    clauses: tuple[str, ...]
    expression: str
    shaper: str


class Projects(Protocol):
    """Whoever writes what is asked of a row."""

    def row(self, variable: str, selection: asked.Selection, sight: Sight) -> Row: ...


class Source(Protocol):
    """Where the rows of a list come from, each visible and only once."""

    @property
    def row(self) -> str: ...

    @property
    def edge(self) -> str: ...

    @property
    def sight(self) -> Sight: ...

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
        return " ".join(filter(None, (*self.lookups, f"WITH {living}", self.beyond, f"ORDER BY {self.order} LIMIT {self.limit}")))


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a source: its total order, and the index prefix to repeat before it, which all rows share."""

    source: Source
    labels: tuple[str, ...]
    page: asked.Page
    keys: tuple[Sort, ...]
    type_name: str
    where: tuple[str, ...] = ()
    edge_properties: tuple[Property, ...] = ()
    prefix: tuple[Sort, ...] = ()
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of the listings that a page is picked from, each in a statement of its own."""

    scope: Scope
    rows: Projects
    listing: Listing


class Pages:
    """Writes the values of connections."""

    def __init__(self, scope: Scope, rows: Projects) -> None:
        self._scope = scope
        self._rows = rows

    def value(self, listing: Listing) -> tuple[str, str]:
        """The value of a connection: its rows, its total, or both; and its shaper."""
        (value,), shaper = values((Part(self._scope, self._rows, listing),), listing.keys)
        return value, shaper


def values(parts: Sequence[Part], keys: Sequence[Sort]) -> tuple[list[str], str]:
    """The value of a connection, one of each part; and the shaper of all together, of the one where there is one.

    `keys` is the order among all of them, of which each part's has the same values in the same places.
    """
    return _Values(parts, keys).made()


class _Values:
    def __init__(self, parts: Sequence[Part], keys: Sequence[Sort]) -> None:
        self._parts = parts
        self._layout = _Layout(parts, keys)

    def made(self) -> tuple[list[str], str]:
        shaper = self._layout.shaper()
        return [self._value(number, part.listing) for number, part in enumerate(self._parts)], shaper

    def _value(self, number: int, listing: Listing) -> str:
        rows = self._picked(number, listing) if self._layout.asks_of_rows else "[]"
        return f"[{rows}, {listing.source.counted(listing.where)}]" if self._layout.counts else rows

    def _picked(self, number: int, listing: Listing) -> str:
        layout = self._layout
        source, page, ordering = listing.source, listing.page, layout.orderings[number]
        towards = tuple(key.reversed() for key in ordering.keys) if page.backward else ordering.keys
        beyond: list[str] = []
        if page.after:
            beyond.append(comes_after(ordering.keys, page.after, source.row, source.edge))
        if page.before:
            beyond.append(comes_after(tuple(key.reversed() for key in ordering.keys), page.before, source.row, source.edge))
        plain = not ordering.lookups
        cut = Cut(
            where=(*listing.where, *(beyond if plain else ())),
            lookups=ordering.lookups,
            keys=ordering.named,
            beyond="" if plain or not beyond else f"WHERE {' AND '.join(beyond)} WITH *",
            order=order_by((*(key.reversed() if page.backward else key for key in listing.prefix), *towards), source.row, source.edge),
            limit=f"${page.size} + 1" if layout.needs_more else f"${page.size}",
        )
        columns = [value[number] for value in layout.values]
        expression = columns[0] if layout.alone else f"[{', '.join(columns)}]"
        last = order_by((*listing.prefix, *ordering.keys), source.row, source.edge)
        return f"COLLECT {{ {' '.join((source.picked(cut), *layout.clauses[number]))} RETURN {expression} ORDER BY {last} }}"


@dataclass(frozen=True, slots=True)
class _Ordering:
    """An order whose keys across edges have become variables: the clauses that look them up, and what they stand for."""

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


class _Layout:
    """Which values each row of a page carries, and how the parts of the connection are made from them.

    `values` are columns: of each value its expression in each part.
    """

    def __init__(self, parts: Sequence[Part], keys: Sequence[Sort]) -> None:
        self._parts = parts
        self._shapers = parts[0].scope.shapers
        listing = parts[0].listing
        self._page = page = listing.page
        self._cursor_of = cursor_of(listing.type_name, keys, page, listing.bound)
        self._cursor_at: int | None = None
        self.orderings = [_ordering(part.scope, part.listing) for part in parts]
        self.values: list[tuple[str, ...]] = []
        self.clauses: list[list[str]] = [[] for _ in parts]
        self.counts = any(isinstance(part, asked.TotalCount) for part in page.parts)
        page_info = {wanted for part in page.parts if isinstance(part, asked.PageInfo) for wanted in part.fields.values()}
        self.needs_more = ("hasPreviousPage" if page.backward else "hasNextPage") in page_info
        # a row that carries one node and nothing else is that node's list itself
        self.alone = (
            len(parts) == 1
            and sum(isinstance(part, asked.Nodes) for part in page.parts) == 1
            and not any(isinstance(part, asked.Edges) for part in page.parts)
            and page_info.isdisjoint(("startCursor", "endCursor"))
        )
        if len(parts) > 1:  # by these rows are told apart and put in order
            self._at([str(number) for number in range(len(parts))])
            self._cursor_at = self._at(self._places())
        self._of_all = len(self.values)

    @property
    def asks_of_rows(self) -> bool:
        """Whether anything is asked of the rows; how many there are is not."""
        return len(self.values) > self._of_all

    def shaper(self) -> str:
        """The function that makes the connection from what the parts give; fills `values` and `clauses` on the way."""
        page = self._page
        items = [self._part(part) for part in page.parts]
        if self.needs_more and not self.asks_of_rows:
            self._at(["1"] * len(self._parts))
        return self._shapers.function(*self._rows(f"p[{page.size!r}]"), record(items))

    def _rows(self, size: str) -> list[str]:
        """The steps that make `rows`, and `more` where it is asked whether there are."""
        kept = f"rows[-{size}:]" if self._page.backward else f"rows[:{size}]"
        if len(self._parts) > 1:
            found = f"rows = w.merged({'[part[0] for part in r]' if self.counts else 'r'})"
            return [found, f"more = len(rows) > {size}", f"rows = {kept}"]
        found = f"rows = {'r[0]' if self.counts else 'r'}"
        return [found, f"more = len(rows) > {size}", f"rows = {kept} if more else rows"] if self.needs_more else [found]

    def _part(self, part: asked.Part) -> tuple[str, str]:
        match part:
            case asked.Typename():
                return part.key, repr(part.of)
            case asked.TotalCount():
                return part.key, "r[1]" if len(self._parts) == 1 else "sum([part[1] for part in r])"
            case asked.Nodes():
                shaper, at = self._node(part.selection)
                return part.key, f"[{shaper}({at}, p, w) for x in rows]"
            case asked.Edges():
                return part.key, f"[{record([self._edge_part(found) for found in part.parts])} for x in rows]"
            case asked.PageInfo():
                return part.key, record([(key, self._page_info(wanted)) for key, wanted in part.fields.items()])

    def _edge_part(self, part: asked.EdgePart) -> tuple[str, str]:
        match part:
            case asked.Typename():
                return part.key, repr(part.of)
            case asked.EdgeNode():
                shaper, at = self._node(part.selection)
                return part.key, f"{shaper}({at}, p, w)"
            case asked.Cursor():
                return part.key, self._cursor("x")
            case asked.EdgeProperty():
                listing = self._parts[0].listing
                found = next(found for found in listing.edge_properties if found.name == part.property)
                return part.key, f"x[{self._at([plain(listing.source.edge, found)])}]"
            case asked.Found():
                return part.key, self._found(part)

    def _found(self, part: asked.Found) -> str:
        if part.what == "match":
            return f"('EXACT', 'PREFIX', 'WORDS')[x[{self._at(['rank'] * len(self._parts))}]]"
        if part.what == "wordsMatched":
            return f"x[{self._at(['matched'] * len(self._parts))}]"
        return f"w.highlights(x[{self._at([_texts(found.scope, found.listing) for found in self._parts])}])"

    def _node(self, selection: asked.Selection) -> tuple[str, str]:
        shapers, expressions = list[str](), list[str]()
        for part, clauses in zip(self._parts, self.clauses, strict=True):
            source = part.listing.source
            made = part.rows.row(source.row, {label: selection[label] for label in part.listing.labels}, source.sight)
            clauses.extend(made.clauses)
            shapers.append(made.shaper)
            expressions.append(made.expression)
        at = self._at(expressions)
        shaper = shapers[0] if len(shapers) == 1 else f"({', '.join(shapers)})[x[0]]"
        return shaper, "x" if self.alone else f"x[{at}]"

    def _cursor(self, row: str) -> str:
        if self._cursor_at is None:
            self._cursor_at = self._at(self._places())
        return f"w.cursor({self._cursor_of.stamp!r}, {self._cursor_of.bound!r}, {row}[{self._cursor_at}])"

    def _places(self) -> list[str]:
        """The values by which a row has its place in the order."""
        sources = [part.listing.source for part in self._parts]
        return [
            f"[{', '.join(sent(key.of(source.row, source.edge), key.kind) for key in ordering.keys)}]"
            for source, ordering in zip(sources, self.orderings, strict=True)
        ]

    def _page_info(self, wanted: str) -> str:
        page = self._page
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

    def _at(self, expressions: Sequence[str]) -> int:
        self.values.append(tuple(expressions))
        return len(self.values) - 1


def _texts(scope: Scope, listing: Listing) -> str:
    """The texts of a found row that its words may stand in, each with its property's name."""
    row = listing.source.row
    texts = {label: scope.graph.node(label).text for label in listing.labels}
    branches = " ".join(
        f"WHEN {row}:{label} THEN [{', '.join(f'[{found!r}, {row}.{name(found)}]' for found in properties)}]"
        for label, properties in texts.items()
        if properties
    )
    return f"CASE {branches} ELSE [] END" if branches else "[]"


def plain(variable: str, found: Property) -> str:
    """A property as it is sent: moments and days as text, which is far cheaper than the driver's own values."""
    return sent(f"{variable}.{name(found.name)}", found.kind)


def sent(expression: str, kind: Kind) -> str:
    return f"toString({expression})" if kind in _TEMPORAL else expression
