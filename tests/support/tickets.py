"""A ticket server that honours idempotency keys, can be asked for them, or neither; and can kill who asks it."""

import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.http.web import serving
from tests.support.ports import free_port


@dataclass
class Tickets:
    """What was made, by title; and when to kill the engine: never, before a ticket is made, or after."""

    mode: str
    port: int
    made: Counter[str] = field(default_factory=Counter[str])
    by_key: dict[str, str] = field(default_factory=dict[str, str])
    kill_when: str = ""
    kill: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def strike(self, when: str) -> bool:
        """Kill the engine, once, where it is time."""
        if self.kill_when != when:
            return False
        self.kill_when = ""
        os.kill(self.kill, signal.SIGKILL)
        return True

    async def create(self, request: web.Request) -> web.StreamResponse:
        body, key = await request.json(), request.headers["Idempotency-Key"]
        if self.strike("before"):
            return web.Response(status=500)
        if self.mode == "honour" and key in self.by_key:
            return web.json_response({"ticket_id": self.by_key[key]})
        self.made[body["title"]] += 1
        number = f"T-{self.made.total()}"
        self.by_key[key] = number
        self.strike("after")
        return web.json_response({"ticket_id": number})

    async def find(self, request: web.Request) -> web.StreamResponse:
        found = self.by_key.get(request.query.get("key", "")) if self.mode == "lookup" else None
        return web.json_response({"ticket_id": found}) if found else web.json_response({}, status=404)


async def _customer(request: web.Request) -> web.StreamResponse:
    return web.json_response({"name": "Ann", "tier": "gold"})


@asynccontextmanager
async def ticket_server(mode: str) -> AsyncGenerator[Tickets]:
    """Serve on loopback."""
    made = Tickets(mode, free_port())
    app = web.Application()
    app.add_routes(
        [web.post("/crm/lookup", _customer), web.post("/tickets", made.create), web.get("/tickets", made.find)]
    )
    async with serving(app, made.port):
        yield made
