"""How a question of the hub's own is declared: by hand as the start of a statement, below which the compiler adds what
it tells.

The start binds variables; the record says what is told by them: values, rows of the graph, further records. A row that
the start binds must be one that the viewer may see, which it asks by the `Sees` it is given; what lies beyond is asked
by the compiler. Arguments are members of one parameter, `$asked`, null where they are not given: so the statement is
the same whatever is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from graph_schema.cypher import Parameters
from graph_schema.model import Edge, Property

ASKED: Final = "asked"
"""The parameter with what is asked, a map: Neo4j plans anew for values of other types and lengths, but not within
another value.
"""
Arguments: TypeAlias = Mapping[str, Any]
"""The arguments of a root field by name, each of the type that the schema gives it; None for what is not said."""


class Sees(Protocol):
    """Asks the rule table, in the words of a statement."""

    def row(self, variable: str, label: str) -> str:
        """The predicate that the row behind the variable may be seen."""
        ...

    def beyond(self, label: str, way: str, row: str) -> str:
        """The same of a row at the end of that way from a row of the label that may be seen."""
        ...

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        """The same in two halves: the predicate about the row at the end of that edge, by which all rows may be
        seen that lead to it, and the one about the row itself, by which it may be seen all the same.
        """
        ...

    def every(self, label: str) -> str:
        """The expression for the list of all rows of the label that may be seen; empty for who sees all of them."""
        ...

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        """Like `edge`, without sub-queries, for where a path is sought."""
        ...

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str:
        """The predicate that the edge between two visible rows may be seen."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """A value, by its declaration and the expression that gives it."""

    declared: Property
    expression: str

    @property
    def name(self) -> str:
        """The name of its field."""
        return self.declared.name


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row that the statement has at hand under `variable`, or null; `target` is a label or an abstract.

    `beside` are guarded properties, and ways to one row, that are told with it though a rule stands before them, as
    most ask for them. With those, `target` is a label.
    """

    name: str
    doc: str
    target: str
    variable: str
    required: bool = False
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record made of what the statement has at hand."""

    name: str
    doc: str
    record: "Record"


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records: the clauses bind the variables of one after another, in order."""

    name: str
    doc: str
    record: "Record"
    clauses: Callable[[Sees], str]
    order: str


Member = Value | RowOf | RecordOf | Records


@dataclass(frozen=True, slots=True)
class Record:
    """Several values and rows under one name of a type."""

    type: str
    doc: str
    members: tuple[Member, ...]

    def member(self, name: str) -> Member:
        """The member whose field has that name. Raises `StopIteration`."""
        return next(found for found in self.members if found.name == name)


@dataclass(frozen=True, slots=True)
class CustomField:
    """A root field of the hub's own.

    `start` gives the clauses below the viewer sets, for the arguments that may be given; each is a member of `$asked`
    by its name, null where it is not. `supplied` makes further members from them, and raises `BadInput` for what cannot
    be. Those that are named in `sizes` are parameters of their own: a LIMIT takes no member of a map where statements
    are gathered. `rows` is about how many rows it touches.
    """

    name: str
    doc: str
    arguments: tuple[Property, ...]
    record: Record
    start: Callable[[Sees, frozenset[str]], str]
    supplied: Callable[[Arguments], Arguments] = field(default=lambda _: {})
    sizes: tuple[str, ...] = ()
    rows: int = 1

    def parameters(self, arguments: Arguments) -> Parameters:
        """The statement's parameters. Raises `BadInput`."""
        values = {**arguments, **self.supplied(arguments)}
        sizes = {name: values.pop(name) for name in self.sizes}
        return {ASKED: values, **sizes}
