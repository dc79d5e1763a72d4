"""A Social Security number is given to no verb: texts are kept, in rows, in the history, in events."""

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.model import Kind
from hub.errors import BadInput
from hub.gql.plans import VerbPlan
from hub.gql.values import Constant
from hub.verbs.verb import REQUEST, Verb
from hub.verbs.verbs import VERBS

_TEXTS = [
    (verb, argument.name)
    for verb in VERBS
    for argument in (*verb.arguments, REQUEST)
    if argument.kind in (Kind.STRING, Kind.STRINGS) and not argument.values
]


@pytest.mark.parametrize(("verb", "name"), _TEXTS, ids=[f"{verb.name}-{name}" for verb, name in _TEXTS])
def test_no_text_of_any_verb_may_hold_one(verb: Verb, name: str) -> None:
    declared = next(argument for argument in (*verb.arguments, REQUEST) if argument.name == name)
    for text in (
        "SSN 078-05-1120", "of Ana Sample, 078\u201305\u20131120", "Social Security No.: 078051120", "078051120 (SSN)",
        "SSN for Ana Sample: 078051120",
    ):  # fmt: skip
        given: dict[str, Any] = dict.fromkeys([argument.name for argument in (*verb.arguments, REQUEST)])
        given[name] = [text] if declared.kind is Kind.STRINGS else text
        plan = VerbPlan(verb, Constant(given), answer=None)  # pyright: ignore[reportArgumentType] - nothing is asked
        with pytest.raises(BadInput) as told:
            plan.arguments({})
        assert "1120" not in str(told.value)
        assert "Social Security number" in str(told.value) or declared.format


def test_a_case_is_not_opened_with_one_and_says_why(
    do: Callable[..., Any], refused: Callable[..., Any], did: Callable[..., Any]
) -> None:
    opening = (
        'mutation O($title: String!) { openCase(kind: "protest", importer: "11-1111111AA", title: $title) { number } }'
    )
    code, message = refused("importer", opening, title="Protest of SSN 078-05-1120")
    assert code == "BAD_INPUT"
    assert message.startswith("title: a Social Security number is kept nowhere; leave it out")
    assert "1120" not in str(do("importer", opening, title="078-05-1120"))
    number = did("importer", opening, title="Protest of 12-3456789AB, call 202-555-0100")["number"]
    assert did("importer", f'{{ case(number: "{number}") {{ title }} }}') == {
        "title": "Protest of 12-3456789AB, call 202-555-0100"
    }
