"""The suite that ships with the hub, in the Neo4j of the whole run."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.conformance import suite
from connectors.conformance.suite import Database, System
from hub.database.graph import Graph

__all__ = ["Conformance", "System"]


class Conformance(suite.Conformance):
    @pytest.fixture
    def hub_database(self, database: Graph, run: Callable[..., Any]) -> Database:
        return Database(database, run)
