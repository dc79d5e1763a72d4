"""The steps of hub/Dockerfile, run without a container; and the wheel, run elsewhere."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.database.graph import Graph
from hub.docs.contents import pages
from hub.docs.site import pictures
from hub.local_neo4j.server import free_ports
from hub.settings import Settings
from hub.world.load import WorldWanted, load

ROOT = Path(__file__).parents[1]
SRV = "/srv"


@dataclass(frozen=True, slots=True)
class Image:
    """What the Dockerfile's steps made, below `root`; `python` stands for the image's own."""

    root: Path
    environment: dict[str, str]
    command: list[str]

    @property
    def python(self) -> Path:
        return self.root / "venv" / "bin" / "python"

    def files(self) -> dict[str, float]:
        return {str(found): found.stat().st_mtime for found in (self.root / "srv").rglob("*") if found.is_file()}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Follows the Dockerfile line by line, with a virtual environment as the base and another folder for /srv."""
    with tempfile.TemporaryDirectory(prefix="hub-image-") as folder:
        root = Path(folder).resolve()
        subprocess.run([sys.executable, "-m", "venv", str(root / "venv")], check=True)
        environment = {**os.environ, "PATH": f"{root / 'venv' / 'bin'}:{os.environ['PATH']}"}
        workdir, command = root, list[str]()
        for line in (ROOT / "hub" / "Dockerfile").read_text().splitlines():
            word, _, rest = line.partition(" ")
            rest = rest.replace(SRV, str(root / "srv"))
            match word:
                case "ENV":
                    environment |= dict(re.findall(r"(\w+)=(\S+)", rest))
                case "WORKDIR":
                    workdir = Path(rest)
                    workdir.mkdir(parents=True)
                case "COPY":
                    source, target = (ROOT / rest.split()[0]), workdir / rest.split()[1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if source.is_dir():
                        shutil.copytree(
                            source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
                        )
                    else:
                        shutil.copy(source, target)
                case "RUN":
                    done = subprocess.run(
                        ["bash", "-c", rest], cwd=workdir, env=environment, capture_output=True, text=True, check=False
                    )
                    assert done.returncode == 0, (rest, done.stdout, done.stderr)
                case "CMD":
                    command = [part.strip('"') for part in shlex.split(rest.strip("[]").replace(",", " "))]
                case _:
                    assert word in ("#", "", "FROM", "USER", "EXPOSE"), line
        yield Image(root, environment, command)


def test_the_image_serves_as_it_is_and_writes_nothing(
    image: Image, empty: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(load(empty, WorldWanted(None, 0), lambda _what, _done, _total: None))
    port = str(free_ports(1)[0])
    command = [port if part == "8000" else part for part in image.command]
    before = image.files()
    environment = {
        **image.environment,
        "NEO4J_URI": settings.neo4j_uri,
        "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
    }
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen(command, cwd="/", env=environment, stdout=log, stderr=log) as serving:
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", serving, tmp_path / "log")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/graphiql") as page:
                assert b"GraphiQL" in page.read()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/docs/tutorial") as page:
                assert b"last deadline" in page.read()
        finally:
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(12) in (0, -signal.SIGTERM)
    assert image.files() == before


def test_a_wheel_runs_elsewhere(image: Image, tmp_path: Path) -> None:
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    environment = {name: value for name, value in image.environment.items() if name != "PYTHONPATH"}
    command = [str(image.python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True, env=environment)
    hub = image.python.parent / "hub"
    told = subprocess.run(
        [str(hub), "schema"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == (ROOT / "hub" / "gql" / "schema.graphql").read_text()
    shown = "print(len(list(map(html, pages()))), *pictures())"
    code = f"from hub.docs.contents import pages; from hub.docs.site import html, pictures; {shown}"
    manual = subprocess.run(
        [str(image.python), "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert manual.stdout.split() == [str(len(pages())), *pictures()]
    doctor = subprocess.run([str(hub), "doctor"], cwd=tmp_path, env={**environment, "NEO4J_URI": "bolt://127.0.0.1:1"},
                            capture_output=True, text=True, check=False)  # fmt: skip
    assert "versions: hub 0.1.0" in doctor.stderr


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()  # noqa: PT018
            time.sleep(0.2)
