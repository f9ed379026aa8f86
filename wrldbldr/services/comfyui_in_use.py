"""The one ComfyUI that everything is painted on: found at the start, and changed while we run."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.farewell import take_leave
from wrldbldr.comfyui.port import ComfyUI, MessageStream
from wrldbldr.db.database import Database
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import Clock, within
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.comfyui_choice import USUAL_URL, Choice, chosen
from wrldbldr.services.simulator_process import SimulatorProcess

logger = logging.getLogger(__name__)

RECOGNITION_SECONDS = 5.0


class MovableComfyUI(ComfyUI, Protocol):
    """A client that can be given another server."""

    async def move_to(self, settings: ConnectionSettings) -> None:
        """Talk to another server from now on, of which nothing is known yet."""
        ...

    def reconsider(self) -> None:
        """Other retries and time limits are in force, for what is being tried already too."""
        ...


class MovableStream(MessageStream, Protocol):
    """A websocket that can be given another server."""

    async def move_to(self, settings: ConnectionSettings) -> None:
        """Listen to another server; the connection to the old one is closed first."""
        ...


@dataclass
class LiveConfig:
    """The retries and time limits in force. Whoever asks gets them as they are now (US-18A.3)."""

    current: ComfyUIConfig

    def __call__(self) -> ComfyUIConfig:
        """As they are now."""
        return self.current


@dataclass(frozen=True, slots=True)
class Place:
    """Where ComfyUI is now. `simulator` runs the built-in one, if it is that."""

    address: ConnectionSettings
    simulator: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What answered where nobody named an address; `url` is empty when nothing did."""

    url: str = ""
    is_simulated: bool = False

    @property
    def url_to_remember(self) -> str:
        """A later start goes back to it, even if it is away then: a ComfyUI, but not a simulator."""
        return "" if self.is_simulated else self.url


@dataclass(frozen=True, slots=True)
class Start:
    """What was decided when the program started. `client_id` is our name towards ComfyUI."""

    client_id: UUID
    environment: Choice
    choice: Choice
    config: LiveConfig
    place: Place
    usual_url: str = USUAL_URL


async def settle(
    database: Database, environment: Choice, *, nursery: TaskNursery, clock: Clock, usual_url: str = USUAL_URL
) -> Start:
    """The ComfyUI that was chosen, else the one found before, else one at the usual address, else our simulator.

    One that was found is remembered: if it is away at a later start, batches wait for it rather than being painted by
    the simulator behind the game master's back.
    """
    async with database.write() as unit:
        memory = await unit.server.memory()
        choice = chosen(memory, environment)
        found_url = memory.found_comfyui_url
    if not (choice.name or found_url):
        found = await look_around(choice.at(usual_url), clock)
        found_url = found.url
        if found.url_to_remember:
            async with database.write() as unit:
                (await unit.server.memory()).found_comfyui_url = found.url_to_remember
    place = await _reach(choice, found_url, nursery, clock)
    return Start(memory.client_id, environment, choice, LiveConfig(memory.config), place, usual_url)


async def look_around(usual: ConnectionSettings, clock: Clock) -> Found:
    """Whether a ComfyUI answers at the usual address."""
    client = ComfyUIClient(usual, client_id=new_id(), clock=clock)
    try:
        return Found(usual.url, (await client.system()).simulated)
    except ComfyUIError:
        return Found()
    finally:
        await client.aclose()


async def _reach(choice: Choice, found_url: str, nursery: TaskNursery, clock: Clock) -> Place:
    if choice.address is not None:
        return Place(choice.address)
    if found_url and not choice.uses_simulator:
        return Place(choice.at(found_url))
    logger.info("The built-in simulator paints")
    simulator = SimulatorProcess(clock)
    running = nursery.keep_running(simulator.run, name="simulator")
    await simulator.wait_until_it_answers()
    return Place(ConnectionSettings(simulator.url), running)


class ComfyUIInUse:
    """Client, websocket and, where it is needed, the built-in simulator: they go to another place together."""

    def __init__(
        self, comfyui: MovableComfyUI, stream: MovableStream, place: Place, *, nursery: TaskNursery, clock: Clock
    ) -> None:
        self.comfyui = comfyui
        self.stream = stream
        self._place = place
        self._nursery = nursery
        self._clock = clock

    @property
    def address(self) -> ConnectionSettings:
        """How it is reached."""
        return self._place.address

    @property
    def is_built_in(self) -> bool:
        """Whether it is the simulator that we have started ourselves."""
        return self._place.simulator is not None

    async def move_to(self, choice: Choice, found_url: str, ours: Sequence[UUID]) -> bool:
        """Go where `choice` says, or to the one that was found. Nobody may be painting meanwhile.

        `ours` are prompts of ours that the old ComfyUI may have: they are withdrawn from it. Returns False when it turns
        out to be the same ComfyUI, which goes on with them. When it fails the same can be asked again.
        """
        is_found = bool(found_url) and not choice.uses_simulator
        stays_built_in = self.is_built_in and choice.address is None and not is_found
        old = self._place
        new = old if stays_built_in else await _reach(choice, found_url, self._nursery, self._clock)
        if new == old:
            return False
        await self._go(old, new)
        if old.address.url == self.address.url or await self._knows_one_of(ours):
            return False
        if old.simulator is not None:
            old.simulator.cancel()
            await asyncio.wait([old.simulator])
        elif ours:
            await take_leave(old.address, ours, self._clock)
        return True

    async def _go(self, old: Place, new: Place) -> None:
        self._place = new  # before client and websocket move: they tell the screens, which ask where we are
        try:
            await self.stream.move_to(new.address)
            await self.comfyui.move_to(new.address)
        except Exception:
            self._place = old
            if new.simulator is not None:
                new.simulator.cancel()
            raise

    async def _knows_one_of(self, ours: Sequence[UUID]) -> bool:
        """Whether the new ComfyUI is the old one under another address. One that does not answer is taken for another."""
        if not (ours and self.comfyui.connection.current.is_usable):
            return False
        try:
            return bool(await within(RECOGNITION_SECONDS, self._clock, self._look_for(ours)))
        except ComfyUIError:
            return False

    async def _look_for(self, ours: Sequence[UUID]) -> bool:
        queue = await self.comfyui.queue()
        if any(queue.is_running(prompt_id) or queue.is_pending(prompt_id) for prompt_id in ours):
            return True
        for prompt_id in ours:
            if await self.comfyui.history(prompt_id) is not None:
                return True
        return False
