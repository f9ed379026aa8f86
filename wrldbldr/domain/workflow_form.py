"""What a workflow brings to the dialog in which pictures are asked for, beside its prompts."""

from uuid import UUID

from sqlmodel import Field

from wrldbldr.domain.columns import json_of
from wrldbldr.domain.row import Row
from wrldbldr.domain.workflow import NodeInput

ShownInputs = tuple[NodeInput, ...]


class WorkflowForm(Row, table=True):
    """The size a workflow paints in unless somebody asks for another, and which of its other inputs can be set there.

    A workflow without a row of its own has no such size and shows none of them: they stay as they stand in its graph.
    """

    workflow_id: UUID = Field(primary_key=True, foreign_key="workflow.id", ondelete="CASCADE")
    width: int | None = None
    height: int | None = None
    shown: ShownInputs = json_of(ShownInputs)
