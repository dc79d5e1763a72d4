"""The plan of access: which rows a statement reads, from where, under which predicates and in which order.

Analysis makes a plan of what is asked, and text is written from it; between the two nothing of it changes. Predicates
and sort keys are expressions about variables that the plan names. Of clauses, of positions in an answer and of its
shaper it knows nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final, Generic, TypeAlias, TypedDict, TypeVar

from graph_schema.model import Property
from graph_schema.rule import Guard
from hub.compile import query
from hub.compile.order import Sort

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_NOTHING_KNOWN: Final[Mapping[tuple[str, str], str]] = MappingProxyType({})


RULE_COSTS: Final = 4
"""How much dearer a row under its rule is than one from the viewer's side. Measured on 100,000 cases, 2026-11-21."""


class Side(Enum):
    """Where lists of protected rows start: `CHEAPER` decides in the statement; the others are for tests that they
    agree.
    """

    CHEAPER = "cheaper"
    ROWS = "rows"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Visibility:
    """What makes the rows behind a variable visible.

    `predicate` is None where nothing needs to be asked. `hoisted`: variable -> expression, to be computed before the
    walk.
    `known`: label and grant -> the expression that stands for it on these rows, or for it and the grants before it.
    `later`: the same where it costs and may not be needed: a predicate to make when it is.
    `whole`: tests that ask no row; where one holds, all rows are visible.
    """

    predicate: str | None
    hoisted: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    known: Mapping[tuple[str, str], str] = field(default_factory=lambda: _NOTHING_KNOWN)
    later: Mapping[tuple[str, str], str] = field(default_factory=lambda: _NOTHING_KNOWN)
    whole: tuple[str, ...] = ()


VISIBLE: Final = Visibility(predicate=None)
"""Of rows that are known to be visible."""


@dataclass(frozen=True, slots=True)
class Readable:
    """Which guarded properties of a row may be read: by their guards, each a predicate.

    `lookups`: variable -> expression, of grants that those name. `seen` is what is known of the row with them.
    """

    tests: Mapping[Guard, str]
    lookups: Mapping[str, str]
    seen: Visibility


@dataclass(frozen=True, slots=True)
class Walk:
    """A match that binds `row`, and the `edge` that leads there, if one does; what holds of them, and what makes the
    rows visible.
    """

    match: str
    where: tuple[str, ...]
    row: str
    edge: str
    seen: Visibility


# Lists


@dataclass(frozen=True, slots=True)
class DenseEdgeScan(Walk):
    """Rows at the end of an edge of which the row at hand may have very many: along the edge, or those of a page in
    index order.

    `pays`: the condition under which index order pays. `indexed`: what an index needs to be used for the order.
    `at_hand`: the match that keeps only the rows at this edge.
    """

    label: str
    pays: str
    indexed: str
    at_hand: str


@dataclass(frozen=True, slots=True)
class ViewerScopedScan:
    """All rows of a protected label: three ways to the same rows, of which a statement takes one.

    `everything`: the predicate about the viewer under which it sees every row. `in_order`: the condition under which
    index order pays; None where no index gives the order. `indexed`: what an index needs to be used for the order.
    """

    row: str
    label: str
    everything: str | None
    in_order: str | None
    rule: str
    enumerated: str
    indexed: tuple[str, ...]
    seen: Visibility
    edge: str = ""


Source: TypeAlias = Walk | DenseEdgeScan | ViewerScopedScan
"""Where the rows of a list come from, each visible and only once: a walk, where they are at hand."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order. Keys across edges are variables in it: `lookups` are the walks to what they stand for, and
    `named` the expressions: variable -> expression.
    """

    keys: tuple[Sort, ...]
    lookups: tuple[Walk, ...] = ()
    named: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class ListAccess:
    """How the rows of a list are reached: their source, the conditions they fit, the order they come in.

    `keys` are the order as it is asked, by which its cursors are known; `prefix` is an index prefix that all rows
    share, to repeat before it.
    """

    source: Source
    labels: tuple[str, ...]
    type_name: str
    keys: tuple[Sort, ...]
    ordering: Ordering
    conditions: tuple[str, ...] = ()
    prefix: tuple[Sort, ...] = ()
    edge_properties: tuple[Property, ...] = ()
    bound: tuple[str, ...] = ()


# What is read


@dataclass(frozen=True, slots=True)
class OnePlan:
    """The one row at the end of a route, or null, under its response key."""

    key: str
    walk: Walk
    row: "RowPlan"


@dataclass(frozen=True, slots=True)
class ManyPlan:
    """The rows at the end of a route, a page of them, under its response key."""

    key: str
    page: "ListPlan"


FieldPlan: TypeAlias = query.Scalar | query.Typename | query.NodeId | OnePlan | ManyPlan


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What is read of a row that has this label, and which of its guarded properties may be."""

    label: str
    fields: tuple[FieldPlan, ...]
    readable: Readable


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is read of the row behind a variable: by label, or for all its labels alike.

    `seen` is what is known of the row after that.
    """

    variable: str
    parts: tuple[LabelPlan, ...]
    seen: Visibility


@dataclass(frozen=True, slots=True)
class NodesPlan:
    """`nodes` of a connection, or `node` of its edges."""

    key: str
    row: RowPlan


@dataclass(frozen=True, slots=True)
class EdgesPlan:
    """`edges` of a connection."""

    key: str
    parts: tuple["EdgePartPlan", ...]


EdgePartPlan: TypeAlias = NodesPlan | query.EdgeProperty | query.Cursor | query.Typename | query.Found
PartPlan: TypeAlias = NodesPlan | EdgesPlan | query.PageInfo | query.TotalCount | query.Typename


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A page of a list: how its rows are reached, and what is read of them."""

    access: ListAccess
    page: query.Page
    parts: tuple[PartPlan, ...]


# Statements


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """One row by its key, or by a further code, whose row is behind `alias`; `row.seen` says whether it is visible."""

    root: query.ByKey
    row: RowPlan
    predicate: str | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class IdPlan:
    """Rows of a label by the keys that `parameter` holds; `one` is the variable of a position and a key."""

    label: str
    parameter: str
    one: str
    predicate: str | None
    row: RowPlan


@dataclass(frozen=True, slots=True)
class IdsPlan:
    """Rows by their node ids, label by label."""

    root: query.ByIds
    labels: tuple[IdPlan, ...]


@dataclass(frozen=True, slots=True)
class FoundPlan:
    """Rows that another statement has found."""

    match: str
    row: RowPlan


Body: TypeAlias = "KeyPlan | ListPlan | IdsPlan | FoundPlan | SearchScan | str"
"""What a statement is made of: a plan, or a text that is written by hand."""
BodyPlan_co = TypeVar("BodyPlan_co", bound=Body, covariant=True)


@dataclass(frozen=True, slots=True)
class StatementPlan(Generic[BodyPlan_co]):
    """A statement: its body; what is computed once before that, as variable -> expression; and whether anything in it
    is of a rule, so that it holds for some viewers only.
    """

    body: BodyPlan_co
    heads: Mapping[str, str]
    asks: bool


# Searches


@dataclass(frozen=True, slots=True)
class SearchedLabel:
    """How rows of a label are found: behind `row` if the `rule` holds, if any, or `everything`, for all of them.

    `coded` is the variable of a row of which the text names a code, where the label has codes. `words` is given where
    candidates by words have to be weighed.
    """

    label: str
    row: str
    rule: str | None
    everything: str | None
    coded: str | None
    words: "Weighed | None"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates behind `row`, against the rows that the viewer may see: about `degree`, `enumerated` behind `mine`."""

    degree: str
    row: str
    mine: str
    enumerated: str


@dataclass(frozen=True, slots=True)
class SearchScan:
    """The search among the rows of some labels, for a page from the front, or `backward`."""

    labels: tuple[SearchedLabel, ...]
    backward: bool
    side: Side


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A search: the statements that find its rows, and, by label, what is read of those on the page."""

    root: query.Search
    finds: tuple[StatementPlan[SearchScan], ...]
    reads: Mapping[str, StatementPlan[ListPlan]]


# Questions of the hub's own


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The statement of that name, which reads rows from their keys."""

    name: str
    statement: StatementPlan[FoundPlan]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row at `at` in what was told, or null: by its label, the items that are made of what was told of it, or the
    name of the reading that gives them.
    """

    at: str
    by_label: "Mapping[str, tuple[Item, ...] | str]"


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """A record at `at` in what was told, or, `several`, a list of them: its items."""

    at: str
    items: "tuple[Item, ...]"
    several: bool


Item: TypeAlias = tuple[str, str | ToldRow | ToldRecord]
"""A response key, and the expression that gives its value, or what that is made of."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where rows stand in what was told, as `compiled.Place` has it, with the names of each label's readings."""

    steps: tuple[tuple[int, bool], ...]
    position: int
    labels: tuple[str, ...]
    keys: Mapping[str, int]
    readings: Mapping[str, tuple[str, ...]]


class Selected(TypedDict):
    """What is selected of a question, as a parameter says it: `LISTS`, `ROWS` and `BESIDE`."""

    lists: Mapping[str, bool]
    rows: Mapping[str, Sequence[str]]
    beside: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class CustomPlan:
    """A question of the hub's own: the statement that finds what it tells, what of that is `selected`, as a parameter
    says it, where rows stand in it, how they are read, and the items that it is shaped to.
    """

    tells: StatementPlan[str]
    selected: Selected
    sizes: tuple[str, ...]
    places: tuple[RowPlace, ...]
    readings: tuple[ReadingPlan, ...]
    items: tuple[Item, ...]
