"""What `responsibleContacts` is asked by: its arguments, and the rows that they name, as far as the viewer sees them.

A case that is named brings its importer, kind, port, goods and program with it, where those are not named themselves.
What people have in hand, e.g. a form, is first read as what it names (`in_hand.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph_schema import goods, parties
from graph_schema.cypher import fill, literal
from graph_schema.formats import (
    CASE_NUMBER,
    ENTRY_NUMBER,
    HTS_HEADING,
    HTS_NUMBER,
    IMPORTER_NUMBER,
    social_security,
    tariff_number,
)
from graph_schema.model import Kind, Property
from graph_schema.words import cut
from hub.compile.compiler import Arguments, Sees
from hub.errors import BadInput
from hub.queries import in_hand
from hub.queries.responsibility_rule import SeenEdge

MOST: Final = 20
FEW: Final = 5
ARGUMENTS: Final = (
    Property("case", "A case by its number.", format=CASE_NUMBER),
    Property("form", "A form or notice as you call it, e.g. CBP 28, 7501 or seizure notice."),
    Property(
        "number",
        "The number on it, of whatever kind: of a case, a protest, a seizure, a detention, a bill, an entry.",
    ),
    Property("importer", "The importer of record number.", format=IMPORTER_NUMBER),
    Property("entryNumber", "An entry number.", format=ENTRY_NUMBER),
    Property("hts", "A tariff number of two to ten digits.", format=HTS_NUMBER),
    Property("goods", "The goods in words, where you know no tariff number."),
    Property("port", "A port by its ACE code or its name, e.g. 2704, Laredo or JFK."),
    Property("caseKind", "A kind of case by its code, e.g. protest."),
    Property("agency", "A partner agency or its office, by code, name or initials, e.g. FDA or APHIS Miami."),
    Property("program", "A trade program by its code, e.g. UFLPA."),
    Property("topic", "A topic by its code, e.g. valuation."),
    Property("at", "When the contact is needed; now if not said.", Kind.DATETIME),
    Property("first", f"How many contacts at most: 1 to {MOST}, {FEW} if not said.", Kind.INT),
)


_HEADINGS: Final = literal(goods.HEADING.text_index)
_MOST_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class _Named:
    """What arguments name, as rows that the viewer may see; `seen` fills its slots, in their order, with who may see
    them. `nothing` binds the same where none of these arguments may be given.
    """

    arguments: tuple[str, ...]
    template: str
    nothing: str
    seen: Mapping[str, Callable[[Sees], str]] = field(default_factory=dict[str, Callable[[Sees], str]])

    def clauses(self, sees: Sees, given: frozenset[str]) -> str:
        """The clauses that bind these rows."""
        if given.isdisjoint(self.arguments):
            return f"WITH *, {self.nothing}"
        return fill(self.template, **{slot: predicate(sees) for slot, predicate in self.seen.items()})


def _or_of_case(argument: str, named: str, found: str, row: str, otherwise: str = "null") -> str:
    """A row as it is named, or else that of the case: `row`, at the end of the pattern `found`."""
    return (
        f"WITH *, CASE WHEN $asked.{argument} IS NOT NULL THEN {named} WHEN matter IS NULL THEN {otherwise}"
        f" ELSE head(COLLECT {{ MATCH (matter){found} RETURN {row} ORDER BY {row}.code LIMIT 1 }}) END"
    )


_NAMED: Final = (
    _Named(
        ("case", "number", "entryNumber"),
        # the rule of cases stands here once: it is long
        """
        OPTIONAL MATCH (entry:Entry {number: $asked.entry}) WHERE {sees_entry}
        WITH *, COLLECT {
          CALL (*) { MATCH (k:Case {number: $asked.matter}) RETURN k, 0 AS way, false AS less
            UNION ALL MATCH (told:CbpNumber {code: $asked.cbpNumber})-[:NUMBER_OF]->(k:Case) WHERE {sees_told}
              RETURN k, 1 AS way, k.status = 'CLOSED' AS less
            UNION ALL MATCH (entry)<-[c:COVERS_ENTRY]-(k:Case) RETURN k, 2 AS way, c.confirmedAt IS NULL AS less }
          WITH k, way, less WHERE {sees_case}
          RETURN [way, k] ORDER BY way, less, k.openedAt DESC, k.id } AS known
        WITH *, head([each IN known WHERE each[0] < 2 | each[1]]) AS matter,
          [each IN known WHERE each[0] = 2 | each[1]] AS spanning
        WITH *, [k IN spanning WHERE k.status <> 'CLOSED'] AS cases,
          head(COLLECT { UNWIND spanning AS k MATCH (k)-[:CONCERNS]->(i:Importer) WHERE {sees_filed}
            RETURN i LIMIT 1 }) AS filed,
          head(COLLECT { MATCH (matter)-[:CONCERNS]->(i:Importer) WHERE {sees_its} RETURN i LIMIT 1 }) AS its""",
        "null AS matter, null AS its, null AS entry, [] AS cases, null AS filed",
        {
            "sees_entry": lambda sees: sees.row("entry", "Entry"),
            "sees_told": lambda sees: sees.row("told", "CbpNumber"),
            "sees_case": lambda sees: sees.row("k", "Case"),
            "sees_filed": lambda sees: sees.beyond("Case", "importer", "i"),
            "sees_its": lambda sees: sees.beyond("Case", "importer", "i"),
        },
    ),
    _Named(
        ("importer", "case", "number"),
        """
        OPTIONAL MATCH (account:Importer {number: $asked.importer}) WHERE {sees_importer}
        WITH *, CASE WHEN $asked.importer IS NOT NULL THEN account ELSE its END AS importer
        OPTIONAL MATCH (importer)-[assigned:ASSIGNED_TO]->(mine:Center)
        WHERE assigned.activeFor IS NOT NULL AND {may}""",
        "null AS importer, null AS mine, null AS assigned",
        {
            "sees_importer": lambda sees: sees.row("account", "Importer"),
            "may": SeenEdge(parties.ASSIGNED_TO, "importer", "mine", "assigned").predicate,
        },
    ),
    _Named(
        ("hts", "goods", "case", "number"),
        f"""
        WITH *, CASE WHEN $asked.hts IS NULL THEN head(COLLECT {{ UNWIND $asked.goodsWords AS words
            CALL db.index.fulltext.queryNodes({_HEADINGS}, words) YIELD node, score
            RETURN node.code ORDER BY score DESC, node.code LIMIT 1 }}) END AS inWords
        WITH *, CASE WHEN $asked.hts IS NULL AND $asked.goods IS NULL THEN head(COLLECT {{
          MATCH (matter)-[:UNDER]->(h:HtsHeading)
          RETURN h.code ORDER BY h.code LIMIT 1 }}) ELSE inWords END AS goodsCode
        OPTIONAL MATCH (heading:HtsHeading {{code: coalesce($asked.heading, goodsCode)}})
        OPTIONAL MATCH (chapter:HtsChapter {{code: coalesce($asked.chapter, left(goodsCode, 2))}})""",
        "null AS heading, null AS chapter",
    ),
    _Named(
        ("port", "case", "number"),
        """
        WITH *, head(COLLECT { MATCH (code:PortCode {code: $asked.portCode, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port)
          WHERE (code.validFrom IS NULL OR code.validFrom <= date(at))
            AND (code.validTo IS NULL OR date(at) < code.validTo)
          RETURN p LIMIT 1 }) AS coded
        """
        + _or_of_case(
            "port",
            "coded",
            "-[:AT]->(p:Port)",
            "p",
            "coded",
        )
        + " AS port",
        "null AS port",
    ),
    _Named(
        ("caseKind", "form", "case", "number"),
        "OPTIONAL MATCH (sort:CaseKind {code: $asked.kindCode}) "
        + _or_of_case("caseKind", "sort", "-[:OF_KIND]->(k:CaseKind)", "k", "sort")
        + " AS kind",
        "null AS kind",
    ),
    _Named(
        ("agency", "form"),
        """
        WITH *, head(COLLECT {
          MATCH (g:Agency) WHERE g.code = $asked.agencyCode OR g.aceCode = $asked.agencyCode RETURN g
            ORDER BY g.code LIMIT 1 }) AS agency
        OPTIONAL MATCH (agencyOffice:AgencyOffice {code: $asked.agencyOffice})""",
        "null AS agency, null AS agencyOffice",
    ),
    _Named(
        ("program", "case", "number"),
        "OPTIONAL MATCH (law:Program {code: $asked.program}) "
        + _or_of_case("program", "law", "-[:TAGGED]->(t:Program)", "t")
        + " AS program",
        "null AS program",
    ),
    _Named(("topic",), "OPTIONAL MATCH (topic:Topic {code: $asked.topic})", "null AS topic"),
)


def supplied(arguments: Arguments) -> Arguments:
    """What follows from the arguments alone: what they are looked for by. Raises `BadInput`."""
    for name in ("form", "number", "goods", "port", "agency"):
        text = arguments[name] or ""
        if len(text) > _MOST_CHARACTERS:
            raise BadInput(f"{name}: at most {_MOST_CHARACTERS} characters")
        if social_security(text):
            raise BadInput(
                f"{name}: a Social Security number is not taken; say what it is about, e.g. by an entry number"
            )
    form = in_hand.form(arguments["form"]) if arguments["form"] else None
    number = in_hand.number(arguments["number"]) if arguments["number"] else in_hand.NO_NUMBER
    hts, port = arguments["hts"] or "", arguments["port"]
    agency = in_hand.agency(arguments["agency"]) if arguments["agency"] else None
    words = [word.folded for word in cut(arguments["goods"] or "")]
    return {
        "matter": arguments["case"] or number.case,
        "cbpNumber": number.code,
        "entry": arguments["entryNumber"] or number.entry,
        "heading": tariff_number(hts, HTS_HEADING),
        "chapter": hts[:2] or None,
        "goodsWords": [" AND ".join(words)] if words else [],
        "portCode": in_hand.port(port) if port else number.port,
        "kindOfForm": form.kind if form else None,
        "kindCode": arguments["caseKind"] or (form.kind if form else number.kind),
        "agencyCode": agency.code if agency else (form.agency if form else None),
        "agencyOffice": agency.office if agency else None,
    }


def named(sees: Sees, given: frozenset[str]) -> str:
    """The clauses that bind what is named, by the arguments that may be given."""
    return "\n".join(each.clauses(sees, given) for each in _NAMED)


_MISSING: Final = {
    "case": "matter IS NULL",
    "number": "matter IS NULL AND entry IS NULL AND $asked.portCode IS NULL",
    "form": "$asked.kindOfForm IS NULL", "goods": "heading IS NULL",
    "importer": "importer IS NULL", "entryNumber": "entry IS NULL", "port": "port IS NULL",
    "caseKind": "kind IS NULL",
    "hts": "chapter IS NULL OR (heading IS NULL AND $asked.heading IS NOT NULL)",
    "agency": "agency IS NULL", "program": "program IS NULL", "topic": "topic IS NULL",
}  # fmt: skip


def unknown(given: frozenset[str]) -> str:
    """The expression for what was named and is not there, or not for the viewer to see."""
    tests = [
        f"CASE WHEN {test} THEN {literal(f'{name} ')} + $asked.{name} END"
        for name, test in _MISSING.items()
        if name in given
    ]
    silent = (
        "CASE WHEN program IS NOT NULL AND NOT EXISTS { (program)-[:ANSWERED_BY]->(:Office) } "
        "THEN 'program ' + $asked.program + ': no office is named that answers for it' END"
    )
    found = [*tests, silent] if "program" in given else tests
    return f"[name IN [{', '.join(found)}] WHERE name IS NOT NULL]"


def conflicts(given: frozenset[str]) -> str:
    """The expression for what contradicts the answer, and which prevails."""
    if "importer" not in given:
        return "[]"
    found: list[str] = []
    assigned = "importer.number + ' is an account of ' + mine.name + ', which prevails.'"
    if "hts" in given:
        goods = "CASE WHEN good:HtsHeading THEN 'heading ' ELSE 'chapter ' END + good.code"
        found.append(
            "COLLECT { WITH coalesce(heading, chapter) AS good WHERE"
            " ($asked.hts IS NOT NULL OR $asked.goods IS NOT NULL)"
            " MATCH (good)-[s:SUGGESTS]->(other:Center) WHERE other"
            f" <> mine RETURN 'Goods of ' + {goods} + ' suggest ' + other.name + ', but importer ' + {assigned} }}"
        )
    if "entryNumber" in given:
        found.append(
            "CASE WHEN filed <> importer THEN ['Entry ' + entry.number + ' is of importer ' + filed.number + ', not of"
            " importer ' + importer.number + '.'] ELSE [] END"
        )
    return " + ".join(found) or "[]"
