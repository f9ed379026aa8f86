"""Outlines, and the curve through their points."""

from collections.abc import Sequence

Point = tuple[float, float]


def mirrored(*right: Point) -> list[Point]:
    """An outline from its right half: the left half is its mirror image."""
    return [*right, *((-x, y) for x, y in reversed(right) if x)]


def smooth(points: Sequence[Point], steps: int = 7) -> list[Point]:
    """A closed Catmull-Rom curve through the points, `steps` pieces between two of them."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count):
        before, start, end, after = (points[(index + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            share = step / steps
            curve.append((
                _between(before[0], start[0], end[0], after[0], share),
                _between(before[1], start[1], end[1], after[1], share),
            ))  # fmt: skip
    return curve


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


# Round a head of radius 1 at (0, 0); y grows downwards.
FACE = mirrored((0, -1.02), (0.6, -0.72), (0.7, 0), (0.52, 0.62), (0, 1.02))
SHADE: list[Point] = [
    (0.06, -1), (0.05, -0.16), (-0.15, 0.24), (0.04, 0.31), (-0.02, 0.42), (0.03, 0.5), (-0.02, 0.6), (0.05, 1),
    (0.3, 0.95), (0.52, 0.62), (0.68, 0.3), (0.7, 0), (0.68, -0.4), (0.58, -0.75), (0.35, -0.97),
]  # fmt: skip
HAIR_BEHIND = {
    "long": mirrored((0, -1.3), (0.85, -0.95), (1, 0.1), (1.18, 1.5), (0.5, 1.9)),
    "bun": mirrored((0, -1.8), (0.38, -1.45), (0, -1)),
    "wild": [
        (0.1, -1.5),
        (0.6, -1.45),
        (0.8, -1.05),
        (1.15, -0.8),
        (0.95, -0.3),
        (1.2, 0.25),
        (0.9, 0.6),
        (0.95, 1.15),
        (0.4, 1.0),
        (-0.5, 1.05),
        (-1.0, 1.3),
        (-0.9, 0.65),
        (-1.25, 0.4),
        (-0.95, -0.1),
        (-1.2, -0.65),
        (-0.8, -0.95),
        (-0.7, -1.4),
        (-0.25, -1.35),
    ],
}
HOOD = mirrored((0, -1.55), (0.85, -1.15), (1.08, 0), (1.15, 1.5), (0, 1.9))
HOOD_EDGE = mirrored((0, -1.5), (0.8, -1.05), (0.95, 0.1), (0.78, 1.2), (0.62, 0.5), (0.62, -0.5), (0, -0.86))
HELM = mirrored((0, -1.3), (0.72, -0.95), (0.8, -0.2), (0.14, -0.4), (0.1, 0.3))
CROWN = mirrored((0, -1.6), (0.36, -1.05), (0.74, -1.4), (0.66, -0.72), (0, -0.86))
POINTED_HAT: list[Point] = [
    (-1.25, -0.5),
    (-0.55, -0.78),
    (-0.1, -2.3),
    (0.12, -2.15),
    (0.6, -0.78),
    (1.25, -0.5),
    (0, -0.36),
]
BEARD = mirrored((0, 0.42), (0.2, 0.4), (0.5, 0.36), (0.72, -0.05), (0.62, 0.95), (0, 1.55))
PAULDRON: list[Point] = [
    (0.36, 1.42),
    (0.6, 1.5),
    (0.86, 2.05),
    (0.98, 2.75),
    (0.72, 2.72),
    (0.46, 2.2),
]  # x in shoulders
