"""The shared desk of every office: whom to turn to where nobody is named.

That an office has one is no more than that it can be reached; its mailbox, telephone and hours are empty until they are
known, from a public page (`desks.csv`) or from the office itself (`describeDesk`).
"""

from collections.abc import Iterator
from typing import Final

from graph_schema import people
from graph_schema.people import DESK
from graph_schema.sources import REFERENCE
from graph_schema.tables import table
from graph_schema.upsert import EdgeRow, NodeRow
from hub.world.reference import Rows

_OF: Final = {
    "Center": "code",
    "Port": "id",
    "FieldOffice": "name",
    "Office": "code",
    "Agency": "code",
    "AgencyOffice": "code",
}
"""Whose offices have a shared desk, and the key of each."""
_CALLED: Final = {"Port": "Port of {name}", "FieldOffice": "{name} Field Office"}


def desk_rows(known: Rows) -> Rows:
    """The shared desks of the offices among these public facts."""
    told = {(row["label"], row["key"]): row for row in table("desks")}
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    for label, key, name in _offices(known):
        found = told.get((label, key), {})
        desk = f"{DESK}:{label}:{key}"
        properties = {
            "id": desk, "name": f"{_CALLED.get(label, '{name}').format(name=name)}, shared desk", "role": DESK,
            "published": True, "emailAudience": "public", "phoneAudience": "public", "source": REFERENCE.name,
            "email": found.get("email") or None, "phone": found.get("phone") or None,
            "timeZone": found.get("time_zone") or None, "opensAt": found.get("opens_at") or None,
            "closesAt": found.get("closes_at") or None,
        }  # fmt: skip
        nodes.append(NodeRow("Contact", properties))
        edges.append(EdgeRow(people.WORKS_FOR, ("Contact", desk), (label, key)))
    return Rows(tuple(nodes), tuple(edges))


def _offices(known: Rows) -> Iterator[tuple[str, str, str]]:
    """Label, key and name of each office that is at work today."""
    for row in known.nodes:
        at_work = row.properties.get("validTo") is None and row.properties.get("kind") != "administrative"
        if row.label in _OF and at_work:
            yield row.label, row.properties[_OF[row.label]], row.properties["name"]
