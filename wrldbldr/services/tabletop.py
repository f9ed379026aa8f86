"""Which pictures of a world a virtual tabletop is given, and what their files are called there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from wrldbldr.domain.archive import SUFFIXES, WorldRows
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.portable import Names
from wrldbldr.domain.world import EntityType
from wrldbldr.media.round_token import round_token
from wrldbldr.media.world_file import TABLETOP

TOKEN_SIDE = 512
FOLDERS = {
    AssetType.PORTRAIT: "Portraits",
    AssetType.SPRITE: "Sprites",
    AssetType.BACKDROP: "Maps",
    AssetType.ITEM: "Items",
}
TOKENS = "Tokens"
REPEAT_LIMIT, REPEATED_BYTES_LIMIT = 200, 2**30
FACES = (AssetType.PORTRAIT, AssetType.SPRITE)
"""Of what a character's token is made: the first of these there is."""


@dataclass(frozen=True, slots=True)
class TabletopPicture:
    """A file of the tabletop's folder. `made_of` turns the stored picture into it, and blocks."""

    name: str
    content_hash: str
    changed_at: datetime
    made_of: Callable[[BinaryIO], BinaryIO]


def tabletop_pictures(content: WorldRows, assets: Iterable[Asset]) -> Iterator[TabletopPicture]:
    """The active and the starred ones of `assets` under the names of whom they show; a round token for each character."""
    names, repeats, shown = Names(), _Repeats(), defaultdict[UUID, list[Asset]](list)
    for asset in assets:
        if asset.is_active or asset.is_starred:
            shown[asset.entity_id].append(asset)
    for entity in sorted(content.entities(), key=lambda entity: (entity.name, entity.created_at)):
        chosen = sorted(shown[entity.id], key=lambda asset: (not asset.is_active, asset.number))
        for asset in filter(repeats.allow, chosen):
            name = names.free(entity.name, folder=_folder(FOLDERS[asset.asset_type]), suffix=SUFFIXES[asset.media_type])
            yield TabletopPicture(name, asset.content_hash, asset.created_at, _as_it_is)
        face = _face(chosen)
        if face is not None and repeats.allow(face, TOKENS):
            name = names.free(entity.name, folder=_folder(TOKENS), suffix=".png")
            yield TabletopPicture(name, face.content_hash, face.created_at, _as_a_token)


class _Repeats:
    """The same picture may stand for several, but a file that says so ten thousand times does not become ten thousand."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._count, self._bytes = 0, 0

    def allow(self, asset: Asset, what: str = "") -> bool:
        """Whether there is room for it, or, as `what`, for something made of it."""
        if (asset.content_hash, what) not in self._seen:
            self._seen.add((asset.content_hash, what))
            return True
        self._count, self._bytes = self._count + 1, self._bytes + asset.byte_size
        return self._count <= REPEAT_LIMIT and self._bytes <= REPEATED_BYTES_LIMIT


def _face(chosen: Sequence[Asset]) -> Asset | None:
    """What a character is recognised by; a location has no face."""
    faces = [asset for asset in chosen if asset.asset_type in FACES and asset.entity_type is EntityType.CHARACTER]
    return min(faces, key=lambda asset: FACES.index(asset.asset_type), default=None)


def _folder(name: str) -> str:
    return f"{TABLETOP}/{name}"


def _as_it_is(file: BinaryIO) -> BinaryIO:
    return file


def _as_a_token(file: BinaryIO) -> BinaryIO:
    return BytesIO(round_token(file.read(), TOKEN_SIDE, has_ring=True))
