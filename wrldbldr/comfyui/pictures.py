"""Whether what ComfyUI sent is a whole picture."""

from wrldbldr.comfyui.errors import PictureBrokenError
from wrldbldr.comfyui.transport import Answer

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")


def checked_picture(filename: str, answer: Answer) -> bytes:
    """The body of a 200. Raises PictureBrokenError when it is shorter than announced or starts like no picture."""
    content, announced = answer.content, answer.announced_bytes
    if announced is not None and announced != len(content):
        raise PictureBrokenError(filename, f"Only {len(content):,} of {announced:,} bytes arrived.")
    if not is_picture(content):
        raise PictureBrokenError(filename, "What ComfyUI sent is not a picture.")
    return content


def is_picture(content: bytes) -> bool:
    """Whether the first bytes are those of a picture format we keep."""
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    is_avif = content[4:12] in (b"ftypavif", b"ftypavis")
    return content.startswith(MAGIC) or is_webp or is_avif
