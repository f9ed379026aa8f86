"""The one shape in which the API says no, and the sentences for refusals that are not ours."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from wrldbldr.api.validation import sentences
from wrldbldr.domain.errors import TooManyAttemptsError, WrldBldrError

HTTP_REFUSALS = {
    400: ("unreadable", "The body cannot be read as JSON."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The body is larger than 20 MiB."),
}
OTHER_REFUSAL = ("refused", "The request was refused.")


class ErrorBody(BaseModel):
    """What went wrong: a word for programs, a sentence for people, and details by field or label."""

    code: str
    message: str
    details: dict[str, str]


class ErrorOut(BaseModel):
    """Every answer that is not a success."""

    error: ErrorBody


def refusal(
    status_code: int,
    code: str,
    message: str,
    *,
    details: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error as an answer."""
    body = ErrorOut(error=ErrorBody(code=code, message=message, details=dict(details or {})))
    return JSONResponse(body.model_dump(), status_code, headers)


def refusal_of(error: WrldBldrError) -> JSONResponse:
    """One of our errors as an answer."""
    headers = {"www-authenticate": "Bearer"} if error.status_code == 401 else None
    if isinstance(error, TooManyAttemptsError):
        headers = {"retry-after": str(error.retry_after_seconds)}
    return refusal(error.status_code, error.code, error.message, details=error.details, headers=headers)


def refusal_by_http(status_code: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal of the web framework's as an answer. Its own words are left out: they are not written for people."""
    code, message = HTTP_REFUSALS.get(status_code, OTHER_REFUSAL)
    return refusal(status_code, code, message, headers=headers)


async def answer_http_exception(_: Request, error: Exception) -> Response:
    """Handler for what the web framework refuses."""
    if not isinstance(error, HTTPException):
        raise error
    return refusal_by_http(error.status_code, error.headers)


async def answer_invalid_request(_: Request, error: Exception) -> Response:
    """Handler for a body, query or path that has not the shape it should have."""
    if not isinstance(error, RequestValidationError):
        raise error
    found = sentences(error)
    return refusal(422, "invalid_input", " ".join(found.values()), details=found)


Documented = dict[int | str, dict[str, Any]]
DOCUMENTED: Documented = {
    "4XX": {"model": ErrorOut, "description": "It was refused; the code says why."},
    422: {"model": ErrorOut, "description": "A value was refused; the details say which."},
}
