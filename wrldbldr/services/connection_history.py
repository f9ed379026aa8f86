"""How ComfyUI was within the last hour, for people who wonder whether it was away while they were."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from math import ceil

from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.kit.clock import Clock

SPAN = timedelta(hours=1)
SLOTS = 48
UNKNOWN = ""
AWAY = frozenset({ConnectionKind.DISCONNECTED, ConnectionKind.CIRCUIT_OPEN, ConnectionKind.STUCK})
BY_WEIGHT = (UNKNOWN, ConnectionKind.CONNECTED, ConnectionKind.DEGRADED, *sorted(AWAY))


@dataclass(frozen=True, slots=True)
class Edge:
    """From `at` on it was `kind`."""

    at: datetime
    kind: ConnectionKind


class ConnectionHistory:
    """Edges only, and none older than it takes to tell the last hour. Nothing is known of the time before this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._edges: deque[Edge] = deque()

    def note(self, kind: ConnectionKind) -> None:
        """It is `kind` from now on; what it was already is no change."""
        now = self._clock.now()
        if not self._edges or self._edges[-1].kind is not kind:
            self._edges.append(Edge(now, kind))
        while len(self._edges) > 1 and self._edges[1].at <= now - SPAN:
            self._edges.popleft()

    def slots(self) -> list[str]:
        """The hour in equal parts, oldest first: of each the worst kind in it, or UNKNOWN."""
        now = self._clock.now()
        worst = [UNKNOWN] * SLOTS
        for begin, end, kind in self._stretches(now):
            first = min(SLOTS - 1, int((begin - (now - SPAN)) / (SPAN / SLOTS)))
            last = max(first, min(SLOTS, ceil((end - (now - SPAN)) / (SPAN / SLOTS))) - 1)
            for slot in range(first, last + 1):
                worst[slot] = max(
                    worst[slot], kind, key=lambda word: BY_WEIGHT.index(ConnectionKind(word) if word else word)
                )
        return [str(kind) for kind in worst]

    def words(self) -> str:
        """The hour in a sentence."""
        if not self._edges:
            return "Nothing is known of it yet."
        breaks = 0
        away, before = timedelta(), False
        for begin, end, kind in self._stretches(self._clock.now()):
            is_away = kind in AWAY
            breaks += is_away and not before
            away += (end - begin) if is_away else timedelta()
            before = is_away
        if not breaks:
            is_whole = self._edges[0].at <= self._clock.now() - SPAN
            return "It answered all the time." if is_whole else "It has answered since WrldBldr started."
        often = {1: "once", 2: "twice"}.get(breaks, f"{breaks} times")
        return f"Away {often}, {_lasting(away)} in all. What was asked for waited."

    def _stretches(self, now: datetime) -> list[tuple[datetime, datetime, ConnectionKind]]:
        if not self._edges:
            return []
        ends = [*(edge.at for edge in islice(self._edges, 1, None)), now]
        earliest = now - SPAN
        return [
            (max(edge.at, earliest), end, edge.kind)
            for edge, end in zip(self._edges, ends, strict=True)
            if end > earliest or end == now
        ]


def _lasting(time: timedelta) -> str:
    seconds = max(1, round(time.total_seconds()))
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{round(seconds / 60)} minutes"
