"""The rule table: who may see a row, and why. A label without a rule is refused when the schema is built.

How a test is written: Cypher predicates in which `{n}` is the row, `{x}` the row at the other end of a grant's edge,
`{e}` that edge, `{a}` and `{b}` an edge's tail and head; every other `{name}` becomes a variable of its own. The viewer
sets (`own`, `seesAll`, …) are computed once at the head of a statement, from the account's rights in term: what other
systems write about themselves (WORKS_FOR, names, mail addresses) never enters them.

Each grant also lists its rows from the viewer's side (`rows`): equal sets, and the statement starts from whichever side is
cheaper for this viewer. A test is made only for viewers who could pass it (`when`, `only_if`): a Center's list asks nothing
about powers of attorney.

Two traps of Neo4j's planner shape the tests. Alternatives are joined by OR; where one needs a condition before a sub-query,
that stands inside the sub-query or in a CASE, never in an AND beside it, which would be turned into a conjunction of ORs
with every other alternative twice. And sub-queries are never nested: each level is planned anew for every plan of the level
around it (seconds at three levels), so an alternative within a sub-query becomes a sub-query of its own, with a longer path.
"""

from typing import Final

from graph_schema import cases, cypher, parties, people
from graph_schema.cypher import only_if
from graph_schema.model import EdgeRule, Grant, Predicate, Right, Rule, ViewerSet


def _in_term(edge: str) -> str:
    """The right or power of attorney behind that variable is in term."""
    return parties.IN_TERM.replace("{e}", edge)


_IN_TERM: Final = _in_term("{p}")

# The viewer's cases by reason, from its parties, so that the grants and the viewer sets cannot differ.
_OWNED_CASES: Final = "UNWIND own AS {owner} MATCH ({owner})<-[:HANDLED_BY]-({n}:Case)"
_CLIENTS: Final = (
    "UNWIND own AS {me} MATCH ({me}:Importer) RETURN {me} AS {i} "
    f"UNION UNWIND own AS {{agent}} MATCH ({{agent}}:Broker)-[{{p}}:REPRESENTS]->({{i}}:Importer) WHERE {_IN_TERM} RETURN {{i}}"
)
_CLIENTS_CASES: Final = f"CALL (own, now) {{ {_CLIENTS} }} MATCH ({{i}})<-[:CONCERNS]-({{n}}:Case)"
_JOINED_CASES: Final = "UNWIND own AS {agency} MATCH ({agency}:Agency)<-[{j}:INVOLVES]-({n}:Case) WHERE {j}.acceptedAt IS NOT NULL"
_CASES_A_CLIENT: Final = 5
"""About how many cases an importer has; it only decides from which side a list starts."""


def _cases_of(*edges: str) -> str:
    """About how many cases hang on a party by these edges, or by its clients."""
    return f"COUNT {{ ({{p}})<-[:{'|'.join(edges)}]-() }} + {_CASES_A_CLIENT} * COUNT {{ ({{p}})-[:REPRESENTS]->() }}"


def _my_cases() -> str:
    """The three together, as a list."""
    forms = (cypher.fill(form, {"n": "mine"}, str) for form in (_OWNED_CASES, _CLIENTS_CASES, _JOINED_CASES))
    return f"COLLECT {{ CALL (own, now) {{ {' UNION ALL '.join(f'{form} RETURN mine' for form in forms)} }} RETURN DISTINCT mine }}"


def _any_own(*labels: str) -> str:
    return f"any(party IN own WHERE {' OR '.join(f'party:{label}' for label in labels)})"


VIEWER_SETS: Final = (
    # sent as a number: the driver takes 0.3 ms to send a moment
    ViewerSet("now", "the moment of the question, from milliseconds since 1970", "datetime({epochMillis: $now})"),
    ViewerSet(
        "acted",
        "the parties the account acts for at this moment",
        f"COLLECT {{ MATCH (:Account {{id: $viewer}})-[right:ACTS_FOR]->(party:Party) WHERE {_in_term('right')} RETURN party }}",
    ),
    ViewerSet(
        "own",
        "those, the offices and teams that are part of them, and a team's Center",
        "COLLECT { UNWIND acted AS whole MATCH (whole)<-[:PART_OF*0..]-(part:Party) RETURN part "
        "UNION UNWIND acted AS team MATCH (team:Team)-[:PART_OF]->(part:Center) RETURN part }",
    ),
    ViewerSet(
        "seesAll",
        "whether one of them is the Office of Trade or part of it",
        "EXISTS { UNWIND acted AS office MATCH (office:Office)-[:PART_OF*0..]->(:Office {code: 'OT'}) }",
    ),
    ViewerSet("imports", "whether one of them is an importer", _any_own("Importer")),
    ViewerSet("represents", "whether one of them is a broker", _any_own("Broker")),
    ViewerSet("isCenter", "whether one of them is a Center", _any_own("Center")),
    ViewerSet("owns", "whether one of them can own a case", _any_own("Center", "Port", "Office")),
    ViewerSet("joins", "whether one of them is an agency", _any_own("Agency")),
    ViewerSet("official", "whether one of them works for the government", _any_own("Center", "Port", "Office", "Agency")),
    ViewerSet(
        "myCases",
        "the cases the account may see by its own parties, from their side: its importers' and clients', owned and joined ones",
        _my_cases(),
    ),
    ViewerSet(
        "involved",
        "the importers, owners and accepted agencies of those cases",
        "COLLECT { UNWIND myCases AS k MATCH (k)-[r:CONCERNS|HANDLED_BY|INVOLVES]->(o) "
        "WHERE NOT r:INVOLVES OR r.acceptedAt IS NOT NULL RETURN DISTINCT o }",
    ),
    ViewerSet(
        "counterparts",
        "the organisations that take part in one of those cases: those, the owners' teams and the importers' brokers",
        # two lists, not a UNION: that would weigh each row together with `involved`, which a large agency's statement cannot hold
        "involved + COLLECT { UNWIND involved AS o MATCH (o:Center)<-[:PART_OF]-(team:Team) RETURN team } "
        "+ COLLECT { UNWIND involved AS o MATCH (o:Importer)<-[r:REPRESENTS]-(broker:Broker) "
        f"WHERE {_in_term('r')} RETURN DISTINCT broker }}",
    ),
)


def _clients(importer: str) -> tuple[Predicate, Predicate]:
    """The importer is the viewer's own, or the viewer is a broker with a power of attorney in term."""
    return (
        Predicate(f"{importer} IN own", when="imports"),
        Predicate(f"{{broker}} IN own AND {_IN_TERM}", match=f"({importer})<-[{{p}}:REPRESENTS]-({{broker}}:Broker)", when="represents"),
    )


_OWNED: Final = Predicate("{owner} IN own", match="({x})-[:HANDLED_BY]->({owner})", when="owns")
"""The viewer owns the case that is at the other end."""


def _clients_by(pattern: str, where: str = "true") -> tuple[Predicate, Predicate]:
    """The same of the importer {i} at the end of a pattern."""
    own, broker = _clients("{i}")
    return (
        Predicate(f"{own.where} AND {where}", match=pattern, when=own.when),
        Predicate(f"{broker.where} AND {where}", match=f"{pattern} MATCH {broker.match}", when=broker.when),
    )


def _client(importer: str) -> str:
    """The same as one predicate about an importer that is at hand."""
    _, broker = _clients(importer)
    return f"{importer} IN own OR {only_if('represents', f'EXISTS {{ MATCH {broker.match} WHERE {broker.where} }}')}"


def _center_acts(importer: str) -> str:
    """The viewer's Center is the importer's."""
    assigned = f"({importer})-[{{assigned}}:ASSIGNED_TO]->({{center}}:Center)"
    return only_if("isCenter", f"EXISTS {{ MATCH {assigned} WHERE {{center}} IN own AND {{assigned}}.activeFor IS NOT NULL }}")


def _official_reaches(case_pattern: str, where: str = "true") -> str:
    """A case that fits the pattern, {k}, is owned by the viewer, or the viewer is an agency accepted in it."""
    owned = f"EXISTS {{ MATCH {case_pattern} MATCH ({{k}})-[:HANDLED_BY]->({{owner}}) WHERE {{owner}} IN own AND {where} }}"
    joined = (
        f"EXISTS {{ MATCH {case_pattern} MATCH ({{k}})-[{{i}}:INVOLVES]->({{agency}}) "
        f"WHERE {{agency}} IN own AND {{i}}.acceptedAt IS NOT NULL AND {where} }}"
    )
    return f"{only_if('owns', owned)} OR {only_if('joins', joined)}"


def _trade_reaches(pattern: str, where: str) -> str:
    """Among the cases of the viewer's own importers and clients, {mine}, walked from the viewer's side, one fits `pattern`."""
    own = "UNWIND own AS {me} MATCH ({me}:Importer)<-[:CONCERNS]-({mine}:Case)"
    clients = (
        f"UNWIND own AS {{agent}} MATCH ({{agent}}:Broker)-[{{p}}:REPRESENTS]->({{for}}:Importer) WHERE {_IN_TERM} "
        "MATCH ({for})<-[:CONCERNS]-({mine}:Case)"
    )
    each = (
        (when, f"EXISTS {{ {start} WITH {{mine}} MATCH {pattern} WHERE {where} }}")
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

# A visible case links the viewer's organisation with the contact's, {x}, which is at hand: by its label, from the selective end.
LINKED: Final = {
    "Importer": "EXISTS { MATCH ({x})<-[:CONCERNS]-(:Case) WHERE {x} IN own } OR "
    + only_if(
        "represents",
        "EXISTS { MATCH ({x})<-[{p}:REPRESENTS]-({broker}:Broker) MATCH ({x})<-[:CONCERNS]-(:Case) "
        f"WHERE {{broker}} IN own AND {_IN_TERM} }}",
    )
    + " OR "
    + _official_reaches("({x})<-[:CONCERNS]-({k}:Case)"),
    "Center": _OFFICE_LINKED,
    "Port": _OFFICE_LINKED,
    "Office": _OFFICE_LINKED,
    "Team": only_if("isCenter", "EXISTS { MATCH ({x})-[:PART_OF]->({c}:Center) MATCH ({c})<-[:HANDLED_BY]-(:Case) WHERE {c} IN own }")
    + " OR "
    + _trade_reaches("({mine})-[:HANDLED_BY]->(:Center)<-[:PART_OF]-({team})", "{team} = {x}")
    + " OR "
    + only_if(
        "joins",
        "EXISTS { MATCH ({x})-[:PART_OF]->({c}:Center) MATCH ({c})<-[:HANDLED_BY]-({k}:Case) MATCH ({k})-[{i}:INVOLVES]->({agency}) "
        "WHERE {agency} IN own AND {i}.acceptedAt IS NOT NULL }",
    ),
    "Agency": _trade_reaches("({mine})-[{i}:INVOLVES]->({agency})", "{agency} = {x} AND {i}.acceptedAt IS NOT NULL")
    + " OR "
    + _official_reaches("({x})<-[{j}:INVOLVES]-({k}:Case)", "{j}.acceptedAt IS NOT NULL"),
    "Broker": only_if(
        "imports",
        "EXISTS { UNWIND own AS {me} MATCH ({me}:Importer)<-[{p}:REPRESENTS]-({x}) MATCH ({me})<-[:CONCERNS]-(:Case) "
        f"WHERE {_IN_TERM} }}",
    )
    + " OR "
    + only_if(
        "represents",
        "EXISTS { UNWIND own AS {agent} MATCH ({agent}:Broker)-[{p}:REPRESENTS]->({shared}:Importer)<-[{q}:REPRESENTS]-({x}) "
        f"MATCH ({{shared}})<-[:CONCERNS]-(:Case) WHERE {_IN_TERM} AND {_in_term('{q}')} }}",
    )
    + " OR "
    + _official_reaches("({x})-[{p}:REPRESENTS]->({for}:Importer)<-[:CONCERNS]-({k}:Case)", _IN_TERM),
}

PUBLIC: Final = Grant("public", "a public fact", tests=(Predicate("true"),))
OFFICE_OF_TRADE: Final = Grant("office-of-trade", "the Office of Trade oversees all of it", tests=(Predicate("seesAll"),))


def _public(*labels: str) -> tuple[Rule, ...]:
    return tuple(Rule(label, (PUBLIC,)) for label in labels)


RULES: Final = (
    *_public("Center", "FieldOffice", "Port", "PortCode", "Office", "Team", "Agency", "Association", "Broker"),
    *_public("HtsChapter", "HtsHeading", "Program", "ForcedLaborOrder", "AdcvdOrder"),
    *_public("CaseKind", "Clock", "Ruling", "Role"),
    Rule(
        "Importer",
        (
            Grant(
                "itself-or-its-broker",
                "the viewer is the importer, or its broker in term",
                tests=_clients("{n}"),
                rows=f"CALL (own, now) {{ {_CLIENTS.replace('{i}', '{n}')} }} WITH {{n}}",
                degree="COUNT { ({p})-[:REPRESENTS]->() }",
            ),
            Grant(
                "its-center",
                "the viewer is the Center it is assigned to",
                edge=parties.ASSIGNED_TO.name,
                tests=(Predicate("{x} IN own AND {e}.activeFor IS NOT NULL", when="isCenter"),),
                rows="UNWIND own AS {c} MATCH ({c}:Center)<-[{e}:ASSIGNED_TO]-({n}:Importer) WHERE {e}.activeFor IS NOT NULL",
                degree="COUNT { ({p})<-[:ASSIGNED_TO]-() }",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "through-a-case",
                "the viewer owns a case of it, or is an agency accepted in one",
                edge=cases.CONCERNS.name,
                forward=False,
                through="Case",
                implied=("its-importer-or-broker",),
            ),
        ),
    ),
    Rule(
        "Case",
        (
            Grant(
                "its-owner",
                "the viewer owns it",
                edge=cases.HANDLED_BY.name,
                tests=(Predicate("{x} IN own", when="owns"),),
                rows=_OWNED_CASES,
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "its-importer-or-broker",
                "the viewer is its importer, or the importer's broker in term",
                edge=cases.CONCERNS.name,
                tests=_clients("{x}"),
                rows=_CLIENTS_CASES,
                degree=_cases_of("CONCERNS"),
            ),
            OFFICE_OF_TRADE,
            Grant(
                "agency-accepted",
                "the viewer is an agency whose part in it the owner accepted",
                edge=cases.INVOLVES.name,
                tests=(Predicate("{x} IN own AND {e}.acceptedAt IS NOT NULL", when="joins"),),
                rows=_JOINED_CASES,
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
        ),
    ),
    Rule(
        "Entry",
        (
            OFFICE_OF_TRADE,
            Grant(
                "owner-or-importer",
                "the viewer owns a case that spans it, or is that case's importer or broker; agencies see headers only",
                edge=cases.COVERS_ENTRY.name,
                forward=False,
                tests=(_OWNED, *_clients_by("({x})-[:CONCERNS]->({i}:Importer)")),
                rows=f"CALL (own, now) {{ {_OWNED_CASES.replace('{n}', '{k}')} RETURN {{k}} "
                f"UNION {_CLIENTS_CASES.replace('{n}', '{k}')} RETURN {{k}} }} MATCH ({{k}})-[:COVERS_ENTRY]->({{n}}:Entry)",
                degree=_cases_of("HANDLED_BY", "CONCERNS"),
            ),
        ),
    ),
    Rule(
        "Issue",
        (
            OFFICE_OF_TRADE,
            Grant("through-a-case", "a visible case is about it", edge=cases.ABOUT.name, forward=False, through="Case"),
        ),
    ),
    Rule(
        "Decision",
        (
            Grant(
                "published",
                "it was published",
                tests=(Predicate("{n}.audience = 'public'"),),
                rows="MATCH ({n}:Decision {audience: 'public'})",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "its-owner",
                "the viewer owns the case",
                edge=cases.DECIDES.name,
                tests=(_OWNED,),
                rows=f"{_OWNED_CASES.replace('{n}', '{k}')}<-[:DECIDES]-({{n}}:Decision)",
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "its-importer-or-broker",
                "it is shared with the parties, and the viewer is the importer, or its broker in term",
                tests=_clients_by("({n})-[:DECIDES]->(:Case)-[:CONCERNS]->({i}:Importer)", "{n}.audience IN ['parties', 'agencies']"),
                rows=f"{_CLIENTS_CASES.replace('{n}', '{k}')}<-[:DECIDES]-({{n}}:Decision) WHERE {{n}}.audience IN ['parties', 'agencies']",
                degree=_cases_of("CONCERNS"),
            ),
            Grant(
                "agency-accepted",
                "it is shared with agencies, and the viewer is one accepted in the case",
                tests=(
                    Predicate(
                        "{n}.audience = 'agencies' AND {agency} IN own AND {i}.acceptedAt IS NOT NULL",
                        match="({n})-[:DECIDES]->(:Case)-[{i}:INVOLVES]->({agency})",
                        when="joins",
                    ),
                ),
                rows=f"{_JOINED_CASES.replace('{n}', '{k}')} MATCH ({{k}})<-[:DECIDES]-({{n}}:Decision) WHERE {{n}}.audience = 'agencies'",
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
        ),
    ),
    Rule(
        "Contact",
        (
            Grant(
                "published",
                "its organisation published it",
                tests=(Predicate("{n}.published"),),
                rows="MATCH ({n}:Contact {published: true})",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "own-organisation",
                "it works for the viewer's organisation",
                edge=people.WORKS_FOR.name,
                tests=(Predicate("{x} IN own"),),
                rows="UNWIND own AS {o} MATCH ({o})<-[:WORKS_FOR]-({n}:Contact)",
                degree="COUNT { ({p})<-[:WORKS_FOR]-() }",
            ),
            Grant(
                "counterpart",
                "a case the viewer may see links the two organisations",
                edge=people.WORKS_FOR.name,
                tests=(Predicate("{x} IN counterparts"),),
                by_label=LINKED,
                rows="UNWIND counterparts AS {o} MATCH ({o})<-[:WORKS_FOR]-({n}:Contact)",
                degree=_cases_of("HANDLED_BY", "CONCERNS", "INVOLVES"),
            ),
        ),
    ),
    Rule(
        "Account",
        (
            Grant(
                "itself",
                "it is the viewer's own sign-in",
                tests=(Predicate("{n}.id = $viewer"),),
                rows="MATCH ({n}:Account {id: $viewer})",
                degree="1",
            ),
        ),
    ),
)

_PARTIES_OF_ASSIGNMENT: Final = f"seesAll OR {{b}} IN own OR {_client('{a}')} OR {_center_acts('{a}')}"

EDGE_RULES: Final = (
    EdgeRule(
        parties.REPRESENTS.name,
        "one-end-or-its-center",
        "the viewer is the broker or the importer themselves, the importer's Center, or Office of Trade: "
        "another broker's power of attorney is hidden",
        f"seesAll OR {{a}} IN own OR {{b}} IN own OR {_center_acts('{b}')}",
    ),
    EdgeRule(
        parties.ASSIGNED_TO.name,
        "one-end-or-its-center",
        "the viewer is the importer, its broker in term, the Center of the assignment, its Center now, or Office of Trade",
        _PARTIES_OF_ASSIGNMENT,
    ),
    EdgeRule(
        parties.ENTERS_AT.name,
        "one-end-or-its-center",
        "the viewer is the importer, its broker in term, the port, the importer's Center, or Office of Trade",
        _PARTIES_OF_ASSIGNMENT,
    ),
    EdgeRule(
        parties.HAS_MEMBER.name,
        "one-end-or-its-center",
        "the viewer is the association, the member or its broker in term, the member's Center, or Office of Trade",
        f"seesAll OR {{a}} IN own OR {_client('{b}')} OR {_center_acts('{b}')}",
    ),
    EdgeRule(
        people.COVERS.name,
        "one-end-or-its-center",
        "where a contact covers an importer: the viewer is the contact's organisation, the importer or its broker "
        "in term, its Center, or Office of Trade",
        "NOT {b}:Importer OR seesAll OR EXISTS { ({a})-[:WORKS_FOR]->({employer}) WHERE {employer} IN own } "
        f"OR {_client('{b}')} OR {_center_acts('{b}')}",
    ),
)

RIGHTS: Final = (
    Right("explain", "sees how its questions are answered: the Cypher, its plan and its time (Office of Trade)", test="seesAll"),
    Right("largePages", "may ask for pages of up to 1,000 rows (Centers, ports, headquarters offices, agencies)", test="official"),
)
