"""Nodes that only hold a value for others to link to."""

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.registry import Input, NodeClass

WIDE = 2**63 - 1


async def hand_on(call: Call) -> NodeResult:
    """Every primitive: its value."""
    return NodeResult((call.inputs.literal("value"),))


def _primitive(name: str, kind: str, display_name: str, options: JsonObject) -> NodeClass:
    return NodeClass(
        name=name,
        run=hand_on,
        inputs=(Input("value", kind, options),),
        outputs=(kind,),
        display_name=display_name,
        category="utils/primitive",
        python_module="comfy_extras.nodes_primitive",
        modern=True,
    )


CLASSES = (
    _primitive("PrimitiveString", "STRING", "String", {"multiline": False}),
    _primitive("PrimitiveStringMultiline", "STRING", "String (Multiline)", {"multiline": True}),
    _primitive("PrimitiveInt", "INT", "Int", {"min": -WIDE, "max": WIDE, "control_after_generate": True}),
    _primitive("PrimitiveFloat", "FLOAT", "Float", {"min": -WIDE, "max": WIDE, "step": 0.1}),
    _primitive("PrimitiveBoolean", "BOOLEAN", "Boolean", {}),
)
