"""Why a picture is not kept, in words for the game master."""

from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.domain.failure import Failure


class BrokenPictureError(WrldBldrError):
    """Bytes that claim to be a picture and are not one, or not all of one. Fetched again they may be whole."""

    status_code = 502
    code = "broken_picture"


class CannotStoreError(WrldBldrError):
    """A picture cannot be kept, however often it is fetched: `title` says why, `advice` what to do."""

    status_code = 507
    code = "cannot_store"
    title = "The pictures could not be stored"
    advice = "Free some space where WrldBldr keeps its data, and see that it may write there; then retry the batch."

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.title}. {self.advice}", details={"Reason": reason})

    def to_failure(self) -> Failure:
        """The same as a batch remembers it."""
        return Failure(title=self.title, message=self.advice, details=self.details)


class PictureTooLargeError(CannotStoreError):
    """A picture has more pixels than are kept."""

    status_code = 502
    code = "picture_too_large"
    title = "A picture is too large to keep"
    advice = (
        "WrldBldr keeps pictures of up to 8,192 × 8,192 pixels, or as many in another shape. "
        "Choose a smaller size, or a workflow that enlarges less, and ask for the pictures again."
    )
