"""What `hub connectors new` writes: a connection's file to fill in; for a system of another kind also a connector, and its test."""

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
    "file": "\n  folder: sftp://hub@files.example/outgoing\n  private_key: {file: sftp-key}\n  host_key: ssh-ed25519 AAAA…\n",
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
_OWN_CODE: Final = '''"""A connector to {name}: reads its rows, and nothing else; what they mean stands in {name}.yaml."""

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

import httpx2
from pydantic import BaseModel, SecretStr

from connectors.contract import Offer, Page, Wanted
from connectors.errors import AbortRun, RetryLater


class Settings(BaseModel):
    url: str
    token: SecretStr | None = None


class {class_name}:
    spec: ClassVar[type[BaseModel]] = Settings

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def check(self) -> str:
        await self._rows("contacts")
        return self._settings.url

    async def discover(self) -> Sequence[Offer]:
        return [Offer("contacts", list((await self._rows("contacts"))[0]))]

    async def read(self, stream: Wanted, cursor: str | None) -> AsyncIterator[Page]:
        rows = await self._rows(stream.source)
        yield Page([(f"row {{number}}", row) for number, row in enumerate(rows, 1)])

    async def _rows(self, what: str) -> list[dict[str, str]]:
        try:
            async with httpx2.AsyncClient(timeout=30) as client:
                answer = await client.get(f"{{self._settings.url}}/{{what}}")
        except httpx2.TransportError as error:
            raise RetryLater(f"it does not answer ({{type(error).__name__}})") from None
        if answer.status_code != 200:
            raise AbortRun(f"it answers {{answer.status_code}}")
        return answer.json()
'''
_OWN_TEST: Final = '''"""{name} keeps what every connector promises: start its real server here, and say how its rows are changed."""

from tests.connectors.conformance import Conformance, System


class TheSystem(System):
    """Fill in: start the server; each method changes what it gives."""


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
    source, options = _SOURCES.get(connector, ("contacts", ""))
    head = _HEAD.format(
        name=name,
        connector=f"{module}_connector:{class_name}" if own else connector,
        settings=_SETTINGS.get(connector, "\n  url: https://system.example\n"),
    )
    files = {folder / f"{name}.yaml": head + _STREAMS.format(name=name, source=source, options=options)}
    if own:
        files[Path(f"{module}_connector.py")] = _OWN_CODE.format(name=name, class_name=class_name)
        files[Path(f"test_{module}_connector.py")] = _OWN_TEST.format(name=name, class_name=class_name)
    for path in files:
        if path.exists():
            raise SetupError(f"{path} is there already: choose another name, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text)
        yield path
