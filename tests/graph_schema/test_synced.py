"""What a sync has to know of a label is true of the graph."""

import pytest

from graph_schema.graph import GRAPH
from graph_schema.provenance import DESCRIBABLE, RETIRED, said_about
from graph_schema.synced import SYNCED


@pytest.mark.parametrize("label", SYNCED)
def test_a_row_of_the_table_speaks_of_what_there_is(label: str) -> None:
    synced = SYNCED[label]
    assert GRAPH.node(label) is synced.node
    said = {found.name for found in said_about(synced.node)}
    assert {*filter(None, (synced.known_by,)), *synced.must_say, *synced.defaults} <= said
    assert all(GRAPH.node(each) for each in synced.labels)
    if synced.owned_by is not None:
        assert label in synced.owned_by.tail


def test_what_follows_from_the_table_has_all_its_labels() -> None:
    assert [node.label for node in DESCRIBABLE] == list(SYNCED)
    assert RETIRED == {"Contact": "RetiredContact", "Case": "RetiredCase"}
