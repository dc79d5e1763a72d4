"""`path` and `neighbourhood`: how parties are connected, over what the viewer may see.

Neo4j seeks shortest paths from both ends at once, but only by predicates without sub-queries. So what the viewer may
see of importers and cases is listed once at the head, by the rule table, and edges are asked by the sets of the viewer;
who sees all asks nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from graph_schema import cases, parties
from graph_schema.cypher import bind, fill, literal
from graph_schema.graph import GRAPH
from graph_schema.model import NODE, Edge, Kind, Property
from graph_schema.viewer_sets import IN_TERM, takes_part
from hub.compile.compiler import Arguments, CustomField, Record, Records, RowOf, Sees, Value
from hub.errors import BadInput
from hub.queries.arguments import first_of

_LONGEST: Final = 8
"""More steps than that say nothing."""
_MOST: Final = 200
_FEW: Final = 50
_DEPTH: Final = 2
ENDS: Final = (
    "Importer",
    "Broker",
    "Center",
    "Team",
    "Port",
    "Office",
    "Agency",
    "AgencyOffice",
    "Association",
    "FieldOffice",
    "Case",
)
_PRIVATE: Final = ("Importer", "Case")


@dataclass(frozen=True, slots=True)
class Link:
    """A kind of link: its edges, and what each says of its tail `{a}` and head `{b}`."""

    name: str
    edges: tuple[tuple[Edge, str], ...]


_PART_OF: Final = "is part of"
LINKS: Final = (
    Link("REPRESENTATION", ((parties.REPRESENTS, "holds a power of attorney for"),)),
    Link("ASSIGNMENT", ((parties.ASSIGNED_TO, "is assigned to"),)),
    Link("MEMBERSHIP", ((parties.HAS_MEMBER, "has as a member"),)),
    Link(
        "ORGANISATION",
        (
            (parties.OFFICE_PART_OF, _PART_OF),
            (parties.TEAM_PART_OF, _PART_OF),
            (parties.AGENCY_PART_OF, _PART_OF),
            (parties.MANAGED_FROM, "is managed from"),
            (parties.IN_FIELD_OFFICE, "belongs to the Field Office"),
        ),
    ),
    Link("ENTRY", ((parties.ENTERS_AT, "enters at"),)),
    Link(
        "CASE",
        ((cases.CONCERNS, "concerns"), (cases.HANDLED_BY, "is handled by"), (cases.INVOLVES, "involves")),
    ),
)
"""In the order in which they are told. No link leads through an issue: who holds one is not told that way."""
KINDS: Final = tuple(link.name for link in LINKS)


def types(links: tuple[Link, ...]) -> str:
    """Their relationship types, as a pattern has them."""
    return "|".join(dict.fromkeys(edge.type for link in links for edge, _ in link.edges))


def _is_end(row: str) -> str:
    """The row is none that another label's edge of the same type leads to, e.g. a case that its source has retired."""
    wanted = {edge.type for link in LINKS for edge, _ in link.edges}
    others = sorted(
        {end for edge in GRAPH.edges if edge.type in wanted for end in (*edge.tail, *edge.head)} - set(ENDS)
    )
    return f"NOT {row}:{'|'.join(others)}" if others else "true"


def _ruled(edge: str, may: Callable[[Edge], str]) -> str:
    """Each type of edge is in force (an active assignment, a power of attorney in term, a part that was accepted),
    and may be seen.
    """
    in_force = {
        "ASSIGNED_TO": f"{edge}.activeFor IS NOT NULL",
        "REPRESENTS": bind(IN_TERM, {"p": edge}, str),
        "INVOLVES": takes_part(edge),
    }
    tests = {
        declared.type: [test for test in (in_force.get(declared.type, "true"), may(declared)) if test != "true"]
        for link in LINKS
        for declared, _ in link.edges
    }
    each = " ".join(f"WHEN {literal(name)} THEN {' AND '.join(all_)}" for name, all_ in tests.items() if all_)
    return f"CASE type({edge}) {each} ELSE true END"


def _may(sees: Sees, edge: str, row: str) -> str:
    """The edge is in force, and the viewer may see it and the row at its far end: by the lists at the head."""
    rows = " AND ".join(f"(NOT {row}:{label} OR {row} IN seen{label} OR seesAll)" for label in _PRIVATE)
    edges = _ruled(edge, lambda declared: sees.edge_by_sets(declared, f"startNode({edge})", f"endNode({edge})"))
    return f"{rows} AND {_is_end(row)} AND {edges}"


def _named(argument: str, may: Callable[[str, str], str]) -> str:
    """The row that an argument names by its nodeId, if the viewer may see it."""
    end = f"$asked.{argument}"
    each = (
        f"MATCH (n:{label} {{{GRAPH.node(label).key}: {end}.key}}) WHERE {end}.label = {literal(label)} AND"
        f" {may('n', label)} RETURN n"
        for label in ENDS
    )
    return f"head(COLLECT {{ CALL (*) {{ {' UNION ALL '.join(each)} }} RETURN n }})"


def _listed(row: str, label: str) -> str:
    """The row may be seen, by the lists at the head."""
    return f"(seesAll OR {row} IN seen{label})" if label in _PRIVATE else "true"


def _seen(sees: Sees) -> str:
    return f"WITH *, {', '.join(f'{sees.every(label)} AS seen{label}' for label in _PRIVATE)}"


_SAYS: Final = " ".join(
    f"WHEN {literal(edge.type)} THEN {literal(says)}" for link in LINKS for edge, says in link.edges
)
_NAME: Final = "CASE WHEN {n}:Case THEN 'case ' + {n}.number ELSE coalesce({n}.name, {n}.number) END"


def _said(edge: str) -> str:
    a, b = (fill(_NAME, n=f"{end}({edge})") for end in ("startNode", "endNode"))
    return f"{a} + ' ' + CASE type({edge}) {_SAYS} END + ' ' + {b}"


def _shortest(sees: Sees, links: tuple[Link, ...], more: str = "", as_: str = "way") -> str:
    x, r, y = (f"{end}_{as_}" for end in "xry")
    may = f"{_may(sees, r, y)}{more}"
    return (
        f"MATCH {as_} = SHORTEST 1 (one) (({x})-[{r}:{types(links)}]-({y}) WHERE {may}){{1,{_LONGEST}}} (other) WHERE"
        " one <> other"
    )


def _path_start(sees: Sees, _: frozenset[str]) -> str:
    return "\n".join(
        (
            _seen(sees),
            f"WITH *, {_named('from', _listed)} AS one, {_named('to', _listed)} AS other",
            f"OPTIONAL {_shortest(sees, LINKS, ' AND ($asked.types IS NULL OR type(r_way) IN $asked.types)')}",
            "WITH *, CASE WHEN way IS NULL THEN [] ELSE relationships(way) END AS links,",
            "  CASE WHEN way IS NULL THEN [] ELSE nodes(way) END AS stops",
        )
    )


def _steps(links: str, stops: str) -> str:
    """The clauses that tell the links of a way one by one, each with its ends; the two are variables of lists."""
    each = f"{links}[at_link] AS link, {stops}[at_link] AS before, {stops}[at_link + 1] AS after"
    return f"UNWIND range(0, size({links}) - 1) AS at_link WITH *, {each}"


def _end(argument: str, value: str) -> dict[str, str]:
    """What a nodeId names, as one map: Neo4j plans anew for texts of quite another length, but not for what is in a
    map.
    """
    label, _, key = value.partition(":")
    if label not in ENDS or not key:
        raise BadInput(f"{argument}: a nodeId of one of {', '.join(ENDS)} is expected, e.g. Center:CEE007")
    return {"label": label, "key": key}


def _path_supplied(arguments: Arguments) -> Arguments:
    kinds = arguments["kinds"]
    if kinds and not set(kinds) <= set(KINDS):
        raise BadInput(f"kinds: one of {', '.join(KINDS)}")
    wanted = None if kinds is None else [edge.type for link in LINKS if link.name in kinds for edge, _ in link.edges]
    return {**{name: _end(name, arguments[name]) for name in ("from", "to")}, "types": wanted}


_STEP: Final = Record(
    "PathStep",
    "A link from one row to the next.",
    (
        Value(Property("text", "What it says.", required=True), _said("link")),
        RowOf("from", "The row before.", NODE, "before", required=True),
        RowOf("to", "The row after.", NODE, "after", required=True),
    ),
)


def _by_kind(sees: Sees) -> str:
    each = (
        f"{_shortest(sees, (link,), as_='by_' + link.name.lower())} "
        f"RETURN {literal(link.name)} AS kind, {place} AS place, by_{link.name.lower()} AS by_kind"
        for place, link in enumerate(LINKS)
    )
    return (
        f"CALL (*) {{ {' UNION ALL '.join(each)} }} WITH *, relationships(by_kind) AS links_, nodes(by_kind) AS stops_"
    )


PATH: Final = CustomField(
    "path",
    f"How two parties are connected: the shortest way of up to {_LONGEST} steps over what you may see.",
    (
        Property("from", "One end, by its nodeId, e.g. Importer:00-0000000AA.", required=True),
        Property("to", "The other end, by its nodeId, e.g. Center:CEE007.", required=True),
        Property("kinds", f"Only links of these kinds: {', '.join(KINDS)}.", Kind.STRINGS),
    ),
    Record(
        "Path",
        "How two parties are connected.",
        (
            RowOf("from", "One end; null where there is none to be seen.", NODE, "one"),
            RowOf("to", "The other end; null where there is none to be seen.", NODE, "other"),
            Value(Property("length", "How many steps it takes; null where no way is to be seen.", Kind.INT),
                  "CASE WHEN way IS NULL THEN null ELSE length(way) END"),
            Records("steps", "The way, step by step.", _STEP, lambda _: _steps("links", "stops"), "at_link"),
            Records(
                "byKind",
                "The shortest way over links of each kind alone, where there is one.",
                Record(
                    "PathByKind",
                    "The shortest way over links of one kind.",
                    (
                        Value(Property("kind", "The kind of link.", required=True, values=KINDS), "kind"),
                        Value(Property("length", "How many steps it takes.", Kind.INT, required=True), "size(links_)"),
                        Records("steps", "The way, step by step.", _STEP,
                                lambda _: _steps("links_", "stops_"), "at_link"),
                    ),
                ),
                _by_kind,
                "place",
            ),
        ),
    ),
    _path_start,
    _path_supplied,
    rows=_MOST,
)  # fmt: skip


def _around(sees: Sees, depth: str) -> str:
    """What is linked to the rows in `rim`, but not to those before; the nearest by name, as many as are asked for."""
    rows = " AND ".join(f"(NOT y:{label} OR {sees.row('y', label)})" for label in _PRIVATE)
    may = f"{rows} AND {_ruled('r', lambda edge: sees.edge(edge, 'a', 'b', 'r'))}"
    return (
        f"COLLECT {{ UNWIND rim AS x MATCH (x)-[r:{types(LINKS)}]-(y) WHERE {_is_end('y')} AND NOT y IN inside "
        f"WITH x, r, y, startNode(r) AS a, endNode(r) AS b WHERE {may} "
        f"WITH y, collect([r, x])[0] AS via WITH y, via, {fill(_NAME, n='y')} AS name "
        "ORDER BY y:Case, head(labels(y)), name, elementId(y) "
        f"LIMIT $first + 1 RETURN [y, via[0], via[1], {depth}] }}"
    )


def _neighbourhood_start(sees: Sees, _: frozenset[str]) -> str:
    lines = [
        f"WITH *, {_named('of', sees.row)} AS center",
        "WITH *, CASE WHEN center IS NULL THEN [] ELSE [center] END AS rim",
        "WITH *, rim AS inside",
        f"WITH *, {_around(sees, '1')} AS near",
        "WITH *, [n IN near | n[0]] AS rim, inside + [n IN near | n[0]] AS inside",
        f"WITH *, CASE WHEN $asked.depth < 2 OR size(near) > $first THEN [] ELSE {_around(sees, '2')} END AS far",
        "WITH *, near + far AS all_near",
    ]
    return "\n".join(lines)


def _neighbourhood_supplied(arguments: Arguments) -> Arguments:
    end, depth = _end("of", arguments["of"]), arguments["depth"]
    if depth is None:
        depth = 1
    if not 1 <= depth <= _DEPTH:
        raise BadInput(f"depth: 1 to {_DEPTH}")
    return {"of": end, "depth": depth, "first": first_of(arguments, _FEW, _MOST)}


NEIGHBOURHOOD: Final = CustomField(
    "neighbourhood",
    "What is linked to a party or a case, over what you may see.",
    (
        Property("of", "The party or case, by its nodeId, e.g. Center:CEE007.", required=True),
        Property("depth", f"How many steps away: 1 to {_DEPTH}, 1 if not said.", Kind.INT),
        Property("first", f"How many rows at most: 1 to {_MOST}, {_FEW} if not said.", Kind.INT),
    ),
    Record(
        "Neighbourhood",
        "What is linked to a row.",
        (
            RowOf("of", "The row; null where there is none to be seen.", NODE, "center"),
            Records(
                "neighbours",
                "The rows, the nearest first.",
                Record(
                    "Neighbour",
                    "A row, and the link by which it was reached.",
                    (
                        RowOf("node", "The row.", NODE, "node", required=True),
                        Value(Property("distance", "How many steps away it is.", Kind.INT, required=True), "found[3]"),
                        Value(Property("text", "What the link says.", required=True), _said("link")),
                        RowOf("via", "The row that it is linked to.", NODE, "before", required=True),
                    ),
                ),
                lambda _: "UNWIND range(0, size(all_near[..$first]) - 1) AS at_row WITH *, all_near[at_row] AS found "
                "WITH *, found[0] AS node, found[1] AS link, found[2] AS before",
                "at_row",
            ),
            Value(Property("more", "Whether there are more rows than were asked for.", Kind.BOOLEAN, required=True),
                  "size(all_near) > $first"),
        ),
    ),
    _neighbourhood_start,
    _neighbourhood_supplied,
    ("first",),
    rows=_MOST * 2,
)  # fmt: skip
