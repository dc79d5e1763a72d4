"""What rules depend on is declared, and held against their texts when they are built."""

from dataclasses import replace
from typing import Any

import pytest

from graph_schema import parties
from graph_schema.graph import GRAPH
from graph_schema.model import SchemaError
from graph_schema.rows import MY_PARTIES, Choice, Members, Rows, union
from graph_schema.rule import ACCOUNT, AnyOf, EdgeRule, Guard, Predicate, is_own, of_grant
from graph_schema.viewer_kinds import GUEST, PUBLIC, ViewerKind, of_kind

IMPORTER = ViewerKind(frozenset({"isImporter"}), acts=True)
BROKER = ViewerKind(frozenset({"represents"}), acts=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"where": "{n} IN myParties"},
        {"where": "{n} IN myParties", "needs": ("myParties", "mySystems")},
        {"where": "{n}.code = 'CEE001'", "needs": ("myParties",)},
        {"where": "{n}.id = $viewer"},
        {"where": "({n}.audience = 'public' AND {grant_counterpart})"},
        {"where": "EXISTS { UNWIND myParties AS {me} MATCH ({me})-->({n}) }", "walks": True},
    ],
)
def test_a_predicate_that_needs_something_else_than_it_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        Predicate(**wrong)


@pytest.mark.parametrize(("where", "walks"), [("EXISTS { ({n})-->() }", False), ("{n}.code = 'x'", True)])
def test_a_predicate_says_whether_it_is_a_sub_query(where: str, walks: bool) -> None:
    with pytest.raises(ValueError, match="is a sub-query or is not"):
        Predicate(where, walks=walks)


@pytest.mark.parametrize(
    ("pieces", "needs"),
    [
        (("UNWIND ", MY_PARTIES, " AS {me} MATCH ({me}:Importer)"), None),
        (("UNWIND ", MY_PARTIES, " AS {me} MATCH ({me}:Importer)"), "represents"),
        (("UNWIND ", MY_PARTIES, " AS {o} MATCH ({o})<-[:HANDLED_BY]-({n}:Case)"), None),
        (("UNWIND ", Choice("busy", "[]", "myParties"), " AS o MATCH (o)<-[:HANDLED_BY]-(n:Case)"), None),
        (("UNWIND ", Members("mySystems"), " AS {s} MATCH ({n} {system: {s}})"), "isOffice"),
    ],
)
def test_rows_say_from_which_parties_they_start(pieces: tuple[Any, ...], needs: str | None) -> None:
    with pytest.raises(ValueError, match="need"):
        Rows(*pieces, needs=needs)


def test_a_rule_that_asks_for_the_viewer_and_does_not_declare_it_is_refused() -> None:
    undeclared = EdgeRule(parties.REPRESENTS.name, "odd", "", "seesAll OR {a} IN myParties")
    with pytest.raises(SchemaError, match="asks for myParties, seesAll, and does not declare it"):
        replace(GRAPH, edge_rules=(undeclared,))
    center = GRAPH.node("Center")
    guarded = tuple(replace(found, guard=Guard("seesAll", "official AND seesAll")) for found in center.properties[1:2])
    with pytest.raises(SchemaError, match="guard"):
        replace(center_graph := GRAPH, nodes=(replace(center, properties=(center.properties[0], *guarded)),
                *(node for node in center_graph.nodes if node is not center)))  # fmt: skip


def test_a_guard_names_grants_by_slots() -> None:
    guard = Guard("seesAll", AnyOf(of_grant("its-owner"), of_grant("known"), Predicate("{n}.code = 'x'")))
    assert guard.test == "{grant_its_owner} OR {grant_known} OR {n}.code = 'x'"
    assert guard.grants == {"grant_its_owner", "grant_known"}


def test_a_text_keeps_what_it_is_made_of() -> None:
    either = AnyOf(Predicate("seesAll"), is_own("{a}"), bracketed=True)
    assert either == "(seesAll OR {a} IN myParties)"
    rows = union(
        Rows("UNWIND ", MY_PARTIES, " AS {me} MATCH ({me}:Importer) RETURN {me} AS {i}", needs="isImporter"),
        Rows("UNWIND ", MY_PARTIES, " AS {me} MATCH ({me}:Broker)-->({i}) RETURN {i}", needs="represents"),
    )
    assert rows.bound(i="client") == (
        "UNWIND myParties AS me MATCH (me:Importer) RETURN me AS client"
        " UNION UNWIND myParties AS me MATCH (me:Broker)-->(client) RETURN client"
    )


def test_what_cannot_hold_for_a_kind_is_left_out_by_its_declaration() -> None:
    rule = next(rule for rule in GRAPH.edge_rules if rule.edge == parties.REPRESENTS.name)
    odd = AnyOf(Predicate("seesAll"), Predicate("{a}.owner = $viewer", needs=(ACCOUNT,)), is_own("{b}"))
    graph = replace(GRAPH, edge_rules=(replace(rule, test=odd, by_sets=None),))
    tests = {kind: of_kind(graph, kind).edge_rules[0].test for kind in (PUBLIC, GUEST, IMPORTER)}
    assert tests == {
        PUBLIC: "false", GUEST: "{a}.owner = $viewer", IMPORTER: "{a}.owner = $viewer OR {b} IN myParties",
    }  # fmt: skip


def test_a_text_that_declares_nothing_stays_as_it_is() -> None:
    rule = GRAPH.rule("Case")
    plain = replace(rule, grants=tuple(replace(grant, rows=grant.rows and str(grant.rows)) for grant in rule.grants))
    graph = replace(GRAPH, rules=tuple(plain if found is rule else found for found in GRAPH.rules))
    whole, left = (
        next(
            grant.rows for grant in of_kind(found, BROKER).rule("Case").grants if grant.name == "its-importer-or-broker"
        )
        for found in (graph, GRAPH)
    )
    assert whole is not None
    assert left is not None
    assert ":Importer) RETURN {me}" in whole
    assert ":Importer) RETURN {me}" not in left
