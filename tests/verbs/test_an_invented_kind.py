"""A new kind of case is rows: a kind, clocks, events and conditions that nobody has heard of run without new code."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from hub.database.graph import Graph
from hub.verbs.deadline_jobs import run_jobs_once
from tests.verbs.timing import ENTRY, OTHER_ENTRY, case_of, day, dues, key, last, moment, of_deadline, opened, verb
from tests.verbs.timing import recorded as record

Do = Callable[..., Any]
_ROWS: Final = """
CREATE (kind:CaseKind {code: 'sample_kind', name: 'Sample kind', openedBy: 'both', answeredBy: 'center', source: 'hub'})
CREATE (:CaseEvent {code: 'sample_begun', name: 'begun', recordedBy: 'either', about: 'either', source: 'hub'}),
  (:CaseEvent {code: 'sample_planned', name: 'planned', recordedBy: 'owner', about: 'entry', future: true,
    source: 'hub'}),
  (:CaseEvent {code: 'sample_done', name: 'done', recordedBy: 'owner', about: 'either', notBefore: ['sample_begun'],
    source: 'hub'}),
  (:CaseCondition {code: 'sample_hard', name: 'hard', source: 'hub'})
WITH kind UNWIND [
  {id: 'sample_kind act', code: 'act', rank: 10001, name: 'Sample: act', startsFrom: ['sample_begun'], length: 10,
    unit: 'calendar_day', notAfter: ['sample_planned-2 calendar_day'], side: 'government', owedBy: 'the Center',
    metBy: ['sample_done'], passing: 'deemed', deemed: 'sampled', per: 'entry', legalBasis: '1 Sample 1'},
  {id: 'sample_kind act hard', code: 'act', variant: 'hard', rank: 10000, name: 'Sample: act',
    conditions: ['sample_hard'], startsFrom: ['sample_begun'], length: 20, unit: 'calendar_day', side: 'government',
    owedBy: 'the Center', metBy: ['sample_done'], passing: 'deemed', deemed: 'sampled', per: 'entry',
    legalBasis: '1 Sample 1'},
  {id: 'sample_kind reply', code: 'reply', rank: 10002, name: 'Sample: reply', startsFrom: ['deemed_sampled'],
    length: 5, unit: 'business_day', side: 'trade', owedBy: 'importer', metBy: ['answered'], passing: 'missed',
    per: 'entry'}
] AS row
CREATE (kind)-[:HAS_CLOCK]->(c:Clock {source: 'hub', rolls: false, extension: 'none', suspension: 'none'})
SET c += row"""


@pytest.fixture
def invented(world: Graph, run: Callable[..., Any]) -> Graph:
    run(world.apply([_ROWS]))
    return world


def test_a_kind_that_nobody_has_heard_of_runs_by_its_rows(
    did: Do, refused: Do, invented: Graph, run: Callable[..., Any]
) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "sample_begun", on: "{day(-3)}"'
    case = opened(did, "center-007", "sample_kind", more)
    number, ten = case["number"], last(day(-3), 10, rolls=False)
    assert dues(case) == {f"act {ENTRY}": ("RUNNING", ten), f"act {OTHER_ENTRY}": ("RUNNING", ten)}
    case = did("center-007", record(number, "sample_planned", day(3), ENTRY))
    assert dues(case)[f"act {ENTRY}"] == ("RUNNING", day(1))
    code, message = refused("center-007", record(number, "sample_done", day(-4), ENTRY))
    assert (code, "not possible before sample begun" in message) == ("BAD_INPUT", True)
    assert refused("importer", record(number, "sample_done", day(-1), ENTRY))[0] == "NOT_ALLOWED"
    case = did("center-007", verb("recordCondition", number, 'condition: "sample_hard"'))
    assert dues(case)[f"act hard {ENTRY}"] == ("RUNNING", last(day(-3), 20, rolls=False))
    case = did("center-007", verb("recordCondition", number, 'condition: "sample_hard", holds: false'))
    run(run_jobs_once(invented, moment(ten)))
    case = case_of(did, "importer", number)
    assert {state for state, _ in dues(case).values()} == {"PROPOSED"}
    case = opened(did, "center-007", "sample_kind", f'entries: ["{ENTRY}"], event: "sample_begun", on: "{day(-30)}"')
    case = did("center-007", of_deadline("pronounceDeadline", key(case, "act", ENTRY)))["case"]
    deemed = last(day(-30), 10, rolls=False)
    assert dues(case) == {
        f"act {ENTRY}": ("DEEMED", deemed),
        f"reply {ENTRY}": ("MISSED", last(deemed, 5, "business", rolls=False)),
    }
    case = did("importer", verb("respondToCase", case["number"], 'text: "Here."'))
    assert dues(case)[f"reply {ENTRY}"][0] == "MET_LATE"
