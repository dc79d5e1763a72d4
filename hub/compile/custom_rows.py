"""What a question of the hub's own tells, in two steps, as a search does: it is found, and then what is asked of rows
is read.

What finds it is the same statement whatever is given and selected: Neo4j plans it once for a kind of viewer, and before
anybody asks. It tells all values of the records; of a row its labels and, by name, most properties that need no rule,
and what the question has told `beside`; of a list nothing, unless that is asked for. What else is asked of rows is read
for each label that is found, by a small one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from graph_schema.cypher import where
from graph_schema.model import Edge, GraphSchema, NodeType
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import found_rows
from hub.compile.custom_field import ASKED, CustomField, Record, RecordOf, Records, RowOf, Value
from hub.compile.enumeration import every
from hub.compile.plan import VISIBLE, FoundPlan
from hub.compile.scan_text import named
from hub.compile.search import RIGHTS
from hub.compile.search_rows import FOUND, taken
from hub.compile.shaper import ShaperText, record
from hub.compile.text import TEMPORAL, plain, sent

_LISTS: Final = "lists"
"""In `$asked`: the lists that are asked for, each true under its name."""
_ROWS: Final = "rows"
"""There, too: the names of the properties asked of rows, under the rows' name; null where those are not asked for."""
_BESIDE: Final = "beside"
"""The rows of which guarded properties are told, each true under its name."""
_PARAMETER: Final = re.compile(r"\$(\w+)")
Way = tuple[str, ...]
"""Names of members that lead to one."""


@dataclass(frozen=True, slots=True)
class RowReading:
    """A statement that reads rows of a label: from their keys, a list under `name` in `$found`, it gives each with what
    is asked of it.

    `parameters` are all that it names beside.
    """

    name: str
    text: str
    parameters: tuple[str, ...]

    @classmethod
    def of(cls, name: str, text: str) -> Self:
        """The reading by that text."""
        return cls(name, text, tuple(found for found in dict.fromkeys(_PARAMETER.findall(text)) if found != FOUND))


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows stand in what was found: in the records along `steps`, each a position and whether a list stands
    there, at `position`.

    Each is [labels, properties, what is told beside]; `keys` says at which of the properties its key is, by label, and
    `readings` how it is read.
    """

    steps: tuple[tuple[int, bool], ...]
    position: int
    labels: tuple[str, ...]
    keys: Mapping[str, int]
    readings: Mapping[str, tuple[RowReading, ...]]

    def records(self, found: Sequence[Any]) -> list[Any]:
        """The records in which a row stands at `position`, or null."""
        records = [found]
        for position, is_list in self.steps:
            records = [
                inner for outer in records for inner in (outer[position] if is_list else (outer[position],)) if inner
            ]
        return records


@dataclass(frozen=True, slots=True)
class Telling:
    """A question's second step: what it says in `$asked` of what is selected, its sizes, where rows stand and how they
    are read.

    Its shaper takes what was found, each row as [label, properties, what is told beside, what was read of it by the
    readings' names].
    """

    selected: Mapping[str, Mapping[str, Any]]
    sizes: tuple[str, ...]
    places: tuple[Place, ...]
    readings: tuple[RowReading, ...]

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the statement that finds; of others Neo4j would plan it anew for each selection."""
        kept = {name: given[name] for name in (*RIGHTS, *self.sizes) if name in given}
        return {**kept, ASKED: {**given[ASKED], **self.selected}}


def told_by(access: Access, question: CustomField, given: frozenset[str]) -> str:
    """The body of the statement that finds what a question tells, whatever is selected."""
    start = question.start(_Sees(access), given)
    clauses, expression = _Finding(access).record(question.record, ())
    return "\n".join((start, *clauses, f"RETURN {expression} AS row"))


class _Finding:
    """Writes what is told of records: clauses that bind what is needed, and the list of their members."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._sees = _Sees(access)

    def record(self, declared: Record, way: Way) -> tuple[list[str], str]:
        clauses, values = list[str](), list[str]()
        for member in declared.members:
            there = (*way, member.name)
            match member:
                case Value():
                    values.append(sent(member.expression, member.declared.kind))
                case RowOf():
                    more, beside = self._beside(member, _named(there))
                    clauses += more
                    values.append(_row(member.variable, _named(there), beside))
                case RecordOf():
                    more, value = self.record(member.record, there)
                    clauses += more
                    values.append(value)
                case Records():
                    gate = (
                        f"UNWIND CASE WHEN ${ASKED}.{_LISTS}.{_named(there)} THEN [1] ELSE [] END AS"
                        f" wanted_{_named(there)}"
                    )
                    more, value = self.record(member.record, there)
                    each = " ".join((gate, member.clauses(self._sees), *more))
                    values.append(f"COLLECT {{ {each} RETURN {value} ORDER BY {member.order} }}")
        return clauses, f"[{', '.join(values)}]"

    def _beside(self, member: RowOf, place: str) -> tuple[list[str], list[str]]:
        """Clauses, and values that are told beside a row."""
        if not member.beside:
            return [], []
        access, row = self._access, member.variable
        node, routes = access.graph.node(member.target), access.graph.routes(member.target)
        guarded = [node.property_named(name) for name in member.beside if name not in routes]
        not_asked = f"${ASKED}.{_BESIDE}.{place} IS NULL"
        guards = [declared.guard for declared in guarded if declared.guard]
        readable = access.guarded(row, node.label, guards, VISIBLE, not_asked)
        clauses = [f"WITH *, {text} AS {variable}" for variable, text in readable.lookups.items()]
        values = list[str]()
        for name in member.beside:
            if name in routes:
                walk = access.along(row, node.label, routes[name])
                if walk.seen.hoisted:
                    clauses.append(f"WITH *, {named(walk.seen.hoisted)}")
                wanted = f"${ASKED}.{_ROWS}.{place}_{name} IS NOT NULL"
                clauses.append(f"OPTIONAL {walk.match}{where(*walk.where, wanted)}")
                values.append(_row(walk.row, f"{place}_{name}"))
                continue
            declared = node.property_named(name)
            guard = declared.guard
            instead, allowed = (guard.instead, readable.tests[guard]) if guard else ("null", "true")
            values.append(
                f"CASE WHEN {not_asked} THEN null WHEN {allowed} THEN {plain(row, declared)} ELSE {instead} END"
            )
        return clauses, values


def _row(row: str, place: str, beside: Sequence[str] = ()) -> str:
    names = f"${ASKED}.{_ROWS}.{place}"
    told = ", ".join(
        (f"labels({row})", f"[name IN {names} | {row}[name]]", *([f"[{', '.join(beside)}]"] if beside else ()))
    )
    return f"CASE WHEN {names} IS NOT NULL AND {row} IS NOT NULL THEN [{told}] END"


def _named(way: Way) -> str:
    return "_".join(way)


def read_by(access: Access, label: str, name: str, fields: Sequence[query.Field]) -> FoundPlan:
    """The plan of a statement that reads rows of a label which are known to be visible."""
    row = access.fresh("n")
    return found_rows(access, row, label, taken(access.graph, label, row, name, "one"), tuple(fields))


@dataclass(slots=True)
class _Standing:
    """What becomes a `Place`; `names` are the properties that are told of its rows, by their positions."""

    steps: tuple[tuple[int, bool], ...]
    position: int
    labels: tuple[str, ...]
    way: Way
    beside: tuple[str, ...]
    names: dict[str, int] = field(default_factory=dict[str, int])
    readings: dict[str, list[RowReading]] = field(default_factory=dict[str, list[RowReading]])

    def at(self, name: str) -> str:
        """Where a shaper has the property of a row."""
        return f"r[1][{self.names.setdefault(name, len(self.names))}]"


Reads = Callable[[str, str, Sequence[query.Field]], tuple[RowReading, str]]
"""Makes the reading of that name for rows of a label, and the shaper of one."""


class Selected:
    """What is selected of a question: the function that shapes what was found and read, and the second step, which says
    what has to be told and read for that.

    What is open to all viewers of a kind is told by the statement that finds where it `asks_kind`: whether the viewer
    is of that kind.
    """

    def __init__(
        self, graph: GraphSchema, shapers: ShaperText, reads: Reads, root: query.CustomQuery, *, asks_kind: bool
    ) -> None:
        self._graph = graph
        self._shapers = shapers
        self._reads = reads
        self._asks_kind = asks_kind
        self._lists: dict[str, bool] = {}
        self._told_beside: dict[str, bool] = {}
        self._standing: dict[str, _Standing] = {}
        self._readings: list[tuple[str, Sequence[query.Field], RowReading, str]] = []

        self.shaper = self._record(root.question.record, root.fields, (), ())
        rows = {name: list(found.names) for name, found in self._standing.items()}
        self.telling = Telling(
            {_LISTS: self._lists, _ROWS: rows, _BESIDE: self._told_beside},
            root.question.sizes,
            tuple(map(self._place, self._standing.values())),
            tuple(reading for _, _, reading, _ in self._readings),
        )

    def _place(self, found: _Standing) -> Place:
        keys = {label: found.names[self._graph.node(label).key] for label in found.readings}
        readings = {label: tuple(several) for label, several in found.readings.items()}
        return Place(found.steps, found.position, found.labels, keys, readings)

    def _record(
        self, declared: Record, fields: Sequence[query.CustomSelection], way: Way, steps: tuple[tuple[int, bool], ...]
    ) -> str:
        items: list[tuple[str, str]] = []
        positions = {member.name: position for position, member in enumerate(declared.members)}
        for found in fields:
            if found.name == "__typename":
                items.append((found.key, repr(declared.type)))
                continue
            position, there = positions[found.name], (*way, found.name)
            at = f"r[{position}]"
            match declared.member(found.name):
                case Value():
                    items.append((found.key, at))
                case RowOf() as row:
                    standing = _Standing(steps, position, tuple(found.selection), there, row.beside)
                    items.append((found.key, self._row_at(at, standing, found.selection)))
                case RecordOf() as inner:
                    shaper = self._record(inner.record, found.fields, there, (*steps, (position, False)))
                    items.append((found.key, f"{shaper}({at}, p, w)"))
                case Records() as several:
                    self._lists[_named(there)] = True
                    shaper = self._record(several.record, found.fields, there, (*steps, (position, True)))
                    items.append((found.key, f"[{shaper}(x, p, w) for x in {at}]"))
        return self._shapers.function(record(items))

    def _row_at(self, at: str, standing: _Standing, selection: query.Selection) -> str:
        """What a row is shaped to that stands there, or null."""
        standing = self._standing.setdefault(_named(standing.way), standing)
        by_label = {label: self._of_label(standing, label, fields) for label, fields in selection.items()}
        shaper, *others = by_label.values()
        if others:
            functions = ", ".join(f"{label!r}: {shaper}" for label, shaper in by_label.items())
            shaper = self._shapers.function(f"{{{functions}}}[r[0]](r, p, w)")
        return f"None if {at} is None else {shaper}({at}, p, w)"

    def _of_label(self, standing: _Standing, label: str, fields: Sequence[query.Field]) -> str:
        node = self._graph.node(label)
        if all(self._is_told(standing, node, found) for found in fields):
            return self._shapers.function(record([(found.key, self._told(standing, node, found)) for found in fields]))
        standing.at(node.key)
        reading, shaper = self._reading(label, fields)
        several = standing.readings.setdefault(label, [])
        if reading not in several:
            several.append(reading)
        return self._shapers.function(f"{shaper}(r[-1][{reading.name!r}], p, w)")

    def _is_told(self, standing: _Standing, node: NodeType, found: query.Field) -> bool:
        """Whether a field is told with the row, and need not be read."""
        match found:
            case query.Scalar():
                declared = node.property_named(found.property)
                # days and moments are sent as texts
                open_ = declared.guard is None or (self._asks_kind and declared.guard.open == "true")
                return found.property in standing.beside or (open_ and declared.kind not in TEMPORAL)
            case query.One():
                return found.route.way.field in standing.beside
            case _:
                return isinstance(found, query.Typename | query.NodeId)

    def _told(self, standing: _Standing, node: NodeType, found: query.Field) -> str:
        match found:
            case query.Typename():
                return repr(found.of or node.label)
            case query.Scalar() if found.property in standing.beside:
                self._told_beside[_named(standing.way)] = True
                return f"r[2][{standing.beside.index(found.property)}]"
            case query.Scalar():
                return standing.at(found.property)
            case query.One():
                field_, steps = found.route.way.field, (*standing.steps, (standing.position, False), (2, False))
                position = standing.beside.index(field_)
                there = _Standing(steps, position, tuple(found.selection), (*standing.way, field_), ())
                return self._row_at(f"r[2][{position}]", there, found.selection)
            case _:
                return f"{node.label + ':'!r} + {standing.at(node.key)}"

    def _reading(self, label: str, fields: Sequence[query.Field]) -> tuple[RowReading, str]:
        for of, read, reading, shaper in self._readings:
            if (of, read) == (label, fields):
                return reading, shaper
        number = sum(of == label for of, *_ in self._readings)
        reading, shaper = self._reads(f"{label}{number or ''}", label, fields)
        self._readings.append((label, fields, reading, shaper))
        return reading, shaper


class _Sees:
    """The rule table, for a start that is written by hand."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def row(self, variable: str, label: str) -> str:
        return self._access.row(variable, (label,)).predicate or "true"

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        return self._access.by_edge(label, edge, row, end)

    def every(self, label: str) -> str:
        return every(self._access, label, "seen")

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        return self._access.edge_by_sets(edge, tail, head)

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str:
        return self._access.edge(edge, tail, head, variable) or "true"
