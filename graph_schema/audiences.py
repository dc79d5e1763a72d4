"""Who is in an audience: one text, walked from an importer to what is true of it, or from there to the importers.

What a party says of itself puts it in no audience: a case counts once its owner has confirmed it, and what else is
asked is written by CBP, by the broker and the importer together, or by the association.
"""

from typing import Final

from graph_schema.cypher import bind, fill
from graph_schema.parties import IN_TERM

_CONFIRMED: Final = "{k}.unconfirmedSince IS NULL"
_OF_CASES: Final = "({i}:Importer)<-[:CONCERNS]-({k}:Case)"
_FACTS: Final = (
    "({i}:Importer)-[{e}:ASSIGNED_TO]->({x}:Center) WHERE {e}.activeFor IS NOT NULL",
    "({i}:Importer)-[:ENTERS_AT]->({x}:Port)",
    "({i}:Importer)<-[:HAS_MEMBER]-({x}:Association)",
    f"{_OF_CASES}-[:UNDER]->({{x}}:HtsHeading) WHERE {_CONFIRMED}",
    f"{_OF_CASES}-[:UNDER]->(:HtsHeading)-[:IN_CHAPTER]->({{x}}:HtsChapter) WHERE {_CONFIRMED}",
    f"{_OF_CASES}-[:TAGGED]->({{x}}:Program) WHERE {_CONFIRMED}",
    f"{_OF_CASES}-[:OF_KIND]->({{x}}:CaseKind) WHERE {{k}}.status <> 'CLOSED' AND {_CONFIRMED}",
)
"""What is true of the importer {i}, each as a way to the row {x} by which an audience names it."""


def facts(returned: str) -> str:
    """The union of all ways between an importer {i} and what is true of it, {x}, each once; returns one of the two."""
    return " UNION ".join(f"MATCH {way} RETURN {returned}" for way in _FACTS)


_HELD: Final = """MATCH (audience)-[:NAMES]->(x) CALL (x) { {facts} }
    WITH audience, i, count(DISTINCT x) AS held WHERE held = audience.terms"""
_RECIPIENTS: Final = """{held} RETURN i AS party
  UNION {held} AND audience.brokers MATCH (i)<-[r:REPRESENTS]-(party:Broker) WHERE {in_term} RETURN party
  UNION MATCH (audience)-[:NAMES]->(:Association)-[:HAS_MEMBER]->(party:Broker) WHERE audience.terms = 1 RETURN party
  UNION MATCH (audience)-[:NAMES]->(party) WHERE audience.terms IS NULL RETURN party
  UNION UNWIND CASE WHEN audience.every IS NULL THEN [] ELSE [audience.every] END AS every
    MATCH (party:Party) WHERE every IN labels(party) RETURN party"""


def recipients() -> str:
    """The clauses within `CALL (audience, now)` that give each `party` in the audience once."""
    held = fill(_HELD, facts=bind(facts("{i}"), {}, str))
    return fill(_RECIPIENTS, held=held, in_term=bind(IN_TERM, {"e": "r"}, str))
