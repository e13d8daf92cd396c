"""Calls to other systems that are under way: each in a task of its own, so that a slow one makes no other late."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from opsconsole.domain.errors import DiskError, FencedError, WorkspaceBusyError

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
REST_S = (0.5, 30.0)
"""After an unexpected error a call of the same name rests so long at first, and at most, in seconds."""


class Calls:
    """Starts, counts and ends them. What goes wrong unexpectedly is logged; only the loss of the workspace is fatal."""

    def __init__(self, when_ended: Callable[[], None]) -> None:
        self._when_ended = when_ended
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rests: dict[str, tuple[float, float]] = {}
        self._fenced = asyncio.Event()
        self.error: Exception | None = None
        """The last that was not expected."""

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """Those that are under way."""
        return tuple(self._tasks.values())

    def start(self, name: str, make: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        """Start one; False where one of that name is under way, or failed a moment ago."""
        until, _ = self._rests.get(name, (0.0, 0.0))
        if name in self._tasks or asyncio.get_running_loop().time() < until:
            return False
        task = self._tasks[name] = asyncio.create_task(self._run(name, make), name=name)
        task.add_done_callback(lambda _: self._ended(name))
        return True

    async def idle(self) -> bool:
        """Wait until none is under way; tell whether any was.

        Raises:
            Exception: what ended one of them unexpectedly.
        """
        was_busy = bool(self._tasks)
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))
        if self.error is not None:
            raise self.error
        return was_busy

    async def until_fenced(self) -> None:
        """Wait for the loss of the workspace.

        Raises:
            FencedError: another engine took it.
        """
        await self._fenced.wait()
        raise FencedError(str(self.error)) from self.error

    async def close(self, *, grace_s: float, deadline_s: float) -> None:
        """Let what is under way end, for a while; then cancel it. What never ends is left and logged."""
        if self._tasks and grace_s > 0:
            await asyncio.wait(list(self._tasks.values()), timeout=grace_s)
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=deadline_s)
        for name in self._tasks:
            _log.error("%s does not end; it is left", name)

    def _ended(self, name: str) -> None:
        del self._tasks[name]
        self._when_ended()

    async def _run(self, name: str, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            await make()
            self._rests.pop(name, None)
        except Exception as error:
            self.error = error
            first_s, most_s = REST_S
            wait_s = min(self._rests.get(name, (0.0, first_s / 2))[1] * 2, most_s)
            self._rests[name] = (asyncio.get_running_loop().time() + wait_s, wait_s)
            if isinstance(error, FencedError):
                self._fenced.set()
            is_known = isinstance(error, DiskError | WorkspaceBusyError | FencedError)
            _log.error("%s rests for %.1f s: %s", name, wait_s, error, exc_info=not is_known)


async def together(jobs: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Await all; give what they return, in order. The first error is raised at once."""
    if len(jobs) == 1:
        return [await jobs[0]]
    return list(await asyncio.gather(*jobs)) if jobs else []
