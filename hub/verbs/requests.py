"""Verbs of requests: information is asked for item by item, and answered item by item; notices are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Final, LiteralString, Self

from graph_schema.cypher import fill
from hub.deadlines.business_days import today
from hub.errors import BadInput, Conflict, NotFound
from hub.queries.templates import FILL, filled_by
from hub.verbs.arguments import Argument, Audience, OptionalReason, Reason, checked_text
from hub.verbs.case import OVERSIGHT, OWNER, PARTY, Case
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees
from hub.verbs.rows import Access, LockedRow, Subject
from hub.verbs.verb import verb
from hub.verbs.waiting import (
    ask_parties,
    await_nothing,
    came_back,
    end_by_withdrawal,
    meet_by_answer,
    meet_by_withdrawal,
    take_up,
    withdrawn_no_more,
)

_LONGEST_TITLE: Final = 300
_LONGEST_TEXT: Final = 10_000
_LONGEST_ITEM: Final = 2_000
_MOST_ITEMS: Final = 100
_MOST_FILES: Final = 20

_Title = Annotated[str, Argument("What it is about, in a line; the template's, if not said.", longest=_LONGEST_TITLE)]
_Text = Annotated[str, Argument("What it says; the template's, if not said.", longest=_LONGEST_TEXT)]
_Template = Annotated[str, Argument("A template that your office keeps, by its id.")]
_Blanks = Annotated[Sequence[str], Argument("What the template's blanks are filled with, as name=value.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What `requestInformation` says."""

    title: _Title | None = None
    text: _Text | None = None
    items: Annotated[
        Sequence[str], Argument(f"What is asked for, item by item, at most {_MOST_ITEMS}; after the template's.")
    ] = ()
    template: _Template | None = None
    blanks: _Blanks = ()
    audience: Audience | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """What `sendNotice` says."""

    title: _Title | None = None
    text: _Text | None = None
    template: _Template | None = None
    blanks: _Blanks = ()
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class _Filled:
    """What is written, with its template's blanks filled; `unfilled` are the names of those that are not."""

    title: str
    text: str
    items: Sequence[str]
    purpose: str
    of_kind: bool
    in_use: bool
    unfilled: Sequence[str]


_FILLED: Final[LiteralString] = (
    """
MATCH (t:Template {id: $template})-[:KEPT_BY]->(office) WHERE office IN myParties
MATCH (k:Case {id: $case})
WITH *, $given AS given
"""
    + FILL
    + """
RETURN {title: title, text: text, items: items, unfilled: unfilled, purpose: t.purpose, in_use: t.endedAt IS NULL,
  of_kind: NOT EXISTS { (t)-[:FOR_KIND]->() } OR EXISTS { (t)-[:FOR_KIND]->(:CaseKind)<-[:OF_KIND]-(k) }}"""
)
_WRITE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k)
WITH k, n
CALL (n) { MATCH (party) WHERE elementId(party) = $by CREATE (n)-[:BY]->(party) }
CALL (n) { MATCH (t:Template {id: $template}) CREATE (n)-[:MADE_FROM]->(t) }
UNWIND $items AS item
CREATE (i:RequestItem) SET i = item CREATE (i)-[:ITEM_OF]->(n) CREATE (i)-[:ASKED_IN]->(k)"""


async def _filled(
    context: VerbContext, case: Case, wanted: NewRequest | NewNotice, purpose: str
) -> tuple[str, str, list[str]]:
    """Title, text and items. Raises `BadInput`, `NotFound` or `Conflict`."""
    if wanted.template is None:
        if wanted.blanks:
            raise BadInput("blanks: they fill a template; name one, or leave them out")
        return checked_text("title", wanted.title or "", _LONGEST_TITLE), wanted.text or "", []
    given = filled_by(wanted.blanks)
    found = await context.read_row(_Filled, _FILLED, template=wanted.template, case=case.id, given=given)
    if found is None:
        raise NotFound(f"template: your office keeps no template {wanted.template}")
    if not found.in_use:
        raise Conflict("template: this version was replaced or retired; see the templates that have no endedAt")
    if found.purpose != purpose:
        raise BadInput(f"template: it is for a {found.purpose.lower()}, not a {purpose.lower()}")
    if not found.of_kind:
        raise Conflict(f"template: it is not for cases of the kind {case.kind}")
    if found.unfilled:
        names = ", ".join(found.unfilled)
        raise BadInput(f"blanks: not filled: {names}; give each as name=value, e.g. {found.unfilled[0]}=…")
    title = checked_text("title", wanted.title or found.title, _LONGEST_TITLE)
    return title, checked_text("text", wanted.text or found.text, _LONGEST_TEXT), list(found.items)


@verb(may=(OWNER,), returns="Note")
async def request_information(context: VerbContext, case: Case, request: NewRequest) -> str:
    """Asks the parties for information, item by item; the case waits for them. Each item is answered by itself
    (`answerItem`). A template gives title, text and items; a blank that is not filled is told, and nothing is sent."""
    case.must_be_open()
    title, text, items = await _filled(context, case, request, "REQUEST")
    items = [checked_text("items", item, _LONGEST_ITEM) for item in (*items, *request.items)]
    if not 1 <= len(items) <= _MOST_ITEMS:
        raise BadInput(f"items: 1 to {_MOST_ITEMS}, not {len(items)}; without items use respondToCase")
    audience = case.audience(request.audience)
    key = f"{context.request} request"
    note = {
        "id": key, "kind": "REQUEST", "title": title, "text": text, "at": context.now, "audience": audience,
        "state": "OPEN", "itemsOpen": len(items), "source": "hub",
    }  # fmt: skip
    rows = [
        {
            "id": f"{context.request} item {position}", "position": position, "text": item, "state": "OPEN",
            "askedAt": context.now, "audience": audience, "source": "hub",
        }
        for position, item in enumerate(items, 1)
    ]  # fmt: skip
    await context.execute(_WRITE, case=case.id, note=note, by=case.by, template=request.template, items=rows)
    await ask_parties(context, case)
    told = f"asked for information: {title}; {_count(len(items))}"
    changed = ("notes", "requestItems", "status")
    context.add_history_entry(case, told, changed, audience=audience, refs=(key,))
    return key


@verb(may=(OWNER,), returns="Note")
async def send_notice(context: VerbContext, case: Case, notice: NewNotice) -> str:
    """Sends the parties a notice, which needs no answer. A blank of its template that is not filled is told, and
    nothing is sent."""
    title, text, _ = await _filled(context, case, notice, "NOTICE")
    audience = case.audience(notice.audience)
    key = f"{context.request} notice"
    note = {
        "id": key, "kind": "NOTICE", "title": title, "text": checked_text("text", text, _LONGEST_TEXT),
        "at": context.now, "audience": audience, "source": "hub",
    }  # fmt: skip
    await context.execute(_WRITE, case=case.id, note=note, by=case.by, template=notice.template, items=[])
    context.add_history_entry(case, f"sent a notice: {title}", ("notes",), audience=audience, refs=(key,))
    return key


_CASE_OF: Final = fill(
    "MATCH (i:RequestItem {id: $key})-[:ASKED_IN]->(k:Case) WHERE {sees} RETURN k.number",
    sees=sees("i", "RequestItem"),
)
_ITEM: Final[LiteralString] = """
MATCH (i:RequestItem {id: $key})-[:ITEM_OF]->(n:Note)
RETURN {text: i.text, state: i.state, position: i.position, audience: i.audience, request: n.id, title: n.title,
  request_state: n.state}"""


@dataclass(frozen=True, slots=True)
class _Stands:
    """An item as it stands, and its `request`, by its id, with its `title` and its state."""

    text: str
    state: str
    position: int
    audience: str
    request: str
    title: str
    request_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(LockedRow):
    """An item of a request, whose case is locked with it: who may do what to the one may do it to the other."""

    SUBJECT: ClassVar = Subject("RequestItem", "id", "i", _CASE_OF, Argument("The item, by its id."))

    case: Case
    stands: _Stands
    as_owner: str | None
    as_party: str | None
    as_oversight: str | None

    @classmethod
    async def lock(cls, context: VerbContext, key: str, access: Access) -> Self:
        """The item of that key, with its case, which is locked. Raises as `LockedRow.lock`."""
        number = await context.read_value(_CASE_OF, key=key)
        if number is None:
            raise NotFound(f"item: there is no item {key} to be seen")
        case = await Case.lock(context, number, access)
        stands = await context.read_row(_Stands, _ITEM, key=key)
        assert stands is not None
        return cls(
            id=key, case=case, stands=stands, as_owner=case.as_owner, as_party=case.as_party,
            as_oversight=case.as_oversight, by=case.by, role=case.role,
        )  # fmt: skip

    def in_words(self) -> str:
        """What the item is called in an error and in the history."""
        return f"item {self.stands.position} of {self.stands.title!r}"


# An answer is a response of its own, so that a later one takes nothing away.
_ANSWER: Final[LiteralString] = """
MATCH (i:RequestItem {id: $item})-[:ASKED_IN]->(k:Case)
SET i.state = 'ANSWERED', i.answeredAt = $at
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k) CREATE (n)-[:ANSWERS]->(i)
WITH n MATCH (party) WHERE elementId(party) = $by CREATE (n)-[:BY]->(party)"""
_FILES: Final = fill(
    """
MATCH (n:Note {id: $note})-[:OF_CASE]->(k:Case)
UNWIND $files AS id MATCH (f:Attachment {id: id})-[:OF_CASE]->(k) WHERE {sees}
CREATE (n)-[:WITH_FILE]->(f) RETURN count(f)""",
    sees=sees("f", "Attachment"),
)
_REOPEN: Final[LiteralString] = """
MATCH (i:RequestItem {id: $item}) SET i.state = 'OPEN', i.askedAt = $at REMOVE i.withdrawnAt"""
_WITHDRAW: Final[LiteralString] = """
MATCH (i:RequestItem {id: $item}) SET i.state = 'WITHDRAWN', i.withdrawnAt = $at"""
_SETTLE: Final[LiteralString] = """
MATCH (n:Note {id: $request})<-[:ITEM_OF]-(i:RequestItem)
WITH n, count(CASE WHEN i.state = 'ANSWERED' THEN 1 END) AS answered,
  max(CASE WHEN i.state = 'ANSWERED' THEN i.answeredAt END) AS answeredAt
WITH n, answered, answeredAt, COLLECT { MATCH (n)<-[:ITEM_OF]-(o:RequestItem) WHERE o.state = 'OPEN'
  RETURN o.position ORDER BY o.position } AS open
SET n.itemsOpen = size(open), n.state = CASE WHEN open <> [] AND answered > 0 THEN 'PARTLY_ANSWERED'
  WHEN open <> [] THEN 'OPEN' WHEN answered > 0 THEN 'ANSWERED' ELSE 'WITHDRAWN' END
WITH n, open, answeredAt MATCH (n)-[:OF_CASE]->(k:Case)
RETURN {state: n.state, open: open, answered_at: answeredAt.epochMillis,
  more: EXISTS { MATCH (k)<-[:ASKED_IN]-(o:RequestItem) WHERE o.state = 'OPEN' }}"""


@dataclass(frozen=True, slots=True)
class _Settled:
    """How a request stands: its state, the positions of its `open` items, when the last of the others was answered, in
    milliseconds, and whether its case has `more` that are open."""

    state: str
    open: Sequence[int]
    answered_at: int | None
    more: bool

    def answered_on(self, now: datetime) -> date:
        """The day at headquarters of its last answer."""
        at = now if self.answered_at is None else datetime.fromtimestamp(self.answered_at / 1000, UTC)
        return today(at)

    def in_words(self) -> str:
        """What is open, in words."""
        if not self.open:
            return "nothing is open"
        return f"open: {'item' if len(self.open) == 1 else 'items'} {', '.join(map(str, self.open))}"


async def _settle(context: VerbContext, item: Item) -> _Settled:
    settled = await context.read_row(_Settled, _SETTLE, request=item.stands.request)
    assert settled is not None
    return settled


_Answer = Annotated[str, Argument("The answer.", longest=_LONGEST_TEXT)]
_Files = Annotated[
    Sequence[str], Argument(f"Files of the case that belong to the answer, by their ids, at most {_MOST_FILES}.")
]
_MetBy = Annotated[str, Argument("The id of the deadline that is met once all items are answered.")]


@verb(may=(PARTY,))
async def answer_item(
    context: VerbContext, item: Item, text: _Answer, files: _Files = (), deadline: _MetBy | None = None
) -> None:
    """Answers one item of a request, with files of the case. Answered again, it keeps both answers. Once nothing is
    open, the case waits no more, and what the parties owed by it is met; what is added later meets nothing more."""
    item.case.must_be_open()
    stands = item.stands
    if stands.state == "WITHDRAWN":
        raise Conflict(f"{item.in_words()} was withdrawn: nothing is asked any more")
    if len(files) > _MOST_FILES:
        raise BadInput(f"files: at most {_MOST_FILES}, not {len(files)}")
    key = f"{context.request} answer"
    note = {
        "id": key, "kind": "RESPONSE", "title": stands.text[:_LONGEST_TITLE], "text": text, "at": context.now,
        "audience": stands.audience, "source": "hub",
    }  # fmt: skip
    await context.execute(_ANSWER, item=item.id, note=note, by=item.by)
    wanted = list(dict.fromkeys(files))
    if wanted and await context.read_value(_FILES, note=key, files=wanted) != len(wanted):
        raise NotFound("files: each is a file of the case that you may see, by its id; see attachToCase")
    settled = await _settle(context, item)
    if not settled.more:
        await await_nothing(context, item.case)
    # what is added to a request that was answered already meets nothing more, unless the deadline is named
    if settled.state == "ANSWERED" and (deadline is not None or stands.request_state != "ANSWERED"):
        await meet_by_answer(context, item.case, deadline, settled.answered_on(context.now))
    await came_back(context, item.case)
    told = f"answered {item.in_words()}; {settled.in_words()}"
    changed = ("notes", "requestItems", "status", "cameBackAt")
    context.add_history_entry(item.case, told, changed, audience=stands.audience, refs=(item.id, key))


@verb(may=(OWNER, OVERSIGHT))
async def withdraw_item(context: VerbContext, item: Item, reason: Reason, deadline: _MetBy | None = None) -> None:
    """Withdraws an item of a request: it need not be answered. Answers that it has are kept. Where all others are
    answered, what the parties owed by the request is met, on the day of the last answer; name the deadline where
    several wait for an answer. Where all are withdrawn, what they owed by it ends."""
    if item.stands.state == "WITHDRAWN":
        raise Conflict(f"{item.in_words()} was withdrawn already")
    await context.execute(_WITHDRAW, item=item.id)
    settled = await _settle(context, item)
    if not settled.more:
        await await_nothing(context, item.case)
    if settled.state == "ANSWERED" and item.stands.request_state != "ANSWERED":
        await meet_by_withdrawal(context, item.case, deadline, settled.answered_on(context.now))
    if settled.state == "WITHDRAWN" and not settled.more:
        await end_by_withdrawal(context, item.case)
    told = f"withdrew {item.in_words()}; {settled.in_words()}"
    context.add_history_entry(
        item.case, told, ("requestItems", "status"), reason=reason, audience=item.stands.audience, refs=(item.id,)
    )


@verb(may=(OWNER,))
async def reopen_item(context: VerbContext, item: Item, reason: Reason) -> None:
    """Asks for an item again: its answer does not do, or it was withdrawn in error. Its answers are kept."""
    item.case.must_be_open()
    if item.stands.state == "OPEN":
        raise Conflict(f"{item.in_words()} is open already")
    await context.execute(_REOPEN, item=item.id)
    settled = await _settle(context, item)
    if item.stands.state == "WITHDRAWN":
        await withdrawn_no_more(context, item.case)
    await ask_parties(context, item.case)
    told = f"asked again for {item.in_words()}; {settled.in_words()}"
    context.add_history_entry(
        item.case, told, ("requestItems", "status"), reason=reason, audience=item.stands.audience, refs=(item.id,)
    )


@verb(may=(OWNER,))
async def take_up_case(context: VerbContext, case: Case, reason: OptionalReason | None = None) -> None:
    """Says that the owner has looked at what came back. Asking again, deciding, referring and closing say so too."""
    if not await take_up(context, case):
        raise Conflict(f"case {case.number}: nothing came back that waits for its owner")
    context.add_history_entry(case, "taken up", ("cameBackAt", "partyWroteAt"), reason=reason, audience="owner")


def _count(items: int) -> str:
    return f"{items} item{'s' if items > 1 else ''}"
