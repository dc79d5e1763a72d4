"""What port, Center and headquarters see of each other, and `counter`: what a port and a Center both have in hand."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.database.graph import Graph
from hub.viewer import PUBLIC, Viewer
from tests.asking import data, questions
from tests.discovery.job_world import write_job_world
from tests.offices import ISSUER
from tests.renewed import wipe


@pytest.fixture(scope="module")
def ask(database: Graph, run: Callable[..., Any]) -> Callable[[str, str], Any]:
    """Asks as that account, and gives the data."""
    run(wipe(database))
    run(write_job_world(database))
    hub = questions(database)
    return lambda who, asked: run(data(hub, asked, Viewer.of(ISSUER, who) if who else PUBLIC))


def test_cbp_sees_its_directory_and_others_do_not(ask: Callable[[str, str], Any]) -> None:
    asked = '{ contact(id: "seated-2304") { name email phone sitsAt { code } organisation { name } } }'
    told = {who: ask(who, asked)["contact"] for who in ("port-2304", "port-5301", "center-003", "eapa")}
    assert all(found and found["email"] == "seated-2304@sample.example" for found in told.values()), told
    assert {found["phone"] for found in told.values()} == {None}
    assert [ask(who, asked)["contact"] for who in ("importer", "broker", "fda", "association", "")] == [None] * 5


def test_a_port_sees_which_center_an_account_has_that_enters_there(ask: Callable[[str, str], Any]) -> None:
    asked = '{ importer(number: "55-5555555AA") { name center { code } ports { nodes { code } } } }'
    for port in ("2304", "5301"):
        assert ask(f"port-{port}", asked)["importer"] == {
            "name": "Sample Importer 55", "center": {"code": "CEE004"}, "ports": {"nodes": [{"code": port}]},
        }  # fmt: skip
    assert [ask(who, asked)["importer"] for who in ("port-2704", "center-003", "fda", "")] == [None] * 4
    past = '{ importer(number: "11-1111111AA") { assignments { nodes { code } } } }'
    assert ask("port-2704", past)["importer"] == {"assignments": {"nodes": [{"code": "CEE007"}]}}


def test_a_center_sees_the_holds_of_its_accounts(ask: Callable[[str, str], Any]) -> None:
    asked = """{{ case(number: "{}") {{ status kind {{ code }} handledBy {{ name }} importer {{ number }}
      cbpNumbers {{ nodes {{ number }} }} notes {{ nodes {{ text }} }} }} }}"""
    held = ask("center-007", asked.format("J-DETENTION"))["case"]
    assert held["importer"] == {"number": "11-1111111AA"}
    assert held["cbpNumbers"] == {"nodes": [{"number": "2026-2704-000123"}]}
    assert [ask(who, asked.format("J-DETENTION"))["case"] for who in ("center-004", "center-003", "port-2304")] == [
        None
    ] * 3
    # a seizure is no hold: its port decides
    assert ask("center-006", asked.format("J-SEIZURE"))["case"] is None
    assert ask("center-007", '{ cases(where: {number: {eq: "J-DETENTION"}}) { totalCount } }')["cases"] == {
        "totalCount": 1
    }


@pytest.mark.parametrize(
    ("viewer", "port", "center", "numbers"),
    [
        ("center-007", "2704", "CEE007", ["J-DETENTION", "J-PROTEST", "J-RFI"]),
        ("port-2704", "Los Angeles", "CEE007", ["J-DETENTION", "T-open"]),
        ("trade", "2704", "CEE007", ["J-DETENTION", "J-PROTEST", "J-RFI", "T-open"]),
        ("importer", "2704", "CEE007", ["J-DETENTION", "J-PROTEST", "J-RFI", "T-open"]),
        ("center-004", "2304", "CEE004", ["J-IDLE", "J-REFERRED"]),
        ("port-2304", "2304", "CEE004", []),
        ("", "2704", "CEE007", []),
        ("center-007", "2304", "CEE004", []),
    ],
)
def test_the_counter_lists_what_a_port_and_a_center_both_have_in_hand(
    viewer: str, port: str, center: str, numbers: list[str], ask: Callable[[str, str], Any]
) -> None:
    counter = ask(
        viewer,
        f"""{{ counter(port: "{port}", center: "{center}") {{ count port {{ code }}
        matters {{ case {{ number }} why }} }} }}""",
    )["counter"]
    assert sorted(found["case"]["number"] for found in counter["matters"]) == numbers
    assert counter["count"] == len(numbers)


def test_the_counter_says_why_both_have_a_case_in_hand(ask: Callable[[str, str], Any]) -> None:
    asked = '{ counter(port: "2704", center: "CEE007") { matters { case { number } owner { name } why } } }'
    why = {found["case"]["number"]: found["why"] for found in ask("trade", asked)["counter"]["matters"]}
    assert why["J-RFI"] == "Electronics handles it, and it arose at Los Angeles, CA"
    assert why["T-open"] == "Los Angeles, CA handles it, and its importer is an account of Electronics"
