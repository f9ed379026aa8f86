"""What the dialog in which pictures are asked for takes over from a picture there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from wrldbldr.domain.picture import VARIATIONS, shape_like
from wrldbldr.domain.recipe import Recipe
from wrldbldr.domain.wildcards import escape
from wrldbldr.domain.workflow import Workflow
from wrldbldr.state.draft import Draft, Untouched, texts_of


class Part(StrEnum):
    """How much of a picture is taken over. What is not named stays as it was set before."""

    REMIX = "remix"  # everything, with a new seed
    PROMPT = "prompt"  # what shall be in it, and what not
    SEED = "seed"
    ALL = "all"  # everything: the same picture again

    @property
    def has_prompt(self) -> bool:
        """Whether the words come along."""
        return self is not Part.SEED

    @property
    def has_settings(self) -> bool:
        """Whether workflow, shape and number come along."""
        return self in (Part.REMIX, Part.ALL)


@dataclass(frozen=True, slots=True)
class Recalled:
    """The draft as it is then. `is_workflow_gone` when the picture's workflow was wanted and is not there."""

    draft: Draft
    is_workflow_gone: bool = False


def recalled(
    part: Part, recipe: Recipe, before: Draft, workflows: Sequence[Workflow], untouched: Untouched
) -> Recalled:
    """What equals the untouched dialog is left untouched; what a picture does not know of itself, too."""
    draft, is_gone = before, False
    if part.has_settings:
        workflow = _workflow_of(recipe, workflows)
        is_gone = workflow is None and recipe.workflow_name != ""
        shape = shape_like(recipe.size) if recipe.size else None
        draft = replace(
            draft,
            workflow=None if workflow is None or workflow.id == untouched.workflow.id else str(workflow.id),
            shape=None if shape == untouched.shapes[(workflow or untouched.workflow).id] else shape,
            count=None if recipe.count == VARIATIONS else recipe.count,
            seed=None,
            inputs={} if workflow is None else texts_of(recipe.inputs),
        )
    if part.has_prompt and recipe.prompt:
        used = next((one for one in workflows if str(one.id) == draft.workflow), untouched.workflow)
        negative, default = recipe.negative_prompt, used.default_negative_prompt
        draft = replace(
            draft,
            prompt=None if escape(recipe.prompt) == untouched.prompt.strip() else escape(recipe.prompt),
            negative_prompt=None if negative == default.strip() else negative,
        )
    if part in (Part.SEED, Part.ALL) and recipe.seed is not None:
        draft = replace(draft, seed=str(recipe.seed))
    return Recalled(draft, is_gone)


def _workflow_of(recipe: Recipe, workflows: Sequence[Workflow]) -> Workflow | None:
    """The one of the same graph, else the one that is called so: somebody may have brought it anew."""
    named = [one for one in workflows if one.name == recipe.workflow_name]
    same = [one for one in workflows if one.graph_hash == recipe.workflow_hash]
    return next(iter([*(one for one in same if one in named), *same, *named]), None)
