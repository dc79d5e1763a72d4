"""GRAPH as a strawberry schema. Nothing here resolves: reads are compiled, and strawberry validates and introspects."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Final, Union

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.graph import GRAPH
from graph_schema.model import NODE, Abstract, Edge, GraphSchema, NodeType, Property, Route
from hub.compile.compiler import CustomField, Record, RecordOf, Records, RowOf, Value
from hub.gql.declared import PYTHON, Declared, enum_of, made
from hub.gql.input_types import PAGE, Inputs
from hub.gql.moments import moment
from hub.gql.names import choice_name, connection_name, searchable, where_name
from hub.queries.root_fields import QUESTIONS
from hub.verbs.verb import REQUEST, Verb
from hub.verbs.verbs import VERBS

_SEARCH: Final = (
    "Rows by their words, forgiving a typo in a word of four letters or more, and by their numbers and codes, in any"
    " spelling. In order: the text as a whole or a code, at the beginning, all its words in the name, by the number of"
    " its words; then by kind, Centers first, and by key."
)
_MOMENT: Final = strawberry.scalar(
    name="DateTime",
    description="A moment by RFC 3339, with its offset from UTC, e.g. 2026-03-01T09:00:00Z.",
    serialize=datetime.isoformat,
    parse_value=moment,
)


def build_schema(
    graph: GraphSchema, questions: Sequence[CustomField] = QUESTIONS, verbs: Sequence[Verb] = VERBS
) -> strawberry.Schema:
    """The GraphQL schema of a graph: a type a label, a field a property or way, root fields by key, as lists, and
    for questions.
    """
    return _Types(graph, questions, verbs).schema()


@cache
def _declared_schema() -> strawberry.Schema:
    return build_schema(GRAPH)


def schema_of(graph: GraphSchema) -> strawberry.Schema:
    """The GraphQL schema of a graph. That of what is declared is put together once in a process: it takes seconds."""
    return _declared_schema() if graph is GRAPH else build_schema(graph)


class _Types:
    def __init__(self, graph: GraphSchema, questions: Sequence[CustomField], verbs: Sequence[Verb]) -> None:
        self._graph = graph
        self._questions = questions
        self._verbs = verbs
        self._declared = Declared()
        self._inputs = Inputs(graph, self._declared)

    def schema(self) -> strawberry.Schema:
        self._inputs.filters()
        self._page_info()
        node_id = self._declared.field(
            "nodeId", "strawberry.ID", "Its identity in the whole graph, for `node(id:)`: its label and key."
        )
        self._declared.names[NODE] = strawberry.interface(made(NODE, [node_id]), description="Any row of the graph.")
        self._declared.settle(self._declared.names[NODE])
        for abstract in self._graph.abstracts:
            if abstract.shared:
                self._interface(abstract)
        for node in self._graph.nodes:
            self._node(node)
        for abstract in self._graph.abstracts:
            if not abstract.shared:
                members = tuple(self._declared.names[label] for label in abstract.labels)
                self._declared.names[abstract.name] = Annotated[
                    Union[members],  # noqa: UP007 - made of a tuple
                    strawberry.union(abstract.name, description=abstract.doc),
                ]
            self._inputs.conditions(abstract.name, None)
        self._search()
        for question in self._questions:
            self._record(question.record)
        query = self._declared.object_type("Query", "Everything that can be asked.", list(self._roots()))
        mutation = self._declared.object_type(
            "Mutation", "Everything that can be done, one after another.", list(map(self._verb, self._verbs))
        )
        types = [self._declared.names[node.label] for node in self._graph.nodes]
        return strawberry.Schema(
            query=query, mutation=mutation, types=types, config=StrawberryConfig(scalar_map={datetime: _MOMENT})
        )

    def _node(self, node: NodeType) -> None:
        for declared in node.properties:
            if declared.values:
                self._declared.choice(choice_name(node.label, declared), declared)
        fields = [self._declared.property_field(node.label, declared) for declared in node.properties]
        fields += [self._way(route) for route in self._graph.routes(node.label).values()]
        interfaces = [
            self._declared.names[abstract.name]
            for abstract in self._graph.abstracts
            if abstract.shared and node.label in abstract.labels
        ]
        self._declared.object_type(node.label, node.doc, fields, bases=interfaces or [self._declared.names[NODE]])
        self._inputs.conditions(node.label, None)
        self._connection(node.label, None)

    def _interface(self, abstract: Abstract) -> None:
        first = self._graph.node(abstract.labels[0])
        fields = [
            self._declared.property_field(first.label, self._graph.shared_property(abstract.labels, name))
            for name in abstract.shared
        ]
        for route in self._graph.routes(first.label).values():
            starts = route.edge.tail if route.forward else route.edge.head
            if set(starts) == set(abstract.labels):
                fields.append(self._way(route))
        self._declared.names[abstract.name] = strawberry.interface(
            made(abstract.name, fields, [self._declared.names[NODE]]), description=abstract.doc
        )
        self._declared.settle(self._declared.names[abstract.name])

    def _way(self, route: Route) -> StrawberryField:
        if route.way.one:
            return self._declared.field(route.way.field, f"{route.target} | None", route.way.doc)
        name = self._connection(route.target, route.edge)
        field = self._declared.field(route.way.field, name, route.way.doc)
        self._inputs.conditions(route.target, route.edge)
        field.arguments = self._inputs.page_arguments(where_name(route.target, route.edge), route.labels)
        return field

    def _roots(self) -> Iterable[StrawberryField]:
        for node in self._graph.nodes:
            lookup = node.lookup_property
            one = self._declared.field(
                node.one,
                f"{node.label} | None",
                f"{node.doc} By its {lookup.name}; null where there is none to be seen.",
            )
            one.arguments = [self._declared.argument(lookup.name, "str", lookup.doc)]
            if node.alias:
                issuer = choice_name(node.label, node.property_named(node.alias.issuer))
                default = self._declared.names[issuer][node.alias.default_issuer]
                one.arguments.append(self._declared.argument("issuer", issuer, "Who gave the code.", default))
                one.arguments.append(
                    self._declared.argument(
                        "at", "date | None", "The day on which the code was valid; today if not said."
                    )
                )
            yield one
            many = self._declared.field(
                node.many, connection_name(node.label, None), f"{node.doc} All that may be seen, in pages."
            )
            many.arguments = self._inputs.page_arguments(where_name(node.label, None), (node.label,))
            yield many
        one = self._declared.field(
            "node", f"{NODE} | None", "A row by its node id; null where there is none to be seen."
        )
        one.arguments = [self._declared.argument("id", "strawberry.ID", "A `nodeId`.")]
        yield one
        several = self._declared.field(
            "nodes",
            f"list[{NODE} | None]",
            "Rows by their node ids, in that order; null where there is none to be seen.",
        )
        several.arguments = [self._declared.argument("ids", "list[strawberry.ID]", "`nodeId`s, at most 100.")]
        yield several
        search = self._declared.field("search", "SearchConnection", _SEARCH)
        search.arguments = [
            self._declared.argument("text", "str", "Words, a number or a code."),
            self._declared.argument("kinds", "list[SearchKind] | None", "Which kinds of rows; all if not said."),
            *(self._declared.argument(*argument) for argument in PAGE),
        ]
        yield search
        for question in self._questions:
            field = self._declared.field(question.name, question.record.type, question.doc)
            field.arguments = [self._argument(question.name, argument) for argument in question.arguments]
            yield field

    def _argument(self, owner: str, argument: Property) -> StrawberryArgument:
        """An argument of a question or verb."""
        if argument.values:
            name = choice_name(f"{owner[0].upper()}{owner[1:]}", argument)
            self._declared.choice(name, argument)
            return self._declared.argument(argument.name, name if argument.required else f"{name} | None", argument.doc)
        return self._declared.argument(
            argument.name,
            PYTHON[argument.kind] if argument.required else f"{PYTHON[argument.kind]} | None",
            argument.doc,
        )

    def _verb(self, verb: Verb) -> StrawberryField:
        """A verb as a field: it answers with the row that it speaks of, as the viewer may see it then."""
        field = self._declared.field(verb.name, f"{verb.returns} | None", verb.doc)
        field.arguments = [self._argument(verb.name, argument) for argument in (*verb.arguments, REQUEST)]
        return field

    def _record(self, record: Record) -> str:
        """The type of a record, and of those within it."""
        if record.type in self._declared.names:
            return record.type
        fields: list[StrawberryField] = []
        for member in record.members:
            match member:
                case Value():
                    if member.declared.values:
                        self._declared.choice(choice_name(record.type, member.declared), member.declared)
                    fields.append(self._declared.property_field(record.type, member.declared))
                case RowOf():
                    fields.append(
                        self._declared.field(
                            member.name, member.target if member.required else f"{member.target} | None", member.doc
                        )
                    )
                case RecordOf():
                    fields.append(self._declared.field(member.name, self._record(member.record), member.doc))
                case Records():
                    fields.append(self._declared.field(member.name, f"list[{self._record(member.record)}]", member.doc))
        self._declared.object_type(record.type, record.doc, fields)
        return record.type

    def _connection(
        self, target: str, edge: Edge | None, row: str | None = None, edge_fields: list[StrawberryField] | None = None
    ) -> str:
        name = connection_name(target, edge)
        if name in self._declared.names:
            return name
        self._declared.names[name] = None
        edge_fields = edge_fields or [
            self._declared.field("cursor", "str", "Where it stands in the list."),
            self._declared.field("node", target, "The row."),
        ]
        if edge:
            edge_fields += [self._declared.property_field(edge.type, declared) for declared in edge.properties]
        edge_name = f"{name.removesuffix('Connection')}Edge"
        self._declared.object_type(
            edge_name, edge.doc if edge and edge.properties else f"A {target} in a list.", edge_fields
        )
        fields = [
            self._declared.field("nodes", f"list[{row or target}]", "The rows of the page."),
            self._declared.field("edges", f"list[{edge_name}]", "The rows of the page with what their edge says."),
            self._declared.field("pageInfo", "PageInfo", "Where the page stands."),
            self._declared.field("totalCount", "int", "How many there are to be seen on all pages."),
        ]
        self._declared.object_type(name, f"A page of a list of {target}.", fields)
        return name

    def _page_info(self) -> None:
        fields = [
            self._declared.field(
                "hasNextPage",
                "bool",
                "Whether more follow; of a page from the end, whether it was asked for by `before`.",
            ),
            self._declared.field(
                "hasPreviousPage",
                "bool",
                "Whether more come before; of a page from the front, whether it was asked for by `after`.",
            ),
            self._declared.field("startCursor", "str | None", "The cursor of its first row."),
            self._declared.field("endCursor", "str | None", "The cursor of its last row."),
        ]
        self._declared.object_type("PageInfo", "Where a page stands in its list.", fields)

    def _search(self) -> None:
        kinds = strawberry.enum(
            enum_of("SearchKind", searchable(self._graph)), description="A kind of row that can be searched."
        )
        self._declared.names["SearchKind"] = kinds
        match = enum_of("SearchMatch", ("EXACT", "CALLED", "PREFIX", "WORDS"))
        self._declared.names["SearchMatch"] = strawberry.enum(
            match,
            description="How the text was found: as a whole, as what people call it, at the beginning, or by words.",
        )
        parts = [
            self._declared.field("text", "str", "A piece of it."),
            self._declared.field("matched", "bool", "Whether the piece is a word searched for."),
        ]
        self._declared.object_type("HighlightPart", "A piece of a text.", parts)
        highlight = [
            self._declared.field("property", "str", "Which property it is."),
            self._declared.field("parts", "list[HighlightPart]", "Its text, whole, in pieces."),
        ]
        self._declared.object_type("Highlight", "A property in which words were found.", highlight)
        edge = [
            self._declared.field("cursor", "str", "Where it stands in the list."),
            self._declared.field("node", NODE, "The row."),
            self._declared.field("match", "SearchMatch", "How it was found."),
            self._declared.field("wordsMatched", "int", "How many of the words it holds."),
            self._declared.field("highlights", "list[Highlight]", "Where the words stand."),
        ]
        self._connection("Search", None, row=NODE, edge_fields=edge)
