"""The rule table: who may see a row, and why. A label without a rule is refused when the schema is built.

How a test is written: Cypher predicates in which `{n}` is the row, `{x}` the row at the other end of a grant's edge,
`{e}` that edge, `{a}` and `{b}` an edge's tail and head; every other `{name}` becomes a variable of its own. The viewer
sets (`myParties`, `seesAll`, …) are computed once at the head of a statement, from the account's rights in term: what
other systems write about themselves (WORKS_FOR, names, mail addresses) never enters them.

Each grant also lists its rows from the viewer's side (`rows`): equal sets, and the statement starts from whichever side
is cheaper for this viewer. A test is made only for viewers who could pass it (`when`): a Center's list asks nothing
about powers of attorney.

Two traps of Neo4j's planner shape the tests. Alternatives are joined by OR; where one needs a condition before a
sub-query, that stands inside the sub-query or in a CASE, never in an AND beside it, which would be turned into a
conjunction of ORs with every other alternative twice. And sub-queries are never nested: each level is planned anew for
every plan of the level around it (seconds at three levels), so an alternative within a sub-query becomes a sub-query of
its own, with a longer path.
"""

from dataclasses import replace
from typing import Final

from graph_schema import (
    case_links,
    case_parties,
    cases,
    casework,
    disparities,
    issues,
    messages,
    parties,
    people,
    powers,
    provenance,
    questions,
    reassignments,
    referrals,
    requests,
)
from graph_schema.case_parties import in_force, shows
from graph_schema.counterparts import LINKED, OF_BUSY, WITH_BUSY
from graph_schema.model import Edge
from graph_schema.rows import MY_PARTIES, Members, Rows, union
from graph_schema.rule import ACCOUNT, AnyOf, EdgeRule, Grant, Predicate, Right, Rule, is_in, is_own
from graph_schema.viewer_sets import (
    CLIENTS_CASES,
    IN_TERM,
    cases_of,
    clients,
    clients_cases,
    has_answered,
    joined_cases,
    owned_cases,
    parties_cases,
    sent_cases,
)


def _clients(importer: str) -> tuple[Predicate, Predicate]:
    """The importer is the viewer's own, or the viewer is a broker with a power of attorney in term."""
    return (
        is_own(importer, when=("isImporter",)),
        Predicate(
            f"{{broker}} IN myParties AND {IN_TERM}",
            match=f"({importer})<-[{{p}}:REPRESENTS]-({{broker}}:Broker)",
            when=("represents",),
            needs=("myParties",),
        ),
    )


_OWNED: Final = Predicate(
    "{owner} IN myParties", match="({x})-[:HANDLED_BY]->({owner})", when=("isOffice",), needs=("myParties",)
)
"""The viewer owns the case that is at the other end."""
_SENT: Final = Predicate(
    "{sender} IN myParties", match="({x})-[:REFERRED_BY]->({sender})", when=("isOffice",), needs=("myParties",)
)
"""The viewer sent it to its owner, and goes on taking part in it."""


def _clients_by(pattern: str, where: str = "true") -> tuple[Predicate, Predicate]:
    """The same of the importer {i} at the end of a pattern."""
    own, broker = _clients("{i}")
    return (
        replace(own, where=f"{own.where} AND {where}", match=pattern),
        replace(broker, where=f"{broker.where} AND {where}", match=f"{pattern} MATCH {broker.match}"),
    )


def _known(entry: str) -> tuple[Predicate, ...]:
    """The viewer owns a case of which it is confirmed that it spans the entry, or sent it to its owner, or is that
    case's importer or broker."""
    covered, confirmed = f"({entry})<-[{{c}}:COVERS_ENTRY]-(:Case)", "{c}.confirmedAt IS NOT NULL"
    offices = (f"{covered}-[:{edge}]->({{office}})" for edge in ("HANDLED_BY", "REFERRED_BY"))
    return (
        *(
            Predicate(
                f"{{office}} IN myParties AND {confirmed}", match=office, when=("isOffice",), needs=("myParties",)
            )
            for office in offices
        ),
        *_clients_by(f"{covered}-[:CONCERNS]->({{i}}:Importer)", confirmed),
    )


_SEES_ALL: Final = Predicate("seesAll")
KNOWS_ENTRY: Final = AnyOf(_SEES_ALL, *_known("{n}"))
"""The viewer may read more of the entry `{n}` than its number."""


def _client(importer: str) -> tuple[Predicate, Predicate]:
    """The same as `_clients`, about an importer that is at hand."""
    _, broker = _clients(importer)
    return is_own(importer), broker


def _center_acts(importer: str) -> Predicate:
    """The viewer's Center is the importer's."""
    return Predicate(
        "{center} IN myParties AND {assigned}.activeFor IS NOT NULL",
        match=f"({importer})-[{{assigned}}:ASSIGNED_TO]->({{center}}:Center)",
        when=("isCenter",),
        needs=("myParties",),
    )


_AGENCY_ACCEPTED: Final = "agency-accepted"
BY_ROLE: Final = "party-by-role"
"""The reason of who is a party of a case by role: it shows the case's header, and else only what its role says."""


def _by_role(case: str, what: str, *, more: str = "") -> Predicate:
    """The viewer is a party by a role that shows that of the case at the end of the pattern; `more` must hold, too."""
    role, told = shows("{part}", what)
    return Predicate(
        f"{{party}} IN myParties AND {in_force('{part}')} AND {told}{more}",
        match=f"{case}-[{{part}}:HAS_PARTY]->({{party}}) MATCH {role}",
        when=("takesPart",),
        needs=("myParties",),
    )


def _cases_by_role(what: str) -> Rows:
    """The cases, {k}, of which the viewer's role shows that."""
    role, told = shows("{part}", what)
    return Rows(parties_cases("{k}"), f" MATCH {role} WHERE {told}")


def _role_shows(what: str, reason: str, edge: Edge, *, forward: bool, row: str) -> Grant:
    """Rows at the other end of that edge of a case are shown by the viewer's role; `row` is that end as a pattern."""
    there = f"<-[:{edge.type}]-({row})" if forward else f"-[:{edge.type}]->({row})"
    return Grant(
        BY_ROLE,
        f"the viewer is a party by a role that shows {reason}",
        edge=edge.name,
        forward=forward,
        tests=(_by_role("({x})", what),),
        rows=Rows(_cases_by_role(what), f" MATCH ({{k}}){there}"),
        degree="COUNT { ({p})<-[:HAS_PARTY]-() }",
    )


_OF_SHOWN_ENTRY: Final = f"{{n}}.entry IS NULL OR {shows('{part}', 'entries')[1]}"
"""The deadline is of the case as a whole, or the viewer's role, `{role}`, shows entries."""


def _of_told_entry(part: str) -> str:
    """The deadline is of the case as a whole, or the agency whose part is behind that variable has answered."""
    return f"{{n}}.entry IS NULL OR {has_answered(part)}"


def _told_to_parties(part: str) -> tuple[str, str]:
    """The pattern from the part behind that variable to its role, and that the case's importer is told of it."""
    return f"({{role}}:PartyRole {{code: {part}.role}})", "{role}.toldTo = 'parties'"


PUBLIC: Final = Grant("public", "a public fact", tests=(Predicate("true"),))
OFFICE_OF_TRADE: Final = Grant("office-of-trade", "the Office of Trade oversees all of it", tests=(_SEES_ALL,))


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
                    tests=(is_in("{n}.system", "mySystems"),),
                    rows=Rows(
                        "UNWIND ", Members("mySystems"), f" AS {{system}} MATCH ({{n}}:{label} {{system: {{system}}}})"
                    ),
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
        tests=(is_own("{x}"),),
        rows=Rows("UNWIND ", MY_PARTIES, f" AS {{o}} MATCH ({{o}})<-[:{edge.type}]-({{n}}:{edge.tail[0]})"),
        degree=f"COUNT {{ ({{p}})<-[:{edge.type}]-() }}",
    )


_OF_CBP: Final = " OR ".join(f"{{x}}:{label}" for label in parties.CBP)
_SENT_DEGREE: Final = "COUNT { ({p})<-[:REFERRED_BY]-() }"


def _with_audience(edge: Edge, *more: Grant) -> Rule:
    """Of what belongs to a case by that edge and says in `audience` who may see it."""
    label, type_ = edge.tail[0], edge.type
    what = "decisions" if label == "Decision" else "papers"
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
                rows=Rows(owned_cases("{k}"), f"<-[:{type_}]-({{n}}:{label})"),
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "referred-it",
                "the viewer sent the case to its owner",
                edge=edge.name,
                tests=(_SENT,),
                rows=Rows(sent_cases("{k}"), f"<-[:{type_}]-({{n}}:{label})"),
                degree=_SENT_DEGREE,
            ),
            Grant(
                "its-importer-or-broker",
                "it is shared with the parties, and the viewer is the importer, or its broker in term",
                tests=_clients_by(f"({{n}})-[:{type_}]->(:Case)-[:CONCERNS]->({{i}}:Importer)", shared),
                rows=Rows(clients_cases("{k}"), f"<-[:{type_}]-({{n}}:{label}) WHERE {shared}"),
                degree=cases_of("CONCERNS"),
            ),
            Grant(
                _AGENCY_ACCEPTED,
                "it is shared with agencies, and the viewer is one accepted in the case",
                tests=(
                    Predicate(
                        "{n}.audience = 'agencies' AND {agency} IN myParties AND {i}.acceptedAt IS NOT NULL",
                        match=f"({{n}})-[:{type_}]->(:Case)-[{{i}}:INVOLVES]->({{agency}})",
                        when=("isAgency",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(
                    joined_cases("{k}"),
                    f" MATCH ({{k}})<-[:{type_}]-({{n}}:{label}) WHERE {{n}}.audience = 'agencies'",
                ),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
            Grant(
                BY_ROLE,
                "it is shared with the parties, and the viewer is a party by a role that shows such",
                tests=(_by_role(f"({{n}})-[:{type_}]->(:Case)", what, more=f" AND {shared}"),),
                rows=Rows(_cases_by_role(what), f" MATCH ({{k}})<-[:{type_}]-({{n}}:{label}) WHERE {shared}"),
                degree="COUNT { ({p})<-[:HAS_PARTY]-() }",
            ),
            *more,
        ),
    )


def _written(edge: Edge) -> Rule:
    """Of what is written in a case: also to a party by role, or by it."""
    label = edge.tail[0]
    its_case = f"-[:{edge.type}]->(:Case)-[{{part}}:HAS_PARTY]->"
    return _with_audience(
        edge,
        Grant(
            "written-to-it",
            "it was written to the viewer as a party by role, or by them",
            edge=case_parties.SHARED_WITH.name,
            tests=(
                Predicate(
                    f"{{x}} IN myParties AND {in_force('{part}')}",
                    match=f"({{n}}){its_case}({{x}})",
                    when=("takesPart",),
                    needs=("myParties",),
                ),
            ),
            rows=Rows(
                "UNWIND ",
                MY_PARTIES,
                f" AS {{party}} MATCH ({{party}})<-[:SHARED_WITH]-({{n}}:{label}){its_case}({{party}})"
                f" WHERE {in_force('{part}')}",
                needs="takesPart",
            ),
            degree="COUNT { ({p})<-[:SHARED_WITH]-() }",
        ),
    )


RULES: Final = (
    *_public("Center", "FieldOffice", "Port", "PortCode", "Office", "Team", "Agency", "AgencyOffice"),
    *_public("Association", "Broker"),
    *_public("HtsChapter", "HtsHeading", "Program", "ForcedLaborOrder", "AdcvdOrder"),
    *_public(
        "CaseKind", "Clock", "CaseEvent", "CaseCondition", "Topic", "Form", "Ruling", "Role", "PartyRole", "NumberKind"
    ),
    Rule(
        "Importer",
        (
            Grant(
                "itself-or-its-broker",
                "the viewer is the importer, or its broker in term",
                tests=_clients("{n}"),
                rows=Rows("CALL (myParties, now) { ", clients("{n}"), " } WITH {n}"),
                degree="COUNT { ({p})-[:REPRESENTS]->() }",
            ),
            Grant(
                "its-center",
                "the viewer is the Center it is assigned to",
                edge=parties.ASSIGNED_TO.name,
                tests=(
                    Predicate(
                        "{x} IN myParties AND {e}.activeFor IS NOT NULL", when=("isCenter",), needs=("myParties",)
                    ),
                ),
                rows=Rows(
                    "UNWIND ",
                    MY_PARTIES,
                    " AS {c} MATCH ({c}:Center)<-[{e}:ASSIGNED_TO]-({n}:Importer) WHERE {e}.activeFor IS NOT NULL",
                    needs="isCenter",
                ),
                degree="COUNT { ({p})<-[:ASSIGNED_TO]-() }",
            ),
            OFFICE_OF_TRADE,
            Grant(
                "its-port",
                "the viewer is a port that it enters goods at",
                edge=parties.ENTERS_AT.name,
                tests=(is_own("{x}", when=("isOffice",)),),
                rows=Rows("UNWIND ", MY_PARTIES, " AS {o} MATCH ({o}:Port)<-[:ENTERS_AT]-({n}:Importer)"),
                degree="COUNT { ({p})<-[:ENTERS_AT]-() }",
            ),
            Grant(
                "through-a-case",
                "the viewer owns a case of it, or sent one to its owner, or is an agency accepted in one",
                edge=cases.CONCERNS.name,
                forward=False,
                through="Case",
                implied=("its-importer-or-broker",),
                but=(BY_ROLE,),
            ),
            _role_shows("importer", "the importer", cases.CONCERNS, forward=False, row="{n}:Importer"),
        ),
    ),
    Rule(
        "Case",
        (
            Grant(
                "its-owner",
                "the viewer owns it",
                edge=cases.HANDLED_BY.name,
                tests=(is_own("{x}", when=("isOffice",)),),
                rows=owned_cases("{n}"),
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
                _AGENCY_ACCEPTED,
                "the viewer is an agency whose part in it the owner accepted",
                edge=cases.INVOLVES.name,
                tests=(
                    Predicate(
                        "{x} IN myParties AND {e}.acceptedAt IS NOT NULL", when=("isAgency",), needs=("myParties",)
                    ),
                ),
                rows=joined_cases("{n}"),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
            Grant(
                "referred-it",
                "the viewer sent it to its owner",
                edge=referrals.REFERRED_BY.name,
                tests=(is_own("{x}", when=("isOffice",)),),
                rows=sent_cases("{n}"),
                degree=_SENT_DEGREE,
            ),
            Grant(
                cases.HOLD,
                "goods of an account of the viewer's Center are held in it",
                edge=cases.CONCERNS.name,
                tests=(
                    Predicate(
                        "{center} IN myParties AND {assigned}.activeFor IS NOT NULL AND {kind}.holds",
                        match="({x})-[{assigned}:ASSIGNED_TO]->({center}:Center)"
                        " MATCH ({n})-[:OF_KIND]->({kind}:CaseKind)",
                        when=("isCenter",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(
                    "UNWIND ",
                    MY_PARTIES,
                    " AS {c} MATCH ({c}:Center)<-[{e}:ASSIGNED_TO]-({i}:Importer)<-[:CONCERNS]-({n}:Case)"
                    "-[:OF_KIND]->({kind}:CaseKind) WHERE {e}.activeFor IS NOT NULL AND {kind}.holds",
                    needs="isCenter",
                ),
                degree="COUNT { ({p})<-[:ASSIGNED_TO]-() }",
            ),
            Grant(
                BY_ROLE,
                "the viewer is a party of it by role, whom its owner has named or confirmed",
                edge=case_parties.HAS_PARTY.name,
                tests=(
                    Predicate(f"{{x}} IN myParties AND {in_force('{e}')}", when=("takesPart",), needs=("myParties",)),
                ),
                rows=parties_cases("{n}"),
                degree="COUNT { ({p})<-[:HAS_PARTY]-() }",
            ),
        ),
    ),
    Rule(
        "Entry",
        (
            OFFICE_OF_TRADE,
            Grant(
                "owner-or-importer",
                "the viewer owns a case that spans it, or sent it to its owner, or is that case's importer or broker",
                edge=cases.COVERS_ENTRY.name,
                forward=False,
                tests=(_OWNED, _SENT, *_clients_by("({x})-[:CONCERNS]->({i}:Importer)")),
                rows=Rows(
                    "CALL (myParties, now) { ",
                    union(
                        Rows(owned_cases("{k}"), " RETURN {k}"),
                        Rows(sent_cases("{k}"), " RETURN {k}"),
                        Rows(clients_cases("{k}"), " RETURN {k}"),
                    ),
                    " } MATCH ({k})-[:COVERS_ENTRY]->({n}:Entry)",
                ),
                degree=cases_of("HANDLED_BY", "REFERRED_BY", "CONCERNS"),
            ),
            Grant(
                _AGENCY_ACCEPTED,
                "the viewer is an agency that has accepted a case that spans it, as its owner accepted the agency: its"
                " number",
                edge=cases.COVERS_ENTRY.name,
                forward=False,
                tests=(
                    Predicate(
                        f"{{agency}} IN myParties AND {has_answered('{i}')}",
                        match="({x})-[{i}:INVOLVES]->({agency})",
                        when=("isAgency",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(
                    joined_cases("{k}"), f" AND {has_answered('{j}')} MATCH ({{k}})-[:COVERS_ENTRY]->({{n}}:Entry)"
                ),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
            _role_shows("entries", "entries", cases.COVERS_ENTRY, forward=False, row="{n}:Entry"),
        ),
        of_facts=(
            Grant(
                cases.KNOWN,
                "the viewer owns a case of which it is confirmed that it spans the entry, or is its party",
                tests=_known("{n}"),
            ),
        ),
    ),
    Rule(
        "Issue",
        (
            OFFICE_OF_TRADE,
            _of_own("on-its-board", "it is on the viewer's board", issues.ON_BOARD_OF),
            Grant(
                "through-a-case",
                "a visible case is about it",
                edge=issues.ABOUT.name,
                forward=False,
                through="Case",
                but=(BY_ROLE,),
            ),
            Grant(
                "through-a-case-alike",
                "a visible case may be about it",
                edge=issues.MAY_BE_ABOUT.name,
                forward=False,
                through="Case",
                but=(BY_ROLE,),
            ),
            Grant(
                "owns-a-case-alike",
                "the viewer owns a case that is like others, whether or not their parties are told of it",
                tests=(
                    Predicate(
                        "{owner} IN myParties",
                        match="({n})<-[:ALIKE_BY]-(:Case)-[:HANDLED_BY]->({owner})",
                        when=("isOffice",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(owned_cases("{k}"), "-[:ALIKE_BY]->({n}:Issue)"),
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
            tests=(Predicate("true", when=("isCenter",)),),
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
                tests=(Predicate("{x}.id = $viewer", needs=(ACCOUNT,)),),
                rows="MATCH (:Account {id: $viewer})-[:ASKED]->({n}:Question)",
                degree="1",
            ),
            _of_own("its-party-asked", "it was asked in the name of the viewer's party", questions.ASKED_BY),
            _of_own("is-asked", "the viewer's office is asked", questions.ASKED_OF),
        ),
    ),
    Rule("Disparity", (OFFICE_OF_TRADE, Grant("a-center", "the viewer is a Center", tests=(Predicate("isCenter"),)))),
    *map(_written, (casework.NOTE_OF, casework.ATTACHMENT_OF, casework.HISTORY_OF)),
    _with_audience(requests.ASKED_IN),
    Rule("Template", (OFFICE_OF_TRADE, _of_own("its-office", "the viewer's office keeps it", requests.KEPT_BY))),
    Rule(
        "Reassignment",
        (
            OFFICE_OF_TRADE,
            _of_own("its-office", "it is done in the name of the viewer's office", reassignments.OF_OFFICE),
        ),
    ),
    Rule(
        "Referral",
        (
            OFFICE_OF_TRADE,
            Grant(
                "its-owner",
                "the viewer owns the case",
                edge=referrals.REFERS.name,
                tests=(_OWNED,),
                rows=Rows(owned_cases("{k}"), "<-[:REFERS]-({n}:Referral)"),
                degree="COUNT { ({p})<-[:HANDLED_BY]-() }",
            ),
            Grant(
                "referred-it",
                "the viewer sent the case to its owner",
                edge=referrals.REFERS.name,
                tests=(_SENT,),
                rows=Rows(sent_cases("{k}"), "<-[:REFERS]-({n}:Referral)"),
                degree=_SENT_DEGREE,
            ),
            _of_own("sent-it", "the viewer's office sent it", referrals.SENT_BY),
            Grant(
                "got-it",
                "it was sent to the viewer's office",
                edge=referrals.SENT_TO.name,
                tests=(Predicate("{x} IN myParties AND NOT {x}:Agency", when=("isOffice",), needs=("myParties",)),),
                rows=Rows("UNWIND ", MY_PARTIES, " AS {o} MATCH ({o})<-[:SENT_TO]-({n}:Referral) WHERE NOT {o}:Agency"),
                degree="COUNT { ({p})<-[:SENT_TO]-() }",
            ),
            Grant(
                "agency-asked",
                "the viewer is the agency it was sent to, and is accepted in the case",
                tests=(
                    Predicate(
                        "{agency} IN myParties AND {i}.acceptedAt IS NOT NULL",
                        match="({n})-[:SENT_TO]->({agency}:Agency) MATCH"
                        " ({n})-[:REFERS]->(:Case)-[{i}:INVOLVES]->({agency})",
                        when=("isAgency",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(joined_cases("{k}"), " MATCH ({k})<-[:REFERS]-({n}:Referral)-[:SENT_TO]->({agency})"),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
        ),
    ),
    Rule(
        "Deadline",
        (
            OFFICE_OF_TRADE,
            Grant(
                "through-a-case",
                "its case is visible",
                edge=casework.DEADLINE_OF.name,
                through="Case",
                but=(BY_ROLE, _AGENCY_ACCEPTED),
            ),
            Grant(
                _AGENCY_ACCEPTED,
                "the viewer is an agency accepted in its case, and has answered where it is of an entry",
                tests=(
                    Predicate(
                        f"{{agency}} IN myParties AND {{i}}.acceptedAt IS NOT NULL AND ({_of_told_entry('{i}')})",
                        match="({n})-[:OF_CASE]->(:Case)-[{i}:INVOLVES]->({agency})",
                        when=("isAgency",),
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(
                    joined_cases("{k}"),
                    f" MATCH ({{k}})<-[:OF_CASE]-({{n}}:Deadline) WHERE {_of_told_entry('{j}')}",
                ),
                degree="COUNT { ({p})<-[:INVOLVES]-() }",
            ),
            Grant(
                BY_ROLE,
                "the viewer is a party by a role that shows deadlines, and entries where it is of one",
                tests=(_by_role("({n})-[:OF_CASE]->(:Case)", "deadlines", more=f" AND ({_OF_SHOWN_ENTRY})"),),
                rows=Rows(
                    _cases_by_role("deadlines"), f" MATCH ({{k}})<-[:OF_CASE]-({{n}}:Deadline) WHERE {_OF_SHOWN_ENTRY}"
                ),
                degree="COUNT { ({p})<-[:HAS_PARTY]-() }",
            ),
        ),
    ),
    Rule(
        "CbpNumber",
        (
            OFFICE_OF_TRADE,
            Grant(
                "through-a-case",
                "its case is visible",
                edge=case_links.NUMBER_OF.name,
                through="Case",
                but=(BY_ROLE,),
            ),
            _role_shows("numbers", "CBP's numbers", case_links.NUMBER_OF, forward=True, row="{n}:CbpNumber"),
        ),
    ),
    Rule(
        "Firm",
        (
            Grant(
                "published",
                "it is one that anyone may know of, e.g. a surety",
                tests=(Predicate("{n}.published", flag="published"),),
                rows="MATCH ({n}:Firm {published: true})",
            ),
            Grant(
                "an-office",
                "the viewer is a Center, a port or a headquarters office",
                tests=(Predicate("isOffice"),),
            ),
            Grant(
                "itself",
                "the viewer is the firm",
                tests=(is_own("{n}"),),
                rows=Rows("UNWIND ", MY_PARTIES, " AS {n} WITH {n} WHERE {n}:Firm"),
                degree="1",
            ),
            Grant(
                "party-of-its-case",
                "it is a party of a case of which the viewer is the importer, or its broker in term, by a role that"
                " they are told of",
                edge=case_parties.HAS_PARTY.name,
                forward=False,
                tests=_clients_by(
                    f"({{x}})-[:CONCERNS]->({{i}}:Importer) MATCH {_told_to_parties('{e}')[0]}",
                    _told_to_parties("{e}")[1],
                ),
                rows=Rows(
                    clients_cases("{k}"),
                    f" MATCH ({{k}})-[{{part}}:HAS_PARTY]->({{n}}:Firm) MATCH {_told_to_parties('{part}')[0]}"
                    f" WHERE {_told_to_parties('{part}')[1]}",
                ),
                degree=cases_of("CONCERNS"),
            ),
        ),
    ),
    Rule(
        "PowerOfAttorney",
        (
            OFFICE_OF_TRADE,
            _of_own("granted-it", "the viewer is the importer that granted it", powers.GIVEN_BY),
            _of_own("was-granted-it", "the viewer is the broker that it was granted to", powers.GIVEN_TO),
            Grant(
                "its-center",
                "the viewer is the Center of the importer that granted it",
                edge=powers.GIVEN_BY.name,
                tests=(_center_acts("{x}"),),
                rows=Rows(
                    "UNWIND ",
                    MY_PARTIES,
                    " AS {c} MATCH ({c}:Center)<-[{e}:ASSIGNED_TO]-({i}:Importer) WHERE {e}.activeFor IS NOT NULL"
                    " MATCH ({i})<-[:GIVEN_BY]-({n}:PowerOfAttorney)",
                    needs="isCenter",
                ),
                degree="COUNT { ({p})<-[:ASSIGNED_TO]-() }",
            ),
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
                people.DIRECTORY,
                "the viewer is a Center, a port or a headquarters office, and it works for CBP",
                edge=people.WORKS_FOR.name,
                tests=(Predicate(f"({_OF_CBP})", when=("isOffice",)),),
                rows="UNWIND CASE WHEN isOffice THEN [1] ELSE [] END AS {gate} MATCH"
                f" ({{n}}:Contact)-[:WORKS_FOR]->({{x}}) WHERE {_OF_CBP}",
                degree="COUNT { (:Contact) }",
            ),
            Grant(
                "counterpart",
                "a case the viewer may see links the two organisations",
                edge=people.WORKS_FOR.name,
                tests=(is_in("{x}", "counterparts"), *WITH_BUSY),
                by_label=LINKED,
                rows=Rows(
                    "CALL (myParties, now, busy, counterparts) { ",
                    union(
                        Rows("UNWIND ", Members("counterparts"), " AS {o} RETURN {o}"),
                        Rows(OF_BUSY, " RETURN {o}"),
                        every=True,
                    ),
                    " } MATCH ({o})<-[:WORKS_FOR]-({n}:Contact)",
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
        "Message",
        (
            Grant(
                "published",
                "it was published for everybody",
                tests=(Predicate("{n}.everyone AND {n}.publishedAt IS NOT NULL"),),
                rows="MATCH ({n}:Message {everyone: true}) WHERE {n}.publishedAt IS NOT NULL",
            ),
            OFFICE_OF_TRADE,
            _of_own("its-office", "the viewer's office sends it", messages.ISSUED_BY),
            Grant(
                "addressed",
                "it was published, and the viewer is in its audience at this moment",
                tests=(
                    Predicate(
                        "{a} IN myAudiences AND {n}.publishedAt IS NOT NULL",
                        match="({n})-[:ADDRESSED_TO]->({a}:MessageAudience)",
                        needs=("myAudiences",),
                    ),
                ),
                rows=Rows(
                    "UNWIND ",
                    Members("myAudiences"),
                    " AS {a} MATCH ({a})<-[:ADDRESSED_TO]-({n}:Message) WHERE {n}.publishedAt IS NOT NULL",
                ),
                degree="10",
            ),
            Grant(
                "its-audience-names-it",
                "it was published, and its audience names the viewer's Center, port, office, agency, association or"
                " brokerage",
                tests=(
                    Predicate(
                        "{p} IN myParties AND {n}.publishedAt IS NOT NULL",
                        match="({n})-[:ADDRESSED_TO]->(:MessageAudience)-[:NAMES]->({p})",
                        needs=("myParties",),
                    ),
                ),
                rows=Rows(
                    "UNWIND ",
                    MY_PARTIES,
                    " AS {p} MATCH ({p})<-[:NAMES]-(:MessageAudience)<-[:ADDRESSED_TO]-({n}:Message)"
                    " WHERE {n}.publishedAt IS NOT NULL",
                ),
                degree="COUNT { ({p})<-[:NAMES]-() }",
            ),
        ),
    ),
    Rule(
        "MessageAudience",
        (
            OFFICE_OF_TRADE,
            Grant(
                "through-a-message",
                "a visible message is addressed to it",
                edge=messages.ADDRESSED_TO.name,
                forward=False,
                through="Message",
            ),
        ),
    ),
    Rule(
        "Calendar",
        (
            Grant(
                "its-account",
                "the viewer opened it",
                tests=(Predicate("{n}.account = $viewer", needs=(ACCOUNT,)),),
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
                tests=(Predicate("{n}.id = $viewer", needs=(ACCOUNT,)),),
                rows="MATCH ({n}:Account {id: $viewer})",
                degree="1",
            ),
        ),
    ),
)

_ENTERS_HERE: Final = Predicate(
    "{port} IN myParties AND {e}.activeFor IS NOT NULL",
    match="({a})-[:ENTERS_AT]->({port}:Port)",
    when=("isOffice",),
    needs=("myParties",),
)
"""The importer enters goods at a port of the viewer's, and the assignment is its present one."""
_PARTIES_OF_ASSIGNMENT: Final = AnyOf(_SEES_ALL, is_own("{b}"), *_client("{a}"), _center_acts("{a}"))
_PARTIES_BY_SETS: Final = AnyOf(_SEES_ALL, is_own("{b}"), is_in("{a}", "myClients"), is_in("{a}", "myAccounts"))

EDGE_RULES: Final = (
    EdgeRule(
        parties.REPRESENTS.name,
        "one-end-or-its-center",
        "the viewer is the broker or the importer themselves, the importer's Center, or Office of Trade: "
        "another broker's power of attorney is hidden",
        AnyOf(_SEES_ALL, is_own("{a}"), is_own("{b}"), _center_acts("{b}")),
        AnyOf(_SEES_ALL, is_own("{a}"), is_own("{b}"), is_in("{b}", "myAccounts")),
    ),
    EdgeRule(
        parties.ASSIGNED_TO.name,
        "one-end-or-its-center",
        "the viewer is the importer, its broker in term, the Center of the assignment, its Center now, a port that it"
        " enters goods at, of its Center now, or Office of Trade",
        AnyOf(*_PARTIES_OF_ASSIGNMENT.of, _ENTERS_HERE),
        AnyOf(*_PARTIES_BY_SETS.of, is_in("{a}", "enterHere")),
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
        AnyOf(_SEES_ALL, is_own("{a}"), *_client("{b}"), _center_acts("{b}")),
        AnyOf(_SEES_ALL, is_own("{a}"), is_own("{b}"), is_in("{b}", "myClients"), is_in("{b}", "myAccounts")),
    ),
    EdgeRule(
        issues.ON_BOARD_OF.name,
        "its-board",
        "the viewer is the association, or Office of Trade: nobody else learns who of its members holds what",
        AnyOf(_SEES_ALL, is_own("{b}")),
    ),
    EdgeRule(
        cases.ENTRY_AT.name,
        "of-a-known-entry",
        "the viewer owns a case of which it is confirmed that it spans the entry, or is its party, or Office of Trade: "
        "who names an entry learns nothing of it by that",
        AnyOf(_SEES_ALL, *_known("{a}")),
    ),
    EdgeRule(
        case_parties.HAS_PARTY.name,
        "one-end-or-told-of-it",
        "the viewer is the party, the case's owner or who sent it to them, or Office of Trade, or the case's importer"
        " or its broker in term where the role is one that they are told of",
        AnyOf(
            _SEES_ALL,
            is_own("{b}"),
            Predicate(
                "{office} IN myParties",
                match="({a})-[:HANDLED_BY|REFERRED_BY]->({office})",
                when=("isOffice",),
                needs=("myParties",),
            ),
            *_clients_by(
                f"({{a}})-[:CONCERNS]->({{i}}:Importer) MATCH {_told_to_parties('{e}')[0]}", _told_to_parties("{e}")[1]
            ),
        ),
    ),
    EdgeRule(
        case_parties.SHARED_WITH.name,
        "one-end",
        "the viewer is the party that it was written to or by, the case's owner or who sent it to them, or Office of"
        " Trade",
        AnyOf(
            _SEES_ALL,
            is_own("{b}"),
            Predicate(
                "{office} IN myParties",
                match="({a})-[:OF_CASE]->(:Case)-[:HANDLED_BY|REFERRED_BY]->({office})",
                when=("isOffice",),
                needs=("myParties",),
            ),
        ),
    ),
    EdgeRule(
        questions.ASKED_BY.name,
        "asker-or-who-is-asked",
        "the viewer is the party that asked, the office that is asked, or Office of Trade: a published question does"
        " not say who asked it",
        AnyOf(
            _SEES_ALL,
            is_own("{b}"),
            Predicate(
                "EXISTS { ({a})-[:ASKED_OF]->({asked}) WHERE {asked} IN myParties }", needs=("myParties",), walks=True
            ),
        ),
    ),
    EdgeRule(
        people.COVERS.name,
        "one-end-or-its-center",
        "where a contact covers an importer: the viewer is the contact's organisation, the importer or its broker "
        "in term, its Center, or Office of Trade",
        AnyOf(
            Predicate("NOT {b}:Importer"),
            _SEES_ALL,
            Predicate(
                "EXISTS { ({a})-[:WORKS_FOR]->({employer}) WHERE {employer} IN myParties }",
                needs=("myParties",),
                walks=True,
            ),
            *_client("{b}"),
            _center_acts("{b}"),
        ),
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
