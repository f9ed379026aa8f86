"""Who is at hand while the game runs: face, mood, what they want now, and a picture of them for the asking."""

from typing import Any

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.empty import empty
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import hole, plate
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.services.director_cards import NpcCard
from wrldbldr.state.director import Director
from wrldbldr.state.live import Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.quick import Quick

LABELS = {"mood": "Mood", "immediate_goal": "Immediate Goal"}
MOODS = (
    "Amused",
    "Bored",
    "Curious",
    "Desperate",
    "Friendly",
    "Frightened",
    "Furious",
    "Patient",
    "Suspicious",
    "Wary",
)


def npc_list() -> rx.Component:
    """By name, whatever happens to them; narrowed by what is looked for."""
    nobody = empty(
        "No one is at hand yet", "A name and one line are enough. The portrait is painted while you talk.",
        button("Quick NPC", glyph="plus", look="warm", on_click=Quick.toggle(True)),
    )  # fmt: skip
    no_match = rx.el.p(f"Nobody matches “{Director.find}”.", class_name="hint center no-match", role="status")
    find = rx.el.div(
        icon("search"),
        rx.el.input(
            id="find", type="search", placeholder="Find", aria_label="Find a character", default_value=Director.find,
            on_change=Director.look_for, data_key="/", auto_complete="off",
        ),
        rx.el.kbd("/"),
        class_name="in quiet with",
    )  # fmt: skip
    return rx.el.section(
        rx.el.div(
            rx.el.h2("At hand", class_name="h2"),
            find,
            icon_button("plus", "Quick NPC (N)", look="", data_key="n", on_click=Quick.toggle(True)),
            class_name="row side-head",
        ),
        rx.el.ul(
            rx.foreach(Director.at_hand, _card),
            rx.cond(
                Director.npcs.length() == 0,
                rx.el.li(nobody),
                rx.cond(Director.at_hand.length() == 0, rx.el.li(no_match)),
            ),
            class_name="scroll npcs",
        ),
        rx.el.datalist(*(rx.el.option(value=mood) for mood in MOODS), id="moods"),
        _unseen("j", Director.step(1)),
        _unseen("k", Director.step(-1)),
        _unseen("b", Director.toggle_faced()),
        _unseen("g", Director.generate_faced("portrait")),
        _unseen("s", Director.generate_faced("sprite")),
        class_name="side npc-side",
        aria_label="Characters at hand",
    )


def _unseen(key: str, on_click: Any) -> rx.Component:
    """A button for a key only. It speaks of whom the tab is in front of by now: keys may be faster than the page."""
    return rx.el.button(type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_key=key, on_click=on_click)


def _card(card: rx.vars.ObjectVar[NpcCard]) -> rx.Component:
    return npc_card(
        npc=card.id,
        name=card.name,
        summary=card.summary,
        mood=card.mood,
        goal=card.immediate_goal,
        is_visible=card.is_visible,
        picture=card.picture,
        can_come=card.can_come,
        is_on=card.piece != "",
        form=card.form,
        mark=Live.marks.get(card.id, "").to(str),
        percent=rx.cond(Painting.entity == card.id, Painting.percent, 0),
        is_current=Director.npc == card.id,
        key=card.id,
    )


@rx.memo
def npc_card(
    *,
    npc: rx.Var[str],
    name: rx.Var[str],
    summary: rx.Var[str],
    mood: rx.Var[str],
    goal: rx.Var[str],
    is_visible: rx.Var[bool],
    picture: rx.Var[str],
    can_come: rx.Var[bool],
    is_on: rx.Var[bool],
    form: rx.Var[int],
    mark: rx.Var[str],
    percent: rx.Var[int],
    is_current: rx.Var[bool],
    rest: rx.RestProp,
) -> rx.Component:
    """One panel; it is drawn anew only when something of its own changes, and never higher or lower than before."""
    head = rx.el.div(
        rx.el.h3(
            rx.el.button(name, type="button", class_name="name b tr", title=name, on_click=Director.face(npc)),
            class_name="grow",
        ),
        _visible(npc, name, is_visible),
        _bring_on(npc, name, can_come=can_come, is_on=is_on),
        class_name="row",
    )
    return rx.el.li(
        _face(picture, mark, percent),
        rx.el.div(
            head,
            rx.el.p(_status(mark, percent, summary), class_name="xs mut tr npc-status num"),
            rx.el.div(
                _generate(npc, name, "portrait", "brush"),
                _generate(npc, name, "sprite", "person-standing"),
                class_name="npc-asks",
            ),
            class_name="col grow",
        ),
        rx.el.div(
            _field(npc, name, "mood", value=mood, form=form, list="moods"),
            _field(npc, name, "immediate_goal", value=goal, form=form),
            class_name="npc-words",
        ),
        rest,
        class_name="npc",
        aria_current=rx.cond(is_current, "true", "false"),
    )


def _face(picture: rx.Var[str], mark: rx.Var[str], percent: rx.Var[int]) -> rx.Component:
    """Their portrait, or where it will hang; the ember line burns under it while one is painted."""
    line = rx.el.span(class_name="ember", custom_attrs={"style": rx.Var.create({"--p": f"{percent}%"})})
    return rx.el.div(
        rx.cond(picture != "", plate(picture), hole(icon("user-round", 28))),
        rx.cond(mark == "generating", line),
        class_name="npc-face",
    )


def _status(mark: rx.Var[str], percent: rx.Var[int], summary: rx.Var[str]) -> rx.Component:
    """What goes on with them, else who they are."""
    return rx.fragment(
        rx.match(
            mark,
            ("generating", rx.el.span("Generating… ", percent, " %", class_name="yel")),
            ("queued", rx.el.span("In the queue")),
            ("failed", rx.el.span("A generation failed", class_name="err")),
            rx.el.span(summary),
        )
    )


def _generate(npc: rx.Var[str], name: rx.Var[str], kind: str, glyph: str) -> rx.Component:
    words = rx.el.span(rx.el.span("Generate ", class_name="long"), kind.capitalize())
    return button(
        words, glyph=glyph, aria_label=f"Generate {kind.capitalize()} of {name}",
        on_click=Director.generate("character", npc, kind),
    )  # fmt: skip


def _visible(npc: rx.Var[str], name: rx.Var[str], is_visible: rx.Var[bool]) -> rx.Component:
    """Players know the name, or see a stranger."""
    return rx.cond(
        is_visible,
        icon_button(
            "eye", f"Players know {name}; hide the name", size="s", on_click=Director.show_name("character", npc, False)
        ),
        icon_button(
            "eye-off", f"{name} is hidden: players see “A stranger” on the stage; tell the name", size="s",
            on_click=Director.show_name("character", npc, True),
        ),
    )  # fmt: skip


def _bring_on(npc: rx.Var[str], name: rx.Var[str], *, can_come: rx.Var[bool], is_on: rx.Var[bool]) -> rx.Component:
    """Onto the stage, or off it. Whoever has no picture cannot come, and it says so."""
    says = rx.cond(is_on, f"Take {name} off the stage", f"Bring {name} on the stage").to(str)
    cannot = f"There is no picture of {name} yet: generate a portrait or a sprite first"
    possible = is_on.to(bool) | can_come.to(bool)
    return rx.el.button(
        rx.cond(is_on, "On Stage", "Bring On"),
        type="button",
        class_name=rx.cond(is_on, "btn warm s bring", "btn s bring"),
        aria_pressed=rx.cond(is_on, "true", "false"),
        aria_disabled=rx.cond(possible, "false", "true"),
        aria_label=rx.cond(possible, says, cannot),
        title=rx.cond(possible, says, cannot),
        on_click=rx.cond(possible, Director.toggle_on_stage("character", npc), rx.noop()),
    )


def _field(
    npc: rx.Var[str], name: rx.Var[str], field: str, *, value: rx.Var[str], form: rx.Var[int], **props: Any
) -> rx.Component:
    """Saved when left or at rest (assets/keys.js); until then the browser keeps what is typed (assets/unsaved.js)."""
    field_id = f"{field}-{npc}"
    return rx.el.div(
        rx.el.label(LABELS[field], rx.el.span(f" of {name}", class_name="sr"), html_for=field_id, class_name="lab"),
        rx.el.input(
            id=field_id, key=form, class_name="in quiet", auto_complete="off", max_length=LINE_LIMIT, default_value=value,
            on_focus=Director.face(npc), on_blur=lambda typed: Director.save(npc, field, typed), data_autosave=True,
            data_owner=npc, data_kind="character", data_field=field, data_saved=value, **props,
        ),
        class_name="f",
    )  # fmt: skip
