"""The text of questions of the hub's own: what finds what they tell, what reads rows besides, and their shaper."""

from graph_schema.model import GraphSchema
from hub.compile.compiled import Compiled, Place, RowReading, Telling
from hub.compile.plan import CustomPlan, Item, ReadingPlan, RowPlace, ToldRow
from hub.compile.shaper import ShaperText, record
from hub.compile.text import TextWriter, whole


def write_custom(graph: GraphSchema, plan: CustomPlan) -> Compiled:
    """A question's statements, and its shaper."""
    text = whole(graph, plan.tells, plan.tells.body)
    writer = _Writer(graph)
    shaper = writer.record(plan.items)
    places = tuple(map(writer.place, plan.places))
    readings = tuple(map(writer.reading, plan.readings))
    telling = Telling(plan.selected, plan.sizes, places, readings)
    return Compiled((text,), writer.shapers.compiled(shaper), telling=telling)


class _Writer:
    """Writes one shaper, and each reading once."""

    def __init__(self, graph: GraphSchema) -> None:
        self._graph = graph
        self.shapers = ShaperText()
        self._text = TextWriter(graph, self.shapers)
        self._readings: dict[str, tuple[RowReading, str]] = {}

    def record(self, items: tuple[Item, ...]) -> str:
        """The function that shapes a record."""
        return self.shapers.function(record([self._item(item) for item in items]))

    def reading(self, plan: ReadingPlan) -> RowReading:
        """How rows are read."""
        reading, _ = self._read(plan)
        return reading

    def place(self, plan: RowPlace) -> Place:
        """Where rows stand."""
        readings = {label: tuple(map(self.reading, several)) for label, several in plan.readings.items()}
        return Place(plan.steps, plan.position, plan.labels, plan.keys, readings)

    def _item(self, item: Item) -> tuple[str, str]:
        key, told = item
        if isinstance(told, str):
            return key, told
        if isinstance(told, ToldRow):
            return key, self._row(told)
        shaper = self.record(told.items)
        return key, f"[{shaper}(x, p, w) for x in {told.at}]" if told.several else f"{shaper}({told.at}, p, w)"

    def _row(self, plan: ToldRow) -> str:
        """What a row is shaped to, or null."""
        by_label = {label: self._of_label(told) for label, told in plan.by_label.items()}
        shaper, *others = by_label.values()
        if others:
            functions = ", ".join(f"{label!r}: {shaper}" for label, shaper in by_label.items())
            shaper = self.shapers.function(f"{{{functions}}}[r[0]](r, p, w)")
        return f"None if {plan.at} is None else {shaper}({plan.at}, p, w)"

    def _of_label(self, told: tuple[Item, ...] | ReadingPlan) -> str:
        if not isinstance(told, ReadingPlan):
            return self.record(told)
        reading, shaper = self._read(told)
        return self.shapers.function(f"{shaper}(r[-1][{reading.name!r}], p, w)")

    def _read(self, plan: ReadingPlan) -> tuple[RowReading, str]:
        """The reading, and the function that shapes what it gives of a row."""
        if plan.name not in self._readings:
            body, shaper = self._text.found(plan.statement.body)
            text = whole(self._graph, plan.statement, body)
            self._readings[plan.name] = RowReading.of(plan.name, text), shaper
        return self._readings[plan.name]
