"""What a case says of its time, changed by a verb: its deadlines follow, and its history tells each that changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from hub.deadlines.business_days import today
from hub.deadlines.facts import Facts
from hub.deadlines.kept import Brought, KeptCase, bring, read_case, write
from hub.errors import BadInput
from hub.verbs.context import InACase, VerbContext


@dataclass(frozen=True, slots=True)
class CaseTime:
    """A case as a verb found it (`before`), and what the verb makes of it (`now`)."""

    context: VerbContext
    case: InACase
    before: KeptCase
    now: KeptCase

    @classmethod
    async def read(cls, context: VerbContext, case: InACase, *events: str | None) -> Self:
        """The case, which the caller has locked, with these events of the vocabulary."""
        kept = await read_case(context.run, case.id, [event for event in events if event])
        assert kept is not None
        return cls(context, case, kept, kept)

    @property
    def today(self) -> date:
        """The day it is at headquarters."""
        return today(self.context.now)

    def with_facts(self, **facts: Any) -> Self:
        """The same with these facts, by the names of `Facts`."""
        return replace(self, now=replace(self.now, facts=replace(self.now.facts, **facts)))

    def with_case(self, **values: Any) -> Self:
        """The same with these fields of the case, by the names of `KeptCase`."""
        return replace(self, now=replace(self.now, **values))

    @property
    def facts(self) -> Facts:
        """What the case says now."""
        return self.now.facts

    def brought(self) -> Brought:
        """What follows from what the case says now."""
        return bring(self.before, self.now, self.today)

    async def write(
        self, text: str | None, changed: Sequence[str], *, reason: str | None = None,
        audience: str = "parties", refs: Sequence[str] = (), together: bool = False,
    ) -> Brought:  # fmt: skip
        """Writes it, with `text` as an entry of the history and another for each deadline that changed; `together`: one
        for all that only began."""
        brought = self.brought()
        await write(self.context.run, [brought], self.context.now)
        status = ("status",) if brought.case.status != self.before.status else ()
        if text:
            of_verb = (*changed, *status, *(("deadlines",) if brought.changes else ()))
            self.context.add_history_entry(self.case, text, of_verb, reason=reason, audience=audience, refs=refs)
        for told in brought.to_tell(together=together):
            self.context.add_history_entry(self.case, told.text, ("deadlines",), reason=reason, refs=told.refs)
        return brought


def not_ahead(name: str, day: date | None, today: date) -> date:
    """The day, today if none is given. Raises `BadInput` for one that lies ahead."""
    if day is not None and day > today:
        raise BadInput(f"{name}: {day} lies ahead: what has happened is recorded, until {today}")
    return day or today
