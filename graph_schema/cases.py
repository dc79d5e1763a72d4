"""Cases: what is open between an account and its office, decisions and rulings."""

from dataclasses import replace
from typing import Final

from graph_schema.cypher import literal
from graph_schema.decision_codes import OUTCOME_CODES, QUESTION_CODES
from graph_schema.formats import CASE_NUMBER, ENTRY_NUMBER, ENTRY_TYPE, HTS10, RULING_NUMBER
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.rule import AnyOf, Guard, Predicate, grant_slot, of_grant
from graph_schema.sources import CHECKED_ON, CITATION, HOW_SURE, HUB, ORIGIN, ORIGINS
from graph_schema.viewer_sets import has_answered

AUDIENCE: Final = Property(
    "audience",
    "Who may see it: the case's owner, its parties (the importer and its brokers) too, accepted agencies too, or the"
    " public.",
    required=True,
    values=("owner", "parties", "agencies", "public"),
    choice="Audience",
)
QUESTION_CODE: Final = Property(
    "questionCode",
    "What was to be decided, as a code; empty where neither anybody nor the words of the question say it.",
    values=QUESTION_CODES,
    choice="DecisionQuestion",
)
OUTCOME_CODE: Final = Property(
    "outcomeCode",
    "What was decided, as a code: whether all, a part or nothing stands of what is claimed or done by who imports. E.g."
    " approved, released, not dutiable and out of scope are `allowed`.",
    values=OUTCOME_CODES,
    choice="DecisionOutcome",
)
HOLD: Final = "holds-goods-of-its-account"
"""The reason of a Center that sees a case in which goods of an account of it are held, whoever owns the case."""
_NOT_AGENCIES: Final = tuple(map(of_grant, ("its-owner", "its-importer-or-broker", "referred-it", HOLD)))
_MORE_THAN_BY_ROLE: Final = Guard(
    open=AnyOf(Predicate("seesAll"), Predicate("takesNoPart"), bracketed=True),
    test=AnyOf(*_NOT_AGENCIES, of_grant("agency-accepted"), bracketed=True),
)
_KNOWS_ENTRIES: Final = Guard(
    open=AnyOf(Predicate("seesAll"), Predicate("knowsEntries"), bracketed=True),
    test=AnyOf(
        *_NOT_AGENCIES,
        Predicate(
            f"{{agency}} IN myParties AND {has_answered('{i}')}",
            match="({n})-[{i}:INVOLVES]->({agency})",
            when=("isAgency",),
            needs=("myParties",),
        ),
        bracketed=True,
    ),
)
"""Who sees which entries a case spans, but for parties by role: what the case says of its time names them."""
_OF_ITS_OFFICES: Final = Guard(
    open="seesAll",
    test=AnyOf(of_grant("its-owner"), of_grant("referred-it"), bracketed=True),
)
"""Who reads all that a party by role writes."""
KNOWN: Final = "known"
"""The grant of the entries' rule by which more than its number is told of an entry."""
CASE: Final = NodeType(
    label="Case",
    doc="One matter of one account: a request for information, a protest, a detention and so on.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("number", "The number it is known by.", required=True, format=CASE_NUMBER, unique=True),
        Property(
            "status",
            "Where it stands. DEEMED: its owner has pronounced what the law deems decided; it goes on until it is"
            " closed.",
            required=True,
            values=("DRAFT", "OPEN", "AWAITING", "EXTENDED", "SUSPENDED", "DEEMED", "CLOSED"),
        ),
        Property("title", "What it is about, in a line.", required=True),
        Property("openedAt", "When it was opened.", Kind.DATETIME, required=True),
        Property("closedAt", "When it was closed.", Kind.DATETIME),
        Property(
            "dates",
            "What happened and when, from which its clocks run and by which they are met, as event, day and entry, if"
            " it is of one, e.g. `protest_filed 2026-03-01` or `liquidated 2026-03-01 ABC-1234567-6`.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "datesToConfirm",
            "Those of its dates that a party told and its owner has yet to confirm (`confirmCase`).",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "conditions",
            "What holds of it and decides which clocks run, by code, and entry, if it holds of one, e.g. complicated or"
            " `textiles ABC-1234567-6`.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "suspensions",
            "When it was suspended, from day to day, by what, and which entry, if it is one, e.g. `2026-03-01"
            " 2026-04-01 court`; `-` stands for what is not said, as the second day while it lasts.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "extensions",
            "What was extended: clock, entry or `-`, day it was granted on, and day it goes to or `+` for the length"
            " that the law gives, e.g. `reply - 2026-03-01 2026-04-15`.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "answers",
            "What was answered or done: the clock that it meets, entry or `-`, and day, e.g. `reply - 2026-03-20`.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property(
            "pronounced",
            "What the law deems decided and its owner has pronounced: clock, entry or `-`, and day, e.g. `decide -"
            " 2026-12-19`.",
            Kind.STRINGS,
            guard=_KNOWS_ENTRIES,
        ),
        Property("awaitingSince", "Since when its owner waits for an answer of the parties.", Kind.DATETIME),
        Property(
            "unconfirmedSince",
            "Since when its owner has yet to confirm what the party that opened it says of it (`confirmCase`); empty"
            " once that is done.",
            Kind.DATETIME,
        ),
        Property(
            "cameBackAt",
            "Since when something that came back waits for its owner: an answer of a party, or of an office or agency"
            " that it was sent to; empty once the owner has taken it up.",
            Kind.DATETIME,
        ),
        Property(
            "partyWroteAt",
            "Since when something that a party by role wrote waits for its owner; empty once the owner has taken it up."
            " Only the case's owner, and who sent it to them, are told.",
            Kind.DATETIME,
            guard=_OF_ITS_OFFICES,
        ),
        Property(
            "claims",
            "Links that were claimed and are not confirmed: they have no effect. E.g. `CONCERNS Importer"
            " 00-0000000SW`.",
            Kind.STRINGS,
            guard=_MORE_THAN_BY_ROLE,
        ),
        Property(
            "ownerClaims",
            "Such claims as only the case's owner, and who sent it to them, are told of: parties by a role of which"
            " nobody else is told. E.g. `HAS_PARTY eapa_alleger Importer 00-0000000SW`.",
            Kind.STRINGS,
            guard=_OF_ITS_OFFICES,
        ),
        ORIGIN,
        ORIGINS,
    ),
    key="id",
    one="case",
    many="cases",
    lookup="number",
    indexes=(("status", "openedAt"), ("openedAt",)),
    text=("title",),
    text_follows=True,
    codes=("number",),
)
CASE_KIND: Final = NodeType(
    label="CaseKind",
    doc="A kind of case, with the law it rests on.",
    properties=(
        Property("code", "A short code, e.g. protest.", required=True),
        Property("name", "Its name.", required=True),
        Property("form", "The form or channel it is made on."),
        Property("words", "What people call it; in brackets, which of it."),
        Property("legalBasis", "The law it rests on."),
        Property(
            "answeredBy",
            "Whether the importer's Center, a port or a headquarters office answers it.",
            values=("center", "port", "office"),
        ),
        Property("role", "Whose work it is there, by the code of the role."),
        Property(
            "holds",
            "Whether goods are held in it: the importer's Center then sees the case, whoever owns it.",
            Kind.BOOLEAN,
        ),
        Property(
            "openedBy", "Whether the trade opens it, the government, or both.", values=("trade", "government", "both")
        ),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="caseKind",
    many="caseKinds",
    text=("name", "form", "legalBasis", "words"),
    codes=("code",),
)
CLOCK: Final = NodeType(
    label="Clock",
    doc=(
        "A period the law or practice sets for a kind of case, or a variant of one: of the variants of a clock the one"
        " of the lowest rank counts whose conditions hold."
    ),
    properties=(
        Property("id", "Kind and code, and the variant, e.g. `eapa determine complicated`.", required=True),
        Property("code", "Its code within the kind, e.g. file."),
        Property("variant", "What this variant is for, in a word; empty where there is only one, or for the rest."),
        Property("rank", "Its place among all clocks.", Kind.INT),
        Property("name", "What it limits, e.g. Protest: file.", required=True),
        Property("action", "What must be done, or what happens by itself."),
        Property("startsAt", "What it runs from, in words."),
        Property(
            "startsFrom",
            "The events it runs from, by code, e.g. protest_filed: the first of them that the case has a day of.",
            Kind.STRINGS,
        ),
        Property(
            "fromLast",
            "Whether a clock of the case runs from the last of the days that its entries have of an event; else it does"
            " from the first.",
            Kind.BOOLEAN,
        ),
        Property(
            "conditions",
            "What must hold for it to run: codes of conditions or events, each maybe with `not_` before it, e.g."
            " not_counterfeit.",
            Kind.STRINGS,
        ),
        Property(
            "length",
            "How long it runs, in `unit`; below zero, it ends so long before the event. Empty where no period is set.",
            Kind.INT,
        ),
        Property("unit", "calendar_day, business_day, month or year."),
        Property(
            "notAfter",
            "Days after which its last day never is, e.g. `scheduled_liquidation-15 calendar_day`.",
            Kind.STRINGS,
        ),
        Property("rolls", "Whether a last day that is no business day moves to the next.", Kind.BOOLEAN),
        Property(
            "side",
            "The side that must act: the trade, the government, or outside, as a court or another agency.",
            values=("trade", "government", "outside"),
        ),
        Property("owedBy", "Who must act."),
        Property(
            "owedRoles",
            "Which parties of a case that is, and on whose desk it lies: `importer`, or the code of a `PartyRole`;"
            " empty where it is none of them. Only of the trade's; the importer, where it is not said.",
            Kind.STRINGS,
        ),
        Property("metBy", "The events that meet it.", Kind.STRINGS),
        Property("endedBy", "The events that end it without meeting it.", Kind.STRINGS),
        Property(
            "metSince",
            "The events from which on what meets it counts, where they come before its start; else from its start on.",
            Kind.STRINGS,
        ),
        Property(
            "reopenedBy",
            "The events that undo what met it: only what comes behind them counts then, e.g. denial_voided.",
            Kind.STRINGS,
        ),
        Property(
            "voidedBy",
            "The events that take away what it runs from: it ends whenever they come, also late, unless it was met.",
            Kind.STRINGS,
        ),
        Property(
            "extension",
            "Whether it can be extended: to a day that its owner names (discretion), or by a length.",
            values=("none", "discretion", "by_length"),
        ),
        Property("extensionLength", "By how much it is extended, in `extensionUnit`.", Kind.INT),
        Property("extensionUnit", "What an extension is counted in, as `unit`."),
        Property("extensionTimes", "How often it can be extended.", Kind.INT),
        Property("extensionLimit", "How long after its start no extension reaches beyond, e.g. `4 year`."),
        Property("extensionBy", "Who extends it, and under what conditions."),
        Property(
            "extensionEvent",
            "The event that an extension of it is, by code: a day of that event extends it, and extending it is that"
            " event.",
        ),
        Property(
            "suspension",
            "What a suspension does to it: nothing, it stands still, or another period runs after it (anew).",
            values=("none", "stands_still", "anew"),
        ),
        Property(
            "suspendedBy", "The causes of suspensions that hold for it, e.g. statute, court, referral.", Kind.STRINGS
        ),
        Property("anewFrom", "The event from which another period runs after a suspension."),
        Property("anewLength", "How long that period is, in `anewUnit`.", Kind.INT),
        Property("anewUnit", "What that period is counted in, as `unit`."),
        Property(
            "passing",
            "What follows when its last day passes: whoever owes it is late (missed), the law takes something as"
            " decided (deemed), or nothing. Deemed_unless_before: the law takes it as decided on the last day of the"
            " period, unless something was done before that day; so the day before is the last one to act."
            " Deemed_next_day: the law takes it as decided on the day after the last one.",
            values=("missed", "deemed", "deemed_unless_before", "deemed_next_day", "none"),
        ),
        Property(
            "deemed", "What the law takes as decided then, e.g. liquidated, denied, excluded; empty where nothing."
        ),
        Property("pronouncedBy", "Who records that the law has taken it as decided."),
        Property(
            "per",
            "Whether a case has one deadline of it, or each entry of the case its own.",
            values=("case", "entry"),
        ),
        Property(
            "window",
            "Whether `windows` tells it: until when the importer may still file something for an entry. One of the case"
            " as a whole is told for the entries of a case in which it runs.",
            Kind.BOOLEAN,
        ),
        Property(
            "repeats",
            "Whether what meets it may be done again until its last day, so that its window stays open.",
            Kind.BOOLEAN,
        ),
        Property("legalBasis", "The law it rests on."),
        Property("note", "What else to know."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="id",
    one="clock",
    many="clocks",
)
CASE_EVENT: Final = NodeType(
    label="CaseEvent",
    doc="Something that happens in a matter and starts, meets or ends its clocks.",
    properties=(
        Property("code", "A short code, e.g. protest_filed.", required=True),
        Property("name", "What happened.", required=True),
        Property(
            "recordedBy",
            "Whose act it is, and who may record it: the case's owner, a party, either, or nobody in the case (outside:"
            " a court, another agency, another system).",
            values=("owner", "party", "either", "outside"),
        ),
        Property("about", "Whether it is of the case, of an entry, or either.", values=("case", "entry", "either")),
        Property("notBefore", "The events that it cannot come before, by code.", Kind.STRINGS),
        Property(
            "againAfter",
            "The events behind which another day of it is one more, and no correction of the one before, by code.",
            Kind.STRINGS,
        ),
        Property("future", "Whether its day may lie ahead, e.g. a scheduled liquidation.", Kind.BOOLEAN),
        Property("note", "What else to know."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="caseEvent",
    many="caseEvents",
    text=("name",),
    codes=("code",),
)
CASE_CONDITION: Final = NodeType(
    label="CaseCondition",
    doc="What may hold of a case and decides which clocks run in it.",
    properties=(
        Property("code", "A short code, e.g. complicated.", required=True),
        Property("name", "Its name.", required=True),
        Property("note", "When it holds."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="caseCondition",
    many="caseConditions",
    text=("name",),
    codes=("code",),
)
# Who names an entry of somebody else in a case of its own sees its number, as of one that there is not: nothing tells
# the two apart.
_KNOWN_TEST: Final = grant_slot(KNOWN)
ENTRY: Final = NodeType(
    label="Entry",
    doc=(
        "An entry of goods; confidential (19 CFR 103). Through a case whose coverage of it nobody has confirmed, its"
        " number alone is seen."
    ),
    properties=(
        Property("number", "Filer code, serial and check digit.", required=True, format=ENTRY_NUMBER),
        Property("enteredAt", "When it was filed.", Kind.DATETIME, guard=Guard("seesAll", _KNOWN_TEST)),
        Property(
            "type",
            "Its type by the two digits of CBP Form 7501, block 2, e.g. 01 consumption, 03 antidumping or"
            " countervailing duties, 11 informal, 21 warehouse, 23 temporary importation.",
            format=ENTRY_TYPE,
            guard=Guard("seesAll", _KNOWN_TEST),
        ),
        replace(ORIGIN, guard=Guard("seesAll", _KNOWN_TEST, instead=literal(HUB.name))),
    ),
    key="number",
    one="entry",
    many="entries",
    codes=("number",),
)
DECISION: Final = NodeType(
    label="Decision",
    doc="What was decided in a case, about which goods.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("reference", "What it is known by in the system that keeps it; empty for the hub's own.", unique=True),
        Property("question", "What was to be decided, in words.", required=True),
        QUESTION_CODE,
        Property("outcome", "What was decided, in words.", required=True),
        OUTCOME_CODE,
        Property("decidedAt", "When.", Kind.DATETIME, required=True),
        Property(
            "event",
            "What it is to the clocks of its case, by the code of an event that the case's dates tell, e.g. released;"
            " empty: that it was decided.",
        ),
        Property(
            "hts10",
            "The ten-digit HTSUS number that was decided about: of a classification that was denied, the one that was"
            " claimed.",
            format=HTS10,
        ),
        Property("origin", "Their country of origin, two letters."),
        Property("maker", "Their maker."),
        Property("description", "The goods, in words, with what they measure."),
        AUDIENCE,
        ORIGIN,
        ORIGINS,
    ),
    key="id",
    one="decision",
    many="decisions",
    indexes=(("audience",),),
    text=("question", "description", "maker"),
)
RULING: Final = NodeType(
    label="Ruling",
    doc="A published ruling.",
    properties=(
        Property("number", "Its number, e.g. NY N301234.", required=True, format=RULING_NUMBER),
        Property("title", "What it rules on.", required=True),
        Property("issuedAt", "The day it was issued.", Kind.DATE),
        replace(QUESTION_CODE, doc="The question that it rules on, as a code; empty where nobody has said it."),
        replace(
            OUTCOME_CODE,
            doc="The outcome that it supports, as a code: what stands of what is claimed by who imports.",
        ),
        Property("hts10", "The ten-digit HTSUS number that it holds goods to be of.", format=HTS10),
        Property("origin", "The country that it holds goods to come from, two letters."),
        ORIGIN,
        ORIGINS,
        CITATION,
    ),
    key="number",
    one="ruling",
    many="rulings",
    text=("title",),
    codes=("number",),
)
NODES: Final = (CASE, CASE_KIND, CLOCK, CASE_EVENT, CASE_CONDITION, ENTRY, DECISION, RULING)

OF_KIND: Final = Edge(
    "OF_KIND",
    ("Case",),
    ("CaseKind",),
    "The kind of a case.",
    (Way("kind", "Its kind.", one=True),),
    (Way("cases", "Cases of this kind."),),
)
HAS_CLOCK: Final = Edge(
    "HAS_CLOCK",
    ("CaseKind",),
    ("Clock",),
    "The clocks of a kind of case.",
    (Way("clocks", "The clocks it runs on."),),
    (Way("kind", "The kind it belongs to.", one=True),),
)
CONCERNS: Final = Edge(
    "CONCERNS",
    ("Case",),
    ("Importer",),
    "The importer whose account a case is about.",
    (Way("importer", "The importer it concerns.", one=True),),
    (Way("cases", "Its cases."),),
)
HANDLED_BY: Final = Edge(
    "HANDLED_BY",
    ("Case",),
    ("Center", "Port", "Office"),
    "The owner of a case: a Center, a port or a headquarters office.",
    (Way("handledBy", "Who owns it.", one=True),),
    (Way("cases", "The cases it owns.", vast=True),),
)
AT: Final = Edge(
    "AT",
    ("Case",),
    ("Port",),
    "The port a case arose at; it grants the port nothing.",
    (Way("port", "The port it arose at.", one=True),),
    (Way("casesHere", "Cases that arose there, whoever owns them."),),
)
INVOLVES: Final = Edge(
    "INVOLVES",
    ("Case",),
    ("Agency",),
    "A partner agency's part in a case; until its owner accepts it, it grants nothing.",
    (Way("involves", "The partner agencies involved."),),
    (Way("cases", "The cases it is involved in.", vast=True),),
    properties=(
        Property(
            "invitedAt",
            "When others named the agency; until it joins, they are not told of its contacts.",
            Kind.DATETIME,
        ),
        Property("acceptedAt", "When the case's owner accepted the agency.", Kind.DATETIME),
        Property("joinedAt", "When the agency took it on.", Kind.DATETIME),
    ),
)
UNDER: Final = Edge(
    "UNDER",
    ("Case",),
    ("HtsHeading",),
    "The goods a case is about.",
    (Way("goods", "The tariff headings it is about."),),
    (Way("cases", "Cases about these goods."),),
)
TAGGED: Final = Edge(
    "TAGGED",
    ("Case",),
    ("Program",),
    "The trade programs a case falls under.",
    (Way("programs", "The trade programs it falls under."),),
    (Way("cases", "Cases under it.", vast=True),),
)
COVERS_ENTRY: Final = Edge(
    "COVERS_ENTRY",
    ("Case",),
    ("Entry",),
    "The entries a case spans, at one port or several.",
    (Way("entries", "The entries it spans."),),
    (Way("cases", "The cases that span it."),),
    properties=(
        Property(
            "confirmedAt",
            "When it was confirmed that the case covers the entry: by who may see the entry, the Office of Trade or a"
            " headquarters system. Empty: it is only claimed.",
            Kind.DATETIME,
        ),
    ),
)
ENTRY_AT: Final = Edge(
    "AT",
    ("Entry",),
    ("Port",),
    "The port of an entry.",
    (Way("port", "Where it was filed.", one=True),),
    (Way("entries", "The entries filed there."),),
)
DECIDES: Final = Edge(
    "DECIDES",
    ("Decision",),
    ("Case",),
    "The case a decision was made in.",
    (Way("case", "The case it was made in.", one=True),),
    (Way("decisions", "The decisions made in it."),),
)
MADE_AT: Final = Edge(
    "MADE_AT",
    ("Decision",),
    ("Port", "Center", "Office"),
    "The port, Center or headquarters office that decided.",
    (Way("madeAt", "The port, Center or headquarters office that decided.", one=True),),
    (Way("decisions", "Decisions made there."),),
)
OFFICER_AT: Final = Edge(
    "OFFICER_AT",
    ("Decision",),
    ("Port",),
    "The port where the officer who decided sits: staff of a Center sit in ports.",
    (Way("officerAt", "The port where the officer who decided sits.", one=True),),
    (Way("decisionsByOfficers", "Decisions of officers who sit there, whichever office decided."),),
)
EXPLAINS: Final = Edge(
    "EXPLAINS",
    ("Ruling",),
    ("Decision",),
    "A ruling that supports a decision.",
    (Way("explains", "The decisions it supports."),),
    (Way("rulings", "The rulings that support it."),),
)
EDGES: Final = (
    OF_KIND, HAS_CLOCK, CONCERNS, HANDLED_BY, AT, INVOLVES, UNDER, TAGGED, COVERS_ENTRY, ENTRY_AT, DECIDES, MADE_AT,
    OFFICER_AT, EXPLAINS,
)  # fmt: skip
