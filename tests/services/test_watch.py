"""What is heard of a prompt before anybody follows it, as while it is being handed over."""

import weakref
from uuid import uuid4

from tests.comfyui.graphs import model_free
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI, FakeStream
from wrldbldr.comfyui.messages import Preview
from wrldbldr.comfyui.stall import Watchdog
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.services.watch import Lookout, PromptWatch

ID = uuid4()


def test_previews_that_nobody_looks_at_yet_fill_no_memory(clock: FakeClock) -> None:
    comfyui, stream = FakeComfyUI(), FakeStream()
    lookout = Lookout(comfyui, stream, Watchdog(comfyui.connection, clock, ComfyUIConfig), clock, ComfyUIConfig)
    told: list[weakref.ref[Preview]] = []

    def tell_one() -> None:
        preview = Preview(content=bytes(1000), mime_type="image/png", prompt_id=ID)
        told.append(weakref.ref(preview))
        stream.tell(preview)

    with PromptWatch(lookout, ID, model_free(), lambda: None):
        for _ in range(100):
            tell_one()

        assert [preview() is not None for preview in told] == [False] * 99 + [True]
