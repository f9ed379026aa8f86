"""Reading the websocket."""

import json
import logging
import struct
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrldbldr.comfyui import messages as m
from wrldbldr.comfyui.messages import parse_binary, parse_text

ID = UUID("1f6c7a3e-58d1-4a0b-9a2f-6f0f3d1c2b4a")
JPEG = b"\xff\xd8\xff\xe0 jpeg"
PNG = b"\x89PNG\r\n\x1a\n png"


def frame(kind: str, **data: object) -> str:
    return json.dumps({"type": kind, "data": {"prompt_id": str(ID), **data}})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            '{"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 3}}, "sid": "x"}}',
            m.Status(queue_remaining=3),
        ),
        (frame("execution_start", timestamp=1), m.ExecutionStarted(prompt_id=ID)),
        (frame("execution_cached", nodes=["1", 2]), m.NodesCached(prompt_id=ID, nodes=("1", "2"))),
        (frame("executing", node="3", display_node="3"), m.NodeExecuting(prompt_id=ID, node="3")),
        ('{"type": "executing", "data": {"node": "3"}}', m.NodeExecuting(node="3")),
        (frame("executing", node=None), m.Finished(prompt_id=ID)),
        (frame("progress", node="3", value=1, max=8), m.Progressed(prompt_id=ID, node="3", value=1, maximum=8)),
        (
            frame("progress_state", nodes={"3": {"value": 1, "max": 2, "state": "running", "node_id": "3"}}),
            m.ProgressState(prompt_id=ID, nodes={"3": m.NodeState(value=1, maximum=2, state="running")}),
        ),
        (frame("executed", node="9", output={"images": []}), m.NodeExecuted(prompt_id=ID, node="9")),
        (frame("execution_success", timestamp=1), m.Succeeded(prompt_id=ID)),
        (
            frame("execution_interrupted", node_id="3", node_type="KSampler", executed=[]),
            m.Interrupted(prompt_id=ID, node_id="3", node_type="KSampler"),
        ),
        ('{"type": "feature_flags", "data": {"supports_preview_metadata": true}}', m.FeatureFlags(supports_preview_metadata=True)),
    ],
)  # fmt: skip
def test_every_kind_of_message_has_its_type(raw: str, expected: m.Message) -> None:
    assert parse_text(raw) == expected


def test_a_failure_keeps_its_traceback_apart_and_out_of_its_text() -> None:
    failed = parse_text(
        frame(
            "execution_error",
            node_id="3",
            node_type="KSampler",
            exception_type="ValueError",
            exception_message="no",
            traceback=["/home/secret"],
            current_inputs={"text": ["a secret prompt"]},
        )
    )
    assert isinstance(failed, m.Failed)
    assert (failed.node_id, failed.exception_message, failed.traceback) == ("3", "no", ("/home/secret",))
    assert "secret" not in repr(failed)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "nonsense",
        "[]",
        "7",
        "{}",
        '{"type": 3, "data": {}}',
        '{"type": "status", "data": null}',
        '{"type": "status", "data": {}}',
        '{"type": "crystools.monitor", "data": {"cpu": 3}}',
        '{"type": "progress", "data": {"value": 1}}',
        '{"type": "execution_start", "data": {"prompt_id": "not a uuid"}}',
        "[" * 100_000,
    ],
)
def test_unknown_and_malformed_frames_are_left_out(raw: str) -> None:
    assert parse_text(raw) is None


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e300", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["value", "max"])
def test_steps_that_cannot_be_counted_are_left_out(odd: str, field: str) -> None:
    counts = json.dumps({"value": 1, "max": 2}).replace(
        f'"{field}": {1 if field == "value" else 2}', f'"{field}": {odd}'
    )
    step = f'{{"type": "progress", "data": {{"prompt_id": "{ID}", "node": "3", {counts[1:]}}}'
    states = f'{{"type": "progress_state", "data": {{"prompt_id": "{ID}", "nodes": {{"3": {counts}}}}}}}'

    assert parse_text(step) is None
    assert parse_text(states) is None


def test_a_text_frame_of_more_than_a_mebibyte_is_left_out_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []

    def count(raw: str) -> object:
        parsed.append(len(raw))
        return {}

    monkeypatch.setattr(m.json, "loads", count)

    parse_text("x" * m.TEXT_LIMIT)
    parse_text("x" * (m.TEXT_LIMIT + 1))
    parse_binary(struct.pack(">II", 4, m.METADATA_LIMIT_BYTES + 1) + bytes(m.METADATA_LIMIT_BYTES + 1))

    assert parsed == [m.TEXT_LIMIT]


def test_a_node_with_an_endless_name_is_none() -> None:
    assert parse_text(frame("progress", node="3" * 201, value=1, max=2)) is None


def test_a_name_that_no_file_can_have_names_none() -> None:
    names = ["owl.png", "x" * 252 + ".png", "\ud800.png", ""]

    told = parse_text(frame("executed", node="9", output={"images": [{"filename": name} for name in names]}))

    assert isinstance(told, m.NodeExecuted)
    assert [file.filename for file in told.files] == ["owl.png"]


def test_what_is_left_out_is_logged_once_per_kind_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    kind = f"custom.{uuid4()}"
    with caplog.at_level(logging.DEBUG, "wrldbldr.comfyui.messages"):
        for _ in range(3):
            parse_text(frame(kind))
    assert [record.levelno for record in caplog.records if kind[:40] in record.getMessage()] == [logging.DEBUG]


def test_a_bare_preview_does_not_say_whose_it_is() -> None:
    preview = parse_binary(struct.pack(">II", 1, 1) + JPEG)
    assert preview == m.Preview(content=JPEG, mime_type="image/jpeg")


def test_a_preview_with_metadata_names_prompt_and_node() -> None:
    metadata = json.dumps({"prompt_id": str(ID), "node_id": "3", "image_type": "image/png"}).encode()
    preview = parse_binary(struct.pack(">II", 4, len(metadata)) + metadata + PNG)
    assert preview == m.Preview(content=PNG, mime_type="image/png", prompt_id=ID, node="3")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0\1",
        struct.pack(">II", 1, 1) + b"no picture",
        struct.pack(">II", 3, 1) + b"3text",
        struct.pack(">II", 4, 9999) + b"{}",
        struct.pack(">II", 4, 2) + b"[]" + JPEG,
        struct.pack(">II", 4, 19) + b'{"prompt_id": "x" }' + JPEG,
        pytest.param(struct.pack(">II", 1, 1) + JPEG + bytes(m.PREVIEW_LIMIT_BYTES), id="too_long"),
    ],
)
def test_binary_frames_that_are_no_preview_are_left_out(raw: bytes) -> None:
    assert parse_binary(raw) is None


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_text_frame_is_fatal(raw: str) -> None:
    parse_text(raw)


@given(st.binary(max_size=64) | st.binary(max_size=32).map(lambda rest: struct.pack(">II", 4, 8) + rest))
def test_no_binary_frame_is_fatal(raw: bytes) -> None:
    parse_binary(raw)


def test_everything_a_real_server_said_is_understood(fixtures_dir: Path) -> None:
    transcripts = sorted(fixtures_dir.glob("ws_*.json"))
    assert transcripts
    for path in transcripts:
        recorded = json.loads(path.read_text())
        texts = [entry for entry in recorded["transcript"] if "type" in entry]
        assert texts, path.name
        for entry in texts:
            assert parse_text(json.dumps(entry)), (path.name, entry)
        [prompt_id] = recorded["history"]
        ends = [parse_text(json.dumps(entry)) for entry in texts]
        assert m.Finished(prompt_id=UUID(prompt_id)) in ends, path.name


def test_the_start_of_every_recorded_preview_is_understood(fixtures_dir: Path) -> None:
    heads = [
        bytes.fromhex(entry["first_64_hex"])
        for path in fixtures_dir.glob("ws_*.json")
        for entry in json.loads(path.read_text())["transcript"]
        if entry.get("event_type") == 1
    ]
    assert heads
    for head in heads:
        preview = parse_binary(head)
        assert preview
        assert preview.mime_type == "image/jpeg"
