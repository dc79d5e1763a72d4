"""A case that is referred keeps its sender, who goes on seeing it and what is answered, and may take it back."""

from collections.abc import Callable
from typing import Any

import pytest

Do = Callable[..., Any]
MINE = "11-1111111AA"
_SEEN = """{ case(number: "%s") { status cameBackAt handledBy { name } referredBy { nodes { name } }
  referrals { nodes { id state question answer sentBy { name } sentTo { name } } }
  notes { nodes { text audience } } entries { nodes { number port { code } } } importer { number } } }"""


@pytest.fixture
def case(did: Do) -> str:
    opened = f'kind: "protest", importer: "{MINE}", title: "x", entries: ["AAA-0000002-2"]'
    number = did("center-007", f"mutation {{ openCase({opened}) {{ number }} }}")["number"]
    did("center-007", f'mutation {{ noteCase(case: "{number}", text: "For us.", audience: owner) {{ id }} }}')
    return number


def _refer(did: Do, case: str, to: str, viewer: str = "center-007") -> str:
    return did(viewer, f'mutation {{ referCase(case: "{case}", to: "{to}", question: "Is it yours?") {{ id }} }}')["id"]


def test_the_sender_goes_on_seeing_all_of_it_and_the_answer(did: Do, case: str) -> None:
    referral = _refer(did, case, "Center:CEE004")
    seen = did("center-007", _SEEN % case)
    assert seen["handledBy"]["name"] == "Apparel, Footwear & Textiles"
    assert seen["referredBy"]["nodes"] == [{"name": "Electronics"}]
    assert seen["notes"]["nodes"] == [{"text": "For us.", "audience": "owner"}]
    assert seen["importer"] == {"number": MINE}
    assert seen["entries"]["nodes"] == [{"number": "AAA-0000002-2", "port": {"code": "4601"}}]
    # it takes part, without owning it
    did("center-007", f'mutation {{ noteCase(case: "{case}", text: "One more thing.", audience: owner) {{ id }} }}')
    notes = did("center-004", _SEEN % case)["notes"]["nodes"]
    assert {note["text"] for note in notes} == {"For us.", "One more thing."}
    assert did("center-007", "{ cases(desk: REFERRED) { totalCount } }")["totalCount"] == 1
    assert did("center-004", "{ referrals(desk: TO_ANSWER) { totalCount } }")["totalCount"] == 1
    did("center-004", f'mutation {{ answerReferral(referral: "{referral}", text: "No.") {{ state }} }}')
    seen = did("center-007", _SEEN % case)
    assert seen["handledBy"]["name"] == "Electronics"
    assert seen["referredBy"]["nodes"] == []
    assert seen["cameBackAt"]
    assert [(found["state"], found["answer"]) for found in seen["referrals"]["nodes"]] == [("ANSWERED", "No.")]
    assert did("center-007", "{ cases(desk: TO_ANSWER) { totalCount } }")["totalCount"] == 1
    # who answered sees the case no more, and its answer still
    assert did("center-004", _SEEN % case) is None
    assert did("center-004", f'{{ referral(id: "{referral}") {{ answer case {{ number }} }} }}') == {
        "answer": "No.", "case": None,
    }  # fmt: skip


def test_who_answers_may_keep_the_case(did: Do, case: str) -> None:
    referral = _refer(did, case, "Center:CEE004")
    did("center-004", f'mutation {{ answerReferral(referral: "{referral}", text: "Ours.", keep: true) {{ state }} }}')
    seen = did("center-007", _SEEN % case)
    assert seen["handledBy"]["name"] == "Apparel, Footwear & Textiles"
    assert seen["referrals"]["nodes"][0]["answer"] == "Ours."


def test_a_case_is_taken_back_from_wherever_it_was_sent_on_to(did: Do, refused: Do, case: str) -> None:
    first = _refer(did, case, "Center:CEE004")
    _refer(did, case, "Center:CEE001", "center-004")
    assert (
        did("center-007", _SEEN % case)["handledBy"]["name"] == did("", '{ center(code: "CEE001") { name } }')["name"]
    )
    take = f'mutation {{ takeBackReferral(referral: "{first}", reason: "it is late") {{ state }} }}'
    assert refused("center-004", take)[0] == "NOT_ALLOWED"
    assert did("center-007", take)["state"] == "TAKEN_BACK"
    seen = did("center-007", _SEEN % case)
    assert (seen["handledBy"]["name"], seen["referredBy"]["nodes"]) == ("Electronics", [])
    assert {found["state"] for found in seen["referrals"]["nodes"]} == {"TAKEN_BACK"}
    for viewer in ("center-004", "center-001"):
        assert did(viewer, _SEEN % case) is None
    assert refused("center-007", take)[0] == "CONFLICT"


def test_what_was_passed_on_for_good_is_not_taken_back(did: Do, refused: Do, case: str) -> None:
    referral = _refer(did, case, "Center:CEE004")
    did("center-004", f'mutation {{ reassignCase(case: "{case}", to: "Center:CEE001", reason: "theirs") {{ id }} }}')
    take = f'mutation {{ takeBackReferral(referral: "{referral}", reason: "it is late") {{ state }} }}'
    code, message = refused("center-007", take)
    assert (code, "was passed on" in message) == ("CONFLICT", True)
    # whoever has it now answers, and who passed it on is told of the case no more
    desk = "{ myDesk { referrals { count rows { case { number } } } } }"
    assert did("center-004", desk)["referrals"] == {"count": 0, "rows": []}
    assert did("center-001", desk)["referrals"] == {"count": 1, "rows": [{"case": {"number": case}}]}
    did("center-001", f'mutation {{ answerReferral(referral: "{referral}", text: "No.") {{ state }} }}')
    assert did("center-007", _SEEN % case)["handledBy"]["name"] == "Electronics"


def test_an_agency_is_asked_and_the_owner_stays(did: Do, refused: Do, case: str) -> None:
    referral = _refer(did, case, "Agency:FDA")
    assert did("center-007", _SEEN % case)["handledBy"]["name"] == "Electronics"
    asked = f'{{ referral(id: "{referral}") {{ question case {{ number }} }} }}'
    assert did("fda", asked) == {"question": "Is it yours?", "case": {"number": case}}
    assert did("importer", asked) is None
    code, message = refused(
        "center-007", f'mutation {{ referCase(case: "{case}", to: "Agency:FDA", question: "x") {{ id }} }}'
    )
    assert (code, "is not answered" in message) == ("CONFLICT", True)
    did("fda", f'mutation {{ answerReferral(referral: "{referral}", text: "It is food.") {{ state }} }}')
    seen = did("center-007", _SEEN % case)
    assert seen["cameBackAt"]
    assert seen["referrals"]["nodes"][0]["answer"] == "It is food."
    other = _refer(did, case, "Agency:FDA")
    did("center-007", f'mutation {{ takeBackReferral(referral: "{other}", reason: "x") {{ state }} }}')
    assert did("fda", f'{{ case(number: "{case}") {{ number }} referral(id: "{referral}") {{ id }} }}') is None


def test_who_takes_a_question_back_from_an_agency_goes_on_seeing_the_case_that_they_sent_on(did: Do, case: str) -> None:
    asked = _refer(did, case, "Agency:FDA")
    _refer(did, case, "Center:CEE004")
    did("center-007", f'mutation {{ takeBackReferral(referral: "{asked}", reason: "no food") {{ state }} }}')
    seen = did("center-007", _SEEN % case)
    assert seen["handledBy"]["name"] == "Apparel, Footwear & Textiles"
    assert seen["referredBy"]["nodes"] == [{"name": "Electronics"}]
    assert {found["state"] for found in seen["referrals"]["nodes"]} == {"TAKEN_BACK", "OPEN"}
    assert did("fda", f'{{ case(number: "{case}") {{ number }} }}') is None


def test_who_may_not_refer(did: Do, refused: Do, case: str) -> None:
    refer = f'mutation {{ referCase(case: "{case}", to: "%s", question: "x") {{ id }} }}'
    assert refused("importer", refer % "Center:CEE004")[0] == "NOT_ALLOWED"
    assert refused("center-004", refer % "Center:CEE001")[0] == "NOT_FOUND"
    assert refused("center-007", refer % "Center:CEE007")[0] == "CONFLICT"
    assert refused("center-007", refer % "Broker:BBB")[0] == "NOT_FOUND"
    referral = _refer(did, case, "Center:CEE004")
    answer = f'mutation {{ answerReferral(referral: "{referral}", text: "x") {{ state }} }}'
    assert refused("center-007", answer)[0] == "NOT_ALLOWED"
    assert refused("port-2704", answer)[0] == "NOT_FOUND"
