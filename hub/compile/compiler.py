"""How a question becomes one statement.

A question is a tree (`query.py`): a root row or list, and below it properties, routes to one row and routes to many.
It is walked once. On the way down every row gets a variable; on the way up every row becomes a *list of positions*:

    { center(code: "CEE007") { name
        cases(first: 2, where: {status: {eq: OPEN}}) { nodes { number importer { name } } } } }

    WITH datetime({epochMillis: $now}) AS now
    WITH now, COLLECT { … } AS acted                           // the viewer's rights in term, only what is needed
    WITH now, acted, COLLECT { … } AS own
    WITH now, own, EXISTS { … } AS seesAll
    MATCH (n1:Center {code: $p0})                              // the root row, by key
    RETURN [n1.name, COLLECT {
      WITH *, n1 IN own AS may4                                // a grant about the edge walked: made once, before it
      MATCH (n1)<-[e3:HANDLED_BY]-(n2:Case)
      WHERE (may4 OR CASE WHEN imports THEN EXISTS { … } ELSE false END OR … OR seesAll OR … AND n2.status = $p2
      WITH n2, e3, may4 ORDER BY n2.id LIMIT $p1               // the page, before anything is looked up for its rows
      OPTIONAL MATCH (n2)-[e14:CONCERNS]->(n13:Importer)       // a route to one row drops no row that lacks it
      RETURN [n2.number, CASE WHEN n13 IS NULL THEN null ELSE [n13.name] END] ORDER BY n2.id
    }] AS row

The rule of each label stands in the same statement (`access.py`); the importer needs none of its own there: whoever
sees a case sees its importer. Conditions (`filter.py`) and order (`order.py`) walk on from the row the same way, under
the same rules, so that a hidden row counts as absent there too. Values are always parameters.

A list of protected rows starts from the side that is cheaper for this viewer (`access_path.py`). All three give the
same rows:

    { cases(first: 2, orderBy: [{openedAt: DESC}]) { nodes { number } } }

    WITH *, CASE WHEN (seesAll) THEN 'all' WHEN … ^ 2 > 4 * $p0 * COUNT { (:Case) }
      THEN 'rows' ELSE 'viewer' END AS side
    RETURN COLLECT { CALL (*) {
      UNWIND CASE WHEN side = 'all' …                          // every row, no rule to ask
      MATCH (n1:Case) WHERE n1.openedAt IS NOT NULL WITH n1 ORDER BY n1.openedAt DESC, n1.id DESC LIMIT $p0 …
      UNWIND CASE WHEN side = 'rows' …                         // index order, the rule asked row by row
      MATCH (n1:Case) WHERE n1.openedAt IS NOT NULL AND (CASE WHEN owns THEN EXISTS { … LIMIT $p0 …
      UNWIND CASE WHEN side = 'viewer' …                       // from the viewer's parties to what hangs on them
      UNWIND own AS owner12 MATCH (owner12)<-[:HANDLED_BY]-(n1:Case) RETURN n1 UNION … LIMIT $p0 …
    } AS row

Of a row that may lead to a great part of all rows (`vast`), a viewer who sees all of those has them read in index
order, too:

    { center(code: "CEE007") {
        cases(first: 2, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number } } } }

    RETURN [COLLECT {
      WITH *, n1 IN own AS may4
      WITH *, (seesAll OR may4) AND COUNT { (n1)<-[:HANDLED_BY]-() } ^ 2 > 2 * $p1 * … AS inOrder
      CALL (*) { UNWIND CASE WHEN inOrder THEN [1] ELSE [] END AS gate …
      MATCH (n2:Case) WHERE n2.openedAt IS NOT NULL AND n2.status = $p2
      MATCH (n2)-[:HANDLED_BY]->(x13) WHERE x13 = n1 …         // the newest open cases of all, until enough are its own
      UNWIND CASE WHEN NOT inOrder …
      MATCH (n1)<-[e3:HANDLED_BY]-(n2:Case) WHERE (may4 OR …
    }] AS row

These are of the graph for all viewers. `graph_schema.viewer_kinds` makes one for each kind of viewer, in which most of
this is decided; its statements begin with the premise that makes a viewer one of that kind.

Search (`search.py`) finds candidates by full-text indexes and codes; rule, order and page follow. The same walk that
writes the statement writes the shaper (`shaper.py`), which puts the positions back under their names: `projection.py`
for what is asked of a row, `connection.py` for connections. A question of the hub's own (`custom_field.py`,
`custom_rows.py`) brings its start, written by hand, and is asked in two steps as well. Read on from `compile_read`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_schema.cypher import words
from graph_schema.model import GraphSchema
from graph_schema.viewer_kinds import kind_of
from hub.compile import query
from hub.compile.access_path import ViewerScopedScan, index_prefix, source
from hub.compile.connection import Listing
from hub.compile.custom_field import CustomField
from hub.compile.custom_rows import RowReading, Selected, Telling, read_by, told_by
from hub.compile.filter import predicates
from hub.compile.order import sorts
from hub.compile.projection import Rows
from hub.compile.search import finding, found_by
from hub.compile.search_rows import Reading, page_shaper, reading
from hub.compile.shaper import Shaper, ShaperText
from hub.compile.traversal import Scope, Side


@dataclass(frozen=True, slots=True)
class Found:
    """A search's second step: what is asked of the rows on the page, by their label, and how they are counted and
    picked.

    `texts` has no statement for a label of which nothing need be read; `keys` then tells how often each column has the
    key.
    """

    labels: tuple[str, ...]
    page: query.Page
    texts: Mapping[str, str]
    keys: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that returns at most one record with one value, `row`, and the shaper that takes it.

    A search has several that find its rows, and `found` besides; its shaper takes [rows, how many there are, whether
    more come]. A question of the hub's own has one that finds what it tells, and `telling` besides.
    """

    texts: tuple[str, ...]
    shape: Shaper
    found: Found | None = None
    telling: Telling | None = None

    @property
    def text(self) -> str:
        """The statement. Raises `ValueError` where it is several."""
        (text,) = self.texts
        return text

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Every statement that may be run for it."""
        read = (
            self.found.texts.values()
            if self.found
            else [reading.text for reading in self.telling.readings]
            if self.telling
            else ()
        )
        return (*self.texts, *read)


def compile_read(graph: GraphSchema, root: query.Root, side: Side = Side.CHEAPER) -> Compiled:
    """The statement that answers a root field, with the viewer's rights in it (`$viewer`, `$now`).

    Of a search there are several, and of a question of the hub's own.
    """
    if isinstance(root, query.Search):
        return _compile_search(graph, root, side)
    if isinstance(root, query.CustomQuery):
        return _compile_own(graph, root, side)
    statement = _Statement(Scope(graph, side))
    match root:
        case query.ByKey():
            body, shaper = statement.by_key(root)
        case query.List():
            body, shaper = statement.listed(root)
        case query.ByIds():
            body, shaper = statement.by_ids(root)
    return Compiled((statement.whole(body),), statement.scope.shapers.compiled(shaper))


def _compile_search(graph: GraphSchema, root: query.Search, side: Side) -> Compiled:
    shapers = ShaperText()
    finds = [_finds(graph, labels, side, backward=root.page.backward) for labels in found_by(graph, root.labels)]
    texts: dict[str, str] = {}
    readings: dict[str, Reading] = {}
    for label in root.labels:
        statement = _Statement(Scope(graph, side, shapers))
        readings[label] = statement.read(root, label)
        if body := readings[label].body:
            texts[label] = statement.whole(f"RETURN COLLECT {{ {body} }} AS row")
    shaper = page_shaper(root, shapers, readings)
    found = Found(root.labels, root.page, texts, {label: found.keys for label, found in readings.items()})
    return Compiled(tuple(finds), shapers.compiled(shaper), found)


def compile_findings(graph: GraphSchema, labels: Sequence[str], side: Side = Side.CHEAPER) -> Iterator[str]:
    """The statements that find rows of these labels, the same for all searches from the front, whatever else they
    ask.
    """
    return (_finds(graph, found, side, backward=False) for found in found_by(graph, labels))


def _finds(graph: GraphSchema, labels: Sequence[str], side: Side, *, backward: bool) -> str:
    """The statement that finds rows of these labels."""
    statement = _Statement(Scope(graph, side))
    return statement.whole(finding(statement.scope, labels, backward=backward))


def _compile_own(graph: GraphSchema, root: query.CustomQuery, side: Side) -> Compiled:
    shapers = ShaperText()

    def reads(name: str, label: str, fields: Sequence[query.Field]) -> tuple[RowReading, str]:
        statement = _Statement(Scope(graph, side, shapers))
        body, shaper = read_by(statement.scope, label, name, fields)
        return RowReading.of(name, statement.whole(f"RETURN COLLECT {{ {body} }} AS row")), shaper

    text = compile_question(graph, root.question, root.given, side)
    selected = Selected(graph, shapers, text, reads)
    shaper = selected.shaper(root.question, root.fields)
    return Compiled((text,), shapers.compiled(shaper), telling=selected.telling(root.question))


def compile_question(
    graph: GraphSchema, question: CustomField, given: frozenset[str], side: Side = Side.CHEAPER
) -> str:
    """The statement that finds what a question of the hub's own tells, the same whatever is selected."""
    statement = _Statement(Scope(graph, side))
    return statement.whole(told_by(statement.scope, question, given))


def compile_right(graph: GraphSchema, right: str) -> str:
    """The statement that says whether the viewer has a right."""
    body = f"RETURN {graph.right(right).test} AS row"
    return "\n".join((*viewer_sets(graph, body), body))


def compile_kind(graph: GraphSchema) -> str:
    """The statement that tells the kind of a viewer, as `kind_of` has it."""
    body = f"RETURN {kind_of(graph)} AS row"
    return "\n".join((*viewer_sets(graph, body), body))


def viewer_sets(graph: GraphSchema, body: str) -> list[str]:
    """The viewer sets that the body names, and those they are made from; in their declared order, each as long as
    it is needed.
    """
    lines: list[str] = []
    named = words(body)
    # the last one first: what is named below a line has to live so long
    for position, found in reversed(list(enumerate(graph.viewer_sets))):
        if found.name in named:
            living = [before.name for before in graph.viewer_sets[:position] if before.name in named]
            lines.insert(0, f"WITH {', '.join((*living, f'{found.cypher} AS {found.name}'))}")
            named |= words(found.cypher)
    return lines


class _Statement:
    """The root fields, each as a body to stand below the viewer sets, and its shaper."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._rows = Rows(scope)

    def whole(self, body: str) -> str:
        """The statement of a body: below the viewer sets it names, and what it looks up at its head."""
        graph = self.scope.graph
        body = "\n".join((*self.scope.visible.heads(), body))
        of_viewer = {found.name for found in graph.viewer_sets} - {"now"}
        if graph.premise and (self.scope.visible.asks or not of_viewer.isdisjoint(words(body))):
            body = f"WITH * WHERE {graph.premise}\n{body}"
        return "\n".join((*viewer_sets(graph, body), body))

    def read(self, root: query.Search, label: str) -> Reading:
        """What a search asks of the rows of a label that it has found."""
        return reading(self.scope, self._rows, root, label)

    def by_key(self, root: query.ByKey) -> tuple[str, str]:
        row = self.scope.fresh("n")
        lines = (
            self._alias_match(root, row)
            if root.issuer
            else [f"MATCH ({row}:{root.label} {{{root.property}: ${root.parameter}}})"]
        )
        sight = self.scope.visible.row(row, (root.label,))
        if sight.predicate:
            lines.append(f"WITH * WHERE {sight.predicate}" if root.issuer else f"WHERE {sight.predicate}")
        made = self._rows.row(row, root.selection, sight)
        return "\n".join((*lines, *made.clauses, f"RETURN {made.expression} AS row")), made.shaper

    def listed(self, root: query.List) -> tuple[str, str]:
        scope, labels = self.scope, (root.label,)
        order = sorts(scope.graph, labels, root.page.order, None)
        rows = source(scope, root, order)
        conditions = predicates(scope, root.page.where, rows.row, labels, "")
        prefix = index_prefix(scope.graph.node(root.label), order[0], root.page.where)
        expression, shaper = self._rows.pages.value(
            Listing(rows, labels, root.page, order, root.label, tuple(conditions), prefix=prefix)
        )
        head = rows.head() if isinstance(rows, ViewerScopedScan) else ""
        return "\n".join(filter(None, (head, f"RETURN {expression} AS row"))), shaper

    def by_ids(self, root: query.ByIds) -> tuple[str, str]:
        graph, shapers = self.scope.graph, self.scope.shapers
        branches, steps = list[str](), [f"rows = [None] * p[{root.count!r}]"]
        functions: list[str] = []
        for label, parameter in root.keys.items():
            asked_for, row = self.scope.fresh("id"), self.scope.fresh("n")
            sight = self.scope.visible.row(row, (label,))
            made = self._rows.row(row, {label: root.selection[label]}, sight)
            match = (
                f"UNWIND ${parameter} AS {asked_for} MATCH ({row}:{label} {{{graph.node(label).key}: {asked_for}[1]}})"
            )
            seen = f" WHERE {sight.predicate}" if sight.predicate else ""
            branches.append(
                f"{match}{seen} {' '.join(made.clauses)} RETURN [{asked_for}[0], {len(functions)}, {made.expression}]"
                " AS found"
            )
            functions.append(made.shaper)
        if functions:
            steps.append(f"for x in r: rows[x[0]] = ({', '.join(functions)},)[x[1]](x[2], p, w)")
        shaper = shapers.function(*steps, "rows[0]" if root.alone else "rows")
        found = f"COLLECT {{ {' UNION ALL '.join(branches)} }}" if branches else "[]"
        return f"RETURN {found} AS row", shaper

    def _alias_match(self, root: query.ByKey, row: str) -> list[str]:
        alias = self.scope.graph.node(root.label).alias
        assert alias is not None
        code = self.scope.fresh("code")
        found = f"({code}:{alias.label} {{{alias.code}: ${root.parameter}, {alias.issuer}: ${root.issuer}}})"
        begun = f"({code}.{alias.valid_from} IS NULL OR {code}.{alias.valid_from} <= ${root.day})"
        lasts = f"({code}.{alias.valid_to} IS NULL OR ${root.day} < {code}.{alias.valid_to})"
        return [f"MATCH {found}-[:{alias.edge}]->({row}:{root.label})", f"WHERE {begun} AND {lasts}", "WITH * LIMIT 1"]
