"""All verbs."""

from typing import Final

from hub.verbs import assignments, cases, deadlines, people
from hub.verbs.act import Verb

VERBS: Final[tuple[Verb, ...]] = (*cases.VERBS, *deadlines.VERBS, *assignments.VERBS, *people.VERBS)
