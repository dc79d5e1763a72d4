"""The runner: reads a connection's streams and writes what they say, once, whole, and so that it may be ended at
any point.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, LiteralString

import orjson

from connectors.engine.attached import AttachedConnection, Progress, SyncOptions
from connectors.engine.authority import Authority
from connectors.engine.mapping import Known
from connectors.engine.one_run import OneRun
from connectors.engine.quarantine import Payloads
from connectors.engine.report import Report
from connectors.engine.state import what_is_public
from connectors.engine.stream import StreamRun
from connectors.errors import AbortRun, ConnectorError, RetryLater
from graph_schema.cypher import Statement, fill, name
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.database.lease import Lease
from hub.errors import HubError, Unavailable
from hub.jobs.dead_letters import reason_of


async def sync(graph: Graph, attached: AttachedConnection, ask: SyncOptions, progress: Progress) -> Report:
    """One run of a connection; its node tells how it ended.

    Raises `ConnectorError`, `Unavailable`, or `Taken` where another runs it.
    """
    connection = attached.connection
    async with Lease(graph, f"connection {connection.name}", wait=False):
        run = await _begin(graph, attached, ask)
        began = time.monotonic()
        try:
            for stream_name, settings in connection.streams.items():
                await StreamRun(run, stream_name, settings, progress).go()
            run.report.seconds = time.monotonic() - began
            await _end(run, run.report.status, run.report.told)
        except Unavailable as error:
            reason = await _why_not(graph, error)
            await _end(run, "ABORTED", reason)
            raise Unavailable(reason, error.retry_after_s) from error
        except BaseException as error:
            meant = isinstance(error, ConnectorError | HubError)
            message = str(error) if meant else f"it ended unexpectedly ({type(error).__name__})"
            await _end(run, "RETRY_LATER" if isinstance(error, RetryLater) else "ABORTED", message)
            raise
        return run.report


async def _why_not(graph: Graph, error: Unavailable) -> str:
    """What it ended with: a database that answers, and only did not take what was written, is not told as away."""
    if error.__cause__ is None:
        return str(error)
    try:
        await graph.check()
    except Unavailable:
        return str(error)
    return f"the database answers, and did not take what this run wrote: {reason_of(error.__cause__)}"


_BEGIN: Final = """
MATCH (party:{label} {{key}: $party})
MERGE (c:Connection {name: $connection.name}) SET c = $connection
WITH c, party OPTIONAL MATCH (c)-[old:SPEAKS_FOR]->(other) WHERE other <> party DELETE old
WITH DISTINCT c, party MERGE (c)-[:SPEAKS_FOR]->(party)
WITH c OPTIONAL MATCH (c)-[:RAN]->(left:SyncRun {status: 'RUNNING'})
SET left.status = 'ABORTED', left.endedAt = $run.startedAt,
left.message = 'it ended without a word, as when its process is killed; what it had written until then stays: ' +
  left.written
WITH DISTINCT c CREATE (c)-[:RAN]->(r:SyncRun) SET r = $run"""
_END: Final[LiteralString] = "MATCH (r:SyncRun {id: $id, status: 'RUNNING'}) SET r += $state"
"""A run ends once: one that is told to end while its end is being written has ended as it did."""


async def _begin(graph: Graph, attached: AttachedConnection, ask: SyncOptions) -> OneRun:
    """Reads what a run must know, and writes down that it began. Raises `AbortRun`."""
    connection = attached.connection
    label, party = connection.speaks_for
    key = GRAPH.node(label).key
    public, team_centers, parts, elements = await graph.read_one(what_is_public(label), {"key": party})
    known = Known.of(public)
    if not parts:
        raise AbortRun(f"party: there is no {label} {party} here{known.near_party(label, party)}")
    authority = Authority.of((label, party), parts, team_centers)
    run = OneRun(graph, attached, ask, authority, known, Payloads(attached.folder, graph.least_free), elements[0])
    if not ask.dry:
        node = {
            "name": connection.name, "connector": connection.connector, "streams": list(connection.streams),
            "rank": connection.rank,
            "schedule": connection.schedule, "source": "hub",
        }  # fmt: skip
        began = {
            "id": run.id,
            "system": connection.name,
            "status": "RUNNING",
            "startedAt": _now(),
            "source": "hub",
            "full": ask.full,
            **run.report.counts(),
        }
        text = fill(_BEGIN, label=name(label), key=name(key))
        parameters = {"party": party, "connection": {k: v for k, v in node.items() if v is not None}, "run": began}
        await graph.write([Statement(text, parameters)])
    return run


async def _end(run: OneRun, status: str, message: str | None) -> None:
    if run.ask.dry:
        return
    state = {
        **run.report.counts(), "status": status, "endedAt": _now(), "message": message,
        "firstErrors": run.report.first_errors or None,
        "cursor": orjson.dumps(run.cursors).decode() if run.cursors else None, "lagSeconds": _lag_s(run.cursors),
    }  # fmt: skip
    # a run that is told to end still says so
    await asyncio.shield(run.graph.write([Statement(_END, {"id": run.id, "state": state})]))


def _lag_s(cursors: Mapping[str, str]) -> int | None:
    """How old the oldest cursor is, where it is a moment."""
    moments = list[datetime]()
    for cursor in cursors.values():
        try:
            moment = datetime.fromisoformat(cursor)
        except ValueError:
            return None
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return max(0, round((_now() - min(moments)).total_seconds())) if moments else None


def _now() -> datetime:
    return datetime.now(UTC)
