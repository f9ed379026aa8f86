"""ComfyUI is away, dies, or freezes: batches wait, start by themselves, and are painted once."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fakes.simulator import SimulatorProcess, SimulatorServer
from tests.fakes.strangers import served
from tests.faults import graphs
from tests.faults.rig import Rig, open_rig, soon
from wrldbldr.simulator.faults import Action, Moment, Rule

REDIS = b"-ERR unknown command 'GET'\r\n"
SSH = b"SSH-2.0-OpenSSH_9.6\r\nProtocol mismatch.\r\n\r\n"
WEB_APP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"


@asynccontextmanager
async def another_program(url: str, words: bytes) -> AsyncGenerator[None]:
    """Something else on ComfyUI's port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.write(words)

    async with served(answer, urlsplit(url).port or 0):
        yield


async def test_batches_asked_for_while_comfyui_is_off_wait_and_are_painted_when_it_starts(
    rig: Rig, server: SimulatorServer
) -> None:
    await server.stop()
    first, second = await rig.ask("a lighthouse"), await rig.ask("a harbour", 2)
    await rig.require_said(lambda state: "cannot be reached" in state.problem)
    await soon(0.3)
    assert (await rig.batch(first)).status == (await rig.batch(second)).status == "queued"

    await server.start()

    for batch_id in (first, second):
        await rig.end(batch_id)
        await rig.require_pictures(batch_id)
    made = [*await rig.submissions(first), *await rig.submissions(second)]
    assert server.executed == [str(submission.prompt_id) for submission in made]


async def test_a_comfyui_that_starts_later_than_we_do_is_found(tmp_path: Path, empty_database: Path) -> None:
    async with SimulatorServer() as server:
        await server.stop()
        async with open_rig(tmp_path, empty_database, server.url) as rig:
            batch_id = await rig.ask("a lighthouse")
            await soon(0.3)
            await server.start()

            await rig.end(batch_id)
            await rig.require_pictures(batch_id)


@pytest.mark.parametrize("words", [REDIS, SSH, WEB_APP], ids=["a_database", "a_login_server", "a_web_app"])
async def test_while_something_else_answers_at_the_address_batches_wait_and_it_is_said(
    rig: Rig, server: SimulatorServer, words: bytes
) -> None:
    await server.stop()
    async with another_program(server.url, words):
        batch_id = await rig.ask("a lighthouse")
        await rig.require_said(lambda state: "not a ComfyUI" in state.problem)
        await soon(0.2)
        assert (await rig.batch(batch_id)).status == "queued"

    await server.start()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)


@pytest.mark.parametrize("status", [401, 403])
async def test_while_comfyui_lets_nobody_in_batches_wait_and_it_is_said(
    rig: Rig, server: SimulatorServer, status: int
) -> None:
    server.faults.add(Rule(Action.STATUS, status=status, times=None))
    batch_id = await rig.ask("a lighthouse")
    await rig.require_said(lambda state: "does not let us in" in state.problem)
    await soon(0.2)
    assert (await rig.batch(batch_id)).status == "queued"

    server.faults.clear()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_comfyui_that_lets_nobody_in_any_more_while_it_paints_is_said_and_loses_no_batch(
    rig: Rig, server: SimulatorServer, status: int
) -> None:
    first = await rig.ask("a lighthouse", 2, graph=graphs.slow(0.5))
    await rig.until(lambda _: bool(server.executed), first)
    server.faults.add(Rule(Action.STATUS, status=status, times=None))
    server.drop_sockets()
    second = await rig.ask("a harbour")
    await rig.require_said(lambda state: "does not let us in" in state.problem and not state.is_answering)
    await soon(0.5)
    assert not rig.comfyui.connection.current.is_answering
    assert [(await rig.batch(batch_id)).status for batch_id in (first, second)] == ["generating", "queued"]

    server.faults.clear()

    for batch_id in (first, second):
        await rig.end(batch_id)
        await rig.require_pictures(batch_id)
    assert len(server.executed) == 2


async def test_a_comfyui_that_lets_nobody_in_when_a_batch_is_handed_over_has_it_wait(
    rig: Rig, server: SimulatorServer
) -> None:
    await rig.require_next_one_to_be_painted()
    refused = server.spoil(Rule(Action.STATUS, method="POST", path="/prompt", status=401))
    server.spoil(Rule(Action.STATUS, path="/system_stats", status=401))
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: refused.count > 0, batch_id)
    await rig.require_said(lambda state: "does not let us in" in state.problem and not state.is_answering)
    await soon(0.5)
    assert (await rig.batch(batch_id)).status == "queued"

    server.faults.clear()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert len(server.executed) == 2


async def test_a_comfyui_that_tells_its_health_and_not_its_nodes_has_batches_wait_and_it_is_said(
    rig: Rig, server: SimulatorServer
) -> None:
    server.spoil(Rule(Action.STATUS, path="/object_info", status=403))
    batch_id = await rig.ask("a lighthouse")
    await rig.require_said(lambda state: "does not let us in" in state.obstacle and state.is_usable)
    await soon(0.2)
    assert (await rig.batch(batch_id)).status == "queued"

    server.faults.clear()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert not rig.comfyui.connection.current.obstacle


INSTEAD = {
    "bad_gateway": Rule(Action.STATUS, status=502),
    "a_login": Rule(Action.STATUS, status=401),
    "no_such_page": Rule(Action.STATUS, status=404),
    "too_many_requests": Rule(Action.STATUS, status=429),
    "a_web_page": Rule(Action.HTML),
}


@pytest.mark.parametrize("instead", INSTEAD.values(), ids=INSTEAD)
async def test_pictures_are_waited_for_however_long_something_in_front_of_comfyui_answers_in_its_place(
    rig: Rig, server: SimulatorServer, instead: Rule
) -> None:
    batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(0.3))
    await rig.until(lambda _: bool(server.executed), batch_id)
    spoilt = server.spoil(replace(instead, method="GET", path="/view"))
    server.spoil(replace(instead, path="/system_stats"))
    await rig.until(lambda _: spoilt.count > 0, batch_id)
    await soon(3)  # all retries of a request take 65 s, which are 1.3 here
    assert (await rig.batch(batch_id)).status == "generating"
    assert not rig.comfyui.connection.current.is_answering

    server.faults.clear()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert len(server.executed) == 1


async def test_a_comfyui_restarted_in_the_middle_paints_the_batch_again_and_once(
    rig: Rig, server: SimulatorServer
) -> None:
    batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(0.5))
    await rig.until(lambda _: bool(server.executed), batch_id)

    await server.restart()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert len(server.executed) == 2
    assert [submission.lost_at is None for submission in await rig.submissions(batch_id)] == [False, True]


@pytest.mark.parametrize("moment", list(Moment))
async def test_a_comfyui_that_dies_is_waited_for_and_the_batch_is_painted(
    rig: Rig, server: SimulatorServer, moment: Moment
) -> None:
    server.faults.add(Rule(Action.DIE, moment=moment))
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: not server.is_running, batch_id)
    await soon(0.2)
    assert (await rig.batch(batch_id)).status == "generating"

    await server.start()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    await rig.require_next_one_to_be_painted()


@pytest.mark.parametrize("moment", [Moment.ON_PROMPT, Moment.WHILE_EXECUTING])
async def test_a_prompt_that_kills_comfyui_each_time_fails_in_the_end_and_the_next_batch_runs(
    rig: Rig, server: SimulatorServer, moment: Moment
) -> None:
    server.faults.add(Rule(Action.DIE, moment=moment, times=None))
    batch_id = await rig.ask("a cursed mirror")
    for _ in range(3):
        await rig.until(lambda _: not server.is_running, batch_id)
        await server.start()

    batch = await rig.end(batch_id)

    assert batch.status == "failed"
    assert batch.failure is not None
    assert batch.failure.details["Handed over"] == "3 times"
    assert await rig.assets(batch_id) == []
    server.faults.clear()
    await rig.require_next_one_to_be_painted()


@pytest.mark.parametrize("end", [SimulatorProcess.kill, SimulatorProcess.stop], ids=["SIGKILL", "SIGTERM"])
async def test_a_process_that_is_ended_while_it_paints_is_waited_for(
    tmp_path: Path, empty_database: Path, end: Callable[[SimulatorProcess], None]
) -> None:
    with SimulatorProcess(seconds_per_step=0.1) as comfyui:
        async with open_rig(tmp_path, empty_database, comfyui.url) as rig:
            batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(0.5))
            await rig.until(lambda _: comfyui.executed_count() > 0, batch_id)

            end(comfyui)
            await soon(0.3)
            assert (await rig.batch(batch_id)).status == "generating"
            comfyui.start()

            await rig.end(batch_id)
            await rig.require_pictures(batch_id)
            await rig.require_next_one_to_be_painted()
            lost, painted, following = comfyui.executed
            assert len({lost, painted, following}) == 3


async def test_a_comfyui_that_freezes_and_comes_back_paints_the_batch_once(
    tmp_path: Path, empty_database: Path
) -> None:
    with SimulatorProcess() as comfyui:
        async with open_rig(tmp_path, empty_database, comfyui.url) as rig:
            await rig.require_next_one_to_be_painted()
            assert comfyui._process is not None
            comfyui._process.send_signal(signal.SIGSTOP)
            batch_id = await rig.ask("a lighthouse", 2)  # it may be handed over while nobody reads it
            await soon(1.5)
            comfyui._process.send_signal(signal.SIGCONT)

            await rig.end(batch_id)
            await rig.require_pictures(batch_id)
            assert comfyui.executed_count() == 2


async def test_a_comfyui_that_freezes_while_its_pictures_are_fetched_is_waited_for_however_long(
    tmp_path: Path, empty_database: Path
) -> None:
    with SimulatorProcess() as comfyui:
        async with open_rig(tmp_path, empty_database, comfyui.url) as rig:
            comfyui.break_(Rule(Action.HANG, method="GET", path="/view", seconds=0.5))
            batch_id = await rig.ask("a lighthouse", 2)
            await rig.until(lambda _: comfyui.executed_count() == 1, batch_id)
            await soon(0.3)
            assert comfyui._process is not None
            comfyui._process.send_signal(signal.SIGSTOP)
            await soon(12)  # longer than all retries, of a second each, and the health check after them
            assert (await rig.batch(batch_id)).status == "generating"
            comfyui._process.send_signal(signal.SIGCONT)

            await rig.end(batch_id)
            await rig.require_pictures(batch_id)
            assert comfyui.executed_count() == 1


async def test_a_worker_that_died_in_a_comfyui_that_still_answers_loses_nothing_when_it_is_restarted(
    rig: Rig, server: SimulatorServer
) -> None:
    server.faults.add(Rule(Action.WEDGE))
    batch_id = await rig.ask("a lighthouse")
    await rig.until(lambda _: bool(server.executed), batch_id)
    await soon(0.3)
    assert (await rig.batch(batch_id)).status == "generating"

    await server.restart()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    await rig.require_next_one_to_be_painted()


async def test_a_prompt_that_arrives_after_it_was_given_up_is_withdrawn(rig: Rig, server: SimulatorServer) -> None:
    server.faults.add(Rule(Action.HANG, method="POST", path="/prompt", seconds=1.4))
    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(0.6))

    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    await rig.require_next_one_to_be_painted()
    lost, painted = await rig.submissions(batch_id)
    assert (lost.lost_at is None, painted.lost_at is None) == (False, True)
    history = server.simulator.workshop.history.get(str(lost.prompt_id))
    assert history is None or not history.succeeded
