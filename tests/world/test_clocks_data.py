"""The rows of the law agree with each other: kinds of case, clocks, events and conditions.

What is asked of them is a function that lists faults, so that a test can plant a fault and see it found.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest

from graph_schema import reference
from hub.deadlines.business_days import today
from hub.world.reference import reference_rows

Row = dict[str, str]
UNITS = {"calendar_day", "business_day", "month", "year"}
CHOICES = {
    "rolls": {"yes", "no"},
    "window": {"yes", "no"},
    "repeats": {"yes", "no"},
    "side": {"trade", "government", "outside"},
    "extension": {"none", "discretion", "by_length"},
    "suspension": {"none", "stands_still", "anew"},
    "passing": {"missed", "deemed", "deemed_unless_before", "deemed_next_day", "none"},
    "from_last": {"yes", "no"},
    "per": {"case", "entry"},
}
OF_KINDS = {"answered_by": {"center", "port", "office"}, "opened_by": {"trade", "government", "both"}}
OF_EVENTS = {
    "recorded_by": {"owner", "party", "either", "outside"},
    "about": {"case", "entry", "either"},
    "future": {"yes", "no"},
}
BOUND = re.compile(rf"(?P<event>[a-z_]+)[+-]\d+ (?:{'|'.join(UNITS)})")
PERIOD = re.compile(rf"[1-9]\d* (?:{'|'.join(UNITS)})")
CODE = re.compile(r"[a-z][a-z0-9_]*")
NUMBER = re.compile(r"-?[1-9]\d*")
NO_CLOCK = "it has no clock"
FIRST_CHECKED = date(2026, 11, 1)


@dataclass(frozen=True)
class Law:
    """The rows of the files, and of those beside them what they name."""

    kinds: Sequence[Row]
    clocks: Sequence[Row]
    events: Sequence[Row]
    conditions: Sequence[Row]
    roles: frozenset[str]
    offices: frozenset[str]
    debtors: Sequence[Row]
    party_roles: frozenset[str]


def _read(name: str) -> list[Row]:
    with resources.files(reference).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, restkey="too many", restval="too few"))
    assert all("too many" not in row and "too few" not in row.values() for row in rows), name
    return rows


def _law() -> Law:
    return Law(
        _read("case_kinds"),
        _read("clocks"),
        _read("events"),
        _read("conditions"),
        frozenset(row["role"] for row in _read("roles")),
        frozenset(row["code"] for row in _read("responsibilities") if row["subject"] == "CaseKind"),
        _read("debtors"),
        frozenset(row["code"] for row in _read("party_roles")),
    )


def _listed(text: str, separator: str = "|") -> list[str]:
    return text.split(separator) if text else []


def _conditions(row: Row) -> list[str]:
    return [code.removeprefix("not_") for code in _listed(row["condition"], "&")]


def _clock(row: Row) -> str:
    return f"{row['kind']} {row['code']}"


def _name(row: Row) -> str:
    return " ".join(filter(None, (_clock(row), row["variant"])))


def _events(row: Row) -> set[str]:
    """All events that a clock names."""
    columns = ("starts_from", "met_by", "ended_by", "met_since", "reopened_by", "voided_by")
    named = [event for column in columns for event in _listed(row[column])]
    bounds = (BOUND.fullmatch(found) for found in _listed(row["not_after"]))
    named += [found["event"] for found in bounds if found]
    deemed = row["deemed"] and f"deemed_{row['deemed']}"
    return {*named, *filter(None, (row["anew_from"], row["extension_event"], deemed))}


def faults(law: Law) -> Iterator[str]:
    """What is wrong with the rows, a line each."""
    yield from _twice("kind", (row["code"] for row in law.kinds))
    yield from _twice("clock", map(_name, law.clocks))
    yield from _twice("event", (row["code"] for row in law.events))
    yield from _twice("condition", (row["code"] for row in (*law.conditions, *law.events)))
    for row in law.kinds:
        yield from (f"{row['code']}: {fault}" for fault in _of_kind(law, row))
    for row in law.clocks:
        yield from (f"{_name(row)}: {fault}" for fault in (*_of_clock(row), *_names(law, row)))
    yield from _of_variants(law)
    yield from _of_events(law)
    yield from _of_debtors(law)
    yield from (f"events {' -> '.join(cycle)} cannot all come before each other" for cycle in _cycles(law))


def _twice(what: str, codes: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield f"{what} {code} stands twice"
        if not all(CODE.fullmatch(part) for part in code.split(" ")):
            yield f"{what} {code} is no code"
        seen.add(code)


def _of_kind(law: Law, row: Row) -> Iterator[str]:
    yield from _choices(row, OF_KINDS)
    yield from _sources(row)
    if not row["name"]:
        yield "has no name"
    if row["role"] and row["role"] not in law.roles:
        yield f"role {row['role']} is not known"
    if (row["answered_by"] == "office") is not (row["code"] in law.offices):
        yield "a headquarters office answers, and which is in responsibilities: one of the two is missing"
    if not any(clock["kind"] == row["code"] for clock in law.clocks) and NO_CLOCK not in row["source"]:
        yield f"has no clock and does not say `{NO_CLOCK}`"


def _sources(row: Row) -> Iterator[str]:
    """Whoever reads the row must see where it was read, or that nobody has checked it."""
    checked = row["confidence"] in ("verified", "reported")
    if row["confidence"] not in ("verified", "reported", "unverified"):
        yield f"confidence {row['confidence']!r}"
    if not row["source"]:
        yield "has no source"
    if checked is row["source"].startswith("unverified"):
        yield "is unverified and does not say so, or the other way round"
    if (checked and not row["checked_on"]) or (row["checked_on"] and not checked):
        yield "the day on which it was checked does not go with how sure it is"
    if row["checked_on"] and not FIRST_CHECKED <= date.fromisoformat(row["checked_on"]) <= today(datetime.now(UTC)):
        yield f"was checked on {row['checked_on']}"


def _choices(row: Row, choices: Mapping[str, set[str]]) -> Iterator[str]:
    for column, values in choices.items():
        if row[column] not in values:
            yield f"{column} {row[column]!r} is none of {', '.join(sorted(values))}"


def _of_clock(row: Row) -> Iterator[str]:
    yield from _choices(row, CHOICES)
    yield from _sources(row)
    if row["from_last"] == "yes" and row["per"] == "entry":
        yield "each entry has a day of its own from which it runs, and none is the last"
    said = ("name", "action", "starts_from", "starts_at", "owed_by", "legal_basis")
    yield from (f"{column} is empty" for column in said if not row[column])
    yield from _of_length(row)
    yield from _of_extension(row)
    yield from _of_suspension(row)
    if row["passing"].startswith("deemed") is not bool(row["deemed"] and row["pronounced_by"]):
        yield "what is deemed, and who pronounces it, go with passing deemed"
    if row["passing"] != "none" and not row["met_by"]:
        yield "nothing meets it"
    if any(event.startswith("deemed_") for event in _listed(row["met_by"])):
        yield "what the law deems meets it"


def _of_length(row: Row) -> Iterator[str]:
    if row["length"] and not NUMBER.fullmatch(row["length"]):
        yield f"length {row['length']!r}"
    if bool(row["length"]) is not bool(row["unit"]) or (row["unit"] and row["unit"] not in UNITS):
        yield f"unit {row['unit']!r} of length {row['length']!r}"
    if not row["length"] and not row["not_after"]:
        yield "has neither a length nor a day that it is not after"
    yield from (f"not_after {found!r}" for found in _listed(row["not_after"]) if not BOUND.fullmatch(found))


def _of_extension(row: Row) -> Iterator[str]:
    by_length = [row["extension_length"], row["extension_times"]]
    if (row["extension"] == "by_length") is not all(map(NUMBER.fullmatch, by_length)) or (
        row["extension"] != "by_length" and any((*by_length, row["extension_unit"]))
    ):
        yield "length, unit and times go with an extension by_length"
    if row["extension"] == "by_length" and row["extension_unit"] not in UNITS:
        yield f"extension_unit {row['extension_unit']!r}"
    if bool(row["extension_by"]) is (row["extension"] == "none"):
        yield "who extends goes with an extension"
    if row["extension_event"] and row["extension"] != "by_length":
        yield "an event extends only by a length"
    if row["extension_limit"] and (row["extension"] == "none" or not PERIOD.fullmatch(row["extension_limit"])):
        yield f"extension_limit {row['extension_limit']!r}"


def _of_suspension(row: Row) -> Iterator[str]:
    anew = [row["anew_from"], row["anew_length"], row["anew_unit"]]
    if bool(row["suspended_by"]) is (row["suspension"] == "none"):
        yield "causes go with a suspension"
    if (row["suspension"] == "anew") is not all(anew) or (row["suspension"] != "anew" and any(anew)):
        yield "event, length and unit go with a suspension after which a period runs anew"
    if row["anew_length"] and (not NUMBER.fullmatch(row["anew_length"]) or row["anew_unit"] not in UNITS):
        yield f"anew {row['anew_length']!r} {row['anew_unit']!r}"


def _names(law: Law, row: Row) -> Iterator[str]:
    """Whether what a clock names is there, and whether who owes it can bring about what meets it."""
    events = {found["code"]: found for found in law.events}
    if row["kind"] not in {found["code"] for found in law.kinds}:
        yield f"there is no kind {row['kind']}"
    if unknown := _events(row) - events.keys():
        yield f"there is no event {', '.join(sorted(unknown))}"
        return
    known = events.keys() | {found["code"] for found in law.conditions}
    yield from (f"there is no condition {code}" for code in _conditions(row) if code not in known)
    by = {events[code]["recorded_by"] for code in _listed(row["met_by"])}
    if row["side"] == "trade" and by == {"owner"}:
        yield "the trade owes it, and only the government's acts meet it"
    if row["side"] == "government" and by and by <= {"party"}:
        yield "the government owes it, and only the trade's acts meet it"
    starts = {events[code]["about"] for code in _listed(row["starts_from"])}
    if row["per"] == "entry" and starts == {"case"}:
        yield "each entry has a deadline of its own, and none has a day from which it runs"


def _of_variants(law: Law) -> Iterator[str]:
    """The variants of a clock cover all cases, or a note says why not; and each of them can come to count."""
    clocks: dict[str, list[Row]] = {}
    for row in law.clocks:
        clocks.setdefault(_clock(row), []).append(row)
    for clock, rows in clocks.items():
        for row in rows[:-1]:
            if not row["condition"]:
                yield f"{_name(row)}: holds always, so that the variants behind it never count"
        if rows[-1]["condition"] and not rows[-1]["note"]:
            yield f"{clock}: does not run in every case, and no note says why"
        if len(rows) > 1 and len({row["condition"] for row in rows}) < len(rows):
            yield f"{clock}: two variants have the same condition"
        for column in ("side", "per"):
            if len({row[column] for row in rows}) > 1:
                yield f"{clock}: its variants differ in {column}"


def _of_events(law: Law) -> Iterator[str]:
    codes = {row["code"] for row in law.events}
    used = set().union(*map(_events, law.clocks)) | {code for row in law.clocks for code in _conditions(row)}
    for row in law.events:
        yield from (f"event {row['code']}: {fault}" for fault in _choices(row, OF_EVENTS))
        if unknown := {*_listed(row["not_before"]), *_listed(row["again_after"])} - codes:
            yield f"event {row['code']}: there is no event {', '.join(sorted(unknown))}"
        if row["code"] not in used:
            yield f"event {row['code']}: no clock knows it"
        yield from (f"event {row['code']}: {fault}" for fault in _sources(row))
    for row in law.conditions:
        if row["code"] not in used:
            yield f"condition {row['code']}: decides nothing"
        if not row["name"] or not row["note"]:
            yield f"condition {row['code']}: says not when it holds"
        yield from (f"condition {row['code']}: {fault}" for fault in _sources(row))


def _of_debtors(law: Law) -> Iterator[str]:
    """Who owes what the trade owes is a party of the case, or nobody in it is."""
    owed = {(row["owed_by"], row["kind"]) for row in law.clocks if row["side"] == "trade"}
    told = {(row["owed_by"], row["kind"]) for row in law.debtors}
    for words, kind in sorted(owed):
        if not {(words, kind), (words, "")} & told:
            yield f"{kind}: which party of a case {words!r} is, is not said"
    for row in law.debtors:
        words, kind, roles = row["owed_by"], row["kind"], row["roles"]
        if unknown := set(roles.split("|")) - law.party_roles - {"importer"} - ({"nobody"} & {roles}):
            yield f"debtor {words}: there is no role {', '.join(sorted(unknown))}"
        if not any(words == by and kind in ("", of) for by, of in owed):
            yield f"debtor {words}: owes nothing"


def _cycles(law: Law) -> Iterator[list[str]]:
    before = {row["code"]: _listed(row["not_before"]) for row in law.events}
    done: set[str] = set()

    def walk(code: str, path: list[str]) -> Iterator[list[str]]:
        if code in path:
            yield [*path[path.index(code) :], code]
        elif code not in done:
            for earlier in before.get(code, ()):
                yield from walk(earlier, [*path, code])
            done.add(code)

    for code in before:
        yield from walk(code, [])


def test_the_rows_agree_with_each_other() -> None:
    assert list(faults(_law())) == []


def _with(rows: Sequence[Row], name: str, **changed: str) -> list[Row]:
    """The rows, the one of that name changed."""
    found = next(row for row in rows if name == (_name(row) if "variant" in row else row["code"]))
    return [{**row, **changed} if row is found else row for row in rows]


Planted = Callable[[Law], Law]


def _clocks(name: str, **changed: str) -> Planted:
    return lambda law: replace(law, clocks=_with(law.clocks, name, **changed))


def _kinds(name: str, **changed: str) -> Planted:
    return lambda law: replace(law, kinds=_with(law.kinds, name, **changed))


def _event(name: str, **changed: str) -> Planted:
    return lambda law: replace(law, events=_with(law.events, name, **changed))


def _debtor(name: str, **changed: str) -> Planted:
    return lambda law: replace(
        law, debtors=[{**row, **changed} if row["owed_by"] == name else row for row in law.debtors]
    )


PLANTED: list[tuple[Planted, str]] = [
    (_clocks("protest file", starts_from="liquidatd"), "protest file: there is no event liquidatd"),
    (_clocks("protest file", kind="protests"), "protests file: there is no kind protests"),
    (_clocks("protest file", source=""), "protest file: has no source"),
    (_clocks("protest file", checked_on=""), "protest file: the day on which it was checked does not go with how sure"),
    (_clocks("ctpat certify", confidence="verified"), "ctpat certify: is unverified and does not say so"),
    (_clocks("protest file", length="180 days"), "protest file: length '180 days'"),
    (_clocks("protest file", unit="day"), "protest file: unit 'day'"),
    (_clocks("psc file", not_after="scheduled_liquidation - 15"), "psc file: not_after"),
    (_clocks("psc file extended", not_after=""), "psc file extended: has neither a length nor a day"),
    (_clocks("protest decide", met_by=""), "protest decide: nothing meets it"),
    (_clocks("protest_exclusion decide", deemed=""), "protest_exclusion decide: what is deemed"),
    (_clocks("detention decide", met_by="deemed_excluded"), "detention decide: what the law deems meets it"),
    (_clocks("liquidation deemed_liquidated", extension_times=""), "deemed_liquidated: length, unit and times go"),
    (
        _clocks("liquidation cycle", extension_event="liquidated"),
        "liquidation cycle: an event extends only by a length",
    ),
    (_clocks("liquidation deemed_liquidated", anew_from=""), "deemed_liquidated: event, length and unit go"),
    (_clocks("eapa initiate", suspended_by=""), "eapa initiate: causes go with a suspension"),
    (_clocks("eapa determine complicated", condition=""), "eapa determine complicated: holds always"),
    (_clocks("ruling answer headquarters", note=""), "ruling answer: does not run in every case"),
    (_clocks("drawback request_extension", condition="disaster"), "there is no condition disaster"),
    (_clocks("rfi reply", side="government"), "rfi reply: the government owes it, and only the trade's acts"),
    (_clocks("protest decide", side="trade"), "protest decide: its variants differ in side"),
    (_clocks("protest file", from_last="yes"), "protest file: each entry has a day of its own from which it runs"),
    (_clocks("eapa notify", per="entry"), "eapa notify: each entry has a deadline of its own"),
    (_clocks("bill pay", code="Pay"), "clock bill Pay is no code"),
    (_kinds("bill", answered_by="center"), "bill: a headquarters office answers"),
    (_kinds("e_allegation", source="unverified: nothing"), f"e_allegation: has no clock and does not say `{NO_CLOCK}`"),
    (_kinds("audit", role="auditors"), "audit: role auditors is not known"),
    (_event("entry_filed", not_before="reliquidated"), "cannot all come before each other"),
    (_event("laden", future="maybe"), "event laden: future 'maybe'"),
    (_event("laden", not_before="loaded"), "event laden: there is no event loaded"),
    (_event("laden", source=""), "event laden: has no source"),
    (_event("laden", confidence="unverified"), "event laden: is unverified and does not say so"),
    (_event("decided", checked_on="2026-11-27"), "event decided: the day on which it was checked does not go with"),
    (_clocks("surety_demand protest", owed_by="a surety"), "surety_demand: which party of a case 'a surety' is"),
    (_debtor("surety", roles="surety|nobody"), "debtor surety: there is no role nobody"),
    (_debtor("surety", owed_by="guarantor"), "debtor guarantor: owes nothing"),
    (
        lambda law: replace(law, events=[*law.events, {**law.events[0], "code": "weighed"}]),
        "event weighed: no clock knows it",
    ),
    (lambda law: replace(law, clocks=[*law.clocks, law.clocks[0]]), "stands twice"),
    (lambda law: replace(law, conditions=law.conditions[1:]), "there is no condition ny_ruling"),
]


@pytest.mark.parametrize(("plant", "told"), PLANTED, ids=[told for _, told in PLANTED])
def test_a_planted_fault_is_found(plant: Planted, told: str) -> None:
    found = list(faults(plant(_law())))
    assert any(told in fault for fault in found), found


def test_every_row_is_loaded_with_its_source() -> None:
    law, rows = _law(), reference_rows()
    labels = ("CaseKind", "Clock", "CaseEvent", "CaseCondition")
    loaded: dict[str, dict[str, Mapping[str, Any]]] = {label: {} for label in labels}
    for node in rows.nodes:
        if node.label in loaded:
            loaded[node.label][node.properties.get("id") or node.properties["code"]] = node.properties
    assert loaded["CaseKind"].keys() == {row["code"] for row in law.kinds}
    assert list(loaded["Clock"]) == [_name(row) for row in law.clocks]
    assert loaded["CaseEvent"].keys() == {row["code"] for row in law.events}
    assert loaded["CaseCondition"].keys() == {row["code"] for row in law.conditions}
    for node in (found for rows_ in loaded.values() for found in rows_.values()):
        assert node["citation"]
        assert (node["checkedOn"] is None) is (node["confidence"] == "unverified")
    assert [clock["rank"] for clock in loaded["Clock"].values()] == list(range(len(law.clocks)))
    psc = loaded["Clock"]["psc file"]
    assert (psc["startsFrom"], psc["notAfter"]) == (["entry_filed"], ["scheduled_liquidation-15 calendar_day"])
    assert (psc["rolls"], psc["window"], psc["conditions"]) == (False, True, None)
    owed = {name: loaded["Clock"][name]["owedRoles"] for name in loaded["Clock"]}
    assert owed["psc file"] == ["importer"]
    assert owed["surety_demand protest"] == ["surety"]
    assert owed["broker_license sue"] == []
    assert owed["domestic_petition contest"] == ["petitioner"]
    assert owed["penalty supplement"] == ["importer", "petitioner"]
    assert owed["protest decide"] is None
    assert loaded["Clock"]["penalty limitation violation"]["conditions"] == ["section_1592", "not_fraud"]
    assert loaded["CaseEvent"]["scheduled_liquidation"]["future"] is True
