"""Settings, read once from the environment and frozen; all faults are reported together."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import SetupError


class Issuer(BaseModel):
    """An issuer of tokens the hub trusts. `jwks` is a file or an https URL (http on loopback only)."""

    model_config = ConfigDict(frozen=True)

    issuer: Annotated[str, Field(min_length=1)]
    audience: Annotated[str, Field(min_length=1)]
    jwks: Annotated[str, Field(min_length=1)]


class Settings(BaseSettings):
    """How the hub reaches its database and whom it trusts."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True)

    neo4j_uri: str = "bolt://127.0.0.1:7687"
    neo4j_user: str = "neo4j"
    neo4j_password: SecretStr = SecretStr("")
    neo4j_database: str = "neo4j"
    issuers: tuple[Issuer, ...] = ()
    statement_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15
    max_body_bytes: Annotated[int, Field(gt=0)] = 2_000_000
    max_page: Annotated[int, Field(gt=0, le=1000)] = 100
    max_large_page: Annotated[int, Field(gt=0, le=1000)] = 1000
    cursor_key: SecretStr = SecretStr("")
    maven_mirror: str | None = None
    local_jars: Path | None = None
    local_heap: str = "1g"
    local_pagecache: str = "512m"


def read_settings() -> Settings:
    """The settings of this process. Raises `SetupError` with every fault, one a line."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"HUB_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors()]
        raise SetupError("\n".join(("these settings cannot be used:", *faults))) from None
