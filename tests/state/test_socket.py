"""Anybody may open a websocket and send anything. What no page of ours sends reaches neither Reflex nor the log."""

import io
import logging
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from reflex.app import App
from reflex.state import State, UpdateVarsInternalState

from tests.fakes.clock import FakeClock
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.kit.log import QUOTING, WINDOW_RECORDS, Discreet, Sparing, configure
from wrldbldr.state.creator import Creator
from wrldbldr.state.socket import ADDRESS_CHARACTERS, QUERY_PARAMETERS, checked_event, guard_socket

HYDRATE = f"{State.get_full_name()}.hydrate"
SELECT = f"{Creator.get_full_name()}.select"
SECRETS = ("SECRET-COOKIE", "SECRET-PROMPT")


class FakeNamespace:
    """What Reflex has behind the socket."""

    def __init__(self) -> None:
        self.sid_to_token = {"socket": "token"}
        self.answered: list[object] = []

    async def on_event(self, sid: str, data: Any) -> None:
        self.answered.append(data)


@pytest.fixture(autouse=True)
def a_fresh_minute(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    """What other tests logged does not count."""
    logger = logging.getLogger(guard_socket.__module__)
    fresh = [Sparing(clock) if isinstance(known, Sparing) else known for known in logger.filters]
    monkeypatch.setattr(logger, "filters", fresh)


@pytest.fixture
def namespace() -> FakeNamespace:
    namespace = FakeNamespace()
    guard_socket(cast("App", SimpleNamespace(event_namespace=namespace)))
    return namespace


@pytest.fixture
def written() -> Generator[io.StringIO]:
    """What Reflex's loggers write once the program has set its log up."""
    configure()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in QUOTING]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)
        logger.filters = [known for known in logger.filters if not isinstance(known, Discreet)]


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        "SECRET-PROMPT",
        [1, 2],
        {},
        {"name": 5},
        {"name": "no.such.event", "payload": {"prompt": "SECRET-PROMPT"}},
        {"name": f"{State.get_full_name()}.setvar", "payload": {"var_name": "is_hydrated", "value": True}},
        {"name": HYDRATE, "payload": "SECRET-PROMPT"},
        {"name": HYDRATE, "router_data": "SECRET-PROMPT"},
    ],
    ids=str,
)
async def test_what_no_page_sends_goes_no_further(
    data: object, namespace: FakeNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    await namespace.on_event("socket", data)

    assert namespace.answered == []
    assert "SECRET" not in caplog.text


async def test_whoever_sends_without_end_does_not_fill_the_log(
    namespace: FakeNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(WINDOW_RECORDS * 2):
        await namespace.on_event("socket", {"name": "no.such.event"})

    assert len(caplog.records) == WINDOW_RECORDS


async def test_a_socket_without_a_tab_is_not_answered(namespace: FakeNamespace) -> None:
    await namespace.on_event("another socket", {"name": HYDRATE})

    assert namespace.answered == []


async def test_what_a_page_sends_goes_through_as_it_is(namespace: FakeNamespace) -> None:
    place = {"pathname": "/worlds/1/create", "asPath": "/worlds/1/create?show=2", "query": {"show": "2"}}
    sent = {"name": SELECT, "payload": {"entity": "2"}, "router_data": place}

    await namespace.on_event("socket", {**sent, "token": "token"})

    assert namespace.answered == [sent]


def test_an_address_longer_than_any_of_ours_is_not_kept() -> None:
    long = "x" * (ADDRESS_CHARACTERS + 1)
    place = {"pathname": long, "asPath": ["/"], "headers": {"cookie": "x"}, "query": {"show": long, long: "", "n": 1}}

    assert checked_event({"name": HYDRATE, "router_data": place}) == {"name": HYDRATE, "payload": {}, "router_data": {}}


def test_of_an_address_with_endless_parameters_only_so_many_are_kept() -> None:
    endless = {str(number): "x" for number in range(QUERY_PARAMETERS * 2)}

    checked = checked_event({"name": HYDRATE, "router_data": {"query": endless}})

    assert checked is not None
    assert list(checked["router_data"]["query"]) == list(endless)[:QUERY_PARAMETERS]


async def test_an_event_that_reflex_does_not_know_is_logged_without_cookie_and_prompt(
    studio: Studio, written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_tab("SECRET-COOKIE") as tab:
        future = await tab.start_raw("no.such.event", prompt="SECRET-PROMPT")
        await studio.rest()
        future.cancel()

    said = "".join((written.getvalue(), *capfd.readouterr()))
    assert "event_processor line" in said
    assert [secret for secret in SECRETS if secret in said] == []


async def test_an_event_with_arguments_that_do_not_fit_is_logged_without_them(
    nobody: Tab, written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    await nobody.send_raw(f"{State.get_full_name()}.set_is_hydrated", value={"SECRET-PROMPT": 1}, other="SECRET-PROMPT")
    await nobody.send_raw(f"{UpdateVarsInternalState.get_full_name()}.update_vars_internal", vars={"SECRET-PROMPT": 1})

    assert "SECRET" not in "".join((written.getvalue(), *capfd.readouterr()))


async def test_the_apps_own_socket_is_guarded(caplog: pytest.LogCaptureFixture) -> None:
    from wrldbldr.wrldbldr import app

    namespace = app.event_namespace
    assert namespace is not None
    await namespace.trigger_event("event", "socket", "SECRET-PROMPT")

    assert "turned away" in caplog.text
    assert "SECRET" not in caplog.text
