"""Documents and their plans, remembered: parsing, validation and compilation happen once for each text and shape."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import strawberry
from graphql import GraphQLSchema

from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import ViewerKind
from hub.compile.compiler import CustomField, Side
from hub.errors import TooCostly
from hub.gql.bounded_cache import LeastRecentlyUsed
from hub.gql.document_limits import Limits
from hub.gql.operation import NO_SYNTAX, Operation, read_operation, variables_of
from hub.gql.plans import Plan, Plans
from hub.gql.request import Variables
from hub.gql.sizes import plan_size, shape_size
from hub.gql.values import ReadsCursors

_SHARE: Final = 8
"""One document with all its plans takes at most this part of what is remembered."""
_log: Final = logging.getLogger("hub.documents")


@dataclass(frozen=True, slots=True)
class _Kept:
    """An operation with its plans, by kind of viewer and shape of the variables."""

    operation: Operation
    plans: LeastRecentlyUsed[Any, Plan]


class PlanCache:
    """Plans of documents, the most recently used within `Limits.plan_bytes`.

    A document is kept only when a plan of it was made, and never with its variables.
    """

    def __init__(
        self, graph: GraphSchema, schema: strawberry.Schema, limits: Limits, side: Side = Side.CHEAPER
    ) -> None:
        # strawberry has no public way to it
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self._limits = limits
        self._plans = Plans(graph, self.schema, limits, side)
        self._kept: LeastRecentlyUsed[tuple[str, str | None], _Kept] = LeastRecentlyUsed(limits.plan_bytes)

    @property
    def remembered_bytes(self) -> int:
        """About how many bytes are taken."""
        return self._kept.bytes

    def kept(
        self, text: str, operation_name: str | None, given: Variables, kind: ViewerKind | None = None
    ) -> tuple[Plan, Variables] | None:
        """The plan of an operation and its variables, defaults filled in, if it is kept: `plan` takes a hundred times
        as long.

        Raises as `plan` does.
        """
        try:
            kept = self._kept.get((text, operation_name))
            if kept is None:
                return None
            variables, shape = variables_of(self.schema, kept.operation, given, self._limits)
        except RecursionError:
            raise _too_deep() from None
        plan = kept.plans.get((kind, shape))
        return None if plan is None else (plan, variables)

    def plan(
        self,
        text: str,
        operation_name: str | None,
        given: Variables,
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

    def compiled(self, text: str, given: Variables, kind: ViewerKind | None) -> Plan:
        """The plan of an operation that nobody asks now: it is not kept, and of its values no more is looked at than
        their shape.

        Raises as `plan` does.
        """
        try:
            operation = read_operation(self.schema, text, None, self._limits, only_reads=False)
            variables, _ = variables_of(self.schema, operation, given, self._limits)
            return self._plans.plan_of(operation, variables, kind)
        except RecursionError:
            raise _too_deep() from None

    def findings(self, kind: ViewerKind) -> Iterator[str]:
        """The statements that find the rows of searches for viewers of that kind, one after another."""
        return self._plans.findings(kind)

    def questions(self, kind: ViewerKind) -> Iterator[tuple[str, CustomField]]:
        """The statements that find what questions of the hub's own tell viewers of that kind."""
        return self._plans.questions(kind)

    def _made(
        self,
        text: str,
        operation_name: str | None,
        given: Variables,
        cursors: ReadsCursors,
        kind: ViewerKind | None,
        only_reads: bool,
    ) -> tuple[Plan, Variables]:
        name = (text, operation_name)
        kept = self._kept.get(name)
        if kept is None or kept.operation.node is NO_SYNTAX:
            operation = read_operation(self.schema, text, operation_name, self._limits, only_reads=only_reads)
            kept = replace(kept, operation=operation) if kept else self._new(operation)
        variables, shape = variables_of(self.schema, kept.operation, given, self._limits)
        plan = self._plans.plan_of(kept.operation, variables, kind)
        plan.check(variables, cursors)  # a refused value must not leave its document behind
        self._keep(name, kept, (kind, shape), plan)
        return plan, variables

    def _new(self, operation: Operation) -> _Kept:
        return _Kept(operation, LeastRecentlyUsed(self._limits.plan_bytes // _SHARE - operation.size))

    def _keep(self, name: tuple[str, str | None], kept: _Kept, shape: Any, plan: Plan) -> None:
        size = plan_size((text for root in plan.reads for text in root.compiled.all_texts), plan.known)
        size += shape_size(shape)
        if not kept.plans.keep(shape, plan, size):
            _log.warning(
                "a document of %d characters is planned each time it is asked: its plan takes %d bytes; see"
                " HUB_PLAN_MEMORY_BYTES, now %d",
                *(len(name[0]), size, self._limits.plan_bytes),
            )
            return
        if not kept.operation.types:
            # it has one plan for each kind of viewer; its syntax, most of the whole, is seldom read again
            kept = replace(kept, operation=replace(kept.operation, node=NO_SYNTAX, fragments={}))
        self._kept.keep(name, kept, kept.operation.size + kept.plans.bytes)


def _too_deep() -> TooCostly:
    return TooCostly("the question or its variables are nested too deep")
