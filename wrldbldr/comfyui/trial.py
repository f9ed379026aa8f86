"""Trying an address before it is used: what answers there, and what is wrong, in words."""

import asyncio
import ssl
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import WebSocketException

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.errors import (
    AuthenticationRequiredError,
    CertificateRefusedError,
    ComfyUIError,
    ConnectionLostError,
    NameUnknownError,
    NotComfyUIError,
    NotEncryptedError,
    RequestTimeoutError,
    ServerFailedError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.port import SystemInfo
from wrldbldr.comfyui.socket import open_websocket
from wrldbldr.comfyui.system import parse_system
from wrldbldr.comfyui.transport import Transport, tls_context
from wrldbldr.domain.comfyui_config import HEALTH_TIMEOUT_SECONDS
from wrldbldr.kit.clock import Clock, SystemClock, within
from wrldbldr.kit.ids import new_id

TRIAL_SECONDS = 15.0
LEVELS_TRIED = 4
JOBS_LIMIT = 1_000_000  # a server that claims more does not know

WORDS: dict[type[ComfyUIError], tuple[str, str]] = {
    NameUnknownError: (
        "There is no machine of that name",
        "Nobody in the network knows {host}. Check its spelling, or write the machine's number, such as 192.168.1.20.",
    ),
    CertificateRefusedError: (
        "Its certificate is not trusted",
        "Nobody this machine knows vouches for {host}, its certificate has expired, or it is another server's. "
        "If the server is your own, switch the check of its certificate off.",
    ),
    NotEncryptedError: (
        "There is no https at this address",
        "Something answers at {host}, but not encrypted. Write http:// instead of https://.",
    ),
    ServiceUnavailableError: (
        "Nothing answers there",
        "Check that ComfyUI runs, and its address and port. On another machine it must be started with --listen.",
    ),
    RequestTimeoutError: (
        "It does not answer in time",
        "Something takes the connection and says nothing. ComfyUI may still be starting, or hang.",
    ),
    AuthenticationRequiredError: (
        "It wants a login or a token",
        "Add the header it expects, such as Authorization, or check its value.",
    ),
    ConnectionLostError: (
        "It hangs up",
        "Something takes the connection and ends it without an answer. Check the port; it may also want https://.",
    ),
    NotComfyUIError: ("This is not a ComfyUI", "{seen} Check address, port and path; ComfyUI's own port is 8188."),
    UnexpectedAnswerError: ("This is not a ComfyUI", "{seen} Check address, port and path."),
    ServerFailedError: (
        "It answers with an error ({status})",
        "ComfyUI itself may be failing, or a proxy before it does not reach it. Look at their logs.",
    ),
}
"""Looked up along an error's bases: the most particular one speaks."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `is_ok` when nothing has to be mended. `version` is empty when it is no ComfyUI we can use."""

    is_ok: bool
    title: str
    sentence: str
    version: str = ""
    devices: tuple[str, ...] = ()
    queue_remaining: int | None = None
    is_simulated: bool = False
    websocket_ok: bool = False


async def try_out(
    settings: ConnectionSettings, timeout_seconds: float = HEALTH_TIMEOUT_SECONDS, clock: Clock | None = None
) -> Trial:
    """Ask who is there, over HTTP and by websocket; each question waits so many seconds at most, and all of them 15."""
    found = await within(TRIAL_SECONDS, clock or SystemClock(), _tried(settings, timeout_seconds))
    return found or _explained(RequestTimeoutError(TRIAL_SECONDS), settings)


async def _tried(settings: ConnectionSettings, timeout_seconds: float) -> Trial:
    tls = await asyncio.to_thread(tls_context, settings)
    http = Transport(settings, tls)
    try:
        system = await _system(http, timeout_seconds)
        queue_remaining = await _queue_remaining(http, timeout_seconds)
    except ComfyUIError as error:
        better = await _better_address(settings, timeout_seconds, tls) if _is_something_else(error) else ""
        return _wrong_path(settings.url, better) if better else _explained(error, settings)
    finally:
        await http.aclose()
    found = _welcome(system, queue_remaining)
    return found if await _hears(settings, timeout_seconds) else _deaf(found)


async def _system(http: Transport, timeout_seconds: float) -> SystemInfo:
    return parse_system(await http.get_json("/system_stats", timeout_seconds=timeout_seconds, what="a question"))


async def _queue_remaining(http: Transport, timeout_seconds: float) -> int | None:
    answer = await http.get_json("/prompt", timeout_seconds=timeout_seconds, what="a question")
    info = answer.get("exec_info")
    remaining = cast("dict[str, object]", info).get("queue_remaining") if isinstance(info, dict) else None
    return remaining if isinstance(remaining, int) and 0 <= remaining <= JOBS_LIMIT else None


async def _hears(settings: ConnectionSettings, timeout_seconds: float) -> bool:
    """Whether a websocket can be opened. Under a name of its own: one that is open under ours would fall silent."""
    try:
        websocket = await open_websocket(settings, str(new_id()), timeout_seconds=timeout_seconds)
        await websocket.close()
    except (OSError, WebSocketException, UnicodeError):  # TimeoutError is an OSError
        return False
    return True


def _is_something_else(error: ComfyUIError) -> bool:
    return isinstance(error, NotComfyUIError | UnexpectedAnswerError)


def _nearer_to_the_root(path: str) -> list[str]:
    """The paths above it, the next one first; of many only some, and the root."""
    names = path.split("/")
    above = ["/".join(names[:length]) for length in range(len(names) - 1, 0, -1)]
    return [*above[:-1][: LEVELS_TRIED - 1], *above[-1:]]


async def _better_address(settings: ConnectionSettings, timeout_seconds: float, tls: ssl.SSLContext) -> str:
    """Where on the same host a ComfyUI answers: nearer to the root, for a path is often copied with too much behind it."""
    parts = urlsplit(settings.url)
    for path in _nearer_to_the_root(parts.path):
        url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        http = Transport(replace(settings, url=url), tls)
        try:
            await _system(http, timeout_seconds)
        except ComfyUIError as error:
            if not _is_something_else(error):
                break
        else:
            return url
        finally:
            await http.aclose()
    return ""


def _wrong_path(url: str, better: str) -> Trial:
    return Trial(
        is_ok=False,
        title="ComfyUI is there, but not under this path",
        sentence=f"It answers at {better}, not at {url}. Use that address.",
    )


def _explained(error: ComfyUIError, settings: ConnectionSettings) -> Trial:
    title, sentence = next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), (error.title, error.advice))
    facts = {
        "host": urlsplit(settings.url).hostname,
        "seen": error.details.get("Answer", "Something else answers there."),
        "status": error.details.get("Status"),
    }
    return Trial(is_ok=False, title=title.format_map(facts), sentence=sentence.format_map(facts))


def _welcome(system: SystemInfo, queue_remaining: int | None) -> Trial:
    if system.simulated:
        title, sentence = "A simulator answers", "It works, and paints placeholder pictures only."
    else:
        title = f"ComfyUI {system.version} answers"
        sentence = f"It paints with {', '.join(system.devices) or 'an unknown device'}; {_waiting(queue_remaining)}"
    return Trial(
        is_ok=True,
        title=title,
        sentence=sentence,
        version=system.version,
        devices=system.devices,
        queue_remaining=queue_remaining,
        is_simulated=system.simulated,
        websocket_ok=True,
    )


def _waiting(queue_remaining: int | None) -> str:
    if queue_remaining is None:
        return "how much waits in its queue is not known."
    if queue_remaining == 0:
        return "its queue is empty."
    return f"{queue_remaining} job{'s wait or run' if queue_remaining > 1 else ' waits or runs'} there."


def _deaf(found: Trial) -> Trial:
    return replace(
        found,
        is_ok=False,
        title="ComfyUI answers, but its websocket does not",
        sentence="Pictures can be painted, but progress comes late and there are no previews. A proxy in between must pass "
        "websockets on (the Upgrade header).",
        websocket_ok=False,
    )
