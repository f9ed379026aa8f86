"""How the program writes its log: one line an edge, to standard error."""

import logging
from types import TracebackType
from typing import TypeAlias

from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.kit.ids import new_id

ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

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
FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
LINE_LIMIT = 1000  # characters of one message; some are a server's words
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


class OneLine(logging.Formatter):
    """Writes each record as one line, so that nobody's words can pass for another record; tracebacks are set in."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The record's line."""
        record.message = _plain(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name is logging's
        """The traceback, each line of it set in."""
        return "\n".join(f"  {_plain(line)}" for line in super().formatException(ei).splitlines())


def _plain(line: str) -> str:
    """The line without what moves a terminal's cursor, cut where nobody reads on."""
    shown = line if len(line) <= LINE_LIMIT else f"{line[:LINE_LIMIT]}..."
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in shown)


def configure(level: int = logging.INFO, clock: Clock | None = None) -> None:
    """Write our own records from `level` on; libraries that log every request only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in QUOTING:
        logger = logging.getLogger(name)
        if not any(isinstance(known, Discreet) for known in logger.filters):
            logger.addFilter(Discreet(clock or SystemClock()))
