"""What `hub connectors check` says of a connection: its party, and the beginning of each stream read as its file says,
written nowhere.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, cast

from connectors.contract import Page, Raw
from connectors.engine.attached import AttachedConnection
from connectors.engine.authority import Authority, judged
from connectors.engine.columns import require_columns, wanted, with_place
from connectors.engine.mapping import Known, mapper
from connectors.engine.state import what_is_public
from connectors.errors import ConnectorError, NoSuchColumn, SkipRecord
from connectors.own_code import failure
from connectors.settings import StreamSettings
from graph_schema.formats import without_social_security
from hub.database.graph import Graph
from hub.errors import HubError, SetupError
from hub.settings import Settings

_FIRST: Final = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at, and what is to be told about it."""

    what: str
    told: str
    is_fault: bool = False


async def looked_at(settings: Settings, attached: AttachedConnection, *, reached: bool) -> list[Look]:
    """The party, where the hub's database answers; then each stream, where the system was reached."""
    party, known, authority = await _party(settings, attached)
    streams = attached.connection.streams.items() if reached else ()
    return [party, *[await _stream(attached, name, stream, known, authority) for name, stream in streams]]


async def _party(settings: Settings, attached: AttachedConnection) -> tuple[Look, Known, Authority | None]:
    label, key = attached.connection.speaks_for
    try:
        async with Graph(settings) as graph:
            await graph.check()
            public, team_centers, parts, _ = await graph.read_one(what_is_public(label), {"key": key})
    except (HubError, SetupError):
        return Look("party", f"{label} {key}, not looked at: the hub's database does not answer"), Known({}), None
    known = Known.of(public)
    if not parts:
        return (
            Look("party", f"there is no {label} {key} here{known.near_party(label, key)}", is_fault=True),
            known,
            None,
        )
    return Look("party", f"{label} {key}"), known, Authority.of((label, key), parts, team_centers)


async def _stream(
    attached: AttachedConnection, name: str, settings: StreamSettings, known: Known, authority: Authority | None
) -> Look:
    asked = wanted(name, settings)
    what = f"stream {name}"
    try:
        read = mapper(settings, known)
        pages = attached.connector.read(asked, None)
        async with aclosing(cast(Any, pages)):
            async for page in pages:
                if page.columns is not None:
                    require_columns(asked, page.columns, attached.places(name))
                if page.rows or page.broken:
                    return _told(what, page, lambda raw: _understood(raw, settings.describes, read, authority))
    except NoSuchColumn as error:
        return Look(what, with_place(error, attached.places(name)), is_fault=True)
    except (ConnectorError, SetupError) as error:
        return Look(what, str(error), is_fault=True)
    except Exception as error:
        return Look(what, f"the connector fails: {failure(error)}", is_fault=True)
    return Look(what, "it lists no record")


def _understood(raw: Raw, label: str, read: Callable[[Raw], Any], authority: Authority | None) -> tuple[str, ...]:
    """What of a row would be left out. Raises `SkipRecord`."""
    mapped = read(raw)
    if authority:
        judged(label, mapped, authority)
    return mapped.lacks


def _told(what: str, page: Page, lacks_of: Callable[[Raw], tuple[str, ...]]) -> Look:
    """How the rows of a page are understood, and the first reasons why some are not."""
    reasons = dict[str, None](dict.fromkeys(f"{broken.place}: {broken.reason}" for broken in page.broken))
    good = 0
    for place, raw in page.rows:
        try:
            reasons |= dict.fromkeys(f"{place}: left out: {lack}" for lack in lacks_of(raw))
            good += 1
        except SkipRecord as error:
            reasons[f"{place if error.keep else 'a record'}: {error}"] = None
    shown = "".join(f"\n    {reason}" for reason in list(reasons)[:_FIRST])
    more = f"\n    and {len(reasons) - _FIRST} more" if len(reasons) > _FIRST else ""
    notes = "".join(f"\n    {note}" for note in page.notes)
    columns = f"\n    columns: {', '.join(page.columns)}" if page.columns else ""
    line = f"{good} of its first {len(page.rows) + len(page.broken)} records can be taken{columns}{notes}{shown}{more}"
    return Look(what, without_social_security(line))
