"""Which connector a connection's file means: one of the hub's own by name, any other as `package.module:Class`."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from connectors.contract import VERSION, Connector
from connectors.engine.attached import AttachedConnection
from connectors.errors import ConnectorError
from connectors.own_code import failure, look_beside, named
from connectors.plain_yaml import Fault, faults_of
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
    faults = [
        *_unfit_settings(made, with_secrets(connection.settings, files)),
        *(fault for name, stream in connection.streams.items() for fault in _unfit_options(made, name, stream.options)),
    ]
    if faults:
        raise SetupError(lines_of(file).told(faults))
    settings = made.spec.model_validate(with_secrets(connection.settings, files))
    try:
        connector = made(settings)  # pyright: ignore[reportCallIssue] - a connector is made from its settings
    except ConnectorError as error:
        raise SetupError(f"{connection.name}: {error}") from None
    except Exception as error:
        raise SetupError(f"{connection.name}: its connector cannot be made: {failure(error)}") from None
    return AttachedConnection(connection, connector, data, file)


def _unfit_settings(made: type[Connector], settings: Mapping[str, Any]) -> list[Fault]:
    """What a connector finds wrong with its settings."""
    return _faults(made.spec, settings, ("settings",), made.spec.model_fields)


def _unfit_options(made: type[Connector], stream: str, options: Mapping[str, Any]) -> list[Fault]:
    """What stands beside `from` must be the connector's own options, where it says which those are."""
    spec: type[BaseModel] | None = getattr(made, "options", None)
    if spec is None:
        return []
    known = [*spec.model_fields, *StreamSettings.model_fields.keys() - {"source"}, "from"]
    return _faults(spec, options, ("streams", stream), known)


def _faults(spec: type[BaseModel], said: Mapping[str, Any], at: tuple[str, ...], known: Iterable[str]) -> list[Fault]:
    try:
        spec.model_validate(said)
    except ValidationError as error:
        return list(faults_of(error, {at: known}, at))
    return []


def attach_file(path: Path, data: Path) -> AttachedConnection:
    """The connection of a file with its connector. Raises `SetupError` with all that is wrong in the file."""

    def of_connector(content: Mapping[str, Any]) -> list[Fault]:
        settings, streams, name = content.get("settings", {}), content.get("streams"), content.get("connector")
        look_beside(path.parent)
        try:
            made = kind(str(name))
        except SetupError as error:
            return [(("connector",), str(error).removeprefix("connector: "))] if name else []
        faults = list[Fault]()
        with suppress(SetupError):
            faults += _unfit_settings(made, with_secrets(settings, path.parent)) if isinstance(settings, dict) else []
        taken = {*StreamSettings.model_fields, "from"}
        for name, stream in streams.items() if isinstance(streams, dict) else ():
            if isinstance(stream, dict):
                options = {option: value for option, value in stream.items() if option not in taken}
                faults += _unfit_options(made, name, options)
        return faults

    return attach(read_connection(path, of_connector), path.parent, data)


def attached_in(folder: Path, data: Path) -> list[AttachedConnection]:
    """All connections of a folder. Raises `SetupError` with what is wrong with each."""
    attached, faults = list[AttachedConnection](), list[str]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            attached.append(attach_file(path, data))
        except SetupError as error:
            faults.append(str(error))
    if faults:
        raise SetupError("\n".join(faults))
    return attached
