"""Who sits at the table in these tests, and how they check an answer."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx

HOST = "table.lan:3000"
BASE = f"http://{HOST}"
OWNER = {"name": "Aldwin", "password": "a lantern at sea"}
OTHER = {"name": "Berta", "password": "another lantern"}
NOBODYS_ID = "6f0c7c0e-51ad-4b0e-9f0a-3b1d5a6c7e80"

Caller = httpx.AsyncClient
Calling = Callable[[], AbstractAsyncContextManager[Caller]]


@dataclass(frozen=True)
class Scene:
    """The owner's world with somebody and somewhere in it."""

    world_id: str
    game_session_id: str
    character_id: str
    location_id: str

    def request(self, **changes: Any) -> dict[str, Any]:
        """A request for a portrait of the character."""
        return {
            "session_id": self.game_session_id,
            "entity_type": "character",
            "entity_id": self.character_id,
            "asset_type": "portrait",
            "prompt": "an old keeper of lanterns",
            "count": 2,
            **changes,
        }


def refused(answer: httpx.Response, status_code: int, code: str | None = None) -> dict[str, Any]:
    """Check that an answer is a refusal in the one shape there is. Returns its details."""
    assert answer.status_code == status_code, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"].endswith("."), "not a sentence"
    assert code is None or error["code"] == code
    return error["details"]
