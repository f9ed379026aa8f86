"""Worlds as plates on a shelf, and what was painted last."""

import reflex as rx

from wrldbldr.components.button import button, icon_button, link, link_button
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import simulated
from wrldbldr.services.cards import WorldCard
from wrldbldr.state.archive import Archive
from wrldbldr.state.world_form import WorldForm
from wrldbldr.state.worlds import FreshPicture, Worlds

World = rx.vars.ObjectVar[WorldCard]


def shelf() -> rx.Component:
    """Every world, and room for another."""
    return rx.el.div(rx.foreach(Worlds.cards, world_plate), new_world(), class_name="shelf")


def world_plate(world: World) -> rx.Component:
    """One world: its picture, name and motto; how much there is in it and what goes on."""
    cover = rx.cond(world.cover != "", rx.el.img(src=world.cover, alt=""), rx.el.span(class_name="night"))
    words = rx.el.div(
        rx.el.h2(world.name, class_name="name lg b"), rx.el.p(world.motto, class_name="cap"), class_name="words"
    )
    plate = link(
        cover, rx.el.span(class_name="shade"), words, world_badges(world),
        to=f"/worlds/{world.id}/create", class_name="plate framed", aria_label=f"Open {world.name}",
    )  # fmt: skip
    return rx.el.article(plate, world_foot(world), class_name="book", key=world.id)


def world_badges(world: World) -> rx.Component:
    """What is being painted there, and what went wrong."""
    painting = rx.cond(
        world.painting_count.to(int) + world.waiting_count.to(int) > 0,
        rx.el.span(
            icon("flame", 14),
            rx.cond(world.painting_count.to(int) > 0, f"Painting {world.painting_count}", "Waiting"),
            rx.cond(world.waiting_count.to(int) > 0, f", {world.waiting_count} waiting", ""),
            class_name="bdg dark yel",
        ),
    )
    failed = rx.cond(
        world.failed_count.to(int) > 0,
        rx.el.span(icon("circle-x", 14), f"{world.failed_count} failed", class_name="bdg dark err"),
    )
    return rx.el.div(painting, failed, class_name="row badges wrap")


def world_foot(world: World) -> rx.Component:
    """Counts, and what to do with it."""
    counts = (
        f"{counted(world.character_count.to(int), 'character')} · {counted(world.picture_count.to(int), 'picture')}"
    )
    menu = rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(icon_button("ellipsis", f"More for {world.name}")),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item(icon("pencil"), "Rename…", on_select=WorldForm.rename(world.id)),
            rx.dropdown_menu.item(icon("package"), "Export World", on_select=Archive.export(world.id)),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(
                icon("trash-2"), "Delete…", on_select=WorldForm.ask_to_delete(world.id), class_name="danger"
            ),
        ),
        modal=False,  # else it would take the focus back from the dialog that a click on it opens
    )
    open_it = link_button("Open", to=f"/worlds/{world.id}/create", aria_label=f"Open {world.name}")
    return rx.el.div(
        rx.el.span(counts, class_name="mut num tr"), rx.el.span(menu, open_it, class_name="row g1 end"),
        class_name="row sm foot",
    )  # fmt: skip


def counted(number: rx.vars.NumberVar, noun: str) -> rx.Var[str]:
    """`1 picture`, `2 pictures`."""
    return number.to_string() + rx.cond(number == 1, f" {noun}", f" {noun}s").to(str)


def new_world() -> rx.Component:
    """Room on the shelf."""
    room = rx.el.button(
        icon("plus", 28, class_name="warm"),
        rx.el.span("A new world", class_name="name md"),
        rx.el.span("Start with a name. Characters and places can come later.", class_name="hint center"),
        type="button", class_name="hole room", on_click=WorldForm.begin,
    )  # fmt: skip
    return rx.el.article(
        room, rx.el.div(rx.el.span(demo_button(), class_name="end"), class_name="row foot"), class_name="book"
    )


def demo_button() -> rx.Component:
    """The demo world, any time."""
    words = rx.cond(Worlds.cards.length() > 0, "Load the Demo World Again", "Load the Demo World")
    return rx.cond(
        Worlds.is_adding_demo,
        rx.el.span(icon("book-open"), "Loading the demo world…", class_name="hint", role="status"),
        button(words, glyph="book-open", look="ghost", on_click=Worlds.add_demo),
    )


def fresh_pictures() -> rx.Component:
    """What was painted last, in any world."""

    def picture(fresh: rx.vars.ObjectVar[FreshPicture]) -> rx.Component:
        return link(
            rx.el.img(src=fresh.image, alt=fresh.label, loading="lazy"),
            simulated(fresh.is_simulated.to(bool)),
            to=fresh.href, class_name="plate", data_type=fresh.asset_type, title=fresh.label, key=fresh.id,
        )  # fmt: skip

    return rx.cond(
        Worlds.fresh.length() > 0,
        rx.el.section(
            rx.el.h2("Fresh from the easel", class_name="name md b"),
            rx.el.div(rx.foreach(Worlds.fresh, picture), class_name="easel"),
        ),
    )


def shelf_skeleton() -> rx.Component:
    """The shape of the shelf while it is read."""
    book = rx.el.div(rx.el.div(class_name="sk"), class_name="book")
    return rx.el.div(*([book] * 4), class_name="shelf waiting", aria_busy=True, aria_label="Reading your worlds")
