"""The house is in order: walls, types, style, locks, words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph_schema.graph import GRAPH
from hub.gql.types import build_schema

ROOT = Path(__file__).parents[2]


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(*patterns: str) -> list[Path]:
    told = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in told.stdout.split("\n") if name]


def test_each_room_imports_only_what_it_may() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_types_are_strict() -> None:
    assert "0 errors, 0 warnings" in run("pyright")


def test_style() -> None:
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


def test_the_committed_schema_is_the_derived_one() -> None:
    """Run `uv run hub schema > hub/gql/schema.graphql` after a change of graph_schema, and read the difference."""
    assert (ROOT / "hub/gql/schema.graphql").read_text() == build_schema(GRAPH).as_str() + "\n"


@pytest.mark.parametrize(("lock", "groups"), [("requirements.lock", ("--group", "dev")), ("hub/requirements.lock", ())])
def test_the_locks_are_what_the_project_asks_for(lock: str, groups: tuple[str, ...], tmp_path: Path) -> None:
    """After a change of pyproject.toml: `uv export -q --no-emit-project --no-header`, with `--all-groups -o
    requirements.lock`, and with `--no-dev -o hub/requirements.lock` for the image.

    Resolved with the versions that are locked where they will do: what was released or first seen since is no fault of
    the lock.
    """
    packages = re.sub(r"^ +#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    resolved = tmp_path / "requirements.lock"
    resolved.write_text(packages)
    form = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")
    command = ["uv", "pip", "compile", "--quiet", "pyproject.toml", *groups, *form, "--output-file", str(resolved)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert resolved.read_text() == packages


def test_docker_compose_is_valid_and_publishes_the_hub_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    compose = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"ports:\n((?: +- .+\n)+)", compose) == ['      - "127.0.0.1:8000:8000"\n']
    assert "read_only: true" in compose
    assert "--sample" not in compose


def test_no_file_names_a_registrys_host_or_this_machine() -> None:
    hosts = r"https?://(?:repo|registry|files|index|proxy|static|deb|central)[0-9a-z.-]*\.[a-z]{2,}"
    forbidden = re.compile(hosts + "|/(?:work|root)/", re.IGNORECASE)
    named = [
        f"{file}: {found[0]}"
        for file in tracked("*")
        if file.suffix != ".png"
        for found in forbidden.finditer(file.read_text(errors="replace"))
    ]
    assert not named


def test_an_init_is_one_paragraph() -> None:
    for file in tracked(
        "hub/**/__init__.py", "graph_schema/**/__init__.py", "hub/__init__.py", "graph_schema/__init__.py"
    ):
        assert re.fullmatch(r'""".+"""\n', file.read_text()), file


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{file}: {line}"
        for file in tracked("hub/*.py", "graph_schema/*.py")
        for line in re.findall(r"(?m)^ +(?:from \S+ )?import .+$", file.read_text())
    ]
    assert not inside


def test_readme_is_a_page_with_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "uv run --no-dev hub up" in readme
    assert "uv run pytest" in readme
    assert readme.count("\n") <= 150


def test_words_are_spelled_right() -> None:
    run("codespell_lib")


def test_the_hooks_and_recipes_can_be_read() -> None:
    run("pre_commit", "validate-config", ".pre-commit-config.yaml")
    told = subprocess.run(
        [str(Path(sys.executable).with_name("just")), "--list"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
