"""Two pictures side by side, and what is different about them."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.dialog import close_button, dialog
from wrldbldr.services.cards import AssetCard
from wrldbldr.services.comparison import Difference
from wrldbldr.state.comparing import Comparing


def compare_dialog() -> rx.Component:
    """Esc goes back to where it was begun. Both are enlarged together (assets/compare.js)."""
    head = rx.el.div(
        rx.dialog.title("Compare", class_name="name lg b grow"),
        icon_button("zoom-out", "Smaller", data_zoom="out"),
        icon_button("zoom-in", "Larger", data_zoom="in"),
        icon_button("maximize", "Whole pictures", data_zoom="whole"),
        icon_button("arrow-left-right", "Swap", data_key="x", on_click=Comparing.swap),
        close_button(),
        class_name="row",
    )
    return dialog(
        head,
        rx.el.div(_picture(Comparing.left, "left"), _picture(Comparing.right, "right"), class_name="pair"),
        _others(),
        _differences(),
        is_open=Comparing.is_open,
        on_open_change=Comparing.toggle,
        class_name="compare",
    )


def _picture(card: rx.vars.ObjectVar[AssetCard], side: str) -> rx.Component:
    return rx.el.figure(
        rx.el.div(
            rx.el.img(src=card.image, alt=card.label, draggable=False), class_name="pane", data_type=card.asset_type
        ),
        rx.el.figcaption(
            rx.cond(card.is_active, rx.el.span("Active", class_name="bdg warmb tiny")),
            rx.el.span(card.label, class_name="mono xs tr"),
            class_name="row g1 center",
        ),
        data_side=side,
    )


def _others() -> rx.Component:
    """Which one is at the right."""
    return rx.cond(
        Comparing.count > 1,
        rx.el.div(
            icon_button(
                "chevron-left", "Previous picture at the right", data_key="ArrowLeft", on_click=Comparing.step(-1)
            ),
            rx.el.span(f"{Comparing.place} of {Comparing.count}", class_name="xs sec num", role="status"),
            icon_button(
                "chevron-right", "Next picture at the right", data_key="ArrowRight", on_click=Comparing.step(1)
            ),
            class_name="row center",
        ),
    )


def _differences() -> rx.Component:
    def line(one: rx.vars.ObjectVar[Difference]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one.label, scope="row"),
            rx.el.td(one.left, class_name="num"),
            rx.el.td(one.right, class_name="num"),
        )

    table = rx.el.table(
        rx.el.tbody(rx.foreach(Comparing.differences, line)),
        aria_label="What is different",  # a caption, even an unseen one, would lay the columns out
        class_name="differences sm",
    )
    return rx.el.div(
        rx.cond(
            Comparing.differences.length() > 0,
            table,
            rx.el.p("Nothing that is known of them differs.", class_name="sm"),
        ),
        rx.cond(Comparing.alike != "", rx.el.p(f"The same: {Comparing.alike}", class_name="xs mut")),
        class_name="said",
    )


def compare_button() -> rx.Component:
    """In the lightbox."""
    return button("Compare", glyph="columns-2", data_key="c", title="Compare side by side", on_click=Comparing.begin)
