"""Words: how a search text becomes full-text queries and codes, and where its words stand in a text that was found.

A word with a typo is one letter more, less, other, or two neighbours changed. It is spelled out as a pattern over single
letters: Lucene's own fuzzy queries keep only the nearest terms of the whole index, and so would tell of hidden rows.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from graph_schema.formats import BadFormat, tariff_number
from graph_schema.model import NodeType
from hub.errors import BadInput

TERMS: Final = "terms"
"""The member of what a search looks for that holds the words."""
MOST_CHARACTERS: Final = 200
_MOST_WORDS: Final = 10
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_FORGIVEN: Final = 4
"""Words of at least so many letters may hold a typo."""
_LONGEST_FORGIVEN: Final = 24


def words(text: str) -> list[str]:
    """The words of a text, folded, each once, in their order. Raises `BadInput` for none or too many."""
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"text: at most {MOST_CHARACTERS} characters, not {len(text)}")
    found = list(dict.fromkeys(folded(word) for word in _WORD.findall(text)))
    if not found:
        raise BadInput("text: at least one word, number or code to search for")
    if len(found) > _MOST_WORDS:
        raise BadInput(f"text: at most {_MOST_WORDS} different words, not {len(found)}")
    return found


def query(word: str) -> str:
    """The full-text query for a word: itself, what begins with it, and, of a word in letters, what is a typo away."""
    exact = f'"{word}"'
    if not word.isalpha():
        return exact
    queries = [exact, f"{word}*"]
    if _FORGIVEN <= len(word) <= _LONGEST_FORGIVEN:
        queries.append(f"/{'|'.join(sorted(_a_typo_away(word)))}/")
    return " OR ".join(queries)


def codes(node: NodeType, text: str) -> list[str]:
    """What the text may be as a code of such a row. Raises `BadInput` for a number that is refused."""
    text = text.strip()
    candidates: list[str] = []
    for name in node.codes:
        found = node.property_named(name)
        if found.format is None:
            candidates += [text, text.upper()]
            continue
        try:
            candidates.append(found.format.check(tariff_number(text, found.format) or text))
        except BadFormat:
            if found.format.is_refused(text):
                raise BadInput(f"text: {found.format.refusal}") from None
    return list(dict.fromkeys(candidates))


def folded(text: str) -> str:
    """In lower case and without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))


def highlighted(searched: Sequence[str], texts: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
    """The properties in which a word stands, their text in pieces that are such a word or not."""
    found: list[dict[str, Any]] = []
    for name, text in texts:
        parts = list(_parts(searched, text or ""))
        if any(part["matched"] for part in parts):
            found.append({"property": name, "parts": parts})
    return found


def _parts(searched: Sequence[str], text: str) -> Iterator[dict[str, Any]]:
    at = 0
    for word in _WORD.finditer(text):
        if any(_fits(wanted, folded(word[0])) for wanted in searched):
            if word.start() > at:
                yield {"text": text[at : word.start()], "matched": False}
            yield {"text": word[0], "matched": True}
            at = word.end()
    if at < len(text):
        yield {"text": text[at:], "matched": False}


def _fits(wanted: str, word: str) -> bool:
    """Whether the query for a word finds this one."""
    if word == wanted:
        return True
    if not wanted.isalpha():
        return False
    forgiven = _FORGIVEN <= len(wanted) <= _LONGEST_FORGIVEN
    return word.startswith(wanted) or (forgiven and re.fullmatch("|".join(_a_typo_away(wanted)), word) is not None)


def _a_typo_away(word: str) -> set[str]:
    """Patterns that together match whatever is one typo away from a word of letters; a point is any one letter."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(f"{left}.{right}" for left, right in splits),
        *(f"{left}{right[1:]}" for left, right in splits if right),
        *(f"{left}.{right[1:]}" for left, right in splits if right),
        *(f"{left}{right[1]}{right[0]}{right[2:]}" for left, right in splits if len(right) > 1),
    }
