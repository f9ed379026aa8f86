"""What is put together at the top: errors that nobody foresaw end here."""

import logging

import pytest

from wrldbldr.domain.errors import InvalidInputError


async def test_an_error_nobody_foresaw_is_logged_once_under_the_id_the_person_sees_and_quotes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from wrldbldr.wrldbldr import calm_toast

    with caplog.at_level(logging.ERROR):
        toast = calm_toast(InvalidInputError("prompt", "a secret prompt"))

    (record,) = caplog.records
    error_id = str(record.args[0]) if isinstance(record.args, tuple) else ""
    assert error_id
    assert error_id in str(toast)
    assert "a secret prompt" not in caplog.text
