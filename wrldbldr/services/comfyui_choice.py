"""Which ComfyUI was chosen, by the environment or in Settings: the latest decision holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Choice:
    """Where ComfyUI is to be: at `url`, BUILT_IN, or (empty) wherever one is found. `headers` may hold secrets."""

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    verify_tls: bool = True

    @property
    def address(self) -> ConnectionSettings | None:
        """How it is reached; None when that has to be found out."""
        if self.url in ("", BUILT_IN):
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
        return Choice(BUILT_IN)
    address = connection_settings(url, headers)
    return Choice(address.url, address.headers)


def chosen(memory: ServerMemory, environment: Choice) -> Choice:
    """What holds at the start of the program.

    The environment decides until somebody saves another address in Settings, and again once it names another one than
    at that time; what was saved is then forgotten in `memory`. A variable that is no longer set decides nothing.
    """
    if environment.url and environment.url != memory.environment_url:
        remember(memory, Choice(), Choice())
        return environment
    if memory.comfyui_url or memory.environment_url or memory.comfyui_headers:
        return Choice(memory.comfyui_url, memory.comfyui_headers, memory.verify_tls)
    return Choice(headers=environment.headers, verify_tls=memory.verify_tls)


def remember(memory: ServerMemory, choice: Choice, environment: Choice) -> None:
    """Keep what was chosen in Settings while the environment said something else, or nothing."""
    memory.comfyui_url = choice.url
    memory.environment_url = environment.url
    memory.comfyui_headers = dict(choice.headers)
    memory.verify_tls = choice.verify_tls


def parse_choice(raw: Mapping[str, object], kept: Choice) -> Choice:
    """The choice in `raw`; what is left out stays as it was `kept`.

    A header whose value is None keeps the stored one of that name. Raises InvalidComfyUISettingsError with a sentence
    for each field that cannot be used, also where stored values would go to another machine than they were meant for.
    """
    sentences: dict[str, str] = {}
    url, credentials, headers = kept.url, "", kept.headers
    verify_tls = raw.get("verify_tls", kept.verify_tls)
    if not isinstance(verify_tls, bool):
        sentences["verify_tls"] = "Whether the certificate is checked must be true or false."
    try:
        url, credentials = _parse_url(raw.get("url", kept.url))
    except InvalidInputError as error:
        sentences |= error.details
    try:
        headers = _parse_headers(
            raw.get("headers", dict.fromkeys(kept.headers)), kept, url, has_credentials=bool(credentials)
        )
    except InvalidInputError as error:
        sentences |= error.details
    if sentences:
        raise InvalidComfyUISettingsError(sentences)
    return Choice(url, authorized(headers, credentials), verify_tls is True)


def _parse_url(raw: object) -> tuple[str, str]:
    if not isinstance(raw, str):
        raise InvalidInputError("url", "The address must be text; an empty one lets WrldBldr look for a ComfyUI.")
    url = raw.strip()
    return (url, "") if url in ("", BUILT_IN) else tidy_url(url)


def _parse_headers(raw: object, kept: Choice, url: str, *, has_credentials: bool) -> dict[str, str]:
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
    if url == BUILT_IN:
        if typed:
            raise InvalidInputError("headers", "The built-in simulator takes no headers: remove them.")
        return {}
    if reused:
        _require_same_machine(kept.url, url)
    return checked_headers({**reused, **typed})


def _require_same_machine(old_url: str, new_url: str) -> None:
    """A stored value is sent to the machine it was entered for only. Raises InvalidInputError."""
    old, new = (urlsplit(url or USUAL_URL) for url in (old_url, new_url))
    if old.hostname != new.hostname:
        problem = "The address names another machine, and stored values of headers are not sent there."
    elif old.scheme == "https" != new.scheme:
        problem = "Without https, everybody on the way could read the stored values of headers."
    else:
        return
    raise InvalidInputError("headers", f"{problem} Enter them again, or remove the headers.")


def _typed(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInputError("headers", f"The value of the header {shown_name(name)} must be text.")
    return value
