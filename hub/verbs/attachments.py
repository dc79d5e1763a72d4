"""Verbs of files: announcing one, and taking what arrives for what was announced. The content is kept outside the
graph."""

from dataclasses import dataclass
from typing import Annotated, Final, LiteralString

from graph_schema.cypher import fill
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.arguments import Argument, Audience
from hub.verbs.case import AGENCY, OWNER, PARTY, SENDER, Case
from hub.verbs.context import VerbContext
from hub.verbs.file_kinds import MEDIA_TYPES, check_name, kind_of
from hub.verbs.fragments import sees
from hub.verbs.quotas import ANNOUNCED_FOR, count_file
from hub.verbs.verb import verb

MOST_BYTES: Final = 25_000_000
_SHA256: Final = 64

_ANNOUNCE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CREATE (f:Attachment) SET f = $file CREATE (f)-[:OF_CASE]->(k)
WITH k, f MATCH (party) WHERE elementId(party) = $by CREATE (f)-[:BY]->(party)"""
_ANNOUNCED: Final = fill(
    """
MATCH (f:Attachment {id: $id}) WHERE {sees}
OPTIONAL MATCH (f)-[:BY]->(party)
RETURN {name: f.name, media_type: f.mediaType, size: f.size, sha256: f.sha256, stored: f.storedAt IS NOT NULL,
  expired: f.at <= $begin, own: party IN myParties, by: elementId(party)}""",
    sees=sees("f", "Attachment"),
)
_STORED: Final[LiteralString] = "MATCH (f:Attachment {id: $id}) SET f.storedAt = coalesce(f.storedAt, $at)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """What `attachToCase` says of a file; `size` is in bytes."""

    name: Annotated[str, Argument("Its file name.", longest=200)]
    media_type: Annotated[
        str, Argument(f"What kind of file it is: {', '.join(MEDIA_TYPES)}; a text may name its charset.")
    ]
    size: Annotated[int, Argument(f"How many bytes it has, at most {MOST_BYTES:,}.")]
    sha256: Annotated[str, Argument("The SHA-256 of its content, 64 hexadecimal digits.")]
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that was announced. `stored`: its content is there. `expired`: the content is too late. `own`: the viewer
    announced it, in the name of the party `by`, by Neo4j's id. `size` is in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    stored: bool
    expired: bool
    own: bool
    by: str


@verb(may=(OWNER, PARTY, AGENCY, SENDER), returns="Attachment")
async def attach_to_case(context: VerbContext, case: Case, file: NewFile) -> str:
    """Announces a file that belongs to a case; its content is then sent by PUT to /attachments/ID, and found there by
    GET."""
    kind = kind_of(file.media_type, file.name)
    check_name(file.name, kind)
    if not 0 < file.size <= MOST_BYTES:
        raise BadInput(f"size: 1 to {MOST_BYTES:,} bytes")
    sha256 = file.sha256.strip().lower()
    if len(sha256) != _SHA256 or not set(sha256) <= set("0123456789abcdef"):
        raise BadInput("sha256: the 64 hexadecimal digits of the content's SHA-256 are expected")
    audience = case.audience(file.audience)
    await count_file(context, case, file.size)
    key = f"{context.request}-file"
    row = {
        "id": key, "name": file.name, "mediaType": str(kind), "size": file.size, "sha256": sha256, "at": context.now,
        "audience": audience, "source": "hub",
    }  # fmt: skip
    await context.execute(_ANNOUNCE, case=case.id, file=row, by=case.by)
    text = f"attached {file.name} ({file.size:,} bytes, SHA-256 {sha256[:12]}…)"
    context.add_history_entry(case, text, ("attachments",), audience=audience, refs=(key,))
    return key


async def announced(context: VerbContext, attachment: str) -> Announced:
    """What was announced, for who brings it. Raises `NotFound`, `NotAllowed` or `Conflict`."""
    file = await context.read_row(Announced, _ANNOUNCED, id=attachment, begin=context.now - ANNOUNCED_FOR)
    if file is None:
        raise NotFound(f"there is no attachment {attachment} to be seen")
    if not file.own:
        raise NotAllowed("only who announced an attachment brings it")
    if file.expired and not file.stored:
        raise Conflict(
            "it was announced more than a day ago, and is not awaited any more: announce it again with attachToCase"
        )
    return file


async def stored(context: VerbContext, attachment: str) -> None:
    """Says that its content is there. Raises as `announced` does."""
    file = await announced(context, attachment)
    await context.execute(_STORED, id=attachment)
    context.verb = "stored"
    context.add_event("Attachment", attachment, ("storedAt",), by=file.by)
    await context.append_events()
