"""Files dropped into a folder, here or on an SFTP server: CSV or XLSX, the newest that fits a pattern, each the whole of its stream.

asyncssh speaks SFTP because it is alive, asynchronous and has a server of its own to test against; openpyxl reads XLSX row by row.
"""

import asyncio
import csv
import hashlib
import stat
import tempfile
import time
import zipfile
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

import asyncssh
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.contract import Broken, Offer, Page, Wanted
from connectors.errors import AbortRun, RetryLater, StartOver

_PAGE: Final = 500
_CELL: Final = 1_000_000
_UNPACKED: Final = 4 << 30
_TIMEOUT_S: Final = 20
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


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


class _Options(BaseModel):
    """What a stream may say beside the pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    encoding: str | None = None
    """Of a CSV file; without it, what its first bytes tell, else UTF-8."""
    delimiter: str = ","
    """What stands between two cells of a CSV file."""
    sheet: str | None = None
    """The sheet of an XLSX file; the first, if not said."""
    headers: Mapping[str, str] = {}
    """Other names for columns: as the file has it, then as it is called from here on."""


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    modified: float


class FileDrop:
    """A folder of files."""

    spec: ClassVar[type[BaseModel]] = FileSettings

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings

    async def check(self) -> str:
        async with self._folder() as folder:
            return f"{len(await folder.list())} files in {_plain(self._settings.folder)}"

    async def discover(self) -> Sequence[Offer]:
        offers: list[Offer] = []
        async with self._folder() as folder:
            for found in await folder.list():
                if found.name.lower().endswith((".csv", ".xlsx")):
                    async with folder.fetched(found.name) as path:
                        rows = _rows(path, found.name, _Options())
                        offers.append(Offer(found.name, next(rows)))
        return offers

    async def read(self, stream: Wanted, cursor: str | None) -> AsyncGenerator[Page]:
        options = _Options.model_validate(stream.options)
        async with self._folder() as folder:
            fitting = [found for found in await folder.list() if fnmatchcase(found.name, stream.source)]
            if not fitting:
                raise RetryLater(f"no file in {_plain(self._settings.folder)} fits {stream.source}", 300)
            newest = max(fitting, key=lambda found: (found.modified, found.name))
            if time.time() - newest.modified < self._settings.quiet_s:
                raise RetryLater(f"{newest.name} is still being written to", self._settings.quiet_s)
            async with folder.fetched(newest.name) as path:
                version = _version(path)
                if cursor == version:
                    return
                if cursor is not None:
                    raise StartOver(f"{newest.name} is another file than the last")
                for page in _pages(path, newest.name, options):
                    yield page
                    await asyncio.sleep(0)
                yield Page((), cursor=version)

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
        return [_Found(path.name, path.stat().st_mtime) for path in sorted(self._path.iterdir()) if path.is_file()]

    @asynccontextmanager
    async def fetched(self, name: str) -> AsyncGenerator[Path]:
        yield self._path / name


class _Remote:
    """A folder of an SFTP server. Its files are fetched into a temporary one first."""

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._parts = urlsplit(settings.folder)
        self._folder = PurePosixPath(unquote(self._parts.path) or ".")

    async def __aenter__(self) -> "_Remote":
        settings, parts = self._settings, self._parts
        if settings.host_key is None:
            raise AbortRun("host_key is missing: an SFTP server whose key is not known may be anybody; `ssh-keyscan HOST` prints it")
        try:
            known = asyncssh.import_known_hosts("\n".join(f"* {_key_part(line)}" for line in settings.host_key.strip().splitlines()))
            keys = [asyncssh.import_private_key(settings.private_key.get_secret_value())] if settings.private_key else None
        except (ValueError, asyncssh.KeyImportError):
            raise AbortRun("host_key or private_key is no key: expected e.g. `ssh-ed25519 AAAA…`, and an OpenSSH private key") from None
        try:
            self._connection = await asyncssh.connect(
                parts.hostname or "", parts.port or 22, username=unquote(parts.username or ""), known_hosts=known, client_keys=keys,
                password=settings.password.get_secret_value() if settings.password else None, config=None, agent_path=None,
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
        try:
            entries = await self._sftp.readdir(str(self._folder))
        except asyncssh.SFTPNoSuchFile:
            raise AbortRun(f"{_plain(self._settings.folder)} is no folder") from None
        except (OSError, asyncssh.Error) as error:
            raise RetryLater(f"the listing ended ({type(error).__name__})") from None
        files = [entry for entry in entries if entry.attrs.permissions is None or stat.S_ISREG(entry.attrs.permissions)]
        return sorted((_Found(str(entry.filename), float(entry.attrs.mtime or 0)) for entry in files), key=lambda found: found.name)

    @asynccontextmanager
    async def fetched(self, name: str) -> AsyncGenerator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "fetched"
            try:
                await self._sftp.get(str(self._folder / name), str(path))
            except (OSError, asyncssh.Error) as error:
                raise RetryLater(f"{name} could not be fetched ({type(error).__name__})") from None
            yield path


def _version(path: Path) -> str:
    """Stands for a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _pages(path: Path, name: str, options: _Options) -> Iterator[Page]:
    rows = _rows(path, name, options)
    header = [options.headers.get(found, found) for found in next(rows)]
    if len(set(header)) < len(header):
        raise AbortRun(f"{name}: its header names a column twice")
    good: list[tuple[str, dict[str, Any]]] = []
    broken: list[Broken] = []
    for place, cells in rows:
        if len(cells) == len(header):
            good.append((place, dict(zip(header, cells, strict=True))))
        else:
            broken.append(Broken(place, f"it has {len(cells)} cells, the header {len(header)}"))
        if len(good) + len(broken) >= _PAGE:
            yield Page(good, broken=broken)
            good, broken = [], []
    yield Page(good, broken=broken)


def _rows(path: Path, name: str, options: _Options) -> Iterator[Any]:
    """The header's cells, then each row's place and cells."""
    return _of_workbook(path, name, options) if name.lower().endswith(".xlsx") else _of_text(path, name, options)


def _of_text(path: Path, name: str, options: _Options) -> Iterator[Any]:
    with path.open("rb") as file:
        start = file.read(4)
    encoding = next((known for bom, known in _BOMS if start.startswith(bom)), options.encoding or "utf-8")
    csv.field_size_limit(_CELL)
    line = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=options.delimiter, strict=True)
            header = next(reader, None)
            if header is None:
                raise AbortRun(f"{name} is empty: it has not even a header")
            yield [" ".join(cell.split()) for cell in header]
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield f"line {line}", cells
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise AbortRun(f"{name} is not {error.encoding}: say `encoding` at the stream, e.g. `encoding: cp1252`") from None
    except LookupError:
        raise AbortRun(f"encoding: {encoding} is none that is known") from None
    except csv.Error as error:
        raise AbortRun(f"{name} cannot be read around line {line}: {error}; is a quote not closed, or not doubled within a cell?") from None


def _of_workbook(path: Path, name: str, options: _Options) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(found.file_size for found in packed.infolist()) > _UNPACKED:
                raise AbortRun(f"{name} would unpack to more than {_UNPACKED >> 30} GiB")
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            if options.sheet and options.sheet not in book.sheetnames:
                raise AbortRun(f"{name} has no sheet {options.sheet}; it has {', '.join(book.sheetnames)}")
            sheet = book[options.sheet] if options.sheet else book.worksheets[0]
            rows = sheet.iter_rows(values_only=True)
            header = [" ".join(str(cell or "").split()) for cell in next(rows, ())]
            while header and not header[-1]:
                header.pop()
            yield header
            for number, cells in enumerate(rows, 2):
                if any(cell is not None for cell in cells):
                    filled = [*cells, *[None] * (len(header) - len(cells))]
                    extra = any(cell is not None for cell in filled[len(header) :])
                    yield f"row {number}", filled if extra else filled[: len(header)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError) as error:
        raise AbortRun(f"{name} is no workbook: {type(error).__name__}") from None


def _key_part(line: str) -> str:
    """The type and key of a line of ssh-keyscan or known_hosts, or of a public key file."""
    words = line.split()
    at = next((index for index, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), 0)
    return " ".join(words[at : at + 2])


def _plain(url: str) -> str:
    """The folder without its user."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.path}" if parts.scheme == "sftp" else url
