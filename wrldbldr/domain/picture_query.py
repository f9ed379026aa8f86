"""Everything a gallery may ask for."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from wrldbldr.domain.asset import checked_rating
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.row import Row
from wrldbldr.domain.tag import Tags, checked_tags
from wrldbldr.domain.text import LINE_LIMIT, checked_text

COUNTED = 1000
"""Pictures are counted that far: to know that there are more than a thousand is worth no look at all of them."""


class PictureOrder(StrEnum):
    """Which pictures come first."""

    NEWEST = "newest"  # the newest batch, in the batch's order
    OLDEST = "oldest"  # just the other way round
    RATING = "rating"  # the best rated, and among equals the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuery:
    """Those pictures of a world that answer to all that is said here. What is None or empty asks for nothing."""

    entity_id: UUID | None = None
    asset_type: AssetType | None = None
    workflow_id: UUID | None = None
    starred: bool | None = None
    min_rating: int = 0
    rating: int | None = None  # just so many
    is_styled: bool | None = None  # took their style from another picture, or from none
    source_id: UUID | None = None  # the picture from which they took it
    unused: bool | None = None  # stand for nobody, are on no stage, and are nobody's style reference; or the contrary
    tags: Tags = ()  # each of them
    text: str = ""  # words, or beginnings of words, each of which is in the label, the prompt or a tag
    order: PictureOrder = PictureOrder.NEWEST

    @property
    def words(self) -> list[str]:
        """The words to look for. What has neither letter nor digit is none."""
        return [word for word in self.text.split() if any(character.isalnum() for character in word)]

    @property
    def is_more_than_words(self) -> bool:
        """Whether it asks for anything beside words and whose and what kind of picture it is."""
        others = (self.workflow_id, self.starred, self.rating, self.is_styled, self.source_id, self.unused)
        return bool(self.min_rating or self.tags) or any(other is not None for other in others)

    @property
    def is_selective(self) -> bool:
        """Whether it asks for something that most pictures may not have, and which is quickly found."""
        return bool(self.starred or self.min_rating or self.rating or self.is_styled or self.source_id or self.tags)

    def checked(self) -> "PictureQuery":
        """The same, with tags as they are kept. Raises InvalidInputError for what nobody can mean."""
        checked_text(self.text, field="q", limit=LINE_LIMIT)
        checked_rating(self.min_rating)
        return replace(self, tags=checked_tags(self.tags))


class PictureNumber(Row, table=True):
    """By what number the words of a picture are found. Later pictures have higher ones, and in a batch the first has the
    highest: that is the order of a gallery. The database gives them, by triggers.
    """

    number: int | None = Field(default=None, primary_key=True)
    asset_id: UUID = Field(foreign_key="asset.id", unique=True, ondelete="CASCADE")
