"""Which connector a connection's file means: one of the hub's own by name, any other as `package.module:Class`."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import platformdirs
from pydantic import ValidationError

from connectors.contract import Connector
from connectors.file import FileDrop
from connectors.graphql import GraphQLApi
from connectors.run import Attached
from connectors.settings import Connection, connections, faults, with_secrets
from connectors.sql import Sql
from hub.errors import SetupError

OWN: Final[Mapping[str, type[Connector]]] = {"file": FileDrop, "sql": Sql, "graphql": GraphQLApi}


def kind(name: str) -> type[Connector]:
    """The connector of that name. Raises `SetupError`."""
    if name in OWN:
        return OWN[name]
    module, _, found = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), found)
    except (ImportError, AttributeError, ValueError) as error:
        raise SetupError(f"connector: there is no {name} ({error}); expected {', '.join(OWN)}, or `package.module:Class`") from None
    if not all(hasattr(made, member) for member in ("spec", "check", "discover", "read")):
        raise SetupError(f"connector: {name} lacks one of spec, check, discover and read")
    return made


def attach(connection: Connection, files: Path, data: Path) -> Attached:
    """The connection with its connector; secrets are files beside those in `files`, what is refused goes to `data`. Raises `SetupError`."""
    made = kind(connection.connector)
    try:
        settings = made.spec.model_validate(with_secrets(connection.settings, files))
    except ValidationError as error:
        raise SetupError(faults(f"{connection.name}: settings", error)) from None
    return Attached(connection, made(settings), data)  # pyright: ignore[reportCallIssue] - a connector is made from its settings


def attached_in(folder: Path, data: Path) -> list[Attached]:
    """All connections of a folder. Raises `SetupError`."""
    return [attach(connection, folder, data) for connection in connections(folder)]


def data_folder(data: Path | None) -> Path:
    """Where refused records are kept: in the data directory, HUB_DATA's, or the user's own."""
    return (data or Path(os.environ.get("HUB_DATA") or platformdirs.user_data_path("trade-collaboration-hub"))).resolve()
