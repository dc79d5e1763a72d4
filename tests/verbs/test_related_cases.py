"""Cases that belong together: only who sees both is told of it."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

Do = Callable[..., Any]
_RELATE: Final = 'mutation {{ {0}(case: "{1}", otherCase: "{2}", how: {3}{4}) {{ number }} }}'
_RELATED: Final = """{{ case(number: "{0}") {{ ledBy {{ nodes {{ number }} }} leads {{ nodes {{ number }} }}
  consolidatedWith {{ nodes {{ number }} }} followsFrom {{ nodes {{ number }} }}
  followedBy {{ nodes {{ number }} }} }} }}"""


def _related(did: Do, viewer: str, case: str) -> dict[str, list[str]]:
    found = did(viewer, _RELATED.format(case))
    return {way: [row["number"] for row in rows["nodes"]] for way, rows in found.items() if rows["nodes"]}


@pytest.mark.parametrize(
    ("how", "here", "there"),
    [("led_by", "ledBy", "leads"), ("consolidated_with", "consolidatedWith", "consolidatedWith"),
     ("follows_from", "followsFrom", "followedBy")],
)  # fmt: skip
def test_a_case_is_related_from_both_sides_and_that_is_taken_back(
    how: str, here: str, there: str, did: Do, refused: Do
) -> None:
    did("trade", _RELATE.format("relateCase", "T-open", "T-closed", how, ""))
    for viewer in ("trade", "importer", "broker"):
        assert _related(did, viewer, "T-open") == {here: ["T-closed"]}, viewer
        assert _related(did, viewer, "T-closed") == {there: ["T-open"]}, viewer
    assert refused("trade", _RELATE.format("relateCase", "T-open", "T-closed", how, ""))[0] == "CONFLICT"
    if how != "consolidated_with":
        assert refused("trade", _RELATE.format("relateCase", "T-closed", "T-open", how, ""))[0] == "CONFLICT"
    did("trade", _RELATE.format("unrelateCase", "T-open", "T-closed", how, ', reason: "not the same goods"'))
    assert _related(did, "trade", "T-open") == {}
    assert _related(did, "trade", "T-closed") == {}
    again = _RELATE.format("unrelateCase", "T-open", "T-closed", how, ', reason: "x"')
    assert refused("trade", again)[0] == "CONFLICT"


def test_each_side_is_visible_only_to_who_may_see_it(did: Do) -> None:
    did("trade", _RELATE.format("relateCase", "T-open", "T-joint", "led_by", ', reason: "the same goods"'))
    assert _related(did, "trade", "T-open") == {"ledBy": ["T-joint"]}
    for case, viewers in (("T-open", ("importer", "port-2704")), ("T-joint", ("center-001", "fda"))):
        for viewer in viewers:
            assert _related(did, viewer, case) == {}, viewer
    told = did("importer", '{ case(number: "T-open") { history { nodes { text reason } } } }')
    assert "T-joint" not in json.dumps(told)
    told = did("port-2704", '{ case(number: "T-open") { history { nodes { text } } } }')
    assert "T-joint" not in json.dumps(told)
    assert told["history"]["nodes"][-1]["text"] == "waits for a lead case"


def test_only_an_owner_relates_and_only_what_they_see(did: Do, refused: Do) -> None:
    for hidden in ("T-joint", "T-nobodys"):
        assert refused("port-2704", _RELATE.format("relateCase", "T-open", hidden, "led_by", "")) == (
            "NOT_FOUND", f"otherCase: there is no case {hidden} to be seen",
        )  # fmt: skip
    assert refused("importer", _RELATE.format("relateCase", "T-open", "T-closed", "led_by", ""))[0] == "NOT_ALLOWED"
    assert refused("port-2704", _RELATE.format("relateCase", "T-open", "T-open", "led_by", ""))[0] == "BAD_INPUT"
    did("trade", _RELATE.format("relateCase", "T-open", "T-closed", "led_by", ""))
