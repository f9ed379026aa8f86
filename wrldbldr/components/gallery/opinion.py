"""What its game master thinks of a picture: stars from 1 to 5, and tags."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.domain.asset import RATING_LIMIT
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.narrowing import Narrowing
from wrldbldr.state.tagging import Tagging

PICTURE = Lightbox.asset


def opinion() -> rx.Component:
    """The number keys rate, T opens the tags; a tag leads to all that have it."""
    return rx.el.div(stars(), tags(), class_name="col")


def stars() -> rx.Component:
    """The same star again takes the rating back."""

    def star(rating: int) -> rx.Component:
        name = "1 star" if rating == 1 else f"{rating} stars"
        return rx.el.button(
            icon("star"), type="button", aria_label=name, title=name, data_key=str(rating),
            data_on=rx.cond(PICTURE.rating.to(int) >= rating, "true", "false"),
            aria_pressed=rx.cond(PICTURE.rating.to(int) == rating, "true", "false"), on_click=Lightbox.rate(rating),
        )  # fmt: skip

    none = rx.el.button(
        type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_key="0", on_click=Lightbox.rate(0)
    )
    return rx.el.div(
        *(star(rating) for rating in range(1, RATING_LIMIT + 1)),
        none,
        class_name="stars",
        role="group",
        aria_label="Rating",
    )


def tags() -> rx.Component:
    """Those it has, and the way to more."""

    def tag(name: rx.Var[str]) -> rx.Component:
        return rx.el.button(
            rx.el.span(name, class_name="tr"), type="button", class_name="chip", title="Show all pictures with this tag",
            on_click=Narrowing.show_tagged(name), key=name,
        )  # fmt: skip

    return rx.el.div(
        rx.foreach(PICTURE.tags.to(list[str]), tag),
        button("Tag…", glyph="tag", look="ghost", size="s", data_key="t", on_click=Tagging.begin_one(PICTURE.id)),
        class_name="tag-list",
    )
