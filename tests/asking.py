"""The hub's answers without HTTP."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import ViewerKind
from hub.compile.compiler import Side
from hub.database.gathering import Lanes
from hub.database.graph import Graph
from hub.gql.document_limits import Limits
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.gql.types import schema_of
from hub.identity.door import Shares
from hub.viewer import Viewer

Item = TypeVar("Item")
SCHEMA: Final = schema_of(GRAPH)
CURSOR_KEY: Final = b"a key of the tests"


def questions(
    graph: Graph,
    declared: GraphSchema = GRAPH,
    limits: Limits | None = None,
    side: Side = Side.CHEAPER,
    shares: Shares | None = None,
    lanes: Lanes | None = None,
    *,
    by_kind: bool = True,
) -> Executor:
    """What answers questions over that database.

    Each caller may ask as much as it likes, unless there are `shares`; each is asked by itself, unless there are
    `lanes`. Not `by_kind`, one statement is made for every kind of viewer.
    """
    return Executor(
        SCHEMA, declared, graph, limits or Limits(), CURSOR_KEY, side, shares=shares, lanes=lanes, by_kind=by_kind
    )


def _is_late(answer: Any) -> bool:
    """Whether a busy machine did not plan what was asked in its time."""
    return "data" not in answer and {error["extensions"]["code"] for error in answer["errors"]} <= {
        "UNAVAILABLE",
        "TOO_COSTLY",
    }


async def data(hub: Executor, query: str, viewer: Viewer) -> Any:
    """What a question is answered; asked again where a busy machine did not plan it in its time."""
    answer = await hub.answer(GraphQLRequest(query), viewer)
    for _ in range(2):
        if not _is_late(answer):
            break
        answer = await hub.answer(GraphQLRequest(query), viewer)
    assert "data" in answer, answer
    return answer["data"]


async def by_all(
    hub: Executor, accounts: Iterable[str], query: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What each account is answered, all asking at once."""
    asking = list(accounts)
    answers = await asyncio.gather(
        *(hub.answer(GraphQLRequest(query, None, variables or {}), Viewer(account)) for account in asking)
    )
    return dict(zip(asking, answers, strict=True))


def texts(hub: Executor, query: str, kind: ViewerKind, variables: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """The statements by which viewers of that kind are asked for it."""
    plan, _ = hub.plan_cache.plan(query, None, variables or {}, NoCursors(), kind)
    return tuple(text for root in plan.roots for text in root.compiled.all_texts)


async def by_some(
    hub: Executor, accounts: Sequence[str], turn: int, query: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What some accounts are answered: all of those that are asked by a few statements, others each turn until all had
    theirs.

    Neo4j has to plan each statement, and then answers whoever is asked by it in no time. Asked again where a busy
    machine did not plan it in its time.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for account in accounts:
        groups[texts(hub, query, await hub.kind(Viewer(account)), variables)].append(account)
    answers = await by_all(hub, chain.from_iterable(some_of(list(groups.values()), turn)), query, variables)
    for _ in range(2):
        late = [account for account, answer in answers.items() if _is_late(answer)]
        answers |= await by_all(hub, late, query, variables)
    return answers


def some_of(several: Sequence[Item], turn: int, most: int = 3) -> list[Item]:
    """A few of them, others each turn until all had theirs."""
    return [several[(turn * most + step) % len(several)] for step in range(min(most, len(several)))]


class NoCursors:
    """For plans that are made and not asked."""

    def read(self, cursor: str, wanted: Any, compared: Any) -> tuple[Any, ...]:  # noqa: ARG002
        return (None,) * len(wanted.kinds)
