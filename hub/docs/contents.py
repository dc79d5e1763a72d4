"""Which pages the manual has, in reading order; a test fails for a page that is not listed here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the manual; a page is named by its path without `.md`."""

    title: str
    pages: tuple[str, ...]


INDEX: Final = "index"
DECISIONS: Final = "decisions/index"
SECTIONS: Final = (
    Section("Begin", (INDEX, "tutorial")),
    Section(
        "How to",
        (
            "how-to/ask",
            "how-to/find-who-answers",
            "how-to/work-on-cases",
            "how-to/my-desk",
            "how-to/work-together",
            "how-to/messages",
            "how-to/parties",
            "how-to/attach-a-system",
            "how-to/explore",
            "how-to/operate",
            "how-to/extend",
        ),
    ),
    Section(
        "Reference",
        (
            "reference/verbs",
            "reference/questions",
            "reference/graph",
            "reference/visibility",
            "reference/case-kinds",
            "reference/rules",
            "reference/settings",
            "reference/connectors",
            "reference/commands",
            "reference/errors",
        ),
    ),
    Section(
        "Explanation",
        (
            "explanation/responsibility",
            "explanation/shared-issues",
            "explanation/disparities",
            "explanation/visibility",
            "explanation/architecture",
            "explanation/compiler",
            "explanation/glossary",
        ),
    ),
    Section("Record", (DECISIONS, "figures", "changelog")),
)


def decisions() -> tuple[str, ...]:
    """The decisions, the oldest first; each is a page of its own, named by its date and subject."""
    folder = resources.files("hub.docs").joinpath("decisions")
    names = sorted(file.name.removesuffix(".md") for file in folder.iterdir() if file.name[:2] == "20")
    return tuple(f"decisions/{name}" for name in names)


@lru_cache(maxsize=1)
def pages() -> tuple[str, ...]:
    """All pages, in reading order."""
    return tuple(_pages())


@lru_cache(maxsize=256)
def text(page: str) -> str:
    """The Markdown of a page."""
    return resources.files("hub.docs").joinpath(f"{page}.md").read_text(encoding="utf-8")


def title(page: str) -> str:
    """What stands in its first line."""
    return text(page).partition("\n")[0].removeprefix("# ")


def _pages() -> Iterator[str]:
    for section in SECTIONS:
        for page in section.pages:
            yield page
            if page == DECISIONS:
                yield from decisions()
