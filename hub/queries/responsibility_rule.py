"""What a rule of responsibility is: its name, its words, its Cypher and an example by which it is tested."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from graph_schema.cypher import fill, slots_of
from graph_schema.model import Edge
from hub.compile.compiler import Sees


@dataclass(frozen=True, slots=True)
class SeenEdge:
    """An edge of the graph between two variables, and the variable of the edge."""

    edge: Edge
    tail: str
    head: str
    variable: str

    def predicate(self, sees: Sees) -> str:
        """The predicate that the viewer may see it."""
        return sees.edge(self.edge, self.tail, self.head, self.variable)


def _check(name: str, template: str, edge: SeenEdge | None) -> None:
    """Raises `ValueError` for a rule whose Cypher and whose edge do not fit."""
    if slots_of(template) != (frozenset() if edge is None else {"may"}):
        raise ValueError(f"rule {name}: it has the slot {{may}} and an `edge`, or neither")


def _clauses(template: str, edge: SeenEdge | None, sees: Sees) -> str:
    return template if edge is None else fill(template, may=edge.predicate(sees))


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the rule answers, on a graph that the Cypher in `given` adds to the examples' own; by whom is
    `answer`.

    `answer` is the id of a contact, or the name of an office that has none. It is the first of all, unless it is not
    to be `first`.
    """

    asked: Mapping[str, str]
    answer: str
    given: LiteralString = ""
    first: bool = True


@dataclass(frozen=True, slots=True)
class OfficeRule:
    """How the office that answers is found.

    The Cypher binds `office`, `confidence` and `step`: a text and the row it speaks of.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    cypher: LiteralString
    example: Example
    edge: SeenEdge | None = None

    def __post_init__(self) -> None:
        _check(self.name, self.cypher, self.edge)

    def clauses(self, sees: Sees) -> str:
        """The Cypher for what the viewer may see."""
        return _clauses(self.cypher, self.edge, sees)


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Who in the office.

    The Cypher binds `c`, a contact of `office`; what makes it fit is said of it by `said`, about the row `about`.

    Weights add up: who covers both chapter and kind comes before who covers one of them.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    weight: int
    cypher: LiteralString
    said: LiteralString
    about: LiteralString
    example: Example
    edge: SeenEdge | None = None

    def __post_init__(self) -> None:
        _check(self.name, self.cypher, self.edge)

    def clauses(self, sees: Sees) -> str:
        """The Cypher for what the viewer may see."""
        return _clauses(self.cypher, self.edge, sees)


@dataclass(frozen=True, slots=True)
class NextRule:
    """Who is next.

    The Cypher binds `someone`, a contact or null, and `party`, the organisation, from `contact` (or null) and `office`.
    """

    name: str
    text: str
    cypher: LiteralString
    example: Example
