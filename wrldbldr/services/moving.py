"""Hanging pictures in the gallery of somebody else in their world, and taking that back for ten minutes.

The way back is kept in memory: nothing needs it but the notice that offers it, and a restart forgets it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.picture import FITTING
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.domain.world import Entity, EntityType, entity_type
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import new_id
from wrldbldr.services.access import owned_assets, owned_entity

MOVES_KEPT = 8  # of an account: those that it made last
GONE = "move to undo: it was undone already, or the pictures hang elsewhere by now"


@dataclass(frozen=True, slots=True)
class Moved:
    """The pictures that hang elsewhere now, and what `undo` wants, if there are any."""

    pictures: Sequence[Asset]
    undo_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where and how a picture hung. `new_label` is what the move called it: somebody may rename it since."""

    entity_type: EntityType
    entity_id: UUID
    number: int
    label: str
    new_label: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class _Move:
    """`displaced` is the picture in whose place the only one became the active one."""

    account_id: UUID
    entity_id: UUID
    spots: Mapping[UUID, _Spot]
    displaced: UUID | None
    until: float


class MovingService:
    """Every verb takes 1 to 500 pictures of one world, and moves all of them or none."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._moves: dict[UUID, _Move] = {}

    async def move(
        self, who: Principal, asset_ids: Sequence[UUID], kind: EntityType, entity_id: UUID, *, active: bool = False
    ) -> Moved:
        """Let them be pictures of somebody or something else in their world; what hangs there already stays as it is.

        They get numbers of that gallery, and labels with them where they were not renamed. None arrives as the active
        one, unless it is the only one and is to be `active`. Raises NotFoundError, InvalidInputError.
        """
        async with self._database.write() as unit:
            assets = await owned_assets(unit, who, asset_ids)
            entity = await owned_entity(unit, who, kind, entity_id)
            if entity.world_id != assets[0].world_id:
                raise NotFoundError(kind)
            _check(assets, entity, active=active)
            moving = [asset for asset in assets if asset.entity_id != entity_id]
            changed = {entity_id, *(asset.entity_id for asset in moving)}
            spots = await _rehang(unit, moving, entity)
            displaced = None
            if active:
                displaced = (await unit.assets.active_of([entity_id])).get((entity_id, assets[0].asset_type))
                await unit.assets.make_active(assets[0])
        self._tell(entity.world_id, changed)
        return Moved(moving, self._remember(who, entity_id, spots, displaced) if moving else None)

    async def undo(self, who: Principal, undo_id: UUID) -> Sequence[Asset]:
        """Hang pictures back where they hung, those that are still where the move left them. Returns them.

        What took their place meanwhile stays: another active picture, another picture with their number.
        Raises NotFoundError: also when it is undone already, or too late.
        """
        move = self._moves.get(undo_id)
        if move is None or move.account_id != who.account_id or move.until <= self._clock.monotonic():
            raise NotFoundError(GONE)
        async with self._database.write() as unit:
            back = await _hung_back(unit, move)
            if not back:
                raise NotFoundError(GONE)
        self._moves.pop(undo_id, None)
        self._tell(back[0].world_id, {move.entity_id, *(asset.entity_id for asset in back)})
        return back

    def _remember(self, who: Principal, entity_id: UUID, spots: Mapping[UUID, _Spot], displaced: UUID | None) -> UUID:
        now, undo_id = self._clock.monotonic(), new_id()
        self._moves = {name: one for name, one in self._moves.items() if one.until > now}
        theirs = [name for name, one in self._moves.items() if one.account_id == who.account_id]
        for name in theirs[: 1 - MOVES_KEPT]:
            del self._moves[name]
        self._moves[undo_id] = _Move(who.account_id, entity_id, spots, displaced, now + UNDO_TIME.total_seconds())
        return undo_id

    def _tell(self, world_id: UUID, entity_ids: Collection[UUID]) -> None:
        for entity_id in sorted(entity_ids):
            self._bus.publish(world_topic(world_id), PicturesChanged(world_id, entity_id))


def _check(assets: Sequence[Asset], entity: Entity, *, active: bool) -> None:
    if active and len(assets) > 1:
        raise InvalidInputError("active", "Only one picture can be active: choose one.")
    kind = entity_type(entity)
    unfit = next((asset.asset_type for asset in assets if asset.asset_type not in FITTING[kind]), None)
    if unfit is not None:
        where = "characters" if kind is EntityType.LOCATION else "locations"
        raise InvalidInputError("entity_id", f"{entity.name} is a {kind}, and has no {unfit}s: those are of {where}.")


class _Numbers:
    """Those behind all of a gallery's own. Only the first is looked up: hundreds of pictures may each want one."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._following: dict[tuple[UUID, AssetType], Iterator[int]] = {}

    async def next(self, entity_id: UUID, asset_type: AssetType) -> int:
        """One that nobody has got yet."""
        gallery = entity_id, asset_type
        if gallery not in self._following:
            self._following[gallery] = count(await self._unit.assets.next_number(*gallery))
        return next(self._following[gallery])


async def _rehang(unit: UnitOfWork, assets: Sequence[Asset], entity: Entity) -> dict[UUID, _Spot]:
    """In the order in which they were painted, whatever that is in which they were chosen. Returns where they hung."""
    numbers, spots = _Numbers(unit), dict[UUID, _Spot]()
    for asset in sorted(assets, key=lambda one: (one.created_at, one.batch_index, one.id)):
        number = await numbers.next(entity.id, asset.asset_type)
        label = _numbered(asset.label, asset.asset_type, asset.number, entity, number)
        place = (asset.entity_type, asset.entity_id, asset.number)
        spots[asset.id] = _Spot(*place, label=asset.label, new_label=label, is_active=asset.is_active)
        _hang(asset, entity, number, label)
    return spots


async def _hung_back(unit: UnitOfWork, move: _Move) -> list[Asset]:
    found = await unit.assets.find_all(move.spots)
    here = {asset_id: spot for asset_id, spot in move.spots.items() if _is_here(found.get(asset_id), move)}
    taken = await unit.assets.numbered(
        {spot.entity_id for spot in here.values()}, {spot.number for spot in here.values()}
    )
    numbers, back, to_activate = _Numbers(unit), list[Asset](), list[Asset]()

    def lost_its_number(asset_id: UUID) -> bool:
        spot = here[asset_id]
        return (spot.entity_id, found[asset_id].asset_type, spot.number) in taken

    for asset_id in sorted(here, key=lost_its_number):  # those get numbers behind all that come back with their own
        asset, spot = found[asset_id], here[asset_id]
        entity = await unit.worlds.find_entity(spot.entity_type, spot.entity_id)
        if entity is None:
            continue
        if asset.is_active and move.displaced is not None:
            before = await unit.assets.find(move.displaced)
            to_activate += [before] if before is not None and _is_here(before, move) else []
        if spot.is_active and (entity.id, asset.asset_type) not in await unit.assets.active_of([entity.id]):
            to_activate.append(asset)
        is_lost = lost_its_number(asset_id)
        number = await numbers.next(entity.id, asset.asset_type) if is_lost else spot.number
        _hang_back(asset, spot, entity, number)
        back.append(asset)
    for asset in to_activate:
        await unit.assets.make_active(asset)
    return back


def _is_here(asset: Asset | None, move: _Move) -> bool:
    """Whether a picture is there still, and where the move left it."""
    return asset is not None and asset.entity_id == move.entity_id


def _hang_back(asset: Asset, spot: _Spot, entity: Entity, number: int) -> None:
    """With its label, unless it was renamed since."""
    label = asset.label
    if label == spot.new_label:
        is_same = number == spot.number
        label = spot.label if is_same else _numbered(spot.label, asset.asset_type, spot.number, entity, number)
    _hang(asset, entity, number, label)


def _hang(asset: Asset, entity: Entity, number: int, label: str) -> None:
    asset.entity_type, asset.entity_id = entity_type(entity), entity.id
    asset.number, asset.label, asset.is_active = number, label, False


def _numbered(label: str, kind: AssetType, number: int, entity: Entity, new_number: int) -> str:
    """What a picture is called in another gallery; one that was renamed keeps its name."""
    return label_for(entity.name, kind, new_number) if label.endswith(label_for("", kind, number)) else label
