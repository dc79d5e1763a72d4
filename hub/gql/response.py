"""What is answered, as GraphQL has it (section 7): data, or else errors, and what stands beside them."""

from collections.abc import Mapping
from typing import NotRequired, TypeAlias, TypedDict, final

from pydantic import JsonValue

from graph_schema.cypher import Parameters
from hub.database.graph import Profile
from hub.errors import Extensions


class SourceLocation(TypedDict):
    """Where a document is wrong, counted from 1."""

    line: int
    column: int


class ResponseError(TypedDict):
    """What was wrong with a request, or with the field at `path`."""

    message: str
    locations: NotRequired[list[SourceLocation]]
    path: NotRequired[list[str | int]]
    extensions: Extensions


class Explained(Profile):
    """A statement that was run for a root field, and what Neo4j did for it."""

    field: str
    cypher: str
    parameters: Parameters


class ResponseExtensions(TypedDict):
    """How many rows a request may touch, and its statements where it asks to `explain` them."""

    cost: int
    explain: NotRequired[list[Explained]]


@final
class DataResponse(TypedDict):
    """The response to a request that was answered; `errors` are those of single verbs."""

    data: Mapping[str, JsonValue]
    errors: NotRequired[list[ResponseError]]
    extensions: NotRequired[ResponseExtensions]


@final
class ErrorResponse(TypedDict):
    """The response to a request that nothing was done for."""

    errors: list[ResponseError]


GraphQLResponse: TypeAlias = DataResponse | ErrorResponse
