"""A statement around its body: the viewer sets that it needs, whom it is for, what it computes once."""

from graph_schema.cypher import words
from graph_schema.model import GraphSchema
from hub.compile.plan import Body, StatementPlan


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


def is_of_kind(graph: GraphSchema, plan: StatementPlan[Body], body: str) -> bool:
    """Whether a statement with that body holds for viewers of the graph's kind alone, and so asks who the viewer is."""
    of_viewer = {declared.name for declared in graph.viewer_sets} - {"now"}
    return bool(graph.premise) and (plan.asks or not of_viewer.isdisjoint(words(body)))


def whole(graph: GraphSchema, plan: StatementPlan[Body], body: str) -> str:
    """The statement of a body: below the viewer sets that it needs, the premise of its kind of viewer, and what it
    computes once.
    """
    lines = [*(f"WITH *, {text} AS {variable}" for variable, text in plan.heads.items()), body]
    if is_of_kind(graph, plan, body):
        lines.insert(0, f"WITH * WHERE {graph.premise}")
    body = "\n".join(lines)
    return "\n".join((*viewer_sets(graph, body), body))
