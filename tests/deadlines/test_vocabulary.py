"""The sense of time: which day an event can have, beside those that are recorded."""

from datetime import date

import pytest

from hub.deadlines.facts import Dated, Facts, Timeline
from hub.deadlines.vocabulary import check_day, vocabulary
from hub.errors import BadInput

TODAY = date(2026, 11, 20)
A, B = "ABC-0000001-7", "ABC-0000002-5"
EVENTS = vocabulary(
    [
        {"code": "entry_filed", "about": "entry"},
        {"code": "liquidated", "notBefore": ["entry_filed"], "recordedBy": "owner"},
        {"code": "protest_filed", "notBefore": ["liquidated"], "recordedBy": "party"},
        {"code": "scheduled", "future": True},
        {"code": "answered", "notBefore": ["request_issued", "notice_issued"]},
    ]
)


def _check(text: str, *known: str) -> None:
    check_day(Dated.of(text), Timeline.of(Facts("c", known)), EVENTS, TODAY)


@pytest.mark.parametrize(
    ("text", "known", "rule"),
    [
        ("liquidated 2026-11-21", (), "2026-11-21 lies ahead: liquidated is recorded once it has happened"),
        ("liquidated 1926-11-20", (), "is before 1989-01-01"),
        ("liquidated 2026-01-01", ("entry_filed 2026-01-02",), "not possible before entry filed on 2026-01-02"),
        (
            "entry_filed 2026-03-01",
            ("liquidated 2026-02-28",),
            "liquidated on 2026-02-28 is not possible before entry filed on 2026-03-01",
        ),
        (f"liquidated 2026-01-01 {A}", (f"entry_filed 2026-01-02 {A}",), "not possible before entry filed"),
        (f"liquidated 2026-01-01 {A}", ("entry_filed 2026-01-02",), "not possible before entry filed"),
        ("answered 2026-01-01", ("request_issued 2026-01-02", "notice_issued 2026-03-01"), "before request issued"),
        ("protest_filed 2026-01-01", (f"liquidated 2026-02-01 {A}", f"liquidated 2026-01-02 {B}"), "liquidated"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_rule(text: str, known: tuple[str, ...], rule: str) -> None:
    with pytest.raises(BadInput, match=rf"^on: .*{rule}"):
        _check(text, *known)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("liquidated 2026-11-20", ()),
        ("scheduled 2031-01-01", ()),
        ("unknown 2026-01-01", ("liquidated 2026-01-02",)),
        ("liquidated 2026-01-02", ("entry_filed 2026-01-02",)),
        (f"liquidated 2026-01-01 {A}", (f"entry_filed 2026-01-02 {B}",)),
        # one of them is enough: a notice may follow an answer to a request
        ("answered 2026-01-05", ("request_issued 2026-01-02", "notice_issued 2026-03-01")),
        ("notice_issued 2026-03-01", ("request_issued 2026-01-02", "answered 2026-01-05")),
        ("protest_filed 2026-01-05", (f"liquidated 2026-02-01 {A}", f"liquidated 2026-01-02 {B}")),
    ],
)
def test_a_day_that_can_be_is_taken(text: str, known: tuple[str, ...]) -> None:
    _check(text, *known)


def test_who_records_an_event() -> None:
    assert [EVENTS[code].by_party for code in ("liquidated", "protest_filed", "scheduled")] == [False, True, True]
