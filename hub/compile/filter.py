"""Conditions as predicates.

What is unknown does not hold: a comparison with an empty property is false, its `not` true.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from graph_schema.cypher import name
from hub.compile import query
from hub.compile.traversal import Scope, looked_up

_OPERATORS: Final[Mapping[str, str]] = {
    "eq": "=", "in": "IN", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "contains": "CONTAINS",
    "startsWith": "STARTS WITH",
}  # fmt: skip


def predicates(scope: Scope, condition: query.Condition, row: str, labels: Sequence[str], edge: str) -> list[str]:
    """Predicates that together say the condition of a row that has one of these labels."""
    if isinstance(condition, query.All):
        return [text for member in condition.of for text in predicates(scope, member, row, labels, edge)]
    return [_predicate(scope, condition, row, labels, edge)]


def compared(condition: query.Condition) -> list[query.Compare]:
    """The comparisons of the row that must all hold."""
    return [found for found in _parts(condition) if isinstance(found, query.Compare) and not found.of_edge]


def equal_in(condition: query.Condition) -> set[str]:
    """The properties of the row that must equal a parameter."""
    return {found.property for found in compared(condition) if found.operator == "eq"}


def said_in(condition: query.Condition) -> dict[str, bool]:
    """The properties of the row that must be true, or false."""
    return {
        found.property: found.known
        for found in compared(condition)
        if found.operator == "eq" and found.known is not None
    }


def only_compares(condition: query.Condition, properties: Collection[str]) -> bool:
    """Whether the condition consists of comparisons of these properties of the row."""
    return all(
        isinstance(found, query.Compare) and not found.of_edge and found.property in properties
        for found in _parts(condition)
    )


def _parts(condition: query.Condition) -> list[query.Condition]:
    """The conditions that must all hold."""
    if isinstance(condition, query.All):
        return [found for member in condition.of for found in _parts(member)]
    return [condition]


def _predicate(scope: Scope, condition: query.Condition, row: str, labels: Sequence[str], edge: str) -> str:
    """The condition as one expression: true where it holds, false or null where it does not."""
    match condition:
        case query.Compare():
            return _comparison(condition, edge if condition.of_edge else row)
        case query.All():
            return f"({' AND '.join(_each(scope, condition.of, row, labels, edge)) or 'true'})"
        case query.AnyOf():
            return _any_of(scope, condition, row, labels, edge)
        case query.Not():
            return f"NOT coalesce({_predicate(scope, condition.of, row, labels, edge)}, false)"
        case query.IsA():
            inner = predicates(scope, condition.condition, row, (condition.label,), edge)
            return f"({' AND '.join((f'{row}:{condition.label}', *inner))})"
        case query.Across():
            return _across(scope, condition, row, labels)


def _each(scope: Scope, conditions: Iterable[query.Condition], row: str, labels: Sequence[str], edge: str) -> list[str]:
    return [_predicate(scope, found, row, labels, edge) for found in conditions]


def _comparison(found: query.Compare, of: str) -> str:
    value = f"{of}.{name(found.property)}"
    if found.operator == "isNull":
        return f"({value} IS NULL) = ${found.parameter}"
    if found.operator == "eq" and found.known is not None:
        # a rule may be left out for it (`said_in`), so the statement must not depend on what it is sent
        return f"{value} = {str(found.known).lower()}"
    operator = _OPERATORS[found.operator]
    match found.folds:
        case query.Folds.NOT:
            return f"{value} {operator} ${found.parameter}"
        case query.Folds.CAPITALS:
            return f"toLower({value}) {operator} ${found.parameter}"
        case query.Folds.SOUGHT:
            # lower case is in no index: the first letters are, in each of four ways
            sought = " OR ".join(f"{value} {operator} ${found.parameter}[{way}]" for way in range(1, 5))
            return f"(({sought}) AND toLower({value}) {operator} ${found.parameter}[0])"


def _any_of(scope: Scope, condition: query.AnyOf, row: str, labels: Sequence[str], edge: str) -> str:
    alternatives = _each(scope, condition.of, row, labels, edge)
    if not alternatives:
        return "false"
    if all(isinstance(found, query.Compare) for found in condition.of):
        return f"({' OR '.join(alternatives)})"
    # an OR of more than comparisons would be turned into a conjunction, with every sub-query many times
    return f"CASE {' '.join(f'WHEN {found} THEN true' for found in alternatives)} ELSE false END"


def _across(scope: Scope, condition: query.Across, row: str, labels: Sequence[str]) -> str:
    route = condition.route
    walk = looked_up(scope, row, labels[0], route)
    if condition.quantifier == "every":
        inner = _predicate(scope, condition.condition, walk.row, route.labels, walk.edge)
        return f"NOT EXISTS {{ {walk.text(f'NOT coalesce({inner}, false)')} }}"
    inner = predicates(scope, condition.condition, walk.row, route.labels, walk.edge)
    return f"{'NOT ' if condition.quantifier == 'none' else ''}EXISTS {{ {walk.text(*inner)} }}"
