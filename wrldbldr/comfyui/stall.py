"""Tells a ComfyUI that works in silence from one that is stuck: with a dead worker it answers everything and runs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wrldbldr.comfyui.connection import ConnectionView
from wrldbldr.comfyui.queue import QueueSnapshot
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import Clock

IDLE_LIMIT_SECONDS = 10.0


class StallKind(StrEnum):
    """In which way nothing happens."""

    SILENT = "silent"  # a prompt of ours runs, and nothing is heard of it
    IDLE = "idle"  # prompts wait, and none runs: the worker is dead


@dataclass(frozen=True, slots=True)
class Stall:
    """ComfyUI is stuck. It has been so for `seconds`; after `limit_seconds` of it we call it stuck."""

    kind: StallKind
    seconds: float
    limit_seconds: float

    @property
    def sentence(self) -> str:
        """What is wrong, for whoever looks after ComfyUI; the same for as long as the stall lasts."""
        if self.kind is StallKind.IDLE:
            return "ComfyUI takes jobs but runs none: its worker has stopped."
        return f"ComfyUI took a job and has shown no sign of life for {_duration(self.limit_seconds, 'seconds', 'minutes')}."

    @property
    def phase(self) -> str:
        """What the batch waits for, in a few words."""
        if self.kind is StallKind.IDLE:
            return "ComfyUI does not start it"
        return f"no sign of life for {_duration(self.seconds, 's', 'min')}"


class StallDetector:
    """Judges by what was heard and seen. It has no clock: `now` is in monotonic seconds, and never smaller than before.

    What others run is no stall, however long it takes: no message about it reaches us. Neither is waiting behind it.
    """

    def __init__(self) -> None:
        self._followed: set[UUID] = set()
        self._left: set[UUID] = set()
        self._running: UUID | None = None
        self._silent_since = 0.0
        self._idle_since: float | None = None
        self._seen_at = 0.0
        self._is_blind = False

    @property
    def ours(self) -> frozenset[UUID]:
        """Prompts of ours that ComfyUI may have."""
        return frozenset(self._followed | self._left)

    def follow(self, prompt_id: UUID) -> None:
        """This prompt is ours, whether ComfyUI shows it or not."""
        self._followed.add(prompt_id)

    def leave(self, *prompt_ids: UUID) -> None:
        """Nobody follows these any more, but ComfyUI may still have them, and be stuck with one."""
        self._followed.difference_update(prompt_ids)
        self._left.update(prompt_ids)

    def hear(self, prompt_id: UUID, now: float) -> None:
        """A message about a prompt of ours came: a sign of life."""
        self._running, self._silent_since, self._idle_since = prompt_id, now, None

    def look(self, queue: QueueSnapshot, now: float) -> None:
        """The queue was read."""
        if self._is_blind:
            self._pass_over(now)
        self._is_blind, self._seen_at = False, now
        mine = queue.only(self.ours)
        running = [UUID(prompt.prompt_id) for prompt in mine.running]
        self._left.intersection_update(running + [UUID(prompt.prompt_id) for prompt in mine.pending])
        if self._running not in running:
            self._running, self._silent_since = next(iter(running), None), now
        if queue.running or not queue.pending:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now

    def lose_sight(self) -> None:
        """The queue cannot be read: the time from the last look to the next proves nothing. What was proved stands."""
        self._is_blind = True

    def judge(self, now: float, silence_limit_seconds: float) -> Stall | None:
        """Whether ComfyUI is stuck, by the latest look."""
        if self._idle_since is not None and now - self._idle_since > IDLE_LIMIT_SECONDS:
            return Stall(StallKind.IDLE, now - self._idle_since, IDLE_LIMIT_SECONDS)
        if self._running is not None and now - self._silent_since >= silence_limit_seconds:
            return Stall(StallKind.SILENT, now - self._silent_since, silence_limit_seconds)
        return None

    def _pass_over(self, now: float) -> None:
        unseen = now - self._seen_at
        self._silent_since = min(now, self._silent_since + unseen)  # it may have been heard since the last look
        if self._idle_since is not None:
            self._idle_since += unseen


class Watchdog:
    """Hears and sees what becomes of our prompts; while ComfyUI is stuck, the connection says so. It bites nobody.

    `config` is asked at every look, so that a new time limit applies at once.
    """

    def __init__(self, connection: ConnectionView, clock: Clock, config: Callable[[], ComfyUIConfig]) -> None:
        self.stall: Stall | None = None
        self._detector = StallDetector()
        self._connection = connection
        self._clock = clock
        self._config = config

    @property
    def ours(self) -> frozenset[UUID]:
        """Prompts of ours that ComfyUI may have."""
        return self._detector.ours

    def follow(self, prompt_id: UUID) -> None:
        """This prompt is ours; whoever follows it says what is heard and seen of it."""
        self._detector.follow(prompt_id)

    def leave(self, *prompt_ids: UUID) -> None:
        """Nobody follows these any more, but ComfyUI may still have them."""
        self._detector.leave(*prompt_ids)

    def hear(self, prompt_id: UUID) -> None:
        """A message about a prompt of ours came."""
        self._detector.hear(prompt_id, self._clock.monotonic())
        self._judge()

    def look(self, queue: QueueSnapshot) -> Stall | None:
        """The queue was read. Returns whether ComfyUI is stuck."""
        self._detector.look(queue, self._clock.monotonic())
        return self._judge()

    def lose_sight(self) -> None:
        """The queue could not be read."""
        self._detector.lose_sight()

    def _judge(self) -> Stall | None:
        self.stall = self._detector.judge(self._clock.monotonic(), self._config().stall_timeout_seconds)
        self._connection.hold("" if self.stall is None else self.stall.sentence)
        return self.stall


def _duration(seconds: float, second: str, minute: str) -> str:
    return f"{seconds // 1:.0f} {second}" if seconds < 120 else f"{seconds // 60:.0f} {minute}"
