"""A small world to act in, as new for each test, and the ways to act and ask."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.offices import ISSUER, write
from tests.renewed import renewed


@pytest.fixture(autouse=True)
def _one_day(one_day: None) -> None:  # pyright: ignore[reportUnusedFunction]
    """What tests of verbs expect counts from today."""


@pytest.fixture
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(renewed(database, "offices", write))
    return database


@pytest.fixture
def hub(world: Graph) -> Executor:
    return questions(world)


@pytest.fixture
def do(hub: Executor, run: Callable[..., Any]) -> Callable[..., Any]:
    """Asks or does something as a viewer; gives the whole answer."""

    def done(viewer: str, document: str, **variables: Any) -> dict[str, Any]:
        return run(
            hub.answer(GraphQLRequest(document, None, variables), Viewer.of(ISSUER, viewer) if viewer else PUBLIC)
        )

    return done


@pytest.fixture
def did(do: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what must not fail: gives the answer to its one root field."""

    def done(viewer: str, document: str, **variables: Any) -> Any:
        answer = do(viewer, document, **variables)
        assert "errors" not in answer, answer["errors"]
        return next(iter(answer["data"].values()))

    return done


@pytest.fixture
def refused(do: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what must fail: gives code and message."""

    def told(viewer: str, document: str, **variables: Any) -> tuple[str, str]:
        (error,) = do(viewer, document, **variables)["errors"]
        return error["extensions"]["code"], error["message"]

    return told
