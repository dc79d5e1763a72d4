"""Brings a database to where it can answer: constraints, the public facts, and the sample world if it is wanted."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from graph_schema.upsert import edge_statements, node_statements
from hub.errors import SetupError
from hub.graph import Graph
from hub.world.reference import Rows, reference_hash, reference_rows
from hub.world.sample import Size, sample_rows

_READ_STATE: Final[LiteralString] = "MATCH (w:World {id: 'world'}) RETURN [w.schema, w.reference, w.sample]"
_WRITE_STATE: Final[LiteralString] = "MERGE (w:World {id: 'world'}) SET w += $state"
_WORLD: Final[LiteralString] = "CREATE CONSTRAINT World_id IF NOT EXISTS FOR (n:World) REQUIRE n.id IS UNIQUE"
_LARGE: Final = 5_000

Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sample world to load; `scale` None for none."""

    scale: float | None
    seed: int


async def load(graph: Graph, wanted: Wanted, progress: Progress) -> None:
    """Applies constraints and indexes, then loads what is not there yet. May be run again; it ends in the same graph.

    Raises `SetupError` where the database holds another sample world than the one wanted.
    """
    schema, reference, sample = await graph.read_one(_READ_STATE, {}) or (None, None, None)
    ddl = [_WORLD, *statements(GRAPH)]
    if schema != _digest(ddl):
        await graph.apply([*ddl, "CALL db.awaitIndexes(300)"])
        await graph.write([Statement(_WRITE_STATE, {"state": {"schema": _digest(ddl)}})])
    rows = reference_rows()
    if reference != reference_hash():
        await _write(graph, rows, "public facts", progress)
        await graph.write([Statement(_WRITE_STATE, {"state": {"reference": reference_hash()}})])
    if wanted.scale is None:
        if sample:
            raise SetupError("this data directory holds a sample world: choose another with --data DIR for a hub without one")
    elif sample != _name(wanted):
        if sample and not sample.startswith("loading"):
            raise SetupError(f"this data directory holds a sample world of {sample}: ask for that one, or choose another with --data DIR")
        await graph.write([Statement(_WRITE_STATE, {"state": {"sample": f"loading {_name(wanted)}"}})])
        await _load_sample(graph, rows, wanted, progress)
        await graph.write([Statement(_WRITE_STATE, {"state": {"sample": _name(wanted)}})])


async def _load_sample(graph: Graph, known: Rows, wanted: Wanted, progress: Progress) -> None:
    assert wanted.scale is not None
    total = Size.of(wanted.scale).cases
    done = 0
    progress("sample world", 0, total)
    for block in sample_rows(wanted.scale, wanted.seed, known):
        await _write(graph, block, "sample world", None)
        done += sum(row.label == "Case" for row in block.nodes)
        progress("sample world", done, total)


async def _write(graph: Graph, rows: Rows, what: str, progress: Progress | None) -> None:
    batches = [*node_statements(GRAPH, rows.nodes, _LARGE), *edge_statements(GRAPH, rows.edges, _LARGE)]
    for position, statement in enumerate(batches):
        await graph.write([statement])
        if progress:
            progress(what, position + 1, len(batches))


def _digest(ddl: list[str]) -> str:
    return hashlib.sha256("\n".join(ddl).encode()).hexdigest()[:16]


def _name(wanted: Wanted) -> str:
    return f"scale {wanted.scale:g}, seed {wanted.seed}"
