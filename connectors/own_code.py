"""Python that a connection's file names: where it is looked for, and how it is told that it fails."""

import importlib
import sys
import traceback
from pathlib import Path
from typing import Any

from graph_schema.formats import without_social_security
from hub.errors import SetupError


def look_beside(folder: Path) -> None:
    """Lets modules be found beside the connections' files and where the command runs, after all others.

    So none of them takes the place of one that is installed.
    """
    for directory in map(str, (folder.resolve(), Path.cwd())):
        if directory not in sys.path:
            sys.path.append(directory)


def named(path: str, expected: str) -> Any:
    """What `package.module:name` names. Raises `SetupError` with why there is no such thing."""
    module, _, name = path.partition(":")
    if not (module and name):
        raise SetupError(f"there is no {path}; expected {expected}")
    try:
        imported = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise SetupError(
                f"there is no module {error.name}: it is looked for among what is installed, beside the connection's"
                f" file and in {Path.cwd()}; expected {expected}"
            ) from None
        raise SetupError(
            f"{module} needs {error.name}, which is not installed: `uv pip install` it beside the hub"
        ) from None
    except Exception as error:
        raise SetupError(f"{module} cannot be imported: {failure(error)}") from None
    if not hasattr(imported, name):
        raise SetupError(f"{module} has no {name}; expected {expected}")
    return getattr(imported, name)


def failure(error: BaseException) -> str:
    """An error that nobody foresaw, in a line, with where it came from.

    For example `IndexError: list index out of range, at own_connector.py, line 33`.
    """
    message = (
        error.msg if isinstance(error, SyntaxError) else " ".join(without_social_security(str(error)).split())[:200]
    )
    return f"{type(error).__name__}{f': {message}' if message else ''}{place(error)}"


def place(error: BaseException) -> str:
    """Where an error came from, e.g. `, at own_connector.py, line 33`: rather in the connector than in what it
    calls.
    """
    if isinstance(error, SyntaxError):
        return f", at {Path(error.filename or '').name}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    own = [frame for frame in frames if not _is_installed(frame.filename)] or frames
    return f", at {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""


def _is_installed(file: str) -> bool:
    """Whether it is of a library or of the hub, rather than of whoever wrote the connector."""
    path = Path(file)
    return "site-packages" in path.parts or path.is_relative_to(sys.base_prefix) or path.parent == Path(__file__).parent
