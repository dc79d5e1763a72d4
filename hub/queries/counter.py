"""`counter`: the open cases that a port and a Center both have in hand, as far as the viewer sees them.

A port has a case in hand that it owns, sent to its owner, or at which it arose; a Center one that it owns, sent to its
owner, or whose importer is assigned to it.
"""

from typing import Final

from graph_schema import cypher, parties
from graph_schema.formats import CENTER_CODE
from graph_schema.model import Kind, Property
from hub.compile.compiler import Arguments, CustomField, Record, Records, RowOf, Sees, Value
from hub.queries import in_hand
from hub.queries.arguments import first_of

_FEW: Final = 50
_MOST: Final = 500

# each way begins at the port's or the Center's cases, whichever the rule of cases has to be asked of anyway
_START: Final = """
WITH *, head(COLLECT { MATCH (:PortCode {code: $asked.portCode, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port)
  RETURN p LIMIT 1 }) AS port
OPTIONAL MATCH (center:Center {code: $asked.center})
CALL (*) {
  CALL (port, center) {
    MATCH (port)<-[:HANDLED_BY|REFERRED_BY]-(k:Case)-[:HANDLED_BY|REFERRED_BY]->(center) RETURN k, null AS account
    UNION MATCH (center)<-[:HANDLED_BY|REFERRED_BY]-(k:Case)-[:AT]->(port) RETURN k, null AS account
    UNION MATCH (port)<-[:HANDLED_BY|REFERRED_BY|AT]-(k:Case)-[:CONCERNS]->(account:Importer) RETURN k, account }
  WITH k, account WHERE k.status <> 'CLOSED' AND {sees_case}
  OPTIONAL MATCH (account)-[assigned:ASSIGNED_TO]->(center) WHERE assigned.activeFor IS NOT NULL AND {may}
  WITH k, account, assigned WHERE account IS NULL OR assigned IS NOT NULL
  WITH DISTINCT k ORDER BY k.openedAt DESC, k.id
  WITH collect(k) AS all_
  RETURN all_[..coalesce($asked.first, {few})] AS shown, size(all_) AS number }"""
_EACH: Final = """UNWIND shown AS k
WITH *, head(COLLECT { MATCH (k)-[:HANDLED_BY]->(o) RETURN o LIMIT 1 }) AS owner
WITH *, EXISTS { (k)-[:REFERRED_BY]->(port) } AS sentByPort, EXISTS { (k)-[:REFERRED_BY]->(center) } AS sentByCenter"""
_WHY: Final = """CASE WHEN owner = port AND sentByCenter THEN center.name + ' sent it to ' + port.name
  WHEN owner = center AND sentByPort THEN port.name + ' sent it to ' + center.name
  WHEN owner = port THEN port.name + ' handles it, and its importer is an account of ' + center.name
  WHEN owner = center THEN center.name + ' handles it, and it arose at ' + port.name
  ELSE owner.name + ' handles it; it arose at ' + port.name + ', or came from there, and its importer is an account of '
    + center.name END"""


def _start(sees: Sees, _: frozenset[str]) -> str:
    return cypher.fill(
        _START,
        sees_case=f"({sees.row('k', 'Case')})",
        may=f"({sees.edge(parties.ASSIGNED_TO, 'account', 'center', 'assigned')})",
        few=str(_FEW),
    )


def _supplied(arguments: Arguments) -> Arguments:
    return {"first": first_of(arguments, _FEW, _MOST), "portCode": in_hand.port(arguments["port"])}


_MATTER: Final = Record(
    "CounterMatter",
    "A case that a port and a Center both have in hand.",
    (
        RowOf("case", "The case.", "Case", "k", required=True),
        RowOf("owner", "Who handles it.", "Party", "owner", required=True),
        Value(Property("why", "Why both have it in hand.", required=True), _WHY),
    ),
)
COUNTER: Final = CustomField(
    "counter",
    "The open cases that a port and a Center both have in hand, as far as you see them: which the one handles and the"
    " other sent, where they arose, and whose account it is.",
    (
        Property("port", "The port, by its ACE code or its name.", required=True),
        Property("center", "The Center, by its code.", required=True, format=CENTER_CODE),
        Property("first", f"How many at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "Counter",
        "What a port and a Center both have in hand.",
        (
            RowOf("port", "The port; null where there is none.", "Port", "port"),
            RowOf("center", "The Center; null where there is none.", "Center", "center"),
            Value(Property("count", "How many there are.", Kind.INT, required=True), "number"),
            Records("matters", "The first of them, the newest first.", _MATTER, lambda _: _EACH,
                    "k.openedAt DESC, k.id"),
        ),
    ),
    _start,
    _supplied,
    rows=_MOST,
)  # fmt: skip
