"""How long painting takes, as far as earlier runs tell: a range, or nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Self

RUNS = 20  # the last ones: a graphics card that was replaced is soon forgotten
ENOUGH = 2  # fewer say nothing
MANY = 5  # from so many on, the shortest and the longest tenth is left out: a model was loaded, or ComfyUI was away


@dataclass(frozen=True, slots=True)
class Run:
    """A batch of `count` pictures that took so long, from when it was begun until its pictures were stored."""

    seconds: float
    count: int


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` to `high` seconds."""

    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        """One after the other."""
        return Span(self.low + other.low, self.high + other.high)

    def without(self, seconds: float) -> "Span":
        """What is left after so many of them; nothing when it should be over."""
        return Span(max(0.0, self.low - seconds), max(0.0, self.high - seconds))

    @classmethod
    def of(cls, runs: Sequence[Run], count: int) -> Self | None:
        """How long `count` pictures take, after earlier runs of the same workflow and size. None when too few are known.

        Runs of as many pictures say it best; without them each picture is taken to need its share.
        """
        alike = [run.seconds for run in runs if run.count == count]
        seconds = alike if len(alike) >= ENOUGH else [run.seconds * count / run.count for run in runs]
        if len(seconds) < ENOUGH:
            return None
        if len(seconds) < MANY:
            return cls(min(seconds), max(seconds))
        tenths = quantiles(seconds, n=10, method="inclusive")
        return cls(tenths[0], tenths[-1])
