"""The shape of what is coming, shown only when it takes its time."""

import reflex as rx


def _bone(width: str, height: str, **props: str) -> rx.Component:
    return rx.el.div(class_name="sk", custom_attrs={"style": {"width": width, "height": height, **props}})


def _row(first: str, second: str) -> rx.Component:
    lines = rx.el.div(_bone(first, "12px"), _bone(second, "9px"), class_name="col grow")
    return rx.el.div(_bone("36px", "36px"), lines, class_name="row g3")


def list_skeleton() -> rx.Component:
    """The list of characters and locations."""
    rows = (("62%", "80%"), ("74%", "52%"), ("50%", "66%"), ("68%", "40%"), ("58%", "72%"))
    return rx.el.div(
        _bone("100%", "32px"), *(_row(*row) for row in rows), class_name="side padded waiting", aria_hidden=True
    )


def editor_skeleton() -> rx.Component:
    """The picture and the form."""
    form = rx.el.div(
        _bone("280px", "34px"), _bone("100%", "96px", marginTop="8px"),
        rx.el.div(_bone("170px", "36px"), _bone("100%", "36px"), class_name="row g3"),
        _bone("190px", "32px"), class_name="col g3 grow",
    )  # fmt: skip
    hero = rx.el.div(class_name="sk hero-bone")
    tiles = rx.el.div(*(_bone("100%", "180px") for _ in range(5)), class_name="tiles bones")
    return rx.el.div(
        rx.el.div(hero, form, class_name="ed"),
        tiles,
        class_name="waiting",
        aria_busy=True,
        aria_label="Reading the world",
    )


def dock_skeleton() -> rx.Component:
    """The queue."""
    return rx.el.div(
        _bone("100%", "170px"), _row("56%", "40%"), _row("66%", "52%"), _row("48%", "60%"), class_name="col padded waiting",
        aria_hidden=True,
    )  # fmt: skip


def form_skeleton() -> rx.Component:
    """A page that is one form."""
    fields = (("120px", "36px"), ("100%", "36px"), ("100%", "96px"), ("100%", "60px"))
    return rx.el.div(
        *(_bone(*field) for field in fields),
        class_name="col g4 waiting",
        aria_busy=True,
        aria_label="Reading the settings",
    )
