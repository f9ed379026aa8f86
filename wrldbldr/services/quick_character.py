"""A stranger needs a face, now: a name and one line make a character, and their portrait is asked for at once."""

from uuid import UUID

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.picture import VARIATIONS
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.prompt_templates import PromptTemplateService
from wrldbldr.services.queue import QueueService
from wrldbldr.services.worlds import EntityChanges, WorldService


async def quick_character(
    worlds: WorldService,
    queue: QueueService,
    templates: PromptTemplateService,
    who: Principal,
    game_session_id: UUID,
    *,
    name: str,
    line: str,
) -> Entity:
    """The character is hidden from players. Without a line the name has to do. Raises NotFoundError, InvalidInputError."""
    table = await worlds.find_game_session(who, game_session_id)
    changes = EntityChanges(name=name, description=line)
    character = await worlds.create_entity(who, EntityType.CHARACTER, table.world_id, changes)
    request = GenerationRequest(
        game_session_id=table.id,
        entity_type=EntityType.CHARACTER,
        entity_id=character.id,
        asset_type=AssetType.PORTRAIT,
        prompt=await templates.beginning(who, AssetType.PORTRAIT, character),
        count=VARIATIONS,
    )
    await queue.submit(who, request)
    return character
