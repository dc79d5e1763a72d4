"""Rules for one kind of viewer: only what can hold for it is left, and each statement says whom it is for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import pytest

from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import COMMON, FLAGS, GUEST, PUBLIC, ViewerKind, of_kind
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from tests.asking import SCHEMA, NoCursors

IMPORTER = ViewerKind(frozenset({"isImporter"}), acts=True)
OFFICE_OF_TRADE = ViewerKind(frozenset({"isOffice", "seesAll"}), acts=True)
CASES = "{ cases(first: 20) { nodes { number title importer { name } } } }"


def _kinds() -> Iterable[ViewerKind]:
    mixtures = chain.from_iterable(combinations(FLAGS, many) for many in range(len(FLAGS) + 1))
    return (PUBLIC, GUEST, *(ViewerKind(frozenset(flags), acts=True) for flags in mixtures))


def _named(kind: ViewerKind) -> str:
    return " ".join(sorted(kind.flags)) or ("none" if kind.has_account else "public")


def statement(query: str, kind: ViewerKind | None) -> str:
    plan, _ = PlanCache(GRAPH, SCHEMA, Limits()).plan(query, None, {}, NoCursors(), kind)
    return "\n".join(plan.roots[0].compiled.texts)


@pytest.mark.parametrize("kind", _kinds(), ids=_named)
def test_no_text_asks_what_is_decided(kind: ViewerKind) -> None:
    graph = of_kind(GRAPH, kind)
    texts = [test.where for rule in graph.rules for grant in rule.grants for test in grant.tests]
    texts += [text for rule in graph.rules for grant in rule.grants for text in (grant.by_label or {}).values()]
    texts += [text for rule in graph.edge_rules for text in (rule.test, rule.by_sets or "")]
    texts += [
        text
        for node in graph.nodes
        for found in node.properties
        if found.guard
        for text in (found.guard.open, found.guard.test)
    ]
    for text in texts:
        asked = set(re.findall(r"\bWHEN (\w+) THEN\b", text)) | set(re.findall(r"^\w+$|(?<=OR )\w+(?= OR |$)", text))
        assert not asked & set(FLAGS), text


@pytest.mark.parametrize("kind", COMMON, ids=_named)
def test_a_label_of_which_nothing_is_left_to_see_is_seen_by_nobody(kind: ViewerKind) -> None:
    """Also where a rule keeps a grant that says something only of rows one arrives at."""
    whole = GRAPH.rule("Importer")
    for at, grant in enumerate(whole.grants):
        for left in grant.tests:
            fewer = replace(whole, grants=(*whole.grants[:at], replace(grant, tests=(left,)), *whole.grants[at + 1 :]))
            graph = replace(GRAPH, rules=tuple(fewer if rule is whole else rule for rule in GRAPH.rules))
            plan, _ = PlanCache(graph, SCHEMA, Limits()).plan(
                "{ importers { nodes { number } } }", None, {}, NoCursors(), kind
            )
            assert not re.search(r"\b(AND|OR|NOT|WHERE) \(\)", plan.roots[0].compiled.text), (grant.name, left)


def test_the_public_is_asked_for_no_rights() -> None:
    for query in (CASES, "{ contacts(first: 5) { nodes { name email } } }", "{ importers { totalCount } }"):
        assert "ACTS_FOR" not in statement(query, PUBLIC)
        assert "$viewer" not in statement(query, PUBLIC)


def test_a_statement_for_one_kind_is_shorter_and_says_for_whom_it_is() -> None:
    for kind in (GUEST, IMPORTER, OFFICE_OF_TRADE):
        assert of_kind(GRAPH, kind).premise in statement(CASES, kind)
        assert len(statement(CASES, kind)) < len(statement(CASES, None)) * 2 / 3


def test_what_everybody_sees_alike_is_one_statement_for_all() -> None:
    query = "{ centers { nodes { name teams { nodes { number } } } } }"
    assert {statement(query, kind) for kind in (None, PUBLIC, GUEST, IMPORTER, OFFICE_OF_TRADE)} == {
        statement(query, None)
    }


def test_whatever_a_right_decides_says_for_whom_it_is() -> None:
    """Each label and each way of it, where any rule has a part in it."""
    for kind in (GUEST, IMPORTER, OFFICE_OF_TRADE):
        for query in _everything(GRAPH):
            general, text = statement(query, None), statement(query, kind)
            assert ("ACTS_FOR" in general) <= ("ACTS_FOR" in text), query


def _everything(graph: GraphSchema) -> Iterable[str]:
    for node in graph.nodes:
        yield f"{{ {node.many}(first: 2) {{ nodes {{ {' '.join(found.name for found in node.properties)} }} }} }}"
        for route in graph.routes(node.label).values():
            inner = (
                "{ __typename"
                f" {' '.join(f'... on {label} {{ {graph.node(label).key} }}' for label in route.labels)} }}"
            )
            page = inner if route.way.one else f"(first: 2) {{ nodes {inner} }}"
            yield f"{{ {node.many}(first: 2) {{ nodes {{ {node.key} {route.way.field} {page} }} }} }}"


def test_the_public_searches_what_it_may_see() -> None:
    query = '{ search(text: "toys", first: 5) { nodes { nodeId } } }'
    assert "Contact_text" in statement(query, PUBLIC)
    for label in ("Case", "Importer"):
        assert f"{label}_text" in statement(query, None)
        assert f"{label}_text" not in statement(query, PUBLIC)
    assert not statement('{ search(text: "toys", kinds: [Importer], first: 5) { nodes { nodeId } } }', PUBLIC), (
        "nothing is asked"
    )


def test_plans_of_one_document_are_kept_by_kind() -> None:
    documents = PlanCache(GRAPH, SCHEMA, Limits())
    plans: list[Any] = [documents.plan(CASES, None, {}, NoCursors(), kind)[0] for kind in (PUBLIC, IMPORTER, None)]
    assert len({plan.roots[0].compiled.texts for plan in plans}) == 3
    kept: Callable[[ViewerKind | None], Any] = lambda kind: documents.kept(CASES, None, {}, kind)  # noqa: E731 - short
    assert [found and found[0] for found in map(kept, (PUBLIC, IMPORTER, None))] == plans
    assert kept(OFFICE_OF_TRADE) is None
