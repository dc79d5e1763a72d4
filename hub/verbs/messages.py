"""Verbs of messages: an office drafts one, a second person approves it, it is published, corrected or withdrawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.cypher import Statement, fill, lock
from graph_schema.formats import HTS_NUMBER, PORT_CODE
from graph_schema.messages import MESSAGE
from graph_schema.words import OTHER_WORDS
from hub.database.graph import Run
from hub.deadlines.business_days import today
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW, Doer, Telling
from hub.jobs.loops import Job, Loop, item, locked
from hub.verbs.arguments import Argument, Reason, checked, found_by, like_one_of
from hub.verbs.context import VerbContext
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

MOST_BYTES: Final = 50_000
"""So long, as UTF-8, is the body of a message at most."""
_LONGEST_TITLE: Final = 300
_HEADING: Final = 4
_FIRST_S: Final = 4.0
_EVERY_S: Final = 5.0
_MOST: Final = 100
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, ends of lines, and what turns the direction of writing."""
_CONTROL_IN_BODY: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LANGUAGE: Final = re.compile("[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")

SENDER: Final = Role("as_office", "the office that sends it")
_MESSAGE: Final[LiteralString] = """
OPTIONAL MATCH (m)-[:ISSUED_BY]->(office)
RETURN {id: m.id, number: m.number, title: m.title, body: m.body, state: m.state,
  wrote: coalesce($viewer IN m.writers, false),
  has_readers: m.everyone OR EXISTS { (m)-[:ADDRESSED_TO]->() }, valid_from: m.validFrom, valid_until: m.validUntil,
  as_office: CASE WHEN office IN myParties THEN elementId(office) END}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(LockedRow):
    """A message. `wrote`: whether the viewer wrote any of it. `has_readers`: whether it says who is to read it."""

    SUBJECT: ClassVar = Subject("Message", "id", "m", _MESSAGE, Argument("The message, by its id."))

    number: str | None
    title: str
    body: str | None
    state: str
    wrote: bool
    has_readers: bool
    valid_from: date | None
    valid_until: date | None
    as_office: str | None

    @property
    def is_draft(self) -> bool:
        """Whether it is not published yet, and may be."""
        return self.state in ("DRAFT", "APPROVED", "SCHEDULED")

    def must_be_draft(self) -> None:
        """Raises `Conflict` for what was published or withdrawn."""
        if not self.is_draft:
            raise Conflict(f"{self.in_words()} is {self.state.lower()}: correct it by replaceMessage")

    def in_words(self) -> str:
        """What it is called in an error: by its number, or its title."""
        return f"message {self.number or self.title!r}"


_Codes = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Content:
    """What a draft says beside its title and body; of `editMessage`, what is other than before."""

    language: Annotated[str, like_one_of(MESSAGE.properties, "language")] | None = None
    everyone: Annotated[bool, like_one_of(MESSAGE.properties, "everyone")] | None = None
    valid_from: Annotated[date, like_one_of(MESSAGE.properties, "validFrom")] | None = None
    valid_until: Annotated[date, like_one_of(MESSAGE.properties, "validUntil")] | None = None
    programs: Annotated[_Codes, Argument("The trade programs that it is about, by code.")] | None = None
    goods: Annotated[_Codes, Argument("The goods that it is about, as tariff numbers.")] | None = None
    ports: Annotated[_Codes, Argument("The ports that it is about, by their ACE codes.")] | None = None
    centers: Annotated[_Codes, Argument("The Centers that it is about, by code.")] | None = None
    topics: Annotated[_Codes, Argument("The topics that it is about, by code.")] | None = None

    def properties(self) -> dict[str, object]:
        """Those that are said. Raises `BadInput`."""
        language = self.language and self.language.strip().lower()
        if language and not _LANGUAGE.fullmatch(language):
            raise BadInput("language: a BCP 47 tag is expected, e.g. en or es-mx")
        said = {
            "language": language, "everyone": self.everyone, "validFrom": self.valid_from,
            "validUntil": self.valid_until,
        }  # fmt: skip
        return {key: value for key, value in said.items() if value is not None}

    def subjects(self) -> dict[str, list[str] | None]:
        """The codes of what it is about, in their normal form, by argument; None for what is not said. Raises
        `BadInput`."""
        goods = None if self.goods is None else [goods_code("goods", number) for number in self.goods]
        ports = None if self.ports is None else [checked("ports", PORT_CODE, code) for code in self.ports]
        named = {"programs": self.programs, "centers": self.centers, "topics": self.topics}
        listed = {key: None if codes is None else list(dict.fromkeys(codes)) for key, codes in named.items()}
        return {**listed, "goods": goods, "ports": ports}


def goods_code(name: str, number: str) -> str:
    """A chapter or a heading: of a longer tariff number the heading that it is in. Raises `BadInput`."""
    return checked(name, HTS_NUMBER, number)[:_HEADING]


_OFFICE: Final[LiteralString] = """
WITH [o IN actsFor + myParties WHERE o:Center OR o:Port OR o:Office OR o:Agency] AS offices
RETURN head([o IN offices WHERE $office IS NULL OR $office = CASE WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id WHEN o:Agency THEN 'Agency:' + o.code ELSE 'Office:' + o.code END | elementId(o)])"""
_DRAFT: Final[LiteralString] = """
MATCH (o) WHERE elementId(o) = $office
CREATE (m:Message) SET m = $message CREATE (m)-[:ISSUED_BY]->(o)"""
_SUBJECTS: Final[LiteralString] = """
MATCH (m:Message {id: $message})
CALL (m) { MATCH (m)-[old:TOUCHES]->(x)
  WHERE any(kind IN labels(x) WHERE $codes[CASE WHEN kind STARTS WITH 'Hts' THEN 'goods'
    ELSE toLower(kind) + 's' END] IS NOT NULL)
  DELETE old }
CALL (m) {
  UNWIND $codes.programs AS code MATCH (x:Program {code: code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
  UNION ALL UNWIND $codes.goods AS code MATCH (x:HtsChapter {code: code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
  UNION ALL UNWIND $codes.goods AS code MATCH (x:HtsHeading {code: code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
  UNION ALL UNWIND $codes.ports AS code MATCH (x:Port {id: 'ACE:' + code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
  UNION ALL UNWIND $codes.centers AS code MATCH (x:Center {code: code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
  UNION ALL UNWIND $codes.topics AS code MATCH (x:Topic {code: code}) CREATE (m)-[:TOUCHES]->(x) RETURN code
}
RETURN code"""

Title = Annotated[str, Argument("What it is about, in a line.", longest=_LONGEST_TITLE)]
Body = Annotated[str, Argument(f"What it says, in Markdown; at most {MOST_BYTES:,} bytes.", longest=MOST_BYTES)]
_EditedTitle = Annotated[str, Argument("The title; as it was, if not said.", longest=_LONGEST_TITLE)]
_EditedBody = Annotated[str, Argument("The body; as it was, if not said.", longest=MOST_BYTES)]


@dataclass(frozen=True, kw_only=True)
class _NewText:
    title: Title
    body: Body


@dataclass(frozen=True, kw_only=True)
class _EditedText:
    title: _EditedTitle | None = None
    body: _EditedBody | None = None


@dataclass(frozen=True, kw_only=True)
class NewMessage(_Content, _NewText):
    """What `draftMessage` says."""

    office: (
        Annotated[str, Argument("In whose name, as a nodeId, e.g. Center:CEE007; your office, if not said.")] | None
    ) = None


@dataclass(frozen=True, kw_only=True)
class EditedMessage(_Content, _EditedText):
    """What `editMessage` says: all that is other than before."""


def one_line(text: str) -> str:
    """The text in one line: each run of blanks, line ends and control characters is one blank."""
    return " ".join(_CONTROL.sub(" ", text).split())


def check_body(text: str) -> str:
    """The body, with line ends as Unix has them, without control characters. Raises `BadInput` where it is too long."""
    if (size := len(text.encode())) > MOST_BYTES:
        raise BadInput(f"body: at most {MOST_BYTES:,} bytes, not {size:,}")
    return _CONTROL_IN_BODY.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _check_validity(since: date | None, until: date | None) -> None:
    if since and until and until < since:
        raise BadInput("validUntil: a day on or after validFrom is expected")


@verb(returns="Message")
async def draft_message(context: VerbContext, message: NewMessage) -> str:
    """Drafts a message in the name of your Center, port, headquarters office or agency. Say who is to read it by
    `addressMessage` or `everyone`; a second person approves it."""
    _check_validity(message.valid_from, message.valid_until)
    office = await context.read_value(_OFFICE, office=message.office)
    if office is None:
        raise NotAllowed(
            "draftMessage: only Centers, ports, headquarters offices and agencies send messages"
            if message.office is None
            else f"draftMessage: you do not act for {message.office!r}, or it sends no messages"
        )
    key = f"{context.request} message"
    row: dict[str, object] = {
        "id": key, "title": one_line(message.title), "body": check_body(message.body), "state": "DRAFT",
        "language": "en", "everyone": False, "draftedAt": context.now, "source": "hub",
        "writers": [context.account], **message.properties(),
    }  # fmt: skip
    await context.execute(_DRAFT, office=office, message={**row, **found_by("Message", row)})
    await _link_subjects(context, key, message)
    context.add_event("Message", key, ALL_NEW, by=office)
    return key


async def _link_subjects(context: VerbContext, key: str, content: _Content) -> None:
    """Links what a message is about, where that is said. Raises `BadInput` and `NotFound`."""
    given = content.subjects()
    if all(codes is None for codes in given.values()):
        return
    found = {code for (code,) in await context.execute(_SUBJECTS, message=key, codes=given)}
    for argument, codes in given.items():
        if missing := [code for code in codes or () if code not in found]:
            raise NotFound(f"{argument}: there is no {', '.join(map(repr, missing))}")


_CHANGE: Final[LiteralString] = "MATCH (m:Message {id: $message}) SET m += $changes"
# What was approved is approved anew.
_REWRITE: Final[LiteralString] = """
MATCH (m:Message {id: $message})
SET m += $changes, m.state = 'DRAFT', m.approvedAt = null, m.publishAt = null,
  m.writers = CASE WHEN $account IN m.writers THEN m.writers ELSE coalesce(m.writers, []) + $account END"""


async def rewrite(context: VerbContext, message: Message, changed: Sequence[str], **changes: object) -> None:
    """Changes a draft, which whoever changed it cannot approve. `changed` names edges that differ, beside the
    `changes` of its properties."""
    message.must_be_draft()
    if {"title", "body"} & changes.keys():
        changes |= found_by("Message", {"title": message.title, "body": message.body, **changes})
    await context.execute(_REWRITE, message=message.id, changes=changes, account=context.account)
    told = [each for each in changes if each != OTHER_WORDS]
    context.add_event("Message", message.id, [*told, *changed, "state"], by=message.by)


@verb(may=(SENDER,))
async def edit_message(context: VerbContext, message: Message, content: EditedMessage) -> None:
    """Changes a draft. What was approved before must be approved again, by somebody who has not written any of it."""
    changes = content.properties()
    if content.title is not None:
        changes["title"] = one_line(content.title)
    if content.body is not None:
        changes["body"] = check_body(content.body)
    _check_validity(content.valid_from or message.valid_from, content.valid_until or message.valid_until)
    subjects = [argument for argument, codes in content.subjects().items() if codes is not None]
    if not changes and not subjects:
        raise BadInput("editMessage: say what is to be other than before, e.g. title")
    await rewrite(context, message, subjects, **changes)
    await _link_subjects(context, message.id, content)


@verb(may=(SENDER,))
async def approve_message(context: VerbContext, message: Message) -> None:
    """Approves a draft, as a second person: who wrote any of it cannot."""
    message.must_be_draft()
    if message.state != "DRAFT":
        raise Conflict(f"{message.in_words()} is approved already")
    if message.wrote:
        raise NotAllowed("approveMessage: you wrote it; a second person of your office approves it")
    if not message.has_readers:
        raise Conflict(f"{message.in_words()}: say first who is to read it, by addressMessage or everyone")
    await context.execute(_CHANGE, message=message.id, changes={"state": "APPROVED", "approvedAt": context.now})
    context.add_event("Message", message.id, ("state", "approvedAt"), by=message.by)


_At = Annotated[datetime, Argument("When; at once, if not said.")]
# The counter is locked until the number is kept, so that none is left out.
_PUBLISH: Final[LiteralString] = (
    "MERGE (c:MessageCounter {id: $year}) "
    + lock("c")
    + """
SET c.last = coalesce(c.last, head(COLLECT {
  MATCH (m:Message) WHERE m.number STARTS WITH $year + '-' WITH toInteger(split(m.number, '-')[1]) AS place
  RETURN place ORDER BY place DESC LIMIT 1 }), 0) + 1
WITH toString(c.last) AS place
MATCH (m:Message {id: $message})
SET m.number = $year + '-' + CASE WHEN size(place) < 4 THEN substring('000', size(place) - 1) ELSE '' END + place,
  m.state = 'PUBLISHED', m.publishedAt = $at
WITH m OPTIONAL MATCH (m)-[:REPLACES]->(before:Message)
SET before.replacedAt = $at, before.state = CASE before.state WHEN 'PUBLISHED' THEN 'REPLACED' ELSE before.state END
RETURN before.id"""
)


async def _publish(run: Run, message: str, now: datetime) -> str | None:
    """Publishes it; gives the id of the message that it replaces."""
    ((before,),) = await run(Statement(_PUBLISH, {"message": message, "year": f"{today(now):%Y}", "at": now}))
    return before


@verb(may=(SENDER,))
async def publish_message(context: VerbContext, message: Message, at: _At | None = None) -> None:
    """Publishes an approved message, at once or at a time: it gets its number, its audience may read it, and the
    message that it replaces says so."""
    message.must_be_draft()
    if message.state == "DRAFT":
        raise Conflict(f"{message.in_words()}: a second person must approve it first (approveMessage)")
    if at is not None and at > context.now:
        await context.execute(_CHANGE, message=message.id, changes={"state": "SCHEDULED", "publishAt": at})
        context.add_event("Message", message.id, ("state", "publishAt"), by=message.by)
        return
    before = await _publish(context.run, message.id, context.now)
    context.add_event(
        "Message", message.id, ("number", "state", "publishedAt"), by=message.by, refs=(before,) if before else ()
    )


_How = Annotated[
    str,
    Argument(
        "What the new message does to it: corrects it, or holds in its place.",
        values=MESSAGE.property_named("replaces").values,
        choice="MessageReplacement",
    ),
]
_COPIED: Final = "{.title, .body, .language, .everyone, .validFrom, .validUntil, ." + OTHER_WORDS + "}"
_REPLACE: Final = fill(
    """
MATCH (before:Message {id: $message})-[:ISSUED_BY]->(o)
CREATE (m:Message) SET m = before {copied}, m += $row
CREATE (m)-[:ISSUED_BY]->(o) CREATE (m)-[:REPLACES]->(before)
WITH before, m
CALL (before, m) { MATCH (before)-[:ADDRESSED_TO]->(a) CREATE (m)-[:ADDRESSED_TO]->(a) }
CALL (before, m) { MATCH (before)-[:TOUCHES]->(x) CREATE (m)-[:TOUCHES]->(x) }""",
    copied=_COPIED,
)
_REPLACED_BY: Final[LiteralString] = "MATCH (:Message {id: $message})<-[:REPLACES]-(m) RETURN m.id"


@verb(may=(SENDER,), returns="Message")
async def replace_message(context: VerbContext, message: Message, how: _How) -> str:
    """Drafts a message that corrects or supersedes a published one: with the same words, for the same audience. Once
    it is published, readers of either find both."""
    if message.state != "PUBLISHED":
        raise Conflict(f"{message.in_words()} is {message.state.lower()}: only what is published is replaced")
    if await context.execute(_REPLACED_BY, message=message.id):
        raise Conflict(f"{message.in_words()}: there is a draft that replaces it; edit or withdraw that")
    key = f"{context.request} message"
    row = {
        "id": key, "state": "DRAFT", "replaces": how, "draftedAt": context.now, "source": "hub",
        "writers": [context.account],
    }  # fmt: skip
    await context.execute(_REPLACE, message=message.id, row=row)
    context.add_event("Message", key, ALL_NEW, by=message.by, refs=(message.id,))
    return key


_NewTitle = Annotated[str, Argument("A title that tells less; the same, if not said.", longest=_LONGEST_TITLE)]
_WITHDRAW: Final[LiteralString] = """
MATCH (m:Message {id: $message}) SET m.withdrawnBody = m.body, m.body = null, m += $changes
WITH m MATCH (m)-[r:REPLACES]->() WHERE m.publishedAt IS NULL DELETE r"""


@verb(may=(SENDER,))
async def withdraw_message(
    context: VerbContext, message: Message, reason: Reason, title: _NewTitle | None = None
) -> None:
    """Withdraws a message. Of one that was published, its number, its title and the reason stay; nobody reads what it
    said."""
    if message.state == "WITHDRAWN":
        raise Conflict(f"{message.in_words()} is withdrawn already")
    titled = {"title": one_line(title or message.title)}
    changes = {
        **titled, "state": "WITHDRAWN", "withdrawnAt": context.now, "withdrawnBecause": reason,
        **found_by("Message", titled),
    }  # fmt: skip
    await context.execute(_WITHDRAW, message=message.id, changes=changes)
    context.add_event(
        "Message", message.id, ("state", "body", "withdrawnAt", "withdrawnBecause"), by=message.by, reason=reason
    )


# --- what is published at its time

_DUE: Final = (
    "MATCH (n:Message {state: 'SCHEDULED'}) WHERE n.publishAt <= $at"
    " AND NOT EXISTS { (:DeadLetter {job: 'messages', item: n.id}) }"
    f" WITH n ORDER BY n.publishAt, n.id LIMIT {_MOST} RETURN {item('n')}"
)
_STILL_DUE: Final = locked("Message") + (
    "WITH n, item WHERE n.state = 'SCHEDULED' AND n.publishAt <= $at RETURN item ORDER BY n.publishAt, n.id"
)


def _publishing(now: datetime) -> Job:
    """Publishes what is due, in the order in which it is due."""

    async def do(run: Run, items: Sequence[str]) -> int:
        telling = Telling(Doer("job messages", token_hex(8), now))
        for key in items:
            before = await _publish(run, key, now)
            telling.tell("Message.published", (key, *filter(None, (before,))), changed=("number", "state"))
        await telling.append(run)
        return len(items)

    return Job("messages", "Message", Statement(_DUE, {"at": now}), Statement(_STILL_DUE, {"at": now}), do)


MESSAGE_JOBS: Final = (Loop("messages", lambda now: (_publishing(now),), _FIRST_S, _EVERY_S),)
"""What is done every few seconds."""
