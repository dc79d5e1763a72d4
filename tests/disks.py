"""Small file systems that a test may fill: one in memory, and one of ext4 in a file, where the machine lets us
mount.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import pytest

Kind = Literal["tmpfs", "ext4"]


def may_mount() -> bool:
    """Whether this machine lets this user mount at all."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None


def skip_unless_mounting() -> None:
    """Skips the test where this machine does not let this user mount; in CI nothing is skipped."""
    if not may_mount() and not os.environ.get("CI"):
        pytest.skip("mounting small disks needs root on Linux")


@contextmanager
def small_disk(kind: Kind, size: str) -> Generator[Path]:
    """A file system of that size, e.g. 420m, mounted until the block ends.

    Raises `OSError` where the machine does not allow it.
    """
    with tempfile.TemporaryDirectory(prefix="hub-disk-") as folder:
        place, image = Path(folder, "disk"), Path(folder, "image")
        place.mkdir()
        if kind == "tmpfs":
            _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place))
        else:
            _run("truncate", "-s", size, str(image))
            _run("mkfs.ext4", "-q", "-m", "0", str(image))
            _run("mount", "-o", "loop", str(image), str(place))
        try:
            yield place
        finally:
            _run("umount", "--lazy", str(place))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class Filler:
    """Another program that writes to a disk until nothing more fits."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "filler"

    def fill(self, leave: int = 0) -> None:
        """To the last byte, or until so many are left."""
        with self._file.open("ab", buffering=0) as opened:
            for chunk in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while shutil.disk_usage(self._file.parent).free >= leave + chunk or not leave:
                        opened.write(b"z" * chunk)

    def free(self) -> None:
        self._file.unlink(missing_ok=True)
