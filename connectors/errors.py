"""What can go wrong between systems, sorted by what the runner does next.

ConnectorError
├── RetryLater      the system does not answer now; the run ends, and is tried again after `after_s`
├── StartOver       the cursor is of no use any more; the stream is read from its beginning
├── SkipRecord      this record cannot be taken; it goes to quarantine with the reason, and the run goes on
└── AbortRun        nothing sensible can be done until somebody changes something; the message says what
    └── NoSuchColumn    a column that the connection's file names is not there
"""

from collections.abc import Sequence

from graph_schema.formats import without_social_security


class ConnectorError(Exception):
    """A failure whose message is meant for the operator. It names no secret and repeats no Social Security number."""

    def __init__(self, message: str) -> None:
        super().__init__(without_social_security(message))


class RetryLater(ConnectorError):
    """The system does not answer now: the run ends, and is tried again `after_s` seconds later."""

    def __init__(self, message: str, after_s: float = 60) -> None:
        super().__init__(message)
        self.after_s = after_s


class StartOver(ConnectorError):
    """The cursor is of no use any more: the stream is read from its beginning."""


class SkipRecord(ConnectorError):
    """`keep` is False where what the record says must not be stored anywhere, as a Social Security number must not.

    `counts` is False where it is no fault of the list: a position that is told to be vacant, a line under the table.
    """

    def __init__(self, reason: str, *, keep: bool = True, counts: bool = True) -> None:
        super().__init__(reason)
        self.keep = keep
        self.counts = counts


class AbortRun(ConnectorError):
    """Nothing sensible can be done until somebody changes something; the message says what."""


class NoSuchColumn(AbortRun):
    """A list in which columns are not found that the connection's file names: whoever knows that file tells where."""

    def __init__(self, message: str, columns: Sequence[str]) -> None:
        super().__init__(message)
        self.columns = columns
