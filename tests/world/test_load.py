"""Loading: what is there is left alone, and another world is never mixed in."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import SetupError
from hub.graph import Graph
from hub.world.load import Wanted, load

SMALLEST = Wanted(0.001, 7)
COUNTS = "MATCH (n) OPTIONAL MATCH (n)-[e]->() RETURN count(DISTINCT n), count(e), sum(size(keys(n)))"


def test_loading_again_changes_nothing_and_another_world_is_refused(empty: Graph, run: Callable[..., Any]) -> None:
    told: list[tuple[str, int, int]] = []
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert {what for what, _, _ in told} == {"public facts", "sample world"}
    assert told[-1][1] == told[-1][2]
    loaded = run(empty.read(COUNTS, {}))
    told.clear()
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert not told
    assert run(empty.read(COUNTS, {})) == loaded
    for other in (Wanted(0.001, 8), Wanted(0.002, 7), Wanted(None, 7)):
        with pytest.raises(SetupError, match="--data"):
            run(load(empty, other, lambda *_: None))
    assert run(empty.read(COUNTS, {})) == loaded


def test_a_load_that_was_broken_off_is_finished(empty: Graph, run: Callable[..., Any]) -> None:
    def broken(what: str, done: int, _total: int) -> None:
        if what == "sample world" and done:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run(load(empty, SMALLEST, broken))
    run(load(empty, SMALLEST, lambda *_: None))
    again = run(empty.read(COUNTS, {}))
    run(empty.apply(["MATCH (n) DETACH DELETE n"]))
    run(load(empty, SMALLEST, lambda *_: None))
    assert run(empty.read(COUNTS, {})) == again
