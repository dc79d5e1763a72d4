"""What stands in a folder beside a list: what programs leave there, what was done with earlier lists, copies."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Final

_LEFT: Final = (
    "~$*", ".*", "~*", "*~", "#*#", "thumbs.db", "desktop.ini", "*.sync-conflict-*", "*.sw[a-p]", "*.swx",
    "*.sb-*-*", "*conflicted copy*", "*case conflict*", "*[[]conflict]*", "*_conflict-*", "*zone.identifier",
)  # fmt: skip
"""What programs leave: locks, parts, what could not be brought together."""
_ENDINGS: Final = frozenset(
    (
        "part", "filepart", "crdownload", "partial", "download", "tmp", "temp",  # on its way
        "bak", "backup", "old", "orig", "save", "sav", "prev", "previous", "copy", "dup", "duplicate",  # as it was
        # about it, or for others to read
        "lock", "lck", "md5", "sha1", "sha256", "sha512", "crc", "sfv", "sig", "asc", "gpg", "pgp", "p7m", "p7s", "enc",
        "done", "ok", "ctl", "trg", "ready", "flag", "sent", "fin", "success", "processed", "imported", "loaded",
        "complete", "completed", "finished", "archived", "arch",
        "error", "err", "errors", "fail", "failed", "bad", "rej", "reject", "rejected", "invalid", "skip", "skipped",
        "ignore", "ignored", "hold", "disabled", "inactive", "deleted", "del", "log",
        "lnk", "url", "webloc", "xlk", "wbk",  # ways to it, and what office programs keep of before
    )
)  # fmt: skip
"""How names end of which a program says what it has done with them."""
_LISTS: Final = frozenset(["csv", "tsv", "tab", "psv", "txt", "dat", "xlsx", "xlsm", "xlsb", "xls", "ods"])
_FOR_PEOPLE: Final = frozenset(
    ("pdf", "doc", "docx", "docm", "rtf", "odt", "ppt", "pptx", "odp", "msg", "eml", "htm", "html", "mht", "png", "jpg",
     "jpeg", "gif", "tif", "tiff", "bmp", "heic", "svg")
)  # fmt: skip
"""Endings of documents, mail and pictures: beside a list they are none, though they may show the same."""
_ROTATED: Final = re.compile(r"[0-9]{1,3}")
_COPY: Final = re.compile(
    r"(?P<name>.+?)(?:"
    r" - (?:copy|kopie|kopia|copie|copia|c\u00f3pia)(?: ?\(\d{1,3}\))?"
    r"| \((?:copy|another copy|\d{1,2}(?:st|nd|rd|th) copy|\d{1,2})\)|\(\d{1,2}\)"
    r"|[ ._-](?:copy|copia|kopie|backup|bak|old|orig|tmp|temp)(?: \d{1,2})?| \((?:copia|copie|kopie)\)| [2-9]"
    r"| ?[(\[](?:autosaved|autorecovered|recovered|repaired|read-only|version \d{1,2})(?:[- ]?\d+)?[)\]]"
    r"|-(?:desktop|laptop|surface|win|pc)-[-a-z0-9]+"
    r")+"
)
"""How file managers, browsers and shared folders name a copy: of a list only where that list is there."""
_BEHIND: Final = re.compile(rf"(?P<name>.+?\.(?:{'|'.join(sorted(_LISTS))}))[-._ ~(].*")
_COPY_OF: Final = re.compile(r"(?:copy (?:\(\d+\) )?of|backup (?:copy )?of|kopie von|copie de|copia de) (?P<name>.+)")


def is_left(name: str, wanted: str = "") -> bool:
    """Whether a file is no list by its name, unless such are what is wanted."""
    if name == wanted:
        return False
    plain, pattern = name.lower(), wanted.lower()
    if any(fnmatchcase(plain, left) and not fnmatchcase(pattern, left) for left in _LEFT):
        return True
    ending = _ending(plain)
    return _is_of_a_program(plain, ending) and not _is_asked(ending, pattern)


def is_for_people(name: str, wanted: str = "") -> bool:
    """Whether a file is a document or picture by its name, unless such are what is wanted."""
    ending = _ending(name.lower())
    return ending in _FOR_PEOPLE and not _is_asked(ending, wanted.lower())


def _is_asked(ending: str, pattern: str) -> bool:
    """Whether a pattern names that ending."""
    asked = _ending(pattern)
    return bool(asked.strip("*?")) and fnmatchcase(ending, asked)


def _is_of_a_program(name: str, ending: str) -> bool:
    """Whether the name ends as such names do; with a number or date only behind the ending of a list."""
    before = _ending(PurePath(name).stem)
    return ending in _ENDINGS or (bool(_ROTATED.fullmatch(ending)) and before in _LISTS)


def _ending(name: str) -> str:
    return PurePath(name).suffix.removeprefix(".")


def copies_among(names: Iterable[str], wanted: str = "") -> dict[str, str]:
    """Of files by name those that are copies of others of them, each with what it is a copy of."""
    there = {name.lower(): name for name in names}
    copies = {name: original for plain, name in there.items() if (original := there.get(_original(plain)))}
    return {name: original for name, original in copies.items() if name != wanted}


def _original(name: str) -> str:
    """What a file is a copy of by its name, or what is packed or kept in it, in lower case."""
    path = PurePath(name)
    if matched := _COPY.fullmatch(path.stem) or _COPY_OF.fullmatch(path.stem):
        return matched["name"] + path.suffix
    # people.csv.zip, people.csv-20261101 and the like of people.csv
    matched = _BEHIND.fullmatch(name) if _ending(name) not in _LISTS else None
    return matched["name"] if matched else ""
