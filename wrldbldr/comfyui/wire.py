"""The bytes under an exchange: httpx's requests over aiohttp's connections, which cost a quarter of httpx's own.

aiohttp is what ComfyUI itself is served with. Nothing is judged here; what goes wrong keeps httpx's names, above all
whether a connection was made at all: a prompt that never left us may be sent again, any other may not.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import cast
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import ResolveResult
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

CHUNK_BYTES = 64 * 1024
LARGE_BYTES = 1024 * 1024  # a body beyond this is sent piece by piece: written at once it would hold everybody up
ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Wire(httpx.AsyncBaseTransport):
    """Keeps connections to a server open between requests. Follows no redirect, keeps no cookie, unpacks nothing."""

    def __init__(self, tls: ssl.SSLContext, *, use_proxies: bool) -> None:
        """`use_proxies`: those that the environment names."""
        self._tls = tls
        self._proxies = {scheme: _proxy_url(proxy) for scheme, proxy in getproxies().items()} if use_proxies else {}
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the head of its answer. Raises httpx.TransportError."""
        limits = cast(Mapping[str, float | None], request.extensions.get("timeout", {}))
        content, encoding = await request.aread(), request.headers.encoding
        with _named():
            answer = await self._open_session().request(
                request.method,
                URL(str(request.url), encoded=True),  # as it is: a text would be quoted anew
                headers=[(name.decode(encoding), value.decode(encoding)) for name, value in request.headers.raw],
                data=(BytesIO(content) if len(content) > LARGE_BYTES else content) or None,
                proxy=self._proxy(request.url),
                timeout=aiohttp.ClientTimeout(total=None, connect=limits.get("connect"), sock_read=limits.get("read")),
                allow_redirects=False,
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        """Made when it is first needed, in the loop that uses it."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(ssl=self._tls, resolver=_Resolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=ADDED_BY_AIOHTTP,  # what httpx has not sent, nobody asked for
            )
        return self._session

    def _proxy(self, url: httpx.URL) -> URL | None:
        if not self._proxies or proxy_bypass(url.netloc.decode("ascii")):
            return None
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if proxy is not None and proxy.scheme not in ("http", "https"):
            raise httpx.ProxyError(f"The environment names a {proxy.scheme} proxy; only http proxies can be used.")
        return proxy


class _Resolver(aiohttp.ThreadedResolver):
    """A name that cannot even be asked for is a name nobody knows."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        try:
            return await super().resolve(host, port, family)
        except UnicodeError as error:
            raise socket.gaierror(socket.EAI_NONAME, "That name cannot be asked for") from error


class _Connector(aiohttp.TCPConnector):
    """Takes no connection on which a server has said something unasked: it would be taken for the next answer."""

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        while (kept := await super()._get(key, traces)) is not None:
            if kept.protocol is not None and not kept.protocol.should_close:
                return kept
            kept.close()
        return None


def _proxy_url(proxy: str) -> URL | None:
    """Where a proxy is, named as in curl's environment: the scheme may be left out. None for what names none."""
    try:
        return URL(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:
        return None


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _named():
            async for chunk in self._answer.content.iter_chunked(CHUNK_BYTES):
                yield chunk

    async def aclose(self) -> None:
        """One that was not read to its end takes its connection along."""
        self._answer.close()


@contextmanager
def _named() -> Generator[None]:
    """What aiohttp raises, by httpx's names; the causes stay."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(str(error)) from error
    except aiohttp.ClientHttpProxyError as error:  # its own words hold the proxy's address, and its password
        raise httpx.ProxyError(f"The proxy answered with status {error.status}.") from error
    except aiohttp.ClientResponseError as error:
        raise httpx.RemoteProtocolError(error.message) from error
    except aiohttp.InvalidURL as error:
        raise httpx.UnsupportedProtocol("The address cannot be asked.") from error
    except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:  # of whatever kind: it may have arrived
        raise httpx.ReadError(str(error) if isinstance(error, OSError) else type(error).__name__) from error
