"""Attachments and calendars over HTTP: what arrives is what was announced, and who may see it has it."""

import base64
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import icalendar
import openpyxl
import pytest

from graph_schema.cypher import Statement
from hub.app import create_app
from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.identity.sample_sign_in import SampleSignIn
from hub.settings import Settings
from hub.web import calendar as calendars
from hub.world.sample import ISSUER
from tests.gql.test_endpoint import served

Http = Callable[..., httpx2.Response]
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n"
ATTACH = """mutation($name: String!, $type: String!, $size: Int!, $hash: String!, $audience: Audience) {
    attachToCase(case: "T-open", name: $name, mediaType: $type, size: $size, sha256: $hash, audience: $audience) {
        id storedAt audience by { name } case { number } } }"""
_PERSONAS = {
    "broker": ("Broker", "filerCode", "BBB"),
    "port-director": ("Port", "id", "ACE:2704"),
    "agency-officer": ("Agency", "code", "FDA"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def http(world: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path, folder: Path) -> Iterator[Http]:
    """Sends a request as one of three personas of the sample world, who act for parties of this one."""
    for persona, (label, key, value) in _PERSONAS.items():
        account = (
            f"MATCH (p:{label} {{{key}: $value}}) CREATE (:Account {{id: $id, subject: $id, issuer: $issuer, source:"
            " 'sample'})-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(p)"
        )
        run(world.write([Statement(account, {"id": f"{ISSUER}|{persona}", "issuer": ISSUER, "value": value})]))
    sign_in = SampleSignIn(tmp_path)
    with served(create_app(settings.model_copy(update={"data": folder}), sign_in=sign_in), run) as send:

        def sent(persona: str, method: str, path: str, **options: Any) -> httpx2.Response:
            headers = {"authorization": f"Bearer {sign_in.token(persona)}"} if persona else {}
            return send(method, path, headers={**headers, **options.pop("headers", {})}, **options)

        yield sent


def _did(http: Http, persona: str, query: str, **variables: Any) -> Any:
    answer = http(persona, "POST", "/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return next(iter(answer["data"].values()))


def _announce(http: Http, content: bytes, name: str = "a.pdf", media_type: str = "application/pdf", **more: Any) -> str:
    said = {"name": name, "type": media_type, "size": len(content), "hash": hashlib.sha256(content).hexdigest(), **more}
    return _did(http, "broker", ATTACH, **said)["id"]


def test_a_file_arrives_and_is_had_by_those_who_may_see_it(http: Http, folder: Path) -> None:
    name = _announce(http, PDF, name="Rechnung für Muster.pdf")
    assert http("port-director", "GET", f"/attachments/{name}").status_code == 404
    assert http("broker", "PUT", f"/attachments/{name}", content=PDF).status_code == 201
    answer = http("port-director", "GET", f"/attachments/{name}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''Rechnung%20f%C3%BCr%20Muster.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    for persona in ("agency-officer", ""):
        assert http(persona, "GET", f"/attachments/{name}").status_code == 404
    digest = hashlib.sha256(PDF).hexdigest()
    assert [str(found.relative_to(folder)) for found in folder.rglob("*") if found.is_file()] == [
        f"attachments/{digest[:2]}/{digest}"
    ]
    seen = _did(
        http,
        "port-director",
        '{ case(number: "T-open") { attachments { nodes { name storedAt } } history { nodes { text } } } }',
    )
    assert seen["attachments"]["nodes"][0]["storedAt"]
    assert any("attached Rechnung" in entry["text"] for entry in seen["history"]["nodes"])
    # for agencies as well, once the case is shared
    _did(http, "port-director", 'mutation { acceptAgency(case: "T-open", agency: "FDA") { id } }')
    assert http("agency-officer", "GET", f"/attachments/{name}").status_code == 404
    shared = _announce(http, PDF + b"%", audience="agencies")
    http("broker", "PUT", f"/attachments/{shared}", content=PDF + b"%")
    assert http("agency-officer", "GET", f"/attachments/{shared}").status_code == 200


def test_what_was_still_arriving_when_a_hub_was_killed_is_removed(
    settings: Settings, run: Callable[..., Any], folder: Path
) -> None:
    kept = folder / "attachments"
    kept.mkdir(parents=True)
    left, arriving = kept / "arriving-left", kept / "arriving-now"
    for found in (left, arriving):
        found.write_bytes(PDF)
    os.utime(left, (time.time() - 3600, time.time() - 3600))
    with served(create_app(settings.model_copy(update={"data": folder})), run):
        assert list(kept.iterdir()) == [arriving]


def test_what_is_not_what_was_announced_is_refused_and_kept_nowhere(http: Http, folder: Path) -> None:
    name = _announce(http, PDF)
    other = b"%PDF-1.7\n2 0 obj << >> endobj\n"
    for persona, content, status, told in (
        ("broker", other, 422, "announced were"),
        ("broker", PDF[:-1], 422, "announced were"),
        ("broker", PDF + b"more", 413, "more than"),
        ("port-director", PDF, 403, "only who announced"),
        ("agency-officer", PDF, 404, "no attachment"),
        ("", PDF, 401, "sign in"),
    ):
        answer = http(persona, "PUT", f"/attachments/{name}", content=content)
        assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert not [found for found in folder.rglob("*") if found.is_file()]
    # a first try that broke is repeated; and once more, by whoever did not hear the answer
    answers = [http("broker", "PUT", f"/attachments/{name}", content=PDF) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.text for answer in answers}) == 1
    for content in (other, PDF[:-1], PDF + b"more", b""):
        answer = http("broker", "PUT", f"/attachments/{name}", content=content)
        assert (answer.status_code, "other content" in answer.text) == (409, True), answer.text
    for persona, status in (("port-director", 403), ("agency-officer", 404), ("", 401)):
        assert http(persona, "PUT", f"/attachments/{name}", content=PDF).status_code == status
    # what the disk lost is there again
    (kept,) = (found for found in folder.rglob("*") if found.is_file())
    kept.unlink()
    assert http("broker", "GET", f"/attachments/{name}").status_code == 404
    assert http("broker", "PUT", f"/attachments/{name}", content=PDF).status_code == 200
    assert http("broker", "GET", f"/attachments/{name}").content == PDF


def test_what_was_announced_more_than_a_day_ago_is_not_awaited(
    http: Http, world: Graph, run: Callable[..., Any]
) -> None:
    name = _announce(http, PDF)
    run(world.write([Statement("MATCH (f:Attachment) SET f.at = f.at - duration({days: 1})", {})]))
    answer = http("broker", "PUT", f"/attachments/{name}", content=PDF)
    assert (answer.status_code, "announce it again" in answer.text) == (409, True)


def _sheet() -> bytes:
    written = io.BytesIO()
    openpyxl.Workbook().save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        ("text/csv", b"a,b\n1,2\n", 201),
        ("text/plain", "für".encode(), 201),
        ("text/plain", b"\xff\xfe\x00", 422),
        ("text/csv", b"<html><script>alert(1)</script>", 422),
        ("text/plain", b"BMW of Sample, LLC: answer to the request\n", 201),
        ("Text/CSV; charset=Windows-1252", b"K\xf6ln,1\n", 201),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _sheet(), 422),
        ("text/plain", b"MZ\x90\x00\x03", 422),
        ("application/pdf", b"MZ\x90\x00\x03", 422),
        ("image/png", PDF, 422),
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(40), 201),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _sheet(), 201),
    ],
)
def test_a_file_is_of_the_kind_it_says(media_type: str, content: bytes, status: int, http: Http) -> None:
    name = _announce(http, content, name="file", media_type=media_type)
    assert http("broker", "PUT", f"/attachments/{name}", content=content).status_code == status


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "../../etc/passwd"}, "without a path"),
        ({"name": "a\nb"}, "without a path"),
        ({"name": "invoice.pdf.exe"}, "run when they are opened"),
        ({"name": "page.html", "type": "text/plain"}, "run when they are opened"),
        ({"name": "invoice\u202efdp.exe"}, "do not show"),
        ({"name": "a.txt"}, "ends in .pdf"),
        ({"type": "text/csv; charset=utf-7"}, "charset"),
        ({"type": "text/html"}, "mediaType"),
        ({"size": 25_000_001}, "25,000,000"),
        ({"size": 0}, "size"),
        ({"hash": "abc"}, "64 hexadecimal"),
        ({"audience": "owner"}, "audience"),
    ],
)
def test_a_bad_announcement_says_what_to_change(said: dict[str, Any], told: str, http: Http) -> None:
    given = {"name": "a.pdf", "type": "application/pdf", "size": 3, "hash": "0" * 64, **said}
    (error,) = http("broker", "POST", "/graphql", json={"query": ATTACH, "variables": given}).json()["errors"]
    assert (error["extensions"]["code"], told in error["message"]) == ("BAD_INPUT", True), error


def test_a_type_as_browsers_give_it_is_kept_as_it_is_called(http: Http) -> None:
    for told, name, kept, sent in (
        ("application/vnd.ms-excel", "a.csv", "text/csv", "text/csv; charset=utf-8"),
        ("TEXT/csv; charset=cp1252", "b.csv", "text/csv; charset=windows-1252", "text/csv; charset=windows-1252"),
        ("image/jpg", "c.jpg", "image/jpeg", "image/jpeg"),
    ):
        content = b"\xff\xd8\xff" if "jpg" in name else name.encode()
        attached = _announce(http, content, name=name, media_type=told)
        assert http("broker", "PUT", f"/attachments/{attached}", content=content).status_code == 201
        assert http("broker", "GET", f"/attachments/{attached}").headers["content-type"] == sent
        asked = f'{{ attachment(id: "{attached}") {{ name mediaType }} }}'
        assert _did(http, "broker", asked) == {"name": name, "mediaType": kept}


def _events(answer: httpx2.Response) -> list[Any]:
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_calendar_shows_what_is_due_until_it_is_closed(http: Http, world: Graph, run: Callable[..., Any]) -> None:
    opened = _did(
        http,
        "broker",
        'mutation { openCase(kind: "protest", importer: "11-1111111AA", title: "Sample; goods, of\\nmany kinds", event:'
        ' "protest_filed", on: "2026-11-02") { number } }',
    )
    calendar = _did(http, "broker", "mutation { openCalendar { id path openedAt } }")
    answer = http("", "GET", calendar["path"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    (event,) = _events(answer)
    assert event["sequence"] == 0
    assert event["summary"] == f"Waiting: Protest: decide (case {opened['number']})"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2028, 11, 2), date(2028, 11, 3))
    assert "Sample; goods, of\nmany kinds" in event["description"]
    assert "Owed by: Electronics" in event["description"]
    assert "19 CFR 174.21(a)" in event["description"]
    # asked again, an unchanged calendar is told as such
    assert answer.content == http("", "GET", calendar["path"]).content
    tag = {"if-none-match": answer.headers["etag"]}
    again = http("", "GET", calendar["path"], headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert "max-age" in again.headers["cache-control"]
    head = http("", "HEAD", calendar["path"])
    assert (head.status_code, head.headers["etag"]) == (200, answer.headers["etag"])
    # a last day that changes has changed once; what its link asks is answered
    recorded = 'mutation($n: String!, $on: Date!) { recordDate(case: $n, event: "protest_filed", on: $on) { id } }'
    suspended = 'mutation($n: String!) { suspendCase(case: $n, reason: "x", on: "2026-11-03") { id } }'
    resumed = 'mutation($n: String!) { resumeCase(case: $n, reason: "x", on: "2026-11-13") { id } }'
    owner = {"n": opened["number"]}
    run(world.write([Statement(f"MATCH (a:Account {{id: '{ISSUER}|port-director'}}), (c:Center {{code: 'CEE007'}}) "
                               "CREATE (a)-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(c)",
                               {})]))  # fmt: skip
    _did(http, "port-director", recorded, **owner, on="2026-11-02")
    assert http("", "GET", calendar["path"], headers=tag).status_code == 304
    _did(http, "port-director", suspended, **owner)
    _did(http, "port-director", resumed, **owner)
    (later,) = _events(changed := http("", "GET", calendar["path"], headers=tag))
    assert (changed.status_code, later["uid"], later["sequence"]) == (200, event["uid"], 2)
    assert later["dtstart"].dt == date(2028, 11, 13)
    assert later["dtstamp"].dt >= event["dtstamp"].dt
    question = json.loads(base64.b64decode(parse_qs(urlsplit(later["url"]).fragment)["question"][0]))
    assert _did(http, "broker", question["query"], **json.loads(question["variables"]))["number"] == opened["number"]
    # it is its opener's alone, and shows what that account may see now
    assert _did(http, "port-director", "{ calendars { totalCount } }") == {"totalCount": 0}
    ended = "MATCH (:Broker {filerCode: 'BBB'})-[p:REPRESENTS]->() SET p.until = datetime('2025-01-01T00:00:00Z')"
    run(world.write([Statement(ended)]))
    assert not _events(http("", "GET", calendar["path"]))
    closed = f'mutation {{ closeCalendar(calendar: "{calendar["id"]}") {{ id }} }}'
    assert (
        http("port-director", "POST", "/graphql", json={"query": closed}).json()["errors"][0]["extensions"]["code"]
        == "NOT_FOUND"
    )
    assert _did(http, "broker", closed) is None
    assert http("", "GET", calendar["path"]).status_code == 404
    assert http("", "GET", "/calendars/none.ics").status_code == 404


_MANY: Final = """
MATCH (k:Case {number: 'T-open'})-[:HANDLED_BY]->(owner), (k)-[:CONCERNS]->(importer)
UNWIND $rows AS row
CREATE (d:Deadline {id: row.id, name: row.id, state: 'RUNNING', startedOn: date('2026-11-01'), due: row.due,
  owedBy: 'x', extensions: 0, source: 'sample'})-[:OF_CASE]->(k)
FOREACH (party IN [CASE WHEN row.mine THEN owner ELSE importer END] | CREATE (d)-[:OWED_BY]->(party))"""


def test_what_is_mine_is_told_apart_however_much_there_is(
    http: Http, world: Graph, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest are shown, of one's own as of all; others' before them take no place of theirs."""
    monkeypatch.setattr(calendars, "_PAGES", 1)
    now = today(datetime.now(UTC))
    rows = [
        *({"id": f"a{n:03d}", "due": now + timedelta(days=400 + n), "mine": True} for n in range(120)),
        *({"id": f"b{n:03d}", "due": now + timedelta(days=2), "mine": False} for n in range(99)),
        *({"id": f"z{n:03d}", "due": now + timedelta(days=n), "mine": True} for n in (1, 3, 5)),
    ]
    run(world.write([Statement(_MANY, {"rows": rows})]))
    shown: dict[str, list[tuple[str, int]]] = {}
    for shows in ("MINE", "THEIRS", "BOTH"):
        opened = _did(http, "port-director", f"mutation {{ openCalendar(shows: {shows}) {{ path }} }}")
        events = _events(http("", "GET", opened["path"]))
        shown[shows] = [(str(event["summary"]).split(" (")[0], len(event.walk("VALARM"))) for event in events]
    mine = [("z001", 2), ("z003", 2), ("z005", 2), *((f"a{n:03d}", 2) for n in range(97))]
    theirs = [(f"Waiting: b{n:03d}", 0) for n in range(99)]
    assert shown["MINE"] == mine
    assert shown["THEIRS"] == theirs
    assert shown["BOTH"] == [mine[0], *theirs, *mine[1:]]


def test_a_calendar_is_opened_by_an_account_that_the_hub_knows(http: Http) -> None:
    for persona, code, told in (
        ("", "NOT_SIGNED_IN", "sign in"),
        ("trade-analyst", "NOT_ALLOWED", "no account of yours yet"),
    ):
        (error,) = http(persona, "POST", "/graphql", json={"query": "mutation { openCalendar { id } }"}).json()[
            "errors"
        ]
        assert (error["extensions"]["code"], told in error["message"]) == (code, True), error
