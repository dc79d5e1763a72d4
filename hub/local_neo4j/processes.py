"""Processes of ours, and how they end."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

_STOP_S: Final = 30


def end(processes: Sequence[psutil.Process], patience_s: float = _STOP_S) -> None:
    """Ends them and what they started: asks first, and asks no longer after that many seconds.

    One that is gone is no matter.
    """
    family = set(processes)
    for process in processes:
        with suppress(psutil.Error):
            family.update(process.children(recursive=True))
    for process in family:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=patience_s)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=_STOP_S)
