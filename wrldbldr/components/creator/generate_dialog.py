"""Where pictures are asked for: whom they are for at the left, the words at the right, place in the queue at the foot."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.creator.more_inputs import more_inputs, workflow_lack
from wrldbldr.components.creator.style_reference import style_fields, style_panel
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, slider, text_area
from wrldbldr.components.icon import asset_icon, icon
from wrldbldr.components.moment import about
from wrldbldr.components.plate import hole
from wrldbldr.domain.batch import COUNT_LIMIT
from wrldbldr.state.connection import Connection
from wrldbldr.state.generate import TO_FRONT, Choice, Generate


def generate_dialog() -> rx.Component:
    """Ctrl+Enter sends it, Esc closes it; what was typed is still there next time."""
    return dialog(
        subject(),
        rx.el.form(
            heading(
                f"Generate {Generate.asset_type.capitalize()}",
                rx.el.p(
                    "for ", rx.el.span(Generate.entity_name, class_name="sec"), ", wherever you are when it arrives",
                    class_name="sm mut",
                ),
            ),
            rx.el.div(prompt(), negative_prompt(), amount(), painter(), more_inputs(), class_name="col g4 dlg-body", key=Generate.form),
            rx.el.input(type="hidden", name="shape", value=Generate.shape),
            rx.el.input(type="hidden", name="sent_by"),
            style_fields(),
            foot(),
            on_submit=Generate.submit,
            data_unsaved=Generate.form_name,
            class_name="ask-form",
            no_validate=True,
        ),
        is_open=Generate.is_open,
        on_open_change=Generate.toggle,
        class_name="generate",
    )  # fmt: skip


def subject() -> rx.Component:
    """What kind of picture, and whose style it follows, or the one there is. That frame takes the shape that was chosen."""

    def kind(choice: rx.vars.ObjectVar[Choice]) -> rx.Component:
        return rx.el.button(
            asset_icon(choice.value.to(str), 14), choice.label, type="button",
            aria_pressed=rx.cond(Generate.asset_type == choice.value, "true", "false"),
            on_click=Generate.choose_type(choice.value),
        )  # fmt: skip

    frame = rx.cond(
        Generate.picture != "",
        rx.el.div(
            rx.el.img(src=Generate.picture, alt="The active picture"),
            class_name="plate framed",
            data_type=Generate.asset_type,
        ),
        hole(asset_icon(Generate.asset_type, 28), class_name="framed"),
    )
    says = rx.cond(
        Generate.picture != "",
        "Active now. New pictures join the gallery beside it.",
        "The first picture of this kind becomes the active one.",
    )
    there_is = rx.fragment(
        rx.el.div(
            frame,
            class_name="frame-room",
            custom_attrs={"style": rx.Var.create({"--shape": Generate.shape.replace(":", "/").replace("×", "/")})},
        ),
        rx.el.p(says, class_name="hint center"),
    )
    return rx.el.div(
        rx.el.div(rx.foreach(Generate.types, kind), class_name="seg", role="group", aria_label="Kind of picture"),
        style_panel(there_is),
        class_name="col g4 ask-side",
    )


def prompt() -> rx.Component:
    """The description, or what was made of it."""
    undo = rx.el.button("Use the description", type="button", class_name="link", on_click=Generate.undo_edits)
    note = rx.cond(Generate.is_edited, rx.fragment("Your words · ", undo), "From the description")
    return field(
        "Prompt",
        text_area(
            "prompt", name="prompt", error=_error_of("prompt"), class_name="in tall", rows="5", auto_focus=True,
            default_value=Generate.prompt, on_blur=Generate.keep_prompt, data_autosave=True,
            placeholder="What would a painter see?",
        ),
        error_line("prompt", _error_of("prompt")),
        rx.el.p("Of {oak|ash|elm} each batch takes one, by its seed.", class_name="hint"),
        field_id="prompt",
        note=note,
    )  # fmt: skip


def negative_prompt() -> rx.Component:
    """What shall not be in it."""
    undo = rx.el.button("Use the default", type="button", class_name="link", on_click=Generate.undo_negative_edits)
    return field(
        "Negative Prompt",
        text_area(
            "negative-prompt", name="negative_prompt", error=_error_of("negative_prompt"), rows="1",
            default_value=Generate.negative_prompt, on_blur=Generate.keep_negative_prompt, data_autosave=True,
        ),
        error_line("negative-prompt", _error_of("negative_prompt")),
        field_id="negative-prompt",
        note=rx.cond(Generate.is_negative_edited, rx.fragment("Your words · ", undo), "Workflow default"),
    )  # fmt: skip


def amount() -> rx.Component:
    """How many, and of what shape."""

    def shape(name: rx.Var[str]) -> rx.Component:
        return rx.el.button(
            name, type="button", aria_pressed=rx.cond(Generate.shape == name, "true", "false"),
            on_click=Generate.choose_shape(name),
        )  # fmt: skip

    variations = rx.el.div(
        rx.el.div(
            rx.el.label("Variations", html_for="variations", class_name="lab"),
            rx.el.span(Generate.count, class_name="end num b"),
            class_name="row",
        ),
        slider(
            "variations",
            Generate.count,
            low=1,
            high=COUNT_LIMIT,
            name="count",
            default_value=Generate.count,
            on_change=Generate.choose_count,
        ),
        error_line("variations", _error_of("count")),
        class_name="f",
    )
    shapes = rx.cond(
        Generate.takes_size,
        rx.el.div(rx.foreach(Generate.shapes, shape), class_name="seg", role="group", aria_label="Shape"),
        rx.el.p(icon("info", 14), "This workflow decides its own size.", class_name="hint"),
    )
    return rx.el.div(
        variations, rx.el.div(rx.el.span("Shape", class_name="lab"), shapes, class_name="f"), class_name="amount"
    )


def painter() -> rx.Component:
    """With which workflow, from which seed."""

    def option(choice: rx.vars.ObjectVar[Choice]) -> rx.Component:
        return rx.el.option(choice.label, value=choice.value)

    workflow = field(
        "Workflow",
        rx.el.select(
            rx.foreach(Generate.workflows, option), id="workflow", name="workflow", class_name="in", value=Generate.workflow,
            on_change=Generate.choose_workflow,
        ),
        rx.cond(
            _error_of("workflow_id") != "",
            error_line("workflow", _error_of("workflow_id")),
            workflow_lack(),
        ),
        rx.cond(
            Generate.is_workflow_gone,
            rx.el.p(
                icon("info", 14), "That workflow is gone; the default one is chosen.", class_name="hint", role="status"
            ),
        ),
        rx.cond(
            Generate.takes_prompt,
            rx.fragment(),
            rx.el.p(icon("info", 14), "This workflow takes no prompt: your words would be ignored.", class_name="hint"),
        ),
        field_id="workflow",
    )  # fmt: skip
    seed = field(
        "Seed",
        rx.el.div(
            rx.el.input(
                id="seed", name="seed", placeholder="Random each time", default_value=Generate.seed, on_blur=Generate.keep_seed,
                data_autosave=True, input_mode="numeric", key=Generate.seed_form,
                aria_invalid=rx.cond(_error_of("seed") != "", "true", "false"), auto_complete="off",
            ),
            rx.el.button(
                icon("dices"), type="button", aria_label="Roll a seed to keep", title="Roll a seed to keep",
                on_click=Generate.roll_seed,
            ),
            class_name="in with",
        ),
        error_line("seed", _error_of("seed")),
        field_id="seed",
    )  # fmt: skip
    return rx.el.div(workflow, seed, class_name="painter")


def foot() -> rx.Component:
    """When it will be its turn, and the button."""
    stands = rx.cond(
        Generate.position <= len(ORDINALS), rx.Var.create(ORDINALS)[Generate.position - 1], f"#{Generate.position}"
    )
    ready = about(Generate.ready_from, Generate.ready_until, lead=", ready in ")
    turn = rx.cond(
        Generate.position == 1,
        rx.fragment("The queue is empty: it starts at once", ready),
        rx.fragment(stands, " in the queue", ready),
    )
    waits = "It waits in the queue for ComfyUI; nothing is lost"
    when = rx.cond(Connection.is_waited_for, waits, turn)
    send = button(
        f"Generate {Generate.count}", rx.el.kbd("Ctrl ⏎"), glyph="brush", look="solid", size="l", type="submit",
        data_key="ctrl+enter",
    )  # fmt: skip
    first = rx.cond(
        Generate.position > 1,
        rx.el.button(
            "To the front of yours ", rx.el.kbd("Ctrl ⇧ ⏎"), type="submit", value=TO_FRONT, class_name="link xs",
            data_key="ctrl+shift+enter",
        ),
    )  # fmt: skip
    general = rx.cond(
        (Generate.error != "") & ~rx.Var.create(FIELDS_WITH_LINES).contains(Generate.error_field),
        rx.el.p(icon("circle-alert", 14), Generate.error, class_name="hint err", role="alert"),
    )
    return rx.el.div(
        send,  # Enter in a field presses the first button that sends; the style sheet puts it last
        rx.el.div(
            rx.el.span(icon("hourglass", 14), rx.el.span(when), class_name="xs sec row g1 num"),
            first,
            rx.cond(Generate.is_retry, rx.el.p("The failed batch is cleared once this is queued.", class_name="hint")),
            general,
            class_name="grow",
        ),
        rx.dialog.close(button("Cancel", look="ghost")),
        class_name="row dlg-foot",
    )


ORDINALS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"]
FIELDS_WITH_LINES = ["prompt", "negative_prompt", "count", "workflow_id", "seed", "inputs"]


def _error_of(name: str) -> rx.Var[str]:
    return rx.cond(Generate.error_field == name, Generate.error, "").to(str)
