"""The pictures of one batch, large: keep, discard, set active. By keys, too."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import simulated
from wrldbldr.services.cards import AssetCard
from wrldbldr.state.selection import Selection

PICTURE = Selection.shown
IS_DISCARDED = Selection.discarded.contains(PICTURE.id)


def choose_dialog() -> rx.Component:
    """Nothing is removed before the choice is confirmed at the foot; Esc keeps everything."""
    place = rx.el.p(f"{Selection.place} of {Selection.pictures.length()}", class_name="sm mut num", aria_live="polite")
    return dialog(
        heading(Selection.title, place), wall(), strip(), foot(),
        is_open=Selection.is_open, on_open_change=Selection.toggle, class_name="choose",
    )  # fmt: skip


def wall() -> rx.Component:
    """The one that is looked at."""

    def step(name: str, key: str, side: str, by: int) -> rx.Component:
        return rx.cond(
            Selection.pictures.length() > 1,
            icon_button(f"chevron-{side}", name, data_key=key, on_click=Selection.step(by), data_side=side),
        )

    return rx.el.div(
        rx.el.div(
            rx.el.img(src=PICTURE.image, alt=PICTURE.label),
            simulated(PICTURE.is_simulated.to(bool)),
            rx.cond(IS_DISCARDED, rx.el.span(icon("trash-2", 14), "Will be discarded", class_name="bdg err corner")),
            rx.cond(
                PICTURE.is_active, rx.el.span(icon("circle-check", 14), "Active", class_name="bdg warmb dark corner")
            ),
            class_name="plate framed", data_type=PICTURE.asset_type, data_discarded=IS_DISCARDED,
            custom_attrs={"style": rx.Var.create({"--w": PICTURE.width, "--h": PICTURE.height})},
        ),
        step("Previous picture", "ArrowLeft", "left", -1), step("Next picture", "ArrowRight", "right", 1),
        class_name="wall",
    )  # fmt: skip


def strip() -> rx.Component:
    """All of them, small."""

    def small(card: rx.vars.ObjectVar[AssetCard]) -> rx.Component:
        is_discarded = Selection.discarded.contains(card.id)
        return rx.el.button(
            rx.el.img(src=card.thumbnail, alt=card.label),
            rx.cond(is_discarded, rx.el.span(icon("trash-2", 14), rx.el.span("discarded", class_name="sr"), class_name="cornr")),
            rx.cond(card.is_active, rx.el.span(icon("circle-check", 14), rx.el.span("active", class_name="sr"), class_name="cornr")),
            type="button", class_name="plate", data_type=card.asset_type, data_discarded=is_discarded,
            aria_current=rx.cond(card.id == PICTURE.id, "true", "false"), on_click=Selection.show(card.id), key=card.id,
        )  # fmt: skip

    return rx.el.div(rx.foreach(Selection.pictures, small), class_name="strip")


def foot() -> rx.Component:
    """What can be done with the one that is looked at, and what becomes of all of them."""
    discarded = Selection.discarded.length()
    kept = Selection.pictures.length() - discarded
    done = rx.cond(discarded > 0, f"Keep {kept}, Discard {discarded}", "Keep All")
    return rx.el.div(
        button(
            rx.cond(PICTURE.is_active, "Active", "Set as Active"), rx.el.kbd("A"), glyph="circle-check", data_key="a",
            aria_disabled=PICTURE.is_active, on_click=Selection.activate,
        ),
        button(
            rx.cond(IS_DISCARDED, "Keep", "Discard"), rx.el.kbd("Del"), glyph="trash-2", data_key="Delete",
            aria_pressed=rx.cond(IS_DISCARDED, "true", "false"), on_click=Selection.discard,
        ),
        rx.el.span(class_name="grow"),
        rx.el.button(
            done, rx.el.kbd("Ctrl ⏎"), type="button", data_key="ctrl+enter", on_click=Selection.finish,
            class_name=rx.cond(discarded > 0, "btn danger l", "btn solid l"),
        ),
        class_name="row wrap dlg-foot",
    )  # fmt: skip
