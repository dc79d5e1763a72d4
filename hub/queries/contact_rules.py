"""Who in an office answers, and who is next: the rules, in the words of `responsibility_rules.py`."""

from typing import Final, LiteralString

from graph_schema import people
from hub.queries.responsibility_rule import ContactRule, Example, NextRule, SeenEdge

DESK_ROLE: Final[LiteralString] = "'desk'"
"""The role of `people.DESK`."""
DIRECTORS: Final = "['center_director', 'port_director']"
_THERE: Final = (
    "-[:WORKS_FOR]->(org) WHERE (org = office OR (org:Team AND EXISTS { (org)-[:PART_OF]->(whole) WHERE whole ="
    " office }))"
)
# from the office: as a comparison with the organisation at the end, Neo4j looks at all contacts there are
_OF_OFFICE: Final = "MATCH (office)<-[:WORKS_FOR]-(c:Contact) WITH *, office AS org"
ROLES_FOR_ONE_MATTER: Final = {
    "drawback_specialist": ("drawback",),
    "fpf_officer": ("penalties",),
    "auditor": ("audit",),
    "client_representative": ("ace",),
    "agriculture_specialist": (),
}
"""Roles that work on one matter alone, beside the kinds of case that are theirs: they come last where another is asked
about."""

CONTACTS: Final = (
    ContactRule(
        "officer",
        "It works on the case.",
        (),
        512,
        f"UNWIND cases + [matter] AS k MATCH (k)-[:WORKED_BY]->(c:Contact){_THERE}",
        "'works on the case'",
        "office",
        Example(
            {"case": "T-open"},
            "officer-2704",
            "MATCH (k:Case {number: 'T-open'}), (o:Port {id: 'ACE:2704'}) CREATE (c:Contact {id: 'officer-2704', name:"
            " 'Ana Sample', role: 'import_specialist', published: false})-[:WORKS_FOR]->(o)"
            " CREATE (k)-[:WORKED_BY]->(c)",
        ),
    ),
    ContactRule(
        "sits-at",
        "It works for the Center and sits at the port.",
        (),
        128,
        f"MATCH (port)<-[:SITS_AT]-(c:Contact){_THERE} AND office:Center",
        "'works for ' + office.name + ' and sits at ' + port.name",
        "port",
        Example(
            {"importer": "11-1111111AA", "port": "2704"},
            "seated-2704",
            "MATCH (p:Port {id: 'ACE:2704'}), (o:Center {code: 'CEE007'}) CREATE (c:Contact {id: 'seated-2704', name:"
            " 'Omar Sample', role: 'import_specialist', published: false})-[:WORKS_FOR]->(o)"
            " CREATE (c)-[:SITS_AT]->(p)",
        ),
    ),
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
        "'covers matters of the kind ' + kind.name",
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
        "'covers ' + port.name",
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
        "'is ' + roles[kind.role] + ', whose work that is'",
        "kind",
        Example({"importer": "11-1111111AA", "caseKind": "liquidation"}, "entries"),
    ),
    ContactRule(
        "desk",
        "It is published as a contact of the office.",
        (),
        3,
        f"{_OF_OFFICE} WHERE c.published AND NOT c.role IN {DIRECTORS} + {DESK_ROLE}",
        "'is a published contact of ' + office.name",
        "office",
        Example({"importer": "11-1111111AA"}, "desk-007"),
    ),
    ContactRule(
        "shared-desk",
        "It is the shared desk of the office.",
        (),
        2,
        f"{_OF_OFFICE} WHERE c.role = {DESK_ROLE}",
        "'answers for all of ' + office.name",
        "office",
        Example(
            {"port": "5201"},
            "shared-5201",
            "MATCH (p:Port {id: 'ACE:5201'}) CREATE (:Contact {id: 'shared-5201', name: 'Miami, shared desk', role:"
            " 'desk', published: true})-[:WORKS_FOR]->(p)",
        ),
    ),
    ContactRule(
        "director",
        "It directs the office.",
        (),
        1,
        f"{_OF_OFFICE} WHERE c.role IN {DIRECTORS}",
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
OFFICER: Final = next(place for place, rule in enumerate(CONTACTS) if rule.name == "officer")
"""The place of the rule by which somebody works on the very case: no role is unfit for that."""

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
        f"MATCH (office)<-[:WORKS_FOR]-(someone:Contact) WHERE someone.role IN {DIRECTORS} "
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
