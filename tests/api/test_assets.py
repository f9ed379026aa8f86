"""Pictures and their files."""

import io
from dataclasses import dataclass
from uuid import UUID

import pytest
from PIL import Image

from tests.api.table import NOBODYS_ID, Caller, Scene, refused
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine


@dataclass(frozen=True)
class Painted:
    """Two portraits of the character, older first, and a backdrop of the location."""

    portraits: list[str]
    backdrop: str


@pytest.fixture
async def painted(scene: Scene, owner: Caller, engine: Engine) -> Painted:
    backdrop = {"entity_type": "location", "entity_id": scene.location_id, "asset_type": "backdrop", "count": 1}
    found: list[list[str]] = []
    for request in (scene.request(seed=1), scene.request(seed=2, **backdrop)):
        batch_id = UUID((await owner.post("/api/assets/generate", json=request)).json()["id"])
        await begin(engine, batch_id)
        found.append([str(asset_id) for asset_id in await finish(engine, batch_id)])
    return Painted(found[0], found[1][0])


async def listed(owner: Caller, scene: Scene, **params: str) -> set[str]:
    answer = await owner.get("/api/assets", params={"world_id": scene.world_id, **params})
    assert answer.status_code == 200, answer.text
    return {asset["id"] for asset in answer.json()["items"]}


async def test_a_picture_tells_how_it_came_to_be(painted: Painted, scene: Scene, owner: Caller) -> None:
    asset = (await owner.get(f"/api/assets/{painted.portraits[1]}")).json()

    expected = {
        "world_id": scene.world_id,
        "entity_id": scene.character_id,
        "asset_type": "portrait",
        "label": "Ælfgifu_the_Keeper_Portrait_002",
        "prompt": "an old keeper of lanterns",
        "seed": 2,
        "workflow_name": "portrait",
        "starred": False,
        "active": False,
        "created_at": "2026-01-01T20:00:00+00:00",
        "image_url": f"/api/assets/{painted.portraits[1]}/image",
    }
    assert {**asset, **expected} == asset


async def test_the_gallery_is_filtered(painted: Painted, scene: Scene, owner: Caller) -> None:
    await owner.patch(f"/api/assets/{painted.portraits[0]}", json={"starred": True})

    assert await listed(owner, scene) == {*painted.portraits, painted.backdrop}
    assert await listed(owner, scene, entity_id=scene.location_id) == {painted.backdrop}
    assert await listed(owner, scene, asset_type="portrait") == set(painted.portraits)
    assert await listed(owner, scene, starred="true") == {painted.portraits[0]}
    assert await listed(owner, scene, starred="0") == {painted.portraits[1], painted.backdrop}
    assert await listed(owner, scene, entity_id=NOBODYS_ID) == set()


async def test_the_gallery_is_searched_by_words_tags_and_ratings(painted: Painted, scene: Scene, owner: Caller) -> None:
    first, second = painted.portraits
    await owner.patch(f"/api/assets/{first}", json={"tags": ["Lamp Light", "tide"], "rating": 4})
    await owner.patch(f"/api/assets/{second}", json={"tags": ["tide"], "rating": 2})

    assert await listed(owner, scene, q="keeper LANT") == {first, second, painted.backdrop}
    assert await listed(owner, scene, q="keeper lamp") == {first}
    assert await listed(owner, scene, q='keeper" OR "zebra') == set()
    assert await listed(owner, scene, tag="TIDE") == {first, second}
    answer = await owner.get("/api/assets", params={"world_id": scene.world_id, "tag": ["tide", "lamp light"]})
    assert [asset["id"] for asset in answer.json()["items"]] == [first]
    assert await listed(owner, scene, rating="3") == {first}
    assert await listed(owner, scene, workflow_id=NOBODYS_ID) == set()
    await owner.post(f"/api/assets/{painted.backdrop}/activate")
    assert await listed(owner, scene, unused="1") == {first, second}
    best = await owner.get("/api/assets", params={"world_id": scene.world_id, "order": "rating"})
    assert [asset["id"] for asset in best.json()["items"]] == [first, second, painted.backdrop]


async def test_the_gallery_comes_in_pages(painted: Painted, scene: Scene, owner: Caller) -> None:
    params = {"world_id": scene.world_id, "limit": "2"}
    first = (await owner.get("/api/assets", params=params)).json()
    second = (await owner.get("/api/assets", params={**params, "cursor": first["next_cursor"]})).json()

    met = [asset["id"] for asset in first["items"] + second["items"]]
    assert sorted(met) == sorted([*painted.portraits, painted.backdrop])
    assert (len(first["items"]), second["next_cursor"]) == (2, None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"cursor": NOBODYS_ID}, "cursor"),
        ({"cursor": "x"}, "cursor"),
        ({"limit": "201"}, "limit"),
        ({"asset_type": "poem"}, "asset_type"),
        ({"starred": "perhaps"}, "starred"),
        ({"q": "x" * 201}, "q"),
        ({"q": "\x00"}, "q"),
        ({"rating": "6"}, "rating"),
        ({"tag": "x" * 41}, "tags"),
        ({"workflow_id": "x"}, "workflow_id"),
        ({"unused": "perhaps"}, "unused"),
        ({"order": "random"}, "order"),
        ({"entity_id": "x"}, "entity_id"),
        ({"world_id": "x"}, "world_id"),
    ],
)
async def test_a_bad_question_about_pictures_is_refused(
    params: dict[str, str], field: str, scene: Scene, owner: Caller
) -> None:
    answer = await owner.get("/api/assets", params={"world_id": scene.world_id, **params})

    assert set(refused(answer, 422, "invalid_input")) == {field}


async def test_a_cursor_of_another_world_leads_nowhere(painted: Painted, owner: Caller) -> None:
    elsewhere = (await owner.post("/api/worlds", json={"name": "Elsewhere"})).json()["id"]
    params = {"world_id": elsewhere, "cursor": painted.backdrop}

    assert set(refused(await owner.get("/api/assets", params=params), 422)) == {"cursor"}


async def test_a_picture_is_renamed_and_starred(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}"

    changed = (await owner.patch(path, json={"label": "Stair at low tide", "starred": True})).json()

    assert (changed["label"], changed["starred"]) == ("Stair at low tide", True)
    for bad in ({"label": ""}, {"label": "x" * 10_000}, {"starred": "yes"}, {"seed": 4}):
        assert set(refused(await owner.patch(path, json=bad), 422)) == set(bad)
    assert (await owner.get(path)).json() == changed


async def test_a_picture_is_rated_and_tagged_and_says_so(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}"
    assert {"rating": 0, "tags": []}.items() <= (await owner.get(path)).json().items()

    changed = (await owner.patch(path, json={"rating": 4, "tags": [" lamp  light", "tide", "Tide"]})).json()

    assert (changed["rating"], changed["tags"]) == (4, ["lamp light", "tide"])
    for bad in (
        {"rating": 6},
        {"rating": "4"},
        {"tags": [""]},
        {"tags": ["x" * 41]},
        {"tags": "tide"},
        {"tags": ["tide"] * 101},
    ):
        refusal = refused(await owner.patch(path, json=bad), 422)
        assert {field.split(".")[0] for field in refusal} == set(bad)
    assert (await owner.patch(path, json={"label": "Stair"})).json() == {**changed, "label": "Stair"}
    assert (await owner.patch(path, json={"tags": [], "rating": 0})).json()["tags"] == []


async def test_one_picture_at_a_time_stands_for_its_entity(painted: Painted, owner: Caller) -> None:
    for chosen in painted.portraits:
        assert (await owner.post(f"/api/assets/{chosen}/activate")).json()["active"] is True

    active = [(await owner.get(f"/api/assets/{asset_id}")).json()["active"] for asset_id in painted.portraits]
    assert active == [False, True]


async def test_a_removed_picture_is_gone_with_its_file(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}"

    assert (await owner.delete(path)).status_code == 204

    refused(await owner.get(path), 404, "not_found")
    refused(await owner.get(f"{path}/image"), 404, "not_found")


@pytest.mark.parametrize(("size", "kind"), [("full", "PNG"), ("256", "WEBP"), ("64", "WEBP"), (None, "PNG")])
async def test_a_picture_is_sent_to_be_kept_for_ever(
    size: str | None, kind: str, painted: Painted, owner: Caller
) -> None:
    params = {} if size is None else {"size": size}

    answer = await owner.get(f"/api/assets/{painted.backdrop}/image", params=params)

    assert Image.open(io.BytesIO(answer.content)).format == kind
    assert answer.headers["content-type"] == f"image/{kind.lower()}"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("form", ["{}", 'W/{}, "other"', '"other", {}'])
async def test_a_picture_the_browser_has_is_not_sent_again(form: str, painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}/image"
    etag = (await owner.get(path)).headers["etag"]

    answer = await owner.get(path, headers={"if-none-match": form.format(etag)})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


async def test_each_size_is_a_picture_of_its_own_to_the_browser(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}/image"
    etag = (await owner.get(path)).headers["etag"]

    assert (await owner.get(path, params={"size": 64}, headers={"if-none-match": etag})).status_code == 200


async def test_a_download_is_named_after_the_picture_whatever_it_is_called(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.backdrop}"
    await owner.patch(path, json={"label": 'Fog "over" æ; ../quay'})

    disposition = (await owner.get(f"{path}/image", params={"download": 1})).headers["content-disposition"]

    assert disposition.startswith("attachment; filename*=utf-8''Fog%20%22over%22%20%C3%A6%3B%20..")
    assert disposition.endswith("_quay.png")


@pytest.mark.parametrize(
    "odd",
    [
        "..%2f..%2f..%2fwrldbldr.sqlite3",
        "%2e%2e%2f%2e%2e%2fwrldbldr.sqlite3",
        "%2e%2e",
        "..%5c..%5cwrldbldr.sqlite3",
        "..\\..\\wrldbldr.sqlite3",
        "%00",
        NOBODYS_ID + "%00.png",
        "%2fetc%2fpasswd",
        "C:%5cWindows%5cwin.ini",
        "'%20or%201=1--",
    ],
)
async def test_a_picture_is_asked_for_by_its_id_and_nothing_else(odd: str, painted: Painted, owner: Caller) -> None:
    answer = await owner.get(f"/api/assets/{odd}/image")

    assert answer.status_code in {404, 422}
    refused(answer, answer.status_code)


@pytest.mark.parametrize("size", ["../full", "0", "128", "", "full%00", "-64", "256.webp"])
async def test_a_picture_has_three_sizes(size: str, painted: Painted, owner: Caller) -> None:
    answer = await owner.get(f"/api/assets/{painted.backdrop}/image", params={"size": size})

    assert set(refused(answer, 422)) == {"size"}


ONE_ASSET = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/activate"), ("GET", "/image")]


@pytest.mark.parametrize(("method", "below"), ONE_ASSET)
async def test_an_unknown_picture_is_404_and_no_id_is_422(method: str, below: str, owner: Caller) -> None:
    body = {"starred": True} if method == "PATCH" else None

    refused(await owner.request(method, f"/api/assets/{NOBODYS_ID}{below}", json=body), 404, "not_found")
    refused(await owner.request(method, f"/api/assets/x{below}", json=body), 422, "invalid_input")


async def test_somebody_elses_pictures_look_like_nothing(painted: Painted, scene: Scene, other: Caller) -> None:
    for method, below in ONE_ASSET:
        body = {"starred": True} if method == "PATCH" else None
        refused(await other.request(method, f"/api/assets/{painted.backdrop}{below}", json=body), 404, "not_found")
    refused(await other.get("/api/assets", params={"world_id": scene.world_id}), 404)


async def test_a_round_token_is_downloaded_under_a_name_of_its_own(painted: Painted, owner: Caller) -> None:
    path = f"/api/assets/{painted.portraits[0]}/token"

    answer = await owner.get(path, params={"size": 256})

    token = Image.open(io.BytesIO(answer.content))
    assert (token.format, token.size, token.mode) == ("PNG", (256, 256), "RGBA")
    assert "_Portrait_001_Token.png" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    for bad in ({"size": 255}, {"size": 1025}, {"size": "x"}, {"ring": "perhaps"}):
        assert set(refused(await owner.get(path, params=bad), 422)) == set(bad)


async def test_a_picture_without_a_figure_is_not_cut_out(painted: Painted, scene: Scene, owner: Caller) -> None:
    refused(await owner.post(f"/api/assets/{painted.portraits[0]}/cutout"), 409, "cannot_cut_out")

    assert len(await listed(owner, scene)) == 3


async def test_somebody_elses_picture_is_neither_token_nor_cut_out(painted: Painted, other: Caller) -> None:
    refused(await other.get(f"/api/assets/{painted.portraits[0]}/token"), 404, "not_found")
    refused(await other.post(f"/api/assets/{painted.portraits[0]}/cutout"), 404, "not_found")
