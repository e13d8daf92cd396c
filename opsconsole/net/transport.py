"""What sends: an `httpx2` client whose connections are aiohttp's, a third of the cost of httpx2's own.

It follows no redirect, keeps no cookie, reads no ~/.netrc, logs no address, and sends nothing twice. Its errors are
ours, so they pass as they are through an SDK that stands on httpx2. Imported late: the two libraries take a while.
"""

import contextlib
import ssl
from collections.abc import AsyncGenerator
from functools import lru_cache
from typing import Any

import aiohttp
import httpx2
from aiohttp.helpers import get_env_proxy_for_url
from yarl import URL

from opsconsole.domain.errors import AmbiguousError
from opsconsole.net.failures import not_an_address, translated
from opsconsole.net.places import is_loopback, origin_of

CONNECT_S = 10.0
LONGEST_BODY = 8_000_000
"""Longest answer that is taken where the request does not say, in bytes."""
BUFFER = 1 << 18
"""Half of what is read ahead of an answer, in bytes."""
_UNSENT = "x-stainless-"
"""Headers that an SDK writes for itself and its maker: this machine's system, retries, time limits."""
_UNPACKED = (b"content-encoding", b"content-length")


Response = httpx2.Response
"""An answer, as an SDK wants it named."""


class Outbound(httpx2.AsyncClient):
    """One pool of connections. May be given to an SDK as its HTTP client, and used by many at once, in one loop.

    A request's `extensions` may say `timeout_s` for all of it, `largest` (longest body in bytes, None: any), and
    `address`, the address as it was written, where httpx2 would write it differently.
    """

    def __init__(self, *, ca_file: str | None) -> None:
        self._wire = Wire(ca_file=ca_file)
        super().__init__(transport=self._wire, trust_env=False, timeout=None)

    def build_request(
        self,
        method: str,
        url: httpx2.URL | str,
        *,
        content: Any = None,
        headers: Any = None,
        timeout: Any = None,
        extensions: Any = None,
        **more: Any,
    ) -> httpx2.Request:
        """Return a request with these headers and no others; `timeout` is in seconds, for all of it.

        Raises:
            PermanentError: the address is none that can be asked.
        """
        if any(more.values()):
            raise TypeError(f"a body is bytes, and the query is part of the address: {', '.join(more)}")
        said: dict[str, Any] = {"timeout_s": timeout, **(extensions or {})}
        body = httpx2.ByteStream(content or b"")
        try:
            return httpx2.Request(method, _url(str(url)), headers=headers, stream=body, extensions=said)
        except (httpx2.InvalidURL, UnicodeError):
            raise not_an_address(origin_of(str(url))) from None

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, auth: object = None, follow_redirects: object = None
    ) -> httpx2.Response:
        """Send, as it is; the answer is read where it is not wanted as a stream.

        Raises:
            TransientError, PermanentError: it certainly was not sent.
            AmbiguousError: it was sent, and no whole answer came.
        """
        answer = await self._wire.handle_async_request(request)
        if not stream:
            await answer.aread()
        return answer

    async def aclose(self) -> None:
        """Close all connections; the next request opens new ones."""
        await self._wire.aclose()


class Wire(httpx2.AsyncBaseTransport):
    """Carries httpx2's requests over aiohttp's connections."""

    def __init__(self, *, ca_file: str | None) -> None:
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str | None], tuple[URL | None, aiohttp.BasicAuth | None]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; return the answer once its head is there."""
        said = request.extensions
        address, total_s = said.get("address") or str(request.url), said.get("timeout_s")
        connect_s = CONNECT_S if total_s is None else min(CONNECT_S, total_s)
        try:
            url = URL(address, encoded=address.isascii())  # what is written properly is sent as it is
        except ValueError:
            raise not_an_address(origin_of(address)) from None
        with translated(address):
            proxy, proxy_auth = self._proxy(url)
            answer = await self._pool().request(
                request.method,
                url,
                proxy=proxy,
                proxy_auth=proxy_auth,
                headers=_sent(request.headers),
                data=request.read() or None,
                timeout=aiohttp.ClientTimeout(total=total_s, connect=None, sock_connect=connect_s),
                allow_redirects=False,
            )
        body = _Body(answer, address, said.get("largest", LONGEST_BODY))
        headers = [_read_header(*pair) for pair in answer.raw_headers if pair[0].lower() not in _UNPACKED]
        return httpx2.Response(answer.status, headers=headers, stream=body, request=request)

    def _proxy(self, url: URL) -> tuple[URL | None, aiohttp.BasicAuth | None]:
        """Return the machine's proxy for an address, asked for once a host.

        Not `trust_env`: that reads ~/.netrc in a thread at every request, and would send what it finds there.
        """
        key = (url.scheme, url.host)
        if key not in self._proxies:
            self._proxies[key] = (None, None)
            if not is_loopback(url.host or ""):
                with contextlib.suppress(LookupError):
                    self._proxies[key] = get_env_proxy_for_url(url)
        return self._proxies[key]

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            tls = ssl.create_default_context()
            if self._ca_file is not None:
                tls.load_verify_locations(self._ca_file)  # besides the system's
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=tls, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
                read_bufsize=BUFFER,
            )
            # It would send a PUT or DELETE that was not answered a second time by itself, and say nothing of it.
            self._session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        return self._session

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


@lru_cache(maxsize=256)
def _url(text: str) -> httpx2.URL:
    """Read an address: dear, and most are asked again."""
    url = httpx2.URL(text)
    if url.port is not None and not 0 < url.port < 1 << 16:
        raise httpx2.InvalidURL("no port has this number")
    return url


def _sent(headers: httpx2.Headers) -> list[tuple[str, str]]:
    pairs = [(name.decode(), value.decode()) for name, value in headers.raw]
    return [pair for pair in pairs if not pair[0].lower().startswith(_UNSENT)]


def _read_header(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header of an answer; its charset is left out: bodies are read as UTF-8, and some name none that is one.

    An SDK decodes the body of a refusal by it, and would fail in the middle of telling the refusal.
    """
    return (name, value.partition(b";")[0]) if name.lower() == b"content-type" else (name, value)


class _Body(httpx2.AsyncByteStream):
    """The bytes of an answer as they come, unpacked and bounded."""

    def __init__(self, answer: aiohttp.ClientResponse, address: str, largest: int | None) -> None:
        self._answer = answer
        self._address = address
        self._largest = largest

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        content, taken = self._answer.content, 0
        while True:
            with translated(self._address):
                piece = await content.readany()
            if not piece and content.at_eof():
                return
            taken += len(piece)
            if self._largest is not None and taken > self._largest:
                raise AmbiguousError(
                    f"{origin_of(self._address)} answered with more than {self._largest} bytes; it was not read."
                )
            yield piece

    async def aclose(self) -> None:
        """Give the connection back; close it where something is still to come."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()
