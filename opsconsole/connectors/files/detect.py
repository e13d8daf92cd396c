"""What a path is, told by its content first and its name second."""

import tarfile
import zipfile
from pathlib import Path
from typing import Final

from opsconsole.connectors.files.archive import DAMAGED, PackedSource, TarSource, ZipSource, unpacked
from opsconsole.connectors.files.bounded import BoundedReader
from opsconsole.connectors.files.mapping import TableMapping
from opsconsole.connectors.files.mbox import looks_like_mbox
from opsconsole.connectors.files.names import SNIFF, looks_like_mail
from opsconsole.connectors.files.source import Limits, Source
from opsconsole.connectors.files.table import TableSource
from opsconsole.connectors.files.tree import FolderSource, MaildirSource, MailSource, MboxSource, is_maildir
from opsconsole.domain.errors import FileFormatError, NotFoundError

EXPECTED: Final = (
    "expected a mailbox file (.mbox, also .gz), a Maildir or a folder of .eml files, a .zip or .tar archive of them, "
    "a single mail (.eml), or a table (.csv) of contacts, companies, deals or tickets"
)
_TABLES = (".csv", ".tsv", ".tab")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_OUTLOOK = (b"\xd0\xcf\x11\xe0", b"!BDN")


def open_source(path: Path | str, *, limits: Limits | None = None, mapping: TableMapping | None = None) -> Source:
    """Recognise a file or folder and give the source that reads it.

    Args:
        path: the file or folder.
        limits: what reading it may cost.
        mapping: what a person corrected of how a table is read.

    Raises:
        NotFoundError: there is nothing at `path`.
        FileFormatError: it is none of the known forms, or cannot be opened; the text says what is expected.
    """
    path = Path(path)
    limits = limits or Limits()
    if not path.exists():
        raise NotFoundError(f"There is nothing at {path}. Check the name, or choose the file again.")
    if path.is_dir():
        return MaildirSource(path, limits) if is_maildir(path) else FolderSource(path, limits)
    if not path.is_file():
        raise FileFormatError(f"this is not a regular file; {EXPECTED}", path=str(path))
    try:
        with path.open("rb") as stream:
            start = stream.read(SNIFF)
        return _file(path, start, limits, mapping)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise FileFormatError(f"the file cannot be opened: {why}", path=str(path)) from error


def _file(path: Path, start: bytes, limits: Limits, mapping: TableMapping | None) -> Source:
    name = path.name.lower()
    if name.endswith(_TABLES):
        return TableSource(path, limits, mapping)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        try:
            zipfile.ZipFile(path).close()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise FileFormatError(
                f"this begins as a .zip archive but its end is damaged or missing ({error}); copy or export it again",
                path=str(path),
            ) from error
        return ZipSource(path, limits)
    if start.startswith(_PACKED):
        return _packed(path, limits)
    if _is_tar(path, limits):
        return TarSource(path, limits)
    if looks_like_mbox(start):
        return MboxSource(path, limits)
    if name.endswith((".mbox", ".mbx")) and not start.strip():
        return MboxSource(path, limits)
    if name.endswith(".eml") or looks_like_mail(start):
        return MailSource(path, limits)
    if start.startswith(_OUTLOOK):
        raise FileFormatError(f"this is an Outlook file (.msg, .pst), which cannot be read; {EXPECTED}", path=str(path))
    raise FileFormatError(f"this is in no known form; {EXPECTED}", path=str(path))


def _packed(path: Path, limits: Limits) -> Source:
    if _is_tar(path, limits):
        return TarSource(path, limits)
    try:
        with unpacked(path) as stream:
            start = stream.read(SNIFF)
    except DAMAGED as error:
        raise FileFormatError(
            f"this packed file is damaged at its start ({type(error).__name__}); copy or export it again",
            path=str(path),
        ) from error
    if looks_like_mbox(start) or looks_like_mail(start):
        return PackedSource(path, limits)
    raise FileFormatError(f"this packed file holds nothing known; {EXPECTED}", path=str(path))


def _is_tar(path: Path, limits: Limits) -> bool:
    try:
        with unpacked(path) as stream:
            reader = BoundedReader(stream, path, limits, [0])
            tarfile.TarFile(fileobj=reader, mode="r").close()  # pyright: ignore[reportArgumentType]
    except (*DAMAGED, FileFormatError):
        return False
    return True
