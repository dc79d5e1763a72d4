"""The hub's answers without HTTP."""

from typing import Any, Final

from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from hub.compile.walk import Side
from hub.gql.endpoint import Questions
from hub.gql.guard import Limits
from hub.gql.types import build_schema
from hub.graph import Graph

SCHEMA: Final = build_schema(GRAPH)
CURSOR_KEY: Final = b"a key of the tests"


def questions(graph: Graph, declared: GraphSchema = GRAPH, limits: Limits | None = None, side: Side = Side.CHEAPER) -> Questions:
    """What answers questions over that database."""
    return Questions(SCHEMA, declared, graph, limits or Limits(), CURSOR_KEY, side)


class NoCursors:
    """For plans that are made and not asked."""

    def read(self, cursor: str, wanted: Any, compared: Any) -> tuple[Any, ...]:  # noqa: ARG002
        return (None,) * len(wanted.kinds)
