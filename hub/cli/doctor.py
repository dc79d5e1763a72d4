"""What is wrong with a hub's surroundings, and what to do about it."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Final, Literal, LiteralString
from urllib.parse import urlsplit

from pydantic import ByteSize, TypeAdapter

from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.disk import Reserve, bytes_needed, free_bytes, least_free_bytes, megabytes
from hub.database.graph import Graph
from hub.errors import HubError, Unavailable
from hub.events.work_queue import behind
from hub.identity.bearer import check_issuer
from hub.identity.sample_sign_in import SampleSignIn
from hub.jobs import dead_letters
from hub.local_neo4j.plan_cache import LAST_QUERIES, PLAN_CACHE, plans_for, size_in_bytes
from hub.local_neo4j.server import CURSOR_KEY
from hub.local_neo4j.store import DAMAGED_LOG, cannot_open, last_failure
from hub.prepared.asked_most import last_prepared
from hub.settings import Settings
from hub.world.load import sample_world, schema_digest
from hub.world.sample import personas

OLDEST: Final = (5, 26)
"""The oldest Neo4j that understands every statement of the hub."""
_CLOCK_S: Final = 2.0
_SOON: Final = 3
_VERSION: Final[LiteralString] = (
    "CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel' RETURN [versions[0], edition]"
)
_DECLARED: Final[LiteralString] = (
    "SHOW INDEXES YIELD name, state, populationPercent RETURN name, state, populationPercent"
)
_CONSTRAINTS: Final[LiteralString] = "SHOW CONSTRAINTS YIELD name RETURN name"
_CLOCK: Final[LiteralString] = "RETURN datetime.realtime().epochMillis"
_STATE: Final[LiteralString] = "MATCH (w:World {id: 'world'}) RETURN w.schema"
_LIMITS: Final[LiteralString] = (
    "SHOW SETTINGS 'db.transaction.timeout', 'db.memory.transaction.max',"
    " 'server.bolt.connection_keep_alive_for_requests' YIELD name, value RETURN name, value"
)
_PLANS: Final[LiteralString] = (
    "SHOW SETTINGS 'server.memory.heap.max_size', 'server.memory.query_cache.per_db_cache_num_entries',"
    " 'server.memory.query_cache.sharing_enabled', 'server.memory.query_cache.shared_cache_num_entries' YIELD name,"
    " value RETURN name, value"
)
_HEAP: Final[LiteralString] = (
    "CALL dbms.queryJmx('java.lang:type=Memory') YIELD attributes "
    "RETURN attributes.HeapMemoryUsage.value.properties.max"
)
_ROUNDED: Final = 1.1
"""Java tells a little less heap than it was given."""


_LOGS: Final[LiteralString] = (
    "SHOW SETTINGS 'db.tx_log.rotation.size', 'db.checkpoint', 'db.checkpoint.interval.volume',"
    " 'server.memory.pagecache.size' YIELD name, value RETURN name, value"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and, where it is not well, what to do."""

    what: str
    how: Literal["ok", "warning", "wrong"]
    told: str
    todo: str = ""


async def findings(settings: Settings, folder: Path | None) -> AsyncIterator[Finding]:
    """Looks at everything, in an order in which the first thing wrong explains the ones after it.

    `folder` is the data directory where this machine has one; its disk is looked at.
    """
    yield Finding(
        "versions",
        "ok",
        f"hub {_version('trade-collaboration-hub')}, Python {sys.version.split()[0]}, driver {_version('neo4j')}",
    )
    store = settings.store or (folder / "neo4j" if folder else None)
    if store:
        yield _space("the store", store, settings)
    yield _space("attachments and refused records", settings.data_folder, settings)
    for issuer in settings.issuers:
        try:
            keys = await check_issuer(issuer)
            yield Finding(f"issuer {issuer.issuer}", "ok", keys)
        except HubError as error:
            yield Finding(
                f"issuer {issuer.issuer}",
                "wrong",
                str(error),
                "see HUB_ISSUERS: a JWKS file or https URL, or an issuer with a discovery document",
            )
    if not settings.issuers:
        yield _no_issuer(folder)
    if not settings.cursor_key.get_secret_value():
        yield _no_cursor_key(folder)
    reached = await _reached(settings)
    if reached.how == "wrong":
        yield _not_running(reached, folder) if folder else reached
        return
    yield reached
    yield _prepared(settings)
    async with Graph(settings) as graph:
        try:
            opened = await _opened(graph, folder)
            yield opened
            if opened.how == "wrong":
                return
            async for finding in _of_database(graph, settings, folder):
                yield finding
        except HubError as error:
            yield Finding("database", "wrong", str(error), "look into Neo4j's own log")


def _no_issuer(folder: Path | None) -> Finding:
    """Who can sign in where no issuer is named: the personas of a sample world."""
    if folder and SampleSignIn(folder).is_there:
        return Finding(
            "issuers", "ok", f"the sample world's own: `hub token --as {personas()[0].name} --data {folder}` signs in"
        )
    return Finding("issuers", "warning", "no issuer of tokens is trusted: only the public can ask", "set HUB_ISSUERS")


def _no_cursor_key(folder: Path | None) -> Finding:
    if folder and (folder / CURSOR_KEY).exists():
        return Finding("cursor key", "ok", f"{folder / CURSOR_KEY}, kept by `hub up`")
    return Finding(
        "cursor key",
        "warning",
        "none: cursors end with the process that gave them",
        "set HUB_CURSOR_KEY, the same everywhere",
    )


async def _world(graph: Graph, folder: Path | None) -> Finding | None:
    """What is said of a sample world, where the database holds one."""
    sample = await sample_world(graph)
    if sample is None:
        return None
    text = f"a sample of {sample}: its importers, brokers, contacts and cases are invented"
    if folder:
        return Finding("world", "ok", f"{text}; `hub up` serves it, on loopback only")
    return Finding(
        "world",
        "warning",
        f"{text}; `hub serve` refuses it",
        "see NEO4J_URI; `hub up --data DIR` serves a sample world",
    )


async def _opened(graph: Graph, folder: Path | None) -> Finding:
    """Whether the database is open and well: a server that listens may have neither."""
    try:
        problem = await graph.health.opening_problem()
    except Unavailable as error:
        return Finding("store", "wrong", str(error), "wait, and look again; else look into Neo4j's own log")
    if problem:
        text, _, todo = cannot_open(folder or Path("Neo4j"), problem).partition("\n")
        return Finding("store", "wrong", text, todo if folder else "look into Neo4j's own log, or restore a backup")
    if await graph.health.has_panicked():
        kill = "a hub that serves ends it by itself" if folder else "kill it (`docker compose kill neo4j`, then `up`)"
        return Finding(
            "store",
            "wrong",
            "Neo4j has given up after an error of its disk",
            f"make room; {kill}: told to stop, it damages its log",
        )
    return Finding("store", "ok", "open")


async def _of_database(graph: Graph, settings: Settings, folder: Path | None) -> AsyncIterator[Finding]:
    version, edition = await graph.read_one(_VERSION, {})
    known = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    todo = "" if known >= OLDEST else f"use Neo4j {'.'.join(map(str, OLDEST))} or newer"
    yield Finding("Neo4j", "wrong" if todo else "ok", f"{version} {edition}", todo)
    if world := await _world(graph, folder):
        yield world
    yield await _drift(graph)
    yield await _clock(graph)
    yield await _plans(graph)
    yield await _dead_letters(graph, folder)
    yield await _events(graph)
    if settings.store:
        yield await _watermark(graph, settings.store, settings)
    for name, value in await graph.read(_LIMITS, {}):
        if name == "server.bolt.connection_keep_alive_for_requests":
            if value != "OFF":
                yield Finding(
                    name,
                    "warning",
                    f"{value}: each read of the driver gets a timer of its own",
                    "set it to OFF: a tenth faster",
                )
        elif value.rstrip("smhB") in ("0", "0.00"):
            yield Finding(name, "warning", "no limit: one statement may take all there is", f"set {name} in neo4j.conf")


async def _watermark(graph: Graph, store: Path, settings: Settings) -> Finding:
    """Whether so much stays free as this Neo4j needs by its own settings."""
    neo4j_settings = dict(await graph.read(_LOGS, {}))
    sizes = {
        name: TypeAdapter(ByteSize).validate_python(value)
        for name, value in neo4j_settings.items()
        if name != "db.checkpoint"
    }
    log_file, page_cache = sizes["db.tx_log.rotation.size"], sizes["server.memory.pagecache.size"]
    checkpoint = sizes["db.checkpoint.interval.volume"] if neo4j_settings["db.checkpoint"] == "VOLUME" else page_cache
    needed, least = bytes_needed(log_file, checkpoint, page_cache), least_free_bytes(store, settings)
    if least < needed:
        text = f"{megabytes(least)}, and Neo4j may need {megabytes(needed)} for its next log and a checkpoint"
        return Finding(
            "watermark", "warning", text, "set HUB_LEAST_FREE higher, or Neo4j's logs smaller, as in docker-compose.yml"
        )
    return Finding("watermark", "ok", f"{megabytes(least)} stay free")


async def _drift(graph: Graph) -> Finding:
    declared = {statement.split(" IF NOT EXISTS")[0].rsplit(" ", 1)[1].strip("`") for statement in statements(GRAPH)}
    indexes = await graph.read(_DECLARED, {})
    there = {name for name, _, _ in indexes} | {row[0] for row in await graph.read(_CONSTRAINTS, {})}
    if missing := sorted(declared - there):
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return Finding(
            "schema",
            "wrong",
            f"missing: {', '.join(missing[:3])}{more}",
            "start `hub serve` or `hub up` once: it makes them",
        )
    if broken := [f"{name} ({state.lower()}, {share:.0f} %)" for name, state, share in indexes if state != "ONLINE"]:
        failed = any("failed" in index for index in broken)
        todo = "drop them by name and start the hub again" if failed else "wait: they are being filled"
        return Finding("schema", "wrong" if failed else "warning", f"not online: {', '.join(broken[:3])}", todo)
    recorded = await graph.read_one(_STATE, {})
    if recorded != schema_digest():
        return Finding(
            "schema", "wrong", "was made by another release", "start `hub serve` or `hub up` of this release once"
        )
    return Finding("schema", "ok", f"all {len(declared)} constraints and indexes are online")


async def _clock(graph: Graph) -> Finding:
    before = time.time()
    theirs = await graph.read_one(_CLOCK, {}) / 1000
    apart_s = theirs - (before + time.time()) / 2
    if abs(apart_s) > _CLOCK_S:
        text = f"Neo4j's is {abs(apart_s):.0f} s {'ahead of' if apart_s > 0 else 'behind'} this machine's"
        return Finding("clock", "wrong", text, "synchronise both (NTP): rights begin and end by them")
    return Finding("clock", "ok", f"{abs(apart_s) * 1000:.0f} ms apart from Neo4j's")


async def _plans(graph: Graph) -> Finding:
    """Whether the plans that Neo4j may keep fit its heap."""
    settings: dict[str, str] = dict(await graph.read(_PLANS, {}))
    heap = size_in_bytes(settings.get("server.memory.heap.max_size") or "") or await graph.read_one(_HEAP, {})
    shared = settings.get("server.memory.query_cache.sharing_enabled") == "true"
    name = "server.memory.query_cache.shared_cache_num_entries" if shared else PLAN_CACHE
    return plans_kept(name, int(settings.get(name) or 0), heap)


def plans_kept(name: str, kept: int, heap: int) -> Finding:
    """Whether so many plans, by the setting of that name, fit a heap of so many bytes."""
    fitting = plans_for(heap)
    text = f"{kept} for a heap of {heap / 1024**3:.1f} GB"
    if kept > fitting * _ROUNDED:
        text += ": they may fill it, and Java then does little but collect garbage"
        return Finding(
            "plans kept",
            "warning",
            text,
            f"set {name}={fitting} and {LAST_QUERIES}=0 in neo4j.conf, or give it more heap",
        )
    return Finding("plans kept", "ok", text)


async def _dead_letters(graph: Graph, folder: Path | None) -> Finding:
    """What background jobs failed at."""
    of = f" --data {folder}" if folder else ""
    counts = await dead_letters.counted(graph)
    if not counts:
        return Finding("background jobs", "ok", "nothing is set aside")
    text = ", ".join(f"{count} by {job}" for job, count in counts.items())
    todo = (
        f"`hub retry{of}` lists them and why; once they are mended, `hub retry{of} --all` has them tried again at once"
    )
    return Finding("background jobs", "warning", f"{sum(counts.values())} set aside: {text}", todo)


async def _events(graph: Graph) -> Finding:
    """How far those are who work on what has happened."""
    counts = await behind(graph)
    late = ", ".join(f"{name} has {count:,} events before it" for name, count in counts.items() if count)
    return Finding("events", "ok", late or f"all {len(counts)} consumers have read every event")


def _prepared(settings: Settings) -> Finding:
    """What was planned before anybody asked, after the last start."""
    if settings.warm == 0:
        return Finding("prepared questions", "ok", "none: HUB_WARM is 0")
    last = last_prepared(settings.data_folder)
    if last is None or last.prepared is None:
        return Finding(
            "prepared questions", "ok", "none yet: a hub prepares them after it has started, while nobody asks"
        )
    prepared, at = last.prepared, time.strftime("%Y-%m-%d %H:%M", time.localtime(last.prepared.at))
    text = (
        f"{prepared.statements} statements in {prepared.seconds:.0f} s, by {at}; {last.forms} forms of questions are"
        " remembered"
    )
    return Finding("prepared questions", "ok", text)


def _space(what: str, folder: Path, settings: Settings) -> Finding:
    free, least = free_bytes(folder), least_free_bytes(folder, settings)
    text = f"{megabytes(free)} free for {folder}, of which {megabytes(least)} must stay"
    if (reserve := Reserve(folder, least)).is_given_back():
        again = megabytes(reserve.needed(least))
        return Finding(
            f"space of {what}",
            "wrong",
            f"{text}; its reserve was used up",
            f"make room: once {again} are free, the reserve comes back by itself",
        )
    if free < least:
        return Finding(
            f"space of {what}", "wrong", f"{text}: nothing is written", "make room: writing begins again by itself"
        )
    if free < least * _SOON:
        return Finding(f"space of {what}", "warning", text, "make room: soon nothing will be written any more")
    return Finding(f"space of {what}", "ok", text)


def _not_running(reached: Finding, folder: Path) -> Finding:
    failure = last_failure(folder / "neo4j")
    if DAMAGED_LOG in failure:
        text, _, todo = cannot_open(folder, DAMAGED_LOG).partition("\n")
        return Finding("store", "wrong", text, todo)
    return replace(reached, todo=f"start it with `hub up --data {folder}`")


async def _reached(settings: Settings) -> Finding:
    """Name, port, then Bolt with the password: the first that fails is told by itself."""
    parts = urlsplit(settings.neo4j_uri)
    host, port = parts.hostname or "", parts.port or 7687
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
        writer.close()
    except socket.gaierror:
        return Finding("reachability", "wrong", f"there is no host {host!r}", "see NEO4J_URI")
    except (OSError, TimeoutError) as error:
        text = "does not answer" if isinstance(error, TimeoutError) else "refuses connections"
        return Finding(
            "reachability", "wrong", f"{host}:{port} {text}", "start Neo4j, or see NEO4J_URI and the firewall between"
        )
    async with Graph(settings) as graph:
        problem = await graph.health.problem()
    if problem is None:
        return Finding("reachability", "ok", f"{parts.scheme}://{host}:{port} as {settings.neo4j_user}")
    return Finding("reachability", "wrong", *problem)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "from its source"


def is_well(results: Sequence[Finding]) -> bool:
    """Whether no finding is `wrong`; warnings do not count."""
    return all(finding.how != "wrong" for finding in results)
