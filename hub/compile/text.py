"""The second phase: from a plan of access, the text of a statement and of its shaper.

Every row becomes a list of values at positions, and the shaper puts them back under their names.
"""

from dataclasses import dataclass

from graph_schema.cypher import where, words
from graph_schema.model import GraphSchema
from hub.compile import query
from hub.compile.compiled import Compiled
from hub.compile.expressions import named, plain, sent
from hub.compile.order import cursor_of
from hub.compile.plan import (
    Body,
    EdgePartPlan,
    EdgesPlan,
    FoundPlan,
    IdsPlan,
    KeyPlan,
    LabelPlan,
    ListPlan,
    ManyPlan,
    NodesPlan,
    OnePlan,
    PartPlan,
    RowPlan,
    StatementPlan,
)
from hub.compile.scan_text import scanned
from hub.compile.shaper import ShaperText, record


def write_root(
    graph: GraphSchema, plan: StatementPlan[KeyPlan] | StatementPlan[ListPlan] | StatementPlan[IdsPlan]
) -> Compiled:
    """The statement of a root field, and its shaper."""
    writer = TextWriter(graph, ShaperText())
    body, shaper = writer.body(plan.body)
    return Compiled((whole(graph, plan, body),), writer.shapers.compiled(shaper))


def whole(graph: GraphSchema, plan: StatementPlan[Body], body: str) -> str:
    """The statement of a body: below the viewer sets that it needs, the premise of its kind of viewer, and what it
    computes once.
    """
    lines = [*(f"WITH *, {text} AS {variable}" for variable, text in plan.heads.items()), body]
    if graph.premise and plan.asks:
        lines.insert(0, f"WITH * WHERE {graph.premise}")
    body = "\n".join(lines)
    return "\n".join((*viewer_sets(graph, body), body))


def viewer_sets(graph: GraphSchema, body: str) -> list[str]:
    """The clauses that compute the viewer sets which the body names, and those they are made from; in their declared
    order, each as long as it is needed.
    """
    lines: list[str] = []
    needed = words(body)
    # the last one first: what is named below a line has to live so long
    for position, declared in reversed(list(enumerate(graph.viewer_sets))):
        if declared.name in needed:
            living = [before.name for before in graph.viewer_sets[:position] if before.name in needed]
            lines.insert(0, f"WITH {', '.join((*living, f'{declared.cypher} AS {declared.name}'))}")
            needed |= words(declared.cypher)
    return lines


@dataclass(frozen=True, slots=True)
class RowText:
    """What is written of a row: clauses before its values, the list of those, the shaper's function that takes it."""

    clauses: tuple[str, ...]
    values: str
    shaper: str


class TextWriter:
    """Writes the bodies of statements, and one shaper of them all."""

    def __init__(self, graph: GraphSchema, shapers: ShaperText) -> None:
        self.graph = graph
        self.shapers = shapers

    # Bodies: each with its shaper's function

    def body(self, plan: KeyPlan | ListPlan | IdsPlan) -> tuple[str, str]:
        """The body of a root field's statement."""
        match plan:
            case KeyPlan():
                return self._by_key(plan)
            case IdsPlan():
                return self._by_ids(plan)
            case ListPlan():
                value, shaper, head = self._page(plan)
                return "\n".join(filter(None, (head, f"RETURN {value} AS row"))), shaper

    def found(self, plan: FoundPlan) -> tuple[str, str]:
        """The body that reads rows which another statement has found, each behind `one`, in a list."""
        row = self.row(plan.row)
        rows = " ".join((plan.match, *row.clauses, f"RETURN [one, {row.values}]"))
        return f"RETURN COLLECT {{ {rows} }} AS row", row.shaper

    def _by_key(self, plan: KeyPlan) -> tuple[str, str]:
        root, row = plan.root, self.row(plan.row)
        by_key = f"MATCH ({plan.row.variable}:{root.label} {{{root.property}: ${root.parameter}}})"
        lines = self._match_by_alias(plan) if plan.alias else [by_key]
        if plan.predicate:
            lines.append(f"{'WITH * ' if plan.alias else ''}WHERE {plan.predicate}")
        return "\n".join((*lines, *row.clauses, f"RETURN {row.values} AS row")), row.shaper

    def _match_by_alias(self, plan: KeyPlan) -> list[str]:
        root, code = plan.root, plan.alias
        alias = self.graph.node(root.label).alias
        assert alias is not None
        coded = f"({code}:{alias.label} {{{alias.code}: ${root.parameter}, {alias.issuer}: ${root.issuer}}})"
        begun = f"({code}.{alias.valid_from} IS NULL OR {code}.{alias.valid_from} <= ${root.day})"
        lasts = f"({code}.{alias.valid_to} IS NULL OR ${root.day} < {code}.{alias.valid_to})"
        row = f"({plan.row.variable}:{root.label})"
        return [f"MATCH {coded}-[:{alias.edge}]->{row}", f"WHERE {begun} AND {lasts}", "WITH * LIMIT 1"]

    def _by_ids(self, plan: IdsPlan) -> tuple[str, str]:
        branches, functions = list[str](), list[str]()
        for label in plan.labels:
            row, variable = self.row(label.row), label.row.variable
            key = self.graph.node(label.label).key
            match = (
                f"UNWIND ${label.parameter} AS {label.one} MATCH ({variable}:{label.label} {{{key}: {label.one}[1]}})"
            )
            seen = f" WHERE {label.predicate}" if label.predicate else ""
            returned = f"RETURN [{label.one}[0], {len(functions)}, {row.values}] AS found"
            branches.append(f"{match}{seen} {' '.join(row.clauses)} {returned}")
            functions.append(row.shaper)
        steps = [f"rows = [None] * p[{plan.root.count!r}]"]
        if functions:
            steps.append(f"for x in r: rows[x[0]] = ({', '.join(functions)},)[x[1]](x[2], p, w)")
        shaper = self.shapers.function(*steps, "rows[0]" if plan.root.alone else "rows")
        rows = f"COLLECT {{ {' UNION ALL '.join(branches)} }}" if branches else "[]"
        return f"RETURN {rows} AS row", shaper

    # Rows

    def row(self, plan: RowPlan) -> RowText:
        """What is read of a row."""
        first, *others = plan.parts
        if not others:
            clauses, values, items = self._fields(plan.variable, first, start=0)
            return RowText(tuple(clauses), f"[{', '.join(values)}]", self.shapers.function(record(items)))
        clauses, branches, functions = list[str](), list[str](), list[str]()
        for position, part in enumerate(plan.parts):
            more, values, items = self._fields(plan.variable, part, start=1)
            clauses += more
            branches.append(f"WHEN {plan.variable}:{part.label} THEN [{', '.join((str(position), *values))}]")
            functions.append(self.shapers.function(record(items)))
        shaper = self.shapers.function(f"({', '.join(functions)},)[r[0]](r, p, w)")
        return RowText(tuple(clauses), f"CASE {' '.join(branches)} END", shaper)

    def _fields(
        self, variable: str, plan: LabelPlan, *, start: int
    ) -> tuple[list[str], list[str], list[tuple[str, str]]]:
        """Clauses, values and the items of a row's record, whose values begin at position `start`."""
        clauses = [f"WITH *, {text} AS {lookup}" for lookup, text in plan.readable.lookups.items()]
        values, items = list[str](), list[tuple[str, str]]()
        for asked in plan.fields:
            at = f"r[{start + len(values)}]"
            match asked:
                case query.Scalar():
                    values.append(self._scalar(variable, plan, asked))
                    items.append((asked.key, at))
                case query.Typename():
                    items.append((asked.key, repr(asked.of or plan.label)))
                case query.NodeId():
                    values.append(f"{variable}.{self.graph.node(plan.label).key}")
                    items.append((asked.key, f"{plan.label + ':'!r} + {at}"))
                case OnePlan():
                    row = self._one(asked)
                    clauses += row.clauses
                    values.append(row.values)
                    items.append((asked.key, f"None if {at} is None else {row.shaper}({at}, p, w)"))
                case ManyPlan():
                    page, shaper = self.page(asked.page)
                    values.append(page)
                    items.append((asked.key, f"{shaper}({at}, p, w)"))
        return clauses, values, items

    def _scalar(self, variable: str, plan: LabelPlan, asked: query.Scalar) -> str:
        declared = self.graph.node(plan.label).property_named(asked.property)
        value, guard = plain(variable, declared), declared.guard
        return f"CASE WHEN {plan.readable.tests[guard]} THEN {value} ELSE {guard.instead} END" if guard else value

    def _one(self, plan: OnePlan) -> RowText:
        row, walk = self.row(plan.row), plan.walk
        before = [f"WITH *, {named(walk.seen.hoisted)}"] if walk.seen.hoisted else []
        values = f"CASE WHEN {walk.row} IS NULL THEN null ELSE {row.values} END"
        return RowText((*before, f"OPTIONAL {walk.match}{where(*walk.where)}", *row.clauses), values, row.shaper)

    # Pages

    def page(self, plan: ListPlan) -> tuple[str, str]:
        """The value of a connection, which is its rows, its total, or both; and the shaper's function that takes it."""
        value, shaper, _ = self._page(plan)
        return value, shaper

    def _page(self, plan: ListPlan) -> tuple[str, str, str]:
        """The same, and what it needs at the head of the statement."""
        columns = Columns(self, plan)
        total = any(isinstance(part, query.TotalCount) for part in plan.parts)
        shaper = columns.shaper("r[0]" if total else "r")
        scan = scanned(plan, rows=bool(columns.values), one_more=columns.needs_more, total=total)
        rows = "[]"
        if columns.values:
            values = columns.values[0] if columns.alone else f"[{', '.join(columns.values)}]"
            rows = f"COLLECT {{ {' '.join((scan.rows, *columns.clauses))} RETURN {values} ORDER BY {scan.order} }}"
        return f"[{rows}, {scan.total}]" if total else rows, shaper, scan.head


class Columns:
    """Which values each row of a page carries, those `at_hand` first, and how the parts of the connection are made of
    them.
    """

    def __init__(self, writer: TextWriter, plan: ListPlan, at_hand: tuple[str, ...] = ()) -> None:
        self.writer, self.plan = writer, plan
        self._cursor_at: int | None = None
        self.values = list(at_hand)
        self.clauses: list[str] = []
        page_info = {
            wanted for part in plan.parts if isinstance(part, query.PageInfo) for wanted in part.fields.values()
        }
        self.needs_more = ("hasPreviousPage" if plan.page.backward else "hasNextPage") in page_info
        # a row that carries one node and nothing else is that node's list itself
        self.alone = not at_hand and (
            sum(isinstance(part, NodesPlan) for part in plan.parts) == 1
            and not any(isinstance(part, EdgesPlan) for part in plan.parts)
            and page_info.isdisjoint(("startCursor", "endCursor"))
        )
        self.items = [self.part(part) for part in plan.parts]
        if self.needs_more and not self.values:
            self.values = ["1"]

    def shaper(self, rows: str) -> str:
        """The function that makes the connection of its rows."""
        page, steps = self.plan.page, [f"rows = {rows}"]
        size = f"p[{page.size!r}]"
        if self.needs_more:
            steps += [
                f"more = len(rows) > {size}",
                f"rows = {f'rows[len(rows) - {size}:]' if page.backward else f'rows[:{size}]'} if more else rows",
            ]
        return self.writer.shapers.function(*steps, record(self.items))

    def part(self, part: PartPlan) -> tuple[str, str]:
        """The response key of a part of the connection, and the expression that makes it of `rows`."""
        match part:
            case query.Typename():
                return part.key, repr(part.of)
            case query.TotalCount():
                return part.key, "r[1]"
            case NodesPlan():
                return part.key, f"[{self.node_value(part)} for x in rows]"
            case EdgesPlan():
                return part.key, f"[{record([self.edge_part(inner) for inner in part.parts])} for x in rows]"
            case query.PageInfo():
                return part.key, record([(key, self._page_info(wanted)) for key, wanted in part.fields.items()])

    def edge_part(self, part: EdgePartPlan) -> tuple[str, str]:
        """The same for a part of an edge, made of `x`."""
        match part:
            case query.Typename():
                return part.key, repr(part.of)
            case NodesPlan():
                return part.key, self.node_value(part)
            case query.Cursor():
                return part.key, self.cursor("x")
            case query.EdgeProperty():
                access = self.plan.access
                declared = next(each for each in access.edge_properties if each.name == part.property)
                return part.key, f"x[{self.at(plain(access.source.edge, declared))}]"
            case query.Found():
                return part.key, self.how_found(part)

    def node_value(self, part: NodesPlan) -> str:
        """The expression that makes a node of `x`."""
        row = self.writer.row(part.row)
        self.clauses += row.clauses
        at = self.at(row.values)
        return f"{row.shaper}({'x' if self.alone else f'x[{at}]'}, p, w)"

    def cursor(self, row: str) -> str:
        """The expression that makes the cursor of a row."""
        access = self.plan.access
        if self._cursor_at is None:
            source = access.source
            values = [sent(key.of(source.row, source.edge), key.kind) for key in access.ordering.keys]
            self._cursor_at = self.at(f"[{', '.join(values)}]")
        wanted = cursor_of(access.type_name, access.keys, self.plan.page, access.bound)
        return f"w.cursor({wanted.stamp!r}, {wanted.bound!r}, {row}[{self._cursor_at}])"

    def how_found(self, part: query.Found) -> str:
        """The expression that says how a row was found. Raises `TypeError` for the rows of a list."""
        raise TypeError(f"{part.what}: the rows of a list are listed, not found")

    def _page_info(self, wanted: str) -> str:
        page = self.plan.page
        match wanted:
            case "hasNextPage":
                return repr(page.before is not None) if page.backward else "more"
            case "hasPreviousPage":
                return "more" if page.backward else repr(page.after is not None)
            case "startCursor":
                return f"{self.cursor('rows[0]')} if rows else None"
            case "endCursor":
                return f"{self.cursor('rows[-1]')} if rows else None"
            case _:
                return repr("PageInfo")

    def at(self, value: str) -> int:
        """The position of a further value."""
        self.values.append(value)
        return len(self.values) - 1
