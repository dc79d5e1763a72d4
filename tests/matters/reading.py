"""The matters of this folder, step by step, and the rows of clocks.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from hub.deadlines.clock import Clock
from hub.deadlines.facts import Facts
from tests.matters.calculation import History, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
CLOCKS = Path(__file__).parents[2] / "graph_schema" / "reference" / "clocks.csv"
NUMBERS = {"length", "extension_length", "extension_times", "anew_length"}
CALLED = {"starts_from": "startsFrom", "condition": "conditions", "source": "citation"}


def rows() -> list[Row]:
    with CLOCKS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def clocks(of: list[Row]) -> list[Clock]:
    """The engine's clocks, from rows in the order of the file."""
    return [Clock.of(properties(row, rank)) for rank, row in enumerate(of)]


def properties(row: Row, rank: int) -> dict[str, Any]:
    """A row as a node of the graph has it: what is empty is missing."""
    found: dict[str, Any] = {"id": " ".join(filter(None, (row["kind"], row["code"], row["variant"]))), "rank": rank}
    for column, text in row.items():
        if not text or column in {"kind", "checked_on"}:
            continue
        first, *others = column.split("_")
        name = CALLED.get(column, first + "".join(word.capitalize() for word in others))
        if column in NUMBERS:
            found[name] = int(text)
        elif column in {"rolls", "window", "from_last", "repeats"}:
            found[name] = text == "yes"
        else:
            found[name] = text.split("&") if column == "condition" else text
    return found


@dataclass(frozen=True)
class Step:
    """What is known of a matter after one step, and the deadlines that it then has."""

    matter: str
    number: int
    kind: str
    history: History
    as_of: date
    expected: dict[str, str]
    exactly: bool
    shown: str = field(compare=False, default="")

    def __str__(self) -> str:
        return self.shown


LISTS = ("dates", "conditions", "suspensions", "extensions", "answers", "pronounced", "entries", "decisions")


def after(history: History, step: dict[str, Any]) -> History:
    """The facts, with those of one more step: a date corrects one of the same event and entry."""
    gone: set[str] = set(step.get("removes", ()))
    new: dict[str, tuple[str, ...]] = {}
    for name in LISTS:
        added: tuple[str, ...] = tuple(step.get(name, ()))
        kept: tuple[str, ...] = getattr(history, name)
        if name == "dates":
            corrected = {subject(fact) for fact in added}
            kept = tuple(fact for fact in kept if subject(fact) not in corrected)
        new[name] = tuple(fact for fact in (*kept, *added) if fact not in gone)
    return replace(history, **new, closed=step.get("closed", history.closed))


def subject(fact: str) -> tuple[str, ...]:
    """Event and entry of a date."""
    event, _, *entry = fact.split()
    return (event, *entry)


def matters() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8"))


def steps() -> Iterator[Step]:
    for matter in matters():
        history = History()
        for number, step in enumerate(matter["steps"], 1):
            history = after(history, step)
            exactly = "expect" in step
            expected = step["expect"] if exactly else step["some"]
            shown = f"{matter['kind']}: {matter['name']} ({number})"
            yield Step(
                matter["name"], number, matter["kind"], history, step["as_of"], expected, exactly=exactly, shown=shown
            )


def facts(history: History, case: str = "c1") -> Facts:
    return Facts(
        case,
        history.dates,
        history.conditions,
        history.suspensions,
        history.extensions,
        history.answers,
        history.pronounced,
        history.closed,
        history.entries,
        history.decisions,
    )
