"""The small vocabulary in which Cypher is put together: statements, quoted names, templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, LiteralString, cast

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SLOT: Final = re.compile(r"\{([A-Za-z_]\w*)\}")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Statement:
    """Cypher text with its parameters; values are always bound, never written into the text."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def name(identifier: str) -> str:
    """The identifier itself, if it is a plain one: labels, types and properties come from GRAPH. Raises
    `ValueError`."""
    if not _NAME.fullmatch(identifier):
        raise ValueError(f"not a plain Cypher name: {identifier!r}")
    return identifier


def words(text: str) -> frozenset[str]:
    """The words of a text, its variables among them: looked for one by one, they took as long as all else of a
    statement."""
    return frozenset(_WORD.findall(text))


def only_if(condition: str | None, test: str) -> str:
    """The test, made only where the condition holds; always, where there is none."""
    return f"CASE WHEN {condition} THEN {test} ELSE false END" if condition else test


def fill(template: LiteralString, /, **slots: LiteralString) -> LiteralString:
    """The template with each `{slot}` filled by the fragment of that name, e.g. `fill("MATCH {row}", row="(n)")`.

    Every slot must be given, and everything given must be a slot. Values are no fragments: they are parameters. Raises
    `ValueError`.
    """
    wanted = set(_SLOT.findall(template))
    if wanted != slots.keys():
        missing, unknown = sorted(wanted - slots.keys()), sorted(slots.keys() - wanted)
        raise ValueError(
            f"a template is filled by its slots: not given are {missing}, no slots of it are {unknown}: {template.strip()[:80]}"
        )
    return cast("LiteralString", _SLOT.sub(lambda slot: slots[slot[1]], template))


def lock(row: LiteralString) -> LiteralString:
    """The clauses that lock the row behind that variable until the transaction ends; they leave nothing behind."""
    return f"SET {row}.turn = true REMOVE {row}.turn"


def bind(template: str, given: Mapping[str, str], fresh: Callable[[str], str]) -> str:
    """The template with its `{slots}` bound to variables: those given, and a fresh one for every other name."""
    made = dict(given)

    def variable(slot: re.Match[str]) -> str:
        wanted = slot[1]
        if wanted not in made:
            made[wanted] = fresh(wanted)
        return made[wanted]

    return _SLOT.sub(variable, template)
