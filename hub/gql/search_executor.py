"""A search asked: its rows are found, put in order and cut to a page, and then what is asked of those is read."""

from collections import defaultdict
from collections.abc import Awaitable, Sequence
from itertools import chain
from typing import Any, Protocol

from graph_schema.cypher import Parameters
from hub.compile.compiler import END, FOUND, FRONT, RIGHTS, SOUGHT, Compiled, SearchReads


class RunStatements(Protocol):
    """Whoever runs statements with these parameters: of each comes one value, or None."""

    def __call__(self, texts: Sequence[str], given: Parameters, /) -> Awaitable[list[Any]]:
        """Runs them at once."""
        ...


async def read_search(compiled: Compiled, given: Parameters, run: RunStatements) -> list[Any]:
    """What the shaper of a search takes, in a list by itself, as other statements' values are; None in it where one
    gave nothing.
    """
    search = compiled.search
    assert search is not None
    # nothing else: Neo4j plans anew for other parameters, even where a statement does not use them
    parts = await run(compiled.texts, {**{name: given[name] for name in RIGHTS}, SOUGHT: _sought(search, given)})
    if None in parts:
        return [None]
    rows, more = _page(search, given, [row for part in parts for row in part[0]])
    by_label: dict[str, list[list[Any]]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_label[search.labels[row[2]]].append([number, *row])
    to_read = [search.texts[label] for label in by_label if label in search.texts]
    kept = {name: value for name, value in given.items() if name != SOUGHT}
    read = await run(to_read, {**kept, FOUND: by_label}) if to_read else []
    if None in read:
        return [None]
    known = (
        [one, *([one[4]] * count for count in search.keys[label])]
        for label, ones in by_label.items()
        if label not in search.texts
        for one in ones
    )
    # a row that went in between is left out
    answered = sorted(chain(known, *read), key=lambda row: row[0][0])
    return [[answered, sum(part[1] for part in parts), more]]


def _sought(search: SearchReads, given: Parameters) -> Parameters:
    page = search.page
    return {
        **given[SOUGHT],
        "size": given[page.size] + 1,
        "after": [given[name] for name in page.after] if page.after else FRONT,
        "before": [given[name] for name in page.before] if page.before else END,
    }


def _page(search: SearchReads, given: Parameters, found: list[list[Any]]) -> tuple[list[list[Any]], bool]:
    """The rows of the page, in the order of the search, and whether there are more beyond it."""
    found.sort(key=_place)
    size = given[search.page.size]
    return (found[max(len(found) - size, 0) :] if search.page.backward else found[:size]), len(found) > size


def _place(row: Sequence[Any]) -> tuple[Any, ...]:
    rank, matched, *key = row
    return rank, -matched, *key
