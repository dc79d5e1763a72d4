"""Two workers take all files, each once, from the two ends of the row."""

from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any, cast

from tests.dealing import _ROW, FromBothEnds, place_of

_TESTS = Path(__file__).parent


class Worker:
    """Runs at once what it is sent."""

    shutting_down = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.sent: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_two_workers_begin_at_both_ends_and_meet() -> None:
    config = SimpleNamespace(
        getvalue=lambda _name: ["2*popen"], option=SimpleNamespace(loadscopereorder=False, tx=["2*popen"])
    )
    dealing = FromBothEnds(cast(Any, config))
    tests = [f"tests/test_{name}.py::test_{number}" for name in "abcdef" for number in range(4)]
    workers = cast(list[Any], [Worker("first"), Worker("second")])
    for worker in workers:
        dealing.add_node(worker)
        dealing.add_node_collection(worker, tests)
    dealing.schedule()
    done: dict[str, list[str]] = {"first": [], "second": []}
    # the second is twice as fast
    for worker in (workers[0], workers[1], workers[1]) * 100:
        name = worker.gateway.id
        if len(done[name]) < len(worker.sent):
            index = worker.sent[len(done[name])]
            done[name].append(tests[index])
            dealing.mark_test_complete(worker, index)
    files = {name: list(dict.fromkeys(test[len("tests/test_")] for test in tests)) for name, tests in done.items()}
    assert files["first"] == ["a", "b"]
    assert files["second"] == ["f", "e", "d", "c"]
    assert sorted(done["first"] + done["second"]) == tests


def test_rooms_of_one_worker_stand_together_and_every_room_has_its_place() -> None:
    rooms = {path.parent.name for path in _TESTS.glob("*/test_*.py")}
    assert rooms <= set(_ROW)
    assert {room for room in _ROW if room} - {"bench", "matters"} == rooms
    row = [
        "tests/test_up.py",
        "tests/gql/test_kinds.py",
        "tests/gql/test_weights.py",
        "tests/house/test_house.py",
        "tests/verbs/test_verb.py",
    ]
    assert sorted(map(PurePath, reversed(row)), key=place_of) == list(map(PurePath, row))
