"""Connections that only hold a place give way to those that bring an event."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from opsconsole.net import server
from tests.support.http.hooks import BODY, HEAD, config, listening
from tests.support.http.web import post
from tests.support.ports import free_port


async def test_twelve_hundred_half_open_connections_hold_up_no_genuine_event(tmp_path: Path) -> None:
    port = free_port()
    halves = (b"", b"POST /intake HTTP/1.1\r\nHost: 127.0", HEAD + b"Content-Length: 100\r\n\r\n{")
    writers: list[asyncio.StreamWriter] = []
    async with listening(tmp_path, config(port)) as r:
        try:
            for number in range(1200):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(halves[number % len(halves)])
                writers.append(writer)
            for number in range(20):
                assert (await post(f"http://127.0.0.1:{port}/intake", {**BODY, "id": number}))[0] == 202
            assert r.count("event") == 20
        finally:
            for writer in writers:
                writer.transport.abort()


async def test_a_connection_whose_request_is_worked_is_not_the_one_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, goes_on, begun = free_port(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 3)

    async def answer(arrived: server.Arrived) -> server.Reply:
        begun.set()
        await goes_on.wait()
        return server.Reply(202, {"event": "accepted"})

    writers: list[asyncio.StreamWriter] = []
    async with server.serving(config(port).address, server.Hook("/intake", 1024, answer)):
        worked = asyncio.create_task(post(f"http://127.0.0.1:{port}/intake", BODY))
        await begun.wait()
        ends: list[asyncio.StreamReader] = []
        for _ in range(6):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            ends.append(reader)
        for reader in ends[:4]:
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        goes_on.set()
        assert (await worked)[0] == 202
        for writer in writers:
            writer.transport.abort()
