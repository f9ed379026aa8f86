"""Another client of the same ComfyUI."""

from uuid import uuid4

import httpx

from wrldbldr.comfyui.graph import Graph


class SomebodyElse:
    """Queues what it wants, and takes no notice of us."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url)

    async def close(self) -> None:
        await self._http.aclose()

    async def queue(self, graph: Graph, *, client_id: str | None = "theirs", picture_info: str = "") -> str:
        """Hand in a prompt. Of one without a client ComfyUI tells everybody; `picture_info` goes with it through the queue."""
        prompt_id = str(uuid4())
        body = {"prompt": graph, "prompt_id": prompt_id} | ({"client_id": client_id} if client_id else {})
        body["extra_data"] = {"extra_pnginfo": {"workflow": picture_info}}
        (await self._http.post("/prompt", json=body)).raise_for_status()
        return prompt_id

    async def clear_the_queue(self) -> None:
        (await self._http.post("/queue", json={"clear": True})).raise_for_status()

    async def interrupt(self) -> None:
        """Whatever runs."""
        (await self._http.post("/interrupt")).raise_for_status()
