"""Who asks the same and waits: reads in a lane, by their callers."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from graph_schema.cypher import Parameters
from hub.database.bookmarks import Bookmarks
from hub.database.gathered_form import TOGETHER, Form
from hub.limits.callers import Caller


@dataclass(frozen=True, slots=True)
class Read:
    """A read of one value, as `Graph.read_one` has it, and who asks."""

    text: str
    parameters: Parameters
    bookmarks: Bookmarks
    caller: Caller


@dataclass(slots=True, eq=False)
class Member:
    """A read that `waits` in a lane, and then is under way with others.

    Its `outcome` is its value, an error, or `APART`.
    """

    read: Read
    outcome: asyncio.Future[Any]
    since: float
    waits: bool = True
    whole: "Whole | None" = None


@dataclass(slots=True, eq=False)
class Whole:
    """Members that are under way as one."""

    members: Sequence[Member]
    task: asyncio.Task[None]

    def has_anybody(self) -> bool:
        """Whether any of them still waits for an outcome."""
        return not all(member.outcome.done() for member in self.members)


class Apart:
    """In place of an outcome: it was not answered together with others, and is to be asked by itself."""


APART: Final = Apart()


class Line:
    """Members that wait, by their callers: these take turns, and so do those with an account and those without."""

    def __init__(self) -> None:
        self._rings = {True: OrderedDict[str, deque[Member]](), False: OrderedDict[str, deque[Member]]()}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def has(self, caller: Caller) -> bool:
        """Whether a member of that caller waits."""
        return caller.key in self._rings[caller.signed_in]

    def add(self, member: Member) -> None:
        """Puts a member behind those of its caller."""
        caller = member.read.caller
        self._rings[caller.signed_in].setdefault(caller.key, deque()).append(member)
        self._count += 1

    def remove(self, member: Member) -> None:
        """Takes out a member that waits no more."""
        caller = member.read.caller
        ring = self._rings[caller.signed_in]
        ring[caller.key].remove(member)
        self._count -= 1
        if not ring[caller.key]:
            del ring[caller.key]

    def callers(self, most: int) -> list[Caller]:
        """Whose turns are next, so many with an account and so many without."""
        return [members[0].read.caller for ring in self._rings.values() for members in islice(ring.values(), most)]

    def members(self) -> list[Member]:
        """All that wait."""
        return [member for ring in self._rings.values() for members in ring.values() for member in members]

    def take(self, first: Caller, most: int) -> list[Member]:
        """Takes out so many, one of each caller after the other, beginning with that one."""
        taken: list[Member] = []
        signed_in = first.signed_in
        self._rings[signed_in].move_to_end(first.key, last=False)
        while len(taken) < most and self._count:
            ring = self._rings[signed_in]
            signed_in = not signed_in
            if ring:
                key, members = ring.popitem(last=False)
                taken.append(members.popleft())
                self._count -= 1
                if members:
                    ring[key] = members
        return taken


@dataclass(slots=True, eq=False)
class Lane:
    """What is under way of a text with the same `sizes`, and who waits; `entering` are those who wait at the gate
    for all of them.
    """

    form: Form
    sizes: tuple[Any, ...]
    under_way: int = 0
    line: Line = field(default_factory=Line)
    entering: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])

    def parameters(self, members: Sequence[Member]) -> Parameters:
        """The parameters of the gathered statement."""
        fixed = self.form.fixed
        each = [
            {"place": place, **{name: value for name, value in member.read.parameters.items() if name not in fixed}}
            for place, member in enumerate(members)
        ]
        return {TOGETHER: {"members": each}, **dict(zip(fixed, self.sizes, strict=True))}
