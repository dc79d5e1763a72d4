"""What README and the manual show is what one gets: their examples, page after page, on the sample world that `hub up`
loads.

They are asked as on one day, so that no state of a deadline differs on another. `HUB_ANSWERS=1` writes answers anew
that differ.
"""

import contextlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, ClassVar, Final, LiteralString, cast

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.settings import read_connection
from graph_schema.graph import GRAPH
from hub.cli.commands import DEFAULT_SCALE
from hub.database.gathering import Lanes
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.gql import arguments, executor
from hub.gql.document_limits import Limits
from hub.gql.endpoint import Endpoint
from hub.gql.request import GraphQLRequest
from hub.identity.bearer import Verifier
from hub.identity.door import Door, Shares
from hub.identity.sample_sign_in import SampleSignIn
from hub.jobs.loops import work_through
from hub.queries import responsible_contacts
from hub.settings import Settings
from hub.verbs.deadline_jobs import CLOCKS
from hub.viewer import PUBLIC, Viewer
from hub.world.load import WorldWanted, load
from hub.world.sample import ISSUER
from tests.asking import CURSOR_KEY, questions
from tests.docs.examples import FILES, LANGUAGES, Example, Numbers, examples, fits, written
from tests.docs.reference import commands
from tests.renewed import wipe
from tests.serving import served

_TODAY: Final = datetime(2026, 11, 26, 17, tzinfo=UTC)
_ONLY_READ: Final = ("hub", "uv", "docker", "HUB_ISSUERS=")
ALL: Final = [(file, list(examples(file))) for file in FILES]
# the tutorial opens cases that lists on other pages would show, and looks at no others itself
WITH_EXAMPLES: Final = sorted((file for file, found in ALL if found), key=lambda file: file.stem == "tutorial")


class Today(datetime):
    """The clock of the examples: each looks at it a second later, so that what happened has an order."""

    _seconds: ClassVar[Iterator[int]] = itertools.count()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return (_TODAY + timedelta(seconds=next(cls._seconds))).astimezone(tz)


class Runs:
    """Executes the examples of one page."""

    def __init__(
        self, world: Graph, run: Callable[..., Any], port: int, settings: Settings, folder: Path, sign_in: SampleSignIn
    ) -> None:
        self._hub = questions(world)
        self._world = world
        self._run = run
        self._port = port
        self._folder = folder
        self._sign_in = sign_in
        self._numbers = Numbers()
        self._names: dict[str, Any] = {"__name__": "page"}
        self._environment = {
            **os.environ, "NEO4J_URI": settings.neo4j_uri, "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
            "HUB_DATA": str(folder), "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb",
        }  # fmt: skip

    def answer(self, example: Example) -> str | None:
        """What an example is answered now, as the page would show it."""
        match example.language:
            case "graphql":
                return self._asked(example)
            case "cypher":
                assert self._run(self._world.read(cast(LiteralString, example.body), {})), (
                    f"{example.where}: it finds nothing"
                )
            case "csv" | "yaml":
                self._keep(example)
            case "python":
                return self._printed(example)
            case _:
                return self._typed(example)
        return None

    def _asked(self, example: Example) -> str:
        viewer = PUBLIC if example.asker is None else Viewer.of(ISSUER, example.asker)
        answer = self._run(self._hub.answer(GraphQLRequest(self._numbers.asked(example.body)), viewer))
        shown = json.loads(example.answer or "null")
        if isinstance(shown, dict) and "errors" in shown:
            assert "errors" in answer, example.where
            return written(self._numbers.shown({"errors": answer["errors"]}, shown))
        assert "errors" not in answer, (example.where, answer)
        return written(self._numbers.shown(answer["data"], shown))

    def _keep(self, example: Example) -> None:
        name, _, encoding = example.name.partition(" ")
        file = self._folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(example.body, encoding=encoding or "utf-8")
        long_ago = time.time() - 60
        os.utime(file, (long_ago, long_ago))
        if example.language == "yaml":
            assert read_connection(file)

    def _printed(self, example: Example) -> str | None:
        printed = io.StringIO()
        with contextlib.chdir(self._folder), contextlib.redirect_stdout(printed):
            exec(compile(example.body, str(example.file), "exec"), self._names)  # noqa: S102 - the page's own
        assert bool(printed.getvalue()) == (example.answer is not None), (
            f"{example.where}: it prints {printed.getvalue()!r}"
        )
        return _as_shown(printed.getvalue(), example.answer) if example.answer is not None else None

    def _typed(self, example: Example) -> str | None:
        known = dict(commands())
        for line in _lines(example.body):
            _check(line, known, example)
        if example.answer is None:
            assert all(line.startswith(_ONLY_READ) for line in _lines(example.body)), (
                f"{example.where}: show what it prints"
            )
            return None
        script = re.sub(
            r"\$\(uv run --no-dev hub token --as (\S+)\)", lambda found: self._sign_in.token(found[1]), example.body
        )
        script = script.replace("localhost:8000", f"localhost:{self._port}")
        hub = f'hub() {{ "{sys.executable}" -m hub "$@"; }}\n'
        done = subprocess.run(
            ["bash", "-euc", hub + script],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (example.where, done.stderr)
        if "hub sync " in script:
            # as a hub that serves does within seconds
            self._run(work_through(self._world, [CLOCKS], _TODAY))
        if script.startswith("curl"):
            return written(self._numbers.shown(json.loads(done.stdout), json.loads(example.answer)))
        # what is said, and what is told beside it: one after the other, as it is seen
        return _as_shown("".join((done.stderr, done.stdout)), example.answer)


def _as_shown(found: str, shown: str) -> str:
    """What was printed, line by line as the page has it where that fits."""
    lines, known = found.strip().splitlines(), shown.strip().splitlines()
    if len(lines) == len(known):
        lines = [like if fits(line.rstrip(), like) else line.rstrip() for line, like in zip(lines, known, strict=True)]
    return "\n".join(lines) + "\n"


def _lines(body: str) -> list[str]:
    return [line for line in body.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def _check(line: str, known: dict[str, Any], example: Example) -> None:
    """Every command of the hub that is shown is one, and has the options that it is shown with."""
    found = re.match(r"(?:uv run (?:--no-dev )?)?hub ((?:connectors )?\w+)(.*)", line)
    if found is None:
        return
    assert found[1] in known, f"{example.where}: there is no `hub {found[1]}`"
    options = {name for option in known[found[1]].params for name in (*option.opts, *option.secondary_opts)}
    assert set(re.findall(r"(?<= )--[\w-]+", found[2].split("#")[0])) <= options, f"{example.where}: {line}"


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(wipe(database))
    run(load(database, WorldWanted(DEFAULT_SCALE, 7), lambda _what, _done, _total: None))
    run(discover(database, _TODAY))
    return database


@pytest.fixture(scope="module")
def sign_in(tmp_path_factory: pytest.TempPathFactory) -> SampleSignIn:
    return SampleSignIn(tmp_path_factory.mktemp("sign-in"))


@pytest.fixture(scope="module")
def port(world: Graph, settings: Settings, sign_in: SampleSignIn) -> Iterator[int]:  # noqa: ARG001 - the world first
    """Where `curl` finds a hub that has no jobs of its own: those would go by another clock."""
    graph = Graph(settings)
    door = Door(Verifier((sign_in.issuer(),)), Shares())
    hub = Endpoint(GRAPH, graph, door, max_body_bytes=10_000, limits=Limits(), cursor_key=CURSOR_KEY, lanes=Lanes())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await graph.close()

    with served(Starlette(routes=[Route("/graphql", hub)], lifespan=lifespan)) as found:
        yield found


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (executor, arguments, responsible_contacts):
        monkeypatch.setattr(module, "datetime", Today)


def test_every_example_is_of_a_kind_that_is_executed() -> None:
    for _, found in ALL:
        for example in found:
            assert example.language in LANGUAGES, f"{example.where}: a block of {example.language or 'no language'}"
            assert example.language != "graphql" or example.answer, f"{example.where}: show its answer"
    assert sum(len(found) for _, found in ALL) >= 60


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("file", WITH_EXAMPLES, ids=lambda file: file.stem)
def test_each_example_is_answered_as_shown(
    file: Path,
    world: Graph,
    run: Callable[..., Any],
    port: int,
    settings: Settings,
    sign_in: SampleSignIn,
    tmp_path: Path,
) -> None:
    runs = Runs(world, run, port, settings, tmp_path, sign_in)
    differing: list[tuple[Example, str]] = []
    try:
        for example in examples(file):
            answer = runs.answer(example)
            if answer is not None and _plain(answer, example) != _plain(example.answer or "", example):
                differing.append((example, answer))
    finally:
        if os.environ.get("HUB_ANSWERS"):
            _write(file, differing)
    if not os.environ.get("HUB_ANSWERS"):
        assert not differing, "\n\n".join(f"{example.where}\n{answer}" for example, answer in differing)


def _plain(answer: str, example: Example) -> Any:
    return json.loads(answer) if example.answer and example.answer.startswith(("{", "[")) else answer


def _write(file: Path, differing: list[tuple[Example, str]]) -> None:
    text = file.read_text(encoding="utf-8")
    for example, answer in reversed(differing):
        start, end = example.at
        text = text[:start] + answer + text[end:]
    file.write_text(text, encoding="utf-8")
