"""The painter: what it paints follows from the words and the seed, and no two variations look alike."""

import pytest
from PIL import Image, ImageChops, ImageStat

from wrldbldr.simulator.pictures.colours import has_word, palette_of
from wrldbldr.simulator.pictures.painting import Commission, paint
from wrldbldr.simulator.pictures.preview import Preview
from wrldbldr.simulator.values import Reference

CLEARLY = 12  # mean difference per channel, of 255


def commission(
    words: str = "a veteran guard",
    *,
    seed: int = 1,
    index: int = 0,
    size: tuple[int, int] = (128, 128),
    model: str = "",
) -> Commission:
    return Commission(words, seed, index, size[0], size[1], model)


def difference(first: Image.Image, second: Image.Image) -> float:
    """How far two pictures are apart: the mean over all pixels and channels."""
    return sum(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean) / 3


def test_the_same_words_and_seed_give_the_same_picture() -> None:
    assert paint(commission()).tobytes() == paint(commission()).tobytes()


def test_the_next_of_a_batch_is_the_next_seed() -> None:
    assert paint(commission(seed=4, index=2)).tobytes() == paint(commission(seed=6)).tobytes()


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("a veteran guard", (128, 128)),
        ("full body sprite of a ranger", (96, 160)),
        ("a harbour", (192, 108)),
        ("a crypt", (192, 108)),
    ],
)
def test_each_picture_of_a_batch_differs_clearly(words: str, size: tuple[int, int]) -> None:
    batch = [paint(commission(words, seed=seed, size=size)) for seed in range(4)]
    covered = 1.0 if batch[0].mode == "RGB" else sum(batch[0].getchannel("A").histogram()[128:]) / (size[0] * size[1])

    for index, first in enumerate(batch):
        for second in batch[index + 1 :]:
            assert difference(first, second) > CLEARLY * covered


def test_other_words_give_another_picture() -> None:
    assert difference(paint(commission("a queen")), paint(commission("a thief at night"))) > CLEARLY


@pytest.mark.parametrize(
    ("words", "size", "kind"),
    [
        ("a guard", (512, 512), "portrait"),
        ("a guard, full body", (512, 512), "sprite"),
        ("SPRITE of a guard", (900, 500), "sprite"),
        ("a wide portrait of a guard", (900, 500), "portrait"),
        ("a gate", (900, 500), "backdrop"),
        ("a landscape", (512, 512), "backdrop"),
        ("", (512, 512), "portrait"),
    ],
)
def test_words_and_shape_decide_what_is_painted(words: str, size: tuple[int, int], kind: str) -> None:
    assert commission(words, size=size).kind == kind


def test_a_sprite_stands_on_nothing_and_leaves_its_corners_free() -> None:
    sprite = paint(commission("a sprite", size=(96, 160)))
    alpha = sprite.getchannel("A")

    assert [alpha.getpixel(corner) for corner in ((0, 0), (95, 0), (0, 159), (95, 159))] == [0, 0, 0, 0]
    assert alpha.getpixel((48, 80)) == 255


@pytest.mark.parametrize("size", [(16, 16), (17, 300), (300, 17), (2000, 2400)])
@pytest.mark.parametrize(
    "words", ["a portrait", "a sprite", "a landscape with a castle by the sea", "a tavern, landscape"]
)
def test_every_size_can_be_painted(words: str, size: tuple[int, int]) -> None:
    assert paint(commission(words, size=size)).size == size


def test_each_model_has_a_hand_of_its_own() -> None:
    hands = [paint(commission(model=f"simulated_{name}.safetensors")) for name in ("painter", "inker", "watercolour")]

    assert difference(hands[0], hands[1]) > 3
    assert difference(hands[0], hands[2]) > 3


def test_a_reference_tints_by_its_weight() -> None:
    green = Image.new("RGB", (32, 32), "#20c040")

    def greenness(weight: float) -> float:
        asked = Commission("a guard", 1, 0, 128, 128, "", (Reference(green, weight),))
        red, middle, blue = ImageStat.Stat(paint(asked)).mean
        return middle - (red + blue) / 2

    assert greenness(0.0) < greenness(0.5) < greenness(1.0)


def test_the_palette_of_a_picture_runs_from_dark_to_light() -> None:
    shades = palette_of(Image.linear_gradient("L"))

    assert sum(shades.near) < sum(shades.sky_top) < sum(shades.light)


def test_words_are_found_at_their_beginning_only() -> None:
    assert has_word("an elven queen", "elf elven")
    assert not has_word("a bookshelf", "elf")


def test_previews_get_clearer() -> None:
    picture = paint(commission(size=(640, 640)))
    preview = Preview(picture)
    distances = []
    for progress in (0.1, 0.5, 1.0):
        from io import BytesIO

        frame = Image.open(BytesIO(preview.frame(progress)))
        assert frame.size == (512, 512)
        distances.append(difference(frame, picture.resize((512, 512))))

    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 5
