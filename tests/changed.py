"""`--changed-since COMMIT`: only the tests of the rooms that differ from a commit, without the thorough ones.

`hub/gql/` has the tests in `tests/gql/`, `hub/gate.py` those in `tests/test_gate.py`; a changed test file has its own, and those of the
house as a whole always belong to it.
"""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parent.parent
_STANDS_FOR: Final = {"README.md": "tests/test_readme.py", "Dockerfile": "tests/test_image.py", "docker-compose.yml": "tests/test_image.py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "only the tests of what differs from that commit (HEAD: of what is not committed), without those marked thorough"
    parser.addoption("--changed-since", metavar="COMMIT", help=told)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    commit: str | None = config.getoption("--changed-since")
    if commit is None:
        return
    wanted = Wanted(_changed(commit))
    kept = [item for item in items if wanted.has(item.path.relative_to(_ROOT)) and item.get_closest_marker("thorough") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


class Wanted:
    """The test files of changed files; paths are relative to the top."""

    def __init__(self, changed: Iterable[str]) -> None:
        self._changed = [PurePosixPath(found) for found in changed]
        self._rooms = {"tests/house", *(place for found in self._changed for place in _places(found))}

    def has(self, test: Path) -> bool:
        path = PurePosixPath(test.as_posix())
        return path in self._changed or bool(self._rooms & {str(path), str(path.parent)})


def _places(changed: PurePosixPath) -> Iterator[str]:
    """The test file or the folder of test files that stands for a file."""
    match changed.parts:
        case ("hub", room, _, *_):
            yield f"tests/{room}"
        case ("hub", module):
            yield f"tests/test_{module}"
        case ("graph_schema" | "connectors" as room, _, *_):
            yield f"tests/{room}"
        case _:
            yield _STANDS_FOR.get(str(changed), "")


def _changed(commit: str) -> list[str]:
    """What differs from that commit, and what is new and not ignored."""
    try:
        differs, new = (
            subprocess.run(["git", *asked], cwd=_ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
            for asked in (["diff", "--name-only", "--no-renames", commit, "--"], ["ls-files", "--others", "--exclude-standard"])
        )
    except subprocess.CalledProcessError as error:
        raise pytest.UsageError(f"--changed-since {commit}: {error.stderr.strip()}") from error
    return [*differs, *new]
