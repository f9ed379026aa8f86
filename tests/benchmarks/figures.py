"""How figures are taken and shown: what it costs with few of something beside what it costs with very many."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

GROWTH = 1.5
"""By how much a figure may grow from a hundred to a hundred times or a thousand times as many."""
NOTICED = 0.5  # ms; below it a ratio says more about the machine than about us

LONGER = 3
T = TypeVar("T")
Deed = Callable[[T], Awaitable[None]]


@dataclass(frozen=True)
class Figure:
    """One line of a table. `aim` is for the larger one, in the same unit."""

    what: str
    unit: str
    few: float
    many: float
    aim: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as large the larger one is."""
        return self.many / self.few if self.few else float("inf" if self.many else 1)

    @property
    def grows(self) -> bool:
        """Whether it grows more than it may. A hair is nothing."""
        return self.ratio > GROWTH and self.many - self.few > NOTICED

    @property
    def misses(self) -> bool:
        """Whether the larger one is not what it should be."""
        return self.aim is not None and self.many > self.aim

    def line(self, width: int) -> str:
        """For people. What is not as it should be has a mark."""
        aim = "" if self.aim is None else f"≤ {self.aim:,.4g}"
        mark = "!" if self.grows or self.misses else ""
        values = f"{self.few:12,.2f} {self.many:16,.2f} {self.unit:<6}"
        return f"  {self.what:<{width}} {values} {self.ratio:8.2f} ×   {aim:<8} {mark}".rstrip()


def table(title: str, few: str, many: str, figures: Sequence[Figure]) -> str:
    """All of them, one below the other."""
    width = max(len(figure.what) for figure in figures)
    head = f"{title:<{width + 2}} {few:>12} {many:>16} {'':<6} {'grows by':>10}   aim"
    return "\n".join([head, *(figure.line(width) for figure in figures)])


async def best_of(rounds: int, deed: Deed[T], few: T, many: T, after: Deed[T] | None = None) -> tuple[float, float]:
    """The shortest time of each, in milliseconds. In turns: a machine that is slower for a while is so for both.

    What seems to grow is tried for longer: a busy machine takes away from one, and never gives. `after` is not counted.
    """
    shortest = [float("inf"), float("inf")]
    for number in range(rounds * LONGER):
        if number >= rounds and shortest[1] <= GROWTH * shortest[0]:
            break
        for which, whose in enumerate((few, many)):
            began = time.perf_counter()
            await deed(whose)
            shortest[which] = min(shortest[which], 1000 * (time.perf_counter() - began))
            if after is not None:
                await after(whose)
    return shortest[0], shortest[1]
