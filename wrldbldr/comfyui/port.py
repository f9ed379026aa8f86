"""The engine's whole view of the outside server: one Protocol and the values it speaks in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from wrldbldr.comfyui.catalogue import InputSpec, NodeCatalogue, NodeClass, parse_catalogue
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState, ConnectionView, Unsubscribe
from wrldbldr.comfyui.graph import Graph, Node, parse_graph
from wrldbldr.comfyui.history import History, Outcome, PictureRef
from wrldbldr.comfyui.messages import Heard
from wrldbldr.comfyui.queue import QueuedPrompt, QueueSnapshot

__all__ = [
    "Accepted",
    "ComfyUI",
    "ConnectionKind",
    "ConnectionState",
    "ConnectionView",
    "Graph",
    "History",
    "InputSpec",
    "Listener",
    "MessageStream",
    "Node",
    "NodeCatalogue",
    "NodeClass",
    "Outcome",
    "PictureRef",
    "QueueSnapshot",
    "QueuedPrompt",
    "SystemInfo",
    "Unsubscribe",
    "parse_catalogue",
    "parse_graph",
]


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """Who answers there. `simulated` is True for the simulator that comes with WrldBldr."""

    version: str
    devices: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took a prompt. `number` counts up; a smaller one than before tells of a restart."""

    prompt_id: UUID
    number: float


Listener = Callable[[Heard], None]


class MessageStream(Protocol):
    """What ComfyUI says of its own accord. Quick but not to be relied on: the history is the truth."""

    @property
    def is_connected(self) -> bool:
        """Whether messages can arrive now."""
        ...

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call `listener` with every message, from now on. Returns what ends it."""
        ...

    async def reconnect(self) -> None:
        """Drop a connection that has gone mute; a new one follows once the old one is closed."""
        ...


class ComfyUI(Protocol):
    """A ComfyUI server. Every method may raise a ComfyUIError (errors.py) whose `is_transient` says whether to come back."""

    @property
    def connection(self) -> ConnectionView:
        """Whether the server can be used; observable."""
        ...

    async def system(self) -> SystemInfo:
        """Who is there; remembered until a disconnection. Raises NotComfyUIError when it is something else."""
        ...

    async def catalogue(self, refresh: bool = False) -> NodeCatalogue:
        """The node classes of the server; remembered until `refresh`."""
        ...

    async def queue_prompt(self, graph: Graph, prompt_id: UUID, previews: bool = True) -> Accepted:
        """Hand over `graph` to be run as `prompt_id`, a fresh UUID stored beforehand.

        Raises PromptRefusedError (for good), ServiceUnavailableError or CircuitOpenError (certainly not sent),
        AnswerLostError (may have been taken: look with `reconcile.whereabouts` before sending again), or
        MaxRetriesExceededError (the server never had it).
        """
        ...

    async def queue(self) -> QueueSnapshot:
        """What runs and waits on the server now."""
        ...

    async def history(self, prompt_id: UUID) -> History | None:
        """How a prompt ended, or None while it has not, and when the server does not know it."""
        ...

    async def fetch_picture(self, ref: PictureRef) -> bytes:
        """The whole file. Raises PictureBrokenError when it is gone, cut short, or not a picture."""
        ...

    async def cancel(self, prompt_id: UUID) -> None:
        """Withdraw a prompt of ours, waiting or running; others are never touched. The history tells how it ended."""
        ...

    async def forget(self, *prompt_ids: UUID) -> None:
        """Delete the history entries of prompts of ours, whose graphs would stay in the server's memory otherwise."""
        ...

    async def upload_picture(self, name: str, content: bytes) -> str:
        """Store a picture in the server's input folder. Returns the name a LoadImage node takes."""
        ...

    async def aclose(self) -> None:
        """Close every connection to the server."""
        ...
