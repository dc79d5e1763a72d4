"""What a document may ask of the machine, told in one pass before any work is done for it.

Fragments are weighed once each and remembered, so a document in which fragments spread fragments costs no more to
refuse than to read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Token,
    parse,
)

from hub.errors import TooCostly

_BRACKETS: Final = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}()\[\]]')
"""Strings and comments as a whole, which may hold any, and brackets."""
_NOT_DEEPER: Final = frozenset(("nodes", "edges", "node"))


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a document; `cost` bounds the rows that a question may touch, `large_page` a page with the right to it.

    `nesting` bounds how deep the conditions of one list may stand in each other: Neo4j plans by recursion, and one
    whose stack overflows (86 nested `not` did, 2026-11-25) never answers. `brackets` bounds how deep those of a
    document stand in each other, `brackets_of_values` how deep within an argument: 15 levels and 15 nested conditions
    take some 70, and 40 of them; what is deeper is refused before it is parsed. `values` bounds those of all variables
    together. `plan_bytes` bounds what is remembered of documents that were asked.
    """

    characters: int = 20_000
    tokens: int = 2_000
    brackets: int = 100
    brackets_of_values: int = 40
    values: int = 2_000
    depth: int = 15
    fields: int = 500
    aliases: int = 30
    roots: int = 20
    directives: int = 30
    cost: int = 20_000
    page: int = 100
    large_page: int = 1_000
    conditions: int = 100
    nesting: int = 15
    plan_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class _Weight:
    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0


def parse_within(text: str, limits: Limits) -> DocumentNode:
    """The document, if it is within the limits. Raises `TooCostly`, or `GraphQLError` for a syntax error."""
    if len(text) > limits.characters:
        raise TooCostly(f"the document has {len(text)} characters; at most {limits.characters}")
    if _is_too_deep(text, limits):
        raise TooCostly("the document is nested too deep")
    try:
        document = parse(text, max_tokens=limits.tokens)
    except GraphQLError as error:
        if "token" in error.message and str(limits.tokens) in error.message:
            raise TooCostly(f"the document has more than {limits.tokens} tokens") from None
        raise
    except RecursionError:
        raise TooCostly("the document is nested too deep") from None
    for token in tokens_of(document):
        token.prev = None  # else they lead to each other in circles, and are not freed with their document
    _weigh(document, limits)
    return document


def tokens_of(document: DocumentNode) -> Iterator[Token]:
    """The tokens of a document, one after another."""
    token = document.loc.start_token if document.loc else None
    while token:
        yield token
        token = token.next


def _is_too_deep(text: str, limits: Limits) -> bool:
    """Whether brackets stand too deep in each other, those in strings and comments left out."""
    depth = argument = 0
    for found in _BRACKETS.finditer(text):
        match found[0]:
            case "{" | "[" | "(" as opened:
                depth += 1
                argument = argument + 1 if argument or opened == "(" else 0
                if depth > limits.brackets or argument > limits.brackets_of_values:
                    return True
            case "}" | "]" | ")":
                depth -= 1
                argument = max(0, argument - 1)
            case _:
                pass  # a string or a comment
    return False


def _weigh(document: DocumentNode, limits: Limits) -> None:
    fragments = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    weights: dict[str, _Weight] = {}
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        weight = _of(operation.selection_set, fragments, weights)
        roots = len(operation.selection_set.selections)
        for what, found, bound in (
            ("fields", weight.fields, limits.fields),
            ("levels", weight.depth, limits.depth),
            ("aliases", weight.aliases, limits.aliases),
            ("directives", weight.directives, limits.directives),
            ("root fields", roots, limits.roots),
        ):
            if found > bound:
                raise TooCostly(
                    f"the question has {min(found, 10**9)} {what} with its fragments written out; at most {bound}"
                )


def _of(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], weights: dict[str, _Weight]
) -> _Weight:
    fields = depth = aliases = directives = 0
    for selection in selected.selections:
        directives += len(selection.directives or ())
        deeper = 0
        if isinstance(selection, FieldNode):
            fields += 1
            aliases += selection.alias is not None
            name = selection.name.value
            if name.startswith("__"):  # introspection has a depth rule of its own
                continue
            deeper = name not in _NOT_DEEPER
            inner = _of(selection.selection_set, fragments, weights) if selection.selection_set else _Weight()
        elif isinstance(selection, InlineFragmentNode):
            inner = _of(selection.selection_set, fragments, weights)
        else:
            assert isinstance(selection, FragmentSpreadNode)
            inner = _of_fragment(selection.name.value, fragments, weights)
        fields += inner.fields
        aliases += inner.aliases
        directives += inner.directives
        depth = max(depth, inner.depth + deeper)
    return _Weight(fields, depth, aliases, directives)


def _of_fragment(name: str, fragments: Mapping[str, FragmentDefinitionNode], weights: dict[str, _Weight]) -> _Weight:
    """A fragment's weight; an unknown one or a cycle weighs nothing here, validation names it."""
    if name not in weights:
        weights[name] = _Weight()
        if name in fragments:
            weights[name] = _of(fragments[name].selection_set, fragments, weights)
    return weights[name]
