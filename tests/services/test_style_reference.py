"""A style reference reaches the adapter and nothing else; without one the adapter is not there."""

from copy import deepcopy
from typing import Any, cast

import pytest

from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.graph import Graph, Node, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import Bindings, NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.services.analysis import analyze
from wrldbldr.services.detection.references import ReferenceSlot
from wrldbldr.services.style_reference import (
    in_style_of,
    plan_reference,
    style_keywords,
    with_pictures,
)

ADAPTERS = parse_catalogue(
    {
        "IPAdapter": {
            "input": {
                "required": {
                    "model": ["MODEL"],
                    "ipadapter": ["IPADAPTER"],
                    "image": ["IMAGE"],
                    "weight": ["FLOAT", {"min": -1, "max": 3}],
                },
                "optional": {"image_negative": ["IMAGE"], "attn_mask": ["MASK"]},
            },
            "output": ["MODEL"],
        },
        "IPAdapterUnifiedLoader": {
            "input": {"required": {"model": ["MODEL"], "preset": [["PLUS"]]}},
            "output": ["MODEL", "IPADAPTER"],
        },
        "ApplyInstantID": {
            "input": {
                "required": {
                    "image": ["IMAGE"], "model": ["MODEL"], "positive": ["CONDITIONING"], "negative": ["CONDITIONING"],
                },
                "optional": {"image_kps": ["IMAGE"]},
            },
            "output": ["MODEL", "CONDITIONING", "CONDITIONING"],
        },
        "LoadImage": {
            "input": {"required": {"image": [["a.png"], {"image_upload": True}]}}, "output": ["IMAGE", "MASK"],
        },
        "PrepImageForClipVision": {"input": {"required": {"image": ["IMAGE"]}}, "output": ["IMAGE"]},
        "VAEEncode": {"input": {"required": {"pixels": ["IMAGE"], "vae": ["VAE"]}}, "output": ["LATENT"]},
        "PreviewImage": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": True},
    }
)  # fmt: skip
KNOWN = NodeCatalogue({**CATALOGUE.classes, **ADAPTERS.classes})
AUTO = StyleReferenceMapping()


def node(class_type: str, **inputs: object) -> Node:
    return cast(Node, {"class_type": class_type, "inputs": inputs})


def styled(**more: Node) -> Graph:
    """A painting (3) whose model passes an adapter (22) that takes the picture of loader 20."""
    return parse_graph(
        {
            "3": node("KSampler", seed=1, model=["22", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0]),
            "4": node("CheckpointLoaderSimple", ckpt_name="tiny.safetensors"),
            "5": node("EmptyLatentImage", width=64, height=64, batch_size=1),
            "6": node("CLIPTextEncode", text="a lamp", clip=["4", 1]),
            "7": node("CLIPTextEncode", text="fog", clip=["4", 1]),
            "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
            "9": node("SaveImage", images=["8", 0], filename_prefix="x"),
            "20": node("LoadImage", image="theirs.png"),
            "21": node("IPAdapterUnifiedLoader", model=["4", 0], preset="PLUS"),
            "22": node("IPAdapter", model=["21", 0], ipadapter=["21", 1], image=["20", 0], weight=0.8),
            **more,
        }
    )


def shared() -> Graph:
    """The same, painted over the picture that is also the adapter's."""
    graph = styled(**{"10": node("VAEEncode", pixels=["20", 0], vae=["4", 2])})
    graph["3"]["inputs"]["latent_image"] = ["10", 0]
    return graph


def slot_of(
    graph: Graph, mapping: StyleReferenceMapping = AUTO, catalogue: NodeCatalogue | None = KNOWN
) -> ReferenceSlot:
    plan = plan_reference(graph, mapping, catalogue)
    assert plan.use is ReferenceUse.PICTURE
    assert plan.slot is not None
    return plan.slot


def chosen(node_id: str, name: str) -> StyleReferenceMapping:
    return StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=NodeInput(node_id=node_id, input_name=name))


def inputs(graph: Graph, node_id: str) -> dict[str, Any]:
    return graph[node_id]["inputs"]


@pytest.mark.parametrize("catalogue", [KNOWN, None], ids=["by types", "by names"])
def test_the_adapter_is_found_and_gets_a_loader_of_its_own(catalogue: NodeCatalogue | None) -> None:
    graph = styled()
    before = deepcopy(graph)

    given = with_pictures(graph, slot_of(graph, AUTO, catalogue), ["ours.png"], catalogue=catalogue)

    assert given["23"] == {
        "class_type": "LoadImage", "inputs": {"image": "ours.png"}, "_meta": {"title": "Style reference"},
    }  # fmt: skip
    assert inputs(given, "22")["image"] == ["23", 0]
    assert "20" not in given, "a loader that nobody needs is not asked for its picture"
    assert {key: given[key] for key in given.keys() - {"22", "23"}} == {
        key: before[key] for key in before.keys() - {"20", "22"}
    }
    assert graph == before, "the graph that was given is not changed"


def test_a_shared_loader_keeps_its_picture_and_its_other_takers() -> None:
    graph = shared()
    slot = slot_of(graph)

    given = with_pictures(graph, slot, ["ours.png"], catalogue=KNOWN)

    assert slot.loaders[0].is_shared
    assert inputs(given, "20")["image"] == "theirs.png"
    assert inputs(given, "10")["pixels"] == ["20", 0]
    assert inputs(given, "22")["image"] == ["23", 0]


def test_a_loader_shared_behind_a_node_between_is_known_to_be_shared() -> None:
    graph = shared()
    graph["25"] = node("PrepImageForClipVision", image=["20", 0])
    inputs(graph, "22")["image"] = inputs(graph, "10")["pixels"] = ["25", 0]

    assert slot_of(graph).loaders[0].is_shared
    inputs(graph, "10")["pixels"] = ["8", 0]
    assert not slot_of(graph).loaders[0].is_shared, "the node between is the adapter's own"


def test_of_the_picture_inputs_of_one_adapter_the_main_one_is_taken() -> None:
    loaded = {name: ["20", 0] for name in ("image_negative", "image_composition", "image_style")}
    graph = styled(**{"22": node("IPAdapterStyleComposition", model=["21", 0], **loaded)})

    assert slot_of(graph, catalogue=None).input.input_name == "image_style"
    assert [ref.input_name for ref in analyze(graph).bindings.references] == ["image_style", "image_composition"]


def test_several_pictures_are_joined_in_order() -> None:
    graph = styled()

    given = with_pictures(graph, slot_of(graph), ["a.png", "b.png", "c.png"], catalogue=KNOWN)

    assert inputs(given, "22")["image"] == ["27", 0]
    assert given["27"]["class_type"] == given["25"]["class_type"] == "ImageBatch"
    assert inputs(given, "27") == {"image1": ["25", 0], "image2": ["26", 0]}
    assert inputs(given, "25") == {"image1": ["23", 0], "image2": ["24", 0]}
    assert [inputs(given, node_id)["image"] for node_id in ("23", "24", "26")] == ["a.png", "b.png", "c.png"]


def test_new_nodes_are_numbered_past_every_number_in_an_id() -> None:
    graph = styled(**{"68:400": node("PreviewImage", images=["8", 0]), "9" * 40: node("PreviewImage", images=["8", 0])})

    assert inputs(with_pictures(graph, slot_of(graph), ["a.png"], catalogue=KNOWN), "401")["image"] == "a.png"


@pytest.mark.parametrize(("asked", "written"), [(None, 0.8), (0.3, 0.3), (9.0, 3), (-9.0, -1)])
def test_the_weight_is_kept_or_written_within_what_the_adapter_takes(asked: float | None, written: float) -> None:
    graph = styled()

    assert inputs(with_pictures(graph, slot_of(graph), ["a.png"], asked, KNOWN), "22")["weight"] == written


@pytest.mark.parametrize("catalogue", [KNOWN, None], ids=["by types", "by names"])
def test_without_a_reference_the_adapter_and_what_served_only_it_are_gone(catalogue: NodeCatalogue | None) -> None:
    graph = styled()

    bare = with_pictures(graph, slot_of(graph, AUTO, catalogue), [], catalogue=catalogue)

    assert inputs(bare, "3")["model"] == ["4", 0]
    assert set(bare) == {"3", "4", "5", "6", "7", "8", "9"}


@pytest.mark.parametrize("catalogue", [KNOWN, None], ids=["by types", "by names"])
def test_what_loads_an_adapter_stays_where_another_adapter_has_it_too(catalogue: NodeCatalogue | None) -> None:
    second = node("IPAdapter", model=["22", 0], ipadapter=["21", 1], image=["31", 0], weight=1.0)
    graph = styled(**{"30": second, "31": node("LoadImage", image="more.png")})
    graph["3"]["inputs"]["model"] = ["30", 0]

    bare = with_pictures(graph, slot_of(graph, AUTO, catalogue), [], catalogue=catalogue)

    assert "22" not in bare
    assert inputs(bare, "30")["model"] == ["21", 0]
    assert inputs(bare, "30")["ipadapter"] == ["21", 1]


def test_without_a_reference_a_shared_loader_stays_with_its_other_taker() -> None:
    graph = shared()

    bare = with_pictures(graph, slot_of(graph), [], catalogue=KNOWN)

    assert "22" not in bare
    assert inputs(bare, "20")["image"] == "theirs.png"


@pytest.mark.parametrize("catalogue", [KNOWN, None], ids=["by types", "by names"])
def test_an_adapter_that_passes_the_texts_on_is_bypassed_without_mixing_them(catalogue: NodeCatalogue | None) -> None:
    graph = styled(
        **{"22": node("ApplyInstantID", model=["4", 0], positive=["6", 0], negative=["7", 0], image=["20", 0])}
    )
    inputs(graph, "3").update(positive=["22", 1], negative=["22", 2])

    bare = with_pictures(graph, slot_of(graph, AUTO, catalogue), [], catalogue=catalogue)

    taken = {name: inputs(bare, "3")[name] for name in ("model", "positive", "negative")}
    assert taken == {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0]}
    assert analyze(graph, catalogue).bindings.negative == (NodeInput(node_id="7", input_name="text"),)


def test_a_vision_encoder_before_the_adapter_gets_the_picture_and_the_adapter_is_bypassed() -> None:
    graph = styled(
        **{
            "22": node("ApplyIPAdapterSD3", model=["4", 0], ipadapter=["21", 1], image_embed=["24", 0], weight=0.5),
            "24": node("CLIPVisionEncode", image=["20", 0], clip_vision=["25", 0]),
            "25": node("CLIPVisionLoader", clip_name="x"),
        }
    )
    slot = slot_of(graph, catalogue=None)

    assert (slot.input.node_id, slot.adapter_id) == ("24", "22")
    given = with_pictures(graph, slot, ["a.png"], 0.2)
    assert (inputs(given, "24")["image"], inputs(given, "22")["weight"]) == (["26", 0], 0.2)
    assert set(with_pictures(graph, slot, [])) == {"3", "4", "5", "6", "7", "8", "9"}


def test_an_adapter_that_encodes_for_another_is_bypassed_where_the_model_passes() -> None:
    graph = styled(
        **{
            "24": node("IPAdapterEncoder", ipadapter=["21", 1], image=["20", 0], weight=1.0),
            "22": node("IPAdapterEmbeds", model=["21", 0], pos_embed=["24", 0], weight=0.8),
        }
    )

    assert set(with_pictures(graph, slot_of(graph, catalogue=None), [])) == {"3", "4", "5", "6", "7", "8", "9", "21"}


def test_an_encoder_of_text_and_faces_becomes_a_plain_one() -> None:
    graph = styled(
        **{"22": node("PhotoMakerEncode", photomaker=["21", 0], image=["20", 0], clip=["4", 1], text="a lamp")}
    )
    inputs(graph, "3").update(model=["4", 0], positive=["22", 0])

    bare = with_pictures(graph, slot_of(graph, catalogue=None), [])

    assert bare["22"] == node("CLIPTextEncode", text="a lamp", clip=["4", 1])
    assert "20" not in bare


def test_what_only_showed_an_adapters_work_goes_with_it() -> None:
    graph = styled(**{"24": node("PreviewImage", images=["22", 1])})

    assert "24" not in with_pictures(graph, slot_of(graph, catalogue=None), [])


def test_an_adapter_whose_place_nothing_can_take_stays_as_it_was() -> None:
    graph = styled(**{"22": node("PulidStrange", image=["20", 0])})

    assert with_pictures(graph, slot_of(graph, catalogue=None), []) == graph


def test_of_two_adapters_the_first_in_the_chain_is_taken_and_the_other_is_named() -> None:
    second = node("IPAdapter", model=["22", 0], ipadapter=["21", 1], image=["31", 0], weight=1.0)
    graph = styled(**{"30": second, "31": node("LoadImage", image="more.png")})
    inputs(graph, "3")["model"] = ["30", 0]

    found = analyze(graph, KNOWN)

    assert slot_of(graph).adapter_id == "22"
    assert found.bindings.references[0].node_id == "22"
    assert found.ambiguous == ("references",)
    assert "IPAdapter (22) takes it, not IPAdapter (30)" in found.notices[0]
    assert [candidate.title for candidate in found.candidates["references"]] == [
        "IPAdapter (22) -> image", "IPAdapter (30) -> image", "LoadImage (20) -> image", "LoadImage (31) -> image",
    ]  # fmt: skip


def test_a_negative_picture_is_never_chosen_by_itself() -> None:
    graph = styled()
    inputs(graph, "22")["image_negative"] = inputs(graph, "22").pop("image")

    assert plan_reference(graph, AUTO, KNOWN).use is ReferenceUse.WORDS
    assert slot_of(graph, chosen("22", "image_negative")).input.input_name == "image_negative"


def test_the_loader_of_an_adapter_is_no_adapter_though_its_name_says_so() -> None:
    graph = styled()
    inputs(graph, "3")["model"] = ["21", 0]

    assert plan_reference(graph, AUTO, KNOWN).use is ReferenceUse.WORDS
    assert plan_reference(graph, AUTO).use is ReferenceUse.WORDS


def test_a_chosen_loader_lends_its_place_to_all_it_feeds() -> None:
    graph = styled(**{"10": node("VAEEncode", pixels=["11", 0], vae=["4", 2]), "11": node("LoadImage", image="x.png")})
    inputs(graph, "3")["latent_image"] = ["10", 0]
    slot = slot_of(graph, chosen("11", "image"))

    given = with_pictures(graph, slot, ["a.png"], catalogue=KNOWN)

    assert inputs(given, "10")["pixels"] == ["23", 0]
    assert inputs(given, "22")["image"] == ["20", 0]
    bare = with_pictures(graph, slot, [], catalogue=KNOWN)
    assert bare == {node_id: kept for node_id, kept in graph.items() if node_id != "5"}, "as its author left it"


def test_a_chosen_loader_that_an_adapter_shares_lends_only_the_adapters_place() -> None:
    given = with_pictures(shared(), slot_of(shared(), chosen("20", "image")), ["a.png"], catalogue=KNOWN)

    assert (inputs(given, "22")["image"], inputs(given, "10")["pixels"]) == (["23", 0], ["20", 0])


def test_a_chosen_loader_that_feeds_an_adapter_alone_bypasses_it_without_a_reference() -> None:
    assert "22" not in with_pictures(styled(), slot_of(styled(), chosen("20", "image")), [], catalogue=KNOWN)


@pytest.mark.parametrize("place", [("77", "image"), ("22", "nothing"), ("6", "text")])
def test_a_chosen_input_that_takes_no_picture_is_refused(place: tuple[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="Choose another"):
        plan_reference(styled(), chosen(*place), KNOWN)


@pytest.mark.parametrize(
    ("mode", "use"),
    [(StyleReferenceMode.DISABLED, ReferenceUse.NOTHING), (StyleReferenceMode.PROMPT_INJECTION, ReferenceUse.WORDS)],
)
def test_a_workflow_may_want_words_or_nothing(mode: StyleReferenceMode, use: ReferenceUse) -> None:
    assert plan_reference(styled(), StyleReferenceMapping(mode=mode), KNOWN).use is use


def test_bindings_stored_before_there_were_references_are_still_read() -> None:
    stored = {"positive": [{"node_id": "6", "input_name": "text"}], "seed": []}

    bindings = Bindings.model_validate(stored)

    assert (bindings.images, bindings.references) == ((), ())
    assert bindings.style_reference.mode is StyleReferenceMode.AUTO_DETECT
    assert Bindings.model_validate(bindings.model_dump(mode="json")) == bindings


def test_the_style_follows_the_prompt_in_words() -> None:
    assert in_style_of("a lamp", "oil, muted") == "a lamp, in the style of: oil, muted"
    assert in_style_of("a lamp, ", "oil") == "a lamp, in the style of: oil"
    assert in_style_of("a lamp", " ") == "a lamp"


@pytest.mark.parametrize(
    ("prompt", "keywords"),
    [
        ("elven archer, oil painting, muted colours", "elven archer, oil painting, muted colours"),
        ("(oil:1.3), [soft], <lora:ink:0.8> {ink}, oil", "oil, soft, ink"),
        ("ratio 16:9, a scene: night", "ratio 16:9, a scene: night"),
        ("a lamp, in the style of: oil, muted", "a lamp"),
        ("  \n, ,", ""),
        (", ".join(f"word{n}" for n in range(99)), ", ".join(f"word{n}" for n in range(16))),
    ],
)
def test_keywords_are_the_phrases_of_the_prompt_without_its_markup(prompt: str, keywords: str) -> None:
    assert style_keywords(prompt) == keywords


def test_keywords_do_not_grow_without_end() -> None:
    assert len(style_keywords("a" * 5000)) == 400
    assert len(style_keywords(", ".join(f"{n}" * 90 for n in range(9)))) <= 400
