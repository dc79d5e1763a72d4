"""What statements of a search, and of a question of the hub's own, are given: both are asked in two steps."""

from collections.abc import Sequence
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import GraphSchema, Kind
from graph_schema.vocabulary import MOST_MEANT
from hub.compile.order import Sort

SOUGHT: Final = "sought"
"""The parameter with what is looked for, a map: Neo4j plans anew for lists and texts of other lengths, but not within
another value.

Its members: `text` in lower case, how many `words` it has, and `queries`, three full-text queries a term: for it as it
is written, as it may be meant, and with what begins with it. By label: the terms that are `asked_` of it, each as [its
place among the queries, as how many words it counts in a name], how many words the name `needs_` to have all, as which
of its `codes_` the text may be read, and the rank of each row that is `called_` so. Then `size`, and `after` and
`before`, positions in `ORDER`.
"""
RIGHTS: Final = ("viewer", "now")
"""The parameters beside it: who asks, and when."""
ORDER: Final = (
    Sort("rank", Kind.INT, descending=False, nullable=False),
    Sort("matched", Kind.INT, descending=True, nullable=False),
    Sort("place", Kind.INT, descending=False, nullable=False),
    Sort("key", Kind.STRING, descending=False, nullable=False),
)
"""The order of what is found: its rank, how many words matched, the place of its label among those declared, its key.
"""
WHOLE: Final = 1
"""The rank of a row a text of which is the whole of what is looked for. 0 is a code of it."""
CALLED: Final = WHOLE + 1
"""The rank of the likeliest of the rows that the whole text means; the others follow."""
_MEANT: Final = ("CALLED",) * MOST_MEANT
WIDER_CODE: Final = CALLED + MOST_MEANT
"""The rank of a row whose code only holds the one that is looked for."""
BEGINS: Final = WIDER_CODE + 1
"""The rank of a row a text of which begins so."""
IN_NAME: Final = BEGINS + 1
"""The rank of a row whose name has all words as they are written."""
PARTLY_CALLED: Final = IN_NAME + 1
"""The rank of the likeliest of the rows that a part of the text means, or the text if it is misspelt."""
NEARLY_IN_NAME: Final = PARTLY_CALLED + MOST_MEANT
"""The rank of a row whose name has all words with typos, or begun."""
ANY_WORDS: Final = NEARLY_IN_NAME + 1
"""The rank of all others."""
MATCHES: Final = ("EXACT", "EXACT", *_MEANT, "EXACT", "PREFIX", "WORDS", *_MEANT, "WORDS", "WORDS")
"""How a row of a rank was found."""
WIDER: Final = "wider"
"""The member of what is looked for with the codes that only hold it, as a chapter of the tariff does a heading."""
FRONT: Final = (-1, 0, -1, "")
"""A position before all rows."""
END: Final = (len(MATCHES), 0, 0, "")
"""A position after all rows."""
FOUND: Final = "found"
"""The parameter with what was found, a map: of a search by label, each row on the page as [its number there, rank,
matched, place, key].
"""
LISTS: Final = "lists"
"""In `$asked`: the lists that are asked for, each true under its name."""
ROWS: Final = "rows"
"""There, too: the names of the properties asked of rows, under the rows' name; null where those are not asked for."""
BESIDE: Final = "beside"
"""The rows of which guarded properties are told, each true under its name."""


def place_of(graph: GraphSchema, label: str) -> int:
    """The place of a label among those declared."""
    return next(place for place, node in enumerate(graph.nodes) if node.label == label)


def listed_as(labels: Sequence[str]) -> str:
    """The type of a list of what is found, as far as its cursors are concerned."""
    return f"Search {' '.join(labels)}"


def taken(graph: GraphSchema, label: str, row: str, under: str, key: str) -> str:
    """The match of the rows that were found, one after another, of which `one` tells the key."""
    return f"UNWIND ${FOUND}.{under} AS one MATCH ({row}:{label} {{{name(graph.node(label).key)}: {key}}})"
