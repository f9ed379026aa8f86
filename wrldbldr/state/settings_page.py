"""Which section of Settings shows, and what keeps those about accounts up to date."""

import reflex as rx

from wrldbldr.domain.account import Principal, Role
from wrldbldr.state.accounts_list import show_everyone
from wrldbldr.state.accounts_own import ApiTokens, show_own
from wrldbldr.state.change import change
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.me import introduce
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.storage import Storage

COMFYUI, WORKFLOWS, OWN, TOKENS = "comfyui", "workflows", "account", "tokens"
ACCOUNTS, STORAGE = "accounts", "storage"
SECTIONS = (COMFYUI, WORKFLOWS, OWN, TOKENS, ACCOUNTS, STORAGE)
FOR_OWNERS = (ACCOUNTS, STORAGE)


class SettingsPage(rx.State):
    """All sections are there all the time, so that nothing typed is lost by looking at another; `section` is the one shown."""

    section: rx.Field[str] = rx.field(COMFYUI)
    is_loaded: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> Follow:
        """The page opens, at the section its address names if it names one."""
        self._show(who, str(self.router.url.query_parameters.get("section", self.section)))
        await show_own(self, who)
        await show_everyone(self, who)
        change(await self.get_state(ApiTokens), secret="", secret_label="")
        change(self, is_loaded=True)
        return self._look()

    @rx.event
    @signed_in
    async def show(self, who: Principal, section: str) -> Follow:
        """Another section; the secret of a new token is put away."""
        self._show(who, section)
        change(await self.get_state(ApiTokens), secret="", secret_label="")
        return self._look()

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Somebody's account changed, perhaps this one, on whatever page the tab is."""
        await introduce(self, who)
        if self.is_loaded:
            await show_own(self, who)
            await show_everyone(self, who)
            change(await self.get_state(ComfyUIForm), is_owner=who.role is Role.OWNER)

    def _look(self) -> Follow:
        """What is counted only when somebody looks."""
        return Storage.look if self.section == STORAGE else None

    def _show(self, who: Principal, section: str) -> None:
        is_open = section in SECTIONS and (section not in FOR_OWNERS or who.role is Role.OWNER)
        change(self, section=section if is_open else COMFYUI)
