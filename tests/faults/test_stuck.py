"""ComfyUI answers and does not work, or works in silence: it is said, nothing is sent into it, and nothing is lost."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import IMPATIENT, Rig, open_rig, soon
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.simulator.faults import Action, Moment, Rule

SILENCE_LIMIT = ComfyUIConfig.model_validate({**IMPATIENT.model_dump(), "stall_timeout_seconds": 50})  # a second


@pytest.fixture
async def rig(tmp_path: Path, empty_database: Path, server: SimulatorServer) -> AsyncGenerator[Rig]:
    """The dispatcher runs, and does not like silence."""
    async with open_rig(tmp_path, empty_database, server.url, config=SILENCE_LIMIT) as rig:
        yield rig


def is_stuck(state: ConnectionState) -> bool:
    return state.kind is ConnectionKind.STUCK


def is_connected(state: ConnectionState) -> bool:
    return state.kind is ConnectionKind.CONNECTED


@pytest.mark.parametrize(
    ("moment", "said", "phase"),
    [
        (Moment.WHILE_EXECUTING, "no sign of life for 50 seconds", "no sign of life"),
        (Moment.ON_PROMPT, "its worker has stopped", "ComfyUI does not start it"),
    ],
)
async def test_a_dead_worker_is_said_and_after_a_restart_every_batch_is_painted_without_a_click(
    rig: Rig, server: SimulatorServer, moment: Moment, said: str, phase: str
) -> None:
    server.faults.add(Rule(Action.WEDGE, moment=moment))
    first, second = await rig.ask("a lighthouse", 2), await rig.ask("a harbour")
    await rig.until(lambda _: is_stuck(rig.comfyui.connection.current), first)
    assert said in rig.comfyui.connection.current.problem
    await rig.until(lambda _: rig.phases[-1].startswith(phase), first)
    await soon(0.5)
    assert server.simulator.workshop.queue.remaining == 1, "nothing is sent into it"
    assert (await rig.batch(first)).status == "generating"
    assert (await rig.batch(second)).status == "queued"
    ran_before = len(server.executed)

    await server.restart()

    for batch_id in (first, second):
        await rig.end(batch_id)
        await rig.require_pictures(batch_id)
    assert len(server.executed) == ran_before + 2
    await rig.require_said(is_connected)


async def test_a_job_that_is_only_silent_for_long_is_called_stuck_and_then_ready_after_one_run(
    rig: Rig, server: SimulatorServer
) -> None:
    batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(2.5, steps=1))
    await rig.until(lambda _: is_stuck(rig.comfyui.connection.current), batch_id)
    assert (await rig.batch(batch_id)).status == "generating"

    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    await rig.require_said(is_connected)
    assert len(server.executed) == len(await rig.submissions(batch_id)) == 1


async def test_a_job_that_says_how_far_it_is_is_never_called_stuck(rig: Rig, server: SimulatorServer) -> None:
    said: list[ConnectionKind] = []
    rig.comfyui.connection.subscribe(lambda state: said.append(state.kind))

    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(2.5, steps=25))
    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    assert ConnectionKind.STUCK not in said


async def test_a_withdrawn_batch_that_a_dead_worker_holds_keeps_the_next_one_here_until_the_restart(
    rig: Rig, server: SimulatorServer
) -> None:
    server.faults.add(Rule(Action.WEDGE))
    first, second = await rig.ask("a lighthouse"), await rig.ask("a harbour")
    await rig.until(lambda _: is_stuck(rig.comfyui.connection.current), first)

    await rig.queue.cancel(rig.master.who, first)
    await soon(0.5)
    assert is_stuck(rig.comfyui.connection.current)
    assert (await rig.batch(second)).status == "queued"
    await server.restart()

    await rig.end(second)
    await rig.require_pictures(second)
    assert (await rig.batch(first)).status == "cancelled"
    assert len(server.executed) == 2
    await rig.require_said(is_connected)
