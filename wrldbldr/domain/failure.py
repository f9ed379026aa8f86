"""What went wrong, in words: the shape in which a failed batch remembers it and every screen shows it."""

from pydantic import BaseModel, ConfigDict


class Failure(BaseModel):
    """A cause, a next step, and details as label and value (node, server's words, attempts …) for whoever wants them."""

    model_config = ConfigDict(frozen=True)

    title: str
    message: str
    details: dict[str, str] = {}
