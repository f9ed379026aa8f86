"""Nodes that make, repeat, decode and encode canvases."""

from PIL import Image

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Latent, Named, Picture, Pictures

PIXELS_LIMIT = 64_000_000  # a batch beyond it "runs out of memory", as a graphics card would
BLANK = "#7f7f7f"


class OutOfMemoryError(MemoryError):
    """The invented graphics card is full. Shown to clients under torch's name for it."""

    __module__ = "torch"


def require_room(width: int, height: int, count: int) -> None:
    """Raises OutOfMemoryError when that many pixels are more than the card holds."""
    if width * height * count > PIXELS_LIMIT:
        wanted = width * height * count * 64 / 2**30
        raise OutOfMemoryError(f"CUDA out of memory. Tried to allocate {wanted:.2f} GiB")


async def make_empty(call: Call) -> NodeResult:
    """EmptyLatentImage."""
    width, height = call.inputs.get("width", int) // 8 * 8, call.inputs.get("height", int) // 8 * 8
    return NodeResult((Latent(width, height, call.inputs.get("batch_size", int)),))


async def repeat(call: Call) -> NodeResult:
    """RepeatLatentBatch."""
    latent, amount = call.inputs.get("samples", Latent), call.inputs.get("amount", int)
    require_room(latent.width, latent.height, latent.count * amount)
    painted = latent.painted and Pictures(latent.painted.batch * amount)
    return NodeResult((Latent(latent.width, latent.height, latent.count * amount, painted),))


async def decode(call: Call) -> NodeResult:
    """VAEDecode: what was painted; an unpainted canvas is grey."""
    call.inputs.get("vae", Named)
    latent = call.inputs.get("samples", Latent)
    if latent.painted is not None:
        return NodeResult((latent.painted,))
    require_room(latent.width, latent.height, latent.count)
    blank = Picture.of(Image.new("RGB", (latent.width, latent.height), BLANK))
    return NodeResult((Pictures((blank,) * latent.count),))


async def encode(call: Call) -> NodeResult:
    """VAEEncode: the pictures become the canvas."""
    call.inputs.get("vae", Named)
    pictures = call.inputs.get("pixels", Pictures)
    first = pictures.images[0]
    return NodeResult((Latent(first.width, first.height, len(pictures.batch), pictures),))


def _side(name: str) -> Input:
    return Input(name, "INT", {"default": 512, "min": 16, "max": 16384, "step": 8})


CLASSES = (
    NodeClass(
        name="EmptyLatentImage",
        run=make_empty,
        inputs=(_side("width"), _side("height"), Input("batch_size", "INT", {"default": 1, "min": 1, "max": 4096})),
        outputs=("LATENT",),
        display_name="Empty Latent Image",
        category="latent",
    ),
    NodeClass(
        name="RepeatLatentBatch",
        run=repeat,
        inputs=(Input("samples", "LATENT"), Input("amount", "INT", {"default": 1, "min": 1, "max": 64})),
        outputs=("LATENT",),
        display_name="Repeat Latent Batch",
        category="latent/batch",
    ),
    NodeClass(
        name="VAEDecode",
        run=decode,
        inputs=(Input("samples", "LATENT"), Input("vae", "VAE")),
        outputs=("IMAGE",),
        display_name="VAE Decode",
        category="latent",
    ),
    NodeClass(
        name="VAEEncode",
        run=encode,
        inputs=(Input("pixels", "IMAGE"), Input("vae", "VAE")),
        outputs=("LATENT",),
        display_name="VAE Encode",
        category="latent",
    ),
)
