"""A connector of one's own, as the manual says: address books over CardDAV, from the real Radicale."""

import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Self

import httpx2
import vobject
from pydantic import create_model

from connectors.contract import Page, StreamInfo, StreamRequest
from connectors.errors import AbortRun
from hub.local_neo4j.server import free_ports
from tests.bench.serving import wait_for
from tests.connectors.promises import Conformance, System


class CardDav:
    spec = create_model("Settings", url=(str, ...))

    def __init__(self, settings: Any) -> None:
        self._url = settings.url

    async def check(self) -> str:
        return f"{len(await self._cards())} cards at {self._url}"

    async def discover(self) -> Sequence[StreamInfo]:
        return [StreamInfo("cards", ("uid", "fn", "email"))]

    # a book is read as a whole
    async def read(self, stream: StreamRequest, cursor: str | None) -> AsyncIterator[Page]:  # noqa: ARG002
        cards = await self._cards()
        yield Page(
            [
                (f"card {card.uid.value}", {name: card.contents[name][0].value for name in card.contents})
                for card in cards
            ]
        )

    async def _cards(self) -> list[Any]:
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.get(self._url)
        if answer.status_code != 200:
            raise AbortRun(f"the address book answers {answer.status_code}")
        return list(vobject.readComponents(answer.text))


class _Radicale(System):
    def __enter__(self) -> Self:
        self._book = self.folder / "collection-root/sample/people"
        self._book.mkdir(parents=True)
        (self._book / ".Radicale.props").write_text('{"tag": "VADDRESSBOOK"}')
        self._url = f"http://127.0.0.1:{free_ports(1)[0]}/sample/people/"
        arguments = (
            "--server-hosts",
            self._url.split("/")[2],
            "--auth-type",
            "none",
            "--storage-filesystem-folder",
            str(self.folder),
        )
        self._process = subprocess.Popen([sys.executable, "-m", "radicale", *arguments], stderr=subprocess.DEVNULL)
        wait_for(self._url, self._process)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def connection(self) -> Mapping[str, Any]:
        properties = {"name": "fn", "role": {"value": "liaison"}, "email": {"column": "email", "verified": True}}
        return {
            "connector": f"{__name__}:CardDav",
            "settings": {"url": self._url},
            "from": "cards",
            "key": "uid",
            "properties": properties,
        }

    def lost(self) -> Mapping[str, Any]:
        return {"url": self._url.replace("people", "nobody")}

    def put(self, key: str, name: str, mail: str) -> None:
        card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{key}\r\nFN:{name}\r\nN:;{name};;;\r\nEMAIL:{mail}\r\nEND:VCARD\r\n"
        (self._book / f"{key}.vcf").write_bytes(card.encode())

    def delete(self, key: str) -> None:
        (self._book / f"{key}.vcf").unlink()

    def clear(self) -> None:
        for card in self._book.glob("*.vcf"):
            card.unlink()


class TestCardDav(Conformance):
    system = _Radicale
