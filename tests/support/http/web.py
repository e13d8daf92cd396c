"""Both ends of HTTP in a test: servers that say what they are told to, and raw requests."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from opsconsole.domain.errors import SecretMissingError
from tests.support.ports import free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    """What a server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Outside:
    """A server on loopback whose answers a test scripts."""

    port: int
    answer: Handler
    seen: list[Seen] = field(default_factory=list[Seen])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = raw.decode() if "form" in headers.get("content-type", "") else json.loads(raw) if raw else None
        self.seen.append(Seen(request.method, request.raw_path, headers, body))
        return await self.answer(request)


def says(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Handler:
    """Always the same answer: JSON, or the text as it is."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers)
        return web.json_response(body if body is not None else {}, status=status, headers=headers)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Take the request and break the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def serving(app: web.Application, port: int) -> AsyncGenerator[None]:
    """Serve an application on loopback."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def outside(answer: Handler) -> AsyncGenerator[Outside]:
    """Serve."""
    made = Outside(free_port(), answer)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    async with serving(app, made.port):
        yield made


async def post(url: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any, dict[str, str]]:
    """POST JSON (or bytes as they are) once; give status, JSON and headers."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with ClientSession() as session:
        sent = {"Content-Type": "application/json", **(headers or {})}
        async with session.post(url, data=raw, headers=sent) as answer:
            return answer.status, await answer.json(), dict(answer.headers)


async def raw(port: int, text: bytes, *, is_whole: bool = True) -> bytes:
    """Send bytes; give what comes until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(text)
        if is_whole:
            writer.write_eof()
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()


class Kept:
    """Secrets in a dict."""

    def __init__(self, **values: str) -> None:
        self.values = {name.replace("_", "-"): value for name, value in values.items()}

    def get(self, name: str) -> str:
        if name not in self.values:
            raise SecretMissingError(f"The secret {name} is kept nowhere.")
        return self.values[name]

    def put(self, name: str, value: str) -> None:
        self.values[name] = value

    def delete(self, name: str) -> bool:
        return self.values.pop(name, None) is not None


@dataclass
class Notes:
    """Health that is only listened to."""

    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def note(self, state: Any, text: str) -> None:
        self.said.append((state, text))
