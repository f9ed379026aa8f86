"""Whose style is followed: in the dialog in which pictures are asked for, in the editor, and out of the whole gallery."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import slider
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import plate
from wrldbldr.domain.style_reference import REFERENCE_LIMIT, STRENGTH_LIMIT
from wrldbldr.services.cards import AssetCard, ReferenceCard
from wrldbldr.state.generate import Generate
from wrldbldr.state.more_inputs import MoreInputs
from wrldbldr.state.place import Place
from wrldbldr.state.style_reference import SOURCES, STRENGTH, StyleReference

HAS_ANY = StyleReference.references.length() > 0


def style_fields() -> rx.Component:
    """What the browser keeps of it, with the rest of the form."""
    chosen = rx.cond(StyleReference.is_strength_chosen, StyleReference.strength_text, "")
    return rx.fragment(
        rx.el.input(type="hidden", name=SOURCES, value=StyleReference.sources),
        rx.el.input(type="hidden", name=STRENGTH, value=chosen),
    )


def style_panel(otherwise: rx.Component) -> rx.Component:
    """The pictures, how they are applied, and how strongly; `otherwise` stands there while there is none."""
    return rx.fragment(
        rx.cond(HAS_ANY, rx.fragment(_head(), _picture(), _rows(), _strength()), otherwise),
        button("Select from Gallery…", glyph="images", look="line", on_click=StyleReference.pick),
        rx.cond(
            StyleReference.has_default & ~StyleReference.is_by_itself,
            rx.el.button(
                f"Use the style of {Generate.entity_name}", type="button", class_name="link xs",
                on_click=[StyleReference.use_own, MoreInputs.look],
            ),
        ),
    )  # fmt: skip


def _head() -> rx.Component:
    look = rx.cond(StyleReference.is_applied, "bdg new end", "bdg warn end")
    glyph = rx.cond(StyleReference.is_applied, icon("wand-sparkles", 14), icon("circle-off", 14))
    badge = rx.el.span(glyph, StyleReference.badge, class_name=look, role="status")
    return rx.el.div(rx.el.span("Style Reference", class_name="lab"), badge, class_name="row")


def _picture() -> rx.Component:
    first = StyleReference.references[0]
    return rx.el.div(
        rx.el.div(rx.el.img(src=first.image, alt=first.label), class_name="plate framed"),
        class_name="frame-room style-room",
        custom_attrs={"style": rx.Var.create({"--shape": first.shape})},
    )


def _rows() -> rx.Component:
    several = StyleReference.references.length() > 1

    def row(card: rx.vars.ObjectVar[ReferenceCard]) -> rx.Component:
        return rx.el.li(
            rx.cond(several, plate(card.thumbnail, class_name="thumb")),
            rx.el.div(
                rx.el.p(card.label, class_name="mono xs"),
                rx.el.div(
                    rx.el.span(card.whose, class_name="xs sec grow"),
                    button(
                        "Clear", glyph="x", size="s", aria_label=f"Clear {card.label}",
                        on_click=[StyleReference.clear(card.id), MoreInputs.look],
                    ),
                    class_name="row",
                ),
                class_name="grow",
            ),
            key=card.id,
            class_name="row top",
        )  # fmt: skip

    by_itself = rx.el.p(icon("info", 14), f"On every picture of {Generate.entity_name}.", class_name="hint")
    return rx.fragment(
        rx.el.ul(rx.foreach(StyleReference.references, row), class_name="col style-rows"),
        rx.cond(StyleReference.is_by_itself, by_itself),
    )


def _strength() -> rx.Component:
    undo = rx.el.button(
        "Workflow’s own", type="button", class_name="link xs", on_click=StyleReference.use_workflows_strength
    )
    return rx.cond(
        StyleReference.has_strength,
        rx.el.div(
            rx.el.div(
                rx.el.label("Strength", html_for="style-strength", class_name="lab"),
                rx.cond(StyleReference.is_strength_chosen, undo),
                rx.el.span(StyleReference.strength_text, class_name="end num b"),
                class_name="row",
            ),
            slider(
                "style-strength", StyleReference.strength, low=0, high=int(STRENGTH_LIMIT), step="0.05",
                default_value=StyleReference.strength.to_string(), on_change=StyleReference.choose_strength,
                key=StyleReference.form,
            ),
            class_name="f",
        ),
    )  # fmt: skip


def style_picker() -> rx.Component:
    """The pictures of the world, a page at a time."""

    def choice(card: rx.vars.ObjectVar[AssetCard]) -> rx.Component:
        is_chosen = StyleReference.sources.contains(card.id.to(str))
        return rx.el.div(
            rx.el.button(
                rx.el.img(src=card.thumbnail, alt=card.label, loading="lazy"), type="button", class_name="plate",
                data_type=card.asset_type, aria_pressed=rx.cond(is_chosen, "true", "false"),
                on_click=[StyleReference.choose(card.id), MoreInputs.look],
            ),
            rx.el.div(rx.el.span(card.label, class_name="tr", title=card.label), class_name="lbl"),
            class_name="tile",
            key=card.id,
        )  # fmt: skip

    says = rx.cond(
        StyleReference.is_full, f"{REFERENCE_LIMIT} are chosen: leave one to take another.",
        f"Up to {REFERENCE_LIMIT} pictures, whose style is blended.",
    )  # fmt: skip
    more = rx.cond(
        StyleReference.has_more,
        rx.el.div(button("Load More", look="line", on_click=StyleReference.load_more), class_name="row center more"),
    )
    none = rx.el.p("There are no pictures in this world yet.", class_name="sm sec")
    return dialog(
        heading("Select from Gallery", rx.el.p(says, class_name="sm mut", role="status")),
        rx.el.div(
            rx.cond(
                StyleReference.choices.length() > 0,
                rx.el.div(rx.foreach(StyleReference.choices, choice), class_name="tiles"),
                none,
            ),
            more,
            class_name="dlg-body picker-body",
        ),
        rx.el.div(rx.dialog.close(button("Done", look="solid")), class_name="row dlg-foot end-row"),
        is_open=StyleReference.is_picking,
        on_open_change=StyleReference.toggle_picker,
        class_name="picker",
    )


def own_style() -> rx.Component:
    """What whoever is shown has for every picture."""

    def row(card: rx.vars.ObjectVar[ReferenceCard]) -> rx.Component:
        return rx.el.div(
            plate(card.thumbnail, class_name="thumb"),
            rx.el.div(
                rx.el.p("Style reference of every picture", class_name="xs sec"),
                rx.el.p(card.label, class_name="mono xs tr", title=card.label),
                class_name="grow",
            ),
            icon_button("x", f"No style reference for {Place.entity_name}", on_click=StyleReference.drop_always),
            class_name="row own-style",
            key=card.id,
        )

    return rx.foreach(StyleReference.own, row)
