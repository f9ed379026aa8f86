"""What a screen shows of a noun: small, frozen, and holding nothing the person in front of it may not see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.style_reference import ReferenceUse, Style
from wrldbldr.domain.world import Entity, GameSession, entity_type
from wrldbldr.services.workflow_inputs import text_of
from wrldbldr.services.worlds import WorldSummary

NO_IMAGE = ""


@dataclass(frozen=True, slots=True)
class WorldCard:
    """A world on the shelf."""

    id: str
    name: str
    motto: str
    character_count: int
    location_count: int
    picture_count: int
    painting_count: int
    waiting_count: int
    failed_count: int
    cover: str  # URL of a picture, or empty


@dataclass(frozen=True, slots=True)
class EntityCard:
    """A character or location in a list. `summary` is the start of its description."""

    id: str
    kind: str
    name: str
    summary: str
    visible_to_players: bool
    thumbnail: str  # URL, or empty


@dataclass(frozen=True, slots=True)
class GameSessionCard:
    """A table to choose."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class BatchCard:
    """A row of the queue. Times are ISO 8601 UTC or empty; running progress is kept apart, so that a tick stays small."""

    id: str
    status: str
    entity_id: str
    entity_kind: str
    entity_name: str
    asset_type: str
    count: int
    position: int  # in the whole server's queue, from 1; 0 when not waiting
    ready_from: str  # between these moments it will be ready, as far as earlier runs tell; else both are empty
    ready_until: str
    attempt: int
    thumbnail: str
    requested_at: str
    started_at: str
    completed_at: str
    failure_title: str
    failure_message: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of details."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TileCard:
    """A picture in a gallery: no more than its tile shows, for there are many."""

    id: str
    label: str
    asset_type: str
    is_active: bool
    is_starred: bool
    is_simulated: bool
    rating: int


@dataclass(frozen=True, slots=True)
class AssetCard:
    """A picture that is shown by itself, or to be chosen."""

    id: str
    label: str
    asset_type: str
    width: int
    height: int
    is_active: bool
    is_starred: bool
    is_simulated: bool
    rating: int
    tags: tuple[str, ...]
    thumbnail: str
    image: str


@dataclass(frozen=True, slots=True)
class ReferenceCard:
    """A picture that another takes its style from. `whose` names who or what is on it; without an id it was deleted."""

    id: str
    label: str
    whose: str
    asset_type: str
    shape: str  # as CSS has it: width / height
    thumbnail: str
    image: str


def world_card(summary: WorldSummary) -> WorldCard:
    """The card of a world."""
    return WorldCard(
        id=str(summary.world.id),
        name=summary.world.name,
        motto=summary.world.motto,
        character_count=summary.character_count,
        location_count=summary.location_count,
        picture_count=summary.picture_count,
        painting_count=summary.painting_count,
        waiting_count=summary.waiting_count,
        failed_count=summary.failed_count,
        cover=NO_IMAGE if summary.cover_id is None else image_url(summary.cover_id),
    )


def entity_card(entity: Entity, thumbnail: str) -> EntityCard:
    """The card of a character or location."""
    return EntityCard(
        id=str(entity.id),
        kind=entity_type(entity),
        name=entity.name,
        summary=first_words(entity.description),
        visible_to_players=entity.visible_to_players,
        thumbnail=thumbnail,
    )


def game_session_card(game_session: GameSession) -> GameSessionCard:
    """The card of a game session."""
    return GameSessionCard(id=str(game_session.id), name=game_session.name)


def batch_card(
    batch: Batch, *, position: int, thumbnail: str, ready: tuple[datetime, datetime] | None = None
) -> BatchCard:
    """The card of a batch, as its game master sees it. `ready` are the moments between which it will be."""
    failure = batch.failure or Failure(title="", message="")
    return BatchCard(
        id=str(batch.id),
        status=batch.status,
        entity_id=str(batch.entity_id),
        entity_kind=batch.entity_type,
        entity_name=batch.entity_name,
        asset_type=batch.asset_type,
        count=batch.count,
        position=position,
        ready_from=iso(ready[0] if ready else None),
        ready_until=iso(ready[1] if ready else None),
        attempt=batch.attempt,
        thumbnail=thumbnail,
        requested_at=iso(batch.requested_at),
        started_at=iso(batch.started_at),
        completed_at=iso(batch.completed_at),
        failure_title=failure.title,
        failure_message=failure.message,
    )


def tile_card(asset: Asset) -> TileCard:
    """The tile of a picture."""
    return TileCard(
        id=str(asset.id),
        label=asset.label,
        asset_type=asset.asset_type,
        is_active=asset.is_active,
        is_starred=asset.is_starred,
        is_simulated=asset.is_simulated,
        rating=asset.rating,
    )


def asset_card(asset: Asset) -> AssetCard:
    """The card of a picture."""
    return AssetCard(
        id=str(asset.id),
        label=asset.label,
        asset_type=asset.asset_type,
        width=asset.width,
        height=asset.height,
        is_active=asset.is_active,
        is_starred=asset.is_starred,
        is_simulated=asset.is_simulated,
        rating=asset.rating,
        tags=asset.tags,
        thumbnail=image_url(asset.id, 256),
        image=image_url(asset.id),
    )


def reference_card(asset: Asset, entity_name: str) -> ReferenceCard:
    """A picture to take a style from."""
    return ReferenceCard(
        id=str(asset.id),
        label=asset.label,
        whose=f"{entity_name}, active" if asset.is_active else entity_name,
        asset_type=asset.asset_type,
        shape=f"{asset.width}/{asset.height}",
        thumbnail=image_url(asset.id, 256),
        image=image_url(asset.id),
    )


def applied_by(use: ReferenceUse, taker: str, strength: float | None) -> str:
    """`IPAdapter, strength 0.65`; empty when the style is not applied."""
    if use is ReferenceUse.NOTHING:
        return ""
    how = taker if use is ReferenceUse.PICTURE else "prompt keywords"
    return how if strength is None else f"{how}, strength {strength:.2f}"


def batch_facts(batch: Batch) -> list[Fact]:
    """Everything about a batch for whoever opens its details; of a failed one first what is known about the failure."""
    attempted = Fact("Attempted", "once" if batch.attempt == 1 else f"{batch.attempt} times")
    workflow, batch_id = Fact("Workflow", batch.workflow_name), Fact("Batch ID", str(batch.id))
    if batch.failure is None:
        return [*_asked_for(batch), workflow, attempted, batch_id]
    return [
        Fact("Full error", f"{batch.failure.title}. {batch.failure.message}"),
        *(Fact(label, value) for label, value in batch.failure.details.items()),
        batch_id,
        workflow,
        attempted,
        *_asked_for(batch),
    ]


def _asked_for(batch: Batch) -> list[Fact]:
    return [
        Fact("Prompt", batch.prompt),
        Fact("Negative prompt", batch.negative_prompt or "none"),
        Fact("Seed", str(batch.seed)),
        Fact("Size", f"{batch.width} × {batch.height}"),
        *input_facts(batch.inputs),
        Fact("Style reference", "none" if batch.style is None else _style_of(batch.style)),
    ]


def input_facts(inputs: InputSettings | None) -> list[Fact]:
    """`steps (node 3)`: what was set of a workflow's other inputs."""
    return [Fact(f"{one.input_name} (node {one.node_id})", text_of(one.value)) for one in inputs or ()]


def _style_of(style: Style) -> str:
    labels = ", ".join(source.label for source in style.sources)
    how = applied_by(style.use, style.taker, style.strength)
    return f"{labels}, using {how}" if how else f"{labels}, which the workflow does not use"


def image_url(asset_id: UUID, side: int = 0) -> str:
    """Where a browser that is signed in gets a picture."""
    return f"/api/assets/{asset_id}/image" + (f"?size={side}" if side else "")


def preview_url(batch_id: UUID, number: int) -> str:
    """Where a browser that is signed in gets the latest live preview; `number` defeats its cache."""
    return f"/api/assets/batch/{batch_id}/preview?n={number}"


def thumbnail_of(active: dict[tuple[UUID, AssetType], UUID], entity: Entity | Batch) -> str:
    """The small picture that stands for an entity: its active portrait or backdrop, else whatever is active."""
    entity_id = entity.entity_id if isinstance(entity, Batch) else entity.id
    for asset_type in (AssetType.PORTRAIT, AssetType.BACKDROP, AssetType.SPRITE, AssetType.ITEM):
        if (entity_id, asset_type) in active:
            return image_url(active[entity_id, asset_type], 64)
    return NO_IMAGE


def first_words(text: str, limit: int = 60) -> str:
    """The start of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def iso(moment: datetime | None) -> str:
    """A time as browsers read it, or empty."""
    return "" if moment is None else moment.isoformat()
