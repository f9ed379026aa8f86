"""Where our words and numbers go is found in workflows as people build them."""

import pytest

from tests.fakes.comfyui import CATALOGUE
from tests.services.sampled import at, node, with_sampler
from wrldbldr.comfyui.anatomy import examine
from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.services.analysis import analyze
from wrldbldr.services.detection.samplers import samplers
from wrldbldr.services.shipped import TEXT_TO_PICTURE


def test_the_workflow_that_comes_along_is_bound_wholly() -> None:
    bindings = analyze(TEXT_TO_PICTURE).bindings

    assert bindings.positive == at("6", "text")
    assert bindings.negative == at("7", "text")
    assert bindings.seed == at("3", "seed")
    assert (bindings.width, bindings.height, bindings.count) == (
        at("5", "width"),
        at("5", "height"),
        at("5", "batch_size"),
    )
    assert bindings.model == at("4", "ckpt_name")


def test_the_workflow_that_comes_along_lacks_nothing_on_a_usual_comfyui() -> None:
    found = analyze(TEXT_TO_PICTURE, CATALOGUE)

    assert (found.missing_nodes, found.missing_models) == ((), ())


def test_both_texts_of_sdxl_are_written() -> None:
    graph = with_sampler(n6=node("CLIPTextEncodeSDXL", text_g="a", text_l="b", width=1024, height=1024))

    assert analyze(graph).bindings.positive == at("n6", "text_g", "text_l")


def test_both_texts_of_flux_are_written_through_its_guidance() -> None:
    graph = with_sampler(
        n8=node("FluxGuidance", conditioning=["n6", 0], guidance=3.5),
        n6=node("CLIPTextEncodeFlux", clip_l="a", t5xxl="b", guidance=3.5),
        n3=node("KSampler", seed=5, positive=["n8", 0], negative=["n7", 0], latent_image=["n5", 0]),
    )

    assert analyze(graph).bindings.positive == at("n6", "clip_l", "t5xxl")


def test_a_controlnet_passes_both_conditionings_on_without_mixing_them() -> None:
    graph = with_sampler(
        n8=node("ControlNetApplyAdvanced", positive=["n6", 0], negative=["n7", 0], strength=1.0),
        n9=node("ControlNetApplyAdvanced", positive=["n8", 0], negative=["n8", 1], strength=1.0),
        n3=node("KSampler", seed=5, positive=["n9", 0], negative=["n9", 1], latent_image=["n5", 0]),
    )

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), at("n7", "text"))


def test_a_negative_that_is_zeroed_out_takes_no_text() -> None:
    graph = with_sampler(
        n7=node("ConditioningZeroOut", conditioning=["n6", 0]),
    )

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())


def test_a_text_that_is_both_positive_and_negative_takes_only_the_prompt() -> None:
    graph = with_sampler(n3=node("KSampler", seed=5, positive=["n6", 0], negative=["n6", 0], latent_image=["n5", 0]))

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())


def combined(first: str, second: str) -> Graph:
    """Two texts that are combined before they reach the sampler."""
    return with_sampler(
        n6=node("CLIPTextEncode", text=first),
        n8=node("CLIPTextEncode", text=second),
        n9=node("ConditioningCombine", conditioning_1=["n6", 0], conditioning_2=["n8", 0]),
        n3=node("KSampler", seed=5, positive=["n9", 0], negative=["n7", 0], latent_image=["n5", 0]),
    )


def test_of_different_texts_that_are_combined_the_first_takes_the_prompt_and_the_others_are_named() -> None:
    found = analyze(combined("a lamp", "at night"))

    assert found.bindings.positive == at("n6", "text")
    assert found.ambiguous == ("positive",)
    assert "CLIPTextEncode (n6) takes it; the rest stays as it is: CLIPTextEncode (n8)." in found.notices[0]
    assert [candidate.input for candidate in found.candidates["positive"][:2]] == [*at("n6", "text"), *at("n8", "text")]


def test_texts_that_say_the_same_all_take_the_prompt() -> None:
    found = analyze(combined("a lamp", "a lamp"))

    assert found.bindings.positive == (*at("n6", "text"), *at("n8", "text"))
    assert (found.ambiguous, found.notices) == ((), ())


def test_a_text_box_before_the_encoder_takes_the_prompt() -> None:
    graph = with_sampler(
        n6=node("CLIPTextEncode", text=["n8", 0]), n8=node("Reroute", value=["n9", 0]), n9=node("Text", value="a lamp")
    )

    assert analyze(graph).bindings.positive == at("n9", "value")


CUSTOM_SAMPLER = {
    "n3": node("SamplerCustomAdvanced", noise=["n8", 0], guider=["n9", 0], latent_image=["n5", 0]),
    "n8": node("RandomNoise", noise_seed=9),
}


def test_a_custom_sampler_is_followed_to_its_noise_and_through_a_guider_without_negative() -> None:
    graph = with_sampler(**CUSTOM_SAMPLER, n9=node("BasicGuider", conditioning=["n6", 0]))

    bindings = analyze(graph).bindings

    assert bindings.seed == at("n8", "noise_seed")
    assert (bindings.positive, bindings.negative) == (at("n6", "text"), ())
    assert bindings.width == at("n5", "width")


def test_a_guider_with_a_negative_is_followed_for_both() -> None:
    graph = with_sampler(**CUSTOM_SAMPLER, n9=node("CFGGuider", positive=["n6", 0], negative=["n7", 0], cfg=4.0))

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), at("n7", "text"))


def test_a_guider_with_two_conditionings_takes_the_prompt_in_the_first() -> None:
    graph = with_sampler(
        **CUSTOM_SAMPLER,
        n8b=node("CLIPTextEncode", text="b"),
        n9=node("DualCFGGuider", cond1=["n6", 0], cond2=["n8b", 0], negative=["n7", 0]),
    )

    found = analyze(graph)

    assert found.bindings.positive == at("n6", "text")
    assert found.bindings.negative == at("n7", "text")
    assert found.ambiguous == ("positive",)


def test_every_literal_is_offered_as_a_candidate_with_its_nodes_title() -> None:
    found = analyze(TEXT_TO_PICTURE)

    assert "Prompt (6) -> text" in [candidate.title for candidate in found.text_candidates]
    assert "Canvas (5) -> width" in [candidate.title for candidate in found.number_candidates]


LINKS = ("positive", "negative", "conditioning", "latent_image", "samples", "guider", "noise", "seed", "text", "pixels")


def test_a_workflow_wired_in_circles_is_read_and_ends() -> None:
    circle = {f"n{n}": node("KSampler", **{name: [f"n{(n + 1) % 5}", 0] for name in LINKS}) for n in range(5)}

    bindings = analyze(parse_graph(circle)).bindings

    assert (bindings.positive, bindings.seed, bindings.width) == ((), (), ())


@pytest.mark.parametrize("class_type", ["ConditioningCombine", "ConditioningZeroOut"])
def test_a_workflow_that_meets_itself_again_and_again_is_read_at_once(class_type: str) -> None:
    inputs = ("conditioning_1", "conditioning_2", "samples", "pixels", "text", "prompt", "seed")
    ladder = {f"n{n}": node(class_type, **{name: [f"n{n + 1}", 0] for name in inputs}) for n in range(200)}
    ladder["n200"] = node("CLIPTextEncode", text="a lamp")
    ladder["start"] = node("KSampler", positive=["n0", 0], latent_image=["n0", 0], seed=["n0", 0])

    assert len(analyze(parse_graph(ladder)).bindings.positive) <= 1


def test_a_very_long_chain_is_followed_to_its_end() -> None:
    chain = {f"n{n}": node("ConditioningSetArea", conditioning=[f"n{n + 1}", 0]) for n in range(3000)}
    chain["n3000"] = node("CLIPTextEncode", text="a lamp")
    chain["start"] = node("KSampler", positive=["n0", 0], latent_image=["n0", 0])

    assert analyze(parse_graph(chain)).bindings.positive == at("n3000", "text")


def test_a_text_held_by_a_loader_is_found_through_its_pipe() -> None:
    graph = parse_graph(
        {
            "1": node("ttN pipeLoader", positive="a lamp", negative="fog", ckpt_name="x", empty_latent_width=64,
                      empty_latent_height=32, batch_size=2, seed=1),
            "2": node("ttN pipeKSampler", pipe=["1", 0], steps=20, seed=3),
        }
    )  # fmt: skip

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("1", "positive"), at("1", "negative"))
    assert (bindings.width, bindings.height) == (at("1", "empty_latent_width"), at("1", "empty_latent_height"))
    assert (bindings.count, bindings.model) == (at("1", "batch_size"), at("1", "ckpt_name"))


def test_a_sampler_that_names_its_inputs_in_its_own_way_is_found() -> None:
    ends = {"conditioning": ["n6", 0], "neg_conditioning": ["n7", 0], "latent_image": ["n5", 0], "model": ["n4", 0]}
    graph = with_sampler(
        n4=node("FluxLoadAndQuantize", ckpt_name="flux"), n3=node("XlabsSampler", noise_seed=1, steps=20, **ends)
    )

    bindings = analyze(graph).bindings

    assert (bindings.positive, bindings.negative) == (at("n6", "text"), at("n7", "text"))
    assert bindings.seed == at("n3", "noise_seed")


def test_where_the_server_tells_the_types_the_slot_decides_which_text_is_which() -> None:
    catalogue = parse_catalogue(
        {
            "Swapped": {
                "input": {"required": {"positive": ["CONDITIONING"], "negative": ["CONDITIONING"]}},
                "output": ["MODEL", "CONDITIONING", "CONDITIONING"],
            }
        }
    )
    graph = with_sampler(
        n8=node("Swapped", positive=["n6", 0], negative=["n7", 0]),
        n3=node("KSampler", seed=5, positive=["n8", 2], negative=["n8", 1], latent_image=["n5", 0]),
    )

    bindings = analyze(graph, catalogue).bindings

    assert (bindings.positive, bindings.negative) == (at("n7", "text"), at("n6", "text"))


def test_of_text_boxes_that_are_joined_the_first_takes_the_prompt() -> None:
    graph = with_sampler(
        n6=node("CLIPTextEncode", text=["n8", 0]),
        n8=node("Text Concatenate", delimiter=", ", text_a=["n9", 0], text_b="oil"),
        n9=node("Text Multiline", text="a lamp"),
    )

    assert analyze(graph).bindings.positive == at("n9", "text")


def test_a_node_that_has_no_part_in_an_output_is_not_bound() -> None:
    graph = with_sampler(
        n8=node("KSampler", seed=9, positive=["n7", 0], negative=["n6", 0], latent_image=["n5", 0]),
        n9=node("SaveImage", images=["n3", 0], filename_prefix="x"),
        n2=node("LoadImage", image="unused.png"),
    )

    bindings = analyze(graph).bindings

    assert bindings.seed == at("n3", "seed")
    assert bindings.positive == at("n6", "text")
    assert bindings.images == ()


def test_of_a_node_that_holds_both_texts_each_role_takes_its_own() -> None:
    graph = with_sampler(
        n6=node("CLIPTextEncode", text=["n8", 0]),
        n7=node("CLIPTextEncode", text=["n8", 1]),
        n8=node("SDXLPromptStyler", negative_text="fog", positive_text="a lamp", style="ink"),
    )

    bindings = analyze(graph).bindings

    assert bindings.positive == at("n8", "positive_text")
    assert bindings.negative == at("n8", "negative_text")


def test_a_node_that_passes_conditioning_and_latent_on_does_not_paint() -> None:
    graph = with_sampler(
        n8=node("LTXVAddGuide", positive=["n6", 0], negative=["n7", 0], latent=["n5", 0]),
        n3=node("KSampler", seed=5, positive=["n8", 0], negative=["n8", 1], latent_image=["n8", 2]),
    )

    assert samplers(examine(graph)) == ("n3",)
