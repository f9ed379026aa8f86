"""Photographs that lie on their side, and say in their EXIF which way is up."""

import io

from PIL import Image, ImageOps

from wrldbldr.media.errors import BrokenPictureError, PictureTooLargeError
from wrldbldr.media.pictures import DAMAGE, PIXEL_LIMIT, decoding

JPEG_START = b"\xff\xd8\xff"
ORIENTATION, UPRIGHT = 0x0112, 1
QUALITY = 95


def upright(content: bytes) -> bytes:
    """A JPEG turned the way it says; every other file as it is. Raises BrokenPictureError, PictureTooLargeError. Blocks."""
    if not content.startswith(JPEG_START):
        return content
    try:
        with decoding, Image.open(io.BytesIO(content), formats=("JPEG",)) as opened:
            if opened.width * opened.height > PIXEL_LIMIT:  # before a pixel is decoded
                raise PictureTooLargeError(f"{opened.width:,} × {opened.height:,} pixels")
            if opened.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT:
                return content
            output = io.BytesIO()
            ImageOps.exif_transpose(opened).save(output, "JPEG", quality=QUALITY, exif=b"", comment=b"")
            return output.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLargeError("far more pixels than that") from error
    except DAMAGE as error:
        raise BrokenPictureError("This photograph cannot be opened.") from error
