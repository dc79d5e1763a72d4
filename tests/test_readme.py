"""What README shows is what one gets: its questions, in order, on the sample world that `hub up` loads."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.__main__ import DEFAULT_SCALE
from hub.discovery.keeping import discover
from hub.gql.endpoint import Asked
from hub.graph import Graph
from hub.viewer import Viewer
from hub.world.load import Wanted, load
from hub.world.sample import ISSUER
from tests.asking import questions
from tests.conftest import wipe

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SHOWN: list[tuple[str, str, str]] = re.findall(r"```graphql\n# as (\S+)\n(.+?)```\n\n```json\n(.+?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(wipe(database))
    run(load(database, Wanted(DEFAULT_SCALE, 7), lambda _what, _done, _total: None))
    run(discover(database, datetime.now(UTC)))
    return database


def test_every_question_has_an_answer() -> None:
    assert len(SHOWN) == README.count("```graphql") == README.count("```json") >= 10


def test_each_question_is_answered_as_shown(world: Graph, run: Callable[..., Any]) -> None:
    hub = questions(world)
    for persona, question, shown in SHOWN:
        answer = run(hub.answer(Asked(question), Viewer.of(ISSUER, persona)))
        assert "errors" not in answer, (question, answer)
        assert _fits(answer["data"], json.loads(shown)), (question, json.dumps(answer["data"]))


def _fits(got: Any, shown: Any) -> bool:
    """Whether they are equal; `…` in a text stands for what is new each time."""
    if isinstance(shown, dict):
        return isinstance(got, dict) and list(got) == list(shown) and all(_fits(got[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return isinstance(got, list) and len(got) == len(shown) and all(map(_fits, got, shown))
    if isinstance(shown, str) and "…" in shown:
        return re.fullmatch(".+".join(map(re.escape, shown.split("…"))), got) is not None
    return got == shown
