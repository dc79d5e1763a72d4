"""How pages ask: the API itself, as a viewer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.viewer import Viewer

Ask = Callable[[str, Viewer, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""A document, who asks, its variables; gives the answer as GraphQL has it."""
