"""Reads gathered, on the real Neo4j: each member is answered as it would be by itself, whatever the others are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from neo4j.exceptions import ClientError

from hub.database.bookmarks import Bookmarks
from hub.database.gathered_form import form_of
from hub.database.gathering import Gathering, Lanes
from hub.database.graph import Graph
from hub.database.lane import Read
from hub.errors import TooCostly
from hub.limits.admission import Admission
from hub.limits.callers import Caller
from hub.settings import Settings
from tests.gathered import Statements, planned

Run = Callable[..., Any]
TOLD = "RETURN [$viewer, $now, $p0] AS row"
COSTLY = "RETURN COUNT { UNWIND range(1, $p0) AS a UNWIND range(1, $p0) AS b WITH a, b WHERE a = b RETURN a } AS row"


@pytest.fixture
def statements(database: Graph, monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(database, monkeypatch)


def read(text: str, p0: Any, who: str = "somebody", **more: Any) -> Read:
    return Read(text, {"viewer": who, "now": 7, "p0": p0, **more}, Bookmarks(), Caller(who, signed_in=True))


async def at_once(gathering: Gathering, reads: list[Read]) -> list[Any]:
    return await asyncio.gather(*(gathering.read_one(one, gathers=True) for one in reads), return_exceptions=True)


@pytest.mark.parametrize(
    ("text", "written", "fixed"),
    [
        ("RETURN $p1 + $p10 AS row", "RETURN each_.p1 + each_.p10 AS row", ()),
        (
            "WITH 1 AS n LIMIT $p1 RETURN $p1 + $p10 AS row",
            "WITH 1 AS n LIMIT $p1 RETURN $p1 + each_.p10 AS row",
            ("p1",),
        ),
        ("WITH 1 AS n LIMIT $p1 + 1 RETURN $p0 AS row", "WITH 1 AS n LIMIT $p1 + 1 RETURN each_.p0 AS row", ("p1",)),
        ("WITH 1 AS n LIMIT 5 RETURN $p0 AS row", "WITH 1 AS n LIMIT 5 RETURN each_.p0 AS row", ()),
        ("RETURN '$p0 \\' $p0' + \"$p0\" + $p0 AS row", "RETURN '$p0 \\' $p0' + \"$p0\" + each_.p0 AS row", ()),
        ("RETURN $p0 AS `$p0` // LIMIT $p2", "RETURN each_.p0 AS `$p0` // LIMIT $p2", ()),
        ("CALL (a, b) { RETURN $p0 AS c }", "CALL (a, b, each_) { RETURN each_.p0 AS c }", ()),
        ("CALL () { RETURN 1 AS c }", "CALL (each_) { RETURN 1 AS c }", ()),
        ("CALL (*) { RETURN $p0 AS c }", "CALL (*) { RETURN each_.p0 AS c }", ()),
        ("UNWIND $found.Case AS one RETURN one", "UNWIND each_.found.Case AS one RETURN one", ()),
    ],
)
def test_parameters_become_each_members_own_but_for_those_of_a_limit(
    text: str, written: str, fixed: tuple[str, ...]
) -> None:
    form = form_of(text)
    assert form
    assert form.text.split("{\n", 1)[1].rsplit("\n}", 1)[0] == written
    assert form.fixed == fixed


def test_what_is_cut_to_a_member_of_a_parameter_has_no_gathered_form() -> None:
    assert form_of("UNWIND [1] AS x RETURN x LIMIT $sought.size") is None


def test_each_has_its_own_viewer_values_and_moment_and_they_went_together(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(2, 16))
        await planned(gathering, read(TOLD, 0))
        statements.clear()
        reads = [read(TOLD, number, f"viewer {number % 7}", now=1000 + number) for number in range(60)]
        assert await at_once(gathering, reads) == [
            [f"viewer {number % 7}", 1000 + number, number] for number in range(60)
        ]
        assert statements.members() == [1, 1, 16, 16, 16, 10]
        assert all(one.bookmarks.values for one in reads)
        assert gathering.lanes == 0

    run(whole())


def test_who_is_alone_never_waits(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        await planned(gathering, read(TOLD, 0))
        statements.clear()
        for number in range(5):
            asking = asyncio.create_task(gathering.read_one(read(TOLD, number), gathers=True))
            await asyncio.sleep(0)
            assert len(statements.asked) == number + 1, "it was sent at once"
            assert (await asking)[2] == number
        assert statements.members() == [1] * 5

    run(whole())


def test_until_the_gathered_form_is_planned_nobody_waits_for_it(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        admission = Admission(8, 2)
        gathering = Gathering(database, admission, Lanes(1, 16))
        text = f"{TOLD} // new"
        await gathering.read_one(read(text, 0), gathers=True)
        statements.clear()
        form = form_of(text)
        assert form
        with statements.held(form.text):
            answers = await at_once(gathering, [read(text, number, f"viewer {number}") for number in range(20)])
            assert [answer[2] for answer in answers] == list(range(20))
            assert gathering.planning
        assert statements.members().count(1) == 20
        await gathering.planning
        assert not admission.is_new(form.text)
        statements.clear()
        await at_once(gathering, [read(text, number) for number in range(5)])
        assert statements.members() == [1, 4]
        admission.forget()
        statements.clear()
        await at_once(gathering, [read(text, number) for number in range(5)])
        assert statements.members() == [1] * 5, "a database that was away has lost its plans"

    run(whole())


def test_what_cannot_be_planned_gathered_is_asked_one_by_one(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        reads = [read("UNWIND [$p0] AS x RETURN x AS row LIMIT 1 + $p1", number, p1=1) for number in range(20)]
        for _ in range(3):
            assert await at_once(gathering, reads) == list(range(20))
            if gathering.planning:
                await gathering.planning
        assert set(statements.members()) == {0, 1}
        assert statements.members().count(0) == 1

    run(whole())


def test_a_member_of_which_the_statement_gives_no_record_has_none(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        text = "WITH * WHERE $p0 > 3 RETURN $p0 AS row"
        await planned(gathering, read(text, 5))
        statements.clear()
        assert await at_once(gathering, [read(text, number) for number in range(8)]) == [
            None,
            None,
            None,
            None,
            4,
            5,
            6,
            7,
        ]
        assert statements.members() == [1, 7]

    run(whole())


def test_one_that_fails_is_told_and_all_others_are_answered(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        text = "RETURN 60 / $p0 AS row"
        await planned(gathering, read(text, 5))
        statements.clear()
        answers = await at_once(gathering, [read(text, number) for number in (1, 2, 0, 3, 4)])
        assert isinstance(answers.pop(2), ClientError)
        assert answers == [60, 30, 20, 15]
        assert statements.members() == [1, 4, 1, 1, 1, 1]
        statements.clear()
        await at_once(gathering, [read(text, number) for number in (1, 2, 3)])
        assert statements.members() == [1, 1, 1], "for a while they are asked one by one"

    run(whole())


def test_one_that_is_too_costly_is_told_and_all_others_are_answered(settings: Settings) -> None:
    async def whole() -> None:
        async with Graph(settings.model_copy(update={"statement_timeout_s": 4})) as graph:
            gathering = Gathering(graph, Admission(), Lanes(1, 16))
            await planned(gathering, read(COSTLY, 5))
            answers = await at_once(gathering, [read(COSTLY, p0) for p0 in (1, 2, 1_000_000, 3, 4)])
            assert isinstance(answers.pop(2), TooCostly)
            assert answers == [1, 2, 3, 4]

    asyncio.run(whole())


def test_one_that_takes_long_keeps_the_others_only_for_a_moment(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        await planned(gathering, read(TOLD, 0))
        with statements.held(TOLD):
            slow = asyncio.create_task(gathering.read_one(read(TOLD, "slow"), gathers=True))
            await asyncio.sleep(0)
            answers = await asyncio.wait_for(at_once(gathering, [read(TOLD, number) for number in range(3)]), 10)
            assert [answer[2] for answer in answers] == [0, 1, 2]
            assert not slow.done()
        assert (await slow)[2] == "slow"
        assert gathering.lanes == 0

    run(whole())


async def _hang_up(gathering: Gathering, statements: Statements, which: list[int]) -> list[Any]:
    """What five are told of which some hang up while all are under way as one; `which` by number."""
    form = form_of(TOLD)
    assert form
    with statements.held(TOLD, form.text):
        first = asyncio.create_task(gathering.read_one(read(TOLD, "first"), gathers=True))
        await asyncio.sleep(0)
        asking = [asyncio.create_task(gathering.read_one(read(TOLD, number), gathers=True)) for number in range(5)]
        await asyncio.sleep(0)
        statements.release(TOLD)
        await first
        await asyncio.sleep(0.01)
        assert statements.members()[-1] == 5
        for number in which:
            asking[number].cancel()
        await asyncio.sleep(0.01)
    answers: list[Any] = await asyncio.gather(*asking, return_exceptions=True)
    assert gathering.lanes == 0
    return answers


def test_who_hangs_up_leaves_the_others_theirs(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(8), Lanes(1, 16))
        await planned(gathering, read(TOLD, 0))
        statements.clear()
        answers = await _hang_up(gathering, statements, [1, 3])
        assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [False, True, False, True, False]
        assert [answer[2] for answer in (answers[0], answers[2], answers[4])] == [0, 2, 4]
        assert statements.ended == []
        await _hang_up(gathering, statements, [0, 1, 2, 3, 4])
        assert statements.ended == [5], "nobody is there any more: so is the statement"

    run(whole())


def test_who_hangs_up_while_it_waits_is_never_asked(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(8), Lanes(1, 16))
        await planned(gathering, read(TOLD, 0))
        statements.clear()
        with statements.held(TOLD):
            asking = [asyncio.create_task(gathering.read_one(read(TOLD, number), gathers=True)) for number in range(5)]
            await asyncio.sleep(0)
            asking[2].cancel()
            await asyncio.sleep(0)
        answers: list[Any] = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(answers.pop(2), asyncio.CancelledError)
        assert [answer[2] for answer in answers] == [0, 1, 3, 4]
        assert statements.members() == [1, 3]

    run(whole())


def test_those_of_other_sizes_go_in_lanes_of_their_own(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        text = "RETURN COLLECT { UNWIND range(1, $p0) AS x RETURN x ORDER BY x LIMIT $p1 } AS row"
        await planned(gathering, read(text, 5, p1=2))
        statements.clear()
        reads = [read(text, 9, p1=1 + number % 3) for number in range(12)]
        assert await at_once(gathering, reads) == [list(range(1, 2 + number % 3)) for number in range(12)]
        assert sorted(statements.members()) == [1, 1, 1, 3, 3, 3]

    run(whole())


def test_callers_take_turns_in_a_lane(statements: Statements, database: Graph, run: Run) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 4))
        await planned(gathering, read(TOLD, 0))
        statements.clear()
        many = [read(TOLD, number, "who asks much") for number in range(12)]
        await at_once(gathering, [*many, read(TOLD, 12, "another"), read(TOLD, 13, "a third")])
        first = statements.asked[1].viewers
        assert first == ["who asks much", "another", "a third", "who asks much"]

    run(whole())


def test_a_gathered_statement_takes_one_turn_of_whoever_has_one_and_the_rest_ride_along(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        # eight turns, two of an account
        gathering = Gathering(database, Admission(8), Lanes(1, 16))
        other = "RETURN $p0 AS row"
        for text in (TOLD, other):
            await planned(gathering, read(text, 0))
        statements.clear()
        with statements.held(TOLD, other):
            busy = [
                asyncio.create_task(gathering.read_one(read(other, number, "busy"), gathers=False))
                for number in range(4)
            ]
            first = asyncio.create_task(gathering.read_one(read(TOLD, "first", "first"), gathers=True))
            await asyncio.sleep(0.01)
            assert len(statements.asked) == 3, "the busy one has its two turns"
            waiting = [
                asyncio.create_task(gathering.read_one(read(TOLD, who, who), gathers=True))
                for who in ("busy", "busy", "idle")
            ]
            await asyncio.sleep(0)
            statements.release(TOLD)
            assert (await first)[2] == "first"
            assert [answer[2] for answer in await asyncio.wait_for(asyncio.gather(*waiting), 5)] == [
                "busy",
                "busy",
                "idle",
            ]
            assert statements.members()[-1] == 3
            assert not any(one.done() for one in busy)
        assert await asyncio.gather(*busy) == [0, 1, 2, 3]

    run(whole())


def test_who_has_no_turn_left_waits_for_it_and_not_for_others(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(8), Lanes(1, 16))
        other = "RETURN $p0 AS row"
        for text in (TOLD, other):
            await planned(gathering, read(text, 0))
        statements.clear()
        with statements.held(other):
            busy = [
                asyncio.create_task(gathering.read_one(read(other, number, "busy"), gathers=False))
                for number in range(2)
            ]
            await asyncio.sleep(0.01)
            waiting = [
                asyncio.create_task(gathering.read_one(read(TOLD, number, "busy"), gathers=True)) for number in range(3)
            ]
            await asyncio.sleep(0.01)
            assert not any(one.done() for one in waiting)
            answers = await asyncio.wait_for(gathering.read_one(read(TOLD, "idle", "idle"), gathers=True), 5)
            assert answers[2] == "idle"
            rode_along = [one for one in waiting if one.done()]
        await asyncio.gather(*busy, *waiting)
        assert [one.result()[2] for one in waiting] == [0, 1, 2]
        assert len(rode_along) <= 3
        assert gathering.lanes == 0

    run(whole())


def test_what_waits_for_a_bookmark_or_does_not_gather_is_asked_by_itself(
    statements: Statements, database: Graph, run: Run
) -> None:
    async def whole() -> None:
        gathering = Gathering(database, Admission(), Lanes(1, 16))
        await planned(gathering, read(TOLD, 0))
        seen = Bookmarks()
        await database.read("RETURN 1", {}, seen)

        async def asked(bookmarks: Bookmarks, *, gathers: bool) -> Awaitable[Any]:
            return await gathering.read_one(
                Read(TOLD, read(TOLD, 1).parameters, bookmarks, Caller("x", signed_in=True)), gathers=gathers
            )

        for values, gathers in ((seen.values, True), ((), False)):
            statements.clear()
            await asyncio.gather(*(asked(Bookmarks(values), gathers=gathers) for _ in range(9)))
            assert statements.members() == [1] * 9

    run(whole())
