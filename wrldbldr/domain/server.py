"""What the server itself remembers."""

from uuid import UUID

from sqlmodel import Field

from wrldbldr.domain.columns import JsonOf
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.row import Row

SERVER_ROW = 1


class ServerMemory(Row, table=True):
    """A single row: where ComfyUI is, how patient we are with it, and whether the queue is paused.

    `found_comfyui_url` is the one found at first start, so that a later start does not quietly paint with the simulator.
    `comfyui_url` was chosen in Settings while the environment named `environment_url`; the later decision holds.
    Of `environment_headers` only the names are stored. With `uses_simulator` the address is kept for the way back.
    """

    id: int = Field(default=SERVER_ROW, primary_key=True)
    client_id: UUID  # our name towards ComfyUI: its events go to whoever submitted under this id
    found_comfyui_url: str = ""
    comfyui_url: str = ""
    environment_url: str = ""
    comfyui_headers: dict[str, str] = Field(default_factory=dict, sa_type=JsonOf(dict[str, str]), repr=False)
    environment_headers: list[str] = Field(default_factory=list, sa_type=JsonOf(list[str]))
    verify_tls: bool = True
    uses_simulator: bool = False
    config: ComfyUIConfig = Field(default_factory=ComfyUIConfig, sa_type=JsonOf(ComfyUIConfig))
    is_queue_paused: bool = False
