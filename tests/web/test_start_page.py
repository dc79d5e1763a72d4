"""The start page in a real browser: it shows an answer at once, asks as anyone, and loads nothing from elsewhere."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.app import create_app
from hub.database.graph import Graph
from hub.identity.sample_sign_in import SampleSignIn
from hub.settings import Settings
from hub.world.load import WorldWanted, load
from hub.world.sample import personas
from tests.renewed import wipe
from tests.serving import served

PICTURE = Path(__file__).parents[2] / "hub" / "docs" / "pictures" / "start-page.png"


@pytest.fixture(scope="module")
def address(
    database: Graph, settings: Settings, run: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    run(wipe(database))
    run(load(database, WorldWanted(0.001, 7), lambda _what, _done, _total: None))
    sign_in = SampleSignIn(tmp_path_factory.mktemp("data"))
    with served(create_app(settings, sign_in=sign_in)) as port:
        yield f"http://localhost:{port}/"


@pytest.fixture(scope="module")
def page(address: str, chromium: Browser) -> Page:  # noqa: ARG001 - the hub first
    return chromium.new_page(viewport={"width": 1200, "height": 1000})


def test_the_start_page_answers_shows_personas_and_loads_nothing_from_elsewhere(page: Page, address: str) -> None:
    requested: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    answer = page.locator("#answer")
    page.goto(address)

    expect(answer).to_contain_text("Los Angeles")
    assert '"confidence": "high"' in page.inner_text("#answer")

    page.get_by_role("button", name="My Center, its contacts").click()
    expect(answer).to_contain_text("Sample Importer 00000")
    assert page.input_value("#persona") == "importer-manager"
    page.locator("#run").click()
    expect(page.locator("#status")).to_have_text(re.compile(r"answered in \d+ ms"))
    if os.environ.get("HUB_PICTURES"):
        page.screenshot(path=PICTURE)

    page.select_option("#persona", "")
    page.locator("#run").click()
    expect(answer).to_contain_text('"importer": null')

    rows = page.locator("#personas tr")
    assert rows.count() == len(personas())
    rows.nth(1).get_by_role("button").click()
    expect(page.locator("#token")).to_have_value(re.compile(r"\S+\.\S+\.\S+"))

    assert all(url.startswith((address, "data:")) for url in requested)
    assert not faults
