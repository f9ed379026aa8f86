"""The form in which the owner says where ComfyUI is and how patient to be with it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import reflex as rx

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
# Fields are drawn after the event that makes them: the browser has to wait for the next frame.
FOCUS_NEW_HEADER = "requestAnimationFrame(() => [...document.querySelectorAll('[id^=header-name-]')].at(-1)?.focus())"
FOCUS_EMPTY_VALUE = (
    "requestAnimationFrame(() => [...document.querySelectorAll('[id^=header-value-]')].find(f => !f.value)?.focus())"
)
FOCUS_ON_ERROR = "document.querySelector('.settings [aria-invalid=true]')?.focus()"


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
    uses_simulator: rx.Field[bool] = rx.field(False)  # as it is saved, whatever is typed
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
        return rx.call_script(FOCUS_NEW_HEADER)

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
        return rx.call_script(FOCUS_EMPTY_VALUE)

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
            typed, self.errors = self._typed(), _problems(self.headers)
            is_refused = bool(self.errors)
        try:
            saved = None if is_refused else await current().comfyui.put(who, typed)
        except InvalidComfyUISettingsError as error:
            saved = None
            async with self:
                self.errors = dict(error.sentences)
        if saved is None:
            yield rx.call_script(FOCUS_ON_ERROR)
            return
        async with self:
            if self._typed() == typed:
                self._show(saved)
            else:  # somebody typed on meanwhile: that is not saved yet
                self._note(saved)
                self._compare()
        yield rx.toast.success("Saved", description="It applies from now on.")

    @rx.event(background=True)
    @signed_in
    async def toggle_simulator(self, who: Principal) -> AsyncGenerator[Follows]:
        """Paint with the built-in simulator, or go back to the ComfyUI of before. What else is typed stays unsaved."""
        comfyui = current().comfyui
        shown = await comfyui.get(who)
        url = shown.comfyui_url if shown.url == BUILT_IN else BUILT_IN
        saved = await comfyui.put(who, {**shown.config.model_dump(), "url": url})
        async with self:
            self._show_place(saved)
            self._compare()
        yield rx.toast.success("Saved", description="It applies from now on.")

    @rx.event(background=True)
    @signed_in
    async def test(self, who: Principal) -> AsyncGenerator[Follows]:
        """Ask who answers at what is typed, before it is saved. An answer about what is typed no more is dropped."""
        async with self:
            if self.is_testing:
                return
            self.verdict, self.errors, typed = Verdict(), _problems(self.headers), self._place()
            if self.errors:
                return
            self.is_testing = True
        errors, verdict = dict[str, str](), Verdict()
        try:
            found = await current().comfyui.test(who, typed)
            verdict = Verdict(found.is_ok, found.title, found.sentence)
        except InvalidComfyUISettingsError as error:
            errors = dict(error.sentences)
        finally:
            async with self:
                self.is_testing = False
        async with self:
            if self._place() == typed:
                self.errors, self.verdict = errors, verdict
        yield None

    def _show(self, settings: ComfyUISettings) -> None:
        self._show_place(settings)
        change(self, numbers=_numbers(settings.config), is_changed=False)

    def _show_place(self, settings: ComfyUISettings) -> None:
        self._note(settings)
        self.headers = [HeaderLine(self._key(), name, is_kept=True) for name in settings.header_names]
        change(self, url=settings.url, verify_tls=settings.verify_tls, errors={}, verdict=Verdict())
        self.version += 1

    def _note(self, settings: ComfyUISettings) -> None:
        self._saved = settings
        change(self, uses_simulator=settings.url == BUILT_IN)

    def _look_back(self) -> None:
        history = current().connection.history
        change(self, last_hour=history.slots(), last_hour_words=history.words())

    def _typed(self) -> dict[str, object]:
        return {name: _whole(value) for name, value in self.numbers.items()} | self._place()

    def _place(self) -> dict[str, object]:
        place: dict[str, object] = {"url": self.url, "verify_tls": self.verify_tls}
        saved = self._saved
        if self.uses_simulator and saved is not None and not self.headers and self.url.strip() == saved.comfyui_url:
            return place  # its headers are stored, although the simulator shows none
        return place | {"headers": {line.name: None if line.is_kept else line.value for line in self.headers}}

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


def _problems(headers: Sequence[HeaderLine]) -> dict[str, str]:
    """What only the form can see: among names in a mapping none is there twice."""
    if any(not line.name.strip() or not (line.is_kept or line.value.strip()) for line in headers):
        return {"headers": "Give every header a name and a value, or remove it."}
    names = [line.name.strip() for line in headers]
    for number, name in enumerate(names):
        if name.lower() in (other.lower() for other in names[:number]):
            return {"headers": f"The header {name} is there twice. Remove one of the two."}
    return {}


def _numbers(config: ComfyUIConfig) -> dict[str, str]:
    return {name: str(value) for name, value in config.model_dump().items()}


def _whole(text: str) -> int | str:
    """The number, or what was typed instead of one, for the sentence that refuses it."""
    try:
        return int(text)
    except ValueError:
        return text
