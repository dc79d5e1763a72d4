"""GRAPH: the one assembled, checked value that everything else is derived from."""

from typing import Final

from graph_schema import (
    case_links,
    case_parties,
    cases,
    casework,
    dead_letters,
    disparities,
    goods,
    issues,
    parties,
    people,
    powers,
    provenance,
    questions,
    topics,
    viewer_sets,
    visibility,
)
from graph_schema.model import GraphSchema

GRAPH: Final = GraphSchema(
    nodes=(
        *parties.NODES,
        *people.NODES,
        *goods.NODES,
        *cases.NODES,
        *issues.NODES,
        *casework.NODES,
        *disparities.NODES,
        *questions.NODES,
        *topics.NODES,
        *case_parties.NODES,
        *case_links.NODES,
        *powers.NODES,
        *provenance.NODES,
        *dead_letters.NODES,
    ),
    edges=(
        *parties.EDGES,
        *people.EDGES,
        *goods.EDGES,
        *cases.EDGES,
        *issues.EDGES,
        *casework.EDGES,
        *disparities.EDGES,
        *questions.EDGES,
        *topics.EDGES,
        *case_parties.EDGES,
        *case_links.EDGES,
        *powers.EDGES,
        *provenance.EDGES,
    ),
    abstracts=(parties.PARTY, people.COVERAGE, goods.GOODS, topics.MATTER, casework.WRITING, provenance.DESCRIBED),
    viewer_sets=viewer_sets.VIEWER_SETS,
    rules=visibility.RULES,
    edge_rules=visibility.EDGE_RULES,
    rights=visibility.RIGHTS,
)
