"""Lists, totals and search as an engineer would write them by hand for one kind of viewer: the same rule, nothing
more.
"""

from dataclasses import dataclass
from typing import Final, LiteralString

_IN_TERM: Final[LiteralString] = "{e}.since <= $now AND ({e}.until IS NULL OR $now < {e}.until)"
_RIGHT: Final[LiteralString] = (
    "MATCH (:Account {id: $viewer})-[right:ACTS_FOR]->(me) WHERE " + _IN_TERM.replace("{e}", "right") + " "
)
_CLIENTS: Final[LiteralString] = (
    "MATCH (me)-[power:REPRESENTS]->(i:Importer) WHERE " + _IN_TERM.replace("{e}", "power") + " WITH DISTINCT i "
)
_ANALYST: Final[LiteralString] = (
    _RIGHT.replace("MATCH (:Account", "WITH EXISTS { MATCH (:Account")
    + "AND EXISTS { (me)-[:PART_OF*0..]->(:Office {code: 'OT'}) } } AS all "
    "UNWIND CASE WHEN all THEN [1] ELSE [] END AS gate "
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of viewer: how its statements begin, the cases it may see, from its side and as a condition, and the
    importers.

    `in_order`: whether lists of cases are better read in index order, the condition asked row by row.
    """

    personas: tuple[str, ...]
    begin: LiteralString
    cases: LiteralString
    a_case: LiteralString
    importers: LiteralString
    in_order: bool


BROKER: Final = Kind(
    ("broker", "large-broker"),
    _RIGHT,
    "WITH me " + _CLIENTS + "MATCH (i)<-[:CONCERNS]-(k:Case)",
    "k IN mine",
    "WITH me " + _CLIENTS,
    in_order=False,
)
AGENCY: Final = Kind(
    ("agency-officer",),
    _RIGHT,
    "MATCH (me)<-[part:INVOLVES]-(k:Case) WHERE part.acceptedAt IS NOT NULL WITH k",
    "EXISTS { MATCH (k)-[part:INVOLVES]->(me) WHERE part.acceptedAt IS NOT NULL }",
    "MATCH (me)<-[part:INVOLVES]-(k:Case)-[:CONCERNS]->(i:Importer) WHERE part.acceptedAt IS NOT NULL WITH DISTINCT i ",
    in_order=True,
)
CENTER: Final = Kind(
    ("import-specialist",),
    _RIGHT,
    "CALL (me) { MATCH (me)<-[:HANDLED_BY|REFERRED_BY]-(k:Case) RETURN k UNION"
    " MATCH (me)<-[given:ASSIGNED_TO]-(:Importer)<-[:CONCERNS]-(k:Case)-[:OF_KIND]->(kind:CaseKind)"
    " WHERE given.activeFor IS NOT NULL AND kind.holds RETURN k } WITH k",
    "k IN mine",  # as a condition asked row by row, Neo4j takes 20 s and more
    "CALL (me) { MATCH (me)<-[given:ASSIGNED_TO]-(i:Importer) WHERE given.activeFor IS NOT NULL RETURN i "
    "UNION MATCH (me)<-[:HANDLED_BY|REFERRED_BY]-(:Case)-[:CONCERNS]->(i:Importer) RETURN i } WITH i ",
    in_order=False,
)
ANALYST: Final = Kind(("trade-analyst",), _ANALYST, "MATCH (k:Case)", "true", "MATCH (i:Importer)", in_order=True)
KINDS: Final = (BROKER, AGENCY, CENTER, ANALYST)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in GraphQL, and by hand of each kind of viewer."""

    name: str
    query: str

    def by_hand(self, kind: Kind) -> str:
        return _BY_HAND[self.name](kind)


def _newest(kind: Kind, condition: str, order: str) -> str:
    rows = f"ORDER BY {order} LIMIT 100"
    if kind.in_order:
        found = f"MATCH (k:Case) WHERE k.openedAt IS NOT NULL AND {condition} AND {kind.a_case} WITH k {rows}"
    else:
        found = f"{kind.cases} WHERE {condition} WITH k {rows}"
    return f"{kind.begin} CALL (*) {{ {found} RETURN k }} RETURN collect([k.number, k.title])"


def _total(kind: Kind, condition: str) -> str:
    counted = f"{kind.cases} WHERE {condition} RETURN k"
    # plainly, so that it is counted from the store
    everything = "MATCH (k:Case)" if kind is ANALYST and condition == "true" else counted
    return f"{kind.begin} RETURN COUNT {{ {everything} }}"


def _importers(kind: Kind) -> str:
    # in index order, with the condition asked row by row, this takes an agency 6 s and a Center 28
    found = "MATCH (i:Importer) WHERE i.name IS NOT NULL" if kind is ANALYST else kind.importers
    return (
        f"{kind.begin} CALL (*) {{ {found} WITH i ORDER BY i.name, i.number LIMIT 100 RETURN i }} RETURN"
        " collect([i.number, i.name])"
    )


def _importers_total(kind: Kind) -> str:
    rows = f"{kind.importers} RETURN i" if kind is not ANALYST else kind.importers
    return f"{kind.begin} RETURN COUNT {{ {rows} }}"


def _search(kind: Kind, variable: str, label: str, text: str, key: str) -> str:
    # each the faster one: the condition asked of 20,000 importers takes an agency minutes
    rows, rule = (kind.cases, kind.a_case) if label == "Case" else (kind.importers, "true")
    by_set = not kind.in_order or (label == "Importer" and kind is not ANALYST)
    rule = f"{variable} IN mine" if by_set else rule
    begin = f"{kind.begin} WITH *, COLLECT {{ {rows} RETURN {variable} }} AS mine" if by_set else kind.begin
    value = f"toLower({variable}.{text})"
    found = (
        f"UNWIND $queries AS query CALL db.index.fulltext.queryNodes('{label}_text', query) YIELD node AS {variable}"
    )
    ranked = f"CASE WHEN {value} = $text THEN 0 WHEN {value} STARTS WITH $text THEN 1 ELSE 2 END AS rank"
    return (
        f"{begin} CALL (*) {{ {found} WITH {variable}, count(*) AS matched WHERE {rule} WITH {variable}, matched,"
        f" {ranked} ORDER BY rank, matched DESC, {variable}.{key} LIMIT 20 RETURN {variable} }} RETURN"
        f" collect([{variable}.number, {variable}.{text}])"
    )


CASES_TEXT: Final = "protest 8542"
IMPORTERS_TEXT: Final = "importer 00017"
_BY_HAND: Final = {
    "100 newest cases": lambda kind: _newest(kind, "true", "k.openedAt DESC, k.id DESC"),
    "100 newest open cases": lambda kind: _newest(
        kind, "k.status = 'OPEN'", "k.status DESC, k.openedAt DESC, k.id DESC"
    ),
    "how many cases": lambda kind: _total(kind, "true"),
    "how many open cases": lambda kind: _total(kind, "k.status = 'OPEN'"),
    "100 importers by name": _importers,
    "how many importers": _importers_total,
    "search among cases": lambda kind: _search(kind, "k", "Case", "title", "id"),
    "search among importers": lambda kind: _search(kind, "i", "Importer", "name", "number"),
}
QUESTIONS: Final = (
    Question("100 newest cases", "{ cases(first: 100, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"),
    Question(
        "100 newest open cases",
        "{ cases(first: 100, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number title } } }",
    ),
    Question("how many cases", "{ cases { totalCount } }"),
    Question("how many open cases", "{ cases(where: {status: {eq: OPEN}}) { totalCount } }"),
    Question("100 importers by name", "{ importers(first: 100, orderBy: [{name: ASC}]) { nodes { number name } } }"),
    Question("how many importers", "{ importers { totalCount } }"),
    Question(
        "search among cases",
        f'{{ search(text: "{CASES_TEXT}", kinds: [Case], first: 20) {{ nodes {{ ... on Case {{ number title }} }}'
        " } }",
    ),
    Question(
        "search among importers",
        f'{{ search(text: "{IMPORTERS_TEXT}", kinds: [Importer], first: 20) {{ nodes {{ ... on Importer {{ number name'
        " } } } }",
    ),
)
