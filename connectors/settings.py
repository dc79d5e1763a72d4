"""A connection's file: which system, whom it speaks for, what its rows mean, how often. Every fault is told with its place."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from graph_schema import provenance
from graph_schema.graph import GRAPH
from graph_schema.parties import PARTY
from hub.errors import SetupError
from hub.said import DEFAULT_RANK, UNOWNED, edges_from, is_to_one

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_EVERY: Final = re.compile(r"every (\d+)? ?(second|minute|hour|day)s?")
_UNIT_S: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LEAST_S: Final = 10


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Take(_Strict):
    """How a value is taken from a row: a column by any of its names, several joined, or a constant; then its code, then its default."""

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

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if isinstance(self.column, str) else self.column

    @model_validator(mode="before")
    @classmethod
    def _a_plain_text_is_a_column(cls, found: Any) -> Any:
        return {"column": found} if isinstance(found, str) else found

    @model_validator(mode="after")
    def _takes_something(self) -> "Take":
        if not (self.columns or self.join or self.value is not None):
            raise ValueError("say where the value comes from: `column`, `join` or `value`")
        return self


class StreamSettings(_Strict):
    """A stream: what it is called in its system, what it describes, and how its columns become properties and edges.

    `source` is what the connector is to read (a file pattern, a query). `map` names a Python function instead of `properties`
    and `links`: `package.module:function`, from a raw row to a dictionary of both.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, use_attribute_docstrings=True)

    describes: Literal["Contact", "Case", "Decision", "Importer", "Broker"]
    """What its rows are about."""
    source: Annotated[str, Field(alias="from")]
    """What the connector is to read: a file pattern, a query."""
    key: tuple[str, ...]
    """The column, or columns, by which the system tells its rows apart."""
    properties: Mapping[str, Take] = Field(default_factory=dict[str, Take])
    """Of each property, how its value is taken from a row."""
    links: Mapping[str, Mapping[str, Take]] = Field(default_factory=dict[str, Mapping[str, Take]])
    """Of each relationship and label, how the key at the other end is taken from a row."""
    map: str | None = None
    """A Python function instead of `properties` and `links`: `package.module:function`."""

    @property
    def options(self) -> Mapping[str, Any]:
        """What is the connector's own."""
        return self.model_extra or {}

    @field_validator("key", mode="before")
    @classmethod
    def _one_column_is_a_key(cls, found: Any) -> Any:
        return (found,) if isinstance(found, str) else found

    @model_validator(mode="after")
    def _fits_the_graph(self) -> "StreamSettings":
        node = GRAPH.node(self.describes)
        known = {found.name for found in provenance.said_about(node)}
        if unknown := set(self.properties) - known:
            raise ValueError(f"properties: a {self.describes} has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        ways = list(edges_from(self.describes))
        for type_, ends in self.links.items():
            heads = [head for edge, head in ways if edge.type == type_]
            if unknown := set(ends) - set(heads):
                all_ways = sorted({f"{edge.type} {head}" for edge, head in ways})
                raise ValueError(f"links: no {type_} leads from a {self.describes} to {', '.join(sorted(unknown))}; there are {all_ways}")
            if len(ends) > 1 and any(edge.type == type_ and is_to_one(edge) for edge, _ in ways):
                raise ValueError(f"links: {type_} leads to one row, so name one label")
        return self


class Limits(_Strict):
    """When a run must stop rather than go on: the share of records that may vanish at once, and the share that may be refused."""

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
    settings: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    """What the connector needs to reach its system. A secret is `{env: NAME}` or `{file: NAME}`."""
    streams: Mapping[str, StreamSettings]
    """What is read, by name."""
    limits: Limits = Limits()
    """When a run stops rather than goes on."""

    @field_validator("party")
    @classmethod
    def _one_party(cls, found: Mapping[str, str]) -> Mapping[str, str]:
        if len(found) != 1 or next(iter(found)) not in PARTY.labels:
            raise ValueError(f"one party by label and key, e.g. `Agency: FDA`; labels are {', '.join(PARTY.labels)}")
        return found

    @field_validator("schedule")
    @classmethod
    def _a_period(cls, found: str | None) -> str | None:
        if found is not None and period_s(found) < _LEAST_S:
            raise ValueError(f"not more often than every {_LEAST_S} seconds")
        return found

    @field_validator("streams")
    @classmethod
    def _plain_names(cls, found: Mapping[str, StreamSettings]) -> Mapping[str, StreamSettings]:
        if not found or not all(map(NAME.fullmatch, found)):
            raise ValueError("at least one stream, named in lower case letters, digits and hyphens")
        return found

    @property
    def speaks_for(self) -> tuple[str, str]:
        """The party's label and key."""
        return next(iter(self.party.items()))

    @property
    def every_s(self) -> float | None:
        return None if self.schedule is None else period_s(self.schedule)


def period_s(text: str) -> int:
    """The seconds of e.g. `every 15 minutes`. Raises `ValueError`."""
    found = _EVERY.fullmatch(text.strip())
    if not found:
        raise ValueError("expected e.g. `every 15 minutes`, `every hour` or `every 2 days`")
    return int(found[1] or 1) * _UNIT_S[found[2]]


def read_connection(path: Path) -> Connection:
    """The connection of a file, named like it. Raises `SetupError` with every fault and its place."""
    if not NAME.fullmatch(path.stem):
        raise SetupError(f"{path.name}: a connection's name is lower case letters, digits and hyphens, and begins with a letter")
    try:
        found = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"{path}: {error}") from None
    if not isinstance(found, dict):
        raise SetupError(f"{path}: expected `connector`, `party`, `settings` and `streams`, one a line")
    try:
        return Connection.model_validate({**found, "name": path.stem})
    except ValidationError as error:
        raise SetupError(faults(str(path), error)) from None


def connections(folder: Path) -> Iterator[Connection]:
    """Those of a folder, by name. Raises `SetupError`."""
    for path in sorted(folder.glob("*.yaml")):
        yield read_connection(path)


def faults(where: str, error: ValidationError) -> str:
    """Every fault of some settings, one a line, without the values."""
    told = [f"  {'.'.join(map(str, fault['loc'])) or 'as a whole'}: {fault['msg']}" for fault in error.errors()]
    return "\n".join((f"{where} cannot be used:", *told))


def with_secrets(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with `{env: NAME}` and `{file: PATH}` in place of what they name. Raises `SetupError`, never with a secret."""

    def told(value: Any) -> Any:
        match value:
            case {"env": str(variable)} if len(value) == 1:
                if variable not in os.environ:
                    raise SetupError(f"the environment has no {variable}, which a connection in {folder} takes a secret from")
                return os.environ[variable]
            case {"file": str(path)} if len(value) == 1:
                try:
                    return (folder / path).read_text().strip()
                except OSError as error:
                    raise SetupError(f"{folder / path} cannot be read ({error.strerror}); a connection takes a secret from it") from None
            case dict():
                return {key: told(inner) for key, inner in value.items()}
            case _:
                return value

    return {key: told(value) for key, value in settings.items()}
