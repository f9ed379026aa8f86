"""The form in which the owner says where ComfyUI is and how patient to be with it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import reflex as rx
from reflex.event import EventSpec

from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.engine import current
from wrldbldr.services.comfyui_settings import BUILT_IN, ComfyUISettings, InvalidComfyUISettingsError
from wrldbldr.state.change import change
from wrldbldr.state.me import introduce
from wrldbldr.state.place import leave_place
from wrldbldr.state.principal import Follow, Follows, signed_in

NUMBERS = tuple(ComfyUIConfig.model_fields)
HEADER_LIMIT = 12


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """A header of the form. The value of one that `is_kept` never leaves the server."""

    key: int
    name: str
    value: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test of the connection found."""

    is_ok: bool = False
    title: str = ""
    sentence: str = ""


class ComfyUIForm(rx.State):
    """What is typed, beside what is saved. Numbers stay text until they are saved: what is refused stays as it was typed."""

    url: rx.Field[str] = rx.field("")
    numbers: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    headers: rx.Field[list[HeaderLine]] = rx.field(default_factory=list)
    verify_tls: rx.Field[bool] = rx.field(True)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    verdict: rx.Field[Verdict] = rx.field(default_factory=Verdict)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_owner: rx.Field[bool] = rx.field(False)
    is_testing: rx.Field[bool] = rx.field(False)
    is_changed: rx.Field[bool] = rx.field(False)
    last_hour: rx.Field[list[str]] = rx.field(default_factory=list)
    last_hour_words: rx.Field[str] = rx.field("")
    version: rx.Field[int] = rx.field(0)  # counts up when the inputs have to take new values
    _saved: ComfyUISettings | None = None
    _next_key: int = 0

    @rx.var
    def waits(self) -> list[int]:
        """The pauses before each retry, in seconds; empty while the numbers cannot be used."""
        retries, first = (_whole(self.numbers.get(name, "")) for name in ("max_retries", "base_delay_seconds"))
        if not isinstance(retries, int) or not isinstance(first, int) or not 1 <= retries <= 5 or not 1 <= first <= 30:
            return []
        config = ComfyUIConfig(max_retries=retries, base_delay_seconds=first)
        return [config.delay_before_retry(number) for number in range(1, retries + 1)]

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> None:
        """The page opens."""
        await leave_place(self)
        await introduce(self, who)
        self._show(await current().comfyui.get(who))
        change(self, is_loaded=True, is_owner=who.role is Role.OWNER)
        self._look_back()

    @rx.event
    @signed_in
    async def look_back(self, who: Principal) -> None:
        """ComfyUI came or went while the page is open."""
        self._look_back()

    @rx.event
    @signed_in
    async def type_url(self, who: Principal, url: str) -> None:
        """The address changes."""
        self.url = url
        self._compare()

    @rx.event
    @signed_in
    async def choose(self, who: Principal, name: str, value: str) -> None:
        """One of the numbers changes."""
        if name in NUMBERS:
            self.numbers = {**self.numbers, name: value.strip()}
            self._compare()

    @rx.event
    @signed_in
    async def toggle_tls(self, who: Principal) -> None:
        """Whether the certificate of an https address has to be one that this machine trusts."""
        self.verify_tls = not self.verify_tls
        self._compare()

    @rx.event
    @signed_in
    async def add_header(self, who: Principal) -> Follow:
        """One more line."""
        if len(self.headers) >= HEADER_LIMIT:
            return rx.toast.error(f"{HEADER_LIMIT} headers are enough for any server.")
        key = self._key()
        self.headers = [*self.headers, HeaderLine(key, "")]
        self._compare()
        return _focus(f"header-name-{key}")

    @rx.event
    @signed_in
    async def name_header(self, who: Principal, key: int, name: str) -> None:
        """What a header is called."""
        self._change_header(key, name=name)

    @rx.event
    @signed_in
    async def fill_header(self, who: Principal, key: int, value: str) -> None:
        """What it says."""
        self._change_header(key, value=value)

    @rx.event
    @signed_in
    async def replace_header(self, who: Principal, key: int) -> Follow:
        """Type the value of a kept header anew."""
        self._change_header(key, is_kept=False)
        return _focus(f"header-value-{key}")

    @rx.event
    @signed_in
    async def remove_header(self, who: Principal, key: int) -> None:
        """Without this one."""
        self.headers = [line for line in self.headers if line.key != key]
        self._compare()

    @rx.event
    @signed_in
    async def use_defaults(self, who: Principal) -> None:
        """The numbers as they came; where ComfyUI is stays."""
        self.numbers = _numbers(ComfyUIConfig())
        self.version += 1
        self._compare()

    @rx.event
    @signed_in
    async def discard(self, who: Principal) -> None:
        """Back to what is saved."""
        if self._saved is not None:
            self._show(self._saved)

    @rx.event(background=True)
    @signed_in
    async def save(self, who: Principal) -> AsyncGenerator[Follows]:
        """Store it all, or, when something is refused, nothing; what was typed stays, with the reason under it."""
        async with self:
            typed, self.errors = self._typed(), {}
        try:
            saved = await current().comfyui.put(who, typed)
        except InvalidComfyUISettingsError as error:
            async with self:
                self.errors = dict(error.sentences)
            yield rx.call_script("document.querySelector('.settings [aria-invalid=true]')?.focus()")
            return
        async with self:
            self._show(saved)
        yield rx.toast.success("Saved", description="It applies from now on.")

    @rx.event
    @signed_in
    async def toggle_simulator(self, who: Principal) -> Follow:
        """Paint with the built-in simulator, or look for a ComfyUI again."""
        self.url = "" if self.url == BUILT_IN else BUILT_IN
        self.version += 1
        self._compare()
        return ComfyUIForm.save

    @rx.event(background=True)
    @signed_in
    async def test(self, who: Principal) -> AsyncGenerator[Follows]:
        """Ask who answers at what is typed, before it is saved."""
        async with self:
            if self.is_testing:
                return
            self.is_testing, self.verdict, typed = True, Verdict(), self._typed()
        try:
            place = {name: typed[name] for name in ("url", "headers", "verify_tls")}
            found = await current().comfyui.test(who, place)
        except InvalidComfyUISettingsError as error:
            async with self:
                self.errors = dict(error.sentences)
            return
        finally:
            async with self:
                self.is_testing = False
        async with self:
            self.errors = {}
            self.verdict = Verdict(found.is_ok, found.title, found.sentence)
        yield None

    def _show(self, settings: ComfyUISettings) -> None:
        self._saved = settings
        self.headers = [HeaderLine(self._key(), name, is_kept=True) for name in settings.header_names]
        change(self, url=settings.url, numbers=_numbers(settings.config), verify_tls=settings.verify_tls)
        change(self, errors={}, verdict=Verdict(), is_changed=False)
        self.version += 1

    def _look_back(self) -> None:
        history = current().connection.history
        change(self, last_hour=history.slots(), last_hour_words=history.words())

    def _typed(self) -> dict[str, object]:
        return {
            **{name: _whole(value) for name, value in self.numbers.items()},
            "url": self.url,
            "verify_tls": self.verify_tls,
            "headers": {line.name: None if line.is_kept else line.value for line in self.headers},
        }

    def _compare(self) -> None:
        saved = self._saved
        is_same = saved is not None and (
            self.url.strip() == saved.url
            and self.numbers == _numbers(saved.config)
            and self.verify_tls == saved.verify_tls
            and [line.name for line in self.headers] == list(saved.header_names)
            and all(line.is_kept for line in self.headers)
        )
        change(self, is_changed=not is_same, verdict=Verdict())

    def _change_header(self, key: int, **values: str | bool) -> None:
        self.headers = [replace(line, **values) if line.key == key else line for line in self.headers]
        self._compare()

    def _key(self) -> int:
        self._next_key += 1
        return self._next_key


def _focus(field_id: str) -> EventSpec:
    """The field is drawn after this event, so that the browser has to wait for it."""
    return rx.call_script(f"requestAnimationFrame(() => document.getElementById('{field_id}')?.focus())")


def _numbers(config: ComfyUIConfig) -> dict[str, str]:
    return {name: str(value) for name, value in config.model_dump().items()}


def _whole(text: str) -> int | str:
    """The number, or what was typed instead of one, for the sentence that refuses it."""
    try:
        return int(text)
    except ValueError:
        return text
