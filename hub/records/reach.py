"""What those who act for a party may see, where no account asks: by the same rules, for what a connection says in
the party's name.
"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from graph_schema.synced import SYNCED
from hub.compile.compiler import Access, viewer_sets
from hub.records.source_record import Key

PROTECTED: Final = frozenset(rule.label for rule in GRAPH.rules if not rule.public)
"""Labels whose rows not everybody may see."""


def found(label: str, variable: str) -> str:
    """The clause that finds the row that a link names by `key`: by its key in the graph, or by what everybody knows it
    by, as the number of a case."""
    key, synced = GRAPH.node(label).key, SYNCED.get(label)
    ways = dict.fromkeys(filter(None, (key, synced.known_by if synced else None)))
    if len(ways) == 1:
        return f"MATCH ({variable}:{name(label)} {{{name(key)}: key}})"
    matches = " UNION ".join(f"MATCH ({variable}:{name(label)} {{{name(way)}: key}}) RETURN {variable}" for way in ways)
    return f"CALL (key) {{ {matches} }} WITH *"


def within_reach(party: Key, label: str, keys: list[str], now: datetime) -> Statement:
    """The statement that gives, of the rows of a label that are named so, the name and the key of those the party may
    see."""
    return Statement(
        _text(party[0], label), {"party": party[1], "keys": keys, "now": int(now.timestamp() * 1000), "viewer": ""}
    )


@lru_cache(maxsize=64)
def _text(party_label: str, label: str) -> str:
    names = iter(range(10_000))
    key = name(GRAPH.node(label).key)
    seen = Access(GRAPH, lambda wanted: f"{wanted}_{next(names)}").row("n", (label,)).predicate or "true"
    body = f"UNWIND $keys AS key {found(label, 'n')} WHERE {seen} RETURN key, n.{key}"
    return "\n".join((*viewer_sets(_acting_for(party_label), body), body))


def _acting_for(label: str) -> GraphSchema:
    """The graph with that party in place of those an account acts for."""
    party = f"COLLECT {{ MATCH (party:{name(label)} {{{name(GRAPH.node(label).key)}: $party}}) RETURN party }}"
    return replace(
        GRAPH,
        viewer_sets=tuple(
            replace(each, cypher=party) if each.name == "actsFor" else each for each in GRAPH.viewer_sets
        ),
    )
