"""Which picture is shown, and to whom."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line
from wrldbldr.components.plate import plate
from wrldbldr.state.reveal import ALL, SOME, STAGE, PictureChoice, Reveal, SeatChoice


def reveal_dialog() -> rx.Component:
    """Enter shows the first picture to everybody; arrows choose another."""
    nothing = rx.el.p("There is no picture in this world yet.", class_name="sm mut")
    form = rx.el.form(
        rx.cond(Reveal.pictures.length() > 0, pictures(), nothing),
        audience(),
        error_line("reveal", Reveal.error),
        rx.el.p("Players are not told the name of whoever is hidden from them.", class_name="hint"),
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button("Reveal", rx.el.kbd("Ctrl ⏎"), glyph="cast", look="solid", type="submit", data_key="ctrl+enter"),
            class_name="row end-row",
        ),
        key=Reveal.form,
        on_submit=Reveal.reveal,
        class_name="col g4 dlg-body",
    )
    return dialog(
        heading("Show to Players"), form, is_open=Reveal.is_open, on_open_change=Reveal.toggle, class_name="reveal"
    )


def pictures() -> rx.Component:
    """Those of whom the keys speak, then the newest of this world."""

    def picture(choice: rx.vars.ObjectVar[PictureChoice]) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio", name="picture", value=choice.id, class_name="sr", required=True,
                default_checked=Reveal.first == choice.id, auto_focus=Reveal.first == choice.id,
            ),
            plate(choice.thumbnail),
            rx.el.span(choice.name, class_name="xs tr"),
            title=choice.name, class_name="pick", key=choice.id,
        )  # fmt: skip

    return rx.el.fieldset(
        rx.el.legend("Picture", class_name="lab"), rx.el.div(rx.foreach(Reveal.pictures, picture), class_name="picks")
    )


def audience() -> rx.Component:
    """To whom. A player's box counts when it is for some."""

    def to(value: str, label: str, *, checked: bool = False) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="radio", name="to", value=value, default_checked=checked),
            label,
            class_name="row sm choice",
        )

    def seat(choice: rx.vars.ObjectVar[SeatChoice]) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="checkbox", name=choice.box), choice.name, class_name="row sm choice", key=choice.box
        )

    return rx.el.fieldset(
        rx.el.legend("Show it", class_name="lab"),
        to(ALL, "as a handout to everybody", checked=True),
        rx.cond(
            Reveal.seats.length() > 0,
            rx.fragment(
                to(SOME, "as a handout only to"), rx.el.div(rx.foreach(Reveal.seats, seat), class_name="seats")
            ),
        ),
        to(STAGE, "on the stage"),
        class_name="col g1 audience",
    )
