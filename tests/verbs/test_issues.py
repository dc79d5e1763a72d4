"""Issues that the hub proposes are confirmed, merged, split, dismissed and brought back by who handles them;
parties follow them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, LiteralString

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from tests.telling import CASES_TOLD

Do = Callable[..., Any]
_ORDER, _OTHER = "adcvd-order A-570-909", "adcvd-order A-570-932"
_OPEN = """mutation {{ openCase(kind: "adcvd_inquiry", importer: "{importer}", title: "Scope",
  adcvdOrders: ["{order}"]) {{
    number handledBy {{ name }} adcvdOrders {{ nodes {{ number }} }} }} }}"""
_ISSUES = "{ issues { nodes { id state stateBecause mergedInto { id } } } }"
_SHARED = "{ sharedIssues { issues { issue { id title } cases importers others followed } } }"


@pytest.fixture
def look(world: Graph, run: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: run(discover(world, datetime.now(UTC)))


@pytest.fixture
def proposed(did: Do, look: Callable[[], Any]) -> dict[str, str]:
    """Two orders, each met by two importers of two Centers; gives the numbers of the first one's cases."""
    numbers = {
        f"{importer} {order}": did("trade", _OPEN.format(importer=importer, order=order))["number"]
        for order in ("A-570-909", "A-570-932")
        for importer in ("11-1111111AA", "44-4444444AA")
    }
    look()
    return numbers


def _states(did: Do, viewer: str) -> dict[str, str]:
    return {found["id"]: found["state"] for found in did(viewer, _ISSUES)["nodes"]}


@pytest.mark.usefixtures("proposed")
def test_what_two_importers_share_is_proposed_to_those_who_handle_it(did: Do) -> None:
    for viewer in ("trade", "center-007", "center-001"):
        found = _states(did, viewer)
        assert (found[_ORDER], found[_OTHER]) == ("PROPOSED", "PROPOSED")
    for viewer in ("importer", "broker", "port-2704", "center-004", "fda", "association", ""):
        assert _states(did, viewer) == {}
    shared = {found["issue"]["id"]: found for found in did("trade", _SHARED)["issues"]}
    assert (shared[_ORDER]["cases"], shared[_ORDER]["importers"], shared[_ORDER]["others"]) == (2, 2, 2)
    for viewer in ("importer", "broker", "center-007", ""):
        assert did(viewer, _SHARED)["issues"] == []


@pytest.mark.usefixtures("proposed")
def test_a_case_says_what_it_is_about(did: Do, refused: Do) -> None:
    opened = did("trade", _OPEN.format(importer="11-1111111AA", order="A-570-909"))
    assert opened["adcvdOrders"]["nodes"] == [{"number": "A-570-909"}]
    assert refused("trade", _OPEN.format(importer="11-1111111AA", order="A-1")) == (
        "NOT_FOUND", "adcvdOrders: one of A-1 is not known",
    )  # fmt: skip


@pytest.mark.usefixtures("proposed")
def test_it_is_confirmed_by_a_center_and_dismissed_for_good(did: Do, refused: Do, look: Callable[[], Any]) -> None:
    confirm = f'mutation {{ confirmIssue(issue: "{_ORDER}", title: "Nails of every kind") {{ state title }} }}'
    assert refused("importer", confirm)[0] == "NOT_FOUND"
    assert refused("center-004", confirm)[0] == "NOT_FOUND"
    assert did("center-007", confirm) == {"state": "CONFIRMED", "title": "Nails of every kind"}
    dismiss = f'mutation {{ dismissIssue(issue: "{_ORDER}", reason: "the goods differ") {{ state stateBecause }} }}'
    assert did("center-001", dismiss) == {"state": "DISMISSED", "stateBecause": "the goods differ"}
    assert refused("center-001", dismiss) == ("CONFLICT", f"issue '{_ORDER}' is dismissed: restore it first")
    did(
        "trade",
        _OPEN.format(importer="22-2222222AA", order="A-570-909").replace(
            'title: "Scope"', 'title: "Scope", port: "4601"'
        ),
    )
    look()
    assert _states(did, "trade")[_ORDER] == "DISMISSED"
    assert [found["issue"]["id"] for found in did("trade", _SHARED)["issues"] if "909" in found["issue"]["id"]] == []
    restore = f'mutation {{ restoreIssue(issue: "{_ORDER}", reason: "they do not") {{ state }} }}'
    assert did("trade", restore) == {"state": "CONFIRMED"}
    look()
    (found,) = (found for found in did("trade", _SHARED)["issues"] if found["issue"]["id"] == _ORDER)
    assert found["importers"] == 3


@pytest.mark.usefixtures("proposed")
def test_two_are_merged_and_parted_again(did: Do, refused: Do, look: Callable[[], Any]) -> None:
    merge = (
        f'mutation {{ mergeIssue(issue: "{_OTHER}", into: "{_ORDER}", reason: "the same steel") {{ id merged {{ nodes'
        " { id } } } }"
    )
    assert did("center-007", merge) == {"id": _ORDER, "merged": {"nodes": [{"id": _OTHER}]}}
    look()
    shared = {found["issue"]["id"]: found for found in did("trade", _SHARED)["issues"]}
    assert (shared[_ORDER]["cases"], shared[_ORDER]["importers"]) == (4, 2)
    assert _OTHER not in shared
    assert refused("trade", merge.replace(_ORDER, _OTHER))[0] == "BAD_INPUT"
    did("trade", f'mutation {{ restoreIssue(issue: "{_OTHER}", reason: "other steel") {{ id }} }}')
    look()
    shared = {found["issue"]["id"]: found for found in did("trade", _SHARED)["issues"]}
    assert (shared[_ORDER]["cases"], shared[_OTHER]["cases"]) == (2, 2)


def test_a_case_that_was_taken_out_stays_out(
    proposed: dict[str, str], did: Do, refused: Do, world: Graph, run: Any, look: Any
) -> None:
    one, other = proposed["11-1111111AA A-570-909"], proposed["44-4444444AA A-570-909"]
    split = (
        'mutation {{ splitIssue(issue: "{issue}", cases: ["{case}"], {title} reason: "other nails") {{ id title state'
        " }} }}"
    )
    # a Center takes out what it sees
    assert refused("center-007", split.format(issue=_ORDER, case=other, title=""))[0] == "NOT_FOUND"
    new = did("trade", split.format(issue=_ORDER, case=one, title='title: "Collated nails",'))
    assert (new["title"], new["state"]) == ("Collated nails", "CONFIRMED")
    run(world.write([Statement(f"MATCH (k:Case) {CASES_TOLD}")]))
    look()
    held: LiteralString = "MATCH (i:Issue {id: $id})<-[:ALIKE_BY]-(k:Case) RETURN k.number"
    assert run(world.read(held, {"id": _ORDER})) == [[other]]
    assert run(world.read(held, {"id": new["id"]})) == [[one]]


@pytest.mark.usefixtures("proposed")
def test_an_issue_is_followed_by_a_party_until_it_is_not(did: Do, refused: Do) -> None:
    follow = f'mutation {{ followIssue(issue: "{_ORDER}") {{ id }} }}'
    assert refused("importer", follow)[0] == "NOT_FOUND"
    did("trade", follow)
    followed = _SHARED.replace("sharedIssues", "sharedIssues(followed: true)")
    assert [found["issue"]["id"] for found in did("trade", followed)["issues"]] == [_ORDER]
    did("trade", follow.replace("followIssue", "unfollowIssue"))
    assert did("trade", followed)["issues"] == []


def test_what_cannot_be_asked_says_what_can(refused: Do) -> None:
    for query, said in (
        ('{ sharedIssues(likeness: "color") { leastParties } }', "likeness: one of program-and-goods, "),
        ("{ sharedIssues(first: 99) { leastParties } }", "first: 1 to 50"),
        ('{ path(from: "CEE007", to: "Center:CEE004") { length } }', "from: a nodeId of one of Importer, "),
        (
            '{ path(from: "Center:CEE007", to: "Center:CEE004", kinds: ["LOVE"]) { length } }',
            "kinds: one of REPRESENTATION, ",
        ),
        ('{ neighbourhood(of: "Center:CEE007", depth: 3) { more } }', "depth: 1 to 2"),
    ):
        code, message = refused("trade", query)
        assert (code, message.startswith(said)) == ("BAD_INPUT", True), message
