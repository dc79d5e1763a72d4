"""What background jobs failed at, set aside until it is mended."""

from typing import Final

from graph_schema.model import Kind, NodeType, Property
from graph_schema.sources import ORIGIN

DEAD_LETTER: Final = NodeType(
    label="DeadLetter",
    doc=(
        "An item that a background job failed on. The job goes on without it and tries it again later; it is gone once"
        " that succeeds."
    ),
    properties=(
        Property("id", "The job and the item.", required=True),
        Property("job", "The job that failed, e.g. clocks, issues or sync.", required=True),
        Property("kind", "What the item is: a label, e.g. Case or Event.", required=True),
        Property("item", "The item, by its id; a connection by its name.", required=True),
        Property(
            "reason",
            "What kind of error it was and where, or what to mend; nothing of what the item holds.",
            required=True,
        ),
        Property("tries", "How often it was tried.", Kind.INT, required=True),
        Property("firstAt", "When the job failed at it first.", Kind.DATETIME, required=True),
        Property("lastAt", "When it was tried last.", Kind.DATETIME, required=True),
        Property("retryAt", "When it is tried again by itself.", Kind.DATETIME, required=True),
        ORIGIN,
    ),
    key="id",
    one="deadLetter",
    many="deadLetters",
    indexes=(("job", "retryAt"), ("firstAt",)),
)
NODES: Final = (DEAD_LETTER,)
