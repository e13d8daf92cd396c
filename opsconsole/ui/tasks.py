"""The one door for asynchronous work from the window."""

import asyncio
import logging
from collections.abc import Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import OpsError

_log = logging.getLogger(__name__)


class TaskRunner(QObject):
    """Keeps tasks alive, lets the newest of a key win, ends them with their owner, and routes their errors.

    Signals:
        failed: (name, text) of a task that nobody else looks after; the window shows it.
    """

    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        """Cancelled, and not over yet: a thread behind one may still have to let go."""
        self._watched: set[int] = set()
        self._is_closing = False

    def start(self, coro: Coroutine[Any, Any, None], *, name: str, owner: QObject, key: str | None = None) -> None:
        """Run `coro`; an earlier task of the same owner and key is cancelled."""
        if self._is_closing:
            coro.close()
            return
        place = (id(owner), key or name)
        if (earlier := self._tasks.pop(place, None)) is not None:
            self._end(earlier)
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._tasks[place] = task
        task.add_done_callback(lambda done: self._on_done(place, done))
        if id(owner) not in self._watched:
            self._watched.add(id(owner))
            owner.destroyed.connect(partial(self._on_owner_destroyed, id(owner)))

    def _on_owner_destroyed(self, owner: int, *_: object) -> None:
        self.cancel(owner)

    def cancel(self, owner: int) -> None:
        """Cancel what belongs to an owner (its `id`)."""
        self._watched.discard(owner)
        for place in [place for place in self._tasks if place[0] == owner]:
            self._end(self._tasks.pop(place))

    def _end(self, task: asyncio.Task[None]) -> None:
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        task.cancel()

    @property
    def count(self) -> int:
        """How many tasks are under way."""
        return len(self._tasks)

    async def close(self, *, deadline_s: float = 3.0) -> None:
        """Cancel everything and wait for its end, at most so long."""
        self._is_closing = True
        tasks = [*self._tasks.values(), *self._ending]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=deadline_s)
        self._tasks.clear()

    def _on_done(self, place: tuple[int, str], task: asyncio.Task[None]) -> None:
        if self._tasks.get(place) is task:
            del self._tasks[place]
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not isinstance(error, OpsError):
            _log.error("%s failed", task.get_name(), exc_info=error)
        text = f"{error}" if isinstance(error, OpsError) else f"Something went wrong in {task.get_name()}: {error}"
        self.failed.emit(task.get_name(), text)
