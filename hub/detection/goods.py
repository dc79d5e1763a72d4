"""Goods as decisions describe them, and whether two descriptions are of the same: pure.

What counts is what the goods are (the noun), by whom and from where, of what and how large. Quantities are compared
whatever their units; what contrasts, as men's and women's or fresh and frozen, is never the same.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Final, Protocol, cast

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]

WORDS_ALIKE: Final = 0.5
WORDS_SAME: Final = 0.8
"""The share of words that descriptions must have in common; the second where no maker speaks for it."""
_WITHIN: Final = 0.5
"""The share of the shorter description that must stand in the longer one, where number and maker are the same."""
_FEWEST_WORDS: Final = 4
"""Descriptions of other makers' goods must have so many words, if their numbers differ as well."""
_TOLERANCE: Final = 0.03
"""Quantities are rounded when they are written in another unit."""
LEGAL_DIGITS: Final = 8
"""So many digits of a tariff number set the duty; the two after them are for statistics."""
_BASKET: Final = "90"
"""Subdivisions from here on are mostly for what has no other."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - as the library has it


_STEMMER: Final = cast("_Stemmer", snowballstemmer.stemmer("english"))  # pyright: ignore[reportUnknownMemberType]
_IDLE: Final = frozenset({
    "a", "an", "and", "as", "at", "be", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on", "or", "other",
    "than", "that", "the", "their", "these", "this", "to", "which", "with", "without", "under", "each", "type", "kind",
    "model", "style", "grade", "item", "no", "number", "article", "art", "goods", "product", "products", "merchandise",
    "wide", "width", "long", "length", "high", "height", "thick", "thickness", "diameter", "outside", "inside", "od",
    "id", "weight", "weighing", "capacity", "size", "measuring", "diagonal", "approximately", "about", "approx",
})  # fmt: skip
_FIRM: Final = frozenset({
    "co", "company", "corp", "corporation", "ag", "gmbh", "inc", "incorporated", "kg", "llc", "llp", "limited", "ltd",
    "plc", "pte", "pty", "sa", "srl", "spa", "sas", "sarl", "kk", "kabushiki", "kaisha", "sdn", "bhd", "berhad", "cv",
    "de", "jsc", "oy", "ab", "as", "bv", "nv", "pvt", "private", "public", "tbk", "pt", "zoo", "ltda", "lda", "sl",
    "and", "the",
})  # fmt: skip
_SAME_WORDS: Final = {
    "aluminium": "aluminum", "tyre": "tire", "colour": "color", "coloured": "colored", "fibre": "fiber",
    "bike": "bicycle", "cycle": "bicycle", "kid": "child", "kids": "child", "children": "child", "trouser": "pants",
    "trousers": "pants", "sweater": "pullover", "jumper": "pullover", "laptop": "notebook", "fridge": "refrigerator",
    "tv": "television", "televisions": "television", "phone": "telephone", "pc": "computer", "pcs": "computer",
    "automobile": "car", "autos": "car", "automotive": "car", "lorry": "truck", "sofa": "couch", "sofas": "couch",
    "flavour": "flavor", "flavoured": "flavored", "moulded": "molded", "mould": "mold", "moulds": "mold",
    "moulding": "molding", "grey": "gray", "metre": "meter", "litre": "liter", "jewellery": "jewelry",
    "sulphate": "sulfate", "ladies": "women", "gents": "men", "packs": "pack",
    "photovoltaic": "solar", "earphone": "headphone", "earphones": "headphone", "sneaker": "sneakers",
}  # fmt: skip
_NUMBERS: Final = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
# Of a group two descriptions that each name some must have one in common.
_CONTRASTS: Final = (
    {"men": "men", "male": "men", "women": "women", "female": "women", "boy": "boys", "girl": "girls",
     "baby": "babies", "infant": "babies"},
    {"men": "adults", "women": "adults", "adult": "adults", "boy": "children", "girl": "children", "baby": "children",
     "infant": "children", "child": "children", "toddler": "children"},
    {"knit": "knit", "knitted": "knit", "crocheted": "knit", "woven": "woven", "nonwoven": "nonwoven",
     "felt": "nonwoven"},
    {"fresh": "fresh", "chilled": "fresh", "frozen": "frozen", "dried": "dried", "dehydrated": "dried",
     "smoked": "smoked", "live": "live", "canned": "preserved", "preserved": "preserved", "pickled": "preserved"},
    {"raw": "raw", "cooked": "cooked", "roasted": "cooked"},
    {"raw": "raw", "refined": "refined", "crude": "raw"},
    {"new": "new", "used": "used", "secondhand": "used", "refurbished": "used", "retreaded": "used",
     "remanufactured": "used"},
    {"red": "red", "white": "white", "black": "black", "green": "green"},
    {"hotrolled": "hot", "coldrolled": "cold"},
    {"wired": "wired", "corded": "wired", "wireless": "wireless", "cordless": "wireless"},
    {"manual": "manual", "electric": "electric", "electrical": "electric", "pneumatic": "pneumatic",
     "hydraulic": "hydraulic"},
    {"steel": "steel", "iron": "iron", "aluminum": "aluminum", "copper": "copper", "brass": "brass", "zinc": "zinc",
     "titanium": "titanium", "plastic": "plastic", "plastics": "plastic", "pvc": "plastic", "polyethylene": "plastic",
     "polypropylene": "plastic", "wood": "wood", "wooden": "wood", "bamboo": "wood", "glass": "glass",
     "ceramic": "ceramic", "porcelain": "ceramic", "rubber": "rubber", "leather": "leather", "paper": "paper",
     "cotton": "cotton", "wool": "wool", "silk": "silk", "linen": "linen", "polyester": "polyester",
     "acrylic": "acrylic", "viscose": "viscose", "rayon": "viscose"},
)  # fmt: skip
_MATERIALS_OF_PLASTIC: Final = ("polyester", "acrylic")

_TOKEN: Final = re.compile(r"[a-z]+[0-9][a-z0-9-]*|[0-9]+[a-z-]*[a-z][a-z0-9]*|[0-9]+|[^\W\d_]+(?:-[^\W\d_]+)*")
_AMOUNT: Final = r"(?P<amount>\d+-\d+/\d+|\d+ \d+/\d+|\d+/\d+|\d+(?:,\d{3})+(?:\.\d+)?|\d*[.,]?\d+)"
_CALLED: Final = re.compile(
    r"\b(?:model|style|grade|series|item|art(?:icle)?|type|alloy|no|number|aisi|class)\b[.:# ]*([a-z0-9][a-z0-9-]*)"
)
_ENDS: Final = re.compile(
    r"[,;:()/]|\b(?:of|for|with|in|by|from|to|on|at|without|under|through|that|which|sold|bought|supplied|made|used"
    r"|intended|designed|assembled|packed|put|imported|exported|known|containing|consisting|having|model|style)\b"
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What a unit measures, and how many of the base unit of that one is."""

    measures: str
    times: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of what is measured, in the base unit of that."""

    measures: str
    amount: float

    def is_as(self, other: "Quantity") -> bool:
        """Whether it is the same but for rounding."""
        return abs(self.amount - other.amount) <= _TOLERANCE * max(self.amount, other.amount)


@lru_cache(1)
def _units() -> dict[str, _Unit]:
    """The units by their names and signs."""
    text = resources.files("hub.detection").joinpath("units.csv").read_text(encoding="utf-8")
    return {
        name: _Unit(row["measures"], float(row["times"]))
        for row in csv.DictReader(text.splitlines())
        for name in row["names"].split("|")
    }


@lru_cache(1)
def _measured() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_units(), key=len, reverse=True))
    return re.compile(rf"(?<![\w.]){_AMOUNT}[\s-]*(?P<unit>{names})(?![a-z0-9]|\s\d)")


def quantities(text: str) -> tuple[tuple[Quantity, ...], str]:
    """The quantities in a text in small letters, and the text without them."""
    text = re.sub(r"\b(" + "|".join(_NUMBERS) + r")(?=[- ])", lambda word: _NUMBERS[word[0]], text)
    found = tuple(
        Quantity(unit.measures, _amount(match["amount"]) * unit.times)
        for match in _measured().finditer(text)
        if (unit := _units()[match["unit"]])
    )
    return found, _measured().sub(" ", text)


def _amount(text: str) -> float:
    if "/" in text:
        whole, _, part = text.replace("-", " ").rpartition(" ")
        above, below = part.split("/")
        return float(whole or 0) + float(above) / (float(below) or 1)
    if re.fullmatch(r"\d+(,\d{3})+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods as a decision tells of them.

    `number` has the digits of their tariff number. Of the description: `words` in their order, what it is (`noun`),
    what it is called by its maker (`names`), what it contrasts by, and quantities.
    """

    number: str
    origin: str | None
    maker: str | None
    words: tuple[str, ...]
    noun: str | None
    names: frozenset[str]
    contrasts: frozenset[tuple[int, str]]
    lacks: frozenset[str]
    quantities: tuple[Quantity, ...]

    @classmethod
    def of(cls, number: str, origin: str, maker: str, description: str) -> "Goods":
        """The goods of these texts, each of them maybe empty."""
        text = _folded(description)
        measured, rest = quantities(text)
        names = frozenset(
            name
            for name in (*_CALLED.findall(rest), *(each for each in _TOKEN.findall(rest) if _is_mixed(each)))
            if any(map(str.isdigit, name))
        )
        tokens = _tokens(rest)
        words = tuple(dict.fromkeys(stem(token) for token in tokens if token not in _IDLE))
        return cls(
            re.sub(r"\D", "", number),
            origin.strip().upper() or None,
            maker_key(maker),
            words,
            _noun(rest, names),
            frozenset(name.replace("-", "") for name in names),
            frozenset(each for token in tokens for each in _contrasts(token)),
            frozenset(stem(word) for word in re.findall(r"\bwithout (?:a |an |any )?([a-z]+)", rest)),
            measured,
        )  # fmt: skip

    @property
    def is_described(self) -> bool:
        """Whether the description says anything."""
        return bool(self.words or self.names or self.quantities)

    @property
    def in_basket(self) -> bool:
        """Whether the number is probably one for what has no other: many goods have it."""
        return self.number[4:6] in ("90", "99") or self.number[6:8] >= _BASKET


@dataclass(frozen=True, slots=True)
class Evidence:
    """By what goods are thought to be the same; `by_words`: their descriptions say so."""

    same_number: bool
    same_origin: bool
    same_maker: bool
    by_words: bool

    @property
    def is_strong(self) -> bool:
        """Whether origin, maker and description all match."""
        return self.same_origin and self.same_maker and self.by_words


def same_goods(one: Goods, other: Goods, *, origin_decided: bool = False) -> Evidence | None:
    """By what two goods are the same; None where they are not, or not known to be.

    Where the origin is what was decided (`origin_decided`), that it differs says nothing.
    """
    if not origin_decided and one.origin and other.origin and one.origin != other.origin:
        return None
    if _contradict(one, other):
        return None
    evidence = Evidence(
        same_number=len(one.number) >= LEGAL_DIGITS and one.number[:LEGAL_DIGITS] == other.number[:LEGAL_DIGITS],
        same_origin=origin_decided or (one.origin is not None and one.origin == other.origin),
        same_maker=one.maker is not None and one.maker == other.maker,
        by_words=False,
    )
    if one.is_described and other.is_described:
        return _by_words(one, other, evidence)
    alone = evidence.same_number and evidence.same_maker and evidence.same_origin and not one.in_basket
    return evidence if alone else None


def _by_words(one: Goods, other: Goods, evidence: Evidence) -> Evidence | None:
    """The evidence with what the descriptions add to it; None where they are of other goods."""
    share, within = _shares(one.words, other.words)
    named = bool(one.names & other.names)
    fewest = min(len(one.words), len(other.words))
    makers_differ = None not in (one.maker, other.maker) and not evidence.same_maker
    if evidence.same_maker and evidence.same_number:
        noun = one.noun is not None and one.noun == other.noun and not one.in_basket
        counts = named or noun or share >= WORDS_ALIKE or within >= _WITHIN
    elif evidence.same_maker:
        # a word alone says little: it must be all that is said of both
        counts = named or share >= (WORDS_ALIKE if fewest > 1 else 1)
    elif evidence.same_number:
        counts = evidence.same_origin and share >= (WORDS_SAME if makers_differ else WORDS_ALIKE)
    else:
        counts = evidence.same_origin and share >= WORDS_SAME and fewest >= _FEWEST_WORDS
    if not counts or not _nouns_agree(one, other):
        return None
    return replace(evidence, by_words=share >= WORDS_ALIKE or named)


def _contradict(one: Goods, other: Goods) -> bool:
    """Whether they differ in a quantity, in a name of their maker's, or in what contrasts."""
    if one.names and other.names and not one.names & other.names:
        return True
    agreed = {group for group, _ in one.contrasts & other.contrasts}
    if ({group for group, _ in one.contrasts} & {group for group, _ in other.contrasts}) - agreed:
        return True
    if any(word in other.words and word not in other.lacks for word in one.lacks) or any(
        word in one.words and word not in one.lacks for word in other.lacks
    ):
        return True
    if _negated(one.words, other.words) or _negated(other.words, one.words):
        return True
    for measures in {each.measures for each in one.quantities} & {each.measures for each in other.quantities}:
        mine = [each for each in one.quantities if each.measures == measures]
        others = [each for each in other.quantities if each.measures == measures]
        fewer, more = sorted((mine, others), key=len)
        if not all(any(each.is_as(another) for another in more) for each in fewer):
            return True
    return False


def _negated(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one says of goods that they are not what the other says they are: bleached, unbleached."""
    return any(f"{no}{word}" in others and f"{no}{word}" not in words for word in words for no in ("un", "non"))


def _nouns_agree(one: Goods, other: Goods) -> bool:
    def has(goods: Goods, noun: str | None) -> bool:
        return noun is None or noun in _joined(goods.words, {noun})

    return has(other, one.noun) and has(one, other.noun)


def _shares(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
    """The share of words in common, of all words and of those of the shorter."""
    mine, others = set(_joined(one, set(other))), set(_joined(other, set(one)))
    common = len(mine & others)
    fewer = min(len(mine), len(others))
    return common / (len(mine | others) or 1), common / (fewer or 1)


def _joined(words: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """The words, with two neighbours as one where that is wanted: bar code, barcode."""
    wanted = set(wanted)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in wanted:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _noun(text: str, names: Iterable[str]) -> str | None:
    """What the goods are: the last word before it is said what they are of, for or with."""
    for part in _ENDS.split(text):
        tokens = [token for token in _tokens(part) if token not in _IDLE and token not in names]
        if tokens:
            return stem(tokens[-1])
    return None


@lru_cache(20_000)
def maker_key(text: str) -> str | None:
    """What a maker is compared by: the words of its name without its legal form."""
    words = re.findall(r"[^\W_]+", _folded(text).replace(".", ""))
    return " ".join(word for word in words if word not in _FIRM) or None


def _folded(text: str) -> str:
    """In small letters, without accents; the signs for inches, feet and ranges written in one way."""
    plain = text.lower()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain.replace("\u00bd", " 1/2").replace("\u00bc", " 1/4"))
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for sign, written in (("\u2033", '"'), ("\u201d", '"'), ("\u2032", "'"), ("\u2019", "'"), ("\u2044", "/")):
        plain = plain.replace(sign, written)
    return re.sub(r"(?<=[a-z])'s?(?![a-z])", "", plain)


def _tokens(text: str) -> list[str]:
    return [token.replace("-", "") for token in _TOKEN.findall(text)]


def _is_mixed(token: str) -> bool:
    return any(map(str.isdigit, token)) and any(map(str.isalpha, token))


@lru_cache(50_000)
def _contrasts(word: str) -> tuple[tuple[int, str], ...]:
    """What a word contrasts by: the group of contrasts, and the side of it."""
    meant = {_same(word), _plain_singular(_same(word))}
    return tuple((at, group[each]) for at, group in enumerate(_CONTRASTS) for each in meant if each in group)


def _same(word: str) -> str:
    return _SAME_WORDS.get(word, word)


def _plain_singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


@lru_cache(50_000)
def stem(word: str) -> str:
    """The word as it is compared: of words that mean the same one, without its ending."""
    return _STEMMER.stemWord(_same(_plain_singular(_same(word))))
