"""How the program writes its log: one line an edge, to standard error."""

import logging

from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.kit.ids import new_id

CHATTY = ("httpx", "httpcore", "websockets", "aiosqlite", "alembic.runtime.plugins")
QUOTING = (  # what browsers send, cookies and prompts included, is in what these say
    "reflex.app",
    "reflex.state",
    "reflex.istate.shared",
    "reflex_base.event",
    "reflex_base.vars.base",
    "reflex_base.event.processor.event_processor",
    "reflex_base.event.processor.base_state_processor",
)
WINDOW_SECONDS = 60.0
WINDOW_RECORDS = 20


class Sparing(logging.Filter):
    """Lets so many records a minute through, and says once that it keeps back the rest."""

    def __init__(self, clock: Clock, limit: int = WINDOW_RECORDS) -> None:
        super().__init__()
        self._clock = clock
        self._limit = limit
        self._began = clock.monotonic()
        self._seen = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if self._clock.monotonic() - self._began >= WINDOW_SECONDS:
            self._began, self._seen = self._clock.monotonic(), 0
        self._seen += 1
        if self._seen == self._limit:
            record.msg, record.args = f"{record.getMessage()} (more of this is kept back for a minute)", ()
        return self._seen <= self._limit


class Discreet(Sparing):
    """Of a record nothing is written but where it was made and the kind of its error: its words quote people."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        error = record.exc_info[0] if record.exc_info else None
        kind = f", {error.__qualname__}" if error else ""
        record.msg = f"{record.name} line {record.lineno}{kind} [{str(new_id())[:8]}]"
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return super().filter(record)


def configure(level: int = logging.INFO, clock: Clock | None = None) -> None:
    """Write our own records from `level` on; libraries that log every request only when something is wrong."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in QUOTING:
        logger = logging.getLogger(name)
        if not any(isinstance(known, Discreet) for known in logger.filters):
            logger.addFilter(Discreet(clock or SystemClock()))
