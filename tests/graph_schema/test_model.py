"""A declaration that contradicts another is refused while the schema is built."""

from dataclasses import replace

import pytest

from graph_schema.graph import GRAPH
from graph_schema.model import SchemaError, Way
from graph_schema.rule import Grant, Predicate, Rule


def test_a_label_without_a_rule_is_refused() -> None:
    with pytest.raises(SchemaError, match="Case has no rule"):
        replace(GRAPH, rules=tuple(rule for rule in GRAPH.rules if rule.label != "Case"))


def test_a_rule_for_an_unknown_label_is_refused() -> None:
    with pytest.raises(SchemaError, match="unknown label"):
        replace(GRAPH, rules=(*GRAPH.rules, Rule("Nobody", (Grant("public", "", tests=(Predicate("true"),)),))))


def test_a_grant_over_an_edge_that_does_not_start_there_is_refused() -> None:
    rule = Rule(
        "Center",
        (Grant("odd", "", edge="Case__CONCERNS__Importer", tests=(Predicate("true"),), rows="MATCH ({n}:Center)"),),
    )
    with pytest.raises(SchemaError, match="does not start at Center"):
        replace(GRAPH, rules=tuple(rule if found.label == "Center" else found for found in GRAPH.rules))


def test_a_grant_about_rows_without_its_rows_from_the_viewers_side_is_refused() -> None:
    rule = Rule("Center", (Grant("odd", "", tests=(Predicate("{n}.code = 'CEE001'"),)),))
    with pytest.raises(SchemaError, match="needs its rows"):
        replace(GRAPH, rules=tuple(rule if found.label == "Center" else found for found in GRAPH.rules))


def test_a_guarded_property_is_never_searched() -> None:
    contact = replace(GRAPH.node("Contact"), text=("email",))
    with pytest.raises(SchemaError, match=r"Contact\.email is guarded"):
        replace(GRAPH, nodes=tuple(contact if found.label == "Contact" else found for found in GRAPH.nodes))


def test_two_fields_of_one_name_are_refused() -> None:
    edge = GRAPH.edge("Case__CONCERNS__Importer")
    twice = replace(edge, forward=(Way("title", "", one=True),))
    with pytest.raises(SchemaError, match=r"Case\.title is declared twice"):
        replace(GRAPH, edges=tuple(twice if found.name == edge.name else found for found in GRAPH.edges))


def test_every_label_and_every_edge_can_be_described() -> None:
    assert all(node.doc and all(found.doc for found in node.properties) for node in GRAPH.nodes)
    assert all(edge.doc and all(way.doc for way in (*edge.forward, *edge.backward)) for edge in GRAPH.edges)
    assert all(grant.reason for rule in GRAPH.rules for grant in rule.grants)
