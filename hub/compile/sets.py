"""The viewer sets that a statement needs."""

from graph_schema.cypher import words
from graph_schema.model import GraphSchema


def names_viewer(graph: GraphSchema, body: str) -> bool:
    """Whether a body that is written by hand names anything that is known of the viewer."""
    of_viewer = {declared.name for declared in graph.viewer_sets} - {"now"}
    return not of_viewer.isdisjoint(words(body))


def viewer_sets(graph: GraphSchema, body: str) -> list[str]:
    """The clauses that compute the viewer sets which the body names, and those they are made from; in their declared
    order, each as long as it is needed.
    """
    lines: list[str] = []
    needed = words(body)
    # the last one first: what is named below a line has to live so long
    for position, declared in reversed(list(enumerate(graph.viewer_sets))):
        if declared.name in needed:
            living = [before.name for before in graph.viewer_sets[:position] if before.name in needed]
            lines.insert(0, f"WITH {', '.join((*living, f'{declared.cypher} AS {declared.name}'))}")
            needed |= words(declared.cypher)
    return lines
