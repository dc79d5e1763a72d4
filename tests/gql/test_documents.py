"""What is remembered of documents: within bytes, the least recently used let go first, one large one at nobody's
cost.
"""

import gc
import json
import logging
import random
import time
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from graph_schema.graph import GRAPH
from hub.errors import BadInput, HubError, TooCostly
from hub.gql.bounded_cache import LeastRecentlyUsed
from hub.gql.document_limits import Limits
from hub.gql.operation import GraphQLErrors
from hub.gql.plan_cache import PlanCache
from hub.gql.plans import Plan
from tests.asking import SCHEMA, NoCursors
from tests.random_questions import Questions
from tests.random_world import random_world

CENTERS = "{ centers { nodes { code name } } }"


def documents(plan_bytes: int) -> PlanCache:
    return PlanCache(GRAPH, SCHEMA, replace(Limits(), plan_bytes=plan_bytes))


def plan(hub: PlanCache, document: str, **variables: Any) -> Plan:
    return hub.plan(document, None, variables, NoCursors())[0]


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    kept = LeastRecentlyUsed[str, int](100)
    for name in "abcd":
        kept.keep(name, 1, 25)
    assert kept.get("a") == 1
    kept.keep("e", 1, 50)
    assert [name for name in "abcde" if kept.get(name)] == ["a", "d", "e"]
    assert kept.bytes == 100


def test_a_value_kept_again_counts_once_and_one_larger_than_all_drives_nobody_out() -> None:
    kept = LeastRecentlyUsed[str, int](100)
    kept.keep("a", 1, 30)
    kept.keep("a", 2, 40)
    assert (kept.get("a"), kept.bytes) == (2, 40)
    assert not kept.keep("b", 3, 101)
    assert (kept.get("a"), kept.get("b"), kept.bytes) == (2, None, 40)


def test_a_document_in_use_is_planned_once_while_others_come_and_go() -> None:
    hub = documents(200_000)
    first, left = plan(hub, CENTERS), plan(hub, "{ ports { nodes { name } } }")
    for number in range(60):
        plan(hub, f"{{ ports(first: {number + 1}) {{ nodes {{ code }} }} }}")
        assert plan(hub, CENTERS) is first
    assert plan(hub, "{ ports { nodes { name } } }") is not left


def test_a_document_too_large_to_remember_is_answered_each_time_and_drives_nobody_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = documents(200_000)
    first = plan(hub, CENTERS)
    large = f"{{ {' '.join(f'a{number}: centers {{ nodes {{ name }} }}' for number in range(20))} }}"
    with caplog.at_level(logging.WARNING, "hub.documents"):
        assert plan(hub, large) is not plan(hub, large)
    assert "HUB_PLAN_MEMORY_BYTES" in caplog.text
    assert "centers" not in caplog.text
    assert plan(hub, CENTERS) is first


def test_the_number_of_values_in_a_list_makes_no_plan_of_its_own() -> None:
    hub = documents(10_000_000)
    filters = "cases(where: {status: {in: $among}}) { totalCount }"
    query = (
        f'query Q($among: [CaseStatus!], $kinds: [SearchKind!]) {{ {filters} search(text: "a", kinds: $kinds) {{'
        " totalCount } }"
    )
    one = plan(hub, query, among=["OPEN"], kinds=["Port"])
    assert plan(hub, query, among=["OPEN", "AWAITING"] * 50, kinds=["Port"]) is one
    assert plan(hub, query, among=["OPEN"], kinds=["Port", "Center"]) is not one


def test_random_documents_take_about_what_is_counted_for_them() -> None:
    source, asked = Questions(random_world(3), random.Random(9)), list[tuple[str, dict[str, Any]]]()
    before = documents(100_000_000)
    while len(asked) < 30:
        document, variables = source.one()
        try:
            plan(before, document, **variables)
        except (HubError, GraphQLErrors):
            continue
        asked.append((document, variables))
    hub = documents(100_000_000)
    gc.collect()
    tracemalloc.start()
    try:
        for document, variables in asked:
            plan(hub, document, **variables)
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.6 < taken / hub.remembered_bytes < 1.4


def test_variables_are_weighed_before_anything_is_done_with_their_values() -> None:
    hub = documents(10_000_000)
    query = "query Q($among: [String!]) { cases(where: {number: {in: $among}}) { totalCount } }"
    assert plan(hub, query, among=["N-1"] * 1_990)
    began = time.process_time()
    with pytest.raises(TooCostly, match="more than 2,000 values: ask for them in several requests"):
        plan(hub, query, among=["N-1"] * 500_000)
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"and": [deep]}
    with pytest.raises(TooCostly, match="nested deeper"):
        plan(hub, query, among=[deep])
    assert time.process_time() - began < 1


def test_a_document_with_brackets_too_deep_is_not_even_parsed() -> None:
    hub = documents(10_000_000)
    for depth in (40, 150):
        with pytest.raises(TooCostly, match="nested too deep"):
            plan(hub, f"{{ cases(where: {'{not: ' * depth}{{}}{'}' * depth}) {{ totalCount }} }}")
    # neither parsed nor refused for what stands in texts and comments
    brackets = "{[(" * 60
    assert plan(
        hub, f"# {brackets}\n{{ cases(where: {{title: {{eq: {json.dumps(brackets + chr(34))}}}}}) {{ totalCount }} }}"
    )
    assert plan(hub, f'{{ cases(where: {{title: {{eq: """{brackets} \\""" {brackets}"""}}}}) {{ totalCount }} }}')
    # as deep as anything else allows
    for opened, closed, times in (("{or: [{not: ", "}]}", 7), ("{and: [", "]}", 14)):
        where = f"{opened * times}{{title: {{eq: {json.dumps('x')}}}}}{closed * times}"
        assert plan(hub, f"{{ cases(where: {where}) {{ totalCount }} }}")


def ordered(hub: PlanCache, keys: list[dict[str, Any]]) -> Plan:
    return plan(hub, "query Q($by: [CaseOrder!]) { cases(orderBy: $by) { nodes { id } } }", by=keys)


def test_an_order_has_at_most_eight_fields_each_once_and_none_far_away() -> None:
    hub = documents(10_000_000)
    names = ("title", "status", "number", "openedAt", "closedAt", "awaitingSince", "cameBackAt", "source", "id")
    fields: list[dict[str, Any]] = [{name: "ASC"} for name in names]
    assert ordered(hub, fields[:8])
    with pytest.raises(TooCostly, match="at most 8 fields, not 9; leave out the last"):
        ordered(hub, fields[:9])
    with pytest.raises(TooCostly, match="at most 8 fields, not 300"):
        ordered(hub, [{"title": "ASC"}] * 300)
    assert ordered(hub, [{"importer": {"name": "ASC"}}, {"kind": {"name": "ASC"}}, {"title": "ASC"}])
    with pytest.raises(BadInput, match="title is given twice; leave out the second"):
        ordered(hub, [{"title": "ASC"}, {"status": "ASC"}, {"title": "DESC"}])
    with pytest.raises(BadInput, match=r"importer\.name is given twice"):
        ordered(hub, [{"importer": {"name": "ASC"}}, {"importer": {"name": "ASC"}}])
    edges = "{ centers { nodes { importers(orderBy: [{edge: {since: ASC}}, {edge: {since: DESC}}]) { totalCount } } } }"
    with pytest.raises(BadInput, match=r"edge\.since is given twice"):
        plan(hub, edges)
    for steps, refused in ((5, False), (6, True)):
        by = f"{'{mergedInto: ' * steps}{{title: ASC}}{'}' * steps}"
        document = f"{{ issues(orderBy: [{by}]) {{ totalCount }} }}"
        if refused:
            with pytest.raises(TooCostly, match="at most 5 relationships away"):
                plan(hub, document)
        else:
            assert plan(hub, document)


def test_of_a_document_that_is_let_go_nothing_waits_to_be_found() -> None:
    hub = documents(50_000)
    roots = " ".join(f"a{number}: cases(where: $where) {{ nodes {{ title }} }}" for number in range(20))
    query = f"query Q($where: CaseWhere) {{ {roots} }}"
    plan(hub, query, where={"title": {"eq": "x"}})
    gc.collect()
    gc.disable()
    try:
        for number in range(5):
            plan(hub, f"{query} # {number}", where={"title": {"eq": "x"}})
            with pytest.raises(GraphQLErrors):
                plan(hub, f"{query.replace('title', 'titel')} # {number}")
        left = gc.collect()
    finally:
        gc.enable()
    assert left < 1_000
