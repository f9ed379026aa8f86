"""Over a real socket: the simulator tells which picture each node's input was handed."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from PIL import Image

from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import changed, node, referring
from tests.simulator.visitor import Visitor
from wrldbldr.comfyui.graph import Graph, parse_graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.services.style_reference import plan_reference, with_pictures

AUTO = StyleReferenceMapping()


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(file, "PNG")
    return file.getvalue()


@dataclass
class Painter:
    """Uploads references, puts them into a workflow and runs it; `arrived` tells by colour what an input was handed."""

    server: SimulatorServer
    visitor: Visitor
    catalogue: NodeCatalogue
    colours: dict[str, str] = field(default_factory=dict[str, str])

    async def upload(self, colour: str) -> str:
        content = picture(colour)
        name = f"{sha256(content).hexdigest()}.png"
        self.colours[sha256(content).hexdigest()] = colour
        return (await self.visitor.upload(content, name, overwrite="true")).json()["name"]

    async def paint(self, raw: Any, *references: str, mapping: StyleReferenceMapping = AUTO) -> Graph:
        graph = parse_graph(raw)
        slot = plan_reference(graph, mapping, self.catalogue).slot
        assert slot is not None
        given = with_pictures(graph, slot, [await self.upload(colour) for colour in references], 0.7, self.catalogue)
        entry = await self.visitor.run({node_id: dict(part) for node_id, part in given.items()})
        assert entry["status"]["status_str"] == "success"
        assert await self.visitor.pictures(entry)
        return given

    def arrived(self, node_id: str, name: str) -> list[str]:
        receipts = [receipt for receipt in self.server.received if (receipt.node_id, receipt.input) == (node_id, name)]
        return [self.colours.get(receipt.sha256, "unknown") for receipt in receipts]


@pytest.fixture
async def painter() -> AsyncIterator[Painter]:
    async with SimulatorServer() as server, Visitor(server.url) as visitor:
        yield Painter(server, visitor, parse_catalogue(await visitor.json("/object_info")))


async def painted_over(painter: Painter) -> Any:
    """An adapter that shares its loader, which holds a blue picture, with what is painted over."""
    graph = changed(referring(await painter.upload("blue")), "3", latent_image=["10", 0])
    return graph | {"10": node("VAEEncode", pixels=["20", 0], vae=["4", 2])}


async def test_an_adapter_that_is_found_gets_the_reference(painter: Painter) -> None:
    await painter.paint(referring("gone.png"), "red")

    assert painter.arrived("22", "image") == ["red"], "and nobody asks for the picture its author had"


async def test_an_input_that_is_chosen_gets_the_reference(painter: Painter) -> None:
    settings = {"weight": 1.0, "start_at": 0.0, "end_at": 1.0, "weight_type": "standard"}
    graph = referring(await painter.upload("blue"))
    graph["30"] = node("IPAdapter", model=["22", 0], ipadapter=["21", 1], image=["20", 0], **settings)
    graph = changed(graph, "3", model=["30", 0])
    second = NodeInput(node_id="30", input_name="image")

    await painter.paint(graph, "red", mapping=StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=second))

    assert (painter.arrived("22", "image"), painter.arrived("30", "image")) == (["blue"], ["red"])


async def test_two_references_arrive_together_in_order(painter: Painter) -> None:
    await painter.paint(referring("gone.png"), "red", "green")

    assert painter.arrived("22", "image") == ["red", "green"]


async def test_a_shared_loader_hands_its_own_picture_to_its_other_taker(painter: Painter) -> None:
    await painter.paint(await painted_over(painter), "red")

    assert painter.arrived("22", "image") == ["red"]
    assert painter.arrived("10", "pixels") == ["blue"]


async def test_without_a_reference_no_adapter_runs(painter: Painter) -> None:
    given = await painter.paint(await painted_over(painter))

    assert painter.arrived("22", "image") == []
    assert painter.arrived("10", "pixels") == ["blue"]
    assert "22" not in given
