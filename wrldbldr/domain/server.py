"""What the server itself remembers."""

from uuid import UUID

from sqlmodel import Field, SQLModel

SERVER_ROW = 1


class ServerMemory(SQLModel, table=True):
    """A single row: the ComfyUI found at first start, so that a later start does not quietly paint with the simulator."""

    id: int = Field(default=SERVER_ROW, primary_key=True)
    client_id: UUID  # our name towards ComfyUI: its events go to whoever submitted under this id
    found_comfyui_url: str = ""
