"""A connection's file: which system, whom it speaks for, what its rows mean, how often.

Every fault is told with its place.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)  # fmt: skip
from pydantic_core import PydanticCustomError

from connectors.engine.days import as_format
from connectors.plain_yaml import Fault, Lines, read_yaml
from graph_schema import provenance
from graph_schema.graph import GRAPH
from graph_schema.parties import PARTY
from graph_schema.synced import SYNCED
from hub.errors import SetupError
from hub.records.source_record import DEFAULT_RANK, UNOWNED, edges_from, is_to_one

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_EVERY: Final = re.compile(r"every (\d+)? ?(second|minute|hour|day)s?")
_UNIT_S: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LEAST_S: Final = 10
_A_TAKE: Final = (
    "expected a column's name, e.g. full_name, or {column: full_name, …}, {join: [first, last]}, {value: liaison}"
)
_A_PARTY: Final = f"one party by label and key, e.g. `Agency: FDA`; labels are {', '.join(PARTY.labels)}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _several(raw: Any) -> Any:
    return (raw,) if isinstance(raw, str) else raw


def _as_text(raw: Any) -> Any:
    """A number as a name: columns may be called 2025."""
    if isinstance(raw, list | tuple):
        return [_as_text(item) for item in raw]
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for format_ in formats:
        as_format(format_)
    return formats


def _a_zone(zone: str | None) -> str | None:
    try:
        return zone and ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{zone!r} is no time zone; expected e.g. America/New_York or UTC") from None


Formats = Annotated[tuple[str, ...], BeforeValidator(_several), AfterValidator(_formats)]
"""Formats of days, e.g. MM/DD/YYYY; of several the first that fits."""
Zone = Annotated[str | None, AfterValidator(_a_zone)]
"""The time zone of moments that say none, e.g. America/New_York."""
Words = Annotated[tuple[str, ...] | None, BeforeValidator(_several)]
"""Words that mean that there is nothing, instead of the usual ones (n/a, TBD, vacant …)."""


if TYPE_CHECKING:
    Described: TypeAlias = str
else:
    Described = Literal[tuple(SYNCED)]


class ColumnMapping(_Strict):
    """How a value is taken from a row: a column by any of its names, several joined, or a constant; then its code,
    then its default.

    A column that is `optional` may be missing from the list; one that is not ends the run where it is.
    """

    column: str | tuple[str, ...] = ()
    """The column, or several names of it: the first that has a value counts."""
    join: tuple[str, ...] = ()
    """Several columns, with a blank between."""
    value: Any = None
    """A constant instead of a column."""
    codes: Mapping[str, Any] | None = None
    """What stands for what: the system's value, then the hub's."""
    default: Any = None
    """The value where there is none, or none of the `codes` fits."""
    split: str | None = None
    """What stands between several values in one cell."""
    turn: bool = False
    """Turns `Sample, Ana` into `Ana Sample`."""
    event: str | None = None
    """Of a case's `dates`: the event whose day it is, e.g. `protest_filed`. The clocks of the case run from it."""
    region: str = "US"
    """Of a telephone number without a country's code: the country, by two letters."""
    verified: bool = False
    """Of a mail address: its system has verified it, so that it may tell that two contacts are one."""
    optional: bool = False
    """Whether the column may be missing from the list; one that is not optional ends the run where it is missing."""
    format: Formats = ()
    """The format of days in the column, e.g. `MM/DD/YYYY`; of several, the first that fits."""
    time_zone: Zone = None
    """The time zone of moments that say none, e.g. `America/New_York`."""
    empty: Words = None
    """Words that mean that there is nothing, instead of the usual ones (n/a, TBD, vacant …)."""

    @field_validator("region")
    @classmethod
    def _a_country(cls, region: str) -> str:
        if region not in SUPPORTED_REGIONS:
            raise ValueError(f"{region!r} is no country by its two letters; expected e.g. US, CA or MX")
        return region

    @property
    def needed(self) -> Iterator[tuple[str, ...]]:
        """The columns that must be there, each by the names it may have."""
        if not self.optional and self.value is None:
            yield from ((column,) for column in self.join) if self.join else (self.columns,)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that its one column may have; none where it joins columns or is a constant."""
        return (self.column,) if isinstance(self.column, str) else self.column

    @model_validator(mode="before")
    @classmethod
    def _a_plain_text_is_a_column(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            return {name: _as_text(value) if name == "column" else value for name, value in raw.items()}
        raw = _as_text(raw)
        if not isinstance(raw, str | ColumnMapping):
            raise ValueError(_A_TAKE)  # noqa: TRY004 - which pydantic tells with its place
        return {"column": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _takes_something(self) -> "ColumnMapping":
        if not (self.columns or self.join or self.value is not None):
            raise ValueError("say where the value comes from: `column`, `join` or `value`")
        return self


class StreamSettings(_Strict):
    """A stream: what it is called in its system, what it describes, and how its columns become properties and edges.

    `source` is what the connector is to read (a file pattern, a query). `map` names a Python function instead of
    `properties` and `links`: `package.module:function`, from a raw row to a dictionary of both.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, use_attribute_docstrings=True)

    describes: Described
    """What its rows are about."""
    source: Annotated[str, Field(alias="from")]
    """What the connector is to read: a file pattern, a query."""
    key: tuple[str, ...]
    """The column, or columns, by which the system tells its rows apart."""
    properties: Mapping[str, ColumnMapping] = Field(default_factory=dict[str, ColumnMapping])
    """Of each property, how its value is taken from a row."""
    links: Mapping[str, Mapping[str, ColumnMapping]] = Field(default_factory=dict[str, Mapping[str, ColumnMapping]])
    """Of each relationship and label, how the key at the other end is taken from a row."""
    map: str | None = None
    """A Python function instead of `properties` and `links`: `package.module:function`."""
    date_format: Formats = ()
    """The format of days in all columns, where a column says none of its own."""
    time_zone: Zone = None
    """The time zone of moments in all columns, where they and their column say none."""
    empty: Words = None
    """Words that mean that there is nothing, in all columns that have none of their own."""

    @property
    def takes(self) -> Iterator[ColumnMapping]:
        """How each value is taken from a row: of its properties, then of its links."""
        yield from self.properties.values()
        for ends in self.links.values():
            yield from ends.values()

    @property
    def places(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Where columns are named, and which."""
        yield ("key",), self.key
        for name, take in self.properties.items():
            yield ("properties", name), (*take.columns, *take.join)
        for type_, ends in self.links.items():
            for label, take in ends.items():
                yield ("links", type_, label), (*take.columns, *take.join)

    @property
    def needed(self) -> tuple[tuple[str, ...], ...] | None:
        """The columns that must be there, each by the names it may have; None where a function of its own reads the
        rows.
        """
        return None if self.map else tuple(dict.fromkeys(names for take in self.takes for names in take.needed))

    @property
    def vital(self) -> frozenset[str]:
        """The columns without which no record can be read."""
        required = {
            property_.name for property_ in provenance.said_about(GRAPH.node(self.describes)) if property_.required
        }
        takes = [take for name, take in self.properties.items() if name in required and take.default is None]
        return frozenset((*self.key, *(column for take in takes for column in (*take.columns, *take.join))))

    @property
    def options(self) -> Mapping[str, Any]:
        """What is the connector's own."""
        return self.model_extra or {}

    @field_validator("key", mode="before")
    @classmethod
    def _one_column_is_a_key(cls, key: Any) -> Any:
        key = _as_text(key)
        if not key:
            raise ValueError("name the column by which the system tells its rows apart, or several: [office, number]")
        return (key,) if isinstance(key, str) else key

    @model_validator(mode="after")
    def _fits_the_graph(self) -> "StreamSettings":
        for fault in _unfit(self.describes, self.properties, self.links):
            raise fault
        # an owner may be a Center or a port, row by row
        owner = SYNCED[self.describes].owned_by
        to_one = {edge.type for edge, _ in edges_from(self.describes) if is_to_one(edge) and edge is not owner}
        if several := next((type_ for type_, ends in self.links.items() if len(ends) > 1 and type_ in to_one), None):
            raise ValueError(f"links: {several} leads to one row, so name one label")
        return self


def _unfit(
    describes: str, properties: Iterable[str], links: Mapping[str, Iterable[str]]
) -> Iterator[PydanticCustomError]:
    """What of the properties and links of a stream the graph does not have, each for itself."""
    known = sorted(property_.name for property_ in provenance.said_about(GRAPH.node(describes)))
    for name in properties:
        if name not in known:
            yield PydanticCustomError(
                "unknown_property",
                "a {describes} has no {unknown}{near}; it has {known}",
                {
                    "describes": describes, "unknown": name, "known": ", ".join(known), "near": _near(name, known),
                    "at": ("properties", name),
                },
            )  # fmt: skip
    ways = [(edge.type, head) for edge, head in edges_from(describes)]
    for type_, ends in links.items():
        heads = [head for edge, head in ways if edge == type_]
        for end in ends:
            if end not in heads:
                yield PydanticCustomError(
                    "unknown_link",
                    "no {type} leads from a {describes} to {unknown}{near}; there are {known}",
                    {
                        "type": type_, "describes": describes, "unknown": end,
                        "near": _near(end, heads) if heads else _near(type_, {edge for edge, _ in ways}),
                        "at": ("links", type_, end) if heads else ("links", type_),
                        "known": ", ".join(sorted({" ".join(way) for way in ways})),
                    },
                )  # fmt: skip


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {near[0]}?" if near else ""


class Limits(_Strict):
    """When a run must stop rather than go on: the share of records that may vanish at once, and the share that may
    be refused.
    """

    vanish: Annotated[float, Field(ge=0, le=1)] = 0.2
    """The share of a stream's records that may vanish at once."""
    refuse: Annotated[float, Field(ge=0, le=1)] = 0.1
    """The share of a stream's records that may be refused."""


class Connection(_Strict):
    """A connection, as its file says. `party` is whom it speaks for, as label and key."""

    name: str
    """The name of its file, without `.yaml`."""
    connector: str
    """One of the hub's own by name, or `package.module:Class`."""
    party: Mapping[str, str]
    """Whom it speaks for, by label and key. What it says beyond that grants nothing."""
    rank: Annotated[int, Field(ge=1, lt=UNOWNED)] = DEFAULT_RANK
    """Where systems differ about a property, the value of the smallest rank counts."""
    schedule: str | None = None
    """How often a hub that serves syncs it, e.g. `every 15 minutes`; without it, by command."""
    full: str | None = None
    """How often such a sync reads everything again and compares every record, e.g. `every 7 days`; needs a
    `schedule`.
    """
    settings: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    """What the connector needs to reach its system. A secret is `{env: NAME}` or `{file: NAME}`."""
    streams: Mapping[str, StreamSettings]
    """What is read, by name."""
    limits: Limits = Limits()
    """When a run stops rather than goes on."""

    @field_validator("party", mode="before")
    @classmethod
    def _a_number_is_a_key(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise ValueError(_A_PARTY)  # noqa: TRY004 - which pydantic tells with its place
        party = {label: _as_text(key) for label, key in raw.items()}
        if isinstance(port := party.get("Port"), str) and port.isdigit():
            party["Port"] = f"ACE:{port.zfill(4)}"
        return party

    @field_validator("party")
    @classmethod
    def _one_party(cls, party: Mapping[str, str]) -> Mapping[str, str]:
        if len(party) != 1 or next(iter(party)) not in PARTY.labels:
            raise ValueError(_A_PARTY)
        return party

    @field_validator("schedule", mode="before")
    @classmethod
    def _full_stands_beside_it(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            hint = "expected e.g. `every 15 minutes`; `full: every 7 days` stands beside `schedule`, not below it"
            raise ValueError(hint)  # noqa: TRY004 - pydantic takes it for a fault of the file
        return raw

    @field_validator("schedule", "full")
    @classmethod
    def _a_period(cls, period: str | None) -> str | None:
        if period is not None and period_s(period) < _LEAST_S:
            raise ValueError(f"not more often than every {_LEAST_S} seconds")
        return period

    @field_validator("streams")
    @classmethod
    def _plain_names(cls, streams: Mapping[str, StreamSettings]) -> Mapping[str, StreamSettings]:
        if not streams or not all(map(NAME.fullmatch, streams)):
            raise ValueError("at least one stream, named in lower case letters, digits and hyphens")
        return streams

    @model_validator(mode="after")
    def _full_syncs_are_scheduled(self) -> "Connection":
        if self.full and not self.schedule:
            raise ValueError(
                "`full` says how often a scheduled sync reads everything again: say a `schedule`, too, e.g. every hour"
            )
        return self

    @property
    def speaks_for(self) -> tuple[str, str]:
        """The party's label and key."""
        return next(iter(self.party.items()))

    @property
    def every_s(self) -> float | None:
        """The seconds between two syncs; None where none are scheduled."""
        return None if self.schedule is None else period_s(self.schedule)

    @property
    def full_every_s(self) -> float | None:
        """The seconds between two syncs that read everything; None where none are scheduled."""
        return None if self.full is None else period_s(self.full)


def period_s(text: str) -> int:
    """The seconds of e.g. `every 15 minutes`. Raises `ValueError`."""
    matched = _EVERY.fullmatch(text.strip())
    if not matched:
        raise ValueError("expected e.g. `every 15 minutes`, `every hour` or `every 2 days`")
    return int(matched[1] or 1) * _UNIT_S[matched[2]]


OfConnector = Callable[[Mapping[str, Any]], Iterable[Fault]]
"""What a connector finds wrong with the content of a file: its settings and options."""


def read_connection(path: Path, of_connector: OfConnector = lambda _: ()) -> Connection:
    """The connection of a file, named like it. Raises `SetupError` with every fault, its line and what is expected;
    where there is one, with those of its connector, too.
    """
    if not NAME.fullmatch(path.stem):
        raise SetupError(
            f"{path.name}: a connection's name is lower case letters, digits and hyphens, and begins with a letter"
        )
    content, lines = _read(path)
    if not isinstance(content, dict):
        raise SetupError(f"{path}: expected `connector`, `party`, `settings` and `streams`, one a line")
    try:
        return Connection.model_validate({**content, "name": path.stem})
    except ValidationError as error:
        beside = [*_unfit_in(content), *of_connector(content)]
        raise SetupError(lines.faults(error, _known(content), beside=beside)) from None


def _unfit_in(content: Mapping[str, Any]) -> Iterator[Fault]:
    """What of the streams the graph does not have, also where a stream has other faults."""
    streams = content.get("streams")
    for name, stream in streams.items() if isinstance(streams, dict) else ():
        if isinstance(stream, dict) and stream.get("describes") in list(SYNCED):
            properties, links = stream.get("properties"), stream.get("links")
            ends = (
                {type_: ends for type_, ends in links.items() if isinstance(ends, dict)}
                if isinstance(links, dict)
                else {}
            )
            for fault in _unfit(stream["describes"], properties if isinstance(properties, dict) else (), ends):
                assert fault.context is not None
                yield ("streams", name, *fault.context["at"]), fault.message()


def _read(path: Path) -> tuple[Any, Lines]:
    try:
        return read_yaml(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SetupError(f"{path} is not UTF-8: save it so") from None


def lines_of(path: Path) -> Lines:
    """Where the settings of a connection's file stand; of none that can be read, nowhere."""
    try:
        return _read(path)[1]
    except SetupError:
        return Lines(path.stem, None)


def _known(content: Mapping[str, Any]) -> Mapping[tuple[str, ...], Iterable[str]]:
    """The settings that there are, by the place they stand at."""
    known: dict[tuple[str, ...], Iterable[str]] = {
        (): Connection.model_fields.keys() - {"name"},
        ("limits",): Limits.model_fields,
    }
    streams = content.get("streams")
    for name, stream in streams.items() if isinstance(streams, dict) else ():
        if not isinstance(stream, dict):
            continue
        properties, links = stream.get("properties"), stream.get("links")
        for property_ in properties if isinstance(properties, dict) else ():
            known["streams", name, "properties", property_] = ColumnMapping.model_fields
        for type_, ends in links.items() if isinstance(links, dict) else ():
            for label in ends if isinstance(ends, dict) else ():
                known["streams", name, "links", type_, label] = ColumnMapping.model_fields
    return known


def with_secrets(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with `{env: NAME}` and `{file: PATH}` in place of what they name.

    Raises `SetupError`, never with a secret.
    """

    def told(value: Any) -> Any:
        match value:
            case {"env": str(variable)} if len(value) == 1:
                if variable not in os.environ:
                    raise SetupError(
                        f"the environment has no {variable}, which a connection in {folder} takes a secret from"
                    )
                return os.environ[variable]
            case {"file": str(path)} if len(value) == 1:
                try:
                    return (folder / path).read_text().strip()
                except OSError as error:
                    raise SetupError(
                        f"{folder / path} cannot be read ({error.strerror}); a connection takes a secret from it"
                    ) from None
            case dict():
                return {key: told(inner) for key, inner in value.items()}
            case _:
                return value

    return {key: told(value) for key, value in settings.items()}
