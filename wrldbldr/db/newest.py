"""The newest picture of each subject, found without reading the others: one may have a hundred thousand."""

from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import Character, Location

Own = aliased(Asset)
NEWEST_FIRST = (col(Asset.created_at).desc(), col(Asset.batch_index), col(Asset.id))
SUBJECTS = union_all(
    select(Character.id, Character.world_id),
    select(Location.id, Location.world_id),
).subquery()


def _newest(*which: ColumnElement[bool]) -> ScalarSelect[UUID]:
    theirs = (col(Own.world_id) == SUBJECTS.c.world_id, col(Own.entity_id) == SUBJECTS.c.id)
    order = (col(Own.created_at).desc(), col(Own.batch_index), col(Own.id))
    query = select(Own.id).where(*theirs, *which).order_by(*order).limit(1)
    return query.correlate(SUBJECTS).scalar_subquery()


NEWEST = _newest()
NEWEST_BACKDROP = _newest(col(Own.asset_type) == AssetType.BACKDROP)
