"""Questions are asked by anyone, go to who answers, are answered, and published where their asker lets them be."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hub.deadlines.business_days import last_day, today
from hub.verbs.questions import ANSWERED_WITHIN

Do = Callable[..., Any]
_ASK = """mutation Ask($public: Boolean, $office: String, $topic: String, $hts: String, $importer: String) {
    askQuestion(title: "Which heading for sample drones?", text: "They weigh 300 g.", public: $public, office: $office,
      topic: $topic,
        hts: $hts, importer: $importer) { id state dueOn receipt routedBecause askedOf { name } askedBy { name } } }"""
_READ = '{{ question(id: "{id}") {{ title text answer receipt askedBy {{ name }} }} }}'
_FOUND = '{ search(text: "drones", kinds: [Question]) { nodes { ... on Question { title answer } } } }'


def _due() -> str:
    """The last day of a question that is asked now."""
    return str(last_day(today(datetime.now(UTC)), ANSWERED_WITHIN, rolls=True))


def test_a_question_goes_to_who_answers_for_it(did: Do) -> None:
    for viewer, about, office, because in (
        (
            "importer",
            {"importer": "11-1111111AA"},
            "Electronics",
            "The Center an importer is assigned to answers for its account, whatever its goods suggest.",
        ),
        ("broker", {"hts": "6109"}, "Apparel, Footwear & Textiles", None),
        ("importer", {"office": "Port:ACE:2704"}, "Los Angeles, CA", "it was asked of Los Angeles, CA"),
        ("fda", {"topic": "forced_labor"}, None, None),
        ("", {}, "Office of Trade Relations", None),
    ):
        before = _due()
        asked = did(viewer, _ASK, **about)
        assert asked["state"] == "ASKED"
        assert before <= asked["dueOn"] <= _due()
        assert office is None or asked["askedOf"]["name"] == office
        assert because is None or asked["routedBecause"] == because
        assert bool(asked["receipt"]) == (viewer == "")


def test_in_private_it_is_between_who_asks_and_who_is_asked(did: Do, refused: Do) -> None:
    asked = did("importer", _ASK, hts="8542")
    for viewer in ("importer", "center-007", "trade"):
        assert did(viewer, _READ.format(**asked))["askedBy"] == {"name": "Sample Importer 11"}
    for viewer in ("broker", "center-004", "port-2704", "fda", "association", ""):
        assert did(viewer, _READ.format(**asked)) is None
        assert did(viewer, _FOUND)["nodes"] == []
    answer = (
        f'mutation {{ answerQuestion(question: "{asked["id"]}", text: "8806.22", publish: PUBLISH) {{ state publishedAt'
        " } }"
    )
    assert refused("center-004", answer.replace("PUBLISH", "false"))[0] == "NOT_FOUND"
    assert refused("importer", answer.replace("PUBLISH", "false"))[0] == "NOT_ALLOWED"
    assert refused("center-007", answer.replace("PUBLISH", "true")) == (
        "NOT_ALLOWED", "it was asked in private: only its asker can let it be published (releaseQuestion)",
    )  # fmt: skip
    assert did("center-007", answer.replace("PUBLISH", "false")) == {"state": "ANSWERED", "publishedAt": None}
    assert did("importer", _READ.format(**asked))["answer"] == "8806.22"


def test_a_published_answer_is_read_and_found_by_everybody_and_does_not_say_who_asked(did: Do, refused: Do) -> None:
    asked = did("importer", _ASK, hts="8542", importer="11-1111111AA")
    publish = f'mutation {{ publishQuestion(question: "{asked["id"]}", text: "They are light.") {{ publishedAt }} }}'
    assert refused("center-007", publish)[0] == "NOT_ALLOWED"
    did("importer", f'mutation {{ releaseQuestion(question: "{asked["id"]}") {{ mayBePublished }} }}')
    assert refused("center-007", publish) == ("CONFLICT", "answer it first")
    did("center-007", f'mutation {{ answerQuestion(question: "{asked["id"]}", text: "8806.22") {{ id }} }}')
    assert did("center-007", publish)["publishedAt"]
    for viewer in ("", "broker", "association"):
        read = did(viewer, _READ.format(**asked))
        assert read == {
            "title": "Which heading for sample drones?", "text": "They are light.", "answer": "8806.22",
            "receipt": None, "askedBy": None,
        }  # fmt: skip
        assert did(viewer, _FOUND)["nodes"] == [{"title": "Which heading for sample drones?", "answer": "8806.22"}]
        everything = did(
            viewer, f'{{ question(id: "{asked["id"]}") {{ routedBecause askedByAccount {{ id }} source }} }}'
        )
        assert "11-1111111AA" not in str(everything)
        assert everything["askedByAccount"] is None
    did("center-007", f'mutation {{ unpublishQuestion(question: "{asked["id"]}") {{ id }} }}')
    assert did("", _FOUND)["nodes"] == []


def test_without_an_account_a_receipt_finds_it_again(did: Do, refused: Do) -> None:
    asked = did("", _ASK, public=True, hts="8542")
    by_receipt = '{{ questionByReceipt(receipt: "{}") {{ question {{ title answer state }} }} }}'
    assert did("", by_receipt.format(asked["receipt"]))["question"]["state"] == "ASKED"
    assert did("", by_receipt.format("another"))["question"] is None
    assert did("", _READ.format(**asked)) is None
    assert did("center-007", _READ.format(**asked))["receipt"] is None
    did(
        "center-007",
        f'mutation {{ answerQuestion(question: "{asked["id"]}", text: "8806.22", publish: true) {{ id }} }}',
    )
    assert did("", by_receipt.format(asked["receipt"]))["question"]["answer"] == "8806.22"
    assert did("", _READ.format(**asked))["receipt"] is None
    assert refused("", _ASK, importer="11-1111111AA")[0] == "BAD_INPUT"


def test_it_is_passed_on_and_withdrawn(did: Do, refused: Do) -> None:
    asked = did("importer", _ASK, hts="8542")
    pass_on = (
        f'mutation {{ passQuestion(question: "{asked["id"]}", to: "Center:CEE004", reason: "they are costumes") {{ id'
        " } }"
    )
    assert refused("importer", pass_on)[0] == "NOT_ALLOWED"
    did("trade", pass_on)
    read = did("center-004", f'{{ question(id: "{asked["id"]}") {{ routedBecause askedOf {{ name }} }} }}')
    assert read == {
        "routedBecause": "passed on: they are costumes",
        "askedOf": {"name": "Apparel, Footwear & Textiles"},
    }
    assert did("center-007", _READ.format(**asked)) is None
    withdraw = f'mutation {{ withdrawQuestion(question: "{asked["id"]}") {{ state }} }}'
    assert did("importer", withdraw) == {"state": "WITHDRAWN"}
    answer = f'mutation {{ answerQuestion(question: "{asked["id"]}", text: "late") {{ id }} }}'
    assert refused("center-004", answer)[0] == "CONFLICT"


def test_what_is_due_is_listed(did: Do) -> None:
    did("importer", _ASK, hts="8542")
    assert len(did("center-007", "{ questions(within: 30) { nodes { dueOn } } }")["nodes"]) == 1
    assert did("center-007", "{ questions(within: 1) { nodes { dueOn } } }")["nodes"] == []
    assert did("center-007", '{ center(code: "CEE007") { questions { totalCount } } }') == {
        "questions": {"totalCount": 1}
    }
