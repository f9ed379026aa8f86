"""Our errors: each carries an HTTP status, a machine-readable code, a sentence and details for the curious."""

from collections.abc import Mapping


class WrldBldrError(Exception):
    """Root of our errors. `str(error)` is a sentence we may show a game master."""

    status_code = 500
    code = "internal_error"

    def __init__(self, message: str, *, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = dict(details or {})


class UnauthenticatedError(WrldBldrError):
    """Nobody is signed in, or what they showed is no longer valid."""

    status_code = 401
    code = "unauthenticated"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class TooManyAttemptsError(WrldBldrError):
    """Somebody guesses passwords or codes; `retry_after_seconds` is when the next try counts again."""

    status_code = 429
    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: int, what: str = "Signing in failed") -> None:
        minutes = -(-retry_after_seconds // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"{what} too often. Wait {wait}, then try again.")
        self.retry_after_seconds = retry_after_seconds


class ForbiddenError(WrldBldrError):
    """The person is known and may not do this."""

    status_code = 403
    code = "forbidden"


class NotFoundError(WrldBldrError):
    """There is no such thing, or none this person may know of: the two look alike on purpose."""

    status_code = 404
    code = "not_found"

    def __init__(self, noun: str) -> None:
        super().__init__(f"There is no such {noun}.")


class ConflictError(WrldBldrError):
    """The request is fine in itself but does not fit what is true now."""

    status_code = 409
    code = "conflict"


class InvalidInputError(WrldBldrError):
    """A value was refused; `field` names it."""

    status_code = 422
    code = "invalid_input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, details={field: message})
        self.field = field


class InvalidInputsError(InvalidInputError):
    """Several values were refused, so none was taken; `sentences` says why, by field."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(next(iter(sentences), ""), " ".join(sentences.values()))
        self.details = dict(sentences)

    @property
    def sentences(self) -> Mapping[str, str]:
        """One for each field that cannot be used."""
        return self.details
