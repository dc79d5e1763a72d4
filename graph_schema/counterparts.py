"""Which cases link a contact's employer with the viewer's organisation: the long part of the contacts' rule.

Nobody meets another by its own doing: a case that a party opened links it with others once its owner has confirmed it,
and an agency that others have named is met once it has joined. Offices of CBP see all who work for CBP without a case.

Its texts are written as `graph_schema.visibility` says of all tests.
"""

from typing import Final

from graph_schema.rows import MY_PARTIES, Choice, Rows
from graph_schema.rule import AnyOf, Predicate
from graph_schema.viewer_sets import IN_TERM, has_answered, in_term, is_confirmed, is_met, takes_part


def _own_reaches(flag: str, match: str, where: str) -> Predicate:
    """A party of the viewer's, whose label that viewer set tells, is where the pattern leads."""
    return Predicate(where, match=match, when=(flag,), needs=("myParties",))


def _official_reaches(case_pattern: str, where: str = "true") -> tuple[Predicate, Predicate]:
    """A case that fits the pattern, {k}, is owned by the viewer, or the viewer is an agency accepted in it."""
    return (
        _own_reaches(
            "isOffice",
            f"{case_pattern} MATCH ({{k}})-[:HANDLED_BY]->({{owner}})",
            f"{{owner}} IN myParties AND {where}",
        ),
        _own_reaches(
            "isAgency",
            f"{case_pattern} MATCH ({{k}})-[{{i}}:INVOLVES]->({{agency}})",
            f"{{agency}} IN myParties AND {{i}}.acceptedAt IS NOT NULL AND {where}",
        ),
    )


def _trade_reaches(pattern: str, where: str) -> tuple[Predicate, ...]:
    """Among the confirmed cases of the viewer's own importers and clients, {mine}, walked from its side, one fits
    `pattern`.
    """
    own = "UNWIND myParties AS {me} MATCH ({me}:Importer)<-[:CONCERNS]-({mine}:Case)"
    clients = (
        f"UNWIND myParties AS {{agent}} MATCH ({{agent}}:Broker)-[{{p}}:REPRESENTS]->({{for}}:Importer) WHERE {IN_TERM}"
        " MATCH ({for})<-[:CONCERNS]-({mine}:Case)"
    )
    return tuple(
        Predicate(
            f"EXISTS {{ {start} WITH {{mine}} WHERE {is_confirmed('{mine}')} MATCH {pattern} WHERE {where} }}",
            when=(flag,),
            needs=("myParties",),
            walks=True,
        )
        for flag, start in (("isImporter", own), ("represents", clients))
    )


_OFFICE_LINKED: Final = AnyOf(
    *_trade_reaches("({mine})-[:HANDLED_BY]->({handler})", "{handler} = {x}"),
    _own_reaches(
        "isAgency",
        "({x})<-[:HANDLED_BY]-({k}:Case) MATCH ({k})-[{i}:INVOLVES]->({agency})",
        "{agency} IN myParties AND {i}.acceptedAt IS NOT NULL",
    ),
)

# A visible case links the viewer's organisation with the contact's, {x}, which is at hand: by its label, from the
# selective end.
LINKED: Final = {
    "Importer": AnyOf(
        Predicate("{x} IN myParties", match="({x})<-[:CONCERNS]-(:Case)", needs=("myParties",)),
        _own_reaches(
            "represents",
            "({x})<-[{p}:REPRESENTS]-({broker}:Broker) MATCH ({x})<-[:CONCERNS]-({k}:Case)",
            f"{{broker}} IN myParties AND {IN_TERM} AND {is_confirmed('{k}')}",
        ),
        *_official_reaches("({x})<-[:CONCERNS]-({k}:Case)"),
    ),
    "Center": _OFFICE_LINKED,
    "Port": _OFFICE_LINKED,
    "Office": _OFFICE_LINKED,
    "Team": AnyOf(
        *_trade_reaches("({mine})-[:HANDLED_BY]->(:Center)<-[:PART_OF]-({team})", "{team} = {x}"),
        _own_reaches(
            "isAgency",
            "({x})-[:PART_OF]->({c}:Center) MATCH ({c})<-[:HANDLED_BY]-({k}:Case) MATCH"
            " ({k})-[{i}:INVOLVES]->({agency})",
            "{agency} IN myParties AND {i}.acceptedAt IS NOT NULL",
        ),
    ),
    "Agency": AnyOf(
        *_trade_reaches("({mine})-[{i}:INVOLVES]->({agency})", f"{{agency}} = {{x}} AND {has_answered('{i}')}"),
        *_official_reaches("({x})<-[{j}:INVOLVES]-({k}:Case)", has_answered("{j}")),
    ),
    "Broker": AnyOf(
        Predicate(
            "EXISTS { UNWIND myParties AS {me} MATCH ({me}:Importer)<-[{p}:REPRESENTS]-({x}) MATCH"
            f" ({{me}})<-[:CONCERNS]-({{k}}:Case) WHERE {IN_TERM} AND {is_confirmed('{k}')} }}",
            when=("isImporter",),
            needs=("myParties",),
            walks=True,
        ),
        Predicate(
            "EXISTS { UNWIND myParties AS {agent} MATCH"
            " ({agent}:Broker)-[{p}:REPRESENTS]->({shared}:Importer)<-[{q}:REPRESENTS]-({x}) MATCH"
            f" ({{shared}})<-[:CONCERNS]-({{k}}:Case) WHERE {IN_TERM} AND {in_term('{q}')} AND"
            f" {is_confirmed('{k}')} }}",
            when=("represents",),
            needs=("myParties",),
            walks=True,
        ),
        *_official_reaches("({x})-[{p}:REPRESENTS]->({for}:Importer)<-[:CONCERNS]-({k}:Case)", IN_TERM),
    ),
}

# The same for an employer of any label where the viewer's offices are busy: from the employer's end, as `counterparts`
# has it from theirs.
WITH_BUSY: Final = (
    Predicate(
        f"{{owner}} IN myParties AND {is_met('{r}')}",
        match="({x})<-[{r}:CONCERNS|INVOLVES]-(:Case)-[:HANDLED_BY]->({owner})",
        when=("busy", "isOffice"),
        needs=("myParties",),
    ),
    Predicate(
        f"{{agency}} IN myParties AND {{i}}.acceptedAt IS NOT NULL AND {is_met('{r}')}",
        match="({x})<-[{r}:CONCERNS|HANDLED_BY|INVOLVES]-(:Case)-[{i}:INVOLVES]->({agency})",
        when=("busy", "isAgency"),
        needs=("myParties",),
    ),
    Predicate(
        "{agency} IN myParties AND {i}.acceptedAt IS NOT NULL",
        match="({x}:Team)-[:PART_OF]->(:Center)<-[:HANDLED_BY]-(:Case)-[{i}:INVOLVES]->({agency})",
        when=("busy", "isAgency"),
        needs=("myParties",),
    ),
    Predicate(
        f"{{office}} IN myParties AND {takes_part('{r}')} AND {IN_TERM}",
        match="({x}:Broker)-[{p}:REPRESENTS]->(:Importer)<-[:CONCERNS]-(:Case)-[{r}:HANDLED_BY|INVOLVES]->({office})",
        when=("busy",),
        needs=("myParties",),
    ),
)
OF_BUSY: Final = Rows(
    "UNWIND ",
    Choice("busy", MY_PARTIES.of, "[]"),
    " AS {office} MATCH"
    f" ({{office}})<-[{{r}}:HANDLED_BY|INVOLVES]-({{k}}:Case) WHERE {takes_part('{r}')} MATCH"
    f" ({{k}})-[{{s}}:CONCERNS|HANDLED_BY|INVOLVES]->({{other}}) WHERE {is_met('{s}')} WITH DISTINCT {{other}} CALL"
    " ({other}, now) { RETURN {other} AS {o} UNION ALL MATCH ({other}:Center)<-[:PART_OF]-({o}:Team) RETURN"
    f" {{o}} UNION ALL MATCH ({{other}}:Importer)<-[{{p}}:REPRESENTS]-({{o}}:Broker) WHERE {IN_TERM} RETURN {{o}} }}",
)
