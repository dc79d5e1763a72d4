"""Verbs of issues: confirming, merging, splitting, dismissing what is thought to be shared; following it, being named
in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.cypher import fill
from graph_schema.formats import CASE_NUMBER, IMPORTER_NUMBER
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.arguments import Argument, OptionalReason, Reason, found_by
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

_LONGEST_TITLE: Final = 300
_MOST: Final = 200

_DECIDER: Final = Role("office", "a Center with a case of it or the Office of Trade")
_FOLLOWER: Final = Role("party", "who acts for a party")
_ISSUE: Final[LiteralString] = """
RETURN {id: i.id, state: coalesce(i.state, 'CONFIRMED'), topic: i.topic, title: i.title,
  party: elementId(head(actsFor)),
  office: elementId(CASE WHEN seesAll THEN head(actsFor) ELSE head([o IN myParties WHERE o:Center]) END)}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(LockedRow):
    """An issue. The viewer decides about it in the name of `office`, and follows it in the name of `party`, by Neo4j's
    ids."""

    SUBJECT: ClassVar = Subject("Issue", "id", "i", _ISSUE, Argument("The issue, by its id."))

    state: str
    topic: str | None
    title: str | None
    party: str | None
    office: str | None

    @property
    def has_ended(self) -> bool:
        """Whether it was merged into another or dismissed."""
        return self.state in ("MERGED", "DISMISSED")

    def must_stand(self) -> None:
        """Raises `Conflict`."""
        if self.has_ended:
            raise Conflict(f"issue {self.id!r} is {self.state.lower()}: restore it first")


_STATE: Final = ("state", "stateAt", "stateBecause")


def _add_event(
    context: VerbContext, issue: Issue, changed: Sequence[str], reason: str | None, refs: Sequence[str] = ()
) -> None:
    context.add_event("Issue", issue.id, changed, by=issue.by, reason=reason, refs=refs)


_CONFIRM: Final[LiteralString] = (
    "MATCH (i:Issue {id: $issue}) SET i.state = 'CONFIRMED', i.stateAt = $at, i.stateBecause = $because, "
    "i.title = $title, i.otherWords = $otherWords"
)
_BetterTitle = Annotated[str, Argument("A better title.", longest=_LONGEST_TITLE)]


@verb(may=(_DECIDER,))
async def confirm_issue(
    context: VerbContext, issue: Issue, title: _BetterTitle | None = None, reason: OptionalReason | None = None
) -> None:
    """Says that an issue that the hub proposed is one."""
    issue.must_stand()
    named = {"title": title or issue.title, "topic": issue.topic}
    await context.execute(_CONFIRM, issue=issue.id, title=named["title"], because=reason, **found_by("Issue", named))
    _add_event(context, issue, (*_STATE, "title") if title else _STATE, reason)


# Its likeness is kept, so that it is not proposed again; the parties hear no more of it.
_DISMISS: Final[LiteralString] = """
MATCH (i:Issue {id: $issue}) SET i.state = 'DISMISSED', i.stateAt = $at, i.stateBecause = $because
WITH i CALL (i) { MATCH (i)<-[m:MAY_BE_ABOUT]-() DELETE m }
CALL (i) { MATCH (i)-[b:ON_BOARD_OF]->() DELETE b }"""


@verb(may=(_DECIDER,))
async def dismiss_issue(context: VerbContext, issue: Issue, reason: Reason) -> None:
    """Says that there is no such issue; it is not proposed again."""
    issue.must_stand()
    await context.execute(_DISMISS, issue=issue.id, because=reason)
    _add_event(context, issue, (*_STATE, "MAY_BE_ABOUT", "ON_BOARD_OF"), reason)


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
_Whole = Annotated[Issue, Argument("The issue that it is the same as, by its id.")]


@verb(may=(_DECIDER,), returns="Issue")
async def merge_issue(context: VerbContext, issue: Issue, into: _Whole, reason: Reason) -> str:
    """Says that an issue is the same as another; answers with that."""
    if issue.id == into.id:
        raise BadInput("into: another issue is expected")
    issue.must_stand()
    into.must_stand()
    await context.execute(_MERGE, issue=issue.id, into=into.id, because=reason)
    _add_event(context, issue, (*_STATE, "MERGED_INTO", "MAY_BE_ABOUT", "ON_BOARD_OF"), reason, refs=(into.id,))
    return into.id


_CASES: Final = fill(
    """
UNWIND $cases AS number
MATCH (i:Issue {id: $issue})<-[:ALIKE_BY|ABOUT]-(k:Case {number: number}) WHERE {sees}
RETURN collect(DISTINCT [k.number, k.id])""",
    sees=sees("k", "Case"),
)
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
_Cases = Annotated[Sequence[str], Argument("The cases to take out, by number.", CASE_NUMBER)]
_TitleOfNew = Annotated[str, Argument("The title of a new issue that they are about.", longest=_LONGEST_TITLE)]


@verb(may=(_DECIDER,), returns="Issue")
async def split_issue(
    context: VerbContext, issue: Issue, cases: _Cases, *, title: _TitleOfNew | None = None, reason: Reason
) -> str:
    """Takes cases out of an issue; they are not put into it again. With a title they are an issue of their own, which
    is the answer."""
    issue.must_stand()
    numbers = sorted(set(cases))
    if not 1 <= len(numbers) <= _MOST:
        raise BadInput(f"cases: 1 to {_MOST} numbers of cases are expected")
    keys: dict[str, str] = dict(await context.read_value(_CASES, issue=issue.id, cases=numbers))
    if missing := [number for number in numbers if number not in keys]:
        raise NotFound(f"cases: {', '.join(missing)}: no such case of this issue to be seen")
    changed, answer, new = ("ABOUT", "ALIKE_BY", "MAY_BE_ABOUT"), issue.id, None
    if title:
        answer = f"{context.request} issue"
        new = {
            "id": answer, "title": title, "topic": issue.topic, "why": f"taken out of: {issue.title}",
            "state": "CONFIRMED",
            "stateAt": context.now, "stateBecause": reason, "source": "hub",
            **found_by("Issue", {"title": title, "topic": issue.topic}),
        }  # fmt: skip
    await context.execute(_TAKE_OUT, issue=issue.id, cases=numbers, new=new)
    _add_event(context, issue, changed, reason, refs=[*([answer] if new else ()), *keys.values()])
    return answer


_RESTORE: Final[LiteralString] = """
MATCH (i:Issue {id: $issue})
SET i.state = 'CONFIRMED', i.stateAt = $at, i.stateBecause = $because
WITH i
CALL (i) {
  MATCH (i)-[into:MERGED_INTO]->(whole:Issue)
  CALL (i, whole) {
    MATCH (i)<-[:ALIKE_BY|ABOUT]-(k:Case)-[m:MAY_BE_ABOUT]->(whole) WHERE NOT EXISTS { (k)-[:ALIKE_BY]->(whole) }
      DELETE m
  }
  DELETE into
}"""


@verb(may=(_DECIDER,))
async def restore_issue(context: VerbContext, issue: Issue, reason: Reason) -> None:
    """Brings back an issue that was dismissed, or merged into another."""
    if not issue.has_ended:
        raise Conflict(f"issue {issue.id!r} is {issue.state.lower()}: there is nothing to restore")
    await context.execute(_RESTORE, issue=issue.id, because=reason)
    _add_event(context, issue, (*_STATE, "MERGED_INTO", "MAY_BE_ABOUT"), reason)


_FOLLOW: Final[LiteralString] = (
    "MATCH (i:Issue {id: $issue}), (p) WHERE elementId(p) = $party MERGE (p)-[f:FOLLOWS]->(i) ON CREATE SET f.since"
    " = $at"
)
_UNFOLLOW: Final[LiteralString] = "MATCH (p)-[f:FOLLOWS]->(:Issue {id: $issue}) WHERE elementId(p) = $party DELETE f"


@verb(may=(_FOLLOWER,))
async def follow_issue(context: VerbContext, issue: Issue) -> None:
    """Follows an issue: see `sharedIssues(followed: true)`."""
    await context.execute(_FOLLOW, issue=issue.id, party=issue.party)
    context.add_event("Issue", issue.id, ("FOLLOWS",), by=issue.party)


@verb()
async def unfollow_issue(context: VerbContext, issue: Issue) -> None:
    """Follows an issue no longer."""
    await context.execute(_UNFOLLOW, issue=issue.id, party=issue.party)
    context.add_event("Issue", issue.id, ("FOLLOWS",), by=issue.party)


_OWN_IMPORTER: Final[LiteralString] = """
MATCH (m:Importer {number: $importer}) WHERE m IN myParties
RETURN {number: m.number, by: elementId(m),
  has_case: EXISTS { MATCH (m)<-[:CONCERNS]-(:Case)-[:ABOUT|MAY_BE_ABOUT]->(:Issue {id: $issue}) }}"""
_NAME: Final[LiteralString] = """
MATCH (i:Issue {id: $issue}), (m:Importer {number: $importer}) MERGE (m)-[n:NAMED_IN]->(i) ON CREATE SET n.since = $at
WITH DISTINCT i, m MATCH (m)<-[:HAS_MEMBER]-(a:Association) MERGE (i)-[:ON_BOARD_OF]->(a)"""
_UNNAME: Final[LiteralString] = """
MATCH (m:Importer {number: $importer})-[n:NAMED_IN]->(i:Issue {id: $issue}) DELETE n
WITH i MATCH (i)-[b:ON_BOARD_OF]->(a:Association)
WHERE NOT EXISTS { (i)<-[:NAMED_IN]-(:Importer)<-[:HAS_MEMBER]-(a) }
  AND NOT EXISTS { MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure {dimension: 'association'})-[:FIGURE_OF]->(a) WHERE f.n > 0 }
DELETE b"""
_ImporterNumber = Annotated[str, Argument("The importer.", IMPORTER_NUMBER)]


@dataclass(frozen=True, slots=True)
class _OwnImporter:
    """An importer that the viewer itself is, by number and by Neo4j's id, and whether it has a case of the issue."""

    number: str
    by: str
    has_case: bool


@verb()
async def name_in_issue(context: VerbContext, issue: Issue, importer: _ImporterNumber) -> None:
    """Lets an importer be named to others that hold an issue, and to its associations. Only the importer itself may."""
    await _set_named(context, issue, importer, _NAME)


@verb()
async def unname_in_issue(context: VerbContext, issue: Issue, importer: _ImporterNumber) -> None:
    """Takes back that an importer may be named in an issue: at once it is named no more."""
    await _set_named(context, issue, importer, _UNNAME)


async def _set_named(context: VerbContext, issue: Issue, number: str, text: LiteralString) -> None:
    importer = await context.read_row(_OwnImporter, _OWN_IMPORTER, issue=issue.id, importer=number)
    if importer is None:
        raise NotAllowed(f"{context.verb}: only who acts for importer {number} itself may")
    if not importer.has_case:
        raise Conflict(f"issue: importer {number} has no case of it")
    await context.execute(text, issue=issue.id, importer=importer.number)
    context.add_event("Issue", issue.id, ("NAMED_IN", "ON_BOARD_OF"), by=importer.by, refs=(importer.number,))
