"""Matters of customs law, step by step: which deadlines there are, their last days and their states."""

from collections.abc import Iterable
from datetime import date

import pytest

from hub.deadlines.deadline import deadlines
from tests.matters.calculation import calculate
from tests.matters.reading import Step, clocks, facts, matters, rows, steps

STEPS = list(steps())
ROWS = rows()


def told(found: Iterable[tuple[str, str | None, date | None, str]]) -> dict[str, str]:
    """Deadlines as a matter writes them: `decide S00-0000101-1: 2026-12-02 RUNNING`."""
    return {
        " ".join(filter(None, (clock.split()[1], entry))): f"{last.isoformat() if last else '-'} {state}"
        for clock, entry, last, state in found
    }


def compare(step: Step, found: dict[str, str]) -> None:
    looked_at = found if step.exactly else {key: found[key] for key in step.expected if key in found}
    assert looked_at == step.expected


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_engine(step: Step) -> None:
    own = [row for row in ROWS if row["kind"] == step.kind]
    found = deadlines(facts(step.history), clocks(own), step.as_of)
    compare(step, told((one.clock.id, one.entry, one.last, one.state.value) for one in found))


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_calculation(step: Step) -> None:
    own = [row for row in ROWS if row["kind"] == step.kind]
    found = calculate(step.history, own, step.as_of)
    compare(step, told((one.clock, one.entry, one.last, one.state) for one in found))


def test_every_clock_has_a_matter() -> None:
    looked_at = {(step.kind, key.split()[0]) for step in STEPS for key in step.expected}
    assert {(row["kind"], row["code"]) for row in ROWS} <= looked_at


def test_names_are_different() -> None:
    names = [(matter["kind"], matter["name"]) for matter in matters()]
    assert len(names) == len(set(names))
