"""The order of a gallery, written once: the newest first, and those of one batch as they were painted."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlmodel import col

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.picture_query import PictureOrder
from wrldbldr.domain.tag import AssetTag

Place = tuple[Any, Any, Any]
"""The columns by which pictures are in order: when, which of its batch, and the id (`domain.asset.PLACE`)."""
Rows = TypeVar("Rows", bound=Select[Any])


def place_in(kind: type[Asset]) -> Place:
    """In the table of pictures, or an alias of it."""
    return col(kind.created_at), col(kind.batch_index), col(kind.id)


PLACE = place_in(Asset)
PLACE_BY_TAG: Place = (col(AssetTag.created_at), col(AssetTag.batch_index), col(AssetTag.asset_id))


def newest_first(place: Place) -> tuple[ColumnElement[Any], ...]:
    """What to order by."""
    moment, index, asset_id = place
    return moment.desc(), index, asset_id


def in_order(rows: Rows, place: Place, order: PictureOrder, anchor: Asset | None) -> Rows:
    """In the order of a gallery, or from its other end, from an anchor on."""
    moment, index, asset_id = place
    is_oldest_first = order is PictureOrder.OLDEST
    if anchor is not None:
        ours, theirs = tuple_(index, asset_id), (anchor.batch_index, anchor.id)
        at_once = (moment == anchor.created_at) & (ours < theirs if is_oldest_first else ours > theirs)
        if is_oldest_first:  # the first condition says nothing new, but tells SQLite where to begin
            rows = rows.where(moment >= anchor.created_at, (moment > anchor.created_at) | at_once)
        else:
            rows = rows.where(moment <= anchor.created_at, (moment < anchor.created_at) | at_once)
    if is_oldest_first:
        return rows.order_by(moment, index.desc(), asset_id.desc())
    return rows.order_by(*newest_first(place))
