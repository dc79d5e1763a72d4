"""What the hub sends to Neo4j for a question: its statements as they are made for the asker's kind of viewer."""

import time
from collections.abc import Mapping
from typing import Any, Final, LiteralString, cast

from neo4j import Driver

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import PUBLIC, ViewerKind
from hub.compile.compiler import compile_kind
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from hub.gql.plans import Plan
from hub.gql.request import Variables
from hub.world.sample import ISSUER
from tests.asking import SCHEMA, NoCursors

_KIND: Final = cast("LiteralString", compile_kind(GRAPH))


def kind_of(driver: Driver, persona: str | None) -> ViewerKind:
    """The kind of viewer that a persona is in that database; None is the public."""
    if persona is None:
        return PUBLIC
    records, _, _ = driver.execute_query(_KIND, {"viewer": f"{ISSUER}|{persona}", "now": time.time_ns() // 1_000_000})
    flags = records[0].value()
    return ViewerKind(frozenset(flags or ()), acts=flags is not None)


class Statements:
    """Compiles as the hub does."""

    def __init__(self, kinds: Mapping[str | None, ViewerKind]) -> None:
        self._documents = PlanCache(GRAPH, SCHEMA, Limits())
        self._kinds = kinds

    def plan(
        self, query: str, persona: str | None, variables: Mapping[str, Any] | None = None
    ) -> tuple[Plan, Variables]:
        return self._documents.plan(query, None, variables or {}, NoCursors(), self._kinds[persona])

    def texts(self, query: str, persona: str | None, variables: Mapping[str, Any] | None = None) -> set[str]:
        """Every statement that may be run for it."""
        plan, _ = self.plan(query, persona, variables)
        return {text for root in plan.roots for text in root.compiled.all_texts}
