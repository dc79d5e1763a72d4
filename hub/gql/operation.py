"""Operations: a document parsed and validated, the variables it comes with checked."""

import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    specified_rules,
    type_from_ast,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values
from graphql.type import GraphQLInputType
from graphql.validation import MaxIntrospectionDepthRule
from pydantic import JsonValue

from hub.errors import BadInput, NotByGet, TooCostly
from hub.gql.document_limits import Limits, parse_within, tokens_of
from hub.gql.request import Variables
from hub.gql.shapes import shape_of

_MAX_ERRORS: Final = 10
_TOKEN_BYTES: Final = 400
"""What a token of a document takes in its syntax tree, about: names of one letter take as much as long ones.
2026-11-25.
"""
_NOT_GIVEN: Final = "not given"
"""The shape of a variable that is not sent: a condition that names it is refused, an argument is left out."""
NO_SYNTAX: Final = OperationDefinitionNode(operation=OperationType.QUERY, selection_set=SelectionSetNode(selections=()))
"""In place of the syntax of an operation that is read no more."""


class GraphQLErrors(Exception):
    """What GraphQL itself refuses: syntax, validation, variables."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is valid: its syntax, the types and defaults of its variables, and the fragments beside it.

    `size` is about what it takes in bytes as long as it is kept: without variables it has one plan, after which its
    syntax is let go.
    """

    node: OperationDefinitionNode
    types: Mapping[str, GraphQLInputType]
    defaults: Variables
    fragments: Mapping[str, FragmentDefinitionNode]
    size: int


def read_operation(
    schema: GraphQLSchema, text: str, name: str | None, limits: Limits, *, only_reads: bool
) -> Operation:
    """The operation of that name, or the only one. Raises `GraphQLErrors`, `TooCostly`, `NotByGet` and `BadInput`."""
    document = parse_within(text, limits)
    if only_reads and _chosen(document, name).operation is not OperationType.QUERY:
        raise NotByGet("only queries are answered by GET: send this by POST")
    errors = validate(schema, document, (*specified_rules, MaxIntrospectionDepthRule), max_errors=_MAX_ERRORS)
    # the visitors of the rules hold each other and the document, and would stay until everything is looked through
    gc.collect(1)
    if errors:
        raise GraphQLErrors(errors)
    node = _chosen(document, name)
    types: dict[str, GraphQLInputType] = {}
    defaults: dict[str, JsonValue] = {}
    for variable in node.variable_definitions or ():
        declared = type_from_ast(schema, variable.type)
        # validated to be an input type
        types[variable.variable.name.value] = declared  # pyright: ignore[reportArgumentType]
        if variable.default_value:
            defaults[variable.variable.name.value] = value_from_ast_untyped(variable.default_value)
    fragments = {
        fragment.name.value: fragment
        for fragment in document.definitions
        if isinstance(fragment, FragmentDefinitionNode)
    }
    size = sys.getsizeof(text) + (_TOKEN_BYTES * sum(1 for _ in tokens_of(document)) if types else 0)
    return Operation(node, types, defaults, fragments, size)


def variables_of(
    schema: GraphQLSchema, operation: Operation, given: Variables, limits: Limits
) -> tuple[Variables, Any]:
    """The variables of an operation, defaults filled in, and their shape, which with the document decides the plan.

    Raises `GraphQLErrors` and `TooCostly`.
    """
    if operation.types:
        _check_size(given, limits)
        # validates only: the values themselves are converted where they are bound
        _check_variables(schema, operation, given)
    variables = {**operation.defaults, **{key: given[key] for key in operation.types if key in given}}
    return variables, tuple(
        shape_of(declared, variables[key]) if key in variables else _NOT_GIVEN
        for key, declared in operation.types.items()
    )


def _check_size(given: Variables, limits: Limits) -> None:
    """Bounds the variables before anything is done with each of their values. Raises `TooCostly`."""
    level: list[Any] = [given]
    count = 0
    for _ in range(limits.brackets_of_values + 1):
        inner = [
            value.values() if isinstance(value, dict) else value for value in level if isinstance(value, dict | list)
        ]
        count += sum(map(len, inner))
        if count > limits.values:
            raise TooCostly(f"the variables hold more than {limits.values:,} values: ask for them in several requests")
        level = list(chain.from_iterable(inner))
        if not level:
            return
    told = f"the variables are nested deeper than conditions may be, more than {limits.nesting} levels"
    raise TooCostly(f"{told}: write them flatter, e.g. and: [a, b, c]")


def _check_variables(schema: GraphQLSchema, operation: Operation, given: Variables) -> None:
    checked = get_variable_values(
        schema, operation.node.variable_definitions or (), dict(given), max_errors=_MAX_ERRORS
    )
    if isinstance(checked, list):
        raise GraphQLErrors(checked)


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if name and operation.name and operation.name.value == name:
            return operation
    raise BadInput(
        "operationName: the document has no such operation"
        if name
        else "operationName: the document has several operations; name one"
    )
