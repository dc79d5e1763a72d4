"""What lies on a viewer's desk: by list, what makes a row of a label one of it.

`{n}` is the row, every other `{name}` a fresh variable. `myDesk` tells the same lists, each from its other end; tests
hold the two against each other.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from graph_schema.case_parties import in_force
from graph_schema.model import DeskList

TODAY: Final = "date(datetime({datetime: now, timezone: 'America/New_York'}))"
"""The day in Washington, by the viewer set `now`."""
_IS_OPEN: Final = "{n}.status <> 'CLOSED'"
_OWNED: Final = "CASE WHEN isOffice THEN EXISTS { ({n})-[:HANDLED_BY]->({o}) WHERE {o} IN myParties } ELSE false END"
_OF_CLIENT: Final = "EXISTS { ({n})-[:CONCERNS]->({i}:Importer) WHERE {i} IN myClients }"
_JOINED: Final = (
    "CASE WHEN isAgency THEN EXISTS { ({n})-[{j}:INVOLVES]->({g}:Agency)"
    " WHERE {g} IN myParties AND {j}.acceptedAt IS NOT NULL } ELSE false END"
)
_NOT_GIVEN: Final = "NOT EXISTS { ({n})-[:WORKED_BY]->() }"
_NOT_TAKEN_ON: Final = "NOT EXISTS { ({n})-[:JOINED_BY]->(:Contact)-[:WORKS_FOR]->({h}) WHERE {h} IN myParties }"
_CAME_BACK: Final = "{n}.cameBackAt IS NOT NULL"
_TO_TAKE_UP: Final = f"({_CAME_BACK} OR {{n}}.partyWroteAt IS NOT NULL)"
_AWAITS: Final = "({n}.awaitingSince IS NOT NULL OR {n}.status = 'AWAITING')"
_OF_OWN_CASE: Final = "EXISTS { ({n})-[:OF_CASE]->({k}:Case)-[:HANDLED_BY]->({o}) WHERE {o} IN myParties }"
_OF_OPEN_CASE: Final = "EXISTS { ({n})-[:OF_CASE]->({c}:Case) WHERE {c}.status <> 'CLOSED' }"


def _any_of(*alternatives: str) -> str:
    """One of them holds. Joined by OR, sub-queries would be planned many times over."""
    return f"CASE {' '.join(f'WHEN {alternative} THEN true' for alternative in alternatives)} ELSE false END"


_IN_ROLE: Final = (
    "CASE WHEN takesPart THEN EXISTS { MATCH ({n})-[:RUNS_BY]->({l}:Clock),"
    f" ({{n}})-[:OF_CASE]->(:Case)-[{{r}}:HAS_PARTY]->({{q}}) WHERE {{q}} IN myParties AND {in_force('{r}')}"
    " AND {r}.role IN {l}.owedRoles } ELSE false END"
)
"""One of the viewer's own parties owes the deadline by its role in the case."""
_OWED: Final = _any_of("EXISTS { ({n})-[:OWED_BY]->({p}) WHERE {p} IN myParties OR {p} IN myClients }", _IN_ROLE)


def _open(*alternatives: str) -> str:
    return f"{_IS_OPEN} AND {_any_of(*alternatives)}"


LISTS: Final[Mapping[str, tuple[DeskList, ...]]] = MappingProxyType({
    "Case": (
        DeskList(
            "ASSIGNED",
            "Open, and given to the contact that you are.",
            f"{_IS_OPEN} AND EXISTS {{ MATCH ({{n}})-[:WORKED_BY|JOINED_BY]->({{c}}:Contact)<-[:IS_CONTACT]-"
            "(:Account {id: $viewer}), ({c})-[:WORKS_FOR]->({w}) WHERE {w} IN myParties }",
        ),
        DeskList(
            "MINE",
            "Open, and of your own parties: owned, of an importer of yours or a client, or joined as an agency.",
            _open(_OWNED, _OF_CLIENT, _JOINED),
        ),
        DeskList(
            "TO_ANSWER",
            "Open, and waiting for you: something came back to its owner, or its owner asked the parties.",
            _open(f"{_TO_TAKE_UP} AND {_OWNED}", f"{_AWAITS} AND {_OF_CLIENT}"),
        ),
        DeskList(
            "AWAITING",
            "Open, and waiting for the other side: you asked the parties, or answered and its owner has not looked.",
            _open(f"{_AWAITS} AND {_OWNED}", f"{_CAME_BACK} AND {_OF_CLIENT}"),
        ),
        DeskList(
            "UNASSIGNED",
            "Open, and nobody's: without an officer, or not taken on by your agency.",
            _open(f"{_OWNED} AND {_NOT_GIVEN}", f"{_JOINED} AND {_NOT_TAKEN_ON}"),
        ),
        DeskList(
            "REFERRED",
            "Open, and sent to another owner by you.",
            f"{_IS_OPEN} AND EXISTS {{ ({{n}})-[:REFERRED_BY]->({{o}}) WHERE {{o}} IN myParties }}",
        ),
        DeskList(
            "DECIDED_OTHERWISE",
            "Of your own or a client: elsewhere it is decided otherwise about the same goods, and you were told.",
            f"{_OF_CLIENT} AND EXISTS {{ MATCH ({{n}})<-[:DECIDES]-(:Decision)<-[{{b}}:BETWEEN]-"
            "(:Disparity {state: 'OPEN'}) WHERE {b}.toldAt IS NOT NULL }",
        ),
    ),
    "Deadline": (
        DeskList("OWED", "Running, and owed by you or a client.",
                 f"{{n}}.state = 'RUNNING' AND {{n}}.due >= {TODAY} AND {_OWED}"),
        DeskList(
            "OVERDUE",
            "Past, not met, owed by you or a client, in an open case.",
            f"{{n}}.state IN ['RUNNING', 'MISSED'] AND {{n}}.due < {TODAY} AND {_OWED} AND {_OF_OPEN_CASE}",
        ),
        DeskList(
            "PROPOSED",
            "Past, and by law something is decided: you own the case and are to pronounce it.",
            f"{{n}}.state = 'PROPOSED' AND {{n}}.due IS NOT NULL AND {_OF_OWN_CASE}",
        ),
    ),
    "Question": (
        DeskList(
            "TO_ANSWER",
            "Asked of your office, and not answered.",
            "{n}.state = 'ASKED' AND EXISTS { ({n})-[:ASKED_OF]->({o}) WHERE {o} IN myParties }",
        ),
        DeskList(
            "AWAITING",
            "Asked by you, and not answered.",
            "{n}.state = 'ASKED' AND "
            + _any_of(
                "EXISTS { ({n})-[:ASKED_BY]->({o}) WHERE {o} IN myParties }",
                "EXISTS { ({n})<-[:ASKED]-(:Account {id: $viewer}) }",
            ),
        ),
    ),
    "RequestItem": (
        DeskList(
            "TO_ANSWER",
            "Open, and asked of you or a client.",
            "{n}.state = 'OPEN' AND EXISTS { ({n})-[:ASKED_IN]->({k}:Case)-[:CONCERNS]->({i}:Importer)"
            " WHERE {i} IN myClients AND {k}.status <> 'CLOSED' }",
        ),
        DeskList(
            "AWAITING",
            "Open, and asked by you.",
            "{n}.state = 'OPEN' AND EXISTS { ({n})-[:ASKED_IN]->({k}:Case)-[:HANDLED_BY]->({o})"
            " WHERE {o} IN myParties AND {k}.status <> 'CLOSED' }",
        ),
    ),
    "Referral": (
        DeskList(
            "TO_ANSWER",
            "Sent to you, and not answered: your office has the case now, or your agency is accepted in it.",
            "{n}.state = 'OPEN' AND "
            + _any_of(
                "EXISTS { MATCH ({n})-[:REFERS]->(:Case)-[:HANDLED_BY]->({o}), ({n})-[:SENT_BY]->({s}),"
                " ({n})-[:SENT_TO]->({t}) WHERE {o} IN myParties AND {o} <> {s} AND NOT {t}:Agency }",
                "EXISTS { MATCH ({n})-[:SENT_TO]->({g}:Agency), ({n})-[:REFERS]->(:Case)-[{j}:INVOLVES]->({g})"
                " WHERE {g} IN myParties AND {j}.acceptedAt IS NOT NULL }",
            ),
        ),
        DeskList(
            "AWAITING",
            "Sent by you, and not answered.",
            "{n}.state = 'OPEN' AND EXISTS { ({n})-[:SENT_BY]->({o}) WHERE {o} IN myParties }",
        ),
    ),
})  # fmt: skip
"""The lists of rows of a label, as `desk:` of such lists asks for them."""
