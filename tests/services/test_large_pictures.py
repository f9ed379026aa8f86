"""A picture larger than is kept fails its batch at once, in words that help."""

from tests.fakes.studio import Studio
from tests.media.pictures import bomb


async def test_a_picture_too_large_to_keep_fails_its_batch_and_is_not_fetched_again(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    await painting.rest()
    painting.comfyui.finish([bomb(16_384, 16_384)])
    began = painting.clock.monotonic()
    await painting.rest()

    batch = await painting.batch(batch_id)
    assert await painting.failure_title(batch_id) == "A picture is too large to keep"
    assert batch.failure is not None
    assert "8,192 × 8,192" in batch.failure.message
    assert painting.clock.monotonic() == began, "nothing was waited for"
    assert painting.stored_files() == []
