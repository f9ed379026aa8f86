"""Whether this browser says it, too, when a batch ends while nobody looks."""

import reflex as rx

from wrldbldr.components.button import icon_button


def alerts() -> rx.Component:
    """Both are off until somebody switches them on, and the browser remembers (assets/ended.js)."""
    return rx.popover.root(
        rx.popover.trigger(icon_button("bell", "When a batch ends", size="s")),
        rx.popover.content(
            rx.el.div(
                rx.el.p("When a batch ends", class_name="h2"),
                _switch("notification", "Notify me", "While this window is in the background."),
                _switch("sound", "Play a sound", "A short tone, wherever you are."),
                rx.el.p(
                    "This browser does not allow notifications from here. Allow them in its settings for this site; "
                    "they need https, or WrldBldr on this machine.",
                    hidden=True,
                    role="alert",
                    class_name="hint err",
                    custom_attrs={"data-alert-refused": True},
                ),
                class_name="col g3 alerts",
            ),
            align="end",
            aria_label="When a batch ends",
        ),
    )


def _switch(kind: str, label: str, hint: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(
            rx.el.span(label, class_name="m sm"), rx.el.span(hint, class_name="hint", id=f"alert-{kind}"), class_name="grow"
        ),
        rx.el.input(
            type="checkbox", role="switch", class_name="sw", data_alert=kind, aria_label=label,
            aria_describedby=f"alert-{kind}",
        ),
        class_name="row g3 top",
    )  # fmt: skip
