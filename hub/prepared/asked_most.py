"""What is asked most, remembered across restarts as forms of questions, so that Neo4j can be made to plan them before
they are asked.

A form is a document without its values (`hub.gql.without_values`), the kind of viewer it is compiled for, and the types
of its parameters; who asked is not kept. The file lies beside the attachments, is read and written whole, and belongs
to all hubs of that folder: each adds what was asked of it. What is asked no more counts half as much each day, and is
pushed out by what is.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from graph_schema.viewer_kinds import FLAGS, ViewerKind
from hub.gql.parameter_types import ParameterType, placeholder
from hub.gql.request import Variables

FILE: Final = "asked-most.json"
_FORMAT: Final = 1
_MOST_FORMS: Final = 200
_MOST_BYTES: Final = 1_000_000
_MOST_COUNTED: Final = 500
_HALF_S: Final = 24 * 3600.0
_LOCKED_S: Final = 2.0
_CALLED_BEFORE: Final = {"imports": "isImporter", "owns": "isOffice", "joins": "isAgency"}
"""What flags were called until 2026-11-26, as a file of then has them."""
_log: Final = logging.getLogger("hub.warming")


@dataclass(frozen=True, slots=True)
class Form:
    """What is needed to plan a question, and none of its values: `parameters` are the types of those of each root
    field, by name.
    """

    document: str
    variables: Variables
    kind: ViewerKind
    parameters: Sequence[Mapping[str, ParameterType]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of preparing: so many statements of so many that were wanted, within so many seconds, by that time."""

    statements: int
    seconds: float
    at: float


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid")

    flags: list[str]
    acts: bool
    has_account: bool


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: str
    variables: dict[str, JsonValue]
    kind: _Kind
    parameters: list[dict[str, ParameterType]]
    weight: float = Field(ge=0, allow_inf_nan=False)


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: int = Field(ge=_FORMAT, le=_FORMAT)
    at: float = Field(ge=0, allow_inf_nan=False)
    prepared: Prepared | None
    forms: list[_Line] = Field(max_length=_MOST_FORMS)


@dataclass(slots=True)
class _Counted:
    """How often it was asked since the file was written last, and its form, which is made at the second time."""

    times: int = 1
    form: Form | None = None


_Known = dict[bytes, tuple[Form, float]]
"""Forms with how much they are asked, each under what is written of it."""


class AskedMost:
    """Counts what is asked, and keeps the forms asked most in a file of that folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._counted: dict[Any, _Counted] = {}
        self._known: _Known = {}
        self._known_at = time.time()
        self.prepared: Prepared | None = None
        """What came of preparing the last time, by whichever hub of this folder."""
        self._was_told = False

    def count(self, key: Any, form: Callable[[], Form | None]) -> None:
        """Counts a question by what it is compiled to; `form` makes its form, once it was asked a second time: most
        are asked once.
        """
        counted = self._counted.get(key)
        if counted is None:
            if len(self._counted) >= _MOST_COUNTED:
                # those asked once first, however many there are of them
                del self._counted[
                    min(
                        self._counted,
                        key=lambda key_: (self._counted[key_].form is not None, self._counted[key_].times),
                    )
                ]
            self._counted[key] = _Counted()
            return
        counted.times += 1
        if counted.times == 2 and counted.form is None:
            counted.form = form()

    def counted(self) -> list[tuple[Form, int]]:
        """What was asked since the last time, at least twice, which is thereby counted."""
        forms = [(counted.form, counted.times) for counted in self._counted.values() if counted.form and counted.times]
        for counted in self._counted.values():
            if counted.form:
                counted.times = 0
        return forms

    def forms(self) -> list[Form]:
        """The forms as of the last `load` or `save`, what is asked most first."""
        return [form for form, _ in _ordered(self._known)]

    def load(self) -> None:
        """Reads the file. One that is none of the hub's is set aside, and said so; without one there is nothing."""
        try:
            self._known, self._known_at = self._read()
        except OSError as error:
            self._tell("cannot be read", error)

    def save(self, counted: Sequence[tuple[Form, int]]) -> None:
        """Writes the file: what it holds by now, of other hubs too, and what was `counted` here; says so once where
        it cannot.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock", timeout=_LOCKED_S, mode=0o600):
                prepared = self.prepared
                self._known, self._known_at = self._read()
                self.prepared = _later(prepared, self.prepared)
                self._add(counted)
                self._write()
        except (OSError, Timeout) as error:
            self._add(counted)
            self._tell("cannot be written", error)

    def _add(self, counted: Sequence[tuple[Form, int]]) -> None:
        """Adds what was counted to what is known, which counts the less the older it is."""
        now = time.time()
        factor = 0.5 ** (max(0.0, now - self._known_at) / _HALF_S)
        known = {key: (form, weight * factor) for key, (form, weight) in self._known.items()}
        for form, times in counted:
            key = _written(form)
            known[key] = form, known.get(key, (None, 0.0))[1] + times
        self._known = {_written(form): (form, weight) for form, weight in _ordered(known)[:_MOST_FORMS]}
        self._known_at = now

    def _read(self) -> tuple[_Known, float]:
        """What the file holds, and as of when. Raises `OSError`."""
        try:
            with self._file.open("rb") as opened:
                # one that is longer is cut, and then is no JSON
                whole = _Whole.model_validate_json(opened.read(2 * _MOST_BYTES))
            known = {_written(form): (form, line.weight) for line in whole.forms for form in [_form(line)]}
        except FileNotFoundError:
            return {}, time.time()
        except ValueError:
            aside = self._file.with_name(f"{FILE}.set-aside")
            self._file.replace(aside)
            _log.warning(
                "%s is not what this hub writes: it is set aside as %s, and what is asked most is counted anew",
                self._file,
                aside,
            )
            return {}, time.time()
        self.prepared = whole.prepared
        return known, whole.at

    def _write(self) -> None:
        """Puts a new file in place of the old one. Raises `OSError`."""
        room, lines = _MOST_BYTES, list[_Line]()
        for key, (form, weight) in self._known.items():
            room -= len(key)
            if room < 0:
                break
            lines.append(_line(form, weight))
        whole = _Whole(format=_FORMAT, at=self._known_at, prepared=self.prepared, forms=lines)
        new = self._file.with_name(f"{FILE}.new")
        new.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(orjson.dumps(whole.model_dump(), option=orjson.OPT_INDENT_2))
            new.replace(self._file)
        finally:
            new.unlink(missing_ok=True)

    def _tell(self, what: str, error: Exception) -> None:
        if not self._was_told:
            _log.warning(
                "%s %s (%s): what is asked most is not remembered across restarts",
                self._file,
                what,
                type(error).__name__,
            )
        self._was_told = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says: what was prepared the last time, and how many forms are remembered."""

    prepared: Prepared | None
    forms: int


def last_prepared(folder: Path) -> Found | None:
    """What the file of that folder says; None where there is none that can be read."""
    try:
        whole = _Whole.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return Found(whole.prepared, len(whole.forms))


def _ordered(known: _Known) -> list[tuple[Form, float]]:
    return sorted(known.values(), key=lambda entry: -entry[1])


def _later(one: Prepared | None, other: Prepared | None) -> Prepared | None:
    return max((prepared for prepared in (one, other) if prepared), key=lambda prepared: prepared.at, default=None)


def _written(form: Form) -> bytes:
    return orjson.dumps(_line(form, 0).model_dump())


def _line(form: Form, weight: float) -> _Line:
    kind = _Kind(flags=sorted(form.kind.flags), acts=form.kind.acts, has_account=form.kind.has_account)
    parameters = [dict(shapes) for shapes in form.parameters]
    return _Line(
        document=form.document,
        variables=dict(form.variables),
        kind=kind,
        parameters=parameters,
        weight=round(weight, 3),
    )


def _form(line: _Line) -> Form:
    """Raises `ValueError` for what no hub has written."""
    for shapes in line.parameters:
        for shape in shapes.values():
            placeholder(shape)
    flags = frozenset(_CALLED_BEFORE.get(flag, flag) for flag in line.kind.flags)
    if not flags <= set(FLAGS):
        raise ValueError(line.kind.flags)
    kind = ViewerKind(flags, line.kind.acts, line.kind.has_account)
    return Form(line.document, line.variables, kind, line.parameters)
