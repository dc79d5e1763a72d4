"""All questions of the hub's own."""

from typing import Final

from hub.compile.question import Question
from hub.discovery.inquiries import QUESTION_BY_RECEIPT
from hub.discovery.responsible import RESPONSIBLE_CONTACTS

QUESTIONS: Final[tuple[Question, ...]] = (RESPONSIBLE_CONTACTS, QUESTION_BY_RECEIPT)
