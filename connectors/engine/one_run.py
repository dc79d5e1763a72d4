"""What the streams of one run share."""

import secrets
from dataclasses import dataclass, field

from connectors.engine.attached import AttachedConnection, SyncOptions
from connectors.engine.authority import Authority
from connectors.engine.mapping import Known
from connectors.engine.quarantine import Payloads
from connectors.engine.report import Report
from hub.database.graph import Graph


@dataclass(slots=True)
class OneRun:
    """One run of a connection over all its streams."""

    graph: Graph
    attached: AttachedConnection
    ask: SyncOptions
    authority: Authority
    known: Known
    payloads: Payloads
    party: str
    """The party it speaks for, by Neo4j's id."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    report: Report = field(default_factory=Report)
    cursors: dict[str, str] = field(default_factory=dict[str, str])
