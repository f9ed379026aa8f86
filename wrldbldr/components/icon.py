"""Icons and the ember, our mark."""

import reflex as rx

LOGO_FLAME = "M10 1c4 4.6 5.6 7.2 5.6 10.2A5.6 5.6 0 0 1 10 17a5.6 5.6 0 0 1-5.6-5.8C4.4 8.2 6 5.6 10 1Z"
LOGO_HEART = "M10 8.2c1.5 1.8 2.1 2.9 2.1 4.1a2.1 2.1 0 1 1-4.2 0c0-1.2.6-2.3 2.1-4.1Z"
ASSET_ICONS = {"portrait": "user-round", "sprite": "person-standing", "backdrop": "image", "item": "gem"}


def icon(name: str, size: int = 16, *, class_name: str = "") -> rx.Component:
    """A lucide icon that says nothing to a screen reader: 16 px, 14 in badges, 20 in banners, 28 in empty places."""
    return rx.icon(name, size=size, class_name=class_name, aria_hidden=True)


def asset_icon(asset_type: rx.Var[str] | str, size: int = 16) -> rx.Component:
    """What stands for a portrait, sprite, backdrop or item."""
    return rx.fragment(
        rx.match(
            asset_type,
            *((kind, icon(name, size)) for kind, name in ASSET_ICONS.items()),
            icon("image", size),
        )
    )


def logo(height: int = 24) -> rx.Component:
    """The ember."""
    return rx.el.svg(
        rx.el.path(d=LOGO_FLAME, fill="currentColor"),
        rx.el.path(d=LOGO_HEART, fill="var(--night-1)"),
        rx.el.path(d="M2 20.5h16M5 23h10", stroke="currentColor", stroke_width="1.5", stroke_linecap="round"),
        view_box="0 0 20 24",
        width=str(round(height * 20 / 24)),
        height=str(height),
        fill="none",
        aria_hidden=True,
    )


def ornament() -> rx.Component:
    """A hairline with a small diamond: one block of a page ends."""
    diamond = rx.el.svg(rx.el.path(d="M4.5 0 9 4.5 4.5 9 0 4.5Z", fill="currentColor"), view_box="0 0 9 9")
    return rx.el.div(diamond, class_name="orn", aria_hidden=True)
