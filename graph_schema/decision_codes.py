"""What decisions decide and how, as codes: the question, and its outcome from the side of who imports.

People write both in their own words. The codes are read from those where nobody has said them: "tariff classification"
and "which subheading applies" are one question, "approved" and "granted in full" one outcome.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pycountry


@dataclass(frozen=True, slots=True)
class DecisionQuestion:
    """What may be decided. `words` are a pattern of how people write it; the first question counts whose words a text
    has. `aspects` are patterns of what it may be about in particular, by a name."""

    code: str
    name: str
    words: str
    aspects: tuple[tuple[str, str], ...] = ()


_SECTIONS: Final = tuple((f"section {number}", rf"\b{number}\b") for number in ("201", "232", "301", "122"))
_AGREEMENTS: Final = tuple(
    (name, rf"\b{name}\b")
    for name in ("usmca", "nafta", "korus", "cafta", "gsp", "agoa", "cbtpa", "cbi", "israel", "australia", "chile",
        "singapore", "colombia", "panama", "peru", "jordan", "bahrain", "oman", "morocco", "japan")
)  # fmt: skip
QUESTIONS: Final = (
    DecisionQuestion(
        "adcvd_scope",
        "whether goods are in the scope of an antidumping or countervailing duty order",
        r"\bscope\b|anti-?dumping|countervail|\bad/?cvd\b|\b[ac]-\d{3}-\d{3}\b|circumvent",
    ),
    DecisionQuestion(
        "forced_labor",
        "whether goods were made by forced labor",
        r"forced labou?r|\buflpa\b|withhold release|\bwro\b",
    ),
    DecisionQuestion(
        "intellectual_property",
        "whether goods infringe a recorded right",
        r"infring|trade ?mark|copyright|counterfeit|patent|piratical|intellectual property|\bipr\b",
    ),
    DecisionQuestion(
        "trade_remedies",
        "whether duties of sections 122, 201, 232 or 301 apply",
        r"\bsections? (201|232|301|122)\b|\b(201|232|301)\b.*\b(dut|tariff|exclu)|safeguard|ieepa|\bchapter 99\b",
        _SECTIONS,
    ),
    DecisionQuestion(
        "drawback",
        "whether duty is refunded on export",
        r"\bdrawback\b",
        (
            ("unused", r"\bunused\b"),
            ("manufacturing", r"\bmanufactur"),
            ("rejected goods", r"\brejected (goods|merch)"),
        ),
    ),
    DecisionQuestion("quota", "which quota goods fall under", r"\bquotas?\b|\btrq\b"),
    DecisionQuestion(
        "preference",
        "whether goods have the preference of a trade agreement or program",
        r"preferen|\b(usmca|nafta|korus|gsp|agoa|fta)\b|\bcafta|free.trade.agreement|trade agreement|originating|"
        r"special program|\bspi\b",
        _AGREEMENTS,
    ),
    DecisionQuestion(
        "marking",
        "whether goods are marked with their origin as they must be",
        r"\bmark(ing|ed|ings)?\b|\b1304\b|\blabel",
    ),
    DecisionQuestion(
        "valuation",
        "what goods are worth for duty",
        r"\bvalu(e|es|ed|ation)\b|apprais|royalt|\bassists?\b|first sale|dutiab|price (actually )?paid|related part|"
        r"\bcommissions?\b",
        (
            ("royalties", r"royalt|licen[cs]e fee"),
            ("assists", r"\bassists?\b|\btooling\b"),
            ("commissions", r"commission"),
            ("related parties", r"\brelated\b"),
            ("first sale", r"first.sale"),
            ("freight", r"freight|insurance"),
            ("proceeds", r"proceeds"),
        ),
    ),
    DecisionQuestion("origin", "which country goods come from", r"\borigin|substantial(ly)? transform"),
    DecisionQuestion(
        "classification",
        "which tariff number goods have",
        r"classif|\bhts(us|a)?\b|\btariff\b|\b(sub-?)?headings?\b|\bprovision\b|\bgri\b|essential character"
        r"|\b\d{4}\.\d{2}\b",
    ),
    DecisionQuestion(
        "penalties",
        "which penalty is due, and whether it is mitigated",
        r"penalt|mitigat|liquidated damages|forfeit",
    ),
    DecisionQuestion(
        "admissibility",
        "whether goods may enter",
        r"admiss|detain|detention|exclu(de|sion)|\brelease\b|may (they |the goods )?enter",
    ),
    DecisionQuestion("duty_rate", "which rate of duty applies", r"\brates? of duty\b|\bduty rates?\b|\brate advance"),
    DecisionQuestion("refunds", "whether money is owed or returned", r"\brefunds?\b|\binterest\b|\bbills?\b"),
)
QUESTION_CODES: Final = tuple(question.code for question in QUESTIONS)
_BY_CODE: Final = {question.code: question for question in QUESTIONS}

ALLOWED: Final = "allowed"
ALLOWED_IN_PART: Final = "allowed_in_part"
DENIED: Final = "denied"
OUTCOME_CODES: Final = (ALLOWED, ALLOWED_IN_PART, DENIED)
"""What stands of what is claimed or done by who imports: all, a part, or nothing."""

_IN_PART: Final = re.compile(r"\bin part\b|\bpartial|\bpartly\b")
# What is good for who imports though it has a no in it is looked for before what is bad.
_GOOD_BY_NO: Final = re.compile(
    r"\b(not?|non)[ -]?(be )?(a )?dutiable|\bnot? (part of|in) the (dutiable|transaction) value"
    r"|\bnot? (found to )?infring|\bout(side)?( of)?( the)? scope|\bnot (with)?in( the)? scope|\bnot covered"
    r"|\bnot subject|\b(does|do) not (apply|infringe)|\b(exclusion|excluded)\b.*\b(applies|apply|granted"
    r"|from (section|the dut|additional))"
    r"|\bexempt|\bexcepted\b|\bno (penalty|change|increase|violation|marking|further)|\bnot required"
    r"|\bnot counterfeit|\bnot made (by|with) forced|\bgenuine\b|\bcancel|\bremit|\bas (entered|claimed)\b"
    r"|\bwithout (change|increase|penalty)|\b(not |in)applicable|\b(lower|reduced) (rate|duty|value)"
    r"|\b(denial|rejection|exclusion|detention) (is |was )?(reversed|lifted|withdrawn)"
)
_BAD: Final = re.compile(
    r"\bden(y|ied|ies|ial)|\breject|\brefus|\bdisallow|\bdisapprov|\binadmiss|\bunaccept|\bineligib|\binadequat"
    r"|\binsufficient|\bimproper|\b(excluded|exclusion)|\badvance|\bincreas|\bdutiable|\b(with)?in( the)? scope"
    r"|\bcovered by|\bsubject to|\bappl(y|ies)\b|\binfring|\bcounterfeit|\bseiz|\bmust be|\brequired\b|\bre-?export"
    r"|\bapplicable|\bhigher\b|\bupward|\bbilled\b|\bowed\b|\bexported|\bviolat|\bassess|\bforfeit|\bdetained|\boverruled|\bdestr(oy|uc)|\bunsupported|\bredeliver"
    r"|\b(not?|never|cannot|fails?|failed|without|lacks?)\b|n't\b|\bnon-?(origin|compl|conform)|\bdismiss|\bnegative"
)
_GOOD: Final = re.compile(
    r"\bapprov|\ballow|\bgrant|\baccept|\badmit|\breleas|\badequate|\bsufficient|\bcompl(y|ies|iant|iance)|\bproper"
    r"|\blegally|\beligib|\bqualif|\boriginating|\brefund|\bsustain|\buph(e|o)ld|\bconfirm|\bagree|\baffirm|\bvalid"
    r"|\bcorrect|\bcleared|\bfavou?rabl|\bmeets?\b|\bconform|\bmitigat|\bpaid\b|\byes\b|\bpositive"
)
_NUMBER: Final = re.compile(r"\b(\d{4})[. ]?(\d{2})(?:[. ]?(\d{2})[. ]?(\d{2})?)?\b(?!-)")


def plain(text: str) -> str:
    """The text in small letters, with blanks and quotes written in one way."""
    return " ".join(text.lower().replace("\u2019", "'").replace("\u2010", "-").replace("\u2011", "-").split())


@lru_cache(4_000)
def question_code(text: str) -> str | None:
    """The code of the question that a text asks; None where its words tell of none."""
    words = plain(text)
    return next((question.code for question in QUESTIONS if re.search(question.words, words)), None)


@lru_cache(4_000)
def outcome_code(text: str) -> str | None:
    """The code of the outcome that a text tells; None where its words tell of none."""
    words = plain(text)
    if _IN_PART.search(words):
        return ALLOWED_IN_PART
    if _GOOD_BY_NO.search(words):
        return ALLOWED
    if _BAD.search(words):
        return DENIED
    return ALLOWED if _GOOD.search(words) else None


@lru_cache(4_000)
def aspects(code: str | None, text: str) -> frozenset[str]:
    """What a question is about in particular, by the words of a text: orders, sections of law, agreements, parts of a
    value."""
    words = plain(text)
    orders = re.findall(r"\b[ac]-\d{3}-\d{3}\b", words)
    question = _BY_CODE.get(code or "")
    known = [name for name, pattern in (question.aspects if question else ()) if re.search(pattern, words)]
    return frozenset((*orders, *known))


@lru_cache(4_000)
def tariff_number_in(text: str) -> str | None:
    """The digits of the only tariff number in a text, of six or more; None where there is none, or several."""
    found = {"".join(part for part in match.groups() if part) for match in _NUMBER.finditer(text)}
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(4_000)
def country_in(text: str) -> str | None:
    """The country that a text names, by its two letters; None where there is none, or several."""
    words = re.sub(r"[^a-z ]", " ", plain(text.replace("\u00fc", "u"))).split()
    joined = f" {' '.join(words)} "
    found = {code for name, code in _countries() if f" {name} " in joined}
    found |= {letters for letters in re.findall(r"\b[A-Z]{2}\b", text) if pycountry.countries.get(alpha_2=letters)}
    return next(iter(found)) if len(found) == 1 else None


_ALSO: Final = {"turkey": "TR", "korea": "KR", "ivory coast": "CI", "burma": "MM", "england": "GB", "britain": "GB"}


@lru_cache(1)
def _countries() -> tuple[tuple[str, str], ...]:
    """Names of countries as they stand in texts, each with its two letters."""
    names = {
        plain(re.sub(r"[^A-Za-z ]", " ", name)): each.alpha_2 for each in pycountry.countries for name in _names(each)
    }
    return tuple({**names, **_ALSO}.items())


def _names(country: object) -> Iterable[str]:
    for key in ("name", "common_name"):
        name = getattr(country, key, None)
        if isinstance(name, str):
            yield name
            yield name.split(",", maxsplit=1)[0]
