"""Who asks. Nothing but the account: what it may see is looked up in the graph, in every statement."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account behind a verified token; `account` is its `id` in the graph, empty for the public."""

    account: str

    @staticmethod
    def of(issuer: str, subject: str) -> "Viewer":
        """The viewer whom a verified token of that issuer stands for."""
        return Viewer(account_id(issuer, subject))


RESERVED: Final = ("guest", "hub")
"""Names that no issuer may have: the hub's own accounts begin with them."""


def account_id(issuer: str, subject: str) -> str:
    """The `id` of the account of that issuer and subject.

    No issuer holds a bar, so that its first bar tells the two apart.
    """
    return f"{issuer}|{subject}"


def issuer_fault(issuer: str) -> str | None:
    """Why accounts of an issuer of that name could be taken for others; None where they cannot."""
    if "|" in issuer:
        return (
            f"{issuer!r} holds a bar (|), which the hub puts between issuer and subject of an account: use a name"
            " without one"
        )
    if issuer in RESERVED:
        return f"{issuer!r} is a name that the hub keeps for accounts of its own: use another"
    return None


PUBLIC: Final = Viewer("")
