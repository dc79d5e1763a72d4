"""`audiencePreview`: whom a message reaches, before it goes: counts by kind of party, and those that one may see.

How many others there are is told in steps of as many as a figure about others tells of at the least: so nobody finds
out by narrow audiences whether one importer has, say, a case of some kind.
"""

from typing import Any, Final

from graph_schema import cypher
from graph_schema.audiences import recipients
from graph_schema.model import Kind, Property
from graph_schema.parties import PARTY
from hub.compile.compiler import CustomField, Record, Records, RowOf, Sees, Value
from hub.queries.arguments import Arguments, first_of
from hub.queries.shared_issues import LEAST

_FEW: Final = 10
_MOST: Final = 100
_HIDDEN: Final = ("Importer", "Firm")
"""The kinds of party of which a viewer does not see all."""

_START: Final = """
OPTIONAL MATCH (m:Message {id: $asked.message})-[:ISSUED_BY]->(sender) WHERE {sees} AND (seesAll OR sender IN myParties)
WITH *, coalesce(head(COLLECT { MATCH (s:Sharing {id: 'sharing'}) RETURN s.least }), {least}) AS least
CALL (*) {
  CALL (m, now) {
    MATCH (m)-[:ADDRESSED_TO]->(audience)
    CALL (audience, now) { {recipients} }
    RETURN party, min(audience.name) AS why
  }
  WITH party, why, {sees_party} AS seen, head([kind IN labels(party) WHERE kind IN {kinds}]) AS kind
  WITH * ORDER BY kind, party.name, elementId(party)
  WITH kind, count(*) AS all_, collect(CASE WHEN seen THEN [party, why] END) AS seen_
  RETURN collect({kind: kind, seen: size(seen_), others: all_ - size(seen_)}) AS kinds,
    reduce(every = [], some IN collect(seen_) | every + some) AS reached
}"""


def _start(sees: Sees, _: Any) -> str:
    hidden = " AND ".join(f"(NOT party:{label} OR {sees.row('party', label)})" for label in _HIDDEN)
    return cypher.fill(
        _START, sees=f"({sees.row('m', 'Message')})", least=cypher.literal(LEAST), recipients=recipients(),
        sees_party=f"({hidden})", kinds=cypher.literal(PARTY.labels),
    )  # fmt: skip


def _supplied(arguments: Arguments) -> Arguments:
    return {"first": first_of(arguments, _FEW, _MOST)}


_KIND: Final = Record(
    "AudienceKindCount",
    "How many parties of a kind a message reaches.",
    (
        Value(Property("kind", "The kind of party.", required=True), "one.kind"),
        Value(Property("count", "How many of them you may see.", Kind.INT, required=True), "one.seen"),
        Value(
            Property(
                "others",
                "How many others, rounded down to a multiple of `leastParties`; 0 where they are fewer.",
                Kind.INT,
                required=True,
            ),
            "one.others / least * least",
        ),
    ),
)
_REACHED: Final = Record(
    "ReachedParty",
    "A party that a message reaches.",
    (
        RowOf("party", "The party.", "Party", "party", required=True),
        Value(Property("why", "The audience that it is in, in words; the first, of several.", required=True), "why"),
    ),
)
AUDIENCE_PREVIEW: Final = CustomField(
    "audiencePreview",
    "Whom a message of your office would reach at this moment, if it were published: how many, by kind of party, and"
    " the first of those that you may see. Each counts once, however many audiences it is in.",
    (
        Property("message", "The message, by its id.", required=True),
        Property("first", f"How many parties at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "AudiencePreview",
        "Whom a message would reach.",
        (
            RowOf("message", "The message; null where your office has no such message.", "Message", "m"),
            Value(
                Property("leastParties", "In steps of so many others are counted.", Kind.INT, required=True), "least"
            ),
            Records(
                "kinds", "How many, by kind of party.", _KIND, lambda _: "UNWIND kinds AS one", "one.kind"
            ),
            Records(
                "reached", "The first of those that you may see.", _REACHED,
                lambda _: "UNWIND reached[..$first] AS each WITH *, each[0] AS party, each[1] AS why",
                "party.name, elementId(party)",
            ),
        ),
    ),
    _start,
    _supplied,
    ("first",),
    rows=_MOST * 5,
)  # fmt: skip
