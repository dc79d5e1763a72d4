"""What kind of viewer asks: known before a statement is compiled, so that only those rules stand in it that can hold
for it.

The graph `of_kind` says the same as the graph itself, about viewers of that kind and nobody else: its `premise` says in
Cypher who those are, and stands in each statement in which any rule does. So a right that was granted or ended a moment
ago counts at once: the statement then answers nothing, and the right one is asked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from graph_schema.cypher import literal
from graph_schema.model import Edge, GraphSchema, NodeType, Property
from graph_schema.rule import EdgeRule, Grant, Guard, Predicate, Rule, ViewerSet
from graph_schema.viewer_sets import PARTIES, any_own

FLAGS: Final = (*PARTIES, "seesAll", "busy")
"""The viewer sets that tell kinds apart: what the viewer's parties are, that it sees all, or that its offices have
very many cases.
"""
_OFFICIAL: Final = ("owns", "joins")
_LABELS: Final = {"Importer": "imports", "Broker": "represents", "Center": "isCenter", "Agency": "joins"}
"""By which flag one of the viewer's parties is of that label."""
_OF_PARTIES: Final = ("acted", "own", "mySystems", "myClients", "myAccounts", "fewCases", "involved", "counterparts")
"""Those that are empty for who acts for nobody."""
_TRUE: Final = "true"
_FALSE: Final = "false"
_NOT: Final = {_TRUE: _FALSE, _FALSE: _TRUE}
_NOBODY: Final = Grant("nobody", "no viewer of this kind sees any", tests=(Predicate(_FALSE),))
_STEP: Final = re.compile(r"[(\[{]|[)\]}]|\bCASE\b|\bEND\b|'[^']*'| OR | AND | UNION ALL | UNION | \+ ")
_EITHER: Final = re.compile(r"CASE WHEN (NOT )?(\w+) THEN (\w+|\[\]) ELSE (\w+|\[\]) END")
_OF_LABEL: Final = re.compile(r"UNWIND own AS \{?\w+\}? MATCH \(\{?\w+\}?:(\w+)\)")
_OF_OWNER: Final = re.compile(r"UNWIND own AS \{?\w+\}? MATCH \(\{?\w+\}?\)<-\[:HANDLED_BY\]-")
_COLLECT: Final = "COLLECT { "
_ONLY_IF: Final = re.compile(r"CASE WHEN (\w+) THEN (.*) ELSE false END", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ViewerKind:
    """Which `FLAGS` hold; `acts` for any party at all; `has_account`, without which nothing need be looked up."""

    flags: frozenset[str] = frozenset()
    acts: bool = False
    has_account: bool = True


PUBLIC: Final = ViewerKind(has_account=False)
GUEST: Final = ViewerKind()
"""Who acts for nobody: also whoever does something without signing in, by an account of that one request's own."""


_OF_ONE_PARTY: Final = (
    ("imports",),
    ("represents",),
    *(
        (*flags, *more)
        for flags in (("owns", "isCenter"), ("owns", "seesAll"), ("owns",), ("joins",))
        for more in ((), ("busy",))
    ),
    (),
)  # fmt: skip
"""An importer; a broker; a Center, the Office of Trade, a port or another office, and an agency, each busy or not;
an association.
"""
COMMON: Final = (PUBLIC, *(ViewerKind(frozenset(flags), acts=True) for flags in _OF_ONE_PARTY), GUEST)
"""The public, whoever acts for one party, and who acts for nobody; all others are mixtures."""


def kind_of(graph: GraphSchema) -> str:
    """The expression, by viewer sets, that tells the kind of a viewer with an account: which flags hold; null if it
    acts for nobody.
    """
    flags = " + ".join(f"CASE WHEN {name} THEN {literal([name])} ELSE [] END" for name in FLAGS if _has(graph, name))
    return f"CASE WHEN own = [] THEN null ELSE {flags} END"


def of_kind(graph: GraphSchema, kind: ViewerKind) -> GraphSchema:
    """The graph as viewers of that kind see it."""
    decided = _Decided(graph, kind)
    return replace(
        graph,
        nodes=tuple(map(decided.node, graph.nodes)),
        edges=tuple(map(decided.edge, graph.edges)),
        rules=tuple(decided.rules()),
        edge_rules=tuple(map(decided.edge_rule, graph.edge_rules)),
        viewer_sets=decided.viewer_sets,
        premise=decided.premise(),
    )


class _Decided:
    """What is decided by a kind: which texts are true or false, and what is left of the others."""

    def __init__(self, graph: GraphSchema, kind: ViewerKind) -> None:
        self._graph = graph
        self._kind = kind
        self._flags = {name: name in kind.flags for name in FLAGS if _has(graph, name)}
        self._flags["official"] = any(name in kind.flags for name in _OFFICIAL)
        self._empty = [] if kind.acts else list(_OF_PARTIES)
        self.viewer_sets = tuple(map(self._viewer_set, graph.viewer_sets))
        self._not_asked = re.compile(rf"\b(IN|UNWIND) ({'|'.join(self._empty)})\b") if self._empty else None

    def premise(self) -> str:
        if not self._kind.has_account:
            return ""
        if not self._kind.acts:
            return "own = []"
        holds = {name: self._flags.get(name, False) for name in (*FLAGS, "official")}
        labels = dict.fromkeys(label for name, labels in PARTIES.items() if not holds[name] for label in labels)
        # whoever is a Center owns cases; others have no office that could see all, or be busy
        tests = [
            any_own(PARTIES[name]) for name in PARTIES if holds[name] and (name != "owns" or not holds["isCenter"])
        ]
        tests += [f"NOT {any_own(labels)}"] if labels else []
        by_name = {found.name: found.cypher for found in self._graph.viewer_sets}
        asked = [("seesAll", holds["owns"]), ("busy", holds["official"])]
        tests += [f"{'' if holds[name] else 'NOT '}({by_name[name]})" for name, may in asked if may]
        return " AND ".join(("own <> []", *tests))

    def rules(self) -> Iterator[Rule]:
        rules = {rule.label: self._rule(rule) for rule in self._graph.rules}
        for rule in rules.values():
            grants = tuple(found for found in rule.grants if not found.through or rules[found.through].grants)
            # those without a test say something only where a row is arrived at
            yield replace(rule, grants=grants if any(found.tests for found in grants) else (*grants, _NOBODY))

    def node(self, node: NodeType) -> NodeType:
        return replace(node, properties=self._properties(node.properties, self._gone(node.label)))

    def edge(self, edge: Edge) -> Edge:
        return replace(edge, properties=self._properties(edge.properties, frozenset()))

    def edge_rule(self, rule: EdgeRule) -> EdgeRule:
        return replace(rule, test=self.text(rule.test), by_sets=rule.by_sets and self.text(rule.by_sets))

    def text(self, text: str, gone: frozenset[str] = frozenset()) -> str:
        """A predicate with what is decided left out; `gone` are grants of which it may speak, that no such viewer
        has.
        """
        alternatives = [self._all(found, gone) for found in _split(text, " OR ")]
        return (
            _TRUE
            if _TRUE in alternatives
            else " OR ".join(found for found in alternatives if found != _FALSE) or _FALSE
        )

    def _viewer_set(self, found: ViewerSet) -> ViewerSet:
        """In their declared order: one that is made from empty ones is empty as well."""
        if found.name in self._flags:
            return replace(found, cypher=_TRUE if self._flags[found.name] else _FALSE)
        if found.name in self._empty:
            # the premise of a viewer with an account asks whether it acts for nobody
            return found if self._kind.has_account and found.name in ("acted", "own") else replace(found, cypher="[]")
        cypher = self._rows(found.cypher)
        if found.name in _OF_PARTIES and all(map(self._collects_none, _split(cypher, " + "))):
            cypher = "[]"
            self._empty.append(found.name)
        return replace(found, cypher=cypher)

    def _rows(self, text: str) -> str:
        """Cypher that binds rows, without what binds none."""
        return self._bound(_EITHER.sub(self._chosen, self._with_empty(text)))

    def _collects_none(self, text: str) -> bool:
        return text in self._empty or (text.startswith(_COLLECT) and self._is_empty(text.removeprefix(_COLLECT)))

    def _with_empty(self, text: str) -> str:
        for name in self._empty:
            text = re.sub(rf"\bUNWIND {name}\b", "UNWIND []", text)
        return text

    def _chosen(self, found: re.Match[str]) -> str:
        if found[2] not in self._flags:
            return found[0]
        return found[3] if self._flags[found[2]] is not bool(found[1]) else found[4]

    def _bound(self, text: str) -> str:
        """Without the parts of unions that bind no row, but for one where none does."""
        for union in (" UNION ALL ", " UNION "):
            parts = list(_split(text, union))
            if len(parts) > 1:
                left = [found for found in map(self._bound, parts) if not self._is_empty(found)]
                return union.join(left or parts[:1])
        return self._within(text)

    def _is_empty(self, text: str) -> bool:
        """Whether a part of a union binds no row: it starts from no party, or from none of the viewer's."""
        if _OF_OWNER.match(text):
            return not self._flags["owns"]
        if text.startswith("CALL (") and (start := text.find("{ ")) > 0:
            return self._is_empty(text[start + 2 :])
        found = _OF_LABEL.match(text)
        return text.startswith("UNWIND [] AS ") or bool(
            found and found[1] in _LABELS and not self._flags[_LABELS[found[1]]]
        )

    def _within(self, text: str) -> str:
        """The text with what stands in its sub-queries looked at in the same way."""
        made, depth, start = "", 0, 0
        for found in re.finditer(r"[{}]", text):
            depth += 1 if found[0] == "{" else -1
            if found[0] == "{" and depth == 1:
                made, start = made + text[start : found.end()], found.end()
            elif found[0] == "}" and depth == 0:
                inner = text[start : found.start()]
                made += f" {self._bound(inner[1:-1])} " if inner.startswith(" ") else inner
                start = found.start()
        return made + text[start:]

    def _rule(self, rule: Rule) -> Rule:
        if rule.public:
            return rule
        grants = tuple(filter(None, map(self._grant, rule.grants)))
        return replace(rule, grants=grants, of_facts=tuple(filter(None, map(self._grant, rule.of_facts))), of_kind=True)

    def _grant(self, grant: Grant) -> Grant | None:
        tests = tuple(filter(None, map(self._test, grant.tests)))
        if grant.tests and not tests:
            return None
        by_label = (
            None if grant.by_label is None else {label: self.text(test) for label, test in grant.by_label.items()}
        )
        return replace(grant, tests=tests, by_label=by_label, rows=grant.rows and self._rows(grant.rows))

    def _test(self, test: Predicate) -> Predicate | None:
        where = self.text(test.where)
        when = self.text(test.when) if test.when else _TRUE
        return None if _FALSE in (where, when) else replace(test, where=where, when=None if when == _TRUE else when)

    def _gone(self, label: str) -> frozenset[str]:
        rule = next(found for found in self._graph.rules if found.label == label)
        return frozenset(
            found.name for found in (*rule.grants, *rule.of_facts) if not found.through and not self._grant(found)
        )

    def _properties(self, properties: Iterable[Property], gone: frozenset[str]) -> tuple[Property, ...]:
        return tuple(
            replace(found, guard=self._guard(found.guard, gone)) if found.guard else found for found in properties
        )

    def _guard(self, guard: Guard, gone: frozenset[str]) -> Guard:
        return replace(guard, open=self.text(guard.open, gone), test=self.text(guard.test, gone))

    def _all(self, text: str, gone: frozenset[str]) -> str:
        parts = [self._one(found, gone) for found in _split(text, " AND ")]
        return _FALSE if _FALSE in parts else " AND ".join(found for found in parts if found != _TRUE) or _TRUE

    def _one(self, text: str, gone: frozenset[str]) -> str:  # noqa: PLR0911 - one line a form
        """Neither alternatives nor several conditions, but within brackets."""
        if text in self._flags:
            return _TRUE if self._flags[text] else _FALSE
        if text.startswith("[") and text[1:-1] in gone:
            return _FALSE
        if text.startswith("(") and _closes_at_end(text):
            return _bracketed(self.text(text[1:-1], gone))
        if (found := _ONLY_IF.fullmatch(text)) and _closes_at_end(text):
            if found[1] not in self._flags:
                return text
            return _bracketed(self.text(found[2], gone)) if self._flags[found[1]] else _FALSE
        if text.startswith("NOT "):
            return _NOT.get(inner := self._one(text[4:], gone), f"NOT {inner}")
        if not self._kind.has_account and "$viewer" in text:
            return _FALSE
        # with alternatives inside, something else might hold
        asks_parties = self._not_asked and self._not_asked.search(text) and " OR " not in text
        return _FALSE if asks_parties else text


def _split(text: str, between: str) -> Iterator[str]:
    """The parts of a predicate that stand beside each other, not those within brackets."""
    depth = start = 0
    for found in _STEP.finditer(text):
        match found[0]:
            case "(" | "[" | "{" | "CASE":
                depth += 1
            case ")" | "]" | "}" | "END":
                depth -= 1
            case _ if found[0] == between and depth == 0:
                yield text[start : found.start()].strip()
                start = found.end()
            case _:
                pass
    yield text[start:].strip()


def _closes_at_end(text: str) -> bool:
    """Whether what the text opens first is closed by its last sign."""
    depth = 0
    for found in _STEP.finditer(text):
        if found[0] in ("(", "[", "{", "CASE"):
            depth += 1
        elif found[0] in (")", "]", "}", "END"):
            depth -= 1
            if depth == 0:
                return found.end() == len(text)
    return False


def _bracketed(text: str) -> str:
    return text if text in (_TRUE, _FALSE) else f"({text})"


def _has(graph: GraphSchema, name: str) -> bool:
    return any(found.name == name for found in graph.viewer_sets)
