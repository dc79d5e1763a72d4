"""Rows become statements that write the same graph however often they run, and bad rows never become any."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from graph_schema import parties
from graph_schema.graph import GRAPH
from graph_schema.upsert import BadRow, EdgeRow, NodeRow, dangling, edge_statements, node_statements
from hub.database.graph import Graph
from hub.errors import Conflict

IMPORTER = {"number": "00-0000001SW", "name": "Sample", "centerStatus": "ASSIGNED", "source": "sample"}


def test_a_social_security_number_becomes_no_statement() -> None:
    with pytest.raises(BadRow) as caught:
        list(node_statements(GRAPH, [NodeRow("Importer", {**IMPORTER, "number": "123-45-6789"})]))
    assert "123" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"centerStatus": "MAYBE"}, "must be one of"),
        ({"name": None}, "name is missing"),
        ({"nickname": "x"}, "no such property"),
    ],
)
def test_a_bad_row_says_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRow, match=message):
        list(node_statements(GRAPH, [NodeRow("Importer", {**IMPORTER, **change})]))


def test_an_edge_to_nowhere_is_told() -> None:
    row = EdgeRow(parties.ENTERS_AT, ("Importer", "00-0000001SW"), ("Port", "ACE:9999"))
    assert list(dangling(GRAPH, [NodeRow("Importer", IMPORTER)], [row])) == [
        "ENTERS_AT from Importer 00-0000001SW to Port ACE:9999: there is no Port ACE:9999"
    ]


def test_writing_twice_changes_nothing(empty: Graph, run: Callable[..., Any]) -> None:
    since = datetime(2024, 3, 1, tzinfo=UTC)
    nodes = [
        NodeRow("Importer", IMPORTER),
        NodeRow("Broker", {"filerCode": "S00", "name": "Sample", "source": "sample"}),
    ]
    edges = [EdgeRow(parties.REPRESENTS, ("Broker", "S00"), ("Importer", "00-0000001SW"), {"since": since})]
    for _ in range(2):
        run(empty.write([*node_statements(GRAPH, nodes), *edge_statements(GRAPH, edges)]))
    assert run(empty.read("MATCH (n:Party) RETURN count(n)", {})) == [[2]]
    assert run(empty.read("MATCH ()-[e:REPRESENTS]->() RETURN count(e)", {})) == [[1]]


def test_the_database_refuses_a_second_active_center(empty: Graph, run: Callable[..., Any]) -> None:
    centers = [NodeRow("Center", {"code": f"CEE00{index}", "name": "Sample", "source": "sample"}) for index in (1, 2)]
    run(empty.write(node_statements(GRAPH, [NodeRow("Importer", IMPORTER), *centers])))
    active = {"since": datetime(2024, 3, 1, tzinfo=UTC), "activeFor": IMPORTER["number"], "source": "sample"}
    edges = [
        EdgeRow(parties.ASSIGNED_TO, ("Importer", IMPORTER["number"]), ("Center", f"CEE00{index}"), active)
        for index in (1, 2)
    ]
    with pytest.raises(Conflict):
        run(empty.write(edge_statements(GRAPH, edges)))
