"""What a question may cost: how many rows it may touch."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph_schema.cypher import Parameters
from hub.compile.compiler import query


@dataclass(frozen=True, slots=True)
class Cost:
    """How many rows a question may touch: the parameters that bound its pages, nested as the pages are, or a
    `fixed` number.
    """

    size: str | None
    below: tuple["Cost", ...]
    fixed: int = 1

    def of(self, parameters: Parameters) -> int:
        """With these parameters."""
        return self._rows(parameters) * (1 + sum(cost.of(parameters) for cost in self.below))

    def largest(self, parameters: Parameters) -> int:
        """The size of its largest page."""
        return max((parameters[self.size] if self.size else 0, *(cost.largest(parameters) for cost in self.below)))

    def widest(self, parameters: Parameters) -> int:
        """How many rows its largest page may have, or one of the hub's own questions may give."""
        return max((self._rows(parameters), *(cost.widest(parameters) for cost in self.below)))

    def _rows(self, parameters: Parameters) -> int:
        return parameters[self.size] if self.size else self.fixed


def cost_of(root: query.Root) -> Cost:
    """The cost of a root field."""
    match root:
        case query.ByKey():
            return Cost(None, tuple(_of_rows(root.selection)))
        case query.ByIds():
            return Cost(root.count, tuple(_of_rows(root.selection)))
        case query.List() | query.Search():
            return Cost(None, (_of_page(root.page),))
        case query.CustomQuery():
            return Cost(None, (Cost(None, tuple(_of_members(root.fields)), root.question.rows),))


def _of_page(page: query.Page) -> Cost:
    return Cost(page.size, tuple(cost for part in page.parts for cost in _of_part(part)))


def _of_part(part: query.Part) -> Iterator[Cost]:
    match part:
        case query.Nodes():
            yield from _of_rows(part.selection)
        case query.Edges():
            for inner in part.parts:
                if isinstance(inner, query.EdgeNode):
                    yield from _of_rows(inner.selection)
        case _:
            pass


def _of_rows(selection: query.Selection) -> Iterator[Cost]:
    for fields in selection.values():
        for field in fields:
            if isinstance(field, query.One):
                yield from _of_rows(field.selection)
            elif isinstance(field, query.Many):
                yield _of_page(field.page)


def _of_members(members: tuple[query.CustomSelection, ...]) -> Iterator[Cost]:
    for member in members:
        yield from _of_members(member.fields)
        yield from _of_rows(member.selection)
