"""A connection's file: every fault is told with its place, and no secret."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.registry import attach, kind
from connectors.settings import period_s, read_connection
from connectors.skeleton import write_skeleton
from hub.errors import SetupError

GOOD: dict[str, Any] = {
    "connector": "file",
    "party": {"Agency": "FDA"},
    "settings": {"folder": "/nowhere"},
    "streams": {"people": {"describes": "Contact", "from": "*", "key": "id", "properties": {"name": "name", "role": {"value": "x"}}}},
}


def _read(folder: Path, name: str = "fda", **changes: Any) -> Any:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({**GOOD, **changes}))
    return read_connection(folder / f"{name}.yaml")


def _people(**changes: Any) -> dict[str, Any]:
    return {"people": {**GOOD["streams"]["people"], **changes}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"party": {"Agency": "FDA", "Center": "CEE001"}}, "party: .*one party by label and key"),
        ({"party": {"Person": "x"}}, "party"),
        ({"schedule": "daily"}, "schedule: .*every 15 minutes"),
        ({"schedule": "every 2 seconds"}, "not more often"),
        ({"streams": {}}, "streams: .*at least one stream"),
        ({"streams": _people(describes="Port")}, "streams.people.describes"),
        ({"streams": _people(properties={"shoe": "x"})}, "a Contact has no shoe; it has awayFrom, awayUntil, closesAt, email"),
        ({"streams": _people(properties={"name": {}})}, "say where the value comes from"),
        ({"streams": _people(links={"REPRESENTS": {"Importer": "x"}})}, "no REPRESENTS leads from a Contact"),
        ({"streams": _people(links={"WORKS_FOR": {"Center": "x", "Port": "y"}})}, "leads to one row"),
        ({"rank": 0}, "rank"),
        ({"secret": "x"}, "secret: Extra"),
    ],
)
def test_every_fault_is_told_with_its_place(changes: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=told):
        _read(tmp_path, **changes)


def test_a_file_that_is_no_yaml_or_has_a_bad_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    with pytest.raises(SetupError, match=r"a\.yaml"):
        read_connection(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("just words")
    with pytest.raises(SetupError, match="expected `connector`"):
        read_connection(tmp_path / "b.yaml")
    with pytest.raises(SetupError, match="lower case"):
        _read(tmp_path, name="FDA_1")


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"url": "postgresql+psycopg://x@127.0.0.1/x", "password": {"env": "THE_SECRET"}}
    connection = _read(tmp_path, connector="sql", settings=settings)
    with pytest.raises(SetupError, match="the environment has no THE_SECRET"):
        attach(connection, tmp_path, tmp_path)
    monkeypatch.setenv("THE_SECRET", "shh")
    attached = attach(connection, tmp_path, tmp_path)
    assert "shh" not in repr(attached.connection)
    connection = _read(tmp_path, connector="sql", settings={**settings, "password": {"file": "secret"}})
    with pytest.raises(SetupError, match="secret cannot be read"):
        attach(connection, tmp_path, tmp_path)
    (tmp_path / "secret").write_text("shh\n")
    attach(connection, tmp_path, tmp_path)
    with pytest.raises(SetupError, match="settings cannot be used:\n  url: Field required"):
        attach(_read(tmp_path, connector="sql", settings={"password": "shh"}), tmp_path, tmp_path)


def test_a_connector_that_is_not_there_is_told() -> None:
    for name in ("ftp", "no.such:Thing", "connectors.file:FileSettings"):
        with pytest.raises(SetupError, match="connector"):
            kind(name)


@pytest.mark.parametrize(("text", "seconds"), [("every minute", 60), ("every 15 minutes", 900), ("every 2 days", 172_800)])
def test_periods(text: str, seconds: int) -> None:
    assert period_s(text) == seconds


@pytest.mark.parametrize("connector", ["file", "sql", "graphql", "own"])
def test_a_skeleton_is_a_file_that_can_be_used(connector: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("STAFF_PASSWORD", "x")
    monkeypatch.setenv("AGENCY_TOKEN", "x")
    (tmp_path / "sftp-key").write_text("x")
    written = list(write_skeleton("my-staff", connector, tmp_path))
    assert all(path.exists() for path in written)
    attach(read_connection(tmp_path / "my-staff.yaml"), tmp_path, tmp_path)
    with pytest.raises(SetupError, match="there already"):
        list(write_skeleton("my-staff", connector, tmp_path))
