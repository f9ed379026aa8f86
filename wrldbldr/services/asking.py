"""What a game master asks for, before it is a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import JsonValue

from wrldbldr.domain.batch import AssetType, Batch, checked_count, checked_seed, checked_size
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.style_reference import checked_strength
from wrldbldr.domain.text import PROMPT_LIMIT, checked_text
from wrldbldr.domain.wildcards import escape, expand
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_seed
from wrldbldr.services.styling import checked_references

DEFAULT_SIZES: dict[AssetType, tuple[int, int]] = {
    AssetType.PORTRAIT: (768, 1024),
    AssetType.SPRITE: (512, 1024),
    AssetType.BACKDROP: (1216, 688),
    AssetType.ITEM: (768, 768),
}


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a game master asks for. Whatever is None is chosen: the seed at random, the rest by the workflow and type."""

    game_session_id: UUID
    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType
    prompt: str
    count: int
    negative_prompt: str | None = None
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    workflow_id: UUID | None = None
    style_reference_ids: Sequence[UUID] | None = None  # None: that of the character or location; empty: none
    style_strength: float | None = None
    inputs: Mapping[NodeInput, JsonValue] | None = None  # of those the workflow shows
    to_front: bool = False  # before everything else that waits of whoever asks; the turns of others stay


def checked(request: GenerationRequest) -> tuple[GenerationRequest, int]:
    """The request, if it says what to paint and asks for nothing impossible, and its seed, which has chosen the words where
    the prompt leaves a choice. Raises InvalidInputError.
    """
    seed = new_seed() if request.seed is None else checked_seed(request.seed)
    written = checked_text(request.prompt, field="prompt", limit=PROMPT_LIMIT)
    prompt = checked_text(expand(written, seed), field="prompt", limit=PROMPT_LIMIT)
    if not prompt:
        raise InvalidInputError("prompt", "Say what to paint: the prompt is empty.")
    request = replace(
        request,
        prompt=prompt,
        count=checked_count(request.count),
        width=None if request.width is None else checked_size(request.width, field="width"),
        height=None if request.height is None else checked_size(request.height, field="height"),
        style_reference_ids=request.style_reference_ids and checked_references(request.style_reference_ids),
        style_strength=checked_strength(request.style_strength),
    )
    return request, seed


def request_of(batch: Batch) -> GenerationRequest:
    """The same once more. A workflow that is gone is replaced by the one for the kind of picture."""
    return GenerationRequest(
        game_session_id=batch.game_session_id,
        entity_type=batch.entity_type,
        entity_id=batch.entity_id,
        asset_type=batch.asset_type,
        prompt=escape(batch.prompt),  # what it left open was chosen then
        count=batch.count,
        negative_prompt=batch.negative_prompt,
        seed=batch.seed,
        width=batch.width,
        height=batch.height,
        workflow_id=batch.workflow_id,
        style_reference_ids=[source.asset_id for source in batch.style.sources] if batch.style else [],
        style_strength=batch.style.strength if batch.style else None,
        inputs={setting.place: setting.value for setting in batch.inputs or ()},
    )
