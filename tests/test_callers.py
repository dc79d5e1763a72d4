"""Addresses: the peer's, or what the proxies one trusts say, and nothing that a client may write itself."""

from ipaddress import ip_network
from typing import Any

import pytest

from hub.errors import SetupError
from hub.limits.callers import Addresses, caller
from hub.settings import read_settings
from hub.viewer import PUBLIC, Viewer


def scope(peer: str | None, *headers: tuple[str, str]) -> dict[str, Any]:
    sent = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {"client": (peer, 1234) if peer else None, "headers": sent}


def forwarded(*values: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", value) for value in values]


def test_no_header_is_believed_by_default() -> None:
    assert (
        Addresses().of(scope("192.0.2.1", *forwarded("203.0.113.9"), ("Forwarded", "for=203.0.113.9"))) == "192.0.2.1"
    )


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_of_ipv6_counts_with_its_network(peer: str | None, address: str) -> None:
    assert Addresses().of(scope(peer)) == address


@pytest.mark.parametrize(
    ("trusted", "lines", "address"),
    [
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["198.51.100.66, 203.0.113.9"], "203.0.113.9"),  # the rest is what the client wrote
        (1, ["198.51.100.66", "203.0.113.9"], "203.0.113.9"),
        (2, ["198.51.100.66, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (2, ["10.0.0.2"], "10.0.0.2"),
        (1, [], "10.0.0.1"),
        (1, ["nonsense"], "10.0.0.1"),
        (1, ["203.0.113.9:4711"], "203.0.113.9"),
        (1, ["[2001:db8:1:2::9]:4711"], "2001:db8:1:2::/64"),
        (1, [", ,"], "10.0.0.1"),
        (1, ["203.0.113.9"] * 500, "203.0.113.9"),
    ],
)
def test_so_many_proxies_are_believed_from_the_right(trusted: int, lines: list[str], address: str) -> None:
    assert Addresses(trusted).of(scope("10.0.0.1", *forwarded(*lines))) == address


@pytest.mark.parametrize(
    ("peer", "line", "address"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.66, nonsense, 10.0.0.2", "10.0.0.2"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),  # who asks directly is no proxy
    ],
)
def test_proxies_of_a_network_are_believed_as_far_as_they_reach(peer: str, line: str, address: str) -> None:
    assert Addresses([ip_network("10.0.0.0/8")]).of(scope(peer, *forwarded(line))) == address


def test_one_header_is_read_as_the_proxy_keeps_it() -> None:
    value = 'for=198.51.100.66, For="[2001:db8:1:2::9]:4711";proto=https;by=10.0.0.1'
    addresses = Addresses(1, "Forwarded")
    assert addresses.of(scope("10.0.0.1", ("Forwarded", value), *forwarded("203.0.113.9"))) == "2001:db8:1:2::/64"
    assert addresses.of(scope("10.0.0.1", ("Forwarded", "for=unknown"))) == "10.0.0.1"
    assert Addresses(1).of(scope("10.0.0.1", ("Forwarded", value))) == "10.0.0.1"


def test_who_is_signed_in_is_its_account_wherever_it_calls_from() -> None:
    assert caller(Viewer("https://login.example|one"), "192.0.2.1").key == "https://login.example|one"
    assert caller(PUBLIC, "192.0.2.1") == caller(PUBLIC, "192.0.2.1")
    assert not caller(PUBLIC, "192.0.2.1").signed_in


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().trusted_proxies == 0
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "2")
    assert read_settings().trusted_proxies == 2
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8,192.0.2.7")
    assert read_settings().trusted_proxies == tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8", "192.0.2.7/32")))
    for wrong in ("-1", "10.0.0.0/99", "everybody"):
        monkeypatch.setenv("HUB_TRUSTED_PROXIES", wrong)
        with pytest.raises(SetupError, match="HUB_TRUSTED_PROXIES"):
            read_settings()
