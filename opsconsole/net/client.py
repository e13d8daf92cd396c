"""The HTTP client: one pool a process, no redirects, bounded answers, and honest errors.

Every error says whether the request can have arrived: that decides whether an action may be tried again.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsconsole.domain.errors import AmbiguousError, PermanentError
from opsconsole.net.places import origin_of

if TYPE_CHECKING:
    from httpx2 import Response

    from opsconsole.net.transport import Outbound

LARGEST = 4_000_000
"""Largest answer that is read, in bytes, unless the caller says otherwise."""
LONGEST_LINE = 1 << 19
"""Longest line of a stream that is taken, in bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `headers` may hold secrets: they are never part of an error."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
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
        self._outbound: Outbound | None = None

    async def outbound(self) -> "Outbound":
        """Return what sends, an `httpx2.AsyncClient`: what an SDK that brings its own requests is given."""
        if self._outbound is None:
            make = await asyncio.to_thread(_outbound_class)
            self._outbound = self._outbound or make(ca_file=self._ca_file)
        return self._outbound

    async def send(
        self, request: Request, *, timeout_s: float, largest: int = LARGEST, may_cut: bool = False
    ) -> HttpResponse:
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
            return await self.read(answer, largest=largest, may_cut=may_cut)

    async def read(self, answer: "Response", *, largest: int = LARGEST, may_cut: bool = False) -> HttpResponse:
        """Read the rest of an answer that was opened."""
        body = bytearray()
        async with aclosing(answer.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > largest:
                    break
        headers = {name.lower(): value for name, value in answer.headers.multi_items()}  # the last one counts
        if len(body) > largest and not may_cut:
            raise _too_long(answer, largest)
        return HttpResponse(answer.status_code, headers, bytes(body[:largest]), is_cut=len(body) > largest)

    async def lines(self, answer: "Response", *, silence_s: float, largest: int = LARGEST) -> AsyncGenerator[bytes]:
        """Yield the lines of an answer as they come, without their ends; at most `silence_s` seconds between them."""
        taken, rest = 0, bytearray()
        async with aclosing(answer.aiter_bytes()) as pieces:
            while True:
                try:
                    async with asyncio.timeout(silence_s):
                        line = await _line(pieces, rest)
                except TimeoutError:
                    raise AmbiguousError(f"{origin_of(str(answer.url))} gave no answer in time.") from None
                taken += len(line)
                if taken > largest:
                    raise _too_long(answer, largest)
                if not line:
                    return
                yield line.rstrip(b"\r\n")

    @asynccontextmanager
    async def open(self, request: Request, *, timeout_s: float) -> AsyncGenerator["Response"]:
        """Send a request; give the answer once its head is there, for reading it piece by piece."""
        outbound = await self.outbound()
        built = outbound.build_request(
            request.method,
            request.url,
            headers=[(name.encode(), _encoded(value, request.url)) for name, value in request.headers.items()],
            content=request.body,
            timeout=timeout_s,
            extensions={"address": request.url, "largest": None},
        )
        answer = await outbound.send(built, stream=True)
        try:
            yield answer
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Close all connections."""
        if self._outbound is not None:
            await self._outbound.aclose()


def _outbound_class() -> "type[Outbound]":
    # No window and no `--help` waits for it, nor a loop that has other work: two libraries, a third of a second.
    from opsconsole.net.transport import Outbound

    return Outbound


def _encoded(value: str, url: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise PermanentError(f"A header for {origin_of(url)} holds characters that are no text; not sent.") from None


async def _line(pieces: AsyncGenerator[bytes], rest: bytearray) -> bytes:
    """Return the next line with its end, the last one perhaps without; empty at the end. `rest` keeps what is over."""
    seen = 0
    while (end := rest.find(b"\n", seen)) < 0:
        seen = len(rest)
        if seen > LONGEST_LINE:
            raise AmbiguousError(f"A line of the answer is longer than {LONGEST_LINE} bytes; it was not read.")
        piece = await anext(pieces, b"")
        if not piece:
            end = seen - 1
            break
        rest += piece
    line = bytes(rest[: end + 1])
    del rest[: end + 1]
    return line


def _too_long(answer: "Response", largest: int) -> AmbiguousError:
    return AmbiguousError(f"{origin_of(str(answer.url))} answered with more than {largest} bytes; it was not read.")
