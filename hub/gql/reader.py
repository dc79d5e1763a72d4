"""Root fields read: their statements run, in their steps and their callers' turns, and their rows shaped."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from graph_schema.cypher import Parameters
from graph_schema.model import GraphSchema
from hub.compile.compiler import compile_right
from hub.database.bookmarks import Bookmarks
from hub.database.gathering import Gathering, Lanes
from hub.database.graph import Graph
from hub.database.lane import Read
from hub.errors import NotAllowed, TooCostly
from hub.gql.answer_writer import AnswerWriter
from hub.gql.cursors import Cursors
from hub.gql.custom_field_executor import read_custom_field
from hub.gql.document_limits import Limits
from hub.gql.plans import RootPlan
from hub.gql.response import Explained
from hub.gql.search_executor import RunStatements, read_search
from hub.identity.door import Shares
from hub.limits.callers import HUB, Caller

_GATHERED_ROWS: Final = 20
"""Questions with pages of up to so many rows are gathered: of wider ones Neo4j saves nothing, and they would hold
up others. 2026-11-26.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """What all root fields of one request share: the viewer's parameters and cursors, what the caller has seen,
    whose turns they take.
    """

    rights: Parameters
    cursors: Cursors
    bookmarks: Bookmarks
    caller: Caller = HUB


class Reader:
    """Reads root fields from the graph; those that ask the same are gathered by `lanes`, if there are any."""

    def __init__(self, declared: GraphSchema, graph: Graph, limits: Limits, shares: Shares, lanes: Lanes) -> None:
        self._declared = declared
        self._graph = graph
        self._limits = limits
        self._shares = shares
        self.gathering = Gathering(graph, shares.admission, lanes)

    async def rows(self, root: RootPlan, parameters: Parameters, call: Call) -> list[Any]:
        """What the root field's statements give: of each one value, or None."""
        gathers = root.cost.widest(parameters) <= _GATHERED_ROWS
        return await _in_steps(root, {**parameters, **call.rights}, partial(self.run, call=call, gathers=gathers))

    async def run(self, texts: Sequence[str], given: Parameters, call: Call, *, gathers: bool) -> list[Any]:
        """What these statements give, asked at once: of each one value, or None."""

        def asking(text: str) -> Awaitable[Any]:
            return self.gathering.read_one(Read(text, given, call.bookmarks, call.caller), gathers=gathers)

        return [await asking(texts[0])] if len(texts) == 1 else await asyncio.gather(*map(asking, texts))

    async def explained(
        self, root: RootPlan, parameters: Parameters, call: Call, explained: list[Explained]
    ) -> list[Any]:
        """The same as `rows`; what Neo4j did for it is added to `explained`."""

        async def profiled(texts: Sequence[str], given: Parameters) -> list[Any]:
            values: list[Any] = []
            for text in texts:
                asking = partial(self._graph.profile_one, text, given, call.bookmarks)
                row, profile = await self._shares.admission.run(call.caller, f"PROFILE {text}", asking)
                values.append(row)
                explained.append(
                    {
                        "field": root.key,
                        "cypher": text,
                        "parameters": {name: given[name] for name in given if name not in call.rights},
                        **profile,
                    }
                )
            return values

        return await _in_steps(root, {**parameters, **call.rights}, profiled)

    def cost(self, root: RootPlan, parameters: Parameters) -> int:
        """How many rows a question may touch. Raises `TooCostly` where those are too many."""
        cost = root.cost.of(parameters)
        if cost > self._limits.cost:
            raise TooCostly(
                f"{root.key} may touch {cost} rows, at most {self._limits.cost}: ask for smaller pages or fewer levels"
            )
        return cost

    async def require_right_to_pages(self, bound: Sequence[tuple[RootPlan, Parameters]], call: Call) -> None:
        """Raises `NotAllowed` where a page is larger than the viewer may ask for."""
        if any(root.cost.largest(parameters) > self._limits.page for root, parameters in bound):
            refusal = f"pages of more than {self._limits.page} rows need the right largePages"
            await self.require("largePages", refusal, call)

    async def require(self, right: str, refusal: str, call: Call) -> None:
        """Raises `NotAllowed` where the viewer does not have the right."""
        if not await self._graph.read_one(compile_right(self._declared, right), call.rights):
            raise NotAllowed(refusal)


def shaped(root: RootPlan, rows: Sequence[Any], parameters: Parameters, call: Call) -> Any:
    """The value of a root field as GraphQL wants it; null where a statement gave nothing."""
    if None in rows:
        return None
    return root.compiled.shape(rows[0] if len(rows) == 1 else rows, parameters, AnswerWriter(call.cursors, parameters))


async def _in_steps(root: RootPlan, given: Parameters, run: RunStatements) -> list[Any]:
    """What the root field's shaper takes, or its only member; None where a statement gave nothing."""
    if root.compiled.search:
        return await read_search(root.compiled, given, run)
    if root.compiled.custom:
        return await read_custom_field(root.compiled, given, run)
    return await run(root.compiled.texts, given)
