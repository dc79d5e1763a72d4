"""Rows that verbs are about: found by their key, locked, and given only to those who may do the verb to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, LiteralString, Self

from graph_schema.cypher import lock
from hub.errors import Conflict, NotAllowed, NotFound
from hub.verbs.arguments import Argument
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees


@dataclass(frozen=True, slots=True)
class Role:
    """A part that a viewer may have in a row.

    `field` is the field of the row's class that holds the party in whose name such a viewer acts, by Neo4j's id; it is
    None where the viewer has no such part. A field of True or False leaves it to the row's `by` in whose name that is.
    `who` says who those viewers are, e.g. "the importer or its broker".
    """

    field: str
    who: str


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do the verb of that name to a row: viewers with one of these roles, the first that applies; without roles
    all who see it.

    `kept_here`: only where no connected system is the row's system of record.
    """

    verb: str
    may: tuple[Role, ...] = ()
    kept_here: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """How rows of one label are found.

    A verb names them by `key`, an argument declared as `argument`. A statement has them behind `variable`, and goes on
    with `text`, which gives a map with the fields of the row's class.
    """

    label: LiteralString
    key: LiteralString
    variable: LiteralString
    text: LiteralString
    argument: Argument

    @property
    def noun(self) -> str:
        """What the row is called in errors, e.g. `case` or `power of attorney`."""
        return re.sub(r"\B([A-Z])", r" \1", self.label).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRow:
    """A row that a verb is about, as it stands; it is locked until the verb is done.

    `id` is its key. `by` is the party in whose name the viewer acts, by Neo4j's id, and `role` the viewer's part in the
    row: both None where whoever sees the row may do the verb.
    """

    SUBJECT: ClassVar[Subject]

    id: str
    kept_by: Sequence[str] = ()
    by: str | None = None
    role: Role | None = None

    @classmethod
    async def lock(cls, context: VerbContext, key: str, access: Access) -> Self:
        """The row of that key, locked.

        It is looked at before it is locked, so that nobody waits for what is hidden from them. It is looked at again
        once it is locked, so that of two verbs at once the second sees what the first left. Raises `NotFound`,
        `NotAllowed` or `Conflict`.
        """
        subject = cls.SUBJECT
        look, lock_it = _look_and_lock(subject)
        row = await context.read_row(cls, look, key=key)
        if row is not None:
            row = await context.read_row(cls, look, first=lock_it, key=key)
        if row is None or not row.is_known():
            raise NotFound(f"{subject.noun}: there is no {subject.noun} {key} to be seen")
        return row.for_who_may(access)

    def for_who_may(self, access: Access) -> Self:
        """The row with the viewer's role. Raises `NotAllowed`, or `Conflict` for a row that another system keeps."""
        for role in access.may:
            if held := getattr(self, role.field):
                if access.kept_here:
                    self.must_be_kept_here()
                return replace(self, by=self.by if held is True else held, role=role)
        if access.may:
            raise NotAllowed(f"{access.verb}: only {listed([self.who(role) for role in access.may])} may")
        return self

    def must_be_kept_here(self) -> None:
        """Raises `Conflict` for a row that another system keeps."""
        if self.kept_by:
            raise Conflict(
                f"{self.in_words()} is kept by the system {self.kept_by[0]}: change it there, the hub follows"
            )

    def is_known(self) -> bool:
        """Whether the viewer is told more of the row than that they may see it."""
        return True

    def who(self, role: Role) -> str:
        """Who has that role in this row, for an error."""
        return role.who

    def in_words(self) -> str:
        """What the row is called in an error."""
        return f"{self.SUBJECT.noun} {self.id}"


def listed(words: list[str]) -> str:
    """E.g. "a, b or c"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


@lru_cache(maxsize=32)
def _look_and_lock(subject: Subject) -> tuple[LiteralString, LiteralString]:
    row = subject.variable
    match = f"MATCH ({row}:{subject.label} {{{subject.key}: $key}})"
    look = f"{match} WHERE {sees(row, subject.label)} WITH *\n{subject.text}"
    return look, f"CALL () {{ {match} {lock(row)} RETURN count(*) AS locked }}"
