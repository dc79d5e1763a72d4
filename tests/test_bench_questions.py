"""What the benches ask is what they say it is: questions that the hub takes, by everybody, and searches of ever new
forms.
"""

import random

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import PUBLIC
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from hub.world.sample import personas
from tests.asking import SCHEMA, NoCursors
from tests.bench.ad_hoc import AD_HOC
from tests.bench.questions import QUESTIONS
from tests.bench.statements import Statements
from tests.bench.texts import new_search


def test_ad_hoc_questions_are_26_different_ones_of_all() -> None:
    assert len({asked.about for asked in AD_HOC}) == len({asked.hub for asked in AD_HOC}) == len(AD_HOC) == 26
    assert {asked.persona for asked in AD_HOC} == {None, *(found.name for found in personas())}


def test_ad_hoc_questions_share_no_statement() -> None:
    kinds = dict.fromkeys({asked.persona for asked in AD_HOC}, PUBLIC)
    statements = Statements(kinds)
    # searches, and questions of the hub's own, are found by statements that are the same for all
    found = {text for text, _ in PlanCache(GRAPH, SCHEMA, Limits()).questions(PUBLIC)}
    seen: set[str] = set()
    for asked in AD_HOC:
        texts = statements.texts(asked.hub, asked.persona) - found
        assert "search" in asked.about or not texts & seen, asked.about
        seen |= texts
    for question in QUESTIONS:
        assert question.hub not in {asked.hub for asked in AD_HOC}


def test_new_searches_are_taken_and_never_the_same() -> None:
    chance = random.Random(5)
    documents = PlanCache(GRAPH, SCHEMA, Limits())
    made = [new_search(chance) for _ in range(100)]
    for text, variables in made:
        documents.plan(text, None, variables, NoCursors(), PUBLIC)
        assert 1 <= len(variables["text"].split()) <= 6
    assert len({variables["text"] for _, variables in made}) == len(made)
    assert len({text for text, _ in made}) > len(made) * 0.95
