"""Facts that change a screen, each a small frozen value. Published after the commit they tell of."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BatchQueued:
    """A batch waits for its turn: new, retried, or put back."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """ComfyUI got the batch."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class BatchProgressed:
    """How far the running batch is. `percent` never goes back and is 100 only when the pictures are stored."""

    batch_id: UUID
    percent: int
    phase: str
    step: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class PreviewPainted:
    """A new live preview can be fetched; `number` grows with each."""

    batch_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class BatchReady:
    """The pictures are stored."""

    batch_id: UUID
    entity_id: UUID
    asset_count: int


@dataclass(frozen=True, slots=True)
class BatchFailed:
    """The batch gave up."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class BatchCancelled:
    """The batch was withdrawn."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class BatchCleared:
    """The batch left the list; its pictures stay."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """A batch joined or left the one queue of this server, or the order in it is another: places may have changed."""


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Many batches of a table changed at once, or their order did: whoever shows its queue reads it anew."""


@dataclass(frozen=True, slots=True)
class QueuePaused:
    """The one queue of this server stands still, or goes on: no waiting batch is begun while it is paused."""

    is_paused: bool


@dataclass(frozen=True, slots=True)
class ShelfChanged:
    """What a game master's list of worlds says of one has changed: its counts of batches and pictures."""

    world_id: UUID


@dataclass(frozen=True, slots=True)
class WorldChanged:
    """Names, descriptions or the list of who and what is in a world changed."""

    world_id: UUID


@dataclass(frozen=True, slots=True)
class PicturesChanged:
    """Pictures of an entity were added, removed, starred or made active."""

    world_id: UUID
    entity_id: UUID


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """ComfyUI came, went, became shaky, or is stuck."""

    state: str
    message: str


@dataclass(frozen=True, slots=True)
class ComfyUIQueueChanged:
    """ComfyUI says that its own queue grew or shrank, whosever jobs those are."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A login or an API token opens nothing any more; whoever shows it in an open tab is led to the door."""

    token_id: UUID


@dataclass(frozen=True, slots=True)
class TableChanged:
    """Somebody joined or left a table, or its join code was changed."""

    game_session_id: UUID


@dataclass(frozen=True, slots=True)
class StageChanged:
    """Something was put before the players of a table, moved, or taken back: before all of them or some."""

    game_session_id: UUID


@dataclass(frozen=True, slots=True)
class PlayerLeft:
    """A player sits at a table no more; whatever of it is open in their browser is closed."""

    player_id: UUID


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """Somebody is new, gone, called otherwise or may do something else; or something new opens their account."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class ServerStopping:
    """The server is about to end. Screens notice by themselves and come back; programs are told."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The listener was too slow and lost events: whatever it shows must be read anew."""


Event = (
    BatchQueued
    | BatchStarted
    | BatchProgressed
    | PreviewPainted
    | BatchReady
    | BatchFailed
    | BatchCancelled
    | BatchCleared
    | QueueMoved
    | QueueChanged
    | QueuePaused
    | ShelfChanged
    | WorldChanged
    | PicturesChanged
    | ConnectionChanged
    | ComfyUIQueueChanged
    | SignedOut
    | AccountChanged
    | TableChanged
    | StageChanged
    | PlayerLeft
    | ServerStopping
    | Missed
)
