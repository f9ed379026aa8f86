"""`/settings`: what holds for the whole of this WrldBldr."""

import reflex as rx

from wrldbldr.components.bar import bar
from wrldbldr.components.button import link
from wrldbldr.components.icon import icon
from wrldbldr.components.settings.comfyui_form import comfyui_form
from wrldbldr.components.settings.comfyui_panel import comfyui_panel
from wrldbldr.components.skeleton import form_skeleton
from wrldbldr.pages.frame import frame
from wrldbldr.pages.page import Page
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.live import Live


def settings() -> rx.Component:
    """One section so far: the connection to ComfyUI."""
    title = rx.el.span("Settings", class_name="name md b")
    back = link(icon("arrow-left"), rx.el.span("Your worlds", class_name="wide"), to="/", class_name="btn ghost")
    content = rx.el.main(
        rx.cond(
            ComfyUIForm.is_loaded, rx.el.div(comfyui_form(), comfyui_panel(), class_name="settings"), form_skeleton()
        ),
        class_name="page",
    )
    return frame(bar(title=title, end=(back,)), content)


PAGE = Page("/settings", "Settings", settings, [ComfyUIForm.enter, Live.begin])
