"""What is known of a viewer, computed once at the head of a statement that needs it; in the order they are made
from each other.
"""

from collections.abc import Iterable
from typing import Final, LiteralString

from graph_schema import cypher, parties
from graph_schema.audiences import facts
from graph_schema.case_parties import in_force
from graph_schema.rows import MY_PARTIES, Choice, Members, Rows, union
from graph_schema.rule import ViewerSet


def in_term(edge: LiteralString) -> LiteralString:
    """The right or power of attorney behind that variable is in term."""
    return cypher.fill(parties.IN_TERM, e=edge)


def takes_part(edge: str) -> str:
    """The edge behind that variable, from a case to a party, counts: it is not an agency's part that nobody
    accepted.
    """
    return f"(NOT {edge}:INVOLVES OR {edge}.acceptedAt IS NOT NULL)"


def has_answered(edge: str) -> str:
    """The agency's part behind that variable was accepted, and not only named by others: its contacts are told to
    the case's parties.
    """
    return f"({edge}.acceptedAt IS NOT NULL AND ({edge}.invitedAt IS NULL OR {edge}.joinedAt IS NOT NULL))"


def is_met(edge: str) -> str:
    """The edge behind that variable leads from a case to a party whose contacts those who take part in it may see."""
    return f"(NOT {edge}:INVOLVES OR {has_answered(edge)})"


def is_confirmed(case: str) -> str:
    """The case behind that variable is not one that a party opened and its owner has yet to confirm."""
    return f"{case}.unconfirmedSince IS NULL"


IN_TERM: Final = in_term("{p}")


# The viewer's cases by reason, from its parties, so that the grants and the viewer sets cannot differ.


def owned_cases(case: str, parties_: Members | Choice = MY_PARTIES) -> Rows:
    """The cases that they own."""
    return Rows("UNWIND ", parties_, f" AS {{owner}} MATCH ({{owner}})<-[:HANDLED_BY]-({case}:Case)", needs="isOffice")


def sent_cases(case: str, parties_: Members | Choice = MY_PARTIES) -> Rows:
    """The cases that they sent to other owners, and go on taking part in."""
    sent = f" AS {{sender}} MATCH ({{sender}})<-[:REFERRED_BY]-({case}:Case)"
    return Rows("UNWIND ", parties_, sent, needs="isOffice")


def joined_cases(case: str, parties_: Members | Choice = MY_PARTIES) -> Rows:
    """The cases that they are accepted in, as agencies."""
    joined = f"MATCH ({{agency}}:Agency)<-[{{j}}:INVOLVES]-({case}:Case) WHERE {{j}}.acceptedAt IS NOT NULL"
    return Rows("UNWIND ", parties_, f" AS {{agency}} {joined}", needs="isAgency")


def parties_cases(case: str, part: str = "{part}") -> Rows:
    """The cases that they are parties of by role; `part` stands for the edge."""
    match = f"MATCH ({{party}})<-[{part}:HAS_PARTY]-({case}:Case) WHERE {in_force(part)}"
    return Rows("UNWIND ", MY_PARTIES, f" AS {{party}} {match}", needs="takesPart")


def clients(importer: str) -> Rows:
    """The importers among them, and those that they have a power of attorney of."""
    represented = f"({{agent}}:Broker)-[{{p}}:REPRESENTS]->({importer}:Importer) WHERE {IN_TERM}"
    return union(
        Rows(
            "UNWIND ", MY_PARTIES, f" AS {{me}} MATCH ({{me}}:Importer) RETURN {{me}} AS {importer}", needs="isImporter"
        ),
        Rows("UNWIND ", MY_PARTIES, f" AS {{agent}} MATCH {represented} RETURN {importer}", needs="represents"),
    )


def clients_cases(case: str) -> Rows:
    """The cases of those importers, `{i}`."""
    return Rows("CALL (myParties, now) { ", clients("{i}"), f" }} MATCH ({{i}})<-[:CONCERNS]-({case}:Case)")


CLIENTS_CASES: Final = clients_cases("{n}")
_CASES_A_CLIENT: Final = 5
"""About how many cases an importer has; it only decides from which side a list starts."""
BUSY: Final = 200
"""More cases than this make an office busy.

Neo4j weighs each row of a page with the viewer's lists, and 12,000 counterparts of an agency were 1.3 MB a row:
measured on 100,000 cases, 2026-11-22.
"""


def cases_of(*edges: str) -> str:
    """About how many cases hang on a party by these edges, or by its clients."""
    return f"COUNT {{ ({{p}})<-[:{'|'.join(edges)}]-() }} + {_CASES_A_CLIENT} * COUNT {{ ({{p}})-[:REPRESENTS]->() }}"


def _few_cases() -> Rows:
    """The three together, as a list; without the offices' where those are busy, and what parties opened until its
    owner confirms it.
    """
    idle = Choice("busy", "[]", MY_PARTIES.of)
    of_clients = Rows(CLIENTS_CASES, f" WHERE {is_confirmed('{n}')}")
    forms = (owned_cases("{n}", idle), joined_cases("{n}", idle), of_clients)
    few = union(*(Rows(form.bound(n="few"), " RETURN few") for form in forms), every=True)
    return Rows("COLLECT { CALL (myParties, now, busy) { ", few, " } RETURN DISTINCT few }")


def _in_audiences() -> Rows:
    """The audiences that they are in, as importers, as brokers of importers in term or of an association, or with all
    parties of their kind."""
    fitting = (
        f" }} CALL ({{i}}) {{ {facts('{x}')} }} MATCH ({{x}})<-[:NAMES]-({{a}}:MessageAudience)"
        # of one kind of viewer only one part of a union may be left, which gives an importer as often as it comes
        " WITH {i}, {a}, count(DISTINCT {x}) AS {held} WHERE {held} = {a}.terms AND ({a}.brokers OR {i} IN myParties)"
        " RETURN {a} AS audience"
    )
    member = "MATCH ({b}:Broker)<-[:HAS_MEMBER]-(:Association)<-[:NAMES]-({a}:MessageAudience) WHERE {a}.terms = 1"
    every = "UNWIND labels({p}) AS {label} MATCH ({a}:MessageAudience {every: {label}}) RETURN {a} AS audience"
    return union(
        Rows(Rows("CALL (myParties, now) { ", clients("{i}")), fitting),
        Rows("UNWIND ", MY_PARTIES, f" AS {{b}} {member} RETURN {{a}} AS audience", needs="represents"),
        Rows("UNWIND ", MY_PARTIES, f" AS {{p}} {every}"),
    )


PARTIES: Final = {
    "isImporter": ("Importer",),
    "represents": ("Broker",),
    "isCenter": ("Center",),
    "isOffice": ("Center", "Port", "Office"),
    "isAgency": ("Agency",),
}
"""The viewer sets that say whether one of the viewer's parties has one of these labels."""


def any_own(labels: Iterable[str]) -> str:
    """One of the viewer's parties has one of these labels."""
    return f"any(party IN myParties WHERE {' OR '.join(f'party:{label}' for label in labels)})"


VIEWER_SETS: Final = (
    # sent as a number: the driver takes 0.3 ms to send a moment
    ViewerSet("now", "the moment of the question, from milliseconds since 1970", "datetime({epochMillis: $now})"),
    ViewerSet(
        "actsFor",
        "the parties the account acts for at this moment",
        f"COLLECT {{ MATCH (:Account {{id: $viewer}})-[right:ACTS_FOR]->(party:Party) WHERE {in_term('right')} RETURN"
        " party }",
    ),
    ViewerSet(
        "myParties",
        "those, the offices and teams that are part of them, and a team's Center",
        "COLLECT { UNWIND actsFor AS whole MATCH (whole)<-[:PART_OF*0..]-(part:Party) RETURN part "
        "UNION UNWIND actsFor AS team MATCH (team:Team)-[:PART_OF]->(part:Center) RETURN part }",
    ),
    ViewerSet(
        "seesAll",
        "whether one of them is the Office of Trade or part of it",
        "EXISTS { UNWIND actsFor AS office MATCH (office:Office)-[:PART_OF*0..]->(:Office {code: 'OT'}) }",
    ),
    ViewerSet(
        "mySystems",
        "the connections that speak for them, by name",
        Rows(
            "COLLECT { UNWIND ",
            MY_PARTIES,
            " AS party MATCH (party)<-[:SPEAKS_FOR]-(c:Connection) RETURN DISTINCT c.name }",
        ),
    ),
    ViewerSet(
        "myClients",
        "the importers among them, and those they have a power of attorney for; none where they see all",
        Rows(
            "CASE WHEN seesAll THEN [] ELSE COLLECT { CALL (myParties, now) { ",
            clients("{i}").bound(i="client"),
            " } RETURN client } END",
            only=False,
        ),
    ),
    ViewerSet(
        "myAccounts",
        "the importers assigned to the Centers among them; none where they see all",
        "CASE WHEN seesAll THEN [] ELSE COLLECT { UNWIND myParties AS c MATCH (c:Center)<-[e:ASSIGNED_TO]-"
        "(client:Importer) WHERE e.activeFor IS NOT NULL RETURN client } END",
    ),
    ViewerSet(
        "enterHere",
        "the importers that enter goods at the ports among them; none where they see all",
        "CASE WHEN seesAll THEN [] ELSE COLLECT { UNWIND myParties AS p MATCH (p:Port)<-[:ENTERS_AT]-"
        "(client:Importer) RETURN DISTINCT client } END",
    ),
    ViewerSet("isImporter", "whether one of them is an importer", any_own(PARTIES["isImporter"])),
    ViewerSet("represents", "whether one of them is a broker", any_own(PARTIES["represents"])),
    ViewerSet("isCenter", "whether one of them is a Center", any_own(PARTIES["isCenter"])),
    ViewerSet("isOffice", "whether one of them can own a case", any_own(PARTIES["isOffice"])),
    ViewerSet("isAgency", "whether one of them is an agency", any_own(PARTIES["isAgency"])),
    ViewerSet(
        "takesPart",
        "whether one of them is, or was, a party of a case by role",
        "reduce(parts = 0, p IN myParties | parts + COUNT { (p)<-[:HAS_PARTY]-() }) > 0",
    ),
    ViewerSet("takesNoPart", "whether none of them is, or was", "NOT takesPart"),
    ViewerSet(
        "knowsEntries",
        "whether all cases that they may see tell them their entries: none of them is an agency or a party by role",
        "NOT isAgency AND NOT takesPart",
    ),
    ViewerSet(
        "official",
        "whether one of them works for the government",
        any_own((*PARTIES["isOffice"], *PARTIES["isAgency"])),
    ),
    ViewerSet(
        "busy",
        "whether its offices have so many cases that those of another party are better looked at from that party's end",
        "reduce(sum = 0, p IN myParties | sum + COUNT { (p)<-[:HANDLED_BY]-() } + COUNT { (p)<-[:INVOLVES]-() }) >"
        f" {BUSY}",
    ),
    ViewerSet(
        "fewCases",
        "the cases that link the account's parties with others: its importers' and clients', and its offices' unless"
        " those are busy",
        _few_cases(),
    ),
    ViewerSet(
        "myAudiences",
        "the audiences of messages that they are in",
        Rows("COLLECT { CALL (myParties, now) { ", _in_audiences(), " } RETURN DISTINCT audience }").bound(),
    ),
    ViewerSet(
        "involved",
        "the importers, owners and agencies of those cases",
        Rows(
            "COLLECT { UNWIND ",
            Members("fewCases"),
            f" AS k MATCH (k)-[r:CONCERNS|HANDLED_BY|INVOLVES]->(o) WHERE {is_met('r')} RETURN DISTINCT o }}",
        ),
    ),
    ViewerSet(
        "counterparts",
        "the organisations that take part in one of those cases: those, the owners' teams and the importers' brokers",
        # two lists, not a UNION: that would weigh each row together with `involved`
        Rows(
            Members("involved"),
            " + COLLECT { UNWIND involved AS o MATCH (o:Center)<-[:PART_OF]-(team:Team) RETURN team }"
            " + COLLECT { UNWIND involved AS o MATCH (o:Importer)<-[r:REPRESENTS]-(broker:Broker) "
            f"WHERE {in_term('r')} RETURN DISTINCT broker }}",
        ),
    ),
)
