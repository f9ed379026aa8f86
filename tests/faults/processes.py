"""App and ComfyUI as processes that can be killed at any moment and started again."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx

from tests.fakes.simulator import PROJECT, SimulatorProcess
from tests.faults.rig import REAL_TIME
from wrldbldr.simulator.faults import Rule

FACTOR = 20.0
START_SECONDS = 30.0
TRIES = 5


class App:
    """The engine in a process, over one data folder."""

    def __init__(self, data_dir: Path, url: str) -> None:
        self.data_dir = data_dir
        self.database = data_dir / "wrldbldr.sqlite3"
        self.log = data_dir.parent / "app.log"
        self._command = [str(data_dir), url, str(FACTOR), REAL_TIME.now().isoformat()]
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.engine_process", *self._command,
                cwd=PROJECT, stdin=pipe, stdout=pipe, stderr=log,
            )  # fmt: skip
        assert await self._answer() == "ready"

    async def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and wait for its orderly end."""
        assert self._process is not None
        self._process.terminate()
        assert await asyncio.wait_for(self._process.wait(), START_SECONDS) == 0, "it did not end in an orderly way"

    async def tell(self, **order: str | int) -> str:
        """Hand over one order. Returns the answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        await self._process.stdin.drain()
        return await self._answer()

    async def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)
        return line.decode().strip()


class ComfyUI(SimulatorProcess):
    """The simulator in a process that may die while it is asked."""

    def __init__(self) -> None:
        super().__init__(seconds_per_step=0.02)
        self._http = httpx.Client(timeout=10, transport=httpx.HTTPTransport(retries=4))

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._http.close()

    def look_after(self) -> None:
        """Start it again if it died."""
        if self.exit_code is not None:
            self.wait()
            self.start()

    def set(self, *rules: Rule) -> None:
        """Let these things go wrong from now on."""
        self._ask("POST", "/simulator/faults", [rule.document() for rule in rules])

    def kill_and_start(self) -> None:
        """SIGKILL, and up again."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """It takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it was."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def behave(self) -> None:
        """Forget every fault."""
        self._ask("DELETE", "/simulator/faults")

    def clear_queue(self) -> None:
        """Somebody sweeps the queue."""
        self._ask("POST", "/queue", {"clear": True})

    def held(self) -> int:
        """How many prompts wait or run."""
        return int(self._ask("GET", "/prompt").json()["exec_info"]["queue_remaining"])

    def _ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Insist on an answer, whatever it is going through: a dead one is started again, a closed port tried again."""
        for _ in range(TRIES):
            self.look_after()
            with suppress(httpx.TransportError):
                answer = self._http.request(method, f"{self.url}{path}", json=body)
                if answer.is_success:
                    return answer
        raise AssertionError(f"the simulator does not answer {method} {path}")
