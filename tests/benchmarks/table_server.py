"""The real server with a hand on its table: whoever speaks to its control socket lets a batch get on, tick by tick.

`python -m tests.benchmarks.table_server PORT CONTROL` serves what `python -m wrldbldr` has built.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from reflex.constants import Env
from reflex.environment import environment

from wrldbldr.bus import game_session_topic
from wrldbldr.domain.events import BatchProgressed
from wrldbldr.engine import current
from wrldbldr.services.progress import Progress
from wrldbldr.serving import serve_built

BEHIND = 20  # percent; what the batch had done by itself before it stopped is less


async def tick(batch: str, table: str, count: int, seconds: float) -> dict[str, Any]:
    """Publish `count` ticks of a batch, `seconds` apart, as what paints it would. Returns when each was due (Unix time),
    and what they cost.
    """
    batch_id, topic, due = UUID(batch), game_session_topic(UUID(table)), list[float]()
    began, cpu, unix = time.monotonic(), time.process_time(), time.time() - time.monotonic()
    for number in range(1, count + 1):
        due.append(began + number * seconds)
        await asyncio.sleep(max(0.0, due[-1] - time.monotonic()))
        engine, percent = current(), BEHIND + number
        engine.progress.report(batch_id, Progress(percent, "sampling", number, count))
        engine.bus.publish(topic, BatchProgressed(batch_id, percent, "sampling", number, count))
    await asyncio.sleep(seconds)  # what the last one set off is counted too
    cost = {"cpu_seconds": time.process_time() - cpu, "seconds": time.monotonic() - began}
    current().progress.report(batch_id, Progress())  # whoever comes next begins at nothing
    return {"due": [moment + unix for moment in due], **cost}


async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One order a line, answered with one line."""
    while line := await reader.readline():
        writer.write(json.dumps(await tick(**json.loads(line))).encode() + b"\n")
    writer.close()


@asynccontextmanager
async def hand() -> AsyncGenerator[None]:
    """Takes orders as long as the server serves."""
    server = await asyncio.start_unix_server(obey, sys.argv[2])
    yield
    server.close()


def main() -> None:
    """Serve until stopped."""
    environment.REFLEX_ENV_MODE.set(Env.PROD)  # the app is imported here, before the server would set it
    environment.REFLEX_SKIP_COMPILE.set(True)
    from wrldbldr.wrldbldr import app

    app.register_lifespan_task(hand)
    serve_built(int(sys.argv[1]))


if __name__ == "__main__":
    main()
