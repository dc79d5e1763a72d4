"""What may still be filed for entries, by what all cases of their importer say."""

from datetime import date
from typing import Any

from hub.deadlines.clock import Clock
from hub.deadlines.facts import Facts
from hub.deadlines.windows import Told, windows
from tests.deadlines.making import clock
from tests.matters.reading import clocks, rows

TODAY = date(2026, 11, 27)
A, B = "S00-0000103-7", "S00-0000104-5"
ROWS = rows()
ALL = clocks(ROWS)
OF_WINDOWS = [each for each in ALL if each.window]


def told(kind: str, *dates: str, case: str = "", entries: tuple[str, ...] = (A,), **facts: Any) -> Told:
    to_confirm = facts.pop("to_confirm", ())
    own = [each for each in ALL if each.kind == kind]
    return Told.of(kind, Facts(case or kind, dates, entries=entries, **facts), own, TODAY, to_confirm)


def opened(*cases: Told, entries: tuple[str, ...] = (A,), of: list[Clock] | None = None) -> dict[str, tuple[str, str]]:
    """Last day and telling case by clock, and entry where that is not the first."""
    found = (text.split("|") for text in windows(cases, entries, OF_WINDOWS if of is None else of, TODAY))
    return {
        clock if entry == A else f"{clock} {entry}": (until, case) for until, _, _, entry, clock, case in found
    }  # fmt: skip


def test_the_windows_of_a_case_are_those_of_its_own_days() -> None:
    found = windows([told("liquidation", f"entry_filed 2026-03-02 {A}")], [A], OF_WINDOWS, TODAY)
    assert found == [f"2026-12-27|2026-03-02|entry_filed|{A}|psc file|liquidation"]
    assert windows([told("liquidation", "entry_filed 2026-01-02")], [A], OF_WINDOWS, TODAY) == []


def test_what_one_case_says_counts_for_what_another_has_told() -> None:
    filed = told("liquidation", f"entry_filed 2026-03-02 {A}")
    assert set(opened(filed)) == {"psc file"}
    # a protest tells that the entry was liquidated: nothing is corrected any more
    protest = told("protest", f"liquidated 2026-10-01 {A}")
    assert opened(filed, protest) == opened(protest, filed)
    assert opened(filed, protest) == {
        "protest file": ("2027-03-30", "protest"), "duty_refund declare": ("2026-12-20", "protest"),
    }  # fmt: skip
    # and once it was filed no third case says that it may be
    third = told("rfi", f"liquidated 2026-10-01 {A}")
    assert "protest file" not in opened(third, filed, told("protest", f"protest_filed 2026-11-02 {A}"))
    # a day of the case as a whole is one of its entries
    assert "protest file" not in opened(third, told("protest", "protest_filed 2026-11-02"))


def test_what_bounds_a_window_may_be_told_elsewhere() -> None:
    filed = told("liquidation", f"entry_filed 2026-03-02 {A}")
    bound = told("psc", f"scheduled_liquidation 2026-12-30 {A}")
    assert opened(filed, bound) == {"psc file": ("2026-12-15", "liquidation")}
    suspended = told("psc", f"scheduled_liquidation 2027-12-30 {A}", conditions=["adcvd_suspended"])
    assert opened(filed, suspended) == {"psc file suspended": ("2027-12-15", "liquidation")}
    # that the liquidation was extended is an event in whichever case it was
    extended = told("liquidation", f"entry_filed 2026-03-02 {A}", extensions=["deemed_liquidated - 2026-11-20 +"])
    later = told("psc", f"scheduled_liquidation 2027-12-30 {A}")
    assert opened(extended, later) == {"psc file extended": ("2027-12-15", "liquidation")}


def test_a_pronounced_liquidation_opens_the_time_to_protest() -> None:
    deemed = told("liquidation", f"entry_filed 2025-10-01 {A}", pronounced=[f"deemed_liquidated {A} 2026-10-01"])
    assert opened(deemed)["protest file"] == ("2027-03-30", "liquidation")


def test_an_entry_has_what_is_said_of_it_and_of_no_other() -> None:
    first = told("liquidation", f"entry_filed 2026-03-02 {A}", f"entry_filed 2026-05-04 {B}", entries=(A, B))
    other = told("protest", "liquidated 2026-10-01", entries=(B,))
    found = opened(first, other, entries=(A, B))
    assert found["psc file"] == ("2026-12-27", "liquidation")
    assert f"psc file {B}" not in found
    assert found[f"protest file {B}"] == ("2027-03-30", "protest")


def test_a_filing_is_one_of_the_kind_of_its_case() -> None:
    imported = told("liquidation", f"imported 2026-03-02 {A}")
    both = {"drawback file": ("2031-03-03", "liquidation"), "fta_claim file": ("2027-03-02", "liquidation")}
    assert opened(imported) == both
    # other goods of the entry may be in another claim for drawback
    assert opened(imported, told("drawback", f"claim_filed 2026-10-01 {A}")) == both
    assert set(opened(imported, told("fta_claim", f"claim_filed 2026-10-01 {A}"))) == {"drawback file"}
    # that a claim for drawback was liquidated is no liquidation of the entry
    claim = told("drawback", "claim_filed 2026-09-01", "liquidated 2026-10-01")
    assert set(opened(imported, claim)) == set(both)


def test_what_is_filed_in_a_case_as_a_whole_is_told_for_its_entries() -> None:
    denied = told("protest", "protest_filed 2026-03-02", "denial_mailed 2026-11-02", entries=(A, B))
    assert opened(denied, entries=(A, B)) == {
        "protest sue": ("2027-05-03", "protest"), f"protest sue {B}": ("2027-05-03", "protest"),
    }  # fmt: skip
    # in another case that covers one of them as well
    assert opened(told("rfi"), denied) == {"protest sue": ("2027-05-03", "protest")}
    sued = told("protest", "protest_filed 2026-03-02", "denial_mailed 2026-11-02", "summons_filed 2026-11-20")
    assert opened(sued) == {}


def test_the_case_whose_owner_has_confirmed_the_day_tells_it() -> None:
    day = f"liquidated 2026-10-01 {A}"
    party, owner = told("protest", day, case="p", to_confirm=[day]), told("rfi", day, case="o")
    assert opened(party, owner)["protest file"] == ("2027-03-30", "o")
    assert opened(party)["protest file"] == ("2027-03-30", "p")


def test_an_extension_counts_for_the_clocks_of_its_own_kind() -> None:
    own = clock(per="entry", window=True, extension="discretion")
    other = Clock.of({
        "id": "x act", "code": "act", "name": "X: act", "startsFrom": ["began"], "length": 30, "unit": "calendar_day",
        "side": "trade", "metBy": ["x"], "extension": "discretion", "per": "entry", "window": True,
    })  # fmt: skip
    facts = Facts("c", ["began 2026-11-20"], entries=[A], extensions=["act - 2026-11-25 2027-01-15"])
    case = Told.of("k", facts, [own], TODAY)
    assert opened(case, of=[own, other]) == {"k act": ("2027-01-15", "c"), "x act": ("2026-12-20", "c")}


def test_a_window_whose_last_day_is_not_known_yet_is_open() -> None:
    suspended = told("liquidation", f"entry_filed 2025-11-03 {A}", suspensions=["2025-11-03 - statute"])
    assert opened(suspended) == {"psc file suspended_by_statute": ("", "liquidation")}
    extended = told("liquidation", f"entry_filed 2025-11-03 {A}", extensions=["deemed_liquidated - 2026-10-01 +"])
    assert opened(extended) == {"psc file extended": ("", "liquidation")}
    scheduled = told("psc", f"scheduled_liquidation 2027-03-30 {A}")
    assert opened(extended, scheduled) == {"psc file extended": ("2027-03-15", "liquidation")}
    # once it is liquidated nothing is corrected any more
    assert set(opened(extended, told("protest", f"liquidated 2026-10-01 {A}"))) == {
        "protest file", "duty_refund declare",
    }  # fmt: skip


def test_an_entry_may_be_corrected_more_than_once() -> None:
    corrected = told("psc", f"entry_filed 2026-03-02 {A}", f"psc_filed 2026-06-01 {A}")
    assert opened(corrected) == {"psc file": ("2026-12-27", "psc")}


def test_what_the_surety_protests_is_no_protest_of_the_importer() -> None:
    liquidated = told("liquidation", f"entry_filed 2025-11-03 {A}", f"liquidated 2026-10-01 {A}")
    surety = told("surety_demand", "demand_mailed 2026-10-12", "protest_filed 2026-11-02")
    assert opened(liquidated, surety)["protest file"] == ("2027-03-30", "liquidation")
    # nor is the protest of an exclusion one of the liquidation; that of a refund is
    excluded = told("wro_detention", "excluded 2026-10-05", "protest_filed 2026-11-02")
    found = opened(liquidated, excluded)
    assert ("protest file" in found, "protest_exclusion file" in found) == (True, False)
    assert "protest file" not in opened(liquidated, told("duty_refund", f"protest_filed 2026-11-02 {A}"))


def test_a_day_that_a_party_tells_counts_less_than_one_that_was_confirmed() -> None:
    day = f"liquidated 2026-11-02 {A}"
    party, owner = told("protest", day, to_confirm=[day]), told("liquidation", f"liquidated 2026-10-01 {A}")
    for cases in ((party, owner), (owner, party)):
        assert opened(*cases)["protest file"] == ("2027-03-30", "liquidation")
    assert opened(party)["protest file"] == ("2027-05-03", "protest")
