"""Settings, read once from the environment and frozen; all faults are reported together."""

import json
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from hub.errors import SetupError

SECRETS: Final = Path("/run/secrets")
"""Where containers are given their secrets, each in a file of its setting's name, e.g. `neo4j_password`."""


Name = Annotated[str, Field(min_length=1)]


class Issuer(BaseModel):
    """An issuer of tokens the hub trusts.

    A token counts if its `iss` is the issuer to the letter, and its `aud` names the audience, or one of several. `jwks` is a file or an
    https URL (http on loopback only); without it, its URL is what `ISSUER/.well-known/openid-configuration` says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Name
    audience: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    jwks: Name | None = None

    @property
    def audiences(self) -> tuple[str, ...]:
        return (self.audience,) if isinstance(self.audience, str) else self.audience


def _proxies(given: Any) -> Any:
    """A number of proxies, or networks with commas between."""
    if not isinstance(given, str):
        return given
    return int(given) if given.strip().isdigit() else tuple(part.strip() for part in given.split(","))


def _listed(given: Any) -> Any:
    """Several with commas between, or a JSON list."""
    if not isinstance(given, str):
        return given
    text = given.strip()
    return json.loads(text) if text.startswith("[") else tuple(part.strip() for part in text.split(",") if part.strip())


def _origins(given: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them (RFC 6454, section 7): small letters, without the port that a scheme has anyway."""
    if "*" in given and len(given) > 1:
        raise ValueError("* is every origin: it stands alone")
    return tuple(map(_origin, given))


def _origin(given: str) -> str:
    found = _ORIGIN.fullmatch(given.lower())
    if found:
        return found[1] or found[2] or found[3]
    if given == "*":
        return given
    raise ValueError(f"{given!r} is no origin: scheme and host, and a port of its own, are expected, e.g. https://app.example.gov")


_ORIGIN: Final = re.compile(
    r"(?:(https://{host})(?::443)?|(http://{host})(?::80)?|(https?://{host}:[0-9]{{1,5}}))".format(host=r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])")
)
Amount = Annotated[int, Field(ge=0)]
"""How much of something is allowed; 0 is as much as one likes."""


class Settings(BaseSettings):
    """How the hub reaches its database and whom it trusts. A setting may also be a file of its name under `SECRETS`."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, populate_by_name=True)

    neo4j_uri: Annotated[str, Field(validation_alias="NEO4J_URI")] = "bolt://127.0.0.1:7687"
    neo4j_user: Annotated[str, Field(validation_alias="NEO4J_USER")] = "neo4j"
    neo4j_password: Annotated[SecretStr, Field(validation_alias="NEO4J_PASSWORD")] = SecretStr("")
    neo4j_database: Annotated[str, Field(validation_alias="NEO4J_DATABASE")] = "neo4j"
    issuers: tuple[Issuer, ...] = ()
    statement_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15
    max_body_bytes: Annotated[int, Field(gt=0)] = 2_000_000
    max_page: Annotated[int, Field(gt=0, le=1000)] = 100
    max_large_page: Annotated[int, Field(gt=0, le=1000)] = 1000
    plan_memory_bytes: Annotated[int, Field(ge=8_000_000)] = 64_000_000
    least_parties: Annotated[int, Field(ge=5, le=1000)] = 5
    cursor_key: SecretStr = SecretStr("")
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$")] = ""
    """Where people find the hub, e.g. `https://hub.example.gov`: for links in calendars. Without it: what the calendar was asked at."""
    connections: Path = Path("connections")
    data: Path | None = None
    store: Path | None = None
    least_free: ByteSize | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted_proxies: Annotated[
        Annotated[int, Field(ge=0, le=16)] | tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_proxies)
    ] = 0
    forwarded_header: Literal["X-Forwarded-For", "Forwarded"] = "X-Forwarded-For"
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_origins)] = ()
    """Origins whose pages may ask GraphQL and send attachments, with commas between, e.g. `https://app.example.gov`; none by default.
    `*` is every origin; what browsers add by themselves, such as a proxy's cookie, then does not count."""
    workers: Annotated[int, Field(ge=1, le=1000)] = 1
    cost_per_minute: Amount = 1_000_000
    public_cost_per_minute: Amount = 200_000
    plannings_per_minute: Amount = 240
    public_plannings_per_minute: Amount = 60
    verbs_per_minute: Amount = 600
    public_verbs_per_minute: Amount = 30
    bytes_per_minute: Amount = 250_000_000
    public_bytes_per_minute: Amount = 20_000_000
    failed_sign_ins_per_minute: Amount = 60
    questions_per_hour: Amount = 60
    public_questions_per_hour: Amount = 10
    all_public_questions_per_hour: Amount = 1_000
    statements_at_once: Annotated[int, Field(ge=0, le=90)] = 32
    plannings_at_once: Annotated[int, Field(ge=0, le=90)] = 2
    warm: Annotated[int, Field(ge=0, le=1000)] = 50
    gathering_lanes: Annotated[int, Field(ge=0, le=90)] = 2
    gathered_at_most: Annotated[int, Field(ge=2, le=100)] = 16
    files_per_case: Amount = 100
    file_bytes_per_case: Amount = 150_000_000
    files_per_day: Amount = 200
    file_bytes_per_day: Amount = 500_000_000
    maven_mirror: str | None = None
    local_jars: Path | None = None
    local_heap: str = "1g"
    local_pagecache: str = "512m"

    @property
    def data_folder(self) -> Path:
        """Where what is kept outside the graph is: refused records, attachments."""
        return (self.data or platformdirs.user_data_path("trade-collaboration-hub")).resolve()


def read_settings() -> Settings:
    """The settings of this process. Raises `SetupError` with every fault, one a line."""
    try:
        return Settings(_secrets_dir=SECRETS if SECRETS.is_dir() else None)  # pyright: ignore[reportCallIssue]
    except (ValidationError, SettingsError) as error:
        if isinstance(error, SettingsError):
            raise SetupError(f"these settings cannot be used:\n{error}: its value must be JSON") from None
        faults = [f"{_variable(*fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise SetupError("\n".join(("these settings cannot be used:", *faults))) from None


def _variable(name: int | str, *inner: int | str) -> str:
    """The environment variable of a setting, and where in its value."""
    known = str(name).upper()
    whole = known if known.startswith("NEO4J_") else f"HUB_{known}"
    return ".".join((whole, *map(str, inner)))
