"""The simulator as a child: it answers, is started again when it dies, and goes with us."""

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.fakes.fast_clock import FastClock
from tests.fakes.quiet import REAL_TIME, until
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.simulator_process import HOST, SimulatorProcess

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found through /proc")


def children() -> list[int]:
    """The ids of our child processes."""
    listed = [task.read_text() for task in Path("/proc/self/task").glob("*/children")]
    return [int(process_id) for process_ids in listed for process_id in process_ids.split()]


def answers(simulator: SimulatorProcess) -> bool:
    port = int(simulator.url.rsplit(":", 1)[1])
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


async def test_the_simulator_answers_is_started_again_when_it_dies_and_ends_with_us() -> None:
    simulator = SimulatorProcess(REAL_TIME)
    before = set(children())

    async with TaskNursery(REAL_TIME) as nursery:
        nursery.start(simulator.run(), name="simulator")
        await until(lambda: answers(simulator), "the simulator's first start")
        [first] = set(children()) - before
        os.kill(first, signal.SIGKILL)
        await until(lambda: not answers(simulator), "the simulator's death")
        await until(lambda: answers(simulator), "the simulator's second start")
        [second] = set(children()) - before
        assert first != second

    assert not answers(simulator)
    assert set(children()) == before


async def test_a_simulator_that_does_not_end_when_it_is_told_to_is_killed() -> None:
    simulator = SimulatorProcess(FastClock(20))
    before = set(children())

    async with TaskNursery(REAL_TIME) as nursery:
        running = nursery.start(simulator.run(), name="simulator")
        await until(lambda: answers(simulator), "the simulator's start")
        [child] = set(children()) - before
        os.kill(child, signal.SIGSTOP)
        try:
            running.cancel()
            await until(running.done, "the simulator's end")
        finally:
            if child in children():
                os.kill(child, signal.SIGKILL)

    assert set(children()) == before
