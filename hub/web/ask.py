"""How pages ask: the API itself, as a viewer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from pydantic import JsonValue

from hub.viewer import Viewer

Variables: TypeAlias = Mapping[str, JsonValue]
"""The values of a document's variables by name."""
Answer: TypeAlias = Mapping[str, Any]
"""An answer as GraphQL has it: `errors`, or else `data`, whose members are what the document asks for."""
Ask = Callable[[str, Viewer, Variables], Awaitable[Answer]]
"""Answers a document, for this viewer, with these variables."""
