"""`windows`: what may still be filed for which entry, and until when, for importers and their brokers.

The windows of an entry follow from what all cases of its importer say (`hub.deadlines.windows`). They are kept with
each of the cases; of an entry, those of the case that was written last count. The question reads them, and says where a
case that uses one is open already.
"""

from typing import Any, Final

from graph_schema import cypher
from graph_schema.desk import TODAY
from graph_schema.formats import ENTRY_NUMBER, IMPORTER_NUMBER
from graph_schema.model import Kind, Property
from hub.compile.compiler import CustomField, Record, Records, RowOf, Sees, Value
from hub.errors import BadInput
from hub.queries.arguments import Arguments, first_of

_FEW: Final = 50
_MOST: Final = 500
_DAYS: Final = 90
_MOST_DAYS: Final = 3_660

# of an entry that several cases cover, the case that was written last tells; where it is not known which one that was,
# the one with the latest day
_START: Final = """
WITH *, {today} AS today
CALL (*) {
  UNWIND myClients AS i
  WITH i WHERE $asked.importer IS NULL OR i.number = $asked.importer
  MATCH (i)<-[:CONCERNS]-(k:Case) WHERE k.windows IS NOT NULL AND {sees_case}
  UNWIND k.windows AS text
  WITH i, k, split(text, '|') AS parts
  WITH i, k, parts, CASE WHEN parts[0] <> '' THEN date(parts[0]) END AS until
  WHERE (until IS NULL OR (today <= until AND until <= today + duration({days: $asked.within})))
    AND ($asked.entry IS NULL OR parts[3] = $asked.entry)
  MATCH (e:Entry {number: parts[3]}) WHERE {sees_entry} AND NOT EXISTS {
    MATCH (e)<-[:COVERS_ENTRY]-(later:Case)-[:CONCERNS]->(i)
    WHERE coalesce(later.windowsTurn, 0) > coalesce(k.windowsTurn, 0) }
  MATCH (c:Clock {id: parts[4], window: true})
  // the case that tells the day may be listed by no system any more
  OPTIONAL MATCH (told:Case {id: parts[5]})
  WITH *, coalesce(told, k) AS t WHERE {sees_teller}
  WITH i, t AS k, e, c, until, date(parts[1]) AS since, parts[2] AS event ORDER BY since DESC, k.id
  WITH i, e, c, head(collect({case: k, until: until, since: since, event: event})) AS told
  ORDER BY told.until, e.number, c.id
  WITH collect({importer: i, entry: e, clock: c, told: told}) AS all_
  RETURN all_[..coalesce($asked.first, {few})] AS open, size(all_) AS number
}"""
_EACH: Final = """UNWIND open AS one
WITH *, one.importer AS i, one.entry AS e, one.clock AS c, one.told.case AS k, one.told.until AS until,
  one.told.since AS since, one.told.event AS event
CALL (*) {
  OPTIONAL MATCH (e)<-[:COVERS_ENTRY]-(o:Case)-[:OF_KIND]->(:CaseKind {code: head(split(c.id, ' '))})
  WHERE o.status <> 'CLOSED' AND {sees_other}
  WITH o ORDER BY o.openedAt, o.id LIMIT 1 RETURN o }"""
_UNCONFIRMED: Final = (
    "any(text IN coalesce(k.datesToConfirm, []) WHERE text IN [event + ' ' + toString(since),"
    " event + ' ' + toString(since) + ' ' + e.number])"
)


def _value(name: str, doc: str, expression: str, kind: Kind = Kind.STRING) -> Value:
    return Value(Property(name, doc, kind, required=True), expression)


def _known(name: str, doc: str, expression: str, kind: Kind) -> Value:
    return Value(Property(name, doc, kind), expression)


def _start(sees: Sees, _: Any) -> str:
    case, entry, teller = (f"({sees.row(*of)})" for of in (("k", "Case"), ("e", "Entry"), ("t", "Case")))
    return cypher.fill(_START, today=TODAY, few=str(_FEW), sees_case=case, sees_entry=entry, sees_teller=teller)


def _each(sees: Sees) -> str:
    return cypher.fill(_EACH, sees_other=f"({sees.row('o', 'Case')})")


def _supplied(arguments: Arguments) -> Arguments:
    within = _DAYS if arguments["within"] is None else arguments["within"]
    if not 0 <= within <= _MOST_DAYS:
        raise BadInput(f"within: 0 to {_MOST_DAYS} days")
    return {"first": first_of(arguments, _FEW, _MOST), "within": within}


_WINDOW: Final = Record(
    "FilingWindow",
    "What may still be filed for an entry.",
    (
        _known("until", "The last day; null while it is not known, as before a liquidation is scheduled.", "until",
               Kind.DATE),
        _known("daysLeft", "How many days are left, where that is known.", "duration.inDays(today, until).days",
               Kind.INT),
        _value("name", "What may be filed, e.g. Protest: file.", "c.name"),
        _value("since", "The day that it runs from.", "since", Kind.DATE),
        _value("event", "What happened on that day, by its code, e.g. liquidated.", "event"),
        _value("unconfirmed", "Whether that day is what a party told, and nobody has confirmed.", _UNCONFIRMED,
               Kind.BOOLEAN),
        RowOf("entry", "The entry.", "Entry", "e", required=True),
        RowOf("importer", "Whose entry it is.", "Importer", "i", required=True),
        RowOf("clock", "The clock, with the law and what meets it.", "Clock", "c", required=True),
        RowOf("case", "The case that tells the day.", "Case", "k", required=True),
        RowOf("openCase", "A case of that kind that is open for the entry already; null where there is none.", "Case",
              "o"),
    ),
)  # fmt: skip

WINDOWS: Final = CustomField(
    "windows",
    "What may still be filed for entries of yours and of your clients, and until when: corrections, protests, drawback,"
    " the summons after a denied protest, and what else has a window. From the days that all cases of an importer say"
    " of its entries, put together. What was filed is left out, unless it may be filed again. A window whose last day"
    " is not known is told last, whatever `within` says.",
    (
        Property("within", f"How many days are looked ahead: 0 to {_MOST_DAYS}, {_DAYS} if not said.", Kind.INT),
        Property("importer", "Of this importer alone.", format=IMPORTER_NUMBER),
        Property("entry", "Of this entry alone.", format=ENTRY_NUMBER),
        Property("first", f"How many at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "FilingWindows",
        "What may still be filed.",
        (
            _value("today", "The day in Washington.", "today", Kind.DATE),
            _value("count", "How many there are.", "number", Kind.INT),
            Records("rows", "The first of them, the first to close first.", _WINDOW, _each,
                    "one.told.until, one.entry.number, one.clock.id"),
        ),
    ),
    _start,
    _supplied,
    rows=_MOST,
)  # fmt: skip
