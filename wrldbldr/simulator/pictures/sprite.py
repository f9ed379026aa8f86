"""A whole figure on a transparent ground, to stand on a stage."""

from wrldbldr.simulator.pictures.canvas import Canvas
from wrldbldr.simulator.pictures.colours import LIVERIES, Colour, mix
from wrldbldr.simulator.pictures.figure import BOOTS, GOLD, IRON, WOOD, Figure, Pose
from wrldbldr.simulator.pictures.shapes import Point, mirrored
from wrldbldr.simulator.pictures.subject import TOOLS, Subject


def paint_sprite(canvas: Canvas, subject: Subject) -> None:
    """Dress, arms, tool and head; variations differ in livery, tool, stance and the side they face."""
    rng, shades = canvas.rng, canvas.shades
    head = min(canvas.height * rng.uniform(0.068, 0.08), canvas.width * 0.16)
    cloth = mix(shades.cloth, rng.choice(LIVERIES), rng.choice((0.0, 0.45, 0.8)))
    ground = canvas.height * 0.95
    pose = Pose(canvas.width / 2, max(ground - head * rng.uniform(9.2, 10.2), head * 2.5), head, ground, 1.5, cloth)
    figure = Figure(canvas, subject, pose)
    canvas.disc(pose.x, ground, head * 2.2, (0, 0, 0), squash=0.14, alpha=110)
    tool = subject.tool if rng.random() < 0.5 else rng.choice((*TOOLS, "nothing"))
    if tool in ("staff", "bow"):
        _tool(figure, tool)
    if rng.random() < 0.45:
        _cloak(figure)
    if subject.wears_robe:
        _robe(figure)
    else:
        _tunic(figure)
    figure.neckline()
    if tool in ("sword", "lantern", "book"):
        _tool(figure, tool)
    _arms(figure)
    figure.head()


def _cloak(figure: Figure) -> None:
    shade = mix(figure.pose.cloth, figure.shades.near, 0.55)
    figure.canvas.blob(
        figure.at(mirrored((0, 1.2), (1.35, 2.0), (1.9, figure.foot - 1.2), (1.5, figure.foot - 0.5))), shade, 0.35
    )


def _robe(figure: Figure) -> None:
    cloth, near, foot = figure.pose.cloth, figure.shades.near, figure.foot
    right: list[Point] = [(0.95, 1.7), (1.05, 3.6), (1.5, foot - 0.5), (1.35, foot - 0.12)]
    figure.canvas.blob(figure.at(mirrored((0, 1.15), *right)), cloth, 0.5)
    figure.canvas.blob(figure.at([(0.25, 1.15), *right, (0.4, foot - 0.3), (0.35, 3.6)]), mix(cloth, near, 0.4))
    hem = mix(figure.shades.light, cloth, 0.45)
    figure.canvas.stroke(
        figure.at([(-1.42, foot - 0.62), (0, foot - 0.4), (1.42, foot - 0.62)]), hem, figure.pose.head * 0.16
    )
    _belt(figure, 3.7, 1.08)


def _tunic(figure: Figure) -> None:
    cloth, near, foot = figure.pose.cloth, figure.shades.near, figure.foot
    trousers = mix(BOOTS, mix(cloth, near, 0.3), 0.45)
    for x in (-1, 1):
        leg: list[Point] = [(x * 0.12, 5.0), (x * 0.95, 5.0), (x * 0.82, foot - 0.4), (x * 0.3, foot - 0.4)]
        figure.canvas.polygon(figure.at(leg), mix(trousers, near, 0.35 * (x > 0)))
        boot: list[Point] = [
            (x * 0.22, foot - 2.0), (x * 0.92, foot - 2.0), (x * 0.86, foot - 0.3), (x * 1.2, foot), (x * 0.2, foot),
        ]  # fmt: skip
        figure.canvas.polygon(figure.at(boot), mix(BOOTS, figure.shades.light, 0.16 - 0.1 * (x > 0)))
    right: list[Point] = [(0.95, 1.7), (0.95, 3.6), (1.2, 5.6)]
    figure.canvas.blob(figure.at(mirrored((0, 1.15), *right)), cloth, 0.5)
    figure.canvas.blob(figure.at([(0.25, 1.15), *right, (0.25, 5.75), (0.3, 3.6)]), mix(cloth, near, 0.4))
    _belt(figure, 3.9, 1.02)


def _belt(figure: Figure, y: float, half: float) -> None:
    figure.canvas.stroke(
        figure.at([(-half, y), (0, y + 0.12), (half, y)]), mix(WOOD, figure.shades.near, 0.35), figure.pose.head * 0.28
    )
    figure.canvas.disc(*figure.at([(0, y + 0.1)])[0], figure.pose.head * 0.19, mix(GOLD, figure.shades.light, 0.3))


def _arms(figure: Figure) -> None:
    """One arm reaches out to what is held, the other hangs."""
    cloth, near, skin = figure.pose.cloth, figure.shades.near, figure.subject.skin
    reach: list[Point] = [(0.7, 1.75), (1.2, 2.1), (2.15, 3.5), (1.95, 3.95), (1.2, 3.3), (0.75, 2.6)]
    hang: list[Point] = [(-0.75, 1.75), (-1.15, 2.0), (-1.45, 4.1), (-1.05, 4.3), (-0.85, 3.0)]
    figure.canvas.blob(figure.at(hang), mix(cloth, figure.shades.light, 0.12), 0.3)
    figure.canvas.disc(*figure.at([(-1.25, 4.4)])[0], figure.pose.head * 0.25, skin)
    figure.canvas.blob(figure.at(reach), mix(cloth, near, 0.28))
    figure.canvas.disc(*figure.at([(2.1, 3.75)])[0], figure.pose.head * 0.27, mix(skin, near, 0.25))


def _tool(figure: Figure, tool: str) -> None:
    canvas, head, light, foot = figure.canvas, figure.pose.head, figure.shades.light, figure.foot
    wood, iron = mix(WOOD, figure.shades.near, 0.3), mix(IRON, light, 0.35)
    match tool:
        case "staff":
            canvas.stroke(figure.at([(2.1, -0.4), (2.1, foot - 0.05)]), wood, head * 0.2)
            canvas.disc(*figure.at([(2.1, -0.55)])[0], head * 0.42, mix(light, figure.pose.cloth, 0.15))
            canvas.disc(*figure.at([(2.0, -0.65)])[0], head * 0.16, (255, 255, 255))
        case "bow":
            canvas.stroke(figure.at([(2.0, 0.4), (2.65, 1.8), (2.8, 3.7), (2.65, 5.6), (2.0, 7.0)]), wood, head * 0.2)
            canvas.stroke(figure.at([(2.0, 0.4), (2.0, 7.0)]), mix(light, figure.shades.near, 0.4), head * 0.06)
        case "sword":
            canvas.polygon(figure.at([(2.0, 3.6), (2.25, 3.6), (2.75, -0.1), (2.55, -0.5), (2.35, -0.15)]), iron)
            canvas.stroke(figure.at([(1.6, 3.2), (2.7, 3.45)]), mix(GOLD, figure.shades.near, 0.2), head * 0.2)
        case "lantern":
            canvas.stroke(figure.at([(2.1, 3.7), (2.1, 4.5)]), wood, head * 0.1)
            _lantern(figure, light)
        case _:
            canvas.polygon(
                figure.at([(1.55, 3.0), (2.6, 2.75), (2.75, 4.05), (1.7, 4.3)]), mix(figure.pose.cloth, light, 0.25)
            )
            canvas.polygon(figure.at([(1.72, 3.08), (2.52, 2.9), (2.62, 3.85), (1.82, 4.05)]), mix(light, WOOD, 0.15))


def _lantern(figure: Figure, light: Colour) -> None:
    canvas, head = figure.canvas, figure.pose.head
    (x, y) = figure.at([(2.1, 5.1)])[0]
    for radius, share in ((0.75, 0.5), (0.55, 0.3)):
        canvas.disc(x, y, head * radius, mix(light, GOLD, share))
    canvas.draw.rectangle((x - head * 0.4, y - head * 0.62, x + head * 0.4, y - head * 0.42), fill=BOOTS)
    canvas.draw.rectangle((x - head * 0.4, y + head * 0.45, x + head * 0.4, y + head * 0.65), fill=BOOTS)
    canvas.disc(x, y, head * 0.26, (255, 250, 225))
