"""Verbs: each is one function with typed arguments, from which its field in the API and its entry in the manual are
made.

    @verb(may=(OWNER,), kept_here=True)
    async def close_case(context: VerbContext, case: Case, reason: Reason) -> None:
        \"""Closes a case.\"""

declares the field `closeCase(case: String!, reason: String!): Case`. Names are those of the function and its arguments,
in camel case; an argument with a default need not be given. An argument that is a `LockedRow` is named by its key, and
the verb gets the row, locked, if the viewer may do this to it. Many arguments go into one dataclass, each of whose
fields is an argument.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Concatenate, Final, LiteralString, Union, get_args, get_origin, get_type_hints

from graph_schema.cypher import fill, lock
from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property, SchemaError
from hub.errors import Conflict
from hub.verbs.arguments import Argument, checked_text
from hub.verbs.context import VerbContext
from hub.verbs.rows import Access, LockedRow, Role, listed

REQUEST: Final = Property("requestId", "A name of your own for this request: sent twice, it is done once.")

Given = Mapping[str, object]
"""The values of a verb's arguments by their names in the API, in their normal form; None for what is not given."""
_Function = Callable[Concatenate[VerbContext, ...], Coroutine[Any, Any, str | None]]

_BEGIN: Final = fill(
    "MERGE (r:Request {id: $request}) ON CREATE SET r.verb = $verb, r.digest = $digest, r.at = $at {lock} RETURN"
    " r.digest, r.result",
    lock=lock("r"),
)
_END: Final[LiteralString] = "MATCH (r:Request {id: $request}) SET r.result = $result"
_KINDS: Final[Mapping[object, Kind]] = {
    str: Kind.STRING, Sequence[str]: Kind.STRINGS, int: Kind.INT, float: Kind.FLOAT, bool: Kind.BOOLEAN,
    date: Kind.DATE,
    datetime: Kind.DATETIME,
}  # fmt: skip
_declared: Final[dict[str, "Verb"]] = {}


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done. It answers with the row of the label `returns` whose key `do` gives.

    `who` says who may do it, where that depends on their part in a row. `kept_here`: not to rows that another system
    keeps. A verb that needs nobody to be `signed_in` is done by an account of that one request's own. `module` is where
    the verb is declared.
    """

    name: str
    doc: str
    arguments: tuple[Property, ...]
    returns: str
    do: Callable[[VerbContext, Given], Awaitable[str]]
    signed_in: bool = True
    who: str | None = None
    kept_here: bool = False
    module: str = ""

    async def done(self, context: VerbContext, arguments: Given) -> str:
        """Does it, or finds that it was done already, and gives the key of the answer.

        Its events are the last that the transaction writes. Raises `Conflict` where the request id was used for another
        request, and `RuntimeError` for a verb that leaves no event.
        """
        context.verb = self.name
        if not context.is_named:
            return await self._with_events(context, await self.do(context, arguments))
        digest = hashlib.sha256(json.dumps([self.name, arguments], default=str, sort_keys=True).encode()).hexdigest()
        (before, result), *_ = await context.execute(_BEGIN, request=context.request, verb=self.name, digest=digest)
        if before != digest:
            raise Conflict("requestId: it was used for another request; choose a new one")
        if result is not None:
            return result
        key = await self.do(context, arguments)
        await context.execute(_END, request=context.request, result=key)
        return await self._with_events(context, key)

    async def _with_events(self, context: VerbContext, key: str) -> str:
        if not context.telling.events:
            raise RuntimeError(f"{self.name} tells nothing of what it has done")
        await context.append_events()
        return key


def verb(
    *,
    may: Sequence[Role] = (),
    kept_here: bool = False,
    returns: str | None = None,
    signed_in: bool = True,
    doc: str | None = None,
) -> Callable[[_Function], Verb]:
    """Declares the function below as a verb. Its docstring is the verb's documentation, or `doc`, where that is made of
    constants.

    `may` and `kept_here` hold for each row among the arguments; see `Access`. A function that gives None answers with
    the first of these rows; one that gives a key says which label it `returns`. Raises `SchemaError` for a declaration
    that contradicts itself or another.
    """

    def declare(function: _Function) -> Verb:
        name = _camel_case(function.__name__)
        made = _Declaration(name, function, Access(name, tuple(may), kept_here)).verb(
            returns, doc or inspect.getdoc(function), signed_in=signed_in
        )
        if name in _declared:
            raise SchemaError(f"verb {name} is declared twice: in {_declared[name].module} and in {made.module}")
        _declared[name] = made
        return made

    return declare


def declared_in(module: str) -> tuple[Verb, ...]:
    """The verbs that the module of that name declares, in its order."""
    return tuple(verb_ for verb_ in _declared.values() if verb_.module == module)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of a verb's function, or a field of a dataclass of such; `api` is its name in the API."""

    name: str
    api: str
    type: Any
    argument: Argument | None
    default: Any

    @property
    def required(self) -> bool:
        return self.default is MISSING


class _Declaration:
    """Reads a function's signature once; what is left to do for each call is compiled from it."""

    def __init__(self, name: str, function: _Function, access: Access) -> None:
        self._name = name
        self._function = function
        self._access = access
        self._hints = get_type_hints(function, include_extras=True)
        self._rows: list[tuple[_Parameter, type[LockedRow]]] = []
        self._values: list[tuple[_Parameter, Callable[[Given], Any]]] = []
        self._arguments: list[Property] = []
        context, *parameters = inspect.signature(function).parameters.values()
        if self._hints.get(context.name) is not VerbContext:
            raise self._error(
                f"its first argument is a VerbContext, not {context.name}: {self._hints.get(context.name)}"
            )
        for parameter in parameters:
            default = MISSING if parameter.default is inspect.Parameter.empty else parameter.default
            self._read(self._parameter(parameter.name, self._hints.get(parameter.name), default))

    def verb(self, returns: str | None, doc: str | None, *, signed_in: bool) -> Verb:
        if not doc:
            raise self._error("its docstring is missing: it is the documentation of the verb")
        names = [argument.name for argument in (*self._arguments, REQUEST)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise self._error(f"it declares {', '.join(sorted(twice))} twice")
        label = self._returned(returns)
        kept_here = self._access.kept_here
        return Verb(self._name, " ".join(doc.split()), tuple(self._arguments), label, self._doing(), signed_in,
            self._who(), kept_here,
                    self._function.__module__)  # fmt: skip

    def _returned(self, returns: str | None) -> str:
        gives_key = self._hints.get("return") is not NoneType
        if gives_key is not (returns is not None):
            raise self._error(
                "it either gives a key (-> str) and says which label it returns, or gives None and answers with a row"
            )
        if returns is None and not self._rows:
            raise self._error("it gives None, but no row is among its arguments")
        label = self._rows[0][1].SUBJECT.label if returns is None else returns
        if label not in {node.label for node in GRAPH.nodes}:
            raise self._error(f"it returns {label}, which is no label of the graph")
        return label

    def _who(self) -> str | None:
        """Who may, in words. Raises `SchemaError` for a role that none of its rows has."""
        known = [{each.name for each in fields(row)} for _, row in self._rows]
        if not all(role.field in each for role in self._access.may for each in known) or (
            self._access.may and not known
        ):
            raise self._error("may: only roles that each row among its arguments has a field for")
        return listed([role.who for role in self._access.may]) if self._access.may else None

    def _read(self, parameter: _Parameter) -> None:
        """Adds what a parameter declares: a row, a value, or a dataclass of values."""
        if isinstance(parameter.type, type) and issubclass(parameter.type, LockedRow):
            argument = parameter.argument or parameter.type.SUBJECT.argument
            self._arguments.append(Property(parameter.api, argument.doc, required=True, format=argument.format))
            self._rows.append((parameter, parameter.type))
        elif is_dataclass(parameter.type) and isinstance(parameter.type, type):
            self._values.append((parameter, self._dataclass(parameter.type)))
        else:
            self._values.append((parameter, self._value(parameter)))

    def _dataclass(self, of: type) -> Callable[[Given], Any]:
        hints = get_type_hints(of, include_extras=True)
        members = [self._parameter(each.name, hints[each.name], _default(each)) for each in fields(of)]
        readers = [(member.name, self._value(member)) for member in members]
        return lambda arguments: of(**{name: read(arguments) for name, read in readers})

    def _value(self, parameter: _Parameter) -> Callable[[Given], Any]:
        """Adds the argument; gives how its value is read from those that are given."""
        api, default, argument = parameter.api, parameter.default, parameter.argument
        if argument is None:
            raise self._error(
                f'{parameter.name}: say what it means, e.g. Annotated[str, Argument("The case, by its number.")]'
            )
        if parameter.type not in _KINDS:
            known = ", ".join(getattr(each, "__name__", str(each)) for each in _KINDS)
            raise self._error(
                f"{parameter.name}: of type {parameter.type}; expected is one of {known}, a LockedRow or a dataclass of"
                " those"
            )
        kind = _KINDS[parameter.type]
        if argument.longest is not None and kind is not Kind.STRING:
            raise self._error(f"{parameter.name}: only a text has a longest length")
        self._arguments.append(
            Property(api, argument.doc, kind, parameter.required, argument.format, argument.values, argument.choice)
        )
        if argument.longest is None:
            return lambda arguments: (
                default if (value := arguments.get(api)) is None and default is not MISSING else value
            )
        return lambda arguments: _text(api, arguments.get(api), default, argument.longest)

    def _parameter(self, name: str, hint: Any, default: Any) -> _Parameter:
        """A parameter by its type: one that may be None is one that has the default None."""
        plain, argument = hint, None
        if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
            plain = next(each for each in get_args(hint) if each is not NoneType)
            if default is not None:
                raise self._error(f"{name}: what may be None has the default None")
        if get_origin(plain) is Annotated:
            plain, *notes = get_args(plain)
            argument = next((each for each in notes if isinstance(each, Argument)), None)
        return _Parameter(name, _camel_case(name), plain, argument, default)

    def _doing(self) -> Callable[[VerbContext, Given], Awaitable[str]]:
        """Locks the rows, reads the values, calls the function; gives the key of the answer."""
        function, access, rows, values = self._function, self._access, tuple(self._rows), tuple(self._values)

        async def do(context: VerbContext, arguments: Given) -> str:
            locked = [await row.lock(context, str(arguments.get(parameter.api)), access) for parameter, row in rows]
            keywords = {parameter.name: row for (parameter, _), row in zip(rows, locked, strict=True)}
            for parameter, read in values:
                keywords[parameter.name] = read(arguments)
            key = await function(context, **keywords)
            return locked[0].id if key is None else key

        return do

    def _error(self, what: str) -> SchemaError:
        return SchemaError(f"verb {self._name}: {what}")


def _text(name: str, value: object, default: Any, longest: int | None) -> Any:
    """The text without blanks around it. One that need not be given is not given where it is empty. Raises
    `BadInput`."""
    assert longest is not None
    if not value and default is not MISSING:
        return default
    return checked_text(name, str(value), longest)


def _default(field_: "Field[Any]") -> Any:
    return field_.default if field_.default_factory is MISSING else field_.default_factory()


def _camel_case(name: str) -> str:
    """The name in the API: `media_type` is `mediaType`, and `from_`, since `from` is taken in Python, is `from`."""
    return re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name.rstrip("_"))
