"""GraphQL over HTTP: the audits of graphql-http, all of them, against the hub as it is served."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.app import create_app
from hub.settings import Settings
from tests.serving import served

HERE = Path(__file__).parent / "audits"
NODE = shutil.which("node") and shutil.which("npm")


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    """Where a hub is served for as long as the test lasts."""
    with served(create_app(settings)) as port:
        yield f"http://127.0.0.1:{port}/graphql"


@pytest.mark.skipif(not NODE and not os.environ.get("CI"), reason="needs Node 18 or newer with npm: https://nodejs.org")
def test_all_audits_of_graphql_over_http_pass(url: str, tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", "run.mjs"):
        shutil.copy(HERE / name, tmp_path)
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=tmp_path, check=True, capture_output=True
    )
    ran = subprocess.run(
        ["node", "run.mjs", url], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120
    )
    results = json.loads(ran.stdout)
    assert len(results) == 61
    assert [result for result in results if result[2] != "ok"] == []
