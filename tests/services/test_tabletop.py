"""The folder for a virtual tabletop stays a folder, whatever a world's file says of its pictures."""

import json
from typing import Any

from tests.fakes.world_files import KEEPER, NOW, document
from wrldbldr.domain.archive import WorldRows, content_of
from wrldbldr.domain.asset import Asset
from wrldbldr.kit.ids import new_id
from wrldbldr.services.tabletop import REPEAT_LIMIT, REPEATED_BYTES_LIMIT, tabletop_pictures

TOKEN_COUNT = 1


def world() -> WorldRows:
    return content_of(json.dumps(document()).encode())


def starred(content: WorldRows, count: int, **changes: Any) -> list[Asset]:
    """So many portraits of the keeper, all of one content unless changed."""
    [portrait] = content.assets()
    assert str(portrait.entity_id) == KEEPER
    alike: dict[str, Any] = portrait.model_dump() | {"is_starred": True} | changes
    return [Asset(**(alike | {"id": new_id(), "number": number})) for number in range(count)]


def test_a_picture_may_stand_for_several() -> None:
    content = world()

    assert len(list(tabletop_pictures(content, starred(content, 12)))) == 12 + TOKEN_COUNT


def test_a_picture_that_is_said_to_stand_for_thousands_does_not_become_thousands_of_files() -> None:
    content = world()

    assert len(list(tabletop_pictures(content, starred(content, 5000)))) == 1 + REPEAT_LIMIT + TOKEN_COUNT


def test_all_pictures_are_gone_through_once_however_many_there_are_to_show() -> None:
    cellar = {"id": str(new_id()), "name": "Cellar", "created_at": NOW}
    content = content_of(json.dumps(document(locations=[cellar])).encode())

    assert len(list(tabletop_pictures(content, iter(starred(content, 3))))) == 3 + TOKEN_COUNT


def test_large_pictures_are_repeated_less_often() -> None:
    content = world()
    large = starred(content, 50, byte_size=REPEATED_BYTES_LIMIT // 10)

    assert len(list(tabletop_pictures(content, large))) == 1 + 10 + TOKEN_COUNT


def test_different_pictures_all_have_their_file() -> None:
    content = world()
    several = [one for number in range(500) for one in starred(content, 1, content_hash=f"{number:064x}")]

    assert len(list(tabletop_pictures(content, several))) == 500 + TOKEN_COUNT
