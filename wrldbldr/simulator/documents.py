"""JSON with types: what clients post and what we answer."""

import json
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


class MalformedRequestError(Exception):
    """A body ComfyUI would stumble over; the web framework turns it into its bare 500, as it does there."""


def read_json(text: str | bytes) -> Json:
    """Parse `text`. Raises MalformedRequestError when it is not JSON."""
    try:
        document: Json = json.loads(text)
    except ValueError as error:
        raise MalformedRequestError(f"not JSON: {error}") from error
    return document


def require_object(value: Json) -> JsonObject:
    """`value` as an object. Raises MalformedRequestError when it is something else."""
    if not isinstance(value, dict):
        raise MalformedRequestError(f"expected an object, found {type(value).__name__}")
    return value


def empty_object() -> JsonObject:
    """A new empty object, for dataclass fields."""
    return {}


def object_or_empty(value: Json) -> JsonObject:
    """`value` as an object; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}
