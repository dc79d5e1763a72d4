"""A decision as it is compared with others: its question, what it decides, and its goods. Pure.

Whether two decisions contradict each other follows from what they decide. Of a classification that is a number which
they hold or reject; of an origin a country; of all else whether what was claimed stands.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from graph_schema.cypher import Properties
from graph_schema.decision_codes import (
    ALLOWED,
    ALLOWED_IN_PART,
    DENIED,
    OUTCOME_CODES,
    QUESTION_CODES,
    aspects,
    country_in,
    outcome_code,
    plain,
    question_code,
    tariff_number_in,
)
from hub.detection.goods import LEGAL_DIGITS, Evidence, Goods, Quantity, quantities, same_goods, stem
from hub.errors import CannotBeDone

TEXTS: Final = {
    "question": None, "outcome": None, "hts10": "", "origin": "", "maker": "", "description": "", "questionCode": "",
    "outcomeCode": "",
}  # fmt: skip
"""What of a decision is looked at, and what stands for what it lacks."""
_LONGEST_KEY: Final = 2_000
"""An index of Neo4j takes 8,167 bytes."""
_KEPT_WORDS: Final = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided: what of the claim stands (`code`), which number or country holds, which number does not, and
    amounts."""

    code: str | None
    holds: str | None = None
    rejects: str | None = None
    amounts: tuple[Quantity, ...] = ()

    def contradicts(self, other: "Outcome") -> bool:
        """Whether both cannot be right about the same goods."""
        if self.holds or other.holds or self.rejects or other.rejects:
            return (
                (self.holds is not None and other.holds is not None and self.holds != other.holds)
                or (self.holds is not None and self.holds == other.rejects)
                or (other.holds is not None and other.holds == self.rejects)
                or (self.holds is not None and self.holds == other.holds and self.in_part != other.in_part)
            )
        if self.code and other.code and self.code != other.code:
            return True
        for mine in self.amounts:
            others = [amount for amount in other.amounts if amount.measures == mine.measures]
            if others and not any(mine.is_as(amount) for amount in others):
                return True
        return False

    @property
    def in_part(self) -> bool:
        """Whether a part of what was claimed stands."""
        return self.code == ALLOWED_IN_PART

    @property
    def key(self) -> str:
        """What it is told apart by at first sight: two outcomes of one key do not contradict each other."""
        amounts = " ".join(f"{each.measures} {each.amount:.6g}" for each in self.amounts)
        return f"{self.code or '?'}|{self.holds or ''}|{self.rejects or ''}|{amounts}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A decision as it is compared. `question` is its code, or its words where they tell of none."""

    question: str
    is_coded: bool
    aspects: frozenset[str]
    outcome: Outcome
    goods: Goods

    @classmethod
    def of(cls, decision: Properties) -> "Compared":
        """The decision of these properties. Raises `CannotBeDone` where one of them is no text."""
        texts: dict[str, str] = {}
        for name, default in TEXTS.items():
            text = decision.get(name, default)
            if not isinstance(text, str):
                raise CannotBeDone(f"{name}: a text is expected")
            texts[name] = text
        said = texts["questionCode"]
        code = said if said in QUESTION_CODES else question_code(texts["question"])
        goods = Goods.of(texts["hts10"], texts["origin"], texts["maker"], texts["description"])
        return cls(
            code or _words(texts["question"]),
            code is not None,
            aspects(code, f"{texts['question']} {texts['outcome']}"),
            _outcome(code, texts, goods),
            goods,
        )

    def contradicts(self, other: "Compared") -> Evidence | None:
        """By what the other is about the same goods and question and decided otherwise; None where it is not."""
        if self.question != other.question or (self.aspects and other.aspects and not self.aspects & other.aspects):
            return None
        if not self.outcome.contradicts(other.outcome):
            return None
        evidence = same_goods(self.goods, other.goods, origin_decided=self.question == "origin")
        if evidence is None:
            return None
        numbers = bool(self.goods.number and other.goods.number)
        other_number = numbers and not evidence.same_number and self.question != "classification"
        return evidence if not other_number or (evidence.same_maker and evidence.by_words) else None

    def keys(self) -> dict[str, object]:
        """What is written on the decision, so that those that may be like it are found by an index."""
        goods, question = self.goods, self.question
        words = sorted(goods.words, key=lambda word: (len(word), word))
        number = goods.number[:LEGAL_DIGITS] if len(goods.number) >= LEGAL_DIGITS else ""
        # without a number, or of any number: by words alone
        by_words = len(words) > 1 and (question == "classification" or not number)
        return {
            "questionKey": _indexed(question),
            "alikeBy": _indexed(f"{number}|{question}") if number and question else None,
            "makerBy": _indexed(f"{goods.maker}|{question}") if goods.maker and question else None,
            "longWordsBy": _indexed(f"{' '.join(words[-2:])}|{question}") if by_words and question else None,
            "shortWordsBy": _indexed(f"{' '.join(words[:2])}|{question}") if by_words and question else None,
            "saidKey": self.outcome.key,
            "originKey": None if question == "origin" else goods.origin,
            "makerKey": goods.maker,
            "goodsWords": sorted(goods.words)[:_KEPT_WORDS],
        }


def _outcome(code: str | None, texts: dict[str, str], goods: Goods) -> Outcome:
    text = texts["outcome"]
    said = texts["outcomeCode"]
    decided = said if said in OUTCOME_CODES else outcome_code(text)
    if code == "classification":
        claimed = goods.number[:LEGAL_DIGITS] or None
        named = tariff_number_in(text)
        named = named[:LEGAL_DIGITS] if named else None
        if named and not (decided == DENIED and named == claimed):
            if decided == DENIED and _of_claim(text):
                return Outcome(decided, rejects=named)
            return Outcome(decided, named, claimed if decided == DENIED and claimed != named else None)
        if claimed and decided in (ALLOWED, ALLOWED_IN_PART):
            return Outcome(decided, claimed)
        if claimed and decided == DENIED:
            return Outcome(decided, rejects=claimed)
    if code == "origin":
        country = country_in(text) or (goods.origin if decided != DENIED else None)
        if country:
            return Outcome(None, country)
    measured, _ = quantities(plain(text))
    return Outcome(decided, amounts=measured)


def ruled(ruling: Properties) -> Outcome | None:
    """The outcome that a ruling supports; None where it does not say."""
    texts = {name: str(ruling.get(name) or "") for name in ("outcomeCode", "hts10", "origin")}
    code = ruling.get("questionCode")
    goods = Goods.of(texts["hts10"], texts["origin"], "", "")
    if code == "classification" and goods.number:
        texts["outcomeCode"] = texts["outcomeCode"] or ALLOWED
    outcome = _outcome(str(code) if code else None, {**texts, "outcome": ""}, goods)
    return outcome if outcome.code or outcome.holds else None


def _of_claim(text: str) -> bool:
    """Whether the number in the text of an outcome is the one that was claimed, not the one that was found."""
    return re.search(r"\bclaim|\bnot (classif|class|in)|\bas entered", plain(text)) is not None


def _words(text: str) -> str:
    """The words of a question that has no code, in the order of the alphabet."""
    return " ".join(sorted({stem(word) for word in re.findall(r"[^\W_]+", plain(text))}))


def _indexed(key: str) -> str:
    """The key itself, or what stands for one that is too long for an index."""
    return key if len(key) <= _LONGEST_KEY else blake2b(key.encode(), digest_size=32).hexdigest()
