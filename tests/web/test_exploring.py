"""GraphiQL and Neo4j Browser beside a hub as its user runs it, in a real browser without internet."""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, cast

import neo4j
import pytest
from playwright.sync_api import Browser, Page, expect

from hub.web.guide import WALKS
from tests.test_up import Hub

PICTURES = Path(__file__).parents[2] / "hub" / "docs" / "pictures"


@pytest.fixture(scope="module")
# it has fetched Neo4j
def hub(settings: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:  # noqa: ARG001
    """A hub with the default sample world, in a process of its own."""
    hub = Hub(tmp_path_factory.mktemp("explored") / "data")
    hub.wait_until_ready()
    yield hub
    hub.stop()


@pytest.fixture
def page(hub: Hub, chromium: Browser) -> Iterator[Page]:  # noqa: ARG001 - the hub first
    context = chromium.new_context(
        viewport={"width": 1400, "height": 950}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    if os.environ.get("HUB_PICTURES"):
        page.screenshot(path=PICTURES / name)


def test_graphiql_asks_as_anyone_from_tabs_and_shares_a_question(hub: Hub, page: Page) -> None:
    requested: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    address = f"http://localhost:{hub.port}/graphiql"
    page.goto(address)
    answer = page.locator(".result-window")
    ask = page.locator(".graphiql-execute-button")
    chosen = page.locator("#personas [aria-pressed=true]")

    expect(chosen).to_have_text("the public")
    ask.click()
    expect(answer).to_contain_text("Los Angeles")
    page.get_by_role("tab", name="MyCenter").click()
    expect(chosen).to_have_text("importer-manager")
    ask.click()
    expect(answer).to_contain_text("Sample Importer 00000")
    picture(page, "graphiql.png")
    page.get_by_role("button", name="the public").click()
    ask.click()
    expect(answer).to_contain_text('"importer": null')

    page.get_by_role("button", name="broker", exact=True).click()
    page.locator("#share").click()
    expect(page.locator("#told")).to_have_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    again = page.context.new_page()
    again.goto(link)
    expect(again.locator("#personas [aria-pressed=true]")).to_have_text("broker")
    expect(again.locator(".graphiql-query-editor")).to_contain_text("MyCenter")
    assert all(url.startswith((f"http://localhost:{hub.port}/", "data:")) for url in requested)
    assert not faults


def test_neo4j_browser_opens_with_the_guide_and_its_style(hub: Hub, page: Page) -> None:
    page.goto(next(word for word in hub.said().split() if "/browser/" in word))
    page.locator("input[type=password]").fill((hub.data / "neo4j-password").read_text())
    page.keyboard.press("Enter")
    guide = page.locator("article", has_text="Trade collaboration hub").first
    expect(guide).to_contain_text("this Browser is for operators", timeout=30_000)

    page.get_by_text("Colour the labels apart").click()
    expect(page.locator("[data-testid=frameContents]", has_text="node.Party")).to_be_visible()
    page.locator("[data-testid=nextSlide]").first.click()
    first = page.get_by_text("MATCH p = (:Center)-[:MANAGED_FROM]->(:FieldOffice)").first
    expect(first).to_be_visible()
    first.click()
    page.locator("[data-testid=editor-Run]").click()
    graph = page.locator("svg g.node").first
    expect(graph).to_be_visible(timeout=30_000)
    colours = set(
        page.locator("svg g.node circle.b-outline").evaluate_all("all => all.map(one => one.getAttribute('fill'))")
    )
    assert len(colours) == 2
    picture(page, "neo4j-browser.png")


def test_every_walk_of_the_guide_finds_something(hub: Hub) -> None:
    ports = json.loads((hub.data / "neo4j-ports.json").read_text())
    password = (hub.data / "neo4j-password").read_text()
    with neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{ports['bolt']}", auth=("neo4j", password)) as driver:
        for walk in WALKS:
            records, summary, _ = driver.execute_query(cast(LiteralString, walk.cypher))
            assert records, walk.title
            assert not summary.gql_status_objects or all(
                "Warning" not in str(found.raw_severity) for found in summary.gql_status_objects
            )


def test_a_guide_and_a_style_are_served_to_the_browsers_own_origin(hub: Hub) -> None:
    for path, word in (("guide.html", 'class="guide"'), ("hub.grass", "node.Importer")):
        asked = urllib.request.Request(
            f"http://localhost:{hub.port}/{path}", method="OPTIONS", headers={"Origin": "http://localhost:7474"}
        )
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        with urllib.request.urlopen(f"http://localhost:{hub.port}/{path}") as answer:
            assert word in answer.read().decode()
