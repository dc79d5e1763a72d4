"""The small vocabulary in which Cypher is put together: statements, names and literals that are checked, templates.

- `fill` puts fragments into the `{slots}` of a template, `rename` gives slots other names.
- `bind` puts variables there: those that are at hand, and fresh ones.
- `literal` writes a constant, `name` a label, a type or a property.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, LiteralString, TypeAlias, overload

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SLOT: Final = re.compile(r"\{([A-Za-z_]\w*)\}")
_WORD: Final = re.compile(r"\w+")
_ESCAPED: Final = re.compile(r"['\\\x00-\x1f\x7f-\x9f\u2028\u2029]")

Constant: TypeAlias = "str | bool | int | float | Sequence[Constant] | Mapping[str, Constant] | None"
Parameters: TypeAlias = Mapping[str, Any]
"""The values of a statement's `$parameters` by name: whatever the driver of Neo4j takes."""
Properties: TypeAlias = Mapping[str, Any]
"""The properties of a row or an edge by name: whatever Neo4j keeps in one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Cypher text with its parameters; values are always bound, never written into the text."""

    text: str
    parameters: Parameters = field(default_factory=lambda: MappingProxyType({}))


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


def where(*predicates: str) -> str:
    """The clause that all of them hold, with a blank before it; empty where there are none."""
    return f" WHERE {' AND '.join(predicates)}" if predicates else ""


@overload
def fill(template: LiteralString, /, **slots: LiteralString) -> LiteralString: ...
@overload
def fill(template: str, /, **slots: str) -> str: ...
def fill(template: str, /, **slots: str) -> str:
    """The template with each `{slot}` filled by the fragment of that name, e.g. `fill("MATCH {row}", row="(n)")`.

    Every slot must be given, and everything given must be a slot. Values are no fragments: they are parameters, or
    constants written by `literal`. Raises `ValueError`.
    """
    wanted = slots_of(template)
    if wanted != slots.keys():
        missing, unknown = sorted(wanted - slots.keys()), sorted(slots.keys() - wanted)
        raise ValueError(
            f"not given: {missing}; given and no slot: {unknown}; of the template {template.strip()[:80]!r}"
        )
    return _SLOT.sub(lambda slot: slots[slot[1]], template)


def rename(template: str, /, **slots: str) -> str:
    """The template with slots of other names, e.g. `rename("({n})-->({x})", n="k")` is `({k})-->({x})`.

    Raises `ValueError` for a name that is no slot of the template, or a new name that is one already.
    """
    there = slots_of(template)
    if not slots.keys() <= there or there & set(slots.values()):
        raise ValueError(
            f"{sorted(there)} are slots of the template {template.strip()[:80]!r}; cannot be renamed: {slots}"
        )
    return _SLOT.sub(lambda slot: f"{{{slots.get(slot[1], slot[1])}}}", template)


def slots_of(template: str) -> frozenset[str]:
    """The names of the slots of a template."""
    return frozenset(_SLOT.findall(template))


def literal(value: Constant) -> str:
    """A constant of the code as Cypher writes it, e.g. `['a', 1, true, null]`.

    What comes from outside is a parameter instead.

    A mapping's keys are plain names. Raises `ValueError` for a value of another type, or a number that is none.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            quote = '"' if "'" in value and '"' not in value else "'"
            return f"{quote}{_ESCAPED.sub(lambda matched: _escaped(matched[0], quote), value)}{quote}"
        case int() | float() if math.isfinite(value):
            return repr(value)
        case Mapping():
            return f"{{{', '.join(f'{name(key)}: {literal(each)}' for key, each in value.items())}}}"
        case Sequence():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            raise ValueError(f"not a constant of Cypher: {value!r}")


def _escaped(character: str, quote: str) -> str:
    """A character of a text between these quotes: one that ends it behind a backslash, a control character by its
    number.
    """
    if character in "'\\":
        return character if character == "'" and quote == '"' else f"\\{character}"
    return f"\\u{ord(character):04x}"


def lock(row: LiteralString) -> LiteralString:
    """The clauses that lock the row behind that variable until the transaction ends; they leave nothing behind."""
    return f"SET {row}.turn = true REMOVE {row}.turn"


def bind(template: str, variables: Mapping[str, str], fresh: Callable[[str], str]) -> str:
    """The template with its `{slots}` bound to variables: those given, and a fresh one for every other name."""
    made = dict(variables)

    def variable(slot: re.Match[str]) -> str:
        wanted = slot[1]
        if wanted not in made:
            made[wanted] = fresh(wanted)
        return made[wanted]

    return _SLOT.sub(variable, template)
