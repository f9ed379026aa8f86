"""A ComfyUI behind a certificate nobody signed: refused, unless the game master says otherwise."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.comfyui.messages import Heard
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.kit.tasks import TaskNursery

# for 127.0.0.1, made for this test and used nowhere else
KEY_AND_CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglBoC+dJTcrtzoCkc
za9NVojfJP3kOcCHDSMD60aHYuGhRANCAAR+dd8XEjh8bK1P2VJHhJjACwbVsWgp
PTJf4YraCdRq1Yw7Dya+pZUpAdKK2wkA0pOixOFLP7Zo9hW1ixK4j8ik
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUICXCqd1s3Q5R2CHirQuW31c4HmMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDEwNDYwMloYDzIxMjYxMDMx
MTA0NjAyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR+dd8XEjh8bK1P2VJHhJjACwbVsWgpPTJf4YraCdRq1Yw7Dya+pZUp
AdKK2wkA0pOixOFLP7Zo9hW1ixK4j8iko2QwYjAdBgNVHQ4EFgQUt1i+79mf7HlX
MEsLqYEKSGn/vRkwHwYDVR0jBBgwFoAUt1i+79mf7HlXMEsLqYEKSGn/vRkwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IBFSvn5s4ddaa2O/JvkU6bUFpOEKbp18AYN9xfOwgnHpAiBIbu4m2wSgcSShtGjk
T+HF9gSe3flvgF6ReKiwye9vSg==
-----END CERTIFICATE-----
"""
SYSTEM = b'{"system": {"comfyui_version": "0.8.0"}}'


def answer(connection: ServerConnection, request: Request) -> Response | None:
    """The one HTTP page there is; everything else is a websocket."""
    if not request.path.startswith("/system_stats"):
        return None
    response = connection.respond(200, SYSTEM.decode())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


async def listen(connection: ServerConnection) -> None:
    await connection.wait_closed()


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    pem = tmp_path / "server.pem"
    pem.write_text(KEY_AND_CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    async with serve(listen, "127.0.0.1", 0, ssl=context, process_request=answer) as server:
        yield f"https://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@pytest.mark.parametrize("verify_tls", [True, False])
async def test_requests_trust_an_unknown_certificate_only_when_told_to(
    url: str, clock: FakeClock, verify_tls: bool
) -> None:
    client = ComfyUIClient(connection_settings(url, verify_tls=verify_tls), client_id=uuid4(), clock=clock)
    if verify_tls:
        with pytest.raises(ServiceUnavailableError) as refused:
            await client.system()
        assert "certificate" in refused.value.details["Reason"].lower()
    else:
        assert (await client.system()).version == "0.8.0"
    await client.aclose()


@pytest.mark.parametrize("verify_tls", [True, False])
async def test_the_websocket_trusts_an_unknown_certificate_only_when_told_to(
    url: str, clock: FakeClock, verify_tls: bool
) -> None:
    socket = ComfyUISocket(connection_settings(url, verify_tls=verify_tls), client_id=uuid4(), clock=clock)
    is_open = asyncio.Event()

    def hear(_: Heard) -> None:
        is_open.set()

    socket.subscribe(hear)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        async with asyncio.timeout(5):
            while not (is_open.is_set() or clock.sleeps):
                await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    assert is_open.is_set() is not verify_tls
