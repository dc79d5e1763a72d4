"""Messages are drafted, approved by a second person, published with a number, read by their audience, corrected and
withdrawn.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.jobs.loops import work_through
from hub.verbs.messages import MESSAGE_JOBS, MOST_BYTES

Do = Callable[..., Any]
_DRAFT = """mutation Draft($title: String!, $body: String!, $everyone: Boolean, $goods: [String!]) {
  draftMessage(title: $title, body: $body, everyone: $everyone, goods: $goods) { id state number } }"""
_SEARCH = '{ search(text: "drones", kinds: [Message]) { nodes { ... on Message { title } } } }'
_ALL = "{ messages(orderBy: [{publishedAt: DESC}]) { nodes { number title } } }"
_ONE_THING = (
    "addressMessage: say every, or party, or one or more of center, hts, port, program, caseKind and association, e.g."
    ' center: "CEE007"'
)
EVERYBODY = ("", "importer", "broker", "former-broker", "association", "center-001", "port-2704", "fda", "pending")


def drafted(did: Do, viewer: str = "center-007", **said: Any) -> str:
    """The argument that names a new draft."""
    message = did(viewer, _DRAFT, **{"title": "Drones", "body": "They are of heading **8806**.", **said})
    assert (message["state"], message["number"]) == ("DRAFT", None)
    return f'message: "{message["id"]}"'


def sent(did: Do, *addressed: str, **said: Any) -> str:
    """The same of one that was addressed, approved and published."""
    of = drafted(did, **said)
    for to in addressed:
        did("center-007", f"mutation {{ addressMessage({of}, {to}) {{ id }} }}")
    did("colleague-007", f"mutation {{ approveMessage({of}) {{ id }} }}")
    published = did("center-007", f"mutation {{ publishMessage({of}) {{ number state publishedAt }} }}")
    assert published["state"] == "PUBLISHED"
    return of


def _read(did: Do, viewer: str, of: str) -> Any:
    return did(viewer, f"{{ message({of.replace('message:', 'id:')}) {{ number title body state }} }}")


def test_nobody_reads_it_before_a_second_person_has_approved_it_and_it_is_published(did: Do, refused: Do) -> None:
    of = drafted(did)
    publish, approve = (
        f"mutation {{ {verb}({of}) {{ state number }} }}" for verb in ("publishMessage", "approveMessage")
    )
    assert refused("center-007", publish)[1].endswith("a second person must approve it first (approveMessage)")
    assert refused("colleague-007", approve)[1].endswith("say first who is to read it, by addressMessage or everyone")
    did("center-007", f"mutation {{ editMessage({of}, everyone: true) {{ id }} }}")
    assert refused("center-007", approve) == (
        "NOT_ALLOWED", "approveMessage: you wrote it; a second person of your office approves it",
    )  # fmt: skip
    for viewer in EVERYBODY:
        assert _read(did, viewer, of) is None
        if viewer in ("", "broker"):
            assert did(viewer, _SEARCH)["nodes"] == []
        if viewer:
            assert refused(viewer, approve)[0] == "NOT_FOUND"
    assert did("colleague-007", approve) == {"state": "APPROVED", "number": None}
    # what is changed afterwards is approved anew, and by neither of those who wrote it
    did("colleague-007", f'mutation {{ editMessage({of}, title: "Drones\\nand parts") {{ state }} }}')
    assert refused("center-007", publish)[0] == "CONFLICT"
    assert refused("colleague-007", approve)[0] == refused("center-007", approve)[0] == "NOT_ALLOWED"


def test_what_everybody_may_read_is_found_without_an_account(did: Do, refused: Do) -> None:
    of = sent(did, everyone=True, goods=["8806", "88", "8542.31.0001"])
    year = today(datetime.now(UTC)).year
    for viewer in EVERYBODY:
        read = _read(did, viewer, of)
        assert (read["number"][:5], read["title"], read["state"]) == (f"{year}-", "Drones", "PUBLISHED")
        if viewer in ("", "broker"):
            assert did(viewer, _SEARCH)["nodes"] == [{"title": "Drones"}]
        of_goods = '{ htsHeading(code: "8542") { messages { nodes { title issuedBy { ... on Center { code } } } } } }'
        assert did(viewer, of_goods)["messages"]["nodes"] == [{"title": "Drones", "issuedBy": {"code": "CEE007"}}]
    for viewer in ("importer", "trade", "center-004"):
        edited = f'mutation {{ withdrawMessage({of}, reason: "x") {{ id }} }}'
        assert refused(viewer, edited) == ("NOT_ALLOWED", "withdrawMessage: only the office that sends it may")


@pytest.mark.parametrize(
    ("to", "readers"),
    [
        ('center: "CEE007"', {"importer"}),
        ('center: "CEE007", brokers: true', {"importer", "broker"}),
        ('center: "CEE007", port: "2704"', {"importer", "port-2704"}),
        ('center: "CEE001", port: "2704"', {"center-001", "port-2704"}),
        ('caseKind: "rfi"', {"importer"}),
        ("every: Broker", {"broker", "former-broker"}),
        ('party: "Association:NCBFAA"', {"association"}),
        ("every: Port", {"port-2704"}),
    ],
)
def test_it_is_read_by_its_audience_and_those_that_this_names(to: str, readers: set[str], did: Do) -> None:
    of = sent(did, to)
    for viewer in EVERYBODY:
        assert (_read(did, viewer, of) is not None) == (viewer in readers), viewer
    assert _read(did, "trade", of)
    assert _read(did, "center-007", of)


def test_a_power_of_attorney_that_ended_a_moment_ago_does_not_count(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    of = sent(did, 'center: "CEE007", brokers: true')
    preview = f"{{ audiencePreview({of}) {{ kinds {{ kind count others }} reached {{ party {{ name }} why }} }} }}"
    assert _read(did, "broker", of)
    assert did("center-007", preview) == {
        "kinds": [{"kind": "Broker", "count": 1, "others": 0}, {"kind": "Importer", "count": 1, "others": 0}],
        "reached": [
            {"party": {"name": "Sample Broker BBB"}, "why": "importers assigned to Electronics and their brokers"},
            {"party": {"name": "Sample Importer 11"}, "why": "importers assigned to Electronics and their brokers"},
        ],
    }
    run(
        world.apply(
            ["MATCH (:Broker {filerCode: 'BBB'})-[r:REPRESENTS]->() SET r.until = datetime() - duration('PT1S')"]
        )
    )
    assert _read(did, "broker", of) is None
    assert [kind["kind"] for kind in did("center-007", preview)["kinds"]] == ["Importer"]


def test_a_correction_replaces_it_and_readers_of_either_find_both(did: Do, refused: Do) -> None:
    of = sent(did, 'center: "CEE007"', goods=["8806"])
    draft = did("center-007", f"mutation {{ replaceMessage({of}, how: CORRECTS) {{ id state replaces title }} }}")
    assert (draft["state"], draft["replaces"], draft["title"]) == ("DRAFT", "CORRECTS", "Drones")
    assert refused("center-007", f"mutation {{ replaceMessage({of}, how: SUPERSEDES) {{ id }} }}")[0] == "CONFLICT"
    both = f"{{ message({of.replace('message:', 'id:')}) {{ state after {{ title replaces state }} }} }}"
    assert did("importer", both) == {"state": "PUBLISHED", "after": None}
    new = f'message: "{draft["id"]}"'
    did("center-007", f'mutation {{ editMessage({new}, body: "They are of heading 8525.") {{ id }} }}')
    did("colleague-007", f"mutation {{ approveMessage({new}) {{ id }} }}")
    numbers = [
        _read(did, "importer", of)["number"],
        did("center-007", f"mutation {{ publishMessage({new}) {{ number }} }}")["number"],
    ]
    assert [int(number[5:]) for number in numbers] == [1, 2]
    assert did("importer", both) == {
        "state": "REPLACED", "after": {"title": "Drones", "replaces": "CORRECTS", "state": "PUBLISHED"},
    }  # fmt: skip
    back = f'{{ message(id: "{draft["id"]}") {{ body before {{ number }} goods {{ nodes {{ code }} }} }} }}'
    assert did("importer", back) == {
        "body": "They are of heading 8525.", "before": {"number": numbers[0]}, "goods": {"nodes": [{"code": "8806"}]},
    }  # fmt: skip
    assert did("center-004", back) is None


def test_what_was_withdrawn_tells_its_number_and_why_and_nothing_of_what_it_said(did: Do) -> None:
    of = sent(did, everyone=True, title="Rates for Sample Chips", body="A secret of the **trade**.")
    did("center-007", f'mutation {{ withdrawMessage({of}, reason: "it named a firm", title: "Rates") {{ id }} }}')
    read = did("", f"{{ message({of.replace('message:', 'id:')}) {{ number title body state withdrawnBecause }} }}")
    assert read.pop("number")
    assert read == {"title": "Rates", "body": None, "state": "WITHDRAWN", "withdrawnBecause": "it named a firm"}
    for text in ("secret", "chips"):
        found = did("", f'{{ search(text: "{text}", kinds: [Message]) {{ nodes {{ nodeId }} }} }}')
        assert found["nodes"] == []


def test_it_is_published_at_its_time_and_no_number_is_left_out(did: Do, world: Graph, run: Callable[..., Any]) -> None:
    now = datetime.now(UTC)
    due: list[str] = []
    for hours in (2, 1, 3):
        of = drafted(did, everyone=True, title=f"In {hours} hours")
        did("colleague-007", f"mutation {{ approveMessage({of}) {{ id }} }}")
        at = (now + timedelta(hours=hours)).isoformat()
        scheduled = did("center-007", f'mutation {{ publishMessage({of}, at: "{at}") {{ state number }} }}')
        assert scheduled == {"state": "SCHEDULED", "number": None}
        due.append(of)
    sent(did, everyone=True, title="At once")

    async def pass_by(hours: float) -> None:
        at = now + timedelta(hours=hours)
        works = [work for loop in MESSAGE_JOBS for work in loop.works(at)]
        # several hubs do it at once
        await asyncio.gather(*(work_through(world, works, at) for _ in range(3)))

    run(pass_by(0.5))
    assert [row["title"] for row in did("", _ALL)["nodes"]] == ["At once"]
    run(pass_by(2.5))
    titles = {row["number"][5:]: row["title"] for row in did("", _ALL)["nodes"]}
    assert titles == {"0001": "At once", "0002": "In 1 hours", "0003": "In 2 hours"}
    assert _read(did, "", due[2]) is None


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"body": "é" * (MOST_BYTES // 2 + 1)}, "body: at most 50,000 bytes, not 50,002"),
        ({"body": " \n"}, "body: some words are expected"),
        ({"title": "x" * 301}, "title: at most 300 characters, not 301"),
        ({"goods": ["0001"]}, "goods: there is no '0001'"),
    ],
)
def test_what_cannot_be_sent_is_refused(said: dict[str, Any], error: str, refused: Do) -> None:
    assert refused("center-007", _DRAFT, **{"title": "x", "body": "y", **said})[1] == error
    assert refused("importer", _DRAFT, title="x", body="y")[0] == "NOT_ALLOWED"


def test_an_audience_says_one_thing(did: Do, refused: Do) -> None:
    of = drafted(did)
    for to, error in (
        ("", _ONE_THING),
        (', every: Port, center: "CEE007"', None),
        (", every: Port, brokers: true", "brokers: they are taken in with importers by center, hts, port and the like"),
        (', party: "Importer:11-1111111AA"', None),
        (', party: "Agency:NOBODY"', "party: there is no Agency:NOBODY"),
        (', program: "NOTHING"', "program: there is no 'NOTHING'"),
    ):  # fmt: skip
        message = refused("center-007", f"mutation {{ addressMessage({of}{to}) {{ id }} }}")[1]
        assert error is None or message == error
    names = "audiences { nodes { name } }"
    to = 'hts: "8542.31.0001", port: "2704", caseKind: "rfi", program: "UFLPA", association: "NCBFAA"'
    (told,) = did("center-007", f"mutation {{ addressMessage({of}, {to}) {{ {names} }} }}")["audiences"]["nodes"]
    assert told["name"] == (
        "importers with a case about 8542, entering goods at Los Angeles, CA, with a case under Uyghur Forced Labor"
        " Prevention Act, with an open case of the kind Request for Information, in National Customs Brokers and"
        " Forwarders Association of America"
    )
