"""What changes data that an earlier release left in a database. Each is applied once, in this order, and never edited after a release."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Migration:
    """Statements that may each run twice: a hub that dies in the middle begins again. Long ones commit by batches."""

    name: str
    doc: str
    statements: tuple[str, ...]


UNREAD: Final = ("MATCH (d:Decision) WHERE d.alikeBy IS NULL CALL (d) { SET d:Unread } IN TRANSACTIONS OF 10000 ROWS",)
"""Has all decisions compared with each other that never were."""

UNSORTED: Final = ("MATCH (k:Case) WHERE k.likenesses IS NULL CALL (k) { SET k:Unsorted } IN TRANSACTIONS OF 10000 ROWS",)
"""Has all cases looked through for the issues they may be about that never were."""

_FOLLOWING: Final = (
    "DROP INDEX Case_text IF EXISTS",
    """CREATE FULLTEXT INDEX Case_text IF NOT EXISTS FOR (n:Case) ON EACH [n.title]
    OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}}""",
    "CALL db.awaitIndexes(300)",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration("compare-decisions", "decisions from before there were disparities are compared", UNREAD),
    Migration("sort-cases", "cases from before issues were proposed are looked through for them", UNSORTED),
    Migration("search-follows", "who writes a case does not wait until search finds its words", _FOLLOWING),
)
