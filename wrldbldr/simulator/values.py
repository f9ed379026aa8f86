"""What travels along the links of a prompt's graph. Models are names here; only pictures are real."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Self

from PIL import Image


@dataclass(frozen=True)
class Picture:
    """One picture and the SHA-256 tests know it by: of the file it was loaded from, else of its pixels."""

    image: Image.Image
    sha256: str

    @classmethod
    def of(cls, image: Image.Image) -> Self:
        """A picture made here, known by its pixels."""
        return cls(image, sha256(image.tobytes()).hexdigest())


@dataclass(frozen=True)
class Pictures:
    """A batch of pictures (ComfyUI's IMAGE)."""

    batch: tuple[Picture, ...]

    @classmethod
    def of(cls, images: list[Image.Image]) -> Self:
        """A batch of pictures made here."""
        return cls(tuple(Picture.of(image) for image in images))

    @property
    def images(self) -> list[Image.Image]:
        """The bare Pillow images."""
        return [picture.image for picture in self.batch]

    def __str__(self) -> str:
        width, height = self.batch[0].image.size
        return f"{len(self.batch)} x picture {width}x{height}"


@dataclass(frozen=True)
class Mask:
    """A grey picture (ComfyUI's MASK)."""

    image: Image.Image

    def __str__(self) -> str:
        return f"mask {self.image.width}x{self.image.height}"


@dataclass(frozen=True)
class Reference:
    """A picture whose colours a style adapter lays over a painting, `weight` 0..1 of the way."""

    image: Image.Image = field(repr=False)
    weight: float


@dataclass(frozen=True)
class Model:
    """A checkpoint's name and what adapters hung on it."""

    name: str
    references: tuple[Reference, ...] = ()

    def with_references(self, references: list[Reference]) -> Self:
        """The same model with more references."""
        return replace(self, references=(*self.references, *references))


@dataclass(frozen=True)
class Named:
    """Any other loaded file that only its name matters of: CLIP, VAE, CLIP vision, an adapter."""

    kind: str
    name: str


@dataclass(frozen=True)
class Conditioning:
    """The words that guide a sampler."""

    texts: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of them in one line."""
        return ", ".join(text for text in self.texts if text.strip())


@dataclass(frozen=True)
class Latent:
    """A batch of canvases: their size in pixels, how many, and what is on them already (nothing when empty)."""

    width: int
    height: int
    count: int
    painted: Pictures | None = None

    def __str__(self) -> str:
        return f"{self.count} x latent {self.width}x{self.height}"


@dataclass(frozen=True)
class Blocked:
    """What a node passes on instead of a value when nothing behind it should run; told once, then silent."""

    message: str | None


Value = Pictures | Mask | Model | Named | Conditioning | Latent | Blocked | str | int | float | bool
