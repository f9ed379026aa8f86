"""Reading stored pictures as tests want them."""

from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.asset import Asset


async def pictures_of(unit: UnitOfWork, batch_id: UUID) -> list[Asset]:
    """A batch's pictures in their order."""
    ids = (await unit.assets.ids_of_batches([batch_id])).get(batch_id, [])
    found = [await unit.assets.find(asset_id) for asset_id in ids]
    return [asset for asset in found if asset is not None]
