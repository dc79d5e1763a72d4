"""What a run did, counted as it goes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from graph_schema.formats import without_social_security

_FIRST: Final = 10


@dataclass(slots=True)
class Report:
    """Counts of one run over all its streams.

    `reasons` count refused records by reason, `left_out` the fields that could not be read of records that were taken,
    by reason; `faulty` are those refused by a fault of the list, as a position that is told to be vacant is none;
    `changes` name the first that changed, `gone` the first that the system lists no more. `notes` say how
    lists were read.
    """

    read: int = 0
    written: int = 0
    unchanged: int = 0
    skipped: int = 0
    retired: int = 0
    faulty: int = 0
    seconds: float = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    left_out: Counter[str] = field(default_factory=Counter[str])
    lacking: int = 0
    changes: list[str] = field(default_factory=list[str])
    gone: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def refuse(self, reason: str, *, counts: bool = True) -> None:
        """Counts a record that was refused; with `counts`, as a fault of the list."""
        self.skipped += 1
        self.faulty += counts
        self.reasons[reason] += 1

    def leave_out(self, reasons: Iterable[str]) -> None:
        """Fields of one record that were left out."""
        self.lacking += 1
        self.left_out.update(reasons)

    def change(self, what: str) -> None:
        """Names a record that changed, if it is one of the first twenty."""
        if len(self.changes) < 2 * _FIRST:
            self.changes.append(what)

    def retire(self, what: str) -> None:
        """Names a record that the system lists no more, if it is one of the first twenty."""
        if len(self.gone) < 2 * _FIRST:
            self.gone.append(what)

    def note(self, what: str) -> None:
        """Adds a remark once; a Social Security number in it is left out."""
        what = without_social_security(what)
        if what not in self.notes:
            self.notes.append(what)

    @property
    def status(self) -> str:
        """As a run's node has it that has come to its end."""
        return "DONE_WITH_REFUSED" if self.faulty else "DONE"

    @property
    def refused_first(self) -> list[str]:
        """The ten most frequent reasons why records were refused, each with how often."""
        return _counted(self.reasons)

    @property
    def left_out_first(self) -> list[str]:
        """The ten most frequent reasons why fields were left out, each with how often."""
        return _counted(self.left_out)

    @property
    def first_errors(self) -> list[str]:
        """As a run's node has them: why records were refused, then why fields were left out."""
        return [*self.refused_first, *(f"left out: {reason}" for reason in self.left_out_first)][: 2 * _FIRST]

    @property
    def told(self) -> str | None:
        """What somebody should know of a run that is done; None where all was as it should be."""
        parts = [f"{self.skipped} of {self.read} records were refused"] if self.skipped else []
        parts += [f"fields of {self.lacking} records were left out"] if self.lacking else []
        return "; ".join([*parts, *self.notes]) or None

    def counts(self) -> dict[str, int]:
        """As a run's node has them."""
        return {
            "read": self.read, "written": self.written, "unchanged": self.unchanged, "skipped": self.skipped,
            "retired": self.retired,
        }  # fmt: skip


def _counted(reasons: Counter[str]) -> list[str]:
    return [f"{reason} ({count} times)" if count > 1 else reason for reason, count in reasons.most_common(_FIRST)]
