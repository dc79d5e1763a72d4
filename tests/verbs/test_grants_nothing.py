"""What one writes grants nothing: each viewer does all that can be done with the keys of others, and sees nothing of
theirs by it.

The calls are made from what the verbs declare, so that a new verb or argument is tried as well. Who sees what before
and afterwards is told by the oracle, on all rows, properties and edges.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from graph_schema import cases, people
from graph_schema.formats import HTS10
from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property
from hub.database.graph import Graph, Run
from hub.detection.works import discover
from hub.errors import HubError
from hub.verbs.context import VerbContext
from hub.verbs.deadline_jobs import run_jobs_once
from hub.verbs.verb import Verb
from hub.verbs.verbs import VERBS
from hub.viewer import account_id
from tests.offices import ISSUER
from tests.oracle import Oracle
from tests.random_world import Key, World
from tests.read_world import read_world
from tests.verbs.strangers import MARK, ORDER, entry_number, write

PERSONAS: Final = (
    "importer", "broker", "former-broker", "center-007", "port-2704", "fda", "association", "surety",
)  # fmt: skip
_OFFICES: Final = ("center-007", "port-2704", "fda")
_NOW: Final = datetime(2026, 11, 24, 15, tzinfo=UTC)
_BY_KEY: Final = {
    "case": ("Case", "number"), "cases": ("Case", "number"), "contact": ("Contact", "id"), "deputy": ("Contact", "id"),
    "issue": ("Issue", "id"), "into": ("Issue", "id"), "importer": ("Importer", "number"),
    "entries": ("Entry", "number"), "entry": ("Entry", "number"),
    "deadline": ("Deadline", "id"), "disparity": ("Disparity", "id"), "question": ("Question", "id"),
    "party": ("Firm", "code"), "otherCase": ("Case", "number"), "power": ("PowerOfAttorney", "id"),
    "writing": ("Note", "id"), "calendar": ("Calendar", "id"), "item": ("RequestItem", "id"),
    "referral": ("Referral", "id"), "template": ("Template", "id"), "files": ("Attachment", "id"),
    "message": ("Message", "id"), "addressedTo": ("MessageAudience", "id"),
}  # fmt: skip
"""Arguments that name a row which not everybody may see."""
_LIKENING: Final = {"goods": ["7604"], "programs": ["UFLPA"], "topics": ["origin"], "adcvdOrders": [ORDER]}
"""Public facts by which a party's case would be like those of strangers, if what it says of it counted."""
_PUBLIC: Final = {
    **_LIKENING, "port": "2704", "agency": "FDA", "agencies": ["FDA"], "program": "UFLPA", "to": "Center:CEE004",
    "office": "Center:CEE004", "center": "CEE004", "forcedLaborOrders": [], "hts": "8542", "caseKind": "rfi",
    "topic": "origin",
    "ruling": "NY N301234", "condition": "complicated", "conditions": [], "code": "SAMPLE",
    "items": ["words"], "blanks": [], "from": "Center:CEE007",
    "dates": [], "cause": "court", "entryType": "01", "association": "NCBFAA", "ports": ["2704"], "centers": ["CEE004"],
    "role": "consignee", "numberKind": "bill", "number": "26-123456", "broker": "SSS", "suretyCode": "099",
}  # fmt: skip
_OPENS: Final = {True: {"kind": "rfi", "event": "request_issued"}, False: {"kind": "protest", "event": "protest_filed"}}
"""What an office opens, and what a party does."""
_WORDS: Final = (
    "title",
    "text",
    "reason",
    "question",
    "outcome",
    "maker",
    "description",
    "name",
    "body",
    "legalBasis",
    "origin",
    "limits",
)
_SPECIAL: Final = {
    "mediaType": "text/plain",
    "sha256": "0" * 64,
    "hts10": "8542.31.0001",
    "origin": "VN",
    "language": "en",
    "email": "desk@sample.example",
    "phone": "202-555-0100",
    "opensAt": "08:00",
    "closesAt": "16:00",
}
_LAST: Final = ("closeCase", "referCase", "reassignCase", "leaveCase", "leaveAsParty")
"""What ends a viewer's part in a case, and so is done last."""
_OF_KIND: Final = {
    Kind.BOOLEAN: True, Kind.INT: 1, Kind.DATE: _NOW.date(), Kind.DATETIME: _NOW + timedelta(days=1),
}  # fmt: skip


def _names_a_row(verb: Verb, found: Property) -> bool:
    is_text = found.name == "question" and verb.name in ("decideCase", "referCase")
    return found.name in _BY_KEY and not is_text


def _plain_value(found: Property) -> Any:
    """A value of an argument that names no row that may be hidden. Raises `KeyError` for one of no known kind."""
    if found.values:
        return found.values[-1] if "parties" not in found.values else "parties"
    if found.name in _SPECIAL:
        return _SPECIAL[found.name]
    if found.name in _OPENS[True]:
        return _OPENS[True][found.name]
    if found.name in _PUBLIC:
        return _PUBLIC[found.name]
    return "words" if found.name in _WORDS else _OF_KIND[found.kind]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_argument_of_every_verb_is_of_a_known_kind(verb: Verb) -> None:
    for found in verb.arguments:
        assert _names_a_row(verb, found) or _plain_value(found) is not None
        if found.format is not None and found.format is HTS10:
            assert found.format.check(_plain_value(found))


@dataclass(frozen=True)
class View:
    """All that an account may see: rows with what may be read of them, and the edges between them."""

    rows: Mapping[Key, Mapping[str, Any]]
    edges: frozenset[tuple[str, Key, Key]]

    @staticmethod
    def of(world: World, account: str) -> "View":
        oracle = Oracle(world, account)
        rows = {
            key: {found.name: oracle.value(key, found.name) for found in GRAPH.node(key[0]).properties}
            for key in world.nodes
            if oracle.sees(key)
        }  # fmt: skip
        return View(
            rows, frozenset((link.edge.name, link.tail, link.head) for link in world.links if oracle.sees_link(link))
        )


@dataclass
class Persona:
    """A viewer, with what it sees before it does anything."""

    name: str
    world: World
    run: Callable[..., Any]
    graph: Graph

    def __post_init__(self) -> None:
        self.account = account_id(ISSUER, self.name)
        self.before = View.of(self.world, self.account)
        self.parties = Oracle(self.world, self.account).own
        self.made: list[str] = []

    def calls(self) -> Iterator["Call"]:
        """Each verb for each argument that names a row of which some are hidden; all other arguments are the
        viewer's own.
        """
        for verb in VERBS:
            given = {found.name: self.own(verb, found) for found in verb.arguments}
            for found in verb.arguments:
                if _names_a_row(verb, found) and (hidden := self._hidden(found)):
                    yield Call(verb, found, given, hidden[0], _invented(found, hidden[0], self.name))

    def own(self, verb: Verb, found: Property) -> Any:
        """The value of an argument: what names a row names one of the viewer's, or a stranger's where it has none."""
        if verb.name == "addressMessage" and found.name in ("every", "party"):
            return None  # beside what importers must fit
        if _names_a_row(verb, found):
            label, name = _BY_KEY[found.name]
            own = [values[name] for key, values in self.before.rows.items() if key[0] == label and self._is_own(key)]
            return _as(found, (own or self._hidden(found)[::-1] or [_invented(found, MARK, self.name)])[0])
        if found.name in _LIKENING and self.name in _OFFICES:
            return None  # what an office says of its own case counts
        if found.name in _OPENS[True]:
            return _OPENS[self.name in _OFFICES][found.name]
        if (verb.name, found.name) in (
            ("linkCaseToIssue", "title"),
            ("linkCaseToIssue", "topic"),
            ("askQuestion", "office"),
            ("grantPowerOfAttorney", "since"),
            ("saveTemplate", "office"),
        ):
            return None  # beside an issue, and beside what it is routed by
        return _plain_value(found)

    def _is_own(self, key: Key) -> bool:
        """A row that it may do something to; but not what others say of a case, which counts once its owner
        confirms it.
        """
        if key[0] == "Case":
            return self.before.rows[key].get("unconfirmedSince") is None
        if key[0] == "Contact":
            return any(employer in self.parties for employer in self.world.heads(people.WORKS_FOR, key))
        return key[0] != "Importer" or key in self.parties

    def _hidden(self, found: Property) -> list[str]:
        """The keys of strangers' rows that an argument may name."""
        label, name = _BY_KEY[found.name]
        return [self.world.nodes[key][name] for key in self.world.of(label) if key not in self.before.rows]

    def do(self, verb: Verb, given: Mapping[str, Any]) -> tuple[str, str]:
        """Does it; gives how it ended, and the key of the answer or what is said."""

        async def work(run: Run) -> str:
            return await verb.done(VerbContext(run, self.account, _NOW, None), given)

        try:
            key = self.run(self.graph.transact(work))
        except HubError as error:
            return error.code, str(error)
        if verb.returns == "Case":
            self.made.append(key)
        return "done", key


@dataclass(frozen=True)
class Call:
    """A verb with one argument that names a stranger's row, or one that there is not."""

    verb: Verb
    argument: Property
    given: Mapping[str, Any]
    hidden: str
    invented: str

    def naming(self, key: str) -> dict[str, Any]:
        return {**self.given, self.argument.name: _as(self.argument, key)}


def _as(found: Property, key: str) -> Any:
    by_node_id = {"party": f"Firm:{key}", "writing": f"Note:{key}"}
    return [key] if found.kind is Kind.STRINGS else by_node_id.get(found.name, key)


def _invented(found: Property, like: str, by: str) -> str:
    """A key of that kind of which there is no row, nor has anybody else named it."""
    number = entry_number(9_999_000 + PERSONAS.index(by))
    known = {"importer": "99-9999999AA", **dict.fromkeys(("entries", "entry"), number)}
    return known.get(found.name) or f"{like} invented"


@pytest.fixture
def strangers(world: Graph, run: Callable[..., Any]) -> Graph:
    run(write(world))
    run(discover(world, _NOW))
    return world


@pytest.mark.thorough
def test_nobody_sees_more_by_what_it_writes(strangers: Graph, run: Callable[..., Any]) -> None:
    told = 0
    for name in PERSONAS:
        persona = Persona(name, run(read_world(strangers, "reference")), run, strangers)
        alike: list[tuple[str, str, Call]] = []
        for call in persona.calls():
            hidden, invented = (persona.do(call.verb, call.naming(key)) for key in (call.hidden, call.invented))
            where = (name, call.verb.name, call.argument.name)
            assert hidden[0] == invented[0], (*where, hidden, invented)
            if hidden[0] == "done":
                alike.append((hidden[1], invented[1], call))
            else:
                assert hidden[1] == invented[1].replace(call.invented, call.hidden), where
            told += 1
        # before and after whatever ends the viewer's part in what it has made
        for go_on in (lambda: None, partial(_go_on, persona)):
            go_on()
            run(run_jobs_once(strangers, _NOW))
            run(discover(strangers, _NOW))
            world = run(read_world(strangers, "reference"))
            after = View.of(world, persona.account)
            _sees_no_more(persona, world, after)
        for one, other, call in alike:
            if (call.verb.returns, one) not in persona.world.nodes:
                pictures = [_picture(after, (call.verb.returns, key), call) for key in (one, other)]
                assert pictures[0] == pictures[1], (name, call.verb.name, call.argument.name)
    assert told > 200


def _go_on(persona: Persona) -> None:
    """The viewer does to the first cases it has made whatever else can be done to a case."""
    numbers = dict(persona.run(persona.graph.read("MATCH (k:Case) RETURN k.id, k.number", {})))
    verbs = [verb for verb in VERBS if verb.arguments and verb.arguments[0].name == "case"]
    verbs.sort(key=lambda verb: _LAST.index(verb.name) if verb.name in _LAST else -1)
    for made, verb in itertools.product([one for one in persona.made if one in numbers][:6], verbs):
        persona.do(verb, {**{found.name: persona.own(verb, found) for found in verb.arguments}, "case": numbers[made]})


def _sees_no_more(persona: Persona, world: World, after: View) -> None:
    before, there = persona.before, persona.world
    was = {(link.edge.name, link.tail, link.head) for link in there.links}
    for key, values in after.rows.items():
        seen = before.rows.get(key)
        if key[0] == "Entry" and seen is None:
            # named by the viewer: its number, and no more
            assert {name: value for name, value in values.items() if value is not None} == {
                "number": key[1],
                "source": "hub",
            }, key
            continue
        assert seen is not None or key not in there.nodes, f"{persona.name} sees {key}, which was there and hidden"
        assert key[0] != "Disparity" or seen is not None, f"{persona.name} brought {key} to light"
        for name, value in values.items():
            if seen is not None and value != seen[name]:
                assert there.nodes[key].get(name) != world.nodes[key].get(name), (
                    f"{persona.name} reads {key}.{name}, hidden before"
                )
            if seen is None or value != seen[name]:
                assert MARK not in _without_named(str(value)), f"{persona.name} reads {value!r} in {key}.{name}"
    for edge in after.edges - before.edges:
        assert edge not in was or edge[0] == cases.COVERS_ENTRY.name, (
            f"{persona.name} sees the edge {edge}, which was there and hidden"
        )


def _without_named(text: str) -> str:
    """A text without the keys that the viewer itself has written."""
    return text.replace(f"T-{MARK}", "").replace(f"contact-{MARK}", "").replace(f"issue-{MARK}", "")


def _picture(view: View, key: Key, call: Call) -> list[str]:
    """A row with all that hangs on it, as text without what differs between any two."""

    def plain(row: Key) -> str:
        values = {
            name: value for name, value in view.rows[row].items() if name != "id" and not isinstance(value, datetime)
        }
        text = f"{row[0]} {sorted(values.items(), key=str)}"
        for name in (call.hidden, call.invented, str(key[1]), str(view.rows[key].get("number"))):
            text = text.replace(name, "KEY")
        return text

    ends = [(edge, tail if head == key else head) for edge, tail, head in view.edges if key in (tail, head)]
    return sorted([plain(key), *(f"{edge} {plain(end)}" for edge, end in ends)])
