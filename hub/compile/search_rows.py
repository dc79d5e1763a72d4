"""What is asked of the rows that a search found: read for each label by itself, shaped together.

A statement that reads is given its label's rows on the page (`FOUND`) and gives each with what is asked of it. Where
nothing but label and key is asked, nothing is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from graph_schema.cypher import name, where
from graph_schema.model import GraphSchema
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import page
from hub.compile.order import cursor_of
from hub.compile.plan import EdgesPlan, ListAccess, ListPlan, NodesPlan, Ordering, PartPlan, Walk
from hub.compile.search import MATCHES, ORDER, SOUGHT, listed_as
from hub.compile.shaper import ShaperText, record
from hub.compile.text import Columns, TextWriter

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


def taken(graph: GraphSchema, label: str, row: str, under: str, key: str) -> str:
    """The match of the rows that were found, one after another, of which `one` tells the key."""
    return f"UNWIND ${FOUND}.{under} AS one MATCH ({row}:{label} {{{name(graph.node(label).key)}: {key}}})"


def analysed(access: Access, root: query.Search, label: str) -> ListPlan:
    """The plan of what is asked of the rows of a label."""
    row = access.fresh("n")
    seen = access.row(row, (label,))
    match = taken(access.graph, label, row, label, "one[3]")
    walk = Walk(match, (seen.predicate,) if seen.predicate else (), row, "", seen)
    rows = ListAccess(walk, (label,), listed_as(root.labels), ORDER, Ordering(ORDER), bound=(SOUGHT,))
    of_rows = tuple(part for part in root.page.parts if isinstance(part, query.Nodes | query.Edges))
    return page(access, rows, replace(root.page, parts=of_rows))


def reading(writer: TextWriter, plan: ListPlan) -> Reading:
    """How that is read."""
    columns = _FoundColumns(writer, plan)
    shaper = writer.shapers.function("x = r", record(columns.items))
    if not columns.reads:
        return Reading(None, tuple(columns.keys), shaper)
    walk = plan.access.source
    assert isinstance(walk, Walk)
    rows = (f"{walk.match}{where(*walk.where)}", *columns.clauses, f"RETURN [{', '.join(columns.values)}]")
    return Reading(f"RETURN COLLECT {{ {' '.join(rows)} }} AS row", (), shaper)


def page_shaper(root: query.Search, shapers: ShaperText, readings: Mapping[str, Reading]) -> str:
    """The function that makes the connection from [the rows with their columns, how many there are, whether more
    come].
    """
    page = root.page
    functions = ", ".join(f"{label!r}: {read.shaper}" for label, read in readings.items())
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


class _FoundColumns(Columns):
    """Which columns a found row carries beside how it was found, and how its node and edge are made of them."""

    def __init__(self, writer: TextWriter, plan: ListPlan) -> None:
        self.keys: list[int] = []
        """How often each column has the row's key, where nothing else is read."""
        self.reads = False
        super().__init__(writer, plan, ("one",))

    def part(self, part: PartPlan) -> tuple[str, str]:
        """The row's node or edge, by the response key of its list."""
        match part:
            case NodesPlan():
                return part.key, self.node(part)
            case EdgesPlan():
                return part.key, record([self.edge_part(inner) for inner in part.parts])
            case _:
                raise TypeError(f"{part.key}: not of a row")

    def node(self, part: NodesPlan) -> str:
        (of_label,) = part.row.parts
        self.keys.append(sum(isinstance(asked, query.NodeId) for asked in of_label.fields))
        self.reads |= any(not isinstance(asked, query.NodeId | query.Typename) for asked in of_label.fields)
        return super().node(part)

    def how_found(self, part: query.Found) -> str:
        if part.what == "match":
            return f"{MATCHES!r}[x[0][1]]"
        if part.what == "wordsMatched":
            return "x[0][2]"
        self.reads = True
        access = self.plan.access
        texts = self.writer.graph.node(access.labels[0]).text
        columns = ", ".join(f"[{text!r}, {access.source.row}.{name(text)}]" for text in texts)
        return f"w.highlights(x[{self.at(f'[{columns}]')}])"

    def cursor(self, row: str) -> str:
        return _cursor(self.plan.page, self.plan.access.type_name, row)


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
