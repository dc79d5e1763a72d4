"""Verbs of issues: confirming, merging, splitting, dismissing what is thought to be shared; following it, being named in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

from graph_schema.formats import CASE_NUMBER, IMPORTER_NUMBER
from graph_schema.model import Kind, Property
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.act import Act, Arguments, Subject, Verb, sees
from hub.verbs.words import DEFAULT_REASON, REASON, checked_text, searched

_LONGEST: Final = 300
_MOST: Final = 200
_ENDED: Final = ("MERGED", "DISMISSED")

# An issue, with the office in whose name the viewer decides about it and the party in whose name it follows it.
_ISSUE: Final = Subject("Issue", "id", "i", """
RETURN {id: i.id, state: coalesce(i.state, 'CONFIRMED'), topic: i.topic, title: i.title, party: elementId(head(acted)),
  office: elementId(CASE WHEN seesAll THEN head(acted) ELSE head([o IN own WHERE o:Center]) END)}""")  # fmt: skip


async def _issue(act: Act, key: str) -> Mapping[str, Any]:
    """The issue, locked. Raises `NotFound`."""
    found = await act.locked(_ISSUE, key)
    if found is None:
        raise NotFound(f"issue: there is no issue {key!r} to be seen")
    return found


async def _to_decide(act: Act, verb: str, key: str, *, ended: bool = False) -> Mapping[str, Any]:
    """The issue, for who decides about it. Raises `NotFound`, `NotAllowed` or `Conflict`."""
    found = await _issue(act, key)
    if found["office"] is None:
        raise NotAllowed(f"{verb}: only a Center with a case of it, or the Office of Trade, may")
    if (found["state"] in _ENDED) is not ended:
        now = found["state"].lower()
        raise Conflict(f"issue {key!r} is {now}: " + ("there is nothing to restore" if ended else "restore it first"))
    return found


_STATE: Final = ("state", "stateAt", "stateBecause")


def _tell(act: Act, issue: Mapping[str, Any], changed: Sequence[str], reason: str | None, refs: Sequence[str] = ()) -> None:
    act.tell("Issue", issue["id"], changed, by=issue["office"] or issue["party"], reason=reason, refs=refs)


_CONFIRM: Final[LiteralString] = (
    "MATCH (i:Issue {id: $issue}) SET i.state = 'CONFIRMED', i.stateAt = $at, i.stateBecause = $because, "
    "i.title = $title, i.otherWords = $otherWords"
)


async def _confirm(act: Act, given: Arguments) -> str:
    issue = await _to_decide(act, "confirmIssue", given["issue"])
    title = checked_text("title", given["title"], _LONGEST) if given["title"] else None
    because = given["reason"]
    named = {"title": title or issue["title"], "topic": issue["topic"]}
    await act.write(_CONFIRM, {"issue": issue["id"], "title": named["title"], "because": because, **searched("Issue", named)})
    _tell(act, issue, (*_STATE, "title") if title else _STATE, because)
    return issue["id"]


# Its likeness is kept, so that it is not proposed again; the parties hear no more of it.
_DISMISS: Final[LiteralString] = """
MATCH (i:Issue {id: $issue}) SET i.state = 'DISMISSED', i.stateAt = $at, i.stateBecause = $because
WITH i CALL (i) { MATCH (i)<-[m:MAY_BE_ABOUT]-() DELETE m }
CALL (i) { MATCH (i)-[b:ON_BOARD_OF]->() DELETE b }"""


async def _dismiss(act: Act, given: Arguments) -> str:
    issue = await _to_decide(act, "dismissIssue", given["issue"])
    because = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_DISMISS, {"issue": issue["id"], "because": because})
    _tell(act, issue, (*_STATE, "MAY_BE_ABOUT", "ON_BOARD_OF"), because)
    return issue["id"]


# Whoever holds the one holds the other from then on: its cases are looked at again.
_MERGE: Final[LiteralString] = """
MATCH (i:Issue {id: $issue}), (whole:Issue {id: $into})
SET i.state = 'MERGED', i.stateAt = $at, i.stateBecause = $because
MERGE (i)-[:MERGED_INTO]->(whole)
WITH i, whole
CALL (i, whole) { MATCH (part:Issue)-[old:MERGED_INTO]->(i) DELETE old MERGE (part)-[:MERGED_INTO]->(whole) }
CALL (i, whole) { MATCH (p)-[f:FOLLOWS]->(i) MERGE (p)-[g:FOLLOWS]->(whole) ON CREATE SET g.since = f.since }
CALL (i) { MATCH (i)<-[m:MAY_BE_ABOUT]-() DELETE m }
CALL (i) { MATCH (i)-[b:ON_BOARD_OF]->() DELETE b }"""


async def _merge(act: Act, given: Arguments) -> str:
    if given["issue"] == given["into"]:
        raise BadInput("into: another issue is expected")
    issue = await _to_decide(act, "mergeIssue", given["issue"])
    whole = await _to_decide(act, "mergeIssue", given["into"])
    because = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_MERGE, {"issue": issue["id"], "into": whole["id"], "because": because})
    _tell(act, issue, (*_STATE, "MERGED_INTO", "MAY_BE_ABOUT", "ON_BOARD_OF"), because, refs=(whole["id"],))
    return whole["id"]


_RESTORE: Final[LiteralString] = """
MATCH (i:Issue {id: $issue})
SET i.state = 'CONFIRMED', i.stateAt = $at, i.stateBecause = $because
WITH i
CALL (i) {
  MATCH (i)-[into:MERGED_INTO]->(whole:Issue)
  CALL (i, whole) {
    MATCH (i)<-[:ALIKE_BY|ABOUT]-(k:Case)-[m:MAY_BE_ABOUT]->(whole) WHERE NOT EXISTS { (k)-[:ALIKE_BY]->(whole) } DELETE m
  }
  DELETE into
}"""


async def _restore(act: Act, given: Arguments) -> str:
    issue = await _to_decide(act, "restoreIssue", given["issue"], ended=True)
    because = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_RESTORE, {"issue": issue["id"], "because": because})
    _tell(act, issue, (*_STATE, "MERGED_INTO", "MAY_BE_ABOUT"), because)
    return issue["id"]


_CASES: Final = """
UNWIND $cases AS number
MATCH (i:Issue {id: $issue})<-[:ALIKE_BY|ABOUT]-(k:Case {number: number}) WHERE {sees}
RETURN collect(DISTINCT [k.number, k.id])"""
_TAKE_OUT: Final[LiteralString] = """
MATCH (i:Issue {id: $issue})
FOREACH (new IN CASE WHEN $new IS NULL THEN [] ELSE [$new] END | MERGE (n:Issue {id: new.id}) SET n += new)
WITH i OPTIONAL MATCH (n:Issue {id: $new.id})
CALL (i, n) {
  UNWIND $cases AS number MATCH (k:Case {number: number})
  OPTIONAL MATCH (k)-[m:MAY_BE_ABOUT]->(i)
  OPTIONAL MATCH (k)-[a:ALIKE_BY]->(i)
  OPTIONAL MATCH (k)-[b:ABOUT]->(i)
  WITH k, n, m, a, b, a.key AS key, b IS NOT NULL AS said
  DELETE m, a, b
  FOREACH (new IN CASE WHEN n IS NULL THEN [] ELSE [n] END |
    FOREACH (_ IN CASE WHEN said THEN [1] ELSE [] END | MERGE (k)-[:ABOUT]->(new))
    FOREACH (_ IN CASE WHEN key IS NULL THEN [] ELSE [1] END | MERGE (k)-[x:ALIKE_BY]->(new) SET x.key = key))
}"""


async def _split(act: Act, given: Arguments) -> str:
    """What is taken out is not put into it again; with a title it is an issue of its own."""
    issue = await _to_decide(act, "splitIssue", given["issue"])
    because = checked_text("reason", given["reason"], _LONGEST)
    numbers = sorted(set(given["cases"]))
    if not 1 <= len(numbers) <= _MOST:
        raise BadInput(f"cases: 1 to {_MOST} numbers of cases are expected")
    found = await act.one(_CASES.replace("{sees}", sees("k", "Case")), {"issue": issue["id"], "cases": numbers})
    if missing := sorted(set(numbers) - {number for number, _ in found}):
        raise NotFound(f"cases: {', '.join(missing)}: no such case of this issue to be seen")
    new, key = None, f"{act.request} issue"
    if given["title"]:
        new = {
            "id": key, "title": checked_text("title", given["title"], _LONGEST), "topic": issue["topic"],
            **searched("Issue", {"title": given["title"], "topic": issue["topic"]}),
            "why": f"taken out of: {issue['title']}", "state": "CONFIRMED", "stateAt": act.now, "stateBecause": because, "source": "hub",
        }  # fmt: skip
    await act.write(_TAKE_OUT, {"issue": issue["id"], "cases": numbers, "new": new})
    cases = [case for _, case in found]
    _tell(act, issue, ("ABOUT", "ALIKE_BY", "MAY_BE_ABOUT"), because, refs=[*([key] if new else ()), *cases])
    return key if new else issue["id"]


_FOLLOW: Final[LiteralString] = (
    "MATCH (i:Issue {id: $issue}), (p) WHERE elementId(p) = $party MERGE (p)-[f:FOLLOWS]->(i) ON CREATE SET f.since = $at"
)
_UNFOLLOW: Final[LiteralString] = "MATCH (p)-[f:FOLLOWS]->(:Issue {id: $issue}) WHERE elementId(p) = $party DELETE f"


async def _follow(act: Act, given: Arguments) -> str:
    issue = await _issue(act, given["issue"])
    if issue["party"] is None:
        raise NotAllowed("followIssue: only who acts for a party may")
    await act.write(_FOLLOW, {"issue": issue["id"], "party": issue["party"]})
    act.tell("Issue", issue["id"], ("FOLLOWS",), by=issue["party"])
    return issue["id"]


async def _unfollow(act: Act, given: Arguments) -> str:
    issue = await _issue(act, given["issue"])
    await act.write(_UNFOLLOW, {"issue": issue["id"], "party": issue["party"]})
    act.tell("Issue", issue["id"], ("FOLLOWS",), by=issue["party"])
    return issue["id"]


_OWN: Final = """
MATCH (m:Importer {number: $importer}) WHERE m IN own
RETURN {importer: m.number, by: elementId(m),
  holds: EXISTS { MATCH (m)<-[:CONCERNS]-(:Case)-[:ABOUT|MAY_BE_ABOUT]->(:Issue {id: $issue}) }}"""
_NAME: Final[LiteralString] = """
MATCH (i:Issue {id: $issue}), (m:Importer {number: $importer}) MERGE (m)-[n:NAMED_IN]->(i) ON CREATE SET n.since = $at
WITH DISTINCT i, m MATCH (m)<-[:HAS_MEMBER]-(a:Association) MERGE (i)-[:ON_BOARD_OF]->(a)"""
_UNNAME: Final[LiteralString] = """
MATCH (m:Importer {number: $importer})-[n:NAMED_IN]->(i:Issue {id: $issue}) DELETE n
WITH i MATCH (i)-[b:ON_BOARD_OF]->(a:Association)
WHERE NOT EXISTS { (i)<-[:NAMED_IN]-(:Importer)<-[:HAS_MEMBER]-(a) }
  AND NOT EXISTS { MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure {dimension: 'association'})-[:FIGURE_OF]->(a) WHERE f.n > 0 }
DELETE b"""


async def _name(act: Act, given: Arguments) -> str:
    """Only the importer itself lets itself be named, not its broker."""
    return await _naming(act, "nameInIssue", _NAME, given)


async def _unname(act: Act, given: Arguments) -> str:
    return await _naming(act, "unnameInIssue", _UNNAME, given)


async def _naming(act: Act, verb: str, text: LiteralString, given: Arguments) -> str:
    issue = await _issue(act, given["issue"])
    found = await act.one(_OWN, {"issue": issue["id"], "importer": given["importer"]})
    if found is None:
        raise NotAllowed(f"{verb}: only who acts for importer {given['importer']} itself may")
    if not found["holds"]:
        raise Conflict(f"issue: importer {given['importer']} has no case of it")
    await act.write(text, {"issue": issue["id"], "importer": found["importer"]})
    act.tell("Issue", issue["id"], ("NAMED_IN", "ON_BOARD_OF"), by=found["by"], refs=(found["importer"],))
    return issue["id"]


_KEY: Final = Property("issue", "The issue, by its id.", required=True)
_IMPORTER: Final = Property("importer", "The importer.", required=True, format=IMPORTER_NUMBER)
VERBS: Final = (
    Verb(
        "confirmIssue",
        "Says that an issue that the hub proposed is one.",
        (_KEY, Property("title", "A better title."), DEFAULT_REASON),
        "Issue",
        _confirm,
    ),
    Verb("dismissIssue", "Says that there is no such issue; it is not proposed again.", (_KEY, REASON), "Issue", _dismiss),
    Verb(
        "mergeIssue",
        "Says that an issue is the same as another; answers with that.",
        (_KEY, Property("into", "The issue that it is the same as, by its id.", required=True), REASON),
        "Issue",
        _merge,
    ),
    Verb(
        "splitIssue",
        "Takes cases out of an issue; they are not put into it again. With a title they are an issue of their own, which is the answer.",
        (
            _KEY,
            Property("cases", "The cases to take out, by number.", Kind.STRINGS, required=True, format=CASE_NUMBER),
            Property("title", "The title of a new issue that they are about."),
            REASON,
        ),
        "Issue",
        _split,
    ),
    Verb("restoreIssue", "Brings back an issue that was dismissed, or merged into another.", (_KEY, REASON), "Issue", _restore),
    Verb("followIssue", "Follows an issue: see `sharedIssues(followed: true)`.", (_KEY,), "Issue", _follow),
    Verb("unfollowIssue", "Follows it no longer.", (_KEY,), "Issue", _unfollow),
    Verb(
        "nameInIssue",
        "Lets an importer be named to others that hold an issue, and to its associations. Only the importer itself may.",
        (_KEY, _IMPORTER),
        "Issue",
        _name,
    ),
    Verb("unnameInIssue", "Takes that back: at once it is named no more.", (_KEY, _IMPORTER), "Issue", _unname),
)
