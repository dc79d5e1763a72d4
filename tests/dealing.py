"""Which test files a worker takes: two workers begin at the two ends of one row, and meet where files are short.

Each worker has a Neo4j of its own, which plans a statement that it has not seen. Files of one room ask the same
statements, so one worker had better have them all.
"""

from pathlib import PurePath
from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling  # pyright: ignore[reportMissingTypeStubs]
from xdist.workermanage import WorkerController  # pyright: ignore[reportMissingTypeStubs]

_FIRST: Final = ("gql", "discovery", "docs", "web", "world", "local_neo4j")
_SHORT: Final = ("bench", "compile", "graph_schema", "house", "matters", "deadlines")
_LAST: Final = ("events", "connectors", "verbs")
_ROW: Final = {room: place for place, room in enumerate(("", *_FIRST, *_SHORT, *_LAST))}
"""What is in no room goes first: its files are long, and one of them at the end would be waited for."""
_FORGETTING: Final = PurePath("tests/gql/test_weights.py")
"""It makes Neo4j forget its plans, and goes to the end of what asks the same: beside `world` and `local_neo4j`, where
plans are forgotten, too.
"""


class FromBothEnds(LoadFileScheduling):
    """Every second worker takes files from the end of the row."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.nodes.index(node) % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FromBothEnds | None:
    # without its log the scheduler prints each step
    return FromBothEnds(config, log) if config.getoption("dist") == "loadfile" else None


def in_a_row(items: list[pytest.Item]) -> None:
    """Puts the tests in that row; those of one room stay in their order."""
    items.sort(key=lambda item: place_of(PurePath(item.nodeid.partition("::")[0])))


def place_of(test_file: PurePath) -> int:
    """Where the room of a test file stands in the row, e.g. 0 for `tests/gql/test_kinds.py`."""
    if test_file == _FORGETTING:
        return _ROW["world"]
    return _ROW.get(test_file.parts[1] if len(test_file.parts) > 2 else "", _ROW[""])
