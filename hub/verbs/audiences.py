"""Verbs of audiences: whom a message is addressed to."""

from dataclasses import dataclass
from typing import Annotated, Final, LiteralString

from graph_schema.formats import HTS_NUMBER
from graph_schema.messages import AUDIENCE, NAMED
from hub.errors import BadInput, NotFound
from hub.verbs.arguments import Argument, like_one_of
from hub.verbs.context import VerbContext
from hub.verbs.messages import SENDER, Message, goods_code, rewrite
from hub.verbs.verb import verb

_OTHER_KEYS: Final = {"Port": "id", "FieldOffice": "name", "Broker": "filerCode"}
_KEYS: Final = {label: _OTHER_KEYS.get(label, "code") for label in NAMED}
_PLURALS: Final = {
    "Center": "Centers", "Port": "ports", "Office": "headquarters offices", "Agency": "agencies",
    "Association": "associations", "Importer": "importers", "Broker": "brokers", "Firm": "other firms",
}  # fmt: skip
_BROKERS: Final = " and their brokers"
_NO_TERMS: Final = dict.fromkeys(("center", "hts", "port", "program", "caseKind", "association"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What `addressMessage` says: all parties of a kind, one party, or the importers that fit all the rest."""

    every: Annotated[str, like_one_of(AUDIENCE.properties, "every")] | None = None
    party: Annotated[str, Argument(f"One party, by its nodeId, e.g. Agency:FDA: {', '.join(NAMED)}.")] | None = None
    center: Annotated[str, like_one_of(AUDIENCE.properties, "center")] | None = None
    hts: Annotated[str, Argument("Importers with a case about these goods, by a tariff number.", HTS_NUMBER)] | None = (
        None
    )
    port: Annotated[str, like_one_of(AUDIENCE.properties, "port")] | None = None
    program: Annotated[str, like_one_of(AUDIENCE.properties, "program")] | None = None
    case_kind: Annotated[str, like_one_of(AUDIENCE.properties, "caseKind")] | None = None
    association: Annotated[str, like_one_of(AUDIENCE.properties, "association")] | None = None
    brokers: Annotated[bool, Argument("Whether the brokers of these importers are taken in, too; no, if not said.")] = (
        False
    )

    def terms(self) -> dict[str, str]:
        """What an importer must fit, by the name of the property."""
        hts = goods_code("hts", self.hts) if self.hts else None
        said = {
            "center": self.center, "hts": hts, "port": self.port, "program": self.program, "caseKind": self.case_kind,
            "association": self.association,
        }  # fmt: skip
        return {key: value for key, value in said.items() if value}

    def check(self) -> None:
        """Raises `BadInput` unless it says just one of the three."""
        ways = [bool(self.every), bool(self.party), bool(self.terms())]
        if sum(ways) != 1:
            raise BadInput(
                "addressMessage: say every, or party, or one or more of center, hts, port, program, caseKind and"
                ' association, e.g. center: "CEE007"'
            )
        if self.brokers and not self.terms():
            raise BadInput("brokers: they are taken in with importers by center, hts, port and the like")


_TERMS: Final[LiteralString] = """
CALL () {
  MATCH (x:Center {code: $terms.center}) RETURN x, 'center' AS term, 'assigned to ' + x.name AS words
  UNION ALL MATCH (x:HtsHeading {code: $terms.hts}) RETURN x, 'hts' AS term, 'with a case about ' + x.code AS words
  UNION ALL MATCH (x:HtsChapter {code: $terms.hts})
    RETURN x, 'hts' AS term, 'with a case about goods of chapter ' + x.code AS words
  UNION ALL MATCH (x:Port {id: 'ACE:' + $terms.port})
    RETURN x, 'port' AS term, 'entering goods at ' + x.name AS words
  UNION ALL MATCH (x:Program {code: $terms.program})
    RETURN x, 'program' AS term, 'with a case under ' + x.name AS words
  UNION ALL MATCH (x:CaseKind {code: $terms.caseKind})
    RETURN x, 'caseKind' AS term, 'with an open case of the kind ' + x.name AS words
  UNION ALL MATCH (x:Association {code: $terms.association})
    RETURN x, 'association' AS term, 'in ' + x.name AS words
}
RETURN elementId(x), term, words"""
_PARTY: Final[LiteralString] = """
MATCH (x:Party) WHERE $label IN labels(x) AND x[$key] = $value RETURN elementId(x), x.name"""
_ADDRESS: Final[LiteralString] = """
MATCH (m:Message {id: $message})
MERGE (a:MessageAudience {id: $audience.id}) ON CREATE SET a += $audience
MERGE (m)-[:ADDRESSED_TO]->(a)
WITH a UNWIND $named AS key MATCH (x) WHERE elementId(x) = key MERGE (a)-[:NAMES]->(x)"""
_LIFT: Final[LiteralString] = """
MATCH (:Message {id: $message})-[to:ADDRESSED_TO]->(:MessageAudience {id: $audience}) DELETE to RETURN 1"""
_AddressedTo = Annotated[str, Argument("The audience, by its id.")]


@verb(may=(SENDER,))
async def address_message(context: VerbContext, message: Message, to: Addressed) -> None:
    """Addresses a draft to an audience: all parties of a kind, one party, or the importers that fit all that is said.
    Of several audiences a message reaches whoever is in one of them. `audiencePreview` tells whom."""
    message.must_be_draft()
    to.check()
    audience, named = await (_of_party(context, to.party) if to.party else _of_terms(context, to))
    await context.execute(_ADDRESS, message=message.id, audience={**audience, "source": "hub"}, named=named)
    await rewrite(context, message, ("audiences",))


async def _of_terms(context: VerbContext, to: Addressed) -> tuple[dict[str, object], list[str]]:
    """The audience, and what it names, by Neo4j's ids. Raises `NotFound`."""
    if to.every:
        words = _PLURALS[to.every]
        return {"id": f"every {to.every}", "name": f"all {words}", "every": to.every, "brokers": False}, []
    terms = to.terms()
    rows = await context.execute(_TERMS, terms={**_NO_TERMS, **terms})
    found = {term: (key, words) for key, term, words in rows}
    for term, value in terms.items():
        if term not in found:
            raise NotFound(f"{term}: there is no {value!r}")
    name = " ".join(("importers", ", ".join(found[term][1] for term in terms))) + (_BROKERS if to.brokers else "")
    key = " ".join((*(f"{term}={value}" for term, value in terms.items()), *(("brokers",) if to.brokers else ())))
    audience: dict[str, object] = {"id": key, "name": name, "brokers": to.brokers, "terms": len(terms), **terms}
    return audience, [found[term][0] for term in terms]


async def _of_party(context: VerbContext, party: str | None) -> tuple[dict[str, object], list[str]]:
    """The same of one party. Raises `BadInput` and `NotFound`."""
    label, _, value = str(party).partition(":")
    if label not in _KEYS or not value:
        raise BadInput(f"party: a nodeId is expected, e.g. Agency:FDA or Port:ACE:2704; of {', '.join(NAMED)}")
    rows = await context.execute(_PARTY, label=label, key=_KEYS[label], value=value)
    if not rows:
        raise NotFound(f"party: there is no {party}")
    ((key, name),) = rows
    return {"id": f"party {label}:{value}", "name": name, "party": f"{label}:{value}", "brokers": False}, [key]


@verb(may=(SENDER,))
async def unaddress_message(context: VerbContext, message: Message, addressed_to: _AddressedTo) -> None:
    """Takes an audience out of a draft."""
    message.must_be_draft()
    if not await context.execute(_LIFT, message=message.id, audience=addressed_to):
        raise NotFound(f"addressedTo: {message.in_words()} is not addressed to {addressed_to!r}")
    await rewrite(context, message, ("audiences",))
