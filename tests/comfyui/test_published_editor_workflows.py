"""Workflows that people published both for the editor and for the API: ours, converted, is wired as theirs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wrldbldr.comfyui.conversion import MissingNodesError, convert
from wrldbldr.comfyui.graph import Graph, link_of, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.services.analysis import analyze

TWINS = {
    "cog__ui__anyline_ui": "cog__api__anyline_api",
    "cog__ui__b_lora_ui": "cog__api__b_lora_api",
    "cog__ui__brushnet_basic_ui": "cog__api__brushnet_basic_api",
    "cog__ui__sdxl_lightning_unet_ui": "cog__api__sdxl_lightning_unet_api",
    "cog__ui__supir_ui": "cog__api__supir_api",
    "cog__ui__was_autumnal_gradient_map_ui": "cog__api__was_autumnal_gradient_map",
    "cog__ui__was_clipseg_basic_ui": "cog__api__was_clipseg_basic_api",
    "krita_workflow-ui": "krita_workflow-api",
}
EDITED = "its author changed it between the two exports"
NEWER = "an input this server's class has gained since: our default is the server's own"
EXCEPTIONS = {
    ("cog__ui__anyline_ui", "2.image"): EDITED,
    ("cog__ui__sdxl_lightning_unet_ui", "4.ckpt_name"): EDITED,
    ("cog__ui__sdxl_lightning_unet_ui", "14.weight_dtype"): NEWER,
    ("cog__ui__supir_ui", "2.image"): EDITED,
    ("cog__ui__supir_ui", "20.rgthree_comparer"): "what its viewer showed last: nothing that decides a picture",
    ("cog__ui__was_clipseg_basic_ui", "17"): EDITED,
    ("krita_workflow-ui", "3.tapered_corners"): "its tool exports no value that is a default",
}
NOT_RUN = {"Note", "Reroute", "PrimitiveNode", "GetNode", "SetNode"}
KINDS = {int: "INT", float: "FLOAT", str: "STRING", bool: "BOOLEAN"}
Raw = dict[str, Any]


@pytest.fixture
def object_info(recorded: Path) -> Raw:
    return json.loads((recorded / "comfyui" / "object_info_all.json").read_text())


def workflow(recorded: Path, name: str) -> Raw:
    return json.loads((recorded / "workflows" / "real" / f"{name}.json").read_text())


def with_stand_ins(object_info: Raw, editor: Raw, api: Graph) -> NodeCatalogue:
    """The server's classes, and for each it lacks one as the two exports show it: its wires by type, its values in order."""
    stand_ins: Raw = {}
    boxes = {node["type"]: node for node in editor["nodes"]}
    for node in api.values():
        if node["class_type"] not in object_info:
            inputs = boxes[node["class_type"]].get("inputs", [])
            sockets = {
                socket["name"]: [socket["type"], {"forceInput": True}] for socket in inputs if "widget" not in socket
            }
            values = {
                name: [KINDS.get(type(value), "STRING")]
                for name, value in node["inputs"].items()
                if link_of(value) is None
            }
            stand_ins[node["class_type"]] = {"input": {"required": {**sockets, **values}}}
    return parse_catalogue({**object_info, **stand_ins})


def renumbered(graph: Graph, like: Graph) -> Graph:
    """The same graph under the ids of another in which each class occurs once."""
    ids = {node["class_type"]: node_id for node_id, node in like.items()}
    new = {node_id: ids[node["class_type"]] for node_id, node in graph.items()}

    def moved(value: Any) -> Any:
        link = link_of(value)
        return value if link is None else [new[link[0]], link[1]]

    return {
        new[node_id]: {**node, "inputs": {name: moved(value) for name, value in node["inputs"].items()}}
        for node_id, node in graph.items()
    }


def differences(ours: Graph, theirs: Graph) -> Iterator[str]:
    """Nodes that only one has or that are of another class, and inputs that differ, as `node` and `node.input`."""
    yield from ours.keys() ^ theirs.keys()
    for node_id in ours.keys() & theirs.keys():
        mine, other = ours[node_id]["inputs"], theirs[node_id]["inputs"]
        if ours[node_id]["class_type"] != theirs[node_id]["class_type"]:
            yield node_id
        for name in (mine.keys() | other.keys()) - {"upload"}:  # a button that old exports wrote down
            if mine.get(name) != other.get(name):
                assert link_of(mine.get(name)) is None, "a wire never differs"
                assert link_of(other.get(name)) is None, "a wire never differs"
                yield f"{node_id}.{name}"


@pytest.mark.parametrize("name", TWINS)
def test_a_workflow_saved_for_the_editor_is_wired_like_its_export_for_the_api(
    recorded: Path, object_info: Raw, name: str
) -> None:
    editor, theirs = workflow(recorded, name), parse_graph(workflow(recorded, TWINS[name]))

    ours = convert(editor, with_stand_ins(object_info, editor, theirs))

    if name.startswith("krita"):  # its tool numbers the nodes anew
        ours = renumbered(ours, theirs)
    assert set(differences(ours, theirs)) == {difference for twin, difference in EXCEPTIONS if twin == name}


def editor_exports(recorded: Path) -> dict[str, Raw]:
    files = sorted((recorded / "workflows" / "real").glob("*.json"))
    found = {file.stem: json.loads(file.read_text()) for file in files}
    return {name: raw for name, raw in found.items() if isinstance(raw.get("nodes"), list)}


def test_every_export_for_the_editor_is_converted_or_refused_with_all_it_lacks(
    recorded: Path, object_info: Raw
) -> None:
    catalogue = parse_catalogue(object_info)
    converted: dict[str, Graph] = {}
    for name, raw in editor_exports(recorded).items():
        lacking = {node["type"] for node in raw["nodes"]} - object_info.keys() - NOT_RUN
        if not lacking:
            converted[name] = convert(raw, catalogue)
            continue
        with pytest.raises(MissingNodesError) as refused:
            convert(raw, catalogue)
        assert set(refused.value.missing) == lacking
        assert all(kind in refused.value.message for kind in lacking)

    assert set(converted) == {
        "cog__api__sd15_text2img_not_api_version",
        "cog__ui__flux_fp8_ui",
        "cog__ui__sdxl_lightning_unet_ui",
        "ipaplus_ipadapter_simple.ui",
    }
    for graph in converted.values():
        assert parse_graph(graph) == graph, "what comes out is a graph that may be sent"
        bindings = analyze(graph, catalogue).bindings
        assert bindings.positive
        assert bindings.seed
        assert bindings.width


def test_the_adapter_of_a_converted_workflow_takes_the_reference(recorded: Path, object_info: Raw) -> None:
    catalogue = parse_catalogue(object_info)

    found = analyze(convert(workflow(recorded, "ipaplus_ipadapter_simple.ui"), catalogue), catalogue)

    assert [(ref.node_id, ref.input_name) for ref in found.bindings.references] == [("10", "image")]
    assert not found.reference_slots[0].loaders[0].is_shared
