"""`responsibleContacts`: who answers for a matter, why, whether they are there, and who is next.

One statement: what the question names becomes rows that the viewer may see; the rules (`responsibility_rules.py`) find
offices and the contacts there; of each office the fittest come first, who is away is replaced by a deputy; the compiler
adds what is asked of contacts and organisations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from graph_schema import parties, people
from graph_schema.cypher import fill, literal
from graph_schema.formats import ENTRY_NUMBER, HTS_HEADING, HTS_NUMBER, IMPORTER_NUMBER, PORT_CODE, tariff_number
from graph_schema.model import NODE, Kind, Property
from hub.compile.compiler import Arguments, CustomField, Record, RecordOf, Records, RowOf, Sees, Value
from hub.deadlines.business_days import is_holiday
from hub.errors import BadInput
from hub.queries.arguments import first_of
from hub.queries.responsibility_rules import (
    CONTACTS,
    LAST_CONTACT,
    LAST_OFFICE,
    NEXT,
    OFFICES,
    ContactRule,
    NextRule,
    OfficeRule,
    SeenEdge,
)

_MOST: Final = 20
_FEW: Final = 5
_YEARS: Final = range(1900, 2200)
_STATES: Final = ("AVAILABLE", "OUT_OF_HOURS", "HOLIDAY", "AWAY", "VACANT", "HOURS_UNKNOWN", "NO_CONTACT")
_DAYS: Final = literal(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
_ZONES: Final = literal(people.TIME_ZONES)

_ARGUMENTS: Final = (
    Property("importer", "The importer of record number.", format=IMPORTER_NUMBER),
    Property("entryNumber", "An entry number.", format=ENTRY_NUMBER),
    Property("hts", "A tariff number of two to ten digits.", format=HTS_NUMBER),
    Property("port", "A port by its ACE code.", format=PORT_CODE),
    Property("caseKind", "A kind of case by its code, e.g. protest."),
    Property("agency", "A partner agency by its code or ACE code."),
    Property("program", "A trade program by its code, e.g. UFLPA."),
    Property("topic", "A topic by its code, e.g. valuation."),
    Property("at", "When the contact is needed; now if not said.", Kind.DATETIME),
    Property("first", f"How many contacts at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
)


@dataclass(frozen=True, slots=True)
class _Named:
    """What an argument names, as rows that the viewer may see; `seen` fills its slots, in their order, with who may
    see them.
    """

    template: str
    seen: Mapping[str, Callable[[Sees], str]] = field(default_factory=dict[str, Callable[[Sees], str]])

    def clauses(self, sees: Sees) -> str:
        """The clauses that bind these rows."""
        return fill(self.template, **{slot: predicate(sees) for slot, predicate in self.seen.items()})


_NAMED: Final = {
    "importer": _Named(
        """
        OPTIONAL MATCH (importer:Importer {number: $asked.importer}) WHERE {sees_importer}
        OPTIONAL MATCH (importer)-[assigned:ASSIGNED_TO]->(mine:Center)
        WHERE assigned.activeFor IS NOT NULL AND {may}""",
        {
            "sees_importer": lambda sees: sees.row("importer", "Importer"),
            "may": SeenEdge(parties.ASSIGNED_TO, "importer", "mine", "assigned").predicate,
        },
    ),
    "entryNumber": _Named(
        """
        OPTIONAL MATCH (entry:Entry {number: $asked.entryNumber}) WHERE {sees_entry}
        WITH *, COLLECT { MATCH (entry)<-[c:COVERS_ENTRY]-(k:Case) WHERE {sees_case}
          RETURN k ORDER BY c.confirmedAt IS NULL, k.openedAt DESC, k.id } AS spanning
        WITH *, [k IN spanning WHERE k.status <> 'CLOSED'] AS cases,
          head(COLLECT { UNWIND spanning AS k MATCH (k)-[:CONCERNS]->(i:Importer) WHERE {sees_filed}
            RETURN i LIMIT 1 }) AS filed""",
        {
            "sees_entry": lambda sees: sees.row("entry", "Entry"),
            "sees_case": lambda sees: sees.row("k", "Case"),
            "sees_filed": lambda sees: sees.beyond("Case", "importer", "i"),
        },
    ),
    "hts": _Named("""
        OPTIONAL MATCH (heading:HtsHeading {code: $asked.heading})
        OPTIONAL MATCH (chapter:HtsChapter {code: $asked.chapter})"""),
    "port": _Named("""
        WITH *, head(COLLECT { MATCH (code:PortCode {code: $asked.port, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port)
          WHERE (code.validFrom IS NULL OR code.validFrom <= date(at))
            AND (code.validTo IS NULL OR date(at) < code.validTo)
          RETURN p LIMIT 1 }) AS port"""),
    "caseKind": _Named("OPTIONAL MATCH (kind:CaseKind {code: $asked.caseKind})"),
    "agency": _Named(
        """
        WITH *, head(COLLECT {
          MATCH (g:Agency) WHERE g.code = $asked.agency OR g.aceCode = $asked.agency RETURN g
            ORDER BY g.code LIMIT 1 }) AS agency"""
    ),
    "program": _Named("OPTIONAL MATCH (program:Program {code: $asked.program})"),
    "topic": _Named("OPTIONAL MATCH (topic:Topic {code: $asked.topic})"),
}
_NOT_NAMED: Final = {
    "importer": "null AS importer, null AS mine, null AS assigned",
    "entryNumber": "null AS entry, [] AS cases, null AS filed",
    "hts": "null AS heading, null AS chapter",
    "port": "null AS port",
    "caseKind": "null AS kind",
    "agency": "null AS agency",
    "program": "null AS program",
    "topic": "null AS topic",
}

# Of an office, the fittest contacts that the viewer may see: `c`, or its deputy where it is not there and one is.
_FITTEST: Final = """
    WITH c, org, weight, code ORDER BY weight DESC, code
    WITH c, org, sum(weight) AS weight, collect(code) AS codes
    WITH *, {gone_c} AS gone
    WITH *, CASE WHEN gone THEN head(COLLECT {
      MATCH way = (c)-[:DEPUTIZED_BY*1..3]->(d:Contact), (d)-[:WORKS_FOR]->(employer) WHERE d <> c AND NOT {gone_d}
        AND {seen_d}
      RETURN d ORDER BY length(way), d.name, d.id LIMIT 1 }) END AS deputy
    WITH *, gone AND deputy IS NULL AS late ORDER BY late, weight DESC, c.name, c.id
    WITH * WHERE {seen_c}
    RETURN c, deputy, codes, late, weight ORDER BY late, weight DESC, c.name, c.id LIMIT $first"""

# The offices and their teams of which the viewer may see all contacts. Asked once of each, not of contacts: that takes
# Neo4j seconds to plan. A deputy who works elsewhere is named if it is published, or to whoever sees all contacts.
_OPEN: Final = """WITH *, COLLECT {
  UNWIND offices AS o WITH o[0] AS office
  CALL (office) { RETURN office AS org UNION ALL MATCH (office:Center)<-[:PART_OF]-(org:Team) RETURN org }
  WITH org WHERE {open_org} RETURN org
} AS open"""

# Each contact once, where it ranks first; of an office where nobody fits anybody who is there; an office without stands
# for itself.
_RANKED: Final = f"""
WITH *, found + COLLECT {{
  UNWIND [o IN offices WHERE none(a IN found WHERE a[0] = o[0])] AS o
  WITH o, o[0] AS office
  WITH o, head(COLLECT {{ {LAST_CONTACT.cypher} AND NOT {{gone_c}} AND {{seen_c}} RETURN c
    ORDER BY c.name, c.id LIMIT 1 }}) AS c
  RETURN [o[0], o[1], o[2], o[3], c, null, CASE WHEN c IS NULL THEN [] ELSE [{len(CONTACTS)}] END]
}} AS listed
WITH *, COLLECT {{
  UNWIND range(0, size(listed) - 1) AS spot
  WITH spot, listed[spot] AS a
  WITH coalesce(elementId(a[5]), elementId(a[4]), elementId(a[0])) AS whom, min(a[1] * size(listed) + spot) AS place
  RETURN listed[place % size(listed)] ORDER BY place LIMIT $first
}} AS answers"""

_EACH: Final = f"""
UNWIND range(0, size(answers) - 1) AS spot
WITH *, answers[spot] AS answer
WITH *, answer[0] AS office, answer[4] AS named, answer[5] AS deputy, answer[6] AS codes,
  coalesce(answer[5], answer[4]) AS contact
WITH *, CASE WHEN deputy IS NOT NULL THEN named END AS away, CASE WHEN contact.timeZone IS NOT NULL
  THEN datetime({{datetime: at, timezone: {_ZONES}[contact.timeZone]}}) END AS local"""


def _vacant(contact: str) -> str:
    """The post behind that variable is vacant."""
    return f"coalesce({contact}.vacantSince <= at, false)"


def _away(contact: str) -> str:
    """The contact behind that variable has said that they are away."""
    return f"coalesce({contact}.awayFrom <= at AND (at < {contact}.awayUntil OR {contact}.awayUntil IS NULL), false)"


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
    [['no contact of ' + office.name + ' is to be seen here; turn to the office, or to who is next', office]]
  WHEN {_vacant("named")} THEN [['the post is vacant since ' + toString(date(named.vacantSince)), named]]
  WHEN {_away("named")} THEN [['away' + coalesce(' until ' + {_UNTIL}, ''),
    named]]
  ELSE [] END + CASE WHEN deputy IS NULL THEN [] ELSE [['deputy ' + deputy.name, deputy]] END"""

_TIME: Final = "right('0' + toString(local.hour), 2) + ':' + right('0' + toString(local.minute), 2)"
_STATE: Final = f"""CASE WHEN contact IS NULL THEN 'NO_CONTACT' WHEN {_vacant("contact")} THEN 'VACANT'
  WHEN {_away("contact")} THEN 'AWAY'
  WHEN local IS NULL OR contact.opensAt IS NULL OR contact.closesAt IS NULL THEN 'HOURS_UNKNOWN'
  WHEN toString(date(local)) IN $asked.holidays THEN 'HOLIDAY'
  WHEN local.dayOfWeek > 5 OR {_TIME} < contact.opensAt OR {_TIME} >= contact.closesAt THEN 'OUT_OF_HOURS'
  ELSE 'AVAILABLE' END"""
_HOURS: Final = f"contact.opensAt + ' to ' + contact.closesAt + ', Monday to Friday, ' + {_ZONES}[contact.timeZone]"


# The first step of the path is the office's, then what makes the contact fit, then its absence.
_FITS: Final = " ".join(
    f"WHEN {code} THEN [named.name + ' ' + {rule.said}, {rule.about}]"
    for code, rule in enumerate((*CONTACTS, LAST_CONTACT))
)
_STEPS: Final = f"[answer[3]] + [code IN codes | CASE code {_FITS} END] + {_ABSENCE}"


def _start(sees: Sees, given: frozenset[str]) -> str:
    named = [each.clauses(sees) if name in given else f"WITH *, {_NOT_NAMED[name]}" for name, each in _NAMED.items()]
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
        seen_d=_seen(sees, "d", "employer"),
        seen_c=_seen(sees, "c", "org"),
    )
    return "\n".join(
        (
            "WITH *, coalesce($asked.at, now) AS at",
            *named,
            f"WITH *, {closer if offices else '[]'} AS closer",
            f"WITH *, CASE WHEN closer = [] THEN {last} ELSE closer END AS offices",
            opened,
            (
                f"WITH *, COLLECT {{ UNWIND offices AS o WITH *, o[0] AS office CALL (*) {{ CALL (*) {{ {contacts} }}"
                f" {fittest} }}"
            ),
            (
                "RETURN [office, o[1], o[2], o[3], c, deputy, codes] ORDER BY o[1], late, weight DESC, c.name, c.id }"
                " AS found"
            ),
            fill(_RANKED, gone_c=_gone("c"), seen_c=_seen(sees, "c", "org")),
            f"WITH *, {_conflicts(given)} AS conflicts, {_unknown(given)} AS unknown",
        )
    )


def _conflicts(given: frozenset[str]) -> str:
    """What contradicts the answer, and which prevails."""
    if "importer" not in given:
        return "[]"
    conflicts: list[str] = []
    assigned = "importer.number + ' is assigned to ' + mine.code + ' ' + mine.name + ', which prevails'"
    if "hts" in given:
        goods = "CASE WHEN good:HtsHeading THEN 'heading ' ELSE 'chapter ' END + good.code"
        conflicts.append(
            "COLLECT { WITH coalesce(heading, chapter) AS good MATCH (good)-[s:SUGGESTS]->(other:Center) WHERE other"
            f" <> mine RETURN 'goods of ' + {goods} + ' suggest ' + other.code + ' ' + other.name + ' (' + s.confidence"
            f" + '), but importer ' + {assigned} }}"
        )
    if "entryNumber" in given:
        conflicts.append(
            "CASE WHEN filed <> importer THEN ['entry ' + entry.number + ' is of importer ' + filed.number + ', not of"
            " importer ' + importer.number] ELSE [] END"
        )
    return " + ".join(conflicts) or "[]"


def _unknown(given: frozenset[str]) -> str:
    """What was named and is not there, or not for the viewer to see."""
    missing = {
        "importer": "importer IS NULL", "entryNumber": "entry IS NULL", "port": "port IS NULL",
        "caseKind": "kind IS NULL",
        "hts": "chapter IS NULL OR (heading IS NULL AND $asked.heading IS NOT NULL)",
        "agency": "agency IS NULL", "program": "program IS NULL", "topic": "topic IS NULL",
    }  # fmt: skip
    tests = (
        f"CASE WHEN {test} THEN {literal(f'{name} ')} + $asked.{name} END"
        for name, test in missing.items()
        if name in given
    )
    silent = (
        "CASE WHEN program IS NOT NULL AND NOT EXISTS { (program)-[:ANSWERED_BY]->(:Office) } "
        "THEN 'program ' + $asked.program + ': no office is named that answers for it' END"
    )
    found = [*tests, silent] if "program" in given else list(tests)
    return f"[name IN [{', '.join(found)}] WHERE name IS NOT NULL]"


def _next(sees: Sees) -> str:
    each = (f"{rule.cypher} RETURN someone, party, {place} AS place" for place, rule in enumerate(NEXT))
    # of each kind the first by name that the viewer may see and that is there
    there = f"NOT {_gone('someone')} AND {_seen(sees, 'someone', 'employer')}"
    seen = f"OPTIONAL MATCH (someone)-[:WORKS_FOR]->(employer) WITH * WHERE someone IS NULL OR ({there})"
    sorted_ = "WITH place, someone, party ORDER BY place, someone.name, someone.id"
    first = f"{sorted_} WITH place, collect([someone, party])[0] AS first ORDER BY place"
    once = (
        "WITH coalesce(elementId(first[0]), elementId(first[1])) AS whom, collect([place, first[0], first[1]])[0] AS"
        " first"
    )
    given = "WITH *, first[0] AS place, first[1] AS someone, first[2] AS party"
    return f"CALL (*) {{ {' UNION ALL '.join(each)} }} {seen} {first} {once} {given}"


def _supplied(arguments: Arguments) -> Arguments:
    first = first_of(arguments, _FEW, _MOST)
    at = arguments["at"] or datetime.now(UTC)
    if at.year not in _YEARS:
        raise BadInput(f"at: a moment from {_YEARS[0]} to {_YEARS[-1]}")
    days = [at.date() + timedelta(days=days) for days in (-1, 0, 1)]
    hts = arguments["hts"] or ""
    return {
        "first": first,
        "heading": tariff_number(hts, HTS_HEADING),
        "chapter": hts[:2] or None,
        "holidays": [day.isoformat() for day in days if is_holiday(day)],
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
        _text("reason", "The whole reason, in words.",
            "reduce(text = answer[3][0], step IN tail(steps) | text + '; ' + step[0])"),
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
    _ARGUMENTS,
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
    ("first",),
    rows=_MOST,
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
