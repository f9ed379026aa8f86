"""Nodes that make and change pictures."""

from PIL import Image, ImageChops, ImageOps

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.nodes.latents import require_room
from wrldbldr.simulator.pictures.pillow import resized
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Mask, Picture, Pictures

METHODS = {
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
UPSCALING = "image/upscaling"


async def make_empty(call: Call) -> NodeResult:
    """EmptyImage: one colour."""
    width, height = call.inputs.get("width", int), call.inputs.get("height", int)
    count, colour = call.inputs.get("batch_size", int), call.inputs.get("color", int)
    require_room(width, height, count)

    def fill() -> Pictures:
        return Pictures((Picture.of(Image.new("RGB", (width, height), f"#{colour:06x}")),) * count)

    return NodeResult((await call.in_thread(fill),))


async def make_mask(call: Call) -> NodeResult:
    """SolidMask: one grey."""
    width, height = call.inputs.get("width", int), call.inputs.get("height", int)
    require_room(width, height, 1)
    return NodeResult((Mask(Image.new("L", (width, height), round(call.inputs.number("value") * 255))),))


async def mask_to_image(call: Call) -> NodeResult:
    """MaskToImage."""
    return NodeResult((Pictures.of([call.inputs.get("mask", Mask).image.convert("RGB")]),))


async def scale(call: Call) -> NodeResult:
    """ImageScale: to a size; 0 keeps the proportion, `center` crops instead of squeezing."""
    pictures = call.inputs.get("image", Pictures)
    width, height = call.inputs.get("width", int), call.inputs.get("height", int)
    old_width, old_height = pictures.images[0].size
    if width == 0 and height == 0:
        return NodeResult((pictures,))
    width = width or max(1, round(old_width * height / old_height))
    height = height or max(1, round(old_height * width / old_width))
    is_cropped = call.inputs.get("crop", str) == "center"
    return NodeResult((await _resized(call, pictures, width, height, is_cropped=is_cropped),))


async def scale_by(call: Call) -> NodeResult:
    """ImageScaleBy: by a factor."""
    pictures, factor = call.inputs.get("image", Pictures), call.inputs.number("scale_by")
    width, height = (max(1, round(side * factor)) for side in pictures.images[0].size)
    return NodeResult((await _resized(call, pictures, width, height, is_cropped=False),))


async def invert(call: Call) -> NodeResult:
    """ImageInvert."""
    images = call.inputs.get("image", Pictures).images

    def negative() -> Pictures:
        return Pictures.of([ImageChops.invert(image.convert("RGB")) for image in images])

    return NodeResult((await call.in_thread(negative),))


async def batch(call: Call) -> NodeResult:
    """ImageBatch: both, the second made as large as the first."""
    first, second = call.inputs.get("image1", Pictures), call.inputs.get("image2", Pictures)
    size = first.images[0].size
    if second.images[0].size != size:
        second = Pictures.of([ImageOps.fit(image, size) for image in second.images])
    return NodeResult((Pictures((*first.batch, *second.batch)),))


async def _resized(call: Call, pictures: Pictures, width: int, height: int, *, is_cropped: bool) -> Pictures:
    require_room(width, height, len(pictures.batch))
    method = METHODS[call.inputs.get("upscale_method", str)]

    def resize(image: Image.Image) -> Image.Image:
        return ImageOps.fit(image, (width, height), method) if is_cropped else resized(image, (width, height), method)

    return await call.in_thread(lambda: Pictures.of([resize(image) for image in pictures.images]))


def _side(name: str, least: int) -> Input:
    return Input(name, "INT", {"default": 512, "min": least, "max": 16384, "step": 1})


CLASSES = (
    NodeClass(
        name="EmptyImage",
        run=make_empty,
        inputs=(
            _side("width", 1),
            _side("height", 1),
            Input("batch_size", "INT", {"default": 1, "min": 1, "max": 4096}),
            Input("color", "INT", {"default": 0, "min": 0, "max": 0xFFFFFF, "step": 1, "display": "color"}),
        ),
        outputs=("IMAGE",),
    ),
    NodeClass(
        name="SolidMask",
        run=make_mask,
        inputs=(
            Input("value", "FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01}),
            _side("width", 1),
            _side("height", 1),
        ),
        outputs=("MASK",),
        category="mask",
        python_module="comfy_extras.nodes_mask",
        modern=True,
    ),
    NodeClass(
        name="MaskToImage",
        run=mask_to_image,
        inputs=(Input("mask", "MASK", {}),),
        outputs=("IMAGE",),
        display_name="Convert Mask to Image",
        category="mask",
        python_module="comfy_extras.nodes_mask",
        modern=True,
    ),
    NodeClass(
        name="ImageScale",
        run=scale,
        inputs=(
            Input("image", "IMAGE"),
            Input("upscale_method", tuple(METHODS)),
            _side("width", 0),
            _side("height", 0),
            Input("crop", ("disabled", "center")),
        ),
        outputs=("IMAGE",),
        display_name="Upscale Image",
        category=UPSCALING,
    ),
    NodeClass(
        name="ImageScaleBy",
        run=scale_by,
        inputs=(
            Input("image", "IMAGE"),
            Input("upscale_method", tuple(METHODS)),
            Input("scale_by", "FLOAT", {"default": 1.0, "min": 0.01, "max": 8.0, "step": 0.01}),
        ),
        outputs=("IMAGE",),
        display_name="Upscale Image By",
        category=UPSCALING,
    ),
    NodeClass(
        name="ImageInvert",
        run=invert,
        inputs=(Input("image", "IMAGE"),),
        outputs=("IMAGE",),
        display_name="Invert Image",
    ),
    NodeClass(
        name="ImageBatch",
        run=batch,
        inputs=(Input("image1", "IMAGE"), Input("image2", "IMAGE")),
        outputs=("IMAGE",),
        display_name="Batch Images",
        is_deprecated=True,
    ),
)
