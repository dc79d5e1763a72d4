"""Files dropped into a folder, here or on an SFTP server: lists, the newest that fits a pattern, each the whole of its
stream.

asyncssh speaks SFTP because it is alive, asynchronous and has a server of its own to test against.
"""

import asyncio
import codecs
import hashlib
import os
import posixpath
import stat
import tempfile
import time
import unicodedata
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

import asyncssh
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from connectors.contract import Page, StreamInfo, StreamRequest
from connectors.errors import AbortRun, ConnectorError, RetryLater, StartOver
from connectors.systems import separated
from connectors.systems.beside import copies_among, is_for_people, is_left
from connectors.systems.table import OLE, ZIP, Layout, Table, layout_of

_TIMEOUT_S: Final = 20
_LISTED: Final = 50
"""Of so many files the columns are listed."""
_DIRECTORY: Final = 2
"""The kind of a folder as SFTP numbers it; servers that do not say the kind give another."""
_DELIMITERS: Final = {
    **dict.fromkeys(("tab", "tabs", "\\t", "tabulator"), "\t"), "comma": ",",
    **dict.fromkeys(("semicolon", "semi-colon", "semi colon"), ";"), "colon": ":", "caret": "^", "tilde": "~",
    **dict.fromkeys(("pipe", "bar", "vertical bar"), "|"),
}  # fmt: skip
_ENCODINGS: Final = {
    **dict.fromkeys(("ansi", "windows", "western european (windows)", "windows ansi"), "cp1252"),
    **dict.fromkeys(("unicode", "ucs-2", "ucs2", "utf-16 with bom"), "utf-16"), "ebcdic": "cp037",
    **dict.fromkeys(("utf-8 bom", "utf8-bom", "utf-8-bom", "utf-8 with bom", "csv utf-8"), "utf-8-sig"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "mac"), "mac-roman"),
}  # fmt: skip
"""Encodings as office programs call them in their windows."""


class FileSettings(BaseModel):
    """Where the files are."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    folder: str
    """A path, or `sftp://user@host:port/path`."""
    password: SecretStr | None = None
    """Of the user of an SFTP server."""
    private_key: SecretStr | None = None
    """Instead of a password."""
    host_key: str | None = None
    """The public key of an SFTP server, as ssh-keyscan prints it."""
    quiet_s: float = Field(5, ge=0)
    """A file that was written to within so many seconds is not read yet."""


class FileOptions(BaseModel):
    """What a stream may say beside the pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    encoding: str | None = None
    """Of a CSV file; without it, what its first bytes tell, else UTF-8."""
    delimiter: str = ","
    """What stands between two cells of a CSV file."""
    sheet: str | None = None
    """The sheet of a workbook; if not said, the first that is not hidden and has the list, and others that have such a
    list are told.
    """
    header_row: tuple[Annotated[int, Field(ge=1, le=50)], ...] = ()
    """The row of the header, counted from 1, or several rows that are one header; found by itself, if not said."""
    headers: Mapping[str, str] = {}
    """Other names for columns: as the file has it, then as it is called from here on."""

    @field_validator("header_row", mode="before")
    @classmethod
    def _one_row_or_several(cls, raw: Any) -> Any:
        return (raw,) if isinstance(raw, int | str) else raw

    @field_validator("header_row")
    @classmethod
    def _rows_in_order(cls, rows: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(rows)))

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str) -> str:
        delimiter = _DELIMITERS.get(delimiter.casefold(), delimiter)
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise ValueError('one character between the cells, e.g. ";" or "|", or a word: comma, semicolon, tab, pipe')
        return delimiter

    @field_validator("encoding")
    @classmethod
    def _of_text(cls, encoding: str | None) -> str | None:
        encoding = _ENCODINGS.get(encoding.strip().casefold(), encoding) if encoding else encoding
        try:
            "".encode(encoding or "utf-8")
            b"".decode(encoding or "utf-8")
            codecs.lookup(encoding or "utf-8")
        except LookupError:
            raise ValueError(
                f"{encoding!r} is no encoding of text; expected e.g. utf-8, cp1252, utf-16-le or mac-roman"
            ) from None
        return encoding

    def layout(self, stream: StreamRequest | None = None) -> Layout:
        """Where the header is, and which columns are needed."""
        return layout_of(stream, self.header_row, self.headers) if stream else Layout(headers=self.headers)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file: its name, when it was written to, its size, and the server's own spelling of the name."""

    name: str
    modified: float
    raw: bytes = b""
    size: int = 0


class FileDrop:
    """A folder of files."""

    spec: ClassVar[type[BaseModel]] = FileSettings
    options: ClassVar[type[BaseModel]] = FileOptions

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings

    async def check(self) -> str:
        """How many files there are, and in which folder. Raises `RetryLater` or `AbortRun`."""
        async with self._folder() as folder:
            files = [file for file in await folder.list() if not is_left(file.name)]
        more = f", of which the newest {_LISTED} are listed" if len(files) > _LISTED else ""
        return f"{len(files)} file{'s' if len(files) != 1 else ''} in {_plain(self._settings.folder)}{more}"

    async def discover(self) -> Sequence[StreamInfo]:
        """Each of the fifty newest files with its columns, or a note why it cannot be read. Raises `RetryLater` or
        `AbortRun`.
        """
        offers: list[StreamInfo] = []
        async with self._folder() as folder:
            files = [file for file in await folder.list() if not is_left(file.name)]
            newest = sorted(files, key=lambda file: -file.modified)[:_LISTED]
            for file in sorted(newest, key=lambda file: file.name):
                try:
                    async with folder.fetched(file) as path:
                        offers.append(_offer(path, file.name))
                except (ConnectorError, OSError) as error:
                    offers.append(StreamInfo(file.name, (), f"it cannot be read: {error}"))
        return offers

    async def read(self, stream: StreamRequest, cursor: str | None) -> AsyncGenerator[Page]:
        """The rows of the newest file that fits. A file that was read before gives none.

        Raises `StartOver` where another file was read before, `RetryLater` where none fits or one is still being
        written to, and `AbortRun`.
        """
        options = FileOptions.model_validate(stream.options)
        pattern = unicodedata.normalize("NFC", stream.source)
        if "/" in pattern or "\\" in pattern:
            raise AbortRun(
                f"from: {pattern} names a folder; say the folder in `settings`, and here only the file, e.g."
                " people*.csv"
            )
        async with self._folder() as folder:
            files = await folder.list()
            fitting = [file for file in files if _fits(file.name, pattern) and not is_left(file.name, pattern)]
            if not fitting:
                there = ", ".join(file.name for file in files[:5] if not is_left(file.name)) or "none"
                raise RetryLater(f"no file in {_plain(self._settings.folder)} fits {pattern}; there are: {there}", 300)
            newest, notes = _newest(
                [file for file in fitting if not is_for_people(file.name, pattern)] or fitting, pattern
            )
            await self._require_quiet(folder, newest)
            async with folder.fetched(newest) as path:
                version = _version(path, newest.name)
                if cursor == version:
                    yield Page((), notes=notes)
                    return
                if cursor is not None:
                    raise StartOver(f"{newest.name} is another file than the last")
                with _table_of(path, newest.name, options, options.layout(stream)) as table:
                    for page in table.pages():
                        yield replace(page, notes=(*notes, *page.notes))
                        notes = ()
                        await asyncio.sleep(0)
                yield Page((), cursor=version)

    async def _require_quiet(self, folder: "_Local | _Remote", file: _Found) -> None:
        """Raises `RetryLater` for a file that is still being written to.

        A server's clock may be ahead of this machine's: what was written to in the future is looked at twice.
        """
        age_s = time.time() - file.modified
        if 0 <= age_s < self._settings.quiet_s:
            raise RetryLater(f"{file.name} is still being written to", self._settings.quiet_s)
        if age_s < 0 and self._settings.quiet_s:
            await asyncio.sleep(min(self._settings.quiet_s, _TIMEOUT_S))
            if file not in await folder.list():
                raise RetryLater(f"{file.name} is still being written to", self._settings.quiet_s)

    def _folder(self) -> "_Local | _Remote":
        parts = urlsplit(self._settings.folder)
        return _Remote(self._settings) if parts.scheme == "sftp" else _Local(Path(self._settings.folder))


class _Local:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._path = folder

    async def __aenter__(self) -> "_Local":
        if not self._path.is_dir():
            raise AbortRun(f"{self._path} is no folder")
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def list(self) -> list[_Found]:
        files = list[_Found]()
        try:
            paths = sorted(self._path.iterdir())
        except OSError as error:
            raise AbortRun(f"{self._path} cannot be listed ({error.strerror})") from None
        for path in paths:
            with suppress(OSError):  # a link to nowhere, or gone meanwhile
                if path.is_file():
                    status = path.stat()
                    files.append(
                        _Found(unicodedata.normalize("NFC", path.name), status.st_mtime, bytes(path), status.st_size)
                    )
        return files

    @asynccontextmanager
    async def fetched(self, file: _Found) -> AsyncGenerator[Path]:
        yield Path(os.fsdecode(file.raw))


class _Remote:
    """A folder of an SFTP server. Its files are fetched into a temporary one first."""

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._parts = urlsplit(settings.folder)
        self._folder = PurePosixPath(unquote(self._parts.path) or ".")

    async def __aenter__(self) -> "_Remote":
        settings, parts = self._settings, self._parts
        if settings.host_key is None:
            raise AbortRun(
                "host_key is missing: an SFTP server whose key is not known may be anybody; `ssh-keyscan HOST`"
                " prints it"
            )
        try:
            known = asyncssh.import_known_hosts(
                "\n".join(f"* {_key_part(line)}" for line in settings.host_key.strip().splitlines())
            )
            keys = (
                [asyncssh.import_private_key(settings.private_key.get_secret_value())] if settings.private_key else None
            )
        except (ValueError, asyncssh.KeyImportError):
            raise AbortRun(
                "host_key or private_key is no key: expected e.g. `ssh-ed25519 AAAA…`, and an OpenSSH private key"
            ) from None
        try:
            self._connection = await asyncssh.connect(
                parts.hostname or "", parts.port or 22, username=unquote(parts.username or ""), known_hosts=known,
                client_keys=keys,
                password=settings.password.get_secret_value() if settings.password else None, config=None,
                agent_path=None,
                connect_timeout=_TIMEOUT_S, keepalive_interval=_TIMEOUT_S,
            )  # fmt: skip
            self._sftp = await self._connection.start_sftp_client()
        except asyncssh.HostKeyNotVerifiable:
            raise AbortRun(f"{parts.hostname} shows another host key than host_key says") from None
        except asyncssh.PermissionDenied:
            raise AbortRun(f"{parts.hostname} refuses the user, the password or the key") from None
        except (OSError, asyncssh.Error) as error:
            raise RetryLater(f"{parts.hostname} does not answer ({type(error).__name__})") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()
        await self._connection.wait_closed()

    async def list(self) -> list[_Found]:
        folder = str(self._folder).encode()
        files = list[_Found]()
        try:
            # as bytes: not all servers write names in UTF-8
            for entry in await self._sftp.readdir(folder):
                raw = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
                attrs = entry.attrs
                # servers of Windows say what may be done with it, but not that it is a file
                if stat.S_IFMT(attrs.permissions or 0) in (0, stat.S_IFLNK):
                    try:
                        attrs = await self._sftp.stat(posixpath.join(folder, raw))
                    except asyncssh.SFTPError:
                        continue  # a link to nowhere
                if (
                    stat.S_IFMT(attrs.permissions or 0) in (0, stat.S_IFREG)
                    and attrs.type != _DIRECTORY
                    and not _is_folder(entry)
                ):
                    name = unicodedata.normalize("NFC", raw.decode(errors="replace"))
                    files.append(_Found(name, float(attrs.mtime or 0), posixpath.join(folder, raw), attrs.size or 0))
        except asyncssh.SFTPNoSuchFile:
            raise AbortRun(f"{_plain(self._settings.folder)} is no folder") from None
        except (OSError, asyncssh.Error) as error:
            raise RetryLater(f"the listing ended ({type(error).__name__})") from None
        return sorted(files, key=lambda file: file.name)

    @asynccontextmanager
    async def fetched(self, file: _Found) -> AsyncGenerator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fetched"
            try:
                await self._sftp.get(file.raw, str(path), follow_symlinks=True)
                now = await self._sftp.stat(file.raw)
            except (OSError, asyncssh.Error) as error:
                raise RetryLater(f"{file.name} could not be fetched ({type(error).__name__})") from None
            # a server whose clock is behind shows as old what is being written to
            if _differ(now.mtime, file.modified) or _differ(now.size, file.size):
                raise RetryLater(f"{file.name} is still being written to")
            yield path


def _version(path: Path, name: str) -> str:
    """Stands for a file's content. Raises `RetryLater` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError as error:
        raise RetryLater(f"{name} cannot be read ({error.strerror})", 300) from None


@contextmanager
def _table_of(path: Path, name: str, options: FileOptions, layout: Layout) -> Generator[Table]:
    """The list in a file, by what its first bytes say it is. Raises `AbortRun`."""
    if _is_workbook(path):
        from connectors.systems import workbook  # noqa: PLC0415 - a tenth of a second, for who has one

        with workbook.table_of(path, name, layout, options.sheet) as table:
            yield table
    else:
        yield separated.table_of(path, name, layout, options.encoding, options.delimiter)


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith((ZIP, OLE))


def _differ(now: float | None, before: float) -> bool:
    """Whether two numbers differ that a server told; some tell none."""
    return bool(now and before) and now != before


def _is_folder(entry: asyncssh.SFTPName) -> bool:
    """Whether its line in a listing says so, as that of a server may that says it nowhere else."""
    line = entry.longname or b""
    return (line if isinstance(line, bytes) else line.encode()).startswith(b"d")


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern, or is it to the letter: brackets may stand in both."""
    return name == pattern or fnmatchcase(name, pattern)


def _newest(files: Sequence[_Found], pattern: str) -> tuple[_Found, tuple[str, ...]]:
    """The newest of the files that is no copy of another, and what is to be told of newer copies."""
    copies = copies_among((file.name for file in files), pattern)
    newest = max((file for file in files if file.name not in copies), key=lambda file: (file.modified, file.name))
    newer = [file.name for file in files if file.name in copies and file.modified > newest.modified]
    notes = (
        f"{name} is newer than {newest.name}, and taken for a copy of {copies[name]}: it was not read" for name in newer
    )
    return newest, tuple(notes)


def _sheets_of(path: Path, name: str) -> str:
    from connectors.systems import workbook  # noqa: PLC0415 - as above

    return f"sheets: {workbook.sheets_of(path, name)}"


def _offer(path: Path, name: str) -> StreamInfo:
    """What a file has, or why it cannot be told: another file's fault hides none of the others."""
    try:
        sheets = _sheets_of(path, name) if _is_workbook(path) else ""
        with _table_of(path, name, FileOptions(), FileOptions().layout()) as table:
            return StreamInfo(name, table.header.columns, sheets)
    except AbortRun as error:
        return StreamInfo(name, (), str(error))


def _key_part(line: str) -> str:
    """The type and key of a line of ssh-keyscan or known_hosts, or of a public key file."""
    words = line.split()
    at = next((index for index, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), 0)
    return " ".join(words[at : at + 2])


def _plain(url: str) -> str:
    """The folder without its user."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.path}" if parts.scheme == "sftp" else url
