"""What follows from what a case says, beside what the graph has of it: changes, and what its history tells of them."""

from dataclasses import replace
from datetime import date

from hub.deadlines.facts import Facts
from hub.deadlines.kept import Brought, KeptCase, ToTell, bring
from tests.deadlines.making import TODAY, clock

ENTRIES = [f"ABC-000000{number}-7" for number in range(8)]
ACT, TELL = clock(metBy=["decided"]), clock("tell", rank=1, length=40)


def _brought(*dates: str, entries: int = 0, per: str = "case", today: date = TODAY) -> Brought:
    clocks = [clock(per=per), clock("tell", rank=1, length=40)]
    case = KeptCase(Facts("c", dates, entries=ENTRIES[:entries]), "OPEN", clocks)
    return bring(case, case, today)


def test_clocks_that_begin_are_told_one_by_one_or_together() -> None:
    act = "K: act: until 2026-07-01, 30 days from began on 2026-06-01 (1 ABC 2)"
    tell = "K: tell: until 2026-07-11, 40 days from began on 2026-06-01 (1 ABC 2)"
    brought = _brought("began 2026-06-01")
    ids = ("c k act 2026-06-01", "c k tell 2026-06-01")
    assert brought.to_tell() == [ToTell(act, ids[:1]), ToTell(tell, ids[1:])]
    assert brought.to_tell(together=True) == [ToTell(f"begun: {act}; {tell}", ids)]


def test_what_became_of_a_deadline_is_told_apart_from_what_only_begins() -> None:
    begun, missed = _brought("began 2026-06-01", today=date(2026, 7, 5)).to_tell(together=True)
    assert begun.text.startswith("begun: K: tell: until 2026-07-11")
    assert missed.text == "K: act: not done by 2026-07-01 (1 ABC 2)"


def test_a_clock_of_many_entries_is_told_in_a_line() -> None:
    dates = [f"began 2026-06-0{number + 1} {entry}" for number, entry in enumerate(ENTRIES)]
    (told,) = _brought(*dates, entries=8, per="entry").to_tell(together=True)
    assert told.text == (
        "begun: K: act, 8 entries: until 2026-07-01 to 2026-07-08 (1 ABC 2); K: tell: until 2026-07-11, 40 days from"
        " began on 2026-06-01 (1 ABC 2)"
    )
    assert len(told.refs) == 9


def test_a_decision_counts_though_it_is_no_date_of_the_case() -> None:
    case = KeptCase(Facts("c", ["began 2026-06-01"]), "OPEN", [ACT, TELL])
    decided = replace(case, decisions=["decided 2026-05-20", "decided 2026-06-10"])
    act, tell = bring(case, decided, TODAY).deadlines
    assert (act.state, act.met_on, tell.state) == ("MET", date(2026, 6, 10), "RUNNING")
    assert bring(case, decided, TODAY).row()["facts"] == {}  # pyright: ignore[reportOptionalSubscript]


def test_a_case_is_suspended_if_it_is_or_each_of_its_entries() -> None:
    def status(*suspensions: str) -> str:
        case = KeptCase(Facts("c", suspensions=suspensions, entries=ENTRIES[:2]), "OPEN")
        return bring(case, case, TODAY).case.status

    of = [f"2026-05-01 - court {entry}" for entry in ENTRIES[:2]]
    assert [status(*found) for found in ((), of[:1], of, ("2026-05-01",))] == ["OPEN", "OPEN", "SUSPENDED", "SUSPENDED"]
