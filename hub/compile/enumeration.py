"""The rows of a label that a viewer may see, walked from the viewer's side, and about how many they are."""

from graph_schema import cypher
from graph_schema.rule import Grant
from hub.compile.access import Access, hop


def enumerated(access: Access, label: str, variable: str, but: tuple[str, ...] = ()) -> str:
    """Clauses that bind all rows the viewer may see by grants about rows, once for each reason, walked from the
    viewer's side.

    `but` names grants to leave out. Rows are told apart by whoever takes them, best in `RETURN DISTINCT`: in a
    `WITH` or by `UNION`, Neo4j weighs each row together with the lists that the sub-query was given.
    """
    grants = [grant for grant in access.rule(label).grants if not grant.of_viewer and grant.name not in but]
    if not grants:
        return f"MATCH ({variable}:{label}) WHERE false"
    text = " UNION ALL ".join(f"{_rows(access, grant, label, variable)} RETURN {variable}" for grant in grants)
    named = cypher.words(text)
    names = [found.name for found in access.graph.viewer_sets if found.name in named]
    return f"CALL ({', '.join(names)}) {{ {text} }}"


def heads(access: Access) -> dict[str, str]:
    """What enumerates the rows that `seen` asks for, once for the statement: variable -> expression."""
    return {name: every(access, label, access.fresh("seen")) for label, name in access.enumerations.items()}


def every(access: Access, label: str, row: str) -> str:
    """The expression for the list of all rows of the label that the viewer may see; empty for who sees all."""
    rows = f"COLLECT {{ {enumerated(access, label, row)} RETURN DISTINCT {row} }}"
    everything = access.rule(label).everything
    return f"CASE WHEN {everything} THEN [] ELSE {rows} END" if everything else rows


def degree_of(access: Access, label: str) -> str | None:
    """About how many rows `enumerated` gives, in constant time; None where that cannot be told and may be many."""
    parts: list[str] = []
    for grant in access.rule(label).grants:
        if grant.of_viewer:
            continue
        told = degree_of(access, grant.through) if grant.through else grant.degree
        if told is None:
            return None
        parts.append(
            told
            if grant.through
            else f"reduce(sum = 0, p IN myParties | sum + {cypher.bind(told, {'p': 'p'}, access.fresh)})"
        )
    return " + ".join(parts) or "0"


def _rows(access: Access, grant: Grant, label: str, variable: str) -> str:
    if grant.rows is not None:
        return cypher.bind(grant.rows, {"n": variable}, access.fresh)
    assert grant.through is not None
    assert grant.edge is not None
    other = access.fresh("x")
    back = hop(other, access.graph.edge(grant.edge), not grant.forward, access.fresh("e"), f"{variable}:{label}")
    return f"{enumerated(access, grant.through, other, (*grant.implied, *grant.but))} MATCH {back}"
