"""Nobody's push waits for a look through every module."""

import gc
from collections.abc import Iterator

import pytest

from wrldbldr.kit.garbage import THRESHOLD, look_for_garbage_rarely


class Knot:
    """Garbage that only a look finds: it holds on to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_was_there_before_is_never_looked_through_again() -> None:
    modules_and_all = len(gc.get_objects())

    look_for_garbage_rarely()

    assert len(gc.get_objects()) < modules_and_all / 10
    assert gc.get_threshold()[0] == THRESHOLD


def test_what_comes_later_is_still_found() -> None:
    look_for_garbage_rarely()
    Knot()

    assert gc.collect() > 0
