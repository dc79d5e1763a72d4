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
from hub.compile.compiler import Access, viewer_sets
from hub.records.source_record import Key

PROTECTED: Final = frozenset(rule.label for rule in GRAPH.rules if not rule.public)
"""Labels whose rows not everybody may see."""


def within_reach(party: Key, label: str, keys: list[str], now: datetime) -> Statement:
    """The statement that gives, of the rows of a label that have those keys, the keys of those the party may see."""
    return Statement(
        _text(party[0], label), {"party": party[1], "keys": keys, "now": int(now.timestamp() * 1000), "viewer": ""}
    )


@lru_cache(maxsize=64)
def _text(party_label: str, label: str) -> str:
    names = iter(range(10_000))
    key = name(GRAPH.node(label).key)
    seen = Access(GRAPH, lambda wanted: f"{wanted}_{next(names)}").row("n", (label,)).predicate or "true"
    body = f"UNWIND $keys AS key MATCH (n:{name(label)} {{{key}: key}}) WHERE {seen} RETURN n.{key}"
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
