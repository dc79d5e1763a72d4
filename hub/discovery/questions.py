"""All questions of the hub's own."""

from typing import Final

from hub.compile.question import CustomField
from hub.discovery.inquiries import QUESTION_BY_RECEIPT
from hub.discovery.paths import NEIGHBOURHOOD, PATH
from hub.discovery.responsible import RESPONSIBLE_CONTACTS
from hub.discovery.sharing import SHARED_ISSUES

QUESTIONS: Final[tuple[CustomField, ...]] = (RESPONSIBLE_CONTACTS, SHARED_ISSUES, PATH, NEIGHBOURHOOD, QUESTION_BY_RECEIPT)
