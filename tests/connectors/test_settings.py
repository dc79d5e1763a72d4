"""A connection's file: every fault is told with its place, and no secret."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.plain_yaml import read_yaml
from connectors.registry import attach, attach_file, attached_in, kind
from connectors.settings import period_s, read_connection
from connectors.skeleton import write_skeleton
from hub.errors import SetupError

GOOD: dict[str, Any] = {
    "connector": "file",
    "party": {"Agency": "FDA"},
    "settings": {"folder": "/nowhere"},
    "streams": {
        "people": {
            "describes": "Contact",
            "from": "*",
            "key": "id",
            "properties": {"name": "name", "role": {"value": "x"}},
        }
    },
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
        ({"schedule": "every hour", "full": "weekly"}, "full: .*every 15 minutes"),
        ({"full": "every 7 days"}, "say a `schedule`, too"),
        ({"streams": {}}, "streams: .*at least one stream"),
        ({"streams": _people(describes="Port")}, "streams.people.describes"),
        ({"streams": _people(describes=["Contact", "Case"])}, "streams.people.describes"),
        ({"streams": _people(describes={"Contact": "x"})}, "streams.people.describes"),
        (
            {"streams": _people(properties={"shoe": "x"})},
            "streams.people.properties.shoe: a Contact has no shoe.*; it has awayFrom, awayUntil, closesAt, email",
        ),
        ({"streams": _people(properties={"name": {}})}, "say where the value comes from"),
        ({"streams": _people(links={"REPRESENTS": {"Importer": "x"}})}, "no REPRESENTS leads from a Contact"),
        ({"streams": _people(links={"WORKS_FOR": {"Center": "x", "Port": "y"}})}, "leads to one row"),
        (
            {"streams": _people(properties={"nme": "x"})},
            "line 12, streams.people.properties.nme: a Contact has no nme, did you mean name?",
        ),
        ({"streams": _people(properties={"name": True})}, "streams.people.properties.name: expected a column's name"),
        ({"streams": _people(properties={"name": None})}, "streams.people.properties.name: expected a column's name"),
        ({"streams": _people(key=None)}, "streams.people.key: name the column"),
        (
            {"streams": _people(links={"SITS": {"Port": "x"}})},
            "streams.people.links.SITS: no SITS leads from a Contact to Port",
        ),
        ({"party": "FDA"}, "party: one party by label and key"),
        ({"schedule": {"every": "hour", "full": "every 7 days"}}, "`full: every 7 days` stands beside `schedule`"),
        ({"rank": 0}, "rank"),
        ({"secret": "x"}, "line 4, secret: there is no such setting; there are connector, full, limits, party"),
    ],
)
def test_every_fault_is_told_with_its_place(changes: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=told):
        _read(tmp_path, **changes)


def test_what_is_wrong_with_each_connection_of_a_folder_is_told(tmp_path: Path) -> None:
    for name in ("good", "second"):
        _read(tmp_path, name)
    assert [found.connection.name for found in attached_in(tmp_path, tmp_path)] == ["good", "second"]
    for name, fault in (("bad", {"connector": "ftp"}), ("worse", {"settings": {"foldr": "x"}})):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({**GOOD, **fault}))
    with pytest.raises(SetupError) as told:
        attached_in(tmp_path, tmp_path)
    assert "bad.yaml, line 1, connector: there is no ftp" in str(told.value)
    assert "worse.yaml cannot be used:" in str(told.value)


def test_a_number_may_name_a_column_or_a_party(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        party={"Port": 401},
        streams=_people(key=[1, 2], properties={"name": 3, "role": {"column": [4, "five"]}}),
    )
    assert found.speaks_for == ("Port", "ACE:0401")
    stream = found.streams["people"]
    assert stream.key == ("1", "2")
    assert [take.columns for take in stream.takes] == [("3",), ("4", "five")]


def test_a_file_that_is_no_yaml_or_has_a_bad_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    with pytest.raises(SetupError, match=r"a\.yaml"):
        read_connection(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("just words")
    with pytest.raises(SetupError, match="expected `connector`"):
        read_connection(tmp_path / "b.yaml")
    with pytest.raises(SetupError, match="lower case"):
        _read(tmp_path, name="FDA_1")


@pytest.mark.parametrize("text", ["&a [*a]", "party: &a {Agency: *a}", "settings: " + "[" * 3000])
def test_a_file_that_holds_itself_or_has_no_bottom_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "fda.yaml").write_text(text)
    with pytest.raises(SetupError, match=r"fda.yaml: it is nested too deeply, or a part of it holds itself"):
        attach_file(tmp_path / "fda.yaml", tmp_path)


@pytest.mark.parametrize(
    "name", ["settings", "page", "system", "any", "abort-run", "self", "class", "json", "base-model"]
)
def test_a_skeleton_may_have_the_name_of_a_class_it_uses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    list(write_skeleton(name, "own", tmp_path))
    module = name.replace("-", "_")
    code: dict[str, Any] = {"__name__": module}
    exec((tmp_path / f"{module}_connector.py").read_text(), code)  # noqa: S102 - what was written just now
    said, _ = read_yaml((tmp_path / f"{name}.yaml").read_text(), name)
    assert {"read", "check", "discover"} <= vars(code[said["connector"].partition(":")[2]]).keys()
    assert "url" in code["Settings"].model_fields
    tested: dict[str, Any] = {"__name__": "tested"}
    exec((tmp_path / f"test_{module}_connector.py").read_text(), tested)  # noqa: S102 - as above
    assert tested["TheSystem"].__mro__[1] is tested["System"]


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
    with pytest.raises(SetupError, match=r"fda.yaml cannot be used:\n  line 4, settings.url: it is missing"):
        attach(_read(tmp_path, connector="sql", settings={"password": "shh"}), tmp_path, tmp_path)


def test_a_connector_that_is_not_there_is_told() -> None:
    for name in ("ftp", "no.such:Thing", "connectors.systems.file:FileSettings"):
        with pytest.raises(SetupError, match="connector"):
            kind(name)


@pytest.mark.parametrize(
    ("text", "seconds"), [("every minute", 60), ("every 15 minutes", 900), ("every 2 days", 172_800)]
)
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


_FILE = """
connector: file
party: {Agency: FDA}
settings:
  folder: /nowhere
streams:
  people:
    describes: Contact
    from: people*.csv
    key: id
    properties:
      name: name
      role: {column: title, codes: {no: none, 0401: port, 12:30: late}, default: liaison}
      published: {column: web, default: no}
"""


def _attached(folder: Path, text: str) -> Any:
    (folder / "fda.yaml").write_text(text)
    return attach(read_connection(folder / "fda.yaml"), folder, folder).connection


def test_words_of_a_file_are_the_words_that_stand_there(tmp_path: Path) -> None:
    role = _attached(tmp_path, _FILE).streams["people"].properties["role"]
    assert role.codes == {"no": "none", "0401": "port", "12:30": "late"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("    key: id", "    key: id\n    delimeter: ;"),
            r"line 11, streams.people.delimeter: .*did you mean delimiter\?",
        ),
        (
            ("    key: id", "    key: id\n    delimiter: '||'"),
            "line 11, streams.people.delimiter: one character between the cells",
        ),
        (("    key: id", "    key: id\n    delimiter: ''"), "line 11, streams.people.delimiter: one character"),
        (
            ("    key: id", "    key: id\n    encoding: utf-99"),
            "line 11, streams.people.encoding: 'utf-99' is no encoding of text",
        ),
        (
            ("    key: id", "    key: id\n    encoding: base64"),
            "streams.people.encoding: 'base64' is no encoding of text",
        ),
        (
            ("    key: id", "    key: id\n    encoding: rot13"),
            "streams.people.encoding: 'rot13' is no encoding of text",
        ),
        (("    key: id", "    key: id\n    header_row: 0"), "line 11, streams.people.header_row.0: "),
        (("    key: id", "    key: id\n    date_format: MM"), "line 11, streams.people.date_format: .*MM/DD/YYYY"),
        (("    key: id", "    key: id\n    time_zone: Washington"), "streams.people.time_zone: .*America/New_York"),
        (
            ("name: name", "name: {colunm: name}"),
            r"line 12, streams.people.properties.name.colunm: .*did you mean column\?",
        ),
        (("name: name", "name: {column: name, region: USA}"), "properties.name.region: 'USA' is no country"),
        (
            ("  folder: /nowhere", "  foldr: /nowhere"),
            r"line 5, settings.foldr: there is no such setting, did you mean folder\?",
        ),
        (("    key: id", "    key: id\n    key: other"), "line 11: key is there already, in line 10"),
        (("party: {Agency: FDA}", "party: [FDA]"), "line 3, party: "),
        (("streams:", "streams: {"), "line [0-9]+: "),
    ],
)
def test_a_wrong_setting_is_told_with_its_line_and_what_is_meant(
    change: tuple[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match=rf"(?s)fda\.yaml.*{told}"):
        _attached(tmp_path, _FILE.replace(*change))


_FAULTS = {
    "  folder: /nowhere": ("  folder: /nowhere\n  no: x", "settings.no: there is no such setting"),
    "    key: id": ("    key: id\n    delimeter: x",
    "streams.people.delimeter: there is no such setting, did you mean delimiter?"),
    "      name: name": ("      nmae: name",
    "streams.people.properties.nmae: a Contact has no nmae, did you mean name?"),
    "      published: {column: web, default: no}": (
        "      fone: f\n    links: {COVERS: {HtsChaptr: c, Port: p}, SITS: {Port: p}}",
        "properties.fone: a Contact has no fone"
    ),
    "party: {Agency: FDA}": ("party: {Agncy: FDA}", "party: one party by label and key"),
}  # fmt: skip


@given(st.sets(st.sampled_from(sorted(_FAULTS)), min_size=1))
def test_no_fault_hides_another(tmp_path_factory: pytest.TempPathFactory, faults: set[str]) -> None:
    text = _FILE
    for place in faults:
        text = text.replace(place, _FAULTS[place][0])
    with pytest.raises(SetupError) as error:
        attached_of(tmp_path_factory.getbasetemp(), text)
    told = str(error.value)
    for place in faults:
        assert _FAULTS[place][1] in told
    if "      published: {column: web, default: no}" in faults:
        assert "links.COVERS.HtsChaptr: no COVERS leads from a Contact to HtsChaptr, did you mean HtsChapter?" in told
        assert "links.SITS: no SITS leads from a Contact to Port, did you mean SITS_AT?" in told
        assert "links.COVERS.Port" not in told
    lines = [int(line.partition(",")[0].removeprefix("  line ")) for line in told.splitlines()[1:]]
    assert lines == sorted(lines)


def test_a_connector_that_there_is_not_hides_no_other_fault(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as error:
        attached_of(tmp_path, _FILE.replace("connector: file", "connector: ftp").replace("name: name", "nmae: name"))
    assert "line 2, connector: there is no ftp" in str(error.value)
    assert "line 12, streams.people.properties.nmae" in str(error.value)


def attached_of(folder: Path, text: str) -> Any:
    (folder / "fda.yaml").write_text(text)
    return attach_file(folder / "fda.yaml", folder)


@pytest.mark.parametrize(
    ("connector", "settings"), [("sql", "{url: 'sqlite://'}"), ("graphql", "{url: 'http://127.0.0.1/'}")]
)
def test_options_are_those_of_the_connector(connector: str, settings: str, tmp_path: Path) -> None:
    text = _FILE.replace("connector: file", f"connector: {connector}").replace(
        "settings:\n  folder: /nowhere", f"settings: {settings}"
    )
    with pytest.raises(SetupError, match=r"line 10, streams\.people\.cursr: there is no such setting"):
        _attached(tmp_path, text.replace("    key: id", "    key: id\n    cursr: changed_at"))


_PLAIN = st.text(st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FF), max_size=12)


@given(st.dictionaries(_PLAIN.filter(bool), _PLAIN | st.booleans() | st.integers(0, 9), min_size=1, max_size=5))
def test_what_is_dumped_as_yaml_is_read_as_it_was(found: dict[str, Any]) -> None:
    assert read_yaml(yaml.safe_dump(found, allow_unicode=True), "x")[0] == found
