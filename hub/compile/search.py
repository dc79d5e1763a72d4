"""Search: full-text indexes find candidates, codes go straight to their row; the rule, then the hub's own order.

Lucene's score is not used: hidden rows move it. Nor are its fuzzy queries, which keep only the nearest terms of the whole
index, hidden rows' among them: the words with a typo are spelled out by whoever asks (`queries`).

Whoever sees few rows of a label, or all, reads its index as a stream, beside the list of those rows. For others the candidates
are gathered first, and then the rule is asked of each, or, where they outnumber the viewer's rows, those are listed after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import GraphSchema, Kind, NodeType
from hub.compile import asked
from hub.compile.order import Sort, of_rows
from hub.compile.page import Cut
from hub.compile.start import RULE_COSTS
from hub.compile.visible import Sight
from hub.compile.walk import Scope, Side, where

_FEW: Final = 2000
"""Up to how many rows of a label, by degree, are listed for any search. Listing that many takes about 4 ms; 2026-11-22."""
_FOUND: Final = ("rank", "matched")


@dataclass(frozen=True, slots=True)
class Candidates:
    """The visible rows that a search finds, with `rank` (0 exact, 1 prefix, 2 words) and `matched`, how many words.

    `heads`: the clauses at the head of the statement that `text` builds on.
    """

    row: str
    heads: tuple[str, ...]
    text: str
    sight: Sight
    counts: bool
    edge: str = ""

    def head(self) -> tuple[str, ...]:
        """Where they are counted as well, they are found once, for page and total."""
        found = f"WITH *, COLLECT {{ {self.text} RETURN [{', '.join((self.row, *_FOUND))}] }} AS candidates"
        return (*self.heads, found) if self.counts else self.heads

    def picked(self, cut: Cut) -> str:
        if not self.counts:
            return f"{self.text} WITH *{where(cut.where)} {cut.text((self.row, *_FOUND))}"
        names = ", ".join(f"one[{position}] AS {variable}" for position, variable in enumerate((self.row, *_FOUND)))
        return f"UNWIND candidates AS one WITH {names}{where(cut.where)} {cut.text((self.row, *_FOUND))}"

    def counted(self, conditions: Sequence[str]) -> str:  # noqa: ARG002 - a search has no conditions
        return "size(candidates)"


def listed_as(labels: Sequence[str]) -> str:
    """The type of such a list, as far as its cursors are concerned."""
    return f"Search {' '.join(labels)}"


def keys(graph: GraphSchema, labels: Sequence[str]) -> tuple[Sort, ...]:
    """The order of what is found: exact, prefix, words matched, key, label."""
    rank, matched = Sort("rank", Kind.INT, descending=False, nullable=False), Sort("matched", Kind.INT, descending=True, nullable=False)
    return (rank, matched, *of_rows(graph, labels, set()))


def planned_apart(graph: GraphSchema, labels: Sequence[str]) -> list[tuple[str, ...]]:
    """The labels by the statements that search them: the public ones together, each protected one by itself.

    A statement with the rules of seven labels takes Neo4j seconds to plan, those of one label a fraction; that of the public ones is the
    same for everybody. Labels of which the public sees nothing are left out, but one where there is no other.
    """
    public = tuple(label for label in labels if graph.rule(label).public and not graph.rule(label).of_kind)
    others = [(label,) for label in labels if label not in public]
    if not graph.premise:
        others = [one for one in others if not graph.rule(one[0]).hides_all] or ([] if public else others[:1])
    return [*([public] if public else []), *others]


def keys_of_part(graph: GraphSchema, labels: Sequence[str]) -> tuple[Sort, ...]:
    """The same order among some of the labels of a search: the same values in the same places."""
    found = keys(graph, labels)
    return found if len(labels) > 1 else (*found, Sort(f"'{labels[0]}'", Kind.STRING, descending=False, nullable=False))


def candidates(scope: Scope, root: asked.Search, labels: Sequence[str]) -> Candidates:
    """What a search finds among the rows of these labels."""
    row = scope.fresh("n")
    heads: list[str] = []
    ways: list[str] = []
    for label in labels:
        found = _OfLabel(scope, root, label, row)
        if found.node.codes:
            heads.append(found.by_code())
            ways.append(found.coded_rows())
        if found.node.text:
            heads += found.by_words()
            ways += found.worded_rows()
    text = f"CALL (*) {{ {' UNION ALL '.join(f'{way} RETURN {row}, rank, matched' for way in ways)} }}"
    counts = any(isinstance(part, asked.TotalCount) for part in root.page.parts)
    return Candidates(row, tuple(heads), text, scope.visible.row(row, tuple(labels)), counts)


class _OfLabel:
    """The search among the rows of one label: clauses for the head of the statement, and those that bind row, rank and matched."""

    def __init__(self, scope: Scope, root: asked.Search, label: str, row: str) -> None:
        self.node: NodeType = scope.graph.node(label)
        self._scope, self._root, self._label, self._row = scope, root, label, row
        self._coded, self._streams, self._found, self._mine = (f"{what}{label}" for what in ("coded", "streams", "found", "mine"))
        self._rule = scope.visible.row(row, (label,)).predicate
        self._everything = scope.visible.everything(label)

    def by_code(self) -> str:
        """The rows of which the text names a code, hidden ones among them."""
        row = self._scope.fresh("coded")
        codes = self._sought(self._root.codes[self._label])
        seeks = " UNION ".join(f"MATCH ({row}:{self._label}) WHERE {row}.{name(code)} IN {codes} RETURN {row}" for code in self.node.codes)
        return f"WITH *, COLLECT {{ {seeks} }} AS {self._coded}"

    def coded_rows(self) -> str:
        row, allowed = self._row, (self._rule,) if self._rule else ()
        matched = f"COUNT {{ {self._queried('found')} WITH found WHERE found = {row} RETURN found }}" if self.node.text else "0"
        return f"UNWIND {self._coded} AS {row} WITH {row}{where(allowed)} WITH {row}, 0 AS rank, {matched} AS matched"

    def by_words(self) -> list[str]:
        """Which way the index is read; the candidates, where they are gathered; the viewer's rows, where those are listed."""
        if self._rule is None:
            return []
        everything = self._everything or "false"
        degree = self._scope.visible.degree(self._label) or f"COUNT {{ (:{self._label}) }}"
        few = {Side.CHEAPER: f"{degree} <= {_FEW}", Side.ROWS: "false", Side.VIEWER: "true"}[self._scope.side]
        asks = f"{RULE_COSTS} * size({self._found}) <= {degree}" if self._scope.side is Side.CHEAPER else "true"
        row, mine = self._scope.fresh("n"), self._scope.fresh("mine")
        gathered = f"COLLECT {{ {self._queried(row)} WITH {row}, count(*) AS matched RETURN [{row}, matched] }}"
        listed = f"COLLECT {{ {self._scope.visible.enumerated(self._label, mine)} RETURN DISTINCT {mine} }}"
        return [
            f"WITH *, {everything} OR {few} AS {self._streams}",
            f"WITH *, CASE WHEN {self._streams} THEN [] ELSE {gathered} END AS {self._found}",
            f"WITH *, CASE WHEN {everything} OR (NOT {self._streams} AND {asks}) THEN null ELSE {listed} END AS {self._mine}",
        ]

    def worded_rows(self) -> list[str]:
        row, mine = self._row, self._mine
        uncoded = (f"NOT {row} IN {self._coded}",) if self.node.codes else ()
        ranked = f"WITH {row}, {self._rank()} AS rank, matched"
        if self._rule is None:
            return [f"{self._queried(row)} WITH {row}, count(*) AS matched{where(uncoded)} {ranked}"]
        seen = f"{self._everything} OR {row} IN {mine}" if self._everything else f"{row} IN {mine}"
        stream = self._queried(row, f"CASE WHEN {self._streams} THEN {self._sought(self._root.queries)} ELSE [] END")
        weighed = f"UNWIND CASE WHEN {mine} IS NULL THEN {self._found} ELSE [one IN {self._found} WHERE one[0] IN {mine}] END AS one"
        allowed = f"CASE WHEN {mine} IS NULL THEN {self._rule} ELSE true END"
        return [
            f"{stream} WITH {row}, count(*) AS matched{where((f'({seen})', *uncoded))} {ranked}",
            f"{weighed} WITH one[0] AS {row}, one[1] AS matched{where((allowed, *uncoded))} {ranked}",
        ]

    def _queried(self, row: str, queries: str | None = None) -> str:
        """Each row of the index that a query finds, once for each."""
        queries = queries or self._sought(self._root.queries)
        # an index that follows may still name a row that is gone, whose place another has taken
        still = f" WHERE {row}:{self._label}" if self.node.text_follows else ""
        text = f"UNWIND {queries} AS query CALL db.index.fulltext.queryNodes('{name(self.node.text_index)}', query) YIELD node AS {row}"
        return text + still

    def _sought(self, member: str) -> str:
        return f"${self._root.sought}.{member}"

    def _rank(self) -> str:
        texts = [f"toLower({self._row}.{name(text)})" for text in self.node.text]
        cases, sought = (("= ", 0), ("STARTS WITH ", 1)), self._sought(self._root.text)
        tests = (f"WHEN {' OR '.join(f'{text} {operator}{sought}' for text in texts)} THEN {rank}" for operator, rank in cases)
        return f"CASE {' '.join(tests)} ELSE 2 END"
