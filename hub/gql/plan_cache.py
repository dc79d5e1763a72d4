"""Documents and their plans, remembered: parsing, validation and compilation happen once for each text and shape."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
    specified_rules,
    type_from_ast,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values
from graphql.type import GraphQLInputType
from graphql.validation import MaxIntrospectionDepthRule

from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import GUEST, PUBLIC, ViewerKind, of_kind
from hub.compile.compiler import Compiled, compile_findings, compile_question, compile_read
from hub.compile.custom_field import CustomField
from hub.compile.plan import Side
from hub.errors import BadInput, NotByGet, TooCostly
from hub.gql.arguments import Bounds, Cost
from hub.gql.bounded_cache import LeastRecentlyUsed
from hub.gql.document_limits import Limits, parse_within
from hub.gql.planner import Planner
from hub.gql.shapes import shape_of
from hub.gql.sizes import plan_size, shape_size, syntax_size, text_size
from hub.gql.types import searchable
from hub.gql.values import ABSENT, Bound, ReadsCursors, Value, Variables, converter
from hub.queries.root_fields import QUESTIONS
from hub.verbs.verb import REQUEST, Verb
from hub.verbs.verbs import VERBS

_SHARE: Final = 8
"""One document with all its plans takes at most this part of what is remembered."""
_MAX_ERRORS: Final = 10
_READ: Final = OperationDefinitionNode(operation=OperationType.QUERY, selection_set=SelectionSetNode(selections=()))
"""In place of an operation whose syntax is read no more."""
_NOT_GIVEN: Final = "not given"
"""The shape of a variable that is not sent: a condition that names it is left out, while null is refused or means
something.
"""
_log: Final = logging.getLogger("hub.documents")


@dataclass(frozen=True, slots=True)
class RootPlan:
    """One root field, compiled."""

    key: str
    compiled: Compiled
    bindings: tuple[Bound, ...]
    cost: Cost

    def bind(self, variables: Variables, cursors: ReadsCursors) -> dict[str, Any]:
        """The statement's parameters. Raises `BadInput`."""
        parameters: dict[str, Any] = {}
        for binding in self.bindings:
            binding.bind(variables, parameters, cursors)
        return parameters


@dataclass(frozen=True, slots=True)
class VerbPlan:
    """A verb that is asked for: what it is given, and the question about the row it answers with, whose key is the
    parameter `key`.
    """

    verb: Verb
    given: Value
    answer: RootPlan

    def arguments(self, variables: Variables) -> dict[str, Any]:
        """Raises `BadInput`."""
        read = self.given.read(variables)
        declared = {found.name: found for found in (*self.verb.arguments, REQUEST)}
        return {
            name: None if read[name] in (None, ABSENT) else converter(found)(read[name])[0]
            for name, found in declared.items()
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, ready to run: its root fields or verbs in order, and what needs no database."""

    keys: tuple[str, ...]
    roots: tuple[RootPlan, ...]
    known: Mapping[str, Any]
    verbs: tuple[VerbPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class _Operation:
    """`size` is what it takes in bytes beside its plans."""

    node: OperationDefinitionNode
    types: Mapping[str, GraphQLInputType]
    defaults: Mapping[str, Any]
    fragments: Mapping[str, FragmentDefinitionNode]
    plans: LeastRecentlyUsed[Any, Plan]
    size: int


class PlanCache:
    """Plans of documents, the most recently used within `Limits.plan_bytes`.

    A document is kept only when a plan of it was made, and never with its variables.
    """

    def __init__(
        self, graph: GraphSchema, schema: strawberry.Schema, limits: Limits, side: Side = Side.CHEAPER
    ) -> None:
        self._graph = graph
        # strawberry has no public way to it
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self._limits = limits
        self._side = side
        self._of_kinds: dict[ViewerKind, GraphSchema] = {}
        self._kept: LeastRecentlyUsed[tuple[str, str | None], _Operation] = LeastRecentlyUsed(limits.plan_bytes)

    @property
    def remembered_bytes(self) -> int:
        """About how many bytes are taken."""
        return self._kept.bytes

    def kept(
        self, text: str, operation_name: str | None, given: Mapping[str, Any], kind: ViewerKind | None = None
    ) -> tuple[Plan, Variables] | None:
        """The plan of an operation and its variables, defaults filled in, if it is kept: `plan` takes a hundred times
        as long.

        Raises as `plan` does.
        """
        try:
            operation = self._kept.get((text, operation_name))
            if operation is None:
                return None
            variables, shape = self._variables(operation, given)
        except RecursionError:
            raise _too_deep() from None
        plan = operation.plans.get((kind, shape))
        return None if plan is None else (plan, variables)

    def plan(
        self,
        text: str,
        operation_name: str | None,
        given: Mapping[str, Any],
        cursors: ReadsCursors,
        kind: ViewerKind | None = None,
        *,
        only_reads: bool = False,
    ) -> tuple[Plan, Variables]:
        """The plan of an operation and its variables, made where it is not kept; for viewers of that kind, or for all.

        Raises `GraphQLErrors` for what GraphQL itself refuses, `BadInput` and `TooCostly` for what the hub does.
        """
        try:
            return self.kept(text, operation_name, given, kind) or self._made(
                text, operation_name, given, cursors, kind, only_reads
            )
        except RecursionError:
            raise _too_deep() from None

    def compiled(self, text: str, given: Mapping[str, Any], kind: ViewerKind | None) -> Plan:
        """The plan of an operation that nobody asks now: it is not kept, and of its values no more is looked at than
        their shape.

        Raises as `plan` does.
        """
        try:
            operation = self._operation(text, None, only_reads=False)
            variables, _ = self._variables(operation, given)
            return self._compiled(operation, variables, kind)
        except RecursionError:
            raise _too_deep() from None

    def findings(self, kind: ViewerKind) -> Iterator[str]:
        """The statements that find the rows of searches for viewers of that kind, one after another."""
        yield from compile_findings(self._graph_of(kind), searchable(self._graph), self._side)

    def questions(self, kind: ViewerKind) -> Iterator[tuple[str, CustomField]]:
        """The statements that find what questions of the hub's own tell viewers of that kind."""
        for question in QUESTIONS:
            given = frozenset(found.name for found in question.arguments)
            yield compile_question(self._graph_of(kind), question, given, self._side), question

    def _made(
        self,
        text: str,
        operation_name: str | None,
        given: Mapping[str, Any],
        cursors: ReadsCursors,
        kind: ViewerKind | None,
        only_reads: bool,
    ) -> tuple[Plan, Variables]:
        name = (text, operation_name)
        operation = self._kept.get(name)
        if operation is None or operation.node is _READ:
            kept = operation
            operation = self._operation(text, operation_name, only_reads)
            operation = replace(operation, plans=kept.plans) if kept else operation
        variables, shape = self._variables(operation, given)
        plan = self._compiled(operation, variables, kind)
        for root in plan.roots:  # a refused value must not leave its document behind
            root.bind(variables, cursors)
        for verb in plan.verbs:
            verb.arguments(variables)
            verb.answer.bind(variables, cursors)
        self._keep(name, operation, (kind, shape), plan)
        return plan, variables

    def _variables(self, operation: _Operation, given: Mapping[str, Any]) -> tuple[Variables, Any]:
        """The variables of an operation, and their shape."""
        if operation.types:
            self._check_size(given)
            # validates only: the values themselves are converted where they are bound
            self._check_variables(operation, given)
        variables = {**operation.defaults, **{key: given[key] for key in operation.types if key in given}}
        return variables, tuple(
            shape_of(declared, variables[key]) if key in variables else _NOT_GIVEN
            for key, declared in operation.types.items()
        )

    def _check_size(self, given: Mapping[str, Any]) -> None:
        """Bounds the variables before anything is done with each of their values. Raises `TooCostly`."""
        level: list[Any] = [given]
        count = 0
        for _ in range(self._limits.brackets_of_values + 1):
            inner = [
                found.values() if isinstance(found, dict) else found
                for found in level
                if isinstance(found, dict | list)
            ]
            count += sum(map(len, inner))
            if count > self._limits.values:
                raise TooCostly(
                    f"the variables hold more than {self._limits.values:,} values: ask for them in several requests"
                )
            level = list(chain.from_iterable(inner))
            if not level:
                return
        told = f"the variables are nested deeper than conditions may be, more than {self._limits.nesting} levels"
        raise TooCostly(f"{told}: write them flatter, e.g. and: [a, b, c]")

    def _keep(self, name: tuple[str, str | None], operation: _Operation, shape: Any, plan: Plan) -> None:
        roots = (*plan.roots, *(verb.answer for verb in plan.verbs))
        size = plan_size((text for root in roots for text in root.compiled.all_texts), plan.known) + shape_size(shape)
        if not operation.plans.keep(shape, plan, size):
            _log.warning(
                "a document of %d characters is planned each time it is asked: its plan takes %d bytes; see"
                " HUB_PLAN_MEMORY_BYTES, now %d",
                *(len(name[0]), size, self._limits.plan_bytes),
            )
            return
        if (
            not operation.types
        ):  # it has one plan for each kind of viewer; its syntax, most of the whole, is seldom read again
            operation = replace(operation, node=_READ, fragments={})
        self._kept.keep(name, operation, operation.size + operation.plans.bytes)

    def cost(self, root: RootPlan, parameters: Mapping[str, Any]) -> int:
        """How many rows a question may touch. Raises `TooCostly` where those are too many."""
        cost = root.cost.of(parameters)
        if cost > self._limits.cost:
            raise TooCostly(
                f"{root.key} may touch {cost} rows, at most {self._limits.cost}: ask for smaller pages or fewer levels"
            )
        return cost

    def _operation(self, text: str, operation_name: str | None, only_reads: bool) -> _Operation:
        document = parse_within(text, self._limits)
        if only_reads and _chosen(document, operation_name).operation is not OperationType.QUERY:
            raise NotByGet("only queries are answered by GET: send this by POST")
        errors = validate(self.schema, document, (*specified_rules, MaxIntrospectionDepthRule), max_errors=_MAX_ERRORS)
        if errors:
            raise GraphQLErrors(errors)
        node = _chosen(document, operation_name)
        types: dict[str, GraphQLInputType] = {}
        defaults: dict[str, Any] = {}
        for variable in node.variable_definitions or ():
            declared = type_from_ast(self.schema, variable.type)
            # validated to be an input type
            types[variable.variable.name.value] = declared  # pyright: ignore[reportArgumentType]
            if variable.default_value:
                defaults[variable.variable.name.value] = value_from_ast_untyped(variable.default_value)
        fragments = {
            found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)
        }
        # without variables there is one plan, after which the syntax is let go
        size = text_size(text) + (syntax_size(document) if types else 0)
        plans: LeastRecentlyUsed[Any, Plan] = LeastRecentlyUsed(self._limits.plan_bytes // _SHARE - size)
        return _Operation(node, types, defaults, fragments, plans, size)

    def _check_variables(self, operation: _Operation, given: Mapping[str, Any]) -> None:
        found = get_variable_values(
            self.schema, operation.node.variable_definitions or (), dict(given), max_errors=_MAX_ERRORS
        )
        if isinstance(found, list):
            raise GraphQLErrors(found)

    def _compiled(self, operation: _Operation, variables: Variables, kind: ViewerKind | None) -> Plan:
        graph = self._graph_of(kind)
        bounds = Bounds(self._limits.page, self._limits.large_page, self._limits.conditions, self._limits.nesting)
        lookahead = Planner(self._graph, operation.fragments, variables, bounds, QUESTIONS)
        selected = lookahead.roots(operation.node)
        if operation.node.operation is OperationType.MUTATION:
            return self._verbs(lookahead, selected, self._graph_of(GUEST if kind is PUBLIC else kind))
        roots: list[RootPlan] = []
        known: dict[str, Any] = {}
        introspection: list[FieldNode] = []
        for key, nodes in selected.items():
            name = nodes[0].name.value
            if name == "__typename":
                known[key] = "Query"
            elif name.startswith("__"):
                introspection += nodes
            else:
                question = lookahead.question(nodes)
                roots.append(
                    RootPlan(key, compile_read(graph, question.root, self._side), question.bindings, question.cost)
                )
        if introspection:
            known |= self._introspected(operation, introspection, variables)
        return Plan(tuple(selected), tuple(roots), known)

    def _graph_of(self, kind: ViewerKind | None) -> GraphSchema:
        if kind is None:
            return self._graph
        if kind not in self._of_kinds:
            self._of_kinds[kind] = of_kind(self._graph, kind)
        return self._of_kinds[kind]

    def _verbs(self, lookahead: Planner, selected: Mapping[str, list[FieldNode]], graph: GraphSchema) -> Plan:
        by_name = {verb.name: verb for verb in VERBS}
        plans: list[VerbPlan] = []
        known: dict[str, Any] = {}
        for key, nodes in selected.items():
            if nodes[0].name.value == "__typename":
                known[key] = "Mutation"
                continue
            verb = by_name[nodes[0].name.value]
            given, question = lookahead.verb(verb, nodes)
            compiled = compile_read(graph, question.root, self._side)
            plans.append(VerbPlan(verb, given, RootPlan(key, compiled, question.bindings, question.cost)))
        return Plan(tuple(selected), (), known, tuple(plans))

    def _introspected(self, operation: _Operation, nodes: list[FieldNode], variables: Variables) -> Mapping[str, Any]:
        """The schema about itself: graphql-core's own executor, on a document of these fields alone."""
        alone = OperationDefinitionNode(
            operation=OperationType.QUERY,
            selection_set=SelectionSetNode(selections=tuple(nodes)),
            variable_definitions=operation.node.variable_definitions,
            directives=(),
        )
        document = DocumentNode(definitions=(alone, *operation.fragments.values()))
        result = execute_sync(self.schema, document, variable_values=dict(variables))
        if result.errors:
            raise GraphQLErrors(result.errors)
        return result.data or {}


def _too_deep() -> TooCostly:
    return TooCostly("the question or its variables are nested too deep")


class GraphQLErrors(Exception):
    """What GraphQL itself refuses: syntax, validation, variables."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for found in operations:
        if name and found.name and found.name.value == name:
            return found
    raise BadInput(
        "operationName: the document has no such operation"
        if name
        else "operationName: the document has several operations; name one"
    )
