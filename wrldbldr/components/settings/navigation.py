"""The sections of Settings, at the left, or on top where the window is narrow."""

from typing import Any

import reflex as rx

from wrldbldr.components.icon import icon
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.settings_page import ACCOUNTS, COMFYUI, OWN, STORAGE, TOKENS, WORKFLOWS, SettingsPage


def navigation() -> rx.Component:
    """Accounts and the disk are an owner's business: nobody else is shown the way there."""
    return rx.el.nav(
        _entry(COMFYUI, "plug-zap", "ComfyUI connection"),
        _entry(WORKFLOWS, "workflow", "Workflows"),
        _entry(OWN, "user-round", "Your account"),
        _entry(TOKENS, "key-round", "API tokens"),
        rx.cond(
            MyAccount.is_owner,
            rx.fragment(_entry(ACCOUNTS, "users-round", "Accounts"), _entry(STORAGE, "hard-drive", "Storage")),
        ),
        aria_label="Sections",
        class_name="sections",
    )


def section(name: str, *content: rx.Component, class_name: str = "sect col g6", **props: Any) -> rx.Component:
    """One of them: always there, seen when it is chosen."""
    return rx.el.div(*content, hidden=SettingsPage.section != name, class_name=class_name, **props)


def heading(title: str, *says: rx.Component | rx.Var[str] | str) -> rx.Component:
    """What a section is about."""
    return rx.el.div(rx.el.h1(title, class_name="name lg b"), rx.el.p(*says, class_name="sec sm"), class_name="col g1")


def _entry(name: str, glyph: str, label: str) -> rx.Component:
    return rx.el.button(
        icon(glyph),
        label,
        type="button",
        on_click=SettingsPage.show(name),
        aria_current=rx.cond(SettingsPage.section == name, "page", "false"),
    )
