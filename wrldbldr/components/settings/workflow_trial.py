"""What comes of trying a workflow out: progress, then the picture or the reason why there is none."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.state.workflow_editor import WorkflowEditor
from wrldbldr.state.workflow_trial import WorkflowTrial


def try_button() -> rx.Component:
    """It is one more prompt on ComfyUI; nothing is kept."""
    return button(
        rx.cond(WorkflowTrial.is_trying, "Trying…", "Try It"),
        glyph="flask-conical",
        look="line",
        on_click=WorkflowTrial.begin,
        aria_disabled=rx.cond(WorkflowTrial.is_trying, "true", "false"),
    )


def trial() -> rx.Component:
    """Beside the workflow that was tried, and no other."""
    under_way = rx.el.div(
        rx.el.div(
            rx.el.span("Painting one picture", class_name="sm m"),
            rx.el.span(WorkflowTrial.phase, class_name="sm mut"),
            button("Stop", size="s", look="ghost", on_click=WorkflowTrial.stop),
            class_name="row between",
        ),
        rx.el.progress(value=WorkflowTrial.percent, max=100, aria_label="Test picture", class_name="bar"),
        class_name="col g2",
    )
    picture = rx.el.figure(
        rx.el.img(src=WorkflowTrial.picture, alt="What this workflow paints", class_name="tried"),
        rx.el.figcaption("Painted as it is mapped here. It is kept nowhere.", class_name="hint plain"),
        class_name="col g1",
    )
    failure = rx.el.div(
        rx.el.p(icon("circle-alert", 14), WorkflowTrial.title, class_name="row sm m err"),
        rx.el.p(WorkflowTrial.message, class_name="sm sec"),
        class_name="col g1",
    )
    shown = rx.cond(
        WorkflowTrial.is_trying,
        under_way,
        rx.cond(WorkflowTrial.picture != "", picture, rx.cond(WorkflowTrial.title != "", failure)),
    )
    return rx.el.div(rx.cond(WorkflowTrial.workflow == WorkflowEditor.workflow, shown), role="status")
