"""What `hub connectors new` writes: a connection's file to fill in; for a system of another kind also a connector,
and its test.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hub.errors import SetupError

_STREAMS: Final = """
# what each column means; `hub connectors check {name}` lists the columns there are
streams:
  contacts:
    describes: Contact
    from: {source}
    key: id{options}
    properties:
      name: {{join: [first_name, last_name]}}
      role: {{column: title, codes: {{Import Specialist: import_specialist}}, default: liaison}}
      email: {{column: [mail, e_mail], verified: true}}
      phone: {{column: phone, region: US}}
      published: {{column: public, default: "no"}}
    links:
      COVERS: {{HtsChapter: {{column: chapters, split: ";"}}}}
"""
_HEAD: Final = """# Connection {name}. Secrets never stand here: write {{env: VARIABLE}} or {{file: NAME}} instead.
connector: {connector}
# the one party it speaks for: what it says beyond that grants nothing
party: {{Agency: FDA}}
schedule: every 15 minutes
settings:{settings}"""
_SETTINGS: Final = {
    "file": (
        "\n  folder: sftp://hub@files.example/outgoing\n  private_key: {file: sftp-key}\n  host_key: ssh-ed25519"
        " AAAA…\n"
    ),
    "sql": "\n  url: postgresql+psycopg://reader@db.example/staff\n  password: {env: STAFF_PASSWORD}\n",
    "graphql": "\n  url: https://api.agency.example/graphql\n  token: {env: AGENCY_TOKEN}\n",
}
_QUERY: Final = (
    '"query ($first: Int, $after: String, $since: String) { contacts(first: $first, after: $after, since: $since) '
    '{ nodes { id first_name last_name title mail phone } deleted cursor pageInfo { hasNextPage endCursor } } }"'
)
_SOURCES: Final = {
    "file": ("contacts*.csv", ""),
    "sql": ("SELECT * FROM contacts", "\n    cursor: changed_at"),
    "graphql": (_QUERY, "\n    at: contacts"),
}
_OWN_CODE: Final = '''"""A connector to {name}: it reads rows, and {name}.yaml says what they mean."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

import httpx2
from pydantic import BaseModel, SecretStr

from connectors.contract import StreamInfo, Page, StreamRequest
from connectors.errors import AbortRun, RetryLater


class Settings(BaseModel):
    url: str
    token: SecretStr | None = None


class {class_name}:
    contract: ClassVar[int] = 1
    spec: ClassVar[type[BaseModel]] = Settings

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def check(self) -> str:
        rows = await self._rows("contacts")
        return f"{{len(rows)}} contacts at {{self._settings.url}}"

    async def discover(self) -> Sequence[StreamInfo]:
        rows = await self._rows("contacts")
        return [StreamInfo("contacts", list(rows[0]) if rows else [])]

    async def read(self, stream: StreamRequest, cursor: str | None) -> AsyncIterator[Page]:
        # all rows each time: what is not among them is gone
        rows = await self._rows(stream.source)
        yield Page([(f"row {{number}}", row) for number, row in enumerate(rows, 1)])

    async def _rows(self, what: str) -> list[dict[str, Any]]:
        token = self._settings.token
        headers = {{"authorization": f"Bearer {{token.get_secret_value()}}"}} if token else {{}}
        try:
            async with httpx2.AsyncClient(timeout=30, headers=headers) as client:
                answer = await client.get(f"{{self._settings.url}}/{{what}}")
        except httpx2.TransportError as error:
            raise RetryLater(f"{{self._settings.url}} does not answer ({{type(error).__name__}})") from None
        if answer.status_code in (429, 502, 503, 504):
            raise RetryLater(f"{{self._settings.url}} answers {{answer.status_code}}")
        if answer.status_code != 200:
            raise AbortRun(f"{{self._settings.url}}/{{what}} answers {{answer.status_code}}")
        try:
            rows = answer.json()
        except ValueError:
            raise AbortRun(f"{{self._settings.url}}/{{what}} answers something that is not JSON") from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise AbortRun(f"{{self._settings.url}}/{{what}} answers something other than a list of rows")
        return rows
'''
_OWN_TEST: Final = '''"""{name} keeps what every connector promises. Run it by `pytest {test}`.

`TheSystem` is a little server that answers as {module}_connector.py asks.
Put your system's own in its place, as soon as you can.
"""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from connectors.conformance import Conformance, System

TOKEN = "a-token-of-this-test"


class TheSystem(System):
    def __enter__(self) -> Self:
        self.people: dict[str, dict[str, str]] = {{}}
        people = self.people

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.headers["authorization"] == f"Bearer {{TOKEN}}" and self.path == "/contacts"
                body = json.dumps(list(people.values())).encode() if known else b""
                self.send_response(200 if known else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connection(self) -> Mapping[str, Any]:
        return {{
            "connector": "{module}_connector:{class_name}",
            "settings": {{"url": f"http://127.0.0.1:{{self._server.server_port}}", "token": TOKEN}},
            "from": "contacts",
            "key": "id",
            "properties": {{"name": "name", "role": {{"value": "liaison"}},
                           "email": {{"column": "mail", "verified": True}}}},
        }}

    def put(self, key: str, name: str, mail: str) -> None:
        self.people[key] = {{"id": key, "name": name, "mail": mail}}

    def delete(self, key: str) -> None:
        del self.people[key]

    def clear(self) -> None:
        self.people.clear()

    def lost(self) -> Mapping[str, Any]:
        return {{"url": f"http://127.0.0.1:{{self._server.server_port}}/nowhere", "token": TOKEN}}

    def secrets(self) -> list[str]:
        return [TOKEN]


class Test{class_name}(Conformance):
    system = TheSystem
'''


def write_skeleton(name: str, connector: str, folder: Path) -> Iterator[Path]:
    """The files written, none over one that is there. Raises `SetupError`."""
    own = connector == "own"
    if not own and connector not in _SETTINGS:
        raise SetupError(f"--connector {connector}: expected one of {', '.join(_SETTINGS)}, own")
    module = name.replace("-", "_")
    class_name = "".join(word.capitalize() for word in name.split("-"))
    if re.search(rf"\b{class_name}\b", _OWN_CODE + _OWN_TEST):
        class_name += "Connector"  # what is written has another of that name
    source, options = _SOURCES.get(connector, ("contacts", ""))
    head = _HEAD.format(
        name=name,
        connector=f"{module}_connector:{class_name}" if own else connector,
        settings=_SETTINGS.get(connector, "\n  url: https://system.example\n"),
    )
    files = {folder / f"{name}.yaml": head + _STREAMS.format(name=name, source=source, options=options)}
    if own:
        test = f"test_{module}_connector.py"
        files[Path(f"{module}_connector.py")] = _OWN_CODE.format(name=name, class_name=class_name)
        files[Path(test)] = _OWN_TEST.format(name=name, class_name=class_name, module=module, test=test)
    for path in files:
        if path.exists():
            raise SetupError(f"{path} is there already: choose another name, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text)
        yield path
