"""The small vocabulary in which Cypher is put together: statements, quoted names, templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Statement:
    """Cypher text with its parameters; values are always bound, never written into the text."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def name(identifier: str) -> str:
    """The identifier itself, if it is a plain one: labels, types and properties come from GRAPH. Raises `ValueError`."""
    if not _NAME.fullmatch(identifier):
        raise ValueError(f"not a plain Cypher name: {identifier!r}")
    return identifier


def words(text: str) -> frozenset[str]:
    """The words of a text, its variables among them: looked for one by one, they took as long as all else of a statement."""
    return frozenset(_WORD.findall(text))


def only_if(condition: str | None, test: str) -> str:
    """The test, made only where the condition holds; always, where there is none."""
    return f"CASE WHEN {condition} THEN {test} ELSE false END" if condition else test


def fill(template: str, given: Mapping[str, str], fresh: Callable[[str], str]) -> str:
    """The template with its `{slots}` filled: the given variables, and a fresh one for every other name."""
    made = dict(given)

    def variable(slot: re.Match[str]) -> str:
        wanted = slot[1]
        if wanted not in made:
            made[wanted] = fresh(wanted)
        return made[wanted]

    return _SLOT.sub(variable, template)
