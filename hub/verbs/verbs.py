"""All verbs."""

from typing import Final

from hub.verbs import agencies, assignments, attachments, calendars, cases, deadlines, decisions, inquiries, issues, opening, people
from hub.verbs.act import Verb

VERBS: Final[tuple[Verb, ...]] = (
    *opening.VERBS, *cases.VERBS, *agencies.VERBS, *decisions.VERBS, *deadlines.VERBS, *attachments.VERBS, *calendars.VERBS,
    *assignments.VERBS,
    *people.VERBS, *inquiries.VERBS, *issues.VERBS,
)  # fmt: skip
