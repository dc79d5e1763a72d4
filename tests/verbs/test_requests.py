"""Requests are asked item by item and answered item by item; what is open is told, and no answer is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from tests.verbs.timing import case_of, day, dues, key, opened

Do = Callable[..., Any]
MINE = "11-1111111AA"
_REQUEST = """{ id kind title state itemsOpen by { name } template { name version }
  items(orderBy: [{position: ASC}]) { nodes { id position text state
    answers(orderBy: [{at: ASC}]) { nodes { text at by { name } files { nodes { name } } } } } } }"""


@pytest.fixture
def case(did: Do) -> str:
    opened = f'kind: "protest", importer: "{MINE}", title: "Value of samples", event: "protest_filed", on: "2026-11-02"'
    return did("importer", f"mutation {{ openCase({opened}) {{ number }} }}")["number"]


@pytest.fixture
def request_(did: Do, case: str) -> Any:
    asked = 'title: "Value", text: "By Friday.", items: ["Invoices", "Contracts", "Proof of payment"]'
    return did("center-007", f'mutation {{ requestInformation(case: "{case}", {asked}) {_REQUEST} }}')


def test_a_request_that_is_withdrawn_as_a_whole_is_owed_no_more(did: Do) -> None:
    number = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')["number"]
    asked = f'case: "{number}", title: "Value", items: ["Invoices", "Contracts"]'
    items = did("center-007", f"mutation {{ requestInformation({asked}) {_REQUEST} }}")["items"]["nodes"]
    for item, state in zip(items, ("RUNNING", "ENDED"), strict=True):
        did("center-007", f'mutation {{ withdrawItem(item: "{item["id"]}", reason: "we have it") {{ state }} }}')
        assert dues(case_of(did, "importer", number))["reply"][0] == state
    did("center-007", f'mutation {{ reopenItem(item: "{items[0]["id"]}", reason: "it was another") {{ state }} }}')
    assert dues(case_of(did, "importer", number))["reply"][0] == "RUNNING"


def _stands(did: Do, viewer: str, request: str) -> Any:
    return did(viewer, f'{{ note(id: "{request}") {_REQUEST} }}')


def _case(did: Do, viewer: str, number: str) -> Any:
    return did(viewer, f'{{ case(number: "{number}") {{ status cameBackAt }} }}')


def _history(did: Do, viewer: str, number: str) -> list[str]:
    asked = f'{{ case(number: "{number}") {{ history(orderBy: [{{at: ASC}}]) {{ nodes {{ text }} }} }} }}'
    return [entry["text"] for entry in did(viewer, asked)["history"]["nodes"]]


def test_a_request_is_answered_item_by_item_and_says_what_is_open(did: Do, case: str, request_: Any) -> None:
    assert (request_["kind"], request_["state"], request_["itemsOpen"]) == ("REQUEST", "OPEN", 3)
    assert [item["text"] for item in request_["items"]["nodes"]] == ["Invoices", "Contracts", "Proof of payment"]
    assert _case(did, "importer", case) == {"status": "AWAITING", "cameBackAt": None}
    sha = "0" * 64
    file = did(
        "broker",
        f'mutation {{ attachToCase(case: "{case}", name: "invoices.txt", mediaType: "text/plain", size: 1,'
        f' sha256: "{sha}") {{ id }} }}',
    )["id"]
    invoices, contracts, payment = (item["id"] for item in request_["items"]["nodes"])
    did(
        "broker", f'mutation {{ answerItem(item: "{invoices}", text: "Two invoices.", files: ["{file}"]) {{ state }} }}'
    )
    now = _stands(did, "importer", request_["id"])
    assert (now["state"], now["itemsOpen"]) == ("PARTLY_ANSWERED", 2)
    (answer,) = now["items"]["nodes"][0]["answers"]["nodes"]
    assert (answer["text"], answer["by"]["name"], answer["files"]["nodes"]) == (
        "Two invoices.", "Sample Broker BBB", [{"name": "invoices.txt"}],
    )  # fmt: skip
    assert answer["at"]
    found = _case(did, "center-007", case)
    assert found["status"] == "AWAITING"
    assert found["cameBackAt"]
    did("importer", f'mutation {{ answerItem(item: "{contracts}", text: "One contract.") {{ state }} }}')
    did("center-007", f'mutation {{ withdrawItem(item: "{payment}", reason: "we have it") {{ state }} }}')
    now = _stands(did, "importer", request_["id"])
    assert (now["state"], now["itemsOpen"]) == ("ANSWERED", 0)
    assert _case(did, "importer", case)["status"] == "OPEN"
    told = _history(did, "importer", case)
    assert "answered item 1 of 'Value'; open: items 2, 3" in told
    assert "withdrew item 3 of 'Value'; nothing is open" in told


def test_an_answer_that_does_not_do_is_asked_for_again_and_kept(did: Do, case: str, request_: Any) -> None:
    item = request_["items"]["nodes"][0]["id"]
    did("importer", f'mutation {{ answerItem(item: "{item}", text: "First.") {{ state }} }}')
    asked = did("center-007", f'mutation {{ reopenItem(item: "{item}", reason: "page 2 is missing") {{ state }} }}')
    assert asked["state"] == "OPEN"
    assert _case(did, "center-007", case)["cameBackAt"] is None
    did("importer", f'mutation {{ answerItem(item: "{item}", text: "Second.") {{ state }} }}')
    kept = _stands(did, "importer", request_["id"])["items"]["nodes"][0]["answers"]["nodes"]
    assert [answer["text"] for answer in kept] == ["First.", "Second."]


def test_who_may_do_what_to_an_item(did: Do, refused: Do, request_: Any) -> None:
    item = request_["items"]["nodes"][0]["id"]
    answer = f'mutation {{ answerItem(item: "{item}", text: "x") {{ state }} }}'
    withdraw = f'mutation {{ withdrawItem(item: "{item}", reason: "x") {{ state }} }}'
    for viewer, document, code in (
        ("center-007", answer, "NOT_ALLOWED"), ("importer", withdraw, "NOT_ALLOWED"),
        ("center-004", answer, "NOT_FOUND"), ("former-broker", answer, "NOT_FOUND"), ("fda", withdraw, "NOT_FOUND"),
        ("", answer, "NOT_SIGNED_IN"),
    ):  # fmt: skip
        assert refused(viewer, document)[0] == code, viewer
    did("center-007", withdraw)
    assert refused("importer", answer) == ("CONFLICT", "item 1 of 'Value' was withdrawn: nothing is asked any more")
    assert refused("center-007", withdraw)[0] == "CONFLICT"
    code, message = refused(
        "importer",
        f'mutation {{ answerItem(item: "{request_["items"]["nodes"][1]["id"]}", text: "x", files: ["no such"])'
        " { state } }",
    )
    assert (code, message[:6]) == ("NOT_FOUND", "files:")
    # and nothing of it was written
    assert _stands(did, "importer", request_["id"])["items"]["nodes"][1]["state"] == "OPEN"


def test_a_request_sent_twice_is_one(did: Do, case: str) -> None:
    document = (
        f'mutation {{ requestInformation(case: "{case}", title: "Value", items: ["Invoices"], requestId: "one")'
        " { id } }"
    )
    assert did("center-007", document) == did("center-007", document)
    assert did("importer", f'{{ case(number: "{case}") {{ requestItems {{ totalCount }} }} }}') == {
        "requestItems": {"totalCount": 1}
    }


def test_items_of_the_owner_alone_are_hidden_from_parties(did: Do, case: str) -> None:
    did(
        "center-007",
        f'mutation {{ requestInformation(case: "{case}", title: "x", items: ["y"], audience: owner) {{ id }} }}',
    )
    asked = f'{{ case(number: "{case}") {{ requestItems {{ totalCount }} }} }}'
    assert did("center-007", asked)["requestItems"]["totalCount"] == 1
    assert did("importer", asked)["requestItems"]["totalCount"] == 0
    assert did("importer", "{ requestItems(desk: TO_ANSWER) { totalCount } }")["totalCount"] == 0


def test_what_came_back_is_taken_up(did: Do, refused: Do, case: str, request_: Any) -> None:
    item = request_["items"]["nodes"][0]["id"]
    did("importer", f'mutation {{ answerItem(item: "{item}", text: "x") {{ state }} }}')
    take = f'mutation {{ takeUpCase(case: "{case}") {{ cameBackAt }} }}'
    assert refused("importer", take)[0] == "NOT_ALLOWED"
    assert did("center-007", take) == {"cameBackAt": None}
    assert refused("center-007", take)[0] == "CONFLICT"
    did("importer", f'mutation {{ respondToCase(case: "{case}", text: "More.") {{ id }} }}')
    assert _case(did, "center-007", case)["cameBackAt"]
    did("center-007", f'mutation {{ respondToCase(case: "{case}", text: "And?") {{ id }} }}')
    assert _case(did, "center-007", case)["cameBackAt"] is None


# --- deadlines of requests

_ASK = 'mutation {{ requestInformation(case: "{case}", title: "Value", items: ["Invoices", "Contracts"]) {request} }}'
_ANSWERED = """
MATCH (i:RequestItem {id: $item}) SET i.answeredAt = datetime({date: date($day), time: time('17:00Z')})"""


def _items(did: Do, case: str) -> list[str]:
    asked = did("center-007", _ASK.format(case=case, request=_REQUEST))
    return [item["id"] for item in asked["items"]["nodes"]]


def test_withdrawing_what_is_not_answered_meets_the_deadline_on_the_day_of_the_last_answer(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    """The owner withdraws the last item long after the day on which the importer had answered the rest."""
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-60)}"')["number"]
    invoices, contracts = _items(did, rfi)
    did("importer", f'mutation {{ answerItem(item: "{invoices}", text: "Two.") {{ state }} }}')
    run(world.write([Statement(_ANSWERED, {"item": invoices, "day": day(-50)})]))
    assert dues(case_of(did, "importer", rfi))["reply"][0] != "MET"
    did("center-007", f'mutation {{ withdrawItem(item: "{contracts}", reason: "we have them") {{ state }} }}')
    (found,) = case_of(did, "importer", rfi)["deadlines"]["nodes"]
    assert (found["state"], found["metOn"]) == ("MET", day(-50))


def test_withdrawing_all_of_a_request_meets_nothing_and_ends_what_was_owed(did: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')["number"]
    for item in _items(did, rfi):
        did("center-007", f'mutation {{ withdrawItem(item: "{item}", reason: "we have it") {{ state }} }}')
    assert dues(case_of(did, "importer", rfi))["reply"][0] == "ENDED"


def _two_that_wait(did: Do) -> dict[str, Any]:
    """A prior disclosure, made orally, whose data are not complete: an answer meets either of its deadlines."""
    dates = f'event: "disclosed", on: "{day(-5)}", conditions: ["oral"], port: "2704"'
    case = opened(did, "importer", "prior_disclosure", dates)
    assert {name: state for name, (state, _) in dues(case).items()} == {
        "confirm_oral": "RUNNING", "perfect": "RUNNING",
    }  # fmt: skip
    return case


def test_what_is_added_to_an_answer_meets_no_other_deadline(did: Do) -> None:
    case = _two_that_wait(did)
    asked = _ASK.format(case=case["number"], request=_REQUEST)
    items = [item["id"] for item in did("port-2704", asked)["items"]["nodes"]]
    answer = 'mutation {{ answerItem(item: "{0}", text: "x"{1}) {{ state }} }}'
    for item in items:
        did("importer", answer.format(item, f', deadline: "{key(case, "confirm_oral")}"'))
    did("importer", answer.format(items[0], ""))
    states = {name: state for name, (state, _) in dues(case_of(did, "importer", case["number"])).items()}
    assert states == {"confirm_oral": "MET", "perfect": "RUNNING"}
    # unless they say so
    did("importer", answer.format(items[0], f', deadline: "{key(case, "perfect")}"'))
    assert dues(case_of(did, "importer", case["number"]))["perfect"][0] == "MET"


def test_of_several_deadlines_a_withdrawal_meets_the_one_that_is_named(did: Do) -> None:
    case = _two_that_wait(did)
    asked = _ASK.format(case=case["number"], request=_REQUEST)
    withdraw = 'mutation {{ withdrawItem(item: "{0}", reason: "x"{1}) {{ state }} }}'
    for named, states in (
        ("", {"confirm_oral": "RUNNING", "perfect": "RUNNING"}),
        (f', deadline: "{key(case, "perfect")}"', {"confirm_oral": "RUNNING", "perfect": "MET"}),
    ):
        invoices, contracts = (item["id"] for item in did("port-2704", asked)["items"]["nodes"])
        did("importer", f'mutation {{ answerItem(item: "{invoices}", text: "x") {{ state }} }}')
        did("port-2704", withdraw.format(contracts, named))
        found = {name: state for name, (state, _) in dues(case_of(did, "importer", case["number"])).items()}
        assert found == states


# --- templates

_SAVE = """mutation {{ saveTemplate(name: "Value", purpose: REQUEST, kind: "protest", title: "Value of {{{{goods}}}}",
  text: "{text}", items: ["Invoices of {{{{ goods }}}}", "Contracts"]) {{ id name version blanks endedAt office
  {{ name }} }} }}"""


def _saved(did: Do, text: str = "Dear {{importer}}, case {{case_number}}: by {{due_day}}.") -> Any:
    return did("center-007", _SAVE.format(text=text))


def test_blanks_are_filled_and_what_is_not_filled_is_told(did: Do, refused: Do, case: str) -> None:
    template = _saved(did)
    assert (template["version"], template["blanks"], template["office"]["name"]) == (
        1, ["goods", "importer", "case_number", "due_day"], "Electronics",
    )  # fmt: skip
    asked = f'template: "{template["id"]}", case: "{case}"'
    preview = did(
        "center-007", f'{{ filledTemplate({asked}, blanks: ["goods=drones"]) {{ title text items unfilled }} }}'
    )
    assert preview == {
        "title": "Value of drones",
        "text": f"Dear Sample Importer 11, case {case}: by {{{{due_day}}}}.",
        "items": ["Invoices of drones", "Contracts"],
        "unfilled": ["due_day"],
    }
    send = f'mutation {{ requestInformation(case: "{case}", template: "{template["id"]}", blanks: [%s]) {_REQUEST} }}'
    code, message = refused("center-007", send % '"goods=drones"')
    assert (code, message) == ("BAD_INPUT", "blanks: not filled: due_day; give each as name=value, e.g. due_day=…")
    sent = did("center-007", send % '"goods=drones", "due_day=Friday"')
    assert sent["title"] == "Value of drones"
    assert sent["template"] == {"name": "Value", "version": 1}
    assert [item["text"] for item in sent["items"]["nodes"]] == ["Invoices of drones", "Contracts"]
    # who gets it is not told of the template
    assert _stands(did, "importer", sent["id"])["template"] is None


def test_a_case_fills_blanks_for_its_owner_and_not_for_who_sent_it_there(did: Do, case: str) -> None:
    template = _saved(did, "Dear {{importer}}: {{officer}}")["id"]
    did("center-007", f'mutation {{ referCase(case: "{case}", to: "Center:CEE004", question: "Yours?") {{ id }} }}')
    did("center-004", f'mutation {{ assignCase(case: "{case}", contact: "chapter-61") {{ number }} }}')
    filled = did("center-007", f'{{ filledTemplate(template: "{template}", case: "{case}") {{ text unfilled }} }}')
    assert filled == {"text": "Dear {{importer}}: {{officer}}", "unfilled": ["goods", "importer", "officer"]}


def test_versions_are_kept_and_a_former_one_is_not_used(did: Do, refused: Do, case: str) -> None:
    first = _saved(did)
    second = _saved(did, "Dear {{importer}}.")
    assert second["version"] == 2
    kept = did(
        "center-007",
        '{ center(code: "CEE007") { templates(orderBy: [{version: ASC}]) { nodes { version text endedAt'
        " replaces { version } replacedBy { version } } } } }",
    )["templates"]["nodes"]
    assert [(found["version"], found["endedAt"] is None) for found in kept] == [(1, False), (2, True)]
    assert (kept[0]["replacedBy"], kept[1]["replaces"]) == ({"version": 2}, {"version": 1})
    send = (
        f'mutation {{ requestInformation(case: "{case}", template: "%s", blanks: ["goods=x", "due_day=y"]) {{ id }} }}'
    )
    assert refused("center-007", send % first["id"])[0] == "CONFLICT"
    did("center-007", send % second["id"])
    retire = f'mutation {{ retireTemplate(template: "{second["id"]}", reason: "out of use") {{ endedAt }} }}'
    assert did("center-007", retire)["endedAt"]
    assert refused("center-007", retire)[0] == "CONFLICT"
    assert _saved(did)["version"] == 3


def test_templates_are_of_their_office_alone(did: Do, refused: Do, case: str) -> None:
    template = _saved(did)["id"]
    for viewer in ("importer", "center-004", "fda", ""):
        assert did(viewer, "{ templates { totalCount } }")["totalCount"] == 0
        assert did(viewer, f'{{ filledTemplate(template: "{template}") {{ template {{ id }} title }} }}') == {
            "template": None, "title": None,
        }  # fmt: skip
    save = 'mutation { saveTemplate(name: "x", purpose: NOTICE, title: "x", text: "y"%s) { id } }'
    assert refused("importer", save % "")[0] == "NOT_ALLOWED"
    assert refused("center-007", save % ', office: "Center:CEE004"')[0] == "NOT_ALLOWED"
    assert refused("center-007", save % ', kind: "nonsense"')[0] == "NOT_FOUND"
    assert refused("center-007", save % ', items: ["x"]')[0] == "BAD_INPUT"
    assert refused("center-007", save.replace('text: "y"', 'text: "{{Due Day}}"') % "")[0] == "BAD_INPUT"
    notice = did("center-007", save % "")["id"]
    assert refused(
        "center-007", f'mutation {{ requestInformation(case: "{case}", template: "{notice}") {{ id }} }}'
    ) == ("BAD_INPUT", "template: it is for a notice, not a request")
    sent = did("center-007", f'mutation {{ sendNotice(case: "{case}", template: "{notice}") {{ kind title text }} }}')
    assert sent == {"kind": "NOTICE", "title": "x", "text": "y"}
