"""The one edge where SQLite's errors become ours."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from opsconsole.domain.errors import DiskError, OpsError, WorkspaceBusyError, WorkspaceDamagedError, WorkspaceError


def translate(error: sqlite3.Error, path: Path) -> OpsError:
    """Return our error for SQLite's, saying what happened and what to do."""
    text = str(error)
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or "disk is full" in text:
        return DiskError(f"The disk is full: {path} could not be written. Nothing was lost; free some space and go on.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or "readonly" in text:
        return DiskError(
            f"{path}, or a file beside it, is read-only. Give yourself the right to write them, or choose another"
            " workspace folder."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return WorkspaceBusyError(
            f"{path} is locked by another program (a backup, a database browser?). Close it and try again."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return WorkspaceDamagedError(
            f"{path} is damaged ({text}). It was not changed. Copy the folder away, then put back a backup"
            " (`workspace.db.before-…` beside it, or your own)."
        )
    if code == sqlite3.SQLITE_IOERR:
        return DiskError(f"The disk did not do what was asked for {path} ({text}). Check the disk and its free space.")
    if code == sqlite3.SQLITE_CANTOPEN:
        return WorkspaceError(f"{path} cannot be opened. Does the folder exist, and may you read it?")
    return WorkspaceError(f"{path}: {text}")


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Turn SQLite's errors inside into ours. Broken rules of ours (IntegrityError) stay: they are bugs."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise translate(error, path) from error


def is_database_error(error: BaseException) -> str | None:
    """Return the text of a stray SQLite error from a reading query, for the command line's edge; None for others."""
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError
    ):
        return str(translate(error, Path("workspace.db")))
    return None
