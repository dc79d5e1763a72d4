"""The questions, and the same with the same rule as an engineer would write them by hand for that kind of viewer."""

from dataclasses import dataclass
from typing import Final, LiteralString

_IN_TERM: Final[LiteralString] = "{e}.since <= $now AND ({e}.until IS NULL OR $now < {e}.until)"
_RIGHT: Final[LiteralString] = _IN_TERM.replace("{e}", "right")
_POWER: Final[LiteralString] = _IN_TERM.replace("{e}", "power")
_OTHER: Final[LiteralString] = _IN_TERM.replace("{e}", "other")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as GraphQL and by hand; `variables` says which are drawn at random, `path` what both must agree on."""

    name: str
    persona: str
    query: str
    by_hand: LiteralString


POINT: Final = Question(
    "an importer, its Center, five contacts (a broker in term)",
    "broker",
    """query Q($number: String!) { importer(number: $number) { number name center { code name
      contacts(first: 5, orderBy: [{name: ASC}]) { nodes { name email role } } } } }""",
    "MATCH (:Account {id: $viewer})-[right:ACTS_FOR]->(me:Broker) WHERE "
    + _RIGHT
    + " MATCH (i:Importer {number: $number}) WHERE EXISTS { (me)-[power:REPRESENTS]->(i) WHERE "
    + _POWER
    + """ }
OPTIONAL MATCH (i)-[assigned:ASSIGNED_TO]->(c:Center) WHERE assigned.activeFor IS NOT NULL
RETURN [i.number, i.name, c.code, c.name, COLLECT {
  WITH EXISTS { MATCH (me)-[other:REPRESENTS]->(:Importer)<-[:CONCERNS]-(k:Case) WHERE """
    + _OTHER
    + """ WITH k MATCH (k)-[:HANDLED_BY]->(h) WHERE h = c } AS linked
  MATCH (c)<-[:WORKS_FOR]-(n:Contact) WHERE n.published OR linked
  WITH n, linked ORDER BY n.name, n.id LIMIT 5
  RETURN [n.name, CASE WHEN n.emailAudience = 'public' OR (n.emailAudience = 'counterpart' AND linked) THEN n.email END, n.role] }]""",
)
WIDE: Final = Question(
    "a Center's 100 newest open cases with importer, port, issue, agencies (its specialist)",
    "import-specialist",
    """query Q($code: String!) { center(code: $code) { code name
      cases(where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}], first: 100) { nodes { id number status title openedAt
        importer { number name } port { code name } issue { id title topic } involves { nodes { code name } } } } } }""",
    "MATCH (c:Center {code: $code}) WITH c, EXISTS { MATCH (:Account {id: $viewer})-[right:ACTS_FOR]->(c) WHERE "
    + _RIGHT
    + """ } AS mine
RETURN [c.code, c.name, COLLECT {
  MATCH (c)<-[:HANDLED_BY]-(k:Case) WHERE mine AND k.status = 'OPEN'
  WITH k ORDER BY k.openedAt DESC, k.id DESC LIMIT 100
  OPTIONAL MATCH (k)-[:CONCERNS]->(i:Importer) OPTIONAL MATCH (k)-[:AT]->(p:Port) OPTIONAL MATCH (k)-[:ABOUT]->(s:Issue)
  RETURN [k.id, k.number, k.status, k.title, toString(k.openedAt), i.number, i.name, p.code, p.name, s.id, s.title, s.topic,
    COLLECT { MATCH (k)-[:INVOLVES]->(a:Agency) WITH a ORDER BY a.code LIMIT 20 RETURN [a.code, a.name] }]
  ORDER BY k.openedAt DESC, k.id DESC }]""",
)


def flat(value: object) -> list[object]:
    """All leaves in order, so that an answer by hand and the hub's can be compared."""
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in flat(member)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in flat(item)]
    return [value]
