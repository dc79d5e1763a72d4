"""Quotas: questions within an hour, files of a case and within a day; exact however many come at once, and told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.identity.door import Shares
from hub.limits.callers import Caller
from hub.limits.rate_limits import QUESTIONS, Amounts, Quotas, RateLimits
from hub.verbs.quotas import open_to
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.offices import ISSUER

Ask = Callable[..., list[Mapping[str, Any]]]
_ASK = 'mutation { askQuestion(title: "Which heading?", text: "For sample drones.", office: "Center:CEE007") { id } }'
_ATTACH = """mutation($case: String!, $size: Int!) { attachToCase(case: $case, name: "a.pdf",
  mediaType: "application/pdf", size: $size,
    sha256: "0c15e883dee85bb2f3540a47ec58f617a2547117f9096417ba5422268029f501") { id } }"""
_OPEN = 'mutation { openCase(kind: "protest", importer: "11-1111111AA", title: "x") { number } }'


@pytest.fixture
def at_once(world: Graph, run: Callable[..., Any]) -> Ask:
    """Does the same so many times at once under quotas; gives the answers."""

    def asked(quotas: Quotas, viewer: str, document: str, times: int, **variables: Any) -> list[Mapping[str, Any]]:
        hub: Executor = questions(world, shares=Shares(quotas=quotas))
        who = Viewer.of(ISSUER, viewer) if viewer else PUBLIC

        async def whole() -> list[Mapping[str, Any]]:
            return await asyncio.gather(
                *(hub.answer(GraphQLRequest(document, None, variables), who) for _ in range(times))
            )

        return run(whole())

    return asked


def codes(answers: list[Mapping[str, Any]]) -> Counter[str]:
    return Counter(answer["errors"][0]["extensions"]["code"] if "errors" in answer else "done" for answer in answers)


def told(answers: list[Mapping[str, Any]]) -> str:
    return next(answer["errors"][0]["message"] for answer in answers if "errors" in answer)


def test_of_many_questions_at_once_exactly_so_many_are_asked(at_once: Ask) -> None:
    answers = at_once(Quotas(questions_per_hour=6), "importer", _ASK, 16)
    assert codes(answers) == {"done": 6, "TOO_MANY_REQUESTS": 10}
    assert (
        told(answers)
        == "askQuestion: you asked 6 questions within this hour, and 6 are allowed: ask again in 60 minutes"
    )
    assert (
        3590
        < next(answer for answer in answers if "errors" in answer)["errors"][0]["extensions"]["retryAfterS"]
        <= 3600
    )
    assert codes(at_once(Quotas(questions_per_hour=6), "broker", _ASK, 2)) == {"done": 2}  # another's are another's


def test_addresses_that_ask_much_shut_out_none_that_has_asked_nothing(world: Graph, run: Callable[..., Any]) -> None:
    shares = Shares(
        budgets=RateLimits({QUESTIONS: Amounts(public=10)}), quotas=Quotas(all_public_questions_per_hour=20)
    )
    hub: Executor = questions(world, shares=shares)

    def asked(address: str, site: str = "", times: int = 1) -> Counter[str]:
        async def whole() -> list[Mapping[str, Any]]:
            request = GraphQLRequest(_ASK, caller=Caller(address, signed_in=False, site=site))
            return [await hub.answer(request, PUBLIC) for _ in range(times)]

        answers.extend(found := run(whole()))
        return codes(found)

    answers: list[Mapping[str, Any]] = []
    for number in range(2):
        assert asked(f"198.51.100.{number}", times=7) == (
            {"done": 7} if number == 0 else {"done": 3, "TOO_MANY_REQUESTS": 4}
        )
    message = "all without an account asked 10 questions within this hour, and 10 are allowed, and 10 more are kept for"
    assert f"{message} addresses that have asked none: sign in, or ask again in 60 minutes" in told(answers)
    assert asked("203.0.113.1", times=2) == {"done": 1, "TOO_MANY_REQUESTS": 1}
    # networks of one site of IPv6 are one
    assert asked("2001:db8:0:1::/64", "2001:db8::/48") == {"done": 1}
    assert asked("2001:db8:0:2::/64", "2001:db8::/48") == {"TOO_MANY_REQUESTS": 1}
    # of two at once the first is the first
    field = _ASK.removeprefix("mutation { ").removesuffix(" }")
    request = GraphQLRequest(f"mutation {{ a: {field} b: {field} }}", caller=Caller("203.0.113.2", signed_in=False))
    answer = run(hub.answer(request, PUBLIC))
    assert (answer["data"]["a"] is None, answer["data"]["b"] is None) == (False, True)


def test_an_hour_later_one_may_ask_again(at_once: Ask, world: Graph, run: Callable[..., Any]) -> None:
    quotas = Quotas(questions_per_hour=2, all_public_questions_per_hour=1)
    assert codes(at_once(quotas, "importer", _ASK, 3)) == {"done": 2, "TOO_MANY_REQUESTS": 1}
    answers = at_once(quotas, "", _ASK, 3)
    assert codes(answers) == {"done": 1, "TOO_MANY_REQUESTS": 2}
    assert "all without an account" in told(answers)
    run(world.write([Statement("MATCH (u:Usage) SET u.since = u.since - duration({hours: 1})", {})]))
    assert codes(at_once(quotas, "importer", _ASK, 3)) == {"done": 2, "TOO_MANY_REQUESTS": 1}


def test_what_is_refused_does_not_count(at_once: Ask) -> None:
    quotas = Quotas(questions_per_hour=1)
    nowhere = _ASK.replace("Center:CEE007", "Center:none")
    assert codes(at_once(quotas, "importer", nowhere, 3)) == {"NOT_FOUND": 3}
    assert codes(at_once(quotas, "importer", _ASK, 2)) == {"done": 1, "TOO_MANY_REQUESTS": 1}


def test_a_case_takes_so_many_files_and_bytes_announced_ones_included_until_they_expire(
    at_once: Ask, world: Graph, run: Callable[..., Any]
) -> None:
    answers = at_once(Quotas(files_per_case=3), "importer", _ATTACH, 8, case="T-open", size=10)
    assert codes(answers) == {"done": 3, "CONFLICT": 5}
    assert "case T-open has 3 files, and 3 are allowed" in told(answers)
    answers = at_once(Quotas(file_bytes_per_case=50), "broker", _ATTACH, 4, case="T-open", size=10)
    assert codes(answers) == {"done": 2, "CONFLICT": 2}
    assert "files of 50 bytes, and with 10 more it would be over the 50 that are allowed" in told(answers)
    run(world.write([Statement("MATCH (f:Attachment) SET f.at = f.at - duration({days: 1})", {})]))
    assert codes(at_once(Quotas(files_per_case=3), "importer", _ATTACH, 4, case="T-open", size=10)) == {
        "done": 3,
        "CONFLICT": 1,
    }


def test_no_party_takes_the_room_of_another_in_a_case(at_once: Ask, did: Callable[..., Any]) -> None:
    quotas = Quotas(files_per_case=3, file_bytes_per_case=100)
    did("port-2704", 'mutation { acceptAgency(case: "T-open", agency: "FDA") { id } }')
    for who in ("importer", "fda", "port-2704"):
        answers = at_once(quotas, who, _ATTACH, 5, case="T-open", size=10)
        assert codes(answers) == {"done": 3, "CONFLICT": 2}, who
        assert "of your party case T-open has 3 files, and 3 are allowed" in told(answers)
    # a broker of the importer is no other party
    assert codes(at_once(quotas, "broker", _ATTACH, 2, case="T-open", size=10)) == {"CONFLICT": 2}


def test_an_account_announces_so_much_within_a_day_whatever_the_case(at_once: Ask, did: Callable[..., Any]) -> None:
    quotas = Quotas(files_per_day=4, file_bytes_per_day=100)
    cases = [did("importer", _OPEN)["number"] for _ in range(2)]
    assert codes(at_once(quotas, "importer", _ATTACH, 3, case=cases[0], size=10)) == {"done": 3}
    answers = at_once(quotas, "importer", _ATTACH, 3, case=cases[1], size=80)
    assert codes(answers) == {"TOO_MANY_REQUESTS": 3}
    assert "within this day you announced files of 30 bytes, and with 80 more" in told(answers)
    answers = at_once(quotas, "importer", _ATTACH, 3, case=cases[1], size=10)
    assert codes(answers) == {"done": 1, "TOO_MANY_REQUESTS": 2}
    assert "within this day you announced 4 files, and 4 are allowed: go on in 1440 minutes" in told(answers)


def test_of_the_questions_without_an_account_half_are_for_addresses_that_have_asked_none() -> None:
    assert [open_to(most, is_first=False) for most in (1, 2, 3, 1_000)] == [1, 1, 2, 500]
    assert open_to(1_000, is_first=True) == 1_000
    asked = 0
    for _ in range(100):  # addresses, each of which asks ten
        for number in range(10):
            asked += asked < open_to(1_000, is_first=number == 0)
    assert asked < 1_000 - 400
