"""A REST system in a thread of its own, for windows whose loops are not the test's; it can go and come back."""

import asyncio
import threading
from typing import Any

from aiohttp import web

from tests.support.http.web import Handler, Seen, serving
from tests.support.ports import free_port


class RestSystem:
    """`with RestSystem(answer) as system: system.base`; what was asked is in `seen`."""

    def __init__(self, answer: Handler) -> None:
        self.port = free_port()
        self.seen: list[Seen] = []
        self._answer = answer
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "RestSystem":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, at the same port each time."""
        ready = threading.Event()

        async def serve() -> None:
            self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", self._handle)
            async with serving(app, self.port):
                ready.set()
                await self._ended.wait()

        self._thread = threading.Thread(target=asyncio.run, args=(serve(),), name="rest-system")
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """Serve no more; connections are closed."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
            thread.join()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body: Any = await request.json() if request.can_read_body else None
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.raw_path, headers, body))
        return await self._answer(request)
