"""Who asks. Nothing but the account: what it may see is looked up in the graph, in every statement."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account behind a verified token; `account` is its `id` in the graph, empty for the public."""

    account: str

    @staticmethod
    def of(issuer: str, subject: str) -> "Viewer":
        return Viewer(account_id(issuer, subject))


def account_id(issuer: str, subject: str) -> str:
    """The `id` of the account of that issuer and subject."""
    return f"{issuer}|{subject}"


PUBLIC: Final = Viewer("")
