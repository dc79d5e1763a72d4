"""Search: full-text indexes find candidates, codes go straight to their row; the rule, then the hub's own order.

Lucene's score is not used: hidden rows move it. Nor are its fuzzy queries, which keep only the nearest terms of the whole
index, hidden rows' among them: the words with a typo are spelled out by whoever asks (`queries`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import GraphSchema, Kind
from hub.compile import asked
from hub.compile.order import Sort, of_rows
from hub.compile.page import Cut
from hub.compile.start import RULE_COSTS
from hub.compile.visible import Sight
from hub.compile.walk import Scope, where

_FOUND: Final = ("rank", "matched")


@dataclass(frozen=True, slots=True)
class Candidates:
    """The visible rows that a search finds, with `rank` (0 exact, 1 prefix, 2 words) and `matched`, how many words."""

    row: str
    text: str
    sight: Sight
    counts: bool
    edge: str = ""

    def head(self) -> tuple[str, ...]:
        """Where they are counted as well, the clause that finds them, once for page and total, at the head of the statement."""
        return (f"WITH *, COLLECT {{ {self.text} RETURN [{', '.join((self.row, *_FOUND))}] }} AS candidates",) if self.counts else ()

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


def candidates(scope: Scope, root: asked.Search) -> Candidates:
    """What a search finds among the rows of its labels."""
    row = scope.fresh("n")
    found = " UNION ALL ".join(_of_label(scope, root, label, row) for label in root.labels)
    counts = any(isinstance(part, asked.TotalCount) for part in root.page.parts)
    return Candidates(row, f"CALL (*) {{ {found} }}", scope.visible.row(row, root.labels), counts)


def _of_label(scope: Scope, root: asked.Search, label: str, row: str) -> str:
    node = scope.graph.node(label)
    ways: list[str] = []
    if node.text:
        lucene = f"CALL db.index.fulltext.queryNodes('{name(node.text_index)}', query) YIELD node AS {row}"
        ways.append(f"UNWIND ${root.queries} AS query {lucene} RETURN {row}, 1 AS hit")
    ways += [f"MATCH ({row}:{label}) WHERE {row}.{name(code)} IN ${root.codes[label]} RETURN {row}, 0 AS hit" for code in node.codes]
    exact = [f"{row}.{name(code)} IN ${root.codes[label]}" for code in node.codes]
    exact += [f"toLower({row}.{name(text)}) = ${root.text}" for text in node.text]
    cases = [f"WHEN {' OR '.join(exact)} THEN 0"]
    if node.text:
        cases.append(f"WHEN {' OR '.join(f'toLower({row}.{name(text)}) STARTS WITH ${root.text}' for text in node.text)} THEN 1")
    return (
        f"CALL (*) {{ {' UNION ALL '.join(ways)} }} WITH {row}, sum(hit) AS matched{_visible(scope, label, row)} "
        f"RETURN {row}, CASE {' '.join(cases)} ELSE 2 END AS rank, matched"
    )


def _visible(scope: Scope, label: str, row: str) -> str:
    """Leaves out the candidates that may not be seen: by their rule, or, where they outnumber the viewer's rows, by those."""
    predicate = scope.visible.row(row, (label,)).predicate
    if predicate is None:
        return ""
    everything = scope.visible.everything(label) or "false"
    degree = scope.visible.degree(label) or f"COUNT {{ (:{label}) }}"
    own = scope.fresh("mine")
    mine = f"COLLECT {{ {scope.visible.enumerated(label, own)} RETURN {own} }}"
    fewer = f"{everything} OR {RULE_COSTS} * size(found) <= {degree}"
    return (
        f" WITH collect([{row}, matched]) AS found WITH found, CASE WHEN {fewer} THEN null ELSE {mine} END AS mine "
        f"UNWIND found AS one WITH one[0] AS {row}, one[1] AS matched, mine "
        f"WHERE CASE WHEN {everything} THEN true WHEN mine IS NULL THEN {predicate} ELSE {row} IN mine END"
    )
