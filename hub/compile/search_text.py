"""The text of searches: the statements that find rows, those that read what is asked of them, and their shaper.

A statement that reads is given its label's rows on the page (`FOUND`) and gives each with what is asked of it. Where
nothing but label and key is asked, nothing is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import literal, name, where
from graph_schema.formats import HTS_CHAPTER
from graph_schema.model import GraphSchema, NodeType
from graph_schema.vocabulary import LABELS, TEXTS
from graph_schema.words import OTHER_WORDS
from hub.compile import query
from hub.compile.compiled import Compiled, SearchReads
from hub.compile.order import Sort, comes_after, cursor_of, order_by
from hub.compile.parameters import (
    ANY_WORDS,
    BEGINS,
    IN_NAME,
    MATCHES,
    NEARLY_IN_NAME,
    ORDER,
    SOUGHT,
    WHOLE,
    WIDER,
    WIDER_CODE,
    listed_as,
    place_of,
)
from hub.compile.plan import (
    RULE_COSTS,
    EdgesPlan,
    ListPlan,
    NodesPlan,
    PartPlan,
    SearchedLabel,
    SearchPlan,
    SearchScan,
    Side,
    StatementPlan,
    Walk,
)
from hub.compile.shaper import ShaperText, record
from hub.compile.text import Columns, TextWriter, whole

_FEW: Final = 2000
"""Up to how many rows of a label, by degree, are listed for any search. Listing that many takes about 4 ms;
2026-11-22.
"""
_COLUMNS: Final = "rank, matched, place, key"
_IN_NAME: Final = "1000000000000"
"""What a word counts for in the score of an index if it stands in the name: much more than all the rest."""
_AS_WRITTEN: Final = f"{_IN_NAME}000000000000"
"""What it counts for if it stands there as it is written: much more than that."""
_SCORE_IN_NAME: Final = "1e3"
_SCORE_AS_WRITTEN: Final = "1e16"


_COUNTS: Final = ((0, _AS_WRITTEN), (1, _IN_NAME))


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of a label are read: by the `body` of a statement, which gives each with its columns, and by the
    shaper of one.

    Without a body nothing is read: each column has the row's key so many times as `keys` says.
    """

    body: str | None
    keys: tuple[int, ...]
    shaper: str


def write_search(graph: GraphSchema, plan: SearchPlan) -> Compiled:
    """A search's statements, and its shaper."""
    finds = tuple(write_scan(graph, scan) for scan in plan.finds)
    writer = TextWriter(graph, ShaperText())
    readings = {label: _reading(writer, read.body) for label, read in plan.reads.items()}
    texts = {label: whole(graph, plan.reads[label], read.body) for label, read in readings.items() if read.body}
    shaper = _page_shaper(graph, plan.root, writer.shapers, readings)
    labels = {place_of(graph, label): label for label in plan.root.labels}
    found = SearchReads(labels, plan.root.page, texts, {label: read.keys for label, read in readings.items()})
    return Compiled(finds, writer.shapers.compiled(shaper), found)


def write_scan(graph: GraphSchema, plan: StatementPlan[SearchScan]) -> str:
    """The statement that finds rows: those of the page and one more, and how many there are."""
    return whole(graph, plan, _finding(graph, plan.body))


def _finding(graph: GraphSchema, scan: SearchScan) -> str:
    heads: list[str] = []
    ways: list[str] = []
    for label in scan.labels:
        found = _OfLabel(graph.node(label.label), label, scan.side, place_of(graph, label.label))
        if label.coded:
            heads.append(found.by_code())
            ways.append(found.coded_rows())
        if found.node.text:
            heads += found.by_words()
            ways += found.worded_rows()
    union = " UNION ALL ".join(f"{way} RETURN {_COLUMNS}" for way in ways)
    named = ", ".join(f"one[{position}] AS {key.expression}" for position, key in enumerate(ORDER))
    reversed_ = tuple(key.reversed() for key in ORDER)
    beyond = " AND ".join(_beyond(keys, member) for keys, member in ((ORDER, "after"), (reversed_, "before")))
    order = order_by(reversed_ if scan.backward else ORDER, "", "")
    return "\n".join(
        (
            *heads,
            f"WITH COLLECT {{ CALL (*) {{ {union} }} RETURN [{_COLUMNS}] }} AS candidates",
            # the first stands for the page's rows where there are none; counting leaves the rows that are sorted
            # without the list, for which each would have its memory counted
            "UNWIND [null] + candidates AS one",
            f"WITH size(candidates) AS total, {named} WHERE rank IS NULL OR {beyond}",
            f"WITH total, {_COLUMNS}, count(*) AS times ORDER BY rank IS NOT NULL, {order} LIMIT ${SOUGHT}.size + 1",
            f"WITH total, collect(CASE WHEN rank IS NOT NULL THEN [{_COLUMNS}] END) AS page",
            "RETURN [page, total] AS row",
        )
    )


def _beyond(keys: Sequence[Sort], member: str) -> str:
    return comes_after(keys, [f"{SOUGHT}.{member}[{position}]" for position in range(len(keys))], "", "")


class _OfLabel:
    """The search among the rows of one label: clauses for the head of the statement, and those that bind the
    columns of `ORDER`.
    """

    def __init__(self, node: NodeType, plan: SearchedLabel, side: Side, place: int) -> None:
        self.node, self._plan, self._side, self._place = node, plan, side, place
        self._label, self._row, self._rule, self._everything = plan.label, plan.row, plan.rule, plan.everything
        self._asked = f"${SOUGHT}.asked_{plan.label}"
        self._coded, self._streams, self._found, self._mine = (
            f"{what}{plan.label}" for what in ("coded", "streams", "found", "mine")
        )

    def by_code(self) -> str:
        """The rows of which the text names a code, hidden ones among them."""
        row = self._plan.coded
        codes = f"${SOUGHT}.codes_{self._label}"
        seeks = " UNION ".join(
            f"MATCH ({row}:{self._label}) WHERE {row}.{name(code)} IN {codes} RETURN {row}" for code in self.node.codes
        )
        return f"WITH *, COLLECT {{ {seeks} }} AS {self._coded}"

    def coded_rows(self) -> str:
        row, allowed = self._row, (self._rule,) if self._rule else ()
        matched = (
            f"COUNT {{ {self._asked_for('found')} WITH found WHERE found = {row} RETURN found }}"
            if self.node.text
            else "0"
        )
        return (
            f"UNWIND {self._coded} AS {row} WITH {row}{where(*allowed)}"
            f" WITH {row}, {self._coded_rank()} AS rank, {matched} AS matched {self._columns}"
        )

    def _coded_rank(self) -> str:
        wide = [code for code in self.node.codes if self.node.property_named(code).format is HTS_CHAPTER]
        if not wide:
            return "0"
        return (
            f"CASE WHEN {' OR '.join(f'{self._row}.{name(code)} IN ${SOUGHT}.{WIDER}' for code in wide)} THEN"
            f" {WIDER_CODE} ELSE 0 END"
        )

    def by_words(self) -> list[str]:
        """Which way the index is read; the candidates, where they are gathered; the viewer's rows, where those are
        listed.
        """
        words = self._plan.words
        if words is None:
            return []
        everything, degree, row, mine = self._everything or "false", words.degree, words.row, words.mine
        few = {Side.CHEAPER: f"{degree} <= {_FEW}", Side.ROWS: "false", Side.VIEWER: "true"}[self._side]
        asks = f"{RULE_COSTS} * size({self._found}) <= {degree}" if self._side is Side.CHEAPER else "true"
        gathered = f"COLLECT {{ {self._counted(row)} RETURN [{row}, matched, named, written] }}"
        listed = f"COLLECT {{ {words.enumerated} RETURN DISTINCT {mine} }}"
        return [
            f"WITH *, {everything} OR {few} AS {self._streams}",
            f"WITH *, CASE WHEN {self._streams} THEN [] ELSE {gathered} END AS {self._found}",
            (
                f"WITH *, CASE WHEN {everything} OR (NOT {self._streams} AND {asks}) THEN null ELSE {listed} END AS"
                f" {self._mine}"
            ),
        ]

    def worded_rows(self) -> list[str]:
        row, mine = self._row, self._mine
        uncoded = (f"NOT {row} IN {self._coded}",) if self.node.codes else ()
        ranked = self._ranked()
        if self._rule is None:
            return [f"{self._counted(row)}{where(*uncoded)} {ranked}"]
        seen = f"{self._everything} OR {row} IN {mine}" if self._everything else f"{row} IN {mine}"
        stream = self._counted(row, f"CASE WHEN {self._streams} THEN {self._asked} ELSE [] END")
        weighed = (
            f"UNWIND CASE WHEN {mine} IS NULL THEN {self._found} ELSE [one IN {self._found} WHERE one[0] IN {mine}] END"
            " AS one"
        )
        allowed = f"CASE WHEN {mine} IS NULL THEN {self._rule} ELSE true END"
        return [
            f"{stream}{where(f'({seen})', *uncoded)} {ranked}",
            (
                f"{weighed} WITH one[0] AS {row}, one[1] AS matched, one[2] AS named, one[3] AS written"
                f"{where(allowed, *uncoded)} {ranked}"
            ),
        ]

    def _counted(self, row: str, asked: str | None = None) -> str:
        """Each row that the index finds, how many terms do, and for how many words those in its name count, in all and
        as they are written.
        """
        named, written = (
            f"sum(CASE WHEN score >= {least} THEN asked[1] ELSE 0 END)" for least in (_SCORE_IN_NAME, _SCORE_AS_WRITTEN)
        )
        asks = self._asked_for(row, asked)
        return f"{asks} WITH {row}, count(*) AS matched, {named} AS named, {written} AS written"

    def _asked_for(self, row: str, asked: str | None = None) -> str:
        """Each row of the index that a term finds, once for each, with its score."""
        # an index that follows may still name a row that is gone, whose place another has taken
        still = f" WHERE {row}:{self._label}" if self.node.text_follows else ""
        index = f"db.index.fulltext.queryNodes({literal(self.node.text_index)}, {self._in_fields()})"
        return f"UNWIND {asked or self._asked} AS asked CALL {index} YIELD node AS {row}, score{still}"

    def _in_fields(self) -> str:
        """The query of a term in each text of the label; the first of them is the row's name."""
        first, *others = self.node.text
        names = [(field, place, counts) for field in (first, OTHER_WORDS) for place, counts in _COUNTS]
        # of what rows are called typos are known beforehand: see `graph_schema.vocabulary`
        fields = [*names, *((other, 2 if other in TEXTS else 1, "1") for other in others)]
        query_ = f"${SOUGHT}.queries[asked[0]]"
        texts = (
            f"{literal(f'{field}:(')} + {query_}[{place}] + {literal(f')^{counts}')}" for field, place, counts in fields
        )
        return f" + {literal(' OR ')} + ".join(texts)

    @property
    def _columns(self) -> str:
        return f"WITH rank, matched, {self._place} AS place, {self._row}.{name(self.node.key)} AS key"

    def _ranked(self) -> str:
        # of rows whose names have all words none has more of them
        matched = f"CASE WHEN rank IN [{IN_NAME}, {NEARLY_IN_NAME}] THEN ${SOUGHT}.words ELSE matched END"
        return (
            f"WITH {self._row}, matched, {self._rank()} AS rank WITH {self._row}, rank, {matched} AS matched"
            f" {self._columns}"
        )

    def _rank(self) -> str:
        texts = [f"toLower({self._row}.{name(text)})" for text in self.node.text]
        cases, sought = (("= ", WHOLE), ("STARTS WITH ", BEGINS)), f"${SOUGHT}.text"
        tests = (
            f"WHEN {' OR '.join(f'{text} {operator}{sought}' for text in texts)} THEN {rank}"
            for operator, rank in cases
        )
        needs = f"${SOUGHT}.needs_{self._label}"
        in_name = f"WHEN written >= {needs} THEN {IN_NAME} WHEN named >= {needs} THEN {NEARLY_IN_NAME}"
        rank = f"CASE {' '.join(tests)} {in_name} ELSE {ANY_WORDS} END"
        if self._label not in LABELS:
            return rank
        called = f"coalesce(${SOUGHT}.called_{self._label}[{self._row}.{name(self.node.key)}], {ANY_WORDS})"
        return f"reduce(least = {ANY_WORDS}, one IN [{rank}, {called}] | CASE WHEN one < least THEN one ELSE least END)"


def _reading(writer: TextWriter, plan: ListPlan) -> Reading:
    """How that is read."""
    columns = _FoundColumns(writer, plan)
    shaper = writer.shapers.function("x = r", record(columns.items))
    if not columns.reads:
        return Reading(None, tuple(columns.keys), shaper)
    walk = plan.access.source
    assert isinstance(walk, Walk)
    rows = (f"{walk.match}{where(*walk.where)}", *columns.clauses, f"RETURN [{', '.join(columns.values)}]")
    return Reading(f"RETURN COLLECT {{ {' '.join(rows)} }} AS row", (), shaper)


def _page_shaper(graph: GraphSchema, root: query.Search, shapers: ShaperText, readings: Mapping[str, Reading]) -> str:
    """The function that makes the connection from [the rows with their columns, how many there are, whether more
    come].
    """
    page = root.page
    functions = ", ".join(f"{place_of(graph, label)}: {read.shaper}" for label, read in readings.items())
    steps: list[str] = []
    items: list[tuple[str, str]] = []
    for part in page.parts:
        match part:
            case query.Typename():
                items.append((part.key, repr(part.of)))
            case query.TotalCount():
                items.append((part.key, "r[1]"))
            case query.Nodes() | query.Edges():
                steps = [f"rows = [{{{functions}}}[x[0][3]](x, p, w) for x in r[0]]"]
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
                return part.key, self.node_value(part)
            case EdgesPlan():
                return part.key, record([self.edge_part(inner) for inner in part.parts])
            case _:
                raise TypeError(f"{part.key}: not of a row")

    def node_value(self, part: NodesPlan) -> str:
        (of_label,) = part.row.parts
        self.keys.append(sum(isinstance(asked, query.NodeId) for asked in of_label.fields))
        self.reads |= any(not isinstance(asked, query.NodeId | query.Typename) for asked in of_label.fields)
        return super().node_value(part)

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
