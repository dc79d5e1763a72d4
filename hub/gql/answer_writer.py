"""What a shaper cannot write by itself: cursors, which are signed, and highlights, which look at words."""

from typing import Any

from graph_schema.cypher import Parameters
from hub.compile.compiler import SOUGHT, Highlight
from hub.gql.cursors import Cursors, Seal
from hub.gql.search_text import TERMS, highlighted


class AnswerWriter:
    """The pen of one answer: a viewer's cursors, and the parameters of its statement."""

    def __init__(self, cursors: Cursors, parameters: Parameters) -> None:
        self._cursors = cursors
        self._parameters = parameters
        self._seals: dict[tuple[str, tuple[str, ...]], Seal] = {}

    def cursor(self, stamp: str, bound: tuple[str, ...], values: list[Any]) -> str:
        """The signed cursor of a row that is ordered by these values, good for the `bound` parameters alone."""
        seal = self._seals.get((stamp, bound))
        if seal is None:
            seal = self._seals[stamp, bound] = self._cursors.seal(stamp, [self._parameters[name] for name in bound])
        return seal.cursor(values)

    def highlights(self, texts: list[tuple[str, str | None]]) -> list[Highlight]:
        """Of these texts, each with its property, those in which a term of the search stands, cut into pieces that are
        such a term or not.
        """
        return highlighted(self._parameters[SOUGHT][TERMS], texts)
