"""Uploading and fetching pictures, and who may reach what."""

from io import BytesIO

import pytest
from PIL import Image

from tests.fakes.simulator import SimulatorServer
from tests.simulator.graphs import plain
from tests.simulator.visitor import Visitor


def png(colour: str, mode: str = "RGB") -> bytes:
    buffer = BytesIO()
    Image.new(mode, (12, 8), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_an_upload_is_named_and_can_be_fetched(visitor: Visitor) -> None:
    response = await visitor.upload(png("red"), subfolder="wrldbldr/refs")

    assert response.json() == {"name": "ref.png", "subfolder": "wrldbldr/refs", "type": "input"}
    shown = await visitor.http.get(
        "/view", params={"filename": "ref.png", "subfolder": "wrldbldr/refs", "type": "input"}
    )
    assert shown.content == png("red")


async def test_the_same_bytes_keep_the_name_and_others_get_another(visitor: Visitor) -> None:
    names = [(await visitor.upload(png(colour))).json()["name"] for colour in ("red", "red", "blue", "blue")]

    assert names == ["ref.png", "ref.png", "ref (1).png", "ref (1).png"]


async def test_overwriting_replaces(visitor: Visitor) -> None:
    await visitor.upload(png("red"))
    await visitor.upload(png("blue"), overwrite="1")
    shown = await visitor.http.get("/view", params={"filename": "ref.png [input]"})

    assert shown.content == png("blue")


async def test_an_uploaded_file_is_offered_by_load_image_and_one_in_a_subfolder_can_still_be_used(
    visitor: Visitor,
) -> None:
    await visitor.upload(png("red"), "offered.png")
    await visitor.upload(png("red"), "deep.png", subfolder="a/b")
    info = await visitor.json("/object_info/LoadImage")

    assert info["LoadImage"]["input"]["required"]["image"] == [["example.png", "offered.png"], {"image_upload": True}]
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "a/b/deep.png"}}, "9": plain()["9"]}
    assert (await visitor.run(graph))["status"]["completed"] is True


@pytest.mark.parametrize(
    ("name", "form", "status"),
    [
        ("../evil.png", {}, 400),
        ("ref.png", {"subfolder": "../../x"}, 400),
        ("ref.png", {"subfolder": "/etc"}, 400),
        ("ref.png", {"type": "bogus"}, 500),
        ("ref.png", {"type": "temp"}, 200),
        ("naïve 🎨.png", {}, 200),
    ],
)
async def test_an_upload_stays_in_its_folder(visitor: Visitor, name: str, form: dict[str, str], status: int) -> None:
    response = await visitor.upload(png("red"), name, **form)

    assert response.status_code == status
    if status == 200:
        assert response.json()["name"] == name


async def test_an_upload_without_a_file_is_refused(visitor: Visitor) -> None:
    nothing = await visitor.http.post("/upload/image", data={"type": "input"})
    only_text = await visitor.http.post("/upload/image", files={"image": (None, b"text")})

    assert (nothing.status_code, only_text.status_code) == (400, 500)


async def test_too_much_is_too_much(server: SimulatorServer) -> None:
    from tests.simulator.visitor import Visitor

    async with Visitor(server.url) as visitor:
        response = await visitor.upload(bytes(101 * 1024 * 1024))
    assert response.status_code == 413
    assert response.text.startswith("Maximum request body size 104857600 exceeded")


async def test_a_saved_picture_can_be_looked_at_in_parts(visitor: Visitor) -> None:
    [image] = (await visitor.run(plain()))["outputs"]["9"]["images"]
    whole = await visitor.http.get("/view", params=image)
    head = await visitor.http.head("/view", params=image)
    part = await visitor.http.get("/view", params=image, headers={"Range": "bytes=0-9"})

    assert whole.headers["content-disposition"] == f'filename="{image["filename"]}"'
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))
    assert (part.status_code, part.content) == (206, whole.content[:10])


@pytest.mark.parametrize(
    ("wish", "kind", "mode"),
    [
        ({"preview": "webp;70"}, "WEBP", "RGBA"),
        ({"preview": "jpeg;70"}, "JPEG", "RGB"),
        ({"preview": "gif"}, "WEBP", "RGBA"),
        ({"preview": "webp;70", "channel": "rgb"}, "WEBP", "RGB"),
        ({"channel": "rgb"}, "PNG", "RGB"),
        ({"channel": "a"}, "PNG", "RGBA"),
    ],
)
async def test_a_picture_is_recompressed_on_request(
    visitor: Visitor, wish: dict[str, str], kind: str, mode: str
) -> None:
    await visitor.upload(png("#ff000080", "RGBA"))
    response = await visitor.http.get("/view", params={"filename": "ref.png", "type": "input"} | wish)

    image = Image.open(BytesIO(response.content))
    assert (image.format, image.mode, image.size) == (kind, mode, (12, 8))
    assert response.headers["content-type"] == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 404),
        ({"filename": ""}, 400),
        ({"filename": "nope.png"}, 404),
        ({"filename": "../x.png"}, 400),
        ({"filename": "/etc/passwd"}, 400),
        ({"filename": "x.png", "type": "bogus"}, 400),
        ({"filename": "x.png", "subfolder": "../.."}, 403),
        ({"filename": "x.png", "subfolder": "/etc"}, 403),
    ],
)
async def test_nothing_else_can_be_looked_at(visitor: Visitor, query: dict[str, str], status: int) -> None:
    response = await visitor.http.get("/view", params=query)

    assert (response.status_code, response.content) == (status, b"")


async def test_a_file_that_is_no_picture_is_shown_as_it_is_and_not_recompressed(visitor: Visitor) -> None:
    await visitor.upload(b"<script>", "notes.html")
    plainly = await visitor.http.get("/view", params={"filename": "notes.html", "type": "input"})
    recompressed = await visitor.http.get(
        "/view", params={"filename": "notes.html", "type": "input", "preview": "webp"}
    )

    assert (plainly.headers["content-type"], plainly.content) == ("application/octet-stream", b"<script>")
    assert recompressed.status_code == 500


async def test_previews_are_wiped_at_start_and_everything_of_ours_at_the_end() -> None:
    async with SimulatorServer() as server:
        root = server.simulator.storage.root
        (root / "temp" / "old.png").write_bytes(b"x")
        (root / "output" / "kept.png").write_bytes(b"x")
        await server.restart()
        assert not (root / "temp" / "old.png").exists()
        assert (root / "output" / "kept.png").exists()
    assert not root.exists()
