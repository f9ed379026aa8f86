"""What an owner decides about accounts. What ends for somebody ends at once, whatever they have open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wrldbldr.bus import SERVER_TOPIC, Bus, account_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import AccessToken, Account, Principal, Role, checked_password, name_key
from wrldbldr.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from wrldbldr.domain.events import AccountChanged, SignedOut
from wrldbldr.domain.text import checked_name
from wrldbldr.kit.clock import Clock
from wrldbldr.services.accounts import AccountService, asking_account
from wrldbldr.services.worlds import WorldService


@dataclass(frozen=True, slots=True)
class AccountReport:
    """An account as an owner sees it: nothing that opens it, and of its worlds only how many there are."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
    world_count: int


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What to change of an account; None leaves a field as it is."""

    name: str | None = None
    role: Role | None = None
    password: str | None = None


class AdministrationService:
    """Accounts, for owners. Everybody else is refused with ForbiddenError."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, accounts: AccountService, worlds: WorldService
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._accounts = accounts
        self._worlds = worlds

    async def everyone(self, who: Principal) -> list[AccountReport]:
        """Every account, the first one first. Raises ForbiddenError."""
        async with self._database.read() as unit:
            await self._require_owner(unit, who)
            return [_report(account, worlds) for account, worlds in await unit.accounts.everyone()]

    async def create(self, who: Principal, name: str, password: str) -> AccountReport:
        """A new game master. Raises ForbiddenError, InvalidInputError, and ConflictError for a name that is taken."""
        _require_role(who)
        shown = checked_name(name)
        password_hash = await self._accounts.hashed(checked_password(password))
        async with self._database.write() as unit:
            await self._require_owner(unit, who)
            await _require_free(unit, shown)
            account = Account(
                name=shown,
                name_key=name_key(shown),
                role=Role.DM,
                password_hash=password_hash,
                created_at=self._clock.now(),
            )
            await unit.accounts.add(account)
        self._changed(account.id)
        return _report(account, 0)

    async def update(self, who: Principal, account_id: UUID, changes: AccountChanges) -> AccountReport:
        """Rename somebody, give them another password, make them an owner or a game master again.

        Another password, and being an owner no more, end everything that opens the account, API tokens too.

        Raises ForbiddenError, NotFoundError, InvalidInputError, and ConflictError for a name that is taken or when
        nobody would be an owner any more.
        """
        _require_role(who)
        name = None if changes.name is None else checked_name(changes.name)
        password_hash = await self._new_password(who, account_id, changes.password)
        async with self._database.write() as unit:
            await self._require_owner(unit, who)
            account = await _account(unit, account_id)
            if name is not None:
                await _require_free(unit, name, besides=account_id)
                account.name, account.name_key = name, name_key(name)
            is_demoted = await _take_role(unit, account, changes.role)
            if password_hash is not None:
                account.password_hash = password_hash
            is_over = is_demoted or password_hash is not None
            ended = await self._end_all(unit, account) if is_over else ()
            report = _report(account, len(await unit.worlds.owned_by(account_id)))
        if password_hash is not None:
            self._accounts.forgive(account.name)
        self._changed(account_id, ended)
        return report

    async def remove(self, who: Principal, account_id: UUID) -> None:
        """Remove somebody with all their worlds. Raises ForbiddenError, NotFoundError, and ConflictError for oneself."""
        _require_role(who)
        if account_id == who.account_id:
            raise ConflictError("You cannot remove your own account. Another owner can.")
        async with self._database.write() as unit:
            await self._require_owner(unit, who)
            account = await _account(unit, account_id)
            ended = await self._end_all(unit, account)
            worlds = await self._worlds.delete_all_in(unit, account_id)
            await unit.accounts.delete(account)
        self._changed(account_id, ended)
        await self._worlds.follow_deletion(account_id, worlds)

    async def _require_owner(self, unit: UnitOfWork, who: Principal) -> None:
        """Whoever was an owner at the door may be none now. Raises ForbiddenError, UnauthenticatedError."""
        account = await asking_account(unit, who, self._clock.now())
        _require_role(who.model_copy(update={"role": account.role}))

    async def _new_password(self, who: Principal, account_id: UUID, password: str | None) -> str | None:
        if password is None:
            return None
        if account_id == who.account_id:
            raise InvalidInputError("password", "Change your own password under Your account, with the old one.")
        return await self._accounts.hashed(checked_password(password))

    async def _end_all(self, unit: UnitOfWork, account: Account) -> Sequence[AccessToken]:
        now = self._clock.now()
        tokens = await unit.accounts.tokens(account.id, now)
        for token in tokens:
            token.revoked_at = now
        return tokens

    def _changed(self, account_id: UUID, ended: Sequence[AccessToken] = ()) -> None:
        for token in ended:
            self._bus.publish(account_topic(account_id), SignedOut(token.id))
        self._bus.publish(SERVER_TOPIC, AccountChanged(account_id))


def _require_role(who: Principal) -> None:
    if who.role is not Role.OWNER:
        raise ForbiddenError("Only an owner of this WrldBldr manages its accounts.")


async def _account(unit: UnitOfWork, account_id: UUID) -> Account:
    account = await unit.accounts.find(account_id)
    if account is None:
        raise NotFoundError("account")
    return account


async def _require_free(unit: UnitOfWork, name: str, *, besides: UUID | None = None) -> None:
    other = await unit.accounts.find_by_name_key(name_key(name))
    if other is not None and other.id != besides:
        sentence = f"There is an account called {other.name} already. Take another name."
        raise ConflictError(sentence, details={"name": sentence})


async def _take_role(unit: UnitOfWork, account: Account, role: Role | None) -> bool:
    """True when somebody is an owner no more."""
    if role is None or role is account.role:
        return False
    is_demoted = account.role is Role.OWNER
    if is_demoted and await unit.accounts.count_owners() == 1:
        raise ConflictError("One owner has to remain. Make somebody else an owner first.")
    account.role = role
    return is_demoted


def _report(account: Account, world_count: int) -> AccountReport:
    return AccountReport(account.id, account.name, account.role, account.created_at, world_count)
