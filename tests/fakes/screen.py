"""A browser's tab reduced to its socket: it opens a page over the event socket, and keeps what the server sends."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

NAMESPACE = "/_event"
FRAME = f"42{NAMESPACE},"  # engine.io: a message; socket.io: an event
PING, PONG = "2", "3"
HELLO = "reflex___state____state.hydrate_and_load"  # what the browser sends with every connection
MARK = "_rx_state_"


class Screen:
    """One tab. `states` is what it shows, by the short name of each state and var."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.states: dict[str, dict[str, Any]] = {}

    async def open(self, path: str) -> None:
        """Show a page, as the browser does when it has loaded it."""
        await self._connection.recv()  # engine.io says hello
        place = {"pathname": path, "asPath": path}
        hello = {"event": {"name": HELLO, "payload": {"vars": {}}, "router_data": place}}
        await self._connection.send(f"40{NAMESPACE},{json.dumps(hello)}")

    async def next(self) -> tuple[dict[str, dict[str, Any]], int]:
        """What the next frame changes, by the short name of each state and var, and how many bytes it has."""
        while True:
            frame = await self._connection.recv()
            text = frame if isinstance(frame, str) else frame.decode()
            if text == PING:
                await self._connection.send(PONG)
            elif text.startswith(FRAME):
                change = changed(text)
                for name, values in change.items():
                    self.states.setdefault(name, {}).update(values)
                return change, len(text.encode())

    async def until(self, state: str, var: str, value: object) -> None:
        """Wait until this is shown."""
        while self.states.get(state, {}).get(var) != value:
            await self.next()


def changed(frame: str) -> dict[str, dict[str, Any]]:
    """The vars in a frame; none when it only asks the browser to do something."""
    name, update = json.loads(frame.removeprefix(FRAME))
    if name != "event":
        return {}
    return {
        state.rpartition(".")[2].rpartition("____")[2]: {var.removesuffix(MARK): value for var, value in values.items()}
        for state, values in (update.get("delta") or {}).items()
    }


@asynccontextmanager
async def open_screen(url: str, path: str, cookie: str) -> AsyncGenerator[Screen]:
    """A tab at a page of the server at `url`, of whose browser shows `cookie`."""
    address = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={uuid4()}"
    headers = {"cookie": cookie, "origin": url}
    async with connect(address, additional_headers=headers, proxy=None, max_size=None) as connection:
        screen = Screen(connection)
        await screen.open(path)
        yield screen
