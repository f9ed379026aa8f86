"""The log says what happened, not every request."""

import logging
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.kit.log import CHATTY, QUOTING, WINDOW_SECONDS, Discreet, Sparing, configure


@pytest.fixture
def untouched_levels() -> Generator[None]:
    """Give the libraries' loggers back as they were."""
    before = {name: logging.getLogger(name).level for name in CHATTY}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
    for name in QUOTING:
        quoting = logging.getLogger(name)
        quoting.filters = [known for known in quoting.filters if not isinstance(known, Discreet)]


@pytest.mark.usefixtures("untouched_levels")
def test_libraries_that_log_every_request_speak_only_when_something_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    configure()

    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert logging.getLogger("httpx").isEnabledFor(logging.WARNING)


@pytest.mark.usefixtures("untouched_levels")
def test_nobodys_words_make_a_line_of_their_own_or_one_without_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure()

    logging.getLogger("wrldbldr.x").warning("Lost %s", "x.png\n2026 ERROR wrldbldr: \x1b[31mforged\r\u2028\ud800")
    logging.getLogger("wrldbldr.x").warning("Lost %s", "é" * 100_000)

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert r"Lost x.png\n2026 ERROR wrldbldr: \x1b[31mforged\r\u2028\ud800" in lines[0]
    assert len(lines[1]) < 1_100
    assert "éé..." in lines[1]


@pytest.mark.usefixtures("untouched_levels")
def test_a_traceback_stays_readable_and_set_in_whatever_its_error_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure()

    try:
        raise ValueError("no\n2026 ERROR forged")
    except ValueError:
        logging.getLogger("wrldbldr.x").exception("It failed")

    first, *traceback = capsys.readouterr().err.splitlines()
    assert first.endswith("It failed")
    assert traceback[0] == "  Traceback (most recent call last):"
    assert "test_log.py" in traceback[1]
    assert traceback[-2:] == ["  ValueError: no", "  2026 ERROR forged"]


def a_record(text: str = "Event(cookie=SECRET)", error: BaseException | None = None) -> logging.LogRecord:
    told = (type(error), error, None) if error else None
    return logging.LogRecord("reflex.app", logging.ERROR, "app.py", 881, text, None, told, sinfo="SECRET stack")


def written(record: logging.LogRecord) -> str:
    """What a handler makes of it."""
    return logging.Formatter().format(record)


def test_of_what_quotes_people_only_the_place_and_the_kind_of_error_are_written(clock: FakeClock) -> None:
    record = a_record(error=ValueError("SECRET"))

    assert Discreet(clock).filter(record)

    assert "SECRET" not in written(record)
    assert "reflex.app line 881, ValueError [" in written(record)


def test_neither_arguments_nor_what_another_handler_made_of_an_error_are_written(clock: FakeClock) -> None:
    record = a_record("An event came: %s")
    record.args, record.exc_text = ("SECRET",), "ValueError: SECRET"

    assert Discreet(clock).filter(record)

    assert "SECRET" not in written(record)


def test_what_quotes_people_is_not_written_without_end_either(clock: FakeClock) -> None:
    discreet = Discreet(clock, limit=1)

    assert [discreet.filter(a_record()) for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize("name", QUOTING)
def test_every_logger_that_is_made_discreet_is_one_that_reflex_writes_to(name: str) -> None:
    module = find_spec(name)

    assert module is not None
    assert module.origin is not None
    assert "logger = logging.getLogger(__name__)\n" in Path(module.origin).read_text()


def test_only_so_many_records_a_minute_are_written(clock: FakeClock) -> None:
    sparing = Sparing(clock, limit=2)
    records = [a_record(str(number)) for number in range(5)]

    assert [sparing.filter(record) for record in records] == [True, True, False, False, False]
    assert "kept back" in records[1].getMessage()


async def test_after_a_minute_records_are_written_again(clock: FakeClock) -> None:
    sparing = Sparing(clock, limit=1)
    assert sparing.filter(a_record())
    assert not sparing.filter(a_record())

    await clock.advance(WINDOW_SECONDS)

    assert sparing.filter(a_record())


@pytest.mark.usefixtures("untouched_levels")
def test_however_often_the_log_is_set_up_each_logger_is_made_discreet_once(clock: FakeClock) -> None:
    configure(clock=clock)
    configure(clock=clock)

    for name in QUOTING:
        assert len([known for known in logging.getLogger(name).filters if isinstance(known, Discreet)]) == 1
