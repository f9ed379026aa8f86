"""What a picture must look like: the simulator's brush paints the same words and seed the same way every time."""

import io
from hashlib import sha256

from PIL import Image

from wrldbldr.simulator.catalogue import PAINTER
from wrldbldr.simulator.pictures.painting import Commission, paint

SIDE = 64


def expected(prompt: str, seed: int, count: int) -> list[str]:
    """The pixels of each picture of a batch, as a hash."""
    commissions = (Commission(prompt, seed, index, SIDE, SIDE, PAINTER) for index in range(count))
    return [_hash(paint(commission)) for commission in commissions]


def stored(content: bytes) -> str:
    """The pixels of a stored picture, as a hash."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return _hash(picture)


def _hash(picture: Image.Image) -> str:
    return sha256(picture.convert("RGBA").tobytes()).hexdigest()
