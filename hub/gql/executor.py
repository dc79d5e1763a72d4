"""Answers GraphQL documents: what is asked is planned for the asker's kind of viewer, then read or done."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NotRequired, TypedDict, TypeVar, cast

import strawberry
from graphql import GraphQLError

from graph_schema.cypher import Parameters
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import PUBLIC, ViewerKind
from hub.compile.compiler import Side, compile_kind
from hub.database.bookmarks import Bookmarks
from hub.database.gathering import Gathering, Lanes
from hub.database.graph import Graph, Run
from hub.errors import AnswerNotRead, FailureExtensions, HubError, NotSignedIn, Unavailable
from hub.gql.cursors import Cursors
from hub.gql.document_limits import Limits
from hub.gql.operation import GraphQLErrors
from hub.gql.plan_cache import PlanCache
from hub.gql.plans import Plan, RootPlan
from hub.gql.reader import Call, Reader, shaped
from hub.gql.request import GraphQLRequest, Variables
from hub.gql.response import (
    DataResponse,
    Explained,
    GraphQLResponse,
    ResponseError,
    ResponseExtensions,
)
from hub.gql.viewer_kinds import Kinds
from hub.identity.door import Shares
from hub.limits.admission import in_kb
from hub.limits.callers import HUB, Caller
from hub.limits.rate_limits import COST, PLANNINGS, QUESTIONS, VERBS
from hub.verbs.context import VerbContext
from hub.verbs.questions import new_guest
from hub.viewer import Viewer

Result = TypeVar("Result")
_log: Final = logging.getLogger("hub.gql")
_requests: Final = logging.getLogger("hub.requests")
_PERHAPS_DONE: Final = "whether this was done is not known"
_SEND_AGAIN: Final = ": send it again with the same requestId, and it is done once"
_CHANGES: Final = 4
"""How often a question is asked again of a viewer whose rights have changed since."""
_NO_ROW: Final = "no row"
"""No row's key; of a usual length, as below."""
NOBODY: Final = "nobody is signed in"
"""No account's id, which has a bar; of a usual length, because Neo4j plans anew for a parameter of quite another
one.
"""
Ask = Callable[[ViewerKind | None], Awaitable[tuple[Result, bool]]]
"""Asks for a kind of viewer; says whether every statement gave something, which those for another kind do not."""
OnAnswered = Callable[[GraphQLRequest, ViewerKind, Plan, Variables, Cursors], None]
"""Is told of a question that was answered: the kind of viewer it was compiled for, its plan, variables and cursors."""


def _ignored(*_: object) -> None:
    pass


class Executor:
    """Answers GraphQL documents from the graph; reads are gathered by `lanes`, if there are any.

    `side` says where lists start; `by_kind`, whether statements are made for the kind of viewer: anything but the
    default is for tests.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        schema: strawberry.Schema,
        declared: GraphSchema,
        graph: Graph,
        limits: Limits,
        cursor_key: bytes,
        side: Side = Side.CHEAPER,
        *,
        shares: Shares | None = None,
        by_kind: bool = True,
        lanes: Lanes | None = None,
    ) -> None:
        self.plan_cache = PlanCache(declared, schema, limits, side)
        self._graph = graph
        self._cursor_key = cursor_key
        self._shares = shares or Shares()
        self._reader = Reader(declared, graph, limits, self._shares, lanes or Lanes())
        self._kinds = Kinds()
        self._by_kind = by_kind
        self.on_answered: OnAnswered = _ignored
        """Told of each question that was answered, not of changes."""
        self.kind_text = compile_kind(declared)

    @property
    def gathering(self) -> Gathering:
        """Where reads that ask the same go together."""
        return self._reader.gathering

    async def answer(self, request: GraphQLRequest, viewer: Viewer) -> GraphQLResponse:
        """The response of an operation: `data`, or `errors` that say what to change."""
        began = time.perf_counter()
        answer = await self._answer_or_errors(request, viewer)
        if _requests.isEnabledFor(logging.INFO):
            _requests.info("answered", extra={"fields": _logged(request, answer, time.perf_counter() - began)})
        return answer

    async def _answer_or_errors(self, request: GraphQLRequest, viewer: Viewer) -> GraphQLResponse:
        try:
            return await self._answer(request, viewer)
        except GraphQLErrors as error:
            return {"errors": list(map(_invalid, error.errors))}
        except GraphQLError as error:
            return {"errors": [_invalid(error)]}
        except HubError as error:
            return {"errors": [{"message": str(error), "extensions": error.extensions}]}
        except Exception:
            _log.exception("request %s failed", request.request_id)
            message = f"something went wrong here; the hub's log names it by {request.request_id}"
            extensions: FailureExtensions = {"code": "INTERNAL", "requestId": request.request_id}
            return {"errors": [{"message": message, "extensions": extensions}]}

    async def _answer(self, request: GraphQLRequest, viewer: Viewer) -> DataResponse:
        call = self._call(viewer.account, datetime.now(UTC), request.bookmarks, request.caller or caller_of(viewer))
        look = partial(self._kind, call)
        kind = await self._kinds.of(viewer, look) if self._by_kind else None

        async def ask(kind: ViewerKind | None) -> tuple[tuple[DataResponse, Callable[[], None]], bool]:
            plan, variables = await self._planned(request, call, kind)
            if plan.verbs:
                return (await self._do_verbs(plan, variables, request, viewer, kind), _ignored), True
            answer, is_of_kind = await self._read(plan, variables, request, call)
            return (
                answer,
                partial(self.on_answered, request, kind, plan, variables, call.cursors) if kind else _ignored,
            ), is_of_kind

        answer, tell = await self._as_its_kind(viewer, kind, look, ask)
        tell()
        return answer

    async def _as_its_kind(
        self, viewer: Viewer, kind: ViewerKind | None, look: Callable[[], Awaitable[Any]], ask: Ask[Result]
    ) -> Result:
        """What `ask` gives for the kind of viewer that it is by now; that kind may not be the one it was known to
        be.
        """
        for _ in range(_CHANGES):
            result, is_of_kind = await ask(kind)
            if is_of_kind or kind is None or kind is PUBLIC:
                return result
            # nothing was found, or the viewer is of another kind by now: what is made for one answers others nothing
            before, kind = kind, await self._kinds.look_up(viewer, look)
            if kind == before:
                return result
        raise Unavailable("what this account may see changes all the time; try again in a few seconds")

    async def _read(
        self, plan: Plan, variables: Variables, request: GraphQLRequest, call: Call
    ) -> tuple[DataResponse, bool]:
        """The answer, and whether no statement was without one."""
        bound = [(root, root.bind(variables, call.cursors)) for root in plan.roots]
        cost = sum(self._reader.cost(root, parameters) for root, parameters in bound)
        extensions: ResponseExtensions = {"cost": cost}
        if request.caller:
            self._shares.budgets.take(COST, request.caller, cost)
        await self._reader.require_right_to_pages(bound, call)
        explained: list[Explained] = []
        if request.explain:
            await self._reader.require("explain", "explaining needs the right explain", call)
            extensions["explain"] = explained
        await self._graph.reach(request.bookmarks)  # before others may wait for a first run of this one's
        run = partial(self._reader.explained, explained=explained) if request.explain else self._reader.rows
        each = [run(root, parameters, call) for root, parameters in bound]
        read = [await each[0]] if len(each) == 1 else await asyncio.gather(*each)
        is_of_kind = not any(None in rows for rows in read)
        values = (shaped(root, rows, parameters, call) for (root, parameters), rows in zip(bound, read, strict=True))
        answers = {**plan.known, **{root.key: value for (root, _), value in zip(bound, values, strict=True)}}
        return {"data": {key: answers[key] for key in plan.keys}, "extensions": extensions}, is_of_kind

    async def kind(self, viewer: Viewer) -> ViewerKind:
        """What kind of viewer that is, as far as is known; looked up where nothing is."""
        call = self._call(viewer.account, datetime.now(UTC), Bookmarks(), HUB)
        return await self._kinds.of(viewer, partial(self._kind, call))

    def _call(self, account: str, now: datetime, bookmarks: Bookmarks, caller: Caller) -> Call:
        rights = {"viewer": account or NOBODY, "now": int(now.timestamp() * 1000)}
        return Call(rights, Cursors(self._cursor_key, account), bookmarks, caller)

    async def _kind(self, call: Call) -> Any:
        """Which flags of kinds hold of the viewer; None if it acts for nobody."""
        (flags,) = await self._reader.run((self.kind_text,), call.rights, call, gathers=True)
        return flags

    async def _planned(self, request: GraphQLRequest, call: Call, kind: ViewerKind | None) -> tuple[Plan, Variables]:
        """The plan of what is asked, and its variables; what is new of it counts before anything is done for it, or
        planned by Neo4j.
        """
        document = (request.document, request.operation_name, request.variables)
        planned = self.plan_cache.kept(*document, kind)
        counted = 0 if planned else in_kb(request.document)
        if request.caller:
            self._shares.budgets.take(PLANNINGS, request.caller, counted)
        if planned is None:
            plan = partial(self.plan_cache.plan, *document, call.cursors, kind, only_reads=request.by_get)
            planned = await self._shares.admission.compile(request.caller or HUB, plan)
        if request.caller:
            plan, _ = planned
            new = self._shares.admission.new_kb(root.compiled.texts for root in plan.reads)
            self._shares.budgets.take(PLANNINGS, request.caller, new - counted, beside=counted)
        return planned

    async def _do_verbs(
        self, plan: Plan, variables: Variables, request: GraphQLRequest, viewer: Viewer, kind: ViewerKind | None
    ) -> DataResponse:
        """The verbs one after another, each in its own transaction: of one that is refused the answer is null, and
        the rest goes on.
        """
        answers = dict(plan.known)
        errors: list[ResponseError] = []
        without_account = [] if viewer.account else [verb for verb in plan.verbs if not verb.verb.signed_in]
        first = without_account[0] if without_account else None
        if request.caller:
            if self._shares.budgets.has_used(QUESTIONS, request.caller):
                first = None
            self._shares.budgets.take(VERBS, request.caller, len(plan.verbs))
            self._shares.budgets.take_each(QUESTIONS, request.caller, len(without_account))
        for place, verb in enumerate(plan.verbs):
            try:
                answers[verb.answer.key] = await self._do_verb(
                    plan, place, variables, request, viewer, kind, is_first=verb is first
                )
            except HubError as error:
                answers[verb.answer.key] = None
                perhaps = isinstance(error, Unavailable) and error.begun
                message = f"{error}; {_PERHAPS_DONE}{_SEND_AGAIN if viewer.account else ''}" if perhaps else str(error)
                errors.append({"message": message, "path": [verb.answer.key], "extensions": error.extensions})
                if request.caller and verb in without_account and not isinstance(error, Unavailable):
                    self._shares.budgets.give_back(QUESTIONS, request.caller)
        response: DataResponse = {"data": {key: answers[key] for key in plan.keys}}
        if errors:
            response["errors"] = errors
        return response

    async def _do_verb(  # noqa: PLR0913 - who does it, what, and how it was planned
        self,
        plan: Plan,
        place: int,
        variables: Variables,
        request: GraphQLRequest,
        viewer: Viewer,
        kind: ViewerKind | None,
        *,
        is_first: bool,
    ) -> Any:
        """Does the verb at that place of the plan in a transaction of its own, and answers with its row as it
        stands then. `is_first`: the caller has no account, and has asked nothing yet.
        """
        verb = plan.verbs[place]
        if not viewer.account and verb.verb.signed_in:
            raise NotSignedIn(f"{verb.verb.name}: sign in to do this")
        account, now = viewer.account or new_guest(), datetime.now(UTC)
        call = self._call(account, now, request.bookmarks, request.caller or caller_of(viewer))
        (arguments, name), parameters = verb.arguments(variables), verb.answer.bind(variables, call.cursors)
        cost = self._reader.cost(verb.answer, parameters)
        if request.caller:
            self._shares.budgets.take(COST, request.caller, cost)
        await self._reader.require_right_to_pages([(verb.answer, parameters)], call)
        if self._shares.admission.is_new(verb.answer.compiled.text):
            await self._plan_answer(verb.answer, parameters, call)

        async def work(run: Run) -> str:
            context = VerbContext(run, account, now, name, self._shares.quotas, is_first=is_first)
            return await verb.verb.done(context, arguments)

        key = await self._graph.transact(work, bookmarks=request.bookmarks)
        given = {**parameters, "key": key}
        # what is read shows at least what was done
        since = replace(call, bookmarks=Bookmarks(request.bookmarks.values, request.bookmarks.caller))

        async def ask(now_of: ViewerKind | None) -> tuple[Any, bool]:
            of_kind = plan if now_of == kind else (await self._planned(request, call, now_of))[0]
            answer = of_kind.verbs[place].answer
            rows = await self._reader.rows(answer, given, since)
            return shaped(answer, rows, given, since), None not in rows

        try:
            return await self._as_its_kind(viewer, kind, partial(self._kind, since), ask)
        except HubError as error:
            again = "the same requestId gives it without doing it again" if viewer.account else "ask how it stands now"
            raise AnswerNotRead(
                f"this was done, but its answer could not be read: {error}; {again}", begun=False
            ) from error

    async def _plan_answer(self, answer: RootPlan, parameters: Parameters, call: Call) -> None:
        """Asks about no row: what could not be answered is refused before anything is done. Raises `Unavailable`."""
        try:
            await self._reader.rows(answer, {**parameters, "key": _NO_ROW}, call)
        except Unavailable as error:
            raise Unavailable(str(error), error.retry_after_s, begun=False) from error


def caller_of(viewer: Viewer) -> Caller:
    """Whose turns a viewer takes: its account's, or, of the hub's own pages, the hub's."""
    return Caller(viewer.account, signed_in=True) if viewer.account else HUB


def _invalid(error: GraphQLError) -> ResponseError:
    """What GraphQL itself refuses, with the code that the hub gives it."""
    extensions = {**(error.extensions or {}), "code": "INVALID"}
    return cast("ResponseError", {**error.formatted, "extensions": extensions})


class _Logged(TypedDict):
    """What the log may say of a request: nothing of its text, its variables or who asked."""

    request: str
    operation: str | None
    document: str
    cost: int | None
    ms: float
    codes: NotRequired[list[str]]


def _logged(request: GraphQLRequest, answer: GraphQLResponse, took_s: float) -> _Logged:
    digest = hashlib.sha256(request.document.encode(errors="replace")).hexdigest()
    logged: _Logged = {
        "request": request.request_id,
        "operation": request.operation_name,
        "document": digest[:16],
        "cost": answer["extensions"]["cost"] if "extensions" in answer else None,
        "ms": round(took_s * 1000, 2),
    }
    if errors := answer.get("errors"):
        logged["codes"] = sorted({error["extensions"]["code"] for error in errors})
    return logged
