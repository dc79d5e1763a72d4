"""GRAPH as a strawberry schema. Nothing here resolves: reads are compiled, and strawberry validates and introspects."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from keyword import iskeyword
from typing import Annotated, Any, Final, Union

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.model import NODE, Abstract, Edge, GraphSchema, Kind, NodeType, Property, Route
from hub.compile.custom_field import CustomField, Record, RecordOf, Records, RowOf, Value
from hub.gql.moments import moment
from hub.queries.root_fields import QUESTIONS
from hub.verbs.verb import REQUEST, Verb
from hub.verbs.verbs import VERBS

DEFAULT_PAGE: Final = 20
_SEARCH: Final = (
    "Rows by their words, forgiving a typo in a word of four letters or more, and by their numbers and codes, in any"
    " spelling. In order: the text as a whole or a code, at the beginning, by the number of its words, by key."
)
_PYTHON: Final = {
    Kind.STRING: "str",
    Kind.STRINGS: "list[str]",
    Kind.INT: "int",
    Kind.FLOAT: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
}
_MOMENT: Final = strawberry.scalar(
    name="DateTime",
    description="A moment by RFC 3339, with its offset from UTC, e.g. 2026-03-01T09:00:00Z.",
    serialize=datetime.isoformat,
    parse_value=moment,
)
_TEXT: Final = ("eq", "in", "contains", "startsWith", "isNull")
_OF_OPERATORS: Final = {"contains": "Without regard to capitals.", "startsWith": "Without regard to capitals."}
_RANGE: Final = ("eq", "in", "gt", "gte", "lt", "lte", "isNull")
_OPERATORS: Final = {
    Kind.STRING: ("StringFilter", _TEXT),
    Kind.INT: ("IntFilter", _RANGE),
    Kind.FLOAT: ("FloatFilter", _RANGE),
    Kind.BOOLEAN: ("BooleanFilter", ("eq", "isNull")),
    Kind.DATE: ("DateFilter", _RANGE),
    Kind.DATETIME: ("DateTimeFilter", _RANGE),
}
_PAGE: Final = (
    ("first", "int | None", f"How many at most, from the front; {DEFAULT_PAGE} if neither first nor last is said."),
    ("after", "str | None", "The cursor after which the page starts."),
    ("last", "int | None", "How many at most, from the end."),
    ("before", "str | None", "The cursor before which the page ends."),
)

_WITHIN: Final = (
    "within",
    "int | None",
    "Only those that run, and whose day comes within so many days: 0 to 3660; the nearest first.",
)


def build_schema(
    graph: GraphSchema, questions: Sequence[CustomField] = QUESTIONS, verbs: Sequence[Verb] = VERBS
) -> strawberry.Schema:
    """The GraphQL schema of a graph: a type a label, a field a property or way, root fields by key, as lists, and
    for questions.
    """
    return _Types(graph, questions, verbs).schema()


def choice_name(owner: str, found: Property) -> str:
    """The name of the enum of a property's values, e.g. CaseStatus."""
    return found.choice or f"{owner}{found.name[0].upper()}{found.name[1:]}"


def connection_name(target: str, edge: Edge | None) -> str:
    """The name of a connection: its target's, with the edge's before it where the edge has properties of its own."""
    if edge is None or not edge.properties:
        return f"{target}Connection"
    return f"{target}{''.join(word.capitalize() for word in edge.type.split('_'))}Connection"


def where_name(target: str, edge: Edge | None) -> str:
    """The name of the conditions on rows of a type, with those on the edge that leads there where it has properties."""
    return connection_name(target, edge).removesuffix("Connection") + "Where"


def searchable(graph: GraphSchema) -> tuple[str, ...]:
    """The labels that can be searched."""
    return tuple(node.label for node in graph.nodes if node.text or node.codes)


def filterable(node: NodeType) -> list[Property]:
    """The properties a list may be filtered by. A guarded one would tell by its absence what it hides."""
    return [found for found in node.properties if found.guard is None and found.kind is not Kind.STRINGS]


class Direction(Enum):
    """Which way to order."""

    ASC = "ASC"
    DESC = "DESC"


class _Types:
    def __init__(self, graph: GraphSchema, questions: Sequence[CustomField], verbs: Sequence[Verb]) -> None:
        self._graph = graph
        self._questions = questions
        self._verbs = verbs
        self._names: dict[str, Any] = {"date": date, "datetime": datetime, "strawberry": strawberry}
        self._begun: set[str] = set()

    def schema(self) -> strawberry.Schema:
        self._names["Direction"] = strawberry.enum(Direction, description="Which way to order.")
        self._page_info()
        for operator_type, operators, python in self._filters():
            self._filter(operator_type, operators, python)
        node_id = self._field(
            "nodeId", "strawberry.ID", "Its identity in the whole graph, for `node(id:)`: its label and key."
        )
        self._names[NODE] = strawberry.interface(_made(NODE, [node_id]), description="Any row of the graph.")
        self._settle(self._names[NODE])
        for abstract in self._graph.abstracts:
            if abstract.shared:
                self._interface(abstract)
        for node in self._graph.nodes:
            self._node(node)
        for abstract in self._graph.abstracts:
            if not abstract.shared:
                members = tuple(self._names[label] for label in abstract.labels)
                self._names[abstract.name] = Annotated[
                    Union[members],  # noqa: UP007 - made of a tuple
                    strawberry.union(abstract.name, description=abstract.doc),
                ]
            self._conditions(abstract.name, None)
        self._search()
        for question in self._questions:
            self._record(question.record)
        query = self._object("Query", "Everything that can be asked.", list(self._roots()))
        mutation = self._object(
            "Mutation", "Everything that can be done, one after another.", list(map(self._verb, self._verbs))
        )
        types = [self._names[node.label] for node in self._graph.nodes]
        return strawberry.Schema(
            query=query, mutation=mutation, types=types, config=StrawberryConfig(scalar_map={datetime: _MOMENT})
        )

    def _node(self, node: NodeType) -> None:
        for found in node.properties:
            if found.values:
                self._choice(choice_name(node.label, found), found)
        fields = [self._property(node.label, found) for found in node.properties]
        fields += [self._way(route) for route in self._graph.routes(node.label).values()]
        interfaces = [
            self._names[found.name] for found in self._graph.abstracts if found.shared and node.label in found.labels
        ]
        self._object(node.label, node.doc, fields, bases=interfaces or [self._names[NODE]])
        self._conditions(node.label, None)
        self._connection(node.label, None)

    def _interface(self, abstract: Abstract) -> None:
        first = self._graph.node(abstract.labels[0])
        fields = [self._property(first.label, first.property_named(name)) for name in abstract.shared]
        for route in self._graph.routes(first.label).values():
            starts = route.edge.tail if route.forward else route.edge.head
            if set(starts) == set(abstract.labels):
                fields.append(self._way(route))
        self._names[abstract.name] = strawberry.interface(
            _made(abstract.name, fields, [self._names[NODE]]), description=abstract.doc
        )
        self._settle(self._names[abstract.name])

    def _property(self, owner: str, found: Property) -> StrawberryField:
        python = choice_name(owner, found) if found.values else _PYTHON[found.kind]
        return self._field(found.name, python if found.required else f"{python} | None", found.doc)

    def _way(self, route: Route) -> StrawberryField:
        if route.way.one:
            return self._field(route.way.field, f"{route.target} | None", route.way.doc)
        name = self._connection(route.target, route.edge)
        field = self._field(route.way.field, name, route.way.doc)
        self._conditions(route.target, route.edge)
        field.arguments = self._page_arguments(where_name(route.target, route.edge), route.labels)
        return field

    def _roots(self) -> Iterable[StrawberryField]:
        for node in self._graph.nodes:
            lookup = node.lookup_property
            one = self._field(
                node.one,
                f"{node.label} | None",
                f"{node.doc} By its {lookup.name}; null where there is none to be seen.",
            )
            one.arguments = [self._argument(lookup.name, "str", lookup.doc)]
            if node.alias:
                issuer = choice_name(node.label, node.property_named(node.alias.issuer))
                default = self._names[issuer][node.alias.default_issuer]
                one.arguments.append(self._argument("issuer", issuer, "Who gave the code.", default))
                one.arguments.append(
                    self._argument("at", "date | None", "The day on which the code was valid; today if not said.")
                )
            yield one
            many = self._field(
                node.many, connection_name(node.label, None), f"{node.doc} All that may be seen, in pages."
            )
            many.arguments = self._page_arguments(where_name(node.label, None), (node.label,))
            yield many
        one = self._field("node", f"{NODE} | None", "A row by its node id; null where there is none to be seen.")
        one.arguments = [self._argument("id", "strawberry.ID", "A `nodeId`.")]
        yield one
        several = self._field(
            "nodes",
            f"list[{NODE} | None]",
            "Rows by their node ids, in that order; null where there is none to be seen.",
        )
        several.arguments = [self._argument("ids", "list[strawberry.ID]", "`nodeId`s, at most 100.")]
        yield several
        search = self._field("search", "SearchConnection", _SEARCH)
        search.arguments = [
            self._argument("text", "str", "Words, a number or a code."),
            self._argument("kinds", "list[SearchKind] | None", "Which kinds of rows; all if not said."),
            *(self._argument(*found) for found in _PAGE),
        ]
        yield search
        for question in self._questions:
            field = self._field(question.name, question.record.type, question.doc)
            field.arguments = [self._said(question.name, found) for found in question.arguments]
            yield field

    def _said(self, owner: str, found: Property) -> StrawberryArgument:
        """An argument of a question or verb."""
        if found.values:
            name = choice_name(f"{owner[0].upper()}{owner[1:]}", found)
            self._choice(name, found)
            return self._argument(found.name, name if found.required else f"{name} | None", found.doc)
        return self._argument(
            found.name, _PYTHON[found.kind] if found.required else f"{_PYTHON[found.kind]} | None", found.doc
        )

    def _verb(self, verb: Verb) -> StrawberryField:
        """A verb as a field: it answers with the row that it speaks of, as the viewer may see it then."""
        field = self._field(verb.name, f"{verb.returns} | None", verb.doc)
        field.arguments = [self._said(verb.name, found) for found in (*verb.arguments, REQUEST)]
        return field

    def _choice(self, name: str, found: Property) -> None:
        """The enum of a property's values, once for all that share it."""
        if name not in self._names:
            self._names[name] = strawberry.enum(_enum(name, found.values), description=found.doc)

    def _record(self, record: Record) -> str:
        """The type of a record, and of those within it."""
        if record.type in self._names:
            return record.type
        fields: list[StrawberryField] = []
        for member in record.members:
            match member:
                case Value():
                    if member.declared.values:
                        self._choice(choice_name(record.type, member.declared), member.declared)
                    fields.append(self._property(record.type, member.declared))
                case RowOf():
                    fields.append(
                        self._field(
                            member.name, member.target if member.required else f"{member.target} | None", member.doc
                        )
                    )
                case RecordOf():
                    fields.append(self._field(member.name, self._record(member.record), member.doc))
                case Records():
                    fields.append(self._field(member.name, f"list[{self._record(member.record)}]", member.doc))
        self._object(record.type, record.doc, fields)
        return record.type

    def _page_arguments(self, conditions: str, labels: Sequence[str]) -> list[StrawberryArgument]:
        order = conditions.removesuffix("Where") + "Order"
        within = [_WITHIN] if len(labels) == 1 and self._graph.node(labels[0]).within else []
        return [
            *(self._argument(*found) for found in (*_PAGE, *within)),
            self._argument("where", f"{conditions} | None", "Which of them; all conditions hold."),
            self._argument(
                "orderBy", f"list[{order}] | None", "In which order, the first key first; by key if not said."
            ),
        ]

    def _connection(
        self, target: str, edge: Edge | None, row: str | None = None, edge_fields: list[StrawberryField] | None = None
    ) -> str:
        name = connection_name(target, edge)
        if name in self._names:
            return name
        self._names[name] = None
        edge_fields = edge_fields or [
            self._field("cursor", "str", "Where it stands in the list."),
            self._field("node", target, "The row."),
        ]
        if edge:
            edge_fields += [self._property(edge.type, found) for found in edge.properties]
        edge_name = f"{name.removesuffix('Connection')}Edge"
        self._object(edge_name, edge.doc if edge and edge.properties else f"A {target} in a list.", edge_fields)
        fields = [
            self._field("nodes", f"list[{row or target}]", "The rows of the page."),
            self._field("edges", f"list[{edge_name}]", "The rows of the page with what their edge says."),
            self._field("pageInfo", "PageInfo", "Where the page stands."),
            self._field("totalCount", "int", "How many there are to be seen on all pages."),
        ]
        self._object(name, f"A page of a list of {target}.", fields)
        return name

    def _page_info(self) -> None:
        fields = [
            self._field(
                "hasNextPage",
                "bool",
                "Whether more follow; of a page from the end, whether it was asked for by `before`.",
            ),
            self._field(
                "hasPreviousPage",
                "bool",
                "Whether more come before; of a page from the front, whether it was asked for by `after`.",
            ),
            self._field("startCursor", "str | None", "The cursor of its first row."),
            self._field("endCursor", "str | None", "The cursor of its last row."),
        ]
        self._object("PageInfo", "Where a page stands in its list.", fields)

    def _filters(self) -> Iterable[tuple[str, Sequence[str], str]]:
        for kind, (name, operators) in _OPERATORS.items():
            yield name, operators, _PYTHON[kind]
        named = {
            choice_name(node.label, found) for node in self._graph.nodes for found in node.properties if found.values
        }
        for name in sorted(named):
            yield f"{name}Filter", ("eq", "in", "isNull"), name

    def _filter(self, name: str, operators: Sequence[str], python: str) -> None:
        types = {"in": f"list[{python}] | None", "isNull": "bool | None"}
        fields = [
            self._field(operator, types.get(operator, f"{python} | None"), _OF_OPERATORS.get(operator), optional=True)
            for operator in operators
        ]
        self._input(name, "Conditions on a property; all of them hold.", fields)

    def _conditions(self, target: str, edge: Edge | None) -> None:
        """The inputs that say which rows of a type, and in which order; with those of the edge that leads there."""
        labels = self._graph.concrete(target)
        edge = edge if edge and edge.properties else None
        name = where_name(target, edge)
        if name in self._begun:
            return
        self._begun.add(name)
        order = name.removesuffix("Where") + "Order"
        where = [*self._logic(name), *self._fields_to_compare(labels), *self._ways_across(labels)]
        keys = [self._optional(found.name, "Direction", found.doc) for found in self._shared(labels)]
        if len(labels) == 1:
            keys += [
                self._optional(route.way.field, route.target + "Order", route.way.doc)
                for route in self._graph.routes(labels[0]).values()
                if route.way.one and self._shared(self._graph.concrete(route.target))
            ]
        if edge:
            self._edge_conditions(name, edge)
            where.append(self._optional("edge", name.replace("Where", "EdgeWhere"), edge.doc))
            keys.append(self._optional("edge", name.replace("Where", "EdgeOrder"), edge.doc))
        self._input(
            name,
            f"Which rows of {target}; all conditions hold. A comparison with an empty property does not hold.",
            where,
        )
        among = [
            self._optional(quantifier, name, doc)
            for quantifier, doc in (
                ("some", "At least one fits."),
                ("none", "None fits."),
                ("every", "Every one fits; so where there is none."),
            )
        ]
        self._input(
            name.removesuffix("Where") + "Among",
            f"Of the rows of {target} there that may be seen; all that is said holds.",
            among,
        )
        if keys:
            self._input(order, f"What of {target} to order by; exactly one.", keys)

    def _logic(self, name: str) -> list[StrawberryField]:
        return [
            self._optional("and", f"list[{name}]", "All of them hold."),
            self._optional("or", f"list[{name}]", "At least one of them holds."),
            self._optional("not", name, "It does not hold."),
        ]

    def _fields_to_compare(self, labels: tuple[str, ...]) -> Iterable[StrawberryField]:
        for found in self._shared(labels):
            operators = f"{choice_name(labels[0], found)}Filter" if found.values else _OPERATORS[found.kind][0]
            yield self._optional(found.name, operators, found.doc)

    def _ways_across(self, labels: tuple[str, ...]) -> Iterable[StrawberryField]:
        """Conditions on the rows at the end of each way, or, of a type that stands for several labels, on each of
        those.
        """
        first, *others = labels
        if others:
            for label in labels:
                yield self._optional(self._graph.node(label).one, f"{label}Where", f"It is of type {label}, and fits.")
            return
        for route in self._graph.routes(first).values():
            name = where_name(route.target, None if route.way.one else route.edge)
            yield self._optional(
                route.way.field, name if route.way.one else name.removesuffix("Where") + "Among", route.way.doc
            )

    def _edge_conditions(self, name: str, edge: Edge) -> None:
        conditions = [self._optional(found.name, _OPERATORS[found.kind][0], found.doc) for found in edge.properties]
        self._input(name.replace("Where", "EdgeWhere"), f"Conditions on the edge: {edge.doc}", conditions)
        keys = [self._optional(found.name, "Direction", found.doc) for found in edge.properties]
        self._input(name.replace("Where", "EdgeOrder"), "A property of the edge to order by; exactly one.", keys)

    def _shared(self, labels: Sequence[str]) -> list[Property]:
        """The properties that rows of all these labels can be filtered and ordered by."""
        first, *others = (self._graph.node(label) for label in labels)
        return [
            found
            for found in filterable(first)
            if all(found.name in {other.name for other in filterable(node)} for node in others)
        ]

    def _search(self) -> None:
        kinds = strawberry.enum(
            _enum("SearchKind", searchable(self._graph)), description="A kind of row that can be searched."
        )
        self._names["SearchKind"] = kinds
        match = _enum("SearchMatch", ("EXACT", "PREFIX", "WORDS"))
        self._names["SearchMatch"] = strawberry.enum(
            match, description="How the text was found: as a whole, at the beginning, or by words."
        )
        parts = [
            self._field("text", "str", "A piece of it."),
            self._field("matched", "bool", "Whether the piece is a word searched for."),
        ]
        self._object("HighlightPart", "A piece of a text.", parts)
        highlight = [
            self._field("property", "str", "Which property it is."),
            self._field("parts", "list[HighlightPart]", "Its text, whole, in pieces."),
        ]
        self._object("Highlight", "A property in which words were found.", highlight)
        edge = [
            self._field("cursor", "str", "Where it stands in the list."),
            self._field("node", NODE, "The row."),
            self._field("match", "SearchMatch", "How it was found."),
            self._field("wordsMatched", "int", "How many of the words it holds."),
            self._field("highlights", "list[Highlight]", "Where the words stand."),
        ]
        self._connection("Search", None, row=NODE, edge_fields=edge)

    def _optional(self, name: str, python: str, doc: str | None) -> StrawberryField:
        return self._field(name, f"{python} | None", doc, optional=True)

    def _field(self, name: str, python: str, doc: str | None, *, optional: bool = False) -> StrawberryField:
        default: dict[str, Any] = {"default": strawberry.UNSET} if optional else {}
        # a keyword of Python may be a name in GraphQL
        return StrawberryField(
            python_name=f"{name}_" if iskeyword(name) else name,
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


def _enum(name: str, values: Sequence[str]) -> type[Enum]:
    made: Any = Enum(name, {value: value for value in values})
    return made
