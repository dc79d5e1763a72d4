"""Who asks first has a statement planned; who asks the same meanwhile waits for that, and for nothing else."""

import asyncio
import gc
import tracemalloc

from hub.first_runs import FirstRuns


async def _run(runs: FirstRuns, text: str, told: list[str], name: str, *, fails: bool = False) -> None:
    over = await runs.turn(text)
    told.append(f"{name} runs")
    try:
        await asyncio.sleep(0)
        if fails:
            raise ConnectionError
        told.append(f"{name} is done")
    finally:
        over.set()


def test_the_same_statement_waits_for_its_first_run_and_then_runs_side_by_side() -> None:
    told: list[str] = []

    async def three_clients() -> None:
        runs = FirstRuns()
        await asyncio.gather(*(_run(runs, "same", told, name) for name in "abc"))

    asyncio.run(three_clients())
    assert told == ["a runs", "a is done", "b runs", "c runs", "b is done", "c is done"]


def test_another_statement_waits_for_nobody() -> None:
    told: list[str] = []

    async def two_clients() -> None:
        runs = FirstRuns()
        await asyncio.gather(_run(runs, "one", told, "a"), _run(runs, "other", told, "b"))

    asyncio.run(two_clients())
    assert told == ["a runs", "b runs", "a is done", "b is done"]


def test_a_first_run_that_fails_or_is_cancelled_keeps_nobody() -> None:
    told: list[str] = []

    async def one_after_the_other() -> None:
        runs = FirstRuns()
        failed, waited = await asyncio.gather(
            _run(runs, "same", told, "a", fails=True), _run(runs, "same", told, "b"), return_exceptions=True
        )
        assert isinstance(failed, ConnectionError)
        assert waited is None
        hung_up = asyncio.create_task(_run(runs, "cancelled", told, "c"))
        await asyncio.sleep(0)
        hung_up.cancel()
        await _run(runs, "cancelled", told, "d")

    asyncio.run(one_after_the_other())
    assert told == ["a runs", "b runs", "b is done", "c runs", "d runs", "d is done"]


def test_after_the_database_was_away_a_statement_has_a_first_run_again() -> None:
    told: list[str] = []

    async def restarted() -> None:
        runs = FirstRuns()
        await _run(runs, "same", told, "a")
        runs.forget()
        await asyncio.gather(*(_run(runs, "same", told, name) for name in "bc"))

    asyncio.run(restarted())
    assert told[2:] == ["b runs", "b is done", "c runs", "c is done"]


def test_a_statement_that_others_have_driven_out_has_a_first_run_again_and_one_in_use_has_not() -> None:
    told: list[str] = []

    async def many_statements() -> None:
        runs = FirstRuns()
        for text in ("used", "left"):
            await _run(runs, text, [], "a")
        for number in range(300):
            await _run(runs, f"another {number}", [], "b")
            await _run(runs, "used", [], "c")
        await asyncio.gather(*(_run(runs, "used", told, name) for name in "de"))
        await asyncio.gather(*(_run(runs, "left", told, name) for name in "fg"))

    asyncio.run(many_statements())
    assert told == ["d runs", "e runs", "d is done", "e is done", "f runs", "f is done", "g runs", "g is done"]


def test_statements_of_any_length_take_the_same_memory() -> None:
    async def remembered(length: int) -> int:
        runs = FirstRuns()
        gc.collect()
        tracemalloc.start()
        try:
            for number in range(100):
                await _run(runs, f"{number:0{length}}", [], "a")
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    short, long = asyncio.run(remembered(10)), asyncio.run(remembered(50_000))
    assert long < 2 * short
    assert long < 300_000
