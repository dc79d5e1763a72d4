"""Large random documents, near the guard's limits: many roots and fields, lists in lists, conditions, searches over
many kinds.
"""

import json
import random
from collections.abc import Iterable
from typing import Any, Final

from graphql import GraphQLError

from graph_schema.graph import GRAPH
from hub.errors import TooCostly
from hub.gql.document_limits import Limits, parse_within
from hub.gql.names import searchable
from tests.random_questions import Questions
from tests.random_world import World

_KNOWN: Final = {
    "importer": "00-0000000SW",
    "hts": "8542",
    "port": "2704",
    "caseKind": "protest",
    "agency": "FDA",
    "program": "S301",
}
_TOLD: Final = (
    "rule",
    "reason",
    "availability { state hours }",
    "next { text contact { name } organisation { name } }",
    "standsInFor { name }",
)


class LargeQuestions(Questions):
    """Documents near the guard's limits: several roots, three levels of lists, many fields, searches over many
    kinds.
    """

    def __init__(self, world: World, chance: random.Random) -> None:
        super().__init__(world, chance)
        self._chance = chance

    def one(self) -> tuple[str, dict[str, Any]]:
        """Up to 16 roots, without those that would be too much for the guard."""
        self._declared, self._variables = [], {}
        document, roots = "", list[str]()
        for _ in range(16):
            before = list(self._declared), dict(self._variables)
            root = self._root(3)
            header = f"query Q({', '.join(self._declared)}) " if self._declared else ""
            longer = f"{header}{{ {' '.join((*roots, root))} }}"
            if _is_within(longer):
                document, roots = longer, [*roots, root]
            else:
                self._declared, self._variables = before
        return document, self._variables

    def _root(self, depth: int) -> str:
        kind = self._chance.random()
        return (
            self._wide_search() if kind < 0.15 else _responsible(self._chance) if kind < 0.3 else super()._root(depth)
        )

    def _wide_search(self) -> str:
        kinds = self._chance.sample(searchable(GRAPH), self._chance.randint(4, 9))
        fields = self._row(kinds, 1, anything=True)
        part = (
            "totalCount edges { match wordsMatched highlights { property parts { text matched } } node { nodeId "
            + fields
            + " } }"
        )
        return (
            f"{self._alias(1)}search(text: {json.dumps(self._text())}, kinds: [{', '.join(kinds)}], first: 2) {{"
            f" {part} }}"
        )

    def _alias(self, chance: float = 0.9) -> str:
        """Where it must be, and else seldom: the guard allows 30."""
        return super()._alias(chance if chance == 1 else chance / 4)

    def _some(self, among: Iterable[Any], most: int = 4) -> list[Any]:
        return super()._some(among, 2 * most)

    def _condition(self) -> str:
        return super()._condition() if self._chance.random() < 0.1 else ""

    def _size(self) -> list[str]:
        return [f"{self._chance.choice(('first', 'last'))}: {self._chance.choice((1, 2))}"]


def _responsible(chance: random.Random) -> str:
    names = chance.sample(list(_KNOWN), chance.randint(1, 4))
    asked = ", ".join(f"{name}: {json.dumps(_KNOWN[name])}" for name in names)
    told = " ".join(chance.sample(_TOLD, chance.randint(1, len(_TOLD))))
    name = f"r{chance.randrange(10**6)}"
    return (
        f"{name}: responsibleContacts({asked}, first: 2) {{ conflicts contacts {{ contact {{ name email }} {told} }} }}"
    )


def _is_within(document: str) -> bool:
    try:
        parse_within(document, Limits())
    except (TooCostly, GraphQLError):
        return False
    return True
