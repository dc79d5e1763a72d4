"""Random histories of facts, in any order: the deadlines are the same, and those of an independent calculation."""

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from hub.deadlines.deadline import deadlines
from tests.matters.calculation import History, Result, Row, add, calculate, words
from tests.matters.reading import clocks, facts, rows

ROWS = rows()
KINDS = sorted({row["kind"] for row in ROWS})
ENTRIES = ("S00-0000101-1", "S00-0000102-9", "S00-0000103-7")
BASES = st.sampled_from([date(2026, 1, 5), date(2026, 1, 30), date(2024, 2, 29)])
LENGTHS = (("length", "unit"), ("extension_length", "extension_unit"), ("anew_length", "anew_unit"))
NAMING = ("starts_from", "met_by", "ended_by", "met_since", "reopened_by", "voided_by")
Days = st.SearchStrategy[date]


@st.composite
def few_days(draw: st.DrawFn, own: Sequence[Row], base: date) -> list[date]:
    """Some days on which something may change: the facts of a history share them, so that they meet."""
    found = {(int(row[length]), row[unit]) for row in own for length, unit in LENGTHS if row[length]}
    periods = st.sampled_from(sorted({(0, "calendar_day"), (3, "calendar_day"), (10, "calendar_day"), *found}))
    ends = [add(add(base, *draw(periods)), *draw(periods)) for _ in range(draw(st.integers(2, 5)))]
    return [base, *(end + timedelta(days=draw(st.sampled_from([0, 0, -1, 1]))) for end in ends)]


def of(kind: str) -> list[Row]:
    return [row for row in ROWS if row["kind"] == kind]


def codes(own: Sequence[Row]) -> list[str]:
    """The conditions that the rows ask for, and those that no row asks for."""
    asked = {code.removeprefix("not_") for row in own for code in row["condition"].split("&") if code}
    return sorted({*asked, "fraud", "textiles"})


def events(own: Sequence[Row]) -> list[str]:
    """Every event that the rows name, and what comes by law."""
    named = [word for row in own for column in NAMING for word in words(row[column])]
    bounds = [re.split(r"[+-]", text)[0] for row in own for text in words(row["not_after"])]
    anew = [row[column] for row in own for column in ("anew_from", "extension_event")]
    deemed = [f"deemed_{row['deemed']}" for row in own if row["deemed"]]
    return sorted({word for word in (*named, *bounds, *anew, *deemed, *codes(own)) if word})


def text(day: date) -> str:
    return day.isoformat()


@st.composite
def suspensions(draw: st.DrawFn, own: Sequence[Row], days: Days, entries: tuple[str, ...]) -> str:
    since, until = sorted((draw(days), draw(days)))
    causes = sorted({cause for row in own for cause in words(row["suspended_by"])}) or ["weather"]
    end = text(until) if until > since and draw(st.booleans()) else "-"
    cause, entry = draw(st.sampled_from(["", "weather", *causes])), draw(st.sampled_from(["", "", *entries]))
    if entry:
        return f"{since} {end} {cause or '-'} {entry}"
    return f"{since} {end} {cause}" if cause else (text(since) if end == "-" else f"{since} {end}")


@st.composite
def naming(draw: st.DrawFn, own: Sequence[Row], days: Days, *, extends: bool = False) -> str:
    """A fact that names a clock: an answer, what was pronounced, or an extension."""
    extended = {row["code"] for row in own if row["extension"] not in {"", "none"}} if extends else set[str]()
    code = draw(st.sampled_from(sorted(extended or {row["code"] for row in own})))
    entry = draw(st.sampled_from(["-", "-", *ENTRIES]))
    fact = f"{code} {entry} {draw(days)}"
    return f"{fact} {draw(st.one_of(st.just('+'), days.map(text)))}" if extends else fact


@st.composite
def conditions(draw: st.DrawFn, own: Sequence[Row], entries: tuple[str, ...]) -> str:
    return f"{draw(st.sampled_from(codes(own)))} {draw(st.sampled_from(['', '', *entries]))}".strip()


@st.composite
def decisions(draw: st.DrawFn, days: Days, entries: tuple[str, ...]) -> str:
    return f"decided {draw(days)} {draw(st.sampled_from(['', '', *entries]))}".strip()


@st.composite
def histories(draw: st.DrawFn, own: Sequence[Row]) -> tuple[History, date]:
    """The facts of a case, and the day as of which its deadlines are asked."""
    base = draw(BASES)
    days = st.sampled_from(draw(few_days(own, base)))
    entries = draw(st.sampled_from([(), (), ENTRIES[:1], ENTRIES]))
    keys = st.tuples(st.sampled_from(events(own)), st.sampled_from(["", "", *entries]))
    starts = sorted({word for row in own for word in words(row["starts_from"])})
    dated = draw(st.dictionaries(keys, days, max_size=6)) | {(draw(st.sampled_from(starts)), ""): base}
    history = History(
        dates=tuple(f"{event} {day} {entry}".strip() for (event, entry), day in dated.items()),
        conditions=tuple(draw(st.lists(conditions(own, entries), unique=True, max_size=2))),
        suspensions=tuple(draw(st.lists(suspensions(own, days, entries), unique=True, max_size=3))),
        extensions=tuple(draw(st.lists(naming(own, days, extends=True), unique=True, max_size=3))),
        answers=tuple(draw(st.lists(naming(own, days), unique=True, max_size=2))),
        pronounced=tuple(draw(st.lists(naming(own, days), unique=True, max_size=2))),
        closed=draw(st.one_of(st.none(), st.none(), days)),
        entries=entries,
        decisions=tuple(draw(st.lists(decisions(days, entries), unique=True, max_size=3))),
    )
    return history, draw(days) + timedelta(days=draw(st.integers(-1, 1)))


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
        mixed(history.decisions),
    )


def by_engine(history: History, own: Sequence[Row], today: date, order: random.Random) -> list[Result]:
    own_clocks = clocks(list(own))
    order.shuffle(own_clocks)
    found = deadlines(facts(history), own_clocks, today)
    return [Result(one.clock.id, one.entry, one.start, one.last, one.state.value, one.met_on) for one in found]


@pytest.mark.parametrize("kind", KINDS)
def test_any_order_gives_the_same_deadlines_and_those_of_the_calculation(kind: str) -> None:
    own = of(kind)

    @settings(max_examples=50)
    @given(histories(own), st.randoms(use_true_random=False))
    def same(found: tuple[History, date], order: random.Random) -> None:
        history, today = found
        first = by_engine(history, own, today, order)
        assert by_engine(shuffled(history, order), own, today, order) == first
        assert calculate(history, own, today) == first

    same()


BOUNDS = st.sampled_from(["", "", "planned-15 calendar_day", "planned+1 month|noticed+3 business_day"])
PERIODS = st.sampled_from(["1 year", "12 month", "1 month", "90 calendar_day", "30 calendar_day", "5 business_day"])
BLANK = dict.fromkeys([*ROWS[0]], "")


@st.composite
def made_up(draw: st.DrawFn, code: str, variant: str, per: str) -> Row:
    """A clock that no law has, of columns that go together in any way."""
    some = {
        "starts_from": draw(st.sampled_from(["begun", "noticed|begun", "begun|deemed_gone"])),
        "met_by": draw(st.sampled_from(["done", "done|noticed", ""])),
        "ended_by": draw(st.sampled_from(["dropped", "", "lengthened"])),
        "met_since": draw(st.sampled_from(["", "", "noticed", "planned|begun"])),
        "reopened_by": draw(st.sampled_from(["", "", "undone"])),
        "voided_by": draw(st.sampled_from(["", "", "undone", "dropped|undone"])),
        "condition": "fraud" if variant == "first" else draw(st.sampled_from(["", "", "not_textiles", "noticed"])),
        "not_after": draw(
            st.sampled_from(["", "", "planned-15 calendar_day", "planned+1 month|noticed+3 business_day"])
        ),
        "rolls": draw(st.sampled_from(["yes", "no"])),
        "side": draw(st.sampled_from(["trade", "government", "outside"])),
        "passing": draw(st.sampled_from(["missed", "deemed", "deemed_unless_before", "deemed_next_day", "none"])),
        "from_last": draw(st.sampled_from(["yes", "no"])),
        "suspension": draw(st.sampled_from(["none", "stands_still", "anew"])),
        "extension": draw(st.sampled_from(["none", "discretion", "by_length"])),
    }
    period = draw(st.one_of(PERIODS, st.sampled_from(["-3 calendar_day", " "])))
    some["length"], some["unit"] = period.split(" ")
    if some["passing"].startswith("deemed"):
        some["deemed"] = "gone"
    if some["suspension"] != "none":
        some["suspended_by"] = draw(st.sampled_from(["statute|court", "court"]))
    if some["suspension"] == "anew":
        length, unit = draw(PERIODS).split()
        some |= {"anew_from": "noticed", "anew_length": length, "anew_unit": unit}
    if some["extension"] == "by_length":
        (length, unit), times = draw(PERIODS).split(), draw(st.sampled_from(["1", "3"]))
        event = draw(st.sampled_from(["", "lengthened"]))
        some |= {"extension_length": length, "extension_unit": unit, "extension_times": times, "extension_event": event}
    if some["extension"] != "none":
        some["extension_limit"] = draw(st.sampled_from(["", "", "400 calendar_day", "2 year"]))
    return {**BLANK, "kind": "made_up", "code": code, "variant": variant, "name": code, "per": per, **some}


@st.composite
def made_up_rows(draw: st.DrawFn) -> list[Row]:
    per, other = draw(st.sampled_from(["case", "entry"])), draw(st.sampled_from(["case", "entry"]))
    variants = draw(st.sampled_from([["first", ""], [""]]))
    return [*(draw(made_up("act", variant, per)) for variant in variants), draw(made_up("sue", "", other))]


@settings(max_examples=1000)
@given(st.data())
def test_clocks_of_any_make(data: st.DataObject) -> None:
    own = data.draw(made_up_rows())
    history, today = data.draw(histories(own))
    order = data.draw(st.randoms(use_true_random=False))
    assert by_engine(shuffled(history, order), own, today, order) == calculate(history, own, today)
