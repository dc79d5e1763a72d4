"""How a backup and the hub that runs a store speak with each other: nobody takes what was meant for another."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import SetupError
from hub.local_neo4j.handover import Request, copy_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = tmp_path / "home"
    (store / "data" / "databases").mkdir(parents=True)
    (store / "data" / "databases" / "rows").write_text("rows")
    return store


def _answering(home: Path, work: Callable[[Request], None]) -> threading.Thread:
    """A hub that does something about the next request."""

    def wait() -> None:
        while (request := Request.taken(home)) is None:
            time.sleep(0.01)
        work(request)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _copy(request: Request) -> None:
    try:
        copy_store(request.home, request.copy)
    except OSError as error:
        request.answer(str(error))
    else:
        request.answer(None)


def test_the_answer_to_a_backup_that_was_broken_off_is_nobody_elses(home: Path, tmp_path: Path) -> None:
    broken_off, copy = Request(home, tmp_path / "gone" / "copy"), tmp_path / "copy"
    copy.mkdir()

    def late(request: Request) -> None:
        _copy(broken_off)
        time.sleep(0.5)
        _copy(request)

    hub = _answering(home, late)
    Request(home, copy).ask(lambda _: None)
    hub.join()
    assert (copy / "neo4j" / "data" / "databases" / "rows").read_text() == "rows"
    assert not (tmp_path / "gone").exists()
    assert not list(home.glob("hub-backup-*.json"))


def test_a_second_backup_at_once_is_refused(home: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()

    def slow(request: Request) -> None:
        with pytest.raises(SetupError, match="another backup of this data directory is under way"):
            Request(home, tmp_path / "other").ask(lambda _: None)
        _copy(request)

    hub = _answering(home, slow)
    Request(home, tmp_path / "one").ask(lambda _: None)
    hub.join()
    assert (tmp_path / "one" / "neo4j" / "data").exists()


def test_nothing_is_copied_into_a_folder_that_is_gone(home: Path, tmp_path: Path) -> None:
    hub = _answering(home, _copy)
    with pytest.raises(SetupError, match=r"there is no folder .*copy any more"):
        Request(home, tmp_path / "gone" / "copy").ask(lambda _: None)
    hub.join()
    assert not (tmp_path / "gone").exists()
