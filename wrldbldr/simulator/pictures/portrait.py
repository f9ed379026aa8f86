"""A head and shoulders before some of the world."""

from math import cos, pi, sin

from wrldbldr.simulator.pictures.canvas import Canvas
from wrldbldr.simulator.pictures.colours import LIVERIES, mix
from wrldbldr.simulator.pictures.figure import Figure, Pose
from wrldbldr.simulator.pictures.scenery import pine, tower
from wrldbldr.simulator.pictures.subject import Subject


def paint_portrait(canvas: Canvas, subject: Subject, setting: int) -> None:
    """The subject before `setting`; variations differ in setting, light, distance, dress and mood."""
    rng, shades, side = canvas.rng, canvas.shades, canvas.side
    x, y, radius = 0.5 - side * rng.uniform(0.12, 0.26), rng.uniform(0.22, 0.38), rng.uniform(0.16, 0.3)
    canvas.sky(x, y, radius)
    SETTINGS[setting % len(SETTINGS)](canvas, x * canvas.width, y * canvas.height, radius * canvas.width)
    cloth = mix(shades.cloth, rng.choice(LIVERIES), rng.choice((0.0, 0.25, 0.6)))
    head = min(canvas.width, canvas.height) * rng.uniform(0.145, 0.2)
    middle_x, middle_y = canvas.width * rng.uniform(0.43, 0.57), canvas.height * rng.uniform(0.37, 0.45)
    Figure(
        canvas, subject, Pose(middle_x, max(middle_y, head * 1.9), head, canvas.height * 1.1, 2.35, cloth)
    ).upper_half()


def _hills(canvas: Canvas, x: float, y: float, radius: float) -> None:
    shades = canvas.shades
    canvas.disc(x, y, radius, mix(shades.light, shades.sky_low, 0.12))
    for index in range(canvas.rng.randint(2, 3)):
        canvas.ridge(0.62 + 0.1 * index, 0.05, mix(shades.sky_low, shades.near, 0.3 + 0.2 * index))


def _forest(canvas: Canvas, x: float, y: float, radius: float) -> None:
    shades, rng = canvas.shades, canvas.rng
    canvas.disc(x, y, radius * 0.6, mix(shades.light, shades.sky_low, 0.2))
    for depth in range(3):
        fill = mix(shades.sky_low, shades.near, 0.22 + 0.2 * depth)
        for _ in range(9):
            height = canvas.height * rng.uniform(0.34, 0.62)
            pine(
                canvas,
                rng.random() * canvas.width,
                canvas.height * (0.72 + 0.1 * depth),
                height=height,
                fill=fill,
                tiers=5,
            )
        canvas.ridge(0.72 + 0.1 * depth, 0.02, fill)


def _arch(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """An arched window in a dark wall."""
    shades, width, height = canvas.shades, canvas.width, canvas.height
    middle, half, top = width / 2, width * 0.4, height * 0.1
    canvas.disc(x, y, radius * 0.7, mix(shades.light, shades.sky_low, 0.12))
    canvas.ridge(0.66, 0.04, mix(shades.sky_low, shades.near, 0.35))
    wall = mix(shades.near, shades.cloth, 0.22)
    round_top = [(middle + half * cos(pi * i / 24), top + half - half * sin(pi * i / 24)) for i in range(25)]
    canvas.polygon(
        [
            (0, 0),
            (width, 0),
            (width, height),
            (middle + half, height),
            *round_top,
            (middle - half, height),
            (0, height),
        ],
        wall,
    )
    canvas.stroke(
        [(middle + half, height), *round_top, (middle - half, height)], mix(wall, shades.light, 0.3), width * 0.022
    )
    canvas.stroke([(middle, top), (middle, height)], wall, width * 0.02)


def _rays(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Light fanning out behind the head, as on a holy card."""
    shades, rng = canvas.shades, canvas.rng
    count, turn, reach = rng.choice((12, 16, 20)), rng.random(), canvas.width + canvas.height
    middle = (canvas.width / 2, canvas.height * 0.42)
    for index in range(count):
        edges = ((index + offset + turn) * 2 * pi / count for offset in (0, 0.5))
        outer = [(middle[0] + cos(edge) * reach, middle[1] + sin(edge) * reach) for edge in edges]
        canvas.polygon([middle, *outer], mix(shades.sky_low, shades.sky_top, 0.55))
    canvas.disc(*middle, min(canvas.width, canvas.height) * 0.36, mix(shades.light, shades.sky_low, 0.3))
    canvas.disc(*middle, min(canvas.width, canvas.height) * 0.33, mix(shades.sky_low, shades.sky_top, 0.25))


def _towers(canvas: Canvas, x: float, y: float, radius: float) -> None:
    shades, rng = canvas.shades, canvas.rng
    canvas.disc(x, y, radius * 0.75, mix(shades.light, shades.sky_low, 0.12))
    for depth in range(2):
        fill = mix(shades.sky_low, shades.near, 0.3 + 0.28 * depth)
        ground = canvas.ridge(0.68 + 0.1 * depth, 0.03, fill)
        for _ in range(6):
            at = rng.random() * canvas.width
            half, height = canvas.height * rng.uniform(0.03, 0.055), canvas.height * rng.uniform(0.14, 0.4)
            tower(canvas, at, ground(at), half=half, height=height, fill=fill)


def _embers(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A dark room with floating lights."""
    shades, rng = canvas.shades, canvas.rng
    for _ in range(26):
        across, down = rng.random(), rng.random()
        size = canvas.width * rng.uniform(0.006, 0.035)
        air = mix(shades.sky_top, shades.light, 0.3 + 0.25 * down)
        for layer in range(5):
            glow = mix(air, shades.light, 0.1 + 0.22 * layer)
            canvas.disc(across * canvas.width, down * canvas.height, size * (2.0 - 0.4 * layer), glow)


SETTINGS = (_hills, _forest, _arch, _rays, _towers, _embers)
