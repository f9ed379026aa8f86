"""Taking pictures out of every table, so that they can be put back as they were.

What goes with a picture is not listed here: whatever the schema says is deleted along with it, or forgets it, is remembered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Column, Table, delete, inspect, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.picture_query import PictureNumber
from wrldbldr.domain.removal import Aside, AsideLink, AsideRow, Removal, Removed, RemovedFile
from wrldbldr.domain.row import Row
from wrldbldr.domain.stage import StagePiece
from wrldbldr.domain.tables import TABLES, TABLES_OF_TRIGGERS
from wrldbldr.domain.world import GameSession


def _table(kind: type[Row]) -> Table:
    return cast("Table", inspect(kind).local_table)


KINDS: Mapping[str, type[Row]] = {_table(kind).name: kind for kind in TABLES}
ASSETS = _table(Asset).name
TOGETHER = 300  # rows in one statement


class Removals:
    """The table of deletions that can be undone."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def put_aside(self, world_id: UUID, assets: Sequence[Asset], now: datetime) -> Removal:
        """Take pictures of a world out of every table, and remember them with whatever hung on them."""
        aside = await self._aside([asset.id for asset in assets])
        removal = Removal(world_id=world_id, aside=aside, removed_at=now)
        self._db_session.add(removal)
        await self._db_session.flush()
        hashes = {asset.content_hash for asset in assets}
        self._db_session.add_all(RemovedFile(removal_id=removal.id, content_hash=name) for name in hashes)
        await self._db_session.flush()
        await self._db_session.execute(delete(Asset).where(col(Asset.id).in_([asset.id for asset in assets])))
        return removal

    async def find(self, removal_id: UUID) -> Removal | None:
        """The deletion with this id, while it can be undone."""
        return await self._db_session.get(Removal, removal_id)

    async def before(self, moment: datetime) -> Sequence[UUID]:
        """The ids of the deletions until a moment, the oldest first."""
        query = select(Removal.id).where(col(Removal.removed_at) <= moment).order_by(col(Removal.removed_at))
        return (await self._db_session.execute(query)).scalars().all()

    async def forget(self, removal_id: UUID) -> None:
        """It cannot be undone any more, or was."""
        await self._db_session.execute(delete(Removal).where(col(Removal.id) == removal_id))

    async def leave_stage(self, table: GameSession) -> None:
        """What was on a stage that is cleared now does not come back onto it."""
        query = select(Removal).where(Removal.world_id == table.world_id)
        for removal in (await self._db_session.execute(query)).scalars():
            rows = removal.aside.rows
            pieces = {str(row.values["id"]) for row in rows if row.values.get("game_session_id") == str(table.id)}
            left = tuple(row for row in rows if not pieces & {str(row.values.get(key)) for key in ("id", "piece_id")})
            if pieces:
                removal.aside = Aside(rows=left, links=removal.aside.links)
        await self._db_session.flush()

    async def put_back(self, removal: Removal, removed: Removed) -> None:
        """Store these rows of a deletion again; those that stayed refer to them again where they refer to nothing else by now.

        What a row refers to may be gone meanwhile: then it forgets that, or is gone with it.
        """
        rows = [*removed.assets, *removed.pieces, *removed.others]
        await self._give_numbers_back(rows)
        there = await self._there(rows)
        for row in rows:
            if _fits(row, there) and not isinstance(row, PictureNumber):
                self._db_session.add(row)
                if _has_id(type(row)):
                    there[_table(type(row)).name].add(_id(row))
        await self._db_session.flush()
        await self._refer_again(removal.aside.links, there)

    async def _aside(self, asset_ids: Sequence[UUID]) -> Aside:
        kept: dict[str, list[Row]] = {ASSETS: await self._rows(Asset, "id", asset_ids)}
        forgetful: list[tuple[Row, str]] = []
        to_follow = [ASSETS]
        while to_follow:
            name = to_follow.pop(0)
            ids = [_id(row) for row in kept[name]]
            for kind, column, is_taken_along in _referring_to(name):
                found = await self._rows(kind, column, ids)
                if not is_taken_along:
                    forgetful += [(row, column) for row in found]
                elif found:
                    kept.setdefault(_table(kind).name, []).extend(found)
                    to_follow += [_table(kind).name] if _has_id(kind) else []
        gone = {id(row) for rows in kept.values() for row in rows}
        return Aside(
            rows=tuple(
                AsideRow(table=name, values=row.model_dump(mode="json")) for name, rows in kept.items() for row in rows
            ),
            links=tuple(_link(row, column) for row, column in forgetful if id(row) not in gone),
        )

    async def _rows(self, kind: type[Row], column: str, ids: Collection[UUID]) -> list[Row]:
        query = select(kind).where(_table(kind).columns[column].in_(ids))
        return [*(await self._db_session.execute(query)).scalars()]

    async def _give_numbers_back(self, rows: Sequence[Row]) -> None:
        """By them pictures are in order where words are looked for: whichever has none when it comes gets one behind all."""
        there = {row.id for row in rows if isinstance(row, Asset)}
        numbers = [row for row in rows if isinstance(row, PictureNumber) and row.asset_id in there]
        free = [row for row in numbers if await self._db_session.get(PictureNumber, row.number) is None]
        await self._db_session.execute(text("PRAGMA defer_foreign_keys=ON"))  # they come before their pictures
        self._db_session.add_all(free)
        await self._db_session.flush()

    async def _there(self, rows: Iterable[Row]) -> defaultdict[str, set[UUID]]:
        """What is stored of all that the rows refer to, by the names of the tables."""
        wanted: defaultdict[str, set[UUID | None]] = defaultdict(set)
        for row in rows:
            for key in _table(type(row)).foreign_keys:
                wanted[key.column.table.name].add(getattr(row, key.parent.name))
        found: defaultdict[str, set[UUID]] = defaultdict(set)
        for name, ids in wanted.items():
            found[name] = {
                _id(row) for row in await self._rows(KINDS[name], "id", {one for one in ids if one is not None})
            }
        return found

    async def _refer_again(self, links: Iterable[AsideLink], there: Mapping[str, set[UUID]]) -> None:
        """Thousands may have taken their style from one picture: those that refer to the same do so in one statement."""
        alike: defaultdict[tuple[str, str, UUID], list[tuple[object, ...]]] = defaultdict(list)
        for link in links:
            key = _table(KINDS[link.table]).primary_key.columns
            alike[link.table, link.column, UUID(str(link.value))].append(
                tuple(_part(column, link.key[column.name]) for column in key)
            )
        for (name, column, value), keys in alike.items():
            table = _table(KINDS[name])
            forgot = table.columns[column]
            [key_to_it] = forgot.foreign_keys
            if value not in there[key_to_it.column.table.name]:
                continue
            change = update(table).where(forgot.is_(None)).values({forgot: value})
            for at in range(0, len(keys), TOGETHER):
                named = tuple_(*table.primary_key.columns).in_(keys[at : at + TOGETHER])
                await self._db_session.execute(change.where(named))


def removed_by(removal: Removal) -> Removed:
    """What a deletion took out, as it was."""
    rows = [KINDS[row.table].model_validate(row.values) for row in removal.aside.rows]
    return Removed(
        assets=[row for row in rows if isinstance(row, Asset)],
        pieces=[row for row in rows if isinstance(row, StagePiece)],
        others=[row for row in rows if not isinstance(row, Asset | StagePiece)],
    )


def _referring_to(name: str) -> Iterator[tuple[type[Row], str, bool]]:
    """The columns that refer to a table, and whether a row goes when what it refers to does, rather than forget it."""
    for kind in TABLES:
        for key in _table(kind).foreign_keys if kind not in TABLES_OF_TRIGGERS else ():
            if key.column.table.name == name:
                yield kind, key.parent.name, key.ondelete == "CASCADE"


def _fits(row: Row, there: Mapping[str, set[UUID]]) -> bool:
    """Whether a row can be stored; what it refers to and may do without, it forgets where that is gone."""
    for key in _table(type(row)).foreign_keys:
        column, value = key.parent, getattr(row, key.parent.name)
        if value is None or value in there[key.column.table.name]:
            continue
        if not column.nullable:
            return False
        setattr(row, column.name, None)
    return True


def _link(row: Row, column: str) -> AsideLink:
    said, key = row.model_dump(mode="json"), _table(type(row)).primary_key.columns
    return AsideLink(
        table=_table(type(row)).name,
        key={part.name: said[part.name] for part in key},
        column=column,
        value=said[column],
    )


def _part(column: Column[Any], said: JsonValue) -> object:
    """A part of a key as the column has it."""
    return UUID(str(said)) if column.type.python_type is UUID else said


def _has_id(kind: type[Row]) -> bool:
    return "id" in kind.model_fields


def _id(row: Row) -> UUID:
    return cast("Any", row).id
