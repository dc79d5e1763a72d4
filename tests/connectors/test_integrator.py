"""Whoever has no checkout: what the wheel holds, in an empty folder, for a connector of one's own."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import VERSION
from hub.database.graph import Graph
from hub.settings import Settings
from tests.random_world import random_world

ROOT = Path(__file__).parents[2]


class Elsewhere:
    """An empty folder, and the hub's wheel unpacked in another: the checkout is not on the path."""

    def __init__(self, folder: Path, wheel: Path, settings: Settings) -> None:
        self.folder, self.installed = folder / "theirs", folder / "installed"
        self.folder.mkdir()
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(self.installed)
        self._environment = {
            **os.environ, "PYTHONPATH": str(self.installed), "NEO4J_URI": settings.neo4j_uri,
            "HUB_DATA": str(folder / "data"),
            "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(), "COLUMNS": "200",
        }  # fmt: skip

    def typed(self, *words: str, fails: bool = False, seconds: float = 60) -> str:
        """What a module says, run as its own command would: the folder is not on the path of modules."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", *words], cwd=self.folder, env=self._environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    def changed(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def elsewhere(tmp_path: Path, wheel: Path, settings: Settings) -> Elsewhere:
    return Elsewhere(tmp_path, wheel, settings)


def test_a_connector_of_ones_own_is_found_where_it_is_written(
    elsewhere: Elsewhere, empty: Graph, run: Callable[..., Any]
) -> None:
    run(random_world(1).write(empty))
    assert "wrote own_connector.py" in elsewhere.typed("hub", "connectors", "new", "own", "--connector", "own")
    told = elsewhere.typed("hub", "connectors", "check", "own", fails=True)
    assert "system: https://system.example does not answer" in told
    assert "party: Agency FDA" in told
    assert "does not answer" in elsewhere.typed("hub", "sync", "own", fails=True)
    # beside the connection's file it is found from anywhere
    (elsewhere.folder / "own_connector.py").rename(elsewhere.folder / "connections/own_connector.py")
    assert "does not answer" in elsewhere.typed("hub", "sync", "own", fails=True)
    elsewhere.changed(
        "connections/own_connector.py", "contract: ClassVar[int] = 1", f"contract: ClassVar[int] = {VERSION + 1}"
    )
    assert f"is made for version {VERSION + 1} of the contract" in elsewhere.typed(
        "hub", "connectors", "check", "own", fails=True
    )


def test_what_is_wrong_with_ones_own_code_is_told_in_a_line(
    elsewhere: Elsewhere, empty: Graph, run: Callable[..., Any]
) -> None:
    run(random_world(1).write(empty))
    elsewhere.typed("hub", "connectors", "new", "own", "--connector", "own")
    elsewhere.changed(
        "own_connector.py",
        'rows = await self._rows("contacts")\n        return f',
        "rows = []\n        rows[0]\n        return f",
    )
    told = elsewhere.typed("hub", "connectors", "check", "own", fails=True)
    line = (elsewhere.folder / "own_connector.py").read_text().splitlines().index("        rows[0]") + 1
    assert f"the connector fails: IndexError: list index out of range, at own_connector.py, line {line}" in told
    elsewhere.changed("own_connector.py", "# all rows each time: what is not among them is gone", "raise KeyError('x')")
    assert "own: it failed unexpectedly: KeyError: 'x', at own_connector.py, line " in elsewhere.typed(
        "hub", "sync", "own", fails=True
    )
    elsewhere.changed("own_connector.py", "import httpx2\n", "import no_such_library\n")
    assert "own_connector needs no_such_library, which is not installed" in elsewhere.typed(
        "hub", "sync", "own", fails=True
    )
    elsewhere.changed("own_connector.py", "import no_such_library\n", "import (\n")
    assert "own_connector cannot be imported: SyntaxError: " in elsewhere.typed("hub", "sync", "own", fails=True)
    (elsewhere.folder / "own_connector.py").unlink()
    assert "there is no module own_connector: it is looked for" in elsewhere.typed("hub", "sync", "own", fails=True)


@pytest.mark.thorough
def test_the_suite_ships_and_the_written_test_passes_as_it_is(elsewhere: Elsewhere) -> None:
    elsewhere.typed("hub", "connectors", "new", "own", "--connector", "own")
    said = elsewhere.typed(
        "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_own_connector.py", seconds=400
    )
    passed = re.search(r"(\d+) passed", said)
    assert passed, said
    assert int(passed[1]) >= 10
    # the promises are asserted with their values, and by the suite of the wheel
    elsewhere.changed("own_connector.py", "yield Page([", "rows = rows[1:]\n        yield Page([")
    told = elsewhere.typed("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_own_connector.py", "-k",
        "everybody",
                           fails=True, seconds=400)  # fmt: skip
    assert (
        str(elsewhere.installed / "connectors/conformance/suite.py") in told
        or "installed/connectors/conformance/suite.py" in told
    )
    assert "'read': 7" in told


def test_the_manual_says_the_versions_that_the_suite_needs() -> None:
    needs = [found for found in metadata.requires("trade-collaboration-hub") or () if "conformance" in found]
    assert [re.sub(r"[ '\"]", "", found) for found in needs] == ["pytest>=9;extra==conformance"]
    python = metadata.metadata("trade-collaboration-hub")["Requires-Python"]
    manual = " ".join((ROOT / "hub/docs/how-to/extend.md").read_text().split())
    assert (
        "pytest 9 or newer, as `uv pip install 'trade-collaboration-hub[conformance]'` installs it, with Python"
        f" {python[2:]}" in manual
    )
    assert f"`contract = {VERSION}`" in manual
