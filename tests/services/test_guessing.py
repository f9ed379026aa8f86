"""Whoever guesses passwords is slowed down, and cannot make the server work itself to a standstill."""

import asyncio
import threading
from collections import Counter
from contextlib import suppress

import pytest
from argon2 import PasswordHasher

from tests.fakes.clock import FakeClock
from tests.fakes.studio import OWNER_PASSWORD, Studio
from wrldbldr.domain.errors import ConflictError, TooManyAttemptsError, UnauthenticatedError
from wrldbldr.services.accounts import HASHES_AT_ONCE, AccountService
from wrldbldr.services.attempts import KEY_LIMIT, WINDOW_SECONDS, FailedAttempts, peer_attempts


class WatchedHasher(PasswordHasher):
    """Counts the costly steps, and how many ran at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.steps = self.now = self.most = 0
        self._lock = threading.Lock()
        self._company = threading.Barrier(HASHES_AT_ONCE + 1)

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._lock:
            self.steps += 1
            self.now += 1
            self.most = max(self.most, self.now)
        with suppress(threading.BrokenBarrierError):
            self._company.wait(timeout=0.05)  # whoever may run beside us has come by then
        with self._lock:
            self.now -= 1
        return super().hash(password, salt=salt)


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


@pytest.fixture
def accounts(studio: Studio, hasher: WatchedHasher) -> AccountService:
    return AccountService(studio.engine.database, studio.clock, hasher, studio.engine.bus)


async def fail(accounts: AccountService, name: str = "Aldwin", *, peer: str | None = None, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            await accounts.log_in(name, "wrong password", peer=peer)


async def test_after_ten_failures_a_name_is_refused_even_with_the_right_password(accounts: AccountService) -> None:
    await fail(accounts, times=10)

    with pytest.raises(TooManyAttemptsError, match=r"^Signing in failed too often\. Wait 5 minutes, then try again\.$"):
        await accounts.log_in(" ALDWIN", OWNER_PASSWORD)


async def test_names_that_do_not_exist_are_counted_alike(accounts: AccountService) -> None:
    await fail(accounts, "Nobody", times=10)

    with pytest.raises(TooManyAttemptsError):
        await accounts.log_in("Nobody", OWNER_PASSWORD)
    await fail(accounts, "Somebody else")


async def test_after_ten_failures_an_address_is_refused_whatever_the_name(accounts: AccountService) -> None:
    for number in range(10):
        await fail(accounts, f"Name {number}", peer="10.0.0.7")

    with pytest.raises(TooManyAttemptsError):
        await accounts.log_in("Aldwin", OWNER_PASSWORD, peer="10.0.0.7")
    assert (await accounts.log_in("Aldwin", OWNER_PASSWORD, peer="10.0.0.8")).who.name == "Aldwin"


async def test_the_wait_is_told_and_ends_when_it_was_told_to(studio: Studio, accounts: AccountService) -> None:
    await fail(accounts)
    await studio.clock.advance(100)
    await fail(accounts, times=9)

    with pytest.raises(TooManyAttemptsError, match="Wait 4 minutes") as caught:
        await accounts.log_in("Aldwin", OWNER_PASSWORD)

    assert caught.value.retry_after_seconds == WINDOW_SECONDS - 100
    await studio.clock.advance(caught.value.retry_after_seconds - 1)
    with pytest.raises(TooManyAttemptsError, match="Wait a minute"):
        await accounts.log_in("Aldwin", OWNER_PASSWORD)
    await studio.clock.advance(1)
    assert (await accounts.log_in("Aldwin", OWNER_PASSWORD)).who.name == "Aldwin"


async def test_a_success_clears_the_name_and_not_the_address(accounts: AccountService) -> None:
    await fail(accounts, peer="10.0.0.7", times=9)
    await accounts.log_in("Aldwin", OWNER_PASSWORD, peer="10.0.0.7")

    await fail(accounts, peer="10.0.0.7")
    await fail(accounts, times=8)
    with pytest.raises(TooManyAttemptsError):
        await accounts.log_in("Berta", OWNER_PASSWORD, peer="10.0.0.7")


async def test_guesses_that_come_all_at_once_are_counted_too(accounts: AccountService, hasher: WatchedHasher) -> None:
    guesses = (accounts.log_in("Nobody", f"guess number {number}") for number in range(40))
    outcomes = Counter(type(outcome).__name__ for outcome in await asyncio.gather(*guesses, return_exceptions=True))

    assert outcomes["UnauthenticatedError"] <= 10 + HASHES_AT_ONCE - 1
    assert outcomes["TooManyAttemptsError"] == 40 - outcomes["UnauthenticatedError"]
    assert hasher.steps == outcomes["UnauthenticatedError"]
    assert hasher.most == HASHES_AT_ONCE


@pytest.mark.parametrize(
    ("name", "password"), [("Aldwin", "x" * 201), ("x" * 81, "a lantern at sea"), (" " * 201, "a lantern at sea")]
)
async def test_what_no_account_can_have_is_refused_without_hashing_and_counted(
    accounts: AccountService, hasher: WatchedHasher, name: str, password: str
) -> None:
    for _ in range(10):
        with pytest.raises(UnauthenticatedError, match="do not belong together"):
            await accounts.log_in(name, password, peer="10.0.0.7")

    with pytest.raises(TooManyAttemptsError):
        await accounts.log_in("Aldwin", OWNER_PASSWORD, peer="10.0.0.7")
    assert hasher.steps == 0


async def test_once_there_is_an_owner_nobody_makes_us_hash_by_setting_up(
    accounts: AccountService, hasher: WatchedHasher
) -> None:
    with pytest.raises(ConflictError):
        await accounts.set_up("Berta", "another lantern")

    assert hasher.steps == 0


def test_only_so_many_names_and_addresses_are_remembered(clock: FakeClock) -> None:
    attempts = FailedAttempts(clock)
    for number in range(KEY_LIMIT + 1):
        for _ in range(10):
            attempts.fail([str(number)])

    attempts.check(["0"])
    with pytest.raises(TooManyAttemptsError):
        attempts.check(["1"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.7", "10.0.0.8", False),
        ("::ffff:10.0.0.7", "10.0.0.7", True),
        ("2001:db8::1", "2001:db8::2:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%wlan0", True),
        ("testclient", "another", False),
    ],
)
def test_an_address_stands_for_the_home_it_belongs_to(one: str, other: str, same: bool) -> None:
    assert (peer_attempts(one) == peer_attempts(other)) is same
