"""The engine as a process of its own, without screens: it paints what is queued, and does what its input says.

Each line of input is JSON: {"prompt", "count", "seed", "workflow"} queues a batch and answers with its id;
{"cancel": id} withdraws one; {"disk": "full"} lets no picture be written until {"disk": "free"}. It ends with its input,
or, as a server does, in an orderly way when it is sent SIGTERM.
"""

import asyncio
import errno
import json
import signal
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tests.fakes.fast_clock import FastClock
from tests.faults import graphs
from tests.faults.pictures import SIDE
from tests.faults.rig import IMPATIENT
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType, IllegalTransitionError
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine, open_engine
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.settings import Settings

NAME, PASSWORD = "Aldwin", "a lantern at sea"
GRAPHS = {"quick": graphs.quick(), "slow": graphs.slow(1), "broken": graphs.failing("ValueError", "no varnish")}


async def serve(data_dir: Path, url: str, clock: FastClock) -> None:
    """Open the engine and do what the input says until it ends."""
    settings = Settings(data_dir=data_dir, comfyui_url=url, database_url="", owner_name="", comfyui_headers={})
    async with open_engine(settings, clock) as engine:
        who = await sign_in(engine)
        disk = Disk(settings.media_dir)
        orders = await open_orders()
        say("ready")
        while line := await orders.readline():
            order = json.loads(line)
            say(disk.obey(order["disk"]) if "disk" in order else await obey(engine, who, order))


async def open_orders() -> asyncio.StreamReader:
    """The input, which SIGTERM ends."""
    loop, orders = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    loop.add_signal_handler(signal.SIGTERM, orders.feed_eof)
    return orders


class Disk:
    """Where pictures lie. While it is full the system refuses every new file there, as it would."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._is_full = False
        sys.addaudithook(self._refuse)

    def obey(self, order: str) -> str:
        self._is_full = order == "full"
        return order

    def _refuse(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._is_full and event == "tempfile.mkstemp" and str(arguments[0]).startswith(self._folder):
            raise OSError(errno.ENOSPC, "No space left on device")


async def sign_in(engine: Engine) -> Principal:
    """The owner, who settles everything when they come for the first time."""
    if not await engine.accounts.needs_setup():
        return (await engine.accounts.log_in(NAME, PASSWORD)).who
    who = (await engine.accounts.set_up(NAME, PASSWORD)).who
    await engine.comfyui.put(who, IMPATIENT.model_dump())
    world = await engine.worlds.create(who, "The Lantern Coast")
    await engine.worlds.create_entity(who, EntityType.CHARACTER, world.id, EntityChanges(name="Odile Marrow"))
    for name, graph in GRAPHS.items():
        await engine.workflows.add(who, name, graph)
    return who


async def obey(engine: Engine, who: Principal, order: dict[str, str | int]) -> str:
    """Do what one line says."""
    if "cancel" in order:
        try:
            await engine.queue.cancel(who, UUID(str(order["cancel"])))
        except IllegalTransitionError:
            return "too late"
        return "cancelled"
    world = (await engine.worlds.summaries(who))[0].world
    workflows = {workflow.name: workflow.id for workflow in await engine.workflows.all(who)}
    request = GenerationRequest(
        game_session_id=(await engine.worlds.game_sessions(who, world.id))[0].id,
        entity_type=EntityType.CHARACTER,
        entity_id=(await engine.worlds.entities(who, EntityType.CHARACTER, world.id))[0].id,
        asset_type=AssetType.PORTRAIT,
        prompt=str(order["prompt"]),
        count=int(order["count"]),
        seed=int(order["seed"]),
        width=SIDE,
        height=SIDE,
        workflow_id=workflows[str(order["workflow"])],
    )
    return str((await engine.queue.submit(who, request)).id)


def say(word: str) -> None:
    """Answer in one line."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, address, factor, since = sys.argv[1:]
    asyncio.run(serve(Path(folder), address, FastClock(float(factor), datetime.fromisoformat(since))))
