"""What the event stream of a game session says, and why it ends: the specification's messages (phase 18B)."""

from enum import IntEnum
from typing import Self
from uuid import UUID

from wrldbldr.api.models import Out
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType
from wrldbldr.services.bulletin import Bulletin
from wrldbldr.services.connection import ConnectionStatus

PAINTS = "Pictures can be painted."
RESTS = "No picture can be painted at the moment. What was asked for waits."


class Message(Out):
    """Something to say. On the wire it is one JSON object that also has `type`, the name of its class, and `seq`."""

    def text(self, seq: int) -> str:
        """The frame. `seq` counts the messages of one connection."""
        return f'{{"type":"{type(self).__name__}","seq":{seq},{self.model_dump_json()[1:]}'


class GenerationQueued(Message):
    """A batch waits for its turn: new, tried again, or put back. `position` counts from 1 in the one queue of this server,
    and is 0 when the batch has left it by now. Whom it is for is null for players who must not know them.
    """

    batch_id: UUID
    entity_type: EntityType | None
    entity_id: UUID | None
    asset_type: AssetType | None
    position: int

    @classmethod
    def of(cls, bulletin: Bulletin) -> Self:
        """A batch as it stands in the queue."""
        subject = bulletin.subject
        return cls(
            batch_id=bulletin.batch_id,
            entity_type=subject.entity_type if subject else None,
            entity_id=subject.entity_id if subject else None,
            asset_type=subject.asset_type if subject else None,
            position=bulletin.position,
        )


class GenerationProgress(Message):
    """A batch is being painted. `progress` is a percentage from 0 to 99 that never goes back; what follows 99 is
    `GenerationComplete`. It begins anew only after another `GenerationQueued`.
    """

    batch_id: UUID
    progress: int


class GenerationComplete(Message):
    """The pictures of a batch are stored."""

    batch_id: UUID
    asset_count: int


class GenerationFailed(Message):
    """A batch gave up. `error` says what it was and what to do, in the words of the batch under /api/assets/batch; to
    players only that it did.
    """

    batch_id: UUID
    error: Failure


class GenerationCancelled(Message):
    """A batch was withdrawn, or deleted with whom it was for."""

    batch_id: UUID


class QueueReordered(Message):
    """The batches of this game session that wait, in order. Said once at the beginning, and whenever the order is not
    what follows from the other messages: who is queued stands last, who is painted or withdrawn leaves.
    """

    batch_ids: list[UUID]


class ComfyUIStateChanged(Message):
    """How ComfyUI is. `state` and the rest are those of /api/status/comfyui; players are told whether it paints."""

    state: str
    message: str
    retry_in_seconds: int | None

    @classmethod
    def of(cls, status: ConnectionStatus) -> Self:
        """The connection as it is shown."""
        return cls(state=status.state, message=status.message, retry_in_seconds=status.retry_in_seconds)

    @classmethod
    def for_players(cls, status: ConnectionStatus) -> Self:
        """Without what only its game master can mend."""
        return cls(state=status.state, message=PAINTS if status.paints else RESTS, retry_in_seconds=None)


class StageChanged(Message):
    """Something is shown to the listener now, or is not any more; GET /api/sessions/{session_id}/stage says what. To a
    player it is said only of what concerns their own screen.
    """

    session_id: UUID


MESSAGES: tuple[type[Message], ...] = (
    GenerationQueued,
    GenerationProgress,
    GenerationComplete,
    GenerationFailed,
    GenerationCancelled,
    QueueReordered,
    ComfyUIStateChanged,
    StageChanged,
)


class CloseCode(IntEnum):
    """Why the server ends a stream."""

    TOO_LARGE = 1009
    BROKEN = 1011
    STOPPING = 1012
    SIGNED_OUT = 4401
    NOT_FOUND = 4404
    FELL_BEHIND = 4408
    TOO_MANY = 4429


REASONS = {
    CloseCode.TOO_LARGE: "You sent too much; nothing needs to be sent here.",
    CloseCode.BROKEN: "Something went wrong that nobody foresaw. Connect again.",
    CloseCode.STOPPING: "The server stops. Connect again when it is back.",
    CloseCode.SIGNED_OUT: "The login or token is not valid any more.",
    CloseCode.NOT_FOUND: "There is no such game session any more.",
    CloseCode.TOO_MANY: "This login or seat has too many streams open. Close one, then connect again.",
    CloseCode.FELL_BEHIND: "You read too slowly to be told in time. Connect again to be told how everything is.",
}
"""Sentences of at most 123 bytes, which is what a close frame holds."""
