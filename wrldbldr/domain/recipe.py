"""Everything that is needed to ask for a picture again, here or wherever its file is taken."""

from dataclasses import dataclass
from datetime import datetime

from wrldbldr.domain.batch import AssetType


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is empty or None is not known: a picture from elsewhere may say little of itself.

    `width` and `height` are what was asked for, which a workflow may enlarge. `workflow_hash` finds the same workflow
    again on another server, whatever it is called there.
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
    is_simulated: bool = False
    painted_at: datetime | None = None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, where both are known."""
        return None if self.width is None or self.height is None else (self.width, self.height)
