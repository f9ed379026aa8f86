"""A sentence for each field of a request that has not the right shape. Never repeats a value: it may be a password."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError

FIELD_NAME_LIMIT = 40
BODY = "body"

CLAIMS = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "holds characters that cannot be stored",
    "unstorable": "holds values that JSON cannot carry, such as NaN or half a character",
    "uuid_type": "is not an id",
    "uuid_parsing": "is not an id",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "set_type": "must be a list",
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length}",
    "too_long": "takes at most {max_length}",
}
OTHER_CLAIM = "cannot be used"
BODY_SENTENCES = {
    "json_invalid": "The body is not JSON.",
    "missing": "The body is missing: send a JSON object.",
}
BODY_SENTENCE = "The body must be a JSON object, with content-type application/json."


def sentences(error: RequestValidationError) -> dict[str, str]:
    """What is wrong, by field; the first complaint about a field stands for all of them."""
    found: dict[str, str] = {}
    problems: Sequence[Mapping[str, Any]] = error.errors()
    for problem in problems:
        field, sentence = _sentence(problem["loc"], str(problem["type"]), problem.get("ctx") or {})
        found.setdefault(field, sentence)
    return found


def _sentence(where: tuple[str | int, ...], kind: str, context: Mapping[str, object]) -> tuple[str, str]:
    if where[0] == BODY and (len(where) == 1 or kind == "json_invalid"):
        return BODY, BODY_SENTENCES.get(kind, BODY_SENTENCE)
    field = str(where[1])[:FIELD_NAME_LIMIT]
    if kind == "extra_forbidden" or where[-1] == "[key]":
        return field, f'There is no field "{field}" here.'
    claim = CLAIMS.get(kind, OTHER_CLAIM).format_map(dict(context))
    return field, f"The {field.replace('_', ' ')} {claim}."
