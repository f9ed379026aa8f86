"""Accounts and the secrets they show."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.account import AccessToken, Account, Role
from wrldbldr.domain.world import World

TOKEN = (  # asked with every event and request, and as long in the making as in the answering
    select(AccessToken, Account)
    .join(Account, col(Account.id) == col(AccessToken.account_id))
    .where(col(AccessToken.secret_fingerprint) == bindparam("fingerprint"))
)


class Accounts:
    """The table of accounts and that of their tokens."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def count(self) -> int:
        """How many accounts there are."""
        return (await self._db_session.execute(select(func.count()).select_from(Account))).scalar_one()

    async def count_owners(self) -> int:
        """How many of them are owners."""
        owners = select(func.count()).select_from(Account).where(Account.role == Role.OWNER)
        return (await self._db_session.execute(owners)).scalar_one()

    async def everyone(self) -> Sequence[tuple[Account, int]]:
        """Every account and how many worlds it has, the first one first."""
        worlds = select(func.count()).where(World.owner_id == Account.id).scalar_subquery()
        rows = await self._db_session.execute(
            select(Account, worlds).order_by(col(Account.created_at), col(Account.id))
        )
        return [(account, count) for account, count in rows.all()]

    async def find(self, account_id: UUID) -> Account | None:
        """The account with this id."""
        return await self._db_session.get(Account, account_id)

    async def find_by_name_key(self, key: str) -> Account | None:
        """The account whose name compares equal."""
        return (await self._db_session.execute(select(Account).where(Account.name_key == key))).scalar_one_or_none()

    async def find_token(self, secret_fingerprint: str) -> tuple[AccessToken, Account] | None:
        """The token with this fingerprint and the account it belongs to."""
        row = (await self._db_session.execute(TOKEN, {"fingerprint": secret_fingerprint})).one_or_none()
        return None if row is None else (row[0], row[1])

    async def token(self, token_id: UUID) -> AccessToken | None:
        """The token with this id, whether it opens anything or not."""
        return await self._db_session.get(AccessToken, token_id)

    async def tokens(self, account_id: UUID, now: datetime) -> Sequence[AccessToken]:
        """An account's tokens that open something now, newest first."""
        rows = await self._db_session.execute(
            select(AccessToken)
            .where(AccessToken.account_id == account_id, col(AccessToken.revoked_at).is_(None))
            .order_by(col(AccessToken.created_at).desc(), col(AccessToken.id))
        )
        return [token for token in rows.scalars() if token.is_valid(now)]

    async def revoke(self, token_id: UUID, now: datetime) -> None:
        """From now on the token opens nothing."""
        token = await self._db_session.get(AccessToken, token_id)
        if token is not None and token.revoked_at is None:
            token.revoked_at = now

    async def add(self, row: Account | AccessToken) -> None:
        """Store a new account or token."""
        self._db_session.add(row)
        await self._db_session.flush()

    async def delete(self, account: Account) -> None:
        """Remove an account, and by the database's rules its tokens and whatever else belongs to it."""
        await self._db_session.delete(account)
        await self._db_session.flush()
