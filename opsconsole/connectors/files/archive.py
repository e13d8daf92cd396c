"""Archives of mail, read in place: nothing is ever unpacked to disk, so names in them are labels only."""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from opsconsole.connectors.files.bounded import MAX_READ, BoundedReader, Peeked
from opsconsole.connectors.files.mbox import Reader, looks_like_mbox, split_mbox
from opsconsole.connectors.files.names import SNIFF, mailbox_folder, reason_to_skip
from opsconsole.connectors.files.source import Member, Source

DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RecursionError,  # thousands of headers, each for the next one
)
"""What the standard library raises on a damaged archive. Our own refusal of a bomb is none of these."""


class ZipSource(Source):
    """A .zip of mails."""

    kind = "zip"

    def _members(self) -> Iterator[Member]:
        seen: list[int] = [0]
        with zipfile.ZipFile(self.path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                if stat.S_ISLNK(info.external_attr >> 16):
                    self.counts.skip("a link, not a file")
                    continue
                yield from self._entry(archive, info, seen)

    def _entry(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, seen: list[int]) -> Iterator[Member]:
        folder, at = _folder(info.filename), _zip_time(info)
        problem = ""
        if info.flag_bits & 0x1:
            problem = f"The entry {info.filename!r} is encrypted; unpack it with its password and import that."
        else:
            try:
                with archive.open(info) as stream:
                    reader = BoundedReader(stream, self.path, self.limits, seen)
                    yield from members_of(self, reader, info.filename, folder, at)
                return
            except NotImplementedError:
                problem = f"The entry {info.filename!r} is packed in a way that is not supported."
            except (*DAMAGED, RuntimeError) as error:
                problem = f"The entry {info.filename!r} is damaged and could not be read ({_kind(error)})."
        yield Member(name=info.filename, data=b"", folder=folder, at=at, problem=problem)


class TarSource(Source):
    """A .tar of mails, packed or not."""

    kind = "tar"

    def _members(self) -> Iterator[Member]:
        with closing(unpacked(self.path)) as stream:
            reader = BoundedReader(stream, self.path, self.limits, [0])
            name = self.path.name
            try:
                with tarfile.TarFile(fileobj=reader, mode="r") as archive:  # pyright: ignore[reportArgumentType]
                    while (info := archive.next()) is not None:
                        name = info.name
                        yield from self._entry(archive, info)
                        # The library remembers every member; a million of them need not be.
                        cast(Any, archive).members.clear()
            except DAMAGED as error:
                yield Member(
                    name=f"{name} (rest of {self.path.name})",
                    data=b"",
                    problem=f"The archive is damaged after {name!r}; what follows could not be read ({_kind(error)}).",
                )

    def _entry(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[Member]:
        if info.isdir():
            return
        if not info.isreg() or info.issparse():
            self.counts.skip("a link or a device, not a file")
            return
        stream = archive.extractfile(info)
        if stream is not None:
            with stream:
                yield from members_of(self, stream, info.name, _folder(info.name), _time(info.mtime))


class PackedSource(Source):
    """One packed file (.gz, .bz2, .xz) that holds a mailbox file or a mail."""

    kind = "packed"

    def _members(self) -> Iterator[Member]:
        name = self.path.name.rpartition(".")[0]
        with closing(unpacked(self.path)) as stream:
            reader = BoundedReader(stream, self.path, self.limits, [0])
            try:
                yield from members_of(self, reader, name, "", None)
            except DAMAGED as error:
                yield Member(
                    name=f"rest of {self.path.name}",
                    data=b"",
                    problem=f"The file {name!r} is damaged; its end could not be read ({_kind(error)}).",
                )


def unpacked(path: Path) -> IO[bytes]:
    """Open a file, unpacking by its first bytes whatever it is called."""
    with path.open("rb") as stream:
        start = stream.read(6)
    if start.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    if start.startswith(b"BZh"):
        return bz2.open(path, "rb")
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.open(path, "rb")
    return path.open("rb")


def members_of(source: Source, stream: Reader, name: str, folder: str, at: datetime | None) -> Iterator[Member]:
    """Yield the mails in one member: itself, those of the mailbox file it is, or none."""
    start = stream.read(SNIFF)
    reason = reason_to_skip(name, start)
    if reason:
        source.counts.skip(reason)
        return
    whole = Peeked(start, stream)
    limit = source.limits.member
    if looks_like_mbox(start):
        folder = mailbox_folder(name, folder)
        for place, (data, problem) in enumerate(split_mbox(whole, limit=limit), start=1):
            yield Member(name=f"{name}#{place}", data=data, folder=folder, problem=problem)
        return
    yield _whole(whole, name, folder, at, limit)


def _whole(stream: Reader, name: str, folder: str, at: datetime | None, limit: int) -> Member:
    data = bytearray()
    problem = ""
    try:
        while len(data) <= limit and (chunk := stream.read(MAX_READ)):
            data += chunk
    except DAMAGED as error:
        if not data:
            raise
        problem = f"The entry {name!r} is damaged; only its beginning could be read ({_kind(error)})."
    if len(data) > limit:
        problem = f"The entry {name!r} is larger than {limit // 1024 // 1024} MB; the rest was not read."
    return Member(name=name, data=bytes(data[:limit]), folder=folder, at=at, problem=problem)


def _folder(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/")[:-1] if part not in ("", ".", "..")]
    shown = "/".join(parts)
    return shown.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _kind(error: BaseException) -> str:
    return type(error).__name__


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        # A zip tells no zone.
        at = datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return at if at.year > 1980 else None
