"""Verbs that meet: two officers at once, one request many times, and a database that is killed under them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import SecretStr

from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph, Run
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.identity.door import Shares
from hub.limits.admission import Admission
from hub.limits.callers import Caller
from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from hub.viewer import Viewer
from tests.asking import questions
from tests.offices import ISSUER, write
from tests.serving import freeze, java_of

Do = Callable[..., Any]
_CASES = 12
_WRITERS = 8
_NOTES = 12


async def _all(hub: Executor, asked: Sequence[tuple[str, str]]) -> Sequence[Mapping[str, Any]]:
    return await asyncio.gather(
        *(hub.answer(GraphQLRequest(document), Viewer.of(ISSUER, viewer)) for viewer, document in asked)
    )


def test_two_officers_who_close_and_pass_on_at_once_have_one_effect(
    hub: Executor, run: Callable[..., Any], did: Do
) -> None:
    opened = 'mutation { openCase(kind: "rfi", importer: "11-1111111AA", title: "x") { number } }'
    numbers = [did("center-007", opened)["number"] for _ in range(_CASES)]
    asked = [
        found
        for number in numbers
        for found in (
            ("center-007", f'mutation {{ closeCase(case: "{number}", reason: "done") {{ status }} }}'),
            (
                "trade",
                f'mutation {{ reassignCase(case: "{number}", to: "Center:CEE004", reason: "apparel") {{ status }} }}',
            ),
        )
    ]
    answers = run(_all(hub, asked))
    for position, number in enumerate(numbers):
        closed, passed = answers[2 * position], answers[2 * position + 1]
        done = [answer for answer in (closed, passed) if "errors" not in answer]
        codes = {error["extensions"]["code"] for answer in (closed, passed) for error in answer.get("errors", ())}
        assert len(done) == 1, (closed, passed)
        # whoever comes second is told that the case is closed, or is no longer its owner
        assert codes <= {"CONFLICT", "NOT_ALLOWED", "NOT_FOUND"}
        asked_for = (
            f'{{ case(number: "{number}") {{ status handledBy {{ name }} history(orderBy: [{{at: ASC}}]) {{ nodes {{'
            " verb } } } }"
        )
        case = did("trade", asked_for)
        verbs = [entry["verb"] for entry in case["history"]["nodes"]]
        assert (case["status"], case["handledBy"]["name"], verbs) in (
            ("CLOSED", "Electronics", ["openCase", "closeCase"]),
            ("OPEN", "Apparel, Footwear & Textiles", ["openCase", "reassignCase"]),
        )


def test_one_request_that_arrives_many_times_at_once_is_done_once(
    hub: Executor, run: Callable[..., Any], did: Do
) -> None:
    note = 'mutation { noteCase(case: "T-open", text: "once", requestId: "n") { notes { totalCount } } }'
    opened = (
        'mutation { openCase(kind: "protest", importer: "11-1111111AA", title: "once", requestId: "o") { number } }'
    )
    answers = run(_all(hub, [("importer", note)] * 8 + [("importer", opened)] * 8))
    assert not [answer for answer in answers if "errors" in answer]
    assert {str(answer["data"]) for answer in answers[:8]} == {"{'noteCase': {'notes': {'totalCount': 1}}}"}
    assert len({answer["data"]["openCase"]["number"] for answer in answers[8:]}) == 1
    assert did("importer", '{ cases(where: {title: {eq: "once"}}) { totalCount } }') == {"totalCount": 1}


def test_what_was_not_begun_is_not_said_to_be_perhaps_done(
    world: Graph, settings: Settings, run: Callable[..., Any]
) -> None:
    """While another has the turn for longer than one is kept in line."""
    assert run(world.read_one("MATCH (k:Case) RETURN count(k) > 0", {}))

    async def whole() -> Mapping[str, Any]:
        async with Graph(settings, turn_s=1.0) as graph:
            held, done = asyncio.Event(), asyncio.Event()

            async def hold(_: Run) -> None:
                held.set()
                await done.wait()

            holding = asyncio.create_task(graph.transact(hold))
            await held.wait()
            asked = GraphQLRequest('mutation { noteCase(case: "T-open", text: "late") { id } }')
            answer = await questions(graph).answer(asked, Viewer.of(ISSUER, "importer"))
            done.set()
            await holding
            return answer

    (error,) = run(whole())["errors"]
    assert (
        error["message"]
        == "the hub is busy, and this was not begun, after 1 s in line behind other changes: try again in a few seconds"
    )
    assert error["extensions"]["code"] == "UNAVAILABLE"


def test_what_was_done_is_said_to_be_done_where_its_answer_cannot_be_read(
    world: Graph, run: Callable[..., Any]
) -> None:
    """While others have all turns to ask until its own is given up; sent again, it is answered, and was done once."""
    admission = Admission(1)
    viewer = Viewer.of(ISSUER, "importer")
    reader = Caller("another", signed_in=True)

    def note(name: str) -> GraphQLRequest:
        document = (
            'mutation N($text: String!) { noteCase(case: "T-open", text: $text, requestId: $text) { notes { totalCount'
            " } } }"
        )
        return GraphQLRequest(document, None, {"text": name})

    async def whole() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        hub = questions(world, shares=Shares(admission=admission))
        known: Any = await hub.answer(note("known"), viewer)
        assert known["data"] == {"noteCase": {"notes": {"totalCount": 1}}}
        assert admission.enter_now(reader)
        refused = await hub.answer(note("not read"), viewer)
        admission.leave(reader)
        return refused, await hub.answer(note("not read"), viewer)

    refused, again = run(whole())
    (error,) = refused["errors"]
    assert error["message"].startswith("this was done, but its answer could not be read: the hub is busy")
    assert error["message"].endswith("the same requestId gives it without doing it again")
    assert (error["extensions"]["code"], error["extensions"]["done"]) == ("UNAVAILABLE", True)
    assert again == {"data": {"noteCase": {"notes": {"totalCount": 2}}}}


async def _told_when_frozen(graph: Graph, process: psutil.Process) -> float:
    """How long it takes until a note is told to be uncertain while the database stands still; sent again, it is
    there once.
    """
    hub = questions(graph)
    asked = GraphQLRequest('mutation { noteCase(case: "T-open", text: "frozen", requestId: "frozen") { id } }')
    viewer = Viewer.of(ISSUER, "importer")
    freeze(process)
    began = time.monotonic()
    try:
        answer: Any = await hub.answer(asked, viewer)
    finally:
        told_s = time.monotonic() - began
        process.resume()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    for _ in range(60):
        if "errors" not in await hub.answer(asked, viewer):
            return told_s
        await asyncio.sleep(0.5)
    raise AssertionError("it does not come back")


async def _write_through(graph: Graph, server: LocalNeo4j, data: Path) -> int:
    """Eight writers send notes until each is acknowledged, while the database is killed and started again; gives
    how often it was away.
    """
    hub = questions(graph)
    away = uncertain = 0

    async def writer(number: int) -> None:
        nonlocal away, uncertain
        for note in range(_NOTES):
            name = f"{number}-{note}"
            document = f'mutation {{ noteCase(case: "T-open", text: "{name}", requestId: "{name}") {{ id }} }}'
            while "errors" in (answer := await hub.answer(GraphQLRequest(document), Viewer.of(ISSUER, "importer"))):
                (error,) = answer["errors"]
                assert error["extensions"]["code"] == "UNAVAILABLE", error
                # or it was not begun, for the database was gone before its turn had come
                uncertain += "the same requestId" in error["message"]
                away += 1
                assert away < _WRITERS * 200, "it does not come back"
                await asyncio.sleep(0.5)

    async def killer() -> None:
        await asyncio.sleep(0.6)
        process = psutil.Process(java_of(data))
        process.kill()
        # until it is gone its ports are taken, and the next one would take others
        await asyncio.to_thread(process.wait, 30)
        await asyncio.to_thread(server.start)

    await asyncio.gather(killer(), *map(writer, range(_WRITERS)))
    assert uncertain
    return away


@pytest.mark.thorough
def test_a_killed_neo4j_loses_nothing_acknowledged_and_does_nothing_twice(
    run: Callable[..., Any], tmp_path: Path, settings: Settings
) -> None:
    data = tmp_path / "neo4j"
    data.mkdir()
    with LocalNeo4j(data.resolve(), java(), cache_folder(), Memory(heap="400m", pagecache="64m")) as server:
        running = server.start()
        there = settings.model_copy(update={"neo4j_uri": running.uri, "neo4j_password": SecretStr(running.password)})

        async def whole() -> tuple[tuple[int, float], list[list[Any]]]:
            async with Graph(there) as graph:
                await graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(60)"])
                await write(graph)
                told_s = await _told_when_frozen(graph, psutil.Process(java_of(data)))
                away = await _write_through(graph, server, data)
                notes = await graph.read("MATCH (n:Note)-[:OF_CASE]->(:Case) RETURN n.text, count(*)", {})
                told = await graph.read(
                    "MATCH (h:HistoryEntry {verb: 'noteCase'})-[:OF_CASE]->(:Case) RETURN 'told', count(*)", {}
                )
                return (away, told_s), notes + told

        (away, told_s), found = run(whole())
    assert away
    assert told_s < 6.5
    once = [[f"{number}-{note}", 1] for number in range(_WRITERS) for note in range(_NOTES)]
    assert sorted(found) == sorted([*once, ["frozen", 1], ["told", len(once) + 1]])
