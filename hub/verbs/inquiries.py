"""Verbs of questions: asking an office, answering, publishing, passing on."""

import secrets
from collections.abc import Mapping
from typing import Any, Final, LiteralString

from graph_schema.formats import HTS_NUMBER, IMPORTER_NUMBER, PORT_CODE
from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property
from hub.clocks import Period, Unit, last_day, today
from hub.compile.asked import Own, Told
from hub.compile.read import compile_read
from hub.discovery.responsible import ROUTE
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.verbs.act import GUEST, Act, Arguments, Subject, Verb
from hub.verbs.quotas import count_question
from hub.verbs.words import checked, checked_text, searched

ANSWERED_WITHIN: Final = Period(10, Unit.BUSINESS_DAY)
"""How soon an answer is promised."""
_LONGEST: Final = {"title": 300, "text": 10_000}
_ROUTED_BY: Final = ("importer", "hts", "port", "caseKind", "agency", "program", "topic")
_FORMATS: Final = {"importer": IMPORTER_NUMBER, "hts": HTS_NUMBER, "port": PORT_CODE}

_OFFICE: Final[LiteralString] = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office OR o:Agency OR o:FieldOffice) AND $to = CASE WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id WHEN o:Office THEN 'Office:' + o.code WHEN o:Agency THEN 'Agency:' + o.code
  ELSE 'FieldOffice:' + o.name END
RETURN elementId(o), o.name"""
_MADE: Final = """
MATCH (o) WHERE elementId(o) = $office
MERGE (a:Account {id: $viewer}) ON CREATE SET a.subject = $viewer, a.issuer = 'hub', a.source = 'hub'
CREATE (q:Question) SET q = $question
CREATE (a)-[:ASKED]->(q) CREATE (q)-[:ASKED_OF]->(o)
FOREACH (party IN head([[p IN acted][..1]]) | CREATE (q)-[:ASKED_BY]->(party))
RETURN elementId(head(acted))"""


async def _ask(act: Act, given: Arguments) -> str:
    """Goes to the office that is named, or else to the one that answers for what it is about."""
    is_guest = act.account.startswith(GUEST)
    if is_guest and given["importer"]:
        raise BadInput("importer: sign in to ask about an account, or leave it out")
    await count_question(act, guest=is_guest)
    office, because = await _named(act, given["office"]) if given["office"] else await _routed(act, given)
    key = f"{act.request} question"
    question = {
        "id": key, "title": checked_text("title", given["title"], _LONGEST["title"]),
        "text": checked_text("text", given["text"], _LONGEST["text"]), "state": "ASKED", "mayBePublished": bool(given["public"]),
        "routedBecause": because, "askedAt": act.now, "dueOn": last_day(today(act.now), ANSWERED_WITHIN, rolls=True), "source": "hub",
        **({"receipt": act.account.removeprefix(GUEST)} if is_guest else {}),
    }  # fmt: skip
    party = await act.one(_MADE, {"office": office, "question": {**question, **searched("Question", question)}})
    act.tell("Question", key, ALL_NEW, by=party)
    return key


async def _named(act: Act, office: str) -> tuple[str, str]:
    found = await act.write(_OFFICE, {"to": office})
    if not found:
        raise NotFound(f"office: there is no office {office!r}; expected is a nodeId, e.g. Center:CEE004")
    return found[0][0], f"it was asked of {found[0][1]}"


async def _routed(act: Act, given: Arguments) -> tuple[str, str]:
    """The office by the rules of `responsibleContacts`, and why."""
    told = {
        name: checked(name, _FORMATS[name], given[name]) if name in _FORMATS else given[name] for name in _ROUTED_BY if given[name]
    }  # fmt: skip
    parameters = {**{found.name: None for found in ROUTE.arguments}, **told, "first": 1}
    fields = (Told("office", "office"), Told("because", "because"))
    compiled = compile_read(GRAPH, Own(ROUTE, frozenset(told), (Told("contacts", "contacts", fields),)))
    assert compiled.telling is not None
    row = await act.ask(compiled.text, compiled.telling.parameters(ROUTE.parameters(parameters)))
    first = compiled.shape(row, parameters, _NoPen())["contacts"][0]
    return first["office"], first["because"]


class _NoPen:
    """Of a route nothing is asked that takes a pen."""

    def cursor(self, stamp: str, bound: tuple[str, ...], values: list[Any]) -> str:
        raise NotImplementedError

    def merged(self, parts: list[list[Any]]) -> list[Any]:
        raise NotImplementedError

    def highlights(self, texts: list[tuple[str, str | None]]) -> list[dict[str, Any]]:
        raise NotImplementedError


_QUESTION: Final = Subject("Question", "id", "q", """
OPTIONAL MATCH (q)-[:ASKED_OF]->(o)
RETURN {state: q.state, title: q.title, text: q.text, answer: q.answer,
  may: q.mayBePublished, published: q.publishedAt IS NOT NULL, answers: seesAll OR o IN own,
  by: elementId(coalesce(head([mine IN own WHERE mine = o]), head(acted))),
  asked: EXISTS { (q)<-[:ASKED]-(:Account {id: $viewer}) } OR EXISTS { MATCH (q)-[:ASKED_BY]->(p) WHERE p IN own }}""")  # fmt: skip
_CHANGE: Final[LiteralString] = "MATCH (q:Question {id: $question}) SET q += $changes"
_HAND_ON: Final[LiteralString] = """
MATCH (q:Question {id: $question})-[old:ASKED_OF]->(), (o) WHERE elementId(o) = $office
SET q.routedBecause = $because DELETE old CREATE (q)-[:ASKED_OF]->(o)"""


async def _question(act: Act, verb: str, given: Arguments, role: str) -> Mapping[str, Any]:
    """The question, locked, for who `answers` it or `asked` it. Raises `NotFound` or `NotAllowed`."""
    found = await act.locked(_QUESTION, given["question"])
    if found is None:
        raise NotFound(f"question: there is no question {given['question']} to be seen")
    if not found[role]:
        raise NotAllowed(f"{verb}: only {'who is asked' if role == 'answers' else 'who asked'} may")
    return found


async def _change(act: Act, found: Mapping[str, Any], given: Arguments, **changes: Any) -> str:
    texts = searched("Question", {**found, **changes}) if _LONGEST.keys() & changes.keys() or "answer" in changes else {}
    await act.write(_CHANGE, {"question": given["question"], "changes": {**changes, **texts}})
    act.tell("Question", given["question"], list(changes), by=found["by"])
    return given["question"]


async def _answer(act: Act, given: Arguments) -> str:
    found = await _question(act, "answerQuestion", given, "answers")
    if found["state"] == "WITHDRAWN":
        raise Conflict("the question was withdrawn by its asker")
    text = checked_text("text", given["text"], _LONGEST["text"])
    if given["publish"]:
        _must_be_publishable(found)
    published = {"publishedAt": act.now} if given["publish"] else {}
    return await _change(act, found, given, answer=text, answeredAt=act.now, state="ANSWERED", **published)


def _must_be_publishable(found: Mapping[str, Any]) -> None:
    if not found["may"]:
        raise NotAllowed("it was asked in private: only its asker can let it be published (releaseQuestion)")


async def _publish(act: Act, given: Arguments) -> str:
    found = await _question(act, "publishQuestion", given, "answers")
    _must_be_publishable(found)
    if found["state"] != "ANSWERED":
        raise Conflict("answer it first")
    edited = {name: checked_text(name, given[name], _LONGEST.get(name, _LONGEST["text"])) for name in ("title", "text") if given[name]}
    return await _change(act, found, given, publishedAt=act.now, **edited)


async def _unpublish(act: Act, given: Arguments) -> str:
    found = await _question(act, "unpublishQuestion", given, "answers")
    if not found["published"]:
        raise Conflict("it is not published")
    return await _change(act, found, given, publishedAt=None)


async def _release(act: Act, given: Arguments) -> str:
    found = await _question(act, "releaseQuestion", given, "asked")
    return await _change(act, found, given, mayBePublished=True)


async def _withdraw(act: Act, given: Arguments) -> str:
    found = await _question(act, "withdrawQuestion", given, "asked")
    return await _change(act, found, given, state="WITHDRAWN", publishedAt=None, mayBePublished=False)


async def _pass(act: Act, given: Arguments) -> str:
    found = await _question(act, "passQuestion", given, "answers")
    office, _ = await _named(act, given["to"])
    because = checked_text("reason", given["reason"], _LONGEST["title"])
    await act.write(_HAND_ON, {"question": given["question"], "office": office, "because": f"passed on: {because}"})
    act.tell("Question", given["question"], ("ASKED_OF", "routedBecause"), by=found["by"], reason=because)
    return given["question"]


def new_guest() -> str:
    """The account of one question that is asked without signing in."""
    return GUEST + secrets.token_urlsafe(24)


_QUESTION_ID: Final = Property("question", "The question, by its id.", required=True)
_TEXT: Final = "The text; without it, as it was."
VERBS: Final = (
    Verb(
        "askQuestion",
        "Asks a question: of the office that is named, or of the one that answers for what it is about. Anyone may, without an account "
        f"too: its `receipt` finds it again. An answer is promised within {ANSWERED_WITHIN.length} business days.",
        (
            Property("title", "What it is about, in a line.", required=True),
            Property("text", "The question.", required=True),
            Property("public", "Whether it may be published with its answer; no, if not said.", Kind.BOOLEAN),
            Property("office", "Who is asked, as a nodeId, e.g. Center:CEE007; who answers for the rest, if not said."),
            *(found for found in ROUTE.arguments if found.name in _ROUTED_BY),
        ),
        "Question",
        _ask,
        signed_in=False,
    ),
    Verb(
        "answerQuestion",
        "Answers a question that was asked of one's office; and publishes it, if it may be.",
        (_QUESTION_ID, Property("text", "The answer.", required=True), Property("publish", "Whether to publish it at once.", Kind.BOOLEAN)),
        "Question",
        _answer,
    ),
    Verb(
        "publishQuestion",
        "Publishes a question with its answer, for everybody: in other words than its asker's, where those tell too much.",
        (_QUESTION_ID, Property("title", _TEXT), Property("text", _TEXT)),
        "Question",
        _publish,
    ),
    Verb("unpublishQuestion", "Takes a published question back.", (_QUESTION_ID,), "Question", _unpublish),
    Verb("releaseQuestion", "Lets a question that was asked in private be published.", (_QUESTION_ID,), "Question", _release),
    Verb("withdrawQuestion", "Withdraws a question one asked; it is not published any more.", (_QUESTION_ID,), "Question", _withdraw),
    Verb(
        "passQuestion",
        "Passes a question on to the office that can answer it.",
        (
            _QUESTION_ID,
            Property("to", "Who answers it from now on: a nodeId, e.g. Center:CEE004.", required=True),
            Property("reason", "Why.", required=True),
        ),
        "Question",
        _pass,
    ),
)
