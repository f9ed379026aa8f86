"""Uploading references and fetching pictures."""

import asyncio
import mimetypes
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from aiohttp import web
from PIL import Image

from wrldbldr.simulator.documents import MalformedRequestError
from wrldbldr.simulator.door import PictureFile
from wrldbldr.simulator.storage import FolderKind, OutsideFolderError, split_annotation
from wrldbldr.simulator.workshop import Workshop

RISKY_TYPES = {"text/html", "text/html-sandboxed", "application/xhtml+xml", "text/javascript", "text/css"}
PLAIN_TYPE = "application/octet-stream"
PREVIEW_FORMATS, DEFAULT_QUALITY = ("webp", "jpeg"), 90


def routes(workshop: Workshop) -> list[web.RouteDef]:
    """The routes over `workshop`."""
    cabinet = Cabinet(workshop)
    return [web.post("/upload/image", cabinet.upload), web.get("/view", cabinet.view)]


class Cabinet:
    """The handlers."""

    def __init__(self, workshop: Workshop) -> None:
        self._storage = workshop.storage

    async def upload(self, request: web.Request) -> web.Response:
        """POST /upload/image: keep a file; the answer names it, perhaps differently."""
        form = await request.post()
        kind = FolderKind(str(form.get("type", FolderKind.INPUT)))  # an unknown one is a bare 500, as in ComfyUI
        image, subfolder = form.get("image"), str(form.get("subfolder", ""))
        if image is None:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        if not isinstance(image, web.FileField):
            raise MalformedRequestError("the image is not a file")
        if not image.filename:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        overwrite = str(form.get("overwrite", "")) in ("true", "1")
        content = image.file.read()
        try:
            name = await asyncio.to_thread(
                self._storage.store_upload, kind, subfolder, image.filename, content, overwrite=overwrite
            )
        except OutsideFolderError:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return web.json_response({"name": name, "subfolder": subfolder, "type": kind.value})

    async def view(self, request: web.Request) -> web.StreamResponse:
        """GET /view: a file as it is, or recompressed (`preview`), or without or only its transparency (`channel`)."""
        found = self._find(request)
        if isinstance(found, HTTPStatus):
            return web.Response(status=found)
        headers = {"Content-Disposition": f'filename="{found.name}"'}
        channel, preview = request.query.get("channel", "rgba"), request.query.get("preview")
        if preview is not None:
            body, kind = await asyncio.to_thread(recompressed, found, preview, request.query.get("channel", ""))
            return web.Response(body=body, content_type=kind, headers=headers)
        if channel in ("rgb", "a"):
            body = await asyncio.to_thread(one_channel, found, channel)
            return web.Response(body=body, content_type="image/png", headers=headers)
        kind = mimetypes.guess_type(found.name)[0] or PLAIN_TYPE
        return PictureFile(found, headers | {"Content-Type": PLAIN_TYPE if kind in RISKY_TYPES else kind})

    def _find(self, request: web.Request) -> Path | HTTPStatus:
        query = request.query
        if "filename" not in query:
            return HTTPStatus.NOT_FOUND
        name, annotated = split_annotation(query["filename"])
        if not name or name.startswith("/") or ".." in name:
            return HTTPStatus.BAD_REQUEST
        try:
            kind = annotated or FolderKind(query.get("type", FolderKind.OUTPUT))
        except ValueError:
            return HTTPStatus.BAD_REQUEST
        try:
            path = self._storage.inside(kind, query.get("subfolder", ""), Path(name).name)
        except OutsideFolderError:
            return HTTPStatus.FORBIDDEN
        return path if path.is_file() else HTTPStatus.NOT_FOUND


def recompressed(path: Path, wish: str, channel: str) -> tuple[bytes, str]:
    """The picture as the wish `webp;70` says, and its content type. Raises what Pillow raises for no picture."""
    wished, _, quality = wish.partition(";")
    kind = wished if wished in PREVIEW_FORMATS and "a" not in channel else "webp"
    buffer = BytesIO()
    with Image.open(path) as opened:
        image = opened.convert("RGB") if kind == "jpeg" or channel == "rgb" else opened
        image.save(buffer, kind, quality=int(quality) if quality.isdigit() else DEFAULT_QUALITY)
    return buffer.getvalue(), f"image/{kind}"


def one_channel(path: Path, channel: str) -> bytes:
    """A PNG of the picture without its transparency (`rgb`), or of nothing but it (`a`)."""
    buffer = BytesIO()
    with Image.open(path) as opened:
        if channel == "rgb":
            opened.convert("RGB").save(buffer, "PNG")
        else:
            alpha = opened.getchannel("A") if "A" in opened.getbands() else Image.new("L", opened.size, 255)
            shown = Image.new("RGBA", opened.size)
            shown.putalpha(alpha)
            shown.save(buffer, "PNG")
    return buffer.getvalue()
