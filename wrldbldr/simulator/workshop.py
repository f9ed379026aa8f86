"""All a running simulator holds in memory: gone, like ComfyUI's, when it stops."""

import asyncio
import logging
from collections.abc import Callable

from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.simulator.config import SimulatorConfig
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.executor import Fate, PromptExecutor, PromptLostError, Surroundings
from wrldbldr.simulator.faults import Action, Faults, Moment
from wrldbldr.simulator.history import History
from wrldbldr.simulator.nodes import build_registry
from wrldbldr.simulator.queue import PromptQueue
from wrldbldr.simulator.received import Received
from wrldbldr.simulator.sockets import SocketHub
from wrldbldr.simulator.storage import Storage

logger = logging.getLogger(__name__)


class Workshop:
    """The queue, the history, the websockets and the one worker that paints."""

    def __init__(
        self,
        *,
        config: SimulatorConfig,
        storage: Storage,
        clock: Clock,
        faults: Faults,
        received: Received,
        die: Callable[[], None],
    ) -> None:
        self.config = config
        self.storage = storage
        self.clock = clock
        self.faults = faults
        self.received = received
        self.registry = build_registry(config.catalogue, storage)
        self.hub = SocketHub(faults)
        self.queue = PromptQueue(self._announce)
        self.history = History()
        self.prompts_numbered = 0
        self._die = die
        self._worker: asyncio.Task[None] | None = None
        fate = Fate(strike=self._strike_worker, wedge=self._wedge_here, die=die)
        self.executor = PromptExecutor(Surroundings(self.registry, storage, self.hub, clock, config, received, fate))

    def open(self, nursery: TaskNursery) -> None:
        """Start publishing and painting."""
        nursery.start(self.hub.publish(), name="simulator: publish")
        self._worker = nursery.start(self._work(), name="simulator: worker")

    def queue_info(self) -> JsonObject:
        """What /prompt and every status message say."""
        return {"exec_info": {"queue_remaining": self.queue.remaining}}

    def now_ms(self) -> int:
        """The wall clock in milliseconds, as ComfyUI stamps things."""
        return int(self.clock.now().timestamp() * 1000)

    async def strike_request(self, moment: Moment) -> None:
        """Let a fault strike while a prompt is handed in. Never returns when the process dies of it."""
        rule = self.faults.for_moment(moment)
        match rule.action if rule is not None else None:
            case Action.DIE:
                self._die()
                await _for_ever()
            case Action.WEDGE:
                self.wedge()
            case Action.LOSE_QUEUE:
                self._forget_everything()
            case _:
                pass

    def wedge(self) -> None:
        """Stop the worker for good; what it was painting stays "running" and everything else goes on answering."""
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        while True:
            prompt = await self.queue.take()
            try:
                entry = await self.executor.run(prompt)
                await self._strike_worker(Moment.BEFORE_HISTORY)
            except PromptLostError:
                logger.info("The running prompt was forgotten")
                continue
            self.history.add(entry)
            self.queue.finish(prompt)
            if prompt.client_id is not None:
                done: JsonObject = {"node": None, "prompt_id": prompt.prompt_id}
                self.hub.send("executing", done, prompt.client_id)

    async def _strike_worker(self, moment: Moment) -> None:
        rule = self.faults.for_moment(moment)
        if rule is not None:
            await self.hub.flush()  # what led up to the moment is heard
        match rule.action if rule is not None else None:
            case Action.DIE:
                self._die()
                await _for_ever()
            case Action.WEDGE:
                await self._wedge_here()
            case Action.LOSE_QUEUE:
                self._forget_everything()
                raise PromptLostError
            case _:
                pass

    async def _wedge_here(self) -> None:
        self.wedge()
        await _for_ever()

    def _forget_everything(self) -> None:
        self.queue.lose()
        self.history.clear()

    def _announce(self) -> None:
        self.hub.send("status", {"status": self.queue_info()})


async def _for_ever() -> None:
    await asyncio.Event().wait()
