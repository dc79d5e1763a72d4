"""Run `uv run python -m tests.bench.acting`: who is responsible, beside hand-written Cypher; opening a case, beside the
peer. Of these alone, where they are named: responsible, M1, "three entries".

Scale 1, 16 clients, passes interleaved, medians of five, in one run. Both give the same contacts first, and each
has its own index over the words of cases. Needs wrk, Node with npm, javac.
"""

import shutil
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString, cast

from neo4j import GraphDatabase
from rich.console import Console
from rich.progress import Progress

from graph_schema.ddl import statements
from graph_schema.formats import entry_check_digit
from graph_schema.graph import GRAPH
from hub.world.sample import ISSUER
from tests.bench.serving import DATA, Peer, Served, by_driver, by_http, cpu_s, install_shim

_CLIENTS: Final = 16
_PASSES: Final = 5
_WARM_UP: Final = 3
_SECONDS: Final = 4
_PLANNED_AGAIN_S: Final = 6
_BODIES: Final = 6_000
_M1: Final = "M1"
_ENTRIES: Final = "three entries"
_BARS: Final = {"responsible": 1.3, _M1: 1.5, _ENTRIES: 1.5}
_PERSONA: Final = "broker"

RESPONSIBLE: Final = """query Who($number: String!, $hts: String!, $kind: String!) {
  responsibleContacts(importer: $number, hts: $hts, caseKind: $kind, first: 5) {
    contacts { contact { name email organisation { name } } organisation { name } rule availability { state }
      standsInFor { name } }
  }
}"""
_THERE: Final = "-[:WORKS_FOR]->(o) WHERE o = office OR (o:Team AND EXISTS { (o)-[:PART_OF]->(w) WHERE w = office })"
# The same for this one kind of question and viewer: the broker's right, its power of attorney, the importer's Center
# and the agencies that regulate the goods, the three who fit best there, who stands in, and whether its mail address
# may be seen.
BY_HAND: Final = f"""
MATCH (:Account {{id: $viewer}})-[r:ACTS_FOR]->(me:Broker)
  WHERE r.since <= $now AND (r.until IS NULL OR $now < r.until)
MATCH (i:Importer {{number: $number}})<-[p:REPRESENTS]-(me)
  WHERE p.since <= $now AND (p.until IS NULL OR $now < p.until)
MATCH (i)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
MATCH (kind:CaseKind {{code: $kind}}) MATCH (heading:HtsHeading {{code: $hts}})-[:IN_CHAPTER]->(chapter)
WITH me, i, kind, heading, chapter,
  [[center, 0]] + COLLECT {{ MATCH (chapter)<-[:REGULATES]-(agency:Agency) RETURN [agency, 1] }} AS offices
UNWIND offices AS each WITH me, i, kind, heading, chapter, each[0] AS office, each[1] AS place
WITH *, EXISTS {{
  MATCH (me)-[q:REPRESENTS]->(:Importer)<-[:CONCERNS]-(:Case)-[h:HANDLED_BY|INVOLVES]->(x) WHERE x = office
    AND (type(h) = 'HANDLED_BY' OR h.acceptedAt IS NOT NULL) AND q.since <= $now
    AND (q.until IS NULL OR $now < q.until) }} AS linked
CALL (office, linked, i, kind, heading, chapter) {{
  CALL (office, i, kind, heading, chapter) {{
    MATCH (i)<-[:COVERS]-(c:Contact){_THERE} RETURN c, 64 AS weight
    UNION ALL MATCH (heading)<-[:COVERS]-(c:Contact){_THERE} RETURN c, 32 AS weight
    UNION ALL MATCH (chapter)<-[:COVERS]-(c:Contact){_THERE} RETURN c, 16 AS weight
    UNION ALL MATCH (kind)<-[:COVERS]-(c:Contact){_THERE} RETURN c, 8 AS weight
    UNION ALL MATCH (office)<-[:WORKS_FOR]-(c:Contact) WHERE c.role = kind.role RETURN c, 4 AS weight
    UNION ALL MATCH (office)<-[:WORKS_FOR]-(c:Contact) WHERE c.published
      AND NOT c.role IN ['center_director', 'port_director', 'desk'] RETURN c, 3 AS weight
    UNION ALL MATCH (office)<-[:WORKS_FOR]-(c:Contact) WHERE c.role = 'desk' RETURN c, 2 AS weight
    UNION ALL MATCH (office)<-[:WORKS_FOR]-(c:Contact) WHERE c.role IN ['center_director', 'port_director']
      RETURN c, 1 AS weight
  }}
  WITH linked, kind, c, sum(weight) AS weight
  WITH *, coalesce(c.vacantSince <= $now, false)
    OR coalesce(c.awayFrom <= $now AND ($now < c.awayUntil OR c.awayUntil IS NULL), false) AS gone,
    c.role <> kind.role AND c.role IN ['drawback_specialist', 'fpf_officer', 'auditor', 'client_representative',
      'agriculture_specialist'] AS unfit
  WITH *, CASE WHEN gone THEN head(COLLECT {{
    MATCH way = (c)-[:DEPUTIZED_BY*1..3]->(d:Contact) WHERE d <> c AND (linked OR d.published)
      AND NOT (coalesce(d.vacantSince <= $now, false)
        OR coalesce(d.awayFrom <= $now AND ($now < d.awayUntil OR d.awayUntil IS NULL), false))
    RETURN d ORDER BY length(way), d.name, d.id LIMIT 1 }}) END AS deputy
  WITH *, gone AND deputy IS NULL AS late WHERE linked OR c.published
  RETURN c, deputy, late, unfit, weight ORDER BY late, unfit, weight DESC, c.name, c.id LIMIT 3
}}
WITH place, linked, c, deputy, late, unfit, weight ORDER BY place, late, unfit, weight DESC, c.name, c.id LIMIT 5
WITH linked, c, deputy, coalesce(deputy, c) AS who
MATCH (who)-[:WORKS_FOR]->(org)
RETURN who.name, CASE WHEN who.emailAudience = 'public'
  OR (linked AND who.emailAudience = 'counterpart') THEN who.email END, org.name,
  who.timeZone, who.opensAt, who.closesAt, toString(who.awayUntil), CASE
    WHEN deputy IS NOT NULL THEN c.name END"""

OPEN: Final = """mutation Open($number: String!, $title: String!) {
  openCase(kind: "uniformity_issue", importer: $number, title: $title, port: "2704") {
    id number status importer { number } handledBy { ... on Center { code } } port { code } } }"""
OPEN_WITH_ENTRIES: Final = """mutation Open($number: String!, $title: String!, $entries: [String!]!, $on: Date!) {
  openCase(kind: "uflpa_detention", importer: $number, title: $title, port: "2704", entries: $entries,
    event: "presented", on: $on) {
    id number status importer { number } handledBy { ... on Center { code } } port { code }
    deadlines { totalCount } } }"""
OPEN_BY_PEER: Final = """mutation M1($id: ID!, $name: String!, $title: String!, $number: String!, $at: DateTime!) {
  createCases(input: [{ id: $id, number: $name, status: "OPEN", title: $title, openedAt: $at,
    importer: { connect: [{ where: { node: { number: { eq: $number } } } }] },
    center: { connect: [{ where: { node: { code: { eq: "CEE007" } } } }] },
    port: { connect: [{ where: { node: { code: { eq: "2704" } } } }] } }]) {
    cases { id number status importer { number } center { code } port { code } } } }"""
_MINE: Final = """MATCH (:Account {id: $viewer})-[:ACTS_FOR]->(:Broker)-[p:REPRESENTS]->(i:Importer)
  -[a:ASSIGNED_TO]->(c:Center)
WHERE (p.until IS NULL OR p.until > datetime()) AND a.activeFor IS NOT NULL
MATCH (c)<-[:SUGGESTS]-(h:HtsHeading) WITH i, collect(h.code)[..5] AS headings UNWIND headings AS hts
RETURN DISTINCT i.number AS number, hts, 'protest' AS kind"""
_OF_CENTER: Final = (
    "MATCH (i:Importer)-[a:ASSIGNED_TO]->(:Center {code: 'CEE007'}) WHERE a.activeFor IS NOT NULL RETURN i.number"
    " LIMIT 500"
)
# The hub's index of words follows what is written by moments; the one that the peer declares is Neo4j's usual one.
_WORDS: Final = {
    "hub": ("Case_text", next(text for text in statements(GRAPH) if "INDEX Case_text " in text)),
    "peer": ("case_ft", "CREATE FULLTEXT INDEX case_ft IF NOT EXISTS FOR (n:Case) ON EACH [n.title]"),
}
Figures = dict[str, float]


def _entries(turn: int, place: int) -> dict[str, Any]:
    """Three entries that nobody has named yet, presented for examination yesterday."""
    serials = [f"{(turn * _BODIES + place) * 3 + each:07d}" for each in range(3)]
    numbers = [f"B0{turn % 10}-{serial}-{entry_check_digit(f'B0{turn % 10}', serial)}" for serial in serials]
    return {"entries": numbers, "on": str(datetime.now(UTC).date() - timedelta(days=1))}


class _Run:
    """The servers, and what each pass asks of them."""

    def __init__(self, served: Served, peer: Peer) -> None:
        self.served = served
        self.peer = peer
        self._opened = 0
        with GraphDatabase.driver(served.uri, auth=("neo4j", served.password)) as driver:
            found, _, _ = driver.execute_query(_MINE, {"viewer": f"{ISSUER}|{_PERSONA}"})
            self.asked: list[dict[str, Any]] = [record.data() for record in found]
            self._importers = [record.value() for record in driver.execute_query(_OF_CENTER).records]

    def check(self) -> None:
        """The hub and the statement by hand give the same contacts, or there is nothing to compare."""
        with GraphDatabase.driver(self.served.uri, auth=("neo4j", self.served.password)) as driver:
            for variables in self.asked[:25]:
                records, _, _ = driver.execute_query(
                    BY_HAND, {**variables, "viewer": f"{ISSUER}|{_PERSONA}", "now": datetime.now(UTC)}
                )
                answer = self.served.ask(RESPONSIBLE, _PERSONA, variables)
                contacts = answer["data"]["responsibleContacts"]["contacts"]
                told = [
                    [found["contact"]["name"], found["contact"]["email"], found["contact"]["organisation"]["name"]]
                    for found in contacts
                ]
                assert told == [list(record.values())[:3] for record in records], (variables, told, records)

    def responsible(self, contender: str) -> Figures:
        if contender == "by hand":
            return by_driver(
                self.served, text=BY_HAND, viewer=f"{ISSUER}|{_PERSONA}", clients=_CLIENTS, seconds=_SECONDS,
                variables=self.asked,
            )  # fmt: skip
        bodies = [{"query": RESPONSIBLE, "variables": variables} for variables in self.asked]
        return by_http(
            f"http://127.0.0.1:{self.served.port}/graphql", bodies, self.served.token(_PERSONA), _CLIENTS, _SECONDS
        )

    def opening(self, what: str, contender: str, seconds: int = _SECONDS) -> Figures:
        self._opened += 1
        many = [
            (f"bench-{self._opened}-{number}", self._importers[number % len(self._importers)])
            for number in range(_BODIES)
        ]
        if contender == "peer":
            at = datetime.now(UTC).isoformat()
            bodies = [
                {
                    "query": OPEN_BY_PEER,
                    "variables": {"id": name, "name": name, "title": name, "number": number, "at": at},
                }
                for name, number in many
            ]
            return by_http(f"http://127.0.0.1:{self.peer.port}/", bodies, None, _CLIENTS, seconds, in_turn=True)
        if what == _ENTRIES:
            bodies = [
                {
                    "query": OPEN_WITH_ENTRIES,
                    "variables": {"title": name, **_entries(self._opened, place), "number": number},
                }
                for place, (name, number) in enumerate(many)
            ]
        else:
            bodies = [{"query": OPEN, "variables": {"number": number, "title": name}} for name, number in many]
        token = self.served.token("import-specialist")
        return by_http(f"http://127.0.0.1:{self.served.port}/graphql", bodies, token, _CLIENTS, seconds, in_turn=True)

    def check_opening(self) -> None:
        """Each opens one case as it should."""
        number = self._importers[0]
        opened = self.served.ask(OPEN, "import-specialist", {"number": number, "title": "bench"})["data"]["openCase"]
        assert (opened["handledBy"], opened["port"], opened["status"]) == ({"code": "CEE007"}, {"code": "2704"}, "OPEN")
        spanning = {"number": number, "title": "bench", **_entries(0, 0)}
        opened = self.served.ask(OPEN_WITH_ENTRIES, "import-specialist", spanning)["data"]["openCase"]
        assert opened["deadlines"] == {"totalCount": 9}, opened
        name = f"bench-{datetime.now(UTC):%s%f}"
        variables = {"id": name, "name": name, "title": "bench", "number": number, "at": datetime.now(UTC).isoformat()}
        (made,) = self.peer.ask(OPEN_BY_PEER, variables)["data"]["createCases"]["cases"]
        assert (made["center"], made["importer"]) == ([{"code": "CEE007"}], [{"number": number}])

    def clean(self) -> None:
        """Takes away what was opened."""
        self._apply(
            "MATCH (k:Case) WHERE k.title STARTS WITH 'bench' CALL (k) { OPTIONAL MATCH (k)<-[:OF_CASE]-(x) DETACH"
            " DELETE k, x } IN TRANSACTIONS OF 500 ROWS ON ERROR RETRY FOR 60 SECONDS THEN FAIL",
            "MATCH (e:Entry) WHERE e.number STARTS WITH 'B0' CALL (e) { DETACH DELETE e }"
            " IN TRANSACTIONS OF 500 ROWS ON ERROR RETRY FOR 60 SECONDS THEN FAIL",
        )

    def has_own_index(self, contender: str) -> None:
        """Over the words of cases, each contender has the index that it makes, and no other: it is written with
        every case.
        """
        other = "hub" if contender == "peer" else "peer"
        self._apply(f"DROP INDEX {_WORDS[other][0]} IF EXISTS", _WORDS[contender][1], "CALL db.awaitIndexes(300)")

    def _apply(self, *texts: str) -> None:
        with (
            GraphDatabase.driver(self.served.uri, auth=("neo4j", self.served.password)) as driver,
            driver.session() as session,
        ):
            for text in texts:
                session.run(cast("LiteralString", text)).consume()

    def measured(self, what: str, contender: str) -> Figures:
        if what != "responsible":
            self.has_own_index(contender)
            # another index makes Neo4j plan all statements anew, and the hub has many where the peer has one
            self.opening(what, contender, _PLANNED_AGAIN_S)
            # what follows from the cases of the pass before is nobody's of this one
            self.served.await_idle()
        own = {"hub": self.served.process.pid, "peer": self.peer.process.pid}.get(contender)
        before = (cpu_s(own) if own else 0.0), cpu_s(self.served.neo4j)
        told = self.responsible(contender) if what == "responsible" else self.opening(what, contender)
        if own:
            told["own_cpu_ms"] = (cpu_s(own) - before[0]) / told["count"] * 1000
        told["neo4j_cpu_ms"] = (cpu_s(self.served.neo4j) - before[1]) / told["count"] * 1000
        return told


_CONTENDERS: Final = {"responsible": ("hub", "by hand"), _M1: ("hub", "peer"), _ENTRIES: ("hub", "peer")}


def main() -> None:
    asked = sys.argv[1:] or list(_CONTENDERS)
    if unknown := set(asked) - set(_CONTENDERS):
        raise SystemExit(f"{', '.join(unknown)}: not measured here; what is: {', '.join(_CONTENDERS)}")
    for tool in ("wrk", "node", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"install {tool}")
    install_shim(DATA)
    served = Served(DATA, "1")
    try:
        peer = Peer(served)
        try:
            run = _Run(served, peer)
            run.check()
            run.check_opening()
            served.await_idle()
            try:
                found = _measured(run, asked)
            finally:
                run.has_own_index("hub")
            run.clean()
        finally:
            peer.stop()
    finally:
        served.stop()
    Console(width=150).print(_told(found))


def _measured(run: _Run, asked: Sequence[str]) -> dict[tuple[str, str], list[Figures]]:
    found: dict[tuple[str, str], list[Figures]] = {}
    with Progress() as bar:
        task = bar.add_task("", total=2 * len(asked) * (_WARM_UP + _PASSES))
        for what in asked:
            contenders = _CONTENDERS[what]
            bar.update(task, description=what)
            for turn in range(_WARM_UP + _PASSES):
                for contender in contenders:
                    told = run.measured(what, contender)
                    if turn >= _WARM_UP:
                        found.setdefault((what, contender), []).append(told)
                    bar.advance(task)
    return found


def _told(found: dict[tuple[str, str], list[Figures]]) -> str:
    lines = ["| question | contender | requests/s | p50 ms | p99 ms | its CPU ms | Neo4j's CPU ms |", "|---" * 7 + "|"]
    medians = {
        key: {column: statistics.median(one[column] for one in passes) for column in passes[0]} for key,
        passes in found.items()
    }  # fmt: skip
    for (what, contender), told in medians.items():
        cells = " | ".join(
            f"{told[column]:.4g}" if column in told else ""
            for column in ("per_s", "p50_ms", "p99_ms", "own_cpu_ms", "neo4j_cpu_ms")
        )
        lines.append(f"| {what} | {contender} | {cells} |")
    bars = {
        "responsible": "responsibleContacts: p50, hub to by hand, at most",
        _M1: "M1, opening a case: requests/s, hub to peer, at least",
        _ENTRIES: "opening a case with three entries and nine deadlines: requests/s, to the peer's M1, at least",
    }
    for what in dict.fromkeys(what for what, _ in medians):
        other, column = ("by hand", "p50_ms") if what == "responsible" else ("peer", "per_s")
        ratio, bar = medians[what, "hub"][column] / medians[what, other][column], _BARS[what]
        reached = ratio <= bar if what == "responsible" else ratio >= bar
        lines.append(f"{bars[what]} {bar}: {ratio:.2f}, {'reached' if reached else 'NOT reached'}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
