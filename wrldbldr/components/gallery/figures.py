"""What a picture becomes on a map: a round token, and a figure without its background."""

from collections.abc import Callable

import reflex as rx

from wrldbldr.components.icon import icon
from wrldbldr.state.figures import Figures


def figure_items(item: Callable[..., rx.Component], asset: rx.Var[str]) -> tuple[rx.Component, ...]:
    """For a menu of which `item` makes the lines, about one picture."""
    return (
        item(
            icon("circle-user-round"),
            "Download Token",
            on_select=Figures.download_token(asset),
        ),
        item(
            icon("scissors"),
            rx.cond(Figures.is_cutting, "Cutting Out…", "Cut Out Background"),
            disabled=Figures.is_cutting,
            on_select=Figures.cut_out(asset),
        ),
    )
