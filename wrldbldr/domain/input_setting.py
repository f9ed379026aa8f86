"""A value for one input of a workflow, in place of the one it was saved with."""

import math

from pydantic import BaseModel, ConfigDict

from wrldbldr.domain.workflow import NodeInput

Scalar = bool | int | float | str
"""What a person can set: an input that takes anything else is wired, or none of theirs."""

WHOLE_LIMIT = 2**64 - 1  # the largest seed ComfyUI knows


class InputSetting(BaseModel):
    """One input, and what it takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    node_id: str
    input_name: str
    value: Scalar

    @property
    def place(self) -> NodeInput:
        """Where the value goes."""
        return NodeInput(node_id=self.node_id, input_name=self.input_name)


InputSettings = tuple[InputSetting, ...]


def is_sane(number: float) -> bool:
    """Whether ComfyUI could take such a number at all."""
    return abs(number) <= WHOLE_LIMIT if isinstance(number, int) else math.isfinite(number)
