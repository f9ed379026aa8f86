"""Failed attempts to come in, counted for a while, so that passwords and join codes cannot be guessed in bulk."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from math import ceil

from wrldbldr.domain.errors import TooManyAttemptsError
from wrldbldr.kit.clock import Clock

WINDOW_SECONDS = 300.0
FAILURE_LIMIT = 10
KEY_LIMIT = 10_000  # names and addresses remembered; beyond it the one that failed longest ago is forgotten
IPV6_HOME_BITS = 64  # one home or server has all the addresses that differ in the rest


class FailedAttempts:
    """A sliding window for each name and each address."""

    def __init__(
        self,
        clock: Clock,
        what: str = "Signing in failed",
        *,
        limit: int = FAILURE_LIMIT,
        window_seconds: float = WINDOW_SECONDS,
    ) -> None:
        """`what` happened, in words; `limit` times within the window are too often."""
        self._clock = clock
        self._what = what
        self._limit = limit
        self._window_seconds = window_seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, keys: Iterable[str]) -> None:
        """Raises TooManyAttemptsError when one of `keys` failed too often of late."""
        now = self._clock.monotonic()
        for key in keys:
            failures = self._failures.get(key)
            if failures is None:
                continue
            while failures and failures[0] <= now - self._window_seconds:
                failures.popleft()
            if len(failures) >= self._limit:
                raise TooManyAttemptsError(ceil(failures[0] + self._window_seconds - now), self._what)

    def fail(self, keys: Iterable[str]) -> None:
        """One more failure of each of `keys`."""
        for key in keys:
            self._failures.setdefault(key, deque(maxlen=self._limit)).append(self._clock.monotonic())
            self._failures.move_to_end(key)
        while len(self._failures) > KEY_LIMIT:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """Its owner has come in."""
        self._failures.pop(key, None)


def name_attempts(name_key: str) -> str:
    """The key under which a name's failures are counted."""
    return f"name {name_key}"


def peer_attempts(peer: str) -> str:
    """The key under which an address's failures are counted; of IPv6 the part that one home has."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return f"peer {peer}"
    if not isinstance(address, IPv6Address):
        return f"peer {address}"
    if address.ipv4_mapped:
        return f"peer {address.ipv4_mapped}"
    return f"peer {int(address) >> IPV6_HOME_BITS:x}"
