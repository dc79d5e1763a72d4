"""What a verb works with: who acts, at which moment, one transaction, and the events that the verb leaves behind."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, LiteralString, Protocol, TypeVar

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from hub.compile.compiler import viewer_sets
from hub.database.graph import Run
from hub.events.append import Doer, Entry, Telling
from hub.limits.rate_limits import NO_QUOTAS, Quotas

GUEST: Final = "guest|"
"""What the id of an account begins with that stands for one question asked without signing in; its rest is the
receipt."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Row = TypeVar("Row")


class InACase(Protocol):
    """A case by its id, and the party in whose name something is done in it, by Neo4j's id."""

    @property
    def id(self) -> str:
        """The id of the case."""
        ...

    @property
    def by(self) -> str | None:
        """The party, by Neo4j's id; None where nobody is named."""
        ...


@dataclass(frozen=True, slots=True)
class OtherCase:
    """A case that a verb changes beside the row that it is about. The fields are those of `InACase`."""

    id: str
    by: str | None


class VerbContext:
    """One verb under way, in one transaction.

    - `account`: the id of the account that acts, and `now`: the moment at which it acts.
    - `request`: 32 hexadecimal digits. What the verb creates is named after them. With a request id of the client they
      are the same each time, so that what arrives twice is the same row.
    - `is_named`: whether the client gave a request id.
    - `quotas`: how much an account may use; `is_first`: whether the caller, if it has no account, has asked no question
      within this hour.
    - `telling`: the events so far, and `verb`: the name that they are told under.
    """

    def __init__(
        self,
        run: Run,
        account: str,
        now: datetime,
        name: str | None,
        quotas: Quotas = NO_QUOTAS,
        *,
        is_first: bool = True,
    ) -> None:
        self._run = run
        self.quotas = quotas
        self.is_first = is_first
        self.account = account
        self.now = now
        self.is_named = name is not None
        self.request = secrets.token_hex(16) if name is None else _request_id(account, name)
        # the account of a guest is its receipt, by which alone its question is found
        by = "guest" if account.startswith(GUEST) else f"account {account}"
        self.telling = Telling(Doer(by, self.request, now))
        self.verb = ""

    async def read_value(self, text: LiteralString, /, *, first: LiteralString = "", **parameters: object) -> Any:
        """The one value of a statement, or None where it finds no row.

        The statement may name viewer sets, e.g. `myParties` or `actsFor`, and has the parameters `$viewer`, `$now`
        (milliseconds) and `$at`. What it does `first` it does before it looks at the viewer, too.
        """
        bound = {**parameters, "viewer": self.account, "now": _milliseconds(self.now), "at": self.now}
        records = await self._run(Statement(_with_viewer_sets(first, text), bound))
        return records[0][0] if records and records[0] else None

    async def read_row(
        self, row: type[Row], text: LiteralString, /, *, first: LiteralString = "", **parameters: object
    ) -> Row | None:
        """The same where the value is a map: read into the dataclass `row`, whose fields are the keys of the map."""
        value = await self.read_value(text, first=first, **parameters)
        return None if value is None else row(**value)

    async def read_compiled(self, text: str, parameters: Mapping[str, object]) -> Any:
        """The one value of a statement of the compiler's, which has its viewer sets already; None where it finds no
        row."""
        records = await self._run(
            Statement(text, {**parameters, "viewer": self.account, "now": _milliseconds(self.now)})
        )
        return records[0][0] if records else None

    async def execute(self, text: LiteralString, /, **parameters: object) -> list[list[Any]]:
        """Executes a statement that names no viewer sets, and gives its rows. The statement has the parameter `$at`,
        too."""
        return await self._run(Statement(text, {**parameters, "at": self.now}))

    @property
    def run(self) -> Run:
        """The transaction, for what reads and writes by statements of its own."""
        return self._run

    async def acting_party(self) -> str | None:
        """The first party that the viewer acts for, by Neo4j's id; None where there is none."""
        return await self.read_value("RETURN elementId(head(actsFor))")

    def new_case_number(self, mark: LiteralString = "") -> str:
        """The number of a new case, e.g. HUB-26-4T7WQ2ZC. Nobody can foresee it, nor steer it by what they ask for."""
        return f"HUB-{self.now:%y}-{mark}{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"

    def add_event(
        self,
        label: str,
        key: str,
        changed: Sequence[str],
        *,
        by: str | None,
        reason: str | None = None,
        refs: Sequence[str] = (),
    ) -> None:
        """Adds the event that the verb was done to the row of that label and key, in the name of the party `by`.

        `changed` names the properties and edges that differ now; `refs` are keys of further rows that the event is
        about.
        """
        self.telling.tell(f"{label}.{self.verb}", (key, *refs), changed=changed, party=by, reason=reason)

    def add_history_entry(
        self,
        case: InACase,
        text: str,
        changed: Sequence[str],
        *,
        reason: str | None = None,
        audience: str = "parties",
        refs: Sequence[str] = (),
    ) -> None:
        """Adds the same event of a case, with `text` as an entry of the case's history, for that audience."""
        entry = Entry(case.id, self.verb, text, audience)
        self.telling.tell_case(entry, changed=changed, refs=refs, party=case.by, reason=reason)

    async def append_events(self) -> None:
        """Writes the events. This is the last statement of the transaction."""
        await self.telling.append(self._run)


def _request_id(account: str, name: str) -> str:
    """What stands for a request of that name by that account, and for no other: both may hold bars."""
    if "|" in name:
        return hashlib.sha256(hashlib.sha256(account.encode()).digest() + name.encode()).hexdigest()[:32]
    return hashlib.sha256(f"{account}|{name}".encode()).hexdigest()[:32]


@lru_cache(maxsize=128)
def _with_viewer_sets(first: str, text: str) -> str:
    """The statement with the viewer sets that it names at its head, behind what it does first."""
    return "\n".join((*filter(None, (first,)), *viewer_sets(GRAPH, text), text))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
