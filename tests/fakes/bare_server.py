"""The real server without its pages: REST, events and the screens' socket.

`python -m tests.fakes.bare_server PORT CONTROL` serves, and says at the Unix socket CONTROL how often a queue was looked at
for a screen.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from reflex.config import get_config
from reflex.constants import Env
from reflex.environment import environment
from reflex.utils import exec as servers

from wrldbldr.services.queue import QueueService


class Looks:
    """Counts them."""

    def __init__(self) -> None:
        self.count = 0
        look = QueueService.look

        async def counted(*asked: Any, **how: Any) -> Any:
            self.count += 1
            return await look(*asked, **how)

        QueueService.look = counted

    async def tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """How many there were so far, to whoever connects."""
        writer.write(b"%d" % self.count)
        writer.close()

    @asynccontextmanager
    async def told(self) -> AsyncGenerator[None]:
        """As long as the server serves."""
        server = await asyncio.start_unix_server(self.tell, sys.argv[2])
        yield
        server.close()


def main() -> None:
    """Serve until stopped."""
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    from wrldbldr.wrldbldr import app

    app.register_lifespan_task(Looks().told)
    config = get_config()
    servers.run_backend_prod(config.backend_host, int(sys.argv[1]), config.loglevel.subprocess_level())


if __name__ == "__main__":
    main()
