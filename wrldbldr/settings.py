"""The environment (WRLDBLDR_*) read once, checked, and frozen."""

import json
import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from wrldbldr.domain.account import checked_password
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.domain.text import checked_name

HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class SettingsError(WrldBldrError):
    """An environment variable holds something we cannot use."""

    code = "bad_settings"


class Settings(BaseSettings):
    """What whoever starts the server decides before it starts. Every field is `WRLDBLDR_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="WRLDBLDR_", frozen=True, extra="ignore", hide_input_in_errors=True)

    port: int = Field(default=3000, ge=1, le=65535)
    data_dir: Path = Path("data")
    database_url: str = ""
    backup_dir: Path = Path("backups")
    comfyui_url: str = Field(default="", repr=False)  # it may hold a password
    comfyui_headers: Annotated[dict[str, SecretStr], NoDecode] = {}
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    owner_name: str = ""
    owner_password: SecretStr = SecretStr("")

    @field_validator("comfyui_headers", mode="before")
    @classmethod
    def _decoded(cls, value: object) -> object:
        """JSON is decoded here, where a mistake in it becomes a sentence like every other."""
        try:
            return json.loads(value or "{}") if isinstance(value, str) else value
        except ValueError:
            message = "write the headers as JSON"
            raise ValueError(message) from None

    @field_validator("hosts", mode="before")
    @classmethod
    def _separated(cls, value: object) -> object:
        """Names as they stand in a browser's address line, without scheme and port."""
        if not isinstance(value, str):
            return value
        names = tuple(name.strip().lower().rstrip(".") for name in value.split(",") if name.strip())
        if any(not HOST_NAME.fullmatch(name) for name in names):
            message = "write names such as table.example.org, separated by commas, without scheme and port"
            raise ValueError(message)
        return names

    @field_validator("database_url")
    @classmethod
    def _is_sqlite(cls, value: str) -> str:
        """One process dispatches; the lease that says which one is a file beside the database."""
        if value and not value.startswith("sqlite+aiosqlite:///"):
            message = "only SQLite is supported: sqlite+aiosqlite:///path/to/file.sqlite3"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _has_a_whole_owner(self) -> Self:
        password = self.owner_password.get_secret_value()
        if bool(self.owner_name) != bool(password):
            message = "WRLDBLDR_OWNER_NAME and WRLDBLDR_OWNER_PASSWORD go together"
            raise ValueError(message)
        if password:
            checked_name(self.owner_name)
            checked_password(password)
        return self

    @property
    def database(self) -> str:
        """The database's URL, with an async driver; SQLite in the data folder unless one was named."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'wrldbldr.sqlite3').resolve()}"

    @property
    def database_file(self) -> Path:
        """Where the database lies."""
        return Path(self.database.split("///", 1)[-1])

    @property
    def media_dir(self) -> Path:
        """Where pictures are kept."""
        return self.data_dir / "media"


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError with one sentence for each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        sentences = [
            "".join(f"WRLDBLDR_{str(name).upper()}: " for name in e["loc"][:1])
            + f"{e['msg'].removeprefix('Value error, ')}."
            for e in error.errors()
        ]
        raise SettingsError(" ".join(sentences)) from error
