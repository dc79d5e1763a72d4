"""Plans: what an operation selects, planned, compiled, and ready to run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from graphql import GraphQLSchema
from pydantic import JsonValue

from graph_schema.cypher import Parameters
from graph_schema.formats import NOT_KEPT, words_without_social_security
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import GUEST, PUBLIC, ViewerKind, of_kind
from hub.compile.compiler import Compiled, CustomField, Side, compile_findings, compile_question, compile_read
from hub.errors import BadInput
from hub.gql.costs import Cost
from hub.gql.document_limits import Limits
from hub.gql.introspection import introspected
from hub.gql.names import searchable
from hub.gql.operation import Operation
from hub.gql.planner import Planner
from hub.gql.request import Variables
from hub.gql.selection import select
from hub.gql.values import ABSENT, Bound, ReadsCursors, Value, converter
from hub.queries.root_fields import QUESTIONS
from hub.verbs.verb import REQUEST, Given, Verb
from hub.verbs.verbs import VERBS


@dataclass(frozen=True, slots=True)
class RootPlan:
    """One root field, compiled."""

    key: str
    compiled: Compiled
    bindings: tuple[Bound, ...]
    cost: Cost

    def bind(self, variables: Variables, cursors: ReadsCursors) -> Parameters:
        """The statement's parameters. Raises `BadInput`."""
        parameters: dict[str, object] = {}
        for binding in self.bindings:
            parameters |= binding.bound(variables, parameters, cursors)
        return parameters


@dataclass(frozen=True, slots=True)
class VerbPlan:
    """A verb that is asked for: what it is given, and the question about the row it answers with, whose key is the
    parameter `key`.
    """

    verb: Verb
    given: Value
    answer: RootPlan

    def arguments(self, variables: Variables) -> tuple[Given, str | None]:
        """What the verb is given, converted, and what the caller calls this request; null where nothing is given.

        Raises `BadInput`.
        """
        read = self.given.read(variables)
        declared = {argument.name: argument for argument in (*self.verb.arguments, REQUEST)}
        converted = {
            name: None if read[name] in (None, ABSENT) else converter(argument)(read[name])[0]
            for name, argument in declared.items()
        }
        for name, value in converted.items():
            _require_no_social_security(name, value)
        return converted, converted.pop(REQUEST.name)


def _require_no_social_security(name: str, value: object) -> None:
    """What a verb is given is kept: in rows, in the history, in events. Raises `BadInput`."""
    texts = cast("list[object]", value) if isinstance(value, list) else [value]
    if any(isinstance(text, str) and words_without_social_security(text) != text for text in texts):
        raise BadInput(
            f"{name}: {NOT_KEPT}; leave it out, and name the person or their importer number, e.g. 12-3456789AB"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, ready to run: its root fields or verbs in order, and what needs no database."""

    keys: tuple[str, ...]
    roots: tuple[RootPlan, ...]
    known: Mapping[str, JsonValue]
    verbs: tuple[VerbPlan, ...] = ()

    @property
    def reads(self) -> tuple[RootPlan, ...]:
        """All that it reads: its root fields, and the answers of its verbs."""
        return (*self.roots, *(verb.answer for verb in self.verbs))

    def check(self, variables: Variables, cursors: ReadsCursors) -> None:
        """Raises `BadInput` where it cannot be run with these variables."""
        for root in self.roots:
            root.bind(variables, cursors)
        for verb in self.verbs:
            verb.arguments(variables)
            verb.answer.bind(variables, cursors)


class Plans:
    """Makes plans of operations, for viewers of a kind, or for all."""

    def __init__(self, graph: GraphSchema, schema: GraphQLSchema, limits: Limits, side: Side) -> None:
        self._graph = graph
        self._schema = schema
        self._side = side
        self._planner = Planner(graph, limits, QUESTIONS, VERBS)
        self._of_kinds: dict[ViewerKind, GraphSchema] = {}

    def plan_of(self, operation: Operation, variables: Variables, kind: ViewerKind | None) -> Plan:
        """The plan of an operation with variables of that shape. Raises `GraphQLErrors`, `BadInput` and `TooCostly`."""
        selection = select(self._graph, operation.node, operation.fragments, variables)
        graph = self._graph_of(GUEST if selection.is_mutation and kind is PUBLIC else kind)
        planned = self._planner.planned(selection)
        known: dict[str, JsonValue] = dict.fromkeys(
            (key for key, field in planned.items() if field is None), "Mutation" if selection.is_mutation else "Query"
        )
        if selection.introspection:
            known |= introspected(self._schema, operation, selection.introspection, variables)
        roots: list[RootPlan] = []
        verbs: list[VerbPlan] = []
        for key, field in planned.items():
            if field is None:
                continue
            root = RootPlan(key, compile_read(graph, field.root, self._side), field.bindings, field.cost)
            if field.verb and field.given:
                verbs.append(VerbPlan(field.verb, field.given, root))
            else:
                roots.append(root)
        return Plan(tuple(planned), tuple(roots), known, tuple(verbs))

    def findings(self, kind: ViewerKind) -> Iterator[str]:
        """The statements that find the rows of searches for viewers of that kind, one after another."""
        yield from compile_findings(self._graph_of(kind), searchable(self._graph), self._side)

    def questions(self, kind: ViewerKind) -> Iterator[tuple[str, CustomField]]:
        """The statements that find what questions of the hub's own tell viewers of that kind."""
        for question in QUESTIONS:
            given = frozenset(argument.name for argument in question.arguments)
            yield compile_question(self._graph_of(kind), question, given, self._side), question

    def _graph_of(self, kind: ViewerKind | None) -> GraphSchema:
        if kind is None:
            return self._graph
        if kind not in self._of_kinds:
            self._of_kinds[kind] = of_kind(self._graph, kind)
        return self._of_kinds[kind]
