"""Cypher is put together in one way: slots are all filled, constants are what they were, and what a table says of
its text is so.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from graph_schema.cypher import Constant, bind, fill, literal, rename
from graph_schema.graph import GRAPH
from graph_schema.model import Property, SchemaError
from graph_schema.rule import Predicate
from hub.database.graph import Graph
from hub.queries.responsibility_rules import OFFICES


def test_every_slot_is_filled() -> None:
    assert (
        fill("MATCH ({n}:Case {id: $id}) WHERE {test} RETURN {n}", n="k", test="true")
        == "MATCH (k:Case {id: $id}) WHERE true RETURN k"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"n": "k"}, r"not given: \['test'\]; given and no slot: \[\]"),
        ({"n": "k", "test": "true", "id": "1"}, r"not given: \[\]; given and no slot: \['id'\]"),
    ],
)
def test_a_slot_too_few_or_too_many_is_refused(given: dict[str, str], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        fill("MATCH ({n}:Case {id: $id}) WHERE {test}", **given)


def test_slots_get_other_names() -> None:
    assert rename("({n})<-[:COVERS_ENTRY]-({k})", n="e") == "({e})<-[:COVERS_ENTRY]-({k})"
    for given in ({"x": "y"}, {"n": "k"}):  # no slot; one that is there
        with pytest.raises(ValueError, match="cannot be renamed"):
            rename("({n})<-[:COVERS_ENTRY]-({k})", **given)


def test_variables_that_nobody_has_are_fresh() -> None:
    assert bind("({n})-->({x}) WHERE {x} <> {n}", {"n": "k"}, "{}_1".format) == "(k)-->(x_1) WHERE x_1 <> k"


CONSTANTS: tuple[Constant, ...] = (
    "", "it's", 'a "word"', "C:\\new\\u0027s", "two\nlines\t\x00\x7f", "ü 關稅", "\u2028", "{n} $n `n` // n", True,
    False, None, 0, -5,
    2.5, 1e-07, 2**62, [], ["a", [1, True, None]], {"EST": "America/New_York", "all": ["b'"]},
)  # fmt: skip


@pytest.mark.parametrize("value", CONSTANTS, ids=repr)
def test_a_constant_is_what_it_was(value: Constant, database: Graph, run: Callable[..., Any]) -> None:
    assert run(database.read_one(f"RETURN {literal(value)}", {})) == value


@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), {"not plain": 1}, pytest.param(object(), id="an object")], ids=repr
)
def test_what_is_no_constant_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="not a "):
        literal(value)


def test_a_property_is_not_named_as_a_viewer_set() -> None:
    case = GRAPH.node("Case")
    odd = replace(case, properties=(*case.properties, Property("myParties", "Whose it is.")))
    with pytest.raises(SchemaError, match="Case: myParties is the name of a viewer set"):
        replace(GRAPH, nodes=tuple(odd if node is case else node for node in GRAPH.nodes))


@pytest.mark.parametrize(
    ("where", "flag"),
    [("{n}.published", None), ("{n}.published", "public"), ("NOT {n}.published", "published"), ("true", "true")],
)
def test_a_predicate_says_of_itself_what_is_so(where: str, flag: str | None) -> None:
    with pytest.raises(ValueError, match="has the flag"):
        Predicate(where, flag=flag)


def test_a_rule_that_asks_of_an_edge_names_it() -> None:
    asks = next(rule for rule in OFFICES if rule.edge)
    asks_nothing = next(rule for rule in OFFICES if not rule.edge)
    for wrong in ({"edge": None}, {"cypher": asks_nothing.cypher}):
        with pytest.raises(ValueError, match=r"it has the slot \{may\} and an `edge`, or neither"):
            replace(asks, **wrong)
