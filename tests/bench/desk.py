"""Run `uv run python -m tests.bench.desk`: `myDesk` of a Center with 10,000 open cases, beside hand-written Cypher.

16 clients, passes interleaved, medians of five, in one run. Both tell the same first. Needs wrk.
"""

import shutil
import statistics
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

from neo4j import Driver
from rich.console import Console
from rich.progress import Progress

from hub.deadlines.business_days import today
from hub.world.sample import ISSUER
from tests.bench.serving import Served, by_driver, by_http, cpu_s, data_of

_CLIENTS: Final = 16
_PASSES: Final = 5
_WARM_UP: Final = 3
_SECONDS: Final = 6
_BAR: Final = 1.6
"""The hub's p50 to that by hand, at most."""
_SCALE: Final = "0.3"
_OPEN: Final = 10_000
_PERSONA: Final = "import-specialist"
_VIEWER: Final = f"{ISSUER}|{_PERSONA}"
_FIRST: Final = 5
_LISTS: Final = ("assigned", "mine", "toAnswer", "awaiting", "unassigned")

DESK: Final = (
    "query Desk($first: Int!) { myDesk(first: $first) { "
    + " ".join(
        f"{name} {{ count rows {{ since case {{ number title status importer {{ name }} kind {{ name }} }} }} }}"
        for name in _LISTS
    )
    + " "
    + " ".join(
        f"{name} {{ count rows {{ due case {{ number importer {{ name }} }} deadline {{ name state }} }} }}"
        for name in ("dueSoon", "overdue", "proposed")
    )
    + " questions { count rows { due question { title } } } } }"
)


def _first_cases(name: LiteralString, since: LiteralString = "k.openedAt") -> LiteralString:
    return f"""{name}: [size({name}), COLLECT {{ UNWIND {name} AS k
    WITH k ORDER BY {since}, k.id LIMIT $first
    OPTIONAL MATCH (k)-[:CONCERNS]->(i:Importer) OPTIONAL MATCH (k)-[:OF_KIND]->(t:CaseKind)
    RETURN [k.number, k.title, k.status, toString({since}), i.name, t.name] ORDER BY {since}, k.id }}]"""


def _first_deadlines(name: LiteralString) -> LiteralString:
    return f"""{name}: [size({name}), COLLECT {{ UNWIND {name} AS d
    WITH d ORDER BY d.due, d.id LIMIT $first MATCH (d)-[:OF_CASE]->(k:Case) OPTIONAL MATCH (k)-[:CONCERNS]->(i:Importer)
    RETURN [k.number, i.name, d.name, d.state, toString(d.due)] ORDER BY d.due, d.id }}]"""


_CAME_BACK: Final = "coalesce(k.awaitingSince, CASE WHEN k.status = 'AWAITING' THEN k.openedAt ELSE k.cameBackAt END)"
# For this one kind of viewer: an officer of a Center.
DESK_BY_HAND: Final = f"""
MATCH (a:Account {{id: $viewer}})-[r:ACTS_FOR]->(me:Center)
  WHERE r.since <= $now AND (r.until IS NULL OR $now < r.until)
OPTIONAL MATCH (a)-[:IS_CONTACT]->(officer:Contact)
CALL (me) {{
  MATCH (me)<-[:HANDLED_BY]-(k:Case) WHERE k.status <> 'CLOSED'
  RETURN collect(k) AS mine, collect(CASE WHEN k.cameBackAt IS NOT NULL THEN k END) AS toAnswer,
    collect(CASE WHEN k.awaitingSince IS NOT NULL OR k.status = 'AWAITING' THEN k END) AS awaiting,
    collect(CASE WHEN NOT EXISTS {{ (k)-[:WORKED_BY]->() }} THEN k END) AS unassigned
}}
CALL (officer, me) {{
  MATCH (officer)<-[:WORKED_BY]-(k:Case)-[:HANDLED_BY]->(me) WHERE k.status <> 'CLOSED' RETURN collect(k) AS assigned
}}
CALL (me) {{
  MATCH (me)<-[:OWED_BY]-(d:Deadline) WHERE d.state IN ['RUNNING', 'MISSED'] AND d.due <= date($soon)
  MATCH (d)-[:OF_CASE]->(k:Case)
  WITH d, d.due >= date($today) AS ahead, k.status <> 'CLOSED' AS open
  WHERE CASE WHEN ahead THEN d.state = 'RUNNING' ELSE open END
  RETURN collect(CASE WHEN ahead THEN d END) AS dueSoon, collect(CASE WHEN NOT ahead THEN d END) AS overdue
}}
CALL (me) {{
  MATCH (d:Deadline) USING INDEX d:Deadline(state, due) WHERE d.state = 'PROPOSED' AND d.due IS NOT NULL
  MATCH (d)-[:OF_CASE]->(:Case)-[:HANDLED_BY]->(me) RETURN collect(d) AS proposed
}}
CALL (me) {{ MATCH (me)<-[:ASKED_OF]-(q:Question) WHERE q.state = 'ASKED' RETURN collect(q) AS questions }}
RETURN {{
  {_first_cases("assigned")}, {_first_cases("mine")},
  {_first_cases("toAnswer", _CAME_BACK)},
  {_first_cases("awaiting")}, {_first_cases("unassigned")},
  {_first_deadlines("dueSoon")}, {_first_deadlines("overdue")}, {_first_deadlines("proposed")},
  questions: [size(questions), COLLECT {{ UNWIND questions AS q WITH q ORDER BY q.dueOn, q.id LIMIT $first
    RETURN [q.title, toString(q.dueOn)] ORDER BY q.dueOn, q.id }}]
}}"""

# Other Centers' open cases become this one's, until it has so many; most are given to its officers, some came back, a
# few have an outcome to be pronounced.
_FILL: Final = """
MATCH (me:Center {code: 'CEE007'})
WITH me, $open - COUNT { (me)<-[:HANDLED_BY]-(k:Case) WHERE k.status <> 'CLOSED' } AS missing WHERE missing > 0
CALL (me, missing) {
  MATCH (k:Case)-[h:HANDLED_BY]->(other) WHERE other <> me AND k.status <> 'CLOSED'
  WITH me, missing, k, h ORDER BY k.id
  WITH me, collect([k, h])[..missing] AS taken UNWIND taken AS each
  WITH me, each[0] AS k, each[1] AS h
  CALL (k, me) { MATCH (k)<-[:OF_CASE]-(d:Deadline)-[w:OWED_BY]->(o) WHERE NOT o:Importer DELETE w
    CREATE (d)-[:OWED_BY]->(me) }
  DELETE h CREATE (k)-[:HANDLED_BY]->(me) RETURN count(*) AS moved
}
MATCH (c:Contact)-[:WORKS_FOR]->(me) WITH me, collect(c) AS staff
CALL (me, staff) {
  MATCH (me)<-[:HANDLED_BY]-(k:Case) WHERE k.status <> 'CLOSED'
  WITH k, toInteger(right(k.id, 6)) AS n, staff
  CALL (k) { MATCH (k)-[w:WORKED_BY]->() DELETE w }
  FOREACH (_ IN CASE WHEN n % 10 < 7 THEN [1] ELSE [] END |
    FOREACH (c IN [staff[n % size(staff)]] | CREATE (k)-[:WORKED_BY]->(c)))
  SET k.cameBackAt = CASE WHEN n % 20 = 3 AND k.status <> 'AWAITING' THEN k.openedAt + duration({days: 2}) END
}
CALL (me) {
  MATCH (me)<-[:OWED_BY]-(d:Deadline)-[:OF_CASE]->(k:Case) WITH d, toInteger(right(k.id, 6)) AS n
  SET d.due = CASE WHEN n % 20 = 1 THEN $today + duration({days: n % 7}) ELSE d.due END,
    d.state = CASE n % 40 WHEN 2 THEN 'PROPOSED' WHEN 4 THEN 'MISSED' ELSE d.state END
}
RETURN count(*)"""
_OFFICER: Final = """
MATCH (a:Account {id: $viewer}), (c:Contact)-[:WORKS_FOR]->(:Center {code: 'CEE007'})
WITH a, c ORDER BY c.id LIMIT 1
CALL (a) { MATCH (a)-[e:IS_CONTACT]->() DELETE e }
CREATE (a)-[:IS_CONTACT {since: datetime()}]->(c)"""
Figures = dict[str, float]


class _Run:
    """The server, and what each pass asks of it."""

    def __init__(self, served: Served, driver: Driver) -> None:
        self.served = served
        self._driver = driver
        driver.execute_query(_FILL, {"open": _OPEN, "today": today(datetime.now(UTC))})
        driver.execute_query(_OFFICER, {"viewer": _VIEWER})
        day = today(datetime.now(UTC))
        self._variables = {"first": _FIRST, "today": str(day), "soon": str(day + timedelta(days=7))}

    def check(self) -> None:
        """Both tell the same, or there is nothing to compare."""
        given = {**self._variables, "viewer": _VIEWER, "now": datetime.now(UTC)}
        ((by_hand,),) = (record.values() for record in self._driver.execute_query(DESK_BY_HAND, given).records)
        told = self.served.ask(DESK, _PERSONA, {"first": _FIRST})["data"]["myDesk"]
        assert by_hand["mine"][0] >= _OPEN, by_hand["mine"]
        for name, (count, rows) in by_hand.items():
            assert told[name]["count"] == count, (name, told[name]["count"], count)
            key = (lambda row: row["question"]["title"]) if name == "questions" else (lambda row: row["case"]["number"])
            assert [key(row) for row in told[name]["rows"]] == [row[0] for row in rows], (name, told[name], rows)
            Console().print(f"{name}: {count}")

    def asked(self, contender: str) -> Figures:
        if contender == "by hand":
            return by_driver(
                self.served, text=DESK_BY_HAND, viewer=_VIEWER, clients=_CLIENTS, seconds=_SECONDS,
                variables=[self._variables],
            )  # fmt: skip
        bodies = [{"query": DESK, "variables": {"first": _FIRST}}]
        url = f"http://127.0.0.1:{self.served.port}/graphql"
        return by_http(url, bodies, self.served.token(_PERSONA), _CLIENTS, _SECONDS)

    def measured(self, contender: str) -> Figures:
        before = cpu_s(self.served.process.pid), cpu_s(self.served.neo4j)
        told = self.asked(contender)
        if contender == "hub":
            told["own_cpu_ms"] = (cpu_s(self.served.process.pid) - before[0]) / told["count"] * 1000
        told["neo4j_cpu_ms"] = (cpu_s(self.served.neo4j) - before[1]) / told["count"] * 1000
        return told


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("install wrk")
    served = Served(data_of("desk"), _SCALE)
    try:
        with served.driver() as driver:
            run = _Run(served, driver)
            served.await_sorted()
            run.check()
            found = _measured(run)
    finally:
        served.stop()
    Console(width=150).print(_told(found))


def _measured(run: _Run) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {}
    with Progress() as bar:
        task = bar.add_task("myDesk", total=2 * (_WARM_UP + _PASSES))
        for turn in range(_WARM_UP + _PASSES):
            for contender in ("hub", "by hand"):
                told = run.measured(contender)
                if turn >= _WARM_UP:
                    found.setdefault(contender, []).append(told)
                bar.advance(task)
    return found


def _told(found: dict[str, list[Figures]]) -> str:
    lines = ["| contender | requests/s | p50 ms | p99 ms | its CPU ms | Neo4j's CPU ms |", "|---" * 6 + "|"]
    medians: dict[str, dict[str, Any]] = {
        name: {column: statistics.median(one[column] for one in passes) for column in passes[0]}
        for name, passes in found.items()
    }
    for name, told in medians.items():
        cells = " | ".join(
            f"{told[column]:.4g}" if column in told else ""
            for column in ("per_s", "p50_ms", "p99_ms", "own_cpu_ms", "neo4j_cpu_ms")
        )
        lines.append(f"| {name} | {cells} |")
    ratio = medians["hub"]["p50_ms"] / medians["by hand"]["p50_ms"]
    lines.append(f"p50, hub to by hand, at most {_BAR}: {ratio:.2f}, {'reached' if ratio <= _BAR else 'NOT reached'}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
