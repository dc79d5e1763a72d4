"""`--changed-since COMMIT`: only the tests of the rooms that differ from a commit, without the thorough ones.

`hub/gql/` has the tests in `tests/gql/`, `hub/limits/gate.py` those in `tests/test_gate.py`; a changed test file has
its own, and those of the house as a whole, and of what the manual says of it, always belong to it.
"""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parent.parent
_STANDS_FOR: Final = {
    "README.md": "tests/docs",
    "Dockerfile": "tests/test_image.py",
    "docker-compose.yml": "tests/test_image.py",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    told = (
        "only the tests of what differs from that commit (HEAD: of what is not committed), without those marked"
        " thorough"
    )
    parser.addoption("--changed-since", metavar="COMMIT", help=told)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests that `--changed-since` does not want."""
    commit: str | None = config.getoption("--changed-since")
    if commit is None:
        return
    wanted = places_of(_changed(commit))
    kept, left = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        path = item.path.relative_to(_ROOT)
        is_wanted = is_in(path, wanted) and item.get_closest_marker("thorough") is None
        (kept if is_wanted else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def places_of(changed: Iterable[str]) -> set[str]:
    """The test files, and the folders of test files, that stand for changed files; all relative to the top."""
    return {"tests/house", "tests/docs/test_reference.py", *(place for found in changed for place in _places(found))}


def is_in(test: Path, places: set[str]) -> bool:
    """Whether a test file is one of them, or in one."""
    return not places.isdisjoint((test.as_posix(), test.parent.as_posix()))


def _places(changed: str) -> Iterator[str]:
    match PurePosixPath(changed).parts:
        case ("hub", room, module, *_):
            yield from (f"tests/{room}", f"tests/test_{room}.py", f"tests/test_{module}")
        case ("hub", module):
            yield f"tests/test_{module}"
        case ("graph_schema" | "connectors" as room, _, *_):
            yield f"tests/{room}"
        case _:
            yield _STANDS_FOR.get(changed, changed)


def _changed(commit: str) -> list[str]:
    """What differs from that commit, and what is new and not ignored."""
    try:
        differs, new = (
            subprocess.run(["git", *asked], cwd=_ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
            for asked in (
                ["diff", "--name-only", "--no-renames", commit, "--"],
                ["ls-files", "--others", "--exclude-standard"],
            )
        )
    except subprocess.CalledProcessError as error:
        raise pytest.UsageError(f"--changed-since {commit}: {error.stderr.strip()}") from error
    return [*differs, *new]
