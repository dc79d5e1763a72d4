"""What is asked of the rows that a search found: read for each label by itself, shaped together.

A statement that reads is given its label's rows on the page (`FOUND`) and gives each with what is asked of it. Where
nothing but label and key is asked, nothing is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import name
from hub.compile import query
from hub.compile.access_path import EdgeScan
from hub.compile.connection import Layout, Listing, Projects
from hub.compile.order import cursor_of
from hub.compile.search import MATCHES, ORDER, SOUGHT, listed_as
from hub.compile.shaper import ShaperText, record
from hub.compile.traversal import Scope, Walk

FOUND: Final = "found"
"""The parameter with what was found, a map: of a search by label, each row on the page as [its number there, rank,
matched, key, label].
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of a label are read: by the `body` of a statement, which gives each with its columns, and by the
    shaper of one.

    Without a body nothing is read: each column has the row's key so many times as `keys` says.
    """

    body: str | None
    keys: tuple[int, ...]
    shaper: str


def taken(scope: Scope, label: str, row: str, under: str, key: str) -> str:
    """The match of the rows that were found, one after another, of which `one` tells the key."""
    return f"UNWIND ${FOUND}.{under} AS one MATCH ({row}:{label} {{{name(scope.graph.node(label).key)}: {key}}})"


def reading(scope: Scope, rows: Projects, root: query.Search, label: str) -> Reading:
    """What is asked of the rows of a label."""
    row = scope.fresh("n")
    sight = scope.visible.row(row, (label,))
    walk = Walk(
        "", taken(scope, label, row, label, "one[3]"), (sight.predicate,) if sight.predicate else (), row, "", sight
    )
    layout = _FoundLayout(
        scope, rows, Listing(EdgeScan(walk), (label,), root.page, ORDER, listed_as(root.labels), bound=(SOUGHT,))
    )
    shaper = layout.row_shaper()
    if layout.reads:
        return Reading(" ".join((walk.text(), *layout.clauses, f"RETURN [{', '.join(layout.values)}]")), (), shaper)
    return Reading(None, tuple(layout.keys), shaper)


def page_shaper(root: query.Search, shapers: ShaperText, readings: Mapping[str, Reading]) -> str:
    """The function that makes the connection from [the rows with their columns, how many there are, whether more
    come].
    """
    page = root.page
    functions = ", ".join(f"{label!r}: {found.shaper}" for label, found in readings.items())
    steps: list[str] = []
    items: list[tuple[str, str]] = []
    for part in page.parts:
        match part:
            case query.Typename():
                items.append((part.key, repr(part.of)))
            case query.TotalCount():
                items.append((part.key, "r[1]"))
            case query.Nodes() | query.Edges():
                steps = [f"rows = [{{{functions}}}[x[0][4]](x, p, w) for x in r[0]]"]
                items.append((part.key, f"[x[{part.key!r}] for x in rows]"))
            case query.PageInfo():
                items.append(
                    (part.key, record([(key, _page_info(root, wanted)) for key, wanted in part.fields.items()]))
                )
    return shapers.function(*steps, record(items))


class _FoundLayout(Layout):
    """Which columns a found row carries beside its place, and how its node and edge are made of them."""

    def __init__(self, scope: Scope, rows: Projects, listing: Listing) -> None:
        super().__init__(scope, rows, listing)
        self.alone = False
        self.values = ["one"]
        self.keys: list[int] = []
        self.reads = False

    def row_shaper(self) -> str:
        """The function that makes the row's node and edge, by the response keys of their lists; fills `values` and
        `clauses`.
        """
        items: list[tuple[str, str]] = []
        for part in self._listing.page.parts:
            match part:
                case query.Nodes():
                    shaper, at = self._node(part.selection)
                    items.append((part.key, f"{shaper}({at}, p, w)"))
                case query.Edges():
                    items.append((part.key, record([self._edge_part(found) for found in part.parts])))
                case _:
                    pass
        return self._scope.shapers.function("x = r", record(items))

    def _node(self, selection: query.Selection) -> tuple[str, str]:
        (label,) = self._listing.labels
        fields = selection[label]
        self.keys.append(sum(isinstance(found, query.NodeId) for found in fields))
        self.reads |= any(not isinstance(found, query.NodeId | query.Typename) for found in fields)
        return super()._node({label: fields})

    def _found(self, part: query.Found) -> str:
        if part.what == "match":
            return f"{MATCHES!r}[x[0][1]]"
        if part.what == "wordsMatched":
            return "x[0][2]"
        self.reads = True
        (label,) = self._listing.labels
        texts = ", ".join(
            f"[{found!r}, {self._listing.source.row}.{name(found)}]" for found in self._scope.graph.node(label).text
        )
        return f"w.highlights(x[{self._at(f'[{texts}]')}])"

    def _cursor(self, row: str) -> str:
        return _cursor(self._listing.page, self._listing.type_name, row)


def _cursor(page: query.Page, type_name: str, row: str) -> str:
    wanted = cursor_of(type_name, ORDER, page, (SOUGHT,))
    return f"w.cursor({wanted.stamp!r}, {wanted.bound!r}, {row}[0][1:])"


def _page_info(root: query.Search, wanted: str) -> str:
    page = root.page
    match wanted:
        case "hasNextPage":
            return repr(page.before is not None) if page.backward else "r[2]"
        case "hasPreviousPage":
            return "r[2]" if page.backward else repr(page.after is not None)
        case "startCursor" | "endCursor":
            row = "r[0][0]" if wanted == "startCursor" else "r[0][-1]"
            return f"{_cursor(page, listed_as(root.labels), row)} if r[0] else None"
        case _:
            return repr("PageInfo")
