"""The samplers: where the painting happens, step by step."""

from math import ceil

from PIL import Image

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.nodes.latents import require_room
from wrldbldr.simulator.pictures.painting import Commission, paint
from wrldbldr.simulator.pictures.pillow import resized
from wrldbldr.simulator.pictures.preview import Preview
from wrldbldr.simulator.registry import Input, NodeClass
from wrldbldr.simulator.values import Conditioning, Latent, Model, Pictures

SAMPLERS = (
    "euler", "euler_cfg_pp", "euler_ancestral", "euler_ancestral_cfg_pp", "heun", "heunpp2", "exp_heun_2_x0",
    "exp_heun_2_x0_sde", "dpm_2", "dpm_2_ancestral", "lms", "dpm_fast", "dpm_adaptive", "dpmpp_2s_ancestral",
    "dpmpp_2s_ancestral_cfg_pp", "dpmpp_sde", "dpmpp_sde_gpu", "dpmpp_2m", "dpmpp_2m_cfg_pp", "dpmpp_2m_sde",
    "dpmpp_2m_sde_gpu", "dpmpp_2m_sde_heun", "dpmpp_2m_sde_heun_gpu", "dpmpp_3m_sde", "dpmpp_3m_sde_gpu", "ddpm",
    "lcm", "ipndm", "ipndm_v", "deis", "res_multistep", "res_multistep_cfg_pp", "res_multistep_ancestral",
    "res_multistep_ancestral_cfg_pp", "gradient_estimation", "gradient_estimation_cfg_pp", "er_sde", "seeds_2",
    "seeds_3", "sa_solver", "sa_solver_pece", "ddim", "uni_pc", "uni_pc_bh2",
)  # fmt: skip
SCHEDULERS = (
    "simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal", "linear_quadratic",
    "kl_optimal",
)  # fmt: skip


async def sample(call: Call) -> NodeResult:
    """KSampler: all the steps."""
    return await _sample(
        call, call.inputs.get("seed", int), call.inputs.get("steps", int), call.inputs.number("denoise")
    )


async def sample_advanced(call: Call) -> NodeResult:
    """KSamplerAdvanced: some of the steps; without added noise it refines what it was given."""
    steps, start = call.inputs.get("steps", int), call.inputs.get("start_at_step", int)
    last = min(call.inputs.get("end_at_step", int), steps)
    adds_noise = call.inputs.get("add_noise", str) == "enable"
    denoise = 1.0 if adds_noise and start == 0 else 1.0 - min(start / steps, 1.0)
    return await _sample(call, call.inputs.get("noise_seed", int), max(last - start, 0), denoise)


async def _sample(call: Call, seed: int, steps: int, denoise: float) -> NodeResult:
    latent, model = call.inputs.get("latent_image", Latent), call.inputs.get("model", Model)
    call.inputs.get("negative", Conditioning)
    require_room(latent.width, latent.height, latent.count)
    words = call.inputs.get("positive", Conditioning).words
    painted: list[Image.Image] = []
    preview: Preview | None = None
    began = call.clock.monotonic()
    for step in range(1, steps + 1):
        while len(painted) < ceil(
            latent.count * step / steps
        ):  # the batch is painted bit by bit, so it stays interruptible
            commission = Commission(
                words, seed, len(painted), latent.width, latent.height, model.name, model.references
            )
            painted.append(await call.in_thread(_paint_over, commission, latent.painted, denoise))
        preview = preview or (Preview(painted[0]) if call.wants_previews else None)
        jpeg = await call.in_thread(preview.frame, step / steps) if preview else None
        due = began + step * call.seconds_per_step
        await call.pacing.pause(max(due - call.clock.monotonic(), 0.0))
        call.pacing.tick(step, steps, jpeg)
    pictures = await call.in_thread(Pictures.of, painted) if painted else latent.painted
    return NodeResult((Latent(latent.width, latent.height, latent.count, pictures),))


def _paint_over(commission: Commission, under: Pictures | None, denoise: float) -> Image.Image:
    painted = paint(commission)
    if under is None or denoise >= 1.0:
        return painted
    source = resized(under.images[commission.index % len(under.batch)].convert("RGB"), painted.size)
    return Image.blend(source, painted.convert("RGB"), denoise)


def _schedule(seed_name: str) -> tuple[Input, ...]:
    return (
        Input(seed_name, "INT", {"default": 0, "min": 0, "max": 2**64 - 1, "control_after_generate": True}),
        Input("steps", "INT", {"default": 20, "min": 1, "max": 10000}),
        Input("cfg", "FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0, "step": 0.1, "round": 0.01}),
        Input("sampler_name", SAMPLERS),
        Input("scheduler", SCHEDULERS),
    )


GUIDANCE = (Input("positive", "CONDITIONING"), Input("negative", "CONDITIONING"), Input("latent_image", "LATENT"))
CLASSES = (
    NodeClass(
        name="KSampler",
        run=sample,
        inputs=(
            Input("model", "MODEL"),
            *_schedule("seed"),
            *GUIDANCE,
            Input("denoise", "FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01}),
        ),
        outputs=("LATENT",),
        category="sampling",
    ),
    NodeClass(
        name="KSamplerAdvanced",
        run=sample_advanced,
        inputs=(
            Input("model", "MODEL"),
            Input("add_noise", ("enable", "disable")),
            *_schedule("noise_seed"),
            *GUIDANCE,
            Input("start_at_step", "INT", {"default": 0, "min": 0, "max": 10000}),
            Input("end_at_step", "INT", {"default": 10000, "min": 0, "max": 10000}),
            Input("return_with_leftover_noise", ("disable", "enable")),
        ),
        outputs=("LATENT",),
        display_name="KSampler (Advanced)",
        category="sampling",
    ),
)
