"""Questions about the schema itself."""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
)
from pydantic import JsonValue

from hub.gql.operation import GraphQLErrors, Operation
from hub.gql.request import Variables


def introspected(
    schema: GraphQLSchema, operation: Operation, nodes: tuple[FieldNode, ...], variables: Variables
) -> Mapping[str, JsonValue]:
    """The schema about itself: graphql-core's own executor, on a document of these fields alone.

    Raises `GraphQLErrors`.
    """
    alone = OperationDefinitionNode(
        operation=OperationType.QUERY,
        selection_set=SelectionSetNode(selections=nodes),
        variable_definitions=operation.node.variable_definitions,
        directives=(),
    )
    document = DocumentNode(definitions=(alone, *operation.fragments.values()))
    result = execute_sync(schema, document, variable_values=dict(variables))
    if result.errors:
        raise GraphQLErrors(result.errors)
    return result.data or {}
