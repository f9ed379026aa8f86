"""One picture, large, with how it came to be."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.dialog import close_button, dialog
from wrldbldr.components.gallery.asset_label import asset_label
from wrldbldr.components.gallery.compare import compare_button
from wrldbldr.components.gallery.lineage import lineage
from wrldbldr.components.gallery.opinion import opinion
from wrldbldr.components.gallery.recall import more_menu, remix_button, seed_fact
from wrldbldr.components.gallery.tile import thumbnail_of
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.components.plate import simulated
from wrldbldr.services.cards import Fact, TileCard
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.removal import Removing

PICTURE = Lightbox.asset


def lightbox() -> rx.Component:
    """A window of its own: arrows go to the neighbours, Esc closes."""
    return dialog(
        stage(),
        panel(),
        is_open=Lightbox.is_open,
        on_open_change=Lightbox.toggle,
        class_name="lightbox",
    )


def stage() -> rx.Component:
    """The picture, its neighbours at the sides, the others below."""

    def step(name: str, key: str, asset: rx.Var[str], side: str, by: int) -> rx.Component:
        return rx.cond(
            asset != "",
            icon_button(f"chevron-{side}", name, data_key=key, on_click=Lightbox.step(by), data_side=side),
        )

    def small(card: rx.vars.ObjectVar[TileCard]) -> rx.Component:
        return rx.el.button(
            rx.el.img(src=thumbnail_of(card.id), alt=card.label, loading="lazy"), type="button", class_name="plate",
            data_type=card.asset_type, aria_current=rx.cond(card.id == PICTURE.id, "true", "false"),
            on_click=Lightbox.show(card.id), key=card.id,
        )  # fmt: skip

    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.img(src=PICTURE.image, alt=PICTURE.label),
                simulated(PICTURE.is_simulated.to(bool)),
                class_name="plate framed", data_type=PICTURE.asset_type,
                custom_attrs={"style": rx.Var.create({"--w": PICTURE.width, "--h": PICTURE.height})},
            ),
            step("Previous picture", "ArrowLeft", Lightbox.previous, "left", -1),
            step("Next picture", "ArrowRight", Lightbox.next, "right", 1),
            class_name="wall",
        ),
        rx.cond(Lightbox.strip.length() > 1, rx.el.div(rx.foreach(Lightbox.strip, small), class_name="strip")),
        class_name="stage",
    )  # fmt: skip


def panel() -> rx.Component:
    """What can be done with it, and Generation Info."""
    starred = rx.el.button(
        icon("star"), type="button", class_name=rx.cond(PICTURE.is_starred, "btn sq lit", "btn sq"),
        aria_label="Starred", title="Star", aria_pressed=rx.cond(PICTURE.is_starred, "true", "false"), data_key=".",
        on_click=Lightbox.star,
    )  # fmt: skip
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.dialog.title(Lightbox.entity_name, class_name="name lg b grow"), starred, close_button(),
                class_name="row",
            ),
            asset_label(),
        ),
        opinion(), actions(), lineage(), prompt_section(), info(), class_name="panel-info",
    )  # fmt: skip


def actions() -> rx.Component:
    """The one that is most likely wanted is warm."""
    active = rx.el.span(icon("circle-check", 14), "Active", class_name="bdg warmb")
    make_active = button("Set as Active", glyph="circle-check", look="solid", on_click=Lightbox.activate)
    download = rx.el.button(
        icon("download"), type="button", class_name="btn sq", aria_label="Download",
        title="Download, with how it came to be inside",
        on_click=rx.call_script(f"wrldbldrDownload('/api/assets/{Lightbox.asset.id}/image?download=1')"),
    )  # fmt: skip
    style = icon_button(
        "palette", "Use as Style Reference", look="", data_key="s",
        on_click=[Lightbox.toggle(False), Generate.begin_in_style(PICTURE.id)],
    )  # fmt: skip
    delete = rx.el.button(
        type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_key="Delete",
        on_click=[Lightbox.toggle(False), Removing.ask(PICTURE.id)],
    )  # fmt: skip
    return rx.el.div(
        rx.cond(PICTURE.is_active, active, make_active),
        remix_button(),
        compare_button(),
        download,
        style,
        more_menu(),
        delete,
        class_name="row wrap",
    )


def prompt_section() -> rx.Component:
    """What was asked for, and what was not wanted."""
    without = rx.cond(
        Lightbox.negative_prompt != "",
        rx.el.p(rx.el.span("Without: ", class_name="sec"), Lightbox.negative_prompt, class_name="xs mut"),
    )
    copy = button(
        "Copy",
        glyph="copy",
        look="ghost",
        size="s",
        on_click=[rx.set_clipboard(Lightbox.prompt), rx.toast.success("Prompt copied")],
    )
    known = rx.el.section(
        rx.el.div(rx.el.h2("Prompt", class_name="h2 mut"), rx.el.span(copy, class_name="end"), class_name="row"),
        rx.el.p(Lightbox.prompt, class_name="sm sec prompt"),
        without,
        class_name="col",
    )
    unknown = rx.el.p("This picture was brought here, and does not say how it came to be.", class_name="sm mut")
    return rx.cond(Lightbox.prompt != "", known, unknown)


def info() -> rx.Component:
    """Generation Info."""

    def line(fact: rx.vars.ObjectVar[Fact]) -> rx.Component:
        return rx.fragment(rx.el.dt(fact.label), rx.el.dd(fact.value, class_name="num"))

    return rx.el.dl(
        rx.foreach(Lightbox.facts, line),
        seed_fact(),
        rx.el.dt(rx.cond(Lightbox.took != "", "Painted", "Added")),
        rx.el.dd(ago(Lightbox.painted_at), rx.cond(Lightbox.took != "", f", took {Lightbox.took}", "")),
        class_name="kv facts",
    )
