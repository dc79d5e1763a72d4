"""Verbs of cases that belong together: one waits for a lead case, is consolidated with another, or follows from it.

Only who sees both cases is told of it, and only who sees both says so. The history of a case says that there is
another, and not which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, LiteralString

from graph_schema.cypher import fill
from graph_schema.formats import CASE_NUMBER
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.arguments import Argument, OptionalReason, Reason
from hub.verbs.case import OVERSIGHT, OWNER, Case
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees
from hub.verbs.verb import verb


@dataclass(frozen=True, slots=True)
class _Relation:
    """What a case may be to another: in words, by which edge, and whether the other is the same to it."""

    words: str
    edge: LiteralString
    mutual: bool = False


_RELATIONS: Final[Mapping[str, _Relation]] = {
    "led_by": _Relation("waits for a lead case", "LED_BY"),
    "consolidated_with": _Relation("is consolidated with another case", "CONSOLIDATED_WITH", mutual=True),
    "follows_from": _Relation("follows from another case", "FOLLOWS_FROM"),
}
_OtherCase = Annotated[str, Argument("The other case, by its number.", CASE_NUMBER)]
_How = Annotated[
    str,
    Argument(
        "What the case is to the other: it waits for that lead case, is consolidated with it, or follows from it.",
        values=tuple(_RELATIONS),
        choice="CaseRelation",
    ),
]

_OTHER: Final = fill("MATCH (k:Case {number: $number}) WHERE {sees} RETURN k.id", sees=sees("k", "Case"))
_ARE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (o:Case {id: $other})
RETURN EXISTS { (k)-[:{edge}]->(o) }, EXISTS { (o)-[:{edge}]->(k) }"""
_RELATE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (o:Case {id: $other})
UNWIND CASE WHEN $mutual THEN [[k, o], [o, k]] ELSE [[k, o]] END AS ends
WITH ends[0] AS a, ends[1] AS b CREATE (a)-[:{edge} {since: $at, because: $reason}]->(b)"""
_UNRELATE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (o:Case {id: $other})
UNWIND CASE WHEN $mutual THEN [[k, o], [o, k]] ELSE [[k, o]] END AS ends
WITH ends[0] AS a, ends[1] AS b MATCH (a)-[r:{edge}]->(b) DELETE r"""


async def _other(context: VerbContext, case: Case, number: str) -> str:
    """The other case by its id. Raises `NotFound`, or `BadInput` for the case itself."""
    other = await context.read_value(_OTHER, number=number)
    if other is None:
        raise NotFound(f"otherCase: there is no case {number} to be seen")
    if other == case.id:
        raise BadInput("otherCase: another case is expected, not the case itself")
    return other


async def _are_related(context: VerbContext, case: Case, other: str, relation: _Relation) -> tuple[bool, bool]:
    """Whether the case is that to the other, and whether the other is it to the case."""
    ((here, there),) = await context.execute(fill(_ARE, edge=relation.edge), case=case.id, other=other)
    return here, there


async def _change(context: VerbContext, text: LiteralString, case: Case, other: str, how: str, **more: object) -> None:
    relation = _RELATIONS[how]
    await context.execute(fill(text, edge=relation.edge), case=case.id, other=other, mutual=relation.mutual, **more)


@verb(may=(OWNER, OVERSIGHT))
async def relate_case(
    context: VerbContext, case: Case, other_case: _OtherCase, how: _How, reason: OptionalReason | None = None
) -> None:
    """Says that a case belongs with another that you see, too: it waits for it as its lead case, is consolidated with
    it, or follows from it. Who sees one of them alone is not told of the other."""
    other, relation = await _other(context, case, other_case), _RELATIONS[how]
    here, there = await _are_related(context, case, other, relation)
    if here:
        raise Conflict(f"{case.in_words()} {relation.words} already: {other_case}")
    if there:
        raise Conflict(f"it is the other way round: case {other_case} {relation.words}: {case.number}")
    await _change(context, _RELATE, case, other, how, reason=reason)
    context.add_history_entry(case, relation.words, (relation.edge,), reason=reason, audience="owner", refs=(other,))


@verb(may=(OWNER, OVERSIGHT))
async def unrelate_case(context: VerbContext, case: Case, other_case: _OtherCase, how: _How, reason: Reason) -> None:
    """Takes back what `relateCase` said."""
    other, relation = await _other(context, case, other_case), _RELATIONS[how]
    if not (await _are_related(context, case, other, relation))[0]:
        raise Conflict(f"{case.in_words()}: it is not so that it {relation.words}: {other_case}")
    await _change(context, _UNRELATE, case, other, how)
    text = f"it is no longer so that it {relation.words}"
    context.add_history_entry(case, text, (relation.edge,), reason=reason, audience="owner", refs=(other,))
