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

    A token counts if its `iss` is the issuer to the letter, and its `aud` names the audience, or one of several. `jwks`
    is a file or an https URL (http on loopback only); without it, its URL is what
    `ISSUER/.well-known/openid-configuration` says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Name
    audience: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    jwks: Name | None = None

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences as a tuple, also where the setting is one text."""
        return (self.audience,) if isinstance(self.audience, str) else self.audience


def _proxies(raw: Any) -> Any:
    """A number of proxies, or networks with commas between."""
    if not isinstance(raw, str):
        return raw
    return int(raw) if raw.strip().isdigit() else tuple(part.strip() for part in raw.split(","))


def _listed(raw: Any) -> Any:
    """Several with commas between, or a JSON list."""
    if not isinstance(raw, str):
        return raw
    text = raw.strip()
    return json.loads(text) if text.startswith("[") else tuple(part.strip() for part in text.split(",") if part.strip())


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them (RFC 6454, section 7): small letters, without the port that a scheme has anyway."""
    if "*" in origins and len(origins) > 1:
        raise ValueError("* is every origin: it stands alone")
    return tuple(map(_origin, origins))


def _origin(origin: str) -> str:
    matched = _ORIGIN.fullmatch(origin.lower())
    if matched:
        return matched[1] or matched[2] or matched[3]
    if origin == "*":
        return origin
    raise ValueError(
        f"{origin!r} is no origin: scheme and host, and a port of its own, are expected, e.g. https://app.example.gov"
    )


_ORIGIN: Final = re.compile(
    r"(?:(https://{host})(?::443)?|(http://{host})(?::80)?|(https?://{host}:[0-9]{{1,5}}))".format(
        host=r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])"
    )
)
Amount = Annotated[int, Field(ge=0)]
"""How much of something is allowed; 0 is as much as one likes."""


class Settings(BaseSettings):
    """How the hub reaches its database and whom it trusts. A setting may also be a file of its name under `SECRETS`.

    What stands below a setting is its line in the manual.
    """

    model_config = SettingsConfigDict(
        env_prefix="HUB_", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )

    neo4j_uri: Annotated[str, Field(validation_alias="NEO4J_URI")] = "bolt://127.0.0.1:7687"
    """The Neo4j that `hub serve`, `hub sync`, `hub retry` and `hub doctor` go to: `bolt://`, `neo4j://` or
    `neo4j+ssc://`."""
    neo4j_user: Annotated[str, Field(validation_alias="NEO4J_USER")] = "neo4j"
    """The user that the hub signs in to Neo4j as."""
    neo4j_password: Annotated[SecretStr, Field(validation_alias="NEO4J_PASSWORD")] = SecretStr("")
    """That user's password."""
    neo4j_database: Annotated[str, Field(validation_alias="NEO4J_DATABASE")] = "neo4j"
    """The database of that Neo4j."""
    issuers: tuple[Issuer, ...] = ()
    """Whose tokens count: a JSON list of `{"issuer", "audience", "jwks"}`. `audience` may be a list.

    `jwks` is a file or an https URL; without it, `ISSUER/.well-known/openid-configuration` names it.
    """
    statement_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15
    """How many seconds a statement may take. One that nobody has asked before has 45 seconds more, to be planned."""
    max_body_bytes: Annotated[int, Field(gt=0)] = 2_000_000
    """How many bytes the body of a request may have."""
    max_page: Annotated[int, Field(gt=0, le=1000)] = 100
    """How many rows a page of a list may have."""
    max_large_page: Annotated[int, Field(gt=0, le=1000)] = 1000
    """How many rows a page may have for those with the right `largePages`."""
    plan_memory_bytes: Annotated[int, Field(ge=8_000_000)] = 64_000_000
    """How many bytes a worker remembers of documents that were asked."""
    least_parties: Annotated[int, Field(ge=5, le=1000)] = 5
    """How many importers a figure about others is about at the least. It can be raised and never lowered."""
    cursor_key: SecretStr = SecretStr("")
    """What cursors are signed with: the same for all hubs of a graph. `hub up` keeps one in its data directory."""
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$")] = ""
    """Where people find the hub, e.g. `https://hub.example.gov`: for links in calendars. Without it: what the calendar
    was asked at."""
    connections: Path = Path("connections")
    """The folder of the connections' files, `NAME.yaml`."""
    data: Path | None = None
    """The folder for what is kept outside the graph: refused records, attachments, forms of what is asked most.
    Hubs of one graph share it. Without it: the data folder of the user."""
    store: Path | None = None
    """The folder of Neo4j's data where it is on this machine. `hub serve` watches its disk only if this is set."""
    least_free: ByteSize | None = None
    """How much must stay free on the disk, e.g. `200MB`. Without it: what Neo4j needs, and a quarter of a small
    disk at most."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the hub logs. `INFO` writes a line of JSON for each request: operation name, hash of the
    document, cost, time, codes; never its text, its variables or who asked."""
    trusted_proxies: Annotated[
        Annotated[int, Field(ge=0, le=16)] | tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_proxies)
    ] = 0
    """How many proxies stand before the hub, or their networks with commas between. With 0 the peer is the caller."""
    forwarded_header: Literal["X-Forwarded-For", "Forwarded"] = "X-Forwarded-For"
    """The header in which those proxies say who calls."""
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_origins)] = ()
    """Origins whose pages may ask GraphQL and send attachments, with commas between, e.g. `https://app.example.gov`.
    `*` is every origin; what browsers add by themselves, such as a proxy's cookie, then does not count."""
    workers: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many processes answer, so that each counts its part of the shares. `hub serve --workers` sets it."""
    cost_per_minute: Amount = 1_000_000
    """Cost that an account may ask in a minute."""
    public_cost_per_minute: Amount = 200_000
    """Cost that an address without an account may ask in a minute."""
    new_forms_kb_per_minute: Amount = 1_200
    """KB of questions of a new form that an account may ask in a minute, as Cypher."""
    public_new_forms_kb_per_minute: Amount = 300
    """KB of questions of a new form that an address without an account may ask in a minute, as Cypher."""
    verbs_per_minute: Amount = 600
    """Mutations that an account may send in a minute."""
    public_verbs_per_minute: Amount = 30
    """Mutations that an address without an account may send in a minute."""
    bytes_per_minute: Amount = 250_000_000
    """Bytes that an account may send in a minute."""
    public_bytes_per_minute: Amount = 20_000_000
    """Bytes that an address without an account may send in a minute."""
    failed_sign_ins_per_minute: Amount = 60
    """Tokens of an address that may be refused in a minute."""
    questions_per_hour: Amount = 60
    """Questions that an account may put to offices in an hour."""
    public_questions_per_hour: Amount = 10
    """Questions that an address without an account may put to offices in an hour."""
    all_public_questions_per_hour: Amount = 1_000
    """Questions that all without an account together may put to offices in an hour; half of them are kept for addresses
    that have asked none."""
    statements_at_once: Annotated[int, Field(ge=0, le=90)] = 32
    """How many statements of a worker are under way at a time."""
    plannings_at_once: Annotated[int, Field(ge=0, le=90)] = 2
    """How many of them are planned for the first time: each keeps a core of Neo4j busy."""
    warm: Annotated[int | None, Field(ge=0, le=1000)] = None
    """How many statements a hub has planned by itself after its start. Without it: four fifths of the plans that Neo4j
    keeps, which are 80 of 100 for a heap of 1 GB. With 0 nothing that is asked is remembered either."""
    gathering_lanes: Annotated[int, Field(ge=0, le=90)] = 2
    """How many statements of one text are under way before others of that text wait for each other: about as
    many as Neo4j has cores. 0 gathers nothing."""
    gathered_at_most: Annotated[int, Field(ge=2, le=100)] = 16
    """How many of those that wait go together as one statement at the most."""
    files_per_case: Amount = 100
    """How many attachments each party may have in a case; the importer and its brokers are one party."""
    file_bytes_per_case: Amount = 150_000_000
    """How many bytes the attachments of a party in a case may have together."""
    files_per_day: Amount = 200
    """How many attachments an account may announce in a day."""
    file_bytes_per_day: Amount = 500_000_000
    """How many bytes the attachments that an account announces in a day may have together."""
    maven_mirror: str | None = None
    """A Maven repository to fetch the jars of Neo4j and GraphiQL from. Each jar is verified against its lock."""
    local_jars: Path | None = None
    """A folder that holds Neo4j's jars already: `hub up` then fetches none."""
    local_heap: str = "1g"
    """The heap of the Neo4j that `hub up` starts. It keeps 100 plans for each gigabyte of heap, and 50 at the least.

    `hub serve` goes by it as well: there it is the heap of the Neo4j that it goes to."""
    local_pagecache: str = "512m"
    """The page cache of the Neo4j that `hub up` starts."""

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
