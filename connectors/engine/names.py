"""How people are named in lists: family first, titles, degrees, remarks, posts in place of people."""

import re
from collections.abc import Sequence
from typing import Any, Final

from connectors.engine.cells import Empty, cleaned

_COMMAS: Final = re.compile("[,\uff0c\u060c\u3001]")
_AFTER_A_NAME: Final = frozenset((
    "jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "esq", "esquire", "phd", "dphil", "edd", "dba", "md", "dds",
    "dvm", "rn", "jd", "llm", "mba", "msc", "bsc", "mpa", "mpp", "mph", "msw", "cpa", "cfa", "cfe", "cams", "cissp",
    "pmp", "lcb", "ccs", "chb", "usn", "usaf", "usmc", "uscg", "ret", "retired", "acting",
    "pharmd", "drph", "psyd", "jsd", "sjd", "llb", "lld", "dsc", "dnp", "msn", "bsn", "mfa", "mlis", "lpn", "rph",
    "cgma", "cfp", "cisa", "cism", "ctp", "sphr", "facp", "faia", "ccls", "lcsw", "lmsw", "gisp", "aicp", "5th",
))  # fmt: skip
"""Suffixes, degrees and ranks that follow a name: after a comma they are no given name."""
_OR_A_NAME: Final = frozenset(("md", "jd", "rn", "ret"))
"""Such that may be a name where they are written as one, as Md is Mohammed."""
_WITH_POINTS: Final = frozenset(("m.a.", "b.a.", "m.s.", "b.s.", "d.o.", "p.e.", "v."))
"""Such that are none without their points, as Ma and Do are families."""
_IN_CAPITALS: Final = re.compile(r"[A-Z]{3,6}(?:-[A-Z]{1,3})?")
_TWO_CAPITALS: Final = frozenset((
    "PE", "MA", "BA", "MS", "BS", "EA", "OD", "DO", "JD", "MD", "RN", "RA", "UK", "AL", "AK", "AZ", "AR", "CA", "CO",
    "CT", "DE", "DC", "FL", "GA", "GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "ME", "MI", "MN", "MO", "MT",
    "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT",
    "VA", "VI", "VT", "WA", "WV", "WI", "WY",
))  # fmt: skip
"""Behind a given name and a family these are degrees, or states; alone behind a family they may be a given name."""
_TITLES: Final = frozenset(
    ("dr", "dra", "drs", "doctor", "mr", "mrs", "ms", "miss", "mx", "mme", "mlle", "prof", "professor", "rev",
     "reverend", "atty", "sir", "dame", "herr", "frau", "judge",
     "honorable", "honourable", "captain", "capt", "colonel", "col", "lieutenant", "lt", "commander", "cmdr", "cdr",
     "sergeant", "sgt", "major", "maj", "admiral", "ambassador")
)  # fmt: skip
_RANKS: Final = frozenset((
    "1LT", "2LT", "LT", "LTJG", "LCDR", "CDR", "CMDR", "CPT", "CAPT", "MAJ", "LTC", "LTCOL", "COL", "BG", "MG", "LTG",
    "GEN", "ADM", "VADM", "RADM", "RDML", "ENS", "CPL", "SGT", "SSG", "SSGT", "SFC", "MSG", "MSGT", "TSGT", "SMSGT",
    "CMSGT", "1SG", "SGM", "CSM", "PFC", "SPC", "PVT", "WO1", "CW2", "CW3", "CW4", "CW5", "PO1", "PO2", "PO3", "CPO",
    "SCPO", "MCPO", "AMB",
))  # fmt: skip
"""Ranks as the armed forces write them, in capitals, or with a point."""
_POSTS: Final = frozenset(
    ("supervisor", "director", "officer", "agent", "chief", "deputy", "specialist", "inspector", "cbpo", "special",
     "sa")
)  # fmt: skip
"""What somebody is, in front of a family; alone it may be a family."""
_WITH_A_POINT: Final = frozenset(
    ("dir", "asst", "eng", "engr", "arch", "br", "pr", "supv", "hon", "sen", "rep", "gov", "insp", "brig", "fr", "sra",
     "srta", "ing", "lic", "sr")
)  # fmt: skip
"""Titles that are none without their point, as Hon and Sen are families."""
_FIFTH: Final = "v"
_INITIALS: Final = ("j.r.", "j.r", "s.r.", "s.r")
"""Two given names rather than a suffix."""
_AN_INITIAL: Final = re.compile(r"[^\W\d_]\.?")
_A_COMPANY: Final = re.compile(
    r"(?:[,\s](?:inc|incorporated|llc|l\.l\.c|l{2,3}p|l\.l\.p|ltd|limited|corp|corporation|pllc|plc|gmbh|s\.?a\.?r\.?l"
    r"|pty|pty\.? ltd|sdn\.? bhd|s\.?a\.? de c\.?v|s\.? de r\.?l\.?(?: de c\.?v)?)"
    r"|,\s*(?:co|company|srl|s\.r\.l|s\.?a\.?s|kg|oyj?|ab|aps|a/s|e\.?v|trust|foundation|l\.?p|p\.?c|s\.a|s\.p\.a|b\.v|n\.v|n\.a|a\.g|k\.k)|(?:&|and)\s*(?:co|company|associates|partners|sons))\.?\s*$",
    re.IGNORECASE,
)
"""How the names of companies end: they have no given name."""
_A_POST: Final = re.compile(
    r"\b(?:of|and|for)\b|&"
    r"|^(?:.*\s)?(?:desks?|offices?|teams?|branch|center|centre|division|unit|section|department|directorate|bureau|service"
    r"|services|operations|affairs|enforcement|programs?|policy|trade|imports?|exports?|compliance)$"
    r"|^(?:acting |asst\.? |assistant |deputy |port |area |field |branch |section |senior )+"
    r"(?:director|chief|supervisor|manager|coordinator|specialist|officer|broker)$|\d",
    re.IGNORECASE,
)
"""What names a post or an office rather than somebody."""
_ARMED_FORCES: Final = (
    r"(?<=[\w.])\s+(?:(?:CIV|CTR|MIL|NAF)(?:\s[A-Z0-9 /&.-]*)?"
    rf"|(?:{'|'.join(sorted(_RANKS))})\s[A-Z0-9 /&.-]+)(?=[(\[]|$)"
)
_BEHIND_A_NAME: Final = re.compile(
    rf"\s+[-\u2010-\u2015|/]+\s.*$|(?:\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{{[^{{}}]*\}}|<[^<>]*>)|{_ARMED_FORCES})+\s*$"
)
"""What follows a name and is none: a remark in brackets or after a dash, and how the armed forces mark their people."""
_MARKS: Final = " *\u2020\u2021\u00a7\u00b6\u2022\u2731\u203b^"
"""What refers a name to a note."""
_NOTHING: Final = Empty()
_LONGEST_NAME: Final = 300
_QUOTED: Final = re.compile(r"([\"'\u2018\u201c])([^\"'\u2018\u2019\u201c\u201d]*)[\"'\u2019\u201d]")
_FAMILY_FIRST: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


def turned(value: Any) -> Any:
    """Family, given -> given family; titles go first, and suffixes and degrees stay behind the name.

    What is not two names and a comma stays as it is.
    """
    if not isinstance(value, str) or not _COMMAS.search(value):
        return value
    text = cleaned(value).rstrip("; ")
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[2].strip()
    if ";" in text or len(text) > _LONGEST_NAME or _A_COMPANY.search(text):
        return text
    name, remark = _without_remark(text)
    parts = [part.strip(_MARKS) for part in _COMMAS.split(name)]
    parts = [part if (part.isalpha() and part.istitle()) or not _NOTHING.of_a_part(part) else "" for part in parts]
    parts = [parts[0], *filter(None, parts[1:])]
    behind = [at for at, part in enumerate(parts) if part and _is_behind(part, at)]
    if len(others := [at for at, part in enumerate(parts) if part and at not in behind]) == 3 and not text.isupper():
        # what stands in capitals behind a name is a degree, or where somebody works
        behind += [at for at in others[1:] if _is_acronym(parts[at]) and not _is_title(parts[at])][-1:]
    names = [part for at, part in enumerate(parts) if part and at not in behind]
    after = [parts[at] for at in sorted(behind)]
    titles = [part for part in names[1:] if len(names) > 2 and all(map(_is_title, part.split()))]
    names = [part for at, part in enumerate(names) if at == 0 or part not in titles]
    if len(names) == 3 and _AN_INITIAL.fullmatch(names[2]):
        names = [names[0], f"{names[1]} {names[2]}"]
    is_name = bool(parts[0]) and 0 not in behind and 1 <= len(names) <= 2 and not _is_no_name(names, parts)
    if not is_name:
        return text if len(names) != 1 or after else names[0] + remark
    if len(names) == 1:
        return ", ".join((*names, *after)) + remark
    first_after = next(at for at in range(1, len(parts)) if at not in behind)
    if not all(at in behind for at in range(1, first_after)):
        return text
    return ", ".join((_in_order(titles, *names), *after)) + remark


def _is_no_name(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether two parts are a post and its office, a place and its state, or a name and a degree behind it."""
    if len(names) != 2:
        return False
    first, second = names
    if any(map(_A_POST.search, names)) and not _titles_before(first)[0]:
        return True
    return (
        _is_acronym(second)
        and not first.isupper()
        and " " in first
        and not first.split()[0].islower()
        and len(parts) == 2
    )


def _in_order(titles: Sequence[str], family: str, given: str) -> str:
    """Title, given name, family, and the degrees that stand behind the given name."""
    title, family = _titles_before(family) if " " in family else ([], family)
    given, degrees = _degrees_behind(given) if " " in given else (given, [])
    words = given.split()
    if len(words) > 1 and (words[-1] in _RANKS or (words[-1].endswith(".") and _is_title(words[-1]))):
        given, title = " ".join(words[:-1]), [*title, words[-1]]
    both = (family, given) if _FAMILY_FIRST.search(family + given) else (given, family)
    return " ".join((*titles, *title, *both, *degrees))


def _titles_before(family: str) -> tuple[list[str], str]:
    """The titles in front of a family, and the family."""
    words = family.split()
    count = 1 if words[0].casefold() == "the" and len(words) > 2 and _is_title(words[1].rstrip(".") + ".") else 0
    while count < len(words) - 1 and (_is_title(words[count]) or words[count].casefold() in _POSTS):
        count += 1
    return words[:count], " ".join(words[count:])


def _degrees_behind(given: str) -> tuple[str, list[str]]:
    """A given name without the suffixes and degrees behind it, and those."""
    words = given.split()
    count = len(words)
    while count > 1 and _is_degree(words[count - 1]):
        count -= 1
    return " ".join(words[:count]), words[count:]


def _is_title(word: str) -> bool:
    plain = word.casefold().removesuffix(".")
    is_said = plain != word.casefold() or word.isupper()
    return (
        plain in _TITLES
        or (is_said and plain.upper() in _RANKS)
        or (plain != word.casefold() and plain in _WITH_A_POINT)
    )


def _is_degree(word: str) -> bool:
    """Whether it is a suffix or degree that may stand behind a given name without a comma."""
    is_name = word.casefold() in _OR_A_NAME and not word.isupper()
    return _follows_a_name(word) and not is_name and word.casefold().rstrip(".") != _FIFTH


def _without_remark(text: str) -> tuple[str, str]:
    """A turned name, and what stands behind its last part that is no name."""
    first = min(comma.end() for comma in _COMMAS.finditer(text))
    remark = _BEHIND_A_NAME.search(text, first)
    if not remark:
        return text, ""
    return text[: remark.start()], f" {remark[0].strip()}"


def _is_behind(part: str, at: int) -> bool:
    """Whether the part at that place follows a name: the fifth of that name does, behind family and given name."""
    return _follows_a_name(part) or (at > 1 and part.casefold() == _FIFTH)


def _follows_a_name(part: str) -> bool:
    words = part.casefold().split()
    return bool(words) and all(
        word in _WITH_POINTS or (word.replace(".", "") in _AFTER_A_NAME and word not in _INITIALS) for word in words
    )


def _is_acronym(part: str) -> bool:
    return _IN_CAPITALS.fullmatch(part) is not None or part in _TWO_CAPITALS
