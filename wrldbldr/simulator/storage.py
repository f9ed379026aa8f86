"""The input, output and temp folders of a simulator, and who may reach what in them."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from os.path import normpath, split
from pathlib import Path
from typing import Self

from PIL import Image

EXAMPLE_NAME = "example.png"
PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>Simulated ComfyUI</title><p>A simulated ComfyUI.</html>"


class FolderKind(StrEnum):
    """ComfyUI's three folders."""

    INPUT = "input"  # uploaded references
    OUTPUT = "output"  # saved pictures
    TEMP = "temp"  # previews, wiped at start


class OutsideFolderError(Exception):
    """A name that leads out of the folder it was asked for in."""


@dataclass(frozen=True)
class SavePlan:
    """Where a batch is to be saved: `prefix_00001_.png` and on, in `folder`."""

    folder: Path
    subfolder: str
    prefix: str
    counter: int

    def filename(self, index: int) -> str:
        """The name of picture `index` of the batch."""
        return f"{self.prefix}_{self.counter + index:05}_.png"


class Storage:
    """Owns the folders; on close they are removed, unless they were given by whoever started the simulator."""

    def __init__(self, root: Path, *, keep: bool) -> None:
        self.root = root
        self._keep = keep
        self.web_root = root / "web"
        for folder in (*(root / kind for kind in FolderKind), self.web_root):
            folder.mkdir(parents=True, exist_ok=True)
        (self.web_root / "index.html").write_text(PAGE, encoding="utf-8")
        example = self.folder(FolderKind.INPUT) / EXAMPLE_NAME
        if not example.exists():
            Image.linear_gradient("L").reduce(4).convert("RGB").save(example)

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Use `folder` and keep it, or make a temporary one and remove it on close."""
        if folder is not None:
            return cls(folder, keep=True)
        return cls(Path(tempfile.mkdtemp(prefix="wrldbldr-simulator-")), keep=False)

    def close(self) -> None:
        """Remove what is ours to remove."""
        if not self._keep:
            shutil.rmtree(self.root, ignore_errors=True)

    def folder(self, kind: FolderKind) -> Path:
        """The folder of that kind."""
        return self.root / kind

    def wipe_temp(self) -> None:
        """Forget the previews of an earlier run, as ComfyUI does at start."""
        shutil.rmtree(self.folder(FolderKind.TEMP), ignore_errors=True)
        self.folder(FolderKind.TEMP).mkdir()

    def inside(self, kind: FolderKind, *parts: str) -> Path:
        """The path of `parts` in a folder. Raises OutsideFolderError when it leads out of it."""
        folder = self.folder(kind)
        path = Path(normpath(folder.joinpath(*parts)))
        if path != folder and folder not in path.parents:
            raise OutsideFolderError(str(path))
        return path

    def input_names(self) -> list[str]:
        """What LoadImage offers: the files directly in the input folder."""
        return sorted(path.name for path in self.folder(FolderKind.INPUT).iterdir() if path.is_file())

    def find_input(self, annotated: str) -> Path | None:
        """The file that `name.png`, `sub/name.png` or `name.png [output]` means, or None when there is none."""
        name, kind = split_annotation(annotated)
        try:
            path = self.inside(kind or FolderKind.INPUT, name)
        except OutsideFolderError:
            return None
        return path if path.is_file() else None

    def plan_save(self, kind: FolderKind, prefix: str) -> SavePlan:
        """Where pictures named `prefix` go next. Raises OutsideFolderError when the prefix leads out of the folder."""
        subfolder, name = split(normpath(prefix))
        try:
            folder = self.inside(kind, subfolder)
        except OutsideFolderError as error:
            sentence = "**** ERROR: Saving image outside the output folder is not allowed."
            details = f"\n full_output_folder: {error}\n         output_dir: {self.folder(kind)}"
            raise OutsideFolderError(sentence + details) from error
        folder.mkdir(parents=True, exist_ok=True)
        return SavePlan(folder, subfolder, name, max(counters(folder, name), default=0) + 1)

    def store_upload(self, kind: FolderKind, subfolder: str, filename: str, content: bytes, *, overwrite: bool) -> str:
        """Keep an uploaded file and return its name: another one when the name is taken by different bytes.

        Raises OutsideFolderError when subfolder or name lead out of the folder.
        """
        path = self.inside(kind, subfolder, filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        taken = Path(filename)
        attempt = 0
        while path.exists() and not overwrite:
            if path.read_bytes() == content:
                return filename
            attempt += 1
            filename = f"{taken.stem} ({attempt}){taken.suffix}"
            path = self.inside(kind, subfolder, filename)
        path.write_bytes(content)
        return filename


def counters(folder: Path, name: str) -> Iterator[int]:
    """The numbers already taken by files called `name_<number>_…` in `folder`."""
    for path in folder.iterdir():
        if path.name.startswith(f"{name}_"):
            digits = path.name[len(name) + 1 :].split("_")[0]
            yield int(digits) if digits.isdecimal() else 0


def split_annotation(annotated: str) -> tuple[str, FolderKind | None]:
    """`"name.png [temp]"` as its name and its folder; the folder is None when none is named."""
    for kind in FolderKind:
        if annotated.endswith(f"[{kind}]"):
            return annotated.removesuffix(f"[{kind}]").rstrip(), kind
    return annotated, None


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return sha256(path.read_bytes()).hexdigest()
