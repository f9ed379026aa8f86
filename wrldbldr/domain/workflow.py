"""A ComfyUI graph a game master brings, and where in it our words and numbers go."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue
from sqlmodel import Field

from wrldbldr.domain.columns import json_of, moment
from wrldbldr.domain.row import Row
from wrldbldr.kit.ids import new_id


class NodeInput(BaseModel, frozen=True):
    """One input of one node of a graph."""

    node_id: str
    input_name: str


class StyleReferenceMode(StrEnum):
    """How a style reference reaches the painting (US-18C.3)."""

    AUTO_DETECT = "auto_detect"  # the first adapter's picture, the prompt where there is no adapter
    SPECIFIC = "specific"  # the input a game master chose
    PROMPT_INJECTION = "prompt_injection"  # its style in words
    DISABLED = "disabled"  # not at all


class StyleReferenceMapping(BaseModel):
    """Where a workflow takes its style reference; `input` only counts in the mode SPECIFIC."""

    model_config = ConfigDict(frozen=True)

    mode: StyleReferenceMode = StyleReferenceMode.AUTO_DETECT
    input: NodeInput | None = None


class Bindings(BaseModel):
    """Which inputs of the graph take what. A tuple with several inputs gets the same value written to each.

    `images` are inputs that name an uploaded picture, `references` the picture inputs of the adapters, the first of
    which takes the style reference where `style_reference` does not name another. Neither is written by itself.
    """

    model_config = ConfigDict(frozen=True)

    positive: tuple[NodeInput, ...] = ()
    negative: tuple[NodeInput, ...] = ()
    seed: tuple[NodeInput, ...] = ()
    width: tuple[NodeInput, ...] = ()
    height: tuple[NodeInput, ...] = ()
    count: tuple[NodeInput, ...] = ()
    model: tuple[NodeInput, ...] = ()
    images: tuple[NodeInput, ...] = ()
    references: tuple[NodeInput, ...] = ()
    style_reference: StyleReferenceMapping = StyleReferenceMapping()

    @property
    def is_square(self) -> bool:
        """Whether one number is both width and height."""
        return bool(self.width) and self.width == self.height


StoredGraph = dict[str, JsonValue]


class Workflow(Row, table=True):
    """An imported graph with its bindings and defaults."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    graph: StoredGraph = json_of(StoredGraph)
    graph_hash: str
    bindings: Bindings = json_of(Bindings)
    default_negative_prompt: str = ""
    is_built_in: bool = False
    created_at: datetime = moment()


class WorkflowDefault(Row, table=True):
    """Which workflow paints an asset type when nobody says otherwise."""

    asset_type: str = Field(primary_key=True)
    workflow_id: UUID = Field(foreign_key="workflow.id", ondelete="CASCADE")
