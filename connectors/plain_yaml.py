"""YAML as a connection's file means it: `no`, 0401 and 12:30 are texts, a name stands once, and each fault has its
line.
"""

import difflib
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import yaml
from pydantic import ValidationError

from hub.errors import SetupError

_NULL: Final = "tag:yaml.org,2002:null"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)")


class _Loader(yaml.SafeLoader):
    """Reads true, false, null, whole numbers and 0.5 as such, everything else as text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false|True|False|TRUE|FALSE", "tTfF"),
    (_NULL, r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", _NUMBER.pattern, "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9]\d*)\.\d+", "-0123456789"),
    ("tag:yaml.org,2002:merge", "<<", "<"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))


_PLAINLY: Final = {
    "missing": "it is missing",
    "string_type": "expected a text",
    "tuple_type": "expected a name, or several: [one, other]",
    "dict_type": "expected settings with their values, e.g. {name: value}",
    "mapping_type": "expected settings with their values, e.g. {name: value}",
    "model_type": "expected settings with their values, e.g. {name: value}",
}
"""What is meant by faults that pydantic tells in its own terms."""


Fault = tuple[Sequence[int | str], str]
"""Where in a file something is wrong, and what."""


class Lines:
    """Where each setting of a file stands."""

    def __init__(self, where: str, root: yaml.Node | None) -> None:
        self.where = where
        self._root = root

    def of(self, place: Sequence[int | str]) -> int | None:
        """The line of a setting, or of the one around it that there is."""
        node, line = self._root, None
        for step in place:
            if isinstance(node, yaml.MappingNode):
                pairs = [(key, value) for key, value in node.value if str(key.value) == str(step)]
                if not pairs:
                    break
                line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def faults(
        self,
        error: ValidationError,
        known: Mapping[tuple[str, ...], Iterable[str]] | None = None,
        at: Sequence[str] = (),
        beside: Iterable[Fault] = (),
    ) -> str:
        """Every fault of some settings, one a line, without the values; a name that is none with the nearest one that
        is. Those `beside` were found otherwise: their places, and what is wrong there.
        """
        return self.told((*faults_of(error, known or {}, at), *beside))

    def told(self, faults: Iterable[Fault]) -> str:
        """Faults, one a line, by their lines; of each place one."""
        told: dict[tuple[int | str, ...], str] = {}
        for place, text in faults:
            told.setdefault(tuple(place), text)
        lines = list[str]()
        for place, text in sorted(told.items(), key=lambda fault: self.of(fault[0]) or 0):
            line = self.of(place)
            path = ".".join(str(step) for step in place if step != "[key]") or "as a whole"
            lines.append(f"  {f'line {line}, ' if line else ''}{path}: {text}")
        return "\n".join((f"{self.where} cannot be used:", *lines))


def faults_of(
    error: ValidationError, known: Mapping[tuple[str, ...], Iterable[str]], at: Sequence[str] = ()
) -> Iterator[Fault]:
    """The place of each fault of some settings that stand `at` a place, and what is wrong there."""
    for fault in error.errors():
        place = (*at, *fault["loc"], *fault.get("ctx", {}).get("at", ()))
        text = _PLAINLY.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            text = _unknown(str(place[-1]), sorted(known.get(_pattern_of(place[:-1]), ())))
        yield place, text


def _pattern_of(place: Sequence[int | str]) -> tuple[str, ...]:
    return tuple(map(str, place))


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    there = f"; there are {', '.join(known)}" if known else ""
    return f"there is no such setting{f', did you mean {near[0]}?' if near else ''}{there}"


def read_yaml(text: str, where: str) -> tuple[Any, Lines]:
    """What a file says, and where. Raises `SetupError` for one that is no YAML, or that says a thing twice."""
    try:
        root = yaml.compose(text, _Loader)
        _once(root, where)
        loader = _Loader(text)
        try:
            return _with_text_keys(loader.get_single_data()), Lines(where, root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SetupError(
            f"{where}{f', line {mark.line + 1}' if mark else ''}: {error.problem or error.context}"
        ) from None
    except RecursionError:
        raise SetupError(f"{where}: it is nested too deeply, or a part of it holds itself") from None
    except (yaml.YAMLError, TypeError) as error:
        raise SetupError(f"{where}: {' '.join(str(error).split())}") from None
    except (ValueError, AttributeError):
        raise SetupError(f"{where}: a value has a tag that it does not fit, e.g. !!timestamp; leave tags out") from None


def _once(node: yaml.Node | None, where: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                raise SetupError(f"{where}, line {line}: {key.value} is there already, in line {seen[key.value]}")
            if isinstance(key, yaml.ScalarNode):
                seen[key.value] = line
            _once(value, where)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _once(value, where)


def _with_text_keys(value: Any) -> Any:
    """With texts as keys, as all that is looked up by them is text."""
    if isinstance(value, dict):
        return {_key(key): _with_text_keys(inner) for key, inner in value.items()}
    return [_with_text_keys(inner) for inner in value] if isinstance(value, list) else value


def _key(key: Any) -> str:
    return (
        {True: "true", False: "false", None: ""}.get(key, str(key))
        if key is None or isinstance(key, bool)
        else str(key)
    )
