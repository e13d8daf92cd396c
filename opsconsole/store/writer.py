"""The group-committing writer: one thread, one transaction for all that waits.

Jobs run inside savepoints, so one that fails takes nothing with it. A caller's future is answered only after COMMIT.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from opsconsole.domain.errors import OpsError
from opsconsole.store import faults
from opsconsole.store.database import Database
from opsconsole.store.errors import translate
from opsconsole.store.transaction import Transaction

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
GROUP = 256
"""Most jobs in one transaction."""


@dataclass(slots=True)
class _Job:
    run: Callable[[Transaction], Any]
    name: str
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None


class Writer:
    """Owns the database's writing connection while it lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="opsconsole-writer", daemon=True)
        self._is_closed = False
        self.jobs = 0
        self.groups = 0
        self._thread.start()

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        """Run a job; return its answer once it is on disk.

        Raises:
            OpsError: the disk, the lock or another engine stood in the way; nothing of this job was written.
            Exception: whatever the job raised; nothing of it was written.
        """
        if self._is_closed:
            raise RuntimeError("the writer is closed")
        future: asyncio.Future[_T] = self._loop.create_future()
        future.add_done_callback(_look_at)
        self._queue.put(_Job(job, name, future))
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        is_open = True
        while is_open:
            job = self._queue.get()
            if job is None:
                return
            group = [job]
            while len(group) < GROUP:
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
                if job is None:
                    is_open = False
                    break
                group.append(job)
            self._commit(group)
            self._loop.call_soon_threadsafe(_answer, group)

    def _commit(self, group: list[_Job]) -> None:
        self.jobs += len(group)
        self.groups += 1
        database = self._database
        try:
            database.begin()
            transaction = Transaction(database.connection)
            for job in group:
                self._run(job, transaction)
            transaction.flush()
            for job in group:
                faults.reach(f"{job.name}.before_commit")
            database.commit()
        except (sqlite3.Error, OpsError) as error:
            ours = translate(error, database.path) if isinstance(error, sqlite3.Error) else error
            _log.warning("a group of %d writes failed: %s", len(group), ours)
            _quietly(database.rollback)
            for job in group:
                job.error = ours
            return
        except BaseException as error:
            _quietly(database.rollback)
            for job in group:
                job.error = error
            return
        for job in group:
            faults.reach(f"{job.name}.after_commit")

    def _run(self, job: _Job, transaction: Transaction) -> None:
        conn = transaction.conn
        conn.execute("SAVEPOINT job")
        try:
            job.answer = job.run(transaction)
        except Exception as error:
            # What is wrong with the disk or the lock ends the group; what is wrong with the job ends the job.
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            is_ours = not isinstance(error, sqlite3.OperationalError)
            job.error = error if is_ours else translate(error, self._database.path)
            conn.execute("ROLLBACK TO job")
            transaction.forget_head()
        conn.execute("RELEASE job")


def _look_at(future: asyncio.Future[Any]) -> None:
    """A caller that was cancelled will not ask for the error; that is not a stray one."""
    if not future.cancelled():
        future.exception()


def _quietly(rollback: Callable[[], None]) -> None:
    try:
        rollback()
    except sqlite3.Error:
        _log.warning("rollback failed", exc_info=True)


def _answer(group: list[_Job]) -> None:
    for job in group:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.answer)
