"""Everything that is needed to ask for a picture again, here or wherever its file is taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.style_reference import ReferenceUse


@dataclass(frozen=True, slots=True)
class StyleOrigin:
    """One picture that it took its style from, and how. Where that picture is still there, its id and its content find it."""

    label: str
    use: ReferenceUse
    taker: str = ""
    strength: float | None = None
    asset_id: UUID | None = None
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is empty or None is not known: a picture from elsewhere may say little of itself.

    `width` and `height` are what was asked for, which a workflow may enlarge. `workflow_hash` finds the same workflow
    again on another server, whatever it is called there. `inputs` is what was set of that workflow's other inputs.
    """

    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    count: int | None = None
    width: int | None = None
    height: int | None = None
    asset_type: AssetType | None = None
    model: str = ""
    workflow_name: str = ""
    workflow_hash: str = ""
    inputs: InputSettings = ()
    style: tuple[StyleOrigin, ...] = ()
    is_simulated: bool = False
    painted_at: datetime | None = None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, where both are known."""
        return None if self.width is None or self.height is None else (self.width, self.height)
