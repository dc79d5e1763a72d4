"""What kind of viewer asks: known before a statement is compiled, so that only those rules stand in it that can hold
for it.

The graph `of_kind` says the same as the graph itself, about viewers of that kind and nobody else: its `premise` says in
Cypher who those are, and stands in each statement in which any rule does. So a right that was granted or ended a moment
ago counts at once: the statement then answers nothing, and the right one is asked.

What a rule depends on is read from its declaration (`Predicate.when` and `needs`, `AnyOf`, `Rows`), never from its
text: a text that declares nothing stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from graph_schema.cypher import literal
from graph_schema.model import Edge, GraphSchema, NodeType, Property
from graph_schema.rows import Choice, Members, Piece, Rows, Union
from graph_schema.rule import ACCOUNT, AnyOf, EdgeRule, Grant, Guard, Predicate, Rule, ViewerSet, grant_slot
from graph_schema.viewer_sets import PARTIES, any_own

FLAGS: Final = (*PARTIES, "seesAll", "busy", "takesPart")
"""The viewer sets that tell kinds apart: what the viewer's parties are, that it sees all, that its offices have very
many cases, or that one of them is a party of a case by role.
"""
_OFFICIAL: Final = ("isOffice", "isAgency")
_OF_PARTIES: Final = (
    "actsFor",
    "myParties",
    "mySystems",
    "myClients",
    "myAccounts",
    "enterHere",
    "fewCases",
    "myAudiences",
    "involved",
    "counterparts",
)
"""Those that are empty for who acts for nobody."""
_TRUE: Final = "true"
_FALSE: Final = "false"
_NOBODY: Final = Grant("nobody", "no viewer of this kind sees any", tests=(Predicate(_FALSE),))
_ALWAYS: Final = f" AND {_TRUE}"
"""What a condition ends with where nothing more is asked."""


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
    ("isImporter",),
    ("represents",),
    *(
        (*flags, *more)
        for flags in (("isOffice", "isCenter"), ("isOffice", "seesAll"), ("isOffice",), ("isAgency",))
        for more in ((), ("busy",))
    ),
    ("takesPart",),
    (),
)  # fmt: skip
"""An importer; a broker; a Center, the Office of Trade, a port or another office, and an agency, each busy or not; a
firm that is a party by role; an association.
"""
COMMON: Final = (PUBLIC, *(ViewerKind(frozenset(flags), acts=True) for flags in _OF_ONE_PARTY), GUEST)
"""The public, whoever acts for one party, and who acts for nobody; all others are mixtures."""


def kind_of(graph: GraphSchema) -> str:
    """The expression, by viewer sets, that tells the kind of a viewer with an account: which flags hold; null if it
    acts for nobody.
    """
    flags = " + ".join(f"CASE WHEN {name} THEN {literal([name])} ELSE [] END" for name in FLAGS if _has(graph, name))
    return f"CASE WHEN myParties = [] THEN null ELSE {flags} END"


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
    """What is decided by a kind: which predicates hold or cannot hold, and what is left of the others."""

    def __init__(self, graph: GraphSchema, kind: ViewerKind) -> None:
        self._graph = graph
        self._kind = kind
        self._flags = {name: name in kind.flags for name in FLAGS if _has(graph, name)}
        self._flags["official"] = any(name in kind.flags for name in _OFFICIAL)
        self._flags["takesNoPart"] = "takesPart" not in kind.flags
        self._flags["knowsEntries"] = kind.flags.isdisjoint(("isAgency", "takesPart"))
        self._absent = set[str](() if kind.acts else _OF_PARTIES)
        """What such a viewer has not: members of these viewer sets, or an account."""
        if not kind.has_account:
            self._absent.add(ACCOUNT)
        self.viewer_sets = tuple(map(self._viewer_set, graph.viewer_sets))

    def premise(self) -> str:
        if not self._kind.has_account:
            return ""
        if not self._kind.acts:
            return "myParties = []"
        holds = {name: self._flags.get(name, False) for name in (*FLAGS, "official")}
        labels = dict.fromkeys(label for name, labels in PARTIES.items() if not holds[name] for label in labels)
        # whoever is a Center owns cases; others have no office that could see all, or be busy
        tests = [
            any_own(PARTIES[name]) for name in PARTIES if holds[name] and (name != "isOffice" or not holds["isCenter"])
        ]
        tests += [f"NOT {any_own(labels)}"] if labels else []
        by_name = {viewer_set.name: viewer_set.cypher for viewer_set in self._graph.viewer_sets}
        asked = [("seesAll", holds["isOffice"]), ("busy", holds["official"]), ("takesPart", "takesPart" in by_name)]
        tests += [f"{'' if holds[name] else 'NOT '}({by_name[name]})" for name, may in asked if may]
        return " AND ".join(("myParties <> []", *tests))

    def rules(self) -> Iterator[Rule]:
        rules = {rule.label: self._rule(rule) for rule in self._graph.rules}
        for rule in rules.values():
            grants = tuple(grant for grant in rule.grants if not grant.through or _leads_on(grant, rules))
            # those without a test say something only where a row is arrived at
            yield replace(rule, grants=grants if any(grant.tests for grant in grants) else (*grants, _NOBODY))

    def node(self, node: NodeType) -> NodeType:
        return replace(node, properties=self._properties(node.properties, self._gone(node.label)))

    def edge(self, edge: Edge) -> Edge:
        return replace(edge, properties=self._properties(edge.properties, set()))

    def edge_rule(self, rule: EdgeRule) -> EdgeRule:
        return replace(rule, test=self._test(rule.test), by_sets=rule.by_sets and self._test(rule.by_sets))

    # Viewer sets, and the rows that are walked from them

    def _viewer_set(self, viewer_set: ViewerSet) -> ViewerSet:
        """In their declared order: one that is made from empty ones is empty as well."""
        if viewer_set.name in self._flags:
            return replace(viewer_set, cypher=_TRUE if self._flags[viewer_set.name] else _FALSE)
        if viewer_set.name in self._absent:
            # the premise of a viewer with an account asks whether it acts for nobody
            return (
                viewer_set
                if self._kind.has_account and viewer_set.name in ("actsFor", "myParties")
                else replace(viewer_set, cypher="[]")
            )
        if viewer_set.name in _OF_PARTIES and self._binds_none(viewer_set.cypher):
            self._absent.add(viewer_set.name)
            return replace(viewer_set, cypher="[]")
        return replace(viewer_set, cypher=self._rows(viewer_set.cypher))

    def _rows(self, text: str) -> str:
        """Cypher that binds rows, without the parts of unions that bind none, but for one where none does."""
        return "".join(map(self._piece, text.pieces)) if isinstance(text, Rows) else text

    def _piece(self, piece: Piece) -> str:
        match piece:
            case Members():
                return "[]" if piece.of in self._absent else piece.of
            case Choice():
                return self._chosen(piece)
            case Union():
                left = [part for part in piece.parts if not self._binds_none(part)] or piece.parts[:1]
                return piece.between.join(map(self._rows, left))
            case _:
                return self._rows(piece)

    def _chosen(self, choice: Choice) -> str:
        if choice.by not in self._flags:
            return choice.text
        return choice.then if self._flags[choice.by] else choice.otherwise

    def _binds_none(self, part: "str | Members | Choice | Union | None") -> bool:
        match part:
            case Rows():
                return self._flags.get(part.needs or "") is False or self._binds_none(part.start)
            case Members():
                return part.of in self._absent
            case Choice():
                return self._chosen(part) == "[]"
            case Union():
                return all(map(self._binds_none, part.parts))
            case _:
                return False

    # Predicates

    def _rule(self, rule: Rule) -> Rule:
        if rule.public:
            return rule
        grants = tuple(filter(None, map(self._grant, rule.grants)))
        return replace(rule, grants=grants, of_facts=tuple(filter(None, map(self._grant, rule.of_facts))), of_kind=True)

    def _grant(self, grant: Grant) -> Grant | None:
        left = filter(None, map(self._predicate, grant.tests))
        tests = tuple(replace(test, where=test.where.removesuffix(_ALWAYS)) for test in left)
        if grant.tests and not tests:
            return None
        by_label = (
            None if grant.by_label is None else {label: self._test(test) for label, test in grant.by_label.items()}
        )
        return replace(grant, tests=tests, by_label=by_label, rows=grant.rows and self._rows(grant.rows))

    def _predicate(self, predicate: Predicate, gone: Iterable[str] = ()) -> Predicate | None:
        """What is left to ask; None where it cannot hold. `gone` are grants that no such viewer has, by slot."""
        absent = self._absent.union(gone)
        decided = [self._flags.get(name) for name in (predicate.where, *predicate.when)]
        if predicate.where == _FALSE or False in decided or not absent.isdisjoint(predicate.needs):
            return None
        where = _TRUE if decided[0] else predicate.where
        return replace(predicate, where=where, when=tuple(name for name in predicate.when if name not in self._flags))

    def _test(self, text: str, gone: Iterable[str] = ()) -> str:
        """What is left of alternatives; `true` or `false` where they are decided."""
        if not isinstance(text, AnyOf):
            return _FALSE if text in gone else self._named(text)
        left: list[Predicate] = []
        for predicate in text.of:
            decided = self._predicate(predicate, gone)
            if decided and decided.where == _TRUE and not decided.when:
                return _TRUE
            if decided:
                left.append(_in_brackets(decided) if predicate.when and not decided.when else decided)
        return AnyOf(*left, bracketed=text.bracketed) if left else _FALSE

    def _named(self, text: str) -> str:
        """The same of a text that names a viewer set, or is none of these."""
        return (_TRUE if self._flags[text] else _FALSE) if text in self._flags else text

    # Properties

    def _gone(self, label: str) -> set[str]:
        """The grants of a label that no such viewer has, by their slots."""
        rule = next(each for each in self._graph.rules if each.label == label)
        grants = (*rule.grants, *rule.of_facts)
        return {grant_slot(grant.name) for grant in grants if not grant.through and not self._grant(grant)}

    def _properties(self, properties: Iterable[Property], gone: set[str]) -> tuple[Property, ...]:
        return tuple(
            replace(property_, guard=self._guard(property_.guard, gone)) if property_.guard else property_
            for property_ in properties
        )

    def _guard(self, guard: Guard, gone: set[str]) -> Guard:
        return replace(guard, open=self._test(guard.open, gone), test=self._test(guard.test, gone))


def _in_brackets(predicate: Predicate) -> Predicate:
    """The same, as it is written where a condition before it was left out."""
    return Predicate(f"({predicate.text})", needs=predicate.needs, walks=True)


def _leads_on(grant: Grant, rules: Mapping[str, Rule]) -> bool:
    """Whether anything is left that makes a row visible which the grant passes through.

    One whose every reason is `implied` shows no further row, and is kept: where the statement comes from such a row,
    nothing need be asked.
    """
    return any(inner.name not in grant.but for inner in rules[grant.through or ""].grants)


def _has(graph: GraphSchema, name: str) -> bool:
    return any(viewer_set.name == name for viewer_set in graph.viewer_sets)
