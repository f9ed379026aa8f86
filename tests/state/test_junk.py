"""Whoever is signed in can send any event with any arguments too: each is refused in a sentence, and none is an error."""

import inspect
import math
from typing import Any

import pytest

from tests.state.tab import Tab
from tests.state.test_every_handler_is_guarded import handlers

JUNK: dict[type, tuple[Any, ...]] = {
    str: ("", "no id", "\x00\ud800", "<reflex.Var>x</reflex.Var>", "9" * 400, 7, None, {"a": 1}, ["x"]),
    bool: (True, "yes", None, [1]),
    int: (0, -1, 10**400, "many", None),
    float: (math.nan, math.inf, -math.inf, 1e308, "many", None),
    dict: ({}, {"name": 5, "motto": None, "prompt": ["x"], "negative_prompt": {"a": 1}}, "text", None, [1]),
}


def kind_of(annotation: Any) -> type:
    return annotation if annotation in JUNK else dict


def throws(parameters: list[inspect.Parameter]) -> list[dict[str, Any]]:
    """Junk for all arguments at once: as many throws as the argument with most sorts of junk needs."""
    sorts = {parameter.name: JUNK[kind_of(parameter.annotation)] for parameter in parameters}
    count = max((len(sort) for sort in sorts.values()), default=1)
    return [{name: sort[number % len(sort)] for name, sort in sorts.items()} for number in range(count)]


IN_FRONT = sorted(name for name, handler in handlers().items() if not handler.is_background)


@pytest.mark.parametrize("name", IN_FRONT)
async def test_junk_is_no_error(name: str, desk: Tab) -> None:
    handler = handlers()[name]
    parameters = list(inspect.signature(handler.fn).parameters.values())[1:]

    state = handler.state
    assert state is not None
    for throw in throws(parameters):
        await desk.start_and_wait(f"{state.get_full_name()}.{name.partition('.')[2]}", **throw)

    assert desk.errors == []
