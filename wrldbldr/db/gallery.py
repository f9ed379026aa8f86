"""Which of ever so many pictures somebody gets to see, and how many there are. A page reads hardly more than is on it.

Whoever knows a picture by its id asks `assets`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnClause, ColumnElement, Select, Table, false, func, inspect, literal_column, true
from sqlalchemy import select as select_columns  # SQLModel's own knows four at most
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from wrldbldr.db.gallery_order import PLACE, PLACE_BY_TAG, Place, in_order, newest_first
from wrldbldr.db.newest import NEWEST, NEWEST_BACKDROP, SUBJECTS
from wrldbldr.db.words import WORDS, matching
from wrldbldr.domain.asset import RATING_LIMIT, Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.picture_query import COUNTED, PictureNumber, PictureOrder, PictureQuery
from wrldbldr.domain.stage import StagePiece
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.tag import AssetTag
from wrldbldr.domain.text import likeness
from wrldbldr.domain.world import Character, Location, World

FEW = 500
"""So many pictures are sooner looked up and sorted than met on a way through all."""
CHUNKS = (200, 1000, 5000)
"""So many pictures with the right words are looked at a time, until enough of them answer to the rest."""
ONE: ColumnClause[int] = literal_column("1")

ASSETS = cast(Table, inspect(Asset).local_table)
Rows = TypeVar("Rows", bound=Select[Any])


class Gallery:
    """Pages of pictures, the newest of them, and counts."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def page(
        self, world_id: UUID, query: PictureQuery, *, limit: int, after: UUID | None = None
    ) -> Sequence[Asset]:
        """Those that a query asks for, in its order, those after `after`; at most `limit`.

        Raises NotFoundError when `after` is gone or of another world: beginning anew would repeat what was read.
        """
        anchor = None if after is None else await self._anchor(world_id, after)
        if query.order is not PictureOrder.RATING:
            return await self._read(world_id, query, limit, anchor)
        found: list[Asset] = []
        for rating in range(RATING_LIMIT if anchor is None else anchor.rating, query.min_rating - 1, -1):
            since = anchor if anchor is not None and anchor.rating == rating else None
            found += await self._read(world_id, replace(query, rating=rating), limit - len(found), since)
            if len(found) == limit:
                break
        return found

    async def count(self, world_id: UUID, query: PictureQuery) -> int:
        """How many there are; COUNTED + 1 when there are more than COUNTED."""
        most = COUNTED + 1
        if not query.words or query.is_selective:
            return await self._count(_bounded(world_id, query))
        if query.is_more_than_words:
            return len(await self._with_words(world_id, query, most, None))
        return await self._count(select_columns(ONE).select_from(WORDS).where(matching(world_id, query)).limit(most))

    async def count_by_type(self, world_id: UUID, entity_id: UUID | None) -> dict[AssetType, int]:
        """How many of each type a world or an entity of it has, as `count` does; types with none are absent."""
        counts = (
            _how_many(_bounded(world_id, PictureQuery(entity_id=entity_id, asset_type=kind))).scalar_subquery()
            for kind in AssetType
        )
        row = (await self._db_session.execute(select_columns(*counts))).one()
        return {kind: count for kind, count in zip(AssetType, row, strict=True) if count}

    async def count_by_world(self, world_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many pictures each world has; worlds with none are absent."""
        rows = await self._db_session.execute(
            select(Asset.world_id, func.count()).where(col(Asset.world_id).in_(world_ids)).group_by(col(Asset.world_id))
        )
        return {world_id: count for world_id, count in rows.all()}

    async def count_descendants(self, asset_id: UUID) -> int:
        """How many pictures took their style from this one."""
        query = select(func.count()).select_from(Lineage).where(Lineage.source_id == asset_id)
        return (await self._db_session.execute(query)).scalar_one()

    async def count_by_tag(self, world_id: UUID) -> dict[str, int]:
        """The tags of a world's pictures by name, with how many have each."""
        rows = await self._db_session.execute(
            select(AssetTag.name, func.count()).where(AssetTag.world_id == world_id).group_by(col(AssetTag.name))
        )
        return dict(sorted(((name, count) for name, count in rows.all()), key=lambda one: likeness(one[0])))

    async def tags(self, world_id: UUID) -> Sequence[str]:
        """The names of those tags alone: from each to the next, however many pictures have it."""
        smallest = select(func.min(AssetTag.name)).where(AssetTag.world_id == world_id)
        names = smallest.cte("names", recursive=True)
        following = smallest.where(col(AssetTag.name) > names.c[0]).correlate(names).scalar_subquery()
        names = names.union_all(select_columns(following).where(names.c[0].is_not(None)))
        rows = await self._db_session.execute(select_columns(names.c[0]).where(names.c[0].is_not(None)))
        return rows.scalars().all()

    async def covers(self, world_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """The newest backdrop of each world, else its newest picture; worlds without pictures are absent."""
        is_backdrop = col(Asset.asset_type) == AssetType.BACKDROP
        firsts = select(Asset.world_id, Asset.id).join(
            SUBJECTS, col(Asset.id) == func.coalesce(NEWEST_BACKDROP, NEWEST)
        )
        rows = await self._db_session.execute(
            firsts.where(SUBJECTS.c.world_id.in_(world_ids)).order_by(is_backdrop.desc(), *newest_first(PLACE))
        )
        covers: dict[UUID, UUID] = {}
        for world_id, asset_id in rows.all():
            covers.setdefault(world_id, asset_id)
        return covers

    async def fresh(self, owner_id: UUID, limit: int) -> Sequence[Asset]:
        """What was painted last in a game master's worlds, one picture of each subject, newest first; at most `limit`."""
        mine = select(World.id).where(World.owner_id == owner_id)
        firsts = select(Asset).join(SUBJECTS, col(Asset.id) == NEWEST).where(SUBJECTS.c.world_id.in_(mine))
        return (await self._db_session.execute(firsts.order_by(*newest_first(PLACE)).limit(limit))).scalars().all()

    async def _anchor(self, world_id: UUID, after: UUID) -> Asset:
        anchor = await self._db_session.get(Asset, after)
        if anchor is None or anchor.world_id != world_id:
            raise NotFoundError("picture")
        return anchor

    async def _read(self, world_id: UUID, query: PictureQuery, limit: int, anchor: Asset | None) -> Sequence[Asset]:
        if query.words and not query.is_selective:
            return await self._with_words(world_id, query, limit, anchor)
        is_pinned = query.source_id is not None and await self._has_few_descendants(query.source_id)
        place = _place(query, is_pinned=is_pinned)
        rows = _narrowed(select(Asset), world_id, query, is_pinned=is_pinned)
        return (await self._db_session.execute(in_order(rows, place, query.order, anchor).limit(limit))).scalars().all()

    async def _with_words(self, world_id: UUID, query: PictureQuery, limit: int, anchor: Asset | None) -> list[Asset]:
        """By their numbers, in the order of which SQLite gives those that have the words."""
        is_oldest_first = query.order is PictureOrder.OLDEST
        numbers = select_columns(WORDS.c.rowid).where(matching(world_id, query))
        numbers = numbers.order_by(WORDS.c.rowid if is_oldest_first else WORDS.c.rowid.desc())
        reached = None if anchor is None else await self._number(anchor.id)
        rest = replace(query, text="", entity_id=None, asset_type=None)
        found: list[Asset] = []
        sizes = iter(CHUNKS)
        size = next(sizes) if query.is_more_than_words else limit
        while len(found) < limit:
            further = numbers
            if reached is not None:
                further = numbers.where(WORDS.c.rowid > reached if is_oldest_first else WORDS.c.rowid < reached)
            chunk = (await self._db_session.execute(further.limit(size))).scalars().all()
            found += await self._numbered(world_id, rest, chunk, is_oldest_first)
            if len(chunk) < size:
                break
            reached, size = chunk[-1], next(sizes, CHUNKS[-1])
        return found[:limit]

    async def _numbered(
        self, world_id: UUID, query: PictureQuery, numbers: Sequence[int], is_oldest_first: bool
    ) -> Sequence[Asset]:
        """Those of the pictures with these numbers which a query asks for."""
        number = col(PictureNumber.number)
        numbered = select(Asset).join(PictureNumber, col(PictureNumber.asset_id) == col(Asset.id))
        statement = (
            _narrowed(numbered, world_id, query, is_pinned=True)
            .where(number.in_(numbers))
            .order_by(number if is_oldest_first else number.desc())
        )
        return (await self._db_session.execute(statement)).scalars().all()

    async def _number(self, asset_id: UUID) -> int | None:
        query = select(PictureNumber.number).where(PictureNumber.asset_id == asset_id)
        return (await self._db_session.execute(query)).scalar_one()

    async def _has_few_descendants(self, source_id: UUID) -> bool:
        rows = select(Lineage.asset_id).where(Lineage.source_id == source_id).limit(FEW + 1)
        return await self._count(rows) <= FEW

    async def _count(self, rows: Select[Any]) -> int:
        count: int = (await self._db_session.execute(_how_many(rows))).scalar_one()
        return count


def _how_many(rows: Select[Any]) -> Select[Any]:
    return select_columns(func.count()).select_from(rows.subquery())


def _bounded(world_id: UUID, query: PictureQuery) -> Select[Any]:
    """In an order, so that SQLite takes the same way to them as for a page."""
    rows = _narrowed(select_columns(ONE).select_from(Asset), world_id, query)
    return rows.order_by(_place(query)[0].desc()).limit(COUNTED + 1)


def _place(query: PictureQuery, *, is_pinned: bool = False) -> Place:
    return PLACE_BY_TAG if _is_led_by_tag(query) and not is_pinned else PLACE


def _is_led_by_mark(query: PictureQuery) -> bool:
    """Whether it asks for marks that few pictures bear: they have indices of their own."""
    return bool(query.starred or query.is_styled or query.source_id or query.min_rating)


def _is_led_by_tag(query: PictureQuery) -> bool:
    return bool(query.tags) and not _is_led_by_mark(query)


def _narrowed(rows: Rows, world_id: UUID, query: PictureQuery, *, is_pinned: bool = False) -> Rows:
    """Those of the pictures that a query asks for. `is_pinned`: few come into question, and are found by their ids."""
    tags = query.tags
    if _is_led_by_tag(query) and not is_pinned:
        rows = rows.join(AssetTag, col(AssetTag.asset_id) == col(Asset.id))
        rows = rows.where(col(AssetTag.world_id) == world_id, col(AssetTag.name) == tags[0])
        tags = tags[1:]
    conditions = [_has_tag(name) for name in tags]
    if query.words:
        conditions.append(_has_words(world_id, query))
    if query.source_id is not None:
        conditions.append(_has_source(query.source_id, is_pinned=is_pinned))
    return rows.where(*_conditions(world_id, query, is_pinned=is_pinned), *conditions)


def _conditions(world_id: UUID, query: PictureQuery, *, is_pinned: bool) -> list[ColumnElement[bool]]:
    """A value that is no parameter lets SQLite find an index of such rows only; a plus before a column keeps it from others."""
    is_led = is_pinned or _is_led_by_mark(query)
    asset_type = _unindexed("asset_type") if is_led else col(Asset.asset_type)
    workflow_id = _unindexed("workflow_id") if is_led else col(Asset.workflow_id)
    found = [(_unindexed("world_id") if is_pinned or _is_led_by_tag(query) else col(Asset.world_id)) == world_id]
    for column, value in (
        (col(Asset.entity_id), query.entity_id),
        (asset_type, query.asset_type),
        (workflow_id, query.workflow_id),
        (col(Asset.rating), query.rating),
    ):
        if value is not None:
            found.append(column == value)
    for flag, is_wanted in ((col(Asset.is_starred), query.starred), (col(Asset.is_styled), query.is_styled)):
        if is_wanted is not None:
            found.append(flag == (true() if is_wanted else false()))
    if query.min_rating:
        found += [col(Asset.rating) != literal_column("0"), _unindexed("rating") >= query.min_rating]
    if query.unused is not None:
        used = _is_used(world_id)
        found.append(~used if query.unused else used)
    return found


def _unindexed(name: str) -> ColumnClause[Any]:
    return literal_column(f"+asset.{name}", ASSETS.columns[name].type)


def _has_source(source_id: UUID, *, is_pinned: bool) -> ColumnElement[bool]:
    if is_pinned:
        return col(Asset.id).in_(select(Lineage.asset_id).where(Lineage.source_id == source_id))
    source = literal_column("+lineage.source_id", ASSETS.columns["id"].type)
    took = select(Lineage.asset_id).where(col(Lineage.asset_id) == col(Asset.id), source == source_id)
    return (col(Asset.is_styled) == true()) & took.exists()


def _has_tag(name: str) -> ColumnElement[bool]:
    tag = aliased(AssetTag)
    return select(tag.name).where(col(tag.asset_id) == col(Asset.id), col(tag.name) == name).exists()


def _has_words(world_id: UUID, query: PictureQuery) -> ColumnElement[bool]:
    number = select(PictureNumber.number).where(col(PictureNumber.asset_id) == col(Asset.id)).scalar_subquery()
    return number.in_(select_columns(WORDS.c.rowid).where(matching(world_id, query)))


def _is_used(world_id: UUID) -> ColumnElement[bool]:
    """Whether a picture stands for somebody, is on a stage, or is somebody's style reference."""
    used = col(Asset.is_active) | col(Asset.id).in_(select(StagePiece.asset_id))
    for kind in (Character, Location):
        theirs = select(kind.style_reference_id).where(kind.world_id == world_id)
        used |= col(Asset.id).in_(theirs.where(col(kind.style_reference_id).is_not(None)))
    return used
