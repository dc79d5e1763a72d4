"""Verbs of the numbers by which CBP itself knows a case, e.g. of a protest, a seizure or a bill.

What a party says is marked so until the case's owner confirms it. It grants nothing: two cases may say the same number,
and who sees one of them is not told of the other.
"""

from dataclasses import dataclass
from typing import Annotated, Final, LiteralString

from graph_schema.formats import CBP_NUMBER, Format
from hub.errors import Conflict, NotFound
from hub.verbs.arguments import Argument, Reason, checked
from hub.verbs.case import OVERSIGHT, OWNER, PARTY, Case
from hub.verbs.context import VerbContext
from hub.verbs.verb import verb

_MOST: Final = 100
_NumberKind = Annotated[str, Argument("What it is the number of, by the code of a NumberKind, e.g. protest.")]
_Number = Annotated[str, Argument("The number, in any spelling.", longest=60)]

_KIND: Final[LiteralString] = """
MATCH (n:NumberKind {code: $kind}) RETURN {code: n.code, name: n.name, shape: n.shape, example: n.example}"""
_RECORD: Final[LiteralString] = """
MATCH (k:Case {id: $case})
WHERE COUNT { (k)<-[:NUMBER_OF]-() } < $most
OPTIONAL MATCH (before:CbpNumber {id: $id})
WITH k, before WHERE before IS NULL OR before.confirmedAt IS NULL AND $confirmedAt IS NOT NULL
MERGE (n:CbpNumber {id: $id}) ON CREATE SET n.since = $at, n.source = 'hub'
SET n.kind = $kind, n.number = $number, n.code = $code, n.confirmedAt = $confirmedAt
MERGE (n)-[:NUMBER_OF]->(k) RETURN 1"""
_REMOVE: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:NUMBER_OF]-(n:CbpNumber {id: $id}) WHERE $any OR n.confirmedAt IS NULL
DETACH DELETE n RETURN 1"""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of number, and in which shape it is written; of some nobody has said."""

    code: str
    name: str
    shape: str | None
    example: str | None

    @staticmethod
    async def read(context: VerbContext, code: str) -> "_Kind":
        """Raises `NotFound`."""
        kind = await context.read_row(_Kind, _KIND, kind=code)
        if kind is None:
            raise NotFound(f"numberKind: there is no kind of number {code!r}; see numberKinds")
        return kind

    def written(self, number: str) -> tuple[str, str]:
        """The number as CBP writes it, and its letters and digits alone. Raises `BadInput`."""
        if self.shape is None:
            code = checked("number", CBP_NUMBER, number)
            return " ".join(number.split()).upper(), code
        expected = f"e.g. {self.example}" if self.example else self.shape
        shaped = Format(f"{self.name} number", r"[0-9A-Z].*", expected, shapes=(self.shape,), called=CBP_NUMBER.called)
        written = checked("number", shaped, number)
        return written, checked("number", CBP_NUMBER, written)


@verb(may=(OWNER, OVERSIGHT, PARTY))
async def number_case(context: VerbContext, case: Case, number_kind: _NumberKind, number: _Number) -> None:
    """Records a number by which CBP itself knows a case; search finds the case's number in any spelling. What a party
    records is theirs until the owner records the same: then it is confirmed."""
    kind = await _Kind.read(context, number_kind)
    written, code = kind.written(number)
    confirmed_at = None if case.role is PARTY else context.now
    row = {"id": f"{case.id} {kind.code} {code}", "kind": kind.code, "number": written, "code": code}
    if not await context.execute(_RECORD, case=case.id, confirmedAt=confirmed_at, most=_MOST, **row):
        raise Conflict(f"{case.in_words()} has the {kind.name} number {written} already, or {_MOST} numbers")
    context.add_history_entry(case, f"{kind.name} number {written}", ("cbpNumbers",), refs=(row["id"],))


@verb(may=(OWNER, OVERSIGHT, PARTY))
async def remove_case_number(
    context: VerbContext, case: Case, number_kind: _NumberKind, number: _Number, reason: Reason
) -> None:
    """Takes a number of a case back; a party only what is not confirmed."""
    kind = await _Kind.read(context, number_kind)
    written, code = kind.written(number)
    is_any = case.role is not PARTY
    if not await context.execute(_REMOVE, case=case.id, id=f"{case.id} {kind.code} {code}", any=is_any):
        raise Conflict(f"{case.in_words()}: it has no {kind.name} number {written} that you may take back")
    context.add_history_entry(case, f"no longer: {kind.name} number {written}", ("cbpNumbers",), reason=reason)
