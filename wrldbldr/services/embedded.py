"""What a picture from elsewhere says of how it came to be: believed as far as it can be true, field by field."""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar, cast
from uuid import UUID

from wrldbldr.domain.asset import CONTENT_HASH
from wrldbldr.domain.batch import COUNT_LIMIT, AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.input_setting import WHOLE_LIMIT, InputSetting, InputSettings, Scalar
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, ReferenceUse
from wrldbldr.domain.text import LABEL_LIMIT, LINE_LIMIT, PROMPT_LIMIT, checked_name, checked_text
from wrldbldr.kit.ids import SEED_LIMIT
from wrldbldr.media.parameters import FOR_OTHERS, FOR_US, VERSION, settings_of
from wrldbldr.media.pictures import DAMAGE, PIXEL_LIMIT
from wrldbldr.media.texts import comment_of, is_png, png_texts

TEXT_BYTES = 256 * 1024
"""More than two prompts of the longest take, however their characters are written."""
INPUT_LIMIT = 100  # of those that a workflow shows; nobody sets as many
STRENGTH_LIMIT = 100  # either way; no adapter goes that far
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
        texts = png_texts(content, (FOR_OTHERS, FOR_US), limit_bytes=TEXT_BYTES)
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
        except (InvalidInputError, ValueError, TypeError, KeyError):
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
        inputs=take("inputs", _inputs, ()),
        style=take("style", _style, ()),
        is_simulated=take("is_simulated", lambda value: value is True, False),
    )
    return Embedded(recipe, tuple(notices))


SPOKEN = {
    "negative_prompt": "negative prompt",
    "count": "number of variations",
    "asset_type": "kind of picture",
    "workflow_name": "workflow's name",
    "workflow_hash": "workflow's mark",
    "inputs": "word on what was set of its workflow",
    "style": "word on what it took its style from",
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


def _inputs(value: object) -> InputSettings:
    """All of them, or none: half of them would make another picture."""
    return tuple(
        InputSetting(
            node_id=_verbatim(one["node_id"], LINE_LIMIT),
            input_name=_verbatim(one["input_name"], LINE_LIMIT),
            value=_scalar(one["value"]),
        )
        for one in _objects(value, INPUT_LIMIT)
    )


def _style(value: object) -> tuple[StyleOrigin, ...]:
    return tuple(_origin(one) for one in _objects(value, REFERENCE_LIMIT))


def _origin(value: Mapping[str, object]) -> StyleOrigin:
    use, asset_id, strength = ReferenceUse(value["use"]), value.get("asset_id"), value.get("strength")
    content_hash = _text(LINE_LIMIT)(value.get("content_hash", ""))
    if use is ReferenceUse.NOTHING:
        raise ValueError("then it took its style from nowhere")
    if content_hash and not CONTENT_HASH.fullmatch(content_hash):
        raise ValueError("no such mark")
    return StyleOrigin(
        label=checked_name(_text(LABEL_LIMIT)(value["label"]), field="label", limit=LABEL_LIMIT),
        use=use,
        taker=_text(LINE_LIMIT)(value.get("taker", "")),
        strength=None if strength is None else _strength(strength),
        asset_id=None if asset_id is None else UUID(_text(LINE_LIMIT)(asset_id)),
        content_hash=content_hash,
    )


def _objects(value: object, limit: int) -> list[Mapping[str, object]]:
    """Raises TypeError unless it is a list of objects, of which there are not too many."""
    found = cast("list[object]", value) if isinstance(value, list) else None
    if found is None or len(found) > limit or not all(isinstance(one, dict) for one in found):
        raise TypeError("no such list")
    return cast("list[Mapping[str, object]]", found)


def _verbatim(value: object, limit: int) -> str:
    """With the space around it, which somebody may have meant."""
    _text(limit)(value)
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError("too much space")
    return value


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return _verbatim(value, PROMPT_LIMIT)
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return _number(-WHOLE_LIMIT, WHOLE_LIMIT)(value)


def _strength(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= STRENGTH_LIMIT:
        raise ValueError("no such strength")
    return float(value)
