"""A cache bounded by bytes, from which the least recently used goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LeastRecentlyUsed(Generic[Key, Value]):
    """What was used last, within so many bytes. Of each value its keeper says how many it takes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """The value, which counts as used now."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: Key, value: Value, size: int) -> bool:
        """Keeps a value in place of the one there was, and lets others go to make room for it.

        A value that is larger than the whole cache is not kept and makes nobody go: False.
        """
        _, before = self._kept.pop(key, (None, 0))
        self.bytes -= before
        if size > self._most_bytes:
            return False
        self._kept[key] = value, size
        self.bytes += size
        while self.bytes > self._most_bytes:
            _, (_, freed) = self._kept.popitem(last=False)
            self.bytes -= freed
        return True
