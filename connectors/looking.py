"""What `hub connectors check` says of a connection: its party, and the beginning of each stream read as its file says,
written nowhere.
"""

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, cast

from connectors.attached import Attached
from connectors.contract import Page
from connectors.errors import ConnectorError, SkipRecord
from connectors.mapping import Known, mapper
from connectors.settings import StreamSettings
from connectors.state import what_is_public
from connectors.stream import require_columns, wanted
from connectors.table import nearest
from graph_schema.formats import without_social_security
from hub.errors import HubError, SetupError
from hub.graph import Graph
from hub.settings import Settings

_FIRST: Final = 3


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at, and what is to be told about it."""

    what: str
    told: str
    is_fault: bool = False


async def looked_at(settings: Settings, attached: Attached) -> list[Look]:
    """The party, where the hub's database answers, then each stream."""
    party, known = await _party(settings, attached)
    return [party, *[await _stream(attached, name, stream, known) for name, stream in attached.connection.streams.items()]]


async def _party(settings: Settings, attached: Attached) -> tuple[Look, Known]:
    label, key = attached.connection.speaks_for
    try:
        async with Graph(settings) as graph:
            await graph.check()
            public, _, parts = await graph.read_one(what_is_public(label), {"key": key})
    except (HubError, SetupError):
        return Look("party", f"{label} {key}, not looked at: the hub's database does not answer"), Known({})
    known = Known({of: frozenset(keys) for of, keys in public})
    if parts:
        return Look("party", f"{label} {key}"), known
    near = nearest(key, known.keys.get(label, ()))
    return Look("party", f"there is no {label} {key} here" + (f"; did you mean {near}?" if near else ""), is_fault=True), known


async def _stream(attached: Attached, name: str, settings: StreamSettings, known: Known) -> Look:
    asked = wanted(name, settings)
    what = f"stream {name}"
    try:
        read = mapper(settings, known)
        pages = attached.connector.read(asked, None)
        async with aclosing(cast(Any, pages)):
            async for page in pages:
                if page.columns is not None:
                    require_columns(asked, page.columns)
                if page.rows or page.broken:
                    return _told(what, page, read)
    except (ConnectorError, SetupError) as error:
        return Look(what, str(error), is_fault=True)
    return Look(what, "it lists no record")


def _told(what: str, page: Page, read: Any) -> Look:
    """How the rows of a page are understood, and the first reasons why some are not."""
    reasons = dict[str, None](dict.fromkeys(f"{broken.place}: {broken.reason}" for broken in page.broken))
    good = 0
    for place, raw in page.rows:
        try:
            mapped = read(raw)
            good += 1
            reasons |= dict.fromkeys(f"{place}: left out: {lack}" for lack in mapped.lacks)
        except SkipRecord as error:
            reasons[f"{place if error.keep else 'a record'}: {error}"] = None
    shown = "".join(f"\n    {without_social_security(reason)}" for reason in list(reasons)[:_FIRST])
    notes = "".join(f"\n    {note}" for note in page.notes)
    columns = f"\n    columns: {', '.join(page.columns)}" if page.columns else ""
    return Look(what, f"{good} of its first {len(page.rows) + len(page.broken)} records can be taken{columns}{notes}{shown}")
