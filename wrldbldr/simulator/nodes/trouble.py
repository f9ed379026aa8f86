"""Test nodes: one that takes its time, one that fails in a chosen way."""

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.nodes.latents import OutOfMemoryError
from wrldbldr.simulator.pictures.preview import Preview
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Blocked, Pictures

MODULE = "custom_nodes.simulated_trouble"


async def be_slow(call: Call) -> NodeResult:
    """TestSlow: `seconds` in `steps` ticks. Every mode sleeps here; `nointerrupt` does not listen meanwhile."""
    pictures, steps = call.inputs.get("image", Pictures), call.inputs.get("steps", int)
    seconds, listens = call.inputs.number("seconds") / steps, call.inputs.get("mode", str) != "nointerrupt"
    preview = Preview(pictures.images[0]) if call.inputs.get("preview", bool) else None
    for step in range(1, steps + 1):
        if listens:
            await call.pacing.pause(seconds)
        else:
            await call.clock.sleep(seconds)
        jpeg = await call.in_thread(preview.frame, step / steps) if preview else None
        call.pacing.tick(step, steps, jpeg)
    return NodeResult((pictures,))


async def fail(call: Call) -> NodeResult:
    """TestRaise: by exception, by blocking, by killing the worker or the process."""
    message = call.inputs.get("message", str)
    match call.inputs.get("kind", str):
        case "OOM":
            raise OutOfMemoryError(message)
        case "SystemExit":
            await call.pacing.wedge()
        case "sigkill":
            call.pacing.die()
            await call.pacing.wedge()
        case "block":
            return NodeResult((Blocked(message),))
        case _:
            raise ValueError(message)
    return NodeResult((call.inputs.get("image", Pictures),))


CLASSES = (
    NodeClass(
        name="TestSlow",
        run=be_slow,
        inputs=(
            Input("image", "IMAGE"),
            Input("seconds", "FLOAT", {"default": 3.0, "min": 0.0, "max": 3600.0}),
            Input("steps", "INT", {"default": 10, "min": 1, "max": 1000}),
            Input("mode", ("sleep", "busy_python", "busy_torch", "nointerrupt")),
            Input("preview", "BOOLEAN", {"default": False}),
            Input(
                "seed",
                "INT",
                {"default": 0, "min": 0, "max": 2**64 - 1, "control_after_generate": True},
                category="optional",
            ),
        ),
        outputs=("IMAGE",),
        category="test",
        python_module=MODULE,
    ),
    NodeClass(
        name="TestRaise",
        run=fail,
        inputs=(
            Input("image", "IMAGE"),
            Input("message", "STRING", {"default": "deliberate failure"}),
            Input("kind", ("ValueError", "OOM", "SystemExit", "sigkill", "block")),
        ),
        outputs=("IMAGE",),
        category="test",
        python_module=MODULE,
    ),
)
