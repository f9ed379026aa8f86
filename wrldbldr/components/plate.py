"""Pictures, the holes where there is none yet, and the ember line that says how far one is."""

from typing import Any

import reflex as rx

from wrldbldr.components.icon import icon


def plate(src: rx.Var[str] | str, alt: rx.Var[str] | str = "", *over: rx.Component, **props: Any) -> rx.Component:
    """A picture with nearly square corners; what is `over` it stands on its own ground."""
    classes = f"plate {props.pop('class_name', '')}".strip()
    return rx.el.div(rx.el.img(src=src, alt=alt, loading="lazy"), *over, class_name=classes, **props)


def simulated(is_simulated: rx.Var[bool]) -> rx.Component:
    """The word on a picture that no ComfyUI painted."""
    return rx.cond(is_simulated, rx.el.span("simulated", class_name="simulated"))


def hole(glyph: rx.Component, **props: Any) -> rx.Component:
    """Where a picture will hang."""
    classes = f"hole {props.pop('class_name', '')}".strip()
    return rx.el.div(glyph, class_name=classes, **props)


def thumb(src: rx.Var[str], glyph: rx.Component) -> rx.Component:
    """The small picture of a row."""
    return rx.cond(src != "", plate(src, class_name="thumb"), hole(glyph, class_name="thumb"))


def entity_glyph(kind: rx.Var[str], size: int = 16) -> rx.Component:
    """Somebody, or somewhere."""
    return rx.cond(kind == "location", icon("image", size), icon("user-round", size))


def ember(
    percent: rx.vars.NumberVar[int], name: rx.Var[str], words: rx.Var[str], *, thick: bool = False
) -> rx.Component:
    """Progress, as a line that burns from left to right. `words` is what a screen reader says."""
    return rx.el.span(
        class_name="ember thick" if thick else "ember",
        role="progressbar",
        aria_label=name,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_valuenow=percent,
        aria_valuetext=words,
        custom_attrs={"style": rx.Var.create({"--p": percent.to_string() + "%"})},
    )
