"""Nodes that turn words into what guides a sampler."""

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Conditioning, Named


async def encode_text(call: Call) -> NodeResult:
    """CLIPTextEncode: the words themselves."""
    return NodeResult((Conditioning((call.inputs.get("text", str),)),))


async def set_last_layer(call: Call) -> NodeResult:
    """CLIPSetLastLayer: nothing to skip in a name."""
    return NodeResult((call.inputs.get("clip", Named),))


async def zero_out(call: Call) -> NodeResult:
    """ConditioningZeroOut: no words at all."""
    call.inputs.get("conditioning", Conditioning)
    return NodeResult((Conditioning(()),))


async def combine(call: Call) -> NodeResult:
    """ConditioningCombine: the words of both."""
    first = call.inputs.get("conditioning_1", Conditioning)
    second = call.inputs.get("conditioning_2", Conditioning)
    return NodeResult((Conditioning((*first.texts, *second.texts)),))


CLASSES = (
    NodeClass(
        name="CLIPTextEncode",
        run=encode_text,
        inputs=(Input("text", "STRING", {"multiline": True, "dynamicPrompts": True}), Input("clip", "CLIP")),
        outputs=("CONDITIONING",),
        display_name="CLIP Text Encode (Prompt)",
        category="conditioning",
    ),
    NodeClass(
        name="CLIPSetLastLayer",
        run=set_last_layer,
        inputs=(
            Input("clip", "CLIP"),
            Input("stop_at_clip_layer", "INT", {"default": -1, "min": -24, "max": -1, "step": 1}),
        ),
        outputs=("CLIP",),
        display_name="CLIP Set Last Layer",
        category="conditioning",
    ),
    NodeClass(
        name="ConditioningZeroOut",
        run=zero_out,
        inputs=(Input("conditioning", "CONDITIONING"),),
        outputs=("CONDITIONING",),
        category="advanced/conditioning",
    ),
    NodeClass(
        name="ConditioningCombine",
        run=combine,
        inputs=(Input("conditioning_1", "CONDITIONING"), Input("conditioning_2", "CONDITIONING")),
        outputs=("CONDITIONING",),
        display_name="Conditioning (Combine)",
        category="conditioning",
    ),
)
