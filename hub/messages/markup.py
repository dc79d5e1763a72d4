"""A message's Markdown as HTML: the same for pages, feeds and mail.

markdown-it-py shows raw HTML as text, and nh3 lets through only what is listed here, whatever the first one makes.
Pictures are left out: whoever reads a message loads nothing from elsewhere.
"""

from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt

_TAGS: Final = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES: Final = {"https", "http", "mailto"}
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5")


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


@lru_cache(maxsize=512)
def body_html(body: str) -> str:
    """The body as HTML. Its headings are one level lower: the page's own is the message's title."""
    parser = _parser()
    tokens = parser.parse(body)
    for token in tokens:
        if token.tag in _HEADINGS:
            token.tag = f"h{int(token.tag[1]) + 1}"
    made = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(made, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")
