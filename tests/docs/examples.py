"""The examples of README and the manual, and how each is executed.

An example is a fenced block; what it says next to `…` is new each time. Which blocks there are:

- `graphql`, whose first line says who asks, and the `json` of its answer;
- `sh` with the `text` that it prints, run by bash in a folder of the page; or `curl`, with the `json` of its answer;
- `sh` alone: commands that are only read, since they would start or end a hub;
- `python`, all of a page one after another, with the `text` that is printed;
- `cypher`, which finds something;
- `csv FILE`, `csv FILE ENCODING` and `yaml FILE`: written into the folder of the page, and read by what follows.

`HUB_ANSWERS=1 uv run pytest -n 0 tests/docs/test_examples.py` writes those answers anew that differ; read the
difference.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from hub.docs.contents import pages

ROOT: Final = Path(__file__).parents[2]
FILES: Final = (ROOT / "README.md", *(ROOT / "hub" / "docs" / f"{page}.md" for page in pages()))
_BLOCK: Final = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_AFTER: Final = re.compile(r"\n\n```(\w+)\n((?:.*\n)*?)```$", re.MULTILINE)
_ANSWERED_BY: Final = {"graphql": ("json",), "sh": ("text", "json"), "python": ("text",)}
LANGUAGES: Final = ("graphql", "sh", "python", "cypher", "csv", "yaml")
_NUMBER: Final = re.compile(r"HUB-\d\d-\w{8}")
_WIDTH: Final = 130


@dataclass(frozen=True, slots=True)
class Example:
    """A block of a page, and what it is answered; `at` is where its answer stands in the page."""

    file: Path
    language: str
    name: str
    body: str
    answer: str | None
    at: tuple[int, int]

    @property
    def where(self) -> str:
        """For whoever must mend it."""
        line = self.file.read_text(encoding="utf-8").count("\n", 0, self.at[0]) + 1
        return f"{self.file.relative_to(ROOT)}, line {line}: {self.body.partition(chr(10))[0]}"

    @property
    def asker(self) -> str | None:
        """The persona that asks, None for the public."""
        found = re.match(r"# as (\S.*)\n", self.body)
        assert found, f"{self.where}: its first line says who asks, e.g. `# as importer-manager` or `# as the public`"
        return None if found[1] == "the public" else found[1]


def examples(file: Path) -> Iterator[Example]:
    """The examples of a page, in order."""
    text, place = file.read_text(encoding="utf-8"), 0
    while found := _BLOCK.search(text, place):
        language, _, name = found[1].partition(" ")
        place = found.end()
        answer, at = None, (found.start(), found.start())
        after = _AFTER.match(text, place)
        if after and after[1] in _ANSWERED_BY.get(language, ()):
            answer, at, place = after[2], after.span(2), after.end()
        yield Example(file, language, name, found[2], answer, at)


class Numbers:
    """The numbers of cases that a page shows, and those that they have this time: none can be foreseen."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def asked(self, text: str) -> str:
        """The text with this time's numbers."""
        return _NUMBER.sub(lambda found: self._real.get(found[0], found[0]), text)

    def shown(self, value: Any, like: Any) -> Any:
        """An answer with the page's numbers, and `…` where the page, which shows it `like` that, has it; learns new
        numbers.
        """
        if isinstance(value, dict):
            known = like if isinstance(like, dict) else {}
            return {key: self.shown(inner, known.get(key)) for key, inner in value.items()}
        if isinstance(value, list):
            known = like if isinstance(like, list) else []
            return [self.shown(inner, known[at] if at < len(known) else None) for at, inner in enumerate(value)]
        if not isinstance(value, str):
            return value
        if isinstance(like, str) and _NUMBER.fullmatch(like) and _NUMBER.fullmatch(value) and like not in self._real:
            self._real[like] = value
        for page, real in self._real.items():
            value = value.replace(real, page)
        return like if isinstance(like, str) and fits(value, like) else value


def fits(found: str, shown: str) -> bool:
    """Whether a text is as it is shown, `…` standing for anything."""
    return re.fullmatch(".+".join(map(re.escape, shown.split("…"))), found, re.DOTALL) is not None


def written(value: Any) -> str:
    """An answer as it stands on a page: short parts on one line."""
    return _written(value, 0) + "\n"


def _written(value: Any, indent: int) -> str:
    plain = _plain(value)
    if len(plain) + indent <= _WIDTH or not value or not isinstance(value, dict | list):
        return plain
    inner = " " * (indent + 2)
    if isinstance(value, list) and len(value) == 1:
        return f"[{_written(value[0], indent)}]"
    if isinstance(value, dict) and len(value) == 1:
        ((key, found),) = value.items()
        return f"{{{orjson.dumps(key).decode()}: {_written(found, indent)}}}"
    if isinstance(value, dict):
        parts = [f"{orjson.dumps(key).decode()}: {_written(found, indent + 2)}" for key, found in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + "}"
    return "[\n" + ",\n".join(inner + _written(found, indent + 2) for found in value) + "]"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{orjson.dumps(key).decode()}: {_plain(found)}" for key, found in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return orjson.dumps(value).decode()
