"""What the painter draws on: a picture, the way the light falls, and a few strokes all kinds of pictures share."""

from collections.abc import Callable, Sequence
from math import sin
from random import Random

from PIL import Image, ImageDraw, ImageOps

from wrldbldr.simulator.pictures.colours import Colour, Palette, mix
from wrldbldr.simulator.pictures.pillow import mapped, resized
from wrldbldr.simulator.pictures.shapes import Point, smooth

Line = Callable[[float], float]


class Canvas:
    """A picture of `width` x `height` being painted. `side` is +1 or -1: which way the figure and the light turn."""

    def __init__(self, width: int, height: int, shades: Palette, rng: Random, *, transparent: bool = False) -> None:
        self.width, self.height, self.shades, self.rng = width, height, shades, rng
        self.side = rng.choice((-1, 1))
        self.image = (
            Image.new("RGBA", (width, height)) if transparent else Image.new("RGB", (width, height), shades.sky_low)
        )
        self.draw = ImageDraw.Draw(self.image)

    def sky(self, x: float, y: float, glow: float) -> None:
        """The sky from top to bottom, bright round the light at (x, y), both 0..1; `glow` is its reach."""
        shades, width, height = self.shades, max(1, self.width // 4), max(1, self.height // 4)
        reach = max(2, int(self.width * glow * 2))
        middle = mix(shades.sky_top, shades.sky_low, 0.42)
        fade = resized(Image.linear_gradient("L"), (width, height))
        base = ImageOps.colorize(fade, shades.sky_top, shades.sky_low, mid=middle)
        halo = Image.new("L", (width, height))
        disc = resized(
            mapped(Image.radial_gradient("L"), lambda value: max(0, 180 - value) ** 2 // 190), (reach, reach)
        )
        halo.paste(disc, (int(x * width - reach / 2), int(y * height - reach / 2)))
        lit = Image.composite(Image.new("RGB", (width, height), shades.light), base, halo)
        self.image.paste(resized(lit, self.image.size, Image.Resampling.BILINEAR))

    def disc(self, x: float, y: float, radius: float, fill: Colour, *, squash: float = 1.0, alpha: int = 255) -> None:
        """A filled circle, or an ellipse `squash` times as high as it is wide."""
        box = (x - radius, y - radius * squash, x + radius, y + radius * squash)
        self.draw.ellipse(box, fill=(*fill, alpha))

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """A shape with corners."""
        self.draw.polygon(list(points), fill=fill)

    def blob(self, points: Sequence[Point], fill: Colour, rim: float = 0.0) -> None:
        """A smooth shape; with a `rim` its lit edge shines that strongly."""
        curve = smooth(points)
        if rim:
            dx, dy = self.side * self.width / 160, self.width / 260
            self.polygon([(x - dx, y - dy) for x, y in curve], mix(fill, self.shades.light, rim))
        self.polygon(curve, fill)

    def stroke(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """A line through the points."""
        self.draw.line(list(points), fill=fill, width=max(1, int(width)), joint="curve")

    def ridge(self, level: float, swing: float, fill: Colour, *, jagged: bool = False) -> Line:
        """Hills (or crags) from the left to the right round `level` (0..1 of the height); answers where their line runs."""
        a, b, c = (self.rng.uniform(0, 9) for _ in range(3))

        def line(x: float) -> float:
            share = x / self.width
            if jagged:
                wave = 1.1 * _saw(share * 2.3 + a) + 0.5 * _saw(share * 5.1 + b) + 0.2 * _saw(share * 13 + c) - 0.8
                return self.height * (level - swing * wave)
            wave = 0.6 * sin(share * 4.2 + a) + 0.3 * sin(share * 11 + b) + 0.1 * sin(share * 37 + c)
            return self.height * (level + swing * wave)

        step = max(1, self.width // 220)
        along: list[Point] = [(x, line(x)) for x in range(0, self.width + step, step)]
        self.polygon([(0, self.height), *along, (self.width, self.height)], fill)
        return line


def _saw(value: float) -> float:
    """A zigzag between 0 and 1."""
    return abs((value % 1.0) * 2 - 1)
