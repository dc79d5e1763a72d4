"""How a deadline stands: met, ended, missed, proposed, pronounced, suspended, for a case and for each entry."""

from datetime import date
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.deadlines.clock import Clock
from hub.deadlines.deadline import deadlines
from hub.deadlines.facts import Facts, Pause
from hub.errors import BadInput
from tests.deadlines.making import clock, due, the

LATER = date(2026, 8, 1)
DEEMED: dict[str, Any] = {"side": "government", "passing": "deemed", "deemed": "denied"}
A, B = "ABC-0000001-7", "ABC-0000002-5"


def test_a_deadline_runs_from_its_start() -> None:
    found = the()
    assert (found.id, found.start, found.last) == ("c k act 2026-06-01", date(2026, 6, 1), date(2026, 7, 1))
    assert (found.state, found.met_on, found.why) == ("RUNNING", None, "30 days from began on 2026-06-01")
    assert due(dates="other 2026-06-01") == []


def test_a_clock_that_nobody_has_checked_says_so() -> None:
    unverified = clock(confidence="unverified")
    doubt = "; unverified: nobody has checked this clock"
    assert the(unverified).why == f"30 days from began on 2026-06-01{doubt}"
    assert the(unverified, today=LATER).why == f"not done by 2026-07-01{doubt}"
    assert "unverified" not in the(clock(confidence="verified")).why


@pytest.mark.parametrize(
    ("dates", "state", "met_on"),
    [
        ("done 2026-06-01", "MET", date(2026, 6, 1)),
        ("done 2026-07-01", "MET", date(2026, 7, 1)),
        ("done 2026-07-02", "MET_LATE", date(2026, 7, 2)),
        ("done 2026-05-31", "MISSED", None),
        ("withdrawn 2026-06-10", "ENDED", None),
        ("withdrawn 2026-07-01", "ENDED", None),
        ("withdrawn 2026-07-02", "MISSED", None),
        ("withdrawn 2026-06-10, done 2026-06-10", "MET", date(2026, 6, 10)),
        ("withdrawn 2026-06-10, done 2026-06-11", "ENDED", None),
        ("withdrawn 2026-06-11, done 2026-06-10", "MET", date(2026, 6, 10)),
        ("withdrawn 2026-07-02, done 2026-07-03", "MET_LATE", date(2026, 7, 3)),
    ],
)
def test_what_meets_and_what_ends_a_clock(dates: str, state: str, met_on: date | None) -> None:
    found = the(clock(endedBy=["withdrawn"]), dates=f"began 2026-06-01, {dates}", today=LATER)
    assert (found.state, found.met_on) == (state, met_on)


def test_what_comes_late_says_by_how_much() -> None:
    found = the(dates="began 2026-06-01, done 2026-07-02")
    assert found.why == "done on 2026-07-02: untimely, 1 day after its last day, 2026-07-01"


def test_an_answer_meets_the_clock_that_it_names() -> None:
    one, other = due(clock(), clock("other"), answers=["act - 2026-06-10"])
    assert (one.state, one.met_on, other.state) == ("MET", date(2026, 6, 10), "RUNNING")


@pytest.mark.parametrize(("passing", "state"), [("missed", "MISSED"), ("none", "PASSED"), ("deemed", "PROPOSED")])
def test_a_day_that_passes_means_what_the_clock_says(passing: str, state: str) -> None:
    found = clock(passing=passing, deemed="denied" if passing == "deemed" else None)
    assert the(found, today=date(2026, 7, 1)).state == "RUNNING"
    assert the(found, today=date(2026, 7, 2)).state == state


def test_an_outcome_is_deemed_once_it_is_pronounced_and_undone_by_what_came_late_into_the_hub() -> None:
    decide = clock("decide", metBy=["decided"], **DEEMED)
    assert the(decide, today=LATER).state == "PROPOSED"
    pronounced: dict[str, Any] = {"pronounced": ["decide - 2026-07-01"], "today": LATER}
    found = the(decide, **pronounced)
    assert (found.state, found.why) == ("DEEMED", "deemed denied on 2026-07-01")
    assert the(decide, dates="began 2026-06-01, decided 2026-07-01", **pronounced).state == "MET"
    # what was decided after the day does not undo the law's outcome
    assert the(decide, dates="began 2026-06-01, decided 2026-07-02", **pronounced).state == "DEEMED"
    assert the(decide, pronounced=["decide - 2026-06-30"], today=LATER).state == "PROPOSED"


def test_an_outcome_may_be_deemed_on_the_last_day_of_the_period() -> None:
    decide = clock("decide", metBy=["decided"], **{**DEEMED, "passing": "deemed_unless_before"})
    found = the(decide, today=date(2026, 6, 30))
    assert (found.last, found.outcome_on, found.state) == (date(2026, 6, 30), date(2026, 7, 1), "RUNNING")
    assert found.why == "before 30 days from began on 2026-06-01 are over"
    assert the(decide, dates="began 2026-06-01, decided 2026-06-30", today=LATER).state == "MET"
    on_the_day: dict[str, Any] = {"dates": "began 2026-06-01, decided 2026-07-01", "today": date(2026, 7, 1)}
    assert the(decide, **on_the_day).state == "PROPOSED"
    assert the(decide, pronounced=["decide - 2026-06-30"], **on_the_day).state == "PROPOSED"
    assert the(decide, pronounced=["decide - 2026-07-01"], **on_the_day).state == "DEEMED"


def test_a_later_clock_runs_from_what_was_pronounced() -> None:
    decide = clock("decide", metBy=["decided"], **DEEMED)
    sue = clock("sue", rank=1, startsFrom=["denial_mailed", "deemed_denied"], metBy=["summons_filed"])
    assert [found.clock.code for found in due(decide, sue, today=LATER)] == ["decide"]
    _, found = due(decide, sue, pronounced=["decide - 2026-07-01"], today=LATER)
    assert (found.id, found.last) == ("c k sue 2026-07-01", date(2026, 7, 31))
    # and one that is deemed as well from that
    last = clock("export", rank=2, startsFrom=["deemed_denied"], passing="deemed", deemed="abandoned")
    after = clock("after", rank=3, startsFrom=["deemed_abandoned"])
    found = due(decide, last, after, pronounced=["export - 2026-07-31", "decide - 2026-07-01"], today=LATER)
    assert [(one.clock.code, one.state) for one in found] == [
        ("decide", "DEEMED"), ("export", "DEEMED"), ("after", "RUNNING"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("side", "closed", "state"),
    [
        ("government", "2026-06-15", "ENDED"),
        ("government", "2026-07-01", "ENDED"),
        ("government", "2026-07-02", "MISSED"),
        ("trade", "2026-06-15", "MISSED"),
        ("outside", "2026-06-15", "MISSED"),
    ],
)
def test_closing_ends_the_owners_clocks_and_no_others(side: str, closed: str, state: str) -> None:
    assert the(clock(side=side), closed=date.fromisoformat(closed), today=LATER).state == state


def test_closing_lets_a_partys_clock_run_on() -> None:
    assert the(closed=date(2026, 6, 15), today=date(2026, 6, 20)).state == "RUNNING"


def test_conditions_decide_which_variant_runs_and_the_deadline_stays_the_same() -> None:
    long = clock(variant="complicated", rank=0, conditions=["complicated"], length=60)
    short = clock(rank=1)
    for order in permutations((long, short)):
        assert the(*order).last == date(2026, 7, 1)
        found = the(*order, conditions=["complicated"])
        assert (found.id, found.last, found.clock) == ("c k act 2026-06-01", date(2026, 7, 31), long)
    # an event is a condition where it is recorded
    assert the(clock(conditions=["not_seen"]), dates="began 2026-06-01").last
    assert due(clock(conditions=["not_seen"]), dates="began 2026-06-01, seen 2026-06-02") == []


def test_the_first_event_that_is_recorded_starts_it() -> None:
    either = clock(startsFrom=["mailed", "began"])
    assert the(either, dates="began 2026-06-01").start == date(2026, 6, 1)
    assert the(either, dates="began 2026-06-01, mailed 2026-06-05").start == date(2026, 6, 5)
    assert the(either, dates="began 2026-06-05, mailed 2026-06-01").start == date(2026, 6, 1)


def test_the_last_day_is_never_after_what_the_law_says() -> None:
    bounded = clock(notAfter=["scheduled-15 calendar_day"], rolls=True)
    assert the(bounded).last == date(2026, 7, 1)
    found = the(bounded, dates="began 2026-06-01, scheduled 2026-06-28")
    assert (found.last, found.why) == (
        date(2026, 6, 13), "15 days before scheduled on 2026-06-28; runs from began on 2026-06-01",
    )  # fmt: skip
    assert the(bounded, dates="began 2026-06-01, scheduled 2026-12-01").last == date(2026, 7, 1)
    unset = clock(length=None, notAfter=["scheduled-15 calendar_day"])
    assert (the(unset).last, the(unset).state, the(unset).why) == (
        None, "RUNNING", "has no last day before scheduled is told; runs from began on 2026-06-01",
    )  # fmt: skip
    assert the(unset, dates="began 2026-06-01, scheduled 2026-12-01").last == date(2026, 11, 16)


def test_a_period_may_end_before_its_start() -> None:
    before = clock(startsFrom=["laden"], length=-2)
    found = the(before, dates="laden 2026-06-10")
    assert (found.last, found.state) == (date(2026, 6, 8), "RUNNING")
    assert the(before, dates="laden 2026-06-10, done 2026-06-08").state == "MET"
    assert the(before, dates="laden 2026-06-10, done 2026-06-09").state == "MET_LATE"
    days = clock(startsFrom=["laden"], length=-1, unit="business_day")
    assert the(days, dates="laden 2026-06-08").last == date(2026, 6, 5)


# --- extensions


def test_the_owner_extends_to_a_day() -> None:
    extended = clock(extension="discretion", rolls=True)
    found = the(extended, extensions=["act - 2026-07-01 2026-07-18"])
    assert (found.last, found.extensions, found.extended_to) == (date(2026, 7, 20), 1, date(2026, 7, 18))
    assert found.why == "30 days from began on 2026-06-01, extended to 2026-07-18"
    # too late, to a day that it had, of another clock, by a rule that is not the clock's
    for fact in ("act - 2026-07-02 2026-07-18", "act - 2026-06-02 2026-06-30", "x - 2026-06-02 2026-07-18",
                 "act - 2026-06-02 +"):  # fmt: skip
        assert the(extended, extensions=[fact]).last == date(2026, 7, 1), fact
    assert the(clock(), extensions=["act - 2026-06-02 2026-07-18"]).extensions == 0
    twice = ["act - 2026-07-18 2026-08-03", "act - 2026-06-20 2026-07-18"]
    assert the(extended, extensions=twice).last == date(2026, 8, 3)
    limited = clock(extension="discretion", extensionLimit="40 calendar_day")
    assert the(limited, extensions=["act - 2026-07-01 2026-07-18"]).last == date(2026, 7, 11)


def test_the_law_extends_by_a_length_so_many_times() -> None:
    yearly = clock(length=1, unit="year", extension="by_length", extensionLength=1, extensionUnit="year",
                   extensionTimes=3, extensionLimit="4 year")  # fmt: skip
    told = [f"act - {day} +" for day in ("2025-01-01", "2026-01-01", "2027-01-01", "2028-01-01")]
    for times, last in enumerate((date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29))):
        found = the(yearly, dates="began 2024-02-29", extensions=told[:times], today=date(2024, 6, 1))
        assert (found.last, found.extensions) == (last, times)
    assert the(yearly, dates="began 2024-02-29", extensions=told).last == date(2028, 2, 29)
    other = clock(length=120, extension="by_length", extensionLength=2, extensionUnit="month", extensionTimes=1)
    assert the(other, extensions=["act - 2026-06-02 +"]).last == date(2026, 11, 29)


def test_an_extension_and_its_event_are_told_once_in_either_way() -> None:
    yearly = clock("act", length=1, unit="year", extension="by_length", extensionLength=1, extensionUnit="year",
                   extensionTimes=3, extensionEvent="extended")  # fmt: skip
    cycle = clock("cycle", rank=1, length=200, endedBy=["extended"])
    dates, told = "began 2025-01-10", ["act - 2025-06-02 +"]
    for found in (
        due(yearly, cycle, dates=f"{dates}, extended 2025-06-02"),
        due(yearly, cycle, dates=dates, extensions=told),
        due(yearly, cycle, dates=f"{dates}, extended 2025-06-05", extensions=told),
    ):
        assert [(one.last, one.extensions, one.state) for one in found] == [
            (date(2027, 1, 10), 1, "RUNNING"), (date(2025, 7, 29), 0, "ENDED"),
        ]  # fmt: skip
    # a second one is the second, and one that comes too late is none
    twice = the(yearly, dates=dates, extensions=[*told, "act - 2026-06-02 +"])
    assert (twice.last, twice.extended_on) == (date(2028, 1, 10), date(2026, 6, 2))
    late, other = due(yearly, cycle, dates=dates, extensions=["act - 2026-02-02 +"], today=date(2026, 3, 1))
    assert (late.last, late.extended_on, other.state) == (date(2026, 1, 10), None, "MISSED")


# --- suspensions

STILL: dict[str, Any] = {"suspension": "stands_still", "suspendedBy": ["court", "statute"]}
ANEW: dict[str, Any] = {
    "suspension": "anew", "suspendedBy": ["statute"], "anewFrom": "removed", "anewLength": 6, "anewUnit": "month",
}  # fmt: skip


def test_a_suspended_clock_stands_still_and_goes_on_by_as_many_days_longer() -> None:
    assert the(clock(**STILL), suspensions=["2026-05-01"]).state == "SUSPENDED"
    found = the(clock(**STILL), suspensions=["2026-06-10"], today=date(2026, 7, 15))
    assert (found.last, found.state, found.why) == (None, "SUSPENDED", "stands still since 2026-06-10")
    assert the(clock(**STILL), suspensions=["2026-06-10 2026-06-20"], today=date(2026, 7, 1)).last == date(2026, 7, 11)
    # one that began after the last day changes nothing, nor does one of a clock that the law lets run on
    assert the(clock(**STILL), suspensions=["2026-07-02"], today=LATER).state == "MISSED"
    assert the(clock(), suspensions=["2026-06-10"]).last == date(2026, 7, 1)


def test_a_suspension_stops_only_the_clocks_that_its_cause_stops() -> None:
    for suspension, last in (
        ("2026-06-10 2026-06-20 court", date(2026, 7, 11)),
        ("2026-06-10 2026-06-20 referral", date(2026, 7, 1)),
        ("2026-06-10 - statute", None),
        ("2026-06-10 - referral", date(2026, 7, 1)),
    ):
        assert the(clock(**STILL), suspensions=[suspension]).last == last, suspension
    found = the(clock(**STILL), suspensions=["2026-05-10 - court"])
    assert found.why == "stands still since 2026-05-10 (court)"


def test_days_suspended_before_an_extension_count_in_it() -> None:
    extended = clock(**STILL, extension="discretion")
    # thirty days and ten that stood still: 11 July, extended to the 20th, after which five days stand still
    facts: dict[str, Any] = {"extensions": ["act - 2026-06-25 2026-07-20"]}
    assert the(extended, suspensions=["2026-06-10 2026-06-20"], **facts).last == date(2026, 7, 20)
    pauses = ["2026-06-10 2026-06-20", "2026-07-01 2026-07-06"]
    assert the(extended, suspensions=pauses, **facts).last == date(2026, 7, 25)
    # an extension to a day that the suspension gives already does nothing
    assert the(
        extended, suspensions=["2026-06-10 2026-06-20"], extensions=["act - 2026-06-25 2026-07-05"]
    ).last == date(2026, 7, 11)


def test_after_a_suspension_another_period_runs_where_the_law_says_so() -> None:
    yearly = clock("liquidate", length=1, unit="year", metBy=["liquidated"], **ANEW, **DEEMED)
    dates, today = "began 2025-01-10", date(2026, 6, 1)
    assert the(yearly, dates=dates, today=today).state == "PROPOSED"
    lasting = the(yearly, dates=dates, suspensions=["2025-06-01 - statute"], today=today)
    assert (lasting.last, lasting.state) == (None, "SUSPENDED")
    ended = the(yearly, dates=dates, suspensions=["2025-06-01 2026-03-01 statute"], today=today)
    assert (ended.last, ended.state, ended.why) == (None, "RUNNING", "has no last day before removed")
    for suspension in ("2025-06-01 2026-03-01 statute", "2025-06-01 - statute"):
        found = the(yearly, dates=f"{dates}, removed 2026-03-10", suspensions=[suspension], today=today)
        assert (found.last, found.state) == (date(2026, 9, 10), "RUNNING")
        assert found.why == "6 months from removed on 2026-03-10"
    # a suspension after the year, or a removal of an earlier one, begins nothing
    late = the(yearly, dates=dates, suspensions=["2026-01-11 - statute"], today=today)
    assert (late.last, late.state) == (date(2026, 1, 10), "PROPOSED")
    before = the(yearly, dates=f"{dates}, removed 2025-05-01", suspensions=["2025-06-01 - statute"], today=today)
    assert (before.last, before.state) == (None, "SUSPENDED")
    again = ["2025-06-01 2026-03-01 statute", "2026-04-01 - statute"]
    assert the(yearly, dates=f"{dates}, removed 2026-03-10", suspensions=again, today=today).state == "SUSPENDED"


def test_what_was_extended_is_not_cut_short_by_a_suspension() -> None:
    yearly = clock(length=1, unit="year", extension="by_length", extensionLength=1, extensionUnit="year",
                   extensionTimes=3, **ANEW)  # fmt: skip
    suspended: dict[str, Any] = {"suspensions": ["2025-02-01 2025-03-01 statute"]}
    dates = "began 2025-01-10, removed 2025-03-05"
    assert the(yearly, dates=dates, **suspended).last == date(2025, 9, 5)
    assert the(yearly, dates=dates, extensions=["act - 2025-01-20 +"], **suspended).last == date(2027, 1, 10)


# --- entries


def test_each_entry_has_a_deadline_of_its_own() -> None:
    each = clock(per="entry")
    dates = f"began 2026-06-01 {A}, began 2026-06-05 {B}, done 2026-06-20 {B}"
    one, other = due(each, dates=dates)
    assert (one.id, one.entry, one.last, one.state) == (f"c k act 2026-06-01 {A}", A, date(2026, 7, 1), "RUNNING")
    assert (other.id, other.entry, other.last, other.state) == (f"c k act 2026-06-05 {B}", B, date(2026, 7, 5), "MET")
    # a date of the case holds for all entries that have none
    one, other = due(each, dates=f"began 2026-06-01, began 2026-06-05 {B}", entries=[B, A])
    assert (one.start, other.start) == (date(2026, 6, 1), date(2026, 6, 5))
    assert the(each).entry is None
    assert [found.entry for found in due(each, entries=[A])] == [A]


def test_facts_of_an_entry_are_of_no_other() -> None:
    each = clock(per="entry", extension="discretion", side="government", passing="deemed", deemed="denied")
    dates, entries = "began 2026-06-01", [A, B]
    one, other = due(each, dates=dates, entries=entries, extensions=[f"act {A} 2026-06-02 2026-07-20"])
    assert (one.last, other.last) == (date(2026, 7, 20), date(2026, 7, 1))
    one, other = due(each, dates=dates, entries=entries, answers=[f"act {B} 2026-06-10"], today=LATER)
    assert (one.state, other.state) == ("PROPOSED", "MET")
    one, other = due(each, dates=dates, entries=entries, pronounced=[f"act {B} 2026-07-01"], today=LATER)
    assert (one.state, other.state) == ("PROPOSED", "DEEMED")
    both = due(each, dates=dates, entries=entries, pronounced=["act - 2026-07-01"], today=LATER)
    assert {found.state for found in both} == {"DEEMED"}


def test_a_clock_of_the_case_starts_by_its_first_entry_or_its_last_and_is_met_once_all_are() -> None:
    dates = f"began 2026-06-05 {A}, began 2026-06-01 {B}"
    assert the(dates=dates).start == date(2026, 6, 1)
    assert the(clock(fromLast=True), dates=dates).start == date(2026, 6, 5)
    assert the(clock(fromLast=True), dates=f"{dates}, began 2026-06-03").start == date(2026, 6, 5)
    assert the(dates=f"{dates}, done 2026-06-10 {A}").state == "RUNNING"
    assert the(dates=f"{dates}, done 2026-06-10 {A}, done 2026-06-12 {B}").met_on == date(2026, 6, 12)
    assert the(dates=f"{dates}, done 2026-06-08").met_on == date(2026, 6, 8)


def test_a_suspension_or_a_condition_of_an_entry_is_of_no_other() -> None:
    each = clock(per="entry", **STILL)
    facts: dict[str, Any] = {"entries": [A, B], "suspensions": [f"2026-06-10 - court {A}"]}
    one, other = due(each, today=date(2026, 6, 20), **facts)
    assert (one.state, one.last, other.state, other.last) == ("SUSPENDED", None, "RUNNING", date(2026, 7, 1))
    # a clock of the case as a whole is not stopped by one of its entries
    assert the(clock(**STILL), today=date(2026, 6, 20), **facts).state == "RUNNING"
    one, other = due(each, entries=[A, B], suspensions=[f"2026-06-10 2026-06-12 - {A}"])
    assert (one.last, other.last) == (date(2026, 7, 3), date(2026, 7, 1))
    long = clock(variant="complicated", rank=0, conditions=["complicated"], length=60, per="entry")
    short = clock(rank=1, per="entry")
    one, other = due(long, short, entries=[A, B], conditions=[f"complicated {B}"])
    assert (one.last, other.last) == (date(2026, 7, 1), date(2026, 7, 31))
    assert {one.last for one in due(long, short, entries=[A, B], conditions=["complicated"])} == {date(2026, 7, 31)}


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-01 2026-04-01",
        "2026-03-01 - court",
        f"2026-03-01 - - {A}",
        f"2026-03-01 2026-04-01 court {A}",
    ],
)
def test_a_suspension_is_written_as_it_was_read(text: str) -> None:
    assert str(Pause.of(text)) == text


# --- of facts that are not as they should be


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dates", "began"), ("dates", "began 2026-02-30"), ("dates", "began 2026-06-01 A B"), ("suspensions", "x"),
        ("suspensions", "2026-06-01 2026-06-02 court x"), ("suspensions", f"2026-06-01 - court {A} x"),
        ("extensions", "act - 2026-06-01"),
        ("extensions", "act - 2026-06-01 x"), ("answers", "act 2026-06-01"), ("pronounced", "act - soon"),
    ],
)  # fmt: skip
def test_a_fact_that_is_none_is_told_by_its_name(name: str, text: str) -> None:
    told: dict[str, Any] = {name: [text]}
    with pytest.raises(BadInput, match=rf"^{name}: a list is expected, of texts as e\.g\. "):
        deadlines(Facts("c", **told), [clock()], LATER)


def test_an_end_beyond_all_calendars_is_told() -> None:
    with pytest.raises(BadInput, match="ends after 2199"):
        due(dates="began 9999-12-31")


def test_a_text_instead_of_a_list_is_no_fact() -> None:
    for name in ("dates", "conditions"):
        told: dict[str, Any] = {name: "began 2026-06-01"}
        with pytest.raises(BadInput, match=name):
            deadlines(Facts("c", **told), [clock()], LATER)


# --- any order


def _clocks() -> list[Clock]:
    return [
        clock("decide", rank=0, metBy=["decided"], endedBy=["withdrawn"], **DEEMED, per="entry"),
        clock("sue", rank=1, startsFrom=["mailed", "deemed_denied"], metBy=["summons"], rolls=True),
        clock("liquidate", rank=2, length=1, unit="year", **ANEW, side="government", extension="by_length",
              extensionLength=1, extensionUnit="year", extensionTimes=3),
        clock("reply", rank=3, variant="long", conditions=["complicated"], length=60, **STILL, extension="discretion"),
        clock("reply", rank=4, **STILL, extension="discretion", extensionLimit="90 calendar_day"),
    ]  # fmt: skip


_DAYS = st.dates(date(2026, 5, 1), date(2026, 9, 1))
_ENTRY = st.sampled_from(["", f" {A}", f" {B}"])
_FACTS: dict[str, st.SearchStrategy[list[str]]] = {
    "dates": st.lists(
        st.builds(lambda event, day, entry: f"{event} {day}{entry}",
                  st.sampled_from(["began", "decided", "withdrawn", "mailed", "summons", "removed", "done"]),
                  _DAYS, _ENTRY),
        max_size=8, unique_by=lambda text: (text.split(" ")[0], *text.split(" ")[2:])),
    "conditions": st.lists(st.just("complicated"), max_size=1),
    "suspensions": st.lists(
        st.builds(lambda since, until, cause: f"{since} {until} {cause}", _DAYS, st.one_of(_DAYS, st.just("-")),
                  st.sampled_from(["court", "statute", "agency"])), max_size=3),
    "extensions": st.lists(
        st.one_of(st.builds("reply - {} {}".format, _DAYS, _DAYS), st.builds("liquidate - {} +".format, _DAYS)),
        max_size=3),
    "answers": st.lists(st.builds("reply - {}".format, _DAYS), max_size=2),
    "pronounced": st.lists(st.builds("decide {} {}".format, st.sampled_from(["-", A, B]), _DAYS), max_size=2),
}  # fmt: skip


@given(st.fixed_dictionaries(_FACTS), st.one_of(st.none(), _DAYS), _DAYS, st.integers())
def test_the_order_of_facts_and_clocks_changes_nothing(
    facts: dict[str, list[str]], closed: date | None, today: date, seed: int
) -> None:
    found = deadlines(Facts("c", closed=closed, entries=[A, B], **facts), _clocks(), today)
    chance = Random(seed)
    mixed = {name: chance.sample(texts, len(texts)) for name, texts in facts.items()}
    clocks = _clocks()
    chance.shuffle(clocks)
    assert deadlines(Facts("c", closed=closed, entries=[B, A], **mixed), clocks, today) == found
    for one in found:
        assert one.why
        assert (one.met_on is not None) is (one.state in ("MET", "MET_LATE"))
        assert one.last is not None or one.state in ("RUNNING", "SUSPENDED", "MET", "ENDED")
        assert one.state not in ("RUNNING", "SUSPENDED") or one.last is None or one.last >= today
