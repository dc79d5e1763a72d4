"""GRAPH as a strawberry schema. Nothing here resolves: reads are compiled, and strawberry validates and introspects."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Final, Union

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.model import Abstract, Edge, GraphSchema, Kind, NodeType, Property, Route

DEFAULT_PAGE: Final = 20
_PYTHON: Final = {
    Kind.STRING: "str",
    Kind.STRINGS: "list[str]",
    Kind.INT: "int",
    Kind.FLOAT: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
}
_TEXT: Final = ("eq", "in", "contains", "startsWith", "isNull")
_RANGE: Final = ("eq", "in", "gt", "gte", "lt", "lte", "isNull")
_OPERATORS: Final = {
    Kind.STRING: ("StringFilter", _TEXT),
    Kind.INT: ("IntFilter", _RANGE),
    Kind.FLOAT: ("FloatFilter", _RANGE),
    Kind.BOOLEAN: ("BooleanFilter", ("eq", "isNull")),
    Kind.DATE: ("DateFilter", _RANGE),
    Kind.DATETIME: ("DateTimeFilter", _RANGE),
}
_FIRST: Final = f"How many at most; {DEFAULT_PAGE} if not said."
_AFTER: Final = "The cursor after which the page starts."


def build_schema(graph: GraphSchema) -> strawberry.Schema:
    """The GraphQL schema of a graph: a type a label, a field a property or way, root fields by key and as lists."""
    return _Types(graph).schema()


def choice_name(owner: str, found: Property) -> str:
    """The name of the enum of a property's values, e.g. CaseStatus."""
    return f"{owner}{found.name[0].upper()}{found.name[1:]}"


def connection_name(target: str, edge: Edge | None) -> str:
    """The name of a connection: its target's, with the edge's before it where the edge has properties of its own."""
    if edge is None or not edge.properties:
        return f"{target}Connection"
    return f"{target}{''.join(word.capitalize() for word in edge.type.split('_'))}Connection"


def filterable(node: NodeType) -> list[Property]:
    """The properties a list may be filtered by. A guarded one would tell by its absence what it hides."""
    return [found for found in node.properties if found.guard is None and found.kind is not Kind.STRINGS]


class Direction(Enum):
    """Which way to order."""

    ASC = "ASC"
    DESC = "DESC"


class _Types:
    def __init__(self, graph: GraphSchema) -> None:
        self._graph = graph
        self._names: dict[str, Any] = {"date": date, "datetime": datetime}

    def schema(self) -> strawberry.Schema:
        self._names["Direction"] = strawberry.enum(Direction, description="Which way to order.")
        self._page_info()
        for operator_type, operators, python in self._filters():
            self._filter(operator_type, operators, python)
        for abstract in self._graph.abstracts:
            if abstract.shared:
                self._interface(abstract)
        for node in self._graph.nodes:
            self._node(node)
        for abstract in self._graph.abstracts:
            if not abstract.shared:
                members = tuple(self._names[label] for label in abstract.labels)
                self._names[abstract.name] = Annotated[
                    Union[members], strawberry.union(abstract.name, description=abstract.doc)  # noqa: UP007 - made of a tuple
                ]
        query = self._object("Query", "Everything that can be asked.", list(self._roots()))
        return strawberry.Schema(query=query, types=[self._names[node.label] for node in self._graph.nodes])

    def _node(self, node: NodeType) -> None:
        for found in node.properties:
            if found.values:
                name = choice_name(node.label, found)
                self._names[name] = strawberry.enum(_choice(name, found.values), description=found.doc)
        fields = [self._property(node.label, found) for found in node.properties]
        fields += [self._way(route) for route in self._graph.routes(node.label).values()]
        interfaces = [self._names[found.name] for found in self._graph.abstracts if found.shared and node.label in found.labels]
        self._object(node.label, node.doc, fields, bases=interfaces)
        self._where(node)
        self._connection(node.label, None)

    def _interface(self, abstract: Abstract) -> None:
        first = self._graph.node(abstract.labels[0])
        fields = [self._property(first.label, first.property_named(name)) for name in abstract.shared]
        for route in self._graph.routes(first.label).values():
            starts = route.edge.tail if route.forward else route.edge.head
            if set(starts) == set(abstract.labels):
                fields.append(self._way(route))
        self._names[abstract.name] = strawberry.interface(_made(abstract.name, fields), description=abstract.doc)
        self._settle(self._names[abstract.name])

    def _property(self, owner: str, found: Property) -> StrawberryField:
        python = choice_name(owner, found) if found.values else _PYTHON[found.kind]
        return self._field(found.name, python if found.required else f"{python} | None", found.doc)

    def _way(self, route: Route) -> StrawberryField:
        if route.way.one:
            return self._field(route.way.field, f"{route.target} | None", route.way.doc)
        name = self._connection(route.target, route.edge)
        field = self._field(route.way.field, name, route.way.doc)
        field.arguments = self._page_arguments(route.target)
        return field

    def _roots(self) -> Iterable[StrawberryField]:
        for node in self._graph.nodes:
            lookup = node.lookup_property
            one = self._field(node.one, f"{node.label} | None", f"{node.doc} By its {lookup.name}; null where there is none to be seen.")
            one.arguments = [self._argument(lookup.name, "str", lookup.doc)]
            if node.alias:
                issuer = choice_name(node.label, node.property_named(node.alias.issuer))
                default = self._names[issuer][node.alias.default_issuer]
                one.arguments.append(self._argument("issuer", issuer, "Who gave the code.", default))
                one.arguments.append(self._argument("at", "date | None", "The day on which the code was valid; today if not said."))
            yield one
            many = self._field(node.many, connection_name(node.label, None), f"{node.doc} All that may be seen, in pages.")
            many.arguments = self._page_arguments(node.label)
            yield many

    def _page_arguments(self, target: str) -> list[StrawberryArgument]:
        arguments = [
            self._argument("first", "int | None", _FIRST, DEFAULT_PAGE),
            self._argument("after", "str | None", _AFTER),
        ]
        if self._graph.abstract(target) is None:
            arguments.append(self._argument("where", f"{target}Where | None", "Which of them; all conditions hold."))
            arguments.append(
                self._argument("orderBy", f"list[{target}Order] | None", "In which order, the first key first; by key if not said.")
            )
        return arguments

    def _connection(self, target: str, edge: Edge | None) -> str:
        name = connection_name(target, edge)
        if name in self._names:
            return name
        self._names[name] = None
        edge_fields = [self._field("cursor", "str", "Where it stands in the list."), self._field("node", target, "The row.")]
        if edge:
            edge_fields += [self._property(edge.type, found) for found in edge.properties]
        edge_name = name.replace("Connection", "Edge")
        self._object(edge_name, edge.doc if edge and edge.properties else f"A {target} in a list.", edge_fields)
        fields = [
            self._field("nodes", f"list[{target}]", "The rows of the page."),
            self._field("edges", f"list[{edge_name}]", "The rows of the page with what their edge says."),
            self._field("pageInfo", "PageInfo", "Where the page stands."),
            self._field("totalCount", "int", "How many there are to be seen on all pages."),
        ]
        self._object(name, f"A page of a list of {target}.", fields)
        return name

    def _page_info(self) -> None:
        fields = [
            self._field("hasNextPage", "bool", "Whether more follow."),
            self._field("hasPreviousPage", "bool", "Whether the page was asked for by a cursor."),
            self._field("startCursor", "str | None", "The cursor of its first row."),
            self._field("endCursor", "str | None", "The cursor of its last row."),
        ]
        self._object("PageInfo", "Where a page stands in its list.", fields)

    def _filters(self) -> Iterable[tuple[str, Sequence[str], str]]:
        for kind, (name, operators) in _OPERATORS.items():
            yield name, operators, _PYTHON[kind]
        for node in self._graph.nodes:
            for found in node.properties:
                if found.values:
                    yield f"{choice_name(node.label, found)}Filter", ("eq", "in", "isNull"), choice_name(node.label, found)

    def _filter(self, name: str, operators: Sequence[str], python: str) -> None:
        types = {"in": f"list[{python}] | None", "isNull": "bool | None"}
        fields = [self._field(operator, types.get(operator, f"{python} | None"), None, optional=True) for operator in operators]
        self._input(name, "Conditions on a property; all of them hold.", fields)

    def _where(self, node: NodeType) -> None:
        conditions, keys = list[StrawberryField](), list[StrawberryField]()
        for found in filterable(node):
            operators = f"{choice_name(node.label, found)}Filter" if found.values else _OPERATORS[found.kind][0]
            conditions.append(self._field(found.name, f"{operators} | None", found.doc, optional=True))
            keys.append(self._field(found.name, "Direction | None", found.doc, optional=True))
        self._input(f"{node.label}Where", f"Which rows of {node.label}; all conditions hold.", conditions)
        self._input(f"{node.label}Order", f"A property of {node.label} to order by; exactly one.", keys)

    def _field(self, name: str, python: str, doc: str | None, *, optional: bool = False) -> StrawberryField:
        default: dict[str, Any] = {"default": strawberry.UNSET} if optional else {}
        # `in` is a keyword of Python, not of GraphQL
        return StrawberryField(
            python_name=f"{name}_" if name == "in" else name,
            graphql_name=name,
            type_annotation=StrawberryAnnotation(python, namespace=self._names),
            description=doc,
            **default,
        )

    def _argument(self, name: str, python: str, doc: str, default: Any = strawberry.UNSET) -> StrawberryArgument:
        annotation = StrawberryAnnotation(python, namespace=self._names)
        return StrawberryArgument(name, name, annotation, description=doc, default=default)

    def _object(self, name: str, doc: str, fields: list[StrawberryField], bases: Sequence[type] = ()) -> type:
        self._names[name] = strawberry.type(_made(name, fields, bases), description=doc)
        self._settle(self._names[name])
        return self._names[name]

    def _input(self, name: str, doc: str, fields: list[StrawberryField]) -> None:
        self._names[name] = strawberry.input(_made(name, fields), description=doc)
        self._settle(self._names[name])

    def _settle(self, made: Any) -> None:
        """Gives each field the names its annotation needs: dataclasses keep nothing of it but its text."""
        for field in made.__strawberry_definition__.fields:
            annotation = field.type_annotation
            if isinstance(annotation.raw_annotation, str):
                field.type_annotation = StrawberryAnnotation(annotation.raw_annotation, namespace=self._names)


def _made(name: str, fields: Sequence[StrawberryField], bases: Sequence[type] = ()) -> type:
    return type(name, tuple(bases), {"__annotations__": {}, **{field.python_name: field for field in fields}})


def _choice(name: str, values: Sequence[str]) -> type[Enum]:
    made: Any = Enum(name, {value: value for value in values})
    return made
