"""Names of the API: of types, connections, conditions and choices; which labels are searched, and by what lists are
filtered.
"""

from typing import Final

from graph_schema.model import Edge, GraphSchema, Kind, NodeType, Property

DEFAULT_PAGE: Final = 20
"""How many rows a page has where its size is not said."""
MOST_ORDER_KEYS: Final = 8
"""By how many fields a list may be ordered: the predicate of a page behind a cursor stands two brackets deeper for
each, and Neo4j plans by recursion.
"""
MOST_ORDER_STEPS: Final = 5
"""How many relationships away what a list is ordered by may be."""
DESK_CHOICE: Final = "Desk"
"""What the names of the enums of lists on a desk end with, e.g. CaseDesk: their values decide the plan."""


def choice_name(owner: str, declared: Property) -> str:
    """The name of the enum of a property's values, e.g. CaseStatus."""
    return declared.choice or f"{owner}{declared.name[0].upper()}{declared.name[1:]}"


def connection_name(target: str, edge: Edge | None) -> str:
    """The name of a connection: its target's, with the edge's before it where the edge has properties of its own."""
    if edge is None or not edge.properties:
        return f"{target}Connection"
    return f"{target}{''.join(word.capitalize() for word in edge.type.split('_'))}Connection"


def where_name(target: str, edge: Edge | None) -> str:
    """The name of the conditions on rows of a type, with those on the edge that leads there where it has properties."""
    return connection_name(target, edge).removesuffix("Connection") + "Where"


def searchable(graph: GraphSchema) -> tuple[str, ...]:
    """The labels that can be searched."""
    return tuple(node.label for node in graph.nodes if node.text or node.codes)


def filterable(node: NodeType) -> list[Property]:
    """The properties a list may be filtered by. A guarded one would tell by its absence what it hides."""
    return [declared for declared in node.properties if declared.guard is None and declared.kind is not Kind.STRINGS]
