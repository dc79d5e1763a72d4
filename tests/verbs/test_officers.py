"""Officers: an account is known as a contact, and the cases that the contact works on are its holder's."""

from collections.abc import Callable
from typing import Any, Final

Do = Callable[..., Any]
_MINE: Final = "{ accounts { nodes { contacts { nodes { id worksOn { nodes { number } } } } } } }"


def _link(did: Do, viewer: str, contact: str) -> None:
    did(viewer, f'mutation {{ linkContact(contact: "{contact}") {{ id }} }}')


def test_a_case_that_is_assigned_to_an_officer_is_known_as_theirs(did: Do) -> None:
    _link(did, "port-2704", "director-2704")
    did("port-2704", 'mutation { assignCase(case: "T-open", contact: "director-2704") { number } }')
    (account,) = did("port-2704", _MINE)["nodes"]
    assert account["contacts"]["nodes"] == [{"id": "director-2704", "worksOn": {"nodes": [{"number": "T-open"}]}}]
    assert did("port-2704", '{ case(number: "T-open") { officer { id accounts { totalCount } } } }') == {
        "officer": {"id": "director-2704", "accounts": {"totalCount": 1}}
    }
    assert did("trade", '{ case(number: "T-open") { officer { accounts { totalCount } } } }') == {
        "officer": {"accounts": {"totalCount": 0}}
    }


def test_an_officer_takes_a_case(did: Do, refused: Do) -> None:
    take = 'mutation { takeCase(case: "T-open") { officer { id } } }'
    assert refused("port-2704", take)[0] == "CONFLICT"
    _link(did, "port-2704", "penalties-2704")
    assert did("port-2704", take) == {"officer": {"id": "penalties-2704"}}
    assert refused("importer", take)[0] == "NOT_ALLOWED"
    assert refused("center-001", take)[0] == "NOT_FOUND"


def test_one_is_one_contact_of_ones_own_organisation_and_gains_no_right_by_it(did: Do, do: Do, refused: Do) -> None:
    of_another = 'mutation { linkContact(contact: "chapter-85") { id } }'
    assert refused("port-2704", of_another)[0] in ("NOT_ALLOWED", "NOT_FOUND")
    counted = "{ cases { totalCount } importers { totalCount } contacts { totalCount } }"
    before = do("center-007", counted)
    _link(did, "center-007", "chapter-85")
    _link(did, "center-007", "entries")
    (account,) = did("center-007", _MINE)["nodes"]
    assert [found["id"] for found in account["contacts"]["nodes"]] == ["entries"]
    assert do("center-007", counted) == before
    did("center-007", 'mutation { unlinkContact(contact: "entries") { id } }')
    assert refused("center-007", 'mutation { unlinkContact(contact: "entries") { id } }')[0] == "CONFLICT"
    assert did("center-007", _MINE)["nodes"][0]["contacts"]["nodes"] == []
    assert do("importer", _MINE)["data"]["accounts"]["nodes"][0]["contacts"]["nodes"] == []
