"""Stored files whose pictures were deleted: they are to go once that is certain."""

from sqlmodel import Field

from wrldbldr.domain.row import Row


class DoomedFile(Row, table=True):
    """A file that may go. Written in the transaction that removes a picture; gone again when the file was seen to."""

    content_hash: str = Field(primary_key=True)
