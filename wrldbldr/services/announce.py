"""Tells everybody whom it concerns that something has become of a batch."""

from wrldbldr.bus import SERVER_TOPIC, Bus, account_topic, game_session_topic
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.events import Event, QueueMoved, ShelfChanged


def announce(bus: Bus, batch: Batch, event: Event) -> None:
    """Tell the table what happened, the game master that a count in their list changed, and everybody that places did."""
    bus.publish(game_session_topic(batch.game_session_id), event)
    bus.publish(account_topic(batch.requested_by), ShelfChanged(batch.world_id))
    bus.publish(SERVER_TOPIC, QueueMoved())
