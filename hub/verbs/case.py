"""The case as a row that verbs are about, and the parts that a viewer may have in it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from graph_schema.cypher import fill
from graph_schema.formats import CASE_NUMBER
from hub.errors import BadInput, Conflict
from hub.verbs.arguments import AUDIENCES, Argument
from hub.verbs.fragments import importer_or_broker, kept_by
from hub.verbs.rows import LockedRow, Role, Subject

OWNER: Final = Role("as_owner", "the case's owner")
PARTY: Final = Role("as_party", "the importer or its broker")
AGENCY: Final = Role("as_agency", "an accepted agency")
OVERSIGHT: Final = Role("as_oversight", "the Office of Trade")
SENDER: Final = Role("as_sender", "an office that sent it to its owner")
_AUDIENCES_OF: Final = {
    OWNER: AUDIENCES,
    SENDER: AUDIENCES,
    OVERSIGHT: AUDIENCES,
    PARTY: ("parties", "agencies"),
    AGENCY: ("agencies",),
}
_CASE: Final = fill(
    """OPTIONAL MATCH (k)-[:HANDLED_BY]->(owner)
OPTIONAL MATCH (k)-[:CONCERNS]->(importer:Importer)
OPTIONAL MATCH (k)-[:OF_KIND]->(kind:CaseKind)
WITH *, head([o IN [owner] WHERE o IN myParties]) AS asOwner,
  head(COLLECT { MATCH (k)-[i:INVOLVES]->(g:Agency) WHERE g IN myParties AND i.acceptedAt IS NOT NULL
    RETURN g }) AS asAgency,
  head(COLLECT { MATCH (k)-[:REFERRED_BY]->(s) WHERE s IN myParties RETURN s }) AS asSender,
  {importer_or_broker} AS asParty
RETURN {id: k.id, number: k.number, status: k.status, kind: kind.code, owner_name: owner.name, owner: elementId(owner),
  as_owner: elementId(asOwner), as_agency: elementId(asAgency), as_party: elementId(asParty),
  as_sender: elementId(asSender),
  as_oversight: CASE WHEN seesAll THEN elementId(head(actsFor)) END, kept_by: {kept_by}}
""",
    importer_or_broker=importer_or_broker("importer"),
    kept_by=kept_by("k"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(LockedRow):
    """A case. `owner` is the office that handles it, by Neo4j's id, and `kind` the code of its kind.

    `as_owner`, `as_party`, `as_agency`, `as_sender` and `as_oversight` are the viewer's parties in these roles. An
    agency is one whose part the owner accepted.
    """

    SUBJECT: ClassVar = Subject("Case", "number", "k", _CASE, Argument("The case, by its number.", CASE_NUMBER))

    number: str
    status: str
    kind: str | None
    owner_name: str | None
    owner: str | None
    as_owner: str | None
    as_party: str | None
    as_agency: str | None
    as_sender: str | None
    as_oversight: str | None

    @property
    def is_closed(self) -> bool:
        """Whether somebody closed it. A case whose outcome was deemed goes on until then."""
        return self.status == "CLOSED"

    def must_be_open(self) -> None:
        """Raises `Conflict`."""
        if self.is_closed:
            raise Conflict(f"case {self.number} is {self.status.lower()}: reopen it first")

    def audience(self, wanted: str | None) -> str:
        """The audience of what the viewer writes in the case: the one that is `wanted`, if the viewer belongs to it.

        If none is wanted it is the parties, where the viewer is one. Raises `BadInput`.
        """
        assert self.role is not None
        allowed = _AUDIENCES_OF[self.role]
        audience = wanted or ("parties" if "parties" in allowed else allowed[0])
        if audience not in allowed:
            raise BadInput(
                f"audience: {' or '.join(allowed)}, so that you see it yourself and nobody does whom its owner did not"
                " choose"
            )
        return audience

    def is_known(self) -> bool:
        """Only who takes part in a case is told of it; what was handed on meanwhile is seen no more."""
        return any((self.as_owner, self.as_party, self.as_agency, self.as_sender, self.as_oversight))

    def who(self, role: Role) -> str:
        """Who has that role in this case: its owner by name."""
        if role is not OWNER:
            return role.who
        return f"its owner ({self.owner_name})" if self.owner_name else "its owner"

    def in_words(self) -> str:
        """What the case is called in an error: by its number."""
        return f"case {self.number}"
