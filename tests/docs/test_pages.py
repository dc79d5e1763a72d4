"""The manual as a reader meets it: every link leads somewhere, every page is listed, and a phone or a keyboard will
do.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub.docs import site
from hub.docs.contents import INDEX, pages, text, title
from hub.docs.markdown import ROOT as ADDRESS
from hub.docs.markdown import anchors, links, page_address, rendered
from tests.docs.examples import ROOT
from tests.serving import served
from tests.web.conftest import chromium

__all__ = ["chromium"]

MANUAL: Final = ROOT / "hub" / "docs"
OTHERS: Final = ("README.md", ".github/CONTRIBUTING.md")
_FILES: Final = re.compile(r"`((?:hub|graph_schema|connectors|tests)/[\w./-]+\.(?:py|csv|lock|md|html|yaml))`")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=site.routes())) as found:
        yield found


def sources() -> list[Path]:
    return [*(ROOT / name for name in OTHERS), *(MANUAL / f"{page}.md" for page in pages())]


def test_every_page_is_listed_and_has_a_title() -> None:
    there = {str(found.relative_to(MANUAL)).removesuffix(".md") for found in MANUAL.rglob("*.md")}
    assert there == set(pages())
    assert len(pages()) == len(set(pages()))
    for page in pages():
        assert re.match(r"# [^`\n]+\n\n", text(page)), page
        assert [found.level for found in rendered(page).headings].count(1) == 1, page


@pytest.mark.parametrize("source", sources(), ids=lambda found: str(found.relative_to(ROOT)))
def test_every_link_and_anchor_of_a_source_leads_somewhere(source: Path) -> None:
    """As a code host shows it: links are files, and anchors are their headings."""
    for link in links(source.read_text(encoding="utf-8")):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme == "https", link
            continue
        target = (source.parent / unquote(parts.path)).resolve() if parts.path else source
        assert target.exists(), f"{source.name}: {link}"
        assert target.is_relative_to(ROOT)
        if parts.fragment:
            assert parts.fragment in {found.anchor for found in anchors(target.read_text(encoding="utf-8"))}, (
                f"{source.name}: {link}"
            )
    for named in _FILES.findall(source.read_text(encoding="utf-8")):
        assert "…" in named or (ROOT / named).exists(), f"{source.name}: there is no {named}"


def test_a_page_links_to_pages_and_not_to_files_beside_the_manual() -> None:
    """What is served at /docs has no files of the code beside it: those are named, not linked."""
    for page in pages():
        for link in links(text(page)):
            if not urlsplit(link).scheme and urlsplit(link).path:
                assert ((MANUAL / f"{page}.md").parent / urlsplit(link).path).resolve().is_relative_to(MANUAL), (
                    f"{page}: {link}"
                )


class _Shown(HTMLParser):
    """What a page of HTML links to, loads and can be jumped to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.without_text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        self.ids |= {found for found in (known.get("id"),) if found}
        self.links += [found for name in ("href", "src") if (found := known.get(name))]
        if tag == "img" and not known.get("alt"):
            self.without_text.append(known.get("src") or "")


@pytest.mark.parametrize("page", pages())
def test_a_page_is_served_with_its_headers_and_links_that_lead_somewhere(page: str, client: TestClient) -> None:
    answer = client.get(page_address(page))
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    shown = _Shown(answer.text)
    assert "script" not in shown.tags
    assert "style" not in shown.tags
    assert not shown.without_text
    assert f"<title>{title(page).replace(chr(39), '&#x27;')}" in answer.text
    for link in shown.links:
        parts = urlsplit(link)
        if parts.scheme or parts.path == "/":
            continue
        if parts.path and not parts.path.startswith("/"):
            raise AssertionError(link)
        there = _Shown(client.get(parts.path).text) if parts.path.endswith((".svg", ".png", ".css")) else None
        if there is None and parts.path:
            known = site.page_at(parts.path)
            assert known, link
            if parts.fragment:
                assert parts.fragment in {found.anchor for found in rendered(known).headings}, link
        elif there is None:
            assert parts.fragment in shown.ids, link


def test_what_a_page_loads_is_served_and_nothing_else(client: TestClient) -> None:
    assert client.get(f"{ADDRESS}/docs.css").headers["content-type"].startswith("text/css")
    for name in site.pictures():
        answer = client.get(f"{ADDRESS}/pictures/{name}")
        assert answer.headers["content-type"] == ("image/png" if name.endswith(".png") else "image/svg+xml")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in (
        "nothing",
        "page.html",
        "../site.py",
        "%2e%2e/site.py",
        "pictures/../page.html",
        "decisions/index",
        "tutorial.md",
    ):
        assert client.get(f"{ADDRESS}/{path}").status_code == 404, path


def test_the_start_page_and_the_guide_lead_to_pages_of_the_manual() -> None:
    for source in ("start.html", "guide.py"):
        found = re.findall(r'href="(?:\{hub\})?(/docs[^"]*)"', (ROOT / "hub/web" / source).read_text(encoding="utf-8"))
        assert found, source
        assert all(map(site.page_at, found))


def test_html_in_a_page_is_shown_as_text() -> None:
    assert "<script>" not in rendered(INDEX).html
    assert all("<script" not in site.html(page) for page in pages())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(Starlette(routes=site.routes())) as port:
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def phone(address: str, chromium: Browser) -> Page:  # noqa: ARG001 - the server first
    return chromium.new_page(viewport={"width": 360, "height": 740})


def test_pages_fit_on_a_phone_without_faults(phone: Page, address: str) -> None:
    faults: list[str] = []
    phone.on("console", lambda message: faults.append(message.text))
    phone.on("requestfailed", lambda request: faults.append(request.url))
    for page in (found for found in pages() if not found.startswith("decisions/2")):
        phone.goto(f"{address}{page_address(page)}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, page
        assert phone.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)"), page
    assert not faults


def test_a_keyboard_goes_through_the_contents(phone: Page, address: str) -> None:
    phone.goto(f"{address}{ADDRESS}/tutorial")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.textContent") == "Skip to the page"
    phone.keyboard.press("Enter")
    assert phone.url.endswith("#page")
    phone.goto(f"{address}{ADDRESS}/tutorial#contents")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.querySelector('#contents').contains(document.activeElement)")
