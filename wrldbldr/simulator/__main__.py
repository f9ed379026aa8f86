"""`python -m wrldbldr.simulator`: run the simulator until it is told to end."""

import argparse
import asyncio
import errno
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wrldbldr.simulator.config import SimulatorConfig
from wrldbldr.simulator.server import Simulator
from wrldbldr.simulator.storage import Storage

KILLED = 137  # what a shell reports of a process that was killed
STDIN = 0
HIGHEST_PORT = 65535


def main() -> int:
    """Read the command line and serve. The exit code is 1 when the port cannot be had."""
    arguments = read_arguments()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    config = SimulatorConfig(arguments.host, arguments.port, arguments.seconds_per_step, journal=arguments.journal)
    storage = Storage.open(arguments.folder)
    try:
        asyncio.run(serve(config, storage, until_stdin_closes=arguments.until_stdin_closes))
    except OSError as error:
        sys.stderr.write(f"{unusable(config, error)}\n")
        return 1
    finally:
        storage.close()
    return 0


def read_arguments() -> argparse.Namespace:
    """The command line."""
    defaults = SimulatorConfig()
    parser = argparse.ArgumentParser(prog="python -m wrldbldr.simulator", description="A simulated ComfyUI.")
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=port, default=defaults.port, help="0 for any free port")
    parser.add_argument("--seconds-per-step", type=pace, default=defaults.seconds_per_step)
    parser.add_argument("--folder", type=Path, help="keep pictures there; otherwise they are removed at the end")
    parser.add_argument("--journal", type=Path, help="add a line there with the id of each prompt that begins to run")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the program that started this one")
    return parser.parse_args()


def port(text: str) -> int:
    """A port number. Raises ValueError for anything else, which argparse tells as one line."""
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise ValueError(text)
    return number


def pace(text: str) -> float:
    """Seconds, not negative. Raises ValueError for anything else."""
    seconds = float(text)
    if not seconds >= 0:
        raise ValueError(text)
    return seconds


async def serve(config: SimulatorConfig, storage: Storage, *, until_stdin_closes: bool) -> None:
    """Serve until SIGTERM, SIGINT or, if asked for, the end of stdin. Raises OSError when the port cannot be had."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(ended.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if until_stdin_closes:
        threading.Thread(target=partial(drain_stdin, end), daemon=True).start()
    async with Simulator(config, storage=storage, die=partial(die, storage)) as simulator:
        sys.stdout.write(f"simulator listening on {simulator.url}\n")
        sys.stdout.flush()
        await ended.wait()


def drain_stdin(end: Callable[[], None]) -> None:
    """Wait for the end of stdin."""
    while os.read(STDIN, 4096):
        pass
    end()


def die(storage: Storage) -> None:
    """End at once, as if killed; only the litter is swept up."""
    storage.close()
    os._exit(KILLED)


def unusable(config: SimulatorConfig, error: OSError) -> str:
    """Why the simulator cannot listen, in one sentence."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {config.port} on {config.host} is taken: stop what listens there, or choose another with --port."
    return f"The simulator cannot listen on {config.host}, port {config.port}: {error.strerror or error}."


if __name__ == "__main__":
    sys.exit(main())
