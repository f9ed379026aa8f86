"""Asking again for a picture there is: all of it, or a part."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.gallery.figures import figure_items
from wrldbldr.components.icon import icon
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.place import Place
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.removal import Removing
from wrldbldr.state.style_reference import StyleReference


def remix_button() -> rx.Component:
    """The same again, with a new seed."""
    return button(
        "Remix",
        glyph="shuffle",
        data_key="r",
        title="Ask again with these settings and a new seed",
        on_click=Remix.begin(Lightbox.asset.id, Part.REMIX),
    )


def more_menu() -> rx.Component:
    """Parts of it; and what is seldom wanted."""

    def use(glyph: str, name: str, part: Part, *, is_unknown: rx.Var[bool] | bool = False) -> rx.Component:
        again = Remix.begin(Lightbox.asset.id, part)
        return rx.dropdown_menu.item(icon(glyph), name, disabled=is_unknown, on_select=again)

    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(icon_button("ellipsis", f"More for {Lightbox.asset.label}", look="")),
        rx.dropdown_menu.content(
            use("text-quote", "Use Prompt", Part.PROMPT, is_unknown=Lightbox.prompt == ""),
            use("dices", "Use Seed", Part.SEED, is_unknown=Lightbox.seed == ""),
            use("copy-check", "Use All", Part.ALL, is_unknown=Lightbox.prompt == ""),
            rx.dropdown_menu.separator(),
            *figure_items(rx.dropdown_menu.item, Lightbox.asset.id),
            rx.dropdown_menu.separator(),
            rx.cond(
                Place.shows_all,
                rx.fragment(),
                rx.dropdown_menu.item(
                    icon("paintbrush"),
                    f"Use for Every Picture of {Place.entity_name}",
                    on_select=StyleReference.use_always(Lightbox.asset.id),
                ),
            ),
            rx.dropdown_menu.item(
                icon("trash-2"),
                "Delete…",
                rx.el.kbd("Del"),
                class_name="danger",
                on_select=[Lightbox.toggle(False), Removing.ask(Lightbox.asset.id)],
            ),
            align="end",
        ),
        modal=False,  # else it would take the focus back from the dialog that a click on it opens
    )


def seed_fact() -> rx.Component:
    """The seed, in digits that can be copied; nothing where it is not known."""
    copy = icon_button(
        "copy",
        "Copy the seed",
        size="s",
        on_click=[rx.set_clipboard(Lightbox.seed), rx.toast.success("Seed copied")],
    )
    return rx.cond(
        Lightbox.seed != "",
        rx.fragment(rx.el.dt("Seed"), rx.el.dd(Lightbox.seed, copy, class_name="num row g1")),
    )
