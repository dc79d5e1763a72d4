"""A page's Markdown as HTML: headings get the anchors that code hosts give them, links lead to where the hub serves
their page.

markdown-it-py because it follows CommonMark to the letter and renders from a list of tokens, which is where anchors and
links are set. Raw HTML is shown as text.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from hub.docs.contents import INDEX, text

ROOT: Final = "/docs"
_DROPPED: Final = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page, and the anchor under which it is found."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as HTML, and its headings."""

    html: str
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        """The text of its first heading. Raises `IndexError` for a page without one."""
        return self.headings[0].title


@lru_cache(maxsize=256)
def rendered(page: str) -> Rendered:
    """A page of the manual."""
    markdown = _parser()
    tokens = markdown.parse(text(page))
    headings = tuple(_with_anchors(tokens))
    for token in _all(tokens):
        for name in ("href", "src"):
            if name in token.attrs:
                token.attrs[name] = address(page, str(token.attrs[name]))
    return Rendered(markdown.renderer.render(tokens, markdown.options, {}), headings)


def anchors(markdown: str) -> list[Heading]:
    """The headings of a text."""
    return list(_with_anchors(_parser().parse(markdown)))


def links(markdown: str) -> list[str]:
    """Where a text leads to, and the pictures it shows, as they are written."""
    targets = (token.attrs.get("href") or token.attrs.get("src") for token in _all(_parser().parse(markdown)))
    return [str(link) for link in targets if link]


def address(page: str, link: str) -> str:
    """Where a link on a page leads to: other pages and pictures are named relative to it, as files."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return link
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path))
    whole = page_address(path.removesuffix(".md")) if path.endswith(".md") else f"{ROOT}/{path}"
    return f"{whole}#{parts.fragment}" if parts.fragment else whole


def page_address(page: str) -> str:
    """Where a page is served; the index of a folder at the folder itself."""
    return f"{ROOT}/{page}".removesuffix(f"/{INDEX}")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("heading_close", _heading_close)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("fence", _fence)
    return parser


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _with_anchors(tokens: Sequence[Token]) -> Iterator[Heading]:
    seen: dict[str, int] = {}
    for token, inner in pairwise(tokens):
        if token.type != "heading_open":
            continue
        title = "".join(child.content for child in inner.children or () if child.type in ("text", "code_inline"))
        anchor = _DROPPED.sub("", title.lower()).replace(" ", "-")
        times = seen[anchor] = seen.get(anchor, -1) + 1
        token.attrs["id"] = anchor = f"{anchor}-{times}" if times else anchor
        yield Heading(int(token.tag[1]), title, anchor)


def _heading_close(_: RendererHTML, tokens: Sequence[Token], at: int, __: OptionsDict, ___: Any) -> str:
    opened = tokens[at - 2]
    link = (
        ""
        if opened.tag == "h1"
        else f' <a class="anchor" href="#{opened.attrs["id"]}" aria-label="Link to this section">#</a>'
    )
    return f"{link}</{tokens[at].tag}>\n"


def _table_open(_: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: Any) -> str:
    # what is wider than a phone scrolls by itself, by keyboard too
    return '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>\n'


def _table_close(_: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: Any) -> str:
    return "</table></div>\n"


def _fence(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
    language = tokens[at].info.strip() or "text"
    inner = renderer.code_block([tokens[at]], 0, options, env).removeprefix("<pre").removesuffix("\n")
    return (
        f'<div class="code {escapeHtml(language.split()[0])}"><span>{escapeHtml(language)}</span><pre'
        f' tabindex="0"{inner}</div>\n'
    )
