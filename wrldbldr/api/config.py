"""Where ComfyUI is, and how patient to be with it. The service reads the bodies: it has a sentence for every mistake."""

from inspect import cleandoc
from typing import Any, Self

from pydantic import GetJsonSchemaHandler, RootModel
from pydantic_core import CoreSchema

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import Out
from wrldbldr.domain.comfyui_config import REQUIRED, ComfyUIConfig
from wrldbldr.services.comfyui_settings import ComfyUISettings, Trial

router = guarded_router("ComfyUI")

HEADERS = {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
PLACE = {"url": {"type": "string"}, "headers": HEADERS, "verify_tls": {"type": "boolean"}}
NUMBERS = ComfyUIConfig.model_json_schema()["properties"]


class PlaceIn(RootModel[dict[str, object]]):
    """Where to look; what is left out is as in the settings. An empty `url` has a ComfyUI looked for, `simulator` is the
    built-in one. A header that is null has its stored value, which goes to the machine it was entered for only.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> dict[str, Any]:
        """What the service takes."""
        return _described(cls, PLACE)


class ComfyUISettingsIn(RootModel[dict[str, object]]):
    """The settings; `stall_timeout_seconds`, `url`, `headers` and `verify_tls` stay as they are where they are left out.

    An empty `url` has a ComfyUI looked for, `simulator` is the built-in one. A header that is null keeps its stored value,
    which goes to the machine it was entered for only; one that is left out of `headers` is removed.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> dict[str, Any]:
        """What the service takes."""
        return _described(cls, NUMBERS | PLACE, required=REQUIRED)


class ComfyUISettingsOut(Out):
    """The settings in force. Of each header only the name is told; sending all of it back changes nothing."""

    max_retries: int
    base_delay_seconds: int
    queue_timeout_seconds: int
    history_timeout_seconds: int
    image_timeout_seconds: int
    stall_timeout_seconds: int
    url: str
    headers: dict[str, None]
    verify_tls: bool

    @classmethod
    def of(cls, settings: ComfyUISettings) -> Self:
        """The settings as they are shown."""
        return cls(
            **settings.config.model_dump(),
            url=settings.url,
            headers=dict.fromkeys(settings.header_names),
            verify_tls=settings.verify_tls,
        )


class TrialOut(Out):
    """What answers there. `is_ok` is true when nothing has to be mended; otherwise the sentence says what."""

    is_ok: bool
    title: str
    sentence: str
    version: str
    devices: list[str]
    queue_remaining: int | None
    simulated: bool
    websocket_ok: bool

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """A trial as it is shown."""
        return cls(
            is_ok=trial.is_ok,
            title=trial.title,
            sentence=trial.sentence,
            version=trial.version,
            devices=list(trial.devices),
            queue_remaining=trial.queue_remaining,
            simulated=trial.is_simulated,
            websocket_ok=trial.websocket_ok,
        )


@router.get("/api/config/comfyui")
async def show_comfyui_settings(who: Who, engine: RunningEngine) -> ComfyUISettingsOut:
    """How ComfyUI is reached, and how patient we are with it."""
    return ComfyUISettingsOut.of(await engine.comfyui.get(who))


@router.put("/api/config/comfyui")
async def set_comfyui_settings(body: ComfyUISettingsIn, who: Who, engine: RunningEngine) -> ComfyUISettingsOut:
    """Change the settings; they apply at once, to what is being painted too. For the owner."""
    return ComfyUISettingsOut.of(await engine.comfyui.put(who, body.root))


@router.post("/api/config/comfyui/test")
async def test_comfyui(body: PlaceIn, who: Who, engine: RunningEngine) -> TrialOut:
    """Try how ComfyUI would be reached, without changing anything. For the owner."""
    return TrialOut.of(await engine.comfyui.test(who, body.root))


def _described(
    shape: type[RootModel[Any]], properties: dict[str, Any], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The JSON schema of an object in place of "anything", which is all the web framework knows of it."""
    return {
        "type": "object",
        "title": shape.__name__,
        "description": cleandoc(shape.__doc__ or ""),
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
