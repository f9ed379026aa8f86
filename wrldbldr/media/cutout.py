"""Takes a plain background away: what is of one colour and reaches the border becomes transparent.

It is done with nothing but Pillow, a row at a time: the pixels of a row that are like the background are a few runs, and
runs that touch belong together.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from wrldbldr.domain.errors import ConflictError
from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.pictures import DAMAGE, CleanPicture, clean, decoding

LIKE, UNLIKE = 24, 56
"""How far a colour may be from the background's (of 255) to be background wholly, and from where on it is none of it."""
PLAIN_PART = 0.8
"""Of the border is to be like the background: a figure may stand on it."""
LEAST_PART, MOST_PART = 0.03, 0.985
"""Of the picture is background when a figure was cut out, and is left."""
RUN_LIMIT = 500_000
OPAQUE = 255
HAS_RUNS = re.compile(rb"\0+")
IS_NOT_WHOLLY_LIKE = re.compile(b"[\\x%02x-\\xff]" % (LIKE + 1))

Colour = tuple[int, int, int]


class NotPlainError(ConflictError):
    """The background cannot be told from the figure by its colour."""

    code = "background_not_plain"

    def __init__(self) -> None:
        super().__init__(
            "The background of this picture is not plain: it cannot be told from the figure by its colour."
        )


def is_cut_out(content: bytes) -> bool:
    """Whether its background is transparent already: a corner is. Raises BrokenPictureError. Blocks."""
    alpha = _opened(content).convert("RGBA").getchannel("A")
    right, below = alpha.width - 1, alpha.height - 1
    corners = [alpha.crop((x, y, x + 1, y + 1)).tobytes()[0] for x in (0, right) for y in (0, below)]
    return min(corners) < OPAQUE


def cut_out(content: bytes) -> CleanPicture:
    """The same picture without its plain background. Raises NotPlainError, BrokenPictureError. Blocks."""
    picture = _opened(content).convert("RGB")
    background = _background(picture)
    red, green, blue = ImageChops.difference(picture, Image.new("RGB", picture.size, background)).split()
    far = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    alpha = _reaching_border(far)
    if not LEAST_PART <= alpha.tobytes().count(0) / (alpha.width * alpha.height) <= MOST_PART:
        raise NotPlainError
    cut = _with_soft_edge(picture, alpha, far, background)
    output = io.BytesIO()
    cut.save(output, "PNG")
    return clean(output.getvalue())


def _opened(content: bytes) -> Image.Image:
    try:
        with decoding, Image.open(io.BytesIO(content)) as opened:
            opened.load()
            return opened.convert("RGBA") if "transparency" in opened.info else opened.copy()
    except DAMAGE as error:
        raise BrokenPictureError("This picture cannot be opened any more.") from error


def _background(picture: Image.Image) -> Colour:
    """The colour in the middle of all that are at the border. Raises NotPlainError unless most of them are like it."""
    width, height = picture.size
    edges = ((0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height), (width - 1, 0, width, height))
    border = b"".join(picture.crop(edge).tobytes() for edge in edges)
    red, green, blue = (sorted(border[band::3])[len(border) // 6] for band in range(3))
    middle = (red, green, blue)
    pixels = len(border) // 3
    alike = sum(
        max(abs(border[at + band] - middle[band]) for band in range(3)) <= LIKE for at in range(0, len(border), 3)
    )
    if alike < PLAIN_PART * pixels:
        raise NotPlainError
    return middle


def _reaching_border(far: Image.Image) -> Image.Image:
    """0 where it is like the background all the way to the border, 255 elsewhere."""
    width, height = far.size
    data = far.tobytes().translate(bytes(0 if value < UNLIKE else OPAQUE for value in range(256)))
    rows, count = list[list[tuple[int, int]]](), 0
    for y in range(height):
        rows.append([run.span() for run in HAS_RUNS.finditer(data, y * width, (y + 1) * width)])
        count += len(rows[-1])
        if count > RUN_LIMIT:
            raise NotPlainError
    found = bytearray([OPAQUE]) * len(data)
    for start, end in _connected(rows, width):
        found[start:end] = bytes(end - start)
    return Image.frombytes("L", far.size, bytes(found))


def _connected(rows: Sequence[Sequence[tuple[int, int]]], width: int) -> set[tuple[int, int]]:
    """The runs that touch the border, or others that do: spread from row to row until nothing is new."""
    last = len(rows) - 1
    todo = [
        (y, run)
        for y, runs in enumerate(rows)
        for run in runs
        if y in {0, last} or run[0] == y * width or run[1] == (y + 1) * width
    ]
    reached = {run for _, run in todo}
    while todo:
        y, (start, end) = todo.pop()
        for other, shift in ((y - 1, -width), (y + 1, width)):
            runs = rows[other] if 0 <= other <= last else ()
            for at in range(bisect_right(runs, start + shift, key=_end), len(runs)):
                if runs[at][0] >= end + shift:
                    break
                if runs[at] not in reached:
                    reached.add(runs[at])
                    todo.append((other, runs[at]))
    return reached


def _end(run: tuple[int, int]) -> int:
    return run[1]


def _with_soft_edge(picture: Image.Image, alpha: Image.Image, far: Image.Image, background: Colour) -> Image.Image:
    """Where figure and background are mixed, as at every smooth edge, the background is taken out of the mixture."""
    edge = ImageChops.invert(alpha.filter(ImageFilter.MinFilter(3)))  # a pixel of the figure belongs to it
    wholly = far.filter(ImageFilter.MaxFilter(5)).tobytes()
    mixed = ImageChops.darker(far, edge).tobytes()
    colours, seen = bytearray(picture.tobytes()), bytearray(alpha.tobytes())
    for match in IS_NOT_WHOLLY_LIKE.finditer(mixed):
        at = match.start()
        part = min(1.0, mixed[at] / max(wholly[at], UNLIKE))
        seen[at] = round(OPAQUE * part)
        for band in range(3):
            value = background[band] + (colours[at * 3 + band] - background[band]) / part
            colours[at * 3 + band] = min(max(round(value), 0), OPAQUE)
    for match in HAS_RUNS.finditer(bytes(seen)):  # what is cut off is not there at all
        colours[match.start() * 3 : match.end() * 3] = bytes(3 * (match.end() - match.start()))
    cut = Image.frombytes("RGB", picture.size, bytes(colours))
    cut.putalpha(Image.frombytes("L", picture.size, bytes(seen)))
    return cut
