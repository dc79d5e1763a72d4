"""What comes out of the compiler: statements, and the shaper that takes what they give."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from graph_schema.cypher import Parameters
from hub.compile import query
from hub.compile.custom_field import ASKED
from hub.compile.parameters import FOUND, RIGHTS
from hub.compile.plan import Selected
from hub.compile.shaper import Shaper

_PARAMETER: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class RowReading:
    """A statement that reads rows of a label: from their keys, a list under `name` in `$found`, it gives each with what
    is asked of it.

    `parameters` are all that it names beside.
    """

    name: str
    text: str
    parameters: tuple[str, ...]

    @classmethod
    def of(cls, name: str, text: str) -> Self:
        """The reading by that text."""
        return cls(name, text, tuple(found for found in dict.fromkeys(_PARAMETER.findall(text)) if found != FOUND))


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows stand in what was found: in the records along `steps`, each a position and whether a list stands
    there, at `position`.

    Each is [labels, properties, what is told beside]; `keys` says at which of the properties its key is, by label, and
    `readings` how it is read.
    """

    steps: tuple[tuple[int, bool], ...]
    position: int
    labels: tuple[str, ...]
    keys: Mapping[str, int]
    readings: Mapping[str, tuple[RowReading, ...]]

    def records(self, found: Sequence[Any]) -> list[Any]:
        """The records in which a row stands at `position`, or null."""
        records = [found]
        for position, is_list in self.steps:
            records = [
                inner for outer in records for inner in (outer[position] if is_list else (outer[position],)) if inner
            ]
        return records


@dataclass(frozen=True, slots=True)
class CustomReads:
    """A question's second step: what it says in `$asked` of what is selected, its sizes, where rows stand and how they
    are read.

    Its shaper takes what was found, each row as [label, properties, what is told beside, what was read of it by the
    readings' names].
    """

    selected: Selected
    sizes: tuple[str, ...]
    places: tuple[Place, ...]
    readings: tuple[RowReading, ...]

    def parameters(self, given: Parameters) -> Parameters:
        """Those of the statement that finds; of others Neo4j would plan it anew for each selection."""
        kept = {name: given[name] for name in (*RIGHTS, *self.sizes) if name in given}
        return {**kept, ASKED: {**given[ASKED], **self.selected}}


@dataclass(frozen=True, slots=True)
class SearchReads:
    """A search's second step: what is asked of the rows on the page, by their label, and how they are counted and
    picked.

    `labels` are known by their places among those declared. `texts` has no statement for a label of which nothing need
    be read; `keys` then tells how often each column has the key.
    """

    labels: Mapping[int, str]
    page: query.Page
    texts: Mapping[str, str]
    keys: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that returns at most one record with one value, `row`, and the shaper that takes it.

    A search has several that find its rows, and `search` besides; its shaper takes [rows, how many there are, whether
    more come]. A question of the hub's own has one that finds what it tells, and `custom` besides.
    """

    texts: tuple[str, ...]
    shape: Shaper
    search: SearchReads | None = None
    custom: CustomReads | None = None

    @property
    def text(self) -> str:
        """The statement. Raises `ValueError` where it is several."""
        (text,) = self.texts
        return text

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Every statement that may be run for it."""
        read = (
            self.search.texts.values()
            if self.search
            else [reading.text for reading in self.custom.readings]
            if self.custom
            else ()
        )
        return (*self.texts, *read)
