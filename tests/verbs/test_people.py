"""Absences, deputies and programs, as their own organisation says them."""

from collections.abc import Callable
from typing import Any

Do = Callable[..., Any]
WHO = (
    '{ responsibleContacts(importer: "11-1111111AA", hts: "8542", at: "2026-12-08T15:00:00Z", first: 1) { contacts {'
    " reason contact { id } standsInFor { id } } } }"
)


def test_who_is_away_is_stood_in_for_from_the_next_question_on(did: Do, refused: Do) -> None:
    assert did("importer", WHO)["contacts"][0]["contact"] == {"id": "chapter-85"}
    away = (
        'mutation { announceAbsence(contact: "chapter-85", from: "2026-12-07T05:00:00Z", until: "2026-12-11T22:00:00Z")'
        " { awayUntil } }"
    )
    assert refused("importer", away)[0] == "NOT_ALLOWED"
    assert did("center-007", away) == {"awayUntil": "2026-12-11T22:00:00Z"}
    (first,) = did("importer", WHO)["contacts"]
    assert (first["contact"]["id"], first["standsInFor"]["id"]) == ("chapter-85-deputy", "chapter-85")
    assert first["reason"].endswith(
        "They are away until Friday 2026-12-11. Sample chapter-85-deputy stands in for them."
    )
    did("center-007", 'mutation { nameDeputy(contact: "chapter-85", deputy: "entries") { id } }')
    assert did("importer", WHO)["contacts"][0]["contact"] == {"id": "entries"}
    did("center-007", 'mutation { endAbsence(contact: "chapter-85") { id } }')
    assert did("importer", WHO)["contacts"][0]["contact"] == {"id": "chapter-85"}


def test_bad_absences_are_refused(refused: Do) -> None:
    assert (
        refused(
            "center-007", 'mutation { announceAbsence(contact: "chapter-85", until: "2020-01-01T00:00:00Z") { id } }'
        )[0]
        == "BAD_INPUT"
    )
    assert (
        refused("center-007", 'mutation { nameDeputy(contact: "chapter-85", deputy: "desk-004") { id } }')[0]
        == "NOT_FOUND"
    )
    assert refused("center-004", 'mutation { endAbsence(contact: "chapter-85") { id } }')[0] == "NOT_ALLOWED"
    assert refused("association", 'mutation { endAbsence(contact: "chapter-85") { id } }')[0] == "NOT_FOUND"


def test_a_program_is_added_without_a_line_of_code(did: Do, refused: Do) -> None:
    declared = (
        'mutation { declareProgram(code: "S338", name: "Section 338", since: "2026-01-01", legalBasis: "19 USC 1338",'
        ' office: "OT-TPP") {'
        " code since } }"
    )
    assert refused("center-007", declared)[0] == "NOT_ALLOWED"
    assert did("trade", declared) == {"code": "S338", "since": "2026-01-01"}
    assert refused("trade", declared)[0] == "CONFLICT"
    assert did("port-2704", 'mutation { tagCase(case: "T-open", program: "S338") { programs { nodes { name } } } }')[
        "programs"
    ]["nodes"] == [{"name": "Section 338"}]
    assert did("", '{ program(code: "S338") { cases { totalCount } } }') == {"cases": {"totalCount": 0}}


def test_a_program_is_not_declared_without_who_answers_for_it(did: Do, refused: Do) -> None:
    declared = (
        'mutation {{ declareProgram(code: "{}", name: "Sample program"{}) {{ offices {{ nodes {{ code }} }} }} }}'
    )
    asked = '{{ responsibleContacts(program: "{}") {{ unknown contacts {{ organisation {{ nodeId }} }} }} }}'
    code, message = refused("trade", declared.format("S339", ', office: "NONE"'))
    assert (code, message) == ("NOT_FOUND", "office: there is no office 'NONE'; see offices")
    assert did("importer", asked.format("S339"))["unknown"] == ["program S339"]
    named = did("trade", declared.format("S339", ', office: "OT-TRLED"'))
    assert named == {"offices": {"nodes": [{"code": "OT-TRLED"}]}}
    answer = did("importer", asked.format("S339"))
    assert answer["unknown"] == []
    assert {"organisation": {"nodeId": "Office:OT-TRLED"}} in answer["contacts"]


def test_an_office_says_how_its_shared_desk_is_reached(did: Do, refused: Do) -> None:
    described = 'mutation {{ describeDesk(contact: "{}"{}) {{ email opensAt source }} }}'
    told = ', email: "desk@port.example", timeZone: PACIFIC, opensAt: "08:00", closesAt: "16:30"'
    assert did("port-2704", described.format("shared-2704", told)) == {
        "email": "desk@port.example", "opensAt": "08:00", "source": "hub"
    }  # fmt: skip
    phone = 'mutation { describeDesk(contact: "shared-2704", phone: "(202) 555-0100 x5") { phone } }'
    assert did("port-2704", phone) == {"phone": "+12025550100;ext=5"}
    for wrong in ('email: "desk"', 'email: "a@port.example\\nBcc: b@port.example"', 'phone: "555"', 'phone: "desk"'):
        assert refused("port-2704", described.format("shared-2704", f", {wrong}"))[0] == "BAD_INPUT"
    assert refused("center-004", described.format("shared-2704", told))[0] == "NOT_ALLOWED"
    assert refused("port-2704", described.format("shared-2704", ""))[0] == "BAD_INPUT"
    assert refused("port-2704", described.format("director-2704", told))[0] == "CONFLICT"
