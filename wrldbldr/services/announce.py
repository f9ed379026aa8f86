"""Tells everybody whom it concerns that something has become of a batch, or of many."""

from wrldbldr.bus import SERVER_TOPIC, Bus, account_topic, game_session_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.events import Event, QueueChanged, QueueMoved, ShelfChanged
from wrldbldr.domain.world import GameSession


def announce(bus: Bus, batch: Batch, event: Event) -> None:
    """Tell the table what happened, the game master that a count in their list changed, and everybody that places did."""
    bus.publish(game_session_topic(batch.game_session_id), event)
    bus.publish(account_topic(batch.requested_by), ShelfChanged(batch.world_id))
    bus.publish(SERVER_TOPIC, QueueMoved())


def announce_many(bus: Bus, who: Principal, table: GameSession, count: int) -> None:
    """The same of `count` batches of a table that its game master changed at once: one word, however many there are."""
    if count:
        bus.publish(game_session_topic(table.id), QueueChanged())
        bus.publish(account_topic(who.account_id), ShelfChanged(table.world_id))
        bus.publish(SERVER_TOPIC, QueueMoved())
