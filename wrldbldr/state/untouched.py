"""What the dialog in which pictures are asked for shows before anybody touches it."""

from collections.abc import Sequence
from uuid import UUID

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.picture import shape_of
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.services.asking import DEFAULT_SIZES
from wrldbldr.services.cards import NO_IMAGE, image_url
from wrldbldr.state.draft import Untouched


async def untouched_for(
    who: Principal, kind: EntityType, entity_id: UUID, asset_type: AssetType
) -> tuple[Sequence[Workflow], Untouched]:
    """The workflows there are, and what the dialog shows of a subject before anybody touches it. Raises NotFoundError."""
    entity = await current().worlds.find_entity(who, kind, entity_id)
    workflows = await current().workflows.all(who)
    default = default_of(workflows, (await current().workflows.defaults(who)).get(asset_type))
    return workflows, Untouched(
        await current().templates.beginning(who, asset_type, entity), default, shape_of(DEFAULT_SIZES[asset_type])
    )


def default_of(workflows: Sequence[Workflow], default: UUID | None) -> Workflow:
    """The workflow that is used unless another one is chosen."""
    return next((workflow for workflow in workflows if workflow.id == default), workflows[0])


async def picture_of(who: Principal, world_id: UUID, entity_id: UUID, asset_type: AssetType) -> str:
    """The active picture of that kind, so that whoever writes the prompt sees what there is."""
    active = await current().gallery.active(who, world_id)
    asset = active.get((entity_id, asset_type))
    return NO_IMAGE if asset is None else image_url(asset)
