"""One engine a workspace: an OS lock that death releases, and an epoch that fences a stalled engine out."""

import contextlib
import os
import sys
import time
from pathlib import Path
from types import TracebackType

from opsconsole.domain.errors import DiskError, WorkspaceBusyError
from opsconsole.store.database import Database
from opsconsole.store.transaction import Transaction

NAME = "engine.lock"
LOOKS = 20
LOOK_S = 0.05
"""Somebody who only looks whether there is an engine holds the lock for a moment: it is tried so often, in seconds."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 1024, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _is_engines(descriptor: int) -> bool:
        """There is no way to look without taking the lock, so whoever looks does it again."""
        for _ in range(LOOKS):
            try:
                _lock(descriptor)
            except OSError:
                time.sleep(LOOK_S)  # noqa: TID251 - before there is a loop
            else:
                os.lseek(descriptor, 1024, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
                return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_engines(descriptor: int) -> bool:
        """An engine's lock is exclusive; whoever only looks shares theirs, for a moment."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        return False


class Lease:
    """Held while open. The lock file tells who holds it; the lock itself is the operating system's."""

    def __init__(self, folder: Path) -> None:
        """Take the workspace.

        Raises:
            WorkspaceBusyError: another engine has it.
            DiskError: the folder may not be written.
        """
        self._path = folder / NAME
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DiskError(
                f"{self._path} cannot be written: {error.strerror}. Give yourself the right to write {folder}."
            ) from error
        try:
            _take(self._descriptor)
        except OSError as error:
            holder = os.read(self._descriptor, 64).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise WorkspaceBusyError(
                f"An engine (process {holder}) is already working {folder}."
                " Use it as it is (`opsconsole status`), or stop that one first."
            ) from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same, only its holder is not named
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode("ascii"))

    def fence(self, database: Database) -> int:
        """Raise the workspace's epoch; writes of an earlier engine are refused from now on."""

        def raise_epoch(transaction: Transaction) -> int:
            conn = transaction.conn
            row = conn.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
            epoch = int(row[0]) + 1 if row else 1
            conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?)", (str(epoch),))
            return epoch

        database.epoch = database.write(raise_epoch, name="lease.fence")
        return database.epoch

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _take(descriptor: int) -> None:
    """Lock; waits for somebody who only looks, not for an engine."""
    for left in reversed(range(LOOKS)):
        try:
            _lock(descriptor)
            return
        except OSError:
            if left == 0 or _is_engines(descriptor):
                raise
        time.sleep(LOOK_S)  # noqa: TID251 - before there is a loop


def holder(folder: Path) -> int | None:
    """Give the process id of the engine that works the folder; None where there is none."""
    path = folder / NAME
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    except OSError:  # a folder that may only be read; looking takes no more than that
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return None
    try:
        if not _is_engines(descriptor):
            return None
        text = os.read(descriptor, 64).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)
