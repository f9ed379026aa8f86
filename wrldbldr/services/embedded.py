"""What a picture from elsewhere says of how it came to be: believed as far as it can be true, field by field."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar, cast

from wrldbldr.domain.batch import COUNT_LIMIT, AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.recipe import Recipe
from wrldbldr.domain.text import LINE_LIMIT, PROMPT_LIMIT, checked_text
from wrldbldr.kit.ids import SEED_LIMIT
from wrldbldr.media.parameters import FOR_OTHERS, FOR_US, VERSION, settings_of
from wrldbldr.media.pictures import DAMAGE, PIXEL_LIMIT
from wrldbldr.media.texts import comment_of, is_png, png_texts

TEXT_BYTES = 256 * 1024
"""More than two prompts of the longest take, however their characters are written."""
UNREADABLE = "What WrldBldr wrote into this picture is damaged, so it was left aside."
NEWER = "A newer WrldBldr wrote into this picture. What this one knows of it was read."
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What was read, and a sentence about everything that was not believed."""

    recipe: Recipe
    notices: tuple[str, ...] = ()

    @property
    def is_anything(self) -> bool:
        """Whether the picture says anything of itself."""
        return self.recipe != Recipe()


def embedded_in(content: bytes) -> Embedded:
    """What the file says: what WrldBldr wrote into it, else what other programs write. Never raises. Blocks."""
    texts = dict[str, str]()
    if is_png(content):
        texts = png_texts(content, limit_bytes=TEXT_BYTES)
    else:
        with suppress(*DAMAGE):
            texts = {FOR_OTHERS: comment_of(content, limit_bytes=TEXT_BYTES)}
    return embedded_texts(texts)


def embedded_texts(texts: Mapping[str, str]) -> Embedded:
    """The same from the texts of a file by keyword."""
    notices = list[str]()
    if FOR_US in texts:
        values = _object(texts[FOR_US])
        version = values.get("version")
        if isinstance(version, int) and version >= VERSION:
            notices += [NEWER] if version > VERSION else []
            return _believed(values, notices)
        notices.append(UNREADABLE)
    return _believed(settings_of(texts.get(FOR_OTHERS, "")), notices)


def _object(text: str) -> Mapping[str, object]:
    try:
        read: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, object]", read) if isinstance(read, dict) else {}


def _believed(values: Mapping[str, object], notices: list[str]) -> Embedded:
    """Only what may be true of a picture; the rest is named in `notices`."""

    def take(name: str, how: Callable[[object], Value], otherwise: Value) -> Value:
        if values.get(name) is None:
            return otherwise
        try:
            return how(values[name])
        except (InvalidInputError, ValueError, TypeError):
            notices.append(f"The {SPOKEN.get(name, name)} in this picture cannot be true, so it was left out.")
            return otherwise

    recipe = Recipe(
        prompt=take("prompt", _text(PROMPT_LIMIT), ""),
        negative_prompt=take("negative_prompt", _text(PROMPT_LIMIT), ""),
        seed=take("seed", _number(0, SEED_LIMIT - 1), None),
        count=take("count", _number(1, COUNT_LIMIT), None),
        width=take("width", _number(1, PIXEL_LIMIT), None),
        height=take("height", _number(1, PIXEL_LIMIT), None),
        asset_type=take("asset_type", AssetType, None),
        model=take("model", _text(LINE_LIMIT), ""),
        workflow_name=take("workflow_name", _text(LINE_LIMIT), ""),
        workflow_hash=take("workflow_hash", _text(LINE_LIMIT), ""),
        is_simulated=take("is_simulated", lambda value: value is True, False),
    )
    return Embedded(recipe, tuple(notices))


SPOKEN = {
    "negative_prompt": "negative prompt",
    "count": "number of variations",
    "asset_type": "kind of picture",
    "workflow_name": "workflow's name",
    "workflow_hash": "workflow's mark",
    "is_simulated": "word on whether it is simulated",
}


def _text(limit: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise TypeError("no text")
        return checked_text(value, field="text", limit=limit)

    return read


def _number(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError("no such number")
        return value

    return read
