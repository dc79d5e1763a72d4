"""`/attachments/ID`: the content of attachments, kept under its hash; who may see the attachment may have it."""

import asyncio
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from graph_schema.cypher import Statement
from hub.database.bookmarks import Bookmarks
from hub.database.disk import Room
from hub.database.graph import Graph, Run
from hub.errors import (
    BadInput,
    Conflict,
    HubError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooCostly,
    TooManyRequests,
    Unavailable,
)
from hub.identity.door import Door, refusal
from hub.limits.callers import caller
from hub.limits.rate_limits import BYTES, COST, REQUEST_COST
from hub.verbs.attachments import Announced, announced, stored
from hub.verbs.context import VerbContext
from hub.verbs.file_kinds import is_of, kind_of, why_not
from hub.viewer import Viewer
from hub.web.ask import Ask

_ARRIVES_S: Final = 120
_LEFT_S: Final = 600
"""What arrives is not written to for so long only if nobody writes it any more."""
_ROOM_S: Final = 30
_AGAIN_S: Final = 5
_STATUS: Final[Mapping[type[HubError], int]] = {
    NotSignedIn: 401, NotAllowed: 403, NotFound: 404, Conflict: 409, TooCostly: 413, BadInput: 422,
    TooManyRequests: 429,
    Unavailable: 503,
}  # fmt: skip
_QUESTION: Final = "query Q($id: String!) { attachment(id: $id) { name mediaType sha256 storedAt } }"
# a file is never shown as a page of the hub's
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Attachments:
    """Where contents are kept, and how it is found out who may have them."""

    folder: Path
    room: Room
    graph: Graph
    door: Door
    ask: Ask

    def sweep(self) -> None:
        """Removes what was still arriving when a process was killed."""
        for file in self.folder.glob("arriving-*"):
            with suppress(OSError):
                if time.time() - file.stat().st_mtime > _LEFT_S:
                    file.unlink()

    def routes(self) -> list[Route]:
        """`/attachments/ID` for GET and PUT; every error is answered in JSON."""
        return [Route("/attachments/{id}", self._answered, methods=["GET", "PUT"])]

    async def _answered(self, request: Request) -> Response:
        who = self.door.address(request.scope)
        try:
            viewer = await self.door.viewer(request.headers.get("authorization"), who)
            who = caller(viewer, who.key)
            self.door.shares.budgets.take(COST, who, REQUEST_COST)
            return await (self._put if request.method == "PUT" else self._get)(request, viewer)
        except HubError as error:
            held = await self.door.hold(who) if isinstance(error, TooManyRequests) else {}
            return refusal(error, next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500), held)

    async def _get(self, request: Request, viewer: Viewer) -> Response:
        answer = await self.ask(_QUESTION, viewer, {"id": request.path_params["id"]})
        if "errors" in answer:
            error = answer["errors"][0]
            raise Unavailable(error["message"], error["extensions"].get("retryAfterS", _AGAIN_S))
        attachment = answer["data"]["attachment"]
        path = self._path(attachment["sha256"]) if attachment and attachment["storedAt"] else None
        if path is None or not path.exists():
            raise NotFound(f"there is no attachment {request.path_params['id']} to be seen")
        name = f"attachment; filename*=UTF-8''{quote(attachment['name'], safe='')}"
        headers = {**_HEADERS, "Content-Disposition": name}
        return FileResponse(path, media_type=attachment["mediaType"], headers=headers)

    async def _read(self, statement: Statement) -> list[list[Any]]:
        return await self.graph.read(statement.text, statement.parameters)

    async def _put(self, request: Request, viewer: Viewer) -> Response:
        if not viewer.account:
            raise NotSignedIn("sign in to send an attachment")
        name, who = request.path_params["id"], caller(viewer, "")
        # by a read, for who brings what there is not takes nobody's turn to write
        file = await announced(VerbContext(self._read, viewer.account, datetime.now(UTC), None), name)
        self.door.shares.budgets.take(BYTES, who, file.size)
        with self.room.promised("attachments", file.size):
            try:
                await self._keep(request, file)
            except (_Other, TooCostly):
                if file.stored:
                    raise Conflict("other content has arrived already; announce this with attachToCase") from None
                raise
        content = {"id": name, "size": file.size, "sha256": file.sha256}
        if file.stored:  # whoever did not hear the answer sends it again
            return JSONResponse(content)

        async def store(run: Run) -> None:
            await stored(VerbContext(run, viewer.account, datetime.now(UTC), None), name)

        await self.graph.transact(store, bookmarks=Bookmarks(caller=who))
        return JSONResponse(content, 201)

    async def _keep(self, request: Request, file: Announced) -> None:
        """Puts the body under its hash, if it is what was announced. Raises `BadInput`, `TooCostly` or
        `Unavailable`.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, arriving = tempfile.mkstemp(prefix="arriving-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as opened:
                digest, size = hashlib.sha256(), 0
                async with asyncio.timeout(_ARRIVES_S):
                    async for chunk in request.stream():
                        size += len(chunk)
                        if size > file.size:
                            raise TooCostly(f"more than the {file.size:,} bytes that were announced arrived")
                        digest.update(chunk)
                        opened.write(chunk)
                await asyncio.to_thread(_to_disk, opened)
            if size != file.size or digest.hexdigest() != file.sha256:
                raise _Other(
                    f"{size:,} bytes with the SHA-256 {digest.hexdigest()} arrived; announced were {file.size:,} with"
                    f" {file.sha256}"
                )
            kind = kind_of(file.media_type)
            if not await asyncio.to_thread(is_of, Path(arriving), kind):
                raise BadInput(await asyncio.to_thread(why_not, Path(arriving), kind))
            await asyncio.to_thread(self._put_in_place, Path(arriving), file.sha256)
        except TimeoutError:
            raise BadInput(f"the content did not arrive within {_ARRIVES_S} s") from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise Unavailable("the disk of attachments is full: try again once there is room", _ROOM_S) from None
        finally:
            await asyncio.to_thread(Path(arriving).unlink, missing_ok=True)

    def _put_in_place(self, arrived: Path, sha256: str) -> None:
        target = self._path(sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        arrived.replace(target)

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


class _Other(BadInput):
    """What arrived is not what was announced."""


def _to_disk(opened: IO[bytes]) -> None:
    opened.flush()
    os.fsync(opened.fileno())
