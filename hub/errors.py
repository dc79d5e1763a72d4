"""What can go wrong, sorted by what the receiver can do about it.

HubError
├── BadInput          change the request; the message says what is expected
├── NotSignedIn       sign in again; the message says no more
├── NotByGet          send it by POST
├── NotAllowed        ask someone who has the right
├── NotFound          name something that is there, and yours to see
├── Conflict          look how it stands now; it cannot be done as it is
├── TooCostly         ask for less
├── Unavailable       try again later
└── SetupError        the machine, the settings or the data directory; the message says what to do
"""

from typing import ClassVar


class HubError(Exception):
    """A failure whose message is meant for its receiver; `code` is stable."""

    code: ClassVar[str] = "INTERNAL"


class BadInput(HubError):
    code = "BAD_INPUT"


class NotSignedIn(HubError):
    code = "NOT_SIGNED_IN"


class NotByGet(HubError):
    code = "METHOD_NOT_ALLOWED"


class NotAllowed(HubError):
    code = "NOT_ALLOWED"


class NotFound(HubError):
    """What was named is not there, or not for the viewer to see: the two are told alike."""

    code = "NOT_FOUND"


class Conflict(HubError):
    code = "CONFLICT"


class TooCostly(HubError):
    code = "TOO_COSTLY"


class Unavailable(HubError):
    """The database cannot be reached, or gave up."""

    code = "UNAVAILABLE"

    def __init__(self, message: str, retry_after_s: float = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SetupError(HubError):
    code = "SETUP"
