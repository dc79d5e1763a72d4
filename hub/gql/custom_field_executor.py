"""A question of the hub's own asked: what it tells is found, and then what is asked of its rows is read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from graph_schema.cypher import Parameters
from hub.compile.compiler import FOUND, Compiled, CustomReads, Place, RowReading
from hub.errors import Unavailable
from hub.gql.search_executor import RunStatements

_TRIES: Final = 3
"""How often it is asked again where a row that was found is gone when it is to be read."""
_Wanted: TypeAlias = Mapping[str, tuple[RowReading, list[Any]]]
"""Readings by their names, each with the keys of the rows to read."""
_RowsRead: TypeAlias = Mapping[str, Mapping[Any, Any]]
"""What was read of rows: by the names of readings, by key."""


async def read_custom_field(compiled: Compiled, given: Parameters, run: RunStatements) -> list[Any]:
    """What the shaper of a question takes, in a list by itself; None in it where a statement gave nothing.

    Raises `Unavailable`.
    """
    reads = compiled.custom
    assert reads is not None
    for _ in range(_TRIES):
        (found,) = await run(compiled.texts, reads.parameters(given))
        if found is None:
            return [None]
        wanted = _wanted(reads, found)
        read = await _read(wanted, given, run)
        if read is None:
            return [None]
        if all(len(read[reading.name]) == len(keys) for reading, keys in wanted.values()):
            _put(reads, found, read)
            return [found]
    raise Unavailable("what was asked for changes all the time; try again in a few seconds")


def _wanted(reads: CustomReads, found: Sequence[Any]) -> _Wanted:
    """The readings that are needed, by their names, each with the keys of its rows. Gives each row its label."""
    wanted: dict[str, tuple[RowReading, dict[Any, None]]] = {}
    for place in reads.places:
        for record in place.records(found):
            row = record[place.position]
            if row is None:
                continue
            row[0] = label = next((label for label in row[0] if label in place.labels), None)
            if label is None:
                record[place.position] = None
                continue
            for reading in place.readings.get(label, ()):
                wanted.setdefault(reading.name, (reading, {}))[1][row[1][place.keys[label]]] = None
    return {name: (reading, list(keys)) for name, (reading, keys) in wanted.items()}


async def _read(wanted: _Wanted, given: Parameters, run: RunStatements) -> _RowsRead | None:
    """What the readings give; None where one of them gave nothing."""

    async def rows(reading: RowReading, keys: list[Any]) -> Any:
        parameters = {name: given[name] for name in reading.parameters}
        (found,) = await run((reading.text,), {**parameters, FOUND: {reading.name: keys}})
        return found

    found = await asyncio.gather(*(rows(*one) for one in wanted.values()))
    if None in found:
        return None
    return {name: dict(rows) for name, rows in zip(wanted, found, strict=True)}


def _put(reads: CustomReads, found: Sequence[Any], read: _RowsRead) -> None:
    """Gives each row what was read of it."""
    for place in reads.places:
        if place.readings:
            for record in place.records(found):
                if row := record[place.position]:
                    row.append(_of_row(place, row, read))


def _of_row(place: Place, row: Sequence[Any], read: _RowsRead) -> dict[str, object]:
    label, properties = row[0], row[1]
    return {
        reading.name: read[reading.name][properties[place.keys[label]]] for reading in place.readings.get(label, ())
    }
