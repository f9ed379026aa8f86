"""Accounts: the first one, signing in and out, API tokens, and who a secret belongs to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from wrldbldr.bus import Bus, account_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import (
    BROWSER_LOGIN_DAYS,
    PASSWORD_LIMIT,
    AccessToken,
    Account,
    Principal,
    Role,
    TokenKind,
    checked_password,
    name_key,
)
from wrldbldr.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import AccountChanged, SignedOut
from wrldbldr.domain.text import checked_name
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import fingerprint, new_secret
from wrldbldr.services.attempts import FailedAttempts, name_attempts, peer_attempts

HASHES_AT_ONCE = 2  # each takes 64 MiB and a thread that pictures and pages need too
TYPED_NAME_LIMIT = 200  # a name with some space around it
SOME_BROWSER = "Browser"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the secret their browser or script shows from now on. The secret is known only here and to them."""

    who: Principal
    secret: str


@dataclass(frozen=True, slots=True)
class TokenReport:
    """What opens an account, without its secret. `is_this` when it is what the asker shows."""

    id: UUID
    kind: TokenKind
    label: str
    created_at: datetime
    is_this: bool


class AccountService:
    """Knows who is who. Password hashing takes tens of milliseconds and runs outside the event loop."""

    def __init__(self, database: Database, clock: Clock, hasher: PasswordHasher, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._hasher = hasher
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._failed = FailedAttempts(clock)

    async def needs_setup(self) -> bool:
        """Whether nobody has made the owner account yet."""
        async with self._database.read() as unit:
            return await unit.accounts.count() == 0

    async def set_up(self, name: str, password: str, *, browser: str = SOME_BROWSER) -> SignedIn:
        """Make the owner account. Raises ConflictError when there is one, InvalidInputError for a bad name or password."""
        shown = checked_name(name)
        checked_password(password)
        if not await self.needs_setup():  # a stranger must not make us hash for nothing
            raise _has_owner()
        password_hash = await self.hashed(password)
        async with self._database.write() as unit:
            if await unit.accounts.count():
                raise _has_owner()
            account = Account(
                name=shown,
                name_key=name_key(shown),
                role=Role.OWNER,
                password_hash=password_hash,
                created_at=self._clock.now(),
            )
            await unit.accounts.add(account)
            return await self._sign_in(unit, account, browser)

    async def hashed(self, password: str) -> str:
        """What is kept of a password. Only a few are hashed at a time."""
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    def forgive(self, name: str) -> None:
        """Whoever failed to sign in under this name may try again: it has another password now."""
        self._failed.forget(name_attempts(name_key(name)))

    async def log_in(
        self, name: str, password: str, *, peer: str | None = None, browser: str = SOME_BROWSER
    ) -> SignedIn:
        """Open the door for a `browser`, as people call it, at the address `peer`.

        Raises UnauthenticatedError without telling whether the name exists, TooManyAttemptsError after many of them.
        """
        key = _key_typed(name)
        counted = [name_attempts(key)] if key else []
        counted += [peer_attempts(peer)] if peer else []
        self._failed.check(counted)
        account = await self._account_of(key, password, counted)
        if account is None:
            raise _no_match()
        self._failed.forget(name_attempts(key))
        async with self._database.write() as unit:
            found = await unit.accounts.find(account.id)
            if found is None or found.password_hash != account.password_hash:  # changed while this one was checked
                raise _no_match()
            signed_in = await self._sign_in(unit, found, browser)
        self._bus.publish(account_topic(account.id), AccountChanged(account.id))
        return signed_in

    async def _account_of(self, key: str, password: str, counted: list[str]) -> Account | None:
        """Whose name and password these are. What no account can have is not even hashed."""
        if not key or len(password) > PASSWORD_LIMIT:
            self._failed.fail(counted)
            return None
        async with self._database.read() as unit:
            account = await unit.accounts.find_by_name_key(key)
        async with self._hashing:
            self._failed.check(counted)  # others may have failed while this one waited
            if await asyncio.to_thread(self._matches, account, password):
                return account
            self._failed.fail(counted)
            return None

    async def log_out(self, who: Principal) -> None:
        """Close the door for the browser or token that asks."""
        async with self._database.write() as unit:
            await unit.accounts.revoke(who.token_id, self._clock.now())
        self._bus.publish(account_topic(who.account_id), SignedOut(who.token_id))

    async def change_password(self, who: Principal, old: str, new: str) -> None:
        """Whoever knew the old password knows nothing now: the account's other browsers are signed out. Tokens stay.

        Raises InvalidInputError for a wrong old password or a bad new one, TooManyAttemptsError after many wrong ones.
        """
        checked_password(new, field="new_password")
        key = name_key(who.name)
        counted = [name_attempts(key)]
        self._failed.check(counted)
        account = await self._account_of(key, old, counted)
        if account is None or account.id != who.account_id:
            raise InvalidInputError("old_password", "That is not your password.")
        self._failed.forget(name_attempts(key))
        password_hash = await self.hashed(new)
        async with self._database.write() as unit:
            changed = await asking_account(unit, who, self._clock.now())
            changed.password_hash = password_hash
            ended = await self._end_other_logins(unit, who)
        self._tell_ended(who, ended)

    async def sign_out_others(self, who: Principal) -> None:
        """The account's other browsers are signed out. Tokens stay."""
        async with self._database.write() as unit:
            ended = await self._end_other_logins(unit, who)
        self._tell_ended(who, ended)

    async def _end_other_logins(self, unit: UnitOfWork, who: Principal) -> list[UUID]:
        now = self._clock.now()
        logins = [token for token in await unit.accounts.tokens(who.account_id, now) if _is_other_login(token, who)]
        for token in logins:
            token.revoked_at = now
        return [token.id for token in logins]

    def _tell_ended(self, who: Principal, token_ids: Sequence[UUID]) -> None:
        for token_id in token_ids:
            self._bus.publish(account_topic(who.account_id), SignedOut(token_id))

    async def tokens(self, who: Principal) -> list[TokenReport]:
        """What opens this account now: its browsers and the tokens of its scripts, newest first."""
        async with self._database.read() as unit:
            found = await unit.accounts.tokens(who.account_id, self._clock.now())
        return [
            TokenReport(token.id, token.kind, token.label, token.created_at, is_this=token.id == who.token_id)
            for token in found
        ]

    async def revoke(self, who: Principal, token_id: UUID) -> None:
        """A browser or script of theirs is let in no more, and loses what it has open. Raises NotFoundError."""
        now = self._clock.now()
        async with self._database.write() as unit:
            if token_id not in {token.id for token in await unit.accounts.tokens(who.account_id, now)}:
                raise NotFoundError("token")
            await unit.accounts.revoke(token_id, now)
        self._bus.publish(account_topic(who.account_id), SignedOut(token_id))

    async def make_api_token(self, who: Principal, label: str) -> str:
        """A new secret for scripts, shown once. Raises InvalidInputError for a bad label."""
        secret = new_secret()
        token = AccessToken(
            account_id=who.account_id,
            kind=TokenKind.API,
            label=checked_name(label, field="label"),
            secret_fingerprint=fingerprint(secret),
            created_at=self._clock.now(),
        )
        async with self._database.write() as unit:
            await asking_account(unit, who, self._clock.now())
            await unit.accounts.add(token)
        self._bus.publish(account_topic(who.account_id), AccountChanged(who.account_id))
        return secret

    async def principal(self, secret: str | None) -> Principal:
        """The person a secret belongs to. Raises UnauthenticatedError when it opens nothing (any more)."""
        if not secret:
            raise UnauthenticatedError
        async with self._database.read() as unit:
            found = await unit.accounts.find_token(fingerprint(secret))
        if found is None or not found[0].is_valid(self._clock.now()):
            raise UnauthenticatedError
        return _principal(*found)

    async def _sign_in(self, unit: UnitOfWork, account: Account, browser: str) -> SignedIn:
        secret, now = new_secret(), self._clock.now()
        token = AccessToken(
            account_id=account.id,
            kind=TokenKind.BROWSER,
            label=browser,
            secret_fingerprint=fingerprint(secret),
            created_at=now,
            expires_at=now + timedelta(days=BROWSER_LOGIN_DAYS),
        )
        await unit.accounts.add(token)
        return SignedIn(_principal(token, account), secret)

    def _matches(self, account: Account | None, password: str) -> bool:
        """An unknown name costs the same time, so that nobody learns by the clock which names exist."""
        typed = password.encode(errors="surrogatepass")
        if account is None:
            self._hasher.hash(typed)
            return False
        try:
            return self._hasher.verify(account.password_hash, typed)
        except VerificationError:
            return False


async def asking_account(unit: UnitOfWork, who: Principal, now: datetime) -> Account:
    """The account of whoever asks, as it is in the transaction that acts for them: since the door it may have changed.

    Raises UnauthenticatedError when what they showed there opens nothing any more.
    """
    token, account = await unit.accounts.token(who.token_id), await unit.accounts.find(who.account_id)
    if token is None or account is None or not token.is_valid(now):
        raise UnauthenticatedError
    return account


def _is_other_login(token: AccessToken, who: Principal) -> bool:
    return token.kind is TokenKind.BROWSER and token.id != who.token_id


def _key_typed(name: str) -> str:
    """The key of a name somebody typed; empty for one that no account can have."""
    if len(name) > TYPED_NAME_LIMIT:
        return ""
    try:
        return name_key(name)
    except InvalidInputError:
        return ""


def _no_match() -> UnauthenticatedError:
    return UnauthenticatedError("That name and password do not belong together.")


def _has_owner() -> ConflictError:
    return ConflictError("This WrldBldr already has an owner. Sign in instead.")


def _principal(token: AccessToken, account: Account) -> Principal:
    return Principal(account_id=account.id, token_id=token.id, name=account.name, role=account.role)
