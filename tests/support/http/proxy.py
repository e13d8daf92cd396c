"""A TCP proxy that can cut connections in the middle of a command, stall, or swallow the answer to SMTP DATA."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from tests.support.ports import free_port

CHUNK = 65536


class Proxy:
    """Use as an async context; `port` forwards to `target`."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.target = target
        self.cuts = 0
        self.opened = 0
        self.is_down = False
        """New connections are turned away."""
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._all_gone = asyncio.Event()
        self._all_gone.set()
        self._on_request: Callable[[bytes], bool] | None = None
        self._is_before = True
        self._swallows_data_answer = 0
        self.heard: list[bytes] | None = None
        """Where it is a list: everything that clients say, as it came."""

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._flows.set()
        self.cut()
        await self._server.wait_closed()
        await self._all_gone.wait()

    @property
    def connections(self) -> int:
        """How many ends are open now."""
        return len(self._writers)

    def cut(self) -> None:
        """Reset every connection."""
        self.cuts += 1
        for writer in tuple(self._writers):
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def cut_at(self, command: bytes, *, is_before: bool = True) -> None:
        """Cut once, when the client sends something that holds these bytes: before or after it is passed on."""

        def look(data: bytes) -> bool:
            return command in data.upper()

        self._on_request, self._is_before = look, is_before

    @property
    def is_armed(self) -> bool:
        """A cut or a swallowing that was asked for has not happened yet."""
        return self._on_request is not None or self._swallows_data_answer > 0

    def disarm(self) -> None:
        """Forget what was asked for."""
        self._on_request, self._swallows_data_answer = None, 0

    def swallow_data_answer(self, times: int = 1) -> None:
        """Let the next mails through whole, but cut the connection instead of passing the server's answer on."""
        self._swallows_data_answer = times

    def stall(self) -> None:
        """Let nothing through, either way, until `flow`."""
        self._flows.clear()

    def flow(self) -> None:
        """Let everything through again."""
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        if self.is_down:
            writer.transport.abort()
            return
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, inner_writer}
        self._writers |= both
        self._all_gone.clear()
        state = _Mail()
        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(self._up(reader, inner_writer, state)),
                    asyncio.ensure_future(self._down(inner_reader, writer, state)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for end in both:
                end.transport.abort()
            self._writers -= both
            if not self._writers:
                self._all_gone.set()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: "_Mail") -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows.wait()
                if self.heard is not None:
                    self.heard.append(data)
                is_wanted = self._on_request is not None and self._on_request(data)
                if is_wanted:
                    self._on_request = None
                    if self._is_before:
                        self.cuts += 1
                        return
                if state.is_end_of_mail(data) and self._swallows_data_answer > 0:
                    self._swallows_data_answer -= 1
                    state.is_swallowing = True
                writer.write(data)
                await writer.drain()
                if is_wanted:
                    self.cuts += 1
                    return

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: "_Mail") -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows.wait()
                if state.is_swallowing:
                    self.cuts += 1
                    return
                writer.write(data)
                await writer.drain()


class _Mail:
    """Notices the lone dot that ends a mail, wherever packets part it."""

    def __init__(self) -> None:
        self.is_swallowing = False
        self._tail = b""

    def is_end_of_mail(self, data: bytes) -> bool:
        seen = self._tail + data
        self._tail = seen[-4:]
        return b"\r\n.\r\n" in seen
