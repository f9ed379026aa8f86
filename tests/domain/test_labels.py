"""A picture's label tells whose it is, and is a file name everywhere."""

import pytest

from wrldbldr.domain.asset import label_for
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.text import LABEL_LIMIT, NAME_LIMIT


def test_a_label_names_entity_type_and_number() -> None:
    assert label_for("Elven Archer", AssetType.PORTRAIT, 1) == "Elven_Archer_Portrait_001"
    assert label_for("Elven Archer", AssetType.BACKDROP, 1234) == "Elven_Archer_Backdrop_1234"


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a\\b:c*d?e"f<g>h|i', "St Ebba’s Lamp", "..", "CON", "a\nb"])
def test_a_label_holds_nothing_a_file_system_minds(name: str) -> None:
    label = label_for(name, AssetType.ITEM, 7)

    assert label.replace("_", "").isalnum()
    assert label.endswith("Item_007")


def test_letters_of_every_script_stay() -> None:
    assert label_for("影の女王", AssetType.SPRITE, 2) == "影の女王_Sprite_002"


def test_the_longest_name_gives_a_label_that_may_be_kept() -> None:
    assert len(label_for("x " * (NAME_LIMIT // 2), AssetType.BACKDROP, 99_999)) <= LABEL_LIMIT
