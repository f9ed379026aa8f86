"""How a picture looks while a sampler is at it: blurred and noisy, then clear."""

from io import BytesIO

from PIL import Image, ImageFilter

from wrldbldr.simulator.pictures.chance import noise
from wrldbldr.simulator.pictures.pillow import resized

LONGEST_SIDE = 512
QUALITY = 80
GROUND = "#23202b"  # what shows through a transparent picture


class Preview:
    """Previews of one picture."""

    def __init__(self, picture: Image.Image) -> None:
        small = picture.copy()
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        ground = Image.new("RGBA", small.size, GROUND)
        self._picture = Image.alpha_composite(ground, small.convert("RGBA")).convert("RGB")

    def frame(self, progress: float) -> bytes:
        """The JPEG for `progress` (0..1)."""
        picture, unfinished = self._picture, 1 - progress
        blurred = picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 14 * unfinished**1.6))
        rough = (max(1, picture.width // 4), max(1, picture.height // 4))
        specks = Image.merge("RGB", [noise(rough, channel, 0.9) for channel in "rgb"])
        specks = resized(specks, picture.size, Image.Resampling.NEAREST)
        buffer = BytesIO()
        Image.blend(blurred, specks, 0.5 * unfinished**1.3).save(buffer, "JPEG", quality=QUALITY)
        return buffer.getvalue()
