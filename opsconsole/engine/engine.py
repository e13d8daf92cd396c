"""The engine of one workspace: takes the lease, recovers, then works until it is stopped."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from opsconsole.domain.enums import EffectState, RunState
from opsconsole.domain.errors import DiskError, MachineError, WorkspaceBusyError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.domain.ids import EffectId
from opsconsole.engine.calls import Calls
from opsconsole.engine.connected import Connected, Make, close
from opsconsole.engine.doorbell import Doorbell
from opsconsole.engine.effects.reconcile import Doubts
from opsconsole.engine.effects.send import Effects
from opsconsole.engine.effects.undo import Undos
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import daily
from opsconsole.engine.ladder.canary import watch
from opsconsole.engine.pairs import pairing
from opsconsole.engine.ports.brain import Brain, CaseExample
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.ports.machine import Clock
from opsconsole.engine.registry import Registry
from opsconsole.engine.runs.dispatch import Dispatcher
from opsconsole.engine.runs.intake import Taken, take
from opsconsole.engine.runs.loop import RunLoop
from opsconsole.engine.systemclock import SystemClock
from opsconsole.engine.timers import Timers
from opsconsole.engine.watches import Watches
from opsconsole.store import audit, heads
from opsconsole.store.lease import Lease
from opsconsole.store.queries import approvals, cases, changes, runs
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from opsconsole.store.writer import Writer
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
WIDTH = 192
"""Runs advanced at once: so many may wait for a model's answer, and the group commit carries several."""
POLL_S = 0.25
"""How often the file is asked whether another process wrote, where nobody rings."""
HEAD_EVERY_S = 300.0
GRACE_S = 2.0
"""At the end, calls under way have so long to come to theirs before they are cancelled, in seconds."""
END_S = 5.0
"""What was cancelled has so long to end, in seconds."""


class Engine:
    """Use as an async context: `async with Engine(...) as engine: await engine.run()`."""

    def __init__(
        self,
        workspace: Workspace,
        connectors: Callable[["Engine"], list[Connector] | Make],
        brain: Brain | Callable[["Engine"], Brain],
        *,
        clock: Clock | None = None,
        width: int = WIDTH,
        is_of_window: bool = False,
    ) -> None:
        """`connectors` gives them once and for all, or what makes one of each connection of the workspace."""
        self.workspace, self._is_of_window = workspace, is_of_window
        self.clock = clock or SystemClock()
        self._make_connectors = connectors
        self._make_brain = brain
        self._width = width
        self._stop = asyncio.Event()
        self._last_case = self._case_changes = 0
        self._did_start = False
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Engine":
        self._lease = Lease(self.workspace.folder, is_of_window=self._is_of_window)
        async with contextlib.AsyncExitStack() as undone_on_failure:
            undone_on_failure.callback(self._lease.close)
            self._lease.fence(self.workspace.database)
            self.reader = self.workspace.database.reader()
            undone_on_failure.callback(self.reader.close)
            self.writer = Writer(self.workspace.database)
            undone_on_failure.push_async_callback(self.writer.close)
            self.registry = Registry([])
            self.brain = self._make_brain(self) if callable(self._make_brain) else self._make_brain
            self.kernel = Kernel(self.workspace.id, self.registry, self.clock, self.reader)
            self.effects = Effects(self.kernel, self.writer)
            self.doubts = Doubts(self.kernel, self.writer, self.effects)
            self.loop = RunLoop(self.kernel, self.writer, self.brain, self.effects)
            self.dispatcher = Dispatcher(self.kernel, self.loop, width=self._width)
            self.doorbell = Doorbell(self.workspace.folder)
            self.undos = Undos(self.kernel, self.effects)
            self.calls = Calls(self.dispatcher.kick)
            self.timers = Timers(self.kernel, self.writer, self.calls, self.doubts, self.undos)
            self.watches = Watches(self.take, self.observe)
            source, watches = self._make_connectors(self), self.watches
            self.connected = Connected(self.kernel, self.writer, source, watches, under_way=self._under_way)
            await self.connected.look()
            await self._recover()
            undone_on_failure.pop_all()
        return self

    async def __aexit__(self, _: object, error: BaseException | None, trace: object) -> None:
        for task in self._tasks:
            task.cancel()
        await self.watches.close()  # nothing new is taken in while the rest comes to its end
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=END_S)
        await self.dispatcher.close()
        await self.calls.close(grace_s=GRACE_S if error is None else 0.0, deadline_s=END_S)
        await asyncio.gather(self.connected.close(), close(self.brain))
        self.doorbell.close()
        with contextlib.suppress(MachineError):
            await self.writer.write(
                lambda tx: tx.audit("engine.stopped", at=self.clock.now(), actor="engine"), name="engine.stop"
            )
        await self.writer.close()
        with contextlib.suppress(OSError):
            heads.note(self.workspace.folder, audit.head(self.reader), self.clock.now())
        self.reader.close()
        self.workspace.database.epoch = None
        self._lease.close()

    async def _recover(self) -> None:
        def job(tx: Transaction) -> None:
            now = self.clock.now()
            count = write_work.requeue_running(tx)
            write_work.start_waiting(tx, now=now)
            daily.expect(tx, now=now)
            tx.audit(
                "engine.started", at=now, actor="engine", epoch=self.workspace.database.epoch, picked_up=count or None
            )

        await self.writer.write(job, name="engine.start")
        await self.doubts.doubt_what_was_sending()
        await self.undos.doubt_what_was_sending()
        self.learn_new_cases()

    def learn_new_cases(self) -> None:
        """Hand the brain every case that was added since, and have it forget those that are used no more."""
        for case_id, agent, category, text in cases.after(self.reader, self._last_case):
            self.brain.learn(CaseExample(case_id, agent, category, text))
            self._last_case = case_id
        if (count := changes.counts(self.reader).get("cases", 0)) != self._case_changes:
            self.brain.forget(cases.retired(self.reader))
            self._case_changes = count

    async def take(self, connection: str, incoming: IncomingEvent, *, is_history: bool = False) -> Taken:
        """Take an event in and set its runs going."""
        taken = await self.writer.write(
            lambda tx: take(self.kernel, tx, connection, incoming, is_history=is_history), name="event.take"
        )
        if taken.runs:
            self.dispatcher.kick()
        return taken

    async def observe(self, connection: str, act: HumanAct) -> bool:
        """Keep what a person did; False where it was known."""

        def job(tx: Transaction) -> bool:
            is_new = pairing.observe(self.kernel, tx, connection, act)
            if is_new:
                watch.look(self.kernel, tx)  # what was compared before may look otherwise now
            return is_new

        return await self.writer.write(job, name="human.observe")

    async def settle(self) -> None:
        """Work until all that is left waits for a person or for a time to come."""
        self.calls.error = None
        self._start_reconciling()
        while True:
            self.learn_new_cases()
            await self.dispatcher.idle()
            if self.dispatcher.error is not None:
                raise self.dispatcher.error
            did_start, was_busy = await self._start_due(), await self.calls.idle()
            if not did_start and not was_busy and not self._has_queued():
                return

    def _has_queued(self) -> bool:
        if runs.run_counts(self.reader).get(RunState.QUEUED.value, 0) == 0:
            return False
        self.dispatcher.kick()
        return self.dispatcher.running > 0

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`: connectors' events, commands of other processes, timers, effects.

        Raises:
            FencedError: another engine took the workspace.
        """
        await self.doorbell.open()
        self._spawn(self._watch_file(), "watch-file")
        self._spawn(self._note_heads(), "note-heads")
        self.connected.watch()
        self._spawn(self.calls.until_fenced(), "fenced")
        self._spawn(self.watches.until_lost(), "lost")
        self._start_reconciling()
        stop = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                done, _ = await asyncio.wait([stop, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
                for task in done - {stop}:
                    self._tasks = [other for other in self._tasks if other is not task]
                    if (error := task.exception()) is not None:
                        raise error
        finally:
            stop.cancel()

    def _under_way(self) -> Iterator["asyncio.Task[None]"]:
        yield from self.dispatcher.tasks
        yield from self.calls.tasks

    def _spawn(self, work_: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work_, name=name))

    async def _watch_file(self) -> None:
        """Notice what other processes wrote, what has come due, and that the file is not the one any more."""
        seen, version, due = changes.counts(self.reader), 0, None
        self.dispatcher.kick()
        await self._patiently(self.connected.look)
        await self._turn_over()
        while True:
            while True:
                left_s = POLL_S if due is None else (due - self.clock.now()).total_seconds()
                least_s = 0.01 if self._did_start else POLL_S  # what is due and cannot be started is not hurried
                await self.doorbell.wait(min(POLL_S, max(least_s if left_s <= 0 else 0.01, left_s)))
                self.workspace.database.stand_by()
                present = changes.data_version(self.reader)
                if present != version or (due is not None and self.clock.now() >= due) or self.dispatcher.error:
                    break
            version = present
            counts = changes.counts(self.reader)
            if counts.get("connections") != seen.get("connections"):
                await self._patiently(self.connected.look)
            if counts != seen or due is not None or self.dispatcher.error is not None:
                seen = counts
                await self._turn_over()
            due = runs.next_due(self.reader)

    async def _turn_over(self) -> None:
        if self.dispatcher.error is not None:
            if not isinstance(self.dispatcher.error, DiskError | WorkspaceBusyError):
                raise self.dispatcher.error
            await asyncio.sleep(2.0)
            self.dispatcher.error = None
            await self._patiently(
                lambda: self.writer.write(
                    lambda tx: write_work.requeue_running(tx, self.dispatcher.runs), name="run.requeue"
                )
            )
        self.learn_new_cases()
        await self._patiently(self._start_due)
        self.dispatcher.kick()

    async def _start_due(self) -> bool:
        """Act on what has come due; calls to other systems are started, never waited for. Tell whether any was."""
        did_start = await self.timers.run_due() > 0
        for effect in runs.due_effects(self.reader, now=self.clock.now()):
            if effect.id not in self.effects.busy:
                did_start |= self.calls.start(f"send {effect.id}", lambda e=effect.id: self._send(e))
        self._did_start = did_start
        return did_start

    def _start_reconciling(self) -> None:
        """Settle what is in doubt and has no timer or question of its own yet."""
        for effect in runs.effects_in(self.reader, EffectState.UNKNOWN):
            is_asked = approvals.is_asked(self.reader, effect.action_id)
            if not is_asked and not runs.has_timer(self.reader, "reconcile", str(effect.id)):
                self.calls.start(f"reconcile {effect.id}", lambda e=effect.id: self.timers.reconcile(e))

    async def _send(self, effect: EffectId) -> None:
        await self.effects.guarded(effect, self.effects.send(effect))

    async def _patiently(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """A full or locked disk stops the work, not the engine: it is tried again, and nothing is lost."""
        wait_s = 0.5
        while True:
            try:
                await make()
                return
            except (DiskError, WorkspaceBusyError) as error:
                _log.error("waiting %.1f s: %s", wait_s, error)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 30.0)

    async def _note_heads(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                heads.note(self.workspace.folder, audit.head(self.reader), self.clock.now())
            await asyncio.sleep(HEAD_EVERY_S)
