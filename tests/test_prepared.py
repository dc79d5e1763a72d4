"""What will be asked is planned before, on the real Neo4j: without effect, behind everybody, and anew after a
restart.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import JsonValue

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import COMMON
from hub.database.graph import Graph
from hub.gql.cursors import Cursors
from hub.gql.document_limits import Limits
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.identity.door import Shares
from hub.limits.admission import Admission
from hub.limits.callers import Caller
from hub.prepared.asked_most import FILE, AskedMost
from hub.prepared.statements import Warming
from hub.queries.root_fields import QUESTIONS
from hub.settings import Settings
from hub.viewer import PUBLIC, Viewer
from hub.web.examples import EXAMPLES
from hub.world.load import WorldWanted, load
from hub.world.sample import ISSUER
from tests.asking import NoCursors, questions
from tests.renewed import wipe

ASKED = [(example.query, Viewer.of(ISSUER, example.persona) if example.persona else PUBLIC) for example in EXAMPLES]
BROKER = Viewer.of(ISSUER, "broker")
MINE = """query Quince($number: String!, $names: [String!]) {
  quince: importer(number: $number) { name cases(where: {title: {contains: "quince"}, importer: {name: {in: $names}}},
    first: 7) {
    nodes { number } } } }"""
VARIABLES: Final[Mapping[str, JsonValue]] = {
    "number": "00-0000000SW",
    "names": ["Sample Importer 00000", "Quince Inc."],
}


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(wipe(database))
    run(load(database, WorldWanted(0.001, 7), lambda _what, _done, _total: None))
    return database


class Hub:
    """What answers, and what prepares."""

    def __init__(self, graph: Graph, folder: Path, statements: int, *first: tuple[str, Viewer]) -> None:
        self.shares = Shares(admission=Admission(8, 2))
        self.executor: Executor = questions(graph, shares=self.shares)
        self.warming = Warming(
            GRAPH, self.executor, graph, self.shares.admission, folder, statements=statements, first_questions=first
        )

    async def ask(self, query: str, viewer: Viewer, variables: Mapping[str, Any] | None = None) -> Any:
        answer = await self.executor.answer(
            GraphQLRequest(query, None, variables or {}, caller=Caller("someone", signed_in=True)), viewer
        )
        assert "errors" not in answer, answer
        return answer["data"]

    async def serve(self, asking: Callable[[], Any]) -> None:
        """Asks, while what will be asked is prepared and remembered."""
        keeping = asyncio.create_task(self.warming.keep())
        await asking()
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def planned(graph: Graph) -> int:
    """How many plans Neo4j has kept since the last time, which it forgets; that of a pulse, which it may have or
    not, always among them.
    """
    await graph.check()
    told = await graph.read_one("CALL db.clearQueryCaches() YIELD value RETURN value", {})
    return next((int(word) for word in told.split() if word.isdigit()), 0)


def test_the_first_questions_are_asked_without_being_planned(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    hub = Hub(world, tmp_path, 25, *ASKED)

    async def prepared() -> None:
        hub.shares.admission.forget()
        assert await hub.warming.prepare() == 25

    async def more_than_prepared() -> int:
        await planned(world)
        await prepared()
        alone = await planned(world)
        assert alone >= 25
        await prepared()
        for query, viewer in ASKED:
            await hub.ask(query, viewer)
        return await planned(world) - alone

    # of a database that has just been loaded, one statement is sometimes planned twice
    assert 0 in (run(more_than_prepared()) for _ in range(3))


def test_a_search_by_any_kind_of_viewer_finds_its_rows_without_being_planned(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    """Of each kind of viewer, and whatever else is asked beside."""
    query = (
        "query Q($first: Int!) { search(text: %s, first: $first, kinds: [Importer]) { totalCount nodes { nodeId } } }"
    )

    async def whole() -> None:
        hub = Hub(world, tmp_path, len(COMMON) + 2)
        await hub.warming.prepare()
        admission = hub.shares.admission
        for persona in (
            "importer-manager",
            "broker",
            "trade-analyst",
            "agency-officer",
            "association-officer",
            "import-specialist",
        ):
            viewer = Viewer.of(ISSUER, persona)
            kind = await hub.executor.kind(viewer)
            texts = list(hub.executor.plan_cache.findings(kind))
            assert not admission.is_new(texts[0])
            assert not admission.is_new(texts[1]), persona
            await hub.ask(query % '"sample importer"', viewer, {"first": 3})
            await hub.ask(query % '"00-0000000SW"', viewer, {"first": 30})

    run(whole())


OWN = (
    """{ responsibleContacts(importer: "00-0000000SW", caseKind: "rfi", first: 2) { unknown contacts { rule
      contact { name email covers(first: 1) { totalCount } } standsInFor { name } next
        { contact { name } organisation { name } } } } }""",
    (
        "{ sharedIssues(followed: false, first: 3) { issues { why issue { title } handlers { office { name } contact {"
        " name } } } } }"
    ),
    (
        '{ path(from: "Importer:00-0000000SW", to: "Agency:EPA", kinds: ["CASE"]) { length byKind { length } steps { to'
        " { nodeId } } } }"
    ),
    '{ neighbourhood(of: "Importer:00-0000000SW", depth: 2, first: 3) { more neighbours { text node { nodeId } } } }',
)


def test_of_a_question_of_the_hubs_own_only_what_is_small_is_planned_when_it_is_asked_first(
    world: Graph, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def more_than_prepared() -> int:
        viewer = Viewer.of(ISSUER, "importer-manager")
        prepared = 3 + len(QUESTIONS)  # the kind, two for searches, and these
        hub = Hub(world, tmp_path, prepared)
        kind = await hub.executor.kind(viewer)
        monkeypatch.setattr("hub.prepared.statements.COMMON", (kind,))
        await planned(world)
        hub.shares.admission.forget()
        assert await hub.warming.prepare() == prepared
        alone = await planned(world)
        hub.shares.admission.forget()
        await hub.warming.prepare()
        beside = 0
        for query in OWN:
            plan, _ = hub.executor.plan_cache.plan(query, None, {}, NoCursors(), kind)
            (root,) = plan.roots
            assert not hub.shares.admission.is_new(root.compiled.text)
            await hub.ask(query, viewer)
            read = [text for text in root.compiled.all_texts[1:] if not hub.shares.admission.is_new(text)]
            assert sum(map(len, read)) < 3_000
            beside += len(read)
        assert beside == 1  # what contacts cover
        return await planned(world) - alone - beside

    # of a busy database, one statement is sometimes planned twice
    assert 0 in (run(more_than_prepared()) for _ in range(3))


def test_kinds_of_viewers_that_have_asked_go_before_others(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    """Whatever they asked, and also while it is prepared."""

    async def whole() -> None:
        prepared = 3 + len(QUESTIONS)  # the kind, two for searches, and these
        hub = Hub(world, tmp_path, prepared)
        await hub.ask("{ centers { totalCount } }", BROKER)
        assert await hub.warming.prepare() == prepared
        kind = await hub.executor.kind(BROKER)
        told = [text for text, _ in hub.executor.plan_cache.questions(kind)]
        assert len(told) == len(QUESTIONS)
        assert not any(map(hub.shares.admission.is_new, told))

    run(whole())


def test_what_was_asked_most_is_prepared_after_a_restart_and_nothing_of_it_is_kept(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    async def whole() -> None:
        first = Hub(world, tmp_path, 1)

        async def asking() -> None:
            for _ in range(5):
                await first.ask(MINE, BROKER, VARIABLES)
            await first.ask("{ importers { totalCount } }", BROKER)
            for _ in range(2):
                await first.ask('{ importer(number: "00-0000001SW") { name } }', BROKER)

        await first.serve(asking)
        written = (tmp_path / FILE).read_text()
        assert len(json.loads(written)["forms"]) == 2
        for word in ("uince", "Sample", "0000000SW", "0000001SW", "broker", ISSUER, "totalCount", ": 7"):
            assert word not in written, written
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600

        await planned(world)
        again = Hub(world, tmp_path, 2)

        async def until_prepared() -> None:
            async with asyncio.timeout(60):
                while '"statements": 2' not in (tmp_path / FILE).read_text():  # noqa: ASYNC110 - a file has no events
                    await asyncio.sleep(0.1)

        await again.serve(until_prepared)
        kind = await again.executor.kind(BROKER)
        plan, _ = again.executor.plan_cache.plan(MINE, None, VARIABLES, NoCursors(), kind)
        (root,) = plan.roots
        assert not again.shares.admission.is_new(root.compiled.text)
        await planned(world)
        again.shares.admission.forget()
        assert await again.warming.prepare() == 2
        await again.ask(MINE, BROKER, VARIABLES)
        assert await planned(world) == 3  # the kind of a viewer, that question, and a pulse

    run(whole())


class Busy(ThreadPoolExecutor):
    """A pool of one thread, which has something else to do first when it is to save; until it is `free`."""

    def __init__(self) -> None:
        super().__init__(1)
        self.free = threading.Event()
        self.is_to_save = asyncio.Event()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if AskedMost.save in (getattr(wanted, "__func__", None) for wanted in getattr(fn, "args", ())):
            super().submit(self.free.wait)
            self.is_to_save.set()
        return super().submit(fn, *args, **kwargs)


def test_what_was_asked_is_remembered_though_all_threads_are_busy_at_the_end(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    async def whole() -> None:
        hub, threads = Hub(world, tmp_path, 1), Busy()
        for _ in range(2):
            await hub.ask(MINE, BROKER, VARIABLES)
        asyncio.get_running_loop().set_default_executor(threads)
        keeping = asyncio.create_task(hub.warming.keep())
        await asyncio.wait_for(threads.is_to_save.wait(), 60)
        keeping.cancel()
        await asyncio.sleep(0.1)
        threads.free.set()
        with suppress(asyncio.CancelledError):
            await keeping
        threads.shutdown()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())

    run(whole())
    assert len(json.loads((tmp_path / FILE).read_text())["forms"]) == 1


def test_who_asks_goes_before(world: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    begun: list[str] = []
    ended: list[str] = []

    class Slow(Graph):
        async def read_one(self, text: str, parameters: Any, bookmarks: Any = None, *, is_new: bool = False) -> Any:
            begun.append(text)
            await asyncio.sleep(0.3)
            ended.append(text)
            return await world.read_one(text, parameters, bookmarks, is_new=is_new)

        def when_lost(self, call: Callable[[], None]) -> None:
            pass

        async def reach(self, bookmarks: Any) -> None:
            pass

    async def whole() -> None:
        hub = Hub(Slow.__new__(Slow), tmp_path, 1_000)
        preparing = asyncio.create_task(hub.warming.prepare())
        await asyncio.sleep(1)
        before = len(begun)
        assert before >= 2
        assert len(begun) - len(ended) <= 1, "one at a time"
        asked = [
            asyncio.create_task(hub.ask(query, PUBLIC))
            for query in (
                "{ centers(first: 2) { nodes { shortName } } }",
                "{ ports(first: 2) { nodes { name } } }",
                "{ topics { totalCount } }",
            )
        ]
        await asyncio.gather(*asked)
        assert not preparing.done()
        assert len(begun) - before <= len(asked) + 1, (
            "nothing was begun meanwhile but what was asked, and what was asked last may be over"
        )
        preparing.cancel()
        with suppress(asyncio.CancelledError):
            await preparing
        assert hub.shares.admission.is_quiet

    run(whole())


def test_what_is_counted_keeps_no_statements(tmp_path: Path) -> None:
    async def counted() -> int:
        async with Graph(Settings()) as graph:
            executor = questions(graph, limits=replace(Limits(), plan_bytes=1_000))
            Warming(GRAPH, executor, graph, Admission(), tmp_path, statements=1)
            request, kind = GraphQLRequest("{ centers { nodes { name } } }"), next(iter(COMMON))
            plan, variables = executor.plan_cache.plan(request.document, None, {}, NoCursors(), kind)
            executor.on_answered(request, kind, plan, variables, Cursors(b"key", ""))
            text = plan.roots[0].compiled.text
            del plan
            return sys.getrefcount(text)

    # by its name here, and by the call
    assert asyncio.run(counted()) == 2
