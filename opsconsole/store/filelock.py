"""Locks on files, between processes: the operating system's, so that death releases them. The one place that knows how.

The lock lies on a byte far behind what is written: on Windows nobody else could read a byte that is locked.
"""

import contextlib
import errno
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

PATIENCE = 20
PAUSE_S = 0.05
"""Somebody who only looks whether a file is locked may hold it for a moment: so often it is tried, in seconds."""

if sys.platform == "win32":
    import msvcrt

    _BYTE = 1024

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EDEADLK):
                raise
            return False
        return True

    def is_locked(descriptor: int) -> bool:
        """Return whether another has the lock. There is no way to look without taking it, so it is tried again."""
        for _ in range(PATIENCE):
            if _try_lock(descriptor):
                os.lseek(descriptor, _BYTE, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
                return False
            time.sleep(PAUSE_S)  # noqa: TID251 - before there is a loop
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # some file systems refuse instead
            return False
        return True

    def is_locked(descriptor: int) -> bool:
        """Return whether another has the lock. It is exclusive; whoever only looks shares theirs, for a moment."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # some file systems refuse instead
            return True
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        return False


def opened(path: Path) -> int:
    """Open a lock's file, made private where it is not there yet; return its descriptor.

    Raises:
        OSError: the folder may not be written.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def take(descriptor: int) -> bool:
    """Lock until the descriptor is closed; False where another has it. Waits a moment for one that only looks.

    Raises:
        OSError: the file system knows no locks.
    """
    for left in reversed(range(PATIENCE)):
        if _try_lock(descriptor):
            return True
        if left == 0 or is_locked(descriptor):
            return False
        time.sleep(PAUSE_S)  # noqa: TID251 - before there is a loop
    return False


def written(descriptor: int) -> str:
    """Return what stands in a lock's file, from its beginning: looking at the lock may have moved the place."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 64).decode("ascii", "replace").strip()


@contextlib.contextmanager
def held(path: Path) -> Generator[None]:
    """Hold a lock meanwhile; waits for as long as another has it.

    Raises:
        OSError: the folder may not be written, or the file system knows no locks.
    """
    descriptor = opened(path)
    try:
        while not _try_lock(descriptor):
            time.sleep(PAUSE_S)  # noqa: TID251 - a thread's work
        yield
    finally:
        os.close(descriptor)
