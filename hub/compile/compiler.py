"""The face of the compiler: what is asked, as a `query`, becomes statements with the viewer's rights in them.

It goes in two phases. Analysis (`analysis.py`) makes a frozen plan of access (`plan.py`): which rows, from where, under
which predicates. Then the text of the statement and of its shaper is written from the plan (`text.py`). The manual has
a page on it, with worked examples: `hub/docs/explanation/compiler.md`.

Whoever compiles or declares a root field imports from here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_schema.model import Edge, GraphSchema
from graph_schema.viewer_kinds import kind_of
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import analysed, statement
from hub.compile.custom_field import ASKED, CustomField, Record, RecordOf, Records, RowOf, Sees, Value
from hub.compile.custom_rows import Place, RowReading, Selected, Telling, read_by, told_by
from hub.compile.order import cursor_of, sorts
from hub.compile.plan import Side
from hub.compile.query import CursorOf
from hub.compile.search import END, FRONT, ORDER, RIGHTS, SOUGHT, WIDER, finding, found_by, listed_as
from hub.compile.search_rows import FOUND, Reading, page_shaper, reading
from hub.compile.search_rows import analysed as found_analysed
from hub.compile.shaper import Shaper, ShaperText
from hub.compile.text import TextWriter, is_of_kind, viewer_sets, whole

__all__ = (
    "ASKED",
    "END",
    "FOUND",
    "FRONT",
    "RIGHTS",
    "SOUGHT",
    "WIDER",
    "Access",
    "Compiled",
    "CursorOf",
    "CustomField",
    "Found",
    "Place",
    "Record",
    "RecordOf",
    "Records",
    "RowOf",
    "RowReading",
    "Sees",
    "Side",
    "Telling",
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


@dataclass(frozen=True, slots=True)
class Found:
    """A search's second step: what is asked of the rows on the page, by their label, and how they are counted and
    picked.

    `texts` has no statement for a label of which nothing need be read; `keys` then tells how often each column has the
    key.
    """

    labels: tuple[str, ...]
    page: query.Page
    texts: Mapping[str, str]
    keys: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that returns at most one record with one value, `row`, and the shaper that takes it.

    A search has several that find its rows, and `found` besides; its shaper takes [rows, how many there are, whether
    more come]. A question of the hub's own has one that finds what it tells, and `telling` besides.
    """

    texts: tuple[str, ...]
    shape: Shaper
    found: Found | None = None
    telling: Telling | None = None

    @property
    def text(self) -> str:
        """The statement. Raises `ValueError` where it is several."""
        (text,) = self.texts
        return text

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Every statement that may be run for it."""
        read = (
            self.found.texts.values()
            if self.found
            else [reading.text for reading in self.telling.readings]
            if self.telling
            else ()
        )
        return (*self.texts, *read)


def compile_read(graph: GraphSchema, root: query.Root, side: Side = Side.CHEAPER) -> Compiled:
    """The statement that answers a root field, with the viewer's rights in it (`$viewer`, `$now`).

    Of a search there are several, and of a question of the hub's own.
    """
    match root:
        case query.Search():
            return _compile_search(graph, root, side)
        case query.CustomQuery():
            return _compile_own(graph, root, side)
        case _:
            plan = analysed(graph, root, side)
            writer = TextWriter(graph, ShaperText())
            body, shaper = writer.body(plan.body)
            return Compiled((whole(graph, plan, body),), writer.shapers.compiled(shaper))


def _compile_search(graph: GraphSchema, root: query.Search, side: Side) -> Compiled:
    finds = [_finds(graph, labels, side, backward=root.page.backward) for labels in found_by(graph, root.labels)]
    writer = TextWriter(graph, ShaperText())
    texts: dict[str, str] = {}
    readings: dict[str, Reading] = {}
    for label in root.labels:
        access = Access.of_statement(graph, side)
        plan = statement(access, found_analysed(access, root, label))
        readings[label] = reading(writer, plan.body)
        if body := readings[label].body:
            texts[label] = whole(graph, plan, body)
    shaper = page_shaper(root, writer.shapers, readings)
    found = Found(root.labels, root.page, texts, {label: found.keys for label, found in readings.items()})
    return Compiled(tuple(finds), writer.shapers.compiled(shaper), found)


def compile_findings(graph: GraphSchema, labels: Sequence[str], side: Side = Side.CHEAPER) -> Iterator[str]:
    """The statements that find rows of these labels, the same for all searches from the front, whatever else they
    ask.
    """
    return (_finds(graph, found, side, backward=False) for found in found_by(graph, labels))


def _finds(graph: GraphSchema, labels: Sequence[str], side: Side, *, backward: bool) -> str:
    """The statement that finds rows of these labels."""
    access = Access.of_statement(graph, side)
    body = finding(access, labels, backward=backward)
    return whole(graph, statement(access, body), body)


def _compile_own(graph: GraphSchema, root: query.CustomQuery, side: Side) -> Compiled:
    writer = TextWriter(graph, ShaperText())

    def reads(name: str, label: str, fields: Sequence[query.Field]) -> tuple[RowReading, str]:
        access = Access.of_statement(graph, side)
        plan = statement(access, read_by(access, label, name, fields))
        body, shaper = writer.found(plan.body)
        return RowReading.of(name, whole(graph, plan, body)), shaper

    text, asks_kind = _tells(graph, root.question, root.given, side)
    selected = Selected(graph, writer.shapers, reads, root, asks_kind=asks_kind)
    return Compiled((text,), writer.shapers.compiled(selected.shaper), telling=selected.telling)


def compile_question(
    graph: GraphSchema, question: CustomField, given: frozenset[str], side: Side = Side.CHEAPER
) -> str:
    """The statement that finds what a question of the hub's own tells, the same whatever is selected."""
    text, _ = _tells(graph, question, given, side)
    return text


def _tells(graph: GraphSchema, question: CustomField, given: frozenset[str], side: Side) -> tuple[str, bool]:
    """That statement, and whether only viewers of the graph's kind are answered by it."""
    access = Access.of_statement(graph, side)
    body = told_by(access, question, given)
    plan = statement(access, body)
    return whole(graph, plan, body), not graph.premise or is_of_kind(graph, plan, body)


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
