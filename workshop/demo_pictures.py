"""Paints the demo world's pictures anew with the simulator's brush: `python -m workshop.demo_pictures`."""

import sys
from pathlib import Path

from wrldbldr.domain.batch import AssetType
from wrldbldr.services.demo import PICTURES
from wrldbldr.services.demo.lantern_coast import PEOPLE, PLACES, file_name, prompt_of
from wrldbldr.simulator.pictures.painting import Commission, paint

SIZES = {AssetType.PORTRAIT: (576, 768), AssetType.SPRITE: (384, 768), AssetType.BACKDROP: (1024, 576)}
QUALITY = 84


def main(folder: Path = PICTURES) -> int:
    """Write every picture; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    for subject in (*PEOPLE, *PLACES):
        for picture in subject.pictures:
            width, height = SIZES[picture.asset_type]
            words = prompt_of(subject, picture)
            painted = paint(Commission(words, picture.seed, 0, width, height, model=""))
            painted.save(folder / file_name(subject, picture), "WEBP", quality=QUALITY, method=6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
