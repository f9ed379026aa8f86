"""Bringing a picture over REST, and what a downloaded one says of itself."""

import io
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.api.test_inputs import STEPS, made
from tests.comfyui.graphs import text_to_image
from tests.fakes.engine import begin, finish
from tests.media.pictures import drawing, encoded
from wrldbldr.engine import Engine
from wrldbldr.media.texts import png_texts

IMPORT = "/api/assets/import"
PLAIN = encoded(drawing(), "PNG")


async def painted(owner: Caller, scene: Scene, engine: Engine, **changes: Any) -> str:
    request = scene.request(
        **{"seed": 7, "prompt": "the secret queen – ランプ", "negative_prompt": "blurry", **changes}
    )
    batch_id = UUID((await owner.post("/api/assets/generate", json=request)).json()["id"])
    await begin(engine, batch_id)
    return str((await finish(engine, batch_id))[0])


def where(scene: Scene, **params: str) -> dict[str, str]:
    return {"entity_type": "character", "entity_id": scene.character_id, **params}


async def test_a_download_says_how_the_picture_came_to_be_and_is_not_kept_by_browsers(
    owner: Caller, scene: Scene, engine: Engine
) -> None:
    asset_id = await painted(owner, scene, engine)

    answer = await owner.get(f"/api/assets/{asset_id}/image", params={"download": 1})

    texts = png_texts(answer.content, ("parameters", "wrldbldr", "prompt", "workflow"), limit_bytes=100_000)
    assert set(texts) == {"parameters", "wrldbldr"}, "and nothing of the workflow's graph"
    assert texts["parameters"].startswith("the secret queen – ランプ\nNegative prompt: blurry\nSeed: 7, Size: 768x1024")
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
    assert answer.headers["content-type"] == "image/png"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"].startswith("attachment; filename*=")
    assert "no-store" in answer.headers["cache-control"]


async def test_what_is_shown_says_nothing(owner: Caller, scene: Scene, engine: Engine) -> None:
    asset_id = await painted(owner, scene, engine)

    for params in ({}, {"size": "256", "download": "1"}, {"size": "64"}):
        answer = await owner.get(f"/api/assets/{asset_id}/image", params=params)
        assert b"secret queen" not in answer.content


async def test_a_downloaded_picture_is_brought_back_as_it_was(owner: Caller, scene: Scene, engine: Engine) -> None:
    set_to = {
        "workflow_id": await made(owner, text_to_image(), shown_inputs=[STEPS]),
        "inputs": [{**STEPS, "value": 12}],
    }
    source_id = await painted(owner, scene, engine)
    asset_id = await painted(owner, scene, engine, seed=8, style_reference_ids=[source_id], **set_to)
    before = (await owner.get(f"/api/assets/{asset_id}")).json()
    content = (await owner.get(f"/api/assets/{asset_id}/image", params={"download": 1})).content
    elsewhere = {"entity_type": "location", "entity_id": scene.location_id, "asset_type": "item"}

    answer = await owner.post(IMPORT, params=elsewhere, content=content, headers={"content-type": "image/png"})

    assert answer.status_code == 201
    brought: dict[str, Any] = answer.json()
    same = (
        "prompt",
        "negative_prompt",
        "seed",
        "width",
        "height",
        "model",
        "workflow_id",
        "workflow_name",
        "inputs",
        "style_references",
        "style_reference_mode",
        "style_strength",
        "simulated",
    )
    assert (before["inputs"], before["style_reference_id"]) == (set_to["inputs"], source_id)
    assert {name: brought[name] for name in same} == {name: before[name] for name in same}
    assert (brought["entity_id"], brought["asset_type"], brought["batch_id"]) == (scene.location_id, "item", None)
    assert (brought["restored"], brought["notices"]) == (True, [])
    shown = (await owner.get(f"/api/assets/{brought['id']}")).json()
    assert shown == {name: value for name, value in brought.items() if name not in ("restored", "notices")}


async def test_a_picture_of_ones_own_is_taken_without_a_word(owner: Caller, scene: Scene) -> None:
    brought = (await owner.post(IMPORT, params=where(scene), content=PLAIN)).json()

    assert (brought["prompt"], brought["seed"], brought["restored"]) == ("", -1, False)
    assert brought["label"] == "Ælfgifu_the_Keeper_Portrait_001"


@pytest.mark.parametrize(
    ("params", "content", "field"),
    [
        ({}, b"", "file"),
        ({}, b"<svg/>", "file"),
        ({}, PLAIN[:-20], "file"),
        ({"asset_type": "backdrop"}, PLAIN, "asset_type"),
        ({"asset_type": "poem"}, PLAIN, "asset_type"),
        ({"entity_id": "x"}, PLAIN, "entity_id"),
        ({"entity_type": "ship"}, PLAIN, "entity_type"),
    ],
)
async def test_what_does_not_fit_is_refused_at_its_field(
    owner: Caller, scene: Scene, params: dict[str, str], content: bytes, field: str
) -> None:
    answer = await owner.post(IMPORT, params=where(scene, **params), content=content)

    assert set(refused(answer, 422, "invalid_input")) == {field}


async def test_a_picture_may_be_larger_than_any_other_body_but_not_without_end(owner: Caller, scene: Scene) -> None:
    large, endless = bytes(21 * 2**20), bytes(64 * 2**20 + 1)

    assert set(refused(await owner.post(IMPORT, params=where(scene), content=large), 422)) == {"file"}
    refused(await owner.post(IMPORT, params=where(scene), content=endless), 413)
    refused(await owner.post("/api/worlds", content=large), 413)


async def test_somebody_elses_character_looks_like_nobody(other: Caller, nobody: Caller, scene: Scene) -> None:
    refused(await other.post(IMPORT, params=where(scene), content=PLAIN), 404, "not_found")
    refused(await other.post(IMPORT, params=where(scene, entity_id=NOBODYS_ID), content=PLAIN), 404, "not_found")
    refused(await nobody.post(IMPORT, params=where(scene), content=PLAIN), 401, "unauthenticated")
