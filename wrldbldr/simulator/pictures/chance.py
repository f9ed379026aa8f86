"""Chance that can be repeated: the same words, the same throws."""

from hashlib import sha256
from random import Random

from PIL import Image

from wrldbldr.simulator.pictures.pillow import mapped


def chance_of(words: str) -> Random:
    """A source of chance that the words determine."""
    return Random(sha256(words.encode()).digest())  # for pictures, not for secrets


def noise(size: tuple[int, int], seed: str, strength: float) -> Image.Image:
    """Grey specks round the middle grey, the same for the same seed; `strength` 1 reaches from black to white."""
    specks = Image.frombytes("L", size, chance_of(seed).randbytes(size[0] * size[1]))
    return mapped(specks, lambda value: int(128 + (value - 128) * strength))
