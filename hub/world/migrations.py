"""What changes data that an earlier release left in a database.

Each is applied once, in this order, and never edited after a release.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from graph_schema.bookkeeping import worded
from graph_schema.cypher import Statement, fill, name
from graph_schema.ddl import text_index
from graph_schema.formats import RULING_NUMBER
from graph_schema.graph import GRAPH
from graph_schema.provenance import RETIRED
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Graph
from hub.events.append import NEW_EVENT, naming, naming_all
from hub.events.concerns import DATED_CASES, HELD, LOADED_CASES, LOADED_DECISIONS
from hub.jobs.loops import item
from hub.records.source_record import KEPT
from hub.world import corrected_clocks, decision_events
from hub.world.corrected_clocks import correct_clocks
from hub.world.decision_events import say_events
from hub.world.reference import reference_rows


@dataclass(frozen=True, slots=True)
class Migration:
    """Statements that may each run twice: a hub that dies in the middle begins again. Long ones commit by batches.

    Where a statement cannot say it there is also a `step`, which may be done twice as well.
    """

    name: str
    doc: str
    statements: tuple[str, ...] = ()
    step: Callable[[Graph], Awaitable[None]] | None = None


_UNREAD: Final = ("MATCH (d:Decision) WHERE d.alikeBy IS NULL CALL (d) { SET d:Unread } IN TRANSACTIONS OF 10000 ROWS",)
_UNSORTED: Final = (
    "MATCH (k:Case) WHERE k.likenesses IS NULL CALL (k) { SET k:Unsorted } IN TRANSACTIONS OF 10000 ROWS",
)

_FOLLOWING: Final = (
    "DROP INDEX Case_text IF EXISTS",
    """CREATE FULLTEXT INDEX Case_text IF NOT EXISTS FOR (n:Case) ON EACH [n.title]
    OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}}""",
    "CALL db.awaitIndexes(300)",
)

# That a case spans an entry was written by who opened it. A party may have named whatever it liked: that stays a claim.
_SPANS: Final = "MATCH (k:Case|RetiredCase)-[c:COVERS_ENTRY]->(:Entry) WHERE c.confirmedAt IS NULL"
_IS_SO: Final = "CALL (k, c) { SET c.confirmedAt = coalesce(k.openedAt, datetime()) } IN TRANSACTIONS OF 10000 ROWS"
_CONFIRMED: Final = (
    f"{_SPANS} AND c.saidBy IS NULL AND k.source IN ['sample', 'reference'] {_IS_SO}",
    f"""{_SPANS} AND c.saidBy IS NULL AND EXISTS {{
      MATCH (k)<-[:OF_CASE]-(h:HistoryEntry {{verb: 'openCase'}})-[:BY]->(:Office)-[:PART_OF*0..]->(:Office
        {{code: 'OT'}}) }} {_IS_SO}""",
    f"""{_SPANS} AND any(record IN c.saidBy WHERE EXISTS {{ MATCH (r:SourceRecord {{id: record}})
      MATCH (:Connection {{name: r.system}})-[:SPEAKS_FOR]->(o:Office) WHERE o.code IN ['CBP', 'OT'] }}) {_IS_SO}""",
)

# Of a row that its owner's system describes, nothing that others said is left: it is settled again with the next sync.
_OWNERS_VALUES: Final = (
    """MATCH (n:Case|Decision)<-[:DESCRIBES]-(r:SourceRecord) WHERE r.rank >= 1000 AND r.retiredAt IS NULL
    WITH DISTINCT n WHERE EXISTS { (n)<-[:DESCRIBES]-(o:SourceRecord) WHERE o.rank < 1000 }
    CALL (n) { SET n:Unsettled } IN TRANSACTIONS OF 10000 ROWS""",
)

# Whom a case was shared with by a verb was invited; of parts that came by a sync nothing is known of that kind.
_INVITED: Final = (
    """MATCH (k:Case|RetiredCase)-[i:INVOLVES]->(:Agency) WHERE i.saidBy IS NULL AND i.joinedAt IS NULL
  AND i.invitedAt IS NULL
    WITH i, head(COLLECT { MATCH (k)<-[:OF_CASE]-(h:HistoryEntry)
      WHERE h.verb IN ['openCase', 'acceptAgency'] RETURN h.at ORDER BY h.at }) AS at
    WHERE at IS NOT NULL CALL (i, at) { SET i.invitedAt = coalesce(i.acceptedAt, at) } IN TRANSACTIONS OF 10000 ROWS""",
)

_EVENT_IS_NEW: Final = f"{NEW_EVENT}, e.toldAt = coalesce(e.at, e.toldAt), e.kind = coalesce(e.kind, 'Case.synced')"
_EACH: Final = "IN TRANSACTIONS OF 1000 ROWS"


def _marked(mark: str, labels: str, kind: str) -> str:
    """Has the rows that wait by an old mark named by events of that kind, a thousand each, and takes the mark away."""
    refs = f"[n IN part WHERE {' OR '.join(f'n:{label}' for label in labels.split('|'))} | {item('n')}]"
    return f"""MATCH (n:{mark}) WITH collect(n) AS rows
    UNWIND range(0, size(rows) - 1, 1000) AS start WITH rows[start..start + 1000] AS part
    CALL (part) {{ {naming(kind, refs, "work-queue")}
      FOREACH (n IN part | REMOVE n:{mark}) }} IN TRANSACTIONS OF 1 ROW"""


# What an earlier release left to be done: on events, as what was to be done next, and on rows, as marks. What was half
# handed out is handed out again.
_WORK_QUEUE: Final = (
    f"MATCH (e:Event) WHERE e.todo IS NOT NULL CALL (e) {{ SET {_EVENT_IS_NEW} REMOVE e.todo, e.handedOut }} {_EACH}",
    f"""MATCH (l:DeadLetter {{job: 'events'}})
    CALL (l) {{ OPTIONAL MATCH (e:Event {{id: l.item}}) SET {_EVENT_IS_NEW} DELETE l }} {_EACH}""",
    _marked("Unread", "Decision", LOADED_DECISIONS),
    _marked("Unsorted", "Case", LOADED_CASES),
    _marked("Unclocked", "Case", DATED_CASES),
    _marked("Uncounted", "Issue|Likeness", HELD),
    "DROP INDEX Event_todo IF EXISTS",
)

# The number of goods was kept with its points or without them, as it was given.
_POINTED: Final = tuple(
    f"""MATCH (n:{label}) WHERE n.hts10 =~ '[0-9.]+' AND NOT n.hts10 =~ '[0-9]{{4}}[.][0-9]{{2}}[.][0-9]{{4}}'
    WITH n, replace(n.hts10, '.', '') AS digits WHERE size(digits) = 10
    CALL (n, digits) {{ SET n.hts10 = left(digits, 4) + '.' + substring(digits, 4, 2) + '.' + right(digits,
      4) }} {_EACH}"""
    for label in ("Decision", "SourceRecord", "Disparity")
)

# A power of attorney that a file alone has said is a claim of that file: neither side's consent is on record.
_POWERS: Final = (
    """MATCH (b:Broker)-[r:REPRESENTS]->(i:Importer) WHERE r.power IS NULL AND r.saidBy IS NOT NULL
    CALL (r, i) {
      WITH r, i, 'REPRESENTS Importer ' + i.number AS said
      CALL (r, said) { MATCH (record:SourceRecord) WHERE record.id IN r.saidBy
        SET record.claims = [other IN coalesce(record.claims, []) WHERE other <> said] + said,
          record.links = [other IN coalesce(record.links, []) WHERE other <> said] }
      DELETE r
    } IN TRANSACTIONS OF 1000 ROWS""",
    """MATCH (b:Broker)-[r:REPRESENTS]->(i:Importer) WHERE r.power IS NULL AND r.since IS NOT NULL
    WITH b, r, i, 'power ' + b.filerCode + ' ' + i.number + ' ' + toString(r.since) AS id
    CALL (b, r, i, id) {
      MERGE (p:PowerOfAttorney {id: id})
      SET p.state = CASE WHEN r.until <= datetime() THEN 'ENDED' ELSE 'ACCEPTED' END, p.partnership = false,
        p.principal = i.number + ' ' + i.name, p.since = r.since, p.until = r.until, p.grantedAt = r.since,
        p.acceptedAt = r.since, p.endedAt = CASE WHEN r.until <= datetime() THEN r.until END,
        p.source = CASE WHEN b.source = 'sample' THEN 'sample' ELSE 'hub' END
      MERGE (p)-[:GIVEN_BY]->(i) MERGE (p)-[:GIVEN_TO]->(b)
      SET r.power = id
    } IN TRANSACTIONS OF 1000 ROWS""",
)

# What calendars showed; and cases in which a party wrote last, an answer to their owner.
_SHOWS: Final = (f"MATCH (c:Calendar) WHERE c.shows IS NULL CALL (c) {{ SET c.shows = 'BOTH' }} {_EACH}",)
_CAME_BACK: Final = (
    f"""MATCH (k:Case)<-[:OF_CASE]-(n:Note {{kind: 'RESPONSE'}}) WHERE k.status <> 'CLOSED' AND k.cameBackAt IS NULL
    WITH k, max(n.at) AS at
    WHERE NOT EXISTS {{ MATCH (k)<-[:OF_CASE]-(later:Note) WHERE later.kind = 'REQUEST' AND later.at >= at }}
    CALL (k, at) {{ SET k.cameBackAt = at }} {_EACH}""",
)

# Cases whose deadlines, or what may be filed for their entries, may be others than they were: of a clock that was
# corrected, where something was decided, or with an entry that another case covers as well.
_AGAIN: Final = (
    naming_all(
        """MATCH (n:Case)-[:OF_KIND]->(kind:CaseKind) WHERE n.dates IS NOT NULL
      AND (kind.code IN ['liquidation', 'protest', 'protest_exclusion', 'protest_accelerated', 'reconciliation']
        OR EXISTS { (n)<-[:DECIDES]-() }
        OR EXISTS { MATCH (n)-[:COVERS_ENTRY]->()<-[:COVERS_ENTRY]-(o:Case) WHERE o <> n })""",
        DATED_CASES,
        "deadlines-again",
    ),
)

# All deadlines, and what may be filed for entries: the law of many clocks was read once more.
_ONCE_MORE: Final = (
    naming_all(
        """MATCH (n:Case)-[:OF_KIND]->() WHERE n.dates IS NOT NULL OR EXISTS { (n)<-[:OF_CASE]-(:Deadline) }""",
        DATED_CASES,
        "deadlines-once-more",
    ),
)

# Decisions that were compared by the words of their questions and ten digits alone.
_COMPARED: Final = (naming_all("MATCH (n:Decision) WHERE n.questionKey IS NULL", LOADED_DECISIONS, "decisions-again"),)

# A pair was explained by a ruling that supports but one of the two: only where practice changed with the ruling is it.
_AGAINST: Final = (
    f"""MATCH (x:Disparity {{state: 'EXPLAINED'}})-[by:EXPLAINED_BY]->(r:Ruling)-[:EXPLAINS]->(d)<-[:BETWEEN]-(x)
    WITH x, by, r, collect(d) AS supported WHERE size(supported) = 1
    MATCH (x)-[:BETWEEN]->(other) WHERE other <> supported[0]
    WITH x, by, r, supported[0] AS d, other
    WHERE NOT coalesce(date(other.decidedAt) < r.issuedAt AND r.issuedAt <= date(d.decidedAt), false)
    CALL (x, by, r) {{ DELETE by MERGE (x)-[:AGAINST]->(r)
      SET x.state = 'OPEN', x.strength = 'AGAINST_RULING', x.endedAt = null, x.endedBecause = null }} {_EACH}""",
)

# What cases share that have a decision in an open disparity.
_DIFFERING: Final = (
    naming_all(
        "MATCH (n:Case) WHERE EXISTS { (n)<-[:DECIDES]-(:Decision)<-[:BETWEEN]-(:Disparity {state: 'OPEN'}) }",
        LOADED_CASES,
        "decided-otherwise",
    ),
)

# Issues were named by numbers. One that was given a better title keeps it.
_GOODS_OF: Final = """MATCH (i:Likeness {likeness: '{likeness}'})
    WITH i, split(substring(i.id, size('{likeness} ')), ' ') AS key
    MATCH (of:{of} {code: key[0]}), (h:HtsHeading {code: key[1]}) WHERE h.title IS NOT NULL
    CALL (i, of, h) { SET i.why = {why} + h.title,
      i.title = CASE WHEN i.title STARTS WITH of.name + ': heading ' + h.code
        THEN of.name + ': ' + h.title + ' (' + h.code + ')' ELSE i.title END } {each}"""
_BY_SUBJECT: Final = (
    f"""MATCH (i:Likeness {{likeness: 'adcvd-order'}})
    MATCH (o:AdcvdOrder {{number: substring(i.id, size('adcvd-order '))}})
    CALL (i, o) {{ SET i.why = 'cases about ' + o.product + ', under an antidumping or countervailing duty order',
      i.title = CASE WHEN i.title = o.number + ' ' + o.product THEN o.product + ' (' + o.number + ')'
        ELSE i.title END }} {_EACH}""",
    fill(_GOODS_OF, likeness="program-and-goods", of="Program", why="'cases under ' + of.name + ' about '", each=_EACH),
    fill(
        _GOODS_OF,
        likeness="question-and-goods",
        of="Topic",
        why="'cases that ask about ' + toLower(of.name) + ' of '",
        each=_EACH,
    ),
)

# What waits for its owner the hub alone says: a record of before that told it would bring it back.
_NOT_SAID: Final = (
    f"""MATCH (r:SourceRecord) WHERE r.cameBackAt IS NOT NULL OR r.partyWroteAt IS NOT NULL
    CALL (r) {{ REMOVE r.cameBackAt, r.partyWroteAt }} {_EACH}""",
)

# A party by a role of which its case's owner alone is told was claimed where its parties and agencies read it.
_OWNER_CLAIMS: Final = (
    f"""MATCH (k:Case|RetiredCase) WHERE any(claim IN k.claims WHERE claim STARTS WITH 'HAS_PARTY ')
    WITH k, [claim IN k.claims WHERE claim STARTS WITH 'HAS_PARTY ' AND NOT EXISTS {{
      MATCH (r:PartyRole {{code: split(claim, ' ')[1]}}) WHERE r.toldTo = 'parties' }}] AS hidden
    WITH k, hidden, [claim IN k.claims WHERE NOT claim IN hidden] AS others WHERE hidden <> []
    CALL (k, hidden, others) {{
      SET k.ownerClaims = coalesce(k.ownerClaims, []) + hidden,
        k.claims = CASE WHEN others <> [] THEN others END }} {_EACH}""",
)

# A case whose owner waited for an answer said so by its status alone, which a suspension takes away.
_AWAITING: Final = (
    f"""MATCH (k:Case {{status: 'AWAITING'}}) WHERE k.awaitingSince IS NULL
      AND NOT EXISTS {{ MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE {KEPT} }}
    CALL (k) {{ SET k.awaitingSince = coalesce(
      head(COLLECT {{ MATCH (k)<-[:OF_CASE]-(n:Note {{kind: 'REQUEST'}}) RETURN n.at ORDER BY n.at DESC LIMIT 1 }}),
      k.openedAt) }} {_EACH}""",
)

_PAGE: Final = 10_000


async def _spell_rulings(graph: Graph) -> None:
    """Writes the numbers of rulings in one way, but for such as another ruling has."""
    numbers: list[str] = [
        number for (number,) in await graph.read("MATCH (r:Ruling) RETURN r.number", {}) if isinstance(number, str)
    ]
    changed = {number: written for number in numbers if (written := RULING_NUMBER.check(number)) != number}
    rows = [[number, written] for number, written in changed.items() if written not in numbers]
    alone = [row for row in rows if sum(row[1] == written for _, written in rows) == 1]
    await graph.write([Statement(_SPELL, {"rows": alone})])


async def _owe_by_role(graph: Graph) -> None:
    """Says which parties owe a clock, and takes off an importer's desk what others owe."""
    rows = [
        [row.properties["id"], row.properties["owedRoles"]] for row in reference_rows().nodes if row.label == "Clock"
    ]
    await graph.write([Statement(_OWED_ROLES, {"rows": rows})])
    await graph.apply([_NOT_THE_IMPORTERS])


_OWED_ROLES: Final[LiteralString] = "UNWIND $rows AS row MATCH (c:Clock {id: row[0]}) SET c.owedRoles = row[1]"
_NOT_THE_IMPORTERS: Final = f"""
MATCH (c:Clock {{side: 'trade'}}) WHERE NOT 'importer' IN coalesce(c.owedRoles, ['importer'])
MATCH (c)<-[:RUNS_BY]-(:Deadline)-[owed:OWED_BY]->(:Importer) CALL (owed) {{ DELETE owed }} {_EACH}"""
_SPELL: Final[LiteralString] = "UNWIND $rows AS row MATCH (r:Ruling {number: row[0]}) SET r.number = row[1]"


async def _find_by_declared_words(graph: Graph) -> None:
    """Makes the indexes anew that have other texts than this release declares."""
    indexed = {index: list(properties) for index, properties in await graph.read(_TEXT_INDEXES, {})}
    new = [node for node in GRAPH.nodes if node.text and indexed.get(node.text_index) != [*node.text, OTHER_WORDS]]
    for node in new:
        await graph.apply([f"DROP INDEX {name(node.text_index)} IF EXISTS", text_index(node)])
    if new:
        await graph.apply(["CALL db.awaitIndexes(300)"])


async def _find_by_other_words(graph: Graph) -> None:
    """Gives rows their other words, and each index those."""
    for label in worded():
        of = next((each for each, retired in RETIRED.items() if retired == label), label)
        texts, key = GRAPH.node(of).text, name(GRAPH.node(of).key)
        properties_ = ", ".join(f"{name(text)}: n.{name(text)}" for text in texts)
        after: Any = ""
        while rows := await graph.read(
            f"MATCH (n:{name(label)}) WHERE n.{key} > $after WITH n ORDER BY n.{key} LIMIT $page "
            f"RETURN n.{key}, elementId(n), {{{properties_}}}, n.{OTHER_WORDS}",
            {"after": after, "page": _PAGE},
        ):
            after = rows[-1][0]
            changed = [[element, others] for _, element, row, now in rows if (others := of_row(texts, row)) != now]
            if changed:
                await graph.write([Statement(_GIVE_WORDS, {"rows": changed})])
    indexed = {index for index, properties in await graph.read(_TEXT_INDEXES, {}) if OTHER_WORDS in properties}
    new = [node for node in GRAPH.nodes if node.text and node.text_index not in indexed]
    for node in new:
        await graph.apply([f"DROP INDEX {name(node.text_index)} IF EXISTS", text_index(node)])
    if new:
        await graph.apply(["CALL db.awaitIndexes(300)"])


_GIVE_WORDS: Final[LiteralString] = (
    "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row[0] SET n.otherWords = row[1]"
)
_TEXT_INDEXES: Final[LiteralString] = "SHOW FULLTEXT INDEXES YIELD name, properties RETURN name, properties"

COMPARE_ALL: Final = naming_all("MATCH (n:Decision) WHERE n.questionKey IS NULL", LOADED_DECISIONS, "sample world")
"""Has all decisions compared with each other that never were."""
SORT_ALL: Final = naming_all("MATCH (n:Case) WHERE n.likenesses IS NULL", LOADED_CASES, "sample world")
"""Has all cases looked through for the issues they may be about that never were."""

MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration("compare-decisions", "decisions from before there were disparities are compared", _UNREAD),
    Migration("sort-cases", "cases from before issues were proposed are looked through for them", _UNSORTED),
    Migration("search-follows", "who writes a case does not wait until search finds its words", _FOLLOWING),
    Migration(
        "confirm-entries",
        "entries are told of only where others than a party said that its case spans them",
        _CONFIRMED,
    ),
    Migration("owners-values", "a row has nothing more of what others than its owner said of it", _OWNERS_VALUES),
    Migration("invited-agencies", "an agency that others named shows its contacts once it has joined", _INVITED),
    Migration("work-queue", "what waits to be worked on waits as events", _WORK_QUEUE),
    Migration("tariff-points", "the tariff numbers of decisions are written in one way", _POINTED),
    Migration("ruling-numbers", "the numbers of rulings are written in one way", step=_spell_rulings),
    Migration(
        "other-words", "rows are found by words that an index does not make of their texts", step=_find_by_other_words
    ),
    Migration(corrected_clocks.NAME, "deadlines follow from what cases say of their time", step=correct_clocks),
    Migration("powers-of-attorney", "brokers act by powers of attorney that both sides consented to", _POWERS),
    Migration("calendars-show", "calendars say what they show: what one owes, what others owe, or both", _SHOWS),
    Migration("came-back", "cases in which a party answered last wait for their owner", _CAME_BACK),
    Migration(
        "words-alike", "signs of companies and letters of Arabic are found in each spelling", step=_find_by_other_words
    ),
    Migration("ruling-letters", "the numbers of headquarters' letters are written in one way", step=_spell_rulings),
    Migration(decision_events.NAME, "decisions say which event they are to the clocks of their case", step=say_events),
    Migration("owner-claims", "whom only a case's owner is told of is claimed where only they read it", _OWNER_CLAIMS),
    Migration("awaiting-since", "cases whose owner waits for an answer say since when", _AWAITING),
    Migration("owed-by-role", "what a party owes by its role is no more the importer's", step=_owe_by_role),
    Migration("hub-says-what-waits", "no system says any more that something waits for a case's owner", _NOT_SAID),
    Migration("words-of-trade", "rows are found by what people call them, and by law", step=_find_by_declared_words),
    Migration("deadlines-again", "deadlines follow once more where a clock or what it counts has changed", _AGAIN),
    Migration("deadlines-once-more", "all deadlines follow from clocks as the law has them", _ONCE_MORE),
    Migration("compare-again", "decisions are compared by their goods, question and outcome", _COMPARED),
    Migration("against-rulings", "a ruling that supports one of two decisions does not explain the other", _AGAINST),
    Migration(
        "issues-by-subject",
        "issues that the hub proposed are named by what they are about",
        _BY_SUBJECT,
        _find_by_other_words,
    ),
    Migration("decided-otherwise", "cases whose goods are decided otherwise elsewhere share that", _DIFFERING),
)
