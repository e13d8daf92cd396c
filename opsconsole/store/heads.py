"""Heads of the audit chain, noted in a file beside the database: what a cut-off end cannot hide.

One line a head: `seq chain-in-hex time`. A copy elsewhere (a git folder, a mail to oneself) is worth more.
"""

import errno
import logging
import os
import stat
from datetime import datetime
from pathlib import Path

from opsconsole.store.audit import Head

NAME = "audit.heads"
_log = logging.getLogger(__name__)


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Whoever can put a link or a pipe in the file's place would have us write elsewhere, read another's, or wait."""


def note(folder: Path, head: Head, at: datetime) -> None:
    """Append a head, unless it is the last one noted; what is no plain file in its place is left alone."""
    path = folder / NAME
    if head.seq == 0 or any(last == head for last in read(folder)[-1:]):
        return
    file = _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    if file is None:
        _log.error("%s is no plain file; the head of the record is not noted there", path)
        return
    with os.fdopen(file, "a", encoding="ascii") as kept:
        kept.write(f"{head.seq} {head.chain.hex()} {at.isoformat(timespec='seconds')}\n")


def read(folder: Path) -> tuple[Head, ...]:
    """Return the noted heads in file order. Lines that cannot be read are skipped: a note proves, its lack does not."""
    file = _opened(folder / NAME, os.O_RDONLY) if is_in_place(folder) else None
    if file is None:
        return ()
    with os.fdopen(file, "r", encoding="ascii", errors="replace") as kept:
        lines = kept.read().splitlines()
    return tuple(head for line in lines if (head := parse(line)) is not None)


def is_in_place(folder: Path) -> bool:
    """Return whether something stands in the file's place, be it the file or not."""
    return os.path.lexists(folder / NAME)


def _opened(path: Path, flags: int) -> int | None:
    """Open the file; None where it is none of ours: a link, a pipe, a folder."""
    if path.is_symlink():  # Windows cannot refuse to follow one
        return None
    try:
        file = os.open(path, flags | _PLAIN, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EMLINK):
            return None
        raise
    if stat.S_ISREG(os.fstat(file).st_mode):
        return file
    os.close(file)
    return None


def parse(line: str) -> Head | None:
    """Read `seq chain-in-hex …` or `seq:chain-in-hex`; None where it is neither."""
    parts = line.replace(":", " ", 1).split()
    try:
        chain = bytes.fromhex(parts[1])
        return Head(int(parts[0]), chain) if len(chain) == 32 else None
    except (IndexError, ValueError):
        return None
