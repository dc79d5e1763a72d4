"""Cypher that binds rows, walked from the viewer's side: a text that keeps what it is made of.

Where it is known what kind of viewer asks, parts of a union are left out that start from parties which such a viewer
cannot have. What a part needs is declared, and checked against its text when it is built.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from graph_schema.cypher import bind

_OF_LABEL: Final = re.compile(r"UNWIND myParties AS \{?\w+\}? MATCH \(\{?\w+\}?:(\w+)\)")
_OF_OWNER: Final = re.compile(
    r"UNWIND myParties AS \{?\w+\}? MATCH \(\{?\w+\}?\)<-\[:(?:HANDLED|REFERRED)_BY\]-\(\{?\w+\}?:Case\)"
)
_OF_ROLE: Final = re.compile(
    r"UNWIND myParties AS \{?\w+\}? MATCH \(\{?\w+\}?\)<-\[\{?\w*\}?:(?:HAS_PARTY|SHARED_WITH)\]-"
)
_TRUE_FOR: Final[Mapping[str, str]] = {
    "Importer": "isImporter", "Broker": "represents", "Center": "isCenter", "Agency": "isAgency",
}  # fmt: skip
"""By label of a party, the viewer set that is true of who acts for one."""


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a viewer set, where rows are walked from."""

    of: str

    @property
    def text(self) -> str:
        """Its name."""
        return self.of


MY_PARTIES: Final = Members("myParties")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two lists, each a viewer set or `[]`, by a viewer set that is true or false."""

    by: str
    then: str
    otherwise: str

    @property
    def text(self) -> str:
        """The expression that chooses when the statement runs."""
        return f"CASE WHEN {self.by} THEN {self.then} ELSE {self.otherwise} END"


@dataclass(frozen=True, slots=True)
class Union:
    """Rows of several kinds, bound to the same variable one after another: each once, or, of `every`, as often as it
    comes.
    """

    parts: tuple["Rows", ...]
    every: bool = False

    @property
    def between(self) -> str:
        """What stands between the parts."""
        return " UNION ALL " if self.every else " UNION "

    @property
    def text(self) -> str:
        """The parts, one after another."""
        return self.between.join(self.parts)


Piece: TypeAlias = "str | Rows | Members | Choice | Union"


class Rows(str):
    """Cypher that binds rows, made of pieces.

    They are walked from the first piece that is more than text: where that has nothing, there are no rows, unless the
    rows are not `only` from there. `needs` is a viewer set that must be true for there to be any. Raises `ValueError`
    where the text says that it needs another.
    """

    __slots__ = ("needs", "only", "pieces")
    pieces: tuple[Piece, ...]
    needs: str | None
    only: bool

    def __new__(cls, *pieces: Piece, needs: str | None = None, only: bool = True) -> Self:
        """The pieces as one text. Raises `ValueError`."""
        made = super().__new__(cls, "".join(piece if isinstance(piece, str) else piece.text for piece in pieces))
        made.pieces, made.needs, made.only = pieces, needs, only
        if not isinstance(pieces[0], Rows | Union):
            _check(made)
        return made

    @property
    def start(self) -> "Rows | Members | Choice | Union | None":
        """What they are walked from; None where that is not declared."""
        if not self.only:
            return None
        return next((piece for piece in self.pieces if isinstance(piece, Rows) or not isinstance(piece, str)), None)

    def bound(self, **variables: str) -> "Rows":
        """With variables in place of its slots: those given, others by the slots' own names."""
        return Rows(*(_bound(piece, variables) for piece in self.pieces), needs=self.needs, only=self.only)


def union(*parts: Rows, every: bool = False) -> Rows:
    """Rows of several kinds, as `Union` has them."""
    return Rows(Union(parts, every))


def _check(rows: Rows) -> None:
    text = rows.replace(rows.start.text, MY_PARTIES.of, 1) if isinstance(rows.start, Choice) else str(rows)
    of_label = _OF_LABEL.match(text)
    needed = _TRUE_FOR.get(of_label[1]) if of_label else _of_edge(text)
    if needed != rows.needs:
        raise ValueError(f"the rows {text!r} need {needed}, not {rows.needs}")


def _of_edge(text: str) -> str | None:
    """What there must be for rows that are walked from the viewer's parties, whatever their labels."""
    return "isOffice" if _OF_OWNER.match(text) else "takesPart" if _OF_ROLE.match(text) else None


def _bound(piece: Piece, variables: Mapping[str, str]) -> Piece:
    match piece:
        case Rows():
            return piece.bound(**variables)
        case Union():
            return Union(tuple(part.bound(**variables) for part in piece.parts), piece.every)
        case str():
            return bind(piece, variables, str)
        case _:
            return piece
