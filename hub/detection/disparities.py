"""Disparities: the same goods and the same question, decided differently at two places.

Found for what is new, decision by decision. What a decision is alike by is written on it once, so that those that may
be like a new one are found by indexes: of the same number, of the same maker, or described by the same words. The time
grows with what is new. Whether two of them contradict each other is judged by `hub.detection.compared`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypedDict

from graph_schema.cypher import Properties, Statement, fill, literal
from graph_schema.decision_codes import ALLOWED, QUESTION_CODES
from hub.database.graph import Run
from hub.detection.compared import TEXTS, Compared
from hub.detection.goods import Evidence
from hub.errors import CannotBeDone
from hub.events.append import ALL_NEW, Entry, Telling
from hub.jobs.loops import rows_of

WINDOW_DAYS: Final = 3 * 365 + 1
"""Decisions further apart than this are not compared: goods are liquidated within a year or later, and protested after
that."""
_OTHERWISE: Final = "decidedOtherwise"
"""What was done, as the history of a case tells it."""
_DAY_MS: Final = 86_400_000
MOST: Final = 2_000
"""So many new decisions are looked at in one transaction."""

_SAID: Final = rows_of("Decision") + "RETURN elementId(n), properties(n)"
_TEXTS_OF: Final = ", ".join(f".{name}" for name in TEXTS)

# Whether a later decision in the same case takes the place of an earlier one: about the same goods, as far as is known.
_SHARED: Final[LiteralString] = "size([w IN {one}.goodsWords WHERE w IN {other}.goodsWords])"
_REPLACES: Final[LiteralString] = (
    "{later}.questionKey = {earlier}.questionKey AND {later}.decidedAt > {earlier}.decidedAt"
    " AND ({later}.alikeBy = {earlier}.alikeBy"
    " OR 3 * {shared} >= size({later}.goodsWords) + size({earlier}.goodsWords))"
)


def _replaces(later: LiteralString, earlier: LiteralString) -> LiteralString:
    return fill(_REPLACES, later=later, earlier=earlier, shared=fill(_SHARED, one=later, other=earlier))


_NEAR: Final = " UNION ".join(
    f"MATCH (o:Decision {{{key}: d.{key}}}) USING INDEX o:Decision({key}) RETURN o"
    for key in ("alikeBy", "makerBy", "longWordsBy", "shortWordsBy")
)
# A first look, wider than what counts: many are about the same number or of the same maker, few differ.
_CANDIDATES: Final = fill(
    """
UNWIND $rows AS row
MATCH (d:Decision) WHERE elementId(d) = row.element
SET d += row.keys
WITH collect(d) AS fresh
UNWIND fresh AS d
CALL (d) {
  MATCH (d)-[:DECIDES]->(:Case)<-[:DECIDES]-(old:Decision)<-[:BETWEEN]-(x:Disparity {state: 'OPEN'})
  WHERE old <> d AND {replaces_old}
  SET x.state = 'RESOLVED', x.endedAt = $at,
    x.endedBecause = 'a later decision in the same case took the place of one of them'
}
MATCH (d)-[:MADE_AT]->(here)
OPTIONAL MATCH (d)-[:OFFICER_AT]->(seat)
CALL (d, here, seat) {
  CALL (d) { {near} }
  WITH d, here, seat, o
  WHERE o.saidKey <> d.saidKey AND CASE WHEN o.decidedAt IS :: ZONED DATETIME NOT NULL
      THEN abs(duration.inDays(o.decidedAt, d.decidedAt).days) <= $window ELSE false END
    AND (d.originKey IS NULL OR o.originKey IS NULL OR d.originKey = o.originKey)
  WITH *, {shared} AS shared, size(d.goodsWords) AS mine, size(o.goodsWords) AS others
  WHERE CASE WHEN mine = 0 OR others = 0 THEN d.makerKey = o.makerKey AND d.alikeBy = o.alikeBy
    WHEN d.makerKey = o.makerKey THEN shared > 0
    WHEN d.makerKey <> o.makerKey THEN 10 * shared >= 7 * (mine + others - shared)
    ELSE 10 * shared >= 4 * (mine + others - shared) END
  MATCH (o)-[:MADE_AT]->(there)
  OPTIONAL MATCH (o)-[:OFFICER_AT]->(otherSeat)
  WITH * WHERE here <> there OR seat <> otherSeat
  WITH * WHERE NOT EXISTS { (o)-[:DECIDES]->(:Case)<-[:DECIDES]-(d) }
    AND NOT EXISTS { MATCH (o)-[:DECIDES]->(:Case)<-[:DECIDES]-(later:Decision) WHERE {replaces_o} }
    AND NOT EXISTS { MATCH (d)-[:DECIDES]->(:Case)<-[:DECIDES]-(later:Decision) WHERE {replaces_d} }
  RETURN o, there, otherSeat
}
RETURN elementId(d), d.id, d.decidedAt.epochMillis, toString(date(d.decidedAt)),
  here.name + coalesce(' (' + seat.name + ')', ''),
  elementId(o), o.id, o.decidedAt.epochMillis, toString(date(o.decidedAt)),
  there.name + coalesce(' (' + otherSeat.name + ')', ''),
  elementId(there) + coalesce(' ' + elementId(otherSeat), ''), o {{texts}}""",
    near=_NEAR,
    shared=fill(_SHARED, one="d", other="o"),
    replaces_old=_replaces("d", "old"),
    replaces_o=_replaces("later", "o"),
    replaces_d=_replaces("later", "d"),
    texts=_TEXTS_OF,
)
_WRITE: Final[LiteralString] = """
UNWIND $pairs AS pair
MATCH (before:Decision) WHERE elementId(before) = pair.before
MATCH (after:Decision) WHERE elementId(after) = pair.after
MERGE (x:Disparity {id: pair.id})
ON CREATE SET x += pair.row, x.source = 'hub', x.state = 'OPEN', x.foundAt = $at
MERGE (x)-[:BETWEEN]->(before) MERGE (x)-[:BETWEEN]->(after)
WITH DISTINCT x WHERE x.foundAt = $at
RETURN collect(x.id)"""
# What the newest ruling makes of open pairs. It explains both, or that practice changed with it: the earlier decision
# was made before it, the later follows it. Else the decision that it does not support goes against it.
RULED: Final[LiteralString] = """
UNWIND $disparities AS id
MATCH (x:Disparity {id: id, state: 'OPEN'})-[:BETWEEN]->(d:Decision)
WITH x, d ORDER BY d.decidedAt, d.id
WITH x, collect(d) AS two
MATCH (r:Ruling)-[:EXPLAINS]->(supported) WHERE supported IN two
WITH x, two, r, collect(supported) AS supported ORDER BY coalesce(r.issuedAt, date('0001-01-01')) DESC, r.number
WITH x, two, head(collect([r, supported])) AS newest
WITH x, newest[0] AS r, size(newest[1]) = 2 OR coalesce(two[1] IN newest[1]
  AND date(two[0].decidedAt) < newest[0].issuedAt AND newest[0].issuedAt <= date(two[1].decidedAt), false) AS explained
CALL (x) { MATCH (x)-[old:AGAINST]->() DELETE old }
FOREACH (_ IN CASE WHEN explained THEN [1] ELSE [] END |
  SET x.state = 'EXPLAINED', x.endedAt = $at, x.endedBecause = 'ruling ' + r.number + ': ' + r.title
  MERGE (x)-[:EXPLAINED_BY]->(r))
FOREACH (_ IN CASE WHEN explained THEN [] ELSE [1] END | SET x.strength = 'AGAINST_RULING' MERGE (x)-[:AGAINST]->(r))
RETURN x.id, explained"""
# Who is told, if it was not decided as they claim: whoever the decision is told to, unless they can protest no more.
_TELL: Final = fill(
    """
WITH date(datetime({datetime: $at, timezone: 'America/New_York'})) AS today
UNWIND $disparities AS id
MATCH (x:Disparity {id: id, state: 'OPEN'})-[b:BETWEEN]->(d:Decision)-[:DECIDES]->(k:Case)
WHERE b.toldAt IS NULL AND d.audience IN ['parties', 'agencies', 'public'] AND NOT d.saidKey STARTS WITH {allowed}
  AND EXISTS { (k)-[:CONCERNS]->(:Importer) }
WITH x, b, d, k, [text IN coalesce(k.windows, []) WHERE split(text, '|')[4] STARTS WITH 'protest file'
  AND date(left(text, 10)) >= today AND (d.ofEntry IS NULL OR split(text, '|')[3] = d.ofEntry) | left(text, 10)]
  AS until
WHERE until <> [] OR none(text IN coalesce(k.dates, []) WHERE split(text, ' ')[0] IN
  ['liquidated', 'deemed_liquidated', 'liquidated_or_decided', 'reliquidated'])
MATCH (x)-[:BETWEEN]->(o) WHERE o <> d
OPTIONAL MATCH (x)-[:AGAINST]->(r:Ruling)
SET b.toldAt = $at
RETURN x.id, k.id, o {{texts}}, reduce(last = null, day IN until | CASE WHEN last > day THEN last ELSE day END),
  r.number, EXISTS { (r)-[:EXPLAINS]->(o) }""",
    allowed=literal(f"{ALLOWED}|"),
    texts=_TEXTS_OF,
)
# What is said of a decision may change: a pair that is none any more is closed, if nobody has opened it again.
_OPEN: Final = f"""
UNWIND $elements AS element MATCH (d:Decision) WHERE elementId(d) = element
MATCH (d)<-[:BETWEEN]-(x:Disparity {{state: 'OPEN', source: 'hub'}})-[:BETWEEN]->(o:Decision)
WHERE o <> d AND x.keptOpen IS NULL
RETURN x.id, element, o {{{_TEXTS_OF}}}"""
_CLOSE: Final[LiteralString] = """
UNWIND $closed AS id MATCH (x:Disparity {id: id})
SET x.state = 'RESOLVED', x.endedAt = $at,
  x.endedBecause = 'as they are told now, the two are not the same goods and question decided differently'"""
# Who was told is told as well once it has ended, and if it is opened again.
_ENDED: Final[LiteralString] = """
UNWIND $elements AS element MATCH (d:Decision) WHERE elementId(d) = element
MATCH (d)<-[:BETWEEN]-(x:Disparity) WITH DISTINCT x
MATCH (x)-[b:BETWEEN]->(:Decision)-[:DECIDES]->(k:Case)
WHERE b.toldAt IS NOT NULL AND (x.state = 'OPEN') = (b.endToldAt IS NOT NULL)
SET b.endToldAt = CASE WHEN x.state <> 'OPEN' THEN $at END
RETURN x.id, k.id, x.state, head([(x)-[:EXPLAINED_BY]->(r:Ruling) | r.number])"""


@dataclass(frozen=True, slots=True)
class _Decided:
    """One of two decisions: by Neo4j's id, by its own, when (in milliseconds, and as a day), where in words, its texts,
    and what it is compared by."""

    element: str
    id: str
    at: int
    day: str
    where: str
    texts: Properties
    compared: Compared


class _Pair(TypedDict):
    """A disparity as `_WRITE` writes it."""

    id: str
    before: str
    after: str
    row: Properties


async def find_disparities(run: Run, items: Sequence[str], telling: Telling) -> int:
    """Compares these decisions with those before them; gives how many pairs were found."""
    at = telling.doer.at
    said: dict[str, Properties] = {row[0]: row[1] for row in await run(Statement(_SAID, {"items": list(items)}))}
    fresh = {element: _compared(properties) for element, properties in said.items()}
    rows = [{"element": element, "keys": compared.keys()} for element, compared in fresh.items()]
    found = await run(Statement(_CANDIDATES, {"rows": rows, "window": WINDOW_DAYS, "at": at}))
    pairs = _pairs(found, said, fresh)
    ((disparities,),) = await run(Statement(_WRITE, {"pairs": pairs, "at": at})) if pairs else [[[]]]
    if disparities:
        await run(Statement(RULED, {"disparities": disparities, "at": at}))
        for id_, case, *told in await run(Statement(_TELL, {"disparities": disparities, "at": at})):
            telling.tell_case(Entry(case, _OTHERWISE, _told(*told)), changed=("decisions",), refs=(id_,))
        telling.tell("Disparity.found", disparities, changed=ALL_NEW)
    open_now = await run(Statement(_OPEN, {"elements": list(said)}))
    closed = [id_ for id_, element, texts in open_now if fresh[element].contradicts(_of_texts(texts)) is None]
    if again := [id_ for id_, *_ in open_now if id_ not in closed and id_ not in disparities]:
        # a ruling may support one of them meanwhile
        judged = await run(Statement(RULED, {"disparities": again, "at": at}))
        if explained := [id_ for id_, is_explained in judged if is_explained]:
            telling.tell("Disparity.explained", explained, changed=("state", "endedAt", "endedBecause", "EXPLAINED_BY"))
    if closed:
        await run(Statement(_CLOSE, {"closed": closed, "at": at}))
        telling.tell("Disparity.closed", closed, changed=("state", "endedAt", "endedBecause"))
    for id_, case, state, ruling in await run(Statement(_ENDED, {"elements": list(said), "at": at})):
        what = {"OPEN": "it is open again", "EXPLAINED": f"it is explained by ruling {ruling}"}.get(
            state, "it is settled"
        )
        entry = Entry(case, _OTHERWISE, f"of what is decided otherwise elsewhere about the same goods: {what}")
        telling.tell_case(entry, changed=("decisions",), refs=(id_,))
    return len(disparities)


def _told(texts: Properties, until: str | None, ruling: str | None, supported: bool) -> str:
    """What the parties of one decision are told of the other: what was decided, and nothing of where and for whom."""
    other = _of_texts(texts)
    match other.question, other.outcome.holds:
        case "classification", str(number):
            named = re.sub(r"\D", "", str(texts.get("hts10") or ""))
            digits = named if named.startswith(number) else number
            what = f"they are of {'.'.join(filter(None, (digits[:4], digits[4:6], digits[6:])))}"
        case "origin", str(country):
            what = f"they come from {country}"
        case _:
            what = (other.outcome.code or "otherwise").replace("_", " ")
    parts = [f"elsewhere it is decided otherwise about the same goods: {what}"]
    if ruling:
        parts.append(f"ruling {ruling} supports {'that' if supported else 'the decision in this case'}")
    if until:
        parts.append(f"a protest may be filed until {until}")
    return "; ".join(parts)


def _compared(decision: Properties) -> Compared:
    """What a decision is compared by. Raises `CannotBeDone`."""
    compared = Compared.of(decision)
    # written once, it is compared with every later one
    if getattr(decision.get("decidedAt"), "tzinfo", None) is None:
        raise CannotBeDone("decidedAt: a moment with its zone is expected")
    return compared


def _of_texts(texts: Properties) -> Compared:
    """The same of texts that are maybe spoiled by now: those are as if they were not said."""
    return Compared.of({**dict.fromkeys(TEXTS, ""), **{n: t for n, t in texts.items() if isinstance(t, str)}})


def _pairs(found: Sequence[Sequence[Any]], said: dict[str, Properties], fresh: dict[str, Compared]) -> list[_Pair]:
    """The disparities among the pairs that were found to be near each other.

    Of those that went differently at each other place only the newest counts, or there are as many disparities as
    decisions once one goes astray.
    """
    best: dict[tuple[str, str, str], tuple[tuple[bool, int, str], _Pair]] = {}
    for element, id_, at, day, where, other, other_id, other_at, other_day, other_where, place, texts in found:
        compared = fresh[element]
        others = fresh.get(other) or _of_texts(texts)
        evidence = compared.contradicts(others)
        if evidence is None:
            continue
        one = _Decided(element, id_, at, day, where, said[element], compared)
        two = _Decided(other, other_id, other_at, other_day, other_where, texts, others)
        rank = (evidence.is_strong, other_at, other_id)
        key = (element, place, others.outcome.key)
        if key not in best or rank > best[key][0]:
            best[key] = (rank, _pair(one, two, evidence))
    return list({pair["id"]: pair for _, pair in best.values()}.values())


def _pair(one: _Decided, other: _Decided, evidence: Evidence) -> _Pair:
    before, after = (one, other) if (one.at, one.id) < (other.at, other.id) else (other, one)
    first, second = sorted((one.id, other.id))
    numbers = [str(each.texts.get("hts10") or "") for each in (before, after)]
    question = before.compared.question
    row = {
        "question": before.texts["question"],
        "questionCode": question if question in QUESTION_CODES else None,
        "hts10": numbers[0] or numbers[1] or None,
        "otherHts10": numbers[1] if all(numbers) and numbers[0] != numbers[1] else None,
        "strength": "STRONG" if evidence.is_strong else "FAIR",
        "daysApart": (after.at - before.at) // _DAY_MS,
        "why": _why(before, after, evidence),
    }
    return {"id": f"{first} | {second}", "before": before.element, "after": after.element, "row": row}


def _why(before: _Decided, after: _Decided, evidence: Evidence) -> str:
    """By what the two are alike and how they were decided, in words."""
    texts, origin_decided = before.texts, before.compared.question == "origin"
    goods = [
        str(texts.get("hts10") or "") if evidence.same_number else "",
        f"from {texts['origin']}" if evidence.same_origin and texts.get("origin") and not origin_decided else "",
        f"by {texts.get('maker')}" if evidence.same_maker else "",
    ]
    told = " ".join(filter(None, goods))
    described = str(texts.get("description") or "") if evidence.by_words else ""
    decided = (f"{each.where}: {_outcome(each, evidence)}, {each.day}" for each in (before, after))
    return "; ".join(
        (
            f"the same goods: {', '.join(filter(None, (told, described)))}",
            f"the same question: {texts['question']}",
            *decided,
        )
    )


def _outcome(decision: _Decided, evidence: Evidence) -> str:
    """The outcome in its own words, with the number where the other decision has another."""
    number = decision.texts.get("hts10")
    outcome = str(decision.texts["outcome"])
    return outcome if evidence.same_number or not number or str(number) in outcome else f"{outcome} ({number})"
