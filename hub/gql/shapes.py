"""What of a variable's value decides the plan of a document."""

from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLID, GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from graphql.type import GraphQLBoolean

from hub.gql.names import DESK_CHOICE
from hub.gql.values import split_node_id

_CHOICES: Final = ("Direction", "SearchKind")
"""The enums whose values decide the plan; all others are values to compare with."""


def shape_of(declared: Any, value: Any) -> Any:  # noqa: PLR0911 - one line a kind of type
    """What is given, conditions and choices, but no value compared with."""
    if value is None:
        return None
    if isinstance(declared, GraphQLNonNull):
        return shape_of(declared.of_type, value)
    if isinstance(declared, GraphQLList):
        if not isinstance(value, list):
            return shape_of(declared.of_type, value)
        of_type = declared.of_type.of_type if isinstance(declared.of_type, GraphQLNonNull) else declared.of_type
        if of_type is GraphQLID:
            return tuple(sorted({split_node_id(item)[0] for item in value}))
        if isinstance(of_type, GraphQLInputObjectType | GraphQLList) or _is_choice(of_type):
            return tuple(shape_of(of_type, item) for item in value)
        return "list"
    if isinstance(declared, GraphQLInputObjectType):
        return tuple((key, shape_of(declared.fields[key].type, value[key])) for key in value)
    if declared is GraphQLBoolean or _is_choice(declared):
        return value
    if declared is GraphQLID:
        return split_node_id(value)[0]
    return "value"


def _is_choice(declared: Any) -> bool:
    return isinstance(declared, GraphQLEnumType) and (declared.name in _CHOICES or declared.name.endswith(DESK_CHOICE))
