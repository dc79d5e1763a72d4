"""The words in which it is declared who may see what. Every value is frozen; a graph's rules are checked with it.

What a text depends on is declared beside it, e.g. that it cannot hold for a viewer without an account. The texts
themselves are looked at when the rules are built, to refuse a declaration that says something else, and never later.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from graph_schema.cypher import only_if, slots_of

ACCOUNT: Final = "$viewer"
"""The parameter with the id of the account that asks."""
_MEMBERS: Final = re.compile(r"\b(?:IN|UNWIND) ([a-z]\w*)")
"""A viewer set of whose members one is asked for."""
_GRANT: Final = re.compile(r"\{grant_\w+\}")


@dataclass(frozen=True, slots=True)
class ViewerSet:
    """What is computed once per statement from the viewer's rights in term; `cypher` may name sets declared before
    it. It is `Rows` where some kinds of viewers have no members of it.
    """

    name: str
    doc: str
    cypher: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate about a row, `{n}`, or the row at the other end of a grant's edge, `{x}`; other `{names}` are fresh
    variables.

    - `match` is a pattern from there to what `where` speaks of.
    - `when` names viewer sets without all of which it cannot hold: nothing is looked up for viewers who have them not.
    - `flag` is the property of a predicate that says only that it is true of the row.
    - `needs` names what else it cannot hold without: viewer sets that have members, `$viewer` where it takes an
      account, a grant by its `grant_slot`. Where `where` has an OR in it, something else might hold: it may name fewer.
    - `walks` says that `where` is a sub-query by itself.
    - `text` is the whole about rows that are at hand, as one expression; `slots` are those of `where`.

    Raises `ValueError` where the text says something else.
    """

    where: str
    match: str | None = None
    when: tuple[str, ...] = ()
    flag: str | None = None
    needs: tuple[str, ...] = ()
    walks: bool = False
    text: str = field(init=False, repr=False, compare=False)
    slots: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_flag()
        self._check_needs()
        if self.walks != self.where.startswith(("EXISTS {", "(EXISTS {")):
            raise ValueError(f"the predicate {self.where!r} is a sub-query or is not: walks={not self.walks}")
        object.__setattr__(self, "text", self._at_hand())
        object.__setattr__(self, "slots", slots_of(self.where))

    @property
    def gate(self) -> str | None:
        """The viewer sets of `when` as a condition; None where there are none."""
        return " AND ".join(self.when) or None

    @property
    def looks_up(self) -> bool:
        """Whether it is a sub-query where its row is at hand."""
        return self.walks or self.match is not None

    def _at_hand(self) -> str:
        if self.match is not None:
            return only_if(self.gate, f"EXISTS {{ MATCH {self.match} WHERE {self.where} }}")
        return only_if(self.gate, self.where) if self.walks else self.where

    def _check_flag(self) -> None:
        says_only = self.match is None and not self.when and self.where.removeprefix("{n}.").isidentifier()
        flag = self.where.removeprefix("{n}.") if says_only and self.where.startswith("{n}.") else None
        if self.flag != flag:
            raise ValueError(f"the predicate {self.where!r} has the flag {flag}, not {self.flag}")

    def _check_needs(self) -> None:
        asked = {*_MEMBERS.findall(self.where), *_GRANT.findall(self.where)}
        if ACCOUNT in self.where:
            asked.add(ACCOUNT)
        declared = set(self.needs)
        if declared - asked or (asked - declared and " OR " not in self.where):
            raise ValueError(f"the predicate {self.where!r} needs {sorted(asked)}, not {sorted(declared)}")


def is_in(row: str, members: str, when: tuple[str, ...] = ()) -> Predicate:
    """The row is a member of that viewer set."""
    return Predicate(f"{row} IN {members}", when=when, needs=(members,))


def grant_slot(grant: str) -> str:
    """What stands in a guard's test for a grant of the label's rule, e.g. `{grant_its_owner}` for `its-owner`."""
    return f"{{grant_{grant.replace('-', '_')}}}"


def of_grant(grant: str) -> Predicate:
    """That grant of the label's rule holds; for a guard's test."""
    slot = grant_slot(grant)
    return Predicate(slot, needs=(slot,))


def is_own(row: str, when: tuple[str, ...] = ()) -> Predicate:
    """The row is one of the viewer's own parties."""
    return is_in(row, "myParties", when)


class AnyOf(str):
    """Predicates of which at least one must hold, as one text. It keeps what it is made of.

    In brackets where it is to stand beside other conditions.
    """

    __slots__ = ("bracketed", "of")
    of: tuple[Predicate, ...]
    bracketed: bool

    def __new__(cls, *of: Predicate, bracketed: bool = False) -> Self:
        """The predicates as one text."""
        text = " OR ".join(predicate.text for predicate in of)
        made = super().__new__(cls, f"({text})" if bracketed else text)
        made.of, made.bracketed = of, bracketed
        return made

    @property
    def looks_up(self) -> bool:
        """Whether one of them is a sub-query."""
        return any(predicate.looks_up for predicate in self.of)


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may read a property of a visible row: Cypher predicates about the row, `{n}`. Whoever may not reads null.

    `open` is where nothing else need be asked. `test` holds elsewhere; by a `grant_slot` it speaks of a grant of the
    label's rule. `instead`, a Cypher literal, is what they read in place of null.

    Each is an `AnyOf`, or a text that is decided as a whole: the name of a viewer set, a grant's slot, `true` or
    `false`. `grants` are those that `test` speaks of, by the names of their slots.
    """

    open: str
    test: str
    instead: str = "null"
    grants: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "grants", slots_of(" ".join(_GRANT.findall(self.test))))


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
      names, an earlier grant of this rule holds as well, so they need not be asked again; for reasons `but` these that
      row does not count.

    The enumeration, `rows`, is Cypher that binds `{n}` to all rows it grants, walked from the viewer's side: `Rows`, or
    a text of which nothing is left out for any kind of viewer. A grant `through` a label has that label's, and one
    whose test speaks of the viewer alone grants all rows or none.
    `degree` tells about how many those are, by a constant-time expression about one of the viewer's parties, `{p}`.
    """

    name: str
    reason: str
    tests: tuple[Predicate, ...] = ()
    edge: str | None = None
    forward: bool = True
    through: str | None = None
    implied: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
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
        if self.edge is not None or len(self.tests) != 1 or self.tests[0].match or self.tests[0].slots:
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
    def everything(self) -> str | None:
        """The predicate, about the viewer alone, under which every row is visible; None where there is none."""
        return f"({' OR '.join(self.of_viewer)})" if self.of_viewer else None

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

    `test` is an `AnyOf`, or `true` or `false`. `by_sets` is the same without sub-queries, by the viewer sets alone, for
    where a path is sought.
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
