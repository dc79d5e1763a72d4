"""Java's compilers, as servers of the tests need them."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_OPTIONS: Final = "JDK_JAVA_OPTIONS"
_FIRST_ONLY: Final = "-XX:TieredStopAtLevel=1"
# what is planned a few times goes through more code than the second compiler is worth (2026-11-27: 11 % less of the
# processor's time over five files of verbs, with four times the usual thresholds)
_SECOND_LATER: Final = (
    "-XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=2400"
    " -XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=160000"
)


def prefer_the_first() -> None:
    """Servers that start from now on do without Java's second compiler: one that a test starts for itself lives too
    short for what it makes (2026-11-27: 17 % less of the processor's time).
    """
    os.environ[_OPTIONS] = _FIRST_ONLY


@contextmanager
def both_compilers() -> Generator[None]:
    """A context: servers that start within it live long, or have to be quick."""
    os.environ[_OPTIONS] = _SECOND_LATER
    try:
        yield
    finally:
        prefer_the_first()
