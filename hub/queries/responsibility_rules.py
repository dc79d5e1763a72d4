"""Who is responsible: the rules, each with its name, its words, its Cypher and an example by which it is tested.

A question names parties and matters. The first rules find the offices that answer it, the next the contacts there, the
last who is next if those do not answer. All speak of what the question named, under these variables, null where it
named nothing or what may not be seen: `importer` and its Center, `mine`, by the assignment `assigned`; `entry`, `cases`
and `filed` (the open cases that span the entry, and the importer of one that does); `heading` and `chapter`; `port`,
`kind`, `agency`, `program`, `topic`. A rule takes part where all that it `needs` was given. Where it walks an edge that
not everybody may see, its slot `{may}` asks whether the viewer may see `edge`.

To add a rule, put it where it ranks. Nothing else need be touched: its example is part of the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from graph_schema import cases, parties, people
from graph_schema.cypher import fill, slots_of
from graph_schema.model import Edge
from hub.compile.compiler import Sees


@dataclass(frozen=True, slots=True)
class SeenEdge:
    """An edge of the graph between two variables, and the variable of the edge."""

    edge: Edge
    tail: str
    head: str
    variable: str

    def predicate(self, sees: Sees) -> str:
        """The predicate that the viewer may see it."""
        return sees.edge(self.edge, self.tail, self.head, self.variable)


def _check(name: str, template: str, edge: SeenEdge | None) -> None:
    """Raises `ValueError` for a rule whose Cypher and whose edge do not fit."""
    if slots_of(template) != (frozenset() if edge is None else {"may"}):
        raise ValueError(f"rule {name}: it has the slot {{may}} and an `edge`, or neither")


def _clauses(template: str, edge: SeenEdge | None, sees: Sees) -> str:
    return template if edge is None else fill(template, may=edge.predicate(sees))


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the rule answers, on a graph that the Cypher in `given` adds to the examples' own; by whom is
    `answer`.

    `answer` is the id of a contact, or the key of an office that has none.
    """

    asked: Mapping[str, str]
    answer: str
    given: LiteralString = ""


@dataclass(frozen=True, slots=True)
class OfficeRule:
    """How the office that answers is found.

    The Cypher binds `office`, `confidence` and `step`: a text and the row it speaks of.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    cypher: LiteralString
    example: Example
    edge: SeenEdge | None = None

    def __post_init__(self) -> None:
        _check(self.name, self.cypher, self.edge)

    def clauses(self, sees: Sees) -> str:
        """The Cypher for what the viewer may see."""
        return _clauses(self.cypher, self.edge, sees)


@dataclass(frozen=True, slots=True)
class ContactRule:
    """Who in the office.

    The Cypher binds `c`, a contact of `office`; what makes it fit is said of it by `said`, about the row `about`.

    Weights add up: who covers both chapter and kind comes before who covers one of them.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    weight: int
    cypher: LiteralString
    said: LiteralString
    about: LiteralString
    example: Example
    edge: SeenEdge | None = None

    def __post_init__(self) -> None:
        _check(self.name, self.cypher, self.edge)

    def clauses(self, sees: Sees) -> str:
        """The Cypher for what the viewer may see."""
        return _clauses(self.cypher, self.edge, sees)


@dataclass(frozen=True, slots=True)
class NextRule:
    """Who is next.

    The Cypher binds `someone`, a contact or null, and `party`, the organisation, from `contact` (or null) and `office`.
    """

    name: str
    text: str
    cypher: LiteralString
    example: Example


_BASIS: Final = "a.basis + CASE WHEN a.confidence STARTS WITH 'unverified' THEN '; unverified' ELSE '' END"
"""On what rests that an office answers, and whether nobody has checked that."""
_BY_PORT: Final = (
    "kind.name + ': answered by the port' + CASE kind.confidence WHEN 'unverified' THEN ' (unverified)' ELSE '' END"
)

_FIRST: Final = "', asked before the Center' + CASE topic.confidence WHEN 'unverified' THEN ' (unverified)' ELSE '' END"

_SUGGESTED: Final = """
    MATCH (good)-[s:SUGGESTS]->(office:Center)
    WITH office, s, good, CASE WHEN good:HtsHeading THEN 'heading ' ELSE 'chapter ' END + good.code AS goods"""

OFFICES: Final = (
    OfficeRule(
        "case-owner",
        "Whoever owns the open case that spans the entry answers.",
        ("entryNumber",),
        """
        UNWIND cases AS k
        MATCH (k)-[:HANDLED_BY]->(office)
        WITH office, 'high' AS confidence,
          ['entry ' + entry.number + ' is in case ' + k.number + ', ' + toLower(k.status) + ', which '
             + office.name + ' handles', k] AS step
        """,
        Example({"entryNumber": "AAA-0000001-4"}, "desk-2704"),
    ),
    OfficeRule(
        "agency",
        "A question for a partner agency goes to that agency.",
        ("agency",),
        "WITH agency AS office, 'high' AS confidence, ['the question is for ' + agency.name, agency] AS step WHERE"
        " office IS NOT NULL",
        Example({"agency": "FDA"}, "desk-fda"),
    ),
    OfficeRule(
        "kind-office",
        "Some kinds of case are decided by a headquarters office.",
        ("caseKind",),
        f"""
        MATCH (kind)-[a:ANSWERED_BY]->(office:Office) WHERE kind.answeredBy = 'office'
        WITH office, 'high' AS confidence,
          [kind.name + ': answered by ' + office.name + ' (' + {_BASIS} + ')', kind] AS step
        """,
        Example({"caseKind": "eapa", "importer": "11-1111111AA"}, "desk-eapa"),
    ),
    OfficeRule(
        "kind-port",
        "Release, examination and penalties stay with the port.",
        ("caseKind", "port"),
        f"""
        WITH port AS office, 'high' AS confidence, [{_BY_PORT}, kind] AS step
        WHERE office IS NOT NULL AND kind.answeredBy = 'port'
        """,
        Example({"caseKind": "detention", "port": "2704", "importer": "11-1111111AA"}, "desk-2704"),
    ),
    OfficeRule(
        "kind-port-of-entry",
        "The same, at the ports where the entry was filed.",
        ("caseKind", "entryNumber"),
        f"""
        MATCH (entry)-[e:AT]->(office:Port) WHERE kind.answeredBy = 'port' AND {{may}}
        WITH office, 'high' AS confidence,
          [{_BY_PORT} + '; entry ' + entry.number + ' was filed at '
             + office.name, entry] AS step
        """,
        Example({"caseKind": "detention", "entryNumber": "AAA-0000002-2"}, "desk-4601"),
        SeenEdge(cases.ENTRY_AT, "entry", "office", "e"),
    ),
    OfficeRule(
        "kind-port-of-importer",
        "The same, at the ports the importer enters at.",
        ("caseKind", "importer"),
        f"""
        MATCH (importer)-[e:ENTERS_AT]->(office:Port)
        WHERE kind.answeredBy = 'port' AND port IS NULL AND {{may}}
        WITH office, 'medium' AS confidence,
          [{_BY_PORT} + '; importer ' + importer.number + ' enters at '
             + office.name, importer] AS step
        """,
        Example({"caseKind": "penalty", "importer": "11-1111111AA"}, "penalties-2704"),
        SeenEdge(parties.ENTERS_AT, "importer", "office", "e"),
    ),
    OfficeRule(
        "topic-before-center",
        "Some topics are a headquarters office's, whatever Center an importer has or its goods suggest.",
        ("topic",),
        f"""
        MATCH (topic)-[a:ANSWERED_BY]->(office:Office) WHERE topic.beforeCenter
        WITH office, 'medium' AS confidence,
          [topic.name + ': ' + office.name + ' (' + {_BASIS} + ')' + {_FIRST}, topic] AS step
        """,
        Example({"topic": "evasion", "importer": "11-1111111AA"}, "desk-eapa"),
    ),
    OfficeRule(
        "own-center",
        "The Center an importer is assigned to answers for its account, whatever its goods suggest.",
        ("importer",),
        """
        WITH mine AS office, 'high' AS confidence,
          ['importer ' + importer.number + ' is assigned to ' + mine.code + ' ' + mine.name
             + ' since ' + toString(date(assigned.since)), importer] AS step WHERE office IS NOT NULL
        """,
        Example({"importer": "11-1111111AA"}, "desk-007"),
    ),
    OfficeRule(
        "entry-center",
        "The Center of the importer whose entry it is.",
        ("entryNumber",),
        """
        MATCH (filed)-[a:ASSIGNED_TO]->(office:Center) WHERE a.activeFor IS NOT NULL AND {may}
        WITH office, 'high' AS confidence,
          ['entry ' + entry.number + ' is of importer ' + filed.number + ', assigned to ' + office.code
             + ' ' + office.name + ' since ' + toString(date(a.since)), filed] AS step
        """,
        Example({"entryNumber": "AAA-0000002-2"}, "desk-007"),
        SeenEdge(parties.ASSIGNED_TO, "filed", "office", "a"),
    ),
    OfficeRule(
        "not-eligible",
        "An importer that is not Center-eligible is served by the ports it enters at.",
        ("importer",),
        """
        MATCH (importer)-[e:ENTERS_AT]->(office:Port)
        WHERE importer.centerStatus = 'NOTELG' AND (port IS NULL OR office = port) AND {may}
        WITH office, 'high' AS confidence, ['importer ' + importer.number + ' is not Center-eligible; it enters at '
             + office.name, importer] AS step
        """,
        Example({"importer": "22-2222222AA"}, "desk-4601"),
        SeenEdge(parties.ENTERS_AT, "importer", "office", "e"),
    ),
    OfficeRule(
        "goods-center",
        "Goods suggest a Center, by heading or else by chapter; never against the importer's own.",
        ("hts",),
        f"""
        WITH coalesce(heading, chapter) AS good WHERE mine IS NULL {_SUGGESTED}
        WITH office, s.confidence AS confidence,
          ['goods of ' + goods + ' suggest ' + office.code + ' ' + office.name + ' (' + s.confidence
             + ': ' + s.basis + ')', good] AS step
        """,
        Example({"hts": "6109"}, "desk-004"),
    ),
    OfficeRule(
        "pending",
        "While an importer's assignment is pending, the Office of Field Operations answers for it.",
        ("importer",),
        """
        MATCH (office:Office {code: 'OFO-TOD'}) WHERE importer.centerStatus = 'PNDING'
        WITH office, 'medium' AS confidence,
          ['importer ' + importer.number + ' has no Center yet (PNDING); ' + office.name
             + ' oversees assignments', importer] AS step
        """,
        Example({"importer": "33-3333333AA"}, "desk-tod"),
    ),
    OfficeRule(
        "program",
        "A trade program has a headquarters office.",
        ("program",),
        f"""
        MATCH (program)-[a:ANSWERED_BY]->(office:Office)
        WITH office, 'medium' AS confidence,
          [program.name + ': ' + office.name + ' (' + {_BASIS} + ')', program] AS step
        """,
        Example({"program": "EAPA"}, "desk-eapa"),
    ),
    OfficeRule(
        "topic",
        "A topic has a headquarters office, which is asked after the Center.",
        ("topic",),
        f"""
        MATCH (topic)-[a:ANSWERED_BY]->(office:Office)
        WITH office, 'medium' AS confidence, [topic.name + ': ' + office.name + ' (' + {_BASIS} + ')', topic] AS step
        """,
        Example({"topic": "quota"}, "desk-tpp"),
    ),
    OfficeRule(
        "port",
        "A port answers for what is asked about it.",
        ("port",),
        "WITH port AS office, 'medium' AS confidence, ['port ' + port.code + ' ' + port.name, port] AS step WHERE"
        " office IS NOT NULL",
        Example({"port": "4601"}, "desk-4601"),
    ),
)
"""In the order in which they rank."""

LAST_OFFICE: Final = OfficeRule(
    "public-desk",
    "Where nothing closer is known, the Office of Trade Relations is the trade's first address.",
    (),
    "MATCH (office:Office {code: 'OTR'}) WITH office, 'low' AS confidence, ['nothing closer is known', office] AS step",
    Example({}, "desk-otr"),
)

_DIRECTORS: Final = "['center_director', 'port_director']"
_THERE: Final = (
    "-[:WORKS_FOR]->(org) WHERE (org = office OR (org:Team AND EXISTS { (org)-[:PART_OF]->(whole) WHERE whole ="
    " office }))"
)
# from the office: as a comparison with the organisation at the end, Neo4j looks at all contacts there are
_OF_OFFICE: Final = "MATCH (office)<-[:WORKS_FOR]-(c:Contact) WITH *, office AS org"
CONTACTS: Final = (
    ContactRule(
        "covers-importer",
        "It is named for this importer.",
        ("importer",),
        64,
        f"MATCH (importer)<-[covers:COVERS]-(c:Contact){_THERE} AND {{may}}",
        "'covers importer ' + importer.number",
        "importer",
        Example(
            {"importer": "11-1111111AA", "hts": "8542"},
            "account-manager",
            "MATCH (i:Importer {number: '11-1111111AA'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id:"
            " 'account-manager', name: 'Ana Sample', role: 'national_account_manager', published:"
            " false})-[:WORKS_FOR]->(o) CREATE (c)-[:COVERS]->(i)",
        ),
        SeenEdge(people.COVERS, "c", "importer", "covers"),
    ),
    ContactRule(
        "covers-heading",
        "It covers the heading.",
        ("hts",),
        32,
        f"MATCH (heading)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers heading ' + heading.code",
        "heading",
        Example(
            {"importer": "11-1111111AA", "hts": "8542.31"},
            "heading-8542",
            "MATCH (h:HtsHeading {code: '8542'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id: 'heading-8542',"
            " name: 'Luis Sample', role: 'import_specialist', published: false})-[:WORKS_FOR]->(o) CREATE"
            " (c)-[:COVERS]->(h)",
        ),
    ),
    ContactRule(
        "covers-chapter",
        "It covers the chapter.",
        ("hts",),
        16,
        f"MATCH (chapter)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers chapter ' + chapter.code",
        "chapter",
        Example({"importer": "11-1111111AA", "hts": "8542"}, "chapter-85"),
    ),
    ContactRule(
        "covers-kind",
        "It covers the kind of case.",
        ("caseKind",),
        8,
        f"MATCH (kind)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers ' + kind.name",
        "kind",
        Example({"importer": "11-1111111AA", "caseKind": "protest"}, "protests"),
    ),
    ContactRule(
        "covers-program",
        "It covers the trade program.",
        ("program",),
        8,
        f"MATCH (program)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers ' + program.name",
        "program",
        Example(
            {"importer": "11-1111111AA", "program": "UFLPA"},
            "uflpa-lead",
            "MATCH (p:Program {code: 'UFLPA'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id: 'uflpa-lead', name:"
            " 'Mei Sample', role: 'import_specialist', published: false})-[:WORKS_FOR]->(o) CREATE (c)-[:COVERS]->(p)",
        ),
    ),
    ContactRule(
        "covers-topic",
        "It covers the topic.",
        ("topic",),
        8,
        f"MATCH (topic)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers ' + topic.name",
        "topic",
        Example(
            {"importer": "11-1111111AA", "topic": "valuation"},
            "valuer",
            "MATCH (t:Topic {code: 'valuation'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id: 'valuer', name:"
            " 'Omar Sample', role: 'import_specialist', published: false})-[:WORKS_FOR]->(o) CREATE (c)-[:COVERS]->(t)",
        ),
    ),
    ContactRule(
        "covers-port",
        "It covers the port.",
        ("port",),
        4,
        f"MATCH (port)<-[:COVERS]-(c:Contact){_THERE}",
        "'covers port ' + port.code",
        "port",
        Example(
            {"importer": "11-1111111AA", "port": "2704"},
            "liaison-2704",
            "MATCH (p:Port {id: 'ACE:2704'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id: 'liaison-2704', name:"
            " 'Hana Sample', role: 'partnership_staff', published: false})-[:WORKS_FOR]->(o) CREATE (c)-[:COVERS]->(p)",
        ),
    ),
    ContactRule(
        "role",
        "The kind of case is work of its role.",
        ("caseKind",),
        4,
        f"{_OF_OFFICE} WHERE c.role = kind.role",
        "'is ' + kind.role + ', whose work it is'",
        "kind",
        Example({"importer": "11-1111111AA", "caseKind": "liquidation"}, "entries"),
    ),
    ContactRule(
        "desk",
        "It is published as a contact of the office.",
        (),
        2,
        f"{_OF_OFFICE} WHERE c.published AND NOT c.role IN {_DIRECTORS}",
        "'is a published contact of ' + office.name",
        "office",
        Example({"importer": "11-1111111AA"}, "desk-007"),
    ),
    ContactRule(
        "director",
        "It directs the office.",
        (),
        1,
        f"{_OF_OFFICE} WHERE c.role IN {_DIRECTORS}",
        "'directs ' + office.name",
        "office",
        Example(
            {"port": "3001"},
            "director-3001",
            "MATCH (p:Port {id: 'ACE:3001'}) CREATE (:Contact {id: 'director-3001', name: 'Kofi Sample', role:"
            " 'port_director', published: true})-[:WORKS_FOR]->(p)",
        ),
    ),
)
"""In the order of their weights."""

LAST_CONTACT: Final = ContactRule(
    "staff",
    "It works there; nobody fits better.",
    (),
    0,
    _OF_OFFICE + " WHERE true",
    "'works for ' + office.name",
    "office",
    Example({"importer": "44-4444444AA"}, "pharma"),
)

# its published contacts, and nobody, in case none of those may be named
_DESK_OF: Final = (
    "UNWIND [true, false] AS desk OPTIONAL MATCH (party)<-[:WORKS_FOR]-(someone:Contact) WHERE desk AND"
    " someone.published"
)
NEXT: Final = (
    NextRule(
        "deputy",
        "Their deputy.",
        "MATCH (contact)-[:DEPUTIZED_BY]->(someone:Contact) WITH someone, office AS party",
        Example({"importer": "11-1111111AA", "hts": "8542"}, "chapter-85-deputy"),
    ),
    NextRule(
        "team",
        "Their team.",
        "MATCH (contact)-[:WORKS_FOR]->(party:Team)<-[:WORKS_FOR]-(someone:Contact) WHERE someone <> contact WITH"
        " someone, party",
        Example({"importer": "11-1111111AA", "caseKind": "protest"}, "protests-colleague"),
    ),
    NextRule(
        "division",
        "The head of their division.",
        "MATCH (office:Center)<-[:WORKS_FOR]-(someone:Contact) WHERE someone.role IN "
        "['assistant_center_director', 'supervisory_import_specialist'] AND (contact IS NULL OR someone <> contact) "
        "WITH someone, office AS party",
        Example({"importer": "11-1111111AA", "hts": "8542"}, "supervisor-007"),
    ),
    NextRule(
        "director",
        "The director of the Center or port.",
        f"MATCH (office)<-[:WORKS_FOR]-(someone:Contact) WHERE someone.role IN {_DIRECTORS} "
        "AND (contact IS NULL OR someone <> contact) WITH someone, office AS party",
        Example({"importer": "11-1111111AA", "hts": "8542"}, "director-007"),
    ),
    NextRule(
        "field-office",
        "The Field Office over the Center or port.",
        f"MATCH (office)-[:MANAGED_FROM|IN_FIELD_OFFICE]->(party:FieldOffice) {_DESK_OF} WITH someone, party",
        Example({"importer": "11-1111111AA", "hts": "8542"}, "desk-los-angeles"),
    ),
    NextRule(
        "desk",
        "A published contact of the agency or headquarters office.",
        "MATCH (office)<-[:WORKS_FOR]-(someone:Contact) WHERE (office:Office OR office:Agency) AND someone.published "
        "AND (contact IS NULL OR someone <> contact) WITH someone, office AS party",
        Example({"agency": "FDA", "hts": "0301"}, "desk-fda"),
    ),
    NextRule(
        "office-above",
        "The headquarters office it is part of.",
        f"MATCH (office:Office)-[:PART_OF]->(party:Office) {_DESK_OF} WITH someone, party",
        Example({"topic": "evasion"}, "desk-trled"),
    ),
    NextRule(
        "trade-relations",
        "The Office of Trade Relations.",
        f"MATCH (party:Office {{code: 'OTR'}}) WHERE party <> office {_DESK_OF} WITH someone, party",
        Example({"importer": "11-1111111AA"}, "desk-otr"),
    ),
)
"""In the order in which one turns to them."""
