"""All questions of the hub's own."""

from typing import Final

from hub.compile.compiler import CustomField
from hub.queries.audience_preview import AUDIENCE_PREVIEW
from hub.queries.counter import COUNTER
from hub.queries.desk import MY_DESK
from hub.queries.paths import NEIGHBOURHOOD, PATH
from hub.queries.question_by_receipt import QUESTION_BY_RECEIPT
from hub.queries.reassignments import REASSIGNMENT
from hub.queries.responsible_contacts import RESPONSIBLE_CONTACTS
from hub.queries.shared_issues import SHARED_ISSUES
from hub.queries.templates import FILLED_TEMPLATE
from hub.queries.windows import WINDOWS

QUESTIONS: Final[tuple[CustomField, ...]] = (
    MY_DESK,
    WINDOWS,
    RESPONSIBLE_CONTACTS,
    COUNTER,
    SHARED_ISSUES,
    PATH,
    NEIGHBOURHOOD,
    QUESTION_BY_RECEIPT,
    FILLED_TEMPLATE,
    REASSIGNMENT,
    AUDIENCE_PREVIEW,
)
