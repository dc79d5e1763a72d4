"""Background jobs on the real Neo4j: one item that fails stops none of the others, is told of, tried again, and
done once it is mended.
"""

import asyncio
import logging
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from pydantic import SecretStr

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from hub.cli.doctor import Finding, findings
from hub.database.graph import Graph, Run
from hub.errors import Unavailable
from hub.events.append import Telling
from hub.events.concerns import CONCERNS
from hub.events.work_queue import Consumer
from hub.gql.request import GraphQLRequest
from hub.jobs import dead_letters
from hub.jobs.dead_letters import FIRST_RETRY, LAST_RETRY
from hub.jobs.loops import Do, Job, Work, item, locked, rows_of, work_through
from hub.local_neo4j.server import free_ports
from hub.logs import JsonLines
from hub.settings import Settings
from hub.verbs.deadline_jobs import DEADLINE_JOBS
from hub.verbs.messages import MESSAGE_JOBS
from hub.verbs.reassignments import REASSIGNMENT_JOBS
from hub.viewer import Viewer
from tests.asking import questions
from tests.offices import ISSUER
from tests.telling import named_by_event

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET: Final = "Sample Secret 4711"
_FIND: Final = f"MATCH (n:Waiting:Plain) WITH n LIMIT $most RETURN {item('n')}"
_DIVIDE: Final = rows_of("Plain") + "SET n.times = coalesce(n.times, 0) + 1, n.is = 1 / n.by"
_MAKE: Final = (
    "UNWIND range(0, $count - 1) AS id CREATE (:Plain:Waiting {id: toString(id), by: CASE WHEN id IN $poison THEN 0"
    " ELSE 1 END})"
)
_MEND: Final = "MATCH (n:Plain) SET n.by = 1"
_TIMES: Final = "MATCH (n:Plain) RETURN n.times, count(n) ORDER BY n.times"
_LETTERS: Final = "MATCH (l:DeadLetter) RETURN properties(l) ORDER BY l.id"


def dividing(instead: Do | None = None, most: int = 16) -> Job:
    """A job that divides by what may be zero."""

    async def divide(run: Run, items: Sequence[str]) -> int:
        await run(Statement(_DIVIDE, {"items": list(items)}))
        return len(items)

    rows = rows_of("Plain")
    take = Statement(locked("Plain") + "WITH n, item WHERE n:Waiting REMOVE n:Waiting RETURN DISTINCT item")
    find = Statement(_FIND, {"most": most})
    return Job("dividing", "Plain", find, take, instead or divide, f"{rows}REMOVE n:Waiting", f"{rows}SET n:Waiting")


def marking(name: str, mark: str) -> Consumer:
    """A consumer with that one's concerns, which marks the cases that it gets."""

    async def do(run: Run, items: Sequence[str], telling: Telling) -> int:  # noqa: ARG001 - it tells nothing
        await run(Statement(rows_of("Case") + f"SET n:{mark}", {"items": list(items)}))
        return len(items)

    return Consumer(name, "Case", CONCERNS[name], do, 500)


class World:
    """An empty graph with rows that wait, some of which cannot be done."""

    def __init__(self, graph: Graph, run: Callable[..., Any]) -> None:
        self.graph = graph
        self.run = run

    def make(self, count: int, *poison: int) -> None:
        self.write(_MAKE, count=count, poison=list(poison))

    def write(self, text: str, **parameters: Any) -> None:
        self.run(self.graph.write([Statement(text, parameters)]))

    def rows(self, text: str, **parameters: Any) -> list[list[Any]]:
        return self.run(self.graph.read(text, parameters))

    def work(self, now: datetime, *jobs: Work) -> int:
        return self.run(work_through(self.graph, jobs, now))

    def letters(self) -> list[dict[str, Any]]:
        return [found for (found,) in self.rows(_LETTERS)]


@pytest.fixture
def world(empty: Graph, run: Callable[..., Any]) -> World:
    return World(empty, run)


def test_one_that_fails_is_set_aside_told_and_done_once_it_is_mended(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.make(40, 7)
    assert world.work(NOW, dividing()) == 39
    assert world.rows(_TIMES) == [[1, 39], [None, 1]]
    (letter,) = world.letters()
    assert {name: letter[name] for name in ("id", "job", "kind", "item", "tries")} == {
        "id": "dividing 7", "job": "dividing", "kind": "Plain", "item": "7", "tries": 1,
    }  # fmt: skip
    assert letter["reason"].startswith("Neo.")
    assert letter["retryAt"].to_native() == NOW + FIRST_RETRY
    assert len([record for record in caplog.records if record.exc_info]) == 1
    # not before its time, then later each time, and told without its traceback
    waits: list[timedelta] = []
    now = NOW + FIRST_RETRY
    assert world.work(now - timedelta(seconds=1), dividing()) == 0
    for _ in range(13):
        world.work(now, dividing())
        (letter,) = world.letters()
        waits.append(letter["retryAt"].to_native() - now)
        now = letter["retryAt"].to_native()
    assert waits == [min(2 ** (tries + 1) * FIRST_RETRY, LAST_RETRY) for tries in range(13)]
    assert (letter["tries"], letter["firstAt"].to_native()) == (14, NOW)
    assert len([record for record in caplog.records if record.exc_info]) == 1
    world.write(_MEND)
    assert world.work(NOW, dividing()) == 0, "mended, it waits until somebody asks, or its time has come"
    assert world.run(dead_letters.retry(world.graph, names=["dividing 7"])) == 1
    assert world.work(datetime.now(UTC) + timedelta(seconds=5), dividing()) == 1
    assert world.rows(_TIMES) == [[1, 40]]
    assert world.letters() == []


def test_a_job_only_looks_where_nothing_waits(world: World) -> None:
    def waits(job: Job, now: datetime = NOW) -> bool:
        return world.run(job.waits(world.graph, now))

    loops = (*DEADLINE_JOBS, *REASSIGNMENT_JOBS, *MESSAGE_JOBS)
    jobs = [work for loop in loops for work in loop.works(NOW) if isinstance(work, Job)]
    assert len(jobs) > 4
    assert not [job.name for job in jobs if waits(job)]
    assert not waits(dividing())
    world.make(2, 0)
    assert waits(dividing())
    assert world.work(NOW, dividing()) == 1
    assert not waits(dividing()), "what is set aside waits for its time"
    assert waits(dividing(), NOW + FIRST_RETRY)


def test_many_that_fail_in_one_batch_leave_the_others_done(world: World) -> None:
    poison = (0, 1, 2, 15, 16, 31, 39)
    world.make(40, *poison)
    assert world.work(NOW, dividing()) == 33
    assert {letter["item"] for letter in world.letters()} == set(map(str, poison))
    # one that comes back to its queue, as by a change that mends it, need not wait
    world.write("MATCH (n:Plain {id: '15'}) SET n.by = 1, n:Waiting")
    assert world.work(NOW, dividing()) == 1
    assert len(world.letters()) == len(poison) - 1


def test_what_says_nothing_of_itself_is_known_by_the_databases_own_id(world: World) -> None:
    world.write(
        "CREATE (:Plain:Waiting {by: 0}), (:Plain:Waiting {id: 5, by: 0}), (:Plain:Waiting {id: ['x'], by: 1}),"
        " (:Plain:Waiting {by: 1})"
    )
    assert world.work(NOW, dividing()) == 2
    assert len(world.letters()) == 2
    world.write(_MEND)
    assert world.work(NOW + LAST_RETRY, dividing()) == 2
    assert world.letters() == []
    assert world.rows(_TIMES) == [[1, 4]]


def test_no_reason_and_no_log_holds_a_value(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def spill(run: Run, items: Sequence[str]) -> int:
        ((said,),) = await run(Statement(rows_of("Plain") + "RETURN n.said", {"items": list(items)}))
        if items == ["0"]:
            raise ValueError(said)
        if items == ["1"]:
            raise KeyError(said) from RuntimeError(said)
        await run(Statement("RETURN date($said)", {"said": said}))
        return 1

    world.make(3)
    world.write("MATCH (n:Plain) SET n.said = $said", said=SECRET)
    world.work(NOW, dividing(spill, most=1))
    reasons = [letter["reason"] for letter in world.letters()]
    assert [reason.split(" at ")[0] for reason in reasons[:2]] == ["ValueError", "KeyError from RuntimeError"]
    assert reasons[2].startswith("Neo.ClientError.")
    told = "".join(map(JsonLines().format, caplog.records))
    assert "set aside Plain 1" in told
    assert SECRET not in told + "".join(reasons)


def test_what_the_database_refuses_each_time_is_set_aside_though_it_looks_like_one_that_is_away(world: World) -> None:
    long = "MATCH (n:Plain {id: '3'}) SET n:Decision"
    index: Do = dividing().do

    async def write(run: Run, items: Sequence[str]) -> int:
        await run(
            Statement(
                "MATCH (d:Decision) WHERE d.id IN $items SET d.alikeBy = $long",
                {"items": list(items), "long": "x" * 20_000},
            )
        )
        return await index(run, items)

    world.make(8)
    world.write(long)
    assert world.work(NOW, dividing(write)) == 7
    (letter,) = world.letters()
    assert (letter["item"], letter["reason"].split(" ")[0]) == ("3", "Unavailable")


def test_while_the_database_is_away_the_job_waits_and_nothing_is_set_aside(world: World, settings: Settings) -> None:
    async def away() -> None:
        nowhere = settings.model_copy(
            update={"neo4j_uri": f"bolt://127.0.0.1:{free_ports(1)[0]}", "neo4j_password": SecretStr("x")}
        )
        async with Graph(nowhere) as graph:
            await work_through(graph, [dividing()], NOW)

    world.make(3, 1)
    with pytest.raises(Unavailable):
        world.run(away())
    assert world.letters() == []
    assert world.rows(_TIMES) == [[None, 3]]


def test_a_queue_that_cannot_be_read_is_told_and_keeps_no_other_job(world: World) -> None:
    def reading(text: str) -> Job:
        return Job("broken", "Plain", Statement(text), dividing().take, dividing().do)

    world.make(2)
    broken = reading("RETURN toString(1 / 0)")
    assert world.work(NOW, broken, dividing()) == 2
    (letter,) = world.letters()
    assert (letter["job"], letter["kind"]) == ("broken", "Queue")
    world.work(NOW, reading("UNWIND [] AS n RETURN n"))
    assert world.letters() == []


def test_broken_off_at_any_point_each_is_waiting_set_aside_or_done_once(world: World) -> None:
    chance = random.Random(19)
    poison = (3, 4, 11, 29)
    world.make(32, *poison)

    async def broken_off() -> bool:
        """Whether it got to its end."""
        try:
            await asyncio.wait_for(work_through(world.graph, [dividing(most=8)], NOW), chance.uniform(0.01, 0.4))
        except TimeoutError:
            return False
        return True

    state = "MATCH (n:Plain) RETURN n:Waiting, n.times IS NOT NULL, EXISTS { (:DeadLetter {item: n.id}) }"
    for _ in range(60):
        ended = world.run(broken_off())
        assert all(sum(row) == 1 for row in world.rows(state))
        if ended:
            break
    world.work(NOW, dividing())
    assert {int(letter["item"]) for letter in world.letters()} == set(poison)
    assert world.rows(_TIMES) == [[1, 28], [None, 4]]


def test_several_hubs_at_once_do_each_once_and_set_aside_each_once(world: World, settings: Settings) -> None:
    async def together(now: datetime) -> int:
        async with Graph(settings) as another:
            return sum(
                await asyncio.gather(
                    *(work_through(graph, [dividing()], now) for graph in (world.graph, another, world.graph))
                )
            )

    world.make(60, 5, 50)
    world.run(together(NOW))
    assert world.rows(_TIMES) == [[1, 58], [None, 2]]
    assert [(letter["item"], letter["tries"]) for letter in world.letters()] == [("5", 1), ("50", 1)]
    world.write(_MEND)
    world.run(together(NOW + LAST_RETRY))
    assert world.rows(_TIMES) == [[1, 60]]
    assert world.letters() == []


def test_an_event_that_names_nothing_or_very_much_keeps_none_of_the_others(world: World) -> None:
    world.write("""
        UNWIND range(1, 3000) AS n
        CREATE (:SourceRecord {id: 's|cases|' + n})-[:DESCRIBES]->(:Case {id: 's|cases|' + n})""")
    world.write("MATCH (k:Case) WHERE k.id ENDS WITH '77' SET k.dates = ['request_issued 2026-11-02']")
    refs = [
        ("none", ()),
        ("strange", ("nobody|x|1", "")),
        ("vast", tuple(f"s|cases|{100_000 - n}" for n in range(100_000))),
    ]
    by_hand = (
        "CREATE (:Event:Unnumbered {id: 'by hand', kind: 'Case.synced', refs: 7}), (:Event:Unnumbered {id: 'bare',"
        " kind: 'Case.synced'})"
    )
    world.write(by_hand)
    world.run(world.graph.write([named_by_event("Case.synced", found) for _, found in refs]))
    world.work(NOW, marking("issues", "Sorted"), marking("clocks", "Clocked"))
    assert [letter["item"] for letter in world.letters()] == ["by hand", "by hand"]
    assert (
        world.rows("MATCH (c:Consumer), (n:EventCounter) WHERE c.cursor <> n.seq OR c.row IS NOT NULL RETURN c.name")
        == []
    )
    assert world.rows("RETURN COUNT { (:Sorted) }, COUNT { (:Clocked) }") == [[3_000, 30]]
    world.write(
        "MATCH (k:Sorted) REMOVE k:Sorted WITH DISTINCT 1 AS one MATCH (e:Event {id: 'by hand'}) SET e.refs ="
        " ['s|cases|5']"
    )
    world.work(NOW + FIRST_RETRY, marking("issues", "Sorted"), marking("clocks", "Clocked"))
    assert world.letters() == []
    assert world.rows("MATCH (k:Sorted) RETURN k.id") == [["s|cases|5"]]


@pytest.fixture
def asked(world: World) -> Callable[[str], Any]:
    """Asks for dead letters as an account of the Office of Trade or another."""
    for name, label, code in (("trade", "Office", "OT"), ("center", "Center", "CEE001")):
        world.write(
            f"CREATE (:Account {{id: $id}})-[:ACTS_FOR {{since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}}]->"
            f"(:{label}:Party {{code: $code, name: $code, source: 'sample'}})",
            id=Viewer.of(ISSUER, name).account, code=code,
        )  # fmt: skip
    hub = questions(world.graph)

    def ask(viewer: str) -> Any:
        query = "{ deadLetters(orderBy: [{firstAt: ASC}]) { totalCount nodes { job kind item reason tries retryAt } } }"
        return world.run(hub.answer(GraphQLRequest(query), Viewer.of(ISSUER, viewer)))["data"]["deadLetters"]

    return ask


def test_the_office_of_trade_alone_sees_what_is_set_aside(world: World, asked: Callable[[str], Any]) -> None:
    world.make(3, 1)
    world.work(NOW, dividing())
    told = asked("trade")
    assert (told["totalCount"], told["nodes"][0]["item"], told["nodes"][0]["retryAt"]) == (
        1,
        "1",
        "2026-11-22T12:01:00Z",
    )
    assert asked("center") == {"totalCount": 0, "nodes": []}
    assert [grant.name for grant in GRAPH.rule("DeadLetter").grants] == ["office-of-trade"]


def test_operators_list_and_retry_by_job_or_item(world: World, settings: Settings) -> None:
    def hub(*words: str) -> tuple[int, str]:
        environment = {
            **os.environ,
            "NEO4J_URI": settings.neo4j_uri,
            "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
        }
        command = [sys.executable, "-m", "hub", "retry", *words]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return ended.returncode, ended.stdout + ended.stderr

    async def doctor() -> Finding:
        return next(iter([found async for found in findings(settings, None) if found.what == "background jobs"]))

    assert world.run(doctor()).how == "ok"
    world.make(6, 1, 2)
    world.work(NOW, dividing())
    finding = world.run(doctor())
    assert (finding.how, finding.told) == ("warning", "2 set aside: 2 by dividing")
    code, told = hub()
    assert code == 0
    assert re.findall(r"(?m)^'dividing [12]'$", told) == ["'dividing 1'", "'dividing 2'"]
    assert "tried once since 2026-11-22T12:00:00Z, again at 2026-11-22T12:01:00Z" in told
    code, told = hub("dividing 3")
    assert (code, "nothing of that is set aside" in told) == (1, True)
    assert hub("dividing 2") == (
        0,
        "1 is tried again within a minute; what fails once more is listed with its reason\n",
    )
    assert world.run(dead_letters.retry(world.graph, "another")) == 0
    assert world.run(dead_letters.retry(world.graph, "dividing")) == 2


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hub.jobs")
