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


_SENTENCES = {
    "max_retries": "The number of retries must be a whole number from 1 to 5.",
    "base_delay_seconds": "The delay before the first retry must be a whole number of seconds from 1 to 30.",
    "queue_timeout_seconds": "The time limit for handing over a prompt must be a whole number of seconds from 1 to 3600.",
    "history_timeout_seconds": "The time limit for the history must be a whole number of seconds from 1 to 3600.",
    "image_timeout_seconds": "The time limit for fetching a picture must be a whole number of seconds from 1 to 3600.",
    "stall_timeout_seconds": "The time without a sign of life must be a whole number of seconds from 5 to 86400.",
}


def parse_comfyui_config(raw: Mapping[str, object]) -> ComfyUIConfig:
    """The config in `raw`; what is left out takes its default. Raises InvalidInputError naming the first bad field."""
    try:
        return ComfyUIConfig.model_validate(dict(raw))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise InvalidInputError(field, _SENTENCES.get(field, f'There is no ComfyUI setting "{field}".')) from error
