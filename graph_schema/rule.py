"""The words in which it is declared who may see what. Every value is frozen; a graph's rules are checked with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph_schema.cypher import slots_of


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may read a property of a visible row: Cypher predicates about the row, `{n}`. Whoever may not reads null.

    `open` is where nothing else need be asked. `test` holds elsewhere; by `[name]` it speaks of a grant of the label's
    rule. `instead`, a Cypher literal, is what they read in place of null.
    """

    open: str
    test: str
    instead: str = "null"


@dataclass(frozen=True, slots=True)
class ViewerSet:
    """What is computed once per statement from the viewer's rights in term; `cypher` may name sets declared before
    it.
    """

    name: str
    doc: str
    cypher: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate about a row, `{n}`, or the row at the other end of a grant's edge, `{x}`; other `{names}` are fresh
    variables.

    `match` is a pattern from there to what `where` speaks of. `when` names viewer sets, joined by AND, without which it
    cannot hold: nothing is looked up for viewers who have them not. `flag` is the property of a predicate that says
    only that it is true of the row. Raises `ValueError` for one whose `where` says something else.
    """

    where: str
    match: str | None = None
    when: str | None = None
    flag: str | None = None

    def __post_init__(self) -> None:
        says_only = self.match is None and self.when is None and self.where.removeprefix("{n}.").isidentifier()
        flag = self.where.removeprefix("{n}.") if says_only and self.where.startswith("{n}.") else None
        if self.flag != flag:
            raise ValueError(f"the predicate {self.where!r} has the flag {flag}, not {self.flag}")


@dataclass(frozen=True, slots=True)
class Grant:
    """One reason why a row may be seen, in two forms. The row is seen if any of its rule's grants holds.

    A rule lists its grants from the one that decides fastest; whoever has an earlier one may do what a later one
    allows.

    The predicate, for rows that are at hand, is exactly one of:
    - `tests` alone, alternatives: about the row `{n}` and the viewer sets;
    - `edge` and `tests`: about the row at the other end of that edge, `{x}` (`{e}` is the edge);
    - those and `by_label`: another form of them for where the other end is at hand, and its label with it (none:
      never);
    - `edge` and `through`: a row of that label at the other end is itself visible; for `implied` reasons, by their
      names, an earlier grant of this rule holds as well, so they need not be asked again.

    The enumeration, `rows`, is Cypher that binds `{n}` to all rows it grants, walked from the viewer's side; a grant
    `through` a label has that label's, and one whose test speaks of the viewer alone grants all rows or none.
    `degree` tells about how many those are, by a constant-time expression about one of the viewer's parties, `{p}`.
    """

    name: str
    reason: str
    tests: tuple[Predicate, ...] = ()
    edge: str | None = None
    forward: bool = True
    through: str | None = None
    implied: tuple[str, ...] = ()
    by_label: Mapping[str, str] | None = None
    rows: str | None = None
    degree: str | None = None

    @property
    def flag(self) -> str | None:
        """The property of a grant that says only that it is true of the row; None for others."""
        return self.tests[0].flag if self.edge is None and len(self.tests) == 1 else None

    @property
    def of_viewer(self) -> str | None:
        """The predicate of a grant that speaks of the viewer alone, and so grants all rows or none; None for others."""
        if self.edge is not None or len(self.tests) != 1 or self.tests[0].match or slots_of(self.tests[0].where):
            return None
        return self.tests[0].where


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may see the rows of a label.

    Grants `of_facts` show no row: guards of its properties name them, for what a row says.

    One `of_kind` holds for one kind of viewer only.
    """

    label: str
    grants: tuple[Grant, ...]
    of_facts: tuple[Grant, ...] = ()
    of_kind: bool = False

    @property
    def of_viewer(self) -> tuple[str, ...]:
        """The predicates that speak of the viewer alone: where one holds, every row is visible."""
        return tuple(grant.of_viewer for grant in self.grants if grant.of_viewer)

    @property
    def all_or_none(self) -> bool:
        """Whether it speaks of the viewer alone, so that all rows are visible or none is."""
        return len(self.of_viewer) == len(self.grants)

    @property
    def public(self) -> bool:
        """Whether everybody sees every row, without an account too."""
        return "true" in self.of_viewer

    @property
    def hides_all(self) -> bool:
        """Whether no viewer sees any row; of a rule for viewers of one kind."""
        return {"false"}.issuperset(self.of_viewer) and self.all_or_none


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """Who may see an edge beside seeing both its ends: `{a}` is its tail, `{b}` its head, `{e}` the edge.

    `by_sets` is the same without sub-queries, by the viewer sets alone, for where a path is sought.
    """

    edge: str
    name: str
    reason: str
    test: str
    by_sets: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """Something beyond seeing rows that a viewer may do, by its role; `test` is a predicate about the viewer sets."""

    name: str
    doc: str
    test: str
