"""The text of questions of the hub's own: what finds what they tell, what reads rows besides, and their shaper."""

from graph_schema.model import GraphSchema
from hub.compile.compiled import Compiled, CustomReads, Place, RowReading
from hub.compile.plan import CustomPlan, Item, ToldRow
from hub.compile.shaper import ShaperText, record
from hub.compile.text import TextWriter, whole


def write_custom(graph: GraphSchema, plan: CustomPlan) -> Compiled:
    """A question's statements, and its shaper."""
    writer = _Writer(graph, plan)
    shaper = writer.record(plan.items)
    readings = {name: reading for name, (reading, _) in writer.readings.items()}
    places = tuple(
        Place(
            place.steps,
            place.position,
            place.labels,
            place.keys,
            {label: tuple(readings[name] for name in names) for label, names in place.readings.items()},
        )
        for place in plan.places
    )
    reads = CustomReads(plan.selected, plan.sizes, places, tuple(readings.values()))
    return Compiled((whole(graph, plan.tells, plan.tells.body),), writer.shapers.compiled(shaper), custom=reads)


class _Writer:
    """Writes one shaper, and each reading once, as it is met."""

    def __init__(self, graph: GraphSchema, plan: CustomPlan) -> None:
        self._graph = graph
        self._plans = {reading.name: reading for reading in plan.readings}
        self.shapers = ShaperText()
        self._text = TextWriter(graph, self.shapers)
        self.readings: dict[str, tuple[RowReading, str]] = {}
        """By its name, each reading, and the function that shapes what it gives of a row."""

    def record(self, items: tuple[Item, ...]) -> str:
        """The function that shapes a record."""
        return self.shapers.function(record([self._item(item) for item in items]))

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

    def _of_label(self, told: tuple[Item, ...] | str) -> str:
        if not isinstance(told, str):
            return self.record(told)
        if told not in self.readings:
            statement = self._plans[told].statement
            body, shaper = self._text.found(statement.body)
            self.readings[told] = RowReading.of(told, whole(self._graph, statement, body)), shaper
        _, shaper = self.readings[told]
        return self.shapers.function(f"{shaper}(r[-1][{told!r}], p, w)")
