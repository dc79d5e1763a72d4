"""The kinds of files that are taken, what a file of each is by its content, and which names they may have. Pure but
for reading the file.

A kind is told by its content, never by a few first bytes that text may have as well: text is what decodes as text; a
workbook or document is what opens as one.
"""

import codecs
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

from hub.errors import BadInput

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
XLSX: Final = f"{_OFFICE}spreadsheetml.sheet"
DOCX: Final = f"{_OFFICE}wordprocessingml.document"
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "text/csv": ("csv", "tsv", "txt"),
    "text/plain": ("txt", "csv", "tsv"),
    XLSX: ("xlsx",),
    DOCX: ("docx",),
}
MEDIA_TYPES: Final = tuple(_ENDINGS)
_OF_ENDING: Final = {
    **{ending: kind for kind, endings in _ENDINGS.items() for ending in endings},
    **{endings[0]: kind for kind, endings in _ENDINGS.items()},
}
_ALIASES: Final = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/jpe": "image/jpeg", "image/x-png": "image/png",
    "application/x-pdf": "application/pdf", "application/acrobat": "application/pdf", "text/pdf": "application/pdf",
    "application/vnd.pdf": "application/pdf", "application/txt": "text/plain", "text/anytext": "text/plain",
    "text/x-comma-separated-values": "text/csv",
    "application/csv": "text/csv", "text/x-csv": "text/csv", "application/x-csv": "text/csv",
    "text/comma-separated-values": "text/csv", "text/tab-separated-values": "text/csv", "text/tsv": "text/csv",
}  # fmt: skip
_BY_ENDING: Final = (
    "application/vnd.ms-excel", "application/octet-stream", "application/zip", "application/x-zip-compressed",
    "application/x-zip", "binary/octet-stream", "application/force-download", "application/download",
    "application/x-download", "application/unknown", "unknown/unknown", "application/excel", "application/msexcel",
    "application/x-msexcel", "application/x-excel", "application/vnd.msexcel", "application/msword",
    "application/vnd.ms-word", "application/text",
)  # fmt: skip
"""What a browser says of a file whose ending its system has no type for, or another: Windows calls .csv a sheet where
Excel is there."""
_CHARSETS: Final = {
    "utf-8": "utf-8", "ascii": "us-ascii", "utf-16": "utf-16", "utf-16-le": "utf-16le", "utf-16-be": "utf-16be",
    "iso8859-1": "iso-8859-1", "iso8859-15": "iso-8859-15", "cp1252": "windows-1252",
}  # fmt: skip
"""By the names that Python knows them by, in whatever spelling: as IANA lists them."""
_NICKNAMES: Final = {"ansi": "cp1252", "x-cp1252": "cp1252", "x-ansi": "cp1252", "cp-1252": "cp1252"}
_OF_WINDOWS: Final = "windows-1252"

# What Windows, macOS or a browser runs when it is opened: what Outlook blocks as attachments, and pages.
_RUN_WORDS: Final = """
ade adp apk app appinstaller application appref-ms appx appxbundle asp aspx asx bas bat bgi cab cer cgi chm class
cmd cnt com command cpl crt csh deb der desktop diagcab dll dmg docm dotm elf exe fxp gadget grp hlp hpj hta htc
htm html img inf ins iqy iso isp its jar jnlp js jse jsp ksh library-ms lnk mad maf mag mam maq mar mas mat mau mav
maw mcf mda mdb mde mdt mdw mdz mht mhtml mpkg msc msh msh1 msh1xml msh2 msh2xml mshxml msi msix msp mst msu ops
osd pcd php pif pkg pl plg potm ppam ppsm pptm prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1
psm1 pssc pst py pyc pyo pyw pyz pyzw reg rpm run scf scr sct search-ms searchconnector-ms settingcontent-ms sh shb
shs shtm shtml sldm slk svg svgz swf sys theme tmp udl url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd webloc website
wim workflow ws wsc wsf wsh xbap xht xhtml xla xlam xll xlsm xltm xnk xsl xslt
"""
_RUN: Final = frozenset(_RUN_WORDS.split())
_PROGRAMS: Final = frozenset(
    {"bat", "class", "cmd", "dll", "exe", "hta", "jar", "lnk", "msi", "pif", "ps1", "scr", "vbs", "wsf"}
)
"""Of those, what no honest name has before its ending, nor a workbook within: www.example.com.pdf is a page that was
printed."""
_JOINERS: Final = "\u200c\u200d"
"""Persian and the scripts of India write with them."""

_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""What a text does not hold (WHATWG MIME Sniffing, section 3: binary data bytes)."""
_PAGE: Final = re.compile(r"<(?:!doctype\s+(?:html|svg)|html|head|body|script|iframe|svg)\b", re.IGNORECASE)
"""How a page begins that a browser would run, after comments and the like."""
_BEFORE_A_PAGE: Final = (("<!--", "-->"), ("<?", "?>"))
_PAGE_WITHIN: Final = 4096
_DECODED_AS: Final = {"iso-8859-1": "windows-1252"}
"""As browsers have it (WHATWG Encoding, section 4.2): what is no character in either is none."""
_BOM: Final = "\ufeff"
_PDF_WITHIN: Final = 1024
"""Among so many bytes a PDF may begin, behind lines for a printer or of what sent it (ISO 32000-1, annex H)."""
_PDF: Final = re.compile(rb"(?:^|[\r\n]|\x1b%-12345X)%PDF-\d")

_CONTENT_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = {XLSX: f"{XLSX}.main+xml", DOCX: f"{DOCX}.main+xml"}
_MOST_LIST_BYTES: Final = 1_000_000
_MOST_PARTS: Final = 10_000
_MOST_UNPACKED: Final = 1_000_000_000
_MOST_RATIO: Final = 200
"""Times what is packed: sheets are packed to a fiftieth, seldom to a hundredth, where Apache POI says bomb; zeros to
a thousandth."""
_RATIO_FROM: Final = 1_000_000
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class Kind:
    """A media type that is taken, and of a text that says so the way it is encoded."""

    media_type: str
    charset: str | None = None

    def __str__(self) -> str:
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


def kind_of(media_type: str, name: str = "") -> Kind:
    """The kind that a media type tells, in whatever letters, with parameters, or as a browser on Windows gives it for
    a file of that name.

    Raises `BadInput`.
    """
    header = Message()
    header["content-type"] = media_type.strip()
    plain_type = media_type.partition(";")[0].strip().lower()
    plain_type = _ALIASES.get(plain_type, plain_type)
    if plain_type in (*_BY_ENDING, ""):
        ending = _ending(name)
        plain_type = _OF_ENDING.get(ending, plain_type)
    if plain_type not in _ENDINGS:
        raise BadInput(f"mediaType: one of {', '.join(MEDIA_TYPES)} is expected, e.g. application/pdf")
    charset = _charset(str(header.get_param("charset", "utf-8")))
    if not plain_type.startswith("text/") or charset in ("utf-8", "us-ascii"):
        return Kind(plain_type)
    if charset is None:
        known = ", ".join(_CHARSETS.values())
        raise BadInput(f"mediaType: charset is one of {known}, e.g. text/csv; charset=windows-1252")
    return Kind(plain_type, charset)


def _charset(name: str) -> str | None:
    """A charset by the name that IANA lists, of any spelling of it; None for one that is not taken."""
    plain = name.strip().strip("'\"").lower()
    try:
        return _CHARSETS.get(codecs.lookup(_NICKNAMES.get(plain, plain)).name)
    except (LookupError, ValueError):
        return None


def check_name(name: str, kind: Kind) -> None:
    """Whether a file of that kind may have that name, in any script. Raises `BadInput`."""
    if "/" in name or "\\" in name or any(_is_hidden(character) for character in name):
        raise BadInput(
            "name: a file name without a path and without characters that do not show is expected, e.g. invoice.pdf"
        )
    # letters of another width and the like look as these do
    _, *parts = re.split(r"[.:\u3002]", unicodedata.normalize("NFKC", name).lower())
    if not parts:
        return
    *inside, ending = parts
    right = f"a file of {kind.media_type} ends in .{_ENDINGS[kind.media_type][0]}"
    if not ending.strip():
        raise BadInput(f"name: it ends in a point; {right}")
    if runs := [part for part in inside if part.strip() in _PROGRAMS] + [
        part for part in (ending,) if part.strip() in _RUN
    ]:
        raise BadInput(f"name: .{runs[-1]} is of files that run when they are opened; {right}")
    if _belies(ending, kind):
        raise BadInput(f"name: .{ending} is not of that kind; {right}")


def _belies(ending: str, kind: Kind) -> bool:
    """Whether it is another kind's ending. What a text is called matters little; and 2026 or Sample, after a point,
    is no ending."""
    own = _ENDINGS[kind.media_type]
    if ending in own:
        return False
    if kind.media_type.startswith("text/"):
        return any(ending in others for others in _ENDINGS.values())
    return re.fullmatch(r"(?=.*[a-z])[a-z0-9]{2,5}", ending) is not None


def _ending(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def _is_hidden(character: str) -> bool:
    """Whether it does not show, turns the direction of what follows, or ends a line."""
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and character not in _JOINERS


def is_of(path: Path, kind: Kind) -> bool:
    """Whether the content of a file is of that kind. What it takes is bounded, whatever the file holds."""
    if kind.media_type.startswith("text/"):
        return _is_text(path.read_bytes(), kind.charset)
    if kind.media_type in _MAIN:
        return _is_package(path, kind.media_type)
    with path.open("rb") as opened:
        head = opened.read(_PDF_WITHIN)
    match kind.media_type:
        case "application/pdf":
            return _is_pdf(head)
        case "image/png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case _:
            return head.startswith(b"\xff\xd8\xff")


def why_not(path: Path, kind: Kind) -> str:
    """What to say of a file that is not of its kind; of a text, how it may be announced."""
    told = f"what arrived is no {kind}, as was announced"
    if kind.media_type.startswith("text/") and kind.charset is None and _is_text(path.read_bytes(), _OF_WINDOWS):
        return f"{told}: it is not UTF-8; if it is of Windows, announce it as {kind}; charset={_OF_WINDOWS}"
    return told


def _is_pdf(head: bytes) -> bool:
    """Whether it begins as a PDF, or one begins behind lines of text that are no page for a browser."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return True
    found = _PDF.search(head)
    before = head[: found.start()].decode("latin-1") if found else ""
    return found is not None and not _NO_TEXT.search(before) and not _is_page(before.lstrip())


def _is_text(content: bytes, charset: str | None) -> bool:
    """Whether it decodes, by its charset or its byte order mark, to characters that a text has, and is no page for a
    browser."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    try:
        text = content.decode(_DECODED_AS.get(charset or "utf-8", charset or "utf-8"))
    except UnicodeDecodeError:
        return False
    # old programs end a file by a character of its own
    text = text.removeprefix(_BOM).removesuffix("\x1a")
    return not _NO_TEXT.search(text) and not _is_page(text[:_PAGE_WITHIN].lstrip())


def _is_page(text: str) -> bool:
    while ends := [end for begin, end in _BEFORE_A_PAGE if text.startswith(begin)]:
        text = text.partition(ends[0])[2].lstrip()
    return _PAGE.match(text) is not None


def _is_package(path: Path, media_type: str) -> bool:
    """Whether it opens as a workbook or document of Office Open XML (ISO/IEC 29500-2, Open Packaging Conventions).

    Its list of content types names the main part, which is there; nothing in it runs or has macros, is encrypted,
    leads out of the package, or unpacks to much more than it is. Only the list is unpacked.
    """
    try:
        with path.open("rb") as opened:
            if opened.read(4) != b"PK\x03\x04":
                return False
        with zipfile.ZipFile(path) as package:
            packed = package.infolist()
            names = {part.filename.lower() for part in packed}
            if (
                len(packed) > _MOST_PARTS
                or len(names) < len(packed)
                or sum(part.file_size for part in packed) > _MOST_UNPACKED
            ):
                return False
            if not all(map(_is_part, packed)):
                return False
            with package.open(_CONTENT_TYPES) as opened:
                listed = opened.read(_MOST_LIST_BYTES + 1)
            return _lists_main(_content_types(listed), _MAIN[media_type], names)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, ParseError, RuntimeError, EOFError):
        return False


def _lists_main(types: tuple[dict[str, str], dict[str, str]], main: str, names: Set[str]) -> bool:
    """Whether a part that is there is of the main type, by its name or ending, and none has macros."""
    by_name, by_ending = types
    if any(word in type_.lower() for type_ in (*by_name.values(), *by_ending.values()) for word in ("macro", "vba")):
        return False
    if any(type_ == main and name in names for name, type_ in by_name.items()):
        return True
    mains = tuple(f".{ending}" for ending, type_ in by_ending.items() if type_ == main)
    return any(name.endswith(mains) for name in names)


def _is_part(packed: zipfile.ZipInfo) -> bool:
    """Whether a workbook or document may have it within: packed as they are, in its place, nothing that runs, no
    bomb."""
    name = packed.filename.lower()
    return (
        packed.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        and not packed.flag_bits & _ENCRYPTED
        and not name.startswith("/")
        and ".." not in name.split("/")
        and "\\" not in name
        and _ending(name) not in _PROGRAMS
        and not name.endswith("vbaproject.bin")
        and packed.file_size <= max(_RATIO_FROM, _MOST_RATIO * packed.compress_size)
    )


class _NoDoctype(TreeBuilder):
    """Ends reading at a document type, which the conventions allow none: entities would be unpacked to anything."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002 - the parser's
        raise ValueError("a document type")


def _content_types(listed: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """The content types that are listed by a part's name, and by an ending, in small letters. Raises `ValueError` or
    `ParseError`."""
    if len(listed) > _MOST_LIST_BYTES:
        raise ValueError("too long a list")
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - bounded, and without a document type
    parser.feed(listed)
    by_name, by_ending = dict[str, str](), dict[str, str]()
    for element in parser.close():
        type_ = element.get("ContentType", "")
        match element.tag.rpartition("}")[2]:
            case "Override":
                by_name[element.get("PartName", "").removeprefix("/").lower()] = type_
            case "Default":
                by_ending[element.get("Extension", "").lower()] = type_
            case _:
                pass
    return by_name, by_ending
