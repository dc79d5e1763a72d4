"""Conditions as predicates.

What is unknown does not hold: a comparison with an empty property is false, its `not` true.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from graph_schema.cypher import name, where
from hub.compile import query
from hub.compile.access import Access

_OPERATORS: Final[Mapping[str, str]] = {
    "eq": "=", "in": "IN", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "contains": "CONTAINS",
    "startsWith": "STARTS WITH",
}  # fmt: skip


def predicates(access: Access, condition: query.Condition, row: str, labels: Sequence[str], edge: str) -> list[str]:
    """Predicates that together say the condition of a row that has one of these labels."""
    if isinstance(condition, query.All):
        return [text for member in condition.of for text in predicates(access, member, row, labels, edge)]
    return [_predicate(access, condition, row, labels, edge)]


def _predicate(  # noqa: PLR0911 - one line a kind of condition
    access: Access, condition: query.Condition, row: str, labels: Sequence[str], edge: str
) -> str:
    """The condition as one expression: true where it holds, false or null where it does not."""
    match condition:
        case query.Compare():
            return _comparison(condition, edge if condition.of_edge else row)
        case query.All():
            return f"({' AND '.join(_each(access, condition.of, row, labels, edge)) or 'true'})"
        case query.AnyOf():
            return _any_of(access, condition, row, labels, edge)
        case query.Not():
            return f"NOT coalesce({_predicate(access, condition.of, row, labels, edge)}, false)"
        case query.IsA():
            inner = predicates(access, condition.condition, row, (condition.label,), edge)
            return f"({' AND '.join((f'{row}:{condition.label}', *inner))})"
        case query.Across():
            return _across(access, condition, row, labels)
        case query.OnDesk():
            return access.of_desk(condition.of, row)


def _each(
    access: Access, conditions: Iterable[query.Condition], row: str, labels: Sequence[str], edge: str
) -> list[str]:
    return [_predicate(access, member, row, labels, edge) for member in conditions]


def _comparison(compare: query.Compare, of: str) -> str:
    value = f"{of}.{name(compare.property)}"
    if compare.operator == "isNull":
        return f"({value} IS NULL) = ${compare.parameter}"
    if compare.operator == "eq" and compare.known is not None:
        # a rule may be left out for it (`query.said_in`), so the statement must not depend on what it is sent
        return f"{value} = {str(compare.known).lower()}"
    operator = _OPERATORS[compare.operator]
    match compare.folds:
        case query.Folds.NOT:
            return f"{value} {operator} ${compare.parameter}"
        case query.Folds.CAPITALS:
            return f"toLower({value}) {operator} ${compare.parameter}"
        case query.Folds.SOUGHT:
            # lower case is in no index: the first letters are, in each of four ways
            sought = " OR ".join(f"{value} {operator} ${compare.parameter}[{way}]" for way in range(1, 5))
            return f"(({sought}) AND toLower({value}) {operator} ${compare.parameter}[0])"


def _any_of(access: Access, condition: query.AnyOf, row: str, labels: Sequence[str], edge: str) -> str:
    alternatives = _each(access, condition.of, row, labels, edge)
    if not alternatives:
        return "false"
    if all(isinstance(member, query.Compare) for member in condition.of):
        return f"({' OR '.join(alternatives)})"
    # an OR of more than comparisons would be turned into a conjunction, with every sub-query many times
    return f"CASE {' '.join(f'WHEN {alternative} THEN true' for alternative in alternatives)} ELSE false END"


def _across(access: Access, condition: query.Across, row: str, labels: Sequence[str]) -> str:
    route = condition.route
    walk = access.looked_up(row, labels[0], route)
    match, seen = walk.match, walk.where
    if condition.quantifier == "every":
        inner = _predicate(access, condition.condition, walk.row, route.labels, walk.edge)
        return f"NOT EXISTS {{ {match}{where(*seen, f'NOT coalesce({inner}, false)')} }}"
    inner = predicates(access, condition.condition, walk.row, route.labels, walk.edge)
    return f"{'NOT ' if condition.quantifier == 'none' else ''}EXISTS {{ {match}{where(*seen, *inner)} }}"
