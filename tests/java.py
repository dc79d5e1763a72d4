"""Java's compilers, as servers of the tests need them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OPTIONS: Final = "JDK_JAVA_OPTIONS"
_FIRST_ONLY: Final = "-XX:TieredStopAtLevel=1"


def prefer_the_first() -> None:
    """Servers that start from now on do without Java's second compiler: one that a test starts for itself lives too
    short for what it makes (2026-11-27: 17 % less of the processor's time).
    """
    os.environ[_OPTIONS] = _FIRST_ONLY


@contextmanager
def both_compilers() -> Iterator[None]:
    """A context: servers that start within it live long, or have to be quick."""
    os.environ.pop(_OPTIONS, None)
    try:
        yield
    finally:
        prefer_the_first()
