"""Nodes that read and write picture files."""

import json
import secrets
import string
from functools import partial
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from wrldbldr.simulator.calls import Call, NodeInputError, NodeResult
from wrldbldr.simulator.documents import Json, JsonObject, object_or_empty
from wrldbldr.simulator.pictures.pillow import mapped
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.storage import FolderKind, SavePlan, Storage, file_sha256
from wrldbldr.simulator.values import Mask, Picture, Pictures

CHANNELS = {"alpha": "A", "red": "R", "green": "G", "blue": "B"}
HIDDEN = (Input("prompt", "PROMPT", category="hidden"), Input("extra_pnginfo", "EXTRA_PNGINFO", category="hidden"))
SAVED_COMPRESSION, PREVIEW_COMPRESSION = 4, 1


async def load_image(call: Call) -> NodeResult:
    """LoadImage: the picture, and what is transparent in it as a mask."""
    path = _input_file(call)
    image, mask = await call.in_thread(_read, path)
    return NodeResult((Pictures((Picture(image, await call.in_thread(file_sha256, path)),)), Mask(mask)))


async def load_mask(call: Call) -> NodeResult:
    """LoadImageMask: one channel of a picture."""
    channel = CHANNELS[call.inputs.get("channel", str)]

    def read(path: Path) -> Image.Image:
        with Image.open(path) as image:
            return image.convert("RGBA").getchannel(channel)

    return NodeResult((Mask(await call.in_thread(read, _input_file(call))),))


async def save_image(call: Call) -> NodeResult:
    """SaveImage: into the output folder, with the prompt hidden in each file."""
    plan = call.storage.plan_save(FolderKind.OUTPUT, _filled_in(call))
    return await _save(call, plan, FolderKind.OUTPUT, SAVED_COMPRESSION)


async def preview_image(call: Call) -> NodeResult:
    """PreviewImage: into the temp folder, under an invented name."""
    prefix = "ComfyUI_temp_" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(5))
    return await _save(call, call.storage.plan_save(FolderKind.TEMP, prefix), FolderKind.TEMP, PREVIEW_COMPRESSION)


async def _save(call: Call, plan: SavePlan, kind: FolderKind, compression: int) -> NodeResult:
    hidden = PngInfo()
    hidden.add_text("prompt", json.dumps(call.prompt))
    for key, value in object_or_empty(call.extra_data.get("extra_pnginfo")).items():
        hidden.add_text(key, json.dumps(value))
    saved: list[Json] = []
    for index, image in enumerate(call.inputs.get("images", Pictures).images):
        path = plan.folder / plan.filename(index)
        await call.in_thread(partial(image.save, path, pnginfo=hidden, compress_level=compression))
        saved.append({"filename": path.name, "subfolder": plan.subfolder, "type": kind.value})
    return NodeResult((), {"images": saved})


def _filled_in(call: Call) -> str:
    """The filename prefix with ComfyUI's %placeholders% filled in."""
    prefix, size, now = call.inputs.get("filename_prefix", str), _size(call), call.clock.now()
    filled = {"width": str(size[0]), "height": str(size[1]), "year": f"{now.year}", "month": f"{now.month:02}"}
    filled |= {"day": f"{now.day:02}", "hour": f"{now.hour:02}", "minute": f"{now.minute:02}"}
    filled |= {"second": f"{now.second:02}"}
    for name, value in filled.items():
        prefix = prefix.replace(f"%{name}%", value)
    return prefix


def _size(call: Call) -> tuple[int, int]:
    return call.inputs.get("images", Pictures).images[0].size


def _input_file(call: Call) -> Path:
    name = call.inputs.get("image", str)
    path = call.storage.find_input(name)
    if path is None:  # it was there when the prompt was checked
        raise NodeInputError(f"Invalid image file: {name}")
    return path


def _read(path: Path) -> tuple[Image.Image, Image.Image]:
    with Image.open(path) as image:
        image.load()
        if "A" not in image.getbands():
            return image.convert("RGB"), Image.new("L", (64, 64))
        return image.convert("RGB"), mapped(image.getchannel("A"), lambda alpha: 255 - alpha)


def classes(storage: Storage) -> tuple[NodeClass, ...]:
    """The file nodes, offering what lies in `storage`."""

    def check(name: str) -> str | None:
        return None if storage.find_input(name) is not None else f"Invalid image file: {name}"

    def fingerprint(inputs: JsonObject) -> str:
        path = storage.find_input(str(inputs.get("image")))
        return file_sha256(path) if path is not None else ""

    image = Input("image", storage.input_names, {"image_upload": True}, check=check)
    images = Input("images", "IMAGE")
    return (
        NodeClass(
            name="LoadImage",
            run=load_image,
            inputs=(image,),
            outputs=("IMAGE", "MASK"),
            display_name="Load Image",
            fingerprint=fingerprint,
        ),
        NodeClass(
            name="LoadImageMask",
            run=load_mask,
            inputs=(image, Input("channel", tuple(CHANNELS))),
            outputs=("MASK",),
            display_name="Load Image (as Mask)",
            category="mask",
            fingerprint=fingerprint,
        ),
        NodeClass(
            name="SaveImage",
            run=save_image,
            inputs=(images, Input("filename_prefix", "STRING", {"default": "ComfyUI"}), *HIDDEN),
            display_name="Save Image",
            is_output=True,
        ),
        NodeClass(
            name="PreviewImage",
            run=preview_image,
            inputs=(images, *HIDDEN),
            display_name="Preview Image",
            is_output=True,
        ),
    )
