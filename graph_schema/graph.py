"""GRAPH: the one assembled, checked value that everything else is derived from."""

from typing import Final

from graph_schema import (
    cases,
    casework,
    dead_letters,
    desk,
    disparities,
    goods,
    issues,
    parties,
    people,
    provenance,
    questions,
    reassignments,
    referrals,
    requests,
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
        *requests.NODES,
        *referrals.NODES,
        *reassignments.NODES,
        *disparities.NODES,
        *questions.NODES,
        *topics.NODES,
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
        *requests.EDGES,
        *referrals.EDGES,
        *reassignments.EDGES,
        *disparities.EDGES,
        *questions.EDGES,
        *topics.EDGES,
        *provenance.EDGES,
    ),
    abstracts=(parties.PARTY, people.COVERAGE, goods.GOODS, topics.MATTER, casework.WRITING, provenance.DESCRIBED),
    viewer_sets=viewer_sets.VIEWER_SETS,
    rules=visibility.RULES,
    edge_rules=visibility.EDGE_RULES,
    rights=visibility.RIGHTS,
    desk=desk.LISTS,
)
