"""Every error of ours can be shown to a game master and told apart by a program."""

import pytest

from wrldbldr.domain.batch import BatchStatus, IllegalTransitionError
from wrldbldr.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
    WrldBldrError,
)

EXAMPLES = [
    (UnauthenticatedError(), 401, "unauthenticated"),
    (TooManyAttemptsError(300), 429, "too_many_attempts"),
    (ForbiddenError("Only the owner may."), 403, "forbidden"),
    (NotFoundError("world"), 404, "not_found"),
    (ConflictError("There is one already."), 409, "conflict"),
    (IllegalTransitionError(verb="retry", found=BatchStatus.READY), 409, "illegal_transition"),
    (InvalidInputError("name", "The name cannot be empty."), 422, "invalid_input"),
]


@pytest.mark.parametrize(("error", "status_code", "code"), EXAMPLES, ids=[code for _, _, code in EXAMPLES])
def test_an_error_has_a_status_a_code_and_a_sentence(error: WrldBldrError, status_code: int, code: str) -> None:
    assert (error.status_code, error.code) == (status_code, code)
    assert str(error) == error.message
    assert error.message.endswith(".")


def test_a_missing_thing_and_one_that_is_not_ours_read_the_same() -> None:
    assert str(NotFoundError("world")) == "There is no such world."


def test_details_are_copied_so_that_nobody_changes_them_later() -> None:
    details = {"Node": "6"}
    error = WrldBldrError("It broke.", details=details)

    details["Node"] = "7"

    assert error.details == {"Node": "6"}
