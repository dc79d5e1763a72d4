"""The labels that connected systems may describe, and what a sync has to know of each: one row of `SYNCED` a label.

Whatever else is about such labels follows from these rows: what a connection's file may name, by what its rows are
known, to whom they belong, what becomes of those that nobody lists any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graph_schema import cases, parties, people
from graph_schema.cypher import Properties
from graph_schema.model import Edge, NodeType


@dataclass(frozen=True, slots=True)
class Synced:
    """A label that systems may describe.

    - `known_by`: the property by which everybody knows its rows; None where a row has only the identity that its record
      gives, as the mail address of a contact.
    - `retired`: the label of a row that no source lists any more; None where such a row stays as it is.
    - `owned_by`: the edge to the party that a row belongs to, whose system alone may describe it; None where a row is
      a party, or works for one.
    - `must_say`: properties that a system must say, though rows of the hub's own may lack them.
    - `defaults`: what a connection's file need not say.
    """

    node: NodeType
    known_by: str | None
    retired: str | None = None
    owned_by: Edge | None = None
    must_say: tuple[str, ...] = ()
    defaults: Properties = field(default_factory=dict[str, object])

    @property
    def labels(self) -> tuple[str, ...]:
        """Its label, and that of its retired rows, if they have one."""
        return (self.node.label, self.retired) if self.retired else (self.node.label,)


_ROWS: Final = (
    Synced(
        people.CONTACT,
        known_by=None,
        retired="RetiredContact",
        # nothing is public that its system did not declare so
        defaults={"emailAudience": "counterpart", "phoneAudience": "counterpart", "published": False},
    ),
    Synced(cases.CASE, known_by="number", retired="RetiredCase", owned_by=cases.HANDLED_BY),
    Synced(
        cases.DECISION,
        known_by="reference",
        owned_by=cases.MADE_AT,
        must_say=("reference",),
        defaults={"audience": "owner"},
    ),
    Synced(cases.RULING, known_by="number"),
    Synced(parties.IMPORTER, known_by="number"),
    Synced(parties.BROKER, known_by="filerCode"),
)
SYNCED: Final[Mapping[str, Synced]] = {each.node.label: each for each in _ROWS}
"""By label."""
