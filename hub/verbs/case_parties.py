"""Verbs of parties by role: a consignee, a surety, an attorney or an alleger takes part in a case, writes and leaves.

What such a party sees is said by their role, a row of `PartyRole`. Who is only named sees nothing: the case's owner
names them, or confirms whom the importer or its broker has named. A history entry says which role was named, and
never whom: not everybody who reads it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, LiteralString, cast

from graph_schema.case_parties import IN_ROLE, in_force
from graph_schema.cypher import fill
from graph_schema.cypher import name as plain_name
from graph_schema.formats import CASE_NUMBER, FILER_CODE, IMPORTER_NUMBER, SURETY_CODE
from graph_schema.graph import GRAPH
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.verbs.arguments import Argument, OptionalReason, Reason, checked
from hub.verbs.case import OVERSIGHT, OWNER, PARTY, Case
from hub.verbs.context import InACase, VerbContext
from hub.verbs.fragments import sees
from hub.verbs.rows import LockedRow, Role, Subject, listed
from hub.verbs.verb import verb
from hub.verbs.waiting import answer_party, party_wrote

_LONGEST_TEXT: Final = 10_000
_MOST_CLAIMS: Final = 20
_FORMATS: Final = {"Importer": IMPORTER_NUMBER, "Broker": FILER_CODE}

_Party = Annotated[str, Argument("The party, by its nodeId, e.g. Firm:SURETY-036.")]
_RoleCode = Annotated[str, Argument("What the party is in the case, by the code of a PartyRole, e.g. surety.")]


@dataclass(frozen=True, slots=True)
class _Named:
    """A party as an argument names it."""

    label: str
    key: str

    @staticmethod
    def of(value: str) -> "_Named":
        """Raises `BadInput`."""
        label, _, key = value.partition(":")
        if label not in IN_ROLE or not key:
            raise BadInput(f"party: a nodeId of {listed([*IN_ROLE])} is expected, e.g. Firm:SURETY-036")
        return _Named(label, checked("party", _FORMATS[label], key) if label in _FORMATS else key)

    @property
    def node_id(self) -> str:
        """The nodeId again."""
        return f"{self.label}:{self.key}"

    async def element(self, context: VerbContext) -> str | None:
        """The row by Neo4j's id; None where there is none that the viewer may see."""
        return await context.read_value(_PARTY_ROW, label=self.label, key=self.key)

    def not_there(self) -> NotFound:
        """What is said of one that is hidden, or that there is not."""
        return NotFound(f"party: there is no {self.node_id} to be seen")


def _rows_in_role() -> LiteralString:
    each = (
        f"MATCH (p:{plain_name(label)} {{{plain_name(GRAPH.node(label).key)}: $key}}) WHERE $label = '{label}' AND "
        f"{sees('p', label)} RETURN p"
        for label in IN_ROLE
    )
    return cast("LiteralString", " UNION ALL ".join(each))


_PARTY_ROW: Final = f"RETURN elementId(head(COLLECT {{ CALL (*) {{ {_rows_in_role()} }} RETURN p }}))"


@dataclass(frozen=True, slots=True)
class _PartyRole:
    """A role as its row says: who is told of such a party, and who may name one."""

    code: str
    name: str
    told_to: str
    named_by: str

    @staticmethod
    async def read(context: VerbContext, code: str) -> "_PartyRole":
        """Raises `NotFound`."""
        role = await context.read_row(_PartyRole, _ROLE, role=code)
        if role is None:
            raise NotFound(f"role: there is no role {code!r}; see partyRoles")
        return role

    def must_be_named_by(self, verb_: str, case: Case) -> None:
        """Raises `NotAllowed`."""
        if self.named_by == ("owner" if case.role is PARTY else "parties"):
            who = "the case's owner" if self.named_by == "owner" else "the importer or its broker"
            raise NotAllowed(f"{verb_}: only {who} names a party of the role {self.code}")

    @property
    def claims(self) -> str:
        """The property that keeps claims of the role: whoever is told of such a party reads it."""
        return "claims" if self.told_to == "parties" else "ownerClaims"

    def claim(self, party: _Named) -> str:
        """What a case keeps there of a party that who named it may not see."""
        return f"HAS_PARTY {self.code} {party.label} {party.key}"

    async def add_claim(self, context: VerbContext, case: Case, party: _Named) -> bool:
        """Whether the case keeps it now, and did not before."""
        given = {"case": case.id, "claim": self.claim(party), "most": _MOST_CLAIMS}
        return bool(await context.execute(_CLAIM[self.claims], **given))

    async def drop_claim(self, context: VerbContext, case: Case, party: _Named) -> bool:
        """Whether the case kept it, and does no more."""
        return bool(await context.execute(_UNCLAIM[self.claims], case=case.id, claim=self.claim(party)))


_ROLE: Final[LiteralString] = (
    "MATCH (r:PartyRole {code: $role}) RETURN {code: r.code, name: r.name, told_to: r.toldTo, named_by: r.namedBy}"
)
_ADD: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (p) WHERE elementId(p) = $party
  AND NOT EXISTS { MATCH (k)-[there:HAS_PARTY]->(p) WHERE there.role = $role AND there.until IS NULL }
CREATE (k)-[:HAS_PARTY {role: $role, since: $at, confirmedAt: $confirmedAt}]->(p) RETURN 1"""
_CLAIMS: Final[tuple[LiteralString, ...]] = ("claims", "ownerClaims")
# each counts its own: who reads one of them learns nothing of the other by being refused
_CLAIM: Final[Mapping[str, LiteralString]] = {
    claims: fill(
        """
MATCH (k:Case {id: $case}) WHERE NOT $claim IN coalesce(k.{claims}, []) AND size(coalesce(k.{claims}, [])) < $most
SET k.{claims} = coalesce(k.{claims}, []) + $claim RETURN 1""",
        claims=claims,
    )
    for claims in _CLAIMS
}
_UNCLAIM: Final[Mapping[str, LiteralString]] = {
    claims: fill(
        """
MATCH (k:Case {id: $case}) WHERE $claim IN k.{claims}
SET k.{claims} = CASE WHEN size(k.{claims}) > 1 THEN [other IN k.{claims} WHERE other <> $claim] END RETURN 1""",
        claims=claims,
    )
    for claims in _CLAIMS
}
_CONFIRM: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[r:HAS_PARTY {role: $role}]->(p) WHERE elementId(p) = $party AND r.until IS NULL
  AND r.confirmedAt IS NULL
SET r.confirmedAt = $at RETURN 1"""
_END: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[r:HAS_PARTY {role: $role}]->(p) WHERE elementId(p) = $party AND r.until IS NULL
SET r.until = $at RETURN 1"""


def _tell(context: VerbContext, case: InACase, role: _PartyRole, text: str, party: _Named, reason: str | None) -> None:
    audience = "parties" if role.told_to == "parties" else "owner"
    changed = ("HAS_PARTY", role.claims)
    context.add_history_entry(
        case, f"{text}: {role.name}", changed, reason=reason, audience=audience, refs=(party.key,)
    )


@verb(may=(OWNER, OVERSIGHT, PARTY))
async def add_case_party(
    context: VerbContext, case: Case, party: _Party, role: _RoleCode, reason: OptionalReason | None = None
) -> None:
    """Names a party of a case by role. Named by the case's owner, they see of it what their role shows; named by the
    importer or its broker, nothing until the owner has confirmed it (`confirmCaseParty`). An importer that you may not
    see is kept in the case's `claims`, or in its `ownerClaims`, where the owner alone is told of such a party."""
    case.must_be_open()
    named, wanted = _Named.of(party), await _PartyRole.read(context, role)
    wanted.must_be_named_by("addCaseParty", case)
    element = await named.element(context)
    if element:
        confirmed_at = None if case.role is PARTY else context.now
        given = {"case": case.id, "party": element, "role": role, "confirmedAt": confirmed_at}
        if not await context.execute(_ADD, **given):
            raise Conflict(f"{case.in_words()}: {named.node_id} is named as {role} already")
    elif named.label != "Importer" or case.role is OVERSIGHT:
        raise named.not_there()
    elif not await wanted.add_claim(context, case, named):
        raise Conflict(f"{case.in_words()}: that is claimed already, or {_MOST_CLAIMS} claims wait to be confirmed")
    _tell(context, case, wanted, "named a party", named, reason)


@verb(may=(OWNER, OVERSIGHT))
async def confirm_case_party(
    context: VerbContext, case: Case, party: _Party, role: _RoleCode, reason: OptionalReason | None = None
) -> None:
    """Confirms a party that was named in a case, or is in its `claims` or `ownerClaims`: from then on they see of it
    what their role shows. You confirm only whom you may see yourself; the Office of Trade sees all."""
    named, wanted = _Named.of(party), await _PartyRole.read(context, role)
    element = await named.element(context)
    if element is None:
        raise named.not_there()
    if not await context.execute(_CONFIRM, case=case.id, party=element, role=role):
        if not await wanted.drop_claim(context, case, named):
            raise Conflict(f"{case.in_words()}: {named.node_id} is not waiting to be confirmed as {role}")
        await context.execute(_ADD, case=case.id, party=element, role=role, confirmedAt=context.now)
    _tell(context, case, wanted, "confirmed a party", named, reason)


@verb(may=(OWNER, OVERSIGHT, PARTY))
async def end_case_party(context: VerbContext, case: Case, party: _Party, role: _RoleCode, reason: Reason) -> None:
    """Ends a party's part in a case: at once they see nothing of it by that role. The importer and its broker end what
    they may name."""
    named, wanted = _Named.of(party), await _PartyRole.read(context, role)
    may_end = case.role is not PARTY or wanted.named_by != "owner"
    element = await named.element(context)
    if element and may_end and await context.execute(_END, case=case.id, party=element, role=role):
        _tell(context, case, wanted, "a party's part ended", named, reason)
        return
    if not (may_end and await wanted.drop_claim(context, case, named)):
        if element is None:
            raise named.not_there()
        raise Conflict(f"{case.in_words()}: {named.node_id} is no party of it that you may end as {role}")
    _tell(context, case, wanted, "a claimed party was taken back", named, reason)


# What is written to a party by role, and by one.

_WRITE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (party), (by) WHERE elementId(party) = $party AND elementId(by) = $by
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k) CREATE (n)-[:BY]->(by) CREATE (n)-[:SHARED_WITH]->(party)"""
_IS_PARTY: Final = fill(
    "MATCH (k:Case {id: $case})-[r:HAS_PARTY]->(p) WHERE elementId(p) = $party AND {in_force} RETURN 1",
    in_force=cast("LiteralString", in_force("r")),
)
_SHARE: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:OF_CASE]-(n:Note|Attachment) WHERE n.id = $id AND $label IN labels(n)
MATCH (p) WHERE elementId(p) = $party MERGE (n)-[:SHARED_WITH]->(p) RETURN 1"""
_Text = Annotated[str, Argument("What is written.", longest=_LONGEST_TEXT)]
_Writing = Annotated[str, Argument("A note or a file of the case, by its nodeId, e.g. Note:ID or Attachment:ID.")]


async def _party_of(context: VerbContext, case: Case, party: str) -> tuple[_Named, str]:
    """The party, by Neo4j's id as well, which has a part in the case. Raises `NotFound` or `Conflict`."""
    named = _Named.of(party)
    element = await named.element(context)
    if element is None:
        raise named.not_there()
    if not await context.execute(_IS_PARTY, case=case.id, party=element):
        raise Conflict(f"{case.in_words()}: {named.node_id} is no party of it: name it by addCaseParty")
    return named, element


async def _write(context: VerbContext, case: InACase, kind: str, text: str, party: str) -> str:
    key = f"{context.request} note"
    note = {"id": key, "kind": kind, "text": text, "at": context.now, "audience": "owner", "source": "hub"}
    await context.execute(_WRITE, case=case.id, party=party, by=case.by, note=note)
    return key


@verb(may=(OWNER,))
async def write_to_party(context: VerbContext, case: Case, party: _Party, text: _Text) -> None:
    """Writes to one party of a case by role, e.g. the demand to the surety: they read it, and the owner, and nobody
    else."""
    case.must_be_open()
    named, element = await _party_of(context, case, party)
    key = await _write(context, case, "REQUEST", text, element)
    await answer_party(context, case)
    context.add_history_entry(case, "wrote to a party", ("notes",), audience="owner", refs=(key, named.key))


@verb(may=(OWNER,))
async def share_with_party(
    context: VerbContext, case: Case, writing: _Writing, party: _Party, reason: OptionalReason | None = None
) -> None:
    """Shows a note or a file of a case to one party by role, too."""
    label, _, key = writing.partition(":")
    if label not in ("Note", "Attachment") or not key:
        raise BadInput("writing: a nodeId of a note or a file is expected, e.g. Attachment:ID")
    named, element = await _party_of(context, case, party)
    if not await context.execute(_SHARE, case=case.id, id=key, label=label, party=element):
        raise NotFound(f"writing: there is no {writing} in {case.in_words()}")
    context.add_history_entry(
        case,
        "showed a party what was written",
        ("SHARED_WITH",),
        reason=reason,
        audience="owner",
        refs=(key, named.key),
    )


_BY_ROLE: Final = Role("as_by_role", "a party of the case by role")
_CASE_BY_ROLE: Final = fill(
    """WITH *, COLLECT { MATCH (k)-[r:HAS_PARTY]->(p) WHERE p IN myParties AND {in_force} RETURN [elementId(p), r.role]
  ORDER BY r.role } AS parts
RETURN {id: k.id, number: k.number, status: k.status, as_by_role: head(parts)[0],
  roles: [part IN parts WHERE part[0] = head(parts)[0] | part[1]]}""",
    in_force=cast("LiteralString", in_force("r")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseByRole(LockedRow):
    """A case of which the viewer's party `as_by_role`, by Neo4j's id, is a party by these `roles`."""

    SUBJECT: ClassVar = Subject("Case", "number", "k", _CASE_BY_ROLE, Argument("The case, by its number.", CASE_NUMBER))

    number: str
    status: str
    as_by_role: str | None
    roles: Sequence[str]

    def in_words(self) -> str:
        """What the case is called in an error: by its number."""
        return f"case {self.number}"


@verb(may=(_BY_ROLE,))
async def write_as_party(context: VerbContext, case: CaseByRole, text: _Text) -> None:
    """Writes to the owner of a case of which you are a party by role: the owner reads it, and you."""
    assert case.by is not None
    key = await _write(context, case, "RESPONSE", text, case.by)
    await party_wrote(context, case)
    context.add_history_entry(
        case, f"a party wrote: {', '.join(case.roles)}", ("notes", "partyWroteAt"), audience="owner", refs=(key,)
    )


_LEAVE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[r:HAS_PARTY]->(p) WHERE elementId(p) = $by AND r.until IS NULL SET r.until = $at"""


@verb(may=(_BY_ROLE,), returns="PartyRole")
async def leave_as_party(context: VerbContext, case: CaseByRole, reason: Reason) -> str:
    """Gives up your part in a case by role: you see nothing of it any more. It answers with the role."""
    await context.execute(_LEAVE, case=case.id, by=case.by)
    context.add_history_entry(
        case, f"a party left: {', '.join(case.roles)}", ("HAS_PARTY",), reason=reason, audience="owner"
    )
    # the party sees the case no more, so that the role is the answer
    return case.roles[0]


_FIRM: Final[LiteralString] = (
    "MERGE (f:Firm {code: $code}) ON CREATE SET f:Party, f += $firm, f.made = $request RETURN f.made = $request"
)
_OVERSIGHT: Final[LiteralString] = "RETURN CASE WHEN seesAll THEN elementId(head(actsFor)) END"
_Code = Annotated[str, Argument("A short code.", longest=40)]
_FirmName = Annotated[str, Argument("Its name.", longest=300)]
_SuretyCode = Annotated[str, Argument("The three digits by which CBP knows a surety.", SURETY_CODE)]
_Published = Annotated[bool, Argument("Whether anyone may see that it is here; no, if not said.")]


@verb(returns="Firm")
async def register_firm(
    context: VerbContext,
    code: _Code,
    name: _FirmName,
    surety_code: _SuretyCode | None = None,
    published: _Published = False,
) -> str:
    """Adds a firm that may be a party of cases by role: a surety, a law firm, a consignee (the Office of Trade)."""
    office = await context.read_value(_OVERSIGHT)
    if office is None:
        raise NotAllowed("registerFirm: only the Office of Trade may")
    code = code.upper()
    firm = {"name": name, "suretyCode": surety_code, "published": published, "source": "hub"}
    (made,), *_ = await context.execute(_FIRM, code=code, firm=firm, request=context.request)
    if not made:
        raise Conflict(f"code: there is a firm {code} already")
    context.add_event("Firm", code, ALL_NEW, by=office)
    return code
