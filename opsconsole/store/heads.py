"""Heads of the audit chain, noted in a file beside the database: what a cut-off end cannot hide.

One line a head: `seq chain-in-hex time`. A copy elsewhere (a git folder, a mail to oneself) is worth more.
"""

import os
from datetime import datetime
from pathlib import Path

from opsconsole.store.audit import Head

NAME = "audit.heads"


def note(folder: Path, head: Head, at: datetime) -> None:
    """Append a head, unless it is the last one noted."""
    path = folder / NAME
    if head.seq == 0 or (path.exists() and any(last == head for last in read(folder)[-1:])):
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="ascii") as file:
        file.write(f"{head.seq} {head.chain.hex()} {at.isoformat(timespec='seconds')}\n")


def read(folder: Path) -> tuple[Head, ...]:
    """Return the noted heads in file order. Lines that cannot be read are skipped: a note proves, its lack does not."""
    path = folder / NAME
    heads: list[Head] = []
    if path.exists():
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            head = parse(line)
            if head is not None:
                heads.append(head)
    return tuple(heads)


def parse(line: str) -> Head | None:
    """Read `seq chain-in-hex …` or `seq:chain-in-hex`; None where it is neither."""
    parts = line.replace(":", " ", 1).split()
    try:
        chain = bytes.fromhex(parts[1])
        return Head(int(parts[0]), chain) if len(chain) == 32 else None
    except (IndexError, ValueError):
        return None
