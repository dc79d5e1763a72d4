"""Which cases link a contact's employer with the viewer's organisation: the long part of the contacts' rule.

Nobody meets another by its own doing: a case that a party opened links it with others once its owner has confirmed it,
and an agency that others have named is met once it has joined.

Its texts are written as `graph_schema.visibility` says of all tests.
"""

from typing import Final

from graph_schema.cypher import only_if
from graph_schema.rule import Predicate
from graph_schema.viewer_sets import IN_TERM, has_answered, in_term, is_confirmed, is_met, takes_part


def _official_reaches(case_pattern: str, where: str = "true") -> str:
    """A case that fits the pattern, {k}, is owned by the viewer, or the viewer is an agency accepted in it."""
    owned = (
        f"EXISTS {{ MATCH {case_pattern} MATCH ({{k}})-[:HANDLED_BY]->({{owner}}) WHERE {{owner}} IN own AND {where} }}"
    )
    joined = (
        f"EXISTS {{ MATCH {case_pattern} MATCH ({{k}})-[{{i}}:INVOLVES]->({{agency}}) "
        f"WHERE {{agency}} IN own AND {{i}}.acceptedAt IS NOT NULL AND {where} }}"
    )
    return f"{only_if('owns', owned)} OR {only_if('joins', joined)}"


def _trade_reaches(pattern: str, where: str) -> str:
    """Among the confirmed cases of the viewer's own importers and clients, {mine}, walked from its side, one fits
    `pattern`.
    """
    own = "UNWIND own AS {me} MATCH ({me}:Importer)<-[:CONCERNS]-({mine}:Case)"
    clients = (
        f"UNWIND own AS {{agent}} MATCH ({{agent}}:Broker)-[{{p}}:REPRESENTS]->({{for}}:Importer) WHERE {IN_TERM} "
        "MATCH ({for})<-[:CONCERNS]-({mine}:Case)"
    )
    each = (
        (when, f"EXISTS {{ {start} WITH {{mine}} WHERE {is_confirmed('{mine}')} MATCH {pattern} WHERE {where} }}")
        for when, start in (("imports", own), ("represents", clients))
    )
    return " OR ".join(only_if(when, test) for when, test in each)


_OFFICE_LINKED: Final = (
    _trade_reaches("({mine})-[:HANDLED_BY]->({handler})", "{handler} = {x}")
    + " OR "
    + only_if(
        "joins",
        "EXISTS { MATCH ({x})<-[:HANDLED_BY]-({k}:Case) MATCH ({k})-[{i}:INVOLVES]->({agency}) "
        "WHERE {agency} IN own AND {i}.acceptedAt IS NOT NULL }",
    )
)

# A visible case links the viewer's organisation with the contact's, {x}, which is at hand: by its label, from the
# selective end.
LINKED: Final = {
    "Importer": (
        "EXISTS { MATCH ({x})<-[:CONCERNS]-(:Case) WHERE {x} IN own } OR "
        + only_if(
            "represents",
            "EXISTS { MATCH ({x})<-[{p}:REPRESENTS]-({broker}:Broker) MATCH ({x})<-[:CONCERNS]-({k}:Case) "
            f"WHERE {{broker}} IN own AND {IN_TERM} AND {is_confirmed('{k}')} }}",
        )
        + " OR "
        + _official_reaches("({x})<-[:CONCERNS]-({k}:Case)")
    ),
    "Center": _OFFICE_LINKED,
    "Port": _OFFICE_LINKED,
    "Office": _OFFICE_LINKED,
    "Team": (
        only_if(
            "isCenter",
            "EXISTS { MATCH ({x})-[:PART_OF]->({c}:Center) MATCH ({c})<-[:HANDLED_BY]-(:Case) WHERE {c} IN own }",
        )
        + " OR "
        + _trade_reaches("({mine})-[:HANDLED_BY]->(:Center)<-[:PART_OF]-({team})", "{team} = {x}")
        + " OR "
        + only_if(
            "joins",
            "EXISTS { MATCH ({x})-[:PART_OF]->({c}:Center) MATCH ({c})<-[:HANDLED_BY]-({k}:Case) MATCH"
            " ({k})-[{i}:INVOLVES]->({agency}) WHERE {agency} IN own AND {i}.acceptedAt IS NOT NULL }",
        )
    ),
    "Agency": (
        _trade_reaches("({mine})-[{i}:INVOLVES]->({agency})", f"{{agency}} = {{x}} AND {has_answered('{i}')}")
        + " OR "
        + _official_reaches("({x})<-[{j}:INVOLVES]-({k}:Case)", has_answered("{j}"))
    ),
    "Broker": (
        only_if(
            "imports",
            "EXISTS { UNWIND own AS {me} MATCH ({me}:Importer)<-[{p}:REPRESENTS]-({x}) MATCH"
            f" ({{me}})<-[:CONCERNS]-({{k}}:Case) WHERE {IN_TERM} AND {is_confirmed('{k}')} }}",
        )
        + " OR "
        + only_if(
            "represents",
            "EXISTS { UNWIND own AS {agent} MATCH"
            " ({agent}:Broker)-[{p}:REPRESENTS]->({shared}:Importer)<-[{q}:REPRESENTS]-({x}) MATCH"
            f" ({{shared}})<-[:CONCERNS]-({{k}}:Case) WHERE {IN_TERM} AND {in_term('{q}')} AND"
            f" {is_confirmed('{k}')} }}",
        )
        + " OR "
        + _official_reaches("({x})-[{p}:REPRESENTS]->({for}:Importer)<-[:CONCERNS]-({k}:Case)", IN_TERM)
    ),
}

# The same for an employer of any label where the viewer's offices are busy: from the employer's end, as `counterparts`
# has it from theirs.
WITH_BUSY: Final = (
    Predicate(
        f"{{owner}} IN own AND {is_met('{r}')}",
        match="({x})<-[{r}:CONCERNS|INVOLVES]-(:Case)-[:HANDLED_BY]->({owner})",
        when="busy AND owns",
    ),
    Predicate(
        f"{{agency}} IN own AND {{i}}.acceptedAt IS NOT NULL AND {is_met('{r}')}",
        match="({x})<-[{r}:CONCERNS|HANDLED_BY|INVOLVES]-(:Case)-[{i}:INVOLVES]->({agency})",
        when="busy AND joins",
    ),
    Predicate(
        "{center} IN own",
        match="({x}:Team)-[:PART_OF]->({center}:Center)<-[:HANDLED_BY]-(:Case)",
        when="busy AND isCenter",
    ),
    Predicate(
        "{agency} IN own AND {i}.acceptedAt IS NOT NULL",
        match="({x}:Team)-[:PART_OF]->(:Center)<-[:HANDLED_BY]-(:Case)-[{i}:INVOLVES]->({agency})",
        when="busy AND joins",
    ),
    Predicate(
        f"{{office}} IN own AND {takes_part('{r}')} AND {IN_TERM}",
        match="({x}:Broker)-[{p}:REPRESENTS]->(:Importer)<-[:CONCERNS]-(:Case)-[{r}:HANDLED_BY|INVOLVES]->({office})",
        when="busy",
    ),
)
OF_BUSY: Final = (
    "UNWIND CASE WHEN busy THEN own ELSE [] END AS {office} MATCH"
    f" ({{office}})<-[{{r}}:HANDLED_BY|INVOLVES]-({{k}}:Case) WHERE {takes_part('{r}')} MATCH"
    f" ({{k}})-[{{s}}:CONCERNS|HANDLED_BY|INVOLVES]->({{other}}) WHERE {is_met('{s}')} WITH DISTINCT {{other}} CALL"
    " ({other}, now) { RETURN {other} AS {o} UNION ALL MATCH ({other}:Center)<-[:PART_OF]-({o}:Team) RETURN"
    f" {{o}} UNION ALL MATCH ({{other}}:Importer)<-[{{p}}:REPRESENTS]-({{o}}:Broker) WHERE {IN_TERM} RETURN {{o}} }}"
)
