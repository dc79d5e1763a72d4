"""`sharedIssues`: what the viewer's cases have in common with those of others, who handles it, how it grows, and how
many others hold it.

What the viewer sees by the rules is told as it is. Of the others only figures are told
(`hub/detection/shared_issues.py` keeps them), less the importers that the viewer sees themselves, and only from the
least number of parties on; by name only those that agreed to be named.
"""

from typing import Any, Final

from graph_schema import cypher
from graph_schema.model import Kind, Property
from graph_schema.viewer_sets import CLIENTS_CASES, takes_part
from hub.compile.compiler import Arguments, CustomField, Record, Records, RowOf, Sees, Value
from hub.errors import BadInput
from hub.queries.arguments import first_of
from hub.queries.contact_rules import DESK_ROLE, DIRECTORS
from hub.queries.similarities import LIKENESSES

LEAST: Final = 5
"""So many importers a figure about others tells of at the least."""
_MOST: Final = 50
_FEW: Final = 10
_LOOKED_AT: Final = 1_000
"""So many issues of an office are ranked at the most."""

_OPEN: Final = "coalesce({i}.state, 'CONFIRMED') IN ['PROPOSED', 'CONFIRMED']"
_ONE: Final = "$asked.issue IS NOT NULL"
# Which issues are asked for.
_WANTED: Final = " AND ".join(
    (
        cypher.fill(_OPEN, i="i"),
        "($asked.issue IS NULL OR i.id = $asked.issue)",
        "($asked.likeness IS NULL OR i.likeness = $asked.likeness)",
        "(NOT coalesce($asked.followed, false) OR EXISTS { (p)-[:FOLLOWS]->(i) WHERE p IN myParties })",
    )
)
# Those that the viewer may see, for each reason: with its cases where it has few, else with how many importers of it
# hold it. Where one is asked for, it is gone to first.
_CANDIDATES: Final = f"""
  {cypher.bind(CLIENTS_CASES, {"n": "k", "i": "client"}, str)} MATCH (k)-[:ABOUT|MAY_BE_ABOUT]->(i:Issue)
    WHERE {_WANTED}
  RETURN i, collect(DISTINCT k) AS few, 0 AS weight
  UNION ALL UNWIND CASE WHEN official AND NOT seesAll THEN myParties ELSE [] END AS o
  CALL (o) {{
    UNWIND CASE WHEN {_ONE} THEN [] ELSE [1] END AS gate MATCH (o)<-[:FIGURE_OF]-(f:IssueFigure)-[:OF_ISSUE]->(i:Issue)
      RETURN i, f
    UNION ALL MATCH (i:Issue {{id: $asked.issue}}) MATCH (o)<-[:FIGURE_OF]-(f:IssueFigure)-[:OF_ISSUE]->(i) RETURN i, f
  }}
  WITH o, i, f WHERE f.dimension IN ['handler', 'agency'] AND {_WANTED}
  WITH o, i, f, COUNT {{ (f)-[:AWAITS|COUNTS]->() }} AS weight ORDER BY weight DESC LIMIT {_LOOKED_AT}
  RETURN i, [] AS few, sum(weight) AS weight
  UNION ALL UNWIND CASE WHEN seesAll THEN [1] ELSE [] END AS gate
  CALL () {{
    UNWIND CASE WHEN {_ONE} THEN [] ELSE [1] END AS gate MATCH (f:IssueFigure)-[:OF_ISSUE]->(i:Issue)
      WHERE f.dimension = 'all' AND f.n >= 0
    RETURN i, f ORDER BY f.dimension DESC, f.n DESC LIMIT {_LOOKED_AT}
    UNION ALL MATCH (i:Issue {{id: $asked.issue}})<-[:OF_ISSUE]-(f:IssueFigure) WHERE f.dimension = 'all' AND f.n >= 0
      RETURN i, f
  }}
  WITH i, f, COUNT {{ (f)-[:AWAITS|COUNTS]->() }} AS weight WHERE {_WANTED}
  RETURN i, [] AS few, weight
  UNION ALL UNWIND myParties AS o MATCH (o:Association)<-[:ON_BOARD_OF]-(i:Issue) WHERE {_WANTED}
  RETURN i, [] AS few, 0 AS weight"""


# Each issue once, the most widely held first; those of an office by how many of its own importers hold them.
_FOUND: Final = """
WITH *, coalesce(head(COLLECT { MATCH (s:Sharing {id: 'sharing'}) RETURN s.least }), {least}) AS least
WITH *, COLLECT {
  CALL (*) { {candidates} }
  WITH i, collect(few) AS fews, max(weight) AS weight
  OPTIONAL MATCH (whole:IssueFigure {id: i.id + '|all'})
  WITH i, whole, weight, reduce(all = [], few IN fews | all + few) AS few
  WITH i, whole, weight, few, COLLECT { UNWIND few AS k MATCH (k)-[:CONCERNS]->(m:Importer) RETURN DISTINCT m } AS mine
  WITH i, whole, weight, few, mine, coalesce(whole.n, 0) - COUNT { UNWIND mine AS m
    MATCH (whole)-[:COUNTS]->(m) } AS others
  WHERE others >= least OR weight >= 2 OR size(mine) >= 2
    OR EXISTS { MATCH (i)<-[:NAMED_IN]-(m:Importer) WHERE NOT m IN mine }
  RETURN [i, whole, few] ORDER BY weight DESC, coalesce(whole.n, 0) DESC, i.title, i.id LIMIT $first
} AS found
WITH *, CASE WHEN $asked.rows.issues_handlers_contact IS NULL THEN [] ELSE COLLECT {
  CALL (found, least) {
    UNWIND found AS one WITH one[0] AS i, one[2] AS few, least
    CALL (i, few, least) {
      UNWIND few AS k MATCH (k)-[:HANDLED_BY|INVOLVES]->(office) RETURN office
      UNION MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure)-[:FIGURE_OF]->(office) WHERE f.dimension IN ['handler', 'agency']
        AND f.n >= least RETURN office
    }
    RETURN DISTINCT office
  }
  RETURN [office, {first_contact}]
} END AS firstContacts"""
# Whom to turn to at an office: the issues of a page have most offices in common.
_FIRST_CONTACT: Final = f"""head(COLLECT {{ MATCH (office)<-[:WORKS_FOR]-(c:Contact) WHERE c.published
  RETURN c ORDER BY c.role = {DESK_ROLE}, c.role IN {DIRECTORS}, c.name, c.id LIMIT 1 }})"""
_EACH: Final = """
UNWIND range(0, size(found) - 1) AS spot
WITH *, found[spot][0] AS issue, found[spot][1] AS whole, found[spot][2] AS few
WITH *, few + CASE WHEN official THEN COLLECT {
  CALL (issue) { RETURN issue AS part UNION ALL MATCH (part:Issue)-[:MERGED_INTO]->(issue) RETURN part }
  MATCH (part)<-[a:ABOUT|ALIKE_BY]-(k:Case) WHERE NOT k IN few AND {sees_case}
    AND (a:ABOUT OR issue.sharedAt IS NOT NULL OR seesAll
      OR EXISTS { MATCH (k)-[:HANDLED_BY]->(o) WHERE o IN myParties })
  RETURN DISTINCT k
} ELSE [] END AS cases
WITH * WHERE cases <> [] OR EXISTS { MATCH (issue)-[:ON_BOARD_OF]->(a) WHERE a IN myParties }
WITH *, COLLECT { UNWIND cases AS k MATCH (k)-[:CONCERNS]->(m:Importer) WHERE {sees_importer}
  RETURN DISTINCT m } AS mine
WITH *, COLLECT { MATCH (issue)<-[:NAMED_IN]-(m:Importer) WHERE NOT m IN mine RETURN m
  ORDER BY m.name, m.number } AS named
WITH *, CASE WHEN seesAll THEN [] ELSE COLLECT {
  UNWIND mine + named AS m MATCH (m)<-[:COUNTS]-(f:IssueFigure)-[:OF_ISSUE]->(issue) WITH f, count(m) AS known
    RETURN [f, known]
} END AS counted
WITH *, CASE WHEN seesAll THEN size(mine)
  ELSE coalesce(whole.n, 0) - reduce(n = 0, c IN counted | n + CASE WHEN c[0] = whole THEN c[1]
    ELSE 0 END) END AS others,
  head(COLLECT { UNWIND myParties AS a MATCH (a:Association)<-[:FIGURE_OF]-(f:IssueFigure)-[:OF_ISSUE]->(issue)
    RETURN f.n }) AS members
WITH *, seesAll OR others >= least AS told"""

# Who handles it: of the viewer's cases, and of as many others.
_HANDLERS: Final = f"""
CALL (*) {{
  UNWIND cases AS k MATCH (k)-[r:HANDLED_BY|INVOLVES]->(office) WHERE {takes_part("r")}
  WITH office, collect(k) AS there
  RETURN office, size(there) AS casesThere, CASE WHEN seesAll THEN
    size(COLLECT {{ UNWIND there AS k MATCH (k)-[:CONCERNS]->(m) RETURN DISTINCT m }}) ELSE 0 END AS othersThere
  UNION ALL UNWIND CASE WHEN told AND NOT seesAll THEN [1] ELSE [] END AS gate
  MATCH (issue)<-[:OF_ISSUE]-(f:IssueFigure)-[:FIGURE_OF]->(office) WHERE f.dimension IN ['handler', 'agency']
    AND f.n >= least
  RETURN office, 0 AS casesThere, f.n - reduce(n = 0, c IN counted | n + CASE WHEN c[0] = f THEN c[1]
    ELSE 0 END) AS othersThere
}}
WITH office, sum(casesThere) AS casesThere, max(othersThere) AS othersThere
WITH *, CASE WHEN seesAll OR othersThere >= least THEN othersThere END AS othersThere_
WITH * WHERE casesThere > 0 OR othersThere_ IS NOT NULL
WITH *, coalesce(head([one IN firstContacts WHERE one[0] = office | one[1]]), {_FIRST_CONTACT}) AS contact"""

# Batches of a month are one point; a point of fewer than are told is part of the next. Who sees all is told each month
# in which importers met it.
_TREND: Final = """
WITH *, CASE WHEN told THEN coalesce(whole.sizes, []) ELSE [] END AS sizes, whole.through AS through
WITH *, reduce(points = [], b IN range(0, size(sizes) - 1) |
  CASE WHEN points <> [] AND (last(points)[0] = through[b] OR last(points)[1] < least)
    THEN points[..-1] + [[through[b], last(points)[1] + sizes[b]]]
    ELSE points + [[through[b], sizes[b]]] END) AS points
WITH *, CASE WHEN seesAll THEN COLLECT { UNWIND cases AS k MATCH (k)-[:CONCERNS]->(m:Importer)
  WITH m, min(k.openedAt) AS first
  WITH left(toString(first), 7) AS month, count(*) AS importersThen RETURN [month, importersThen] } ELSE points END
  AS points
UNWIND points AS point
WITH * WHERE seesAll OR point[1] >= least"""


def _start(*_: Any) -> str:
    return cypher.fill(_FOUND, least=cypher.literal(LEAST), candidates=_CANDIDATES, first_contact=_FIRST_CONTACT)


def _each(sees: Sees) -> str:
    importer = sees.beyond("Case", "importer", "m")
    return cypher.fill(_EACH, sees_case=sees.row("k", "Case"), sees_importer=importer)


def _supplied(arguments: Arguments) -> Arguments:
    first, likeness = first_of(arguments, _FEW, _MOST), arguments["likeness"]
    names = [each.name for each in LIKENESSES]
    if likeness is not None and likeness not in names:
        raise BadInput(f"likeness: one of {', '.join(names)}")
    return {"first": first}


def _number(name: str, doc: str, expression: str, *, required: bool = True) -> Value:
    return Value(Property(name, doc, Kind.INT, required=required), expression)


_HANDLER: Final = Record(
    "IssueHandler",
    "A Center, port, headquarters office or agency that handles cases of an issue.",
    (
        RowOf("office", "Which it is.", "Party", "office", required=True),
        _number("cases", "How many of the cases there you may see.", "casesThere"),
        _number("others", "How many importers beside yours had a case there; null where that would tell of too few."
            " For the Office of Trade all that have one.", "othersThere_", required=False),
        RowOf("contact", "Whom to turn to there; null where it publishes nobody.", "Contact", "contact",
            beside=("email", "phone")),
    ),
)  # fmt: skip
_POINT: Final = Record(
    "IssueTrendPoint",
    "How many more importers met an issue.",
    (
        Value(Property("through", "The month until which they did, e.g. 2026-03; from the month of the point before.",
            required=True),
              "point[0]"),
        _number("importers", "How many importers, yours too.", "point[1]"),
    ),
)  # fmt: skip
_ISSUE: Final = Record(
    "SharedIssue",
    "An issue that parties have in common.",
    (
        RowOf("issue", "The issue.", "Issue", "issue", required=True),
        Value(Property("why", "Why it is thought to be shared.", required=True),
              "coalesce(issue.why, 'an officer found these cases to be about it')"),
        _number("cases", "How many cases of it you may see.", "size(cases)"),
        _number("importers", "How many importers those concern.", "size(mine)"),
        _number("others", "How many other importers have met it, beside those that are named; null where that would "
                "tell of too few. For the Office of Trade all that have it.",
                "CASE WHEN told THEN others END", required=False),
        _number("members", "For an association: how many members, and clients of members, have met it; null where "
                "that would "
                "tell of too few.",
                "CASE WHEN members >= least THEN members END", required=False),
        Value(Property("named", "Other importers that hold it and let themselves be named.", Kind.STRINGS,
            required=True),
              "[m IN named | m.name]"),
        Records("handlers", "Who handles it, with your cases first.", _HANDLER, lambda _: _HANDLERS,
                "casesThere DESC, coalesce(othersThere_, 0) DESC, office.name"),
        Records("trend", "How it grows; none where that would tell of too few.", _POINT, lambda _: _TREND, "point[0]"),
        Value(Property("followed", "Whether you follow it.", Kind.BOOLEAN, required=True),
              "EXISTS { MATCH (p)-[:FOLLOWS]->(issue) WHERE p IN myParties }"),
        Value(Property("youAreNamed", "Whether an importer of yours lets itself be named in it.", Kind.BOOLEAN,
            required=True),
              "EXISTS { MATCH (m:Importer)-[:NAMED_IN]->(issue) WHERE m IN mine }"),
    ),
)  # fmt: skip
SHARED_ISSUES: Final = CustomField(
    "sharedIssues",
    "What your cases have in common with those of others; for an association, what its members have in common. Figures"
    " about others count `leastParties` importers or more, and change only when as many are new.",
    (
        Property("issue", "One issue, by its id."),
        Property("likeness", f"Issues of one kind of likeness: {', '.join(each.name for each in LIKENESSES)}."),
        Property("followed", "Only issues that you follow.", Kind.BOOLEAN),
        Property("first", f"How many issues at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "SharedIssues",
        "Issues that parties have in common.",
        (
            Records("issues", "The most widely held first.", _ISSUE, _each, "spot"),
            _number("leastParties", "So many importers a figure about others tells of at the least.", "least"),
        ),
    ),
    _start,
    _supplied,
    ("first",),
    rows=_MOST * 10,
)
