"""Which connector a connection's file means: one of the hub's own by name, any other as `package.module:Class`."""

import importlib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from connectors.attached import Attached
from connectors.contract import Connector
from connectors.settings import Connection, connections, faults, with_secrets
from hub.errors import SetupError

OWN: Final = {"file": "connectors.file:FileDrop", "sql": "connectors.sql:Sql", "graphql": "connectors.graphql:GraphQLApi"}
"""Imported by who attaches one: what they are made with takes longer to import than all the rest of the hub."""


def kind(name: str) -> type[Connector]:
    """The connector of that name. Raises `SetupError`."""
    module, _, found = OWN.get(name, name).partition(":")
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
