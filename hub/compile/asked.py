"""What was asked, in the graph's own words: fields resolved to properties and routes, fragments merged, values bound.

Every value is the *name* of a statement parameter, so one compiled question serves all values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph_schema.model import Kind, Route

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


Field = Scalar | Typename | One | Many
Selection = Mapping[str, tuple[Field, ...]]
"""The fields asked of a row, by its label: a fragment on one member of an interface speaks of that label only."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`property operator $parameter`."""

    property: str
    operator: Comparison
    parameter: str


@dataclass(frozen=True, slots=True)
class OrderKey:
    """A property to order by; `descending` puts empty values first, as Cypher does."""

    property: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """The parameters that hold the position after which the page starts: one for each order key, in their order."""

    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a connection. `first` is the parameter that holds its size; `parts` what was asked of it."""

    first: str
    after: After | None
    filters: tuple[Filter, ...]
    order: tuple[OrderKey, ...]
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    key: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class EdgeNode:
    key: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class EdgeProperty:
    key: str
    property: str


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str


@dataclass(frozen=True, slots=True)
class Edges:
    key: str
    parts: tuple["EdgeNode | EdgeProperty | Cursor | Typename", ...]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """`fields`: response key -> hasNextPage, hasPreviousPage, startCursor, endCursor or __typename."""

    key: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TotalCount:
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


Root = ByKey | List


@dataclass(frozen=True, slots=True)
class CursorOf:
    """What a cursor holds and must match to be taken: the list's type, its order, and the kinds of its values."""

    stamp: str
    kinds: tuple[Kind, ...]
