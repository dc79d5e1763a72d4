"""Numbers by which CBP itself knows a case: found in any spelling, by who may see the case."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from graph_schema.formats import CBP_NUMBER, Format
from hub.world.reference import reference_rows

Do = Callable[..., Any]
_NUMBER: Final = (
    'mutation($n: String!) {{ numberCase(case: "{0}", numberKind: "{1}", number: $n) {{ cbpNumbers {{ nodes {{ kind'
    " number confirmedAt }} }} }} }}"
)
_SEARCH: Final = (
    "query($t: String!) { search(text: $t, kinds: [CbpNumber]) { nodes { ... on CbpNumber { kind number case { number }"
    " } } } }"
)
_FOUND: Final = [{"kind": "protest", "number": "2704-23-123456", "case": {"number": "T-open"}}]


def _numbers(did: Do, viewer: str, case: str, kind: str, number: str) -> list[dict[str, Any]]:
    return did(viewer, _NUMBER.format(case, kind), n=number)["cbpNumbers"]["nodes"]


def test_each_kind_of_number_has_a_shape_that_its_example_fits() -> None:
    kinds = [row.properties for row in reference_rows().nodes if row.label == "NumberKind"]
    assert {"protest", "seizure", "penalty", "bill", "allegation", "eapa"} <= {kind["code"] for kind in kinds}
    for kind in kinds:
        assert kind["citation"]
        if kind["example"]:
            assert CBP_NUMBER.readings(kind["example"]), kind
        if kind["shape"]:
            shaped = Format("x", r"[0-9A-Z].*", "x", shapes=(kind["shape"],))
            assert shaped.check(kind["example"]) == kind["example"]


@pytest.mark.parametrize(
    "spelling",
    ["2704-23-123456", "270423123456", "2704 23 123456", "protest 2704-23-123456", "Protest No. 2704.23.123456",
     "see protest 2704-23-123456 of May"],
)  # fmt: skip
def test_a_number_is_found_in_any_spelling(spelling: str, did: Do) -> None:
    (recorded,) = _numbers(did, "port-2704", "T-open", "protest", "2704 23 123456")
    assert (recorded["number"], bool(recorded["confirmedAt"])) == ("2704-23-123456", True)
    for viewer in ("port-2704", "importer", "broker", "trade"):
        assert did(viewer, _SEARCH, t=spelling)["nodes"] == _FOUND, viewer
    for viewer in ("center-001", "former-broker", "pending", ""):
        assert did(viewer, _SEARCH, t=spelling)["nodes"] == [], viewer


def test_a_number_is_asked_for_exactly(did: Do) -> None:
    _numbers(did, "port-2704", "T-open", "eapa", "EAPA Cons. 7321")
    asked = '{ cbpNumbers(where: {code: {eq: "eapa 7321"}}) { nodes { number case { title } } } }'
    assert did("importer", asked)["nodes"] == [{"number": "EAPA CONS. 7321", "case": {"title": "Sample"}}]


def test_what_a_party_records_is_theirs_until_the_owner_records_the_same(did: Do, refused: Do) -> None:
    (claimed,) = _numbers(did, "importer", "T-open", "protest", "2704-23-123456")
    assert claimed["confirmedAt"] is None
    assert refused("importer", _NUMBER.format("T-open", "protest"), n="270423123456")[0] == "CONFLICT"
    (confirmed,) = _numbers(did, "port-2704", "T-open", "protest", "270423123456")
    assert confirmed["confirmedAt"]
    of = 'case: "T-open", numberKind: "protest", number: "2704-23-123456", reason: "x"'
    remove = f"mutation {{ removeCaseNumber({of}) {{ cbpNumbers {{ totalCount }} }} }}"
    assert refused("importer", remove)[0] == "CONFLICT"
    assert did("port-2704", remove) == {"cbpNumbers": {"totalCount": 0}}
    assert did("importer", _SEARCH, t="2704-23-123456")["nodes"] == []


def test_the_number_of_anothers_case_shows_nothing_of_it(did: Do) -> None:
    _numbers(did, "center-001", "T-joint", "protest", "2704-23-123456")
    for number in ("2704-23-123456", "2704-23-123457"):
        said = {"kind": "protest", "number": number, "confirmedAt": None}
        assert said in _numbers(did, "importer", "T-open", "protest", number)
    assert did("importer", _SEARCH, t="2704-23-123456")["nodes"] == _FOUND


def test_a_number_of_another_shape_is_refused(refused: Do) -> None:
    code, message = refused("port-2704", _NUMBER.format("T-open", "protest"), n="12")
    assert code == "BAD_INPUT"
    assert "2704-23-123456" in message
    assert refused("port-2704", _NUMBER.format("T-open", "nonsense"), n="12")[0] == "NOT_FOUND"
