"""What Java's own log tells of its garbage collections."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOGGED: Final = "-Xlog:gc*:file={file}:uptime:filecount=0"
"""The option of Java that writes it."""
_PAUSE: Final = re.compile(r"\[(\d+\.\d+)s\].* GC\((\d+)\) Pause (\w+) .* (\d+\.\d+)ms$")
_OLD: Final = re.compile(r"\[(\d+\.\d+)s\].* GC\((\d+)\) ParOldGen: .*->(\d+)K\((\d+)K\)")
_CPU: Final = re.compile(r"GC\((\d+)\) User=(\d+\.\d+)s Sys=(\d+\.\d+)s")


@dataclass(frozen=True)
class Collections:
    """What Java's log tells: pauses as (when, seconds, whether full), the old generation after each collection as
    (when, MB), its size.

    `cpu_s` is the most CPU that one took: on a busy machine its pause is longer than that.
    """

    pauses: list[tuple[float, float, bool]]
    cpu_s: float
    old_mb: list[tuple[float, float]]
    size_mb: float
    after_full_mb: list[float]

    @classmethod
    def read(cls, log: Path) -> "Collections":
        pauses: list[tuple[float, float, bool]] = []
        old: list[tuple[float, float]] = []
        by_number: dict[str, float] = {}
        cpu: dict[str, float] = {}
        full: list[float] = []
        size = 0.0
        for line in log.read_text().splitlines():
            if found := _OLD.search(line):
                old.append((float(found[1]), int(found[3]) / 1024))
                by_number[found[2]], size = int(found[3]) / 1024, int(found[4]) / 1024
            elif found := _PAUSE.search(line):
                pauses.append((float(found[1]), float(found[4]) / 1000, found[3] == "Full"))
                if found[3] == "Full" and found[2] in by_number:
                    full.append(by_number[found[2]])
            elif found := _CPU.search(line):
                cpu[found[1]] = float(found[2]) + float(found[3])
        return cls(pauses, max(cpu.values(), default=0.0), old, size, full)
