"""A finished picture from a commission: which kind it is, how large it is drawn, and the last touches."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from wrldbldr.simulator.catalogue import INKER, WATERCOLOUR
from wrldbldr.simulator.pictures.canvas import Canvas
from wrldbldr.simulator.pictures.chance import chance_of, noise
from wrldbldr.simulator.pictures.colours import PALETTES, has_word, tinted
from wrldbldr.simulator.pictures.pillow import mapped, resized
from wrldbldr.simulator.pictures.portrait import paint_portrait
from wrldbldr.simulator.pictures.scenery import paint_backdrop
from wrldbldr.simulator.pictures.sprite import paint_sprite
from wrldbldr.simulator.pictures.subject import subject_of
from wrldbldr.simulator.values import Reference

DRAWN_PIXELS_LIMIT = 4_000_000  # nothing is drawn larger than this; larger pictures are blown up
WIDE = 1.25  # from this proportion on a picture shows a place


@dataclass(frozen=True)
class Commission:
    """What to paint: the words, the seed and which of the batch, the size in pixels, and with which model."""

    words: str
    seed: int
    index: int
    width: int
    height: int
    model: str
    references: tuple[Reference, ...] = ()

    @property
    def kind(self) -> str:
        """What the words say, else what the shape suggests: a sprite, a portrait or a backdrop."""
        words = self.words.lower()
        if "full body" in words or "full-body" in words or has_word(words, "sprite"):
            return "sprite"
        if has_word(words, "portrait headshot bust"):
            return "portrait"
        if has_word(words, "backdrop landscape scenery establishing environment") or self.width >= self.height * WIDE:
            return "backdrop"
        return "portrait"


def paint(commission: Commission) -> Image.Image:
    """Paint it. RGB; a sprite is RGBA on a transparent ground."""
    words, kind = commission.words.lower().strip(), commission.kind
    size = (commission.width, commission.height)
    variation = f"{words}|{commission.seed + commission.index}"
    rng = chance_of(variation)
    subject = subject_of(words)
    hour = rng.choice(PALETTES)[1]
    shades = subject.shades
    lit = shades.towards(hour, rng.uniform(0.0, 0.6))
    shades = tinted(type(shades)(lit.sky_top, lit.sky_low, lit.light, shades.near, shades.cloth), commission.references)
    canvas = Canvas(*_drawn_size(*size), shades, rng, transparent=kind == "sprite")
    match kind:
        case "sprite":
            paint_sprite(canvas, subject)
        case "backdrop":
            paint_backdrop(canvas, words)
        case _:
            paint_portrait(canvas, subject, commission.seed + commission.index)  # neighbours never share a setting
    finished = resized(canvas.image, size, Image.Resampling.BOX if canvas.width > size[0] else Image.Resampling.BICUBIC)
    return finished if kind == "sprite" else _finish(finished, commission.model)


def _drawn_size(width: int, height: int) -> tuple[int, int]:
    """Twice the size, for smooth edges, as long as that is not too large."""
    scale = min(2.0, sqrt(DRAWN_PIXELS_LIMIT / (width * height)))
    scale = 1.0 if 1.0 < scale < 2.0 else scale
    return max(1, round(width * scale)), max(1, round(height * scale))


def _finish(image: Image.Image, model: str) -> Image.Image:
    grained = ImageChops.soft_light(image, _paper(image.size))
    if model == INKER:
        edges = mapped(image.convert("L").filter(ImageFilter.FIND_EDGES), lambda value: 255 - min(255, value * 3))
        lines = edges.filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")
        return ImageChops.multiply(ImageEnhance.Color(ImageOps.posterize(grained, 4)).enhance(0.55), lines)
    if model == WATERCOLOUR:
        wet = grained.filter(ImageFilter.ModeFilter(max(3, image.width // 160 * 2 + 1)))
        return Image.blend(wet, Image.new("RGB", image.size, "#f4ecdd"), 0.22)
    return grained


@lru_cache(4)
def _paper(size: tuple[int, int]) -> Image.Image:
    """Grain and vignette, to lay over a finished picture with soft light."""
    fade = resized(mapped(Image.radial_gradient("L"), lambda value: 138 - value * value // 900), size)
    grain = noise(size, "paper", 0.25).filter(ImageFilter.GaussianBlur(0.6))
    return Image.merge("RGB", [ImageChops.overlay(grain, fade)] * 3)
