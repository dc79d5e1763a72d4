"""What a sync brings is worked on in the background, whoever's system brought it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from connectors.partner_service.beside import PartnerService
from hub.database.graph import Graph
from hub.jobs import dead_letters
from hub.jobs.dead_letters import LAST_RETRY
from hub.jobs.loops import work_through
from hub.verbs.deadline_jobs import run_jobs_once
from tests.connectors.syncing import Synced
from tests.connectors.test_run import CASES, connection, write_csv
from tests.offices import write

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
_DATED: Final[dict[str, Any]] = {
    **CASES,
    "properties": {**CASES["properties"], "dates": "dates"},
    "links": {
        "OF_KIND": {"CaseKind": "kind"},
        "CONCERNS": {"Importer": "importer"},
        "HANDLED_BY": {"Center": "center"},
    },
}
_DUES: Final = "MATCH (d:Deadline)-[:OF_CASE]->(k:Case) RETURN k.number, d.state, toString(d.due) ORDER BY k.number"


def _case(number: str) -> dict[str, Any]:
    return {
        "number": number, "title": "Sample", "dates": "request_issued 2026-11-02", "kind": "rfi",
        "importer": "11-1111111AA",
        "center": "CEE007",
    }  # fmt: skip


def test_clocks_of_a_case_that_an_agency_tells_of_begin_once_its_owner_does(
    empty: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(write(empty))
    folders = {name: tmp_path / name for name in ("agency", "center")}
    for folder in folders.values():
        folder.mkdir()
    agency = Synced(empty, run, folders["agency"], connection(folders["agency"], cases=_DATED), "agency")
    center = Synced(
        empty, run, folders["center"], connection(folders["center"], {"Center": "CEE007"}, cases=_DATED), "center"
    )
    write_csv(agency.folder / "cases.csv", [_case(f"C-{number}") for number in range(3)])
    write_csv(center.folder / "cases.csv", [_case("D-1")])
    assert (agency.sync().written, center.sync().written) == (3, 1)
    run(run_jobs_once(empty, NOW))
    # what an agency says of another's case is a claim: it has no kind, so that no clock runs in it, and keeps none of
    # the others
    assert agency.rows(_DUES) == [["D-1", "RUNNING", "2026-12-02"]]
    assert agency.rows("MATCH (l:DeadLetter) RETURN l.id") == []
    write_csv(center.folder / "cases.csv", [_case("D-1"), _case("C-1")])
    center.sync()
    run(run_jobs_once(empty, NOW))
    assert agency.rows(_DUES) == [["C-1", "RUNNING", "2026-12-02"], ["D-1", "RUNNING", "2026-12-02"]]


def test_a_partners_service_that_never_ran_is_started(empty: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    with PartnerService(tmp_path / "partner") as service:
        run(work_through(empty, [service.running()], NOW))
        assert service.is_running
        assert service.port
        assert (tmp_path / "partner" / "seed.json").exists()
        assert run(dead_letters.letters(empty)) == []


def test_a_partners_service_that_cannot_be_started_is_told_and_started_once_it_can(
    empty: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    with PartnerService(tmp_path / "partner") as service:
        service.start({})
        assert run(work_through(empty, [service.running()], NOW)) == 0
        service.stop()
        seed = tmp_path / "partner" / "seed.json"
        known = seed.read_text()
        seed.write_text("{")
        run(work_through(empty, [service.running()], NOW))
        (told,) = run(dead_letters.letters(empty))
        assert (told.job, told.kind, told.item) == ("partner", "Service", "fda-service")
        assert told.reason.startswith("it ended at once; ")
        seed.write_text(known)
        run(work_through(empty, [service.running()], NOW + LAST_RETRY))
        assert service.is_running
        assert run(dead_letters.letters(empty)) == []
