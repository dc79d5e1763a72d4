"""Which connector a connection's file means: one of the hub's own by name, any other as `package.module:Class`."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from connectors.contract import VERSION, Connector
from connectors.engine.attached import AttachedConnection
from connectors.errors import ConnectorError
from connectors.own_code import failure, look_beside, named
from connectors.settings import Connection, StreamSettings, lines_of, read_connection, with_secrets
from hub.errors import SetupError

OWN: Final = {
    "file": "connectors.systems.file:FileDrop",
    "sql": "connectors.systems.sql:Sql",
    "graphql": "connectors.systems.graphql:GraphQLApi",
}
"""Imported by who attaches one: what they are made with takes longer to import than all the rest of the hub."""


def kind(name: str) -> type[Connector]:
    """The connector of that name. Raises `SetupError`."""
    try:
        made = named(OWN.get(name, name), f"{', '.join(OWN)}, or `package.module:Class`")
    except SetupError as error:
        raise SetupError(f"connector: {error}") from None
    if not all(hasattr(made, member) for member in ("spec", "check", "discover", "read")):
        raise SetupError(f"connector: {name} lacks one of spec, check, discover and read")
    if (version := getattr(made, "contract", VERSION)) != VERSION:
        raise SetupError(
            f"connector: {name} is made for version {version} of the contract, and this hub has {VERSION}: see its"
            " changes"
        )
    return made


def attach(connection: Connection, files: Path, data: Path) -> AttachedConnection:
    """The connection with its connector; secrets are files beside those in `files`, what is refused goes to `data`.

    Raises `SetupError`.
    """
    look_beside(files)
    file = files / f"{connection.name}.yaml"
    try:
        made = kind(connection.connector)
    except SetupError as error:
        line = lines_of(file).of(("connector",))
        raise SetupError(f"{file}{f', line {line}' if line else ''}, {error}") from None
    try:
        settings = made.spec.model_validate(with_secrets(connection.settings, files))
        _check_options(made, connection, files)
    except ValidationError as error:
        known = {("settings",): made.spec.model_fields}
        raise SetupError(lines_of(file).faults(error, known, ["settings"])) from None
    try:
        connector = made(settings)  # pyright: ignore[reportCallIssue] - a connector is made from its settings
    except ConnectorError as error:
        raise SetupError(f"{connection.name}: {error}") from None
    except Exception as error:
        raise SetupError(f"{connection.name}: its connector cannot be made: {failure(error)}") from None
    return AttachedConnection(connection, connector, data, file)


def _check_options(made: type[Connector], connection: Connection, files: Path) -> None:
    """What stands beside `from` must be the connector's own options, where it says which those are.

    Raises `SetupError`.
    """
    options: type[BaseModel] | None = getattr(made, "options", None)
    for name, stream in connection.streams.items() if options else ():
        assert options is not None
        try:
            options.model_validate(stream.options)
        except ValidationError as error:
            at = ("streams", name)
            known = {at: [*options.model_fields, *StreamSettings.model_fields.keys() - {"source"}, "from"]}
            raise SetupError(lines_of(files / f"{connection.name}.yaml").faults(error, known, at)) from None


def attached_in(folder: Path, data: Path) -> list[AttachedConnection]:
    """All connections of a folder. Raises `SetupError` with what is wrong with each."""
    attached, faults = list[AttachedConnection](), list[str]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            attached.append(attach(read_connection(path), folder, data))
        except SetupError as error:
            faults.append(str(error))
    if faults:
        raise SetupError("\n".join(faults))
    return attached
