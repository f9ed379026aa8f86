"""The real server as a process of its own, without its pages."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.fakes.quiet import REAL_TIME

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class OwnServer:
    """Where it is, and somebody's browser there."""

    url: str
    browser: httpx.AsyncClient
    control: Path
    process: asyncio.subprocess.Process

    def ask_to_end(self) -> None:
        """As whoever looks after the machine does."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGTERM)


@asynccontextmanager
async def own_server(folder: Path) -> AsyncGenerator[OwnServer]:
    """It has its data in `folder`, and the simulator paints."""
    port, control = free_port(), folder / "control"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WRLDBLDR_")},
        "WRLDBLDR_DATA_DIR": str(folder / "data"),
        "WRLDBLDR_COMFYUI_URL": "simulator",
        "WRLDBLDR_PORT": str(port),
    }
    command = (sys.executable, "-m", "tests.fakes.bare_server", str(port), str(control))
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", trust_env=False) as browser:

        async def answers() -> bool:
            assert process.returncode is None, (folder / "log").read_text()[-3000:]
            try:
                return (await browser.get("/api/health")).status_code == 200
            except httpx.HTTPError:
                return False

        async with asyncio.timeout(START_SECONDS):
            while not await answers():
                await REAL_TIME.sleep(0.1)
        server = OwnServer(f"http://localhost:{port}", browser, control, process)
        yield server
    server.ask_to_end()
    await process.wait()
