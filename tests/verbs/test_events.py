"""Every verb says what it has done: by whom, in whose name, about what.

A verb that is not in this story fails the test, and so does one that tells nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph, Run
from hub.detection.works import discover
from hub.events.concerns import CONCERNS
from hub.verbs.arguments import Argument
from hub.verbs.context import VerbContext
from hub.verbs.verb import verb
from hub.verbs.verbs import VERBS
from hub.viewer import account_id
from tests.offices import ISSUER
from tests.verbs.timing import ENTRY, day

Do = Callable[..., Any]
MINE, PENDING = "11-1111111AA", "33-3333333AA"
_EVENTS: Final = """
MATCH (e:Event) WHERE NOT e.id IN $known
OPTIONAL MATCH (e)-[:BY]->(party:Party)
RETURN e.id, e.kind, e.by, e.of, e.at IS :: ZONED DATETIME NOT NULL, e.refs, e.changed,
  collect(coalesce(party.number, party.code, party.filerCode))"""
_IS_THERE: Final = "MATCH (n) WHERE $ref IN [n.id, n.number, n.code] AND NOT n:Event RETURN count(n) > 0"
_SHARED: Final = """
MATCH (k:Case {number: 'T-open'})-[:ABOUT]->(i:Issue) SET i.sharedAt = datetime('2026-11-01T00:00:00Z')
  MERGE (k)-[:MAY_BE_ABOUT]->(i)"""


@dataclass
class Story:
    """Verbs that are done one after the other, each of which must leave events."""

    graph: Graph
    run: Callable[..., Any]
    did: Do
    done: set[str] = field(default_factory=set[str])
    known: list[str] = field(default_factory=list[str])

    def do(self, viewer: str, verb: str, given: str, fields: str = "__typename") -> Any:
        answer = self.did(viewer, f"mutation {{ {verb}{f'({given})' if given else ''} {{ {fields} }} }}")
        events = self.run(self.graph.read(_EVENTS, {"known": self.known}))
        assert events, f"{verb} left no event"
        about = set[str]()
        for key, kind, by, of, dated, refs, changed, parties in events:
            assert kind.partition(".")[2] == verb, (verb, kind)
            assert (by, bool(of), dated) == (f"account {account_id(ISSUER, viewer)}", True, True), (verb, by)
            assert len(parties) == 1, (verb, parties)
            assert refs, (verb, "about nothing")
            assert isinstance(changed, list)
            for ref in refs:
                assert self.run(self.graph.read_one(_IS_THERE, {"ref": ref})), (verb, ref)
            about |= set(refs)
            self.known.append(key)
        assert any(changed for *_, changed, _ in events), (verb, "nothing has changed")
        self.done.add(verb)
        return answer

    def look(self) -> None:
        """Has all that is new looked at; what that tells is not the verbs'."""
        self.run(discover(self.graph, datetime.now(UTC)))
        self.known = [key for (key,) in self.run(self.graph.read("MATCH (e:Event) RETURN e.id", {}))]


def _due(story: Story, case: str, clock: str) -> str:
    """The id of a deadline of a case."""
    asked = f'{{ case(number: "{case}") {{ deadlines {{ nodes {{ id clock {{ id }} }} }} }} }}'
    nodes = story.did("trade", asked)["deadlines"]["nodes"]
    return next(found["id"] for found in nodes if found["clock"]["id"] == clock)


def _cases(story: Story) -> None:
    story.do("trade", "declareProgram", 'code: "S338", name: "Section 338", office: "OT-TPP"')
    opened = f'kind: "protest", importer: "{MINE}", title: "x", event: "protest_filed", on: "{day(-20)}"'
    case = story.do("importer", "openCase", opened, "number")["number"]
    of = f'case: "{case}"'
    story.do("center-007", "confirmCase", of)
    story.do("center-007", "assignCase", f'{of}, contact: "chapter-85"')
    story.do("center-007", "respondToCase", f'{of}, text: "Please say more."')
    story.do("importer", "noteCase", f'{of}, text: "We will."')
    sha = "0" * 64
    story.do("importer", "attachToCase", f'{of}, name: "a.txt", mediaType: "text/plain", size: 1, sha256: "{sha}"')
    story.do("center-007", "acceptAgency", f'{of}, agency: "FDA"')
    story.do("fda", "joinCase", f'{of}, contact: "fda-fish"')
    story.do("fda", "leaveCase", f'{of}, reason: "it is done"')
    story.do("center-007", "acceptAgency", f'{of}, agency: "FDA"')
    story.do("center-007", "withdrawAgency", f'{of}, agency: "FDA"')
    story.do("center-007", "recordDate", f'{of}, event: "denial_mailed", on: "{day(-1)}"')
    story.do("center-007", "takeBackDate", f'{of}, event: "denial_mailed", reason: "of another case"')
    story.do("importer", "addCaseEntry", f'{of}, entry: "{ENTRY}", dates: ["entry_filed {day(-90)}"]')
    story.do("center-007", "recordEntryType", f'{of}, entry: "{ENTRY}", entryType: "01"')
    story.do("center-007", "suspendCase", f'{of}, reason: "a test case", on: "{day(-1)}"')
    story.do("center-007", "resumeCase", f'{of}, reason: "it was decided", on: "{day(0)}"')
    story.do("center-007", "meetDeadline", f'deadline: "{_due(story, case, "protest decide")}"')
    story.do("port-2704", "recordDate", f'case: "T-open", event: "request_issued", on: "{day(-2)}"')
    story.do(
        "port-2704",
        "extendDeadline",
        f'deadline: "open rfi reply {day(-2)}", until: "{day(60)}", reason: "documents from abroad"',
    )
    eapa = story.do("importer", "openCase", f'kind: "eapa", importer: "{MINE}", title: "x"', "number")
    story.do("trade", "recordDate", f'case: "{eapa["number"]}", event: "initiated", on: "{day(-2)}"')
    exclusion = f'kind: "protest_exclusion", importer: "{MINE}", title: "x", event: "protest_filed", on: "{day(-40)}"'
    denied = _due(story, story.do("importer", "openCase", exclusion, "number")["number"], "protest_exclusion decide")
    story.do("center-007", "pronounceDeadline", f'deadline: "{denied}"')
    story.do("center-007", "takeBackDeadline", f'deadline: "{denied}", reason: "it was decided"')
    story.do("trade", "recordCondition", f'case: "{eapa["number"]}", condition: "complicated"')
    story.do("center-007", "closeCase", f'{of}, reason: "done"')
    story.do("center-007", "reopenCase", f'{of}, reason: "not done"')
    story.do("center-007", "reassignCase", f'{of}, to: "Center:CEE004", reason: "it is theirs"')


def _decisions(story: Story) -> None:
    goods = 'hts10: "8542.31.0001", origin: "TW", maker: "Sample Chips", description: "8-bit processors"'
    for viewer, case, outcome in (("port-2704", "T-open", "approved"), ("center-001", "T-joint", "denied")):
        story.do(viewer, "decideCase", f'case: "{case}", question: "classification", outcome: "{outcome}", {goods}')
    story.look()
    (found,) = story.did("trade", "{ disparities { nodes { id } } }")["nodes"]
    of = f'disparity: "{found["id"]}"'
    story.do("trade", "resolveDisparity", f'{of}, reason: "agreed"')
    story.do("trade", "reopenDisparity", f'{of}, reason: "not agreed"')
    story.do(
        "trade",
        "explainDisparity",
        f'{of}, ruling: "NY N300001", supports: BOTH, title: "Processors", issuedOn: "2026-11-20"',
    )


def _issues(story: Story) -> None:
    story.do("port-2704", "tagCase", 'case: "T-open", program: "S338"')
    for viewer, case in (("port-2704", "T-open"), ("center-001", "T-joint")):
        story.do(viewer, "linkCaseToIssue", f'case: "{case}", title: "About {case}", topic: "origin"')
    story.run(story.graph.write([Statement(_SHARED)]))
    ids = {found["title"]: found["id"] for found in story.did("trade", "{ issues { nodes { id title } } }")["nodes"]}
    one, other = f'issue: "{ids["About T-open"]}"', f'issue: "{ids["About T-joint"]}"'
    story.do("trade", "confirmIssue", one)
    story.do("trade", "followIssue", one)
    story.do("trade", "unfollowIssue", one)
    story.do("importer", "nameInIssue", f'{one}, importer: "{MINE}"')
    story.do("importer", "unnameInIssue", f'{one}, importer: "{MINE}"')
    # and once more, so that something of it is there
    story.do("trade", "followIssue", one)
    story.do("importer", "nameInIssue", f'{one}, importer: "{MINE}"')
    story.do("trade", "mergeIssue", f'{other}, into: "{ids["About T-open"]}", reason: "the same"')
    story.do("trade", "restoreIssue", f'{other}, reason: "not the same"')
    story.do("trade", "splitIssue", f'{other}, cases: ["T-joint"], title: "Another", reason: "of its own"')
    story.do("trade", "dismissIssue", f'{other}, reason: "there is none"')


def _importers(story: Story) -> None:
    of = f'importer: "{PENDING}"'
    story.do("trade", "assignImporter", f'{of}, center: "CEE007", reason: "by its goods"')
    opened = f'kind: "protest", title: "x", event: "protest_filed", on: "{day(-20)}"'
    story.do("pending", "openCase", f"{of}, {opened}")
    story.do("trade", "reassignImporter", f'{of}, center: "CEE004", reason: "by its goods"')
    story.do("trade", "markImporterPending", f'{of}, reason: "again"')
    story.do("trade", "markImporterNotEligible", f'{of}, reason: "it imports nothing"')
    story.do("pending", "appealAssignment", f'{of}, reason: "we do"')


def _people(story: Story) -> None:
    of = 'contact: "chapter-85"'
    story.do("center-007", "announceAbsence", of)
    story.do("center-007", "nameDeputy", f'{of}, deputy: "entries"')
    story.do("port-2704", "describeDesk", 'contact: "shared-2704", email: "desk@port.example"')
    story.do("center-007", "endAbsence", of)
    calendar = story.do("importer", "openCalendar", "", "id")["id"]
    story.do("importer", "closeCalendar", f'calendar: "{calendar}"')


def _questions(story: Story) -> None:
    asked = 'title: "Which heading?", text: "They weigh 300 g.", office: "Center:CEE007"'
    of = f'question: "{story.do("importer", "askQuestion", asked, "id")["id"]}"'
    story.do("importer", "releaseQuestion", of)
    story.do("center-007", "answerQuestion", f'{of}, text: "8806"')
    story.do("center-007", "publishQuestion", of)
    story.do("center-007", "unpublishQuestion", of)
    story.do("center-007", "passQuestion", f'{of}, to: "Center:CEE004", reason: "it is theirs"')
    story.do("importer", "withdrawQuestion", of)


def _parties_by_role(story: Story) -> None:
    of, surety = 'case: "T-open"', 'party: "Firm:SURETY-036"'
    story.do("trade", "registerFirm", 'code: "LAW-1", name: "Sample Law"')
    story.do("port-2704", "addCaseParty", f'{of}, {surety}, role: "surety"')
    story.do("importer", "addCaseParty", f'{of}, {surety}, role: "attorney"')
    story.do("port-2704", "confirmCaseParty", f'{of}, {surety}, role: "attorney"')
    story.do("port-2704", "writeToParty", f'{of}, {surety}, text: "pay"')
    story.do("surety", "writeAsParty", f'{of}, text: "why?"')
    note = story.did("importer", 'mutation { noteCase(case: "T-open", text: "x") { notes { nodes { nodeId } } } }')
    story.look()
    story.do("port-2704", "shareWithParty", f'{of}, {surety}, writing: "{note["notes"]["nodes"][0]["nodeId"]}"')
    story.do("importer", "endCaseParty", f'{of}, {surety}, role: "attorney", reason: "another"')
    story.do("surety", "leaveAsParty", f'{of}, reason: "it is paid"')
    story.do("trade", "relateCase", f'{of}, otherCase: "T-closed", how: led_by')
    story.do("trade", "unrelateCase", f'{of}, otherCase: "T-closed", how: led_by, reason: "it is not"')
    number = f'{of}, numberKind: "protest", number: "2704-23-123456"'
    story.do("port-2704", "numberCase", number)
    story.do("port-2704", "removeCaseNumber", f'{number}, reason: "of another case"')
    # and once more, so that something of it is there
    story.do("port-2704", "addCaseParty", f'{of}, {surety}, role: "surety"')
    story.do("trade", "relateCase", f'{of}, otherCase: "T-closed", how: consolidated_with')
    story.do("port-2704", "numberCase", number)


def _powers(story: Story) -> None:
    granted = story.do("importer", "grantPowerOfAttorney", f'importer: "{MINE}", broker: "DDD"', "id")
    story.do("new-broker", "acceptPowerOfAttorney", f'power: "{granted["id"]}"')
    story.do("importer", "endPowerOfAttorney", f'power: "{granted["id"]}", reason: "another broker"')


def _officers(story: Story) -> None:
    of = 'contact: "director-2704"'
    story.do("port-2704", "linkContact", of)
    story.do("port-2704", "takeCase", 'case: "T-open"')
    story.do("port-2704", "unlinkContact", of)
    story.do("port-2704", "linkContact", of)


def _requests(story: Story) -> None:
    template = story.do(
        "center-007",
        "saveTemplate",
        'name: "Value", purpose: REQUEST, title: "Value of {{goods}}", text: "To {{importer}}", items: ["Invoices"]',
        "id",
    )["id"]
    opened = f'kind: "protest", importer: "{MINE}", title: "x", event: "protest_filed", on: "2026-11-02"'
    case = story.do("importer", "openCase", opened, "number")["number"]
    of = f'case: "{case}"'
    asked = f'{of}, template: "{template}", blanks: ["goods=drones"], items: ["Contracts"]'
    note = story.do("center-007", "requestInformation", asked, "id")["id"]
    invoices, contracts = (
        f'item: "{item["id"]}"'
        for item in story.did("center-007", f'{{ note(id: "{note}") {{ items {{ nodes {{ id }} }} }} }}')["items"][
            "nodes"
        ]
    )
    sha = "1" * 64
    attached = f'{of}, name: "b.txt", mediaType: "text/plain", size: 1, sha256: "{sha}"'
    file = story.do("importer", "attachToCase", attached, "id")["id"]
    story.do("importer", "answerItem", f'{invoices}, text: "Here they are.", files: ["{file}"]')
    story.do("center-007", "takeUpCase", of)
    story.do("center-007", "reopenItem", f'{invoices}, reason: "the second page is missing"')
    story.do("center-007", "withdrawItem", f'{contracts}, reason: "we have them"')
    story.do("center-007", "sendNotice", f'{of}, title: "A change", text: "Of the officer."')
    story.do("center-007", "retireTemplate", f'template: "{template}", reason: "out of use"')
    for to in ("Center:CEE004", "Agency:FDA"):
        referral = story.do("center-007", "referCase", f'{of}, to: "{to}", question: "Is it yours?"', "id")["id"]
        verb, said = (
            ("answerReferral", 'text: "No."') if to == "Center:CEE004" else ("takeBackReferral", 'reason: "late"')
        )
        by = "center-004" if verb == "answerReferral" else "center-007"
        story.do(by, verb, f'referral: "{referral}", {said}')
    story.do("center-007", "linkContact", 'contact: "chapter-85"')
    story.do("center-007", "takeCase", of)
    story.do(
        "center-007",
        "reassignCases",
        'from: "Center:CEE007", to: "Contact:entries", reason: "on leave", kind: "protest"',
    )
    story.do("center-007", "unlinkContact", 'contact: "chapter-85"')
    # and once more, so that something of it is there
    story.do("center-007", "linkContact", 'contact: "chapter-85"')
    story.do("center-007", "referCase", f'{of}, to: "Center:CEE004", question: "And now?"')


def _messages(story: Story) -> None:
    drafted = 'title: "Drones", body: "They are of heading **8806**.", goods: ["8806"], centers: ["CEE007"]'
    of = f'message: "{story.do("center-007", "draftMessage", drafted, "id")["id"]}"'
    story.do("center-007", "editMessage", f'{of}, title: "Drones and parts", programs: ["S301"]')
    story.do("center-007", "addressMessage", f"{of}, every: Broker")
    addressed = story.do(
        "center-007", "addressMessage", f'{of}, center: "CEE007", brokers: true', "audiences { nodes { id every } }"
    )
    every = next(found["id"] for found in addressed["audiences"]["nodes"] if found["every"])
    story.do("center-007", "unaddressMessage", f'{of}, addressedTo: "{every}"')
    story.do("colleague-007", "approveMessage", of)
    story.do("center-007", "publishMessage", of)
    draft = story.do("center-007", "replaceMessage", f"{of}, how: CORRECTS", "id")["id"]
    story.do("colleague-007", "approveMessage", f'message: "{draft}"')
    story.do("center-007", "publishMessage", f'message: "{draft}"')
    story.do("center-007", "withdrawMessage", f'message: "{draft}", reason: "it was wrong"')


CHAPTERS: Final = (
    _parties_by_role, _powers, _officers, _cases, _decisions, _issues, _importers, _people, _questions, _requests,
    _messages,
)  # fmt: skip


@pytest.fixture
def story(world: Graph, run: Callable[..., Any], did: Do) -> Story:
    return Story(world, run, did)


def test_every_verb_says_by_whom_in_whose_name_and_about_what(story: Story) -> None:
    for chapter in CHAPTERS:
        chapter(story)
    assert story.done == {verb.name for verb in VERBS}


def test_a_verb_that_tells_nothing_fails(world: Graph, run: Callable[..., Any]) -> None:
    @verb(returns="Case")
    async def silent_verb(context: VerbContext, title: Annotated[str, Argument("The title.")]) -> str:
        """Sets a title, and tells nobody."""
        await context.execute("MATCH (k:Case {number: 'T-open'}) SET k.title = $title", title=title)
        return "open"

    async def work(run: Run) -> str:
        context = VerbContext(run, account_id(ISSUER, "trade"), datetime.now(UTC), None)
        return await silent_verb.done(context, {"title": "changed"})

    with pytest.raises(RuntimeError, match="silentVerb tells nothing"):
        run(world.transact(work))
    assert run(world.read_one("MATCH (k:Case {number: 'T-open'}) RETURN k.title", {})) == "Sample"


def test_a_guests_receipt_is_in_no_event(did: Do, world: Graph, run: Callable[..., Any]) -> None:
    asked = did("", 'mutation { askQuestion(title: "x", text: "y", office: "Center:CEE007") { id receipt } }')
    ((event,),) = run(world.read("MATCH (e:Event) RETURN properties(e)", {}))
    assert (event["by"], event["refs"]) == ("guest", [asked["id"]])
    assert asked["receipt"] not in str(event)


def _verbs_named() -> Iterator[tuple[str, str]]:
    for consumer, kinds in CONCERNS.items():
        yield from ((consumer, kind) for kind in kinds)


@pytest.mark.parametrize(("consumer", "kind"), list(_verbs_named()))
def test_the_table_of_concerns_names_what_there_is(consumer: str, kind: str) -> None:
    label, _, what = kind.partition(".")
    assert label in ("Case", "Decision", "Disparity", "Issue", "Ruling"), consumer
    assert what in {verb.name for verb in VERBS} | {"synced", "loaded", "dated", "held", "found", "closed", "explained"}


# --- what was forgotten before

_ORDER: Final = 'adcvdOrders: ["A-570-909"]'
_HANDLERS: Final = """
MATCH (f:IssueFigure {dimension: 'handler'})-[:AWAITS|COUNTS]->(m:Importer {number: $importer})
  MATCH (f)-[:FIGURE_OF]->(c:Center)
RETURN collect(c.code)"""


def test_cases_that_move_with_their_importer_are_looked_through_for_issues(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    for importer in (MINE, "44-4444444AA"):
        did(
            "trade",
            f'mutation {{ openCase(kind: "adcvd_inquiry", importer: "{importer}", title: "Scope", {_ORDER}) {{ number'
            " } }",
        )
    run(discover(world, datetime.now(UTC)))
    assert run(world.read_one(_HANDLERS, {"importer": MINE})) == ["CEE007"]
    did(
        "trade",
        f'mutation {{ reassignImporter(importer: "{MINE}", center: "CEE004", reason: "by its goods") {{ number }} }}',
    )
    run(discover(world, datetime.now(UTC)))
    assert run(world.read_one(_HANDLERS, {"importer": MINE})) == ["CEE004"]


def test_a_case_that_appeals_an_assignment_is_looked_through_for_issues(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    number = did(
        "importer",
        f'mutation {{ appealAssignment(importer: "{MINE}", reason: "we import no electronics") {{ number }} }}',
    )["number"]
    run(discover(world, datetime.now(UTC)))
    assert (
        run(world.read_one("MATCH (k:Case {number: $number}) RETURN k.likenesses IS NOT NULL", {"number": number}))
        is True
    )


_SILENT: Final[Sequence[tuple[str, str, str]]] = (
    ("center-007", 'announceAbsence(contact: "chapter-85") { id }', "Contact.announceAbsence"),
    ("center-007", 'endAbsence(contact: "chapter-85") { id }', "Contact.endAbsence"),
    ("center-007", 'nameDeputy(contact: "chapter-85", deputy: "entries") { id }', "Contact.nameDeputy"),
    ("trade", 'declareProgram(code: "S338", name: "Section 338", office: "OT-TPP") { code }', "Program.declareProgram"),
)


@pytest.mark.parametrize(("viewer", "verb", "kind"), _SILENT, ids=[kind for *_, kind in _SILENT])
def test_what_left_no_event_before_leaves_one(
    viewer: str, verb: str, kind: str, did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    did(viewer, f"mutation {{ {verb} }}")
    assert run(world.read("MATCH (e:Event) RETURN e.kind", {})) == [[kind]]


def test_questions_that_are_published_and_withdrawn_leave_events(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    asked = did(
        "importer", 'mutation { askQuestion(title: "x", text: "y", public: true, office: "Center:CEE007") { id } }'
    )["id"]
    for viewer, name, more in (
        ("center-007", "answerQuestion", ', text: "z"'), ("center-007", "publishQuestion", ""),
        ("importer", "withdrawQuestion", ""),
    ):  # fmt: skip
        did(viewer, f'mutation {{ {name}(question: "{asked}"{more}) {{ id }} }}')
    kinds = [kind for (kind,) in run(world.read("MATCH (e:Event) RETURN e.kind ORDER BY e.toldAt", {}))]
    assert kinds[-3:] == ["Question.answerQuestion", "Question.publishQuestion", "Question.withdrawQuestion"]
