"""Powers of attorney: both sides consent, for a term, and what is revoked counts at once."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.world.load import WorldWanted, load

Do = Callable[..., Any]
MINE: Final = "11-1111111AA"
_GRANT: Final = 'mutation {{ grantPowerOfAttorney(importer: "{0}", broker: "{1}"{2}) {{ id state principal until }} }}'
_ACCEPT: Final = 'mutation {{ acceptPowerOfAttorney(power: "{0}") {{ state importer {{ number }} }} }}'
_END: Final = 'mutation {{ endPowerOfAttorney(power: "{0}", reason: "{1}") {{ state endedBy endedBecause }} }}'
_CASE: Final = '{ case(number: "T-open") { number } }'


def _sees(do: Do, viewer: str) -> bool:
    return do(viewer, _CASE)["data"]["case"] is not None


def _granted(did: Do, more: str = "") -> str:
    return did("importer", _GRANT.format(MINE, "DDD", more))["id"]


def test_a_broker_acts_once_it_has_accepted_and_until_it_is_revoked(do: Do, did: Do, refused: Do) -> None:
    offered = did("importer", _GRANT.format(MINE, "DDD", ""))
    principal = f"{MINE} Sample Importer 11"
    assert offered == {"id": offered["id"], "state": "OFFERED", "principal": principal, "until": None}
    # the broker is told who grants it, and sees nothing of theirs
    received = '{ broker(filerCode: "DDD") { powersReceived { nodes { principal state importer { number } } } } }'
    told = did("new-broker", received)["powersReceived"]["nodes"]
    assert told == [{"principal": principal, "state": "OFFERED", "importer": None}]
    assert not _sees(do, "new-broker")
    # only the broker itself accepts
    for viewer, code in (("importer", "NOT_ALLOWED"), ("center-007", "NOT_ALLOWED"), ("broker", "NOT_FOUND")):
        assert refused(viewer, _ACCEPT.format(offered["id"]))[0] == code, viewer
    assert did("new-broker", _ACCEPT.format(offered["id"])) == {"state": "ACCEPTED", "importer": {"number": MINE}}
    assert _sees(do, "new-broker")
    assert refused("new-broker", _ACCEPT.format(offered["id"]))[0] == "CONFLICT"
    new = f'kind: "protest", importer: "{MINE}", title: "x", event: "protest_filed", on: "2026-11-02"'
    opened = f"mutation {{ openCase({new}) {{ number }} }}"
    did("new-broker", opened)
    # revocation counts at once
    ended = did("importer", _END.format(offered["id"], "another broker"))
    assert ended == {"state": "ENDED", "endedBy": "importer", "endedBecause": "another broker"}
    assert not _sees(do, "new-broker")
    assert refused("new-broker", opened)[0] == "NOT_FOUND"
    assert refused("importer", _END.format(offered["id"], "again"))[0] == "CONFLICT"


def test_either_side_ends_an_offer_or_a_power(do: Do, did: Do, refused: Do) -> None:
    offer = _granted(did)
    assert did("new-broker", _END.format(offer, "we do not"))["endedBy"] == "broker"
    assert refused("new-broker", _ACCEPT.format(offer))[0] == "CONFLICT"
    offer = _granted(did)
    assert refused("importer", _GRANT.format(MINE, "DDD", ""))[0] == "CONFLICT"
    did("importer", _END.format(offer, "withdrawn"))
    accepted = _granted(did)
    did("new-broker", _ACCEPT.format(accepted))
    did("new-broker", _END.format(accepted, "we stop"))
    assert not _sees(do, "new-broker")


def test_only_the_importer_itself_grants(refused: Do) -> None:
    assert refused("broker", _GRANT.format(MINE, "DDD", ""))[0] == "NOT_ALLOWED"
    assert refused("center-007", _GRANT.format(MINE, "DDD", ""))[0] == "NOT_ALLOWED"
    for hidden in ("44-4444444AA", "99-9999999AA"):
        assert refused("importer", _GRANT.format(hidden, "DDD", "")) == (
            "NOT_FOUND", f"importer: there is no importer {hidden} to be seen",
        )  # fmt: skip
    assert refused("importer", _GRANT.format(MINE, "ZZZ", ""))[0] == "NOT_FOUND"


def test_a_term_is_kept(do: Do, did: Do, refused: Do) -> None:
    later = _granted(did, ', since: "2099-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z"')
    did("new-broker", _ACCEPT.format(later))
    assert not _sees(do, "new-broker"), "it has not begun"
    did("importer", _END.format(later, "x"))
    for more in (
        ', until: "2020-01-01T00:00:00Z"',
        ', since: "2099-01-01T00:00:00Z", until: "2098-01-01T00:00:00Z"',
        ", partnership: true",
        ', partnership: true, since: "2026-11-24T00:00:00Z", until: "2028-11-24T00:00:01Z"',
    ):
        assert refused("importer", _GRANT.format(MINE, "DDD", more))[0] == "BAD_INPUT", more
    _granted(did, ', partnership: true, since: "2096-02-29T00:00:00Z", until: "2098-02-28T00:00:00Z"')


def test_whose_term_is_over_is_not_accepted(did: Do, refused: Do, world: Graph, run: Callable[..., Any]) -> None:
    offer = _granted(did)
    run(world.write([Statement("MATCH (p:PowerOfAttorney) SET p.until = datetime('2026-01-01T00:00:00Z')")]))
    assert refused("new-broker", _ACCEPT.format(offer))[0] == "CONFLICT"


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [("importer", 1), ("new-broker", 1), ("center-007", 1), ("trade", 1), ("broker", 0), ("center-004", 0), ("fda", 0),
     ("association", 0), ("", 0)],
)  # fmt: skip
def test_who_sees_a_power_of_attorney(viewer: str, sees: int, did: Do) -> None:
    _granted(did)
    assert did(viewer, "{ powersOfAttorney { totalCount } }") == {"totalCount": sees}


# before: the edge alone, of which some were said by a file
_BEFORE: Final = """
MATCH (i:Importer {number: '11-1111111AA'}) MATCH (b:Broker {filerCode: 'BBB'})
CREATE (d:Broker:Party {filerCode: 'EEE', name: 'Sample Broker EEE', source: 'ace'})
CREATE (d)-[:REPRESENTS {saidBy: ['ace|brokers|1'], since: datetime('2024-01-01T00:00:00Z')}]->(i)
CREATE (:SourceRecord {id: 'ace|brokers|1', system: 'ace', stream: 'brokers', key: '1', slot: 1, rank: 200,
  links: ['REPRESENTS Importer 11-1111111AA'], changedAt: datetime(), source: 'ace'})-[:DESCRIBES]->(d)"""
_AFTER: Final = """
MATCH (b:Broker)-[r:REPRESENTS]->(i:Importer)<-[:GIVEN_BY]-(p:PowerOfAttorney {id: r.power})-[:GIVEN_TO]->(b)
RETURN b.filerCode, p.state, p.principal ORDER BY b.filerCode"""


def test_in_a_database_of_an_earlier_release_what_a_file_alone_said_is_a_claim(
    world: Graph, run: Callable[..., Any]
) -> None:
    run(world.write([Statement(_BEFORE)]))
    for _ in range(2):
        run(load(world, WorldWanted(None, 7), lambda *_: None))
        run(world.write([Statement("MATCH (w:World) SET w.migrations = []")]))
    assert run(world.read(_AFTER, {})) == [
        ["BBB", "ACCEPTED", f"{MINE} Sample Importer 11"], ["CCC", "ENDED", f"{MINE} Sample Importer 11"],
    ]  # fmt: skip
    assert run(world.read_one("MATCH ()-[r:REPRESENTS]->() RETURN count(r)", {})) == 2
    kept = run(world.read("MATCH (r:SourceRecord) RETURN r.links, r.claims", {}))
    assert kept == [[[], [f"REPRESENTS Importer {MINE}"]]]
