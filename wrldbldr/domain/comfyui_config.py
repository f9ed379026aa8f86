"""How patient we are with ComfyUI: retries and time limits, changed in Settings and applied at once (US-18A.3, US-18A.5)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wrldbldr.domain.errors import InvalidInputError

HEALTH_TIMEOUT_SECONDS = 5  # fixed by the specification

Seconds = Annotated[int, Field(strict=True, ge=1, le=3600)]


class ComfyUIConfig(BaseModel):
    """Retries, and seconds. The n-th retry comes `base_delay_seconds` * 3^(n-1) after the failure before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_retries: Annotated[int, Field(strict=True, ge=1, le=5)] = 3
    base_delay_seconds: Annotated[int, Field(strict=True, ge=1, le=30)] = 5
    queue_timeout_seconds: Seconds = 30
    history_timeout_seconds: Seconds = 10
    image_timeout_seconds: Seconds = 60
    stall_timeout_seconds: Annotated[int, Field(strict=True, ge=5, le=86_400)] = 900  # without a sign of life: stuck

    def delay_before_retry(self, number: int) -> int:
        """Seconds to wait before retry `number`, counted from 1: 5, 15, 45 by default (US-18A.2)."""
        return self.base_delay_seconds * 3 ** (number - 1)


WHOLE_SECONDS = "a whole number of seconds from 1 to 3600"
_CLAIMS = {
    "max_retries": ("The number of retries", "a whole number from 1 to 5"),
    "base_delay_seconds": ("The delay before the first retry", "a whole number of seconds from 1 to 30"),
    "queue_timeout_seconds": ("The time limit for handing over a prompt", WHOLE_SECONDS),
    "history_timeout_seconds": ("The time limit for the history", WHOLE_SECONDS),
    "image_timeout_seconds": ("The time limit for fetching a picture", WHOLE_SECONDS),
    "stall_timeout_seconds": ("The time without a sign of life", "a whole number of seconds from 5 to 86400"),
}
REQUIRED = tuple(name for name in _CLAIMS if name != "stall_timeout_seconds")  # those the specification names
FIELD_NAME_LIMIT = 40


class InvalidComfyUISettingsError(InvalidInputError):
    """Some of ComfyUI's settings were refused, so none was changed; `sentences` says why, by field."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(next(iter(sentences), ""), " ".join(sentences.values()))
        self.details = dict(sentences)

    @property
    def sentences(self) -> Mapping[str, str]:
        """One for each field that cannot be used."""
        return self.details


def parse_comfyui_config(raw: Mapping[str, object], kept: ComfyUIConfig) -> ComfyUIConfig:
    """The config in `raw`. All must be there but the time without a sign of life, which else stays as in `kept`.

    Raises InvalidComfyUISettingsError with a sentence for each field that is missing, unknown or cannot be used.
    """
    sentences = {name: _sentence(name, "is missing: it must be") for name in REQUIRED if name not in raw}
    for name in (name for name in raw if name not in _CLAIMS):
        sentences |= unknown_setting(name)
    known = {name: value for name, value in raw.items() if name in _CLAIMS}
    try:
        config = ComfyUIConfig.model_validate({"stall_timeout_seconds": kept.stall_timeout_seconds, **known})
    except ValidationError as error:
        sentences |= {name: _sentence(name, "must be") for name in (str(bad["loc"][0]) for bad in error.errors())}
        raise InvalidComfyUISettingsError(sentences) from error
    if sentences:
        raise InvalidComfyUISettingsError(sentences)
    return config


def unknown_setting(name: str) -> dict[str, str]:
    """The sentence for a field nobody knows, by its name."""
    shown = shown_name(name)
    return {shown: f'There is no ComfyUI setting "{shown}".'}


def shown_name(name: str) -> str:
    """A name somebody sent, which may be any text, as a sentence can hold it: short, and `?` for half characters."""
    return name[:FIELD_NAME_LIMIT].encode(errors="replace").decode()


def _sentence(name: str, claim: str) -> str:
    subject, bounds = _CLAIMS[name]
    return f"{subject} {claim} {bounds}."
