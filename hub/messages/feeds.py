"""Feeds of messages: Atom (RFC 4287) and JSON Feed 1.1, of the same entries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

import orjson

from hub.messages.markup import body_html

_ATOM: Final = "http://www.w3.org/2005/Atom"
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""XML 1.0, section 2.2: what no document may hold, however it is written."""
_NEVER: Final = "1970-01-01T00:00:00Z"
ET.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as feeds tell it. Moments are texts as RFC 3339 has them; `subjects` are what it is about, in words."""

    id: str
    number: str
    title: str
    body: str | None
    language: str
    published: str
    changed: str
    sender: str
    subjects: Sequence[str]
    remark: str | None

    @property
    def html(self) -> str:
        """What it says, below what one has to know first, e.g. that it was corrected."""
        remark = f"<p><strong>{_escaped(self.remark)}</strong></p>\n" if self.remark else ""
        return remark + (body_html(self.body) if self.body else "")

    @property
    def urn(self) -> str:
        """Its identity in every feed: the same wherever the hub is served."""
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'trade-collaboration-hub/messages/{self.id}')}"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: where it is found, where the page of a message is, and its entries, the newest first."""

    title: str
    address: str
    base: str
    entries: Sequence[Entry]

    def page_of(self, entry: Entry) -> str:
        """The permanent address of a message."""
        return f"{self.base}/messages/{entry.number}"

    @property
    def changed(self) -> str:
        """When something in it changed last."""
        return max((entry.changed for entry in self.entries), default=_NEVER)


def atom(feed: Feed) -> bytes:
    """The feed as Atom. Titles are text; what messages say is escaped HTML."""
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, feed.address)}")
    _add(root, "title", feed.title)
    _add(root, "updated", feed.changed)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=f"{feed.base}/messages")
    for entry in feed.entries:
        each = _add(root, "entry")
        each.set("{http://www.w3.org/XML/1998/namespace}lang", entry.language)
        _add(each, "id", entry.urn)
        _add(each, "title", f"{entry.number}: {entry.title}")
        _add(each, "published", entry.published)
        _add(each, "updated", entry.changed)
        _add(_add(each, "author"), "name", entry.sender)
        _add(each, "link", rel="alternate", type="text/html", href=feed.page_of(entry))
        for subject in entry.subjects:
            _add(each, "category", term=subject)
        _add(each, "content", entry.html, type="html")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def json_feed(feed: Feed) -> bytes:
    """The same as a JSON Feed."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": f"{feed.base}/messages",
            "feed_url": feed.address,
            "items": [
                {
                    "id": entry.urn,
                    "url": feed.page_of(entry),
                    "title": f"{entry.number}: {entry.title}",
                    "content_html": entry.html,
                    "date_published": entry.published,
                    "date_modified": entry.changed,
                    "authors": [{"name": entry.sender}],
                    "tags": list(entry.subjects),
                    "language": entry.language,
                }
                for entry in feed.entries
            ],
        }
    )


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{name}", {key: _xml(value) for key, value in attributes.items()})
    made.text = _xml(text) if text is not None else None
    return made


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
