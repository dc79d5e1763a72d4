"""A table of questions as people of the trade and of CBP ask them, and who is right: written before the rules were."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC, Viewer
from tests.offices import ISSUER, TUESDAY

_FILE: Final = Path(__file__).parent / "job_questions.csv"
_ANSWER: Final = """{ contacts { contact { id role published } organisation { nodeId } reason } }"""
_DESKS: Final = ("liaison", "desk")
JUDGED: Final = ("office", "person", "among")


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the table: `person` and `office` name alternatives, `among` a contact's office after the first."""

    question: str
    viewer: str
    at: str
    asked: dict[str, str]
    office: tuple[str, ...]
    person: tuple[str, ...]
    among: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far an answer was right."""

    office: bool
    person: bool
    among: bool
    told: str


def _rows() -> list[Row]:
    with _FILE.open(encoding="utf-8") as file:
        return [
            Row(
                row["question"], row["viewer"], row["at"] or TUESDAY,
                dict(part.split("=", 1) for part in row["asked"].split(";")),
                tuple(row["office"].split("|")), tuple(row["person"].split("|")), row["among"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


ROWS: Final = _rows()


async def verdicts(hub: Executor) -> dict[str, Verdict]:
    """How far each question of the table is answered rightly."""
    return {row.question: _judged(row, await _contacts(hub, row)) for row in ROWS}


async def _contacts(hub: Executor, row: Row) -> list[Any]:
    given = {"at": row.at, **row.asked}
    named = ", ".join(f"${name}: {'DateTime' if name == 'at' else 'String'}" for name in given)
    passed = ", ".join(f"{name}: ${name}" for name in given)
    document = f"query ({named}) {{ responsibleContacts({passed}, first: 20) {_ANSWER} }}"
    who = Viewer.of(ISSUER, row.viewer) if row.viewer else PUBLIC
    answer: Any = await hub.answer(GraphQLRequest(document, None, given), who)
    assert "errors" not in answer, (row, answer)
    return answer["data"]["responsibleContacts"]["contacts"]


def _judged(row: Row, contacts: list[Any]) -> Verdict:
    first = contacts[0]
    office = first["organisation"]["nodeId"] in row.office
    person = office and any(_is(wanted, first["contact"]) for wanted in row.person)
    offices = {found["organisation"]["nodeId"] for found in contacts}
    told = f"{first['organisation']['nodeId']}, {(first['contact'] or {}).get('id')}: {first['reason']}"
    return Verdict(office, person, not row.among or row.among in offices, told)


def _is(wanted: str, contact: Mapping[str, Any] | None) -> bool:
    """Whether the contact is the one that is wanted; `desk`: a published one that is there for everybody."""
    if contact is None:
        return False
    if wanted == "desk":
        return contact["published"] and contact["role"] in _DESKS
    return contact["id"] == wanted


def told(found: Mapping[str, Verdict]) -> str:
    """How many are right, and which are wrong."""
    right = {name: sum(getattr(verdict, name) for verdict in found.values()) for name in JUDGED}
    wrong = [
        f"  {' and '.join(name for name in JUDGED if not getattr(found[row.question], name))}: {row.question}"
        f" [{row.viewer}] {row.asked}: {found[row.question].told}"
        for row in ROWS
        if not all(getattr(found[row.question], name) for name in JUDGED)
    ]
    of = f"of {len(ROWS)}: right office first in {right['office']}, fit person in {right['person']}"
    return "\n".join((f"{of}, the other office in {right['among']}", *wrong))
