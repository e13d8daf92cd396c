"""The dispatcher: so many runs at once, agents in turn, one run at a time for an agent on a subject."""

import asyncio
import logging
from collections import Counter, OrderedDict, deque

from opsconsole.domain.errors import FencedError, MachineError
from opsconsole.domain.ids import AgentId, RunId, SubjectId
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runs.loop import RunLoop
from opsconsole.store.queries import limits
from opsconsole.store.queries import runs as work

_log = logging.getLogger(__name__)
AHEAD = 64
"""Queued runs read ahead for each agent."""
AGAIN_S = 0.5
"""At the end, a run that goes on although it was cancelled is cancelled again so much later, in seconds."""


class Dispatcher:
    """Keeps `width` runs going while there are any; fair between agents by turns, oldest first within one."""

    def __init__(self, kernel: Kernel, loop: RunLoop, *, width: int) -> None:
        self._kernel = kernel
        self._loop = loop
        self._width = width
        self._queues: OrderedDict[AgentId, deque[tuple[RunId, SubjectId]]] = OrderedDict()
        self._tasks: dict[RunId, asyncio.Task[None]] = {}
        self._busy: set[tuple[AgentId, SubjectId]] = set()
        self._counts: Counter[AgentId] = Counter()
        self._share = max(1, width * 2 // 3)
        """So many runs one agent may have going: one that waits for a slow model leaves room for the others."""
        self._is_stale = True
        self._idle = asyncio.Event()
        self.error: Exception | None = None
        """What stopped the dispatcher: the disk, or another engine."""

    @property
    def running(self) -> int:
        """Runs that are being advanced now."""
        return len(self._tasks)

    @property
    def runs(self) -> tuple[RunId, ...]:
        """Ids of those."""
        return tuple(self._tasks)

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """What advances them."""
        return tuple(self._tasks.values())

    def kick(self) -> None:
        """Something may have been queued."""
        self._is_stale = True
        self._fill()

    async def idle(self) -> None:
        """Wait until nothing that can run is left."""
        self.kick()
        while self._tasks:
            self._idle.clear()
            await self._idle.wait()

    async def close(self) -> None:
        """Stop advancing; what was begun is picked up from the file next time."""
        self._width = 0
        tasks = set(self._tasks.values())
        while tasks:
            for task in tasks:
                task.cancel()
            # Before Python 3.12 `wait_for` loses a cancellation that comes together with what it waits for.
            _, tasks = await asyncio.wait(tasks, timeout=AGAIN_S)

    def _fill(self) -> None:
        while len(self._tasks) < self._width and self.error is None:
            found = self._next()
            if found is None and self._is_stale:
                self._refill()
                found = self._next()
            if found is None:
                break
            agent, run, subject = found
            self._busy.add((agent, subject))
            self._counts[agent] += 1
            task = asyncio.create_task(self._advance(run), name=f"run-{run}")
            self._tasks[run] = task
            task.add_done_callback(lambda done, a=agent, r=run, s=subject: self._done(done, a, r, s))
        if not self._tasks:
            self._idle.set()

    def _next(self) -> tuple[AgentId, RunId, SubjectId] | None:
        for agent in list(self._queues):
            queue = self._queues[agent]
            for _ in range(len(queue)):
                run, subject = queue.popleft()
                if (agent, subject) in self._busy or self._counts[agent] >= self._share:
                    queue.append((run, subject))
                    continue
                self._queues.move_to_end(agent)
                return agent, run, subject
        return None

    def _refill(self) -> None:
        self._is_stale = False
        paused = limits.paused(self._kernel.reader)
        self._queues = OrderedDict((agent, self._queues.get(agent, deque())) for agent in self._queues)
        for queue in self._queues.values():
            queue.clear()
        if "all" in paused:
            return
        for run, agent, subject in work.queued(self._kernel.reader, limit=AHEAD, without=list(self._tasks)):
            if f"agent:{agent}" not in paused:
                self._queues.setdefault(agent, deque()).append((run, subject))
                self._is_stale = True  # there may be more behind what was read ahead
        for agent in [agent for agent, queue in self._queues.items() if not queue]:
            del self._queues[agent]

    async def _advance(self, run: RunId) -> None:
        try:
            await self._loop.advance(run)
        except MachineError as error:
            self.error = error
            _log.error("stopped: %s", error, exc_info=isinstance(error, FencedError))
        except Exception as error:
            await self._loop.fail(run, error)

    def _done(self, task: asyncio.Task[None], agent: AgentId, run: RunId, subject: SubjectId) -> None:
        self._tasks.pop(run, None)
        self._busy.discard((agent, subject))
        self._counts[agent] -= 1
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("run %d: %s", run, error)
            self.error = error if isinstance(error, Exception) else None
        self._is_stale = True
        self._fill()
