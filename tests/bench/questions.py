"""Four questions, as the hub spells them, as the peer does, and by hand with the same rule for the persona that
asks.
"""

from dataclasses import dataclass
from typing import Final, LiteralString

_IN_TERM: Final[LiteralString] = "{e}.since <= $now AND ({e}.until IS NULL OR $now < {e}.until)"
_RIGHT: Final[LiteralString] = "MATCH (:Account {id: $viewer})-[right:ACTS_FOR]->(me) WHERE " + _IN_TERM.replace(
    "{e}", "right"
)
_DESK: Final[LiteralString] = "ORDER BY n.name, n.id LIMIT 20 RETURN [n.name, n.email]"


@dataclass(frozen=True, slots=True)
class Question:
    """`persona` is the narrowest that sees the whole answer; `rule` a text of its rule, which its statement must
    hold.
    """

    name: str
    about: str
    persona: str
    rule: str
    hub: str
    peer: str
    by_hand: LiteralString


Q1: Final = Question(
    "Q1",
    "an importer, its Center, five published contacts (a broker in term)",
    "broker",
    "<-[p2:REPRESENTS]-(broker3:Broker) WHERE broker3 IN myParties AND p2.since <= now AND (p2.until IS NULL OR now <"
    " p2.until)",
    """query Q1($number: String!) { importer(number: $number) { number name center { code name
      contacts(first: 5, where: {published: {eq: true}}, orderBy: [{name: ASC}]) { nodes { name email role } } } } }""",
    """query Q1($number: String!) { importers(where: {number: {eq: $number}}) { number name center { code name
      contacts(where: {published: {eq: true}}, limit: 5, sort: [{name: ASC}]) { name email role } } } }""",
    _RIGHT
    + """ MATCH (i:Importer {number: $number}) WHERE EXISTS { (me)-[power:REPRESENTS]->(i) WHERE """
    + _IN_TERM.replace("{e}", "power")
    + """ }
OPTIONAL MATCH (i)-[assigned:ASSIGNED_TO]->(c:Center) WHERE assigned.activeFor IS NOT NULL
RETURN [i.number, i.name, c.code, c.name, COLLECT {
  MATCH (c)<-[:WORKS_FOR]-(n:Contact) WHERE n.published
  WITH n ORDER BY n.name, n.id LIMIT 5 RETURN [n.name, CASE
    WHEN n.emailAudience = 'public' THEN n.email END, n.role] }]""",
)
Q2: Final = Question(
    "Q2",
    "an importer with Center, brokers, ports, open cases and the published contacts of each (the importer)",
    "importer-manager",
    "WHERE (n1 IN myParties OR ",
    """query Q2($number: String!) { importer(number: $number) { number name
      center { code name contacts(first: 20, where: {published: {eq: true}},
        orderBy: [{name: ASC}]) { nodes { name email } } }
      brokers(first: 20, orderBy: [{filerCode: ASC}]) { nodes { filerCode name
        contacts(first: 20, where: {published: {eq: true}}, orderBy: [{name: ASC}]) { nodes { name email } } } }
      ports(first: 20, orderBy: [{id: ASC}]) { nodes { code name
        contacts(first: 20, where: {published: {eq: true}}, orderBy: [{name: ASC}]) { nodes { name email } } } }
      cases(first: 20, where: {status: {eq: OPEN}},
        orderBy: [{openedAt: DESC}, {id: DESC}]) { nodes { number title handledBy { name }
        involves(first: 20, orderBy: [{code: ASC}]) { nodes { name
          contacts(first: 20, where: {published: {eq: true}},
            orderBy: [{name: ASC}]) { nodes { name email } } } } } } } }""",
    """query Q2($number: String!) { importers(where: {number: {eq: $number}}) { number name
      center { code name contacts(where: {published: {eq: true}}, limit: 20, sort: [{name: ASC}]) { name email } }
      brokers(limit: 20, sort: [{filerCode: ASC}]) { filerCode name
        contacts(where: {published: {eq: true}}, limit: 20, sort: [{name: ASC}]) { name email } }
      ports(limit: 20, sort: [{id: ASC}]) { code name
        contacts(where: {published: {eq: true}}, limit: 20, sort: [{name: ASC}]) { name email } }
      cases(where: {status: {eq: "OPEN"}}, limit: 20,
        sort: [{openedAt: DESC}, {id: DESC}]) { number title handledBy { name }
        involves(limit: 20, sort: [{code: ASC}]) { name
          contacts(where: {published: {eq: true}}, limit: 20, sort: [{name: ASC}]) { name email } } } } }""",
    _RIGHT
    + """ MATCH (i:Importer {number: $number}) WHERE i = me
OPTIONAL MATCH (i)-[assigned:ASSIGNED_TO]->(c:Center) WHERE assigned.activeFor IS NOT NULL
RETURN [i.number, i.name, c.code, c.name, COLLECT { MATCH (c)<-[:WORKS_FOR]-(n:Contact) WHERE n.published WITH n """
    + _DESK
    + """ },
  COLLECT { MATCH (i)<-[power:REPRESENTS]-(b:Broker) WHERE """
    + _IN_TERM.replace("{e}", "power")
    + """ WITH b ORDER BY b.filerCode LIMIT 20
    RETURN [b.filerCode, b.name, COLLECT { MATCH (b)<-[:WORKS_FOR]-(n:Contact) WHERE n.published WITH n """
    + _DESK
    + """ }] ORDER BY b.filerCode },
  COLLECT { MATCH (i)-[:ENTERS_AT]->(p:Port) WITH p ORDER BY p.id LIMIT 20
    RETURN [p.code, p.name, COLLECT { MATCH (p)<-[:WORKS_FOR]-(n:Contact) WHERE n.published WITH n """
    + _DESK
    + """ }] ORDER BY p.id },
  COLLECT { MATCH (i)<-[:CONCERNS]-(k:Case) WHERE k.status = 'OPEN' WITH k ORDER BY k.openedAt DESC, k.id DESC LIMIT 20
    MATCH (k)-[:HANDLED_BY]->(h)
    RETURN [k.number, k.title, h.name, COLLECT { MATCH (k)-[:INVOLVES]->(a:Agency) WITH a ORDER BY a.code LIMIT 20
      RETURN [a.name, COLLECT { MATCH (a)<-[:WORKS_FOR]-(n:Contact) WHERE n.published WITH n """
    + _DESK
    + """ }] ORDER BY a.code }] ORDER BY k.openedAt DESC, k.id DESC }]""",
)
Q3: Final = Question(
    "Q3",
    "a Center's 100 newest open cases with importer, port, issue, agencies (its specialist)",
    "import-specialist",
    "WITH *, n1 IN myParties AS may4 ",
    """query Q3($code: String!) { center(code: $code) { code name
      cases(where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}, {id: DESC}],
        first: 100) { nodes { id number status title openedAt
        importer { number name } port { code name } issue { id title topic }
        involves(first: 20, orderBy: [{code: ASC}]) { nodes { code name } } } } } }""",
    """query Q3($code: String!) { centers(where: {code: {eq: $code}}) { code name
      cases(where: {status: {eq: "OPEN"}}, limit: 100,
        sort: [{openedAt: DESC}, {id: DESC}]) { id number status title openedAt
        importer { number name } port { code name } issue { id title topic }
        involves(limit: 20, sort: [{code: ASC}]) { code name } } } }""",
    "MATCH (c:Center {code: $code}) WITH c, EXISTS { MATCH (:Account {id: $viewer})-[right:ACTS_FOR]->(c) WHERE "
    + _IN_TERM.replace("{e}", "right")
    + """ } AS mine
RETURN [c.code, c.name, COLLECT {
  MATCH (c)<-[:HANDLED_BY]-(k:Case) WHERE mine AND k.status = 'OPEN'
  WITH k ORDER BY k.openedAt DESC, k.id DESC LIMIT 100
  OPTIONAL MATCH (k)-[:CONCERNS]->(i:Importer) OPTIONAL MATCH (k)-[:AT]->(p:Port) OPTIONAL MATCH (k)-[:ABOUT]->(s:Issue)
  RETURN [k.id, k.number, k.status, k.title, toString(k.openedAt), i.number, i.name, p.code, p.name, s.id, s.title,
    s.topic,
    COLLECT { MATCH (k)-[:INVOLVES]->(a:Agency) WITH a ORDER BY a.code LIMIT 20 RETURN [a.code, a.name] }]
  ORDER BY k.openedAt DESC, k.id DESC }]""",
)
Q5: Final = Question(
    "Q5",
    "1,000 published contacts with their organisation (an agency's officer, who may ask for large pages)",
    "agency-officer",
    "n1.emailAudience = 'public' OR seesAll",
    """query Q5 { contacts(first: 1000, where: {published: {eq: true}}, orderBy: [{id: ASC}]) { nodes {
      id name email phone role organisation { name } } } }""",
    """query Q5 { contacts(where: {published: {eq: true}}, limit: 1000, sort: [{id: ASC}]) {
      id name email phone role organisation { name } } }""",
    _RIGHT
    + """ RETURN COLLECT { MATCH (n:Contact) WHERE n.published WITH n ORDER BY n.id LIMIT 1000
  OPTIONAL MATCH (n)-[:WORKS_FOR]->(o:Party)
  RETURN [n.id, n.name, CASE WHEN n.emailAudience = 'public' THEN n.email END, CASE
    WHEN n.phoneAudience = 'public' THEN n.phone END,
    n.role, o.name] ORDER BY n.id }""",
)
QUESTIONS: Final = (Q1, Q2, Q3, Q5)


def flat(value: object) -> list[object]:
    """All leaves in order, so that answers of different shapes can be compared."""
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in flat(member)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in flat(item)]
    return [value]
