"""What will be asked is planned before anybody asks: Neo4j takes 0.05 to several seconds for a statement's plan, and
then milliseconds.

It goes on behind those who ask, one statement at a time, while nobody waits for a turn and nothing that was asked is
being planned. A statement is run as nobody, with placeholders of the types it will be asked with: whatever kind of
viewer it is made for, it finds nothing. The most valuable first, and at most so many: what was asked most before, the
first questions, what finds the rows of searches and what the hub's own questions tell. A database that was lost has
lost its plans, and all begins anew.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from graph_schema.cypher import Parameters, Statement
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import COMMON, ViewerKind
from hub.compile.compiler import ASKED, END, FOUND, FRONT, SOUGHT, CursorOf
from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.gql.executor import NOBODY, Executor
from hub.gql.parameter_types import ParameterType, placeholder, type_of
from hub.gql.plans import Plan, RootPlan
from hub.gql.request import GraphQLRequest, Variables
from hub.gql.values import ReadsCursors
from hub.gql.without_values import Blanks
from hub.limits.admission import Admission
from hub.prepared.asked_most import AskedMost, Form, Prepared
from hub.viewer import Viewer

_FIRST_S: Final = 1.0
"""Those who ask as soon as the hub is there come first."""
_LOOKS_S: Final = 0.05
"""How often it is looked whether anybody asks."""
_AWAY_S: Final = 1.0
_TRIES: Final = 2
_SAVE_S: Final = 300.0
_SEARCHED_FIRST: Final = 2
"""What searches begin with, the public and importers, goes before questions of the hub's own."""
_SEEKS_NOTHING: Final = {"text": "", "queries": (), "size": 1, "after": FRONT, "before": END}
_log: Final = logging.getLogger("hub.warming")


class Warming:
    """Prepares at most so many `statements`; `first_questions` are asked by these viewers as soon as people come."""

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        declared: GraphSchema,
        executor: Executor,
        graph: Graph,
        admission: Admission,
        folder: Path,
        *,
        statements: int,
        first_questions: Sequence[tuple[str, Viewer]] = (),
        several: bool = False,
    ) -> None:
        self._executor = executor
        self._graph = graph
        self._admission = admission
        self._statements = statements
        self._first_questions = first_questions
        self._blanks = Blanks(declared, executor.plan_cache.schema)
        self._most = AskedMost(folder)
        self._met: dict[ViewerKind, None] = {}
        """Kinds of viewers that have asked, now or before."""
        # of several processes that start together one plans, and the others then find it done
        self._turns = FileLock(folder / "warming.lock", mode=0o600) if several else None
        self._lost = asyncio.Event()
        graph.when_lost(self._lost.set)
        executor.on_answered = self._heard

    async def keep(self) -> None:
        """Prepares what will be asked, anew whenever the database was lost, and remembers what is asked; until it
        is cancelled.
        """
        self._most.load()
        try:
            await asyncio.sleep(_FIRST_S)
            while True:
                await self._until_there()
                self._lost.clear()
                try:
                    await self.prepare()
                except Unavailable:
                    # it went away again
                    await asyncio.sleep(_AWAY_S)
                    continue
                except Exception:
                    _log.exception("what will be asked was not prepared")
                await self._until_lost()
        finally:
            self._most.save(self._most.counted())

    async def _until_there(self) -> None:
        while True:
            with suppress(Unavailable):
                await self._graph.check()
                return
            await asyncio.sleep(_AWAY_S)

    async def _until_lost(self) -> None:
        while not self._lost.is_set():
            await self._save()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), _SAVE_S)
        await self._save()

    async def _save(self) -> None:
        saving = asyncio.create_task(asyncio.to_thread(self._most.save, self._most.counted()))
        try:
            await asyncio.shield(saving)
        finally:
            # what was counted is not counted again: it is written even where this is cancelled before a thread is free
            await saving

    async def prepare(self) -> int:
        """Prepares what will be asked, once; gives how many statements Neo4j has plans of by that."""
        began = time.monotonic()
        with await self._turn():
            kind = Statement(self._executor.kind_text, _as_nobody({}))
            planned = int(await self._plan(kind))
            asked = [(query, await self._executor.kind(viewer)) for query, viewer in self._first_questions]
            done = {kind.text}
            for statement in self._wanted(asked):
                if statement.text in done:
                    continue
                if len(done) >= self._statements or self._lost.is_set():
                    break
                done.add(statement.text)
                planned += await self._plan(statement)
        if not self._lost.is_set():
            self._most.prepared = Prepared(planned, round(time.monotonic() - began, 1), time.time())
            _log.info("prepared %d statements in %.0f s", planned, self._most.prepared.seconds)
        return planned

    async def _turn(self) -> Any:
        """Within it, no other process of this folder prepares."""
        while self._turns:
            try:
                return self._turns.acquire(timeout=0)
            except Timeout:
                await asyncio.sleep(_AWAY_S)
            except OSError:
                break
        return nullcontext()

    async def _plan(self, statement: Statement) -> bool:
        """Runs a statement, once nobody waits; one that fails is left to whoever asks it, and False."""
        for _ in range(_TRIES):
            while not self._admission.is_quiet:  # noqa: ASYNC110 - whatever ends that, it need not be known at once
                await asyncio.sleep(_LOOKS_S)
            try:
                await self._admission.prepare(
                    statement.text, lambda: self._graph.read_one(statement.text, statement.parameters, is_new=True)
                )
            except Unavailable:
                await asyncio.sleep(_AWAY_S)
            except Exception as error:
                _log.debug("a statement was not prepared: %s", type(error).__name__)
                return False
            else:
                return True
        return False

    def _wanted(self, first: Iterable[tuple[str, ViewerKind]]) -> Iterator[Statement]:
        """What is worth planning, the most valuable first; each is compiled when its turn comes."""
        self._met |= dict.fromkeys(form.kind for form in self._most.forms())
        most = chain.from_iterable(map(self._of_form, self._most.forms()))
        questions = chain.from_iterable(self._of_question(*asked) for asked in first)
        return chain(most, questions, self._by_turns())

    def _by_turns(self) -> Iterator[Statement]:
        """What finds for each kind of viewer: the first for each, then the second, and so on; for those that were
        met before others.
        """
        waiting = {kind: self._findings(kind) for kind in COMMON}
        taken = Counter[ViewerKind]()
        while waiting:
            for kind in self._met:
                if kind not in taken and kind not in waiting:
                    waiting[kind] = self._findings(kind)
            next_ = min(waiting, key=lambda kind: (kind not in self._met, taken[kind]))
            taken[next_] += 1
            if statement := next(waiting[next_], None):
                yield statement
            else:
                del waiting[next_]

    def _findings(self, kind: ViewerKind) -> Iterator[Statement]:
        """What finds the rows of searches, and what questions of the hub's own tell."""
        searching = (
            Statement(text, _as_nobody({SOUGHT: _SEEKS_NOTHING})) for text in self._executor.plan_cache.findings(kind)
        )
        customs = (_finding(text, question.sizes) for text, question in self._executor.plan_cache.questions(kind))
        return chain(islice(searching, _SEARCHED_FIRST), customs, searching)

    def _of_form(self, form: Form) -> Iterator[Statement]:
        """The statements of a form; none where another release of the hub knew what this one does not."""
        try:
            plan = self._executor.plan_cache.compiled(form.document, form.variables, form.kind)
            statements = [_statements(root, shapes) for root, shapes in zip(plan.roots, form.parameters, strict=True)]
        except Exception as error:
            _log.debug("a form was not compiled: %s", type(error).__name__)
            return iter(())
        return chain.from_iterable(statements)

    def _of_question(self, query: str, kind: ViewerKind) -> Iterator[Statement]:
        plan, variables = self._executor.plan_cache.plan(query, None, {}, _NO_CURSORS, kind)
        for root in plan.roots:
            yield from _statements(root, _shapes(root, variables, _NO_CURSORS))

    def _heard(
        self, asked: GraphQLRequest, kind: ViewerKind, plan: Plan, variables: Variables, cursors: ReadsCursors
    ) -> None:
        """Counts a question that was answered."""
        self._met[kind] = None
        if not plan.roots:
            return

        def form() -> Form | None:
            try:
                document, values = self._blanks.question(asked.document, asked.operation_name, asked.variables)
                return Form(document, values, kind, [_shapes(root, variables, cursors) for root in plan.roots])
            except Exception as error:
                _log.debug("a question is not remembered: %s", type(error).__name__)
                return None

        # by what stands for its statements: hundreds of large ones would be kept by that
        self._most.count(hash(tuple(root.compiled.all_texts for root in plan.roots)), form)


class _NoCursors:
    """For questions that have none."""

    def read(self, cursor: str, wanted: CursorOf, compared: Sequence[Any]) -> tuple[Any, ...]:
        raise NotImplementedError


_NO_CURSORS: Final = _NoCursors()


def _shapes(root: RootPlan, variables: Variables, cursors: ReadsCursors) -> dict[str, ParameterType]:
    return {name: type_of(value) for name, value in root.bind(variables, cursors).items()}


def _as_nobody(parameters: Parameters) -> Parameters:
    return {**parameters, "viewer": NOBODY, "now": time.time_ns() // 1_000_000}


def _statements(root: RootPlan, shapes: Mapping[str, ParameterType]) -> list[Statement]:
    """The statements of a root field with placeholders for its parameters.

    Raises `ValueError` for shapes that are none.
    """
    parameters = _as_nobody({name: placeholder(shape) for name, shape in shapes.items() if name != SOUGHT})
    if custom := root.compiled.custom:
        read = (
            Statement(reading.text, {**{name: parameters[name] for name in reading.parameters}, FOUND: {}})
            for reading in custom.readings
        )
        return [_finding(root.compiled.text, custom.sizes), *read]
    if not root.compiled.search:
        return [Statement(text, parameters) for text in root.compiled.texts]
    finding = [Statement(text, _as_nobody({SOUGHT: _SEEKS_NOTHING})) for text in root.compiled.texts]
    return [*finding, *(Statement(text, {**parameters, FOUND: {}}) for text in root.compiled.search.texts.values())]


def _finding(text: str, sizes: Sequence[str]) -> Statement:
    """What finds what a question of the hub's own tells."""
    return Statement(text, _as_nobody({ASKED: {}, **dict.fromkeys(sizes, 1)}))
