"""Who may work here: accounts, and the secrets with which they show who they are."""

from datetime import datetime
from enum import StrEnum
from unicodedata import category
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger
from sqlmodel import Field

from wrldbldr.domain.columns import moment, moment_or_none, word
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.row import Row
from wrldbldr.domain.text import checked_name, likeness
from wrldbldr.kit.ids import new_id

PASSWORD_MINIMUM = 8
PASSWORD_LIMIT = 200
BROWSER_LOGIN_DAYS = 30


class Role(StrEnum):
    """What an account may do."""

    OWNER = "owner"  # the first account: server settings, ComfyUI connection, accounts; and its own worlds
    DM = "dm"  # a game master with worlds of their own


class TokenKind(StrEnum):
    """Where a secret is kept."""

    BROWSER = "browser"  # in an httpOnly cookie
    API = "api"  # by a script, sent as a bearer token


class Account(Row, table=True):
    """A game master."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    name_key: str = Field(unique=True, index=True)  # two names that differ only in case would be one person's mistake
    role: Role = word(Role)
    password_hash: str
    created_at: datetime = moment()
    last_turn: int = Field(default=0, sa_type=BigInteger)  # higher was served later; a newcomer is next


class AccessToken(Row, table=True):
    """A login of one browser, or an API token. Only the fingerprint of the secret is stored."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    kind: TokenKind = word(TokenKind)
    label: str
    secret_fingerprint: str = Field(unique=True, index=True)
    created_at: datetime = moment()
    expires_at: datetime | None = moment_or_none()
    revoked_at: datetime | None = moment_or_none()

    def is_valid(self, now: datetime) -> bool:
        """Whether the secret still opens the door."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Principal(BaseModel):
    """The person a request or an event comes from, as established by the server."""

    model_config = ConfigDict(frozen=True)

    account_id: UUID
    token_id: UUID
    name: str
    role: Role


def name_key(name: str) -> str:
    """The form in which account names are compared."""
    return likeness(checked_name(name))


def checked_password(password: str, field: str = "password") -> str:
    """Raises InvalidInputError unless the password has a sensible length."""
    if len(password) < PASSWORD_MINIMUM:
        raise InvalidInputError(field, f"The password needs at least {PASSWORD_MINIMUM} characters.")
    if len(password) > PASSWORD_LIMIT:
        raise InvalidInputError(field, f"The password may have at most {PASSWORD_LIMIT} characters.")
    if any(category(character) == "Cs" for character in password):
        raise InvalidInputError(field, "The password holds half of a character. Type it again.")
    return password
