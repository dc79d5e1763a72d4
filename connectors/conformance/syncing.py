"""A graph to sync into, and what is asked of it afterwards."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from connectors.engine.attached import SyncOptions
from connectors.engine.report import Report
from connectors.engine.run import sync
from connectors.registry import attach
from connectors.settings import Connection
from graph_schema.cypher import Properties
from hub.database.graph import Graph

_VOLATILE: Final = ("changedAt", "retiredAt", "confirmedAt")
_NODES: Final = """
MATCH (n) WHERE n:Contact OR n:RetiredContact OR n:Case OR n:RetiredCase OR n:SourceRecord OR n:Identity OR n:Importer
  OR n:Broker
OR n:SourceBlock OR n:StreamState RETURN labels(n), properties(n)"""
_EDGES: Final = """
MATCH (n)-[e]->(x) WHERE n:Contact OR n:RetiredContact OR n:Case OR n:RetiredCase OR n:SourceRecord
RETURN labels(n), coalesce(n.id, n.number, n.filerCode), type(e), properties(e), labels(x),
coalesce(x.id, x.number, x.code, x.filerCode, x.name)"""


@dataclass
class Synced:
    """A connection to a system, and the graph it is synced into."""

    graph: Graph
    run: Callable[..., Any]
    folder: Path
    connection: Mapping[str, Any]
    name: str = "system"
    reports: list[Report] = field(default_factory=list)

    def sync(self, **ask: bool) -> Report:
        """One run. Raises what it ends with."""
        return self.run(self.syncing(**ask))

    async def syncing(self, **ask: bool) -> Report:
        """The same as a coroutine, for runs that go on together."""
        connection = Connection.model_validate({"name": self.name, **self.connection})
        return await sync(self.graph, attach(connection, self.folder, self.folder), SyncOptions(**ask), _unseen)

    def rows(self, text: str, **parameters: Any) -> list[Any]:
        """The records of a read, each a list of its values."""
        return self.run(self.graph.read(text, parameters))

    def value(self, text: str, **parameters: Any) -> Any:
        """The first value of the first record. Raises `IndexError` where there is none."""
        return self.rows(text, **parameters)[0][0]

    def contacts(self) -> dict[str, str]:
        """Of the contacts that this system describes: key -> name."""
        text = "MATCH (r:SourceRecord {system: $system})-[:DESCRIBES]->(n:Contact) RETURN r.key, n.name"
        return dict(self.rows(text, system=self.name))

    def last_run(self) -> Properties:
        """The properties of the run that began last."""
        text = "MATCH (:Connection {name: $name})-[:RAN]->(r) RETURN properties(r) ORDER BY r.startedAt DESC LIMIT 1"
        return self.value(text, name=self.name)

    def fingerprint(self) -> str:
        """Stands for all that syncs made, but not for when."""
        return self.run(fingerprint(self.graph))


def _unseen(_stream: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


async def fingerprint(graph: Graph) -> str:
    """A SHA-256 in hexadecimal over what syncs write; order and moments of change make no difference."""
    rows = [_plain(row) for text in (_NODES, _EDGES) for row in await graph.read(text, {})]
    lines = sorted(orjson.dumps(row, option=orjson.OPT_SORT_KEYS, default=str) for row in rows)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key not in _VOLATILE}
    if isinstance(value, list):
        inner = [_plain(item) for item in value]
        return sorted(inner) if all(isinstance(item, str) for item in inner) else inner
    return value


async def together(*works: Any) -> list[Any]:
    """What each gives, or raises."""
    return await asyncio.gather(*works, return_exceptions=True)
