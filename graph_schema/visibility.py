"""The rule table: who may see a row, and why. A label without a rule is refused when the schema is built.

How a test is written: Cypher predicates in which `{n}` is the row, `{x}` the row at the other end of a grant's edge,
`{e}` that edge, `{a}` and `{b}` an edge's tail and head; every other `{name}` becomes a variable of its own. The viewer
sets (`own`, `seesAll`, …) are computed once at the head of a statement, from the account's rights in term: what other
systems write about themselves (WORKS_FOR, names, mail addresses) never enters them.

Each grant also lists its rows from the viewer's side (`rows`): equal sets, and the statement starts from whichever side
is cheaper for this viewer. A test is made only for viewers who could pass it (`when`, `only_if`): a Center's list asks
nothing about powers of attorney.

Two traps of Neo4j's planner shape the tests. Alternatives are joined by OR; where one needs a condition before a
sub-query, that stands inside the sub-query or in a CASE, never in an AND beside it, which would be turned into a
conjunction of ORs with every other alternative twice. And sub-queries are never nested: each level is planned anew for
every plan of the level around it (seconds at three levels), so an alternative within a sub-query becomes a sub-query of
its own, with a longer path.
"""

from typing import Final

from graph_schema import cases, casework, disparities, issues, parties, people, provenance, questions
from graph_schema.counterparts import LINKED, OF_BUSY, WITH_BUSY
from graph_schema.cypher import only_if, rename
from graph_schema.model import Edge
from graph_schema.rule import EdgeRule, Grant, Predicate, Right, Rule
from graph_schema.viewer_sets import CLIENTS, CLIENTS_CASES, IN_TERM, JOINED_CASES, OWNED_CASES, cases_of


def _clients(importer: str) -> tuple[Predicate, Predicate]:
    """The importer is the viewer's own, or the viewer is a broker with a power of attorney in term."""
    return (
        Predicate(f"{importer} IN own", when="imports"),
        Predicate(
            f"{{broker}} IN own AND {IN_TERM}",
            match=f"({importer})<-[{{p}}:REPRESENTS]-({{broker}}:Broker)",
            when="represents",
        ),
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


_COVERED: Final = "({n})<-[{c}:COVERS_ENTRY]-(:Case)"
_CONFIRMED: Final = "{c}.confirmedAt IS NOT NULL"
_KNOWN: Final = (
    Predicate(f"{{owner}} IN own AND {_CONFIRMED}", match=f"{_COVERED}-[:HANDLED_BY]->({{owner}})", when="owns"),
    *_clients_by(f"{_COVERED}-[:CONCERNS]->({{i}}:Importer)", _CONFIRMED),
)
"""The viewer owns a case of which it is confirmed that it spans the entry, or is that case's importer or broker."""
KNOWS_ENTRY: Final = " OR ".join(
    ("seesAll", *(only_if(test.when, f"EXISTS {{ MATCH {test.match} WHERE {test.where} }}") for test in _KNOWN))
)
"""The viewer may read more of the entry `{n}` than its number."""


def _client(importer: str) -> str:
    """The same as one predicate about an importer that is at hand."""
    _, broker = _clients(importer)
    return f"{importer} IN own OR {only_if('represents', f'EXISTS {{ MATCH {broker.match} WHERE {broker.where} }}')}"


def _center_acts(importer: str) -> str:
    """The viewer's Center is the importer's."""
    assigned = f"({importer})-[{{assigned}}:ASSIGNED_TO]->({{center}}:Center)"
    return only_if(
        "isCenter", f"EXISTS {{ MATCH {assigned} WHERE {{center}} IN own AND {{assigned}}.activeFor IS NOT NULL }}"
    )


PUBLIC: Final = Grant("public", "a public fact", tests=(Predicate("true"),))
OFFICE_OF_TRADE: Final = Grant(
    "office-of-trade", "the Office of Trade oversees all of it", tests=(Predicate("seesAll"),)
)


def _public(*labels: str) -> tuple[Rule, ...]:
    return tuple(Rule(label, (PUBLIC,)) for label in labels)


def _of_connections(*labels: str) -> tuple[Rule, ...]:
    """What came by connections that speak for the viewer."""
    return tuple(
        Rule(
            label,
            (
                OFFICE_OF_TRADE,
                Grant(
                    "its-connection",
                    "it came by a connection that speaks for the viewer's party",
                    tests=(Predicate("{n}.system IN mySystems"),),
                    rows=f"UNWIND mySystems AS {{system}} MATCH ({{n}}:{label} {{system: {{system}}}})",
                ),
            ),
        )
        for label in labels
    )


def _of_own(name: str, reason: str, edge: Edge) -> Grant:
    """The row leads to one of the viewer's own parties."""
    return Grant(
        name,
        reason,
        edge=edge.name,
        tests=(Predicate("{x} IN own"),),
        rows=f"UNWIND own AS {{o}} MATCH ({{o}})<-[:{edge.type}]-({{n}}:{edge.tail[0]})",
        degree=f"COUNT {{ ({{p}})<-[:{edge.type}]-() }}",
    )


def _with_audience(edge: Edge, *more: Grant) -> Rule:
    """Of what belongs to a case by that edge and says in `audience` who may see it."""
    label, type_ = edge.tail[0], edge.type
    shared = "{n}.audience IN ['parties', 'agencies']"
    return Rule(
        label,
        (
            Grant(
                "published",
                "it was published",
                tests=(Predicate("{n}.audience = 'public'"),),
                rows=f"MATCH ({{n}}:{label} {{audience: 'public'}})",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "its-owner",
                "the viewer owns the case",
                edge=edge.name,
                tests=(_OWNED,),
                rows=f"{rename(OWNED_CASES, n='k')}<-[:{type_}]-({{n}}:{label})",
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "its-importer-or-broker",
                "it is shared with the parties, and the viewer is the importer, or its broker in term",
                tests=_clients_by(f"({{n}})-[:{type_}]->(:Case)-[:CONCERNS]->({{i}}:Importer)", shared),
                rows=f"{rename(CLIENTS_CASES, n='k')}<-[:{type_}]-({{n}}:{label}) WHERE {shared}",
                degree=cases_of("CONCERNS"),
            ),
            Grant(
                "agency-accepted",
                "it is shared with agencies, and the viewer is one accepted in the case",
                tests=(
                    Predicate(
                        "{n}.audience = 'agencies' AND {agency} IN own AND {i}.acceptedAt IS NOT NULL",
                        match=f"({{n}})-[:{type_}]->(:Case)-[{{i}}:INVOLVES]->({{agency}})",
                        when="joins",
                    ),
                ),
                rows=(
                    f"{rename(JOINED_CASES, n='k')} MATCH ({{k}})<-[:{type_}]-({{n}}:{label}) WHERE {{n}}.audience ="
                    " 'agencies'"
                ),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
            *more,
        ),
    )


RULES: Final = (
    *_public("Center", "FieldOffice", "Port", "PortCode", "Office", "Team", "Agency", "Association", "Broker"),
    *_public("HtsChapter", "HtsHeading", "Program", "ForcedLaborOrder", "AdcvdOrder"),
    *_public("CaseKind", "Clock", "CaseEvent", "CaseCondition", "Topic", "Ruling", "Role"),
    Rule(
        "Importer",
        (
            Grant(
                "itself-or-its-broker",
                "the viewer is the importer, or its broker in term",
                tests=_clients("{n}"),
                rows=f"CALL (own, now) {{ {rename(CLIENTS, i='n')} }} WITH {{n}}",
                degree="COUNT { ({p})-[:REPRESENTS]->() }",
            ),
            Grant(
                "its-center",
                "the viewer is the Center it is assigned to",
                edge=parties.ASSIGNED_TO.name,
                tests=(Predicate("{x} IN own AND {e}.activeFor IS NOT NULL", when="isCenter"),),
                rows=(
                    "UNWIND own AS {c} MATCH ({c}:Center)<-[{e}:ASSIGNED_TO]-({n}:Importer) WHERE {e}.activeFor IS NOT"
                    " NULL"
                ),
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
                rows=OWNED_CASES,
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "its-importer-or-broker",
                "the viewer is its importer, or the importer's broker in term",
                edge=cases.CONCERNS.name,
                tests=_clients("{x}"),
                rows=CLIENTS_CASES,
                degree=cases_of("CONCERNS"),
            ),
            OFFICE_OF_TRADE,
            Grant(
                "agency-accepted",
                "the viewer is an agency whose part in it the owner accepted",
                edge=cases.INVOLVES.name,
                tests=(Predicate("{x} IN own AND {e}.acceptedAt IS NOT NULL", when="joins"),),
                rows=JOINED_CASES,
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
                rows=(
                    f"CALL (own, now) {{ {rename(OWNED_CASES, n='k')} RETURN {{k}} "
                    f"UNION {rename(CLIENTS_CASES, n='k')} RETURN {{k}} }} MATCH ({{k}})-[:COVERS_ENTRY]->({{n}}:Entry)"
                ),
                degree=cases_of("HANDLED_BY", "CONCERNS"),
            ),
        ),
        of_facts=(
            Grant(
                cases.KNOWN,
                "the viewer owns a case of which it is confirmed that it spans the entry, or is its party",
                tests=_KNOWN,
            ),
        ),
    ),
    Rule(
        "Issue",
        (
            OFFICE_OF_TRADE,
            _of_own("on-its-board", "it is on the viewer's board", issues.ON_BOARD_OF),
            Grant(
                "through-a-case", "a visible case is about it", edge=issues.ABOUT.name, forward=False, through="Case"
            ),
            Grant(
                "through-a-case-alike",
                "a visible case may be about it",
                edge=issues.MAY_BE_ABOUT.name,
                forward=False,
                through="Case",
            ),
            Grant(
                "owns-a-case-alike",
                "the viewer owns a case that is like others, whether or not their parties are told of it",
                tests=(
                    Predicate(
                        "{owner} IN own", match="({n})<-[:ALIKE_BY]-(:Case)-[:HANDLED_BY]->({owner})", when="owns"
                    ),
                ),
                rows=f"{rename(OWNED_CASES, n='k')}-[:ALIKE_BY]->({{n}}:Issue)",
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
        ),
    ),
    _with_audience(
        cases.DECIDES,
        Grant(
            "in-a-disparity",
            "the viewer is a Center, and it was decided differently elsewhere",
            edge=disparities.BETWEEN.name,
            forward=False,
            tests=(Predicate("true", when="isCenter"),),
            rows="UNWIND CASE WHEN isCenter THEN [1] ELSE [] END AS {c} MATCH ({n}:Decision)<-[:BETWEEN]-(:Disparity)",
        ),
    ),
    Rule(
        "Question",
        (
            Grant(
                "published",
                "it was published",
                tests=(Predicate("{n}.publishedAt IS NOT NULL"),),
                rows="MATCH ({n}:Question) WHERE {n}.publishedAt IS NOT NULL",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "asked-it",
                "the viewer asked it",
                edge=questions.ASKED.name,
                forward=False,
                tests=(Predicate("{x}.id = $viewer"),),
                rows="MATCH (:Account {id: $viewer})-[:ASKED]->({n}:Question)",
                degree="1",
            ),
            _of_own("its-party-asked", "it was asked in the name of the viewer's party", questions.ASKED_BY),
            _of_own("is-asked", "the viewer's office is asked", questions.ASKED_OF),
        ),
    ),
    Rule("Disparity", (OFFICE_OF_TRADE, Grant("a-center", "the viewer is a Center", tests=(Predicate("isCenter"),)))),
    *map(_with_audience, (casework.NOTE_OF, casework.ATTACHMENT_OF, casework.HISTORY_OF)),
    Rule(
        "Deadline",
        (
            OFFICE_OF_TRADE,
            Grant("through-a-case", "its case is visible", edge=casework.DEADLINE_OF.name, through="Case"),
        ),
    ),
    Rule(
        "Contact",
        (
            Grant(
                "published",
                "its organisation published it",
                tests=(Predicate("{n}.published", flag="published"),),
                rows="MATCH ({n}:Contact {published: true})",
            ),
            OFFICE_OF_TRADE,
            _of_own("own-organisation", "it works for the viewer's organisation", people.WORKS_FOR),
            Grant(
                "counterpart",
                "a case the viewer may see links the two organisations",
                edge=people.WORKS_FOR.name,
                tests=(Predicate("{x} IN counterparts"), *WITH_BUSY),
                by_label=LINKED,
                rows=(
                    "CALL (own, now, busy, counterparts) { UNWIND counterparts AS {o} RETURN {o} "
                    f"UNION ALL {OF_BUSY} RETURN {{o}} }} MATCH ({{o}})<-[:WORKS_FOR]-({{n}}:Contact)"
                ),
                degree=cases_of("HANDLED_BY", "CONCERNS", "INVOLVES"),
            ),
        ),
    ),
    Rule(
        "Connection",
        (OFFICE_OF_TRADE, _of_own("speaks-for-the-viewer", "it speaks for the viewer's party", provenance.SPEAKS_FOR)),
    ),
    *_of_connections("SyncRun", "QuarantinedRecord", "SourceRecord"),
    Rule(
        "RetiredContact",
        (OFFICE_OF_TRADE, _of_own("its-party", "it worked for the viewer's party", provenance.RETIRED_WORKS_FOR)),
    ),
    Rule("RetiredCase", (OFFICE_OF_TRADE, _of_own("its-party", "the viewer owned it", provenance.RETIRED_HANDLED_BY))),
    Rule("DeadLetter", (OFFICE_OF_TRADE,)),
    Rule(
        "Calendar",
        (
            Grant(
                "its-account",
                "the viewer opened it",
                tests=(Predicate("{n}.account = $viewer"),),
                rows="MATCH ({n}:Calendar {account: $viewer})",
                degree="1",
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
_PARTIES_BY_SETS: Final = "seesAll OR {b} IN own OR {a} IN myClients OR {a} IN myAccounts"

EDGE_RULES: Final = (
    EdgeRule(
        parties.REPRESENTS.name,
        "one-end-or-its-center",
        "the viewer is the broker or the importer themselves, the importer's Center, or Office of Trade: "
        "another broker's power of attorney is hidden",
        f"seesAll OR {{a}} IN own OR {{b}} IN own OR {_center_acts('{b}')}",
        "seesAll OR {a} IN own OR {b} IN own OR {b} IN myAccounts",
    ),
    EdgeRule(
        parties.ASSIGNED_TO.name,
        "one-end-or-its-center",
        "the viewer is the importer, its broker in term, the Center of the assignment, its Center now, or Office of"
        " Trade",
        _PARTIES_OF_ASSIGNMENT,
        _PARTIES_BY_SETS,
    ),
    EdgeRule(
        parties.ENTERS_AT.name,
        "one-end-or-its-center",
        "the viewer is the importer, its broker in term, the port, the importer's Center, or Office of Trade",
        _PARTIES_OF_ASSIGNMENT,
        _PARTIES_BY_SETS,
    ),
    EdgeRule(
        parties.HAS_MEMBER.name,
        "one-end-or-its-center",
        "the viewer is the association, the member or its broker in term, the member's Center, or Office of Trade",
        f"seesAll OR {{a}} IN own OR {_client('{b}')} OR {_center_acts('{b}')}",
        "seesAll OR {a} IN own OR {b} IN own OR {b} IN myClients OR {b} IN myAccounts",
    ),
    EdgeRule(
        issues.ON_BOARD_OF.name,
        "its-board",
        "the viewer is the association, or Office of Trade: nobody else learns who of its members holds what",
        "seesAll OR {b} IN own",
    ),
    EdgeRule(
        cases.ENTRY_AT.name,
        "of-a-known-entry",
        "the viewer owns a case of which it is confirmed that it spans the entry, or is its party, or Office of Trade: "
        "who names an entry learns nothing of it by that",
        rename(KNOWS_ENTRY, n="a"),
    ),
    EdgeRule(
        questions.ASKED_BY.name,
        "asker-or-who-is-asked",
        "the viewer is the party that asked, the office that is asked, or Office of Trade: a published question does"
        " not say who asked it",
        "seesAll OR {b} IN own OR EXISTS { ({a})-[:ASKED_OF]->({asked}) WHERE {asked} IN own }",
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
    Right(
        "explain",
        "sees how its questions are answered: the Cypher, its plan and its time (Office of Trade)",
        test="seesAll",
    ),
    Right(
        "largePages",
        "may ask for pages of up to 1,000 rows (Centers, ports, headquarters offices, agencies)",
        test="official",
    ),
)
