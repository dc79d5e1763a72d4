"""Brings a database to where it can answer: constraints, the public facts, and the sample world if it is wanted."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from graph_schema.ddl import TEXT_IS_READ, bookkeeping, statements
from graph_schema.graph import GRAPH
from graph_schema.upsert import edge_statements, node_statements
from hub.database.graph import Graph
from hub.database.lease import Lease
from hub.errors import SetupError
from hub.world.desks import desk_rows
from hub.world.migrations import COMPARE_ALL, MIGRATIONS, SORT_ALL, Migration
from hub.world.reference import Rows, reference_hash, reference_rows
from hub.world.sample import Size, sample_rows

_READ_STATE: Final[LiteralString] = (
    "MATCH (w:World {id: 'world'}) RETURN [w.schema, w.reference, w.sample, coalesce(w.migrations, [])]"
)
_WRITE_STATE: Final[LiteralString] = "MERGE (w:World {id: 'world'}) SET w += $state"
_LARGE: Final = 5_000
_THEIR_DESKS: Final[LiteralString] = (
    "UNWIND $desks AS desk MATCH (c:Contact {id: desk}) WHERE c.source <> 'reference' RETURN c.id"
)

Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class WorldWanted:
    """The sample world to load; `scale` None for none."""

    scale: float | None
    seed: int


def schema_digest() -> str:
    """Stands for the constraints and indexes that this release declares."""
    return hashlib.sha256("\n".join(statements(GRAPH)).encode()).hexdigest()[:16]


async def load(
    graph: Graph, wanted: WorldWanted, progress: Progress, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Applies constraints, indexes and migrations, then loads what is not there yet; one hub at a time, the others
    wait.

    May be run again; it ends in the same graph. Raises `SetupError` where the database holds another sample world than
    the one wanted.
    """
    if (await _state(graph)).lacks(wanted, migrations):
        await graph.apply(bookkeeping())
        async with Lease(graph, "preparing the database"):
            await _load(graph, await _state(graph), wanted, progress, migrations)


async def _load(
    graph: Graph, state: "_State", wanted: WorldWanted, progress: Progress, migrations: Sequence[Migration]
) -> None:
    if wanted.scale is None and state.sample:
        raise SetupError(
            f"this database holds a sample world of {state.sample}, which only `hub up` serves. To try schedules there,"
            " have it sync them: `hub up --connections DIR`. `hub serve` takes a database of its own (NEO4J_URI), `hub"
            " up --no-sample` another --data DIR"
        )
    if wanted.scale and state.sample and state.sample != _name(wanted) and not state.sample.startswith("loading"):
        raise SetupError(
            f"this data directory holds a sample world of {state.sample}: ask for that one, or choose another with"
            " --data DIR"
        )
    if state.schema != schema_digest():
        await graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(300)"])
        await graph.write([Statement(_WRITE_STATE, {"state": {"schema": schema_digest()}})])
    done = list(state.migrations)
    new = [migration for migration in migrations if migration.name not in done]
    for position, migration in enumerate(new):
        progress("migrations", position, len(new))
        await graph.apply(migration.statements)
        if migration.step:
            await migration.step(graph)
        done.append(migration.name)
        await graph.write([Statement(_WRITE_STATE, {"state": {"migrations": done}})])
    rows = reference_rows()
    if state.reference != reference_hash():
        await _write(graph, rows, "public facts", progress)
        await _write(graph, await _untouched(graph, desk_rows(rows)), "shared desks", progress)
        await graph.write([Statement(_WRITE_STATE, {"state": {"reference": reference_hash()}})])
    if wanted.scale and state.sample != _name(wanted):
        await graph.write([Statement(_WRITE_STATE, {"state": {"sample": f"loading {_name(wanted)}"}})])
        await _load_sample(graph, rows, wanted, progress)
        await graph.apply((COMPARE_ALL, SORT_ALL, TEXT_IS_READ))
        await graph.write([Statement(_WRITE_STATE, {"state": {"sample": _name(wanted)}})])


@dataclass(frozen=True, slots=True)
class _State:
    """What the database says was done to it: digests of schema and public facts, the sample world, migrations by
    name.
    """

    schema: str | None
    reference: str | None
    sample: str | None
    migrations: Sequence[str]

    def lacks(self, wanted: WorldWanted, migrations: Sequence[Migration]) -> bool:
        return (
            self.schema != schema_digest()
            or self.reference != reference_hash()
            or self.sample != (_name(wanted) if wanted.scale else None)
            or any(each.name not in self.migrations for each in migrations)
        )


async def _state(graph: Graph) -> _State:
    schema, reference, sample, migrations = await graph.read_one(_READ_STATE, {}) or (None, None, None, [])
    return _State(schema, reference, sample, migrations)


async def _untouched(graph: Graph, desks: Rows) -> Rows:
    """The shared desks but for those that their office has described itself."""
    theirs = {
        desk for (desk,) in await graph.read(_THEIR_DESKS, {"desks": [row.properties["id"] for row in desks.nodes]})
    }
    return Rows(
        tuple(row for row in desks.nodes if row.properties["id"] not in theirs),
        tuple(edge for edge in desks.edges if edge.tail[1] not in theirs),
    )


async def sample_world(graph: Graph) -> str | None:
    """Which sample world the database holds, e.g. `scale 0.02, seed 7`; None for none."""
    return (await _state(graph)).sample


async def _load_sample(graph: Graph, known: Rows, wanted: WorldWanted, progress: Progress) -> None:
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


def _name(wanted: WorldWanted) -> str:
    return f"scale {wanted.scale:g}, seed {wanted.seed}"
