"""Which events concern which consumer, and which rows of theirs: the one table by which work follows from what
happened.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.events.work_queue import Rows
from hub.jobs.loops import known_by


def _named(doc: str, *labels: str) -> Rows:
    return Rows(doc, known_by("ref", *labels), names=True)


_CASES: Final = _named("the cases that it names", "Case")
_DECISIONS: Final = _named("the decisions that it names", "Decision")
_ISSUES: Final = _named("the issues that it names, and what cases are alike by", "Issue", "Likeness")
_OF_RECORDS: Final = "MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->"
_SYNCED_CASES: Final = Rows("the cases that the records describe", f"{_OF_RECORDS}(n:Case) RETURN n")
_DATED_CASES: Final = Rows(
    "of those the cases that tell dates", f"{_OF_RECORDS}(n:Case) WHERE n.dates IS NOT NULL RETURN n"
)
_DECIDED_CASES: Final = Rows(
    "the cases that tell dates of the decisions that the records describe",
    f"{_OF_RECORDS}(:Decision)-[:DECIDES]->(n:Case) WHERE n.dates IS NOT NULL RETURN n",
)
_SYNCED_DECISIONS: Final = Rows("the decisions that the records describe", f"{_OF_RECORDS}(n:Decision) RETURN n")
_CASES_OF_DISPARITIES: Final = Rows(
    "the cases of the two decisions",
    "MATCH (:Disparity {id: ref})-[:BETWEEN]->(:Decision)-[:DECIDES]->(n:Case) RETURN n",
)
_CASES_OF_ISSUES: Final = Rows(
    "the cases of the issue", "MATCH (:Issue {id: ref})<-[:ALIKE_BY|ABOUT]-(n:Case) RETURN n"
)
_CASES_OF_PARTS: Final = Rows(
    "the cases of the issues that were merged into it",
    "MATCH (:Issue {id: ref})<-[:MERGED_INTO]-()<-[:ALIKE_BY|ABOUT]-(n:Case) RETURN n",
)

LOADED_CASES: Final = "Case.loaded"
"""Cases are there that came by no verb and no sync: by the sample world, or from an earlier release."""
LOADED_DECISIONS: Final = "Decision.loaded"
DATED_CASES: Final = "Case.dated"
"""Cases that tell dates have a kind now, whose clocks may run."""
HELD: Final = "Issue.held"
"""Issues, or what cases are alike by, have other cases than before."""

CONCERNS: Final[Mapping[str, Mapping[str, Rows]]] = MappingProxyType({
    "clocks": {"Case.synced": _DATED_CASES, DATED_CASES: _CASES, "Decision.synced": _DECIDED_CASES},
    "disparities": {
        "Decision.synced": _SYNCED_DECISIONS,
        "Case.decideCase": _DECISIONS,
        LOADED_DECISIONS: _DECISIONS,
        "Ruling.synced": Rows(
            "the decisions that the rulings support", f"{_OF_RECORDS}(:Ruling)-[:EXPLAINS]->(n:Decision) RETURN n"
        ),
        **dict.fromkeys(
            ("Disparity.explainDisparity", "Disparity.resolveDisparity", "Disparity.reopenDisparity"),
            Rows("the two decisions", "MATCH (:Disparity {id: ref})-[:BETWEEN]->(n:Decision) RETURN n"),
        ),
    },
    "issues": {
        "Case.synced": _SYNCED_CASES,
        LOADED_CASES: _CASES,
        "Case.openCase": _CASES,
        "Case.appealAssignment": _CASES,
        "Case.confirmCase": _CASES,
        "Case.reassignCase": _CASES,
        "Case.reassignCases": _CASES,
        "Case.referCase": _CASES,
        "Case.answerReferral": _CASES,
        "Case.takeBackReferral": _CASES,
        "Case.reassignImporter": _CASES,
        "Case.acceptAgency": _CASES,
        "Case.tagCase": _CASES,
        "Case.linkCaseToIssue": _CASES,
        **dict.fromkeys(
            (
                "Disparity.found",
                "Disparity.closed",
                "Disparity.explained",
                "Disparity.explainDisparity",
                "Disparity.resolveDisparity",
                "Disparity.reopenDisparity",
            ),
            _CASES_OF_DISPARITIES,
        ),
        "Issue.mergeIssue": _CASES_OF_PARTS,
        "Issue.splitIssue": _CASES,
        "Issue.restoreIssue": _CASES_OF_ISSUES,
    },
    "figures": {HELD: _ISSUES, "Issue.mergeIssue": _ISSUES, "Issue.restoreIssue": _ISSUES},
})  # fmt: skip
