"""What is asked most: counted, kept without values, read again, and never a reason for a hub not to serve."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_schema.viewer_kinds import COMMON
from hub.gql.parameter_types import placeholder, type_of
from hub.prepared.asked_most import FILE, AskedMost, Form, Found, Prepared, last_prepared


def form(name: str) -> Form:
    return Form(
        f"{{ {name} }}", {"v1": ""}, COMMON[1], [{"p0": ("text", 100), "p1": "int", "p2": ("list", 10, "text")}]
    )


def asked(most: AskedMost, name: str, times: int) -> None:
    for _ in range(times):
        most.count(name, lambda: form(name))


def documents(most: AskedMost) -> list[str]:
    return [found.document for found in most.forms()]


def test_what_is_asked_most_comes_first_and_what_was_asked_once_is_not_kept(tmp_path: Path) -> None:
    most = AskedMost(tmp_path)
    for name, times in (("seldom", 2), ("often", 9), ("once", 1)):
        asked(most, name, times)
    most.save(most.counted())
    again = AskedMost(tmp_path)
    again.load()
    assert documents(again) == ["{ often }", "{ seldom }"]
    assert again.forms()[0].parameters == [{"p0": ["text", 100], "p1": "int", "p2": ["list", 10, "text"]}]
    assert again.forms()[0].kind == COMMON[1]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert sorted(found.name for found in tmp_path.iterdir()) == [FILE, f"{FILE}.lock"]


def test_hubs_of_one_folder_add_to_each_other(tmp_path: Path) -> None:
    one, other = AskedMost(tmp_path), AskedMost(tmp_path)
    asked(one, "both", 3)
    asked(one, "one", 4)
    asked(other, "both", 3)
    one.save(one.counted())
    other.prepared = Prepared(3, 1.5, 7.0)
    other.save(other.counted())
    one.save(one.counted())
    assert documents(one) == ["{ both }", "{ one }"]
    assert last_prepared(tmp_path) == Found(Prepared(3, 1.5, 7.0), 2)


def test_what_is_asked_no_more_is_overtaken(tmp_path: Path) -> None:
    most = AskedMost(tmp_path)
    asked(most, "before", 9)
    most.save(most.counted())
    whole = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**whole, "at": whole["at"] - 3 * 24 * 3600}))
    asked(most, "now", 3)
    most.save(most.counted())
    assert documents(most) == ["{ now }", "{ before }"]


def test_a_crowd_of_questions_asked_once_drives_nobody_out_and_nothing_grows_without_end(tmp_path: Path) -> None:
    most = AskedMost(tmp_path)
    asked(most, "often", 9)
    for number in range(2_000):
        asked(most, f"once {number}", 1)
    for number in range(400):
        asked(most, f"twice {number}", 2)
    asked(most, "often", 1)
    most.save(most.counted())
    for number in range(600):
        asked(most, f"once more {number}", 1)
    asked(most, "often", 1)
    assert [(found.document, times) for found, times in most.counted()] == [("{ often }", 1)]
    assert documents(most)[0] == "{ often }"
    assert len(documents(most)) == 200
    large = AskedMost(tmp_path)
    for number in range(100):
        asked(large, f"{number} {'x' * 19_000}", 2)
    large.save(large.counted())
    assert (tmp_path / FILE).stat().st_size < 1_100_000
    large.load()
    assert documents(large)[0] == "{ often }"


def _foreign(whole: dict[str, Any]) -> list[bytes]:
    (line,) = whole["forms"]
    texts = [
        "", "{", "[]", "\0" * 100, "x" * 3_000_000, json.dumps({**whole, "format": 2}),
        json.dumps({**whole, "more": 1}),
        json.dumps({**whole, "forms": [line] * 201}), json.dumps({**whole, "forms": [{**line, "weight": -1}]}),
        json.dumps({**whole, "forms": [{**line, "kind": {**line["kind"], "flags": ["admin"]}}]}),
        *(json.dumps({**whole, "forms": [{**line, "parameters": [{"p": shape}]}]}) for shape in ("x", ["text", -1],
            ["text", 10**9], {})),
        json.dumps({**whole, "forms": [{**line, "document": None}]}), "[" * 100_000,
    ]  # fmt: skip
    return [text.encode() for text in texts]


def test_a_file_that_is_none_of_the_hubs_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    most = AskedMost(tmp_path)
    asked(most, "often", 9)
    most.save(most.counted())
    for content in _foreign(json.loads((tmp_path / FILE).read_text())):
        (tmp_path / FILE).write_bytes(content)
        caplog.clear()
        found = AskedMost(tmp_path)
        found.load()
        assert not found.forms()
        assert [record.levelno for record in caplog.records] == [logging.WARNING], content[:100]
        assert "set aside" in caplog.text
        assert (tmp_path / f"{FILE}.set-aside").read_bytes() == content
        found.save([(form("new"), 2)])
        assert documents(found) == ["{ new }"]


def test_a_file_that_calls_flags_as_they_were_called_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    most = AskedMost(tmp_path)
    most.save([(form("often"), 9)])
    before = (tmp_path / FILE).read_text().replace('"isImporter"', '"imports"')
    assert '"imports"' in before
    (tmp_path / FILE).write_text(before)
    again = AskedMost(tmp_path)
    again.load()
    assert [(one.document, one.kind) for one in again.forms()] == [(one.document, one.kind) for one in most.forms()]
    assert not caplog.records


def test_without_a_file_there_is_nothing_and_where_none_can_be_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    most = AskedMost(tmp_path / "file")
    most.load()
    for _ in range(3):
        asked(most, "often", 2)
        most.save(most.counted())
    assert documents(most) == ["{ often }"]
    assert caplog.text.count("not remembered across restarts") == 1
    assert last_prepared(tmp_path / "file") is None
    assert last_prepared(tmp_path) is None
    fresh = AskedMost(tmp_path / "none")
    fresh.load()
    assert not fresh.forms()


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        1.5,
        "",
        "x",
        "x" * 11,
        "x" * 5000,
        [],
        ["a"],
        ["a", "b"] * 9,
        [1, "a"],
        [[0, "a"], [1, "b"]],
        {"a": 1},
        [[]],
        [None],
    ],
)
def test_a_placeholder_is_of_the_type_of_what_it_stands_for(value: Any) -> None:
    shape = json.loads(json.dumps(type_of(value)))
    made = placeholder(shape)
    assert type(made) is type(value)
    assert json.loads(json.dumps(type_of(made))) == shape
    assert not {"a", "b", "x"} & set(json.dumps(made).replace("false", ""))


def test_a_count_is_of_what_is_compiled_and_makes_its_form_once(tmp_path: Path) -> None:
    most, made = AskedMost(tmp_path), list[str]()

    def making(name: str) -> Callable[[], Form | None]:
        def make() -> Form | None:
            made.append(name)
            return None if name == "none" else form(name)

        return make

    for name in ("a", "b", "none", "a", "a", "none", "none", "a"):
        most.count(name, making(name))
    assert made == ["a", "none"]
    assert [(found.document, times) for found, times in most.counted()] == [("{ a }", 4)]
    assert most.counted() == []
