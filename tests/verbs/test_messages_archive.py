"""The archive of messages: permanent pages and feeds, as readers of feeds read them; markup is text everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser  # pyright: ignore[reportMissingTypeStubs] - it has none
import httpx2
import pytest
from starlette.applications import Starlette

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.identity.bearer import Verifier
from hub.identity.door import Door, Shares
from hub.identity.sample_sign_in import SampleSignIn
from hub.messages.markup import body_html
from hub.viewer import Viewer, account_id
from hub.web.ask import Variables
from hub.web.messages import Messages
from hub.world.sample import ISSUER
from tests.verbs.test_messages import sent

Do = Callable[..., Any]
_ACTS: str = """MERGE (a:Account {id: $id}) WITH a MATCH (i:Importer {number: '11-1111111AA'})
MERGE (a)-[:ACTS_FOR {since: datetime('2026-01-01T00:00:00Z'), grantedBy: 'the test'}]->(i)"""
_MARKUP = '<script>alert(1)</script> & "<b>drones</b>" \x1b]]>'


class Reader:
    """Fetches addresses of the hub, with a token of an importer or without."""

    def __init__(self, hub: Executor, run: Callable[..., Any], folder: Path, graph: Graph) -> None:
        sign_in = SampleSignIn(folder)
        door = Door(Verifier((sign_in.issuer(),)), Shares())

        async def ask(document: str, viewer: Viewer, variables: Variables) -> Any:
            return await hub.answer(GraphQLRequest(document, None, dict(variables)), viewer)

        self._app = Starlette(routes=Messages(door, ask, "https://hub.example/").routes())
        self._run = run
        self._token = sign_in.token("importer-manager")
        run(graph.write([Statement(_ACTS, {"id": account_id(ISSUER, "importer-manager")})]))

    def get(self, address: str, known: str = "", *, signed_in: bool = False, token: str = "") -> httpx2.Response:
        """The answer; `known` is a tag that the reader has already."""
        token = token or (self._token if signed_in else "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"If-None-Match": known} if known else {}

        async def fetched() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self._app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get(address, headers=headers)

        return self._run(fetched())


@pytest.fixture
def reader(hub: Executor, run: Callable[..., Any], tmp_path: Path, world: Graph) -> Reader:
    return Reader(hub, run, tmp_path, world)


@dataclass(frozen=True)
class Told:
    """An entry of a feed, as its readers know it."""

    title: str
    link: str
    author: str
    html: str
    tags: list[str]
    published: str
    changed: str


def _told(answer: httpx2.Response) -> list[Told]:
    """The entries of a feed: Atom by feedparser, which reads no JSON, and JSON Feed by its members."""
    if answer.headers["content-type"] == "application/feed+json":
        feed = answer.json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        return [
            Told(
                each["title"], each["url"], each["authors"][0]["name"], each["content_html"], each["tags"],
                each["date_published"], each["date_modified"],
            )
            for each in feed["items"]
        ]  # fmt: skip
    parsed: Any = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert {entry.title_detail.type for entry in parsed.entries} <= {"text/plain"}
    return [
        Told(
            entry.title, entry.link, entry.author, entry.content[0].value, [tag.term for tag in entry.get("tags", ())],
            entry.published, entry.updated,
        )
        for entry in parsed.entries
    ]  # fmt: skip


def _number(did: Do, of: str) -> str:
    return did("trade", f"{{ message({of.replace('message:', 'id:')}) {{ number }} }}")["number"]


def test_a_message_has_an_address_for_good_and_tells_its_audience_alone(did: Do, reader: Reader) -> None:
    public = _number(did, sent(did, everyone=True, goods=["8806"]))
    members = _number(did, sent(did, 'center: "CEE007"', title="Meeting"))
    page = reader.get(f"/messages/{public}")
    assert page.status_code == 200
    assert f"<h1>{public}: Drones</h1>" in page.text
    assert "<p>They are of heading <strong>8806</strong>.</p>" in page.text
    assert (page.headers["cache-control"], page.headers["vary"]) == ("public, max-age=60", "Authorization")
    assert reader.get(f"/messages/{public}", page.headers["etag"]).status_code == 304
    # what there is not, and what one may not read, are told alike
    hidden, none = reader.get(f"/messages/{members}"), reader.get("/messages/2026-9999")
    assert (hidden.status_code, hidden.text) == (none.status_code, none.text) == (404, none.text)
    read = reader.get(f"/messages/{members}", signed_in=True)
    assert (read.status_code, read.headers["cache-control"]) == (200, "private, max-age=60")
    assert "To: importers assigned to Electronics" in read.text
    listed = reader.get("/messages")
    assert (public in listed.text, members in listed.text) == (True, False)
    assert members in reader.get("/messages", signed_in=True).text


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_feeds_are_read_by_readers_of_feeds(kind: str, did: Do, reader: Reader) -> None:
    first = _number(did, sent(did, everyone=True, goods=["8806"], body="Of heading **8806**."))
    second = _number(did, sent(did, everyone=True, title="Rates"))
    members = _number(did, sent(did, 'center: "CEE007"', title="Meeting"))
    answer = reader.get(f"/messages/feed.{kind}")
    assert answer.headers["content-type"] == {"atom": "application/atom+xml", "json": "application/feed+json"}[kind]
    assert reader.get(f"/messages/feed.{kind}", answer.headers["etag"]).status_code == 304
    newest, oldest = _told(answer)
    assert (newest.title, oldest.title) == (f"{second}: Rates", f"{first}: Drones")
    assert (oldest.link, oldest.author) == (f"https://hub.example/messages/{first}", "Electronics")
    assert "<strong>8806</strong>" in oldest.html
    assert oldest.tags[0].startswith("goods: 8806")
    assert oldest.published == oldest.changed
    for query, wanted in (
        ("goods=8806", [first]), ("goods=88", [first]), ("goods=8525", []), ("words=rates", [second]),
        ("center=CEE007", [second, first]), ("center=CEE004", []), ("words=rates&goods=8806", []),
        ("audience=center%3DCEE007", []),
    ):  # fmt: skip
        told = _told(reader.get(f"/messages/feed.{kind}?{query}"))
        assert [entry.title[:9] for entry in told] == wanted, query
    of_audience = reader.get(f"/messages/feed.{kind}?audience=center%3DCEE007", signed_in=True)
    assert [entry.title[:9] for entry in _told(of_audience)] == [members]
    for strange in ("colour=red", "goods=electronics", f"words={'x' * 201}"):
        assert reader.get(f"/messages/feed.{kind}?{strange}").status_code == 400, strange
    assert reader.get(f"/messages/feed.{kind}", token="wrong").status_code == 401


def test_what_was_corrected_or_withdrawn_says_so(did: Do, reader: Reader) -> None:
    of = sent(did, everyone=True, body="An error.")
    draft = did("center-007", f"mutation {{ replaceMessage({of}, how: CORRECTS) {{ id }} }}")["id"]
    new = f'message: "{draft}"'
    did("colleague-007", f"mutation {{ approveMessage({new}) {{ id }} }}")
    did("center-007", f"mutation {{ publishMessage({new}) {{ id }} }}")
    before, after = _number(did, of), _number(did, new)
    assert f'was corrected by <a href="/messages/{after}">' in reader.get(f"/messages/{before}").text
    assert f'corrects <a href="/messages/{before}">' in reader.get(f"/messages/{after}").text
    did("center-007", f'mutation {{ withdrawMessage({new}, reason: "a <b>wrong</b> rate") {{ id }} }}')
    page = reader.get(f"/messages/{after}").text
    assert "Withdrawn: a &lt;b&gt;wrong&lt;/b&gt; rate" in page
    assert "An error." not in page
    newest, oldest = _told(reader.get("/messages/feed.atom"))
    assert "Withdrawn: a &lt;b&gt;wrong&lt;/b&gt; rate" in newest.html
    assert "Another message replaces this one." in oldest.html


def test_markup_in_a_title_and_in_a_body_is_text_everywhere(did: Do, reader: Reader) -> None:
    number = _number(did, sent(did, everyone=True, title=_MARKUP, body=_MARKUP))
    for address in (f"/messages/{number}", "/messages", f"/messages?words={'%3Cscript%3E'}"):
        page = reader.get(address)
        assert "<script" not in page.text
        assert "<b>" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    for kind in ("atom", "json"):
        (entry,) = _told(reader.get(f"/messages/feed.{kind}"))
        assert entry.title == f"{number}: {_MARKUP.replace(chr(27), '')}"
        assert "<script" not in entry.html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("# Title\n\n**bold**", "<h2>Title</h2>\n<p><strong>bold</strong></p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>\n"),
        ("![x](https://a.example)", '<p>!<a href="https://a.example" rel="noopener noreferrer">x</a></p>\n'),
        ("| a |\n|---|", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n"),
    ],
)  # fmt: skip
def test_a_body_becomes_html_that_runs_nothing_and_loads_nothing(body: str, html: str) -> None:
    assert body_html(body) == html
