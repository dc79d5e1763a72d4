"""The walls of a batch: what the graph must hold for a row to be taken, and all that one transaction holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, LiteralString

from connectors.authority import Authority, Judged, judged, unowned
from connectors.errors import SkipRecord
from connectors.mapping import Mapped, Mapper, identity_of
from connectors.quarantine import Refused, refuse, refused_for, release
from connectors.spool import Row
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from hub import records
from hub.events import Event, appended
from hub.graph import Graph, Run
from hub.said import UNOWNED, Batch, Key, Said, Stream


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows of one stream are understood: what they mean, for whom the connection speaks, and its rank."""

    stream: Stream
    mapper: Mapper
    authority: Authority
    rank: int

    def understood(self, row: Row) -> "Understood":
        """What a row says. Raises `SkipRecord`."""
        mapped = self.mapper(row.raw)
        return Understood(row, mapped, judged(self.stream.label, mapped, self.authority))

    def said(self, found: "Understood") -> Said:
        return Said(
            key=found.row.key,
            hash=found.row.hash,
            slot=found.row.slot,
            rank=self.rank + (0 if found.judged.owned else UNOWNED),
            values=found.mapped.values,
            links=found.judged.links,
            claims=found.judged.claims,
            identity=identity_of(replace(found.mapped, links=found.judged.links), self.authority.whole_of)
            if self.stream.label == "Contact"
            else None,
        )


@dataclass(frozen=True, slots=True)
class Understood:
    row: Row
    mapped: Mapped
    judged: Judged


@dataclass(frozen=True, slots=True)
class Changes:
    """What one transaction brings: changed rows, refused ones, keys that are gone, and how far the stream is read with it.

    `known` are keys that had a record before. `state` are statements that keep the place. `block` says that a block is as its system
    has it, and is kept only if nothing of it is refused.
    """

    rows: Sequence[Understood] = ()
    refused: Sequence[Refused] = ()
    gone: Sequence[str] = ()
    known: frozenset[str] = frozenset()
    released: Sequence[str] = ()
    state: Sequence[Statement] = ()
    block: Statement | None = None


async def write(graph: Graph, reader: Reader, changes: Changes, run_id: str, event_id: str, at: datetime) -> list[Refused]:
    """Writes it all, or nothing; gives what was refused once the graph was asked. Raises `Unavailable`."""

    async def work(run: Run) -> list[Refused]:
        missing = await _missing_ends(run, reader, changes.rows)
        taken = [found for found in changes.rows if found.row.key not in missing]
        late = [refused_for(found.row, missing[found.row.key]) for found in changes.rows if found.row.key in missing]
        if reader.stream.label == "Case":
            taken = await _with_owners(run, taken, reader.authority)
        said = [reader.said(found) for found in taken]
        await records.write(run, Batch(reader.stream, said, changes.gone, changes.known, at))
        refused = [*changes.refused, *late]
        if refused:
            await run(refuse(reader.stream, refused, run_id, at))
        if changes.released:
            await run(release(list(changes.released)))
        events = list(_events(reader.stream, [row.key for row in said], changes.gone, event_id, run_id, at))
        if events:
            await run(appended(*events))
        for statement in (*changes.state, *([changes.block] if changes.block and not late else [])):
            await run(statement)
        return late

    async with graph.batches:
        return await graph.transact(work)


def _events(stream: Stream, changed: Sequence[str], gone: Sequence[str], event_id: str, run_id: str, at: datetime) -> Iterable[Event]:
    for what, keys in (("synced", changed), ("unlisted", gone)):
        if keys:
            yield Event(f"{event_id}|{what}", f"{stream.label}.{what}", tuple(map(stream.record, keys)), at, run_id)


async def _missing_ends(run: Run, reader: Reader, rows: Sequence[Understood]) -> Mapping[str, SkipRecord]:
    """By key, why a row cannot be taken: it leads to a row that is not there."""
    wanted: dict[str, set[str]] = {}
    for found in rows:
        for link in found.judged.links:
            if link.label not in ("Entry", reader.stream.label):
                wanted.setdefault(link.label, set()).add(link.key)
    there: set[Key] = set()
    for label, keys in wanted.items():
        key = name(GRAPH.node(label).key)
        text = f"UNWIND $keys AS key MATCH (x:{name(label)} {{{key}: key}}) RETURN x.{key}"
        there |= {(label, found) for (found,) in await run(Statement(text, {"keys": sorted(keys)}))}
    missing: dict[str, SkipRecord] = {}
    for found in rows:
        for link in found.judged.links:
            if link.label in wanted and (link.label, link.key) not in there:
                missing[found.row.key] = SkipRecord(f"{link.type}: there is no {link.label} {link.key} here")
    return missing


_OWNERS: Final[LiteralString] = """
UNWIND $numbers AS number MATCH (k:Case {number: number})-[:HANDLED_BY]->(owner)
RETURN number, head([label IN labels(owner) WHERE label IN ['Center', 'Port', 'Office']]), coalesce(owner.id, owner.code)"""


async def _with_owners(run: Run, rows: Sequence[Understood], authority: Authority) -> list[Understood]:
    """A case that another party has already is not taken over by saying so."""
    owned = [str(found.mapped.values["number"]) for found in rows if found.judged.owned]
    others = {
        number for number, label, key in await run(Statement(_OWNERS, {"numbers": owned})) if not authority.covers((label, key))
    }  # fmt: skip
    return [replace(found, judged=unowned(found.mapped, authority)) if found.mapped.values["number"] in others else found for found in rows]
