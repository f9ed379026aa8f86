"""What somebody set in the dialog in which pictures are asked for, and has not sent yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.domain.batch import COUNT_LIMIT, Batch
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.picture import VARIATIONS, shape_like, size_of
from wrldbldr.domain.wildcards import escape
from wrldbldr.domain.workflow import NodeInput, Workflow
from wrldbldr.services.workflow_inputs import key_of_input, text_of

SEED_DIGITS = 16
INPUTS = "inputs."  # how their keys begin
COUNTS = {str(count): count for count in range(1, COUNT_LIMIT + 1)}


@dataclass(frozen=True, slots=True)
class Draft:
    """None where nobody touched it."""

    prompt: str | None = None
    negative_prompt: str | None = None
    count: int | None = None
    shape: str | None = None
    seed: str | None = None
    workflow: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])  # of the workflow, by key

    def on_top_of(self, other: "Draft") -> "Draft":
        """What holds for every kind of picture goes along to `other`, which keeps its own words, shape and workflow."""
        return replace(
            other,
            negative_prompt=other.negative_prompt if self.negative_prompt is None else self.negative_prompt,
            count=other.count if self.count is None else self.count,
            seed=other.seed if self.seed is None else self.seed,
        )


@dataclass(frozen=True, slots=True)
class Untouched:
    """What a dialog shows before anybody touches it: what equals it was not set. A shape goes with each workflow, by id."""

    prompt: str
    workflow: Workflow
    shapes: Mapping[UUID, str]


def draft_of(form: Mapping[str, str], workflows: Sequence[Workflow], untouched: Untouched) -> Draft:
    """The draft that a browser's form holds; what no dialog of ours could hold is left out."""
    used = next((each for each in workflows if str(each.id) == form.get("workflow")), untouched.workflow)
    count, shape = COUNTS.get(form.get("count", "")), form.get("shape", "")
    return Draft(
        prompt=_set(form.get("prompt"), untouched.prompt),
        negative_prompt=_set(form.get("negative_prompt"), used.default_negative_prompt),
        count=None if count == VARIATIONS else count,
        shape=None if size_of(shape) is None or shape == untouched.shapes[used.id] else shape,
        seed=form.get("seed", "").strip() or None,
        workflow=None if used.id == untouched.workflow.id else str(used.id),
        inputs=_inputs(form, used),
    )


def draft_of_batch(batch: Batch) -> Draft:
    """What a batch was asked for with."""
    return Draft(
        prompt=escape(batch.prompt),
        negative_prompt=batch.negative_prompt,
        count=batch.count,
        shape=shape_like((batch.width, batch.height)),
        seed=str(batch.seed),
        workflow=str(batch.workflow_id),
        inputs=texts_of(batch.inputs),
    )


def texts_of(inputs: InputSettings | None) -> dict[str, str]:
    """What was set of a workflow's inputs before, as a form holds it."""
    return {key_of_input(one.place): text_of(one.value) for one in inputs or ()}


def _inputs(form: Mapping[str, str], used: Workflow) -> dict[str, str]:
    """What the form sets of the workflow's inputs."""
    typed = {name: text for name, text in form.items() if name.startswith(INPUTS)}
    if not typed:
        return {}
    saved = {
        key_of_input(NodeInput(node_id=node_id, input_name=name)): text_of(value)
        for node_id, node in parse_graph(used.graph).items()
        for name, value in node["inputs"].items()
        if isinstance(value, bool | int | float | str)
    }
    return {name: text for name, text in typed.items() if saved.get(name, text) != text}


def _set(text: str | None, untouched: str) -> str | None:
    return None if text is None or text.strip() == untouched.strip() else text


def parsed_seed(text: str) -> int | None:
    """A seed, or None for a new one each time. Raises InvalidInputError."""
    text = "".join(text.split())
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > SEED_DIGITS:
        raise InvalidInputError(
            "seed", f"A seed is a whole number of at most {SEED_DIGITS} digits. Leave it empty for a new one each time."
        )
    return int(text)
