"""A page's file: whole or not at all, and never in the place of what is no page. No Qt here."""

import contextlib
import os
import secrets
from pathlib import Path

from opsconsole.domain.errors import DiskError

HTML_ENDS = (".html", ".htm")
ENDS = (".pdf", *HTML_ENDS)
"""How the file of a page may end."""
_DATABASE = b"SQLite format 3\0"


def is_pdf(path: Path) -> bool:
    """Return whether a file is to hold PDF."""
    return path.suffix.lower() == ".pdf"


def write(path: Path, data: bytes) -> None:
    """Write a page's file.

    Raises:
        DiskError: it cannot be written there.
    """
    # A name nobody has: what lies beside the target is somebody else's, and a link there leads anywhere.
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _refuse_odd(path)
        with part.open("xb") as file:
            file.write(data)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise DiskError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


def _refuse_odd(path: Path) -> None:
    if not path.exists():
        return
    if not path.is_file():
        raise DiskError(f"{path} is there and is no file. Choose another name; nothing was changed.")
    with path.open("rb") as file:
        if file.read(len(_DATABASE)) == _DATABASE:
            raise DiskError(f"{path} is a database. Choose another name; nothing was changed.")
