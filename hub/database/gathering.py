"""Reads gathered: while statements of a text are under way, others of the same text wait a moment and go together as
one (`gathered_form.py`).

What a statement costs beside its rows, in the driver, in Bolt and in Neo4j, is more than a small one's rows cost;
together it is paid once. Those of one lane have the parameters in common that cannot be each one's own. Whoever finds
room in its lane waits for nobody, so one client alone is answered as ever.
"""

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from hub.database.bookmarks import Bookmarks
from hub.database.gathered_form import FORMS, Form, form_of
from hub.database.graph import Graph
from hub.database.lane import APART, Lane, Member, Read, Whole
from hub.errors import HubError, Unavailable
from hub.limits.admission import Admission
from hub.limits.callers import HUB, Caller

_log: Final = logging.getLogger("hub.gathering")
_WORTH_PLANNING: Final = 8
"""How often a lane of a text must have been full before Neo4j is asked to plan its gathered form, which takes as
long as the text's own.
"""
_SLOW_S: Final = 0.25
"""A statement that takes longer keeps its lane no more: one that asks much would hold up all who ask the same of
other rows.
"""
_WHOLE_S: Final = 5.0
"""How long members may run together, before each is asked by itself, in its own time."""
_APART_S: Final = 60.0
"""How long a text is asked one by one, once its members could not be answered together."""
_MOST_WAITING: Final = 1_000
"""In all lanes; of one caller so many as the gate lets wait. More than those go to the gate, which tells them."""
_MOST_WAITING_EACH: Final = 100


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many statements of a text are under way before others wait, 0 for any number; how many of those go as one
    at the most.
    """

    statements: int = 0
    most: int = 16


@dataclass(slots=True)
class _Known:
    """What is known of a gathered form: how often it would have been used before it was planned, and until when it
    is not used.
    """

    wanted: int = 0
    apart_until: float = 0.0


class Gathering:
    """Asks reads of one value, together where many ask the same at once.

    A gathered statement takes one turn at the gate, of the first of its members' callers who is let in: so nobody has
    more under way than its share, whoever has used its share up rides along, which costs nobody anything, and nobody
    waits for somebody else's turn. Within a lane callers take turns as they do at the gate. A gathered form is planned
    aside, for no members: until it is, each is asked by itself.
    """

    def __init__(self, graph: Graph, admission: Admission, lanes: Lanes) -> None:
        self._graph = graph
        self._admission = admission
        self._most = lanes
        self._lanes: dict[tuple[str, tuple[Any, ...]], Lane] = {}
        self._forms: OrderedDict[str, _Known] = OrderedDict()
        self._waiting: dict[str, int] = {}
        self._all_waiting = 0
        self.planning: asyncio.Task[None] | None = None
        """Under way where a gathered form is planned; one at a time."""

    @property
    def lanes(self) -> int:
        """In how many lanes anything is under way or waits."""
        return len(self._lanes)

    def is_new(self, form: Form) -> bool:
        """Whether a gathered form was not planned yet."""
        return self._admission.is_new(form.text)

    async def read_one(self, read: Read, *, gathers: bool) -> Any:
        """The one value of the one record of a read, or None where there is none.

        Raises what `Admission.run` and `Graph.read_one` do.

        What does not gather is asked by itself; so is what waits for a bookmark, and what is planned for the first
        time.
        """
        may = gathers and self._most.statements and not read.bookmarks.sent and not self._admission.is_new(read.text)
        form = form_of(read.text) if may else None
        if form is None:
            return await self._apart(read)
        lane = self._lane(form, tuple(read.parameters[name] for name in form.fixed))
        if self._has_room(lane) and not lane.line and self._admission.enter_now(read.caller):
            return await self._next(lane, read)
        if not self._is_gathered(lane, wanted=True) or not self._may_wait(read.caller):
            self._forget(lane)
            return await self._apart(read)
        loop = asyncio.get_running_loop()
        member = Member(read, loop.create_future(), loop.time())
        self._line_up(lane, member)
        try:
            outcome = await member.outcome
        except asyncio.CancelledError:
            self._give_up(lane, member)
            raise
        if outcome is APART:
            return await self._apart(read)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _apart(self, read: Read) -> Any:
        """By itself, in its caller's own turn, whatever else is under way."""

        def work() -> Awaitable[Any]:
            is_new = self._admission.is_new(read.text)
            return self._graph.read_one(read.text, read.parameters, read.bookmarks, is_new=is_new)

        return await self._admission.run(read.caller, read.text, work)

    async def _next(self, lane: Lane, read: Read) -> Any:
        """As the next of its lane, where nobody waits; the caller has been let in."""
        self._admission.used(read.text)
        over = self._begun(lane, read.caller)
        try:
            return await self._graph.read_one(read.text, read.parameters, read.bookmarks)
        finally:
            over()

    def _lane(self, form: Form, sizes: tuple[Any, ...]) -> Lane:
        lane = self._lanes.get((form.text, sizes))
        if lane is None:
            lane = self._lanes[form.text, sizes] = Lane(form, sizes)
        return lane

    def _forget(self, lane: Lane) -> None:
        """Lets go of a lane in which nothing is."""
        if not (lane.under_way or lane.line or lane.entering):
            self._lanes.pop((lane.form.text, lane.sizes), None)

    def _has_room(self, lane: Lane) -> bool:
        return lane.under_way < self._most.statements

    def _begun(self, lane: Lane, caller: Caller) -> Callable[[], None]:
        """Takes a place in the lane, until what it gives is called; that gives the caller's turn back as well."""
        lane.under_way += 1
        has_place = True

        def give_place() -> None:
            nonlocal has_place
            if has_place:
                has_place = False
                lane.under_way -= 1
                self._go_on(lane)

        def over() -> None:
            slow.cancel()
            self._admission.leave(caller)
            give_place()

        slow = asyncio.get_running_loop().call_later(_SLOW_S, give_place)
        return over

    def _is_gathered(self, lane: Lane, *, wanted: bool = False) -> bool:
        """Whether those who find a lane full wait in it.

        Where it is `wanted` so often, and not planned yet, it is planned aside.
        """
        text = lane.form.text
        known = self._forms.setdefault(text, _Known())
        self._forms.move_to_end(text)
        if len(self._forms) > FORMS:
            self._forms.popitem(last=False)
        if known.apart_until > asyncio.get_running_loop().time():
            return False
        if not self._admission.is_new(text):
            return True
        known.wanted += wanted
        # not while anything else is planned: others wait for that, and nobody waits for this
        if known.wanted >= _WORTH_PLANNING and self.planning is None and not self._admission.is_planning:
            known.wanted = 0
            self.planning = asyncio.create_task(self._plan(lane, known))
        return False

    async def _plan(self, lane: Lane, known: _Known) -> None:
        """Has Neo4j plan a gathered form."""
        text = lane.form.text
        try:
            await self._admission.run(HUB, text, lambda: self._graph.read(text, lane.parameters([]), is_new=True))
        except Unavailable:
            known.apart_until = asyncio.get_running_loop().time() + _APART_S
        except Exception:
            # it cannot be planned, or not in its time, and so it would be each time
            known.apart_until = math.inf
            _log.warning("a statement of %d characters is never gathered", len(text), exc_info=True)
        finally:
            self.planning = None

    def _may_wait(self, caller: Caller) -> bool:
        return self._all_waiting < _MOST_WAITING and self._waiting.get(caller.key, 0) < _MOST_WAITING_EACH

    def _line_up(self, lane: Lane, member: Member) -> None:
        key = member.read.caller.key
        lane.line.add(member)
        self._all_waiting += 1
        self._waiting[key] = self._waiting.get(key, 0) + 1
        self._go_on(lane)

    def _waits_no_more(self, member: Member) -> None:
        member.waits = False
        key = member.read.caller.key
        self._all_waiting -= 1
        self._waiting[key] -= 1
        if not self._waiting[key]:
            del self._waiting[key]

    def _take_out(self, lane: Lane, member: Member, outcome: Any) -> None:
        lane.line.remove(member)
        self._waits_no_more(member)
        if not member.outcome.done():
            member.outcome.set_result(outcome)

    def _give_up(self, lane: Lane, member: Member) -> None:
        """For a member that hung up: the others go on without it. What nobody waits for any more is ended."""
        if member.waits:
            self._take_out(lane, member, None)
            self._go_on(lane)
        elif member.whole and not member.whole.has_anybody():
            member.whole.task.cancel()

    def _go_on(self, lane: Lane) -> None:
        """Sends those who wait on their way, as far as there is room in the lane and at the gate."""
        while lane.line and self._has_room(lane):
            if not self._is_gathered(lane):
                self._send_apart(lane)
                break
            callers = lane.line.callers(self._most.most)
            let_in = next(filter(self._admission.enter_now, callers), None)
            if let_in is None:
                for caller in callers:
                    if caller.key not in lane.entering:
                        lane.entering[caller.key] = asyncio.create_task(self._enter(lane, caller))
                return
            self._go(lane, let_in)
        for entering in lane.entering.values():
            entering.cancel()
        lane.entering.clear()
        self._forget(lane)

    def _send_apart(self, lane: Lane) -> None:
        for member in lane.line.members():
            self._take_out(lane, member, APART)

    async def _enter(self, lane: Lane, caller: Caller) -> None:
        """Waits at the gate for that caller's turn, for all who wait in the lane."""
        began = asyncio.get_running_loop().time()
        try:
            await self._admission.enter(caller)
        except HubError as error:
            # what each of the caller's would have been told there; where it is that no turn came, so would the others
            # who waited as long
            for member in lane.line.members():
                if member.since <= began and (member.read.caller == caller or isinstance(error, Unavailable)):
                    self._take_out(lane, member, copy(error))
            del lane.entering[caller.key]
        else:
            del lane.entering[caller.key]
            if self._has_room(lane) and lane.line.has(caller):
                self._go(lane, caller)
            else:
                self._admission.leave(caller)
        self._go_on(lane)

    def _go(self, lane: Lane, caller: Caller) -> None:
        """Sends as many as may go together, one of that caller's first, who has been let in."""
        members = lane.line.take(caller, self._most.most)
        over = self._begun(lane, caller)
        whole = Whole(members, asyncio.create_task(self._together(lane, members)))
        for member in members:
            member.whole = whole
            self._waits_no_more(member)

        def ended(_: asyncio.Task[None]) -> None:
            for member in members:  # it was cancelled: nobody is there any more, or this process ends
                member.outcome.cancel()
            over()

        whole.task.add_done_callback(ended)

    async def _together(self, lane: Lane, members: Sequence[Member]) -> None:
        """Gives each member its outcome."""
        for member, outcome in zip(members, await self._outcomes(lane, members), strict=True):
            if not member.outcome.done():  # else it hung up
                member.outcome.set_result(outcome)

    async def _outcomes(self, lane: Lane, members: Sequence[Member]) -> Sequence[Any]:
        self._admission.used(members[0].read.text)
        if len(members) == 1:
            read = members[0].read
            try:
                return [await self._graph.read_one(read.text, read.parameters, read.bookmarks)]
            except Exception as error:  # its asker's
                return [error]
        self._admission.used(lane.form.text)
        seen = Bookmarks()
        try:
            records = await self._graph.read(lane.form.text, lane.parameters(members), seen, within_s=_WHOLE_S)
        except Unavailable as error:
            return [copy(error) for _ in members]
        except Exception:
            # whose fault it is shows when each is asked by itself, in its own time
            self._forms.setdefault(lane.form.text, _Known()).apart_until = asyncio.get_running_loop().time() + _APART_S
            return [APART] * len(members)
        rows: dict[int, Any] = {place: row for place, row in records}  # noqa: C416 - each is a list of two
        for member in members:
            member.read.bookmarks.renew(seen.values)
        return [rows.get(place) for place in range(len(members))]
