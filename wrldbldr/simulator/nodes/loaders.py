"""Nodes that load model files: they hand on the file's name."""

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.catalogue import Catalogue
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Model, Named


async def load_checkpoint(call: Call) -> NodeResult:
    """CheckpointLoaderSimple: model, CLIP and VAE of one file."""
    name = call.inputs.get("ckpt_name", str)
    return NodeResult((Model(name), Named("CLIP", name), Named("VAE", name)))


async def load_vae(call: Call) -> NodeResult:
    """VAELoader."""
    return NodeResult((Named("VAE", call.inputs.get("vae_name", str)),))


async def load_clip_vision(call: Call) -> NodeResult:
    """CLIPVisionLoader."""
    return NodeResult((Named("CLIP_VISION", call.inputs.get("clip_name", str)),))


async def load_lora(call: Call) -> NodeResult:
    """LoraLoader: the model and CLIP pass through."""
    return NodeResult((call.inputs.get("model", Model), call.inputs.get("clip", Named)))


def classes(catalogue: Catalogue) -> tuple[NodeClass, ...]:
    """The loaders, offering the files of `catalogue`."""
    strength = Input("strength_model", "FLOAT", {"default": 1.0, "min": -100.0, "max": 100.0, "step": 0.01})
    return (
        NodeClass(
            name="CheckpointLoaderSimple",
            run=load_checkpoint,
            inputs=(Input("ckpt_name", catalogue.checkpoints),),
            outputs=("MODEL", "CLIP", "VAE"),
            display_name="Load Checkpoint",
            category="loaders",
        ),
        NodeClass(
            name="VAELoader",
            run=load_vae,
            inputs=(Input("vae_name", catalogue.vae),),
            outputs=("VAE",),
            display_name="Load VAE",
            category="loaders",
        ),
        NodeClass(
            name="CLIPVisionLoader",
            run=load_clip_vision,
            inputs=(Input("clip_name", catalogue.clip_vision),),
            outputs=("CLIP_VISION",),
            display_name="Load CLIP Vision",
            category="loaders",
        ),
        NodeClass(
            name="LoraLoader",
            run=load_lora,
            inputs=(
                Input("model", "MODEL"),
                Input("clip", "CLIP"),
                Input("lora_name", catalogue.loras),
                strength,
                Input("strength_clip", strength.type, strength.options),
            ),
            outputs=("MODEL", "CLIP"),
            display_name="Load LoRA",
            category="loaders",
        ),
    )
