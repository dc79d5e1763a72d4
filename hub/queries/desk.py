"""`myDesk`: what waits for the viewer, in lists, each with its count and its first rows; found by one statement.

Each list is that of `graph_schema.desk` by the same name, but reached from the viewer's parties: the statement goes
through what hangs on them once. What the rule of a label says stands beside it where the way there does not say so
already.
"""

from typing import Any, Final

from graph_schema import cypher
from graph_schema.case_parties import in_force
from graph_schema.desk import TODAY
from graph_schema.model import Kind, Property
from hub.compile.compiler import CustomField, Record, RecordOf, Records, RowOf, Sees, Value
from hub.errors import BadInput
from hub.queries.arguments import Arguments, first_of

_FEW: Final = 5
_MOST: Final = 50
_DAYS: Final = 7
_MOST_DAYS: Final = 366

_WHO: Final = f"""
WITH *, {TODAY} AS today, coalesce($asked.assigned, false) AS onlyAssigned, coalesce($asked.first, {_FEW}) AS few,
  COLLECT {{ MATCH (:Account {{id: $viewer}})-[:IS_CONTACT]->(c:Contact)-[:WORKS_FOR]->(org) WHERE org IN myParties
    RETURN c ORDER BY c.id }} AS officers
WITH *, today + duration({{days: coalesce($asked.within, {_DAYS})}}) AS soon, head(officers) AS officer,
  CASE WHEN isOffice THEN myParties ELSE [] END AS offices,
  CASE WHEN onlyAssigned THEN [] ELSE myClients END AS clients"""


def _told(**lists: str) -> str:
    """What a sub-query returns of lists: of each its first rows under its name, and how many there are.

    They are sorted as one, before they are collected, and are short from then on: Neo4j would weigh each row that it
    sorts later together with all lists that are at hand.
    """
    collected = ", ".join(f"collect(DISTINCT {row}) AS {name}_" for name, row in lists.items())
    told = ", ".join(f"{name}_[..few] AS {name}, size({name}_) AS {name}Count" for name in lists)
    return f"WITH {collected} RETURN {told}"


def _if(condition: str, row: str) -> str:
    return f"CASE WHEN {condition} THEN {row} END"


_BACK: Final = (
    "CASE WHEN k.partyWroteAt < k.cameBackAt THEN k.partyWroteAt ELSE coalesce(k.cameBackAt, k.partyWroteAt) END"
)
"""Since when something waits for the owner of the case."""
# One row a case, by how it is the viewer's; an account of several parties may have one twice.
_CASES: Final = (
    """
CALL (*) {
  CALL (*) {
    UNWIND CASE WHEN onlyAssigned THEN [] ELSE offices END AS o
    MATCH (o)<-[:HANDLED_BY]-(k:Case) WHERE k.status <> 'CLOSED'
    RETURN k, {back} AS back, (k.awaitingSince IS NOT NULL OR k.status = 'AWAITING') AS waits,
      NOT EXISTS { (k)-[:WORKED_BY]->() } AS free
    UNION ALL
    UNWIND CASE WHEN onlyAssigned AND isOffice THEN officers ELSE [] END AS c
    MATCH (c)<-[:WORKED_BY]-(k:Case)-[:HANDLED_BY]->(o) WHERE k.status <> 'CLOSED' AND o IN myParties
    RETURN k, {back} AS back, (k.awaitingSince IS NOT NULL OR k.status = 'AWAITING') AS waits,
      false AS free
    UNION ALL
    UNWIND clients AS i MATCH (i)<-[:CONCERNS]-(k:Case) WHERE k.status <> 'CLOSED'
    RETURN k, coalesce(k.awaitingSince, CASE WHEN k.status = 'AWAITING' THEN k.openedAt END) AS back,
      k.cameBackAt IS NOT NULL AS waits, false AS free
    UNION ALL
    UNWIND CASE WHEN isAgency THEN myParties ELSE [] END AS g
    MATCH (g:Agency)<-[j:INVOLVES]-(k:Case) WHERE j.acceptedAt IS NOT NULL AND k.status <> 'CLOSED'
    WITH k, EXISTS { (k)-[:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(h) WHERE h IN myParties } AS taken,
      EXISTS { (k)-[:JOINED_BY]->(c) WHERE c IN officers } AS given
    WHERE given OR NOT onlyAssigned
    RETURN k, null AS back, false AS waits, NOT taken AS free
  }
  WITH k, back, waits, free ORDER BY k.openedAt, k.id
  WITH collect(DISTINCT k) AS mine_, collect(DISTINCT CASE WHEN back IS NOT NULL THEN [back, k] END) AS back_,
    collect(DISTINCT CASE WHEN waits THEN k END) AS awaiting_, collect(DISTINCT CASE WHEN free THEN k END) AS free_
  RETURN mine_[..few] AS mine, size(mine_) AS mineCount, awaiting_[..few] AS awaiting, size(awaiting_) AS awaitingCount,
    free_[..few] AS unassigned, size(free_) AS unassignedCount, back_
}
CALL (*) {
  UNWIND back_ AS one WITH one[0] AS back, one[1] AS k ORDER BY back, k.id
  """
    + _told(toAnswer="k")
    + """
}
CALL (*) {
  UNWIND officers AS c MATCH (c)<-[:WORKED_BY|JOINED_BY]-(k:Case) WHERE k.status <> 'CLOSED' AND {sees_case}
  WITH k ORDER BY k.openedAt, k.id
  """
    + _told(assigned="k")
    + """
}
CALL (*) {
  UNWIND CASE WHEN onlyAssigned THEN [] ELSE offices END AS o
  MATCH (o)<-[:REFERRED_BY]-(k:Case) WHERE k.status <> 'CLOSED'
  WITH k ORDER BY k.openedAt, k.id
  """
    + _told(referred="k")
    + """
}"""
)

_DEADLINES: Final = (
    """
CALL (*) {
  CALL (*) {
    UNWIND myParties + [i IN myClients WHERE NOT i IN myParties] AS p
    MATCH (p)<-[:OWED_BY]-(d:Deadline) WHERE d.state IN ['RUNNING', 'MISSED'] AND d.due <= soon
    RETURN d
    UNION ALL
    UNWIND CASE WHEN takesPart THEN myParties ELSE [] END AS p
    MATCH (p)<-[r:HAS_PARTY]-(:Case)<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock)
    WHERE {in_force} AND r.role IN c.owedRoles AND d.state IN ['RUNNING', 'MISSED'] AND d.due <= soon
    RETURN d
  }
  MATCH (d)-[:OF_CASE]->(k:Case) WHERE {sees_deadline}
    AND CASE WHEN onlyAssigned THEN EXISTS { (k)-[:WORKED_BY|JOINED_BY]->(c) WHERE c IN officers } ELSE true END
  WITH d, d.due >= today AS ahead, k.status <> 'CLOSED' AS open
  WHERE CASE WHEN ahead THEN d.state = 'RUNNING' ELSE open END
  WITH d, ahead ORDER BY d.due, d.id
  """
    + _told(dueSoon=_if("ahead", "d"), overdue=_if("NOT ahead", "d"))
    + """
}
CALL (*) {
  UNWIND CASE WHEN isOffice THEN [1] ELSE [] END AS gate
  MATCH (d:Deadline) USING INDEX d:Deadline(state, due) WHERE d.state = 'PROPOSED' AND d.due IS NOT NULL
  MATCH (d)-[:OF_CASE]->(k:Case)-[:HANDLED_BY]->(o) WHERE o IN myParties
    AND CASE WHEN onlyAssigned THEN EXISTS { (k)-[:WORKED_BY]->(c) WHERE c IN officers } ELSE true END
  WITH d ORDER BY d.due, d.id
  """
    + _told(proposed="d")
    + """
}"""
)

_WRITTEN: Final = (
    """
CALL (*) {
  UNWIND clients AS i MATCH (i)<-[:CONCERNS]-(k:Case)<-[:ASKED_IN]-(item:RequestItem)
  WHERE item.state = 'OPEN' AND k.status <> 'CLOSED' AND {sees_item}
  WITH item ORDER BY item.askedAt, item.id
  """
    + _told(items="item")
    + """
}
CALL (*) {
  CALL (*) {
    UNWIND CASE WHEN isOffice AND NOT onlyAssigned THEN [1] ELSE [] END AS gate
    MATCH (r:Referral) USING INDEX r:Referral(state, sentAt) WHERE r.state = 'OPEN' AND r.sentAt IS NOT NULL
    MATCH (r)-[:REFERS]->(:Case)-[:HANDLED_BY]->(o) WHERE o IN myParties
    MATCH (s)<-[:SENT_BY]-(r)-[:SENT_TO]->(t) WHERE s <> o AND NOT t:Agency
    RETURN r
    UNION ALL
    UNWIND CASE WHEN isAgency AND NOT onlyAssigned THEN myParties ELSE [] END AS g
    MATCH (g:Agency)<-[:SENT_TO]-(r:Referral)-[:REFERS]->(k:Case) WHERE r.state = 'OPEN'
    MATCH (k)-[j:INVOLVES]->(g) WHERE j.acceptedAt IS NOT NULL
    RETURN r
  }
  WITH r ORDER BY r.sentAt, r.id
  """
    + _told(referrals="r")
    + """
}
CALL (*) {
  UNWIND myParties AS o MATCH (o)<-[:ASKED_OF]-(q:Question) WHERE q.state = 'ASKED'
  WITH q ORDER BY q.dueOn, q.id
  """
    + _told(questions="q")
    + """
}
CALL (*) {
  CALL (*) {
    UNWIND myParties AS o MATCH (o)<-[:ASKED_BY]-(q:Question) WHERE q.state = 'ASKED' RETURN q
    UNION ALL MATCH (:Account {id: $viewer})-[:ASKED]->(q:Question) WHERE q.state = 'ASKED' RETURN q
  }
  WITH q ORDER BY q.dueOn, q.id
  """
    + _told(asked="q")
    + """
}
CALL (*) {
  UNWIND myParties AS a MATCH (a:Association)<-[:ON_BOARD_OF]-(issue:Issue)
  WITH issue ORDER BY issue.title, issue.id
  """
    + _told(board="issue")
    + """
}"""
)


def _start(sees: Sees, _: Any) -> str:
    case, deadline, item = (
        f"({sees.row(row, label)})" for row, label in (("k", "Case"), ("d", "Deadline"), ("item", "RequestItem"))
    )
    cases = cypher.fill(_CASES, sees_case=case, back=_BACK)
    deadlines = cypher.fill(_DEADLINES, sees_deadline=deadline, in_force=in_force("r"))
    return "".join((_WHO, cases, deadlines, cypher.fill(_WRITTEN, sees_item=item)))


def _supplied(arguments: Arguments) -> Arguments:
    within = _DAYS if arguments["within"] is None else arguments["within"]
    if not 0 <= within <= _MOST_DAYS:
        raise BadInput(f"within: 0 to {_MOST_DAYS} days")
    return {"first": first_of(arguments, _FEW, _MOST), "within": within}


def _value(name: str, doc: str, expression: str, kind: Kind = Kind.STRING, *, required: bool = False) -> Value:
    return Value(Property(name, doc, kind, required=required), expression)


_CASE: Final = RowOf("case", "The case.", "Case", "k", required=True, beside=("importer", "kind"))


def _cases(name: str, doc: str, *, since: str = "k.openedAt") -> RecordOf:
    """A list of cases, those first that wait longest."""
    row = Record(
        "DeskCase",
        "A case on a desk.",
        (
            _CASE,
            _value("since", "Since when it lies there, as far as that is known; else when it was opened.",
                   f"coalesce({since}, k.openedAt)", Kind.DATETIME, required=True),
            _value("due", "The next day on which something is due in it, whoever owes it.",
                   "head(COLLECT { MATCH (k)<-[:OF_CASE]-(n:Deadline) WHERE n.state = 'RUNNING' AND n.due >= today"
                   " RETURN n.due ORDER BY n.due LIMIT 1 })", Kind.DATE),
        ),
    )  # fmt: skip
    clauses = f"UNWIND {name} AS k"
    return _list(name, doc, "Cases", row, clauses, f"coalesce({since}, k.openedAt), k.id")


def _deadlines(name: str, doc: str) -> RecordOf:
    row = Record(
        "DeskDeadline",
        "A deadline on a desk.",
        (
            RowOf("deadline", "The deadline.", "Deadline", "d", required=True),
            _CASE,
            _value("due", "Its last day.", "d.due", Kind.DATE, required=True),
            _value("daysLeft", "How many days are left; below zero once it has passed.",
                   "duration.inDays(today, d.due).days", Kind.INT, required=True),
        ),
    )  # fmt: skip
    clauses = f"UNWIND {name} AS d MATCH (d)-[:OF_CASE]->(k:Case)"
    return _list(name, doc, "Deadlines", row, clauses, "d.due, d.id")


def _list(name: str, doc: str, what: str, row: Record, clauses: str, order: str) -> RecordOf:
    """A list of that name, with its count and its first rows, which the clauses bind."""
    count = _value("count", "How many there are.", f"{name}Count", Kind.INT, required=True)
    rows = Records("rows", "The first of them.", row, lambda _: clauses, order)
    return RecordOf(name, doc, Record(f"Desk{what}", f"{what} on a desk.", (count, rows)))


_ITEM: Final = Record(
    "DeskItem",
    "An item of a request on a desk.",
    (RowOf("item", "The item.", "RequestItem", "item", required=True), _CASE),
)
_REFERRAL: Final = Record(
    "DeskReferral",
    "A case on a desk that another office sent.",
    (RowOf("referral", "What was asked.", "Referral", "r", required=True), _CASE),
)
_QUESTION: Final = Record(
    "DeskQuestion",
    "A question on a desk.",
    (
        RowOf("question", "The question.", "Question", "q", required=True),
        _value("due", "The day by which an answer is promised.", "q.dueOn", Kind.DATE, required=True),
    ),
)
_ISSUE: Final = Record(
    "DeskIssue", "An issue on a board.", (RowOf("issue", "The issue.", "Issue", "issue", required=True),)
)


def _questions(name: str, doc: str) -> RecordOf:
    clauses = f"UNWIND {name} AS q"
    return _list(name, doc, "Questions", _QUESTION, clauses, "q.dueOn, q.id")


MY_DESK: Final = CustomField(
    "myDesk",
    "What waits for you, in lists: each with its count and its first rows, the most pressing first. `desk:` of cases,"
    " deadlines, questions, requestItems and referrals gives a list in whole, in pages, under conditions.",
    (
        Property("first", f"How many rows of each list at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
        Property("within", f"How many days are soon: 0 to {_MOST_DAYS}, {_DAYS} if not said.", Kind.INT),
        Property("assigned", "Only cases that are given to the contact that you are; see linkContact.", Kind.BOOLEAN),
    ),
    Record(
        "Desk",
        "What waits for a viewer.",
        (
            _value("today", "The day in Washington.", "today", Kind.DATE, required=True),
            RowOf("officer", "The contact that you are; the first, of several parties.", "Contact", "officer"),
            _cases("assigned", "Open cases that are given to the contact that you are."),
            _cases("mine", "Open cases of your own parties, or of clients."),
            _cases("toAnswer", "Open cases that wait for you: of what you own, those that something came back to; of"
                   " your own and your clients', those whose owner asked.",
                   since="coalesce(k.awaitingSince, CASE WHEN k.status = 'AWAITING' THEN null"
                         f" ELSE {_BACK} END)"),
            _cases("awaiting", "Open cases that wait for the other side."),
            _cases("unassigned", "Open cases without an officer; for an agency, those that it has not taken on."),
            _cases("referred", "Open cases that you sent to another owner."),
            _deadlines("dueSoon", "What you or your clients owe within those days."),
            _deadlines("overdue", "What you or your clients owed, and have not done."),
            _deadlines("proposed", "What the law deems decided, and is for you to pronounce."),
            _list("items", "What is asked of you or your clients, item by item, and not answered.", "Items", _ITEM,
                  "UNWIND items AS item MATCH (item)-[:ASKED_IN]->(k:Case)", "item.askedAt, item.id"),
            _list("referrals", "What others sent you, and you have not answered.", "Referrals", _REFERRAL,
                  "UNWIND referrals AS r MATCH (r)-[:REFERS]->(k:Case)",
                  "r.sentAt, r.id"),
            _questions("questions", "Questions that you are to answer."),
            _questions("asked", "Questions that you asked, and nobody has answered."),
            _list("board", "For an association: the issues on its board.", "Issues", _ISSUE,
                  "UNWIND board AS issue", "issue.title, issue.id"),
        ),
    ),
    _start,
    _supplied,
    rows=_MOST * 10,
)  # fmt: skip
