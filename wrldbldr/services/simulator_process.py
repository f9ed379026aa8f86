"""The built-in simulator as a child process: it paints when there is no ComfyUI, and dies with us."""

import asyncio
import logging
import socket
import sys
from pathlib import Path

from wrldbldr.kit.clock import Clock, wait_for_event, within

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
PROJECT = Path(__file__).resolve().parents[2]
RESTART_SECONDS = 1.0
START_SECONDS = 15.0
STOP_SECONDS = 5.0


class SimulatorProcess:
    """Keeps one simulator running on a port chosen once, so that its address stays the same when it is restarted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers = asyncio.Event()
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self._port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self._port}"

    async def wait_until_it_answers(self) -> None:
        """Wait for its first word, at most 15 s: whoever asks too early would take it for one that is away."""
        await wait_for_event(self._answers, self._clock, START_SECONDS)

    async def run(self) -> None:
        """Run it until cancelled. Its standard input is a pipe from us: when we are gone, however suddenly, it ends."""
        while True:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "wrldbldr.simulator",
                "--host",
                HOST,
                "--port",
                str(self._port),
                "--until-stdin-closes",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=PROJECT,
            )
            try:
                if process.stdout is not None and await process.stdout.readline():
                    self._answers.set()
                code = await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
                    if await within(STOP_SECONDS, self._clock, process.wait()) is None:
                        process.kill()
                        await process.wait()
            logger.warning("The simulator ended with code %d and is started again", code)
            await self._clock.sleep(RESTART_SECONDS)
