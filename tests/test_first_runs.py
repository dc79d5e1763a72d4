"""Who asks first has a statement planned; who asks the same meanwhile waits for that, and for nothing else."""

import asyncio

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
