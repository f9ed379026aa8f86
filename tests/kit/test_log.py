"""The log says what happened, not every request."""

import logging
from collections.abc import Generator

import pytest

from wrldbldr.kit.log import CHATTY, configure


@pytest.fixture
def untouched_levels() -> Generator[None]:
    """Give the libraries' loggers back as they were."""
    before = {name: logging.getLogger(name).level for name in CHATTY}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("untouched_levels")
def test_libraries_that_log_every_request_speak_only_when_something_is_wrong() -> None:
    configure()

    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert logging.getLogger("httpx").isEnabledFor(logging.WARNING)
