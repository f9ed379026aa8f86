"""A value for one input of a workflow, in place of the one it was saved with."""

from pydantic import BaseModel, ConfigDict

from wrldbldr.domain.workflow import NodeInput

Scalar = bool | int | float | str
"""What a person can set: an input that takes anything else is wired, or none of theirs."""


class InputSetting(BaseModel):
    """One input, and what it takes."""

    model_config = ConfigDict(frozen=True)

    node_id: str
    input_name: str
    value: Scalar

    @property
    def place(self) -> NodeInput:
        """Where the value goes."""
        return NodeInput(node_id=self.node_id, input_name=self.input_name)


InputSettings = tuple[InputSetting, ...]
