"""A bell between processes: whoever wrote a decision rings, and the engine looks at the file at once.

It carries nothing but "look": the file stays the only channel, and an engine that hears no bell (a sandbox without
loopback) still looks four times a second. So waiting costs next to nothing, and an approval is not kept waiting.
A window has one too, for a second one on the same workspace: it rings, and the first comes to the front.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import stat
from pathlib import Path

_log = logging.getLogger(__name__)
NAME = "engine.bell"
WINDOW = "window.bell"
_CAREFUL = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_MOST = 128
"""Bytes of a bell's file."""


class Doorbell(asyncio.DatagramProtocol):
    """The side of whoever looks. `rung` is set by a ring with this bell's own token."""

    def __init__(self, folder: Path, *, name: str = NAME) -> None:
        self.rung = asyncio.Event()
        self._path = folder / name
        self._token = secrets.token_hex(8)
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Hang the bell: a port on loopback, told in a private file of the workspace."""
        try:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
            self._transport = transport
            port = transport.get_extra_info("sockname")[1]
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _CAREFUL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{port} {self._token}")
        except OSError as error:
            _log.info("no bell: %s", error)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hear a ring."""
        if secrets.compare_digest(data, self._token.encode()):
            self.rung.set()

    async def wait(self, seconds: float) -> None:
        """Wait for a ring, at most so long."""
        with contextlib.suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the ring.
            async with asyncio.timeout(seconds):
                await self.rung.wait()
        self.rung.clear()

    def close(self) -> None:
        """Take the bell down."""
        if self._transport is not None:
            self._transport.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def ring(folder: Path, *, name: str = NAME) -> None:
    """Tell the engine of a workspace, if one is there, to look at the file; or its window to come to the front."""
    # Never an error: what it is rung for is committed, and an engine looks by itself a moment later.
    with contextlib.suppress(OSError, ValueError, OverflowError):
        port, token = _told(folder / name).split()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(token.encode(), ("127.0.0.1", int(port)))


def _told(path: Path) -> str:
    """Return what hangs there, if it is a bell: a pipe or a link would hold us up, or lead elsewhere."""
    descriptor = os.open(path, os.O_RDONLY | _CAREFUL)
    try:
        return os.read(descriptor, _MOST).decode("ascii") if stat.S_ISREG(os.fstat(descriptor).st_mode) else ""
    finally:
        os.close(descriptor)
