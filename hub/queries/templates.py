"""`filledTemplate`: a template with its blanks filled, by what is given and by what a case says; nothing is sent."""

import re
from collections.abc import Iterable
from typing import Any, Final, LiteralString

from graph_schema import cypher
from graph_schema.formats import CASE_NUMBER
from graph_schema.model import Kind, Property
from hub.compile.compiler import CustomField, Record, RowOf, Sees, Value
from hub.errors import BadInput
from hub.queries.arguments import Arguments

BLANK: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_LONGEST: Final = 2_000
_OF_CASE: Final[LiteralString] = """
['case_number', k.number], ['case_title', k.title],
  ['kind', head(COLLECT { MATCH (k)-[:OF_KIND]->(x:CaseKind) RETURN x.name })],
  ['importer', head(COLLECT { MATCH (k)-[:CONCERNS]->(x:Importer) RETURN x.name })],
  ['importer_number', head(COLLECT { MATCH (k)-[:CONCERNS]->(x:Importer) RETURN x.number })],
  ['office', head(COLLECT { MATCH (k)-[:HANDLED_BY]->(x) RETURN x.name })],
  ['officer', head(COLLECT { MATCH (k)-[:WORKED_BY]->(x:Contact) RETURN x.name })],
  ['entries', head([numbers IN [COLLECT { MATCH (k)-[:COVERS_ENTRY]->(x:Entry) RETURN x.number ORDER BY x.number }]
    WHERE numbers <> [] | reduce(all = head(numbers), number IN tail(numbers) | all + ', ' + number)])],
  ['today', toString(date(datetime({datetime: now, timezone: 'America/New_York'})))]"""
FROM_THE_CASE: Final = tuple(re.findall(r"\['(\w+)'", _OF_CASE))
"""The blanks that are filled from the case where nothing else is said."""

FILL: Final[LiteralString] = (
    "WITH *, [pair IN [" + _OF_CASE + "] WHERE pair[1] IS NOT NULL AND NOT pair[0] IN [p IN given | p[0]]] + given"
    """ AS pairs
WITH *, reduce(filled = t.title, pair IN pairs | replace(filled, '{{' + pair[0] + '}}', pair[1])) AS title,
  reduce(filled = t.text, pair IN pairs | replace(filled, '{{' + pair[0] + '}}', pair[1])) AS text,
  [item IN coalesce(t.items, []) |
    reduce(filled = item, pair IN pairs | replace(filled, '{{' + pair[0] + '}}', pair[1]))] AS items,
  [blank IN coalesce(t.blanks, []) WHERE NOT blank IN [pair IN pairs | pair[0]]] AS unfilled"""
)
"""The clauses that fill the template `t` for the case `k`, or null, by the list of name and value `given`: `title`,
`text`, `items`, and the names of blanks that are `unfilled`."""


def blanks_in(texts: Iterable[str]) -> list[str]:
    """The names of the blanks in these texts, each once, in their order."""
    return list(dict.fromkeys(name for text in texts for name in BLANK.findall(text)))


def filled_by(blanks: Iterable[str]) -> list[list[str]]:
    """Name and value of each `name=value`. Raises `BadInput`."""
    pairs: list[list[str]] = []
    for blank in blanks:
        name, is_given, value = blank.partition("=")
        if not is_given or not value.strip():
            raise BadInput(f"blanks: {blank[:60]!r} fills nothing; expected is name=value, e.g. entry=ABC-1234567-6")
        if len(value) > _LONGEST:
            raise BadInput(f"blanks: {name.strip()}: at most {_LONGEST:,} characters")
        pairs.append([name.strip(), value.strip()])
    return pairs


# A case fills blanks for who may send it: others who see it need not see its officer, its importer or its entries.
_START: Final = """
OPTIONAL MATCH (t:Template {id: $asked.template}) WHERE {sees_template}
OPTIONAL MATCH (k:Case {number: $asked.case})
  WHERE seesAll OR EXISTS { (k)-[:HANDLED_BY]->(owner) WHERE owner IN myParties }
WITH *, $asked.given AS given
"""


def _start(sees: Sees, _: Any) -> str:
    return cypher.fill(_START, sees_template=f"({sees.row('t', 'Template')})") + FILL


def _value(name: str, doc: str, expression: str, kind: Kind = Kind.STRING) -> Value:
    return Value(Property(name, doc, kind, required=kind is Kind.STRINGS), expression)


def _supplied(arguments: Arguments) -> Arguments:
    return {"given": filled_by(arguments["blanks"] or ())}


FILLED_TEMPLATE: Final = CustomField(
    "filledTemplate",
    "A template with its blanks filled, as it would be sent; what is not filled is told. Without a case only by what is"
    f" given; a case that your office owns fills {', '.join(FROM_THE_CASE)}.",
    (
        Property("template", "The template, by its id.", required=True),
        Property("case", "The case that it is filled for.", format=CASE_NUMBER),
        Property("blanks", "What blanks are filled with, as name=value.", Kind.STRINGS),
    ),
    Record(
        "FilledTemplate",
        "A template with its blanks filled.",
        (
            RowOf("template", "The template; null where there is none to be seen.", "Template", "t"),
            _value("title", "Its title.", "title"),
            _value("text", "Its text.", "text"),
            _value("items", "Its items.", "items", Kind.STRINGS),
            _value("unfilled", "The names of blanks that are not filled.", "unfilled", Kind.STRINGS),
        ),
    ),
    _start,
    _supplied,
)
