"""The HTTP client: one pool a process, no redirects, bounded answers, and honest errors.

Every error says whether the request can have arrived: that decides whether an action may be tried again.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.helpers import get_env_proxy_for_url
from yarl import URL

from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.net.places import is_loopback

LARGEST = 4_000_000
"""Largest answer that is read, in bytes, unless the caller says otherwise."""
CONNECT_S = 10.0
LONGEST_LINE = 1 << 18
"""Half of the longest line of a stream that is taken, in bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `headers` may hold secrets: they are never part of an error."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    is_cut: bool = False
    """The body was longer than wanted; this is its beginning."""

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.body)

    @property
    def retry_after_s(self) -> float | None:
        """The server's wish in seconds, between 0 and an hour; None where it says none, or a date."""
        try:
            return min(max(float(self.headers.get("retry-after", "")), 0.0), 3600.0)
        except ValueError:
            return None


class HttpClient:
    """Opens its pool at the first request; `close` it at the end. May be used from one loop only."""

    def __init__(self, *, ca_file: str | None = None) -> None:
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str | None], tuple[URL | None, aiohttp.BasicAuth | None]] = {}

    async def send(
        self, request: Request, *, timeout_s: float, largest: int = LARGEST, may_cut: bool = False
    ) -> Answer:
        """Send a request and read the whole answer.

        Args:
            request: what to send.
            timeout_s: for all of it, in seconds.
            largest: longest answer that is taken, in bytes.
            may_cut: give the beginning of a longer answer, instead of an error.

        Raises:
            TransientError: it certainly was not sent: no such host, nobody listens, no TLS.
            PermanentError: the address is none that can be asked, or its certificate cannot be trusted.
            AmbiguousError: it was sent, and no whole answer came.
        """
        async with self.open(request, timeout_s=timeout_s) as answer:
            return await self.read(answer, request, largest=largest, may_cut=may_cut)

    async def read(
        self, answer: aiohttp.ClientResponse, request: Request, *, largest: int = LARGEST, may_cut: bool = False
    ) -> Answer:
        """Read the rest of an answer that was opened."""
        with _translated(request):
            body = await answer.content.read(largest + 1)
            while len(body) <= largest and not answer.content.at_eof():
                body += await answer.content.read(largest + 1 - len(body))
        if len(body) > largest:
            answer.close()
            if may_cut:
                return Answer(answer.status, _headers(answer), body[:largest], is_cut=True)
            raise AmbiguousError(f"{_place(request.url)} answered with more than {largest} bytes; it was not read.")
        return Answer(answer.status, _headers(answer), body)

    async def lines(
        self, answer: aiohttp.ClientResponse, request: Request, *, silence_s: float, largest: int = LARGEST
    ) -> AsyncGenerator[bytes]:
        """Give the lines of an answer as they come, without their ends; at most `silence_s` seconds between them."""
        taken = 0
        while True:
            with _translated(request):
                async with asyncio.timeout(silence_s):
                    line = await answer.content.readline()
            taken += len(line)
            if taken > largest:
                raise AmbiguousError(f"{_place(request.url)} answered with more than {largest} bytes; it was not read.")
            if not line:
                return
            yield line.rstrip(b"\r\n")

    @asynccontextmanager
    async def open(self, request: Request, *, timeout_s: float) -> AsyncGenerator[aiohttp.ClientResponse]:
        """Send a request; give the answer once its head is there, for reading it piece by piece."""
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=None, sock_connect=min(CONNECT_S, timeout_s))
        with _translated(request):
            url = URL(request.url, encoded=request.url.isascii())  # what is written properly is sent as it is
            proxy, proxy_auth = self._proxy(url)
            answer = await self._pool().request(
                request.method,
                url,
                proxy=proxy,
                proxy_auth=proxy_auth,
                headers=request.headers,
                data=request.body,
                timeout=timeout,
                allow_redirects=False,
            )
        try:
            yield answer
        except BaseException:
            answer.close()
            raise
        finally:
            answer.release()

    def _proxy(self, url: URL) -> tuple[URL | None, aiohttp.BasicAuth | None]:
        """Give the machine's proxy for an address, asked for once a host.

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
                read_bufsize=LONGEST_LINE,
            )
            # It would send a PUT or DELETE that was not answered a second time by itself, and say nothing of it.
            self._session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class _translated:
    """Turn the library's errors into ours, by whether the request can have arrived."""

    def __init__(self, request: Request) -> None:
        self._url = request.url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None and (ours := self._ours(error)) is not None:
            raise ours from None  # the library's own text can hold headers

    def _ours(self, error: BaseException) -> Exception | None:
        where = _place(self._url)
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return PermanentError(
                f"{where} has a certificate that this machine does not trust. Check the address; where the server is"
                " your own, name its certificate authority (--ca-file FILE)."
            )
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return TransientError(f"{where}: there is no such host, or no network. Check the address.")
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            why = "nobody listens there" if _is_refused(error) else "it cannot be reached"
            return TransientError(f"{where}: {why}. Is it running, and is the address right?")
        if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
            return PermanentError(f"{where} is not an address that can be asked. Write it like https://host/path.")
        if isinstance(error, TimeoutError):
            return AmbiguousError(f"{where} gave no answer in time.")
        if isinstance(error, aiohttp.ClientError | OSError | ValueError):
            return AmbiguousError(f"{where} broke off before its answer was whole ({type(error).__name__}).")
        return None


def _is_refused(error: Exception) -> bool:
    inner = getattr(error, "os_error", None)
    return isinstance(inner, ConnectionRefusedError) or "refused" in str(inner)


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _place(url: str) -> str:
    """Give scheme, host and port of an address: what may stand in an error. A path can hold a secret."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or "?"
        return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "the address"
