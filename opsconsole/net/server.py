"""The small HTTP server inside the engine; the only module that imports aiohttp's server.

Hooks with the same address share one server, which lives as long as one of them does. Bodies are never logged.
"""

import asyncio
import errno
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from opsconsole.domain.errors import MachineError, UserError
from opsconsole.net.places import Address

_log = logging.getLogger(__name__)
HEADER_S = 15.0
"""A connection that has sent no whole request for so long is closed, in seconds."""
BODY_S = 15.0
"""A body must have arrived within so many seconds."""
MOST_CONNECTIONS = 200
"""Open at the same time; a new one takes the place of the one that has waited longest without a whole request. Far
fewer than the files that a process may open, most often 1,024 or 256."""
MOST_AT_ONCE = 128
"""Whole requests worked at the same time; more are told to come again."""
LONGEST_LINE = 8190
END_S = 3.0
"""At the end, requests under way have so long."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A POST with its whole body; header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a hook answers."""

    status: int
    body: Mapping[str, Any]
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """One path that takes POSTs of at most `largest` bytes."""

    path: str
    largest: int
    answer: Callable[[Arrived], Awaitable[Reply]]
    is_form: bool = False
    """Bodies are forms; else JSON."""
    greet: Callable[[Mapping[str, str]], Mapping[str, str] | None] | None = None
    """Gives the headers of the answer to OPTIONS, None where it is refused; not given: there is no such question."""


_FORM = "application/x-www-form-urlencoded"
BUSY = Reply(503, {"error": "busy; send it again"}, retry_after_s=5)
_AWAY = Reply(503, {"error": "not taken just now; send it again"}, retry_after_s=10)
_NOTHING = Reply(404, {"error": "there is nothing here"})


class _Server(web.Server):
    """Bounds connections: those that only hold a place, with nothing or half a request, go first, the oldest first."""

    def __init__(self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], **facts: Any) -> None:
        super().__init__(handler, **facts)
        self._open: dict[asyncio.BaseTransport, None] = {}
        self.working: set[asyncio.BaseTransport] = set()
        """Connections whose request is whole and being worked."""

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._open[transport] = None
        if len(self._open) > MOST_CONNECTIONS:
            longest = next((held for held in self._open if held not in self.working), transport)
            del self._open[longest]
            if isinstance(longest, asyncio.WriteTransport):
                longest.abort()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        if (transport := self._connections.get(handler)) is not None:
            self._open.pop(transport, None)
        super().connection_lost(handler, exc)


@dataclass(slots=True)
class _Shared:
    """A running server with the hooks it serves."""

    runner: web.ServerRunner
    expected: Counter[str]
    hooks: dict[str, Hook] = field(default_factory=dict[str, Hook])

    async def handle(self, server: _Server, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        hook = self.hooks.get(request.path)
        if hook is None:
            if request.path == "/health":
                is_read = request.method in ("GET", "HEAD")
                return _response(Reply(200, {"status": "ok"}) if is_read else Reply(405, {"error": "GET only"}))
            return _response(_AWAY if self.expected[request.path] else _NOTHING, is_last=True)
        if request.method == "OPTIONS" and hook.greet is not None:
            given = hook.greet(_headers(request))
            response = _response(Reply(403, {"error": "not from there"}) if given is None else Reply(200, {}))
            response.headers.update({"Allow": "OPTIONS, POST", **(given or {})})
            return response
        if request.method != "POST":
            response = _response(Reply(405, {"error": "POST only"}), is_last=True)
            response.headers["Allow"] = "POST"
            return response
        arrived = await _arrived(request, hook)
        if isinstance(arrived, Reply):
            return _response(arrived, is_last=True)
        transport = request.transport
        if len(server.working) >= MOST_AT_ONCE or transport is None:
            return _response(BUSY, is_last=True)
        server.working.add(transport)
        try:
            return _response(await hook.answer(arrived))
        finally:
            server.working.discard(transport)


async def _arrived(request: web.BaseRequest, hook: Hook) -> Arrived | Reply:
    """Return a request with its whole body, else what is answered instead."""
    too_large = Reply(413, {"error": f"larger than {hook.largest // 1024} KB"})
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return Reply(415, {"error": "send it without Content-Encoding"})
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    wanted = _FORM if hook.is_form else "application/json"
    if kind != wanted and (hook.is_form or not kind.endswith("+json")):
        return Reply(415, {"error": f"send {wanted}"})
    if (request.content_length or 0) > hook.largest:
        return too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > hook.largest:
                    return too_large
    except TimeoutError:
        return Reply(408, {"error": "the body did not arrive in time"})
    return Arrived(_headers(request), bytes(body))


def _headers(request: web.BaseRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _response(reply: Reply, *, is_last: bool = False) -> web.Response:
    response = web.Response(
        body=json.dumps(reply.body).encode(), status=reply.status, content_type="application/json", charset="utf-8"
    )
    if reply.retry_after_s is not None:
        response.headers["Retry-After"] = str(reply.retry_after_s)
    if is_last:
        response.force_close()
    return response


@dataclass(slots=True)
class _Place:
    """The servers of one loop; starting and stopping one at a time."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    servers: dict[Address, _Shared] = field(default_factory=dict[Address, _Shared])
    expected: dict[Address, Counter[str]] = field(default_factory=dict[Address, Counter[str]])
    """Paths that are in use, served at the moment or not; how many connections each has."""


_PLACES: WeakKeyDictionary[asyncio.AbstractEventLoop, _Place] = WeakKeyDictionary()


def expect(address: Address, path: str) -> None:
    """Have whoever calls a path come again while it is not served: many senders give up at "there is nothing here"."""
    _place().expected.setdefault(address, Counter())[path] += 1


def expect_no_more(address: Address, path: str) -> None:
    """Take back one `expect`."""
    expected = _place().expected.setdefault(address, Counter())
    expected[path] = max(0, expected[path] - 1)


def _place() -> _Place:
    return _PLACES.setdefault(asyncio.get_running_loop(), _Place())


@asynccontextmanager
async def serving(address: Address, hook: Hook) -> AsyncGenerator[None]:
    """Serve a hook while inside.

    Raises:
        UserError: another hook has this path there.
        EnvironmentError_: the address cannot be listened at.
    """
    place = _place()
    async with place.lock:
        shared = place.servers.get(address)
        if shared is None:
            shared = place.servers[address] = await _start(address, place.expected.setdefault(address, Counter()))
        elif hook.path in shared.hooks:
            raise UserError(f"Two connections listen at {address}{hook.path}. Give one of them another path.")
        shared.hooks[hook.path] = hook
    try:
        yield
    finally:
        await asyncio.shield(_leave(place, address, hook))


async def _leave(place: _Place, address: Address, hook: Hook) -> None:
    async with place.lock:
        shared = place.servers[address]
        del shared.hooks[hook.path]
        if not shared.hooks:
            del place.servers[address]
            await shared.runner.cleanup()


async def _start(address: Address, expected: Counter[str]) -> _Shared:
    hooks: list[_Shared] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return await hooks[0].handle(server, request)

    server = _Server(
        handle,
        access_log=None,
        keepalive_timeout=HEADER_S,
        lingering_time=2.0,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        logger=_log,
    )
    runner = web.ServerRunner(server, shutdown_timeout=END_S)
    hooks.append(_Shared(runner, expected))
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port, backlog=256).start()
    except OSError as error:
        await runner.cleanup()
        raise MachineError(why_not(address, error)) from error
    return hooks[0]


def why_not(address: Address, error: OSError) -> str:
    """Say why an address cannot be listened at, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken by another program. Stop that one, or choose another port for `listen:`."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{address} may not be listened at by you. Choose a port above 1023 for `listen:`."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{address} is no address of this machine. Choose 127.0.0.1, or one that it has, for `listen:`."
    return f"{address} cannot be listened at: {error.strerror or error}. Choose another one for `listen:`."
