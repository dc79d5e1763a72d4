"""What a calendar holds, whatever is in the rows: read again by two libraries and by the letter of RFC 5545."""

import base64
import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from hub.web.calendar import _is_known, _text, _written

_HUB = "https://hub.example/"


def _due(**changed: Any) -> Any:
    case = {"number": "SW-26-1", "title": "A title", "importer": {"name": "Sample"}, **changed.pop("case", {})}
    return {
        "id": "case rfi reply 2026-11-02", "name": "Request: reply", "due": "2026-12-02", "revision": 2,
        "changedAt": "2026-11-03T10:00:00.5Z",
        "startedOn": "2026-11-02", "owedBy": "trade", "deemed": None, "why": None, "entry": None,
        "clock": {"legalBasis": "19 CFR 151.11"},
        "party": None, "case": case,
        **changed,
    }  # fmt: skip


def _event(**changed: Any) -> Any:
    (event,) = icalendar.Calendar.from_ical(_written([_due(**changed)], _HUB)).walk("VEVENT")
    return event


def test_an_event_says_when_it_changed_reminds_twice_and_leads_back_to_the_case() -> None:
    event = _event()
    assert (event["sequence"], str(event["dtstamp"].dt)) == (2, "2026-11-03 10:00:00+00:00")
    assert event["last-modified"].dt == event["dtstamp"].dt
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 2), date(2026, 12, 3))
    reminders = event.walk("VALARM")
    assert [(found["action"], found["trigger"].dt, str(found["description"])) for found in reminders] == [
        ("DISPLAY", timedelta(days=-7, hours=9), "Request: reply (case SW-26-1)"),
        ("DISPLAY", timedelta(days=-1, hours=9), "Request: reply (case SW-26-1)"),
    ]
    link = urlsplit(event["url"])
    assert (link.scheme, link.netloc, link.path, link.query) == ("https", "hub.example", "/graphiql", "")
    question = json.loads(base64.b64decode(parse_qs(link.fragment)["question"][0]))
    assert "case(number: $number)" in question["query"]
    assert json.loads(question["variables"]) == {"number": "SW-26-1"}
    # from before changes were kept: the day it began; of a case that is not shown there is no link
    assert _event(revision=None, changedAt=None)["dtstamp"].dt == datetime.fromisoformat("2026-11-02T00:00:00Z")
    hidden: Any = icalendar.Calendar.from_ical(_written([_due() | {"case": None}], _HUB)).walk("VEVENT")[0]
    assert "url" not in hidden
    assert hidden["summary"] == "Request: reply (case not shown)"


def test_what_others_owe_is_told_apart_and_reminds_of_nothing() -> None:
    rows = [_due(id="mine"), _due(id="theirs")]
    mine = frozenset({"mine"})

    def read(shows: str) -> tuple[str, list[tuple[str, str, int]]]:
        calendar: Any = icalendar.Calendar.from_ical(_written(rows, _HUB, mine, shows))
        events: list[Any] = calendar.walk("VEVENT")
        return str(calendar["name"]), [
            (str(event["summary"]), event["categories"].to_ical().decode(), len(event.walk("VALARM")))
            for event in events
        ]

    ours, theirs = ("Request: reply (case SW-26-1)", "Mine", 2), ("Waiting: Request: reply (case SW-26-1)", "Theirs", 0)
    assert read("BOTH") == ("Customs deadlines", [ours, theirs])
    assert read("MINE") == ("Customs deadlines: mine", [ours])
    assert read("THEIRS") == ("Customs deadlines: others'", [theirs])


def test_a_calendar_says_how_often_to_look_again() -> None:
    written = _written([], _HUB)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in written
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in written
    assert written == _written([], _HUB)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("A\x07B", "AB"), ("A\rATTACH:http://evil.example/x", "A\nATTACH:http://evil.example/x"), ("A\r\nB", "A\nB"),
        ("A\n\rB", "A\n\nB"),
        ("A\x0bB\x0cC", "A\nB\nC"), ("A\u2028B\x85C", "A\nB\nC"), ("\x1b[31mred", "[31mred"), ("A\x00\x7f\x9fB", "AB"),
        ("a\tb", "a\tb"),
        ("Größe 東京 👩\u200d👧", "Größe 東京 👩\u200d👧"),
    ],
)  # fmt: skip
def test_no_control_character_is_left_and_what_ends_a_line_is_a_new_line(told: str, kept: str) -> None:
    assert _text(told) == kept


_ODD = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\r\n\t\x00\x07\x0b\x0c\x1b\x1c\x7f\x85\u2028\u2029,;:\\\"'"),
    max_size=200,
)


@given(_ODD, _ODD, _ODD, _ODD, _ODD)
def test_a_calendar_is_well_formed_whatever_it_tells(
    id_: str, name: str, number: str, title: str, importer: str
) -> None:
    rows = [
        _due(id=id_, name=name, case={"number": number, "title": title, "importer": {"name": importer}}),
        _due(deemed=title, owedBy=name),
    ]
    written = _written(rows, _HUB)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", written)
    lines = written.split(b"\r\n")
    assert all(len(line) <= 75 and line.decode() is not None for line in lines)
    assert not any(line.startswith((b"ATTACH", b"X-EVIL")) for line in lines)
    events: list[Any] = icalendar.Calendar.from_ical(written).walk("VEVENT")
    other: Any = vobject.readOne(written.decode())
    assert len(events) == len(other.vevent_list) == 2
    assert events[0]["description"].startswith(_text(title)) or not title
    assert events[1]["summary"].endswith("(case SW-26-1)")


def test_a_tag_is_known_by_any_of_the_ways_it_is_named() -> None:
    tag = 'W/"abc"'
    for lines in ([tag], ['"abc"'], ['"x", W/"abc"'], ['"x"', '"y" , "abc"'], ["*"]):
        assert _is_known(lines, tag)
    for lines in ([], [""], ['"abcd"'], ["abc"], ['W/"x"']):
        assert not _is_known(lines, tag)


def test_an_event_says_in_a_line_why_it_is_due() -> None:
    why = "180 days from denial mailed on 2026-06-05"
    described = str(_event(why=why, entry="ABC-1234567-6", deemed="denied")["description"])
    assert f"Why: {why}; 19 CFR 151.11" in described.splitlines()
    assert "Entry: ABC-1234567-6" in described.splitlines()
    assert "If nothing happens: by law denied" in described.splitlines()
    assert "Runs since 2026-11-02; 19 CFR 151.11" in str(_event()["description"]).splitlines()
