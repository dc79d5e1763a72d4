"""What a system's rows mean: pure.

A raw row becomes the values and links of a record, checked as the trade writes them.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from connectors.contract import Raw
from connectors.engine.cells import EMPTY_WORDS, Empty, cleaned, is_blank, nearest, plain_heading, text_of
from connectors.engine.codes import codes_in
from connectors.engine.days import as_format, day_of, moment_of
from connectors.engine.names import turned
from connectors.engine.people import mail, phone
from connectors.errors import SkipRecord
from connectors.own_code import named, place
from connectors.settings import ColumnMapping, StreamSettings
from graph_schema import provenance
from graph_schema.cypher import Properties
from graph_schema.formats import (
    ENTRY_NUMBER,
    HTS_CHAPTER,
    HTS_HEADING,
    NOT_KEPT,
    PORT_CODE,
    BadFormat,
    Format,
    entry_check_digit,
    is_social_security,
    tariff_number,
    words_without_social_security,
)  # fmt: skip
from graph_schema.graph import GRAPH
from graph_schema.model import LONGEST_INDEXED, Kind, NodeType, Property
from graph_schema.parties import PARTY
from graph_schema.synced import SYNCED
from hub.errors import SetupError
from hub.records.source_record import Key, Link

_ABSENT: Final = (None, "")
_ISO_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_REMEMBERED: Final = 1_000
LONGEST_TEXT: Final = 20_000
"""How many bytes, as UTF-8, a text has at most that is in no index; of a list all its texts together."""
_TRUE: Final = frozenset(
    (
        "true", "yes", "y", "1", "-1", "t", "x", "on", "checked", "oui", "vrai", "si", "sí", "verdadero", "ja", "wahr",
        "sim", "verdadeiro", "vero", "да", "はい", "是", "예", "네",
        "✓", "✔", "√", "☑", "☒", "✅", "🗸", "🗹",
    )
)  # fmt: skip
"""Yes as people write it; a box with a cross is how word processors show one that is ticked."""
_FALSE: Final = frozenset(
    (
        "false", "no", "n", "0", "f", "off", "unchecked", "non", "faux", "falso", "nein", "falsch", "não", "нет",
        "いいえ", "否", "아니오", "아니요", "✗", "✘", "☐", "❌", "⬜", "□", "[]", "()",
    )
)  # fmt: skip
_YES_OR_NO: Final = _TRUE | _FALSE
_NUMBER: Final = re.compile(r"(-?)0*(\d)(?:[.,]0+)?")
_QUOTES: Final = "'\"`\u2018\u2019\u201c\u201d"
_PRESENTATION: Final[dict[int, None]] = dict.fromkeys((0xFE0E, 0xFE0F))
"""Marks that say whether a sign is shown as text or as a picture."""
_STRICTEST: Final[Properties] = {
    "emailAudience": "own",
    "phoneAudience": "own",
    "audience": "owner",
    "published": False,
}
"""What holds where it cannot be read who may see a thing: as few as there are."""
_OF_CLOCKS: Final = ("dates", "conditions", "suspensions", "extensions", "pronounced")
"""From these deadlines follow: a case that has lost one would seem to have time."""
VITAL_LINKS: Final = ("WORKS_FOR", "OF_KIND", "CONCERNS", "HANDLED_BY", "DECIDES", "MADE_AT")
"""A record whose owner, kind or subject cannot be read is not taken; of other links only those that can be."""
_TO_ONE: Final = frozenset(edge.type for edge in GRAPH.edges if any(way.one for way in edge.forward))
"""Links of which a row has one."""
_PADDED: Final = {"Port": 4, "HtsHeading": 4, "HtsChapter": 2, "Broker": 3, "Team": 3, "filerCode": 3}
"""Numbers that lose their zeros in spreadsheets, and how many digits they have."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a row means; `lacks` are the fields that could not be read, and why: the record is taken without them."""

    values: Properties
    links: tuple[Link, ...]
    verified: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of the public facts, by label: a link to one of these must name one that there is."""

    keys: Mapping[str, frozenset[str]]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """By label, the keys of names."""
    _near: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str], repr=False, compare=False)
    """What was looked for before: a misspelt code may stand in each of a hundred thousand rows."""

    @classmethod
    def of(cls, public: Iterable[tuple[str, Iterable[tuple[str, str | None]]]]) -> "Known":
        """Of labels with keys and names."""
        rows = [(label, list(pairs)) for label, pairs in public]
        names = {label: {name: key for key, name in pairs if name and name != key} for label, pairs in rows}
        return cls({label: frozenset(key for key, _ in pairs) for label, pairs in rows}, names)

    def check(self, label: str, key: str) -> str:
        """The key itself. Raises `SkipRecord`."""
        if label in self.keys and key not in self.keys[label]:
            expected = _FORMATS[label].expected if label in _FORMATS else "one of those the hub lists"
            near = self.near(label, key)
            raise SkipRecord(f"there is no {label} {key!r}" + (near or f"; expected {expected}"))
        return key

    def near(self, label: str, text: str) -> str:
        """What was probably meant by words, e.g. `; did you mean CEE007 (Electronics)?`; empty where nothing is
        near.
        """
        known = self._near.get((label, text))
        if known is None:
            known = self._nearest(label, text)
            if len(self._near) < _REMEMBERED:
                self._near[label, text] = known
        return known

    def near_party(self, label: str, key: str) -> str:
        """What party was probably meant: one of that label, else of another, e.g.

        `; did you mean Center CEE007 (Electronics)?`.
        """
        if hint := self.near(label, key):
            return hint
        others = ((other, self.near(other, key)) for other in PARTY.labels if other != label)
        return next((hint.replace("mean ", f"mean {other} ", 1) for other, hint in others if hint), "")

    def _nearest(self, label: str, text: str) -> str:
        words, names = text.partition(":")[2] or text, self.names.get(label, {})
        if not any(map(str.isalpha, words)):
            return ""
        if key := nearest(text, sorted(self.keys.get(label, ()))):
            return f"; did you mean {key}?"
        name = nearest(words, names)
        return f"; did you mean {names[name]} ({name})?" if name else ""


_FORMATS: Final[Mapping[str, Format]] = {
    node.label: property_.format
    for node in GRAPH.nodes
    for property_ in node.properties
    if property_.format and property_.name in (node.key, "code")
}

Mapper = Callable[[Raw], Mapped]


def mapper(settings: StreamSettings, known: Known) -> Mapper:
    """How rows of a stream are read. Raises `SetupError` where the file names a function that is not there."""
    node = GRAPH.node(settings.describes)
    declared = {property_.name: property_ for property_ in provenance.said_about(node)}
    reading = {name: _Reading.of(settings, take) for name, take in settings.properties.items()}
    convert = {
        name: partial(_bounded, name, longest(node).get(name), _converter(declared[name], how))
        for name, how in {**dict.fromkeys(declared, _Reading.of(settings, None)), **reading}.items()
        if name in declared
    }
    required = [
        *(name for name, property_ in declared.items() if property_.required),
        *SYNCED[settings.describes].must_say,
    ]
    vital = frozenset({*required, *_OF_CLOCKS, *VITAL_LINKS} - _STRICTEST.keys())
    plural = frozenset(name for name, property_ in declared.items() if property_.kind is Kind.STRINGS)
    private = _of_social_security(settings, declared)
    own = _function(settings.map) if settings.map else None
    verified, defaults = _is_verified(settings), SYNCED[settings.describes].defaults
    properties = [(name, _taker(take, reading[name])) for name, take in settings.properties.items()]
    ends = [
        (type_, [(label, _taker(take, _Reading.of(settings, take))) for label, take in takes.items()])
        for type_, takes in settings.links.items()
    ]

    def whole(values: Properties, fields: _Fields, raw: Raw) -> None:
        """Raises `SkipRecord` with all that is wrong, where the record cannot be without a part of it."""
        missing = [name for name in required if values.get(name) in _ABSENT and name not in fields.unread]
        if missing or fields.faults:
            vacant = [word for name in missing if (word := _meaning_none(settings.properties.get(name), raw))]
            hint = f" ({vacant[0]!r} means that there is none)" if vacant else ""
            reason = f"{', '.join(missing)} is missing{hint}"
            counts = bool(fields.faults) or not vacant
            raise SkipRecord("; ".join([*([reason] if missing else []), *fields.faults, *fields.lacks]), counts=counts)

    def mapped(raw: Raw) -> Mapped:
        fields = _Fields(vital)
        values, links = {**defaults}, list[Link]()
        by_function = _by_function(own, settings.map, raw) if own else {}
        constants = [(name, partial(_constant, value)) for name, value in by_function.get("properties", {}).items()]
        for name, take in (*properties, *constants) if constants else properties:
            try:
                value = take(raw)
                if value.__class__ is list:
                    value = fields.good_of(name, value, values)
                if value.__class__ is list and name not in plural:
                    value = next((item for item in value if item not in _ABSENT), None)  # as some APIs give several
                if value not in _ABSENT:
                    _must_be_kept(name, private)
                    values[name] = fields.without_numbers(name, convert[name](value))
            except SkipRecord as error:
                fields.failed(name, error, values)
            except KeyError:
                raise SkipRecord(f"a {settings.describes} has no property {name}") from None
        for type_, labels in ends:
            links += _links(type_, labels, raw, known, fields)
        for type_, label, value in by_function.get("links", ()):
            _link(str(type_), str(label), value, known, links, fields)
        whole(values, fields, raw)
        return Mapped(
            values, tuple(dict.fromkeys(links)), verified or bool(by_function.get("verified")), tuple(fields.lacks)
        )

    return mapped


def longest(node: NodeType) -> Mapping[str, int]:
    """How many bytes, as UTF-8, each text has at most that a system says of a row of that label."""
    texts = [each.name for each in provenance.said_about(node) if each.kind in (Kind.STRING, Kind.STRINGS)]
    # by its address a contact is known: that is in an index, too
    return {name: LONGEST_INDEXED if name in node.indexed or name == "email" else LONGEST_TEXT for name in texts}


def within(name: str, text: str, most: int) -> str:
    """The text, if it has no more bytes than that. Raises `SkipRecord`."""
    # each character takes four at most
    if len(text) * 4 > most and (size := len(text.encode())) > most:
        raise SkipRecord(f"{name}: it has {size:,} bytes as UTF-8, and at most {most:,} are taken; shorten it")
    return text


def _bounded(name: str, most: int | None, convert: Callable[[Any], Any], value: Any) -> Any:
    """What the graph keeps of a value, no longer than that where it is text. Raises `SkipRecord`."""
    converted = convert(value)
    if most is not None:
        within(name, converted if isinstance(converted, str) else "".join(converted), most)
    return converted


def address_reader(settings: StreamSettings) -> Callable[[Raw], str | None] | None:
    """How a row's verified address is told, in small letters, however its cell spells it; None where there is none."""
    take = settings.properties.get("email")
    if take is None or not take.verified:
        return None
    taken = _taker(take, _Reading.of(settings, take))

    def address(raw: Raw) -> str | None:
        try:
            value = taken(raw)
            if isinstance(value, list):
                parts = cast("list[Any]", value)
                value = next((part for part in parts if part not in _ABSENT and not isinstance(part, SkipRecord)), None)
            return None if value in _ABSENT else mail(value).lower()
        except SkipRecord:
            return None

    return address


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the cells of a column are read: which words mean nothing, formats of days, the zone of moments, the region
    of numbers.
    """

    empty: Empty
    formats: tuple[str, ...]
    zone: tzinfo | None
    region: str

    @classmethod
    def of(cls, settings: StreamSettings, take: ColumnMapping | None) -> "_Reading":
        """As the column says, else as the stream says."""
        empty = take.empty if take and take.empty is not None else settings.empty
        formats = take.format if take and take.format else settings.date_format
        zone = (take.time_zone if take else None) or settings.time_zone
        return cls(
            Empty(EMPTY_WORDS if empty is None else empty, posts=settings.describes == "Contact"),
            tuple(map(as_format, formats)), ZoneInfo(zone) if zone else None, take.region if take else "US",
        )  # fmt: skip


class _Fields:
    """What of one record cannot be read: faults that it cannot be without, and what is left out."""

    __slots__ = ("_vital", "faults", "lacks", "unread")

    def __init__(self, vital: frozenset[str]) -> None:
        self._vital = vital
        self.faults: list[str] = []
        self.lacks: list[str] = []
        self.unread: set[str] = set()

    def failed(self, name: str, error: SkipRecord, values: dict[str, Any]) -> None:
        """Raises the error where nothing of the record may be kept."""
        if not error.keep:
            raise error
        self.unread.add(name)
        (self.faults if name in self._vital else self.lacks).append(str(error))
        if name in _STRICTEST:
            values[name] = _STRICTEST[name]

    def apart(self) -> "_Fields":
        """What cannot be read of one part of the record, which may not count."""
        return _Fields(self._vital)

    def take(self, other: "_Fields") -> None:
        """Adds what could not be read elsewhere."""
        self.faults += other.faults
        self.lacks += other.lacks
        self.unread |= other.unread

    def without_numbers(self, name: str, value: Any) -> Any:
        """A value without the Social Security numbers in its text, which is told."""
        if isinstance(value, str):
            kept = words_without_social_security(value)
        elif isinstance(value, list):
            kept = [words_without_social_security(text) for text in cast("list[str]", value)]
        else:
            return value
        if kept != value:
            self.lacks.append(f"{name}: {NOT_KEPT}")
        return kept

    def good_of(self, name: str, parts: Sequence[Any], values: dict[str, Any]) -> list[Any]:
        """The parts of a list that could be read: one that could not costs itself."""
        for error in parts:
            if isinstance(error, SkipRecord):
                self.failed(name, error, values)
        return [part for part in parts if not isinstance(part, SkipRecord)]


def _by_function(own: Callable[[Raw], Properties], path: str | None, raw: Raw) -> Properties:
    """What a function of the integrator's own makes of a row. Raises `SkipRecord` with how it failed."""
    try:
        return own(raw)
    except SkipRecord:
        raise
    except Exception as error:
        raise SkipRecord(f"map: {path} cannot read it ({type(error).__name__}{place(error)})") from error


def _constant(value: Any, _: Raw) -> Any:
    return value


def _links(
    type_: str, labels: Sequence[tuple[str, Callable[[Raw], Any]]], raw: Raw, known: Known, fields: "_Fields"
) -> list[Link]:
    """The links of a type. Where it may lead to several labels, one column may name rows of each: what is none of the
    one, as a Center, is one of the other, as a port.
    """
    trial = fields.apart() if len(labels) > 1 else fields
    linked = list[Link]()
    for label, take in labels:
        try:
            value = take(raw)
        except SkipRecord as error:
            trial.failed(type_, _at(type_, error), {})
        else:
            if value not in _ABSENT:
                _link(type_, label, value, known, linked, trial)
    if trial is not fields and len(linked) > 1 and type_ in _TO_ONE:
        ends = " and ".join(f"{link.label} {link.key}" for link in linked)
        trial.failed(type_, SkipRecord(f"{type_}: {ends}; expected one"), {})
        linked = []
    if trial is not fields and not linked:
        fields.take(trial)
    return linked


def _link(type_: str, label: str, value: Any, known: Known, links: list[Link], fields: _Fields) -> None:
    """Adds a link to each row that the value names, which may be several in one text."""
    for item in value if isinstance(value, list | tuple) else (value,):
        try:
            codes = _codes(type_, label, item, known)
        except SkipRecord as error:
            fields.failed(type_, _at(type_, error), {})
            continue
        for code in codes:
            try:
                key = within("its key", _key_of(label, code, known), LONGEST_INDEXED)
                links.append(Link(type_, label, known.check(label, key)))
            except SkipRecord as error:
                fields.failed(type_, _at(type_, error), {})


def _must_be_kept(name: str, private: Collection[str]) -> None:
    """Raises `SkipRecord` for a property that is a Social Security number."""
    if name in private:
        raise SkipRecord(f"{name}: {NOT_KEPT}")


def _codes(type_: str, label: str, item: Any, known: Known) -> Sequence[str]:
    """The codes that a cell names. Raises `SkipRecord`, also for one that could not be read."""
    if isinstance(item, SkipRecord):
        raise item
    codes = () if item in _ABSENT else codes_in(label, _digits(item), known.keys.get(label, ()))
    if len(codes) > 1 and type_ in _TO_ONE:
        raise SkipRecord(f"{_digits(item)[:60]!r} names {len(codes)}; expected one")
    return codes


def _is_verified(settings: StreamSettings) -> bool:
    """Whether addresses of the stream are sure to be their bearers' own."""
    return "email" in settings.properties and settings.properties["email"].verified


def _at(name: str, error: SkipRecord) -> SkipRecord:
    return SkipRecord(f"{name}: {error}", keep=error.keep)


def _meaning_none(take: ColumnMapping | None, raw: Raw) -> str | None:
    """The word in place of what is missing, e.g. Vacant."""
    words = (
        [str(raw[column]).strip() for column in (*take.columns, *take.join) if not is_blank(raw.get(column))]
        if take
        else []
    )
    return words[0][:30] if words else None


def _of_social_security(settings: StreamSettings, declared: Mapping[str, Property]) -> frozenset[str]:
    """The properties that are taken from columns of such numbers, and have no format that refuses one."""
    return frozenset(
        name
        for name, take in settings.properties.items()
        if any(map(is_social_security, (*take.columns, *take.join)))
        and not ((property_ := declared.get(name)) and property_.format and property_.format.refused)
    )


def numbers_in(settings: StreamSettings) -> tuple[str, ...]:
    """The columns of numbers that some people use their Social Security number as."""
    refusing = {
        property_.name
        for property_ in provenance.said_about(GRAPH.node(settings.describes))
        if property_.format and property_.format.refused
    }  # fmt: skip
    takes = [take for name, take in settings.properties.items() if name in refusing]
    takes += [takes_of_type["Importer"] for takes_of_type in settings.links.values() if "Importer" in takes_of_type]
    return tuple(dict.fromkeys(column for take in takes for column in (*take.columns, *take.join)))


def _function(path: str) -> Callable[[Raw], Properties]:
    try:
        return named(path, "`package.module:function`")
    except SetupError as error:
        raise SetupError(f"map: {error}") from None


def _taker(take: ColumnMapping, reading: _Reading) -> Callable[[Raw], Any]:
    """How a value is taken from a raw row: where it comes from, then the steps that it says."""
    first = (
        partial(_joined, take.join, reading.empty)
        if take.join
        else partial(_first, take.columns, take.value, reading.empty, frozenset(map(plain_heading, take.codes or ())))
    )
    steps: list[Callable[[Any], Any]] = []
    if take.turn:
        steps.append(turned)
    if take.split:
        steps.append(partial(_split, take.split, reading.empty))
    if take.event:
        steps.append(partial(_dated, take.event, reading))
    if take.codes is not None:
        steps.append(_coder(take))

    joined, empty, default = bool(take.join), reading.empty, take.default

    def taken(raw: Raw) -> Any:
        value = first(raw)
        if isinstance(value, str):
            value = value.strip()
            if joined and empty(value):
                value = None
        for step in steps:
            value = step(value)
        return default if value in _ABSENT else value

    return taken


def _first(columns: Sequence[str], constant: Any, empty: Empty, codes: frozenset[str], raw: Raw) -> Any:
    """The first that means something; a word that the file gives a code to means that, in whatever capitals."""
    for column in columns:
        value = raw.get(column)
        if value not in _ABSENT and (not empty(value) or (codes and plain_heading(str(value)) in codes)):
            return value
    return constant


def _joined(columns: Sequence[str], empty: Empty, raw: Raw) -> str:
    return " ".join(str(raw[column]).strip() for column in columns if not empty.of_a_part(raw.get(column)))


def _split(at: str, empty: Empty, value: Any) -> Any:
    return [part.strip() for part in value.split(at) if not empty(part.strip())] if isinstance(value, str) else value


def _or_why_not(read: Callable[[Any], Any], value: Any) -> Any:
    """What is read of a part of a list, or the error: it costs none of the others."""
    try:
        return read(value)
    except SkipRecord as error:
        return error


def _coder(take: ColumnMapping) -> Callable[[Any], Any]:
    """Gives each value its code, whatever its capitals and blanks."""
    assert take.codes is not None
    codes = {plain_heading(text): code for text, code in take.codes.items()} | dict(take.codes)
    where = "/".join((*take.columns, *take.join))

    def coded(value: Any) -> Any:
        text = str(value).strip()
        code = codes.get(text, codes.get(plain_heading(text), take.default))
        if code is None:
            near = nearest(text, take.codes or ())
            known = ", ".join(map(str, take.codes or ()))[:200]
            reason = f"{where}: there is no code for {text[:60]!r}; known are {known}"
            raise SkipRecord(reason + (f"; did you mean {near}?" if near else ""))
        return code

    def taken(value: Any) -> Any:
        if value in _ABSENT:
            return value
        return [_or_why_not(coded, item) for item in value] if isinstance(value, list) else coded(value)

    return taken


def _key_of(label: str, value: Any, known: Known) -> str:
    """The key as the graph writes it. Raises `SkipRecord`, with the key of a name that was written in its place."""
    try:
        return _key(label, value)
    except SkipRecord as error:
        raise SkipRecord(
            f"{error}{known.near(label, str(value))}" if error.keep else str(error), keep=error.keep
        ) from None


def _key(label: str, value: Any) -> str:
    """The key as the graph writes it."""
    key = _padded(label, _digits(value))
    if label == "Port":
        issuer, colon, code = key.rpartition(":")
        issuer = issuer.upper()
        codes = PORT_CODE.readings(code) if not colon or issuer in ("ACE", "CENSUS") else []
        return f"{issuer or 'ACE'}:{codes[0]}" if codes else f"{issuer}:{code}" if colon else f"ACE:{key.zfill(4)}"
    if label in ("HtsHeading", "HtsChapter"):
        return tariff_number(key, HTS_HEADING if label == "HtsHeading" else HTS_CHAPTER) or key
    node = GRAPH.node(label)
    property_ = node.property_named(node.key)
    return _identifier(property_, key) if property_.format else key


def _digits(value: Any) -> str:
    """A number as text: 2704 also where a system has it as 2704.0."""
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _padded(kind: str, text: str) -> str:
    """With the zeros that spreadsheets take from a number."""
    return text.zfill(_PADDED[kind]) if kind in _PADDED and text.isascii() and text.isdigit() else text


def _identifier(property_: Property, value: str) -> str:
    assert property_.format is not None
    if property_.format.may_be_refused(value):
        raise SkipRecord(property_.format.refusal, keep=False)
    try:
        checked = property_.format.check(value)
    except BadFormat as error:
        raise SkipRecord(f"{property_.name}: {error}") from None
    if property_.format is ENTRY_NUMBER and checked[-1] != str(entry_check_digit(checked[:3], checked[4:11])):
        raise SkipRecord(
            "entry number: its check digit is wrong; expected"
            f" {checked[:-1]}{entry_check_digit(checked[:3], checked[4:11])}"
        )
    return checked


def _converter(property_: Property, reading: _Reading) -> Callable[[Any], Any]:
    """From what a system gives to what the graph keeps of a property."""

    def enumerated(value: Any) -> str:
        text = str(value).strip()
        if text not in property_.values:
            near = next((known for known in property_.values if known.casefold() == text.casefold()), None)
            raise SkipRecord(
                f"{property_.name}: {text[:60]!r} is none of {', '.join(property_.values)}"
                + (f"; write {near}" if near else "")
            )
        return text

    def several(value: Any) -> list[str]:
        return [text_of(property_.name, item) for item in (value if isinstance(value, list | tuple) else [value])]

    by_name: dict[str, Callable[[Any], Any]] = {
        "email": mail, "phone": lambda value: phone(_digits(value), reading.region), "conditions": _conditions,
        **{name: partial(read, zone=reading.zone) for name, read in _OF_DAYS.items()},
    }  # fmt: skip
    by_kind: dict[Kind, Callable[[Any], Any]] = {
        Kind.BOOLEAN: lambda value: _boolean(property_.name, value),
        Kind.DATETIME: lambda value: _moment(property_.name, value, reading),
        Kind.STRINGS: several,
    }
    if property_.name in by_name:
        return by_name[property_.name]
    if property_.values:
        return enumerated
    if property_.format:
        return lambda value: _identifier(property_, _padded(property_.name, _digits(value)))
    return by_kind.get(property_.kind, lambda value: text_of(property_.name, value))


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, str) and (plainly := value.casefold()) in _YES_OR_NO:
        return plainly in _TRUE
    written = cleaned(str(value)).translate(_PRESENTATION)
    # a box or brackets may be around a tick: [x]
    text = unicodedata.normalize("NFKC", "".join(written.split())).casefold().rstrip(".!;,").strip(_QUOTES)
    text = text.removeprefix("=").removesuffix("()") or text
    plain = text[1:-1] if len(text) > 2 and text[0] + text[-1] in ("[]", "()") else text
    plain = _NUMBER.sub(r"\1\2", plain) if _NUMBER.fullmatch(plain) else plain
    if plain not in _YES_OR_NO:
        raise SkipRecord(f"{name}: {str(value).strip()[:60]!r} is neither yes nor no")
    return plain in _TRUE


def _dated(event: str, reading: _Reading, value: Any) -> Any:
    """The day in a column as a date of that event."""
    if isinstance(value, list):
        return [f"{event} {_day('dates', str(item), reading)}" for item in value if item not in _ABSENT]
    return value if value in _ABSENT else [f"{event} {_day('dates', str(value), reading)}"]


def _day(name: str, text: str, reading: _Reading) -> str:
    try:
        return day_of(text, reading.formats, reading.zone).isoformat()
    except (ValueError, OverflowError):
        raise SkipRecord(
            f"{name}: {text[:60]!r} is no day that can be told; expected e.g. 2026-03-01, or say its `format`, e.g."
            " MM/DD/YYYY"
        ) from None


def _each(value: Any) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _dates(value: Any, zone: tzinfo | None) -> list[str]:
    pattern, expected = r"[a-z_]+ (\S+)(?: \S+)?", "protest_filed 2026-03-01"
    return [_entry_behind("dates", _days("dates", item, pattern, expected, zone), 2) for item in _each(value)]


def _suspensions(value: Any, zone: tzinfo | None) -> list[str]:
    pattern = r"(\S+)(?: (?:-|(\S+))(?: (?:-|\w+)(?: \S+)?)?)?"
    told = (_days("suspensions", item, pattern, "2026-03-01 2026-04-01", zone) for item in _each(value))
    return [_entry_behind("suspensions", text, 3) for text in told]


def _conditions(value: Any) -> list[str]:
    conditions = value if isinstance(value, list | tuple) else [value]
    return [_of_entry(text_of("conditions", condition)) for condition in conditions]


def _of_entry(condition: str) -> str:
    """A condition, with the number of an entry that may stand behind it in its normal form."""
    code, _, entry = condition.rpartition(" ")
    try:
        return f"{code} {ENTRY_NUMBER.check(entry)}" if code else condition
    except BadFormat:
        return condition


def _extensions(value: Any, zone: tzinfo | None) -> list[str]:
    expected = "decide - 2026-03-01 2026-05-01"
    return [_days("extensions", item, r"\w+ \S+ (\S+) (?:\+|(\S+))", expected, zone) for item in _each(value)]


def _pronounced(value: Any, zone: tzinfo | None) -> list[str]:
    return [_days("pronounced", item, r"\w+ \S+ (\S+)", "decide - 2026-12-19", zone) for item in _each(value)]


_OF_DAYS: Final = {
    "dates": _dates, "suspensions": _suspensions, "extensions": _extensions, "pronounced": _pronounced
}  # fmt: skip


def _entry_behind(name: str, text: str, number: int) -> str:
    """A fact with the number of an entry behind so many words in its normal form. Raises `SkipRecord`."""
    words, entry = text.split(" "), Property(name, "The number of an entry.", format=ENTRY_NUMBER)
    return " ".join((*words[:number], *(_identifier(entry, word) for word in words[number:])))


def _days(name: str, text: str, pattern: str, expected: str, zone: tzinfo | None) -> str:
    """The text, if it has that pattern with days or moments where it has groups: with Washington's days there.

    Raises `SkipRecord`.
    """
    written = text.strip()
    matched = re.fullmatch(pattern, written)
    try:
        days = [day for day in matched.groups() if day] if matched else ["none"]
        for day in days:
            written = written.replace(day, str(day_of(day, zone=zone)), 1)
    except (ValueError, OverflowError):
        raise SkipRecord(f"{name}: {text[:60]!r} is none; expected e.g. {expected}") from None
    told = _ISO_DAY.findall(written)
    if told != sorted(told):
        raise SkipRecord(f"{name}: {text[:60]!r} ends before it begins; expected e.g. {expected}")
    return written


def _moment(name: str, value: Any, reading: _Reading) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else moment_of(str(value), reading.formats, reading.zone)
        assert isinstance(moment, datetime)
        # a zone by its name is no part of a moment
        return (
            moment.astimezone(UTC)
            if isinstance(moment.tzinfo, ZoneInfo)
            else moment
            if moment.tzinfo
            else moment.replace(tzinfo=UTC)
        )
    except (ValueError, OverflowError):
        hint = "" if reading.formats else ", or say its `format`, e.g. MM/DD/YYYY"
        raise SkipRecord(
            f"{name}: {str(value)[:60]!r} is no moment; expected e.g. 2026-11-22T09:30:00Z{hint}"
        ) from None


def identity_of(mapped: Mapped, links: Iterable[Link], whole_of: Mapping[Key, Key]) -> str | None:
    """The certain key of a contact: its verified mail address with its organisation, a team's being its Center."""
    mail = mapped.values.get("email")
    employer = next(((link.label, link.key) for link in links if link.type == "WORKS_FOR"), None)
    if not (mapped.verified and mail and employer):
        return None
    return "|".join(("mail", *whole_of.get(employer, employer), str(mail).lower()))
