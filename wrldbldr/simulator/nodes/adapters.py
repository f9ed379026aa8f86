"""IPAdapter nodes: reference pictures whose colours the painting takes on."""

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.catalogue import Catalogue
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Model, Named, Pictures, Reference

MODULE = "custom_nodes.simulated_ipadapter"
PRESETS = (
    "LIGHT - SD1.5 only (low strength)", "STANDARD (medium strength)", "VIT-G (medium strength)",
    "PLUS (high strength)", "PLUS FACE (portraits)", "FULL FACE - SD1.5 only (portraits stronger)",
)  # fmt: skip
WEIGHT_TYPES = (
    "linear", "ease in", "ease out", "ease in-out", "reverse in-out", "weak input", "weak output", "weak middle",
    "strong middle", "style transfer", "composition", "strong style transfer", "style and composition",
    "style transfer precise", "composition precise",
)  # fmt: skip


async def load_model(call: Call) -> NodeResult:
    """IPAdapterModelLoader."""
    return NodeResult((Named("IPADAPTER", call.inputs.get("ipadapter_file", str)),))


async def load_unified(call: Call) -> NodeResult:
    """IPAdapterUnifiedLoader: the model, and the adapter the preset stands for."""
    return NodeResult((call.inputs.get("model", Model), Named("IPADAPTER", call.inputs.get("preset", str))))


async def apply(call: Call) -> NodeResult:
    """IPAdapter and IPAdapterAdvanced: hang the reference pictures on the model."""
    call.inputs.get("ipadapter", Named)
    weight = min(max(call.inputs.number("weight"), 0.0), 1.0)
    pictures = call.inputs.get("image", Pictures)
    references = [Reference(image, weight) for image in pictures.images]
    return NodeResult((call.inputs.get("model", Model).with_references(references),))


def _unit(name: str, default: float) -> Input:
    return Input(name, "FLOAT", {"default": default, "min": 0.0, "max": 1.0, "step": 0.001})


def _weight(limit: int) -> Input:
    return Input("weight", "FLOAT", {"default": 1.0, "min": -1, "max": limit, "step": 0.05})


WHAT = (Input("model", "MODEL"), Input("ipadapter", "IPADAPTER"), Input("image", "IMAGE"))
MASK = Input("attn_mask", "MASK", category="optional")
CLASSES = (
    NodeClass(
        name="IPAdapterUnifiedLoader",
        run=load_unified,
        inputs=(
            Input("model", "MODEL"),
            Input("preset", PRESETS),
            Input("ipadapter", "IPADAPTER", category="optional"),
        ),
        outputs=("MODEL", "IPADAPTER"),
        output_names=("model", "ipadapter"),
        category="ipadapter",
        python_module=MODULE,
    ),
    NodeClass(
        name="IPAdapter",
        run=apply,
        inputs=(
            *WHAT,
            _weight(3),
            _unit("start_at", 0.0),
            _unit("end_at", 1.0),
            Input("weight_type", ("standard", "prompt is more important", "style transfer")),
            MASK,
        ),
        outputs=("MODEL",),
        category="ipadapter",
        python_module=MODULE,
    ),
    NodeClass(
        name="IPAdapterAdvanced",
        run=apply,
        inputs=(
            *WHAT,
            _weight(5),
            Input("weight_type", WEIGHT_TYPES),
            Input("combine_embeds", ("concat", "add", "subtract", "average", "norm average")),
            _unit("start_at", 0.0),
            _unit("end_at", 1.0),
            Input("embeds_scaling", ("V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty")),
            Input("image_negative", "IMAGE", category="optional"),
            MASK,
            Input("clip_vision", "CLIP_VISION", category="optional"),
        ),
        outputs=("MODEL",),
        display_name="IPAdapter Advanced",
        category="ipadapter",
        python_module=MODULE,
    ),
)


def classes(catalogue: Catalogue) -> tuple[NodeClass, ...]:
    """The adapters, their loader offering the files of `catalogue`."""
    loader = NodeClass(
        name="IPAdapterModelLoader",
        run=load_model,
        inputs=(Input("ipadapter_file", catalogue.adapters),),
        outputs=("IPADAPTER",),
        display_name="IPAdapter Model Loader",
        category="ipadapter/loaders",
        python_module=MODULE,
    )
    return (loader, *CLASSES)
