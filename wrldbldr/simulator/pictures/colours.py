"""Colours: palettes the words choose, skins, hair, and how a reference picture tints them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from random import Random

from PIL import Image, ImageColor

from wrldbldr.simulator.pictures.pillow import resized
from wrldbldr.simulator.values import Reference

Colour = tuple[int, int, int]


def colour(name: str) -> Colour:
    """`"#rrggbb"` as numbers."""
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` (0..1) of the way from the first colour to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def brightness(shade: Colour) -> float:
    """How bright a colour looks, 0..255."""
    red, green, blue = shade
    return 0.3 * red + 0.59 * green + 0.11 * blue


def has_word(words: str, wanted: str) -> bool:
    """Whether one of the `wanted` words (separated by spaces) begins a word of the text: "elf" is not in "shelf"."""
    return any(re.search(rf"\b{re.escape(word)}", words) for word in wanted.split())


@dataclass(frozen=True)
class Palette:
    """The five colours of a picture: sky above and below, the light, the nearest silhouette, the cloth."""

    sky_top: Colour
    sky_low: Colour
    light: Colour
    near: Colour
    cloth: Colour

    def towards(self, other: "Palette", share: float) -> "Palette":
        """Every colour `share` of the way to the other palette's."""
        mine, theirs = self.colours, other.colours
        return Palette(*(mix(a, b, share) for a, b in zip(mine, theirs, strict=True)))

    @property
    def colours(self) -> tuple[Colour, ...]:
        """All five, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))


def palette(written: str) -> Palette:
    """Five colours written in the order of the fields."""
    return Palette(*(colour(name) for name in written.split()))


PALETTES: tuple[tuple[str, Palette], ...] = (
    ("fire forge tavern candle inn ember brother demon", palette("#17102b #7a3348 #ffbf69 #120a18 #8a3a3a")),
    ("night moon crypt thief smuggler veil assassin", palette("#0d1233 #3f5f92 #f1efdf #090d1f #34507a")),
    ("forest elf elven grove druid herb moss ranger", palette("#132524 #7f9a5e #f6e8a6 #0c1714 #41603f")),
    ("market town square noble merchant gate dusk sunset", palette("#2c1a45 #de7c5c #ffdca6 #180e25 #6a3a5c")),
    ("sea salt harbour harbor ship tide captain sailor", palette("#173842 #9fc0b2 #fff2d2 #0c1d23 #2c6068")),
    ("queen widow rose witch opera princess", palette("#341b2c #c58a86 #ffe4c6 #1b0e17 #8b4250")),
    ("desert bone veteran soldier guard road dune", palette("#3a2a22 #c9a36e #fff0cb #1b130e #7a5636")),
    ("winter frost snow mountain ghost ice", palette("#1a2242 #93abd2 #ffffff #10152a #54658f")),
    ("dawn morning meadow farm hill halfling", palette("#3d5a80 #f2b8a0 #fff6d6 #1d2a33 #5d7a4a")),
    ("wizard mage arcane star magic sorcerer", palette("#150f3d #6b4fa0 #d9f0ff #0b0722 #4b3a8c")),
)
LIVERIES = tuple(
    map(
        colour,
        ("#8a3a3a", "#34507a", "#41603f", "#6a3a5c", "#2c6068", "#8b4250", "#7a5636", "#54658f", "#8c7a2f", "#3c3a4a"),
    )
)
SKINS = tuple(map(colour, ("#f0c8a0", "#d9a377", "#b9794f", "#8a5536", "#5f3a28")))
HAIRS = tuple(map(colour, ("#1d1512", "#43291b", "#7a4a24", "#b98a4a", "#c9c3bb", "#7d2f1f")))
HAIR_WORDS = {
    "silver": colour("#c9c8cd"), "white hair": colour("#dcdad6"), "dark hair": colour("#1e1618"),
    "black hair": colour("#17131a"), "red hair": colour("#9a3a22"), "blond": colour("#d3a95c"), "grizzled": colour("#8b8580"),
}  # fmt: skip
SKIN_WORDS = {
    "orc": colour("#6f8a52"),
    "goblin": colour("#7c9a4a"),
    "ghost": colour("#bcd0de"),
    "demon": colour("#a8483c"),
}


def palette_for(words: str, subject: Random) -> Palette:
    """The palette the words name, else one their sum chooses."""
    chosen = subject.choice(PALETTES)[1]
    return next((shades for wanted, shades in PALETTES if has_word(words, wanted)), chosen)


def tinted(shades: Palette, references: Sequence[Reference]) -> Palette:
    """The palette drawn towards the colours of the reference pictures, each by its weight."""
    for reference in references:
        shades = shades.towards(palette_of(reference.image), 0.85 * reference.weight)
    return shades


def palette_of(image: Image.Image) -> Palette:
    """The palette of a picture: its five main colours from dark to bright, put to use by brightness."""
    small = resized(image.convert("RGB"), (48, 48)).quantize(5)
    flat = (small.getpalette() or [])[:15]
    found = [(flat[i], flat[i + 1], flat[i + 2]) for i in range(0, len(flat) - 2, 3)] or [(128, 128, 128)]
    ranked = sorted((found * 5)[:5], key=brightness)
    near, top, cloth, low, light = ranked
    return Palette(
        sky_top=top, sky_low=low, light=mix(light, (255, 255, 255), 0.25), near=mix(near, (0, 0, 0), 0.3), cloth=cloth
    )
