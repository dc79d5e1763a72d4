"""`responsibleContacts`: who answers for a matter, why, whether they are there, and who is next.

One statement: what the question names becomes rows that the viewer may see (`responsible_named.py`); the rules
(`responsibility_rules.py`, `contact_rules.py`) find offices and the contacts there; of each office the fittest come
first, who is away is replaced by a deputy; the compiler adds what is asked of contacts and organisations.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from graph_schema import people
from graph_schema.cypher import fill, literal
from graph_schema.model import NODE, Kind, Property
from graph_schema.tables import table
from hub.compile.compiler import Arguments, CustomField, Record, RecordOf, Records, RowOf, Sees, Value
from hub.deadlines.business_days import is_holiday
from hub.errors import BadInput
from hub.queries.arguments import first_of
from hub.queries.contact_rules import CONTACTS, LAST_CONTACT, NEXT, OFFICER, ROLES_FOR_ONE_MATTER
from hub.queries.responsibility_rule import ContactRule, NextRule, OfficeRule
from hub.queries.responsibility_rules import LAST_OFFICE, OFFICES
from hub.queries.responsible_named import ARGUMENTS, FEW, MOST, conflicts, named, supplied, unknown

_OTHERS: Final = 2
"""So many contacts are left to other offices than the first, e.g. to the agency that decides."""
_YEARS: Final = range(1900, 2200)
_STATES: Final = ("AVAILABLE", "OUT_OF_HOURS", "HOLIDAY", "AWAY", "VACANT", "HOURS_UNKNOWN", "NO_CONTACT")
_DAYS: Final = literal(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
_ZONES: Final = literal(people.TIME_ZONES)

# What is asked about, by code; and of a contact, whether its role is for one matter alone, and that is not asked about.
_MATTERS: Final = "WITH *, [m IN [kind.code, program.code, topic.code] WHERE m IS NOT NULL] AS matters"
_UNFIT: Final = fill(
    "NOT {officer} IN codes AND c.role <> coalesce(kind.role, '')"
    " AND {roles}[c.role] IS NOT NULL AND none(m IN matters WHERE m IN {roles}[c.role])",
    officer=str(OFFICER),
    roles=literal(ROLES_FOR_ONE_MATTER),
)
# Of an office, the fittest contacts that the viewer may see: `c`, or its deputy where it is not there and one is. Late
# are those who are away (1) or whose post is vacant (2) and who have no deputy.
_FITTEST: Final = """
    WITH c, org, weight, code ORDER BY weight DESC, code
    WITH c, org, sum(weight) AS weight, collect(code) AS codes
    WITH *, {gone_c} AS gone
    WITH *, CASE WHEN gone THEN head(COLLECT {
      MATCH way = (c)-[:DEPUTIZED_BY*1..3]->(d:Contact), (d)-[:WORKS_FOR]->(employer) WHERE d <> c AND NOT {gone_d}
        AND {seen_d}
      RETURN d ORDER BY length(way), d.name, d.id LIMIT 1 }) END AS deputy
    WITH *, CASE WHEN NOT gone OR deputy IS NOT NULL THEN 0 WHEN {vacant_c} THEN 2 ELSE 1 END AS late,
      {unfit} AS unfit ORDER BY late, unfit, weight DESC, c.name, c.id
    WITH * WHERE {seen_c}
    RETURN c, deputy, codes, late, unfit, weight ORDER BY late, unfit, weight DESC, c.name, c.id LIMIT $most"""

# The offices and their teams of which the viewer may see all contacts. Asked once of each, not of contacts: that takes
# Neo4j seconds to plan. A deputy who works elsewhere is named if it is published, or to whoever sees all contacts.
_OPEN: Final = """WITH *, COLLECT {
  UNWIND offices AS o WITH o[0] AS office
  CALL (office) { RETURN office AS org UNION ALL MATCH (office:Center)<-[:PART_OF]-(org:Team) RETURN org }
  WITH org WHERE {open_org} RETURN org
} AS open"""

# Each contact once, where it ranks first; vacant posts without a deputy behind all others. Of an office where nobody
# fits anybody who is there; an office without stands for itself.
_RANKED: Final = f"""
WITH *, found + COLLECT {{
  UNWIND [o IN offices WHERE none(a IN found WHERE a[0] = o[0] AND a[7] < 2)] AS o
  WITH o, o[0] AS office
  WITH o, head(COLLECT {{ {LAST_CONTACT.cypher} AND NOT {{gone_c}} AND {{seen_c}} RETURN c
    ORDER BY c.name, c.id LIMIT 1 }}) AS c
  RETURN [o[0], o[1], o[2], o[3], c, null, CASE WHEN c IS NULL THEN [] ELSE [{len(CONTACTS)}] END, 0]
}} AS listed
WITH *, COLLECT {{
  UNWIND range(0, size(listed) - 1) AS spot
  WITH spot, listed[spot] AS a
  WITH coalesce(elementId(a[5]), elementId(a[4]), elementId(a[0])) AS whom,
    min((a[1] + CASE WHEN a[7] < 2 THEN 0 ELSE {len(OFFICES) + 1} END) * size(listed) + spot) AS place
  RETURN listed[place % size(listed)] ORDER BY place LIMIT $first
}} AS answers"""


def _vacant(contact: str) -> str:
    """The post behind that variable is vacant."""
    return f"coalesce({contact}.vacantSince <= at, false)"


def _away(contact: str) -> str:
    """The contact behind that variable has said that they are away."""
    return f"coalesce({contact}.awayFrom <= at AND (at < {contact}.awayUntil OR {contact}.awayUntil IS NULL), false)"


def _time(moment: str) -> str:
    """The time of day of the moment behind that variable, as hours are kept."""
    return f"right('0' + toString({moment}.hour), 2) + ':' + right('0' + toString({moment}.minute), 2)"


def _with_article(role: str) -> str:
    """The name of a role within a sentence, e.g. an import specialist."""
    words = [word.lower() if word[1:].islower() else word for word in role.split()]
    return f"{'an' if words[0][0] in _VOWELS or words[0] in _SPELLED_OUT else 'a'} {' '.join(words)}"


_VOWELS: Final = "aeiouAEIO"
_SPELLED_OUT: Final = ("FP&F", "R&R")
"""Names that are read letter by letter, and begin with a vowel as they are read."""
_DAYS_AHEAD: Final = 14
_AHEAD: Final = "date(back) + duration({days: ahead})"
_ROLES: Final = literal({row["role"]: _with_article(row["name"]) for row in table("roles")})
_EACH: Final = f"""
UNWIND range(0, size(answers) - 1) AS spot
WITH *, answers[spot] AS answer, {_ROLES} AS roles
WITH *, answer[0] AS office, answer[4] AS named, answer[5] AS deputy, answer[6] AS codes,
  coalesce(answer[5], answer[4]) AS contact
WITH *, CASE WHEN deputy IS NOT NULL THEN named END AS away, CASE WHEN contact.timeZone IS NOT NULL
  THEN datetime({{datetime: at, timezone: {_ZONES}[contact.timeZone]}}) END AS local
WITH *, CASE WHEN local IS NULL OR contact.opensAt IS NULL OR contact.closesAt IS NULL OR {_vacant("contact")} THEN null
  WHEN NOT {_away("contact")} THEN local
  WHEN contact.awayUntil IS NOT NULL
  THEN datetime({{datetime: contact.awayUntil, timezone: {_ZONES}[contact.timeZone]}}) END AS back
WITH *, head([ahead IN range(0, {_DAYS_AHEAD}) WHERE ({_AHEAD}).dayOfWeek < 6
  AND NOT toString({_AHEAD}) IN $asked.holidays AND (ahead > 0 OR {_time("back")} < contact.closesAt)]) AS ahead
WITH *, CASE WHEN ahead = 0 AND {_time("back")} >= contact.opensAt THEN back
  WHEN ahead IS NOT NULL THEN datetime({{date: {_AHEAD}, hour: toInteger(left(contact.opensAt, 2)),
    minute: toInteger(right(contact.opensAt, 2)), timezone: {_ZONES}[contact.timeZone]}}) END AS opens"""


def _gone(contact: str) -> str:
    """Nobody is there under that contact."""
    return f"({_vacant(contact)} OR {_away(contact)})"


def _seen(sees: Sees, contact: str, organisation: str) -> str:
    """The viewer may see the contact, who works for that organisation: as all of an organisation in `open`, or by
    itself.
    """
    return f"({organisation} IN open OR {sees.by_edge('Contact', people.WORKS_FOR, contact, organisation)[1]})"


_UNTIL: Final = f"{_DAYS}[named.awayUntil.dayOfWeek - 1] + ' ' + toString(date(named.awayUntil))"
_ABSENCE: Final = f"""
  CASE WHEN named IS NULL THEN
    [['No contact of ' + office.name + ' is to be seen here. Turn to the office, or to who is next.', office]]
  WHEN {_vacant("named")} THEN [['The post has been vacant since ' + toString(date(named.vacantSince)) + '.', named]]
  WHEN {_away("named")} THEN [['They are away' + coalesce(' until ' + {_UNTIL}, '') + '.', named]]
  ELSE [] END + CASE WHEN deputy IS NULL THEN [] ELSE [[deputy.name + ' stands in for them.', deputy]] END"""

_STATE: Final = f"""CASE WHEN contact IS NULL THEN 'NO_CONTACT' WHEN {_vacant("contact")} THEN 'VACANT'
  WHEN {_away("contact")} THEN 'AWAY'
  WHEN local IS NULL OR contact.opensAt IS NULL OR contact.closesAt IS NULL THEN 'HOURS_UNKNOWN'
  WHEN toString(date(local)) IN $asked.holidays THEN 'HOLIDAY'
  WHEN local.dayOfWeek > 5 OR {_time("local")} < contact.opensAt OR {_time("local")} >= contact.closesAt
  THEN 'OUT_OF_HOURS'
  ELSE 'AVAILABLE' END"""
_HOURS: Final = f"contact.opensAt + ' to ' + contact.closesAt + ', Monday to Friday, ' + {_ZONES}[contact.timeZone]"


# The first step of the path is the office's, then what makes the contact fit, then its absence.
_FITS: Final = " ".join(
    f"WHEN {code} THEN [named.name + ' ' + {rule.said} + '.', {rule.about}]"
    for code, rule in enumerate((*CONTACTS, LAST_CONTACT))
)
_STEPS: Final = f"[answer[3]] + [code IN codes | CASE code {_FITS} END] + {_ABSENCE}"


def _start(sees: Sees, given: frozenset[str]) -> str:
    offices = " UNION ALL ".join(
        f"{rule.clauses(sees)} RETURN office, confidence, step, {place} AS place"
        for place, rule in enumerate(OFFICES)
        if given.issuperset(rule.needs)
    )
    once = (
        "WITH office, place, confidence, step ORDER BY place WITH office, collect([place, confidence, step])[0] AS"
        " first"
    )
    closer = (
        f"COLLECT {{ CALL (*) {{ {offices} }} {once} RETURN [office, first[0], first[1], first[2]] ORDER BY first[0] }}"
    )
    last = f"COLLECT {{ {LAST_OFFICE.clauses(sees)} RETURN [office, {len(OFFICES)}, confidence, step] }}"
    opened = fill(_OPEN, open_org=sees.by_edge("Contact", people.WORKS_FOR, "c", "org")[0])
    contacts = " UNION ALL ".join(
        f"{rule.clauses(sees)} RETURN c, org, {rule.weight} AS weight, {code} AS code"
        for code, rule in enumerate(CONTACTS)
        if given.issuperset(rule.needs)
    )
    fittest = fill(
        _FITTEST,
        gone_c=_gone("c"),
        gone_d=_gone("d"),
        vacant_c=_vacant("c"),
        unfit=_UNFIT,
        seen_d=_seen(sees, "d", "employer"),
        seen_c=_seen(sees, "c", "org"),
    )
    return "\n".join(
        (
            "WITH *, coalesce($asked.at, now) AS at",
            named(sees, given),
            _MATTERS,
            f"WITH *, {closer if offices else '[]'} AS closer",
            f"WITH *, CASE WHEN closer = [] THEN {last} ELSE closer END AS offices",
            opened,
            (
                f"WITH *, COLLECT {{ UNWIND offices AS o WITH *, o[0] AS office CALL (*) {{ CALL (*) {{ {contacts} }}"
                f" {fittest} }}"
            ),
            (
                "RETURN [office, o[1], o[2], o[3], c, deputy, codes, late]"
                " ORDER BY o[1], late, unfit, weight DESC, c.name, c.id }"
                " AS found"
            ),
            fill(_RANKED, gone_c=_gone("c"), seen_c=_seen(sees, "c", "org")),
            f"WITH *, {conflicts(given)} AS conflicts, {unknown(given)} AS unknown",
        )
    )


def _next(sees: Sees) -> str:
    each = (f"{rule.cypher} RETURN someone, party, {place} AS place" for place, rule in enumerate(NEXT))
    # of each kind the first by name that the viewer may see and that is there
    there = f"NOT {_gone('someone')} AND {_seen(sees, 'someone', 'employer')}"
    seen = f"OPTIONAL MATCH (someone)-[:WORKS_FOR]->(employer) WITH * WHERE someone IS NULL OR ({there})"
    sorted_ = (
        f"WITH place, someone, party ORDER BY place, someone.role = {literal(people.DESK)}, someone.name, someone.id"
    )
    first = f"{sorted_} WITH place, collect([someone, party])[0] AS first ORDER BY place"
    once = (
        "WITH coalesce(elementId(first[0]), elementId(first[1])) AS whom, collect([place, first[0], first[1]])[0] AS"
        " first"
    )
    given = "WITH *, first[0] AS place, first[1] AS someone, first[2] AS party"
    return f"CALL (*) {{ {' UNION ALL '.join(each)} }} {seen} {first} {once} {given}"


@lru_cache(maxsize=64)
def _holidays(day: date) -> tuple[str, ...]:
    """The holidays around that day, and for a year: somebody may be away for long."""
    days = (day + timedelta(days=ahead) for ahead in range(-1, 366 + _DAYS_AHEAD))
    return tuple(found.isoformat() for found in days if is_holiday(found))


def _supplied(arguments: Arguments) -> Arguments:
    first = first_of(arguments, FEW, MOST)
    at = arguments["at"] or datetime.now(UTC)
    if at.year not in _YEARS:
        raise BadInput(f"at: a moment from {_YEARS[0]} to {_YEARS[-1]}")
    return {
        **supplied(arguments),
        "first": first,
        "most": max(1, first - _OTHERS),
        "holidays": _holidays(at.date()),
    }


def _text(name: str, doc: str, expression: str, *, required: bool = True) -> Value:
    return Value(Property(name, doc, required=required), expression)


def _names(rules: Sequence[OfficeRule | ContactRule | NextRule]) -> str:
    return literal([rule.name for rule in rules])


def _texts(rules: Sequence[OfficeRule | ContactRule | NextRule]) -> str:
    return literal([rule.text for rule in rules])


_AVAILABILITY: Final = Record(
    "Availability",
    "Whether a contact is there at the moment asked for.",
    (
        Value(Property("state", "How it stands.", required=True, values=_STATES), _STATE),
        Value(
            Property(
                "nextOpening", "When they are at work next; empty where they are now, or nobody knows.", Kind.DATETIME
            ),
            "CASE WHEN opens > at THEN datetime({datetime: opens, timezone: 'Z'}) END",
        ),
        _text(
            "opens",
            "The same in the post's own time, e.g. Friday 2026-11-27 08:00, America/New_York.",
            f"CASE WHEN opens > at THEN {_DAYS}[opens.dayOfWeek - 1] + ' ' + toString(date(opens)) + ' ' +"
            f" {_time('opens')} + ', ' + {_ZONES}[contact.timeZone] END",
            required=False,
        ),
        _text("hours", "The hours of the post, in its own time zone.", _HOURS, required=False),
        Value(
            Property("until", "Until when they are away, where that is known.", Kind.DATETIME),
            f"CASE WHEN {_away('contact')} THEN contact.awayUntil END",
        ),
    ),
)
_STEP: Final = Record(
    "ReasonStep",
    "One step of a reason, and the row one can check it by.",
    (_text("text", "What it says.", "step[0]"), RowOf("node", "The row it speaks of.", NODE, "about")),
)
_NEXT: Final = Record(
    "NextContact",
    "Whom to turn to if a contact does not answer.",
    (
        _text("step", "The name of the rule they were found by.", f"{_names(NEXT)}[place]"),
        _text("text", "Who that is.", f"{_texts(NEXT)}[place]"),
        RowOf(
            "contact",
            "The contact; null where the organisation has none to be seen.",
            "Contact",
            "someone",
            beside=("email", "phone"),
        ),
        RowOf("organisation", "Their organisation.", "Party", "party", required=True),
    ),
)
_CONTACT: Final = Record(
    "ResponsibleContact",
    "A contact that answers for a matter, and why.",
    (
        Value(Property("rank", "1 is the first to turn to.", Kind.INT, required=True), "spot + 1"),
        RowOf("contact", "Whom to turn to; null where no contact of the organisation may be seen.", "Contact",
            "contact",
              beside=("email", "phone", "organisation")),
        RowOf("organisation", "The organisation that answers.", "Party", "office", required=True),
        _text("rule", "The name of the rule by which the organisation answers.",
            f"{_names((*OFFICES, LAST_OFFICE))}[answer[1]]"),
        _text("ruleText", "What that rule says.", f"{_texts((*OFFICES, LAST_OFFICE))}[answer[1]]"),
        _text("within", "The name of the rule by which the contact answers within it.",
              f"{_names((*CONTACTS, LAST_CONTACT))}[codes[0]]", required=False),
        _text("reason", "The whole reason, in sentences.",
            "reduce(text = answer[3][0], step IN tail(steps) | text + ' ' + step[0])"),
        Records("path", "The same step by step, each with the row to check it by.", _STEP,
                lambda _: "UNWIND range(0, size(steps) - 1) AS at_step "
                "WITH *, steps[at_step] AS step WITH *, step[1] AS about",
                "at_step"),
        Value(Property("confidence", "How sure it is: high, medium or low.", required=True), "answer[2]"),
        RecordOf("availability", "Whether they are there.", _AVAILABILITY),
        RowOf("standsInFor", "The contact who is not there, for whom they stand in.", "Contact", "away"),
        Records("next", "Whom to turn to if they do not answer, in that order.", _NEXT, _next, "place"),
    ),
)  # fmt: skip
RESPONSIBLE_CONTACTS: Final = CustomField(
    "responsibleContacts",
    "Who answers for a matter, by whatever is known of it; ranked, each with the reason. Never empty: where nothing "
    "closer is known "
    "or may be seen, the public desk of the right office.",
    ARGUMENTS,
    Record(
        "ResponsibleContacts",
        "Who answers for a matter.",
        (
            Records("contacts", "The contacts, the first to turn to first.", _CONTACT,
                    lambda _: f"{_EACH} WITH *, {_STEPS} AS steps", "spot"),
            Value(Property("conflicts", "What speaks against the answer, and what prevails.", Kind.STRINGS,
                required=True), "conflicts"),
            Value(Property("unknown", "What was named and leads nowhere: mistyped, not yours to see, or a program for"
                           " which no office is named.",
                           Kind.STRINGS, required=True), "unknown"),
        ),
    ),
    _start,
    _supplied,
    ("first", "most"),
    rows=MOST,
)  # fmt: skip

ROUTE: Final = replace(
    RESPONSIBLE_CONTACTS,
    name="route",
    record=Record(
        "Route",
        "The offices that answer for a matter.",
        (
            Records(
                "contacts",
                "The contacts' offices, the first to turn to first.",
                Record(
                    "RouteOffice",
                    "An office, by Neo4j's own id, and the words of the rule by which it answers, which name nobody.",
                    (
                        _text("office", "The office.", "elementId(office)"),
                        _text("because", "Why it answers.", f"{_texts((*OFFICES, LAST_OFFICE))}[answer[1]]"),
                    ),
                ),
                lambda _: _EACH,
                "spot",
            ),
        ),
    ),
)
"""The same question for a verb that only asks which office answers."""
