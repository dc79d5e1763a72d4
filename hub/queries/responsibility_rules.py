"""Who is responsible: the rules, each with its name, its words, its Cypher and an example by which it is tested.

A question names parties and matters. The first rules find the offices that answer it; those of `contact_rules.py` find
the contacts there, and who is next if those do not answer. All speak of what the question named, under these variables,
null where it named nothing or what may not be seen: `matter`, the case; `importer` and its Center, `mine`, by the
assignment `assigned`; `entry`, `cases` and `filed` (the open cases that span the entry, and the importer of one that
does); `heading` and `chapter`; `port`, `kind`, `agency` and `agencyOffice`, `program`, `topic`. A rule takes part where
all that it `needs` was given. Where it walks an edge that not everybody may see, its slot `{may}` asks whether the
viewer may see `edge`.

To add a rule, put it where it ranks. Nothing else need be touched: its example is part of the tests.
"""

from typing import Final

from graph_schema import cases, parties
from hub.queries.responsibility_rule import Example, OfficeRule, SeenEdge

_UNVERIFIED: Final = "CASE WHEN {row}.confidence STARTS WITH 'unverified' THEN ' This is not verified.' ELSE '' END"
_NOT_SURE: Final = _UNVERIFIED.replace("{row}", "a")
"""What is said where nobody has checked that an office answers."""
_BASIS: Final = f"toUpper(left(a.basis, 1)) + substring(a.basis, 1) + '.' + {_NOT_SURE}"
"""On what rests that an office answers, as a sentence."""
_OF_KIND: Final = "'Matters of the kind ' + kind.name + ' '"
_BY_PORT: Final = f"{_OF_KIND} + 'are answered by the port.' + " + _UNVERIFIED.replace("{row}", "kind")

_SUGGESTED: Final = """
    MATCH (good)-[s:SUGGESTS]->(office:Center)
    WITH office, s, good, CASE WHEN good:HtsHeading THEN 'heading ' ELSE 'chapter ' END + good.code AS goods"""

OFFICES: Final = (
    OfficeRule(
        "case",
        "Whoever owns the case that is asked about answers.",
        ("case",),
        """
        MATCH (matter)-[:HANDLED_BY]->(office)
        WITH office, 'high' AS confidence,
          ['Case ' + matter.number + ' is handled by ' + office.name + '.', matter] AS step
        """,
        Example({"case": "T-open"}, "desk-2704"),
    ),
    OfficeRule(
        "case-sender",
        "Whoever sent the case to its owner goes on taking part in it.",
        ("case",),
        """
        MATCH (matter)-[:REFERRED_BY]->(office)
        WITH office, 'high' AS confidence, [office.name + ' sent case ' + matter.number
          + ' to its owner, and goes on taking part in it.', matter] AS step
        """,
        Example(
            {"case": "T-sent"},
            "desk-004",
            "CREATE (k:Case {id: 'sent', number: 'T-sent', status: 'OPEN', title: 'Sample', openedAt: datetime()}) "
            "WITH k MATCH (o:Center {code: 'CEE004'}), (p:Port {id: 'ACE:2704'}), (i:Importer {number: '11-1111111AA'})"
            " CREATE (k)-[:REFERRED_BY {referredAt: datetime()}]->(o) CREATE (k)-[:CONCERNS]->(i)"
            " CREATE (k)-[:HANDLED_BY]->(p)",
            first=False,
        ),
    ),
    OfficeRule(
        "case-owner",
        "Whoever owns the open case that spans the entry answers.",
        ("entryNumber",),
        """
        UNWIND cases AS k
        MATCH (k)-[:HANDLED_BY]->(office)
        WITH office, 'high' AS confidence,
          ['Entry ' + entry.number + ' is in case ' + k.number + ', which ' + office.name + ' handles.', k] AS step
        """,
        Example({"entryNumber": "AAA-0000001-4"}, "desk-2704"),
    ),
    OfficeRule(
        "agency-office",
        "A question for a partner agency goes to its office that deals with imports there.",
        ("agency",),
        """
        CALL (*) { WITH * WHERE agencyOffice IS NOT NULL RETURN agencyOffice AS office
          UNION MATCH (agency)<-[:PART_OF]-(office:AgencyOffice)-[:SERVES]->(port) WHERE agencyOffice IS NULL
            RETURN office ORDER BY office.code }
        WITH office, 'high' AS confidence, [office.name + ' deals with ' + office.area + '.', office] AS step
        """,
        Example({"agency": "FDA", "port": "2704"}, "Food and Drug Administration, Division of West Coast Imports"),
    ),
    OfficeRule(
        "agency",
        "A question for a partner agency goes to that agency.",
        ("agency",),
        "WITH agency AS office, 'high' AS confidence, ['The question is for ' + agency.name + '.', agency] AS step"
        " WHERE office IS NOT NULL",
        Example({"agency": "FDA"}, "desk-fda"),
    ),
    OfficeRule(
        "decides-first",
        "Some kinds of case are decided by a partner agency, which is asked before CBP.",
        ("caseKind",),
        f"""
        MATCH (kind)-[a:DECIDED_BY]->(office:Agency) WHERE a.beforeCbp AND (program IS NULL
          OR NOT EXISTS {{ (program)-[:DECIDED_BY]->() }} OR EXISTS {{ (program)-[:DECIDED_BY]->(office) }})
        WITH office, 'high' AS confidence, [{_BASIS}, kind] AS step
        """,
        Example({"caseKind": "exclusion_232_301", "program": "S301"}, "Office of the U.S. Trade Representative"),
    ),
    OfficeRule(
        "answered-at",
        "Some matters are one Center's whatever the account's, and some a port's where they arise there.",
        (),
        f"""
        UNWIND [kind, topic, program] AS about
        MATCH (about)-[a:ANSWERED_AT]->(office) WHERE office:Center OR office = port
        WITH office, 'high' AS confidence, [{_BASIS}, about] AS step
        """,
        Example({"caseKind": "drawback", "importer": "11-1111111AA"}, "Petroleum, Natural Gas & Minerals"),
    ),
    OfficeRule(
        "kind-topic",
        "What one division of a headquarters office decides of a kind of case goes to the division of its topic.",
        ("caseKind", "topic"),
        f"""
        MATCH (kind)-[:ANSWERED_BY]->(whole:Office), (topic)-[a:ANSWERED_BY]->(office:Office)-[:PART_OF]->(house:Office)
        WHERE kind.answeredBy = 'office' AND office <> whole AND (house = whole OR EXISTS {{
          (whole)-[:PART_OF]->(house)-[:PART_OF]->(:Office)-[:PART_OF]->(:Office) }})
        WITH office, 'high' AS confidence,
          [{_OF_KIND} + 'that are about ' + toLower(topic.name) + ' are answered by ' + office.name + '.' + {_NOT_SURE},
           topic] AS step
        """,
        Example({"caseKind": "ruling", "topic": "valuation"}, "Commercial and Trade Facilitation Division"),
    ),
    OfficeRule(
        "kind-office",
        "Some kinds of case are decided by a headquarters office.",
        ("caseKind",),
        f"""
        MATCH (kind)-[a:ANSWERED_BY]->(office:Office) WHERE kind.answeredBy = 'office'
        WITH office, 'high' AS confidence,
          [{_OF_KIND} + 'are answered by ' + office.name + '.' + {_NOT_SURE}, kind] AS step
        """,
        Example({"caseKind": "eapa", "importer": "11-1111111AA"}, "desk-eapa"),
    ),
    OfficeRule(
        "kind-port",
        "Release, examination and penalties stay with the port; the port itself is told who else answers.",
        ("caseKind", "port"),
        f"""
        WITH port AS office, 'high' AS confidence, [{_BY_PORT}, kind] AS step
        WHERE office IS NOT NULL AND kind.answeredBy = 'port' AND NOT office IN myParties
        """,
        Example({"caseKind": "detention", "port": "2704", "importer": "11-1111111AA"}, "desk-2704"),
    ),
    OfficeRule(
        "kind-port-of-entry",
        "The same, at the ports where the entry was filed.",
        ("caseKind", "entryNumber"),
        f"""
        MATCH (entry)-[e:AT]->(office:Port)
        WHERE kind.answeredBy = 'port' AND NOT office IN myParties AND {{may}}
        WITH office, 'high' AS confidence,
          [{_BY_PORT} + ' Entry ' + entry.number + ' was filed at ' + office.name + '.', entry] AS step
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
          [{_BY_PORT} + ' Importer ' + importer.number + ' enters goods at ' + office.name + '.', importer] AS step
        """,
        Example({"caseKind": "penalty", "importer": "11-1111111AA"}, "penalties-2704"),
        SeenEdge(parties.ENTERS_AT, "importer", "office", "e"),
    ),
    OfficeRule(
        "program-before-center",
        "Some trade programs are a headquarters office's, whatever Center an importer has or its goods suggest.",
        ("program",),
        f"""
        MATCH (program)-[a:ANSWERED_BY]->(office:Office) WHERE program.beforeCenter
        WITH office, 'medium' AS confidence,
          [office.name + ' answers for ' + program.name + ', and is asked before the Center.' + {_NOT_SURE},
           program] AS step
        """,
        Example({"program": "EAPA", "importer": "11-1111111AA"}, "desk-eapa"),
    ),
    OfficeRule(
        "topic-before-center",
        "Some topics are a headquarters office's, whatever Center an importer has or its goods suggest.",
        ("topic",),
        f"""
        MATCH (topic)-[a:ANSWERED_BY]->(office:Office) WHERE topic.beforeCenter
        WITH office, 'medium' AS confidence,
          [office.name + ' answers questions on ' + toLower(topic.name) + ', and is asked before the Center.'
             + {_NOT_SURE}, topic] AS step
        """,
        Example({"topic": "evasion", "importer": "11-1111111AA"}, "desk-eapa"),
    ),
    OfficeRule(
        "own-center",
        "The Center an importer is assigned to answers for its account, whatever its goods suggest.",
        ("importer",),
        """
        WITH mine AS office, 'high' AS confidence,
          ['Importer ' + importer.number + ' has been an account of ' + mine.name + ' since '
             + toString(date(assigned.since)) + '.', importer] AS step WHERE office IS NOT NULL
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
          ['Entry ' + entry.number + ' is of importer ' + filed.number + ', which has been an account of '
             + office.name + ' since ' + toString(date(a.since)) + '.', filed] AS step
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
        WITH office, 'high' AS confidence, ['Importer ' + importer.number
             + ' is not eligible for a Center, and enters goods at ' + office.name + '.', importer] AS step
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
          ['Goods of ' + goods + ' suggest ' + office.name + '.'
             + CASE s.confidence WHEN 'high' THEN '' ELSE ' That is not certain.' END, good] AS step
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
          ['Importer ' + importer.number + ' has no Center yet. ' + office.name
             + ' oversees assignments.', importer] AS step
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
          [office.name + ' answers for ' + program.name + '.' + {_NOT_SURE}, program] AS step
        """,
        Example({"program": "UFLPA"}, "desk-fld"),
    ),
    OfficeRule(
        "topic",
        "A topic has a headquarters office, which is asked after the Center.",
        ("topic",),
        f"""
        MATCH (topic)-[a:ANSWERED_BY]->(office:Office)
        WITH office, 'medium' AS confidence,
          [office.name + ' answers questions on ' + toLower(topic.name) + '.' + {_NOT_SURE}, topic] AS step
        """,
        Example({"topic": "quota"}, "desk-tpp"),
    ),
    OfficeRule(
        "asked-too",
        "A headquarters office is asked beside the Center or the port that answers.",
        (),
        f"""
        UNWIND [kind, topic, program] AS about
        MATCH (about)-[a:ANSWERED_AT]->(office:Office)
        WITH office, 'medium' AS confidence, [{_BASIS}, about] AS step
        """,
        Example({"caseKind": "uflpa_detention"}, "desk-fld"),
    ),
    OfficeRule(
        "decides",
        "Whatever CBP applies and a partner agency decides: that agency is among those to ask.",
        (),
        f"""
        UNWIND [kind, program] AS about
        MATCH (about)-[a:DECIDED_BY]->(office:Agency)
        WITH office, 'medium' AS confidence, [{_BASIS}, about] AS step
        """,
        Example({"caseKind": "adcvd_inquiry"}, "International Trade Administration (Enforcement and Compliance)"),
    ),
    OfficeRule(
        "port",
        "A port answers for what is asked about it.",
        ("port",),
        "WITH port AS office, 'medium' AS confidence, ['The question is about ' + port.name + '.', port] AS step WHERE"
        " office IS NOT NULL",
        Example({"port": "4601"}, "desk-4601"),
    ),
    OfficeRule(
        "may-hold",
        "The partner agencies that regulate some of the goods may hold them: their office at the port, or themselves.",
        (),
        """
        MATCH (chapter)<-[r:REGULATES]-(regulator:Agency) WHERE agency IS NULL
        WITH *, coalesce(head(COLLECT { MATCH (regulator)<-[:PART_OF]-(o:AgencyOffice)-[:SERVES]->(port)
          RETURN o ORDER BY o.code LIMIT 1 }), regulator) AS office
        WITH office, 'low' AS confidence, [regulator.name + ' may hold such goods: it regulates ' + r.goods + '.'
          + CASE r.confidence WHEN 'unverified' THEN ' This is not verified.' ELSE '' END, chapter] AS step
        """,
        Example(
            {"hts": "0304", "port": "2704"},
            "Food and Drug Administration, Division of West Coast Imports",
            first=False,
        ),
    ),
)
"""In the order in which they rank."""

LAST_OFFICE: Final = OfficeRule(
    "public-desk",
    "Where nothing closer is known, the Office of Trade Relations is the trade's first address.",
    (),
    "MATCH (office:Office {code: 'OTR'}) WITH office, 'low' AS confidence, ['Nothing closer is known.', office]"
    " AS step",
    Example({}, "desk-otr"),
)
