"""What statements of a search, and of a question of the hub's own, are given: both are asked in two steps."""

from collections.abc import Sequence
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import GraphSchema, Kind
from hub.compile.order import Sort

SOUGHT: Final = "sought"
"""The parameter with what is looked for, a map: Neo4j plans anew for lists and texts of other lengths, but not within
another value.

Its members: `text` in lower case, how many `words` it has, and `queries`, one full-text query a term. By label: the
terms that are `asked_` of it, each as [its place among the queries, as how many words it counts in a name], how many
words the name `needs_` to have all, and as which of its `codes_` the text may be read. Then `size`, and `after` and
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
IN_NAME: Final = 3
"""The rank of a row whose name has all words. 0 is exact, 1 a wider code, 2 the beginning of a text, 4 any words."""
MATCHES: Final = ("EXACT", "EXACT", "PREFIX", "WORDS", "WORDS")
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
