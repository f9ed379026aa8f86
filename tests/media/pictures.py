"""Pictures of our own for the tests of this room."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

PROMPT = '{"6": {"class_type": "CLIPTextEncode", "inputs": {"text": "the secret queen"}}}'


def drawing(mode: str = "RGB", size: tuple[int, int] = (96, 128)) -> Image.Image:
    """Something with edges and gradients; where there is alpha, half of it is transparent."""
    gradient = Image.linear_gradient("L").resize(size)
    picture = Image.merge("RGB", [gradient, gradient.transpose(Image.Transpose.ROTATE_180), gradient])
    ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=(180, 60, 20))
    if "A" in mode:
        alpha = Image.new("L", size, 255)
        ImageDraw.Draw(alpha).rectangle((0, 0, size[0] // 2, size[1]), fill=0)
        picture.putalpha(alpha)
    return picture.convert(mode)


def encoded(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    """The picture as a file."""
    output = io.BytesIO()
    picture.save(output, file_format, **options)
    return output.getvalue()


def decoded(content: bytes) -> Image.Image:
    """The picture in a file, every pixel of it."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def png(*parts: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks and its end."""
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in (*parts, (b"IEND", b"")):
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))))
