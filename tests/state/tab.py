"""A browser's tab without the browser: it sends events over the real pipeline, and keeps what came back."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar
from uuid import uuid4

import reflex as rx
from reflex.app_mixins.middleware import MiddlewareMixin
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor
from reflex_base.event.processor.future import EventFuture

from wrldbldr.api.identity import COOKIE, SEAT_COOKIE
from wrldbldr.state.belonging import Belongings

ORIGIN = "http://wrldbldr.test"
S = TypeVar("S", bound=rx.State)


class Timeless(StateManagerMemory):
    """Nothing expires while a test runs: a timer that the last event of all sets would outlive the test's loop."""

    def _ensure_expiration_task(self) -> None:
        pass


class Tab:
    """One tab of somebody whose browser shows `cookie`; empty for nobody."""

    def __init__(self, processor: BaseStateEventProcessor, manager: StateManagerMemory, cookie: str, path: str) -> None:
        self.token = str(uuid4())
        self.deltas: list[Mapping[str, Mapping[str, Any]]] = []
        self.answers: list[Event] = []
        self.errors: list[Exception] = []
        self._processor = processor
        self._manager = manager
        self._router: dict[str, Any] = {
            "headers": {"cookie": f"theme=dark; {cookie}" if cookie else "", "origin": ORIGIN},
            "pathname": path,
            "asPath": path,
            "query": {},
            "token": self.token,
            "sid": "socket",
        }

    def turn_into(self, secret: str) -> None:
        """Another login, or none, speaks for the same tab from now on."""
        headers = {"cookie": f"{COOKIE}={secret}" if secret else "", "origin": ORIGIN}
        self._router = {**self._router, "headers": headers, "sid": "another socket"}

    async def start(self, what: Any) -> EventFuture:
        """Send an event without waiting for what it does."""
        event = Event.from_event_type(what)[0]
        return await self._processor.enqueue(self.token, replace(event, router_data=self._router))

    async def start_raw(self, name: str, /, **payload: Any) -> EventFuture:
        """Send what a made-up browser might, without waiting for what it does."""
        return await self._processor.enqueue(self.token, Event(name=name, payload=payload, router_data=self._router))

    async def send_raw(self, name: str, /, **payload: Any) -> None:
        """Send what a made-up browser might; what it raises is swallowed as the server's log would."""
        await self.start_and_wait(name, **payload)
        self.errors.clear()

    async def start_and_wait(self, name: str, /, **payload: Any) -> None:
        """Send what a made-up browser might; what it raises stays in `errors`."""
        await asyncio.wait([await self.start_raw(name, **payload)])

    async def send(self, what: Any) -> None:
        """Send an event; whatever it sets off is done when this returns."""
        await (await self.start(what)).wait_all()

    async def see(self, cls: type[S]) -> S:
        """One of the tab's states as it is now."""
        root = await self._manager.get_state(BaseStateToken(ident=self.token, cls=State))
        return await root.get_state(cls)

    @asynccontextmanager
    async def writing(self, cls: type[S]) -> AsyncGenerator[S]:
        """A state of the tab, open for what a browser's own storage would put there."""
        async with self._manager.modify_state(BaseStateToken(ident=self.token, cls=State)) as root:
            yield await root.get_state(cls)

    async def everything(self) -> dict[str, Any]:
        """All that the server keeps for this tab, except where it is."""
        root = await self._manager.get_state(BaseStateToken(ident=self.token, cls=State))
        return {cls.get_full_name(): vars_of(await root.get_state(cls)) for cls in states_of_ours()}

    @property
    def redirects(self) -> list[str]:
        """Where the browser was sent."""
        return [event.payload["path"] for event in self.answers if event.name == "_redirect"]

    @property
    def scripts(self) -> str:
        """What else it was told to do, notices included."""
        return "\n".join(str(event.payload) for event in self.answers if event.name != "_redirect")

    @property
    def delta(self) -> dict[str, Any]:
        """Every var that was sent since `forget`, by its short name; the last value of each."""
        return {
            f"{state.rpartition('.')[2]}.{name.removesuffix('_rx_state_')}": value
            for delta in self.deltas
            for state, values in delta.items()
            for name, value in values.items()
        }

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self.deltas.clear()
        self.answers.clear()


def states_of_ours() -> list[type[rx.State]]:
    """Every state class of the app, those below others too."""
    return [cls for cls in _below(State) if cls.__module__.startswith("wrldbldr.")]


def _below(state: type[rx.State]) -> list[type[rx.State]]:
    return [cls for child in state.__subclasses__() for cls in (child, *_below(child))]


def vars_of(state: rx.State) -> dict[str, str]:
    """What a state holds, as text: a copy, so that two looks can be compared."""
    return {name: repr(getattr(state, name)) for name in type(state).get_fields() if name not in State.get_fields()}


@asynccontextmanager
async def open_tab(secret: str, path: str = "/", *, seat: str = "") -> AsyncGenerator[Tab]:
    """A tab that has said hello, of a game master or of a player; a handler that raises makes the test fail."""
    shown = {COOKIE: secret, SEAT_COOKIE: seat}
    cookie = "; ".join(f"{name}={value}" for name, value in shown.items() if value)
    manager = Timeless()

    def on_error(exception: Exception) -> None:
        tab.errors.append(exception)

    middleware = MiddlewareMixin()
    middleware.add_middleware(Belongings())
    processor = BaseStateEventProcessor(middleware=middleware, backend_exception_handler=on_error)
    processor.configure(state_manager=manager)
    tab = Tab(processor, manager, cookie, path)

    async def keep_delta(_: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        tab.deltas.append(delta)

    async def keep_answers(_: str, *events: Event) -> None:
        tab.answers.extend(events)

    context = processor._root_context
    assert context is not None
    processor._root_context = replace(context, emit_delta_impl=keep_delta, emit_event_impl=keep_answers)
    async with processor:
        await tab.send(State.event_handlers["hydrate"])
        tab.forget()
        yield tab
    await manager.close()
    assert not tab.errors, tab.errors
