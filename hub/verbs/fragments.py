"""Cypher that several verbs share: who may see a row, whose party the viewer is, which system keeps a row, handing a
case on."""

from collections.abc import Callable
from itertools import count
from typing import Final, LiteralString, cast

from graph_schema.cypher import bind, fill
from graph_schema.graph import GRAPH
from graph_schema.viewer_sets import in_term
from graph_schema.visibility import KNOWS_ENTRY
from hub.compile.compiler import Access
from hub.records.source_record import KEPT

HANDED_ON: Final = ("HANDLED_BY", "WORKED_BY", "OWED_BY")
"""What changes of a case that is handed on, as events tell it."""
HAND_ON: Final[LiteralString] = """
DELETE handled CREATE (k)-[:HANDLED_BY]->(after)
WITH k, before, after
CALL (k) { MATCH (k)-[worked:WORKED_BY]->() DELETE worked }
CALL (k, before, after) { MATCH (k)<-[:OF_CASE]-(d:Deadline)-[owed:OWED_BY]->(before) DELETE owed
  CREATE (d)-[:OWED_BY]->(after) }"""
"""The clauses that hand the case `k` on to the office `after`. `handled` is its edge HANDLED_BY, which leads to the
office `before`.

The officer who worked on the case leaves it. The new owner owes the deadlines that the old owner owed.
"""


def sees(variable: LiteralString, label: str) -> LiteralString:
    """The predicate that the viewer may see the row of that label behind the variable."""
    predicate = Access(GRAPH, _fresh()).row(variable, (label,)).predicate
    return cast("LiteralString", predicate or "true")


def knows_entry(variable: LiteralString) -> LiteralString:
    """The predicate that the viewer may read more of the entry behind the variable than its number."""
    return cast("LiteralString", f"({bind(KNOWS_ENTRY, {'n': variable}, _fresh())})")


def importer_or_broker(importer: LiteralString) -> LiteralString:
    """The expression for the viewer's own party that is the importer behind the variable, or its broker in term; else
    null."""
    return fill(
        """head(COLLECT { WITH {importer} WHERE {importer} IN myParties RETURN {importer} AS party
    UNION ALL MATCH ({importer})<-[p:REPRESENTS]-(party:Broker) WHERE party IN myParties AND {in_term}
    RETURN party })""",
        importer=importer,
        in_term=in_term("p"),
    )


def kept_by(row: LiteralString) -> LiteralString:
    """The expression for the systems of record of the row behind the variable: the row is changed there, and not in the
    hub."""
    return f"COLLECT {{ MATCH ({row})<-[:DESCRIBES]-(r:SourceRecord) WHERE {KEPT} RETURN DISTINCT r.system }}"


def is_kept_here(row: LiteralString) -> LiteralString:
    """The predicate that the row behind the variable has no system of record but the hub."""
    return f"NOT EXISTS {{ MATCH ({row})<-[:DESCRIBES]-(r:SourceRecord) WHERE {KEPT} }}"


def _fresh() -> Callable[[str], str]:
    """Gives variables that no other place of the same predicate has."""
    numbers = count()
    return lambda wanted: f"{wanted}_{next(numbers)}"
