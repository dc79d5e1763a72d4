"""Verbs of questions: asking an office, answering, publishing, passing on."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, LiteralString, NoReturn

from graph_schema.graph import GRAPH
from hub.compile.compiler import compile_read, query
from hub.deadlines.business_days import Period, Unit, last_day, today
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.queries.responsible_contacts import ROUTE
from hub.verbs.arguments import Argument, found_by, like_one_of
from hub.verbs.context import GUEST, VerbContext
from hub.verbs.quotas import count_question
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

ANSWERED_WITHIN: Final = Period(10, Unit.BUSINESS_DAY)
"""How soon an answer is promised."""
_LONGEST_TITLE: Final = 300
_LONGEST_TEXT: Final = 10_000

_OFFICE: Final[LiteralString] = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office OR o:Agency OR o:AgencyOffice OR o:FieldOffice) AND $to = CASE
  WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id WHEN o:Office THEN 'Office:' + o.code WHEN o:Agency THEN 'Agency:' + o.code
  WHEN o:AgencyOffice THEN 'AgencyOffice:' + o.code
  ELSE 'FieldOffice:' + o.name END
RETURN elementId(o), o.name"""
_MADE: Final[LiteralString] = """
MATCH (o) WHERE elementId(o) = $office
MERGE (a:Account {id: $viewer}) ON CREATE SET a.subject = $viewer, a.issuer = 'hub', a.source = 'hub'
CREATE (q:Question) SET q = $question
CREATE (a)-[:ASKED]->(q) CREATE (q)-[:ASKED_OF]->(o)
FOREACH (party IN head([[p IN actsFor][..1]]) | CREATE (q)-[:ASKED_BY]->(party))
RETURN elementId(head(actsFor))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuestion:
    """What `askQuestion` says. The last seven say what the question is about, as `responsibleContacts` takes them."""

    title: Annotated[str, Argument("What it is about, in a line.", longest=_LONGEST_TITLE)]
    text: Annotated[str, Argument("The question.", longest=_LONGEST_TEXT)]
    public: Annotated[bool, Argument("Whether it may be published with its answer; no, if not said.")] = False
    office: (
        Annotated[
            str, Argument("Who is asked, as a nodeId, e.g. Center:CEE007; who answers for the rest, if not said.")
        ]
        | None
    ) = None
    importer: Annotated[str, like_one_of(ROUTE.arguments, "importer")] | None = None
    hts: Annotated[str, like_one_of(ROUTE.arguments, "hts")] | None = None
    port: Annotated[str, like_one_of(ROUTE.arguments, "port")] | None = None
    case_kind: Annotated[str, like_one_of(ROUTE.arguments, "caseKind")] | None = None
    agency: Annotated[str, like_one_of(ROUTE.arguments, "agency")] | None = None
    program: Annotated[str, like_one_of(ROUTE.arguments, "program")] | None = None
    topic: Annotated[str, like_one_of(ROUTE.arguments, "topic")] | None = None

    def subject(self) -> dict[str, str]:
        """What it is about, by the names of the arguments of `responsibleContacts`; without what is not said."""
        values = {
            "importer": self.importer, "hts": self.hts, "port": self.port, "caseKind": self.case_kind,
            "agency": self.agency,
            "program": self.program, "topic": self.topic,
        }  # fmt: skip
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class _Office:
    """An office by Neo4j's id, and why a question goes there."""

    key: str
    because: str


@verb(
    returns="Question",
    signed_in=False,
    doc=(
        "Asks a question: of the office that is named, or of the one that answers for what it is about. Anyone may,"
        f" without an account too: its `receipt` finds it again. An answer is promised within {ANSWERED_WITHIN.length}"
        " business days."
    ),
)
async def ask_question(context: VerbContext, question: NewQuestion) -> str:
    """Writes the question and gives its id. Raises `BadInput`, `NotFound` and, past an account's quota,
    `TooManyRequests`.
    """
    is_guest = context.account.startswith(GUEST)
    if is_guest and question.importer:
        raise BadInput("importer: sign in to ask about an account, or leave it out")
    await count_question(context, guest=is_guest)
    office = await _named(context, question.office) if question.office else await _routed(context, question)
    key = f"{context.request} question"
    row = {
        "id": key, "title": question.title, "text": question.text, "state": "ASKED", "mayBePublished": question.public,
        "routedBecause": office.because, "askedAt": context.now,
        "dueOn": last_day(today(context.now), ANSWERED_WITHIN, rolls=True),
        "source": "hub", **({"receipt": context.account.removeprefix(GUEST)} if is_guest else {}),
    }  # fmt: skip
    party = await context.read_value(_MADE, office=office.key, question={**row, **found_by("Question", row)})
    context.add_event("Question", key, ALL_NEW, by=party)
    return key


async def _named(context: VerbContext, office: str) -> _Office:
    """The office of that nodeId. Raises `NotFound`."""
    offices = await context.execute(_OFFICE, to=office)
    if not offices:
        raise NotFound(f"office: there is no office {office!r}; expected is a nodeId, e.g. Center:CEE004")
    key, name = offices[0]
    return _Office(key, f"it was asked of {name}")


async def _routed(context: VerbContext, question: NewQuestion) -> _Office:
    """The office by the rules of `responsibleContacts`."""
    subject = question.subject()
    parameters = {**{argument.name: None for argument in ROUTE.arguments}, **subject, "first": 1}
    fields = (query.CustomSelection("office", "office"), query.CustomSelection("because", "because"))
    compiled = compile_read(
        GRAPH, query.CustomQuery(ROUTE, frozenset(subject), (query.CustomSelection("contacts", "contacts", fields),))
    )
    assert compiled.custom is not None
    row = await context.read_compiled(compiled.text, compiled.custom.parameters(ROUTE.parameters(parameters)))
    first = compiled.shape(row, parameters, _NoPen())["contacts"][0]
    return _Office(first["office"], first["because"])


class _NoPen:
    """Of a route nothing is asked that takes a pen."""

    def cursor(self, stamp: str, bound: tuple[str, ...], values: list[Any]) -> NoReturn:
        raise NotImplementedError

    def highlights(self, texts: list[tuple[str, str | None]]) -> NoReturn:
        raise NotImplementedError


_ANSWERER: Final = Role("answers", "the office that is asked")
_ASKER: Final = Role("asked", "the question's asker")
_QUESTION: Final[LiteralString] = """
OPTIONAL MATCH (q)-[:ASKED_OF]->(o)
RETURN {id: q.id, state: q.state, title: q.title, text: q.text, answer: q.answer,
  may_be_published: q.mayBePublished, is_published: q.publishedAt IS NOT NULL,
  answers: seesAll OR o IN myParties, by: elementId(coalesce(head([mine IN myParties WHERE mine = o]), head(actsFor))),
  asked: EXISTS { (q)<-[:ASKED]-(:Account {id: $viewer}) }
    OR EXISTS { MATCH (q)-[:ASKED_BY]->(p) WHERE p IN myParties }}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(LockedRow):
    """A question. `answers` and `asked`: whether the viewer acts for the office that is asked, and whether they
    asked."""

    SUBJECT: ClassVar = Subject("Question", "id", "q", _QUESTION, Argument("The question, by its id."))

    state: str
    title: str | None
    text: str | None
    answer: str | None
    may_be_published: bool
    is_published: bool
    answers: bool | None
    asked: bool

    def must_be_publishable(self) -> None:
        """Raises `NotAllowed`."""
        if not self.may_be_published:
            raise NotAllowed("it was asked in private: only its asker can let it be published (releaseQuestion)")


_CHANGE: Final[LiteralString] = "MATCH (q:Question {id: $question}) SET q += $changes"
_HAND_ON: Final[LiteralString] = """
MATCH (q:Question {id: $question})-[old:ASKED_OF]->(), (o) WHERE elementId(o) = $office
SET q.routedBecause = $because DELETE old CREATE (q)-[:ASKED_OF]->(o)"""


async def _change(context: VerbContext, question: Question, **changes: object) -> None:
    """Sets properties of the question; one that is None is removed."""
    texts = {"title": question.title, "text": question.text, "answer": question.answer}
    other_words = found_by("Question", {**texts, **changes}) if texts.keys() & changes.keys() else {}
    await context.execute(_CHANGE, question=question.id, changes={**changes, **other_words})
    context.add_event("Question", question.id, list(changes), by=question.by)


_Answer = Annotated[str, Argument("The answer.", longest=_LONGEST_TEXT)]
_Publish = Annotated[bool, Argument("Whether to publish it at once.")]


@verb(may=(_ANSWERER,))
async def answer_question(context: VerbContext, question: Question, text: _Answer, publish: _Publish = False) -> None:
    """Answers a question that was asked of one's office; and publishes it, if it may be."""
    if question.state == "WITHDRAWN":
        raise Conflict("the question was withdrawn by its asker")
    if publish:
        question.must_be_publishable()
        await _change(context, question, answer=text, answeredAt=context.now, state="ANSWERED", publishedAt=context.now)
    else:
        await _change(context, question, answer=text, answeredAt=context.now, state="ANSWERED")


_EditedTitle = Annotated[str, Argument("The title; without it, as it was.", longest=_LONGEST_TITLE)]
_EditedText = Annotated[str, Argument("The text; without it, as it was.", longest=_LONGEST_TEXT)]


@verb(may=(_ANSWERER,))
async def publish_question(
    context: VerbContext, question: Question, title: _EditedTitle | None = None, text: _EditedText | None = None
) -> None:
    """Publishes a question with its answer, for everybody: in other words than its asker's, where those tell too
    much."""
    question.must_be_publishable()
    if question.state != "ANSWERED":
        raise Conflict("answer it first")
    edited = {name: value for name, value in (("title", title), ("text", text)) if value}
    await _change(context, question, publishedAt=context.now, **edited)


@verb(may=(_ANSWERER,))
async def unpublish_question(context: VerbContext, question: Question) -> None:
    """Takes a published question back."""
    if not question.is_published:
        raise Conflict("it is not published")
    await _change(context, question, publishedAt=None)


@verb(may=(_ASKER,))
async def release_question(context: VerbContext, question: Question) -> None:
    """Lets a question that was asked in private be published."""
    await _change(context, question, mayBePublished=True)


@verb(may=(_ASKER,))
async def withdraw_question(context: VerbContext, question: Question) -> None:
    """Withdraws a question one asked; it is not published any more."""
    await _change(context, question, state="WITHDRAWN", publishedAt=None, mayBePublished=False)


_NextOffice = Annotated[str, Argument("Who answers it from now on: a nodeId, e.g. Center:CEE004.")]
_Why = Annotated[str, Argument("Why.", longest=_LONGEST_TITLE)]


@verb(may=(_ANSWERER,))
async def pass_question(context: VerbContext, question: Question, to: _NextOffice, reason: _Why) -> None:
    """Passes a question on to the office that can answer it."""
    office = await _named(context, to)
    await context.execute(_HAND_ON, question=question.id, office=office.key, because=f"passed on: {reason}")
    context.add_event("Question", question.id, ("ASKED_OF", "routedBecause"), by=question.by, reason=reason)


def new_guest() -> str:
    """The account of one question that is asked without signing in."""
    return GUEST + secrets.token_urlsafe(24)
