"""How a batch is spoken of."""

import reflex as rx

from wrldbldr.services.cards import BatchCard
from wrldbldr.state.painting import Painting

PHASES = {"": "Sent to ComfyUI", "waiting": "Waiting for its turn on ComfyUI", "saving": "Storing the pictures"}

Batch = rx.vars.ObjectVar[BatchCard]


def pictures(count: rx.vars.NumberVar[int]) -> rx.Var[str]:
    """`1 image`, `4 images`."""
    return count.to_string() + rx.cond(count == 1, " image", " images").to(str)


def phase() -> rx.Var[str]:
    """What the painter is at: `Painting, step 14 of 30`."""
    words = rx.Var.create(PHASES).get(Painting.phase, Painting.phase.capitalize()).to(str)
    with_step = words + ", step " + Painting.step.to_string() + " of " + Painting.steps.to_string()
    return rx.cond((Painting.steps > 0) & (Painting.phase == "painting"), with_step, words).to(str)


def spoken_progress() -> rx.Var[str]:
    """For a screen reader: `45 %, step 14 of 30`."""
    percent = Painting.percent.to_string() + " %"
    with_step = percent + ", step " + Painting.step.to_string() + " of " + Painting.steps.to_string()
    return rx.cond(Painting.steps > 0, with_step, percent).to(str)
