"""The desk: each of its lists is the list that `desk:` asks for, for every kind of viewer, on random graphs."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from tests.asking import by_some, questions
from tests.gql.test_oracle import LIMITS
from tests.random_world import random_world

_DAYS: Final = 10
_PARTS: Final = 3
_LISTS: Final = {
    "assigned": "cases(desk: ASSIGNED)", "mine": "cases(desk: MINE)", "toAnswer": "cases(desk: TO_ANSWER)",
    "awaiting": "cases(desk: AWAITING)", "unassigned": "cases(desk: UNASSIGNED)", "referred": "cases(desk: REFERRED)",
    "dueSoon": f"deadlines(desk: OWED, within: {_DAYS})", "overdue": "deadlines(desk: OVERDUE)",
    "proposed": "deadlines(desk: PROPOSED)", "items": "requestItems(desk: TO_ANSWER)",
    "referrals": "referrals(desk: TO_ANSWER)", "questions": "questions(desk: TO_ANSWER)",
    "asked": "questions(desk: AWAITING)",
}  # fmt: skip
"""Each list of `myDesk`, and the list that it is."""
_ROWS: Final = {
    "Case": "case",
    "Deadline": "deadline",
    "RequestItem": "item",
    "Referral": "referral",
    "Question": "question",
}
_LABELS: Final = {"cases": "Case", "deadlines": "Deadline", "requestItems": "RequestItem", "referrals": "Referral",
                  "questions": "Question"}  # fmt: skip


def _row(name: str) -> str:
    return _ROWS[_LABELS[_LISTS[name].partition("(")[0]]]


def _document() -> str:
    desk = " ".join(f"{name} {{ count rows {{ {_row(name)} {{ id }} }} }}" for name in _LISTS)
    lists = " ".join(
        f"{name}: {of.removesuffix(')')}, first: 100) {{ totalCount nodes {{ id }} }}" for name, of in _LISTS.items()
    )
    return f"{{ myDesk(first: 50, within: {_DAYS}) {{ {desk} }} {lists} }}"


@pytest.mark.thorough
@pytest.mark.parametrize(("seed", "part"), [(1, 0), (3, 1), (5, 2)])
def test_each_list_of_the_desk_is_the_list_that_its_name_asks_for(
    seed: int, part: int, empty: Graph, run: Callable[..., Any]
) -> None:
    """Each world for a part of the viewers: planning takes most of the time."""
    world = random_world(seed)
    viewers = world.accounts[part::_PARTS]
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    met = dict.fromkeys(_LISTS, 0)
    for turn in range(len(viewers) // 4 + 1):
        for account, answer in run(by_some(hub, viewers, turn, _document())).items():
            assert "errors" not in answer, (account, answer)
            for name in _LISTS:
                told, whole = answer["data"]["myDesk"][name], answer["data"][name]
                assert told["count"] == whole["totalCount"], (account, name)
                rows = {row[_row(name)]["id"] for row in told["rows"]}
                assert rows == {node["id"] for node in whole["nodes"]}, (account, name)
                met[name] += told["count"]
    assert set(met) == {name for name, count in met.items() if count} | _MAY_BE_EMPTY, met


_MAY_BE_EMPTY: Final = {
    "assigned",
    "overdue",
    "proposed",
    "items",
    "referrals",
    "asked",
    "dueSoon",
    "questions",
    "referred",
}


def test_a_list_is_chosen_by_a_variable_too(empty: Graph, run: Callable[..., Any]) -> None:
    world = random_world(1)
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    document = "query Q($desk: CaseDesk) { cases(desk: $desk) { totalCount } }"
    for account in world.accounts[:6]:
        counts = {
            name: run(by_some(hub, [account], 0, document, {"desk": name}))[account]["data"]["cases"]["totalCount"]
            for name in ("MINE", "UNASSIGNED", None)
        }
        assert counts["UNASSIGNED"] <= counts["MINE"] <= counts[None], (account, counts)


def test_every_list_of_a_label_has_a_name_of_its_own() -> None:
    for label, lists in GRAPH.desk.items():
        assert GRAPH.node(label)
        assert len({found.name for found in lists}) == len(lists)
