"""A partner agency's GraphQL API: its own service, in its own environment, as `hub up` starts it."""

from collections.abc import Mapping
from typing import Any, Self

import httpx2
import pytest

from connectors.errors import AbortRun
from connectors.partner_service.beside import PartnerService
from hub.local_neo4j.server import free_ports
from tests.connectors.promises import Conformance, System
from tests.connectors.syncing import Synced

_QUERY = (
    "query ($first: Int, $after: String, $since: String) { contacts(first: $first, after: $after, since: $since) "
    "{ nodes { id familyName givenName mail office { code } } deleted cursor pageInfo { hasNextPage endCursor } } }"
)
_PUT = "mutation ($id: ID!, $contact: ContactInput!) { putContact(id: $id, contact: $contact) { ok } }"
_DELETE = "mutation ($id: ID!) { delete(kind: CONTACT, id: $id) { ok } }"
_PROPERTIES = {
    "name": {"join": ["givenName", "familyName"]},
    "role": {"column": "office.code", "codes": {"OIO": "liaison"}},
    "email": {"column": "mail", "verified": True},
}


class _Agency(System):
    def __enter__(self) -> Self:
        self.service = PartnerService(self.folder)
        self.service.start({})
        self._there: set[str] = set()
        return self

    def __exit__(self, *_: object) -> None:
        self.service.stop()

    def connection(self) -> Mapping[str, Any]:
        stream = {"from": _QUERY, "key": "id", "properties": _PROPERTIES, "at": "contacts", "page": 3}
        return {"connector": "graphql", "settings": self.settings(), **stream}

    def settings(self) -> dict[str, Any]:
        return {"url": self.service.url, "token": self.service.token, "tries": 2}

    def lost(self) -> Mapping[str, Any]:
        return {**self.settings(), "url": f"http://127.0.0.1:{free_ports(1)[0]}/graphql"}

    def secrets(self) -> list[str]:
        return [self.service.token]

    def put(self, key: str, name: str, mail: str) -> None:
        given, family = name.split(" ", 1)
        contact = {
            "familyName": family,
            "givenName": given,
            "position": "Liaison",
            "mail": mail,
            "office": {"code": "OIO"},
        }
        assert self._asked(_PUT, {"id": key, "contact": contact}) == {"putContact": {"ok": True}}
        self._there.add(key)

    def delete(self, key: str) -> None:
        self._asked(_DELETE, {"id": key})
        self._there.discard(key)

    def clear(self) -> None:
        for key in list(self._there):
            self.delete(key)

    def _asked(self, query: str, variables: Mapping[str, Any]) -> Any:
        headers = {"authorization": f"Bearer {self.service.token}"}
        answer = httpx2.post(self.service.url, json={"query": query, "variables": variables}, headers=headers).json()
        assert "errors" not in answer, answer
        return answer["data"]


class TestPartnerAgency(Conformance):
    system = _Agency

    def test_a_wrong_token_or_query_ends_the_run_with_what_to_change(self, synced: Synced) -> None:
        settings, streams = synced.connection["settings"], synced.connection["streams"]
        synced.connection = {**synced.connection, "settings": {**settings, "token": "wrong"}}
        with pytest.raises(AbortRun, match="refuses the token"):
            synced.sync()
        wrong = {"people": {**streams["people"], "from": "{ nothing }"}}
        synced.connection = {**synced.connection, "settings": settings, "streams": wrong}
        with pytest.raises(AbortRun, match="the API says"):
            synced.sync()

    def test_the_store_outlives_the_service(self, server: _Agency, synced: Synced) -> None:
        synced.sync()
        server.service.stop()
        server.service.start({"contacts": {"other": {}}})
        synced.connection = {**synced.connection, "settings": server.settings()}
        assert synced.sync(full=True).unchanged == 8

    def test_a_run_asks_only_for_what_has_changed(self, synced: Synced, server: _Agency) -> None:
        synced.sync()
        server.put("p4", "Sample Changed", "p4@fda.example")
        report = synced.sync()
        assert (report.read, report.written) == (1, 1)
