"""The newest picture of each subject, found without reading the others: one may have a hundred thousand."""

from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from wrldbldr.db.gallery_order import newest_first, place_in
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import Character, Location

Own = aliased(Asset)
SUBJECTS = union_all(
    select(Character.id, Character.world_id),
    select(Location.id, Location.world_id),
).subquery()


def _newest(*which: ColumnElement[bool]) -> ScalarSelect[UUID]:
    theirs = (col(Own.world_id) == SUBJECTS.c.world_id, col(Own.entity_id) == SUBJECTS.c.id)
    query = select(Own.id).where(*theirs, *which).order_by(*newest_first(place_in(Own))).limit(1)
    return query.correlate(SUBJECTS).scalar_subquery()


NEWEST = _newest()
NEWEST_BACKDROP = _newest(col(Own.asset_type) == AssetType.BACKDROP)
