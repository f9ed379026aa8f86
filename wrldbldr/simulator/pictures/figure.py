"""A person, head and dress; a portrait shows the upper half, a sprite all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from wrldbldr.simulator.pictures import shapes
from wrldbldr.simulator.pictures.canvas import Canvas
from wrldbldr.simulator.pictures.colours import Colour, colour, mix
from wrldbldr.simulator.pictures.shapes import Point, mirrored, smooth
from wrldbldr.simulator.pictures.subject import Subject

IRON, GOLD, WOOD, BLOOD, BOOTS = map(colour, ("#9696a5", "#c8963c", "#78543a", "#96322d", "#2c211c"))


@dataclass(frozen=True)
class Pose:
    """Where the head is, how large (all in pixels), where the ground is and how wide the shoulders are (in heads)."""

    x: float
    y: float
    head: float
    ground: float
    breadth: float
    cloth: Colour


class Figure:
    """Draws one subject in one pose."""

    def __init__(self, canvas: Canvas, subject: Subject, pose: Pose) -> None:
        self.canvas, self.subject, self.pose = canvas, subject, pose
        self.shades = canvas.shades
        self.dark = mix(subject.skin, self.shades.near, 0.5)
        self.foot = (pose.ground - pose.y) / pose.head

    def at(self, points: Sequence[Point]) -> list[Point]:
        """Points given in heads round the head's middle, as pixels; turned to the side the figure looks."""
        pose, side = self.pose, self.canvas.side
        return [(pose.x + side * x * pose.head, pose.y + y * pose.head) for x, y in points]

    def upper_half(self) -> None:
        """Shoulders, neckline and head."""
        cloth, breadth, near = self.pose.cloth, self.pose.breadth, self.shades.near
        right: list[Point] = [(breadth * 0.62, 1.7), (breadth, 3.15), (breadth * 1.1, self.foot)]
        self.canvas.blob(self.at(mirrored((0, 1.15), *right)), cloth, 0.5)
        self.canvas.blob(self.at([(0.3, 1.15), *right, (0.2, self.foot), (0.5, 3.15)]), mix(cloth, near, 0.45))
        self.neckline()
        self.head()

    def neckline(self) -> None:
        """What is worn at the neck: a pendant, a scarf, a fur collar or pauldrons."""
        canvas, pose, light = self.canvas, self.pose, self.shades.light
        match canvas.rng.choice(("pendant", "scarf", "fur", "pauldrons", "lapels")):
            case "pendant":
                chain = smooth(self.at([(-0.75, 1.15), (0, 2.4), (0.75, 1.15), (0, 2.2)]))[:15]
                canvas.stroke(chain, mix(light, pose.cloth, 0.35), pose.head * 0.09)
                canvas.disc(*self.at([(0, 2.35)])[0], pose.head * 0.17, light)
            case "scarf":
                shade = mix(self.shades.light, mix(pose.cloth, self.shades.sky_top, 0.5), 0.62)
                canvas.blob(self.at(mirrored((0, 1.2), (0.75, 1.0), (0.95, 1.5), (0, 2.05))), shade, 0.3)
                canvas.polygon(
                    self.at([(-0.25, 1.7), (0.2, 1.75), (0.3, 3.1), (-0.15, 3.0)]), mix(shade, self.shades.near, 0.2)
                )
            case "fur":
                shade = mix(self.subject.hair, light, 0.45)
                for x in (-1.15, -0.85, -0.5, 0.5, 0.85, 1.15, 0):
                    middle = self.at([(x, 1.95 - abs(x) * 0.35)])[0]
                    canvas.disc(*middle, pose.head * 0.42, mix(shade, self.shades.near, 0.25 + 0.2 * (x > 0)))
            case "pauldrons":
                for x in (-1, 1):
                    cap = [(x * pose.breadth * dx, y) for dx, y in shapes.PAULDRON]
                    plate = mix(mix(IRON, light, 0.12), self.shades.near, 0.2 + 0.28 * (x > 0))
                    canvas.blob(self.at(cap), plate, 0.6)
                    canvas.stroke(smooth(self.at(cap))[21:36], mix(plate, light, 0.45), pose.head * 0.07)
            case _:
                for x in (-1, 1):
                    lapel: list[Point] = [(x * 0.42, 1.2), (x * 0.95, 1.55), (x * 0.5, 2.5), (0, 3.3), (x * 0.12, 2.2)]
                    canvas.polygon(self.at(lapel), mix(pose.cloth, light, 0.3 - 0.12 * (x > 0)))

    def head(self) -> None:
        """Hair behind, neck, ears, face, hair or headwear before it."""
        canvas, subject, hair = self.canvas, self.subject, self.subject.hair
        is_veiled = subject.headwear in ("hood", "veil")
        veil = mix(self.pose.cloth, self.shades.near, 0.5 if subject.headwear == "veil" else 0.08)
        if is_veiled:
            canvas.blob(self.at(shapes.HOOD), veil, 0.35)
        elif subject.cut in shapes.HAIR_BEHIND:
            canvas.blob(self.at(shapes.HAIR_BEHIND[subject.cut]), mix(hair, self.shades.near, 0.25), 0.35)
        canvas.polygon(self.at([(-0.34, 0.5), (0.34, 0.5), (0.46, 1.6), (-0.46, 1.6)]), self.dark)
        if subject.has_pointed_ears:
            for x in (-1, 1):
                ear: list[Point] = [(x * 0.6, -0.1), (x * 1.25, -0.62), (x * 0.62, 0.3)]
                canvas.polygon(self.at(ear), subject.skin if x < 0 else self.dark)
        self.face()
        if is_veiled:
            canvas.blob(self.at(shapes.HOOD_EDGE), mix(veil, self.shades.near, 0.55), 0.3)
        else:
            self.headdress()

    def face(self) -> None:
        """Half in the light; eyes, brows, mouth, beard and scar."""
        canvas, subject, near, head = self.canvas, self.subject, self.shades.near, self.pose.head
        canvas.blob(self.at(shapes.FACE), subject.skin)
        canvas.polygon(self.at(shapes.SHADE), self.dark)
        frown, smile = canvas.rng.uniform(-0.07, 0.09), canvas.rng.uniform(-0.05, 0.06)
        for x, inner in ((-0.34, 1), (0.32, -1)):
            canvas.blob(self.at([(x - 0.15, -0.05), (x, -0.13), (x + 0.15, -0.04), (x, 0.02)]), near)
            brow: list[Point] = [(x - inner * 0.2, -0.26 - frown), (x, -0.31), (x + inner * 0.19, -0.25 + frown)]
            canvas.stroke(self.at(brow), mix(subject.hair, near, 0.4), head * 0.07)
        if subject.has_beard:
            canvas.blob(self.at(shapes.BEARD), subject.hair)
            canvas.polygon(
                smooth(self.at([(0.02, 0.42), (0.5, 0.36), (0.7, 0.3), (0.62, 0.95), (0.02, 1.5)])),
                mix(subject.hair, near, 0.3),
            )
        mouth: list[Point] = [(-0.16, 0.53 - smile), (0, 0.54), (0.16, 0.53 - smile)]
        canvas.stroke(self.at(mouth), mix(subject.skin, near, 0.72), head * 0.05)
        if subject.has_scar:
            canvas.stroke(self.at([(-0.5, -0.5), (-0.22, 0.12)]), mix(subject.skin, BLOOD, 0.6), head * 0.05)

    def headdress(self) -> None:
        """Fringe, and helm, crown or hat over it."""
        canvas, hair, shades = self.canvas, self.subject.hair, self.shades
        if self.subject.headwear == "helm":
            canvas.blob(self.at(shapes.HELM), mix(IRON, shades.near, 0.35), 0.5)
            return
        part = canvas.rng.uniform(-0.4, 0.4)
        fringe: list[Point] = [
            (0, -1.32),
            (0.72, -1),
            (0.8, 0.05),
            (0.62, -0.35),
            (part, -0.74),
            (-0.6, -0.3),
            (-0.8, 0.1),
            (-0.74, -1),
        ]
        canvas.blob(self.at(fringe), hair, 0.25)
        if self.subject.headwear == "crown":
            canvas.polygon(self.at(shapes.CROWN), mix(shades.light, GOLD, 0.6))
            canvas.disc(*self.at([(0, -1.05)])[0], self.pose.head * 0.1, mix(self.pose.cloth, shades.light, 0.2))
        if self.subject.headwear == "hat":
            felt = mix(self.pose.cloth, shades.near, 0.35)
            canvas.polygon(self.at(shapes.POINTED_HAT), felt)
            canvas.stroke(
                self.at([(-0.6, -0.72), (0, -0.62), (0.62, -0.72)]), mix(shades.light, GOLD, 0.5), self.pose.head * 0.12
            )
