"""The pictures whose style a batch is to have, and what a picture took its style from (US-18C.1 to 18C.5)."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Field

from wrldbldr.domain.columns import word
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.row import Row
from wrldbldr.domain.workflow import StyleReferenceMode

REFERENCE_LIMIT = 4  # an adapter blends them; nobody tells more apart
STRENGTH_LIMIT = 1.0


class ReferenceUse(StrEnum):
    """How a style reference is applied. What a workflow says of itself (StyleReferenceMode) has the same words."""

    PICTURE = "picture"  # an input of the graph takes it
    WORDS = StyleReferenceMode.PROMPT_INJECTION.value  # its keywords follow the prompt
    NOTHING = StyleReferenceMode.DISABLED.value  # the workflow wants none


class StyleSource(BaseModel):
    """A picture as it was when its style was asked for: it may be renamed or deleted before anything is painted."""

    model_config = ConfigDict(frozen=True)

    asset_id: UUID
    label: str
    content_hash: str
    media_type: str
    keywords: str  # its style in words


class Style(BaseModel):
    """What a batch takes its style from, one source at least.

    `use` and `taker`, the name of the node that takes the pictures, are what the workflow seemed to want when the batch
    was asked for, and once it is painted what was done. So is `strength`; None leaves the workflow's own.
    """

    model_config = ConfigDict(frozen=True)

    sources: tuple[StyleSource, ...]
    strength: float | None = None
    use: ReferenceUse
    taker: str = ""

    @property
    def content_hashes(self) -> tuple[str, ...]:
        """The stored files it needs."""
        return tuple(source.content_hash for source in self.sources)


class Lineage(Row, table=True):
    """One picture that another took its style from. The label stays when the source is gone."""

    asset_id: UUID = Field(primary_key=True, foreign_key="asset.id", ondelete="CASCADE")
    ordinal: int = Field(primary_key=True)
    source_id: UUID | None = Field(default=None, foreign_key="asset.id", index=True, ondelete="SET NULL")
    label: str
    use: ReferenceUse = word(ReferenceUse)
    taker: str
    strength: float | None = None


def checked_strength(strength: float | None) -> float | None:
    """Raises InvalidInputError unless 0 ≤ strength ≤ 1, or none is given."""
    if strength is not None and not 0 <= strength <= STRENGTH_LIMIT:
        raise InvalidInputError("style_strength", f"The strength of a style reference is 0 to {STRENGTH_LIMIT:g}.")
    return strength
