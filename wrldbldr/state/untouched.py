"""What the dialog in which pictures are asked for shows before anybody touches it."""

from collections.abc import Sequence
from uuid import UUID

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.picture import SHAPES, is_square, shape_like, shape_of
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.workflow_form import WorkflowForm
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
    forms = await current().workflows.forms(who)
    shapes = {workflow.id: shape_for(asset_type, workflow, forms.get(workflow.id)) for workflow in workflows}
    return workflows, Untouched(await current().templates.beginning(who, asset_type, entity), default, shapes)


def shape_for(asset_type: AssetType, workflow: Workflow, form: WorkflowForm | None) -> str:
    """Of the size that was set for a workflow, else of the one that such pictures have.

    A square has the height for its side: where both are written to one place, that comes last (`services/prepare.py`).
    """
    width, height = DEFAULT_SIZES[asset_type]
    width, height = (form and form.width) or width, (form and form.height) or height
    own = (height, height) if workflow.bindings.is_square else (width, height)
    return shape_like(own) or shape_of(DEFAULT_SIZES[asset_type])


def offered_by(workflow: Workflow, *others: str | None) -> list[str]:
    """The shapes to choose from, with these `others`; of a workflow that has one number for both sides the squares."""
    shapes = dict.fromkeys([*SHAPES, *filter(None, others)])
    return [shape for shape in shapes if not workflow.bindings.is_square or is_square(shape)]


def default_of(workflows: Sequence[Workflow], default: UUID | None) -> Workflow:
    """The workflow that is used unless another one is chosen."""
    return next((workflow for workflow in workflows if workflow.id == default), workflows[0])


async def picture_of(who: Principal, world_id: UUID, entity_id: UUID, asset_type: AssetType) -> str:
    """The active picture of that kind, so that whoever writes the prompt sees what there is."""
    active = await current().gallery.active(who, world_id)
    asset = active.get((entity_id, asset_type))
    return NO_IMAGE if asset is None else image_url(asset)
