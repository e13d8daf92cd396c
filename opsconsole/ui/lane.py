"""One thread that has the workspace open, with a loop of its own in which the connections of that workspace live.

A lane owns what it opened for as long as it has it open: what is read for a view uses the connections and never closes
them. A server's hanging up is noticed between two readings, for the loop runs all the time.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from opsconsole.domain.errors import UnreadableError
from opsconsole.store.database import identity
from opsconsole.store.errors import translated
from opsconsole.store.queries.connections import Setting

if TYPE_CHECKING:  # The engine's parts take a second to import; the first window is painted before that.
    from opsconsole.engine.kernel import Kernel
    from opsconsole.store.transaction import Transaction

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_UNREADABLE = (
    "Something in {path} is not as opsconsole writes it ({error}); nothing was changed. Verify the record in Audit: it"
    " tells whether somebody changed the file. If it is whole, this is a fault of opsconsole."
)
_MISREAD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class Opened(Protocol):
    """A workspace as one thread has it open."""

    @property
    def kernel(self) -> "Kernel":
        """Reader, registry, clock, gate."""
        ...

    @property
    def actor(self) -> str:
        """Who is at the keyboard."""
        ...

    @property
    def plugged(self) -> Mapping[str, Setting]:
        """What was connected when it was opened."""
        ...

    def write(self, job: Callable[["Transaction"], _T], *, name: str) -> _T:
        """Run a job in one transaction."""
        ...

    async def let_go(self) -> None:
        """Close what its connections have open to other systems."""
        ...


@dataclass(slots=True)
class _Held:
    """The workspace as it was opened once, until the last that reads through it is done."""

    opened: Opened
    stack: ExitStack
    file: tuple[int, int] | None
    readers: int = 0
    has_connected: bool = False
    """Something was read through its connections, which may be open since."""
    is_old: bool = False
    closing: "asyncio.Task[None] | None" = field(default=None)


class LaneThread:
    """Runs jobs on its thread; opens the workspace when it is first needed, and again after it failed to open.

    Before each job it looks whether the file is still the one it opened: a write into a file that was taken away or
    replaced would be lost, and nobody would be told.
    """

    def __init__(self, name: str, path: Path, open_: Callable[[], AbstractContextManager[Opened]]) -> None:
        self._name, self._path, self._open = name, path, open_
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._held: _Held | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._end: asyncio.Event = asyncio.Event()

    def submit(self, job: Callable[[Opened], _T]) -> "Future[_T]":
        """Run a job; one after another, in the order in which they came."""
        done: Future[_T] = Future()
        self._on_loop(self._answer, done, job)
        return done

    def ask(self, job: Callable[[Opened], Coroutine[Any, Any, _T]]) -> "Future[_T]":
        """Run a job that waits for other systems; meanwhile others go on. Cancelling the future ends it."""
        done: Future[_T] = Future()
        self._on_loop(self._begin, done, job)
        return done

    def reopen(self) -> None:
        """Open the workspace anew for the next job; what is under way ends with the old one."""
        if self._loop is not None:
            self._on_loop(self._retire)

    def reopen_unless(self, plugged: Mapping[str, Setting]) -> None:
        """Open the workspace anew for the next job where something else is connected than when it was opened."""

        def look() -> None:
            if self._held is not None and self._held.opened.plugged != plugged:
                self._retire()

        if self._loop is not None:
            self._on_loop(look)

    def close(self) -> None:
        """End the thread; jobs that were begun are finished, waiting for other systems is broken off."""
        with self._starting:
            loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(self._end.set)
            thread.join()

    def _on_loop(self, do: Callable[..., None], *given: Any) -> None:
        with self._starting:
            if self._loop is None:
                made = self._loop = asyncio.new_event_loop()
                name = f"opsconsole-{self._name}"
                self._thread = threading.Thread(target=lambda: self._live(made), name=name, daemon=True)
                self._thread.start()
            self._loop.call_soon_threadsafe(do, *given)

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._until_end())

    async def _until_end(self) -> None:
        await self._end.wait()
        for task in self._tasks:
            task.cancel()
        self._retire()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _answer(self, done: "Future[_T]", job: Callable[[Opened], _T]) -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            with translated(self._path):
                held = self._workspace()
                try:
                    answer = job(held.opened)
                except _MISREAD as error:
                    raise self._unreadable(error) from error
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(answer)

    def _begin(self, done: "Future[_T]", job: Callable[[Opened], Coroutine[Any, Any, _T]]) -> None:
        loop = asyncio.get_running_loop()
        task = self._spawn(self._asked(job))
        task.add_done_callback(lambda _: _hand_over(task, done))
        done.add_done_callback(lambda _: None if task.done() else loop.call_soon_threadsafe(task.cancel))

    async def _asked(self, job: Callable[[Opened], Coroutine[Any, Any, _T]]) -> _T:
        with translated(self._path):
            held = self._workspace()
            held.readers += 1
            held.has_connected = True
            try:
                return await job(held.opened)
            except _MISREAD as error:
                raise self._unreadable(error) from error
            finally:
                held.readers -= 1
                self._let_go_if_done(held)

    def _workspace(self) -> _Held:
        present = identity(self._path)
        if self._held is not None and present != self._held.file:
            self._retire()
        if self._held is None:
            stack = ExitStack()
            self._held = _Held(stack.enter_context(self._open()), stack, present)
        return self._held

    def _unreadable(self, error: Exception) -> UnreadableError:
        _log.error("a job on the workspace failed", exc_info=error)
        return UnreadableError(_UNREADABLE.format(path=self._path, error=f"{error}".split("\n")[0]))

    def _retire(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.is_old = True
            self._let_go_if_done(held)

    def _let_go_if_done(self, held: _Held) -> None:
        if not held.is_old or held.readers or held.closing is not None:
            return
        if held.has_connected:
            held.closing = self._spawn(self._let_go(held))
        else:
            held.stack.close()

    async def _let_go(self, held: _Held) -> None:
        try:
            await held.opened.let_go()
        finally:
            held.stack.close()

    def _spawn(self, work: Coroutine[Any, Any, _T]) -> "asyncio.Task[_T]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _hand_over(task: "asyncio.Task[_T]", done: "Future[_T]") -> None:
    if not done.set_running_or_notify_cancel():
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains of it
        return
    if task.cancelled():
        done.set_exception(asyncio.CancelledError())
    elif (error := task.exception()) is not None:
        done.set_exception(error)
    else:
        done.set_result(task.result())
