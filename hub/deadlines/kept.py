"""The deadlines of cases as the graph has them: read with what their cases say, brought to what follows, written.

One statement reads, one writes, for one case as for many. Whoever writes has locked the cases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final, LiteralString, TypedDict

from graph_schema.cypher import Properties, Statement, fill, lock
from hub.database.graph import Run
from hub.deadlines.business_days import today as day_at
from hub.deadlines.clock import DECIDED, Clock, clocks_of
from hub.deadlines.deadline import OPEN, Deadline, State, work_out
from hub.deadlines.facts import Dated, Facts, Timeline
from hub.deadlines.vocabulary import EventKind, vocabulary
from hub.deadlines.windows import Told, windows
from hub.errors import BadInput
from hub.jobs.loops import rows_of
from hub.records.source_record import KEPT

_LISTS: Final = ("dates", "conditions", "suspensions", "extensions", "answers", "pronounced")
"""The facts that a case keeps as lists of texts, by the same names."""

_MOST_TOLD: Final = 5
_DECISIONS: Final = fill(
    """COLLECT { MATCH ({case})<-[:DECIDES]-(d:Decision)
    WHERE d.decidedAt IS :: ZONED DATETIME NOT NULL AND coalesce(d.event, {decided}) = {decided}
    RETURN [d.decidedAt.epochMillis, d.ofEntry] }""",
    decided=f"'{DECIDED}'",
    case="{case}",
)
_ARE_BESIDE: Final[LiteralString] = """MATCH (k)-[:CONCERNS]->(i:Importer)
  MATCH (k)-[:COVERS_ENTRY]->(:Entry)<-[:COVERS_ENTRY]-(o:Case)-[:CONCERNS]->(i)
  WHERE o <> k WITH DISTINCT o ORDER BY o.openedAt DESC, o.id LIMIT 200"""
LOCK_BESIDE: Final = fill(
    "CALL (k) { {are_beside} WITH o ORDER BY elementId(o) {lock} RETURN count(o) AS beside }",
    are_beside=_ARE_BESIDE,
    lock=lock("o"),
)
"""The clause that locks the other cases of its importer that cover an entry of the case `k`: what may be filed for the
entry follows from all of them."""
BESIDE: Final = fill(
    """COLLECT { {are_beside} MATCH (o)-[:OF_KIND]->(its:CaseKind)
  RETURN {id: o.id, kind: its.code, dates: o.dates, conditions: o.conditions, suspensions: o.suspensions,
    extensions: o.extensions, answers: o.answers, pronounced: o.pronounced, datesToConfirm: o.datesToConfirm,
    turn: o.windowsTurn, entries: [(o)-[:COVERS_ENTRY]->(e:Entry) | e.number], decisions: {decisions}} }""",
    are_beside=_ARE_BESIDE,
    decisions=fill(_DECISIONS, case="o"),
)
"""The expression for these cases, and for what each of them says of its time: see `cases_beside`."""
_AS_KEPT: Final = fill(
    """
{lock_beside}
OPTIONAL MATCH (k)-[:OF_KIND]->(kind:CaseKind)
WITH *, [(k)-[:COVERS_ENTRY]->(e:Entry) | e.number] AS entries, {decisions} AS decisions, {beside} AS others,
  COLLECT { MATCH (k)<-[:OF_CASE]-(d:Deadline) RETURN {element: elementId(d), id: d.id, name: d.name, state: d.state,
    startedOn: toString(d.startedOn), due: toString(d.due), metOn: toString(d.metOn), why: d.why,
    extensions: d.extensions, extendedTo: toString(d.extendedTo), entry: d.entry,
    clock: head([(d)-[:RUNS_BY]->(c:Clock) | c.id])} } AS written
WITH collect({id: k.id, kind: kind.code, status: k.status, awaiting: k.awaitingSince IS NOT NULL,
  closed: CASE WHEN k.closedAt IS :: ZONED DATETIME NOT NULL THEN k.closedAt.epochMillis END,
  isKeptHere: NOT EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE {kept} },
  dates: k.dates, conditions: k.conditions, suspensions: k.suspensions, extensions: k.extensions, answers: k.answers,
  pronounced: k.pronounced, datesToConfirm: k.datesToConfirm, windows: k.windows, turn: k.windowsTurn,
  entries: entries, decisions: decisions, others: others, written: written}) AS cases
RETURN cases, COLLECT { UNWIND cases AS one UNWIND [one.kind] + [other IN one.others | other.kind] AS code
    WITH DISTINCT code MATCH (:CaseKind {code: code})-[:HAS_CLOCK]->(c:Clock) RETURN [code, properties(c)] },
  COLLECT { MATCH (e:CaseEvent) WHERE e.code IN $events OR any(code IN e.notBefore WHERE code IN $events)
    RETURN properties(e) },
  COLLECT { UNWIND CASE WHEN any(one IN cases WHERE one.entries <> []) THEN [1] ELSE [] END AS gate
    MATCH (c:Clock {window: true}) RETURN properties(c) }""",
    kept=KEPT,
    lock_beside=LOCK_BESIDE,
    decisions=fill(_DECISIONS, case="k"),
    beside=BESIDE,
)
_ONE: Final = "MATCH (k:Case {id: $case})" + _AS_KEPT
_MANY: Final = f"{rows_of('Case')} WITH DISTINCT n ORDER BY elementId(n) {lock('n')} WITH n AS k" + _AS_KEPT
_WRITE: Final[LiteralString] = """
UNWIND $cases AS row
MATCH (k:Case {id: row.id})
SET k += row.facts,
  k.closedAt = CASE WHEN row.closes IS NULL THEN k.closedAt WHEN row.closes THEN $at END,
  k.awaitingSince = CASE WHEN row.awaits IS NULL THEN k.awaitingSince
    WHEN row.awaits THEN coalesce(k.awaitingSince, $at) END
WITH k, row
CALL (row) { UNWIND row.gone AS element MATCH (d:Deadline) WHERE elementId(d) = element DETACH DELETE d }
CALL (row) {
  UNWIND row.changed AS one MATCH (d:Deadline) WHERE elementId(d) = one.element
  SET d += one.values, d.revision = coalesce(d.revision, 0) + one.moved,
    d.changedAt = CASE WHEN one.moved > 0 THEN $at ELSE d.changedAt END,
    d.endedAt = CASE WHEN one.ended THEN coalesce(d.endedAt, $at) END }
CALL (row) {
  UNWIND row.rewound AS one MATCH (d:Deadline) WHERE elementId(d) = one.element MATCH (c:Clock {id: one.clock})
  OPTIONAL MATCH (d)-[old:RUNS_BY]->() DELETE old
  WITH DISTINCT d, c CREATE (d)-[:RUNS_BY]->(c) }
CALL (k, row) {
  WITH * WHERE row.begun <> []
  OPTIONAL MATCH (k)-[:CONCERNS]->(importer:Importer) OPTIONAL MATCH (k)-[:HANDLED_BY]->(owner)
  UNWIND row.begun AS one MATCH (c:Clock {id: one.clock})
  CREATE (d:Deadline)
  SET d = one.values, d.revision = 0, d.changedAt = $at, d.endedAt = CASE WHEN one.ended THEN $at END
  CREATE (d)-[:OF_CASE]->(k) CREATE (d)-[:RUNS_BY]->(c)
  FOREACH (party IN [p IN CASE one.side WHEN 'trade'
      THEN CASE WHEN 'importer' IN coalesce(c.owedRoles, ['importer']) THEN [importer] ELSE [] END
      WHEN 'government' THEN [owner] ELSE [] END
    WHERE p IS NOT NULL] | CREATE (d)-[:OWED_BY]->(party)) }"""


class _DeadlineRow(TypedDict):
    """A deadline as `_AS_KEPT` gives it, its days as texts."""

    element: str
    id: str | None
    name: str | None
    state: str | None
    startedOn: str | None
    due: str | None
    metOn: str | None
    why: str | None
    extensions: int | None
    extendedTo: str | None
    entry: str | None
    clock: str | None


class _SaidRow(TypedDict):
    """What a case says of its time, as `BESIDE` and `_AS_KEPT` give it; `decisions` are the moment of each, in
    milliseconds, and the entry that it is about."""

    id: str
    dates: Sequence[str] | None
    conditions: Sequence[str] | None
    suspensions: Sequence[str] | None
    extensions: Sequence[str] | None
    answers: Sequence[str] | None
    pronounced: Sequence[str] | None
    datesToConfirm: Sequence[str] | None
    turn: int | None
    entries: Sequence[str]
    decisions: Sequence[tuple[int, str | None]]


class _BesideRow(_SaidRow):
    """A case beside another, with the code of its kind."""

    kind: str


class _CaseRow(_SaidRow):
    """A case as `_AS_KEPT` gives it, with its deadlines and with the cases `others` beside it; `closed` is a moment in
    milliseconds."""

    kind: str | None
    status: str
    awaiting: bool
    closed: int | None
    isKeptHere: bool
    windows: Sequence[str] | None
    others: Sequence[_BesideRow]
    written: Sequence[_DeadlineRow]


class _Values(TypedDict):
    """The properties of a deadline's row that follow from what its case says."""

    name: str
    state: str
    due: date | None
    metOn: date | None
    why: str
    owedBy: str
    deemed: str | None
    extensions: int
    extendedTo: date | None
    entry: str | None


class _Changed(TypedDict):
    """A deadline that `_WRITE` changes; `moved` is 1 where its last day is another."""

    element: str
    values: _Values
    moved: int
    ended: bool


class _Rewound(TypedDict):
    """A deadline that runs by another clock now."""

    element: str
    clock: str


class _Begun(TypedDict):
    """A deadline that `_WRITE` creates."""

    values: Properties
    clock: str
    side: str
    ended: bool


class _ToWrite(TypedDict):
    """What `_WRITE` writes of a case: of `facts` those that differ, of deadlines those that are `gone`, by Neo4j's id,
    and the others. `closes` and `awaits` are None where that stays as it is."""

    id: str
    facts: Properties
    closes: bool | None
    awaits: bool | None
    gone: Sequence[str]
    changed: Sequence[_Changed]
    rewound: Sequence[_Rewound]
    begun: Sequence[_Begun]


@dataclass(frozen=True, slots=True)
class Written:
    """A deadline as it stands in the graph. `element` is Neo4j's id of it, `clock` the id of its clock's row."""

    element: str
    id: str | None
    name: str | None
    state: str | None
    start: date | None
    last: date | None
    met_on: date | None
    why: str | None
    extensions: int | None
    extended_to: date | None
    entry: str | None
    clock: str | None

    @staticmethod
    def of(row: _DeadlineRow) -> "Written":
        """The deadline of a row that was read."""
        return Written(
            row["element"], row["id"], row["name"], row["state"], _day(row["startedOn"]), _day(row["due"]),
            _day(row["metOn"]), row["why"], row["extensions"], _day(row["extendedTo"]), row["entry"], row["clock"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseBeside:
    """Another case of the same importer that covers an entry of a case, and what it says of its time."""

    kind: str
    facts: Facts
    clocks: Sequence[Clock]
    to_confirm: Sequence[str]
    turn: int

    def told(self, today: date) -> Told | None:
        """What it tells of its entries; None where what it says cannot be read."""
        try:
            return Told.of(self.kind, self.facts, self.clocks, today, self.to_confirm)
        except BadInput:
            return None


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case and what it says of its time.

    `awaiting`: whether its owner waits for an answer. `is_kept_here`: whether no other system says what its status and
    its dates are. `decisions` are those in it that are no other event, as facts. `to_confirm` are those of its dates
    that a party told and its owner has not confirmed. `events` are those of the vocabulary that were asked for.
    `windows` is what may still be filed for its entries, by the clocks `of_windows`: it follows from what `others` say,
    too, and the last case of them that was written tells it, the one with the highest `turn`.
    """

    facts: Facts
    status: str
    clocks: Sequence[Clock] = ()
    written: Sequence[Written] = ()
    awaiting: bool = False
    is_kept_here: bool = True
    decisions: Sequence[str] = ()
    to_confirm: Sequence[str] = ()
    events: Mapping[str, EventKind] = field(default_factory=dict[str, EventKind])
    windows: Sequence[str] = ()
    of_windows: Sequence[Clock] = ()
    kind: str = ""
    turn: int = 0
    others: Sequence["CaseBeside"] = ()

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.facts.case

    @property
    def all_facts(self) -> Facts:
        """Its facts, its decisions among them."""
        return replace(self.facts, decisions=self.decisions)


@dataclass(frozen=True, slots=True)
class Change:
    """A deadline that is other than it was: `before` is None for a new one, `now` for one that is no more."""

    before: Written | None
    now: Deadline | None

    def __str__(self) -> str:
        """What has changed, in a line of the case's history."""
        if self.now is None:
            assert self.before is not None
            since = f" from {self.before.start}" if self.before.start else ""
            return f"{_named(self.before.name, self.before.entry)}: runs no more{since}"
        return f"{_named(self.now.clock.name, self.now.entry)}: {in_words(self.now)}{_by_law(self.now.clock)}"

    @property
    def is_told(self) -> bool:
        """Whether it is one for the history: its last day, its state or what met it is other than before."""
        before, now = self.before, self.now
        if before is None or now is None:
            return True
        shown = (before.state, before.last, before.met_on, before.extensions or 0, before.extended_to)
        return shown != (now.state, now.last, now.met_on, now.extensions, now.extended_to)

    @property
    def only_begins(self) -> bool:
        """Whether it is new, and nothing has become of it."""
        return self.before is None and self.now is not None and self.now.state in OPEN


@dataclass(frozen=True, slots=True)
class ToTell:
    """An entry of the history of a case: what it says, and the deadlines that it is about, by id."""

    text: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """A case with what it says now, its deadlines as they follow, and what is other than in the graph."""

    before: KeptCase
    case: KeptCase
    deadlines: Sequence[Deadline]
    timeline: Timeline
    changes: Sequence[Change] = field(default_factory=list[Change])

    def with_windows(self, today: date) -> "Brought":
        """The same with what may be filed for its entries by what it says and what others say."""
        case = self.case
        if not (case.facts.entries and case.of_windows):
            return replace(self, case=replace(case, windows=()))
        own = Told.worked_out(case.kind, case.id, (self.deadlines, self.timeline), case.clocks, case.to_confirm)
        told = [own, *filter(None, (other.told(today) for other in case.others))]
        try:
            found = windows(told, case.facts.entries, case.of_windows, today)
        except BadInput:  # what another case says ends beyond all calendars
            found = windows([own], case.facts.entries, case.of_windows, today)
        last = max((other.turn for other in case.others), default=case.turn - 1)
        return replace(self, case=replace(case, windows=found, turn=max(case.turn, last + 1)))

    @property
    def notable(self) -> list[Change]:
        """The changes that the history of the case tells."""
        return [change for change in self.changes if change.is_told]

    def to_tell(self, *, together: bool = False) -> list[ToTell]:
        """The entries of its history that tell these changes, one each; `together`: but one for all clocks that only
        began, as where a case is opened."""
        begun = [change.now for change in self.notable if together and change.only_begins and change.now]
        others = [change for change in self.notable if not (together and change.only_begins)]
        told = [ToTell(str(each), (each.now.id,) if each.now else ()) for each in others]
        return [*([ToTell(_begun_in_words(begun), tuple(each.id for each in begun))] if begun else []), *told]

    def row(self) -> _ToWrite | None:
        """What is written of it; None where nothing has changed."""
        before, case = self.before, self.case
        facts: dict[str, object] = {
            name: list(getattr(case.facts, name)) for name in _LISTS
            if list(getattr(case.facts, name)) != list(getattr(before.facts, name))
        }  # fmt: skip
        for name, said, said_before in (
            ("datesToConfirm", case.to_confirm, before.to_confirm), ("windows", case.windows, before.windows)
        ):  # fmt: skip
            if list(said) != list(said_before):
                facts[name] = list(said)
        if case.turn != before.turn:
            facts["windowsTurn"] = case.turn
        closes = None if case.facts.closed == before.facts.closed else case.facts.closed is not None
        status = {"status": case.status} if case.status != before.status else {}
        # a case may have said so by its status alone, which it loses
        awaits = case.awaiting if case.awaiting != before.awaiting or (case.awaiting and status) else None
        row: _ToWrite = {
            "id": case.id, "facts": {**facts, **status}, "closes": closes, "awaits": awaits,
            "gone": [change.before.element for change in self.changes if change.before and not change.now],
            "changed": [_changed(c.before, c.now) for c in self.changes if c.before and c.now],
            "rewound": [
                {"element": c.before.element, "clock": c.now.clock.node} for c in self.changes
                if c.before and c.now and c.before.clock != c.now.clock.node
            ],
            "begun": [_begun(change.now) for change in self.changes if change.now and not change.before],
        }  # fmt: skip
        has_changed = closes is not None or awaits is not None
        return row if has_changed or row["facts"] or row["gone"] or row["changed"] or row["begun"] else None


async def read_case(run: Run, case: str, events: Sequence[str] = ()) -> KeptCase | None:
    """The case of that id, which the caller has locked, and these events of the vocabulary, with those that are never
    before them; None where there is no such case."""
    return next(iter(_read(await run(Statement(_ONE, {"case": case, "events": list(events)})))), None)


async def read_cases(run: Run, items: Sequence[str]) -> list[KeptCase]:
    """The cases that are known by these items, locked."""
    return _read(await run(Statement(_MANY, {"items": list(items), "events": []})))


def bring(before: KeptCase, case: KeptCase, today: date) -> Brought:
    """What follows from what a case says now. Raises `BadInput` for facts that are not written as they should be."""
    current, timeline = work_out(case.id, Timeline.of(case.all_facts), case.clocks, today)
    facts = case.facts
    if case.is_kept_here:
        case = replace(case, facts=replace(facts, pronounced=_pronounced(facts, current)))
        case = replace(case, status=_status(case, current, today))
    there = {written.id: written for written in before.written if written.id}
    changes = [Change(there.get(each.id), each) for each in current]
    changes = [change for change in changes if _differs(change)]
    kept = {each.id for each in current}
    changes += [Change(written, None) for written in before.written if written.id not in kept]
    return Brought(before, case, current, timeline, changes)


async def write(run: Run, brought: Iterable[Brought], at: datetime) -> None:
    """Writes what has changed of these cases."""
    rows = [row for one in brought if (row := one.with_windows(day_at(at)).row())]
    if rows:
        await run(Statement(_WRITE, {"cases": rows, "at": at}))


def in_words(deadline: Deadline) -> str:
    """How a deadline stands, in words."""
    match deadline.state:
        case State.RUNNING:
            return f"until {deadline.last}, {deadline.why}" if deadline.last else deadline.why
        case State.MET:
            return f"met: {deadline.why}"
        case State.MET_LATE:
            return f"met late: {deadline.why}"
        case State.ENDED:
            return f"ended: {deadline.why}"
        case State.PROPOSED:
            return f"proposed {deadline.why}"
        case _:
            return deadline.why


def _read(records: Sequence[Sequence[Any]]) -> list[KeptCase]:
    ((cases, clocks, events, of_windows),) = records
    read = _by_kind(clocks)
    asked = vocabulary(events)
    opening = clocks_of(of_windows)
    return [
        replace(
            _case(row, read.get(row["kind"] or "", []), asked), of_windows=opening, kind=row["kind"] or "",
            turn=row["turn"] or 0, others=_cases_beside(row["others"], read),
        )
        for row in cases
    ]  # fmt: skip


def cases_beside(cases: Sequence[_BesideRow], clocks: Sequence[tuple[str, Properties]]) -> list[CaseBeside]:
    """The cases that the expression `BESIDE` gives, by the clocks of their kinds, each with the kind's code."""
    return _cases_beside(cases, _by_kind(clocks))


def _cases_beside(cases: Sequence[_BesideRow], clocks: Mapping[str, Sequence[Clock]]) -> list[CaseBeside]:
    return [
        CaseBeside(row["kind"], _facts(row), clocks.get(row["kind"], ()), row["datesToConfirm"] or (), row["turn"] or 0)
        for row in cases
    ]


def _by_kind(clocks: Iterable[tuple[str, Properties]]) -> dict[str, list[Clock]]:
    by_kind: dict[str, list[Properties]] = {}
    for kind, row in clocks:
        by_kind.setdefault(kind, []).append(row)
    return {kind: clocks_of(rows) for kind, rows in by_kind.items()}


def _facts(row: _SaidRow) -> Facts:
    return Facts(
        case=row["id"], dates=row["dates"] or (), conditions=row["conditions"] or (),
        suspensions=row["suspensions"] or (), extensions=row["extensions"] or (), answers=row["answers"] or (),
        pronounced=row["pronounced"] or (), entries=row["entries"],
        decisions=[_decision(at, entry) for at, entry in row["decisions"]],
    )  # fmt: skip


def _case(row: _CaseRow, clocks: Sequence[Clock], events: Mapping[str, EventKind]) -> KeptCase:
    closed = _moment(row["closed"])
    if row["status"] != "CLOSED":
        closed = None
    elif closed is None:
        closed = date.min
    facts = _facts(row)
    return KeptCase(
        replace(facts, closed=closed, decisions=()), row["status"], clocks,
        [Written.of(one) for one in row["written"]], row["awaiting"] or row["status"] == "AWAITING", row["isKeptHere"],
        facts.decisions, row["datesToConfirm"] or (), events, row["windows"] or (),
    )  # fmt: skip


def _decision(at: int, entry: str | None) -> str:
    """A decision that was made at that moment, as a fact."""
    day = _moment(at)
    assert day is not None
    return str(Dated(DECIDED, day, entry))


def _pronounced(facts: Facts, current: Iterable[Deadline]) -> Sequence[str]:
    """What was pronounced and still is: a late event takes the rest back."""
    if not facts.pronounced:
        return facts.pronounced
    deemed = [each for each in current if each.state is State.DEEMED]
    acts = zip(facts.pronounced, Timeline.of(facts).pronounced, strict=True)
    return [text for text, act in acts if any(act.is_of(each.clock, each.entry) for each in deemed)]


def _status(case: KeptCase, current: Sequence[Deadline], today: date) -> str:
    """Where a case stands, by what it says and what is due in it."""
    if case.facts.closed is not None:
        return "CLOSED"
    if any(each.state is State.DEEMED for each in current):
        return "DEEMED"
    if _is_suspended(case.facts, today):
        return "SUSPENDED"
    if case.awaiting:
        return "AWAITING"
    if any(each.extensions and each.state in OPEN for each in current):
        return "EXTENDED"
    return "DRAFT" if case.status == "DRAFT" else "OPEN"


def _is_suspended(facts: Facts, today: date) -> bool:
    """Whether the case as a whole is, or each of its entries."""
    suspended = {pause.entry for pause in Timeline.of(facts).pauses if pause.days.lasts_on(today)}
    return None in suspended or (bool(facts.entries) and suspended.issuperset(facts.entries))


def _differs(change: Change) -> bool:
    before, now = change.before, change.now
    if before is None or now is None:
        return True
    return change.is_told or (before.why, before.clock, before.name) != (now.why, now.clock.node, now.clock.name)


def _changed(before: Written, now: Deadline) -> _Changed:
    return {
        "element": before.element, "values": _values(now), "moved": int(before.last != now.last),
        "ended": now.state not in OPEN,
    }  # fmt: skip


def _begun(now: Deadline) -> _Begun:
    return {
        "values": {"source": "hub", **as_properties(now)}, "clock": now.clock.node, "side": now.clock.side,
        "ended": now.state not in OPEN,
    }  # fmt: skip


def as_properties(now: Deadline) -> Properties:
    """The properties of the row of a new deadline."""
    values = {"id": now.id, "startedOn": now.start, **_values(now)}
    return {name: value for name, value in values.items() if value is not None}


def _values(now: Deadline) -> _Values:
    return {
        "name": now.clock.name, "state": now.state.value, "due": now.last, "metOn": now.met_on, "why": now.why,
        "owedBy": now.clock.owed_by, "deemed": now.clock.deemed, "extensions": now.extensions,
        "extendedTo": now.extended_to, "entry": now.entry,
    }  # fmt: skip


def _begun_in_words(begun: Sequence[Deadline]) -> str:
    """Which clocks began, and until when they run; of one with many entries, between which days."""
    by_clock: dict[str, list[Deadline]] = {}
    for each in begun:
        by_clock.setdefault(each.clock.id, []).append(each)
    parts: list[str] = []
    for of_clock in by_clock.values():
        if len(of_clock) <= _MOST_TOLD:
            parts += [str(Change(None, each)) for each in of_clock]
            continue
        clock, days = of_clock[0].clock, sorted(str(each.last) for each in of_clock if each.last)
        until = f": until {' to '.join(dict.fromkeys((days[0], days[-1])))}" if days else ""
        parts.append(f"{clock.name}, {len(of_clock)} entries{until}{_by_law(clock)}")
    return f"begun: {'; '.join(parts)}"


def _by_law(clock: Clock) -> str:
    return f" ({clock.legal_basis})" if clock.legal_basis else ""


def _named(name: str | None, entry: str | None) -> str:
    return f"{name or 'a deadline'}, entry {entry}" if entry else name or "a deadline"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(milliseconds: int | None) -> date | None:
    return None if milliseconds is None else day_at(datetime.fromtimestamp(milliseconds / 1000, UTC))


assert set(_LISTS) < {field_.name for field_ in fields(Facts)}
