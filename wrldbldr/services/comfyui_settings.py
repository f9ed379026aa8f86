"""ComfyUI's settings as people change them: stored, applied at once, and tried before they are used (US-18A.3, US-18A.5)."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.comfyui.trial import Trial, try_out
from wrldbldr.db.database import Database, DatabaseBusyError, UnitOfWork
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.comfyui_config import (
    ComfyUIConfig,
    InvalidComfyUISettingsError,
    parse_comfyui_config,
    unknown_setting,
)
from wrldbldr.domain.errors import ForbiddenError, WrldBldrError
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.comfyui_choice import (
    BUILT_IN,
    CHOICE_FIELDS,
    Choice,
    chosen,
    parse_choice,
    remember,
)
from wrldbldr.services.comfyui_in_use import ComfyUIInUse, Found, Start, look_around

__all__ = ["BUILT_IN", "ComfyUISettings", "ComfyUISettingsService", "InvalidComfyUISettingsError", "Trial"]

logger = logging.getLogger(__name__)


class NotMovedError(WrldBldrError):
    """The settings are stored, and yet the ComfyUI of before is used. The same can be asked for again."""

    status_code = 503
    code = "not_moved"

    def __init__(self) -> None:
        super().__init__(
            "The settings are stored, but WrldBldr could not go over to that ComfyUI. Save them again, or restart WrldBldr."
        )


@dataclass(frozen=True, slots=True)
class ComfyUISettings:
    """What game masters see. `url` is empty where one is looked for, and BUILT_IN for the simulator that we start.

    `comfyui_url` is the address that holds when the simulator is no longer used. Of the headers only the names are told.
    """

    config: ComfyUIConfig
    url: str
    comfyui_url: str
    header_names: Sequence[str]
    verify_tls: bool


AtRest = Callable[[], AbstractAsyncContextManager[None]]
"""Nobody paints inside it; afterwards what was begun is taken up again, as after a restart."""


class ComfyUISettingsService:
    """Game masters may look; the owner changes and tries. `config()` is how patient to be with ComfyUI right now."""

    def __init__(
        self,
        database: Database,
        in_use: ComfyUIInUse,
        at_rest: AtRest,
        *,
        start: Start,
        nursery: TaskNursery,
        clock: Clock,
    ) -> None:
        self.config = start.config
        self._database = database
        self._in_use = in_use
        self._at_rest = at_rest
        self._environment = start.environment
        self._choice = start.choice
        self._usual_url = start.usual_url
        self._nursery = nursery
        self._clock = clock
        self._changing = asyncio.Lock()
        self._moving: asyncio.Task[None] | None = None

    async def get(self, _: Principal) -> ComfyUISettings:
        """The settings in force."""
        return self._settings()

    async def put(self, who: Principal, raw: Mapping[str, object]) -> ComfyUISettings:
        """Store the settings in `raw` and apply them at once. A batch under way is painted anew where ComfyUI is then.

        Raises ForbiddenError, InvalidComfyUISettingsError (nothing is changed) and NotMovedError.
        """
        _require_owner(who)
        async with self._changing:
            if self._moving is not None:  # whoever asked for it may have gone away
                await asyncio.wait([self._moving])
            config, wanted = self._parse(raw)
            is_other = wanted != self._choice
            found = Found()
            if is_other and not wanted.name:
                found = await look_around(wanted.at(self._usual_url), self._clock)
            async with self._database.write() as unit:
                memory = await unit.server.memory()
                memory.config = config
                if is_other:
                    remember(memory, wanted, self._environment)
                    wanted = chosen(memory, self._environment)
                    if not wanted.name:
                        memory.found_comfyui_url = found.url_to_remember
            self.config.current = config
            self._in_use.comfyui.reconsider()
            logger.info("Account %s changed the settings of ComfyUI", who.account_id)
            if is_other:  # whoever asked may go away meanwhile: what is stored must hold
                self._moving = self._nursery.start(self._move(wanted, found.url), name="move")
                await asyncio.shield(self._moving)
                if self._choice != wanted:
                    raise NotMovedError
            return self._settings()

    async def test(self, who: Principal, raw: Mapping[str, object]) -> Trial:
        """Try the url, headers and verify_tls in `raw`, or what is in force where they are left out; nothing is kept.

        Raises ForbiddenError, InvalidComfyUISettingsError.
        """
        _require_owner(who)
        unknown = [name for name in raw if name not in CHOICE_FIELDS]
        if unknown:
            raise InvalidComfyUISettingsError({k: v for name in unknown for k, v in unknown_setting(name).items()})
        wanted = parse_choice(raw, self._choice)
        if wanted == self._choice:
            return await try_out(self._in_use.address)
        trial = BUILT_IN_TRIAL if wanted.uses_simulator else await try_out(wanted.address or wanted.at(self._usual_url))
        return trial if wanted.name or trial.version else NOTHING_FOUND

    def _settings(self) -> ComfyUISettings:
        choice = self._choice
        names = () if choice.uses_simulator else tuple(choice.headers)
        return ComfyUISettings(self.config.current, choice.name, choice.url, names, choice.verify_tls)

    def _parse(self, raw: Mapping[str, object]) -> tuple[ComfyUIConfig, Choice]:
        """Raises InvalidComfyUISettingsError with the sentences about all fields."""
        sentences: dict[str, str] = {}
        config, choice = self.config.current, self._choice
        try:
            config = parse_comfyui_config({k: v for k, v in raw.items() if k not in CHOICE_FIELDS}, config)
        except InvalidComfyUISettingsError as error:
            sentences |= error.sentences
        try:
            choice = parse_choice({k: v for k, v in raw.items() if k in CHOICE_FIELDS}, choice)
        except InvalidComfyUISettingsError as error:
            sentences |= error.sentences
        if sentences:
            raise InvalidComfyUISettingsError(sentences)
        return config, choice

    async def _move(self, choice: Choice, found_url: str) -> None:
        async with self._at_rest():
            async with self._database.read() as unit:
                ours = await _prompts_out_there(unit)
            is_another = await self._in_use.move_to(choice, found_url, ours)
            self._choice = choice
            if is_another:
                await self._begin_anew()

    async def _begin_anew(self) -> None:
        """What was under way goes on at the new ComfyUI, which has none of it: that is not held against the pictures."""
        try:
            async with self._database.write() as unit:
                for batch in await unit.batches.generating():
                    batch.put_back()
                    batch.start(self._clock.now())  # prompts lost before count no more
        except DatabaseBusyError as error:
            logger.warning("That the batches under way moved to another ComfyUI counts as a loss of prompts: %s", error)


async def _prompts_out_there(unit: UnitOfWork) -> list[UUID]:
    """Prompts that ComfyUI may have: of batches under way, and of those cancelled while it could not be reached."""
    prompt_ids = list(await unit.batches.prompts_to_withdraw())
    for batch in await unit.batches.generating():
        prompt_ids += [made.prompt_id for made in await unit.batches.submissions(batch.id, batch.attempt)]
    return prompt_ids


def _require_owner(who: Principal) -> None:
    if who.role is not Role.OWNER:
        raise ForbiddenError("Only the owner of this WrldBldr changes how ComfyUI is reached.")


BUILT_IN_TRIAL = Trial(
    is_ok=True,
    title="The simulator comes with WrldBldr",
    sentence="It paints placeholder pictures without a graphics card.",
    is_simulated=True,
    websocket_ok=True,
)
NOTHING_FOUND = Trial(
    is_ok=True,
    title="No ComfyUI answers at the usual address",
    sentence="The built-in simulator paints placeholder pictures until a ComfyUI is named here.",
    is_simulated=True,
    websocket_ok=True,
)
