"""`/settings`: what holds for the whole of this WrldBldr, and one's own account."""

import reflex as rx

from wrldbldr.components.bar import bar
from wrldbldr.components.button import link
from wrldbldr.components.icon import icon
from wrldbldr.components.settings.accounts import accounts
from wrldbldr.components.settings.api_tokens import api_tokens
from wrldbldr.components.settings.comfyui_form import comfyui_form
from wrldbldr.components.settings.comfyui_panel import comfyui_panel
from wrldbldr.components.settings.navigation import navigation, section
from wrldbldr.components.settings.own_account import own_account
from wrldbldr.components.settings.storage import storage
from wrldbldr.components.settings.workflows import FILE_INPUT, workflows
from wrldbldr.components.skeleton import form_skeleton
from wrldbldr.pages.frame import frame
from wrldbldr.pages.page import Page
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.live import Live
from wrldbldr.state.settings_page import ACCOUNTS, COMFYUI, OWN, STORAGE, TOKENS, WORKFLOWS, SettingsPage
from wrldbldr.state.workflow_list import WorkflowList


def settings() -> rx.Component:
    """The sections, one of them shown."""
    title = rx.el.span("Settings", class_name="name md b")
    back = link(
        icon("arrow-left"),
        rx.el.span("Your worlds", class_name="wide"),
        to="/",
        class_name="btn ghost",
        aria_label="Your worlds",
    )
    sections = rx.fragment(
        section(COMFYUI, comfyui_form(), comfyui_panel(), class_name="settings"),
        section(WORKFLOWS, *workflows(), class_name="workflows", data_drop=FILE_INPUT),
        section(OWN, *own_account()),
        section(TOKENS, *api_tokens()),
        rx.cond(MyAccount.is_owner, rx.fragment(section(ACCOUNTS, *accounts()), section(STORAGE, *storage()))),
    )
    content = rx.el.main(
        rx.cond(ComfyUIForm.is_loaded & SettingsPage.is_loaded, sections, form_skeleton()), class_name="page"
    )
    return frame(bar(title=title, end=(back,)), rx.el.div(navigation(), content, class_name="settings-desk"))


PAGE = Page("/settings", "Settings", settings, [ComfyUIForm.enter, SettingsPage.enter, WorkflowList.enter, Live.begin])
