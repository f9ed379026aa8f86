"""A websocket's handshake, as the server gets to see it."""

from typing import Any

from fastapi import FastAPI

from tests.api.table import HOST


async def shake_hands(api: FastAPI, path: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """What the server says to a websocket handshake."""
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    raw = [(name.encode(), value.encode()) for name, value in {"host": HOST, **headers}.items()]
    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw}
    await api({**scope, "scheme": "ws", "server": ("table.lan", 3000), "subprotocols": []}, receive, send)
    return said
