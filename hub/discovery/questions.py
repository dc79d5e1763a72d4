"""All questions of the hub's own."""

from typing import Final

from hub.compile.question import Question
from hub.discovery.responsible import RESPONSIBLE_CONTACTS

QUESTIONS: Final[tuple[Question, ...]] = (RESPONSIBLE_CONTACTS,)
