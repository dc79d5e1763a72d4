"""The kinds of the viewers that have asked, remembered: a guess, which each statement that is made for a kind puts
to the test.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

from graph_schema.viewer_kinds import PUBLIC, ViewerKind
from hub.viewer import Viewer

_REMEMBERED: Final = 10_000


class Kinds:
    """What kind each account is, as of the last time it was looked up."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[str, ViewerKind] = OrderedDict()

    async def of(self, viewer: Viewer, ask: Callable[[], Awaitable[Any]]) -> ViewerKind:
        """The kind of a viewer; `ask` looks its flags up where it is not known."""
        if not viewer.account:
            return PUBLIC
        return self._kinds.get(viewer.account) or await self.look_up(viewer, ask)

    async def look_up(self, viewer: Viewer, ask: Callable[[], Awaitable[Any]]) -> ViewerKind:
        """The kind it is now; `ask` gives which flags hold, or None for who acts for nobody."""
        flags = await ask()
        kind = ViewerKind(frozenset(flags or ()), acts=flags is not None)
        self._kinds[viewer.account] = kind
        self._kinds.move_to_end(viewer.account)
        if len(self._kinds) > _REMEMBERED:
            self._kinds.popitem(last=False)
        return kind
