"""What can go wrong, sorted by what the receiver can do about it.

HubError
├── BadInput          change the request; the message says what is expected
│   └── NotPersisted    send the document, not its hash alone
├── NotSignedIn       sign in again; the message says no more
│   └── TokenRefused    a token was sent, and does not count
├── NotByGet          send it by POST
├── NotAllowed        ask someone who has the right
├── NotFound          name something that is there, and yours to see
├── Conflict          look how it stands now; it cannot be done as it is
├── TooCostly         ask for less
├── TooManyRequests   come again after `retry_after_s`
├── Unavailable       try again later
│   └── AnswerNotRead   it is done all the same; read how it stands now
├── CannotBeDone      mend the row that a background job met; the message says how, and repeats none of its values
└── SetupError        the machine, the settings or the data directory; the message says what to do
"""

import math
from typing import ClassVar, TypedDict


class Extensions(TypedDict):
    """What a GraphQL error says beside its message: `code`, the stable name of the error."""

    code: str


class RetryExtensions(Extensions):
    """The same, and after how many seconds the request may be sent again."""

    retryAfterS: int


class BudgetExtensions(RetryExtensions):
    """The same, and which of the caller's budgets is used up."""

    budget: str


class DoneExtensions(RetryExtensions):
    """The same, and whether it is done, though its answer could not be read."""

    done: bool


class FailureExtensions(Extensions):
    """The same of a failure of the hub itself, and the name under which its log has the request."""

    requestId: str


class HubError(Exception):
    """A failure whose message is meant for its receiver; `code` is stable."""

    code: ClassVar[str] = "INTERNAL"

    @property
    def extensions(self) -> Extensions:
        """What a GraphQL error says of it beside the message."""
        return {"code": self.code}


class BadInput(HubError):
    """The request is wrong in itself; the message says what is expected, mostly with an example."""

    code = "BAD_INPUT"


class NotPersisted(BadInput):
    """What clients with automatic persisted queries look for, by message and code, so that they send the document."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class NotSignedIn(HubError):
    """Something needs an account, and the request comes without one that counts."""

    code = "NOT_SIGNED_IN"


class TokenRefused(NotSignedIn):
    """A token was sent that does not count, e.g. because it has expired; the message does not say why."""


class NotByGet(HubError):
    """A GET may only read: this is to be sent by POST."""

    code = "METHOD_NOT_ALLOWED"


class NotAllowed(HubError):
    """The viewer lacks the right to do this; the message says who has it."""

    code = "NOT_ALLOWED"


class NotFound(HubError):
    """What was named is not there, or not for the viewer to see: the two are told alike."""

    code = "NOT_FOUND"


class Conflict(HubError):
    """It cannot be done as things stand, e.g. to a case that is closed; the message says how they stand."""

    code = "CONFLICT"


class TooCostly(HubError):
    """The request is over a limit of size or cost; the message names the limit."""

    code = "TOO_COSTLY"


class TooManyRequests(HubError):
    """A caller has used up its share of something, the `budget`; it is there again after that time."""

    code = "TOO_MANY_REQUESTS"

    def __init__(self, message: str, retry_after_s: float, budget: str) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.budget = budget

    @property
    def extensions(self) -> BudgetExtensions:
        """`code`, the name of the `budget`, and `retryAfterS`: whole seconds, rounded up."""
        return {"code": self.code, "retryAfterS": math.ceil(self.retry_after_s), "budget": self.budget}


class Unavailable(HubError):
    """The database cannot be reached, or gave up; `begun` is False where nothing was tried at all."""

    code = "UNAVAILABLE"

    def __init__(self, message: str, retry_after_s: float = 5, *, begun: bool = True) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.begun = begun

    @property
    def extensions(self) -> RetryExtensions:
        """`code` and `retryAfterS`: whole seconds, rounded up."""
        return {"code": self.code, "retryAfterS": math.ceil(self.retry_after_s)}


class AnswerNotRead(Unavailable):
    """Something was done, but what it is answered by could not be read afterwards."""

    @property
    def extensions(self) -> DoneExtensions:
        """Those of `Unavailable`, and `done`, which is true: the request is not to be sent again."""
        return {**super().extensions, "done": True}


class CannotBeDone(HubError):
    """A background job met a row that it can do nothing with.

    The message is kept and shown: it holds no value of the row.
    """


class SetupError(HubError):
    """The hub cannot run with the machine, the settings or the data directory as they are."""

    code = "SETUP"
