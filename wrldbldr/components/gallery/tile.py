"""One picture of the grid."""

from typing import Any

import reflex as rx

from wrldbldr.components.gallery.bulk_bar import check
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import simulated
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.removal import Removing
from wrldbldr.state.tagging import Tagging


@rx.memo
def asset_tile(
    *,
    asset: rx.Var[str],
    label: rx.Var[str],
    asset_type: rx.Var[str],
    is_active: rx.Var[bool],
    is_starred: rx.Var[bool],
    is_simulated: rx.Var[bool],
    rating: rx.Var[int],
    is_first: rx.Var[bool],
    is_picked: rx.Var[bool],
    rest: rx.RestProp,
) -> rx.Component:
    """It is drawn anew only when something of its own changes. The grid is one tab stop; arrows go from tile to tile."""
    picture = rx.el.button(
        rx.el.img(src=thumbnail_of(asset), alt=label, loading="lazy"),
        rx.cond(is_starred, rx.el.span(icon("star"), rx.el.span("starred", class_name="sr"), class_name="cornr")),
        simulated(is_simulated),
        type="button", class_name="plate", data_type=asset_type, tab_index=rx.cond(is_first, 0, -1),
        on_click=Lightbox.show(asset),
    )  # fmt: skip
    foot = rx.el.div(
        rx.cond(is_active, rx.el.span("Active", class_name="bdg warmb tiny")),
        rx.el.span(label, class_name="tr", title=label),
        rx.cond(
            rating.to(int) > 0,
            rx.el.span(icon("star", 11), rating, class_name="rated num", title=f"Rated {rating} of 5"),
        ),
        class_name="lbl",
    )
    return rx.el.div(
        picture,
        check(asset, label, is_picked),
        quick_buttons(asset, label, is_starred),
        foot,
        rest,
        class_name="tile",
        data_asset=asset,
        data_picked=rx.cond(is_picked, "yes", ""),
        on_context_menu=Gallery.aim(asset),
    )


def thumbnail_of(asset: rx.Var[str]) -> rx.Var[str]:
    """Where it is: made here, so that it need not be sent for each of many."""
    return f"/api/assets/{asset}/image?size=256"  # type: ignore[return-value]  # a Var in a string makes it a Var


def quick_buttons(asset: rx.Var[str], label: rx.Var[str], is_starred: rx.Var[bool]) -> rx.Component:
    """On hover or focus. The keys beside them press them too."""

    def quick(glyph: str, name: rx.Var[str] | str, act: str, **props: Any) -> rx.Component:
        return rx.el.button(
            icon(glyph, 14),
            type="button",
            class_name="ib",
            aria_label=name,
            title=name,
            tab_index=-1,
            data_act=act,
            **props,
        )

    def unseen(act: str, on_click: Any) -> rx.Component:
        return rx.el.button(
            type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_act=act, on_click=on_click
        )

    star = rx.cond(is_starred, f"Take the star off {label}", f"Star {label}")
    return rx.el.div(
        quick("star", star, ".", on_click=Gallery.star(asset, ~is_starred.to(bool)), data_on=is_starred),
        quick("info", f"View Generation Info of {label}", "i", on_click=Lightbox.show(asset)),
        quick("ellipsis", f"More for {label}", "menu"),
        unseen("s", Generate.begin_in_style(asset)),
        unseen("t", Tagging.begin_one(asset)),
        unseen("Delete", Removing.ask(asset)),
        unseen("r", Remix.begin(asset, Part.REMIX)),
        class_name="over",
    )  # fmt: skip
