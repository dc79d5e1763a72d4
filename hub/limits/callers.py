"""Who calls: the account that is signed in, or else the address, seen through proxies; what it asks counts against
its share.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Any, Final, Literal

from hub.viewer import Viewer

Network = IPv4Network | IPv6Network
ForwardedHeader = Literal["X-Forwarded-For", "Forwarded"]

_IPV6_PREFIX: Final = 64
"""What one subscriber is given at the least (RFC 6177): addresses within it are one caller, or each would have 2^64
shares.
"""
_IPV6_SITE: Final = 48
"""And at the most: a line at home may have 65,536 such networks."""
_REMEMBERED: Final = 8192
_MOST_HOPS: Final = 32
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose share something counts against: an account's id, or an address; of IPv6 a network, within a `site` that
    may have many.
    """

    key: str
    signed_in: bool
    site: str = ""


HUB: Final = Caller("the hub itself", signed_in=True)
"""Asks what its own pages and its start need."""


def caller(viewer: Viewer, address: str) -> Caller:
    """The account, or where there is none the address."""
    return Caller(viewer.account, signed_in=True) if viewer.account else _without_account(address)


@lru_cache(maxsize=_REMEMBERED)
def _without_account(address: str) -> Caller:
    site = str(IPv6Network(address).supernet(new_prefix=_IPV6_SITE)) if "/" in address else ""
    return Caller(address, signed_in=False, site=site)


class Addresses:
    """Tells the address that a request comes from.

    `trusted` are the proxies in front of the hub: how many, or in which networks; none by default. A proxy appends whom
    it was asked by to the one `header` it was told to keep, so that is read from the right; the other header is
    whatever the client sent, and never read.
    """

    def __init__(self, trusted: int | Sequence[Network] = 0, header: ForwardedHeader = "X-Forwarded-For") -> None:
        self._trusted = trusted
        self._name = header.lower().encode()
        self._hops = _forwarded if header == "Forwarded" else _x_forwarded_for

    def of(self, scope: Any) -> str:
        """An IPv4 address, or the network of an IPv6 address; of the peer, or of the first on the way to it that is
        no trusted proxy.
        """
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._trusted:
            return _counted(peer)
        lines = [value for name, value in scope["headers"] if name == self._name]
        return _counted(self._behind(peer, self._hops(b",".join(lines).decode("latin-1"))))

    def _behind(self, peer: str, hops: list[str]) -> str:
        if isinstance(self._trusted, int):
            # fewer than there are proxies: it came in further on the way, and the rest was still written by a trusted
            # one
            return hops[-min(self._trusted, len(hops))] if hops and _parsed(hops[-1]) else peer
        address = peer
        for hop in reversed(hops):
            if not _is_in(address, self._trusted) or _parsed(hop) is None:
                break
            address = hop
        return address


def _x_forwarded_for(value: str) -> list[str]:
    """The addresses in order, the nearest proxy's word last."""
    return [_bare(hop) for hop in value.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:] if hop.strip()]


def _forwarded(value: str) -> list[str]:
    """The same of RFC 7239's header; what names nobody, e.g. `for=unknown`, is kept in its place."""
    hops: list[str] = []
    for element in value.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]:
        pairs = (pair.partition("=") for pair in element.split(";"))
        hops += [_bare(hop) for name, _, hop in pairs if name.strip().lower() == "for"]
    return hops


def _bare(hop: str) -> str:
    """Without quotes, brackets and port."""
    text = hop.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


@lru_cache(maxsize=_REMEMBERED)
def _counted(address: str) -> str:
    parsed = _parsed(address)
    if parsed is None:
        return _UNKNOWN
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed), _IPV6_PREFIX), strict=False))
    return str(parsed)


def _is_in(address: str, networks: Iterable[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> ipaddress.IPv4Address | IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
