"""Who may listen to a game session, for how long, and what ends it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.websockets import WebSocket

from tests.api.handshake import shake_hands
from tests.api.listening import Table, kinds, laid_table
from tests.api.table import NOBODYS_ID
from tests.fakes.quiet import until
from tests.fakes.studio import OTHER_PASSWORD, Stage, other_game_master
from wrldbldr.api.events import HEARD_LIMIT, HEARTBEAT_SECONDS, Stream
from wrldbldr.api.listeners import listener_at
from wrldbldr.api.messages import REASONS, CloseCode
from wrldbldr.bus import BACKLOG_LIMIT, account_topic, game_session_topic
from wrldbldr.domain.account import BROWSER_LOGIN_DAYS
from wrldbldr.domain.events import BatchQueued, Event, ShelfChanged, SignedOut
from wrldbldr.kit.ids import new_id

DAY_SECONDS = 24 * 60 * 60
CLOSE_FRAME_BYTES = 123


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


def cookie(secret: str) -> dict[str, str]:
    return {"cookie": f"wrldbldr_login={secret}"}


def tell(table: Table, *events: Event) -> None:
    """Something happens at the table."""
    for event in events:
        table.studio.engine.bus.publish(game_session_topic(table.studio.scene.game_session.id), event)


async def test_nobody_is_refused_before_the_socket_opens(table: Table) -> None:
    for shown in ({}, cookie("made-up"), {"authorization": "Bearer made-up"}):
        assert await table.refusal(headers=shown) == (403, b"")


async def test_another_game_master_is_refused_as_if_there_were_no_such_game_session(table: Table) -> None:
    await other_game_master(table.studio.engine)
    other = (await table.studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).secret

    theirs = await table.refusal(headers=cookie(other))

    assert theirs == (403, b"")
    assert theirs == await table.refusal(table.path_of(NOBODYS_ID), cookie(other))
    assert theirs == await table.refusal(table.path_of(NOBODYS_ID), cookie(table.secret))
    assert theirs == await table.refusal(table.path_of("no-id"), cookie(table.secret))


async def test_a_page_of_another_site_is_refused_with_the_owners_cookie(table: Table) -> None:
    shown = cookie(table.secret)

    assert (await table.refusal(headers={**shown, "origin": "http://evil.test"}))[0] == 403
    async with table.listen(headers={**shown, "origin": f"http://{table.address}"}) as hearing:
        assert await hearing.snapshot()


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/sessions", "/api/sessions/1/2/events", "/api/health"])
async def test_an_unknown_socket_under_api_is_refused(table: Table, path: str) -> None:
    assert await table.refusal(path) == (403, b"")


async def test_an_unknown_socket_under_api_does_not_come_to_the_screens(with_screens: FastAPI) -> None:
    for path in ("/api", "/api/nothing", "/api/sessions/events"):
        assert [said["type"] for said in await shake_hands(with_screens, path, {})] == ["websocket.close"]


async def test_an_api_token_listens_as_a_cookie_does(table: Table) -> None:
    token = await table.studio.engine.accounts.make_api_token(table.studio.who, "listener")
    for shown in ({"authorization": f"Bearer {token}"}, cookie(table.secret)):
        async with table.listen(headers=shown) as hearing:
            assert kinds(await hearing.snapshot()) == ["QueueReordered", "ComfyUIStateChanged"]


async def test_signing_out_closes_at_once_and_only_what_was_opened_with_it(table: Table) -> None:
    accounts = table.studio.engine.accounts
    token = await accounts.make_api_token(table.studio.who, "listener")
    async with table.listen() as hearing, table.listen(headers={"authorization": f"Bearer {token}"}) as other:
        await hearing.snapshot()
        await other.snapshot()
        await accounts.log_out(await accounts.principal(table.secret))

        assert await hearing.end() == (4401, REASONS[CloseCode.SIGNED_OUT])
        await table.studio.ask()
        assert (await other.next())["type"] == "GenerationQueued"


async def test_a_login_that_expires_is_noticed_at_the_next_heartbeat_however_much_goes_on(table: Table) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        await table.studio.advance(HEARTBEAT_SECONDS / 2)
        table.studio.clock._elapsed += BROWSER_LOGIN_DAYS * DAY_SECONDS  # the heartbeat is overdue, and nobody woke
        who = table.studio.who
        table.studio.engine.bus.publish(account_topic(who.account_id), ShelfChanged(table.studio.scene.world.id))
        await table.studio.rest()

        assert (await hearing.end())[0] == 4401


async def test_signing_out_among_more_events_than_are_kept_is_noticed_at_once(table: Table) -> None:
    engine = table.studio.engine
    topic, noise = account_topic(table.studio.who.account_id), ShelfChanged(table.studio.scene.world.id)
    who = await engine.accounts.principal(table.secret)
    async with table.listen() as hearing:
        await hearing.snapshot()
        await table.studio.rest()
        async with engine.database.write() as unit:
            await unit.accounts.revoke(who.token_id, table.studio.clock.now())
        for event in (SignedOut(who.token_id), *[noise] * BACKLOG_LIMIT):
            engine.bus.publish(topic, event)

        assert (await hearing.end())[0] == 4401


async def test_deleting_the_world_closes_the_streams_of_its_game_sessions(table: Table) -> None:
    studio = table.studio
    another = await studio.engine.worlds.create(studio.who, "Another")
    elsewhere = (await studio.engine.worlds.game_sessions(studio.who, another.id))[0]
    async with table.listen() as hearing, table.listen(table.path_of(elsewhere.id)) as other:
        await hearing.snapshot()
        await other.snapshot()
        await studio.engine.worlds.delete(studio.who, studio.scene.world.id)

        assert await hearing.end() == (4404, REASONS[CloseCode.NOT_FOUND])
        studio.comfyui.go_down()
        assert (await other.next())["type"] == "ComfyUIStateChanged"


async def test_what_a_listener_sends_is_not_read(table: Table) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        for words in ("{}", b"\x00", "x" * HEARD_LIMIT):
            await hearing.send(words)
        await table.studio.advance(1)
        await table.studio.ask()

        assert (await hearing.next())["type"] == "GenerationQueued"


@pytest.mark.parametrize("words", ["x" * (HEARD_LIMIT + 1), b"x" * (HEARD_LIMIT + 1)])
async def test_a_listener_that_sends_too_much_at_once_is_closed(table: Table, words: str | bytes) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        await hearing.send(words)

        assert await hearing.end() == (1009, REASONS[CloseCode.TOO_LARGE])


async def test_nothing_is_left_of_a_listener_that_has_gone_with_or_without_a_word(table: Table) -> None:
    async with table.listen() as polite, table.listen() as rude:
        await polite.snapshot()
        await rude.snapshot()
        assert table.studio.listener_count == 4
        await rude.leave()
        await until(lambda: table.studio.listener_count == 2, "the end of one stream")
    await table.is_left_alone()


async def test_an_error_nobody_foresaw_is_logged_without_its_words_and_closes(
    table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    words = "a prompt that nobody else may read"

    async def broken(*_: object) -> None:
        raise ValueError(words)

    async with table.listen() as hearing:
        await hearing.snapshot()
        table.studio.engine.queue.bulletin = broken  # type: ignore[method-assign]
        tell(table, BatchQueued(new_id()))

        assert await hearing.end() == (1011, REASONS[CloseCode.BROKEN])
    assert "ValueError" in caplog.text
    assert words not in caplog.text


async def test_a_server_that_reports_a_lost_connection_while_sending_ends_the_stream_in_silence(
    table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    arrived = [{"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        while not arrived:
            await asyncio.Event().wait()
        return arrived.pop()

    async def send(message: Any) -> None:
        if message["type"] != "websocket.accept":
            raise BrokenPipeError

    scope = {"type": "websocket", "path": "/", "headers": [(b"authorization", f"Bearer {table.secret}".encode())]}
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    engine, here = table.studio.engine, table.studio.scene.game_session.id

    await Stream(socket, engine, await listener_at(socket, engine, here), here).run()

    assert caplog.text == ""


def test_every_reason_fits_into_a_close_frame() -> None:
    assert set(REASONS) == set(CloseCode)
    assert max(len(reason.encode()) for reason in REASONS.values()) <= CLOSE_FRAME_BYTES
