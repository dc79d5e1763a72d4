"""What a system's rows mean: pure. A raw row becomes the values and links of a record, checked as the trade writes them."""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any, Final

import email_validator
import phonenumbers

from connectors.contract import Raw
from connectors.errors import SkipRecord
from connectors.settings import StreamSettings, Take
from graph_schema import provenance
from graph_schema.formats import ENTRY_NUMBER, HTS_CHAPTER, HTS_HEADING, BadFormat, Format, entry_check_digit, tariff_number
from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property
from hub.clocks import day_of
from hub.errors import SetupError
from hub.said import Key, Link

_ABSENT: Final = (None, "")
_TRUE: Final = ("true", "yes", "y", "1", "t")
_FALSE: Final = ("false", "no", "n", "0", "f")
_PLAIN_LOCAL: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL: Final = 64
_REMEMBERED: Final = 10_000
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Contact": {"emailAudience": "counterpart", "phoneAudience": "counterpart", "published": False},
    "Decision": {"audience": "owner"},
}
"""What a file need not say: nothing is public that its system did not declare so."""
_KNOWN_BY: Final = {"Decision": ("reference",)}
"""What a system must say though the hub's own rows have none of it: by what the row is known."""
_NUMBERED: Final = {("Importer", "number"), ("Broker", "filerCode"), ("Entry", "number"), ("Center", "code")}


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a row means."""

    values: Mapping[str, Any]
    links: tuple[Link, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of the public facts, by label: a link to one of these must name one that there is."""

    keys: Mapping[str, frozenset[str]]

    def check(self, label: str, key: str) -> str:
        """The key itself. Raises `SkipRecord`."""
        if label in self.keys and key not in self.keys[label]:
            expected = _FORMATS[label].expected if label in _FORMATS else "one of those the hub lists"
            raise SkipRecord(f"there is no {label} {key!r}; expected {expected}")
        return key


_FORMATS: Final[Mapping[str, Format]] = {
    node.label: found.format for node in GRAPH.nodes for found in node.properties if found.format and found.name in (node.key, "code")
}

Mapper = Callable[[Raw], Mapped]


def mapper(settings: StreamSettings, known: Known) -> Mapper:
    """How rows of a stream are read. Raises `SetupError` where the file names a function that is not there."""
    node = GRAPH.node(settings.describes)
    convert = {found.name: _converter(found) for found in provenance.said_about(node)}
    required = [*(found.name for found in provenance.said_about(node) if found.required), *_KNOWN_BY.get(settings.describes, ())]
    own = _function(settings.map) if settings.map else None
    verified = "email" in settings.properties and settings.properties["email"].verified
    defaults = _DEFAULTS.get(settings.describes, {})
    properties = [(name, _taker(take)) for name, take in settings.properties.items()]
    regions = {name: take.region for name, take in settings.properties.items()}
    ends = [(type_, label, _taker(take)) for type_, found in settings.links.items() for label, take in found.items()]

    def mapped(raw: Raw) -> Mapped:
        given = own(raw) if own else {}
        taken = {name: take(raw) for name, take in properties} | given.get("properties", {})
        values = {**defaults}
        for name, value in taken.items():
            if name not in convert:
                raise SkipRecord(f"a {settings.describes} has no property {name}")
            if value not in _ABSENT:
                values[name] = convert[name](value, regions.get(name, "US"))
        if missing := [name for name in required if values.get(name) in _ABSENT]:
            raise SkipRecord(f"{', '.join(missing)} is missing")
        found = [*((type_, label, take(raw)) for type_, label, take in ends), *given.get("links", ())]
        links = [Link(str(type_), str(label), key) for type_, label, value in found for key in _keys(str(label), value, known)]
        return Mapped(values, tuple(dict.fromkeys(links)), verified or bool(given.get("verified")))

    return mapped


def _function(path: str) -> Callable[[Raw], Mapping[str, Any]]:
    module, _, name = path.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SetupError(f"map: {path} is not there ({error}); expected `package.module:function`") from None


def _taker(take: Take) -> Callable[[Raw], Any]:
    """How a value is taken from a raw row: where it comes from, then the steps that it says."""
    first = partial(_joined, take.join) if take.join else partial(_first, take.columns, take.value)
    steps: list[Callable[[Any], Any]] = []
    if take.turn:
        steps.append(_turned)
    if take.split:
        steps.append(partial(_split, take.split))
    if take.event:
        steps.append(partial(_dated, take.event))
    if take.codes is not None:
        steps.append(partial(_coded, take))

    def taken(raw: Raw) -> Any:
        value = first(raw)
        if isinstance(value, str):
            value = value.strip()
        for step in steps:
            value = step(value)
        return take.default if value in _ABSENT else value

    return taken


def _first(columns: Sequence[str], constant: Any, raw: Raw) -> Any:
    for column in columns:
        if (value := raw.get(column)) not in _ABSENT:
            return value
    return constant


def _joined(columns: Sequence[str], raw: Raw) -> str:
    return " ".join(str(raw[column]).strip() for column in columns if raw.get(column) not in _ABSENT)


def _turned(value: Any) -> Any:
    """Family, given -> given family."""
    if not (isinstance(value, str) and value.count(",") == 1):
        return value
    family, given = value.split(",")
    return f"{given.strip()} {family.strip()}"


def _split(at: str, value: Any) -> Any:
    return [part.strip() for part in value.split(at) if part.strip()] if isinstance(value, str) else value


def _coded(take: Take, value: Any) -> Any:
    if value in _ABSENT:
        return value
    return [_code(one, take) for one in value] if isinstance(value, list) else _code(value, take)


def _code(value: Any, take: Take) -> Any:
    assert take.codes is not None
    found = take.codes.get(str(value), take.default)
    if found is None:
        known = ", ".join(map(str, take.codes))[:200]
        raise SkipRecord(f"{'/'.join(take.columns)}: there is no code for {str(value)[:60]!r}; known are {known}")
    return found


def _keys(label: str, value: Any, known: Known) -> list[str]:
    """The keys that the value names, as the graph writes them."""
    found = value if isinstance(value, list | tuple) else [value]
    return [known.check(label, _key(label, str(one).strip())) for one in found if one not in _ABSENT]


def _key(label: str, key: str) -> str:
    if label == "Port":
        return key if ":" in key else f"ACE:{key.zfill(4)}"
    if label in ("HtsHeading", "HtsChapter"):
        return tariff_number(key, HTS_HEADING if label == "HtsHeading" else HTS_CHAPTER) or key
    node = GRAPH.node(label)
    if (label, node.key) in _NUMBERED:
        return _identifier(node.property_named(node.key), key)
    return key


def _identifier(found: Property, value: str) -> str:
    assert found.format is not None
    if found.format.is_refused(value):
        raise SkipRecord(found.format.refusal, keep=False)
    try:
        checked = found.format.check(value)
    except BadFormat as error:
        raise SkipRecord(f"{found.name}: {error}") from None
    if found.format is ENTRY_NUMBER and checked[-1] != str(entry_check_digit(checked[:3], checked[4:11])):
        raise SkipRecord(f"entry number: its check digit is wrong; expected {checked[:-1]}{entry_check_digit(checked[:3], checked[4:11])}")
    return checked


def _converter(found: Property) -> Callable[[Any, str], Any]:
    """From what a system gives to what the graph keeps of a property."""

    def enumerated(value: Any, _: str) -> str:
        text = str(value).strip()
        if text not in found.values:
            raise SkipRecord(f"{found.name}: {text[:60]!r} is none of {', '.join(found.values)}")
        return text

    by_name: dict[str, Callable[[Any, str], Any]] = {"email": _email, "phone": _phone, "dates": _dates, "suspensions": _suspensions}
    by_kind: dict[Kind, Callable[[Any, str], Any]] = {
        Kind.BOOLEAN: lambda value, _: _boolean(found.name, value),
        Kind.DATETIME: lambda value, _: _moment(found.name, value),
        Kind.STRINGS: lambda value, _: [_text(found.name, item) for item in (value if isinstance(value, list | tuple) else [value])],
    }
    if found.name in by_name:
        return by_name[found.name]
    if found.values:
        return enumerated
    if found.format:
        return lambda value, _: _identifier(found, str(value))
    return by_kind.get(found.kind, lambda value, _: _text(found.name, value))


def _text(name: str, value: Any) -> str:
    text = " ".join(str(value).split())
    if not text.isprintable():
        raise SkipRecord(f"{name}: it holds characters that are no text")
    return text


def _email(value: Any, _: str) -> str:
    text = str(value).strip()
    local, _, domain = text.partition("@")
    # thousands of people have one domain, and their own part is mostly plain
    if len(local) <= _LONGEST_LOCAL and _PLAIN_LOCAL.fullmatch(local) and (known := _domain(domain)):
        return f"{local}@{known}"
    return _checked_email(text)


@lru_cache(maxsize=_REMEMBERED)
def _domain(domain: str) -> str | None:
    """The domain as addresses have it, or None where it is none, or too long for any local part."""
    try:
        return _checked_email(f"{'a' * _LONGEST_LOCAL}@{domain}").partition("@")[2]
    except SkipRecord:
        return None


def _checked_email(text: str) -> str:
    try:
        return email_validator.validate_email(text, check_deliverability=False, test_environment=True).normalized
    except email_validator.EmailNotValidError as error:
        raise SkipRecord(f"email: {error}") from None


def _phone(value: Any, region: str) -> str:
    return _number(str(value), region)


@lru_cache(maxsize=_REMEMBERED)
def _number(text: str, region: str) -> str:
    """In E.164 with its extension, if it has one, e.g. +12025550100;ext=5 (RFC 3966). Desks share numbers."""
    try:
        found = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise SkipRecord(f"phone: {error}") from None
    if not phonenumbers.is_possible_number(found):
        raise SkipRecord(f"phone: no number of {region} has that many digits; write others with + and the country's code")
    number = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return f"{number};ext={found.extension}" if found.extension else number


def _boolean(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in (*_TRUE, *_FALSE):
        raise SkipRecord(f"{name}: {text[:60]!r} is neither yes nor no")
    return text in _TRUE


def _dated(event: str, value: Any) -> Any:
    """The day in a column as a date of that event; of a moment the day it was in Washington, where clocks run from."""
    if value in _ABSENT:
        return value
    try:
        return [f"{event} {day_of(value if isinstance(value, date) else str(value))}"]
    except ValueError:
        raise SkipRecord(f"dates: {str(value)[:60]!r} is no day; expected e.g. 2026-03-01 or 2026-03-01T09:30:00-05:00") from None


def _dates(value: Any, _: str) -> list[str]:
    return [
        _days("dates", str(item), r"[a-z_]+ (\S+)", "protest_filed 2026-03-01") for item in (value if isinstance(value, list) else [value])
    ]


def _suspensions(value: Any, _: str) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [_days("suspensions", str(item), r"(\S+)(?: (\S+))?", "2026-03-01 2026-04-01") for item in found]


def _days(name: str, text: str, pattern: str, expected: str) -> str:
    """The text, if it has that pattern with days or moments where it has groups: with Washington's days there. Raises `SkipRecord`."""
    found = text.strip()
    matched = re.fullmatch(pattern, found)
    try:
        told = [day for day in matched.groups() if day] if matched else ["none"]
        for day in told:
            found = found.replace(day, str(day_of(day)), 1)
    except ValueError:
        raise SkipRecord(f"{name}: {text[:60]!r} is none; expected e.g. {expected}") from None
    return found


def _moment(name: str, value: Any) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise SkipRecord(f"{name}: {str(value)[:60]!r} is no moment; expected e.g. 2026-11-22T09:30:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def identity_of(mapped: Mapped, links: Iterable[Link], whole_of: Mapping[Key, Key]) -> str | None:
    """The certain key of a contact: its verified mail address with its organisation, a team's being its Center."""
    mail = mapped.values.get("email")
    employer = next(((link.label, link.key) for link in links if link.type == "WORKS_FOR"), None)
    if not (mapped.verified and mail and employer):
        return None
    return "|".join(("mail", *whole_of.get(employer, employer), str(mail).lower()))
