"""Which ComfyUI was chosen, by the environment or in Settings: the latest decision holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from urllib.parse import urlsplit

from wrldbldr.comfyui.address import (
    ConnectionSettings,
    authorized,
    checked_headers,
    connection_settings,
    is_authorization,
    tidy_url,
)
from wrldbldr.domain.comfyui_config import InvalidComfyUISettingsError, shown_name
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.server import ServerMemory
from wrldbldr.settings import Settings

BUILT_IN = "simulator"
"""The address of the built-in simulator, as it is chosen: where it really answers is different at every start."""
USUAL_URL = "http://127.0.0.1:8188"
CHOICE_FIELDS = ("url", "headers", "verify_tls")
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Choice:
    """Where ComfyUI is to be: at `url`, or (empty) wherever one is found. `headers` may hold secrets.

    With `uses_simulator` the built-in simulator paints; the rest is then kept for the way back.
    """

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    verify_tls: bool = True
    uses_simulator: bool = False

    @property
    def name(self) -> str:
        """What is chosen in one word: an address, BUILT_IN, or empty for whichever is found."""
        return BUILT_IN if self.uses_simulator else self.url

    @property
    def address(self) -> ConnectionSettings | None:
        """How it is reached; None when that has to be found out."""
        if self.uses_simulator or not self.url:
            return None
        return ConnectionSettings(self.url, self.headers, self.verify_tls)

    def at(self, url: str) -> ConnectionSettings:
        """The same, of a ComfyUI that was found at `url`."""
        return ConnectionSettings(url, self.headers, self.verify_tls)


def named_in_environment(settings: Settings) -> Choice:
    """What WRLDBLDR_COMFYUI_URL and _HEADERS say. Raises InvalidInputError for what no request could use."""
    headers = {name: value.get_secret_value() for name, value in settings.comfyui_headers.items()}
    url = settings.comfyui_url.strip()
    if not url:
        return Choice(headers=checked_headers(headers))
    if url == BUILT_IN:
        return Choice(uses_simulator=True)
    address = connection_settings(url, headers)
    return Choice(address.url, address.headers)


def chosen(memory: ServerMemory, environment: Choice) -> Choice:
    """What holds at the start of the program.

    The environment decides until somebody saves another address in Settings, and again once it names another one than
    at that time; what was saved is then forgotten in `memory`. A variable that is no longer set decides nothing.
    """
    if environment.name and environment.name != memory.environment_url:
        remember(memory, Choice(), Choice())
        return environment
    if memory.comfyui_url or memory.environment_url or memory.comfyui_headers or memory.uses_simulator:
        is_its_address = memory.comfyui_url == environment.url
        borrowed = {
            name: value
            for name, value in environment.headers.items()
            if is_its_address and name in memory.environment_headers
        }
        headers = {**borrowed, **memory.comfyui_headers}
        return Choice(memory.comfyui_url, headers, memory.verify_tls, memory.uses_simulator)
    return Choice(headers=environment.headers, verify_tls=memory.verify_tls)


def remember(memory: ServerMemory, choice: Choice, environment: Choice) -> None:
    """Keep what was chosen in Settings while the environment said something else, or nothing.

    At the address that the environment names its headers are not copied, only their names: a token that is changed
    there is the one that is sent.
    """
    theirs = environment.headers.items() if choice.url == environment.url else ()
    borrowed = [name for name, value in theirs if choice.headers.get(name) == value]
    memory.comfyui_url = choice.url
    memory.environment_url = environment.name
    memory.environment_headers = borrowed
    memory.comfyui_headers = {name: value for name, value in choice.headers.items() if name not in borrowed}
    memory.verify_tls = choice.verify_tls
    memory.uses_simulator = choice.uses_simulator


def parse_choice(raw: Mapping[str, object], kept: Choice) -> Choice:
    """The choice in `raw`; what is left out stays as it was `kept`.

    A header whose value is None keeps the stored one of that name. Whoever chooses the simulator keeps the stored address
    and headers for the way back. Raises InvalidComfyUISettingsError with a sentence for each field that cannot be used,
    also where stored values would go to another server than they were meant for.
    """
    sentences: dict[str, str] = {}
    wanted, credentials = kept, ""
    verify_tls = raw.get("verify_tls", kept.verify_tls)
    if not isinstance(verify_tls, bool):
        sentences["verify_tls"] = "Whether the certificate is checked must be true or false."
        verify_tls = kept.verify_tls
    try:
        url, credentials = _parse_url(raw.get("url", kept.name))
        wanted = replace(kept, uses_simulator=True) if url == BUILT_IN else Choice(url)
    except InvalidInputError as error:
        sentences |= error.details
    wanted = replace(wanted, verify_tls=verify_tls)
    headers = wanted.headers
    try:
        given = raw.get("headers", {} if wanted.uses_simulator else dict.fromkeys(kept.headers))
        headers = _parse_headers(given, kept, wanted, has_credentials=bool(credentials))
    except InvalidInputError as error:
        sentences |= error.details
    if sentences:
        raise InvalidComfyUISettingsError(sentences)
    return replace(wanted, headers=authorized(headers, credentials))


def _parse_url(raw: object) -> tuple[str, str]:
    if not isinstance(raw, str):
        raise InvalidInputError("url", "The address must be text; an empty one lets WrldBldr look for a ComfyUI.")
    url = raw.strip()
    return (url, "") if url in ("", BUILT_IN) else tidy_url(url)


def _parse_headers(raw: object, kept: Choice, wanted: Choice, *, has_credentials: bool) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise InvalidInputError("headers", "The headers must be an object: a value, or null to keep it, by name.")
    given = cast("Mapping[str, object]", raw)
    typed = {name: _typed(name, value) for name, value in given.items() if value is not None}
    stored = {name.lower(): (name, value) for name, value in kept.headers.items()}
    reused: dict[str, str] = {}
    for name in (name.strip().lower() for name, value in given.items() if value is None):
        if name not in stored:
            raise InvalidInputError(
                "headers", f"There is no stored value for the header {shown_name(name)}: enter one."
            )
        if not (has_credentials and is_authorization(name)):  # the name and password just typed replace it
            reused |= [stored[name]]
    if wanted.uses_simulator:
        if typed:
            raise InvalidInputError("headers", "The built-in simulator takes no headers: remove them.")
        reused = dict(kept.headers)
    if reused:
        _require_same_server(kept, wanted)
    return checked_headers({**reused, **typed})


def _require_same_server(kept: Choice, wanted: Choice) -> None:
    """A stored value goes to the server it was entered for, and as safely as before. Raises InvalidInputError."""
    old, new = (urlsplit(choice.url or USUAL_URL) for choice in (kept, wanted))
    ports = [parts.port or USUAL_PORTS[parts.scheme] for parts in (old, new)]
    if old.hostname != new.hostname:
        problem = "The address names another machine, and stored values of headers are not sent there."
    elif old.scheme == "https" != new.scheme:
        problem = "Without https, everybody on the way could read the stored values of headers."
    elif ports[0] != ports[1]:
        problem = "The address names another port, and stored values of headers are not sent there."
    elif kept.verify_tls and not wanted.verify_tls:
        problem = "Without a checked certificate, stored values of headers could be sent to a stranger."
    else:
        return
    raise InvalidInputError("headers", f"{problem} Enter them again, or remove the headers.")


def _typed(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInputError("headers", f"The value of the header {shown_name(name)} must be text.")
    return value
