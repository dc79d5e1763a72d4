"""Who answers for what: every rule by its own example, and a table of questions with the answers that are expected."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from hub.gql.request import GraphQLRequest
from hub.queries.contact_rules import CONTACTS, LAST_CONTACT, NEXT
from hub.queries.responsibility_rules import LAST_OFFICE, OFFICES
from hub.viewer import PUBLIC, Viewer
from tests.asking import SCHEMA, NoCursors, questions
from tests.discovery import job_questions
from tests.discovery.job_world import write_job_world
from tests.offices import ISSUER, TUESDAY, write
from tests.oracle import Oracle
from tests.random_world import random_world
from tests.renewed import wipe
from tests.rounds import ROUNDS

Ask = Callable[..., dict[str, Any]]
QUESTIONS = list(csv.DictReader((Path(__file__).parent / "questions.csv").read_text(encoding="utf-8").splitlines()))
_ARGUMENTS = ("importer", "entryNumber", "hts", "port", "caseKind", "agency", "program", "topic")
_ANSWER = """{ conflicts unknown contacts { rank contact { id name email } organisation { name nodeId }
  rule within reason confidence
    availability { state hours until nextOpening opens } standsInFor { id } path { text node { nodeId } }
    next { step contact { id } organisation { name } } } }"""


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(wipe(database))
    run(write(database))
    return database


@pytest.fixture(scope="module")
def ask(world: Graph, run: Callable[..., Any]) -> Ask:
    hub = questions(world)

    def asked(viewer: str, at: str = TUESDAY, /, **named: str) -> dict[str, Any]:
        given = "".join(f", {name}: {json.dumps(value)}" for name, value in named.items())
        who = Viewer.of(ISSUER, viewer) if viewer else PUBLIC
        answer = run(
            hub.answer(GraphQLRequest(f'{{ responsibleContacts(at: "{at}", first: 20{given}) {_ANSWER} }}'), who)
        )
        assert "errors" not in answer, answer
        return answer["data"]["responsibleContacts"]

    return asked


def _whom(contact: dict[str, Any]) -> str:
    return contact["contact"]["id"] if contact["contact"] else contact["organisation"]["name"]


@pytest.fixture
def with_more(world: Graph, run: Callable[..., Any]) -> Any:
    """Adds what an example needs; it is taken away again."""
    added: list[str] = []

    def add(cypher: str) -> None:
        run(world.write([Statement("MATCH (c:Contact|Case) SET c.before = true"), Statement(cypher)]))
        added.append(cypher)

    yield add
    if added:
        run(
            world.write(
                [
                    Statement("MATCH (c:Contact|Case) WHERE c.before IS NULL DETACH DELETE c"),
                    Statement("MATCH (c:Contact|Case) REMOVE c.before"),
                ]
            )
        )


@pytest.mark.parametrize("rule", [*OFFICES, LAST_OFFICE], ids=lambda rule: rule.name)
def test_an_office_rule_answers_its_example(rule: Any, ask: Ask, with_more: Callable[[str], None]) -> None:
    if rule.example.given:
        with_more(rule.example.given)
    contacts = ask("trade", **rule.example.asked)["contacts"]
    answers = contacts[:1] if rule.example.first else [found for found in contacts if found["rule"] == rule.name]
    assert (rule.name, rule.example.answer) in [(found["rule"], _whom(found)) for found in answers]


@pytest.mark.parametrize("rule", [*CONTACTS, LAST_CONTACT], ids=lambda rule: rule.name)
def test_a_contact_rule_answers_its_example(rule: Any, ask: Ask, with_more: Callable[[str], None]) -> None:
    if rule.example.given:
        with_more(rule.example.given)
    first = ask("trade", **rule.example.asked)["contacts"][0]
    assert (first["within"], _whom(first)) == (rule.name, rule.example.answer)


@pytest.mark.parametrize("rule", NEXT, ids=lambda rule: rule.name)
def test_a_rule_for_who_is_next_answers_its_example(rule: Any, ask: Ask) -> None:
    first = ask("trade", **rule.example.asked)["contacts"][0]
    found = {
        step["step"]: step["contact"]["id"] if step["contact"] else step["organisation"]["name"]
        for step in first["next"]
    }
    assert found[rule.name] == rule.example.answer


def test_there_are_sixty_questions() -> None:
    assert len(QUESTIONS) >= 60


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_a_question_has_the_expected_answer(row: dict[str, str], ask: Ask) -> None:
    named = {name: row[name] for name in _ARGUMENTS if row[name]}
    answer = ask(row["viewer"], row["at"] or TUESDAY, **named)
    first = answer["contacts"][0]
    told = {
        "contact": _whom(first),
        "rule": first["rule"],
        "within": first["within"] or "",
        "state": first["availability"]["state"],
        "standsInFor": first["standsInFor"]["id"] if first["standsInFor"] else "",
        "next": " ".join(_whom(step) for step in first["next"]),
        "conflicts": "; ".join(answer["conflicts"]),
        "unknown": "; ".join(answer["unknown"]),
    }
    assert told == {name: row[name] for name in told}
    assert first["path"][0]["text"] in first["reason"]
    assert all(step["node"] for step in first["path"]), first["path"]


def test_contacts_are_limited_and_bad_input_is_refused(world: Graph, run: Callable[..., Any]) -> None:
    hub = questions(world)

    def told(arguments: str) -> Any:
        return run(
            hub.answer(
                GraphQLRequest(f"{{ responsibleContacts({arguments}) {{ contacts {{ rank }} }} }}"),
                Viewer.of(ISSUER, "trade"),
            )
        )

    assert [
        found["rank"]
        for found in told('port: "2704", hts: "8542", first: 2')["data"]["responsibleContacts"]["contacts"]
    ] == [1, 2]
    for arguments, message in (
        ('importer: "123-45-6789"', "Social Security"),
        ('hts: "eight"', "2 to 10 digits"),
        ('port: "Portland"', "Portland, OR (2904)"),
        ('number: "123-45-6789"', "Social Security"),
        ('form: "' + 201 * "a" + '"', "200 characters"),
        ('at: "tomorrow"', "tomorrow"),
        ('at: "9999-12-31T23:59:59Z"', "from 1900 to 2199"),
        ("first: 21", "1 to 20"),
    ):
        assert message in told(arguments)["errors"][0]["message"]


def test_each_contact_comes_once_and_who_is_away_last(ask: Ask) -> None:
    contacts = ask("center-004", hts="6109", topic="forced_labor")["contacts"]
    assert [(found["rank"], _whom(found), found["availability"]["state"]) for found in contacts] == [
        (1, "desk-fld", "AVAILABLE"), (2, "desk-004", "AVAILABLE"), (3, "chapter-61", "AWAY"),
        (4, "Consumer Product Safety Commission", "NO_CONTACT"),
    ]  # fmt: skip
    assert contacts[2]["availability"]["until"] == "2026-11-27T12:00:00Z"
    assert contacts[2]["reason"].endswith("Sample chapter-61 covers chapter 61. They are away until Friday 2026-11-27.")


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (TUESDAY, None),
        ("2026-11-26T15:00:00Z", "Friday 2026-11-27 08:00, America/New_York"),
        ("2026-11-28T15:00:00Z", "Monday 2026-11-30 08:00, America/New_York"),
        ("2026-11-24T03:00:00Z", "Tuesday 2026-11-24 08:00, America/New_York"),
        ("2026-11-24T21:30:00Z", "Wednesday 2026-11-25 08:00, America/New_York"),
        ("2026-12-24T22:00:00Z", "Monday 2026-12-28 08:00, America/New_York"),
    ],
)
def test_each_contact_says_when_it_is_at_work_next(at: str, opens: str | None, ask: Ask) -> None:
    there = ask("importer", at, importer="11-1111111AA")["contacts"][0]["availability"]
    assert there["opens"] == opens
    assert (there["nextOpening"] is None) is (opens is None)


def test_who_is_away_opens_when_they_are_back_and_who_is_not_kept_at_no_time(ask: Ask) -> None:
    there = {_whom(found): found["availability"] for found in ask("center-004", hts="6109")["contacts"]}
    assert there["chapter-61"]["nextOpening"] == "2026-11-27T13:00:00Z"
    nobody = ask("", port="3001")["contacts"][0]["availability"]
    assert (nobody["state"], nobody["nextOpening"], nobody["opens"]) == ("NO_CONTACT", None, None)


def test_a_vacant_post_without_a_deputy_comes_behind_all_others(ask: Ask) -> None:
    contacts = [(_whom(found), found["availability"]["state"]) for found in ask("trade", hts="8703")["contacts"]]
    assert contacts[0] == ("desk-003", "AVAILABLE")
    assert contacts[-1] == ("autos", "VACANT")


def test_a_role_for_one_matter_does_not_come_first_where_another_is_asked_about(
    ask: Ask, with_more: Callable[[str], None]
) -> None:
    with_more(
        "MATCH (o:Center {code: 'CEE007'}), (h:HtsChapter {code: '85'}) CREATE (c:Contact {id: 'drawback', name: 'A',"
        " role: 'drawback_specialist', published: true})-[:WORKS_FOR]->(o) CREATE (c)-[:COVERS]->(h)"
    )
    assert [_whom(found) for found in ask("", hts="8542")["contacts"]][:2] == ["desk-007", "director-007"]


def test_a_reason_can_be_checked_step_by_step(ask: Ask) -> None:
    first = ask("", hts="9503")["contacts"][0]
    assert first["confidence"] == "high"
    assert [(step["text"], step["node"]["nodeId"]) for step in first["path"]] == [
        ("Goods of heading 9503 suggest Consumer Products & Mass Merchandising.", "HtsHeading:9503"),
        ("Sample toys covers chapter 95.", "HtsChapter:95"),
        ("Sample toys is a published contact of Consumer Products & Mass Merchandising.", "Center:CEE008"),
        ("They are away until Friday 2026-11-27.", "Contact:toys"),
        ("Sample toys-second stands in for them.", "Contact:toys-second"),
    ]


def test_mail_addresses_are_told_to_counterparts_alone(ask: Ask) -> None:
    told = {
        who: ask(who, importer="11-1111111AA")["contacts"][0]["contact"]
        for who in ("trade", "importer", "broker", "center-007")
    }
    assert {found["email"] for found in told.values()} == {"desk-007@sample.example"}
    assert ask("", hts="8542")["contacts"][0]["contact"] == {"id": "desk-007", "name": "Sample desk-007", "email": None}


async def _told(hub: Any, account: str, named: dict[str, str]) -> dict[str, Any]:
    given = ", ".join(f"{name}: {json.dumps(value)}" for name, value in named.items())
    asked = f"""{{ responsibleContacts({given}, first: 20) {{ conflicts contacts {{
        rule reason contact {{ nodeId email }} standsInFor {{ nodeId }}
        path {{ text node {{ nodeId }} }} next {{ contact {{ nodeId email }} }} }} }} }}"""
    answer = await hub.answer(GraphQLRequest(asked), Viewer(account))
    assert "errors" not in answer, answer
    return answer["data"]["responsibleContacts"]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_is_told_of_what_may_not_be_seen(seed: int, empty: Graph, run: Callable[..., Any]) -> None:
    world = random_world(seed)
    run(world.write(empty))
    run(empty.write([Statement("MERGE (o:Office {code: 'OTR'}) SET o.name = 'Trade relations', o.source = 'sample'")]))
    world.nodes["Office", "OTR"] = {"code": "OTR", "name": "Trade relations"}
    hub = questions(empty)
    entries = [key[1] for key in world.of("Entry")]
    for account in world.accounts:
        oracle = Oracle(world, account)
        for importer in [key[1] for key in world.of("Importer")]:
            answer = run(_told(hub, account, {"importer": importer, "hts": "8542"}))
            if not oracle.sees(("Importer", importer)):
                assert answer == run(_told(hub, account, {"importer": "99-9999999ZZ", "hts": "8542"}))
            _check(answer, oracle)
        for entry in entries:
            answer = run(_told(hub, account, {"entryNumber": entry, "caseKind": "protest", "port": "2704"}))
            if not oracle.sees(("Entry", entry)):
                assert answer == run(
                    _told(hub, account, {"entryNumber": "ZZZ-9999999-9", "caseKind": "protest", "port": "2704"})
                )
            _check(answer, oracle)
        for case in world.of("Case")[:_CASES_ASKED]:
            number = world.nodes[case]["number"]
            answer = run(_told(hub, account, {"case": number}))
            if not oracle.sees(case):
                assert answer == run(_told(hub, account, {"case": "nothing"}))
            _check(answer, oracle)


_CASES_ASKED = 3


def _check(answer: dict[str, Any], oracle: Oracle) -> None:
    assert answer["contacts"]
    for found in answer["contacts"]:
        rows = [
            found["contact"],
            found["standsInFor"],
            *(step["node"] for step in found["path"]),
            *(step["contact"] for step in found["next"]),
        ]
        for row in filter(None, rows):
            label, _, key = row["nodeId"].partition(":")
            assert oracle.sees((label, key)), (row, found)
            if row.get("email"):
                assert oracle.value((label, key), "email") == row["email"]


def test_a_question_is_found_by_one_statement() -> None:
    named = (
        'importer: "11-1111111AA", entryNumber: "AAA-0000001-4", hts: "8542", port: "2704", caseKind: "rfi", program:'
        ' "UFLPA"'
    )
    asked = f'{{ responsibleContacts({named}, agency: "FDA", topic: "origin") {_ANSWER} }}'
    plan, _ = PlanCache(GRAPH, SCHEMA, Limits()).plan(asked, None, {}, NoCursors())
    (root,) = plan.roots
    assert root.compiled.text.count(" AS row") == 1
    assert ";" not in re.sub(r"\"[^\"]*\"|'[^']*'", "", root.compiled.text)


def test_the_questions_of_the_job_are_different_ones() -> None:
    assert len({row.question for row in job_questions.ROWS}) == len(job_questions.ROWS) >= 160


def test_the_right_office_and_a_fit_person_come_first(database: Graph, run: Callable[..., Any]) -> None:
    """Last in this file: it has a world of its own, and the statements that the others have had planned."""
    run(wipe(database))
    run(write_job_world(database))
    verdicts = run(job_questions.verdicts(questions(database)))
    print(job_questions.told(verdicts))  # noqa: T201 - it is what is judged
    for what, least in (("office", 0.95), ("person", 0.9), ("among", 0.95)):
        assert sum(getattr(verdict, what) for verdict in verdicts.values()) >= least * len(verdicts), what
