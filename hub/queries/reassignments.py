"""`reassignmentPreview`: what would become of many cases if they were given to another officer or office; nothing
changes.

The verb and the job that give them take the same cases by the same clauses.
"""

from collections.abc import Mapping
from typing import Any, Final, LiteralString, cast

from graph_schema.formats import IMPORTER_NUMBER
from graph_schema.model import Kind, Property
from hub.compile.compiler import CustomField, Record, Records, RowOf, Value
from hub.errors import BadInput
from hub.queries.arguments import Arguments, first_of
from hub.records.source_record import KEPT

_FEW: Final = 20
_MOST: Final = 200
_KEYS: Final[Mapping[str, str]] = {"Center": "code", "Port": "id", "Office": "code", "Contact": "id"}
"""The labels that cases are taken from and given to, with the property of a nodeId."""

FROM: Final = Property(
    "from", "Whose cases: a Center, port or headquarters office, or an officer, as a nodeId, e.g. Contact:ID.",
    required=True,
)  # fmt: skip
TO: Final = Property("to", "Who gets them, as a nodeId: an office, or an officer of the cases' owner.", required=True)
CONDITIONS: Final = (
    Property("kind", "Only cases of this kind, by its code."),
    Property("importer", "Only cases of this importer.", format=IMPORTER_NUMBER),
    Property("program", "Only cases under this trade program, by its code."),
    Property("openedBefore", "Only cases opened before that moment.", Kind.DATETIME),
    Property("unassigned", "Only cases without an officer.", Kind.BOOLEAN),
)
"""Which of the open cases are wanted; all that is said must hold."""


def party(name: str, node_id: str) -> dict[str, str]:
    """Label and key of a nodeId. Raises `BadInput`."""
    label, _, key = node_id.partition(":")
    if label not in _KEYS or not key:
        raise BadInput(f"{name}: a nodeId is expected, e.g. Center:CEE004 or Contact:ID")
    return {"label": label, "key": key}


_OF_VIEWER: Final[LiteralString] = " AND (seesAll OR EXISTS { (x)-[:WORKS_FOR]->(w) WHERE w IN myParties })"


def _row(of: LiteralString, officer: LiteralString) -> LiteralString:
    """The expression for the row that a party names, by label and key; of an officer that also must hold."""
    each = " UNION ALL ".join(
        f"MATCH (x:{label} {{{key}: {of}.key}}) WHERE {of}.label = '{label}'{officer if label == 'Contact' else ''}"
        " RETURN x"
        for label, key in _KEYS.items()
    )
    return cast("LiteralString", f"head(COLLECT {{ CALL (*) {{ {each} }} RETURN x }})")


def ends(*, of_viewer: bool) -> LiteralString:
    """The clauses that find who gives cases, `giver`, and who gets them, `taker`, by the map `wanted`; null where there
    is none, or an officer is of no office of the viewer's."""
    officer: LiteralString = _OF_VIEWER if of_viewer else ""
    return "WITH *, " + _row("wanted.from", officer) + " AS giver, " + _row("wanted.to", officer) + " AS taker"


MATCHES: Final[LiteralString] = """
CALL (*) {
  UNWIND CASE WHEN giver:Contact THEN [1] ELSE [] END AS gate
  MATCH (giver)<-[:WORKED_BY]-(k:Case)-[:HANDLED_BY]->(owner)
  WHERE EXISTS { (giver)-[:WORKS_FOR]->(owner) } OR EXISTS { (giver)-[:WORKS_FOR]->(:Team)-[:PART_OF]->(owner) }
  RETURN k, owner
  UNION ALL UNWIND CASE WHEN giver:Contact THEN [] ELSE [giver] END AS owner MATCH (owner)<-[:HANDLED_BY]-(k:Case)
  RETURN k, owner
}
WITH * WHERE k.status <> 'CLOSED'
  AND (wanted.openedBefore IS NULL OR k.openedAt < wanted.openedBefore)
  AND CASE WHEN wanted.kind IS NULL THEN true ELSE EXISTS { (k)-[:OF_KIND]->(:CaseKind {code: wanted.kind}) } END
  AND CASE WHEN wanted.importer IS NULL THEN true
    ELSE EXISTS { (k)-[:CONCERNS]->(:Importer {number: wanted.importer}) } END
  AND CASE WHEN wanted.program IS NULL THEN true
    ELSE EXISTS { (k)-[:TAGGED]->(:Program {code: wanted.program}) } END
  AND CASE WHEN coalesce(wanted.unassigned, false) THEN NOT EXISTS { (k)-[:WORKED_BY]->() } ELSE true END"""
"""The clauses that bind the open cases `k` that are wanted, each with its `owner`."""
REFUSAL: Final[LiteralString] = (
    """CASE
  WHEN taker:Contact AND NOT EXISTS { (taker)-[:WORKS_FOR]->(owner) }
    AND NOT EXISTS { (taker)-[:WORKS_FOR]->(:Team)-[:PART_OF]->(owner) }
    THEN 'its owner, ' + owner.name + ', has no officer ' + taker.name
  WHEN taker:Contact AND EXISTS { (k)-[:WORKED_BY]->(taker) } THEN taker.name + ' works on it already'
  WHEN taker:Contact THEN null
  WHEN owner = taker THEN owner.name + ' handles it already'
  ELSE head(COLLECT { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE """
    + KEPT
    + """ RETURN 'it is kept by the system ' + r.system + ': change its owner there' LIMIT 1 }) END"""
)
"""The expression for why the case `k` cannot be given to `taker`; null where it can."""

_START: Final = (
    "WITH *, $asked AS wanted\n"
    + ends(of_viewer=True)
    + """
CALL (*) {"""
    + MATCHES.replace("\n", "\n  ")
    + """
    AND taker IS NOT NULL AND (seesAll OR owner IN myParties)
  WITH k, """
    + REFUSAL
    + """ AS refusal
  WITH k, refusal ORDER BY k.openedAt, k.id
  RETURN collect([k, refusal]) AS found
}
WITH *, [one IN found WHERE one[1] IS NOT NULL] AS refused"""
)


def _start(*_: Any) -> str:
    return _START


def _supplied(arguments: Arguments) -> Arguments:
    return {
        "from": party("from", arguments["from"]),
        "to": party("to", arguments["to"]),
        "first": first_of(arguments, _FEW, _MOST),
    }


def _number(name: str, doc: str, expression: str) -> Value:
    return Value(Property(name, doc, Kind.INT, required=True), expression)


def _first_of(found: str, condition: str) -> str:
    each = f"UNWIND {found} AS one WITH one[0] AS k, one[1] AS refusal, one WHERE {condition}"
    return f"{each} WITH k, refusal LIMIT $first"


_PREVIEWED: Final = Record(
    "ReassignedCase",
    "A case that would be given to another, or refused.",
    (
        RowOf("case", "The case.", "Case", "k", required=True, beside=("importer", "kind")),
        Value(Property("refusal", "Why it could not be given; null where it could."), "refusal"),
    ),
)
REASSIGNMENT: Final = CustomField(
    "reassignmentPreview",
    "What `reassignCases` would do: how many open cases fit, which could be given, and which not and why. Nothing is"
    " changed.",
    (
        FROM,
        TO,
        *CONDITIONS,
        Property("first", f"How many cases of each list at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "ReassignmentPreview",
        "What would become of many cases.",
        (
            Value(
                Property("unknown", "Of `from` and `to`, what there is not, or is of no office of yours.", Kind.STRINGS,
                         required=True),
                "[one IN [['from', giver], ['to', taker]] WHERE one[1] IS NULL | one[0]]",
            ),
            _number("total", "How many open cases fit.", "size(found)"),
            _number("given", "How many would be given.", "size(found) - size(refused)"),
            _number("refused", "How many could not be given.", "size(refused)"),
            Records("cases", "Those that would be given, the oldest first.", _PREVIEWED, lambda _:
                    _first_of("found", "one[1] IS NULL"),
                    "k.openedAt, k.id"),
            Records("refusals", "Those that could not, the oldest first.", _PREVIEWED, lambda _:
                    _first_of("refused", "true"), "k.openedAt, k.id"),
        ),
    ),
    _start,
    _supplied,
    ("first",),
    rows=_MOST * 5,
)  # fmt: skip
