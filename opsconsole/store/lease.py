"""One engine a workspace: an OS lock that death releases, and an epoch that fences a stalled engine out."""

import contextlib
import os
from pathlib import Path
from types import TracebackType

from opsconsole.domain.errors import DiskError, WorkspaceBusyError
from opsconsole.store import filelock
from opsconsole.store.database import Database
from opsconsole.store.transaction import Transaction

NAME = "engine.lock"
_WINDOW = "window"


class Lease:
    """Held while open. The lock file tells who holds it; the lock itself is the operating system's."""

    def __init__(self, folder: Path, *, is_of_window: bool = False) -> None:
        """Take the workspace; `is_of_window`: for an engine that a window started, and may stop.

        Raises:
            WorkspaceBusyError: another engine has it.
            DiskError: the folder may not be written, or nothing can be locked there.
        """
        self._path = folder / NAME
        try:
            self._descriptor = filelock.opened(self._path)
        except OSError as error:
            raise DiskError(
                f"{self._path} cannot be written: {error.strerror}. Give yourself the right to write {folder}."
            ) from error
        try:
            is_taken = filelock.take(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise DiskError(
                f"{self._path} cannot be locked: {error.strerror}. Choose a folder on this machine's own disk."
            ) from error
        if not is_taken:
            holder = filelock.written(self._descriptor).partition(" ")[0] or "unknown"
            os.close(self._descriptor)
            raise WorkspaceBusyError(
                f"An engine (process {holder}) is already working {folder}."
                " Use it as it is (`opsconsole status`), or stop that one first."
            )
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same, only its holder is not named
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
            mark = f" {_WINDOW}" if is_of_window else ""
            os.write(self._descriptor, f"{os.getpid()}{mark}\n".encode("ascii"))

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
        """Let go, and take back who held it: the next one is not to be taken for this one before it has written."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)

    def __enter__(self) -> "Lease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def holder(folder: Path) -> int | None:
    """Return the process id of the engine that works the folder; None where there is none, 0 where it is not told."""
    text = _told(folder)
    if text is None:
        return None
    number = text.partition(" ")[0]
    return int(number) if number.isdigit() else 0


def is_of_window(folder: Path) -> bool:
    """Return whether the engine that works the folder was started by a window, so that a window may stop it."""
    return (_told(folder) or "").endswith(f" {_WINDOW}")


def _told(folder: Path) -> str | None:
    """Return what the holder wrote into the lock's file; None where nobody holds it."""
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
        if not filelock.is_locked(descriptor):
            return None
        return filelock.written(descriptor)
    except OSError:  # nothing can be locked here, so no engine works
        return None
    finally:
        os.close(descriptor)
