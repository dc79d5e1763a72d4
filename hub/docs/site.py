"""`/docs`: the manual, a page an address, with its contents beside it.

It runs no script and loads nothing from elsewhere.
"""

from collections.abc import Iterator
from html import escape
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from string import Template
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.docs.contents import DECISIONS, INDEX, SECTIONS, pages, title
from hub.docs.markdown import ROOT, Rendered, page_address, rendered
from hub.web import files

_HEADERS: Final = files.headers("style-src 'self'", "img-src 'self' data:")
# a picture brings its own style, for light and dark
_PICTURE_HEADERS: Final = files.headers("style-src 'unsafe-inline'")
_CACHED: Final = {"Cache-Control": "no-cache"}
_PICTURES: Final = "pictures"
_MEDIA_TYPES: Final = {".svg": "image/svg+xml", ".png": "image/png"}


def routes() -> list[Route]:
    """The pages, their style and their pictures."""

    # rendered in threads of their own, the first time: a long page takes a while
    def index(_: Request) -> Response:
        return _page(INDEX)

    def style(_: Request) -> Response:
        return Response(_file("docs.css"), media_type="text/css", headers={**_HEADERS, **_CACHED})

    def picture(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in pictures():
            raise HTTPException(404)
        media_type = _MEDIA_TYPES[PurePosixPath(name).suffix]
        return Response(
            _folder().joinpath(_PICTURES, name).read_bytes(),
            media_type=media_type,
            headers={**_PICTURE_HEADERS, **_CACHED},
        )

    def page(request: Request) -> Response:
        if page_ := page_at(request.url.path):
            return _page(page_)
        raise HTTPException(404)

    return [
        Route(ROOT, index),
        Route(f"{ROOT}/docs.css", style),
        Route(f"{ROOT}/{_PICTURES}/{{name}}", picture),
        Route(f"{ROOT}/{{page:path}}", page),
    ]


def pictures() -> tuple[str, ...]:
    """The names of the manual's pictures."""
    there = (file.name for file in _folder().joinpath(_PICTURES).iterdir())
    return tuple(sorted(name for name in there if PurePosixPath(name).suffix in _MEDIA_TYPES))


def page_at(address: str) -> str | None:
    """The page that is served there."""
    return next((page for page in pages() if page_address(page) == address), None)


def html(page: str) -> str:
    """A page as a browser is given it."""
    shown = rendered(page)
    parts = {
        "title": escape(shown.title),
        "body": shown.html,
        "beside": _beside(page),
        "contents": "\n".join(_contents(page, shown)),
    }
    return Template(_file("page.html")).substitute(parts)


def _page(page: str) -> Response:
    return HTMLResponse(html(page), headers={**_HEADERS, **_CACHED})


def _contents(page: str, shown: Rendered) -> Iterator[str]:
    listed = DECISIONS if page.startswith("decisions/") else page
    for section in SECTIONS:
        yield f"<h2>{escape(section.title)}</h2><ul>"
        for other in section.pages:
            current = ' aria-current="page"' if other == listed else ""
            inner = f"<ul>{''.join(_headings(shown))}</ul>" if other == page else ""
            yield f'<li><a href="{page_address(other)}"{current}>{escape(title(other))}</a>{inner}</li>'
        yield "</ul>"


def _headings(shown: Rendered) -> Iterator[str]:
    for heading in shown.headings:
        if heading.level == 2:
            yield f'<li><a href="#{heading.anchor}">{escape(heading.title)}</a></li>'


def _beside(page: str) -> str:
    listed = pages()
    at = listed.index(page)
    around = ((at - 1, "prev", "← {}"), (at + 1, "next", "{} →"))
    known = [(listed[other], rel, shown) for other, rel, shown in around if 0 <= other < len(listed)]
    return " ".join(
        f'<a rel="{rel}" href="{page_address(other)}">{escape(shown.format(title(other)))}</a>'
        for other, rel, shown in known
    )


def _file(name: str) -> str:
    return _folder().joinpath(name).read_text(encoding="utf-8")


def _folder() -> Traversable:
    return resources.files("hub.docs")
