"""How the program writes its log: one line an edge, to standard error."""

import logging

CHATTY = ("httpx", "httpcore", "websockets", "aiosqlite", "alembic.runtime.plugins")


def configure(level: int = logging.INFO) -> None:
    """Write our own records from `level` on; libraries that log every request only when something is wrong."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
