"""What comes through a websocket is looked at before Reflex sees it.

Reflex logs whole events that it does not know, with the cookie of whoever sent them, and keeps whatever a browser says
about where it is. Anybody may open a websocket, so what no page of ours sends goes no further than here.
"""

import logging
from collections.abc import Container, Mapping
from itertools import islice
from typing import Any, cast

from reflex.app import App
from reflex_base.registry import RegistrationContext

from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.log import Sparing

logger = logging.getLogger(__name__)
logger.addFilter(Sparing(SystemClock()))

ADDRESS_CHARACTERS = 2_000
QUERY_PARAMETERS = 20
SET_ANYTHING = ".setvar"  # Reflex gives it to every state; no page of ours sends it


def guard_socket(app: App) -> Container[str]:
    """Let only events of known names and shapes through to `app`. Returns the sockets that are open, whenever it is asked.

    Raises RuntimeError when it serves no websocket.
    """
    namespace = app.event_namespace
    if namespace is None:
        raise RuntimeError("An app without state serves no websocket.")
    answer = namespace.on_event

    async def on_event(sid: str, data: Any = None) -> None:
        event = checked_event(data) if sid in namespace.sid_to_token else None
        if event is None:
            logger.warning("An event that no page of ours sends was turned away")
            return
        await answer(sid, event)

    namespace.on_event = on_event  # found on the instance by the socket's dispatch and by the first event of a tab
    return namespace.sid_to_token


def checked_event(data: object) -> dict[str, Any] | None:
    """The event in what a browser sent, with nothing else; None when it is none of ours."""
    event = _object(data)
    name = event.get("name")
    if not isinstance(name, str) or name.endswith(SET_ANYTHING) or name not in RegistrationContext.get().event_handlers:
        return None
    payload, place = event.get("payload") or {}, event.get("router_data") or {}
    if not isinstance(payload, dict) or not isinstance(place, dict):
        return None
    return {"name": name, "payload": payload, "router_data": _checked_place(_object(place))}


def _checked_place(place: Mapping[str, object]) -> dict[str, Any]:
    """Where a browser says it is, in so many words as an address of ours may have."""
    query = islice(_object(place.get("query")).items(), QUERY_PARAMETERS)
    checked: dict[str, Any] = {
        name: text for name in ("pathname", "asPath") if (text := place.get(name)) and _is_short(text)
    }
    kept = {name: value for name, value in query if _is_short(name) and _is_short(value)}
    return {**checked, "query": kept} if kept else checked


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= ADDRESS_CHARACTERS


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
