"""A zip may be made by anybody: whatever is odd about it, it is refused with a sentence before anything is kept."""

import io
import struct
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.world_files import files, zipped
from tests.media.pictures import bomb, drawing, encoded
from wrldbldr.domain.archive import UnfitWorldFileError
from wrldbldr.media.world_file import ENTRY_LIMIT, WorldFile

SYMLINK, DEVICE = 0o120777 << 16, 0o020666 << 16


def read(content: bytes) -> None:
    """Everything that is ever read of a file."""
    opened = WorldFile(io.BytesIO(content))
    opened.document()
    for content_hash in opened.picture_hashes:
        opened.picture(content_hash)


def refusal(content: bytes) -> str:
    with pytest.raises(UnfitWorldFileError) as caught:
        read(content)
    assert caught.value.message.endswith(".")
    return caught.value.message


def with_entry(name: str, content: bytes = b"x", **attributes: Any) -> bytes:
    """The small world with one more file, of which `attributes` are set."""
    output = io.BytesIO(zipped(files()))
    with ZipFile(output, "a") as archive:
        info = ZipInfo(name)
        for attribute, value in attributes.items():
            setattr(info, attribute, value)
        archive.writestr(info, content)
    return output.getvalue()


def test_a_world_file_is_read() -> None:
    read(zipped(files()))
    read(zipped(files(), packed=True))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png",
        "pictures/../../evil.png",
        "pictures/..",
        "/etc/passwd",
        "//server/share.png",
        "C:/Windows/evil.png",
        "C:evil.png",
        "..\\evil.png",
        "pictures\\evil.png",
        "Virtual Tabletop/../../evil.png",
        "Virtual Tabletop/./evil.png",
        "Virtual Tabletop//evil.png",
        "",
    ],
)
def test_a_name_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    assert "leads out of its folder" in refusal(with_entry(name))


def test_a_name_with_an_end_in_its_middle_is_refused() -> None:
    content = with_entry("Virtual Tabletop/evil.png?.exe").replace(b"evil.png?.exe", b"evil.png\0.exe")

    assert "leads out of its folder" in refusal(content)


@pytest.mark.parametrize("kind", [SYMLINK, DEVICE], ids=["symlink", "device"])
def test_a_link_or_a_device_is_refused(kind: int) -> None:
    assert "link or a device" in refusal(with_entry("Virtual Tabletop/a.png", b"/etc/passwd", external_attr=kind))


@pytest.mark.parametrize(
    "name", ["world.zip", "pictures/inner.zip", "Virtual Tabletop/inner.zip", "run.sh", ".hidden", "pictures/a/b.png"]
)
def test_what_is_no_part_of_a_world_is_refused(name: str) -> None:
    assert "not part of an exported world" in refusal(with_entry(name, zipped(files())))


def test_two_files_of_one_name_are_refused() -> None:
    other = encoded(drawing(), "PNG")
    twice = zipped({**files(), "world.jsom": b"{}"}).replace(b"world.jsom", b"world.json")
    alike = zipped({**files(), "Virtual Tabletop/fi.png": other, "Virtual Tabletop/ﬁ.png": other})
    in_capitals = zipped({**files(), "Virtual Tabletop/quay.png": other, "Virtual Tabletop/QUAY.png": other})

    for content in (twice, alike, in_capitals):
        assert "two files of the same name" in refusal(content)


def test_one_picture_in_two_forms_is_refused() -> None:
    [name] = [name for name in files() if name.startswith("pictures/")]

    assert "same name" in refusal(with_entry(name.replace(".png", ".jpg")))


def test_a_locked_zip_is_refused() -> None:
    content = bytearray(zipped(files()))
    at = content.find(b"PK\x01\x02") + 8
    content[at] |= 1

    assert "password" in refusal(bytes(content))


@pytest.mark.parametrize("way", [ZIP_BZIP2, ZIP_LZMA])
def test_a_zip_that_is_compressed_in_another_way_is_refused(way: int) -> None:
    output = io.BytesIO()
    with ZipFile(output, "w", way) as archive:
        for name, content in files().items():
            archive.writestr(name, content)

    assert "compressed in a way" in refusal(output.getvalue())


def many(count: int) -> bytes:
    output = io.BytesIO()
    with ZipFile(output, "w") as archive:
        for number in range(count):
            archive.writestr(ZipInfo(f"Virtual Tabletop/{number}.png"), b"")
    return output.getvalue()


def test_a_hundred_thousand_files_are_refused_before_they_are_listed() -> None:
    content = many(100_000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    assert "more files than a world has" in refusal(content)

    assert tracemalloc.get_traced_memory()[1] - before < 8 * 2**20
    tracemalloc.stop()


def test_one_file_more_than_a_world_may_have_is_refused() -> None:
    assert "more files than a world has" in refusal(many(ENTRY_LIMIT + 1))


def test_a_bomb_is_refused_while_it_goes_off_and_takes_no_memory() -> None:
    output = io.BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive, archive.open("world.json", "w") as packed:
        for _ in range(300):
            packed.write(bytes(2**20))
    tracemalloc.start()

    assert "far more than a world" in refusal(output.getvalue())

    assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    tracemalloc.stop()


def test_a_bomb_that_says_it_is_small_is_refused_too() -> None:
    output = io.BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        archive.writestr("world.json", bytes(64 * 2**20))
    content = bytearray(output.getvalue())
    at = content.find(b"PK\x01\x02") + 24
    assert struct.unpack_from("<I", content, at)[0] == 64 * 2**20
    struct.pack_into("<I", content, at, 10)

    refusal(bytes(content))


def test_files_that_share_their_bytes_are_refused() -> None:
    content = bytearray(zipped({**files(), **{f"Virtual Tabletop/{n}.png": bytes(2000) for n in range(9)}}))
    at = 0
    while (at := content.find(b"PK\x01\x02", at + 1)) > 0:
        struct.pack_into("<I", content, at + 20, 4_000_000)

    assert "far more than a world" in refusal(bytes(content))


@pytest.mark.parametrize(
    "picture",
    [b"", b"<script>", b"GIF89a", encoded(drawing(), "PNG")[:-20], bomb(100_000, 100_000), zipped(files())],
    ids=["empty", "script", "name_only", "cut", "bomb", "zip"],
)
def test_a_picture_that_is_none_is_refused(picture: bytes) -> None:
    refusal(zipped({"world.json": b"{}", f"pictures/{sha256(picture).hexdigest()}.png": picture}))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_a_picture_of_a_kind_that_is_not_kept_here_is_refused(kind: str) -> None:
    picture = encoded(drawing(), kind)

    assert "more than a picture" in refusal(
        zipped({"world.json": b"{}", f"pictures/{sha256(picture).hexdigest()}.png": picture})
    )


def test_a_picture_with_words_behind_it_is_refused() -> None:
    picture = encoded(drawing(), "PNG") + b"the secret queen"

    assert "more than a picture" in refusal(
        zipped({"world.json": b"{}", f"pictures/{sha256(picture).hexdigest()}.png": picture})
    )


def test_a_picture_that_was_exchanged_is_refused() -> None:
    name = f"pictures/{'0' * 64}.png"

    assert "not the one that was exported" in refusal(zipped({"world.json": b"{}", name: encoded(drawing(), "PNG")}))


def spoil_crc(content: bytes) -> bytes:
    spoilt = bytearray(content)
    at = spoilt.find(b"Elsewhere")
    spoilt[at] ^= 1
    return bytes(spoilt)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"PK",
        lambda _: b"Dear diary" * 1000,
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[100:],
        lambda content: content.replace(b"PK\x03\x04", b"PK\x03\x05"),
        lambda content: content[: content.find(b"PK\x01\x02")] + content[content.find(b"PK\x05\x06") :],
        spoil_crc,
    ],
)
def test_what_is_no_zip_or_not_all_of_one_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    refusal(spoil(zipped(files())))


@given(data=st.data())
@settings(max_examples=300)
def test_whatever_byte_is_changed_it_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(zipped(files(), packed=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(content))
    except UnfitWorldFileError as error:
        assert error.message.endswith(".")  # noqa: PT017 - it may be either


@given(st.binary(max_size=300))
def test_whatever_is_sent_instead_is_refused(content: bytes) -> None:
    refusal(content)
