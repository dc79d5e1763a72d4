"""Disparities: the same goods and the same question, decided differently at two places.

Found for what is new, decision by decision.

Two decisions are about the same goods where their ten-digit HTSUS number is the same, their origin is not known to
differ, and maker or description match (both, where an origin is not known; by different makers, the description nearly
word by word); about the same question where its words are the same. What a decision is alike by is written on it once,
so that those that may be like a new one are found by an index: the time grows with what is new.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, LiteralString, TypedDict

from graph_schema.cypher import Properties, Statement
from hub.database.graph import Run
from hub.errors import CannotBeDone
from hub.events.append import ALL_NEW, Telling
from hub.jobs.loops import rows_of

WINDOW_DAYS: Final = 365
"""Decisions further apart than this are not compared."""
MOST: Final = 2_000
"""So many new decisions are looked at in one transaction."""
_WORDS_ALIKE: Final = 0.5
_WORDS_SAME: Final = 0.8
"""The share of words that descriptions must have in common; the second where the makers are known and differ."""
_LONGEST_KEY: Final = 2_000
"""An index of Neo4j takes 8,167 bytes."""
_COMPARED: Final = {"question": None, "outcome": None, "hts10": "", "origin": "", "maker": "", "description": ""}
"""What of a decision is looked at, and what stands for what it lacks."""
_WORD: Final = re.compile(r"[a-z0-9]+(?:[.,/-][0-9]+)*")
_IDLE: Final = frozenset({
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "other", "than",
    "that", "the",
    "these", "this", "to", "which", "with",
})  # fmt: skip
_FIRM: Final = frozenset({
    "co", "company", "corp", "corporation", "ag", "gmbh", "inc", "incorporated", "kg", "llc", "llp", "limited", "ltd",
    "plc",
    "pte", "pty", "sa", "srl",
})  # fmt: skip

_SAID: Final = rows_of("Decision") + "RETURN elementId(n), properties(n)"

# The newest of those that went differently at each other place, or there are as many pairs as decisions once one goes
# astray. A decision that a later one in its case has replaced counts no more. The two are named in the order of their
# ids, so that a pair is one row.
_FIND: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (d:Decision) WHERE elementId(d) = row.element
SET d.alikeBy = row.alikeBy, d.saidKey = row.saidKey, d.originKey = row.originKey, d.makerKey = row.makerKey,
  d.goodsWords = row.words
WITH collect(d) AS fresh
UNWIND fresh AS d
CALL (d) {
  MATCH (d)-[:DECIDES]->(:Case)<-[:DECIDES]-(old:Decision)<-[:BETWEEN]-(x:Disparity {state: 'OPEN'})
  WHERE old <> d AND old.alikeBy = d.alikeBy AND old.decidedAt < d.decidedAt
  SET x.state = 'RESOLVED', x.endedAt = $at,
    x.endedBecause = 'a later decision in the same case took the place of one of them'
}
CALL (d) {
  WITH d WHERE d.alikeBy IS NOT NULL
  MATCH (d)-[:MADE_AT]->(here)
  MATCH (o:Decision {alikeBy: d.alikeBy}) USING INDEX o:Decision(alikeBy)
  WHERE o.saidKey <> d.saidKey AND CASE WHEN o.decidedAt IS :: ZONED DATETIME NOT NULL
      THEN abs(duration.inDays(o.decidedAt, d.decidedAt).days) <= $window ELSE false END
    AND (d.originKey IS NULL OR o.originKey IS NULL OR d.originKey = o.originKey)
  MATCH (o)-[:MADE_AT]->(there) WHERE there <> here
  WITH d, here, o, there, d.originKey = o.originKey AS sameOrigin,
    coalesce(d.makerKey = o.makerKey, false) AS sameMaker,
    size([w IN d.goodsWords WHERE w IN o.goodsWords]) AS shared
  WITH *, coalesce(sameOrigin, false) AS sameOrigin_, shared > 0 AND
    shared >= CASE WHEN d.makerKey <> o.makerKey THEN $same
      ELSE $alike END * (size(d.goodsWords) + size(o.goodsWords) - shared)
    AS sameWords
  WHERE CASE WHEN sameOrigin_ THEN sameMaker OR sameWords ELSE sameMaker AND sameWords END
    AND NOT EXISTS { (o)-[:DECIDES]->(:Case)<-[:DECIDES]-(d) }
    AND NOT EXISTS { MATCH (o)-[:DECIDES]->(:Case)<-[:DECIDES]-(later:Decision)
      WHERE later.alikeBy = o.alikeBy AND later.decidedAt > o.decidedAt }
    AND NOT EXISTS { MATCH (d)-[:DECIDES]->(:Case)<-[:DECIDES]-(later:Decision)
      WHERE later.alikeBy = d.alikeBy AND later.decidedAt > d.decidedAt }
  WITH d, here, o, there, sameMaker, sameWords, sameOrigin_ AND sameMaker AND sameWords AS strong
  ORDER BY strong DESC, o.decidedAt DESC, o.id
  WITH d, here, there, o.saidKey AS said, collect([o, strong, sameMaker, sameWords])[0] AS best
  RETURN here, there, best[0] AS o, best[1] AS strong, best[2] AS sameMaker, best[3] AS sameWords
}
WITH CASE WHEN d.id < o.id THEN [d, o] ELSE [o, d] END AS pair, strong, sameMaker, sameWords,
  CASE WHEN d.decidedAt < o.decidedAt OR (d.decidedAt = o.decidedAt AND d.id < o.id)
    THEN [d, here, o, there] ELSE [o, there, d, here] END AS inTime
WITH DISTINCT pair[0] AS one, pair[1] AS other, strong, sameMaker, sameWords,
  inTime[0] AS before, inTime[1] AS first, inTime[2] AS after, inTime[3] AS second
MERGE (x:Disparity {id: one.id + ' | ' + other.id})
ON CREATE SET x.source = 'hub', x.state = 'OPEN', x.foundAt = $at, x.question = before.question, x.hts10 = before.hts10,
  x.strength = CASE WHEN strong THEN 'STRONG' ELSE 'FAIR' END,
  x.daysApart = duration.inDays(before.decidedAt, after.decidedAt).days,
  x.why = 'the same goods: ' + before.hts10 + coalesce(' from ' + before.origin, '') +
    CASE WHEN sameMaker THEN ' by ' + before.maker ELSE '' END +
    CASE WHEN sameWords THEN ', ' + before.description ELSE '' END +
    '; the same question: ' + before.question +
    '; ' + first.name + ': ' + before.outcome + ', ' + toString(date(before.decidedAt)) +
    '; ' + second.name + ': ' + after.outcome + ', ' + toString(date(after.decidedAt))
MERGE (x)-[:BETWEEN]->(before) MERGE (x)-[:BETWEEN]->(after)
WITH DISTINCT x, before, after WHERE x.foundAt = $at
CALL (x, before, after) {
  MATCH (r:Ruling)-[:EXPLAINS]->(explained) WHERE explained IN [before, after]
  WITH x, r, count(explained) AS both WHERE both = 2 OR r.issuedAt >= date(before.decidedAt)
  WITH x, r ORDER BY r.issuedAt DESC, r.number LIMIT 1
  SET x.state = 'EXPLAINED', x.endedAt = $at, x.endedBecause = 'ruling ' + r.number + ': ' + r.title
  MERGE (x)-[:EXPLAINED_BY]->(r)
}
RETURN collect(DISTINCT x.id)"""


class _Compared(TypedDict):
    """What a decision is compared by, as `_FIND` writes it on the row; `element` is the row by Neo4j's id."""

    element: str
    alikeBy: str | None
    saidKey: str
    originKey: str | None
    makerKey: str | None
    words: Sequence[str]


async def find_disparities(run: Run, items: Sequence[str], telling: Telling) -> int:
    """Compares these decisions with those before them; gives how many pairs were found."""
    rows = [_alike(element, properties) for element, properties in await run(Statement(_SAID, {"items": list(items)}))]
    compared = {"rows": rows, "window": WINDOW_DAYS, "alike": _WORDS_ALIKE, "same": _WORDS_SAME, "at": telling.doer.at}
    ((disparities,),) = await run(Statement(_FIND, compared)) or [[[]]]
    if disparities:
        telling.tell("Disparity.found", disparities, changed=ALL_NEW)
    return len(disparities)


def _alike(element: str, decision: Properties) -> _Compared:
    """What a decision is compared by. Raises `CannotBeDone`."""
    texts = {name: decision.get(name, default) for name, default in _COMPARED.items()}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise CannotBeDone(f"{name}: a text is expected")
    # written once, it is compared with every later one
    if getattr(decision.get("decidedAt"), "tzinfo", None) is None:
        raise CannotBeDone("decidedAt: a moment with its zone is expected")
    question = " ".join(sorted(set(words(texts["question"]))))
    digits = re.sub(r"\D", "", texts["hts10"])
    return {
        "element": element,
        "alikeBy": _indexed(f"{digits}|{question}") if digits and question else None,
        "saidKey": " ".join(words(texts["outcome"])),
        "originKey": texts["origin"].strip().upper() or None,
        "makerKey": " ".join(word for word in _WORD.findall(texts["maker"].lower()) if word not in _FIRM) or None,
        "words": sorted(set(words(texts["description"]))),
    }


def _indexed(key: str) -> str:
    """The key itself, or what stands for one that is too long for an index."""
    return key if len(key) <= _LONGEST_KEY else blake2b(key.encode(), digest_size=32).hexdigest()


def words(text: str) -> list[str]:
    """The words that carry a text's meaning, in order, in lower case and the singular."""
    return [_singular(word) for word in _WORD.findall(text.lower()) if word not in _IDLE]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
