"""What was asked, in the graph's own words: fields resolved to properties and routes, fragments merged, values bound.

Every value is the *name* of a statement parameter, so one compiled question serves all values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from graph_schema.model import DeskList, Kind, Route
from hub.compile.custom_field import CustomField

Comparison = Literal["eq", "in", "gt", "gte", "lt", "lte", "contains", "startsWith", "isNull"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A property of the row, under its response key."""

    key: str
    property: str


@dataclass(frozen=True, slots=True)
class Typename:
    """`__typename`: the label of the row, or `of` where the type is no label (a connection, an edge)."""

    key: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class NodeId:
    """The row's node id: its label and key."""

    key: str


@dataclass(frozen=True, slots=True)
class One:
    """The one row at the end of a route, or null."""

    key: str
    route: Route
    selection: "Selection"


@dataclass(frozen=True, slots=True)
class Many:
    """The rows at the end of a route, a page of them."""

    key: str
    route: Route
    page: "Page"


Field = Scalar | Typename | NodeId | One | Many
Selection = Mapping[str, tuple[Field, ...]]
"""The fields asked of a row, by its label: a fragment on one member of an interface speaks of that label only."""


# Conditions. What is unknown (a comparison with an empty property) does not hold, so `Not` of it does.


class Folds(Enum):
    """How a text is compared: as it is; without regard to capitals, the parameter being in lower case; or so that an
    index is used.

    The parameter of the last is a list: the text in lower case, and the four ways to write its first two letters.
    """

    NOT = "not"
    CAPITALS = "capitals"
    SOUGHT = "sought"


@dataclass(frozen=True, slots=True)
class Compare:
    """`property operator $parameter`, of the row or, with `of_edge`, of the edge it was reached by.

    `known` is the value where it is a truth: that decides the plan. `folds` says how texts are compared.
    """

    property: str
    operator: Comparison
    parameter: str
    of_edge: bool = False
    known: bool | None = None
    folds: Folds = Folds.NOT


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them holds; where there is none, that is so."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Across:
    """Of the rows at the end of a route, which the viewer may see, some, none or every one fits."""

    route: Route
    quantifier: Literal["some", "none", "every"]
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class IsA:
    """The row has this label, and fits."""

    label: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class OnDesk:
    """The row is one of that list of what lies on the viewer's desk."""

    of: DeskList


Condition = Compare | All | AnyOf | Not | Across | IsA | OnDesk
EVERY_ROW: Final = All(())


@dataclass(frozen=True, slots=True)
class OrderKey:
    """A property to order by, of the row, or of the one at the end of `path`, or, with `of_edge`, of the row's edge.

    `descending` puts empty values first, as Cypher does; a row that may not be seen is an empty value.
    """

    property: str
    descending: bool = False
    path: tuple[Route, ...] = ()
    of_edge: bool = False


Position = tuple[str, ...]
"""The parameters that hold a position in a list: one for each of its order's keys."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a connection. `size` is the parameter that holds its size; `parts` what was asked of it.

    It is the first rows after `after` and before `before`, or, `backward`, the last ones.
    """

    size: str
    parts: tuple["Part", ...]
    backward: bool = False
    after: Position | None = None
    before: Position | None = None
    where: Condition = EVERY_ROW
    order: tuple[OrderKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Nodes:
    """`nodes`: the rows of the page; `key` is the response key, here and below."""

    key: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class EdgeNode:
    """`node` of an edge: the row that it leads to."""

    key: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class EdgeProperty:
    """A property of the edge itself, e.g. since when it is there."""

    key: str
    property: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """`cursor` of an edge: where the row stands in the list."""

    key: str


@dataclass(frozen=True, slots=True)
class Edges:
    """`edges`: each row of the page with what is asked of its edge."""

    key: str
    parts: tuple["EdgePart", ...]


@dataclass(frozen=True, slots=True)
class Found:
    """How a row was found by search: `match`, `wordsMatched` or `highlights`."""

    key: str
    what: Literal["match", "wordsMatched", "highlights"]


EdgePart = EdgeNode | EdgeProperty | Cursor | Typename | Found


@dataclass(frozen=True, slots=True)
class PageInfo:
    """`fields`: response key -> hasNextPage, hasPreviousPage, startCursor, endCursor or __typename."""

    key: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TotalCount:
    """`totalCount`: how many rows the list has on all its pages."""

    key: str


Part = Nodes | Edges | PageInfo | TotalCount | Typename


@dataclass(frozen=True, slots=True)
class ByKey:
    """A root field that asks for one row: `label` where `property` is `$parameter`.

    Through the label's alias where `issuer` and `day` name parameters: a further code, valid on that day.
    """

    label: str
    property: str
    parameter: str
    selection: Selection
    issuer: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class List:
    """A root field that asks for the rows of a label."""

    label: str
    page: Page


@dataclass(frozen=True, slots=True)
class ByIds:
    """A root field that asks for rows by node ids: `keys` are label -> the parameter that holds [position, key] pairs.

    The answer is a list of as many rows as the parameter `count` says, null where there is none; `alone` asks for its
    first member only.
    """

    keys: Mapping[str, str]
    count: str
    selection: Selection
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """A root field that asks for rows of these labels by words and codes."""

    labels: tuple[str, ...]
    page: Page


@dataclass(frozen=True, slots=True)
class CustomSelection:
    """A member asked of a record: `fields` of a further record, or the `selection` of a row."""

    key: str
    name: str
    fields: tuple["CustomSelection", ...] = ()
    selection: Selection = field(default_factory=dict[str, tuple[Field, ...]])


@dataclass(frozen=True, slots=True)
class CustomQuery:
    """A root field that asks a question of the hub's own; `given` are its arguments that may have a value."""

    question: CustomField
    given: frozenset[str]
    fields: tuple[CustomSelection, ...]


Root = ByKey | List | ByIds | Search | CustomQuery


@dataclass(frozen=True, slots=True)
class CursorOf:
    """What a cursor holds and must match to be taken: the list's type, its order and conditions, and its values' kinds.

    `bound` are the parameters whose values a cursor is good for alone.
    """

    stamp: str
    kinds: tuple[Kind, ...]
    bound: tuple[str, ...]
