"""What the event stream of a game session says, and why it ends: the specification's messages (phase 18B)."""

import json
from enum import IntEnum
from typing import Self
from uuid import UUID

from wrldbldr.api.models import Out
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType
from wrldbldr.services.connection import ConnectionStatus
from wrldbldr.services.queue import BatchReport


class Message(Out):
    """Something to say. On the wire it is one JSON object that also has `type`, the name of its class, and `seq`."""

    def text(self, seq: int) -> str:
        """The frame. `seq` counts the messages of one connection."""
        return json.dumps({"type": type(self).__name__, "seq": seq, **self.model_dump(mode="json")})


class GenerationQueued(Message):
    """A batch waits for its turn: new, tried again, or put back. `position` counts from 1 in the one queue of this server,
    and is 0 when the batch has left it by now.
    """

    batch_id: UUID
    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType
    position: int

    @classmethod
    def of(cls, report: BatchReport) -> Self:
        """A batch as it stands in the queue."""
        batch = report.batch
        return cls(
            batch_id=batch.id,
            entity_type=batch.entity_type,
            entity_id=batch.entity_id,
            asset_type=batch.asset_type,
            position=report.position,
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
    """A batch gave up. `error` says what it was and what to do, in the words of the batch under /api/assets/batch."""

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
    """How ComfyUI is. `state` and the rest are those of /api/status/comfyui."""

    state: str
    message: str
    retry_in_seconds: int | None

    @classmethod
    def of(cls, status: ConnectionStatus) -> Self:
        """The connection as it is shown."""
        return cls(state=status.state, message=status.message, retry_in_seconds=status.retry_in_seconds)


MESSAGES: tuple[type[Message], ...] = (
    GenerationQueued,
    GenerationProgress,
    GenerationComplete,
    GenerationFailed,
    GenerationCancelled,
    QueueReordered,
    ComfyUIStateChanged,
)


class CloseCode(IntEnum):
    """Why the server ends a stream."""

    TOO_LARGE = 1009
    BROKEN = 1011
    SIGNED_OUT = 4401
    NOT_FOUND = 4404
    FELL_BEHIND = 4408


REASONS = {
    CloseCode.TOO_LARGE: "What you sent is too large; nothing needs to be sent here.",
    CloseCode.BROKEN: "Something went wrong that nobody foresaw. Connect again.",
    CloseCode.SIGNED_OUT: "The login or token is not valid any more.",
    CloseCode.NOT_FOUND: "There is no such game session any more.",
    CloseCode.FELL_BEHIND: "You read too slowly to be told in time. Connect again to be told how everything is.",
}
"""Sentences of at most 123 bytes, which is what a close frame holds."""
