"""One window a workspace: whoever opens a second one is shown the first."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from opsconsole.engine.doorbell import WINDOW, Doorbell, ring
from opsconsole.store import filelock

NAME = "window.lock"


class _Bell(Doorbell):
    """Does something at each ring."""

    def __init__(self, folder: Path, act: Callable[[], None]) -> None:
        super().__init__(folder, name=WINDOW)
        self._act = act

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        super().datagram_received(data, addr)
        if self.rung.is_set():
            self.rung.clear()
            self._act()


class OnlyWindow:
    """Held by the window of a workspace for as long as its process lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._bell: Doorbell | None = None

    def take(self) -> bool:
        """Be the workspace's window; False where another is. Where nothing can be locked, everybody may be."""
        if self._descriptor is not None or not self._folder.is_dir():
            return True
        try:
            descriptor = filelock.opened(self._folder / NAME)
        except OSError:  # a folder that may only be read
            return True
        try:
            is_taken = filelock.take(descriptor)
        except OSError:  # a file system without locks
            is_taken = True
        if is_taken:
            self._descriptor = descriptor
        else:
            os.close(descriptor)
        return is_taken

    def call(self) -> None:
        """Have the window that is open come to the front."""
        ring(self._folder, name=WINDOW)

    async def answer(self, show: Callable[[], None]) -> None:
        """From now on call `show` whenever somebody tries to open a second window."""
        self._bell = _Bell(self._folder, show)
        await self._bell.open()

    def be_deaf(self) -> None:
        """Answer no more: the window is being closed."""
        if self._bell is not None:
            self._bell.close()
            self._bell = None

    def close(self) -> None:
        """Let another window be the workspace's."""
        self.be_deaf()
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
