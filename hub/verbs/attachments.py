"""Verbs of files: announcing one, and taking what arrives for what was announced. The content is kept outside the graph."""

from typing import Any, Final, LiteralString

from graph_schema.cases import AUDIENCE
from graph_schema.model import Kind, Property
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.file_kinds import MEDIA_TYPES, check_name, kind_of
from hub.verbs.act import Act, Arguments, Verb, sees
from hub.verbs.cases import audience_for
from hub.verbs.quotas import ANNOUNCED_FOR, count_file
from hub.verbs.words import CASE, checked_text

MOST_BYTES: Final = 25_000_000
_MOST: Final = 200
_SHA256: Final = 64

_ANNOUNCE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CREATE (f:Attachment) SET f = $file CREATE (f)-[:OF_CASE]->(k)
WITH k, f MATCH (party) WHERE elementId(party) = $by CREATE (f)-[:BY]->(party)"""
_ANNOUNCED: Final = """
MATCH (f:Attachment {id: $id}) WHERE {sees}
OPTIONAL MATCH (f)-[:BY]->(party)
RETURN {name: f.name, mediaType: f.mediaType, size: f.size, sha256: f.sha256, stored: f.storedAt IS NOT NULL,
  expired: f.at <= $begin, own: party IN own, by: elementId(party)}"""
_STORED: Final[LiteralString] = "MATCH (f:Attachment {id: $id}) SET f.storedAt = coalesce(f.storedAt, $at)"


async def _attach(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "attachToCase", "owner", "party", "agency")
    name = checked_text("name", given["name"], _MOST)
    kind = kind_of(given["mediaType"], name)
    check_name(name, kind)
    if not 0 < given["size"] <= MOST_BYTES:
        raise BadInput(f"size: 1 to {MOST_BYTES:,} bytes")
    sha256 = given["sha256"].strip().lower()
    if len(sha256) != _SHA256 or not set(sha256) <= set("0123456789abcdef"):
        raise BadInput("sha256: the 64 hexadecimal digits of the content's SHA-256 are expected")
    audience = audience_for(case, given["audience"])
    await count_file(act, case, given["size"])
    key = f"{act.request}-file"
    file = {
        "id": key, "name": name, "mediaType": str(kind), "size": given["size"], "sha256": sha256, "at": act.now,
        "audience": audience, "source": "hub",
    }  # fmt: skip
    await act.write(_ANNOUNCE, {"case": case.id, "file": file, "by": case.by})
    text = f"attached {name} ({given['size']:,} bytes, SHA-256 {sha256[:12]}…)"
    act.tell_case(case, text, ("attachments",), audience=audience, refs=(key,))
    return key


async def announced(act: Act, attachment: str) -> Any:
    """What was announced, for who brings it, and whether it is `stored` already. Raises `NotFound`, `NotAllowed` or `Conflict`."""
    asked = {"id": attachment, "begin": act.now - ANNOUNCED_FOR}
    found = await act.one(_ANNOUNCED.replace("{sees}", sees("f", "Attachment")), asked)
    if found is None:
        raise NotFound(f"there is no attachment {attachment} to be seen")
    if not found["own"]:
        raise NotAllowed("only who announced an attachment brings it")
    if found["expired"] and not found["stored"]:
        raise Conflict("it was announced more than a day ago, and is not awaited any more: announce it again with attachToCase")
    return found


async def stored(act: Act, attachment: str) -> None:
    """Says that its content is there. Raises as `announced` does."""
    found = await announced(act, attachment)
    await act.write(_STORED, {"id": attachment})
    act.verb = "stored"
    act.tell("Attachment", attachment, ("storedAt",), by=found["by"])
    await act.append()


VERBS: Final = (
    Verb(
        "attachToCase",
        "Announces a file that belongs to a case; its content is then sent by PUT to /attachments/ID, and found there by GET.",
        (
            CASE,
            Property("name", "Its file name.", required=True),
            Property("mediaType", f"What kind of file it is: {', '.join(MEDIA_TYPES)}; a text may name its charset.", required=True),
            Property("size", f"How many bytes it has, at most {MOST_BYTES:,}.", Kind.INT, required=True),
            Property("sha256", "The SHA-256 of its content, 64 hexadecimal digits.", required=True),
            Property("audience", "Who may see it; the parties if not said.", values=AUDIENCE.values, choice=AUDIENCE.choice),
        ),
        "Attachment",
        _attach,
    ),
)
