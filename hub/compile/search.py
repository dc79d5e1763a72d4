"""Search, in two steps: first the rows are found, then what is asked of those on the page is read, for each label by
itself.

What finds the rows is the same statement for all searches of a kind of viewer, whatever they ask of the rows: Neo4j
plans it once, and not for each choice of fields and kinds. The public labels are searched together, each protected one
by itself: a statement with the rules of seven takes Neo4j seconds to plan.

Full-text indexes find candidates, codes go straight to their row; the rule, then the hub's own order. Lucene's score is
not used: hidden rows move it. Nor are its fuzzy queries, which keep only the nearest terms of the whole index, hidden
rows' among them: the words with a typo are spelled out by whoever asks (`queries`).

Whoever sees few rows of a label, or all, reads its index as a stream, beside the list of those rows. For others the
candidates are gathered first, and then the rule is asked of each, or, where they outnumber the viewer's rows, those are
listed after all.
"""

from collections.abc import Sequence
from typing import Final

from graph_schema.cypher import literal, name, where
from graph_schema.formats import HTS_CHAPTER
from graph_schema.model import GraphSchema, Kind, NodeType
from hub.compile.access import Access
from hub.compile.access_path import RULE_COSTS
from hub.compile.enumeration import degree_of, enumerated
from hub.compile.order import Sort, comes_after, order_by
from hub.compile.plan import Side

SOUGHT: Final = "sought"
"""The parameter with what is looked for, a map: Neo4j plans anew for lists and texts of other lengths, but not within
another value.

Its members: `text` in lower case, `queries`, one full-text query a word; by label whether it is `asked_`, and as which
of its `codes_` the text may be read; `size`, and `after` and `before`, positions in `ORDER`.
"""
RIGHTS: Final = ("viewer", "now")
"""The parameters beside it: who asks, and when."""
ORDER: Final = (
    Sort("rank", Kind.INT, descending=False, nullable=False),
    Sort("matched", Kind.INT, descending=True, nullable=False),
    Sort("key", Kind.STRING, descending=False, nullable=False),
    Sort("label", Kind.STRING, descending=False, nullable=False),
)
"""The order of what is found: rank (0 exact, 1 a wider code, 2 prefix, 3 words), how many words matched, key, label."""
MATCHES: Final = ("EXACT", "EXACT", "PREFIX", "WORDS")
"""How a row of a rank was found."""
WIDER: Final = "wider"
"""The member of what is looked for with the codes that only hold it, as a chapter of the tariff does a heading."""
FRONT: Final = (-1, 0, "", "")
"""A position before all rows."""
END: Final = (4, 0, "", "")
"""A position after all rows."""
_FEW: Final = 2000
"""Up to how many rows of a label, by degree, are listed for any search. Listing that many takes about 4 ms;
2026-11-22.
"""
_COLUMNS: Final = "rank, matched, key, label"


def listed_as(labels: Sequence[str]) -> str:
    """The type of such a list, as far as its cursors are concerned."""
    return f"Search {' '.join(labels)}"


def found_by(graph: GraphSchema, labels: Sequence[str]) -> list[tuple[str, ...]]:
    """The statements that find rows of these labels, each by the labels it searches.

    Left out are labels of which viewers of that kind see nothing whoever they are.
    """
    public = tuple(node.label for node in graph.nodes if (node.text or node.codes) and _is_for_all(graph, node.label))
    protected = [
        label for label in labels if label not in public and (graph.premise or not graph.rule(label).hides_all)
    ]
    return [*([public] if any(label in public for label in labels) else []), *((label,) for label in protected)]


def finding(access: Access, labels: Sequence[str], *, backward: bool) -> str:
    """The body of the statement that finds the rows of these labels: those of the page and one more, and how many
    there are.
    """
    heads: list[str] = []
    ways: list[str] = []
    for label in labels:
        found = _OfLabel(access, label, alone=len(labels) == 1)
        if found.node.codes:
            heads.append(found.by_code())
            ways.append(found.coded_rows())
        if found.node.text:
            heads += found.by_words()
            ways += found.worded_rows()
    union = " UNION ALL ".join(f"{way} RETURN {_COLUMNS}" for way in ways)
    named = ", ".join(f"one[{position}] AS {key.expression}" for position, key in enumerate(ORDER))
    reversed_ = tuple(key.reversed() for key in ORDER)
    beyond = " AND ".join(_beyond(keys, member) for keys, member in ((ORDER, "after"), (reversed_, "before")))
    order = order_by(reversed_ if backward else ORDER, "", "")
    page = (
        f"UNWIND candidates AS one WITH {named} WHERE {beyond} RETURN [{_COLUMNS}] ORDER BY {order} LIMIT"
        f" ${SOUGHT}.size"
    )
    candidates = f"WITH *, COLLECT {{ CALL (*) {{ {union} }} RETURN [{_COLUMNS}] }} AS candidates"
    return "\n".join((*heads, candidates, f"RETURN [COLLECT {{ {page} }}, size(candidates)] AS row"))


def _beyond(keys: Sequence[Sort], member: str) -> str:
    return comes_after(keys, [f"{SOUGHT}.{member}[{position}]" for position in range(len(keys))], "", "")


def _is_for_all(graph: GraphSchema, label: str) -> bool:
    """Whether every viewer sees every row, of whatever kind it is."""
    return graph.rule(label).public and not graph.rule(label).of_kind


class _OfLabel:
    """The search among the rows of one label: clauses for the head of the statement, and those that bind the
    columns of `ORDER`.
    """

    def __init__(self, access: Access, label: str, *, alone: bool) -> None:
        self.node: NodeType = access.graph.node(label)
        self._access, self._label, self._row = access, label, access.fresh("n")
        row = self._row
        self._queries = (
            f"${SOUGHT}.queries" if alone else f"CASE WHEN ${SOUGHT}.asked_{label} THEN ${SOUGHT}.queries END"
        )
        self._coded, self._streams, self._found, self._mine = (
            f"{what}{label}" for what in ("coded", "streams", "found", "mine")
        )
        self._rule = access.row(row, (label,)).predicate
        self._everything = access.everything(label)

    def by_code(self) -> str:
        """The rows of which the text names a code, hidden ones among them."""
        row = self._access.fresh("coded")
        codes = f"${SOUGHT}.codes_{self._label}"
        seeks = " UNION ".join(
            f"MATCH ({row}:{self._label}) WHERE {row}.{name(code)} IN {codes} RETURN {row}" for code in self.node.codes
        )
        return f"WITH *, COLLECT {{ {seeks} }} AS {self._coded}"

    def coded_rows(self) -> str:
        row, allowed = self._row, (self._rule,) if self._rule else ()
        matched = (
            f"COUNT {{ {self._queried('found')} WITH found WHERE found = {row} RETURN found }}"
            if self.node.text
            else "0"
        )
        return f"UNWIND {self._coded} AS {row} WITH {row}{where(*allowed)} {self._columns(self._coded_rank(), matched)}"

    def _coded_rank(self) -> str:
        wide = [code for code in self.node.codes if self.node.property_named(code).format is HTS_CHAPTER]
        if not wide:
            return "0"
        return (
            f"CASE WHEN {' OR '.join(f'{self._row}.{name(code)} IN ${SOUGHT}.{WIDER}' for code in wide)} THEN 1 ELSE"
            " 0 END"
        )

    def by_words(self) -> list[str]:
        """Which way the index is read; the candidates, where they are gathered; the viewer's rows, where those are
        listed.
        """
        if self._rule is None:
            return []
        everything = self._everything or "false"
        degree = degree_of(self._access, self._label) or f"COUNT {{ (:{self._label}) }}"
        few = {Side.CHEAPER: f"{degree} <= {_FEW}", Side.ROWS: "false", Side.VIEWER: "true"}[self._access.side]
        asks = f"{RULE_COSTS} * size({self._found}) <= {degree}" if self._access.side is Side.CHEAPER else "true"
        row, mine = self._access.fresh("n"), self._access.fresh("mine")
        gathered = f"COLLECT {{ {self._queried(row)} WITH {row}, count(*) AS matched RETURN [{row}, matched] }}"
        listed = f"COLLECT {{ {enumerated(self._access, self._label, mine)} RETURN DISTINCT {mine} }}"
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
        ranked = self._columns(self._rank(), "matched")
        if self._rule is None:
            return [f"{self._queried(row)} WITH {row}, count(*) AS matched{where(*uncoded)} {ranked}"]
        seen = f"{self._everything} OR {row} IN {mine}" if self._everything else f"{row} IN {mine}"
        stream = self._queried(row, f"CASE WHEN {self._streams} THEN {self._queries} ELSE [] END")
        weighed = (
            f"UNWIND CASE WHEN {mine} IS NULL THEN {self._found} ELSE [one IN {self._found} WHERE one[0] IN {mine}] END"
            " AS one"
        )
        allowed = f"CASE WHEN {mine} IS NULL THEN {self._rule} ELSE true END"
        return [
            f"{stream} WITH {row}, count(*) AS matched{where(f'({seen})', *uncoded)} {ranked}",
            f"{weighed} WITH one[0] AS {row}, one[1] AS matched{where(allowed, *uncoded)} {ranked}",
        ]

    def _queried(self, row: str, queries: str | None = None) -> str:
        """Each row of the index that a query finds, once for each."""
        # an index that follows may still name a row that is gone, whose place another has taken
        still = f" WHERE {row}:{self._label}" if self.node.text_follows else ""
        index = f"db.index.fulltext.queryNodes({literal(self.node.text_index)}, query)"
        return f"UNWIND {queries or self._queries} AS query CALL {index} YIELD node AS {row}{still}"

    def _columns(self, rank: str, matched: str) -> str:
        return (
            f"WITH {rank} AS rank, {matched} AS matched, {self._row}.{name(self.node.key)} AS key,"
            f" {literal(self._label)} AS label"
        )

    def _rank(self) -> str:
        texts = [f"toLower({self._row}.{name(text)})" for text in self.node.text]
        cases, sought = (("= ", 0), ("STARTS WITH ", 2)), f"${SOUGHT}.text"
        tests = (
            f"WHEN {' OR '.join(f'{text} {operator}{sought}' for text in texts)} THEN {rank}"
            for operator, rank in cases
        )
        return f"CASE {' '.join(tests)} ELSE 3 END"
