"""The driver of Neo4j: how it connects, and what its errors mean to who asked."""

import math
from typing import Any, Final

from neo4j import AsyncDriver, AsyncGraphDatabase
from neo4j.exceptions import ConfigurationError, Neo4jError

from hub.errors import BadInput, SetupError, TooCostly, Unavailable
from hub.settings import Settings

CONNECT_TIMEOUT_S: Final = 3.0
PATIENT_TIMEOUT_S: Final = 15.0
"""A database that has just started takes this long for its first answer where the machine is busy."""
_RETRY_TIME_S: Final = 5.0
TIMED_OUT: Final = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
)
PANICKED: Final = (
    "Neo.DatabaseError.Transaction.TransactionStartFailed",
    "Neo.DatabaseError.Transaction.TransactionLogError",
)
"""What a Neo4j says to everybody that has met an error of its disk, until it is started again."""
NO_BOOKMARK: Final = (
    "Neo.ClientError.Transaction.InvalidBookmark",
    "Neo.ClientError.Transaction.InvalidBookmarkMixture",
)
NO_MEMORY_LEFT: Final = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
"""What a statement meets that needs more memory than one may have, or while those of others have all there is: the
message names the setting whose bound it is.
"""
_OF_ONE_STATEMENT: Final = "db.memory.transaction.max"


def connect(settings: Settings, **more: Any) -> AsyncDriver:
    """A pool of connections. Raises `SetupError` for an address that is none."""
    try:
        return AsyncGraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password.get_secret_value()),
            telemetry_disabled=True,
            notifications_min_severity="OFF",
            fetch_size=-1,
            connection_write_timeout=math.inf,
            max_transaction_retry_time=_RETRY_TIME_S,
            **{"connection_timeout": CONNECT_TIMEOUT_S, **more},
        )
    except ConfigurationError as error:
        raise SetupError(f"NEO4J_URI: {error}; expected is e.g. neo4j://host:7687 or neo4j+s://host") from error


def is_too_large(error: Neo4jError) -> bool:
    """Whether one statement needed more memory than one may have."""
    return error.code == NO_MEMORY_LEFT and _OF_ONE_STATEMENT in (error.message or "")


def too_costly(why: str) -> TooCostly:
    """A query took too long, or too much memory."""
    return TooCostly(f"{why}: ask for fewer rows or fewer levels")


def bad_bookmark() -> BadInput:
    """A caller named what is no bookmark of this database."""
    return BadInput("Hub-Bookmark: not a bookmark of this database; send what an answer of this hub gave, or none")


def busy() -> Unavailable:
    """Every connection is in use: the database answers others."""
    return Unavailable("many are asking at the moment; try again in a few seconds")


def unavailable(*, begun: bool = True) -> Unavailable:
    """The database is gone, or has given up."""
    return Unavailable("the database does not answer; try again in a few seconds", begun=begun)
