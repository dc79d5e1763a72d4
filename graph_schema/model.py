"""The words in which a graph is declared. Every value is frozen, and `GraphSchema` checks itself when it is built."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from graph_schema.cypher import words
from graph_schema.formats import Format
from graph_schema.rule import AnyOf, EdgeRule, Grant, Guard, Predicate, Right, Rule, ViewerSet


class Kind(Enum):
    """What a property holds. `DATETIME` is a moment with its offset, `DATE` a calendar day."""

    STRING = "String"
    STRINGS = "[String!]"
    INT = "Int"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    DATE = "Date"
    DATETIME = "DateTime"


NODE = "Node"
"""The type that every row has: it can be asked for by its node id."""
LONGEST_INDEXED: Final = 2_000
"""How many bytes, as UTF-8, a text that is in an index has at most. Neo4j refuses a transaction in which one has more
than 8,167, all the properties of an index together.
"""
_NOW = "now"
"""The viewer set that says nothing of the viewer."""


class SchemaError(ValueError):
    """A declaration that contradicts another; raised while the schema is built, never later."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a node or an edge, of the same name in graph and API.

    `choice` names `values` that several properties share.
    """

    name: str
    doc: str
    kind: Kind = Kind.STRING
    required: bool = False
    format: Format | None = None
    values: tuple[str, ...] = ()
    choice: str | None = None
    guard: Guard | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Alias:
    """A second way to a node by key: nodes of `label` that carry further codes and point at it by `edge`.

    Arguments and their properties on the alias: `code`, `issuer` (with its default) and a day within its validity.
    """

    label: str
    edge: str
    code: str
    issuer: str
    default_issuer: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class Within:
    """Rows of which one asks what comes within so many days: those whose `state` has that value, by the day in
    `property`.
    """

    property: str
    state: str
    value: str


@dataclass(frozen=True, slots=True)
class DeskList:
    """A list of what lies on a viewer's desk: `where` is the predicate that a row `{n}` of the label is one of it."""

    name: str
    doc: str
    where: str


@dataclass(frozen=True, slots=True)
class NodeType:
    """A label: its properties, the property that identifies a row, and how it is named in the API.

    `lookup` is the property by which one row is asked for (the key where it is None). Search finds it by the words of
    its `text` properties, and by its `codes`, each of them indexed, exactly. Where `text_follows`, what is written is
    found by its words moments later, and who writes does not wait for that.
    """

    label: str
    doc: str
    properties: tuple[Property, ...]
    key: str
    one: str
    many: str
    lookup: str | None = None
    alias: Alias | None = None
    indexes: tuple[tuple[str, ...], ...] = ()
    text: tuple[str, ...] = ()
    text_follows: bool = False
    codes: tuple[str, ...] = ()
    within: Within | None = None

    def property_named(self, name: str) -> Property:
        """The property of that name. Raises `KeyError`."""
        for each in self.properties:
            if each.name == name:
                return each
        raise KeyError(f"{self.label}.{name}")

    @property
    def lookup_property(self) -> Property:
        """The property by which one row is asked for. Raises `KeyError`."""
        return self.property_named(self.lookup or self.key)

    @property
    def unique(self) -> tuple[str, ...]:
        """The properties that no two rows share."""
        return tuple(dict.fromkeys((self.key, *(each.name for each in self.properties if each.unique))))

    @property
    def indexed(self) -> frozenset[str]:
        """The properties that are in an index with their whole values."""
        return frozenset((*self.unique, *(name for index in self.indexes for name in index)))

    @property
    def text_index(self) -> str:
        """The name of the full-text index over its text and its other words."""
        return f"{self.label}_text"


@dataclass(frozen=True, slots=True)
class Way:
    """One named way along an edge, as a field on the node it starts from.

    `one`: the graph guarantees at most one row there. `when`: which edges count, a Cypher predicate about `{e}`.
    `vast`: one row may have a great part of all rows there, so that a page of them is better read in the order of an
    index.
    """

    field: str
    doc: str
    one: bool = False
    when: str | None = None
    vast: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship type between labels, read tail to head, with the fields that lead along it from either end."""

    type: str
    tail: tuple[str, ...]
    head: tuple[str, ...]
    doc: str
    forward: tuple[Way, ...]
    backward: tuple[Way, ...]
    properties: tuple[Property, ...] = ()
    key: str | None = None
    unique: str | None = None

    @property
    def name(self) -> str:
        """A name that is this edge's alone, also where a relationship type joins several pairs of labels."""
        return f"{'_'.join(self.tail)}__{self.type}__{'_'.join(self.head)}"


@dataclass(frozen=True, slots=True)
class Abstract:
    """Several labels under one name: an interface where they share `shared` properties, else a union. `differing` are
    those of them that each label writes in a form of its own, as they are where a row may be of any.
    """

    name: str
    doc: str
    labels: tuple[str, ...]
    shared: tuple[str, ...] = ()
    differing: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row comes from; its name is the row's `source`."""

    name: str
    doc: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way from the node it starts at: the edge, its direction, the labels it may reach and the type it has there."""

    way: Way
    edge: Edge
    forward: bool
    labels: tuple[str, ...]
    target: str

    @property
    def arrives_as_only(self) -> bool:
        """Whether a row reached this way has no second row at the end it was reached from."""
        opposite = self.edge.backward if self.forward else self.edge.forward
        return any(way.one and way.when is None for way in opposite)


@dataclass(frozen=True)
class GraphSchema:
    """All declarations together; building it checks that they fit.

    One that is about viewers of one kind has a `premise`, in Cypher, by viewer sets: what makes a viewer one of those.
    """

    nodes: tuple[NodeType, ...]
    edges: tuple[Edge, ...]
    abstracts: tuple[Abstract, ...]
    viewer_sets: tuple[ViewerSet, ...]
    rules: tuple[Rule, ...]
    edge_rules: tuple[EdgeRule, ...]
    rights: tuple[Right, ...] = ()
    desk: Mapping[str, tuple[DeskList, ...]] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """By label, the lists of what lies on a viewer's desk."""
    premise: str = ""
    _routes: Mapping[str, Mapping[str, Route]] = field(init=False, repr=False, compare=False)
    _nodes: Mapping[str, NodeType] = field(init=False, repr=False, compare=False)
    _rules: Mapping[str, Rule] = field(init=False, repr=False, compare=False)
    _edges: Mapping[str, Edge] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _distinct("label", (node.label for node in self.nodes))
        _distinct("edge", (edge.name for edge in self.edges))
        _distinct("rule", (rule.label for rule in self.rules))
        object.__setattr__(self, "_nodes", {node.label: node for node in self.nodes})
        object.__setattr__(self, "_rules", {rule.label: rule for rule in self.rules})
        object.__setattr__(self, "_edges", {edge.name: edge for edge in self.edges})
        self._check()
        routes = {node.label: MappingProxyType(self._routes_from(node)) for node in self.nodes}
        object.__setattr__(self, "_routes", MappingProxyType(routes))

    def node(self, label: str) -> NodeType:
        """What is declared of a label. Raises `KeyError`."""
        return self._nodes[label]

    def rule(self, label: str) -> Rule:
        """Who may see the rows of a label. Raises `KeyError`."""
        return self._rules[label]

    def desk_list(self, label: str, name: str) -> DeskList:
        """The list of that name, of rows of a label. Raises `StopIteration`."""
        return next(found for found in self.desk[label] if found.name == name)

    def edge(self, name: str) -> Edge:
        """The edge of that `Edge.name`."""
        return self._edges[name]

    def routes(self, label: str) -> Mapping[str, Route]:
        """Field name -> route, for the ways that start at rows of this label."""
        return self._routes[label]

    def edge_rule(self, edge: Edge) -> EdgeRule | None:
        """Who may see such an edge; None where it is enough to see both its ends."""
        return next((rule for rule in self.edge_rules if rule.edge == edge.name), None)

    def abstract(self, name: str) -> Abstract | None:
        """The abstract type of that name; None where there is none."""
        return next((each for each in self.abstracts if each.name == name), None)

    def right(self, name: str) -> Right:
        """The right of that name. Raises `KeyError`."""
        for each in self.rights:
            if each.name == name:
                return each
        raise KeyError(name)

    def shared_property(self, labels: Sequence[str], name: str) -> Property:
        """The property of that name, of rows of any of these labels. Raises `KeyError`."""
        of_these = (abstract for abstract in self.abstracts if abstract.labels == tuple(labels))
        differing = (each for abstract in of_these for each in abstract.differing if each.name == name)
        return next(differing, None) or self.node(labels[0]).property_named(name)

    def concrete(self, name: str) -> tuple[str, ...]:
        """The labels a type name stands for: itself, the members of an abstract, or, for `Node`, all of them."""
        if name == NODE:
            return tuple(self._nodes)
        abstract = self.abstract(name)
        return abstract.labels if abstract else (name,)

    def _routes_from(self, node: NodeType) -> dict[str, Route]:
        routes: dict[str, Route] = {}
        taken = {property_.name for property_ in node.properties}
        for edge in self.edges:
            for forward in (True, False):
                starts, ends = (edge.tail, edge.head) if forward else (edge.head, edge.tail)
                if node.label not in starts:
                    continue
                for way in edge.forward if forward else edge.backward:
                    if way.field in taken:
                        raise SchemaError(f"{node.label}.{way.field} is declared twice")
                    taken.add(way.field)
                    routes[way.field] = Route(way, edge, forward, ends, self._target(ends))
        return routes

    def _target(self, labels: tuple[str, ...]) -> str:
        """The narrowest declared type that holds all of the labels."""
        if len(labels) == 1:
            return labels[0]
        holding = [abstract for abstract in self.abstracts if set(labels) <= set(abstract.labels)]
        if not holding:
            raise SchemaError(f"no abstract holds {', '.join(labels)}")
        return min(holding, key=lambda abstract: len(abstract.labels)).name

    def _check(self) -> None:
        known = set(self._nodes)
        for node in self.nodes:
            _distinct(f"property of {node.label}", (property_.name for property_ in node.properties))
            if not node.property_named(node.key).required:
                raise SchemaError(f"{node.label}.{node.key} is a key and must be required")
            if node.label not in self._rules:
                raise SchemaError(f"{node.label} has no rule: who may see it?")
        for owner, labels in (
            *((edge.name, (*edge.tail, *edge.head)) for edge in self.edges),
            *((abstract.name, abstract.labels) for abstract in self.abstracts),
            *((rule.label, (rule.label,)) for rule in self.rules),
        ):
            if not set(labels) <= known:
                raise SchemaError(f"{owner} names an unknown label: {sorted(set(labels) - known)}")
        self._check_words()
        self._check_predicates()
        for node in self.nodes:
            for name in (*node.text, *node.codes):
                if node.property_named(name).guard is not None:
                    raise SchemaError(f"{node.label}.{name} is guarded and must not be searched")
        for rule in self.rules:
            for grant in rule.grants:
                self._check_grant(rule, grant)
        for edge_rule in self.edge_rules:
            if edge_rule.edge not in self._edges:
                raise SchemaError(f"a rule names an unknown edge: {edge_rule.edge}")

    def _check_words(self) -> None:
        """A statement computes the viewer sets whose names are words of it, so that nothing else has such a name."""
        sets = {each.name for each in self.viewer_sets}
        for owner in (*self.nodes, *self.edges):
            if taken := sets & {each.name for each in owner.properties}:
                what = owner.label if isinstance(owner, NodeType) else owner.name
                raise SchemaError(
                    f"{what}: {', '.join(sorted(taken))} is the name of a viewer set; call the property otherwise"
                )

    def _check_predicates(self) -> None:
        """What rules and guards ask of the viewer is declared: else nothing of it could be left out for any kind."""
        for rule in self.rules:
            for grant in (*rule.grants, *rule.of_facts):
                where = f"{rule.label}, grant {grant.name!r}"
                self._check_alternatives(where, *grant.tests, *(grant.by_label or {}).values())
        for rule in self.edge_rules:
            self._check_alternatives(rule.edge, rule.test, rule.by_sets or "true")
        for owner in (*self.nodes, *self.edges):
            for property_ in owner.properties:
                if property_.guard:
                    self._check_alternatives(
                        f"the guard of {property_.name}", property_.guard.open, property_.guard.test
                    )

    def _check_alternatives(self, where: str, *alternatives: Predicate | str) -> None:
        sets = {viewer_set.name for viewer_set in self.viewer_sets} - {_NOW}
        for alternative in alternatives:
            if isinstance(alternative, AnyOf):
                self._check_alternatives(where, *alternative.of)
                continue
            text = alternative.where if isinstance(alternative, Predicate) else alternative
            names = (*alternative.needs, *alternative.when) if isinstance(alternative, Predicate) else ()
            declared = {text, *words(" ".join(names))}
            undeclared = (sets & words(text)) - declared
            if undeclared and not (isinstance(alternative, Predicate) and " OR " in text):
                raise SchemaError(
                    f"{where}: {text!r} asks for {', '.join(sorted(undeclared))}, and does not declare it"
                )

    def _check_grant(self, rule: Rule, grant: Grant) -> None:
        where = f"{rule.label}, grant {grant.name!r}"
        if grant.rows is None and grant.through is None and not grant.of_viewer:
            raise SchemaError(f"{where}: it needs its rows from the viewer's side")
        if grant.edge is None:
            if not grant.tests or grant.through is not None:
                raise SchemaError(f"{where}: a grant without an edge is a test")
            return
        if grant.edge not in self._edges:
            raise SchemaError(f"{where}: unknown edge {grant.edge}")
        if bool(grant.tests) == (grant.through is not None):
            raise SchemaError(f"{where}: an edge needs either a test or a label to pass through")
        if grant.through and any(other.through for other in self._rules[grant.through].grants):
            raise SchemaError(
                f"{where}: it passes through {grant.through}, whose rule itself passes through another label"
            )
        edge = self._edges[grant.edge]
        if rule.label not in (edge.tail if grant.forward else edge.head):
            raise SchemaError(f"{where}: {grant.edge} does not start at {rule.label}")


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SchemaError(f"{what} {name} is declared twice")
        seen.add(name)
