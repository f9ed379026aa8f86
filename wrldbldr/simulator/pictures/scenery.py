"""Places: ridges with trees and towns, water, crags, dunes, and vaulted halls."""

from math import cos, pi, sin

from wrldbldr.simulator.pictures.canvas import Canvas, Line
from wrldbldr.simulator.pictures.colours import Colour, brightness, has_word, mix
from wrldbldr.simulator.pictures.shapes import Point

INDOORS = "tavern crypt hall interior library inn dungeon cellar temple throne tomb chamber room"
WATERS = "sea harbour harbor tide lake river coast bay shore swamp"
TOWNS = "market town castle gate harbour harbor lighthouse square keep city village port street"
CRAGS = "mountain winter peak pass cliff frost volcano"
BARREN = "desert dune sand waste"
WINDOW_LIGHT: Colour = (255, 190, 110)


def paint_backdrop(canvas: Canvas, words: str) -> None:
    """The place the words describe; variations differ in hour, weather, lie of the land and what stands on it."""
    if has_word(words, INDOORS):
        _hall(canvas)
    else:
        _land(canvas, words)


def _land(canvas: Canvas, words: str) -> None:
    rng, shades, width, height = canvas.rng, canvas.shades, canvas.width, canvas.height
    x, y, count = rng.uniform(0.18, 0.82), rng.uniform(0.16, 0.36), rng.randint(4, 6)
    size = min(0.11, 0.1 * height / width + 0.02) * rng.uniform(0.7, 1.5)
    canvas.sky(x, y, size * 1.2)
    if brightness(shades.sky_top) < 90:
        for _ in range(70):
            twinkle = rng.choice((1, 1, 2)) * max(1.0, width / 1200)
            canvas.disc(
                rng.random() * width, rng.random() * height * 0.5, twinkle, mix(shades.light, shades.sky_top, 0.45)
            )
    canvas.disc(x * width, y * height, size * width, mix(shades.light, shades.sky_low, 0.12))
    if rng.random() < 0.5:
        _clouds(canvas)
    is_wet, is_craggy, base = has_word(words, WATERS), has_word(words, CRAGS), rng.uniform(0.42, 0.52)
    for index in range(count):
        depth = index / (count - 1)
        fill = mix(mix(shades.sky_low, shades.sky_top, 0.15), shades.near, 0.12 + 0.88 * depth)
        if index == count - 2 and is_wet:
            _water(canvas, x * width)
            continue
        swing = 0.07 - 0.035 * depth
        jagged = is_craggy and depth < 0.5
        ground = canvas.ridge(base + (0.9 - base) * depth**1.2, swing * (2.6 if jagged else 1), fill, jagged=jagged)
        if not jagged:
            _furnish(canvas, ground, fill, depth, words)
        if rng.random() < 0.35 and depth < 0.7:
            _mist(canvas, ground, fill)
    if rng.random() < 0.5:
        _birds(canvas)


def _clouds(canvas: Canvas) -> None:
    rng, shades = canvas.rng, canvas.shades
    for _ in range(rng.randint(2, 4)):
        x, y, long = (
            rng.random() * canvas.width,
            canvas.height * rng.uniform(0.08, 0.4),
            canvas.width * rng.uniform(0.06, 0.16),
        )
        fill = mix(mix(shades.sky_top, shades.sky_low, y / canvas.height + 0.15), shades.light, 0.16)
        for _ in range(6):
            canvas.disc(x + rng.uniform(-1, 1) * long, y, long * rng.uniform(0.4, 0.8), fill, squash=0.16)


def _mist(canvas: Canvas, ground: Line, fill: Colour) -> None:
    pale = mix(fill, canvas.shades.sky_low, 0.55)
    for _ in range(5):
        x = canvas.rng.random() * canvas.width
        canvas.disc(
            x, ground(x) + canvas.height * 0.09, canvas.width * canvas.rng.uniform(0.1, 0.22), pale, squash=0.06
        )


def _water(canvas: Canvas, light_x: float) -> None:
    shades, rng, width, height = canvas.shades, canvas.rng, canvas.width, canvas.height
    canvas.draw.rectangle((0, height * 0.7, width, height), fill=mix(shades.sky_low, shades.sky_top, 0.5))
    for index in range(40):
        y, half = height * (0.71 + 0.007 * index), width * rng.uniform(0.01, 0.02 + 0.003 * index)
        canvas.stroke(
            [(light_x - half, y), (light_x + half, y)],
            mix(shades.light, shades.sky_low, 0.25 + 0.015 * index),
            height / 340,
        )
    for _ in range(rng.randint(0, 3)):
        _boat(canvas, rng.uniform(0.08, 0.92) * width, height * rng.uniform(0.73, 0.84))


def _boat(canvas: Canvas, x: float, y: float) -> None:
    size, near, light = canvas.height * canvas.rng.uniform(0.05, 0.1), canvas.shades.near, canvas.shades.light
    hull: list[Point] = [
        (x - size, y - size * 0.12),
        (x + size, y - size * 0.12),
        (x + size * 0.7, y + size * 0.25),
        (x - size * 0.7, y + size * 0.25),
    ]
    canvas.polygon(
        [(x, y - size * 1.7), (x + size * 0.85 * canvas.side, y - size * 0.25), (x, y - size * 0.25)],
        mix(light, near, 0.35),
    )
    canvas.stroke([(x, y), (x, y - size * 1.8)], near, size * 0.08)
    canvas.polygon(hull, mix(near, canvas.shades.cloth, 0.3))


def _birds(canvas: Canvas) -> None:
    rng, near = canvas.rng, mix(canvas.shades.near, canvas.shades.sky_top, 0.3)
    middle_x, middle_y = rng.uniform(0.2, 0.8) * canvas.width, rng.uniform(0.15, 0.35) * canvas.height
    for _ in range(rng.randint(3, 7)):
        x, y = middle_x + rng.gauss(0, 0.06) * canvas.width, middle_y + rng.gauss(0, 0.04) * canvas.height
        span = canvas.height * rng.uniform(0.008, 0.016)
        canvas.stroke([(x - span, y - span * 0.5), (x, y), (x + span, y - span * 0.5)], near, span * 0.25)


def _furnish(canvas: Canvas, ground: Line, fill: Colour, depth: float, words: str) -> None:
    rng, is_town = canvas.rng, has_word(words, TOWNS)
    for _ in range(rng.randint(5, 10) if is_town and 0.1 < depth < 1 else 0):
        x, half = rng.random() * canvas.width, canvas.height * rng.uniform(0.018, 0.045)
        tower(canvas, x, ground(x), half=half, height=canvas.height * rng.uniform(0.06, 0.2) * (0.7 + depth), fill=fill)
    if has_word(words, BARREN):
        return
    clearing = 0.5 + 0.25 * rng.uniform(-1, 1)
    for _ in range(rng.randint(9, 18) if depth == 1 or (not is_town and depth > 0.4) else 0):
        x, high = rng.random() * canvas.width, canvas.height * rng.uniform(0.08, 0.26) * (0.5 + depth)
        if abs(x / canvas.width - clearing) > 0.2 * depth:
            pine(canvas, x, ground(x) + high * 0.1, height=high, fill=fill, tiers=3)


def pine(canvas: Canvas, x: float, foot: float, *, height: float, fill: Colour, tiers: int) -> None:
    """A fir of `tiers` skirts, its foot at (x, foot)."""
    for tier in range(tiers):
        base, half = foot - height * tier * 0.9 / tiers, height * 0.24 * (1 - tier / (tiers + 1))
        canvas.polygon([(x - half, base), (x, base - height * 1.7 / tiers), (x + half, base)], fill)


def tower(canvas: Canvas, x: float, foot: float, *, half: float, height: float, fill: Colour) -> None:
    """A house or tower with a pointed roof and a few lit windows."""
    rng, shades = canvas.rng, canvas.shades
    canvas.draw.rectangle((x - half, foot - height, x + half, foot + height), fill=fill)
    roof = foot - height - half * rng.uniform(1.2, 3)
    canvas.polygon(
        [(x - half * 1.25, foot - height), (x, roof), (x + half * 1.25, foot - height)], mix(fill, shades.near, 0.25)
    )
    for _ in range(rng.randint(1, 4)):
        left, top = x + rng.uniform(-0.6, 0.4) * half, foot - height * rng.uniform(0.1, 0.85)
        canvas.draw.rectangle(
            (left, top, left + half * 0.22, top + half * 0.4), fill=mix(shades.light, WINDOW_LIGHT, 0.4)
        )


def _hall(canvas: Canvas) -> None:
    """Vaults one behind the other, the nearer the darker; at the end a window, a door or a hearth; then the lamps."""
    rng, shades, width, height = canvas.rng, canvas.shades, canvas.width, canvas.height
    vaults, middle = rng.randint(4, 6), width * rng.uniform(0.42, 0.58)
    canvas.draw.rectangle((0, 0, width, height), fill=mix(shades.near, shades.sky_top, 0.3))
    floor = height * 0.8
    for index in range(vaults):
        share = index / (vaults - 1)
        half, top = width * (0.56 - 0.38 * share), height * (0.42 * share - 0.14)
        fill = mix(shades.near, mix(shades.sky_low, shades.light, 0.3 * share), 0.1 + 0.62 * share)
        canvas.polygon(_vault(middle, half, top, height), fill)
    _end_wall(canvas, middle, width * 0.18, height * 0.28, floor)
    _floor(canvas, middle, floor)
    for index in reversed(range(1, vaults - 1)):
        share = index / (vaults - 1)
        for side in (-1, 1):
            _lamp(
                canvas,
                middle + side * width * (0.565 - 0.38 * share),
                height * (0.36 + 0.14 * share),
                height * (0.05 - 0.026 * share),
            )


def _vault(middle: float, half: float, top: float, height: float) -> list[Point]:
    arch = [(middle + half * cos(pi * i / 30), top + half * 0.62 * (1 - sin(pi * i / 30))) for i in range(31)]
    return [(middle + half, height), *arch, (middle - half, height)]


def _end_wall(canvas: Canvas, middle: float, half: float, top: float, floor: float) -> None:
    rng, shades = canvas.rng, canvas.shades
    glow = mix(shades.light, shades.sky_low, 0.15)
    match rng.choice(("window", "door", "hearth", "rose")):
        case "window":
            for x in (-0.45, 0, 0.45):
                pane = _vault(middle + half * x, half * 0.17, top + half * 0.35, floor - half * 0.5)
                canvas.polygon(pane, mix(glow, shades.sky_top, 0.25 * abs(x)))
        case "rose":
            centre = (middle, top + half * 0.9)
            canvas.disc(*centre, half * 0.55, mix(shades.near, shades.cloth, 0.4))
            for index in range(10):
                angle = index * pi / 5
                canvas.disc(
                    centre[0] + cos(angle) * half * 0.36,
                    centre[1] + sin(angle) * half * 0.36,
                    half * 0.13,
                    glow if index % 2 else mix(shades.cloth, glow, 0.45),
                )
            canvas.disc(*centre, half * 0.16, glow)
        case "door":
            canvas.polygon(_vault(middle, half * 0.5, top + half * 0.7, floor), mix(shades.near, shades.cloth, 0.35))
            canvas.polygon(_vault(middle, half * 0.4, top + half * 0.82, floor), mix(shades.light, shades.cloth, 0.55))
        case _:
            canvas.polygon(_vault(middle, half * 0.62, floor - half * 1.2, floor), shades.near)
            for layer in range(6):
                canvas.disc(
                    middle,
                    floor - half * 0.3,
                    half * (0.5 - 0.075 * layer),
                    mix(shades.cloth, shades.light, layer / 5),
                    squash=1.2,
                )


def _floor(canvas: Canvas, middle: float, level: float) -> None:
    shades, width, height = canvas.shades, canvas.width, canvas.height
    stone = mix(shades.near, shades.cloth, 0.3)
    canvas.polygon(
        [(0, height), (width, height), (middle + width * 0.185, level), (middle - width * 0.185, level)], stone
    )
    seam = mix(stone, shades.light, 0.14)
    for index in range(-6, 7):
        canvas.stroke(
            [(middle + index * width * 0.03, level), (middle + index * width * 0.12, height)], seam, width / 700
        )
    for index in range(1, 6):
        y = level + (height - level) * (index / 6) ** 1.7
        half = width * (0.185 + 0.5 * (y - level) / (height - level))
        canvas.stroke([(middle - half, y), (middle + half, y)], seam, width / 700)
    if canvas.rng.random() < 0.5:
        carpet = mix(canvas.rng.choice((shades.cloth, shades.sky_low)), shades.near, 0.2)
        canvas.polygon(
            [
                (middle - width * 0.05, level),
                (middle + width * 0.05, level),
                (middle + width * 0.19, height),
                (middle - width * 0.19, height),
            ],
            carpet,
        )


def _lamp(canvas: Canvas, x: float, y: float, radius: float) -> None:
    shades = canvas.shades
    for layer in range(9):
        fill = mix(mix(shades.near, shades.sky_low, 0.25), mix(shades.light, WINDOW_LIGHT, 0.25), layer / 8)
        canvas.disc(x, y, radius * (2.0 - 0.2 * layer), fill, squash=1.2)
