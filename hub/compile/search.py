"""Search, in two steps: first the rows are found, then what is asked of those on the page is read, for each label by
itself.

What finds the rows is the same statement for all searches of a kind of viewer, whatever they ask of the rows: Neo4j
plans it once, and not for each choice of fields and kinds. The public labels are searched together, each protected one
by itself: a statement with the rules of seven takes Neo4j seconds to plan.

Full-text indexes find candidates, codes go straight to their row; the rule, then the hub's own order. Of Lucene's score
it is used alone whether a word stands in a row's name: hidden rows move the rest. Its fuzzy queries are not used, which
keep only the nearest terms of the whole index, hidden rows' among them: the words with a typo are spelled out by
whoever asks (`queries`).

Whoever sees few rows of a label, or all, reads its index as a stream, beside the list of those rows. For others the
candidates are gathered first, and then the rule is asked of each, or, where they outnumber the viewer's rows, those are
listed after all.
"""

from collections.abc import Sequence
from dataclasses import replace

from graph_schema.model import GraphSchema
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import page, statement
from hub.compile.enumeration import degree_of, enumerated
from hub.compile.parameters import ORDER, SOUGHT, listed_as, taken
from hub.compile.plan import (
    ListAccess,
    ListPlan,
    Ordering,
    SearchedLabel,
    SearchPlan,
    SearchScan,
    Side,
    StatementPlan,
    Walk,
    Weighed,
)


def analyse_search(graph: GraphSchema, root: query.Search, side: Side) -> SearchPlan:
    """The plan of a search."""
    finds = scans(graph, root.labels, side, backward=root.page.backward)
    return SearchPlan(root, finds, {label: _read(graph, root, label, side) for label in root.labels})


def scans(
    graph: GraphSchema, labels: Sequence[str], side: Side, *, backward: bool
) -> tuple[StatementPlan[SearchScan], ...]:
    """The plans of the statements that find rows of these labels, the same whatever else is asked."""
    several = _found_by(graph, labels)
    return tuple(_scan(graph, together, side, backward) for together in several)


def _scan(graph: GraphSchema, labels: tuple[str, ...], side: Side, backward: bool) -> StatementPlan[SearchScan]:
    def body(access: Access) -> SearchScan:
        return SearchScan(tuple(_searched(access, label) for label in labels), backward, side)

    return statement(graph, side, body)


def _searched(access: Access, label: str) -> SearchedLabel:
    node, row = access.graph.node(label), access.fresh("n")
    rule = access.row(row, (label,)).predicate
    everything = access.rule(label).everything
    coded = access.fresh("coded") if node.codes else None
    words = _weighed(access, label) if node.text and rule is not None else None
    return SearchedLabel(label, row, rule, everything, coded, words)


def _weighed(access: Access, label: str) -> Weighed:
    degree = degree_of(access, label) or f"COUNT {{ (:{label}) }}"
    row, mine = access.fresh("n"), access.fresh("mine")
    return Weighed(degree, row, mine, enumerated(access, label, mine))


def _read(graph: GraphSchema, root: query.Search, label: str, side: Side) -> StatementPlan[ListPlan]:
    """The plan of what is asked of the rows of a label."""
    of_rows = tuple(part for part in root.page.parts if isinstance(part, query.Nodes | query.Edges))

    def body(access: Access) -> ListPlan:
        row = access.fresh("n")
        seen = access.row(row, (label,))
        match = taken(graph, label, row, label, "one[4]")
        walk = Walk(match, (seen.predicate,) if seen.predicate else (), row, "", seen)
        rows = ListAccess(walk, (label,), listed_as(root.labels), ORDER, Ordering(ORDER), bound=(SOUGHT,))
        return page(access, rows, replace(root.page, parts=of_rows))

    return statement(graph, side, body)


def _found_by(graph: GraphSchema, labels: Sequence[str]) -> list[tuple[str, ...]]:
    """The statements that find rows of these labels, each by the labels it searches.

    Left out are labels of which viewers of that kind see nothing whoever they are.
    """
    public = tuple(node.label for node in graph.nodes if (node.text or node.codes) and _is_for_all(graph, node.label))
    protected = [
        label for label in labels if label not in public and (graph.premise or not graph.rule(label).hides_all)
    ]
    return [*([public] if any(label in public for label in labels) else []), *((label,) for label in protected)]


def _is_for_all(graph: GraphSchema, label: str) -> bool:
    """Whether every viewer sees every row, of whatever kind it is."""
    return graph.rule(label).public and not graph.rule(label).of_kind
