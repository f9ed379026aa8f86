"""From what ComfyUI's editor saves to a graph that can be sent."""

from collections.abc import Callable

import pytest

from tests.comfyui.editor import Raw, box, painting, sockets
from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.conversion import MissingNodesError, convert
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.errors import InvalidInputError

MORE = parse_catalogue(
    {
        "LoraLoaderModelOnly": {
            "input": {
                "required": {
                    "model": ["MODEL"],
                    "lora_name": [["a.safetensors"]],
                    "strength": ["FLOAT", {"default": 1.0}],
                }
            },
            "output": ["MODEL"],
        },
        "Upload": {
            "input": {"required": {"image": [["a.png"], {"image_upload": True}], "channel": [["alpha", "red"]]}},
            "output": ["IMAGE"],
        },
        "Forced": {"input": {"required": {"text": ["STRING", {"forceInput": True}], "name": ["STRING"]}}},
        "List": {"input": {"required": {"sizes": ["STRING"]}}},
        "Dynamic": {"input": {"required": {"how": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "a"}]}]}}},
    }
)
KNOWN = NodeCatalogue({**CATALOGUE.classes, **MORE.classes})


def between(workflow: Raw, node: Raw, link: int, new_link: int = 50) -> Raw:
    """Put a node into a wire: `node`'s first input takes it, its first output goes on."""
    wire = next(wire for wire in workflow["links"] if wire[0] == link)
    workflow["links"].append([new_link, node["id"], 0, *wire[3:]])
    workflow["links"][workflow["links"].index(wire)] = [link, *wire[1:3], node["id"], 0, wire[5]]
    for other in workflow["nodes"]:
        for socket in other["inputs"]:
            if socket["link"] == link:
                socket["link"] = new_link
    workflow["nodes"].append(node)
    return workflow


def test_values_and_wires_come_out_by_name() -> None:
    graph = convert(painting(), KNOWN)

    assert graph["3"] == {
        "class_type": "KSampler",
        "inputs": {
            "seed": 5, "steps": 20, "cfg": 6.5, "sampler_name": "euler", "scheduler": "karras", "denoise": 1.0,
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
        "_meta": {"title": "KSampler"},
    }  # fmt: skip
    assert graph["6"] == {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a lamp", "clip": ["4", 1]},
        "_meta": {"title": "Prompt"},
    }
    assert parse_graph(graph) == graph


def test_an_export_with_links_as_objects_gives_the_same() -> None:
    workflow = painting()
    names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    workflow["links"] = [dict(zip(names, link, strict=True)) for link in workflow["links"]]

    assert convert(workflow, KNOWN) == convert(painting(), KNOWN)


def test_a_seed_saved_without_its_companion_shifts_nothing() -> None:
    workflow = painting()
    workflow["nodes"][4]["widgets_values"].remove("randomize")

    assert convert(workflow, KNOWN) == convert(painting(), KNOWN)


@pytest.mark.parametrize("values", [["b.png", "image", "red"], ["b.png", "red"]])
def test_the_slot_after_an_upload_shifts_nothing(values: list[str]) -> None:
    graph = convert({"nodes": [box(1, "Upload", *values)]}, KNOWN)

    assert graph["1"]["inputs"] == {"image": "b.png", "channel": "red"}


def test_a_value_that_became_a_socket_still_takes_its_slot() -> None:
    workflow = painting()
    sampler = workflow["nodes"][4]
    sampler["inputs"].append({"name": "steps", "type": "INT", "link": 9, "widget": {"name": "steps"}})
    workflow["nodes"].append(box(8, "PrimitiveNode", 33, "fixed"))
    workflow["links"].append([9, 8, 0, 3, 4, "INT"])

    inputs = convert(workflow, KNOWN)["3"]["inputs"]

    assert (inputs["steps"], inputs["cfg"], inputs["sampler_name"]) == (33, 6.5, "euler")


def test_a_value_missing_at_the_end_becomes_the_servers_default() -> None:
    workflow = painting()
    workflow["nodes"][1]["widgets_values"] = [512]

    assert convert(workflow, KNOWN)["5"]["inputs"] == {"width": 512, "height": 512, "batch_size": 1}


def test_an_input_that_is_only_a_socket_takes_no_value() -> None:
    assert convert({"nodes": [box(1, "Forced", "Ann")]}, KNOWN)["1"]["inputs"] == {"name": "Ann"}


def test_values_kept_by_name_are_taken_by_name() -> None:
    workflow = {"nodes": [box(1, "EmptyLatentImage", widgets_values={"width": 64, "height": 32, "videopreview": {}})]}

    assert convert(workflow, KNOWN)["1"]["inputs"] == {"width": 64, "height": 32}


def test_a_list_as_a_value_is_told_apart_from_a_wire() -> None:
    inputs = convert({"nodes": [box(1, "List", ["1", 0])]}, KNOWN)["1"]["inputs"]

    assert inputs == {"sizes": {"__value__": ["1", 0]}}


def test_a_bypassed_node_lets_what_it_takes_through() -> None:
    lora = box(8, "LoraLoaderModelOnly", "a.safetensors", 1.0, mode=4)
    lora |= {"inputs": sockets(("model", "MODEL", 1)), "outputs": sockets(("MODEL", "MODEL", None))}

    assert convert(between(painting(), lora, 1), KNOWN) == convert(painting(), KNOWN)


def test_a_bypassed_node_that_nobody_has_does_not_matter() -> None:
    stranger = box(8, "NobodyHasThis", mode=4)
    stranger |= {"inputs": sockets(("x", "CLIP", 3), ("y", "MODEL", 1)), "outputs": sockets(("m", "MODEL", None))}

    assert convert(between(painting(), stranger, 1), KNOWN) == convert(painting(), KNOWN)


def test_what_a_muted_node_gave_is_missing() -> None:
    workflow = painting()
    workflow["nodes"][3]["mode"] = 2

    graph = convert(workflow, KNOWN)

    assert "7" not in graph
    assert "negative" not in graph["3"]["inputs"]


@pytest.mark.parametrize("kind", ["Reroute", "Reroute (rgthree)"])
def test_a_reroute_is_only_a_bend_in_the_wire(kind: str) -> None:
    bend = box(8, kind, inputs=sockets(("", "*", 1)), outputs=sockets(("", "MODEL", None)))

    assert convert(between(painting(), bend, 1), KNOWN) == convert(painting(), KNOWN)


def test_notes_are_left_out() -> None:
    workflow = painting()
    workflow["nodes"] += [box(20, "Note", "read me"), box(21, "MarkdownNote", "# read me")]

    assert convert(workflow, KNOWN) == convert(painting(), KNOWN)


def test_a_value_set_here_and_got_there_is_one_wire() -> None:
    workflow = painting()
    setter = box(8, "SetNode", "model", inputs=sockets(("MODEL", "MODEL", 1)))
    getter = box(9, "GetNode", "model", outputs=sockets(("MODEL", "MODEL", None)))
    workflow["nodes"] += [setter, getter]
    workflow["links"][0] = [1, 4, 0, 8, 0, "MODEL"]
    workflow["links"].append([50, 9, 0, 3, 0, "MODEL"])
    workflow["nodes"][4]["inputs"][0]["link"] = 50

    assert convert(workflow, KNOWN) == convert(painting(), KNOWN)


def folded() -> Raw:
    """The painting with its two texts in a subgraph: one wire goes in, two come out."""
    workflow = painting()
    texts = workflow["nodes"][2:4]
    workflow["nodes"] = [*workflow["nodes"][:2], workflow["nodes"][4], box(68, "words-inside")]
    workflow["nodes"][3]["inputs"] = sockets(("clip", "CLIP", 3))
    workflow["links"] = [
        [1, 4, 0, 3, 0, "MODEL"], [2, 5, 0, 3, 3, "LATENT"], [3, 4, 1, 68, 0, "CLIP"],
        [5, 68, 0, 3, 1, "CONDITIONING"], [6, 68, 1, 3, 2, "CONDITIONING"],
    ]  # fmt: skip

    def wire(link: int, origin: int, slot: int, target: int, target_slot: int) -> Raw:
        ends = {"origin_id": origin, "origin_slot": slot, "target_id": target, "target_slot": target_slot}
        return {"id": link, **ends, "type": "x"}

    inside = [wire(3, -10, 0, 6, 0), wire(4, -10, 0, 7, 0), wire(5, 6, 0, -20, 0), wire(6, 7, 0, -20, 1)]
    workflow["definitions"] = {"subgraphs": [{"id": "words-inside", "nodes": texts, "links": inside}]}
    return workflow


def test_a_subgraph_is_unfolded_under_the_id_of_its_node() -> None:
    graph = convert(folded(), KNOWN)

    assert set(graph) == {"3", "4", "5", "68:6", "68:7"}
    assert graph["3"]["inputs"]["positive"] == ["68:6", 0]
    assert graph["3"]["inputs"]["negative"] == ["68:7", 0]
    assert graph["68:7"]["inputs"] == {"text": "fog", "clip": ["4", 1]}


def test_a_bypassed_node_in_a_subgraph_is_passed_too() -> None:
    workflow = folded()
    inside = workflow["definitions"]["subgraphs"][0]
    bend = box(9, "NobodyHasThis", mode=4, inputs=sockets(("a", "x", 5)), outputs=sockets(("b", "x", None)))
    inside["nodes"].append(bend)
    inside["links"][2] = [5, 6, 0, 9, 0, "x"]
    inside["links"].append([7, 9, 0, -20, 0, "x"])

    assert convert(workflow, KNOWN) == convert(folded(), KNOWN)


def test_subgraphs_inside_each_other_have_both_ids_in_front() -> None:
    workflow = folded()
    outer = {"id": "around", "nodes": [box(7, "words-inside", inputs=sockets(("clip", "CLIP", 1)))], "links": []}
    outer["links"] = [[1, -10, 0, 7, 0, "x"], [2, 7, 0, -20, 0, "x"], [3, 7, 1, -20, 1, "x"]]
    workflow["definitions"]["subgraphs"].append(outer)
    workflow["nodes"][3]["type"] = "around"

    graph = convert(workflow, KNOWN)

    assert graph["3"]["inputs"]["negative"] == ["68:7:7", 0]
    assert graph["68:7:7"]["inputs"]["clip"] == ["4", 1]


def test_all_that_is_missing_is_named_at_once() -> None:
    workflow = painting()
    workflow["nodes"] += [box(8, "Woodcut"), box(9, "Woodcut"), box(10, "Etching")]

    with pytest.raises(MissingNodesError, match=r"lacks the nodes Woodcut \(node 8\), Etching \(node 10\)") as refused:
        convert(workflow, KNOWN)

    assert refused.value.missing == ("Woodcut", "Etching")


def endless() -> Raw:
    """A subgraph that holds itself."""
    inside = {"id": "inside", "nodes": [box(1, "inside")], "links": []}
    return {"nodes": [box(1, "inside")], "definitions": {"subgraphs": [inside]}}


def bomb() -> Raw:
    """Ten subgraphs, each of which holds the next ten times."""
    layers = [{"id": f"s{n}", "nodes": [box(k, f"s{n + 1}") for k in range(10)], "links": []} for n in range(10)]
    return {"nodes": [box(1, "s0")], "definitions": {"subgraphs": layers}}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (lambda: {"nodes": [box(1, "workflow>Portrait")]}, '"Portrait" is a group node'),
        (lambda: {"nodes": [box(1, "Dynamic", "a")]}, "values of Dynamic"),
        (lambda: {"nodes": []}, "empty"),
        (lambda: {"nodes": [box(1, "Note")]}, "empty"),
        (lambda: {"nodes": [{"id": 1}]}, "no id or no type"),
        (lambda: {"nodes": [box(n, "KSampler") for n in range(5001)]}, "over 5,000 nodes"),
        (endless, "without end"),
        (bomb, "over 5,000 nodes"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_a_sentence(raw: Callable[[], Raw], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        convert(raw(), KNOWN)

    assert refused.value.field == "graph"
    assert refused.value.message.endswith(".")


def test_reroutes_in_a_circle_end_and_leave_the_input_out() -> None:
    workflow = painting()
    workflow["nodes"] += [box(n, "Reroute", inputs=sockets(("", "*", link))) for n, link in ((8, 21), (9, 20))]
    workflow["links"] += [[20, 8, 0, 9, 0, "*"], [21, 9, 0, 8, 0, "*"]]
    workflow["nodes"][4]["inputs"][0]["link"] = 20

    assert "model" not in convert(workflow, KNOWN)["3"]["inputs"]


@pytest.mark.parametrize(
    "odd",
    [
        {"links": None}, {"links": [7, [1], {"id": "x"}, [1, 2, "a", 3, 4]]}, {"definitions": [3]}, {"extra": "x"},
        {"definitions": {"subgraphs": [3, {"id": 4, "nodes": "x"}]}},
    ],
)  # fmt: skip
def test_odd_shapes_are_survived(odd: Raw) -> None:
    assert convert({"nodes": [box(1, "EmptyLatentImage", 1, 2, 3)], **odd}, KNOWN)["1"]["inputs"]["width"] == 1
