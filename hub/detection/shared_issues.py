"""Shared issues, found as cases come: which issue a case may be about, and how many importers hold one.

Two things are kept. Which cases share an issue is the truth, and stays behind the rules. How many hold it is told to
others, so it is kept as figures that disclose nobody (security of small counts):

- Cases are tied to what they are alike by from the first on (ALIKE_BY), which none but their owner learns. Their
  parties learn of an issue (MAY_BE_ABOUT) once its first batch is counted.
- A figure is a set of importers that only grows, by batches. A batch is of `least` importers or more, not counting
  those of any one account or broker: whoever watches it grow, and takes away what is its own, is left with as many.
- What a figure leaves out of the whole (importers with a case here, but not at that Center) is nobody, or as many
  again: else the figure waits.
- A case that goes, is closed or was wrongly counted changes no figure: they say who has met an issue, not who has it
  open today.

Importers that wait to be counted hang on a figure by AWAITS, those that are counted by COUNTS.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, TypedDict

from graph_schema.cypher import Statement, literal
from graph_schema.words import OTHER_WORDS, other_words
from hub.database.graph import Run
from hub.errors import CannotBeDone
from hub.events.append import ALL_NEW, Telling
from hub.events.concerns import HELD
from hub.jobs.loops import item, rows_of
from hub.queries.similarities import LIKENESSES

MOST: Final = 500
"""So many cases are looked at in one transaction."""
FEW: Final = 50
"""So many issues are counted in one."""

_CASES: Final = rows_of("Case") + "RETURN elementId(n), n.openedAt IS :: ZONED DATETIME NOT NULL"
_EACH: Final = " UNION ALL ".join(
    f"{kind.cypher} RETURN {literal(kind.name)} AS likeness, {literal(f'{kind.name} ')} + key AS id, title, topic, why"
    for kind in LIKENESSES
)
# What only a party says of its case makes it like no other: it would learn who else has such cases by saying so. Nor is
# a case like any that concerns no importer: an office may open one for a number it has made up. What a case was alike
# by and is no more, it may no longer be about. What an officer took it out of it is not put into again.
_ALIKE: Final = f"""
UNWIND $cases AS case MATCH (k:Case) WHERE elementId(k) = case
WITH k, coalesce(k.likenesses, []) AS before, COLLECT {{
  WITH k WHERE k.unconfirmedSince IS NULL AND EXISTS {{ (k)-[:CONCERNS]->() }}
  CALL (k) {{ {_EACH} }} RETURN [likeness, id, title, topic, why] }} AS found
WITH k, before, found, [each IN found | each[1]] AS keys
SET k.likenesses = keys
WITH k, before, found, keys
CALL (k, before, found) {{
  UNWIND found AS each WITH k, each WHERE NOT each[1] IN before
  MERGE (i:Likeness {{id: each[1]}})
  ON CREATE SET i.source = 'hub', i.likeness = each[0], i.title = each[2], i.topic = each[3], i.why = each[4]
  MERGE (k)-[a:ALIKE_BY]->(i) SET a.key = each[1]
}}
CALL (k, keys) {{
  MATCH (k)-[a:ALIKE_BY]->() WHERE NOT a.key IN keys
  OPTIONAL MATCH (k)-[m:MAY_BE_ABOUT]->(:Issue) WHERE m.by = a.key
  DELETE a, m
}}"""

# An importer is in one cell of those that handle an issue: where its newest case is, as long as it was not counted
# elsewhere.
_HELD: Final[LiteralString] = """
UNWIND $cases AS case MATCH (k:Case) WHERE elementId(k) = case
MATCH (k)-[:CONCERNS]->(importer:Importer), (k)-[:ABOUT|ALIKE_BY]->(i)
OPTIONAL MATCH (i)-[:MERGED_INTO]->(whole:Issue)
WITH DISTINCT importer, coalesce(whole, i) AS i
WITH importer, i, COLLECT {
  MATCH (importer)<-[:CONCERNS]-(k:Case)-[:ABOUT|ALIKE_BY]->(part) WHERE part = i
    OR EXISTS { (part)-[:MERGED_INTO]->(i) }
  RETURN DISTINCT k ORDER BY k.openedAt, k.id
} AS held
WITH importer, i, held, head(held).openedAt AS first
CALL (importer, i, held) {
  RETURN 'all' AS dimension, null AS party
  UNION ALL WITH last(held) AS k OPTIONAL MATCH (k)-[:HANDLED_BY]->(party) RETURN 'handler' AS dimension, party
  UNION ALL UNWIND held AS k MATCH (k)-[v:INVOLVES]->(party:Agency) WHERE v.acceptedAt IS NOT NULL
    RETURN DISTINCT 'agency' AS dimension, party
  UNION ALL CALL (importer) {
    MATCH (importer)<-[:HAS_MEMBER]-(party:Association) RETURN party
    UNION MATCH (importer)<-[p:REPRESENTS]-(:Broker)<-[:HAS_MEMBER]-(party:Association) WHERE p.until IS NULL
      OR p.until > $at RETURN party
  } RETURN 'association' AS dimension, party
}
MERGE (f:IssueFigure {id: i.id + '|' + dimension + coalesce('|' + head(labels(party)) + ' ' + coalesce(party.id,
  party.code), '')})
ON CREATE SET f.dimension = dimension, f.n = 0
MERGE (f)-[:OF_ISSUE]->(i)
FOREACH (p IN CASE WHEN party IS NULL THEN [] ELSE [party] END | MERGE (f)-[:FIGURE_OF]->(p))
WITH importer, i, f, dimension, first
WHERE NOT EXISTS { (f)-[:COUNTS]->(importer) }
  AND (dimension <> 'handler' OR NOT EXISTS
    { (i)<-[:OF_ISSUE]-(:IssueFigure {dimension: 'handler'})-[:COUNTS]->(importer) })
MERGE (f)-[w:AWAITS]->(importer)
SET w.first = CASE WHEN w.first < first THEN w.first ELSE first END
WITH importer, i, f WHERE dimension = 'handler'
MATCH (i)<-[:OF_ISSUE]-(other:IssueFigure {dimension: 'handler'})-[w:AWAITS]->(importer) WHERE other <> f
DELETE w"""


# The issues whose figures are counted again.
_ISSUES_OF: Final = f"""
UNWIND $cases AS case MATCH (k:Case) WHERE elementId(k) = case AND EXISTS {{ (k)-[:CONCERNS]->(:Importer) }}
MATCH (k)-[:ABOUT|ALIKE_BY]->(i) OPTIONAL MATCH (i)-[:MERGED_INTO]->(whole:Issue)
WITH DISTINCT coalesce(whole, i) AS i RETURN {item("i")}"""


async def find_issues(run: Run, items: Sequence[str], telling: Telling, _: int) -> int:
    """Says of these cases which issues they may be about, and who holds those."""
    rows = await run(Statement(_CASES, {"items": list(items)}))
    if not all(is_opened for _, is_opened in rows):
        raise CannotBeDone("openedAt: a moment with its zone is expected")
    cases = [case for case, _ in rows]
    for text in (_ALIKE, _HELD):
        await run(Statement(text, {"cases": cases, "at": telling.doer.at}))
    if held := [issue for (issue,) in await run(Statement(_ISSUES_OF, {"cases": cases}))]:
        telling.tell(HELD, held, changed=("ALIKE_BY", "ABOUT"))
    return 0


_LEAST: Final = (
    f"CASE i.likeness {' '.join(f'WHEN {literal(kind.name)} THEN {kind.least}' for kind in LIKENESSES)} ELSE 1 END"
)
_GROUPS: Final[LiteralString] = """
  COLLECT {
    MATCH (importer)<-[:REPRESENTS]-(who:Broker) RETURN elementId(who)
    UNION MATCH (importer)<-[:ACTS_FOR]-(who:Account) RETURN elementId(who)
    UNION MATCH (importer)<-[:REPRESENTS]-(:Broker)<-[:ACTS_FOR]-(who:Account) RETURN elementId(who)
  }"""
# What as many hold as its likeness wants is proposed to those who own a case of it.
_ISSUES: Final = rows_of("Issue", "Likeness") + "RETURN elementId(n)"
_TO_COUNT: Final = f"""
UNWIND $issues AS id MATCH (i) WHERE elementId(i) = id
MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure {{dimension: 'all'}})
FOREACH (_ IN CASE WHEN NOT i:Issue AND COUNT {{ (f)-[:AWAITS|COUNTS]->() }} >= {_LEAST} THEN [1] ELSE [] END |
  SET i:Issue, i.state = 'PROPOSED', i.stateAt = $at, i.proposedAt = $at)
WITH i, f
RETURN CASE WHEN i.proposedAt = $at THEN i.id END, CASE WHEN i:Issue THEN COLLECT {{
  MATCH (f)-[w:AWAITS]->(importer) RETURN [f.id, elementId(importer), toString(w.first), {_GROUPS}]
    ORDER BY w.first, importer.number
}} ELSE [] END"""
_TITLES: Final[LiteralString] = "UNWIND $ids AS id MATCH (i:Issue {id: id}) RETURN i.id, i.title, i.topic"
_FOUND_BY: Final[LiteralString] = "UNWIND $rows AS row MATCH (i:Issue {id: row.id}) SET i.otherWords = row.otherWords"
_COUNT: Final[LiteralString] = """
UNWIND $batches AS batch
MATCH (f:IssueFigure {id: batch.figure})-[:OF_ISSUE]->(i)
SET f.n = f.n + size(batch.importers), f.through = coalesce(f.through, []) + batch.through,
  f.sizes = coalesce(f.sizes, []) + size(batch.importers), i.sharedAt = coalesce(i.sharedAt, $at)
WITH f, i, batch
UNWIND batch.importers AS id
MATCH (importer:Importer) WHERE elementId(importer) = id
MATCH (f)-[w:AWAITS]->(importer) DELETE w
CREATE (f)-[:COUNTS]->(importer)"""
_CELLS: Final[LiteralString] = (
    """
UNWIND $issues AS id MATCH (i) WHERE elementId(i) = id
MATCH (all:IssueFigure {dimension: 'all'})-[:OF_ISSUE]->(i) WHERE all.n > 0
MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure)-[w:AWAITS]->(importer) WHERE f.dimension <> 'all'
  AND EXISTS { (all)-[:COUNTS]->(importer) }
RETURN i.id, f.id, f.dimension, EXISTS { (f)-[:FIGURE_OF]->() }, elementId(importer), toString(w.first), """
    + _GROUPS
    + """
ORDER BY i.id, f.id, w.first, importer.number"""
)
_LEFT_OUT: Final[LiteralString] = (
    """
MATCH (f:IssueFigure {id: $figure})-[:OF_ISSUE]->(i)<-[:OF_ISSUE]-(all:IssueFigure
  {dimension: 'all'})-[:COUNTS]->(importer)
WHERE NOT EXISTS { (f)-[:COUNTS]->(importer) } AND NOT elementId(importer) IN $counted
RETURN elementId(importer), '', """
    + _GROUPS
)


@dataclass(frozen=True, slots=True)
class Holder:
    """An importer that holds an issue: since when, and the accounts and brokers that know of it."""

    id: str
    first: str
    groups: tuple[str, ...]


async def count_issues(run: Run, items: Sequence[str], telling: Telling, least: int) -> int:
    """Counts who waits to be counted, of these issues."""
    now = telling.doer.at
    issues = [issue for (issue,) in await run(Statement(_ISSUES, {"items": list(items)}))]
    counted = await run(Statement(_TO_COUNT, {"issues": issues, "at": now}))
    if proposed := [issue for issue, _ in counted if issue is not None]:
        telling.tell("Issue.proposed", proposed, changed=ALL_NEW)
        titles = await run(Statement(_TITLES, {"ids": proposed}))
        rows = [{"id": issue, OTHER_WORDS: others} for issue, *texts in titles if (others := other_words(texts))]
        await run(Statement(_FOUND_BY, {"rows": rows}))
    waiting: dict[str, list[Holder]] = {}
    for _, holders in counted:
        for figure, *holder in holders:
            waiting.setdefault(figure, []).append(_holder(holder))
    await _write(
        run, [row for figure, holders in waiting.items() for row in _rows(figure, batches(holders, least))], now
    )
    cells: dict[str, dict[str, list[_Cell]]] = {}
    for issue, figure, dimension, may_be_told, *holder in await run(Statement(_CELLS, {"issues": issues})):
        of_issue = cells.setdefault(issue, {}).setdefault(dimension, [])
        if not of_issue or of_issue[-1].figure != figure:
            of_issue.append(_Cell(figure, may_be_told, []))
        of_issue[-1].holders.append(_holder(holder))
    for dimensions in cells.values():
        for dimension, several in dimensions.items():
            if dimension == "handler":
                await _write(
                    run, [row for cell in parts(several, least) for row in _rows(cell.figure, [cell.holders])], now
                )
            else:
                await _count_alone(run, several, least, now)
    # one that nobody holds has no figures, and is done as well
    await run(Statement(TELL, {"issues": issues}))
    if shared := [issue for (issue,) in await run(Statement(_SHARED, {"issues": issues, "at": now}))]:
        telling.tell("Issue.shared", shared, changed=("sharedAt", "MAY_BE_ABOUT", "ON_BOARD_OF"))
    return 0


_SHARED: Final[LiteralString] = (
    "UNWIND $issues AS id MATCH (i) WHERE elementId(i) = id AND i.sharedAt = $at RETURN i.id"
)


TELL: Final[LiteralString] = """
UNWIND $issues AS id MATCH (i) WHERE elementId(i) = id
WITH i WHERE i.sharedAt IS NOT NULL AND coalesce(i.state, 'CONFIRMED') IN ['PROPOSED', 'CONFIRMED']
CALL (i) { MATCH (i)<-[:OF_ISSUE]-(f:IssueFigure {dimension: 'association'})-[:FIGURE_OF]->(a) WHERE f.n > 0
  MERGE (i)-[:ON_BOARD_OF]->(a) }
CALL (i) { RETURN i AS part UNION ALL MATCH (part:Issue)-[:MERGED_INTO]->(i) RETURN part }
MATCH (part)<-[a:ALIKE_BY|ABOUT]-(k:Case) WHERE (a:ALIKE_BY OR part <> i) AND NOT EXISTS { (k)-[:MAY_BE_ABOUT]->(i) }
MERGE (k)-[m:MAY_BE_ABOUT]->(i) SET m.by = a.key"""
"""Tells the parties of the cases of issues (by Neo4j's ids) that those may be about them, once enough hold them."""


async def _count_alone(run: Run, cells: Sequence["_Cell"], least: int, now: datetime) -> None:
    """Figures that stand alone, each beside the whole."""
    for cell in cells:
        if not is_enough(cell.holders, least):
            continue
        counted = [holder.id for holder in cell.holders]
        rest = [_holder(row) for row in await run(Statement(_LEFT_OUT, {"figure": cell.figure, "counted": counted}))]
        if not rest or is_enough(rest, least):
            await _write(run, _rows(cell.figure, [cell.holders]), now)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A figure of a part, and who waits to be counted in it; one of nobody in particular is never told."""

    figure: str
    may_be_told: bool
    holders: list[Holder]


def is_enough(holders: Sequence[Holder], least: int) -> bool:
    """Whether there are as many beside those that any one account or broker knows."""
    known = Counter(group for holder in holders for group in set(holder.groups))
    most = max(known.values(), default=0)
    # one that nobody is known to act for is its own
    return len(holders) - max(most, min(1, len(holders))) >= least


def batches(holders: Iterable[Holder], least: int) -> list[list[Holder]]:
    """The batches in which they are counted, in order of time; who is left over goes with the last, or waits where
    there is none.
    """
    made: list[list[Holder]] = []
    batch: list[Holder] = []
    for holder in holders:
        batch.append(holder)
        if len(batch) > least and is_enough(batch, least):
            made.append(batch)
            batch = []
    if made:
        made[-1] = made[-1] + batch
    return made


def parts(cells: Sequence[_Cell], least: int) -> list[_Cell]:
    """The cells of a whole that may be told: what is left of the whole beside them is nobody, or as many again."""
    tellable: list[_Cell] = []
    left = sorted(cells, key=lambda cell: (-len(cell.holders), cell.figure))
    for cell in list(left):
        rest = [holder for other in left if other is not cell for holder in other.holders]
        if cell.may_be_told and is_enough(cell.holders, least) and (not rest or is_enough(rest, least)):
            tellable.append(cell)
            left.remove(cell)
    return tellable


def _holder(row: Sequence[Any]) -> Holder:
    importer, first, groups = row
    return Holder(importer, first, tuple(groups))


class _Batch(TypedDict):
    """Importers that are counted together in a figure, by Neo4j's ids, and the month until which they met the issue."""

    figure: str
    through: str
    importers: list[str]


def _rows(figure: str, counted: Iterable[Sequence[Holder]]) -> list[_Batch]:
    return [
        {
            "figure": figure,
            "through": max(holder.first for holder in batch)[:7],
            "importers": [holder.id for holder in batch],
        }
        for batch in counted
    ]


async def _write(run: Run, rows: Sequence[_Batch], now: datetime) -> None:
    if rows:
        await run(Statement(_COUNT, {"batches": rows, "at": now}))
