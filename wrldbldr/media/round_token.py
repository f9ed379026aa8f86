"""Round tokens for a battle map, cut out of a picture where the face is."""

import io

from PIL import Image, ImageChops, ImageDraw, ImageOps

from wrldbldr.media.errors import BrokenPictureError
from wrldbldr.media.pictures import DAMAGE, decoding

SIDES = range(256, 1024 + 1)
RING = (230, 167, 86, 255)  # --candle-9 of assets/theme.css
RING_PART = 0.035  # of the side
FIGURE_SIDE = 4096  # as high is a figure that a token is made of; of a third of that it still has every pixel
OVERSIZE = 4  # the edge is drawn so many times as large: that makes it smooth
HEADROOM = 0.02  # of a tall picture's height is left out above the square: above a face there is air


def round_token(content: bytes, side: int, *, has_ring: bool) -> bytes:
    """A PNG, `side` pixels wide and high, transparent outside its circle; where the picture is, it stays transparent.

    Of a tall picture the upper part is taken, where a face is, of a wide one the middle, and of a figure on a transparent
    ground only the figure. Raises BrokenPictureError. Blocks.
    """
    try:
        with decoding, Image.open(io.BytesIO(content)) as opened:
            square = ImageOps.fit(_square(opened).convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
    except (*DAMAGE, Image.DecompressionBombError) as error:
        raise BrokenPictureError("This picture cannot be opened any more.") from error
    disc = _disc(side, 0)
    square.putalpha(ImageChops.multiply(square.getchannel("A"), disc))
    if has_ring:
        ring = Image.new("RGBA", square.size, RING)
        ring.putalpha(ImageChops.subtract(disc, _disc(side, round(side * RING_PART))))
        square.alpha_composite(ring)
    token = Image.new("RGBA", square.size)
    token.alpha_composite(square)  # what is cut off is not there at all
    output = io.BytesIO()
    token.save(output, "PNG")
    return output.getvalue()


def _square(picture: Image.Image) -> Image.Image:
    """As large a square as the picture holds, where a face is to be expected."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        figure = picture.convert("RGBA").getchannel("A").getbbox()
        if figure is not None:
            picture = picture.convert("RGBA").crop(figure)
            picture = picture.reduce(max(1, picture.height // FIGURE_SIDE))  # else a thread's width would become a wall
            picture = picture.crop(_widened(picture.size))
    width, height = picture.size
    if height > width:
        top = min(round(height * HEADROOM), height - width)
        return picture.crop((0, top, width, top + width))
    left = (width - height) // 2
    return picture.crop((left, 0, left + height, height))


def _widened(figure: tuple[int, int]) -> tuple[int, int, int, int]:
    """Room about a figure's head: a standing figure is so narrow that a square of its width is all head and chest."""
    width, height = figure
    side = min(max(width, height // 3), height)
    middle, margin = width // 2, side // 12
    return middle - side // 2 - margin, -margin, middle - side // 2 + side + margin, height


def _disc(side: int, inset: int) -> Image.Image:
    large = Image.new("L", (side * OVERSIZE, side * OVERSIZE))
    edge = inset * OVERSIZE
    ImageDraw.Draw(large).ellipse((edge, edge, side * OVERSIZE - 1 - edge, side * OVERSIZE - 1 - edge), fill=255)
    return large.reduce(OVERSIZE)
