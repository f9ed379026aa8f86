"""The banner: what it says, its button, and by whose clock it counts."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.state.connection import Connection
from wrldbldr.state.live import Live

NOBODY_KNOWS_IT = "The machine ComfyUI runs on cannot be found. Check the address (Settings, ComfyUI)."


def away(studio: Studio, *, kind: ConnectionKind = ConnectionKind.DISCONNECTED, seconds: float = 4.6) -> None:
    retry_at = studio.clock.now() + timedelta(seconds=seconds)
    studio.comfyui.connection.become(ConnectionState(kind, retry_at=retry_at, problem=NOBODY_KNOWS_IT))


async def test_retry_now_shows_how_comfyui_is_after_it_was_asked(desk: Tab, studio: Studio) -> None:
    await desk.send(Connection.retry_now)
    assert (await desk.see(Connection)).state_name == "connected"
    away(studio)

    await desk.send(Connection.retry_now)

    view = await desk.see(Connection)
    assert (view.state_name, view.address, view.is_trying) == ("disconnected", "comfyui.test:8188", False)
    assert view.is_away


async def test_an_answer_to_retry_now_is_said_and_so_is_that_there_was_none(desk: Tab, studio: Studio) -> None:
    away(studio)
    await desk.send(Connection.retry_now)
    assert (await desk.see(Connection)).asked_at == studio.clock.now().isoformat()
    assert desk.scripts == ""

    studio.comfyui.connection.become(ConnectionState(ConnectionKind.CONNECTED))
    await desk.send(Connection.retry_now)

    assert (await desk.see(Connection)).asked_at == ""
    assert "ComfyUI answers. Your batches go on." in desk.scripts


async def test_retry_now_shows_that_it_is_asking_and_asks_once_however_often_it_is_pressed(
    desk: Tab, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, asked = asyncio.Event(), list[int]()

    async def slow(_: object) -> None:
        asked.append(1)
        await answer.wait()

    monkeypatch.setattr(studio.engine.connection, "retry_now", slow)
    pressed = [await desk.start(Connection.retry_now), await desk.start(Connection.retry_now)]
    await studio.rest()

    assert (await desk.see(Connection)).is_trying
    answer.set()
    for press in pressed:
        await press.wait_all()
    assert not (await desk.see(Connection)).is_trying
    assert asked == [1]


async def test_the_banner_says_what_was_found_and_what_to_do_about_it(desk: Tab, studio: Studio) -> None:
    away(studio)
    await desk.send(Connection.retry_now)
    assert (await desk.see(Connection)).message == NOBODY_KNOWS_IT

    away(studio, kind=ConnectionKind.CIRCUIT_OPEN)
    await desk.send(Connection.retry_now)
    assert "failed several times in a row" in (await desk.see(Connection)).message


async def test_what_keeps_the_queue_waiting_for_a_comfyui_that_answers_is_no_outage_and_is_waited_for(
    desk: Tab, studio: Studio
) -> None:
    await desk.start(Live.listen)
    for obstacle in ("ComfyUI does not let us in.", ""):
        studio.comfyui.connection.obstruct(obstacle)
        await studio.advance(0.5)

        view = await desk.see(Connection)
        is_there = bool(obstacle)
        assert (view.is_obstructed, view.is_waited_for, view.is_away) == (is_there, is_there, False)
        assert view.message.startswith(obstacle)

    away(studio)
    await studio.advance(0.5)
    view = await desk.see(Connection)
    assert (view.is_obstructed, view.is_waited_for, view.is_away) == (False, True, True)


async def test_the_countdown_is_a_time_of_the_servers_clock_that_stands_still_while_it_is_waited_for(
    desk: Tab, studio: Studio
) -> None:
    away(studio)
    due = (studio.clock.now() + timedelta(seconds=4.6)).isoformat()
    await desk.start(Live.listen)
    await studio.advance(0.5)
    assert (await desk.see(Connection)).retry_at == due
    assert f'wrldbldrClock("{(studio.clock.now() - timedelta(seconds=0.5)).isoformat()}")' in desk.scripts
    desk.forget()

    for _ in range(6):
        await studio.advance(0.5)

    assert desk.delta == {}
    assert desk.scripts == ""
    assert (await desk.see(Connection)).retry_at == due
