"""A copy of the workspace file that is whole, made while others go on working."""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from opsconsole.domain.errors import DiskError
from opsconsole.store.errors import translate, translated

_PAGES = 512


def backup(source: Path, target: Path, *, progress: Callable[[int, int], None]) -> None:
    """Copy the database at `source` to `target`, which gets its name only once the copy is whole.

    Args:
        source: the workspace's database.
        target: a file that is not there yet.
        progress: called with (pages done, pages in all); what it raises ends the copying and leaves nothing behind.

    Raises:
        DiskError: there is a file of that name, or it cannot be written.
    """
    if target.exists():
        raise DiskError(f"{target} is there already. Choose another name; nothing was changed.")
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror}. Choose another folder.") from error
    try:
        with (
            translated(source),
            _written(target),
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as conn,
            closing(sqlite3.connect(part)) as copy,
        ):
            # In one read transaction: else every commit of somebody at work has the copy start anew.
            conn.execute("BEGIN")
            conn.execute("SELECT 1 FROM sqlite_schema").fetchone()
            conn.backup(copy, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
            (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise DiskError(f"The copy is not whole ({answer}); it was thrown away. Try another disk.")
        os.replace(part, target)
    finally:
        for file in (part, part.with_name(f"{part.name}-journal")):
            file.unlink(missing_ok=True)


@contextmanager
def _written(target: Path) -> Generator[None]:
    """Tell of the disk that the copy goes to; the workspace is only read."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if isinstance(translate(error, target), DiskError):
            raise DiskError(
                f"{target} could not be written whole ({error}); nothing of it was kept, and the workspace is"
                " untouched. Free some space there, or choose another disk."
            ) from error
        raise
