"""What a question of the hub's own tells, in two steps, as a search does: it is found, and then what is asked of rows
is read.

What finds it is the same statement whatever is given and selected: Neo4j plans it once for a kind of viewer, and before
anybody asks. It tells all values of the records; of a row its labels and, by name, most properties that need no rule,
and what the question has told `beside`; of a list nothing, unless that is asked for. What else is asked of rows is read
for each label that is found, by a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_schema.cypher import where
from graph_schema.model import Edge, GraphSchema, NodeType
from hub.compile import query
from hub.compile.access import Access
from hub.compile.analysis import found_rows, statement
from hub.compile.custom_field import ASKED, CustomField, Record, RecordOf, Records, RowOf, Value
from hub.compile.enumeration import every
from hub.compile.expressions import TEMPORAL, named, plain, sent
from hub.compile.parameters import BESIDE, LISTS, ROWS, taken
from hub.compile.plan import (
    VISIBLE,
    CustomPlan,
    FoundPlan,
    Item,
    ReadingPlan,
    RowPlace,
    Selected,
    Side,
    StatementPlan,
    ToldRecord,
    ToldRow,
)

Way = tuple[str, ...]
"""Names of members that lead to one."""


def analyse_custom(graph: GraphSchema, root: query.CustomQuery, side: Side) -> CustomPlan:
    """The plan of a question of the hub's own."""
    tells = finding(graph, root.question, root.given, side)
    asks_kind = not graph.premise or tells.asks
    selected = _Selected(graph, root, asks_kind=asks_kind)
    readings = tuple(_read(graph, reading, side) for reading in selected.readings)
    return CustomPlan(tells, selected.parameter, root.question.sizes, selected.places, readings, selected.items)


def finding(graph: GraphSchema, question: CustomField, given: frozenset[str], side: Side) -> StatementPlan[str]:
    """The plan of the statement that finds what a question tells, the same whatever is selected."""
    return statement(graph, side, lambda access: _told_by(access, question, given))


def _told_by(access: Access, question: CustomField, given: frozenset[str]) -> str:
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
                        f"UNWIND CASE WHEN ${ASKED}.{LISTS}.{_named(there)} THEN [1] ELSE [] END AS"
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
        not_asked = f"${ASKED}.{BESIDE}.{place} IS NULL"
        guards = [declared.guard for declared in guarded if declared.guard]
        readable = access.guarded(row, node.label, guards, VISIBLE, not_asked)
        clauses = [f"WITH *, {text} AS {variable}" for variable, text in readable.lookups.items()]
        values = list[str]()
        for name in member.beside:
            if name in routes:
                walk = access.along(row, node.label, routes[name])
                if walk.seen.hoisted:
                    clauses.append(f"WITH *, {named(walk.seen.hoisted)}")
                wanted = f"${ASKED}.{ROWS}.{place}_{name} IS NOT NULL"
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
    names = f"${ASKED}.{ROWS}.{place}"
    told = ", ".join(
        (f"labels({row})", f"[name IN {names} | {row}[name]]", *([f"[{', '.join(beside)}]"] if beside else ()))
    )
    return f"CASE WHEN {names} IS NOT NULL AND {row} IS NOT NULL THEN [{told}] END"


def _named(way: Way) -> str:
    return "_".join(way)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is to be read of rows of a label, under that name."""

    name: str
    label: str
    fields: tuple[query.Field, ...]


@dataclass(slots=True)
class _Standing:
    """What becomes a `RowPlace`; `names` are the properties that are told of its rows, by their positions."""

    steps: tuple[tuple[int, bool], ...]
    position: int
    labels: tuple[str, ...]
    way: Way
    beside: tuple[str, ...]
    names: dict[str, int] = field(default_factory=dict[str, int])
    readings: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])

    def at(self, name: str) -> str:
        """Where a shaper has the property of a row."""
        return f"r[1][{self.names.setdefault(name, len(self.names))}]"


class _Selected:
    """What is selected of a question: what of it is told, what has to be read besides, and what it is shaped to.

    What is open to all viewers of a kind is told by the statement that finds where it `asks_kind`: whether the viewer
    is of that kind.
    """

    def __init__(self, graph: GraphSchema, root: query.CustomQuery, *, asks_kind: bool) -> None:
        self._graph = graph
        self._asks_kind = asks_kind
        self._lists: dict[str, bool] = {}
        self._told_beside: dict[str, bool] = {}
        self._standing: dict[str, _Standing] = {}
        self.readings: list[_Reading] = []
        self.items = self._record(root.question.record, root.fields, (), ())

    @property
    def places(self) -> tuple[RowPlace, ...]:
        """Where rows stand."""
        return tuple(map(self._place, self._standing.values()))

    @property
    def parameter(self) -> Selected:
        """What `$asked` says of what is selected."""
        rows = {name: list(standing.names) for name, standing in self._standing.items()}
        return {"lists": self._lists, "rows": rows, "beside": self._told_beside}

    def _place(self, standing: _Standing) -> RowPlace:
        keys = {label: standing.names[self._graph.node(label).key] for label in standing.readings}
        readings = {label: tuple(several) for label, several in standing.readings.items()}
        return RowPlace(standing.steps, standing.position, standing.labels, keys, readings)

    def _record(
        self, declared: Record, fields: Sequence[query.CustomSelection], way: Way, steps: tuple[tuple[int, bool], ...]
    ) -> tuple[Item, ...]:
        items: list[Item] = []
        members = {member.name: (position, member) for position, member in enumerate(declared.members)}
        for asked in fields:
            if asked.name == "__typename":
                items.append((asked.key, repr(declared.type)))
                continue
            (position, member), there = members[asked.name], (*way, asked.name)
            at = f"r[{position}]"
            match member:
                case Value():
                    items.append((asked.key, at))
                case RowOf() as row:
                    standing = _Standing(steps, position, tuple(asked.selection), there, row.beside)
                    items.append((asked.key, self._row_at(at, standing, asked.selection)))
                case RecordOf() as inner:
                    told = self._record(inner.record, asked.fields, there, (*steps, (position, False)))
                    items.append((asked.key, ToldRecord(at, told, several=False)))
                case Records() as several:
                    self._lists[_named(there)] = True
                    told = self._record(several.record, asked.fields, there, (*steps, (position, True)))
                    items.append((asked.key, ToldRecord(at, told, several=True)))
        return tuple(items)

    def _row_at(self, at: str, standing: _Standing, selection: query.Selection) -> ToldRow:
        """A row that stands there, or null."""
        standing = self._standing.setdefault(_named(standing.way), standing)
        return ToldRow(at, {label: self._of_label(standing, label, fields) for label, fields in selection.items()})

    def _of_label(self, standing: _Standing, label: str, fields: tuple[query.Field, ...]) -> tuple[Item, ...] | str:
        node = self._graph.node(label)
        if all(self._is_told(standing, node, asked) for asked in fields):
            return tuple((asked.key, self._told(standing, node, asked)) for asked in fields)
        standing.at(node.key)
        name = self._reading(label, fields)
        standing.readings.setdefault(label, {})[name] = None
        return name

    def _is_told(self, standing: _Standing, node: NodeType, asked: query.Field) -> bool:
        """Whether a field is told with the row, and need not be read."""
        match asked:
            case query.Scalar():
                declared = node.property_named(asked.property)
                # days and moments are sent as texts
                open_ = declared.guard is None or (self._asks_kind and declared.guard.open == "true")
                return asked.property in standing.beside or (open_ and declared.kind not in TEMPORAL)
            case query.One():
                return asked.route.way.field in standing.beside
            case _:
                return isinstance(asked, query.Typename | query.NodeId)

    def _told(self, standing: _Standing, node: NodeType, asked: query.Field) -> str | ToldRow:
        match asked:
            case query.Typename():
                return repr(asked.of or node.label)
            case query.Scalar() if asked.property in standing.beside:
                self._told_beside[_named(standing.way)] = True
                return f"r[2][{standing.beside.index(asked.property)}]"
            case query.Scalar():
                return standing.at(asked.property)
            case query.One():
                field_, steps = asked.route.way.field, (*standing.steps, (standing.position, False), (2, False))
                position = standing.beside.index(field_)
                there = _Standing(steps, position, tuple(asked.selection), (*standing.way, field_), ())
                return self._row_at(f"r[2][{position}]", there, asked.selection)
            case _:
                return f"{node.label + ':'!r} + {standing.at(node.key)}"

    def _reading(self, label: str, fields: tuple[query.Field, ...]) -> str:
        """The name of the reading that gives these fields of rows."""
        for reading in self.readings:
            if (reading.label, reading.fields) == (label, fields):
                return reading.name
        number = sum(reading.label == label for reading in self.readings)
        self.readings.append(_Reading(f"{label}{number or ''}", label, fields))
        return self.readings[-1].name


def _read(graph: GraphSchema, reading: _Reading, side: Side) -> ReadingPlan:
    """The plan of a statement that reads rows of a label which are known to be visible."""
    label = reading.label

    def body(access: Access) -> FoundPlan:
        row = access.fresh("n")
        return found_rows(access, row, label, taken(graph, label, row, reading.name, "one"), reading.fields)

    return ReadingPlan(reading.name, statement(graph, side, body))


class _Sees:
    """The rule table, for a start that is written by hand."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def row(self, variable: str, label: str) -> str:
        return self._access.row(variable, (label,)).predicate or "true"

    def beyond(self, label: str, way: str, row: str) -> str:
        return self._access.beyond(label, way, row) or "true"

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        return self._access.by_edge(label, edge, row, end)

    def every(self, label: str) -> str:
        return every(self._access, label, "seen")

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        return self._access.edge_by_sets(edge, tail, head)

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str:
        return self._access.edge(edge, tail, head, variable) or "true"
