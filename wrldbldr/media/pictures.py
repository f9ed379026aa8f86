"""Pictures as bytes: whether they are whole, what they say besides pixels, and their thumbnails."""

import io
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from threading import Lock

from PIL import Image

from wrldbldr.media.chunks import bare, check_pixels
from wrldbldr.media.errors import BrokenPictureError, PictureTooLargeError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
PIXEL_LIMIT = 8192 * 8192
"""Eight times as wide and high as most graphs paint: as far as upscalers go. Decoded it takes 268 MB (4 bytes a pixel),
and twice that while a transparent one is shrunk or an unusual one converted; the file comes on top.
"""
CANNOT_BE_OPENED = "ComfyUI sent a picture that cannot be opened."
DAMAGE = (  # what Pillow and its decoders raise over damaged files
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    OverflowError,
    TypeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
BARE_TYPES = {
    "PNG": "image/png",
    "WEBP": "image/webp",
    "JPEG": "image/jpeg",
}  # there is nothing but picture in them by then
PNG_MODES = {"L", "LA", "RGB", "RGBA", "I;16"}
THUMBNAIL_SIDES = (256, 64)  # each is made from the one before
THUMBNAIL_QUALITY = 76
REDUCING_GAP = 3  # the cheap way down ends at three times the size: the rest is done well

decoding = Lock()
"""Held while a picture is read and decoded: however many threads bring one, the memory is taken once."""


@dataclass(frozen=True)
class CleanPicture:
    """A picture that decodes to its last pixel, without anything written beside the pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    thumbnails: dict[int, bytes]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the content, reckoned once. Of a large one that blocks for milliseconds."""
        return sha256(self.content).hexdigest()


def clean(content: bytes) -> CleanPicture:
    """Decode `content` fully and leave only the picture: ComfyUI puts the whole graph, prompts included, inside.

    Of PNG, WebP and JPEG only the pieces that hold the picture are kept, and everything unusual becomes PNG, so no pixel
    changes, and doing it again changes nothing. A PNG with any fault is refused, for it is not written anew. One at a time. Raises BrokenPictureError, PictureTooLargeError. Blocks.
    """
    try:
        with decoding:
            return _decoded(bare(content))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLargeError("far more pixels than that") from error
    except DAMAGE as error:
        raise BrokenPictureError(CANNOT_BE_OPENED) from error


def _decoded(content: bytes) -> CleanPicture:
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > PIXEL_LIMIT:  # before a pixel is decoded
            raise PictureTooLargeError(f"{opened.width:,} × {opened.height:,} pixels")
        if opened.format == "PNG":
            check_pixels(content)
        opened.load()
        return _rewritten(opened, content)


def _rewritten(picture: Image.Image, content: bytes) -> CleanPicture:
    thumbnails = _thumbnails(picture)
    output = io.BytesIO()
    if picture.format in BARE_TYPES:
        media_type = BARE_TYPES[picture.format]
    else:
        bare = picture if picture.mode in PNG_MODES else picture.convert("RGBA")
        bare.info = {}  # all that is ever written beside the pixels comes from here
        bare.save(output, "PNG", compress_level=4)
        content, media_type = output.getvalue(), "image/png"
    return CleanPicture(content, media_type, picture.width, picture.height, thumbnails)


def _thumbnails(picture: Image.Image) -> dict[int, bytes]:
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    small = picture if picture.mode == mode else picture.convert(mode)
    thumbnails: dict[int, bytes] = {}
    for side in THUMBNAIL_SIDES:
        shrink = max(small.width / side, small.height / (side * 2))
        small = small.reduce(max(1, int(shrink / REDUCING_GAP)))  # never a copy of the whole picture
        small.thumbnail((side, side * 2), Image.Resampling.LANCZOS)
        output = io.BytesIO()
        small.save(output, "WEBP", quality=THUMBNAIL_QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
        thumbnails[side] = output.getvalue()
    return thumbnails
