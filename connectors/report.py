"""What a run did, counted as it goes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

_FIRST: Final = 10


@dataclass(slots=True)
class Report:
    """Counts of one run over all its streams; `reasons` count refused records by reason, `changes` name the first that changed."""

    read: int = 0
    written: int = 0
    unchanged: int = 0
    skipped: int = 0
    retired: int = 0
    seconds: float = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    changes: list[str] = field(default_factory=list[str])

    def refuse(self, reason: str) -> None:
        self.skipped += 1
        self.reasons[reason] += 1

    def change(self, what: str) -> None:
        if len(self.changes) < 2 * _FIRST:
            self.changes.append(what)

    @property
    def first_errors(self) -> list[str]:
        return [f"{reason} ({count} times)" if count > 1 else reason for reason, count in self.reasons.most_common(_FIRST)]

    def counts(self) -> dict[str, int]:
        """As a run's node has them."""
        return {
            "read": self.read, "written": self.written, "unchanged": self.unchanged, "skipped": self.skipped, "retired": self.retired,
        }  # fmt: skip
