"""Our simulated ComfyUI for tests: in this process and quick, or as a process of its own that can be killed."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from wrldbldr.kit.clock import Clock
from wrldbldr.simulator.config import SimulatorConfig
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.faults import Action, Faults, Rule
from wrldbldr.simulator.received import Receipt
from wrldbldr.simulator.server import Simulator

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20
QUICK = SimulatorConfig(port=0, seconds_per_step=0.0)
MANY = 10_000


class Tally:
    """How often a page was asked for; it is answered as if nobody counted, or as `spoilt` says."""

    def __init__(self, spoilt: Rule) -> None:
        self.rule = spoilt
        self.rule.times = MANY

    @property
    def count(self) -> int:
        return MANY - (self.rule.times or 0)


class SimulatorServer:
    """A simulator in this process, on a free port that stays the same when it is stopped and started again.

    `async with SimulatorServer() as server:` and then `server.faults.add(Rule(Action.STATUS, path="/prompt"))`.
    A fault that kills the process only makes this one vanish (`is_running` is False) until `start`.
    """

    def __init__(
        self, config: SimulatorConfig = QUICK, *, seconds_per_step: float | None = None, clock: Clock | None = None
    ) -> None:
        pace = config.seconds_per_step if seconds_per_step is None else seconds_per_step
        self.simulator = Simulator(replace(config, seconds_per_step=pace), clock=clock)

    async def __aenter__(self) -> Self:
        await self.simulator.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.simulator.__aexit__()

    @property
    def url(self) -> str:
        return self.simulator.url

    @property
    def faults(self) -> Faults:
        return self.simulator.faults

    def tally(self, path: str, method: str = "GET") -> Tally:
        """Count the requests for a page from now on, those that other faults befall excepted."""
        return self.spoil(Rule(Action.HANG, method=method, path=path, seconds=0))

    def spoil(self, rule: Rule) -> Tally:
        """Let this go wrong until the faults are cleared, and count how often it does."""
        tally = Tally(rule)
        self.faults.add(rule)
        return tally

    @property
    def received(self) -> list[Receipt]:
        """Which picture each node's input was handed."""
        return self.simulator.received.receipts

    @property
    def executed(self) -> list[str]:
        """The ids of the prompts that began to run, an id as often as it ran."""
        return self.simulator.received.executed

    @property
    def is_running(self) -> bool:
        return self.simulator.is_running

    async def start(self) -> None:
        await self.simulator.start()

    async def stop(self) -> None:
        """Refuse connections; queue and history are lost, pictures are not."""
        await self.simulator.stop()

    async def restart(self) -> None:
        """As if ComfyUI had been restarted: queue and history are lost."""
        await self.simulator.restart()

    def drop_sockets(self) -> None:
        """Tear every websocket down."""
        self.simulator.workshop.hub.drop_all()


class SimulatorProcess:
    """A simulator in a process of its own. `kill` is SIGKILL; `start` brings it back on the same port and folder."""

    def __init__(self, *, seconds_per_step: float = 0.0) -> None:
        self._seconds_per_step = seconds_per_step
        self._folder = tempfile.TemporaryDirectory(prefix="wrldbldr-simulator-")
        self._journal = Path(self._folder.name, "executed")
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        port = urlsplit(self.url).port or 0
        options = ["--port", str(port), "--folder", str(Path(self._folder.name, "files")), "--until-stdin-closes"]
        options += ["--seconds-per-step", str(self._seconds_per_step), "--journal", str(self._journal)]
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "wrldbldr.simulator", *options]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        assert "http://" in line, f"the simulator did not start: {line!r}"
        self.url = line.split()[-1]

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self.wait()

    def stop(self) -> None:
        """SIGTERM: it ends in an orderly way, and forgets its queue all the same."""
        assert self._process is not None
        self._process.terminate()
        self.wait()

    def wait(self) -> int:
        """Wait for its end and return the exit code."""
        assert self._process is not None
        code = self._process.wait(PATIENCE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        return code

    def break_(self, *rules: Rule) -> None:
        """Let these things go wrong."""
        documents: list[JsonObject] = [rule.document() for rule in rules]
        httpx.post(f"{self.url}/simulator/faults", json=documents).raise_for_status()

    @property
    def executed(self) -> list[str]:
        """The ids of the prompts that began to run in all its lives, an id as often as it ran."""
        lines = self._journal.read_text() if self._journal.exists() else ""
        return lines[: lines.rfind("\n") + 1].split()  # the last one may be half written

    def executed_count(self) -> int:
        """How many prompts began to run since it was started."""
        return len(httpx.get(f"{self.url}/simulator/executed").raise_for_status().json())
