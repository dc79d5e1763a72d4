"""The face of the compiler: what is asked, as a `query`, becomes statements with the viewer's rights in them.

It goes in two phases. Analysis (`analysis.py`) makes a frozen plan of access (`plan.py`): which rows, from where, under
which predicates. Then the text of the statement and of its shaper is written from the plan (`text.py`). The manual has
a page on it, with worked examples: `hub/docs/explanation/compiler.md`.

Whoever compiles or declares a root field imports from here.
"""

from collections.abc import Iterator, Sequence

from graph_schema.model import Edge, GraphSchema
from graph_schema.viewer_kinds import kind_of
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import analyse_root
from hub.compile.compiled import Compiled, CustomReads, Place, RowReading, SearchReads
from hub.compile.custom_field import ASKED, Arguments, CustomField, Record, RecordOf, Records, RowOf, Sees, Value
from hub.compile.custom_rows import analyse_custom, finding
from hub.compile.custom_text import write_custom
from hub.compile.order import cursor_of, sorts
from hub.compile.parameters import CALLED, END, FOUND, FRONT, ORDER, PARTLY_CALLED, RIGHTS, SOUGHT, WIDER, listed_as
from hub.compile.plan import Side
from hub.compile.query import CursorOf
from hub.compile.search import analyse_search, scans
from hub.compile.search_text import write_scan, write_search
from hub.compile.shaper import Highlight, HighlightPart
from hub.compile.text import viewer_sets, whole, write_root

__all__ = (
    "ASKED",
    "CALLED",
    "END",
    "FOUND",
    "FRONT",
    "PARTLY_CALLED",
    "RIGHTS",
    "SOUGHT",
    "WIDER",
    "Access",
    "Arguments",
    "Compiled",
    "CursorOf",
    "CustomField",
    "CustomReads",
    "Highlight",
    "HighlightPart",
    "Place",
    "Record",
    "RecordOf",
    "Records",
    "RowOf",
    "RowReading",
    "SearchReads",
    "Sees",
    "Side",
    "Value",
    "compile_findings",
    "compile_kind",
    "compile_question",
    "compile_read",
    "compile_right",
    "cursor_of_list",
    "cursor_of_search",
    "query",
    "viewer_sets",
)


def compile_read(graph: GraphSchema, root: query.Root, side: Side = Side.CHEAPER) -> Compiled:
    """The statement that answers a root field, with the viewer's rights in it (`$viewer`, `$now`).

    Of a search there are several, and of a question of the hub's own.
    """
    match root:
        case query.Search():
            search = analyse_search(graph, root, side)
            return write_search(graph, search)
        case query.CustomQuery():
            custom = analyse_custom(graph, root, side)
            return write_custom(graph, custom)
        case _:
            plan = analyse_root(graph, root, side)
            return write_root(graph, plan)


def compile_findings(graph: GraphSchema, labels: Sequence[str], side: Side = Side.CHEAPER) -> Iterator[str]:
    """The statements that find rows of these labels, the same for all searches from the front, whatever else they
    ask.
    """
    return (write_scan(graph, scan) for scan in scans(graph, labels, side, backward=False))


def compile_question(
    graph: GraphSchema, question: CustomField, given: frozenset[str], side: Side = Side.CHEAPER
) -> str:
    """The statement that finds what a question of the hub's own tells, the same whatever is selected."""
    tells = finding(graph, question, given, side)
    return whole(graph, tells, tells.body)


def compile_right(graph: GraphSchema, right: str) -> str:
    """The statement that says whether the viewer has a right."""
    body = f"RETURN {graph.right(right).test} AS row"
    return "\n".join((*viewer_sets(graph, body), body))


def compile_kind(graph: GraphSchema) -> str:
    """The statement that tells the kind of a viewer, as `kind_of` has it."""
    body = f"RETURN {kind_of(graph)} AS row"
    return "\n".join((*viewer_sets(graph, body), body))


def cursor_of_list(
    graph: GraphSchema, labels: Sequence[str], type_name: str, edge: Edge | None, page: query.Page
) -> CursorOf:
    """What a cursor of a page of such a list must match: rows of these labels, at the end of that edge, if any."""
    return cursor_of(type_name, sorts(graph, labels, page.order, edge), page)


def cursor_of_search(labels: Sequence[str], page: query.Page) -> CursorOf:
    """What a cursor of a page of a search among these labels must match."""
    return cursor_of(listed_as(labels), ORDER, page, (SOUGHT,))
