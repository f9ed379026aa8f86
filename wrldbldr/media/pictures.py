"""Pictures as bytes: whether they are whole, what they say besides pixels, and their thumbnails."""

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

from wrldbldr.domain.errors import WrldBldrError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
WEBP_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
WEBP_METADATA_FLAGS = 0b0010_1100  # in the first byte of VP8X: colour profile, EXIF, XMP
PIXEL_LIMIT = 24_000_000  # four times as wide and high as most graphs paint; decoded it takes 96 MB
TOO_LARGE = "ComfyUI sent a picture that is too large to keep."
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
PNG_MODES = {"L", "LA", "RGB", "RGBA", "I;16"}
THUMBNAIL_SIDES = (256, 64)  # each is made from the one before
THUMBNAIL_QUALITY = 76
REDUCING_GAP = 3  # the cheap way down ends at three times the size: the rest is done well


class BrokenPictureError(WrldBldrError):
    """Bytes that claim to be a picture and are not one, or not all of one."""

    status_code = 502
    code = "broken_picture"


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture that decodes to its last pixel, without anything written beside the pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    thumbnails: dict[int, bytes]


def clean(content: bytes) -> CleanPicture:
    """Decode `content` fully and write it anew without metadata: ComfyUI puts the whole graph, prompts included, inside.

    PNG and everything unusual become PNG, JPEG keeps its quantisation, and of WebP only the chunks that hold the picture
    are kept, so no pixel of a lossless picture changes. Raises BrokenPictureError. Blocks.
    """
    content = _bare_webp(content) if content.startswith(b"RIFF") else content
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXEL_LIMIT:  # before a pixel is decoded
                raise BrokenPictureError(TOO_LARGE)
            opened.load()
            return _rewritten(opened, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BrokenPictureError(TOO_LARGE) from error
    except DAMAGE as error:
        raise BrokenPictureError("ComfyUI sent a picture that cannot be opened.") from error


def _bare_webp(content: bytes) -> bytes:
    """The same file without what is not picture (EXIF, XMP, colour profile, anything after the end).

    Writing it anew would take half a second, and make a lossy picture many times as large.
    """
    kept, at = bytearray(), 12
    while at + 8 <= len(content):
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        chunk = bytearray(content[at:end])
        if kind == b"VP8X" and len(chunk) > 8:
            chunk[8] &= ~WEBP_METADATA_FLAGS & 0xFF
        if kind in WEBP_CHUNKS:
            kept += chunk
        at = end
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + kept


def _rewritten(picture: Image.Image, content: bytes) -> CleanPicture:
    thumbnails = _thumbnails(picture)
    output = io.BytesIO()
    if picture.format == "JPEG":
        picture.save(output, "JPEG", quality="keep", exif=b"", comment=b"")
        media_type = "image/jpeg"
    elif picture.format == "WEBP":
        output.write(content)
        media_type = "image/webp"
    else:
        bare = picture if picture.mode in PNG_MODES else picture.convert("RGBA")
        bare.info = {}  # all that is ever written beside the pixels comes from here
        bare.save(output, "PNG", compress_level=4)
        media_type = "image/png"
    return CleanPicture(output.getvalue(), media_type, picture.width, picture.height, thumbnails)


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
