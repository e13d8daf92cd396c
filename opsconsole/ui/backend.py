"""The window's way to the file: reads and writes on threads of their own, and word of what changed.

Nothing here runs on the window's thread but the handing over. Three lanes, so that a locked file holds up no reading
and a long verification holds up no decision. What also needs other systems waits for them beside all that.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from opsconsole.store import lease
from opsconsole.store.database import identity
from opsconsole.store.queries import changes, connections
from opsconsole.ui.lane import LaneThread, Opened

if TYPE_CHECKING:  # The engine's parts take a second to import; the first window is painted before that.
    from opsconsole.engine.kernel import Kernel
    from opsconsole.store.transaction import Transaction

DATABASE = "workspace.db"
_T = TypeVar("_T")
_log = logging.getLogger(__name__)
Lane = Literal["read", "write", "long"]
POLL_S = 0.1
LOOK_S = 1.0
"""How often the lease and the file's being there are looked at."""


class Backend(QObject):
    """What panels read with and act through.

    Signals:
        changed: a frozenset of topics (`events`, `runs`, `approvals`, `effects`, `switches`, `audit` …) that another
            process or we ourselves changed.
        engine_changed: the process id of the engine that holds the workspace, 0 for none.
        file_lost: the workspace file is not there any more (True), or is back (False).
    """

    changed = Signal(object)
    engine_changed = Signal(int)
    file_lost = Signal(bool)

    def __init__(
        self, folder: Path, open_: Callable[[], AbstractContextManager[Opened]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self.engine = 0
        self.is_file_lost: bool = False
        self._file: tuple[int, int] | None = None
        self._open = open_
        names: tuple[Lane, ...] = ("read", "write", "long")
        self._lanes = {name: LaneThread(name, folder / DATABASE, open_) for name in names}
        self._end = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="opsconsole-poll", daemon=True)

    def start(self) -> None:
        """Begin to look for changes."""
        self.engine = lease.holder(self.folder) or 0
        self._poller.start()

    async def read(self, job: Callable[["Kernel"], _T], *, lane: Lane = "read") -> _T:
        """Run a query on a thread; `lane="long"` for what takes more than a blink.

        Raises:
            OpsError: the workspace cannot be opened or read.
        """
        return await asyncio.wrap_future(self._lanes[lane].submit(lambda opened: job(opened.kernel)))

    async def ask(self, job: Callable[["Kernel"], Coroutine[Any, Any, _T]]) -> _T:
        """Run a query that also looks into other systems, through connections that stay open for the next one.

        It holds up no other reading; cancelling it breaks it off.

        Raises:
            OpsError: the workspace cannot be opened or read.
        """
        return await asyncio.wrap_future(self._lanes["read"].ask(lambda opened: job(opened.kernel)))

    async def write(self, job: Callable[["Kernel", "Transaction", str], _T], *, name: str) -> _T:
        """Run a command `job(kernel, transaction, actor)` in one transaction on the writing thread.

        Raises:
            OpsError: what the command refused, or what stood in the way; nothing was written.
        """

        def run(opened: Opened) -> _T:
            return opened.write(lambda tx: job(opened.kernel, tx, opened.actor), name=name)

        # Shielded: a decision that was begun is not half taken because a panel closed.
        return await asyncio.shield(asyncio.wrap_future(self._lanes["write"].submit(run)))

    async def call(self, job: Callable[[Opened], _T], *, lane: Lane = "long") -> _T:
        """Run something that needs the opened workspace itself."""
        return await asyncio.wrap_future(self._lanes[lane].submit(job))

    def reopen(self) -> None:
        """Open the workspace anew: the file came back."""
        for lane in self._lanes.values():
            lane.reopen()

    def close(self) -> None:
        """End the threads; what was begun is finished."""
        self._end.set()
        if self._poller.is_alive():
            self._poller.join()
        for lane in self._lanes.values():
            lane.close()

    def _poll(self) -> None:
        version, seen = -1, {}
        until_look = 0.0
        was_looked = False
        opened: Any = None
        stack = ExitStack()
        while not self._end.wait(POLL_S):
            try:
                until_look -= POLL_S
                if until_look <= 0:
                    until_look = LOOK_S
                    was, self._file = self._file, identity(self.folder / DATABASE)
                    is_lost = self._file is None
                    if is_lost != self.is_file_lost or (was is not None and was != self._file):
                        self.is_file_lost = is_lost
                        self.reopen()  # what is open is the file that went, not the one that comes back
                        self.file_lost.emit(is_lost)
                        stack.close()
                        opened, version = None, -1
                    holder = 0 if is_lost else lease.holder(self.folder) or 0
                    if holder != self.engine:
                        self.engine = holder
                        self.engine_changed.emit(holder)
                if self.is_file_lost:
                    continue
                if opened is None:
                    opened = stack.enter_context(self._open())
                present = changes.data_version(opened.kernel.reader)
                if present != version:
                    version = present
                    counts = changes.counts(opened.kernel.reader)
                    topics = frozenset(topic for topic, count in counts.items() if seen.get(topic) != count)
                    if "connections" in topics or not was_looked:
                        plugged = connections.in_use(opened.kernel.reader)
                        for lane in self._lanes.values():
                            lane.reopen_unless(plugged)
                        was_looked = True
                    if topics:
                        self.changed.emit(topics)
                    seen = counts  # last: what was not handed on is a change still
            except Exception as error:
                _log.warning("looking for changes: %s", error)
                with contextlib.suppress(Exception):  # what cannot even be closed must not end the looking
                    stack.close()
                opened, version = None, -1
                self._end.wait(LOOK_S)
        stack.close()
