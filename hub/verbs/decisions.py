"""Verbs of decisions: deciding in a case, and what becomes of decisions that differ."""

from typing import Any, Final, LiteralString

from graph_schema.cases import AUDIENCE
from graph_schema.formats import HTS10, PORT_CODE, RULING_NUMBER
from graph_schema.model import Kind, Property
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.act import Act, Arguments, Subject, ToldCase, Verb
from hub.verbs.cases import audience_for
from hub.verbs.words import CASE, REASON, checked, checked_text, searched

_LONGEST: Final = 500
_DECIDE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (place) WHERE elementId(place) = $place
CREATE (d:Decision) SET d = $decision CREATE (d)-[:DECIDES]->(k) CREATE (d)-[:MADE_AT]->(place)"""
_PLACE: Final[LiteralString] = """
MATCH (:PortCode {code: $port, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port) RETURN elementId(p) LIMIT 1"""


async def _decide(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "decideCase", "owner", kept_here=True)
    case.must_be_open()
    place = case.by
    if given["port"]:
        found = await act.write(_PLACE, {"port": given["port"]})
        if not found:
            raise NotFound(f"port: there is no port {given['port']}")
        place = found[0][0]
    origin = (given["origin"] or "").strip().upper()
    if origin and not (len(origin) == 2 and origin.isalpha()):
        raise BadInput("origin: a country's two letters (ISO 3166) are expected, e.g. VN")
    audience = audience_for(case, given["audience"])
    said = {name: checked_text(name, given[name], _LONGEST) for name in ("question", "outcome")}
    goods = {name: checked_text(name, given[name], _LONGEST) for name in ("maker", "description") if given[name]}
    key = f"{act.request} decision"
    decision = {
        "id": key, "decidedAt": act.now, "audience": audience, "source": "hub", **said, **goods,
        **({"hts10": checked("hts10", HTS10, given["hts10"])} if given["hts10"] else {}), **({"origin": origin} if origin else {}),
        **searched("Decision", {**said, **goods}),
    }  # fmt: skip
    await act.write(_DECIDE, {"case": case.id, "place": place, "decision": decision})
    act.tell_case(case, f"decided: {said['question']}: {said['outcome']}", ("decisions",), audience=audience, refs=(key,))
    return key


# Who decided one of the two, or owns a case that one was made in; and the Office of Trade.
_DISPARITY: Final = Subject("Disparity", "id", "x", """
RETURN {state: x.state, decisions: COLLECT { MATCH (x)-[:BETWEEN]->(d) RETURN d.id },
  cases: COLLECT { MATCH (x)-[:BETWEEN]->()-[:DECIDES]->(k) RETURN DISTINCT k.id },
  by: elementId(CASE WHEN seesAll THEN head(acted) ELSE head(COLLECT {
    MATCH (x)-[:BETWEEN]->(d) MATCH (d)-[:MADE_AT]->(o) WHERE o IN own RETURN o
    UNION MATCH (x)-[:BETWEEN]->()-[:DECIDES]->()-[:HANDLED_BY]->(o) WHERE o IN own RETURN o }) END)}""")  # fmt: skip


async def _disparity(act: Act, verb: str, key: str) -> dict[str, Any]:
    """The disparity, locked, as it stands. Raises `NotFound` or `NotAllowed`."""
    found = await act.locked(_DISPARITY, key)
    if found is None:
        raise NotFound(f"disparity: there is no disparity {key} to be seen")
    if found["by"] is None:
        raise NotAllowed(f"{verb}: only who made one of the two decisions or owns their case, or the Office of Trade, may")
    return found


def _tell(act: Act, key: str, found: dict[str, Any], text: str, reason: str | None) -> None:
    """Tells of the disparity, and of the cases that its decisions were made in."""
    act.tell("Disparity", key, ("state", "endedAt", "endedBecause", "EXPLAINED_BY"), by=found["by"], reason=reason)
    for case in found["cases"]:
        act.tell_case(ToldCase(case, found["by"]), text, (), reason=reason, audience="owner", refs=(key,))


_RULE: Final[LiteralString] = """
MERGE (r:Ruling {number: $number}) ON CREATE SET r.title = $title, r.issuedAt = $issued, r.source = 'hub', r.otherWords = $otherWords
WITH r WHERE r.title IS NOT NULL
UNWIND $decisions AS id MATCH (d:Decision {id: id}) MERGE (r)-[:EXPLAINS]->(d)
WITH r, d
MATCH (x:Disparity {state: 'OPEN'})-[:BETWEEN]->(d)
WITH DISTINCT r, x WHERE COUNT { (x)-[:BETWEEN]->()<-[:EXPLAINS]-(r) } = 2
SET x.state = 'EXPLAINED', x.endedAt = $at, x.endedBecause = 'ruling ' + r.number + ': ' + r.title
MERGE (x)-[:EXPLAINED_BY]->(r)
RETURN x.id"""
_KNOWN: Final[LiteralString] = "MATCH (r:Ruling {number: $number}) RETURN r.title"


async def _explain(act: Act, given: Arguments) -> str:
    """Both decisions are explained by the ruling; and so is every other pair of decisions that it explains by now."""
    found = await _disparity(act, "explainDisparity", given["disparity"])
    if found["state"] != "OPEN":
        raise Conflict(f"the disparity is {found['state'].lower()} already; reopen it first")
    number = checked_text("ruling", given["ruling"], _LONGEST)
    known = await act.write(_KNOWN, {"number": number})
    if not known and not (given["title"] and given["issuedOn"]):
        raise NotFound(f"ruling: the hub knows no ruling {number!r} yet; give its title and the day it was issued as well")
    ruling = {"number": number, "title": (given["title"] or "").strip() or None, "issued": given["issuedOn"]}
    await act.write(_RULE, {**ruling, **searched("Ruling", ruling), "decisions": found["decisions"]})
    _tell(act, given["disparity"], found, f"the difference is explained by ruling {number}", None)
    return given["disparity"]


_STATE: Final[LiteralString] = """
MATCH (x:Disparity {id: $disparity}) SET x.state = $state, x.endedAt = $ended, x.endedBecause = $because
WITH x OPTIONAL MATCH (x)-[e:EXPLAINED_BY]->() DELETE e"""


async def _resolve(act: Act, given: Arguments) -> str:
    found = await _disparity(act, "resolveDisparity", given["disparity"])
    if found["state"] != "OPEN":
        raise Conflict(f"the disparity is {found['state'].lower()} already")
    reason = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_STATE, {"disparity": given["disparity"], "state": "RESOLVED", "ended": act.now, "because": reason})
    _tell(act, given["disparity"], found, "the difference is resolved", reason)
    return given["disparity"]


async def _reopen(act: Act, given: Arguments) -> str:
    found = await _disparity(act, "reopenDisparity", given["disparity"])
    if found["state"] == "OPEN":
        raise Conflict("the disparity is open: there is nothing to reopen")
    reason = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_STATE, {"disparity": given["disparity"], "state": "OPEN", "ended": None, "because": None})
    _tell(act, given["disparity"], found, "the difference is open again", reason)
    return given["disparity"]


_DISPARITY_ID: Final = Property("disparity", "The disparity, by its id.", required=True)
VERBS: Final = (
    Verb(
        "decideCase",
        "Writes down a decision in a case. What was decided about the same goods elsewhere is compared with it within seconds.",
        (
            CASE,
            Property("question", "What was to be decided, e.g. classification of the goods.", required=True),
            Property("outcome", "What was decided, e.g. approved.", required=True),
            Property("hts10", "The ten-digit HTSUS number of the goods; without it nothing is compared.", format=HTS10),
            Property("origin", "Their country of origin, two letters."),
            Property("maker", "Their maker."),
            Property("description", "The goods, in words."),
            Property("port", "The port where it was decided, by its ACE code; the case's owner, if not said.", format=PORT_CODE),
            Property("audience", "Who may see it; the parties if not said.", values=AUDIENCE.values, choice=AUDIENCE.choice),
        ),
        "Decision",
        _decide,
    ),
    Verb(
        "explainDisparity",
        "Says which ruling explains why two decisions differ. Other pairs of decisions that it explains by then are explained, too.",
        (
            _DISPARITY_ID,
            Property("ruling", "The ruling's number, e.g. NY N301234.", required=True, format=RULING_NUMBER),
            Property("title", "What it rules on, where the hub does not know it yet."),
            Property("issuedOn", "The day it was issued, where the hub does not know it yet.", Kind.DATE),
        ),
        "Disparity",
        _explain,
    ),
    Verb("resolveDisparity", "Says how a disparity was resolved.", (_DISPARITY_ID, REASON), "Disparity", _resolve),
    Verb("reopenDisparity", "Opens a disparity again.", (_DISPARITY_ID, REASON), "Disparity", _reopen),
)
