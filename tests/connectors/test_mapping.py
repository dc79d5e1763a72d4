"""What rows mean: pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.engine.authority import Authority, judged
from connectors.engine.codes import codes_in
from connectors.engine.days import as_format, day_of
from connectors.engine.mapping import LONGEST_TEXT, Known, Mapped, address_reader, identity_of, longest, mapper
from connectors.errors import SkipRecord
from connectors.settings import StreamSettings
from graph_schema.formats import entry_check_digit
from graph_schema.graph import GRAPH
from graph_schema.model import LONGEST_INDEXED, Kind
from graph_schema.provenance import DESCRIBABLE, RETIRED, said_about
from hub.records.source_record import Link

KNOWN = Known(
    {
        "Port": frozenset({"ACE:2704"}),
        "HtsHeading": frozenset({"8507"}),
        "HtsChapter": frozenset({"85"}),
        "Center": frozenset({"CEE007"}),
    }
)


def mapped(raw: Mapping[str, Any], describes: str = "Contact", links: Any = None, **properties: Any) -> Mapped:
    least = {"name": {"value": "Sample"}, "role": {"value": "liaison"}} if describes == "Contact" else {}
    settings = StreamSettings.model_validate(
        {"describes": describes, "from": "x", "key": "id", "properties": {**least, **properties}, "links": links or {}}
    )
    return mapper(settings, KNOWN)(raw)


@pytest.mark.parametrize(
    ("take", "raw", "value"),
    [
        ("n", {"n": "  Ana   Sample "}, "Ana Sample"),
        ({"column": "n", "turn": True}, {"n": "Sample, Ana"}, "Ana Sample"),
        ({"column": "n", "turn": True}, {"n": "Sample Desk"}, "Sample Desk"),
        ({"join": ["g", "f"]}, {"g": "Ana", "f": "Sample"}, "Ana Sample"),
        ({"join": ["g", "f"]}, {"g": "", "f": "Sample"}, "Sample"),
        ({"join": ["g", "m", "f"]}, {"g": "Ana", "m": "N/A", "f": "Sample"}, "Ana Sample"),
        ({"join": ["g", "m", "f"]}, {"g": "Ana", "m": "-", "f": "Sample"}, "Ana Sample"),
        ({"join": ["g", "m", "f"]}, {"g": "#N/A", "m": "M", "f": "Sample"}, "M Sample"),
        ({"join": ["g", "m", "f"]}, {"g": "Ana", "m": "(none)", "f": "Null"}, "Ana Null"),
        ({"join": ["g", "f"], "empty": ["withheld"]}, {"g": "withheld", "f": "N/A"}, "N/A"),
        ({"join": ["g", "f"], "turn": True}, {"g": "Sample,", "f": "Ana PhD"}, "Ana Sample PhD"),
        ({"column": ["a", "b"]}, {"b": "Second"}, "Second"),
        ({"column": "a", "default": "Desk"}, {"a": ""}, "Desk"),
        ({"column": "a", "codes": {"1": "One"}}, {"a": 1}, "One"),
        ({"column": "a", "codes": {"Import Specialist": "One"}}, {"a": "IMPORT  SPECIALIST "}, "One"),
    ],
)
def test_a_name_is_taken_as_the_file_says(take: Any, raw: Mapping[str, Any], value: str) -> None:
    assert mapped(raw, name=take).values["name"] == value


def test_phones_and_mail_are_written_one_way() -> None:
    row = {"p": "(202) 555-0100 ext. 5", "q": "0131 496 0000", "m": "Ana.Sample@FDA.Example"}
    assert mapped(row, phone="p").values["phone"] == "+12025550100;ext=5"
    assert mapped(row, phone={"column": "q", "region": "GB"}).values["phone"] == "+441314960000"
    assert mapped(row, email="m").values["email"] == "Ana.Sample@fda.example"


@pytest.mark.parametrize(
    ("properties", "raw", "told"),
    [
        ({"role": {"column": "r", "codes": {"A": "b"}}}, {"r": "C"}, "there is no code for 'C'; known are A"),
        ({"name": "n"}, {"n": ""}, "name is missing"),
        ({"name": "n"}, {"n": "a\x00b"}, "no text"),
        (
            {"name": "n", "role": "r", "phone": "p"},
            {"n": "", "r": "N/A", "p": "12"},
            "^name, role is missing.*; phone: ",
        ),
    ],
)
def test_what_a_record_cannot_be_without_is_told_with_all_its_other_faults(
    properties: Mapping[str, Any], raw: Mapping[str, Any], told: str
) -> None:
    with pytest.raises(SkipRecord, match=told):
        mapped(raw, **properties)


@pytest.mark.parametrize(
    ("properties", "raw", "told", "values"),
    [
        ({"email": "m"}, {"m": "ana(at)fda"}, "email: ", {}),
        ({"phone": "p"}, {"p": "12"}, "phone: ", {}),
        ({"phone": "p"}, {"p": "ask"}, "phone: ", {}),
        ({"published": "b"}, {"b": "perhaps"}, "published: 'perhaps' is neither yes nor no", {"published": False}),
        ({"awayFrom": "a"}, {"a": "soon"}, "awayFrom: 'soon' is no moment", {}),
        ({"opensAt": "o"}, {"o": "8 am"}, "opensAt: ", {}),
        # where it cannot be read who may see a thing, as few as there are
        (
            {"emailAudience": "a"},
            {"a": "Public"},
            "none of public, counterpart, own; write public",
            {"emailAudience": "own"},
        ),
    ],
)
def test_a_field_that_is_wrong_costs_the_field(
    properties: Mapping[str, Any], raw: Mapping[str, Any], told: str, values: Mapping[str, Any]
) -> None:
    found = mapped(raw, **properties)
    (name,) = properties
    assert found.values.get(name) == values.get(name)
    assert found.values["name"] == "Sample"
    (lack,) = found.lacks
    assert told in lack


def test_a_link_that_leads_nowhere_is_left_out_and_the_others_are_taken() -> None:
    links = {"COVERS": {"HtsChapter": {"column": "c", "split": ";"}}, "SITS_AT": {"Port": "p"}}
    found = mapped({"c": "85; 99;85", "p": "9999"}, links=links)
    assert found.links == (Link("COVERS", "HtsChapter", "85"),)
    assert [lack.partition(";")[0] for lack in found.lacks] == [
        "COVERS: there is no HtsChapter '99'", "SITS_AT: there is no Port 'ACE:9999'"
    ]  # fmt: skip
    with pytest.raises(SkipRecord, match="WORKS_FOR: "):
        # a contact whose employer cannot be read is not the connection's own
        mapped({"e": "CEE099"}, links={"WORKS_FOR": {"Center": "e"}})


CASE: dict[str, Any] = {"number": "n", "title": {"value": "t"}, "status": {"value": "OPEN"}, "openedAt": "at"}


def test_moments_without_a_zone_are_utc() -> None:
    assert mapped({"n": 1, "at": "2026-11-22T09:30"}, "Case", **CASE).values["openedAt"] == datetime(
        2026, 11, 22, 9, 30, tzinfo=UTC
    )
    assert mapped({"n": 1, "at": "2026-11-22"}, "Case", **CASE).values["openedAt"] == datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(SkipRecord, match="2026-11-22T09:30:00Z"):
        mapped({"n": 1, "at": "22/11/2026"}, "Case", **CASE)


@pytest.mark.parametrize(
    ("type_", "label", "value", "key"),
    [
        ("AT", "Port", "2704", "ACE:2704"),
        ("UNDER", "HtsHeading", "8507.60.0020", "8507"),
        ("HANDLED_BY", "Center", "cee007", "CEE007"),
        ("CONCERNS", "Importer", "12-3456789ab", "12-3456789AB"),
        ("CONCERNS", "Importer", "12\u20133456789 ab", "12-3456789AB"),
        ("AT", "Port", "27-04", "ACE:2704"),
        ("AT", "Port", "port 2704", "ACE:2704"),
        ("UNDER", "HtsHeading", "HTS 8507 60", "8507"),
        ("HANDLED_BY", "Center", "CEE 7", "CEE007"),
        (
            "COVERS_ENTRY",
            "Entry",
            f"aaa0000001{entry_check_digit('AAA', '0000001')}",
            f"AAA-0000001-{entry_check_digit('AAA', '0000001')}",
        ),
        ("SUBJECT_TO", "AdcvdOrder", "a570967000", "A-570-967"),
    ],
)
def test_links_name_rows_as_the_trade_does(type_: str, label: str, value: str, key: str) -> None:
    found = mapped({"n": 1, "at": "2026-11-22", "x": value}, "Case", {type_: {label: "x"}}, **CASE)
    assert found.links == (Link(type_, label, key),)


@pytest.mark.parametrize(
    ("type_", "label", "value", "told"),
    [
        ("AT", "Port", "9999", "there is no Port 'ACE:9999'"),
        ("HANDLED_BY", "Center", "CEE011", "Center code expected"),
        ("CONCERNS", "Importer", "12-34", "importer number expected"),
        ("COVERS_ENTRY", "Entry", "S00-0000001-0", "check digit is wrong; expected S00-0000001-"),
        ("COVERS_ENTRY", "Entry", 112345678, "the zeros before it seem to be lost"),
    ],
)
def test_links_to_what_there_is_not_are_told(type_: str, label: str, value: str, told: str) -> None:
    row = {"n": 1, "at": "2026-11-22", "x": value}
    if type_ in ("HANDLED_BY", "CONCERNS"):
        with pytest.raises(SkipRecord, match=told):
            mapped(row, "Case", {type_: {label: "x"}}, **CASE)
    else:
        found = mapped(row, "Case", {type_: {label: "x"}}, **CASE)
        assert not found.links
        assert told in found.lacks[0]


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=3, max_size=3),
    st.integers(0, 9_999_999),
    st.integers(0, 9),
)
def test_only_the_right_check_digit_is_taken(filer: str, serial: int, digit: int) -> None:
    number = f"{filer}-{serial:07d}-{digit}"
    right = digit == entry_check_digit(filer, f"{serial:07d}")
    row = {"n": 1, "at": "2026-11-22", "x": number}
    if right:
        assert mapped(row, "Case", {"COVERS_ENTRY": {"Entry": "x"}}, **CASE).links[0].key == number
    else:
        assert not mapped(row, "Case", {"COVERS_ENTRY": {"Entry": "x"}}, **CASE).links


@pytest.mark.parametrize(
    "number", ["123-45-6789", "123456789", "123 45 6789", "23\u201345\u20136789", "23456789", "SSN 123.45.6789"]
)
def test_a_social_security_number_is_neither_kept_nor_repeated(number: str) -> None:
    with pytest.raises(SkipRecord) as error:
        mapped({"n": 1, "at": "2026-11-22", "x": number}, "Case", {"CONCERNS": {"Importer": "x"}}, **CASE)
    assert not error.value.keep
    assert number not in str(error.value)


@pytest.mark.parametrize(
    "number",
    [
        "SSN 078-05-1120",
        "ssn: 078051120",
        "078-05-1120",
        "Social Security No. 078 05 1120",
        "soc. sec. 078\u201305\u20131120",
    ],
)
def test_a_social_security_number_in_a_text_is_left_out_and_told(number: str) -> None:
    found = mapped({"n": f"Ana Sample, {number}"}, name="n")
    assert found.values["name"].startswith("Ana Sample, ")
    assert found.lacks == ("name: a Social Security number is kept nowhere",)
    case = {"number": "n", "status": {"value": "OPEN"}, "openedAt": {"value": "2026-11-02"}}
    conditions = {"column": "c", "split": ";"}
    case_found = mapped(
        {"n": 7, "t": f"Protest of {number}, late", "c": f"late;{number}"},
        "Case",
        title="t",
        conditions=conditions,
        **case,
    )
    assert len(case_found.lacks) == 2
    for kept in (found, case_found):
        assert "1120" not in str(kept.values)
    assert "not repeated" in case_found.values["title"]


def test_a_column_of_such_numbers_becomes_no_text() -> None:
    found = mapped({"n": "Ana Sample", "soc_sec_no": "078051120"}, phone={"join": ["n", "soc_sec_no"]})
    assert "phone" not in found.values
    assert found.lacks == ("phone: a Social Security number is kept nowhere",)
    with pytest.raises(SkipRecord, match="name: a Social Security number is kept nowhere"):
        mapped({"SSN": "078051120"}, name="SSN")


def test_a_function_of_ones_own_may_map() -> None:
    settings = StreamSettings.model_validate(
        {"describes": "Contact", "from": "x", "key": "id", "map": f"{__name__}:by_hand"}
    )
    found = mapper(settings, KNOWN)({"who": "ana"})
    assert found.values["name"] == "ANA"
    assert found.links == (Link("COVERS", "HtsChapter", "85"),)


def by_hand(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"properties": {"name": raw["who"].upper(), "role": "liaison"}, "links": [("COVERS", "HtsChapter", "85")]}


AGENCY = Authority(("Agency", "FDA"), frozenset({("Agency", "FDA")}), {("Team", "A01"): ("Center", "CEE001")})


def test_a_team_and_its_center_are_one_organisation_to_an_address() -> None:
    def of(employer: Link) -> str | None:
        return identity_of(Mapped({"email": "ana@cbp.example"}, (), verified=True), (employer,), AGENCY.whole_of)

    assert (
        of(Link("WORKS_FOR", "Team", "A01"))
        == of(Link("WORKS_FOR", "Center", "CEE001"))
        == "mail|Center|CEE001|ana@cbp.example"
    )
    unverified = Mapped({"email": "a@b.example"}, (), verified=False)
    assert identity_of(unverified, (Link("WORKS_FOR", "Agency", "FDA"),), {}) is None


def test_who_speaks_for_one_party_owns_its_rows_alone() -> None:
    def case(owner: str) -> Mapped:
        return Mapped(
            {"number": "1"}, (Link("HANDLED_BY", "Center", owner), Link("CONCERNS", "Importer", "i")), verified=False
        )

    center = Authority(("Center", "CEE001"), frozenset({("Center", "CEE001"), ("Team", "A01")}), {})
    assert judged("Case", case("CEE001"), center).owned
    assert judged("Case", case("CEE002"), center).links == ()
    assert judged("Case", case("CEE002"), center).claims == ("HANDLED_BY Center CEE002", "CONCERNS Importer i")
    assert judged("Case", case("CEE002"), AGENCY).links == (Link("INVOLVES", "Agency", "FDA"),)
    assert judged("Case", case("CEE002"), Authority(("Office", "OT"), frozenset(), {})).owned
    with pytest.raises(SkipRecord, match="its own system or CBP's"):
        judged("Importer", Mapped({"number": "00-0000001SW"}, (), verified=False), AGENCY)


def test_no_file_gives_a_power_of_attorney_or_names_a_party_by_role() -> None:
    headquarters = Authority(("Office", "CBP"), frozenset(), {})
    power = (Link("REPRESENTS", "Importer", "00-0000001SW"),)
    for authority in (headquarters, Authority(("Broker", "ABC"), frozenset({("Broker", "ABC")}), {})):
        found = judged("Broker", Mapped({"filerCode": "ABC"}, power, verified=False), authority)
        assert (found.links, found.claims) == ((), ("REPRESENTS Importer 00-0000001SW",))
    owned = Link("HANDLED_BY", "Center", "CEE001")
    links = (
        owned,
        Link("HAS_PARTY", "Firm", "SURETY"),
        Link("LED_BY", "Case", "1"),
        Link("REFERRED_BY", "Center", "CEE009"),
    )
    found = judged("Case", Mapped({}, links, verified=False), headquarters)
    claims = ("HAS_PARTY Firm SURETY", "LED_BY Case 1", "REFERRED_BY Center CEE009")
    assert (found.links, found.claims) == ((owned,), claims)


@given(st.emails() | st.from_regex(r"[a-zA-Z0-9._+-]{1,70}@[a-zA-Z0-9.-]{1,60}", fullmatch=True))
def test_addresses_are_what_the_library_makes_of_them(text: str) -> None:
    # a star or the like in front refers to a note, unless there is no address without it
    wanted = _by_the_library(text.lstrip("*'#")) or _by_the_library(text)
    found = mapped({"m": text}, email="m").values.get("email")
    # a point or dash at its end belongs to the cell
    assert found == wanted or (wanted is None and found is not None and found in text.lower() + text)


def _by_the_library(text: str) -> str | None:
    try:
        return email_validator.validate_email(text, check_deliverability=False, test_environment=True).normalized
    except email_validator.EmailNotValidError:
        return None


@pytest.mark.parametrize(
    ("take", "raw"),
    [
        ("m", {"m": "desk@fda.example"}),
        ("m", {"m": " Desk@FDA.example "}),
        ("m", {"m": "Import Desk <desk@fda.example>"}),
        ("m", {"m": "desk@fda.example; ana@fda.example"}),
        ("m", {"m": "mailto:desk@fda.example"}),
        ("m", {"m": "*desk@fda.example"}),
        ("m", {"m": "desk [at] fda.example"}),
        ("m", {"m": [None, "desk@fda.example"]}),
        (["m", "n"], {"m": "N/A", "n": "desk@fda.example"}),
        ({"column": "m", "split": ";"}, {"m": "-; desk@fda.example; ana@fda.example"}),
        ({"column": "m", "default": "desk@fda.example"}, {"m": "none"}),
        ({"join": ["m", "n"]}, {"m": "-", "n": "desk@fda.example"}),
        ({"column": "m", "codes": {"desk": "desk@fda.example"}}, {"m": "Desk"}),
        ({"value": "desk@fda.example"}, {}),
    ],
)
def test_a_shared_address_is_told_as_it_is_kept_however_its_cell_spells_it(take: Any, raw: Mapping[str, Any]) -> None:
    take = {"column": take} if isinstance(take, str | list) else take
    address = address_reader(_with_mail({**take, "verified": True}))
    assert address is not None
    assert address(raw) == "desk@fda.example"
    assert mapped(raw, email={**take, "verified": True}).values["email"].lower() == "desk@fda.example"


def test_what_is_no_address_is_shared_by_nobody() -> None:
    address = address_reader(_with_mail({"column": "m", "verified": True}))
    assert address is not None
    assert [address({"m": cell}) for cell in ("N/A", "", None, "see website", "ana@", 7, [])] == [None] * 7
    assert address_reader(_with_mail({"column": "m"})) is None, "an address that is not verified makes nobody one"


def _with_mail(take: Any) -> StreamSettings:
    return StreamSettings.model_validate(
        {"describes": "Contact", "from": "x", "key": "id", "properties": {"email": take}}
    )


def test_days_from_which_clocks_run_are_taken_from_a_column() -> None:
    least = {
        "number": {"value": "C-1"},
        "status": {"value": "OPEN"},
        "title": {"value": "x"},
        "openedAt": {"value": "2026-11-02"},
    }
    dates = {"column": "filed", "event": "protest_filed"}
    assert mapped({"filed": "2026-11-02T09:00:00Z"}, "Case", **least, dates=dates).values["dates"] == [
        "protest_filed 2026-11-02"
    ]
    assert "dates" not in mapped({"filed": ""}, "Case", **least, dates=dates).values
    # half past ten at night in Washington, as databases tell it: the clock runs from that day there
    for told in (
        "2026-11-02T03:30:00Z",
        "2026-11-02 03:30:00+00",
        "2026-11-01T22:30:00-05:00",
        datetime(2026, 11, 2, 3, 30, tzinfo=UTC),
    ):
        assert mapped({"filed": told}, "Case", **least, dates=dates).values["dates"] == ["protest_filed 2026-11-01"]
    several = mapped({"filed": ["protest_filed 2026-11-02T03:30:00Z"], "s": "2026-03-01T02:00Z 2026-03-01"}, "Case",
        **least,
                     dates="filed", suspensions="s")  # fmt: skip
    assert several.values["dates"] == ["protest_filed 2026-11-01"]
    assert several.values["suspensions"] == ["2026-02-28 2026-03-01"]
    conditions = {"column": "flags", "split": ";"}
    assert mapped({"flags": "complicated; late"}, "Case", **least, conditions=conditions).values["conditions"] == [
        "complicated",
        "late",
    ]
    told = {"c": "adcvd_suspended s00-00001600; complicated", "s": "2026-02-28 - statute s0000001600"}
    of_entries = mapped(told, "Case", **least, conditions={"column": "c", "split": ";"}, suspensions="s").values
    assert of_entries["conditions"] == ["adcvd_suspended S00-0000160-0", "complicated"]
    assert of_entries["suspensions"] == ["2026-02-28 - statute S00-0000160-0"]
    for name, take, raw in (("dates", dates, {"filed": "02.11.2026"}), ("suspensions", "s", {"s": "2026-13-01"})):
        with pytest.raises(SkipRecord, match=name):
            mapped(raw, "Case", **least, **{name: take})


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-02", "2026-11-02"),
        ("2026-11-2", "2026-11-02"),
        ("2026/11/02", "2026-11-02"),
        ("20261102", "2026-11-02"),
        ("02-NOV-2026", "2026-11-02"),
        ("Nov. 2nd, 2026", "2026-11-02"),
        ("2 November 2026", "2026-11-02"),
        ("2026-11-02T00:00:00", "2026-11-02"),
        # half past ten at night in Washington
        ("2026-11-03T03:30:00Z", "2026-11-02"),
        ("2026-11-03 03:30:00+00", "2026-11-02"),
        # these may be another day, or none
        ("11/02/2026", None),
        ("02.11.26", None),
        ("46328", None),
        ("2026-11-02 (est.)", None),
        ("2026-02-30", None),
    ],
)
def test_a_day_is_taken_as_it_is_written_and_never_as_another(written: str, day: str | None) -> None:
    least = {
        "number": {"value": "C-1"},
        "status": {"value": "OPEN"},
        "title": {"value": "x"},
        "openedAt": {"value": "2026-11-02"},
    }
    dates = {"column": "filed", "event": "protest_filed"}
    if day is None:
        # without the day a clock would not run: the case is not taken as if it had none
        with pytest.raises(SkipRecord, match=r"dates: .*say its `format`"):
            mapped({"filed": written}, "Case", **least, dates=dates)
    else:
        assert mapped({"filed": written}, "Case", **least, dates=dates).values["dates"] == [f"protest_filed {day}"]


@pytest.mark.parametrize("written", [
    "2026-11-02T03:30:00", "2026-11-02 03:30", "20261102T033000", "2026-11-02 03:30:00.000", "2 November 2026 3:30 AM",
    "11/02/2026 03:30", "Nov 2, 2026, 3:30 a.m.", "2026-11-02T03:30:00+00:00",
])  # fmt: skip
@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [(None, "2026-11-01", 3), ("UTC", "2026-11-01", 3), ("America/New_York", "2026-11-02", 8),
     ("Asia/Tokyo", "2026-11-01", -6)],
)  # fmt: skip
def test_a_moment_that_names_no_zone_is_the_same_wherever_it_stands(
    written: str, zone: str | None, day: str, at: int
) -> None:
    if written.endswith("+00:00"):
        day, at = "2026-11-01", 3
    said = {"time_zone": zone} if zone else {}
    dates = {"column": "d", "event": "protest_filed", "format": ["MM/DD/YYYY", "MM/DD/YYYY HH:mm"], **said}
    opened = {"column": "d", "format": ["MM/DD/YYYY", "MM/DD/YYYY HH:mm"], **said}
    case = {"number": {"value": "K"}, "title": {"value": "T"}, "status": {"value": "OPEN"}}
    values = mapped({"d": written}, "Case", dates=dates, openedAt=opened, **case).values
    assert values["dates"] == [f"protest_filed {day}"]
    assert values["openedAt"] == datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=at, minutes=30)
    if " " in written or "/" in written:
        return
    # the same among dates that a system writes out, and of a suspension
    told = {"d": f"protest_filed {written}", "s": f"{written} -"}
    dates, suspensions = {"column": "d", **said}, {"column": "s", **said}
    values = mapped(told, "Case", dates=dates, suspensions=suspensions, openedAt={"value": "2026-11-01"}, **case).values
    assert values["dates"] == [f"protest_filed {day}"]
    assert values["suspensions"] == [f"{day} -"]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 12, 31)),  # noqa: DTZ001
    st.sampled_from([None, "UTC", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati"]),
)
def test_the_day_of_a_moment_is_that_of_its_zone_and_of_midnight_the_one_it_names(
    moment: datetime, zone: str | None
) -> None:
    known = ZoneInfo(zone) if zone else None
    wanted = moment.replace(tzinfo=known or UTC).astimezone(ZoneInfo("America/New_York")).date()
    for text in (moment.isoformat(), moment.isoformat(" ")):
        assert day_of(text, (), known) == (moment.date() if moment.time() == time() else wanted)
    midnight = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    assert day_of(midnight.isoformat(), (), known) == moment.date()


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31)),
    st.sampled_from(["MM/DD/YYYY", "DD.MM.YYYY", "%d-%b-%Y", "YYYYDDMM"]),
)
def test_a_day_is_read_by_the_format_that_its_column_says(day: date, said: str) -> None:
    written = day.strftime(as_format(said))
    assert day_of(written, (as_format(said),)) == day
    assert day_of(day.isoformat(), (as_format("MM/DD/YYYY"),)) == day


def test_moments_have_the_zone_that_their_stream_says() -> None:
    properties = {**CASE, "openedAt": {"column": "at", "format": "MM/DD/YYYY", "time_zone": "America/New_York"}}
    found = mapped({"n": 1, "at": "11/22/2026 9:30 PM"}, "Case", **properties)
    assert found.values["openedAt"].astimezone(UTC) == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "word",
    [
        "N/A",
        "n/a",
        "TBD",
        "-",
        "—",
        "none",
        "None listed",
        "Vacant",
        "[vacant]",
        "see website",
        "(none)",
        ".",
        "#N/A",
        "??",
        " ",
        "--none--",
        "-- Select --",
        "No longer available",
        "not yet",
        "н/д",
        "無",
        "해당 없음",
        "k. A.",
        "sin correo",
    ],
)
def test_words_that_mean_nothing_are_nothing(word: str) -> None:
    found = mapped({"p": word, "m": word}, phone="p", email="m")
    assert not found.lacks
    assert "phone" not in found.values
    assert "email" not in found.values
    with pytest.raises(SkipRecord, match="name is missing") as error:
        mapped({"n": word}, name="n")
    # that a position is vacant is no fault of the list
    assert error.value.counts is not bool(word.strip())


def test_a_stream_or_column_says_which_words_mean_nothing() -> None:
    base = {"describes": "Contact", "from": "x", "key": "id", "properties": {"name": "n", "role": {"value": "liaison"}}}
    assert (
        mapper(StreamSettings.model_validate({**base, "empty": ["withheld"]}), KNOWN)({"n": "None"}).values["name"]
        == "None"
    )
    with pytest.raises(SkipRecord, match="name is missing"):
        mapper(StreamSettings.model_validate({**base, "empty": ["withheld"]}), KNOWN)({"n": "Withheld."})
    assert mapped({"n": "N/A"}, name={"column": "n", "empty": []}).values["name"] == "N/A"
    # what has a code means that
    role = {"column": "r", "codes": {"N/A": "liaison"}}
    assert mapped({"r": "N/A"}, role=role).values["role"] == "liaison"
    assert mapped({"a": "TBD", "b": "202-555-0100"}, phone={"column": ["a", "b"]}).values["phone"] == "+12025550100"


@pytest.mark.parametrize(
    "yes",
    [
        True,
        "X",
        "x",
        "✓",
        "Yes ",
        "yes.",
        1,
        1.0,
        "on",
        "TRUE",
        "Y",
        "t",
        "1.0",
        "\u2714\ufe0f",
        "\u2714\ufe0e",
        "☑️",
        "√",
        "[x]",
        "[X]",
        "(x)",
        "[ x ]",
        "\uff39\uff25\uff33",
        "yes!",
        -1,
        "Oui",
        "VRAI",
        "Sí",
        "si",
        "verdadero",
        "checked",
        "☒",
        "[☒]",
        "yes\u200b",
        "\u200eY\u2060es",
        "01",
        "001.00",
        "\uff11",
        "ja",
        "WAHR",
        "sim",
        "да",
        "はい",
        "是",
        "예",
        "Yes;",
        '"Yes"',
        "'Y",
        "\u201cyes\u201d",
        "=TRUE()",
        "=TRUE",
        "1,0",
    ],
)
def test_yes_as_people_write_it(yes: Any) -> None:
    assert mapped({"b": yes}, published="b").values["published"] is True


@pytest.mark.parametrize(
    "no",
    [
        False,
        "No",
        0,
        0.0,
        "off",
        "✗",
        "",
        None,
        "N/A",
        "-",
        "[ ]",
        "[]",
        "( )",
        "FAUX",
        "non",
        "❌\ufe0f",
        "[no]",
        "unchecked",
        "00",
        "0.00",
        "no\u200b",
        "Nein",
        "FALSCH",
        "não",
        "нет",
        "いいえ",
        "否",
        "아니오",
        "No;",
        "'No'",
        "=FALSE()",
        "0,0",
        "⬜",
        "□",
    ],
)
def test_no_as_people_write_it(no: Any) -> None:
    found = mapped({"b": no}, published="b")
    assert found.values["published"] is False
    assert not found.lacks


@pytest.mark.parametrize("unclear", ["Y/N", "yes (since 2020)", "2", "02", "10", "1.5", "x]", "[[x]]", "not", "√√x"])
def test_what_is_neither_yes_nor_no_is_told_and_taken_as_no(unclear: str) -> None:
    found = mapped({"b": unclear}, published="b")
    assert found.values["published"] is False
    assert "neither yes nor no" in found.lacks[0]


@pytest.mark.parametrize("word", ["Pending", "PENDING", " pending ", "Unassigned", "unassigned"])
def test_a_word_that_has_a_code_means_that_in_whatever_capitals(word: str) -> None:
    role = {"column": "r", "codes": {"pending": "liaison", "Unassigned": "liaison"}}
    assert mapped({"r": word}, role=role).values["role"] == "liaison"


def test_a_post_that_nobody_has_is_no_contact_and_a_case_may_be_about_one() -> None:
    with pytest.raises(SkipRecord, match="name is missing \\('Vacant - Import Desk' means") as error:
        mapped({"n": "Vacant - Import Desk"}, name="n")
    assert not error.value.counts
    found = mapped({"n": "N-1", "t": "Lot 5 (vacant)", "at": "2026-11-02"}, "Case", **{**CASE, "title": "t"})
    assert found.values["title"] == "Lot 5 (vacant)"


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("suspensions", "2026-04-01 2026-03-01", "2026-03-01 2026-03-01"),
        ("suspensions", "2026-04-01 2026-03-01 court", "2026-03-01 2026-04-01 court"),
        ("extensions", "decide - 2026-05-01 2026-03-01", "decide - 2026-03-01 2026-05-01"),
    ],
)
def test_what_ends_before_it_begins_is_refused(name: str, wrong: str, right: str) -> None:
    assert mapped({"n": "N-1", "at": "2026-11-02", "d": right}, "Case", **{**CASE, name: "d"}).values[name] == [right]
    with pytest.raises(SkipRecord, match=f"{name}: .*ends before it begins"):
        mapped({"n": "N-1", "at": "2026-11-02", "d": wrong}, "Case", **{**CASE, name: "d"})


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("CCYYMMDD", "20261105"), ("ccyymmdd", "20261105"), ("YYYYMMDD", "20261105"), ("DD-MON-RR", "05-NOV-26"),
        ("RRRR-MM-DD", "2026-11-05"), ("MM/DD/YYYY HH24:MI:SS", "11/05/2026 13:30:00"), ("MM/DD/YYYY HH:MM",
        "11/05/2026 13:30"),
        ("MM/DD/YYYY HH12:MI AM", "11/05/2026 01:30 PM"), ("yyyy-MM-dd'T'HH:mm:ss", "2026-11-05T13:30:00"),
        ("MM/dd/yyyy hh:mm a", "11/05/2026 01:30 PM"), ("dd.MM.yyyy", "05.11.2026"), ("yyyyMMdd", "20261105"),
        ("D de MMMM de YYYY", "5 de November de 2026"), ("MM.DD.YY", "11.05.26"),
    ],
)  # fmt: skip
def test_a_format_is_read_as_systems_write_it(said: str, written: str) -> None:
    assert day_of(written, (as_format(said),)) == date(2026, 11, 5)


@pytest.mark.parametrize(
    "said", ["CYYMMDD", "Q YYYY MM DD", "EEEEE, MM/DD/YYYY", "excel", "YYYYMMDDX", "WW/YYYY/MM/DD", "YYYY-DDQ"]
)
def test_a_word_in_a_format_that_means_nothing_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        as_format(said)


@pytest.mark.parametrize(
    ("label", "value", "key"),
    [("Port", 2704, "ACE:2704"), ("Port", 2704.0, "ACE:2704"), ("HtsChapter", 85.0, "85"), ("HtsHeading", 8507, "8507"),
     ("HtsHeading", "8507600020", "8507"), ("Port", "2704.0", "ACE:2704"), ("Port", "Port 2704", "ACE:2704"),
     ("Port", "2704 - Los Angeles, CA", "ACE:2704"), ("Port", "2704 (Los Angeles)", "ACE:2704"),
     ("Port", "ace:2704", "ACE:2704"),
     ("HtsChapter", "Chapter 85", "85"), ("HtsHeading", "HTS 8507.60", "8507")],
)  # fmt: skip
def test_numbers_that_a_spreadsheet_changed_name_the_same_row(label: str, value: Any, key: str) -> None:
    assert mapped({"x": value}, links={"COVERS": {label: "x"}}).links == (Link("COVERS", label, key),)


_THERE = Known(
    {
        "Port": frozenset({"ACE:2704", "ACE:2709", "ACE:0401", "CENSUS:2704"}),
        "HtsChapter": frozenset({"08", "42", "84", "85", "86", "90"}),
        "HtsHeading": frozenset({"0804", "0805", "8541", "8542", "8543", "8544"}),
        "Center": frozenset({"CEE001", "CEE002", "CEE003"}),
    }
)
_WITH_A_NAME = {
    ("Port", "2704"): [
        "Los Angeles {}", "Los Angeles/{}", "[{}] Los Angeles", "({}) Los Angeles", "Los Angeles (port {})", "US{}",
        "US {}", "Los Angeles \u2013 Port Code {}", "{} | Los Angeles", "Sample Int'l Airport {}", "Los Angeles: {}",
        "{}.", "#{}",
    ],
    ("HtsChapter", "85"): [
        "CH{}", "Chapter {}.", "{}.", "#{}", "Machinery ({})", "Machinery - {}", "Machinery (Chapter {})",
        "Machinery, Ch. {}", "{}xx", "{}.xx", "{}XX", "{}.XX.XXXX", "({}) Machinery", "{} | Machinery",
    ],
    ("HtsHeading", "8542"): [
        "Circuits ({})", "Circuits - {}", "{}xx", "{}.xx", "{}.31.xxxx", "Circuits, hdg. {}", "HTS{}",
    ],
    ("Center", "CEE003"): ["{} - Sample", "Sample ({})", "Sample - {}", "{}: Sample", "{}*", "{} Sample", "Center {}"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("HtsHeading", f"8542{'x' * 20_000}!"),
        ("Port", f"{'port  ' * 400}!"),
        ("HtsChapter", f"{'chapter no. ' * 400}!"),
    ],
)
def test_words_without_end_around_a_code_are_soon_passed_over(label: str, text: str) -> None:
    assert codes_in(label, text, ()) == (text,)


@pytest.mark.parametrize(
    ("label", "written", "keys"),
    [
        ("HtsChapter", "84-85", ["84", "85"]),
        ("HtsChapter", "84\u201386", ["84", "85", "86"]),
        ("HtsChapter", "Chapters 84 through 90", ["84", "85", "86", "90"]),
        ("HtsChapter", "84, 85 and 90", ["84", "85", "90"]),
        ("HtsChapter", "8; 84-85 & 90", ["08", "84", "85", "90"]),
        ("HtsChapter", "84/85", ["84", "85"]),
        ("HtsChapter", "84 85", ["84", "85"]),
        ("HtsChapter", "Ch. 84, Ch. 85", ["84", "85"]),
        ("HtsChapter", "85 Electrical machinery, 90 Optical instruments", ["85", "90"]),
        ("HtsChapter", "085", ["85"]),
        ("HtsChapter", "008", ["08"]),
        ("HtsChapter", "804-50", ["08"]),
        ("HtsChapter", "85.42", ["85"]),
        ("HtsChapter", "85-42", ["85"]),
        ("HtsChapter", "8542/8541", ["85"]),
        ("HtsChapter", "8471/9031", ["84", "90"]),
        ("HtsChapter", "8401 - 8609", ["84", "85", "86"]),
        ("HtsHeading", "8542/8543", ["8542", "8543"]),
        ("HtsHeading", "8542-8544", ["8542", "8543", "8544"]),
        ("HtsHeading", "8542, 8543", ["8542", "8543"]),
        ("HtsHeading", "804/805", ["0804", "0805"]),
        ("HtsHeading", "85-42", ["8542"]),
        ("HtsHeading", "8542-31", ["8542"]),
        ("HtsHeading", "8542 3100", ["8542"]),
        ("HtsHeading", "8542.31.0001", ["8542"]),
        ("HtsHeading", "8542.31; 8543.10", ["8542", "8543"]),
        ("HtsHeading", "08542", ["8542"]),
        ("HtsHeading", "8542 integrated circuits", ["8542"]),
        ("HtsHeading", "8542 integrated circuits and parts", ["8542"]),
        ("HtsHeading", "headings 8541 and 8542", ["8541", "8542"]),
        ("HtsHeading", "hdg 8542, Hdg. 8541", ["8542", "8541"]),
        ("HtsHeading", "8542*", ["8542"]),
        ("HtsHeading", "8542\u2020, 8543 **", ["8542", "8543"]),
        ("HtsHeading", "8542.31*", ["8542"]),
        ("HtsHeading", "8542\u20268544", ["8542", "8543", "8544"]),
        ("HtsChapter", "Chap. 85", ["85"]),
        ("HtsChapter", "85*", ["85"]),
        ("HtsChapter", "85\u00b2", ["85"]),
        ("HtsChapter", "84*, 85\u00b9", ["84", "85"]),
        ("HtsChapter", "84\u202685", ["84", "85"]),
        ("HtsChapter", "84...86", ["84", "85", "86"]),
        ("HtsChapter", "84 ~ 86", ["84", "85", "86"]),
        ("HtsChapter", "84 up to 86", ["84", "85", "86"]),
        ("Port", "2704*", ["ACE:2704"]),
        ("Port", "2704* Los Angeles", ["ACE:2704"]),
        ("Port", "ACE\u20132704", ["ACE:2704"]),
        ("Port", "ACE 2704", ["ACE:2704"]),
        ("Port", "Census: 2704", ["CENSUS:2704"]),
        ("Port", "port of 2704", ["ACE:2704"]),
        ("Port", "Port of Entry 2704", ["ACE:2704"]),
        ("Port", "Port of Los Angeles 2704", ["ACE:2704"]),
        ("Port", "Los Angeles (2704)", ["ACE:2704"]),
        ("Port", "Los Angeles, CA - 2704", ["ACE:2704"]),
        ("Port", "2704 Los Angeles", ["ACE:2704"]),
        ("Port", "2704/2709", ["ACE:2704", "ACE:2709"]),
        ("Port", "2704, 2709 and 401", ["ACE:2704", "ACE:2709", "ACE:0401"]),
        ("Port", "27-04", ["ACE:2704"]),
        ("Port", "Los Angeles CA 2704; Long Beach 2709", ["ACE:2704", "ACE:2709"]),
        ("Port", "2704\u30012709", ["ACE:2704", "ACE:2709"]),
        ("Port", "2704 \u2022 2709", ["ACE:2704", "ACE:2709"]),
        ("Port", "['2704', '2709']", ["ACE:2704", "ACE:2709"]),
        ("Port", "{2704,2709}", ["ACE:2704", "ACE:2709"]),
        ("Port", "2704: Los Angeles\n2709: Long Beach", ["ACE:2704", "ACE:2709"]),
        ("Port", "2704\nLos Angeles", ["ACE:2704"]),
        ("HtsChapter", "Ch. 84 - Ch. 86", ["84", "85", "86"]),
        ("HtsChapter", "Chapter 84 through Chapter 86", ["84", "85", "86"]),
    ],
)
def test_codes_in_a_cell_are_all_read(label: str, written: str, keys: list[str]) -> None:
    found = _linked("COVERS", label, written)
    assert not found.lacks
    assert [link.key for link in found.links] == keys


@pytest.mark.parametrize(("label", "code"), _WITH_A_NAME)
def test_a_code_in_a_cell_may_have_its_name_beside_it(label: str, code: str) -> None:
    for written in _WITH_A_NAME[label, code]:
        type_ = "WORKS_FOR" if label == "Center" else "COVERS"
        found = _linked(type_, label, written.format(code))
        assert not found.lacks, written
        assert [link.key for link in found.links] == [f"ACE:{code}" if label == "Port" else code], written


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("CEE001, CEE003", ["CEE001", "CEE003"]),
        ("CEE001 to CEE003", ["CEE001", "CEE002", "CEE003"]),
        ("Sample (CEE-1); Other Sample (CEE 3)", ["CEE-1", "CEE 3"]),
        ("CEE003 (since 2026)", ["CEE003 (since 2026)"]),
        ("CEE0033", ["CEE0033"]),
        ("Sample", ["Sample"]),
    ],
)
def test_centers_in_a_cell_are_all_read(written: str, codes: list[str]) -> None:
    assert list(codes_in("Center", written, ["CEE001", "CEE002", "CEE003"])) == codes


@pytest.mark.parametrize(
    ("type_", "label", "written", "told"),
    [
        # from where to where, of ports, nobody can tell; of several offices one sits at none
        ("COVERS", "Port", "2704-2709", "there is no Port"),
        ("COVERS", "Port", "2704\u20262709", "there is no Port"),
        ("COVERS", "HtsHeading", "85*", "there is no HtsHeading '0085'"),
        ("COVERS", "Port", "Pier 400", "there is no Port"),
        ("COVERS", "Port", "Import Desk, Room 2704", "there is no Port"),
        ("SITS_AT", "Port", "Sample 2704; Other Sample 2709", "names 2; expected one"),
        ("COVERS", "HtsChapter", "84, 99", "there is no HtsChapter '99'"),
        ("SITS_AT", "Port", "2704/2709", "SITS_AT: '2704/2709' names 2; expected one"),
    ],
)
def test_codes_that_cannot_be_told_are(type_: str, label: str, written: str, told: str) -> None:
    found = _linked(type_, label, written)
    assert told in found.lacks[0]
    assert len(found.links) == (written == "84, 99")


@given(
    st.lists(st.sampled_from(["08", "42", "84", "85", "86", "90"]), min_size=1, unique=True),
    st.sampled_from([", ", ";", " & ", " and ", ",\n"]),
)
def test_a_list_of_chapters_is_read_as_a_whole(chapters: list[str], between: str) -> None:
    found = _linked("COVERS", "HtsChapter", between.join(chapters))
    assert [link.key for link in found.links] == chapters


def _linked(type_: str, label: str, written: str) -> Mapped:
    least = {"name": {"value": "Sample"}, "role": {"value": "liaison"}}
    settings = StreamSettings.model_validate(
        {"describes": "Contact", "from": "x", "key": "id", "properties": least, "links": {type_: {label: "x"}}}
    )
    return mapper(settings, _THERE)({"x": written})


@pytest.mark.parametrize(
    ("label", "written", "key"),
    [
        ("Port", "0401", "ACE:0401"),
        ("HtsChapter", "04", "04"),
        ("HtsHeading", "0405", "0405"),
        ("HtsHeading", "0405100000", "0405"),
    ],
)
def test_zeros_that_a_spreadsheet_took_are_given_back(label: str, written: str, key: str) -> None:
    known = Known({label: frozenset({key})})
    settings = StreamSettings.model_validate(
        {
            "describes": "Contact",
            "from": "x",
            "key": "id",
            "properties": {"name": "n", "role": {"value": "x"}},
            "links": {"COVERS": {label: "x"}},
        }
    )
    for value in (written, written.lstrip("0"), int(written), float(written)):
        assert [link.key for link in mapper(settings, known)({"n": "A", "x": value}).links] == [key]


@pytest.mark.parametrize("number", ["hub264t7q2z9k", "HUB\u201126\u20114T7Q2Z9K", "HUB 26 4T7Q2Z9K"])
def test_a_number_of_the_hub_is_written_in_one_way_and_a_system_s_own_as_it_is(number: str) -> None:
    assert mapped({"n": number, "at": "2026-11-22"}, "Case", **CASE).values["number"] == "HUB-26-4T7Q2Z9K"
    assert mapped({"n": "Ours/2704 5", "at": "2026-11-22"}, "Case", **CASE).values["number"] == "Ours/2704 5"


def test_a_filer_code_gets_its_zeros_back() -> None:
    assert mapped({"c": 4, "n": "x"}, "Broker", filerCode="c", name="n").values["filerCode"] == "004"


def test_of_several_values_of_an_api_the_first_is_taken() -> None:
    assert mapped({"p": [None, "202-555-0100", "202-555-0101"]}, phone="p").values["phone"] == "+12025550100"


def test_what_is_misspelt_is_told_with_what_was_probably_meant() -> None:
    role = {"column": "r", "codes": {"Import Specialist": "import_specialist", "Liaison": "liaison"}}
    with pytest.raises(
        SkipRecord, match=r"r: there is no code for 'Import Specialst'.*did you mean Import Specialist\?"
    ):
        mapped({"r": "Import Specialst"}, role=role)
    links = {"COVERS": {"CaseKind": "k"}}
    settings = StreamSettings.model_validate(
        {
            "describes": "Contact",
            "from": "x",
            "key": "id",
            "properties": {"name": "n", "role": {"value": "x"}},
            "links": links,
        }
    )
    found = mapper(settings, Known({"CaseKind": frozenset({"protest", "rfi"})}))({"n": "A", "k": "protests"})
    assert found.lacks == ("COVERS: there is no CaseKind 'protests'; did you mean protest?",)


@pytest.mark.parametrize(
    ("label", "written", "meant"),
    [
        ("Center", "eletronics", "CEE007 (Electronics)"),
        ("Center", "CEE0O7", "CEE007"),
        ("Agency", "FDAA", "FDA"),
        ("Agency", "Food and Drug Admin", "FDA (Food and Drug Administration)"),
        ("Port", "Los Angelos", "ACE:2704 (Los Angeles)"),
        ("CaseKind", "protests", "protest"),
    ],
)
def test_the_code_is_told_of_a_name_in_its_place(label: str, written: str, meant: str) -> None:
    known = Known.of(
        [
            ("Center", [("CEE007", "Electronics"), ("CEE004", "Apparel, Footwear & Textiles")]),
            ("Agency", [("FDA", "Food and Drug Administration"), ("EPA", "Environmental Protection Agency")]),
            ("Port", [("ACE:2704", "Los Angeles"), ("ACE:0401", "Boston")]),
            ("CaseKind", [("protest", "Protest"), ("rfi", "Request for Information")]),
            ("HtsHeading", [("8542", None)]),
        ]
    )
    settings = StreamSettings.model_validate(
        {
            "describes": "Contact",
            "from": "x",
            "key": "id",
            "properties": {"name": "n", "role": {"value": "x"}},
            "links": {"WORKS_FOR" if label in ("Center", "Agency") else "COVERS": {label: "x"}},
        }
    )
    try:
        (told,) = mapper(settings, known)({"n": "A", "x": written}).lacks
    except SkipRecord as error:
        told = str(error)
    assert f"did you mean {meant}?" in told
    assert known.near("HtsHeading", "8543") == ""
    assert known.near_party("Office", "eletronics") == "; did you mean Center CEE007 (Electronics)?"
    assert known.near_party("Office", "zzzzzz") == known.near_party("Port", "2705") == ""


def test_a_bad_code_in_a_list_costs_itself() -> None:
    take = {"column": "c", "split": ";", "codes": {"Batteries": "8507", "Chips": "8542"}}
    found = mapped({"c": "Batteries; Bananas"}, links={"COVERS": {"HtsHeading": take}})
    assert found.links == (Link("COVERS", "HtsHeading", "8507"),)
    assert found.lacks == ("COVERS: c: there is no code for 'Bananas'; known are Batteries, Chips",)
    # a case that has lost a condition would run by other clocks
    conditions = {"column": "c", "split": ";", "codes": {"Complicated": "complicated"}}
    case = {
        "number": {"value": "K"},
        "title": {"value": "T"},
        "status": {"value": "OPEN"},
        "openedAt": {"value": "2026-11-01"},
    }
    assert mapped({"c": "Complicated"}, "Case", conditions=conditions, **case).values["conditions"] == ["complicated"]
    with pytest.raises(SkipRecord, match="no code for 'Odd'"):
        mapped({"c": "Complicated; Odd"}, "Case", conditions=conditions, **case)


def test_several_days_in_a_cell_are_each_a_date() -> None:
    case = {
        "number": {"value": "K"},
        "title": {"value": "T"},
        "status": {"value": "OPEN"},
        "openedAt": {"value": "2026-11-01"},
    }
    dates = {"column": "d", "split": ";", "event": "protest_filed", "format": "MM/DD/YYYY"}
    found = mapped({"d": "11/02/2026; 11/09/2026"}, "Case", dates=dates, **case)
    assert found.values["dates"] == ["protest_filed 2026-11-02", "protest_filed 2026-11-09"]


def test_a_moment_has_no_zone_by_name() -> None:
    case = {"number": {"value": "K"}, "title": {"value": "T"}, "status": {"value": "OPEN"}}
    found = mapped(
        {"o": "11/02/2026 9:30 PM"},
        "Case",
        openedAt={"column": "o", "format": "MM/DD/YYYY", "time_zone": "America/New_York"},
        **case,
    )
    assert found.values["openedAt"].isoformat() == "2026-11-03T02:30:00+00:00"
    with pytest.raises(SkipRecord, match="is no day"):
        mapped({"o": "0001-01-01T00:00:00+12:00"}, "Case",
            dates={"column": "o", "event": "x", "time_zone": "Asia/Tokyo"},
               openedAt={"value": "2026-11-01"}, **case)  # fmt: skip
    with pytest.raises(SkipRecord, match="is no moment"):
        mapped({"o": "9999-12-31 23:00"}, "Case", openedAt={"column": "o", "time_zone": "America/New_York"}, **case)


def test_a_text_longer_than_an_index_takes_is_refused_as_any_cell_is() -> None:
    assert mapped({"n": "n" * LONGEST_INDEXED}, name="n").values["name"] == "n" * LONGEST_INDEXED
    # bytes count, not letters
    for name in ("n" * (LONGEST_INDEXED + 1), "名" * (LONGEST_INDEXED // 3 + 1)):
        with pytest.raises(
            SkipRecord, match=r"name: it has 2,001 bytes as UTF-8, and at most 2,000 are taken; shorten"
        ):
            mapped({"n": name}, name="n")
    case: dict[str, Any] = {
        "number": {"value": "K"}, "title": "t", "status": {"value": "OPEN"}, "openedAt": {"value": "2026-11-01"},
    }  # fmt: skip
    text = "words " * 3_000
    assert mapped({"t": text}, "Case", **case).values["title"] == text.strip()
    with pytest.raises(SkipRecord, match="title: it has 23,999 bytes as UTF-8, and at most 20,000"):
        mapped({"t": "words " * 4_000}, "Case", **case)
    case["title"] = {"value": "T"}
    conditions = {"column": "c", "split": ";"}
    with pytest.raises(SkipRecord, match="conditions: it has 22,000 bytes"):
        mapped({"c": ";".join(["complicated"] * 2_000)}, "Case", conditions=conditions, **case)


def test_a_link_to_a_key_that_no_index_takes_is_left_out() -> None:
    found = mapped({"d": "d" * 2_001}, links={"DEPUTIZED_BY": {"Contact": "d"}})
    assert not found.links
    assert found.lacks == (
        "DEPUTIZED_BY: its key: it has 2,001 bytes as UTF-8, and at most 2,000 are taken; shorten it",
    )


def test_every_text_that_a_system_says_is_bounded_by_whether_it_is_in_an_index() -> None:
    for node in DESCRIBABLE:
        most = longest(node)
        assert most.keys() == {each.name for each in said_about(node) if each.kind in (Kind.STRING, Kind.STRINGS)}
        indexed = set(node.indexed)
        if node.label in RETIRED:
            indexed |= GRAPH.node(RETIRED[node.label]).indexed
        for name, bound in most.items():
            assert bound <= (LONGEST_INDEXED if name in indexed else LONGEST_TEXT), f"{node.label}.{name}"
