"""Random histories of facts, in any order: the deadlines are the same, and those of an independent calculation."""

import random
import re
from collections.abc import Sequence
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from hub.deadlines.deadline import deadlines
from tests.matters.calculation import History, Result, Row, calculate, words
from tests.matters.reading import clocks, facts, rows

ROWS = rows()
KINDS = sorted({row["kind"] for row in ROWS})
ENTRIES = ("S00-0000101-1", "S00-0000102-9", "S00-0000103-7")
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def of(kind: str) -> list[Row]:
    return [row for row in ROWS if row["kind"] == kind]


def codes(own: Sequence[Row]) -> list[str]:
    """The conditions that the rows ask for, and those that no row asks for."""
    asked = {code.removeprefix("not_") for row in own for code in row["condition"].split("&") if code}
    return sorted({*asked, "fraud", "textiles"})


def events(own: Sequence[Row]) -> list[str]:
    """Every event that the rows name, and what comes by law."""
    named = [word for row in own for column in ("starts_from", "met_by", "ended_by") for word in words(row[column])]
    bounds = [re.split(r"[+-]", text)[0] for row in own for text in words(row["not_after"])]
    anew = [row["anew_from"] for row in own]
    deemed = [f"deemed_{row['deemed']}" for row in own if row["deemed"]]
    return sorted({word for word in (*named, *bounds, *anew, *deemed, *codes(own)) if word})


def text(day: date) -> str:
    return day.isoformat()


@st.composite
def suspensions(draw: st.DrawFn, own: Sequence[Row]) -> str:
    since, until = sorted((draw(DAYS), draw(DAYS)))
    causes = sorted({cause for row in own for cause in words(row["suspended_by"])} | {"weather"})
    end = text(until) if until > since and draw(st.booleans()) else "-"
    cause = draw(st.sampled_from(["", *causes]))
    return f"{since} {end} {cause}" if cause else (text(since) if end == "-" else f"{since} {end}")


@st.composite
def naming(draw: st.DrawFn, own: Sequence[Row], *, extends: bool = False) -> str:
    """A fact that names a clock: an answer, what was pronounced, or an extension."""
    code = draw(st.sampled_from(sorted({row["code"] for row in own})))
    entry = draw(st.sampled_from(["-", "-", *ENTRIES]))
    fact = f"{code} {entry} {draw(DAYS)}"
    return f"{fact} {draw(st.one_of(st.just('+'), DAYS.map(text)))}" if extends else fact


@st.composite
def histories(draw: st.DrawFn, own: Sequence[Row]) -> History:
    entries = draw(st.sampled_from([(), (), ENTRIES[:1], ENTRIES]))
    keys = st.tuples(st.sampled_from(events(own)), st.sampled_from(["", "", *entries]))
    days = draw(st.dictionaries(keys, DAYS, max_size=8))
    return History(
        dates=tuple(f"{event} {day} {entry}".strip() for (event, entry), day in days.items()),
        conditions=tuple(draw(st.lists(st.sampled_from(codes(own)), unique=True, max_size=2))),
        suspensions=tuple(draw(st.lists(suspensions(own), unique=True, max_size=3))),
        extensions=tuple(draw(st.lists(naming(own, extends=True), unique=True, max_size=3))),
        answers=tuple(draw(st.lists(naming(own), unique=True, max_size=2))),
        pronounced=tuple(draw(st.lists(naming(own), unique=True, max_size=2))),
        closed=draw(st.one_of(st.none(), st.none(), DAYS)),
        entries=entries,
    )


def shuffled(history: History, order: random.Random) -> History:
    def mixed(some: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(order.sample(some, len(some)))

    return History(
        mixed(history.dates),
        mixed(history.conditions),
        mixed(history.suspensions),
        mixed(history.extensions),
        mixed(history.answers),
        mixed(history.pronounced),
        history.closed,
        mixed(history.entries),
    )


def by_engine(history: History, own: Sequence[Row], today: date, order: random.Random) -> list[Result]:
    own_clocks = clocks(list(own))
    order.shuffle(own_clocks)
    found = deadlines(facts(history), own_clocks, today)
    return [Result(one.clock.id, one.entry, one.start, one.last, one.state.value, one.met_on) for one in found]


@pytest.mark.parametrize("kind", KINDS)
def test_any_order_gives_the_same_deadlines_and_those_of_the_calculation(kind: str) -> None:
    own = of(kind)

    @settings(max_examples=200)
    @given(histories(own), DAYS, st.randoms(use_true_random=False))
    def same(history: History, today: date, order: random.Random) -> None:
        first = by_engine(history, own, today, order)
        assert by_engine(shuffled(history, order), own, today, order) == first
        assert calculate(history, own, today) == first

    same()
