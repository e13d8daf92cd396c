"""Folders: trees of single mails and mailbox files, and Maildirs at any depth."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from opsconsole.connectors.files.mbox import looks_like_mbox, split_mbox
from opsconsole.connectors.files.names import SNIFF, mailbox_folder, reason_to_skip
from opsconsole.connectors.files.places import DELETED, plain_folder
from opsconsole.connectors.files.source import Member, Source
from opsconsole.connectors.mailtext.event import is_for_sent

OF_A_STORE = re.compile(
    r"maildirfolder|subscriptions|dovecot[-.].*|courierimap.*|.*\.msf|msgFilterRules\.dat|popstate\.dat|filterlog\.html"
    r"|table_of_contents|.*\.plist"
)
"""Files by which mail stores keep their books: nobody misses a mail in them."""
LINKED = "a link to a folder"
_TRASHED = re.compile(r"[:;!]2,[A-Za-z]*T[A-Za-z]*$")
"""A mail of a Maildir that was deleted and not cleared away."""
_IS_ONE = re.compile(r"(?i)\.(?:mbox|sbd)$")
"""A folder of this name is a mailbox."""


class FolderSource(Source):
    """A tree of mails. The folder of a mail is its path below the root."""

    kind = "folder"

    def _members(self) -> Iterator[Member]:
        for root, folders, files in os.walk(self.path, followlinks=False, onerror=self._on_error):
            folders.sort()
            place = Path(root)
            for name in folders:
                if (place / name).is_symlink():
                    self.counts.skip(LINKED)
            if is_maildir(place):
                folders[:] = [name for name in folders if name not in ("cur", "new", "tmp")]
                yield from self._maildir(place)
            folder = folder_name(place.relative_to(self.path)) or self._as_mailbox()
            for name in sorted(files):
                yield from self._file(place / name, folder)

    def _own_folder(self) -> str:
        """Return the folder that a Maildir itself is: its own name, or the inbox above it; empty if unknown."""
        if self.path.name.startswith("."):
            return folder_name(Path(self.path.name))
        is_root = any(is_maildir(path) for path in self.path.iterdir() if path.name.startswith("."))
        return "Inbox" if is_root or self.path.name.casefold() in ("maildir", "inbox") else ""

    def _as_mailbox(self) -> str:
        return _IS_ONE.sub("", self.path.name) if _IS_ONE.search(self.path.name) else ""

    def _on_error(self, error: OSError) -> None:
        self.counts.skip(f"a folder that could not be opened ({error.strerror})")

    def _maildir(self, place: Path) -> Iterator[Member]:
        folder = folder_name(place.relative_to(self.path)) or self._own_folder()
        for part in ("new", "cur"):
            if (place / part).is_symlink():  # it may lead to private files, which are no mails
                continue
            try:
                names = sorted(os.listdir(place / part))
            except OSError as error:
                self._on_error(error)
                continue
            for name in names:
                path = place / part / name
                if path.is_symlink() or not path.is_file():
                    self.counts.skip("a link or a folder, not a file")
                elif name.startswith("."):
                    self.counts.skip("a hidden file")
                elif _TRASHED.search(name):
                    self.counts.skip(DELETED)
                else:
                    yield one_file(path, str(path.relative_to(self.path)), folder, self.limits.member)

    def _file(self, path: Path, folder: str) -> Iterator[Member]:
        if path.is_symlink() or not path.is_file():
            self.counts.skip("a link or a folder, not a file")
            return
        name = str(path.relative_to(self.path))
        try:
            with path.open("rb") as stream:
                start = stream.read(SNIFF)
        except OSError:
            start = b""
        reason = reason_to_skip(name, start)
        if reason and OF_A_STORE.fullmatch(path.name):
            return
        if reason:
            self.counts.skip(reason)
        elif looks_like_mbox(start):
            yield from mbox_file(path, name, mailbox_folder(name, folder), self.limits.member)
        else:
            yield one_file(path, name, folder, self.limits.member)


class MaildirSource(FolderSource):
    """A Maildir; its subfolders are the mails' folders."""

    kind = "maildir"


class MailSource(Source):
    """A single mail."""

    kind = "mail"

    def _members(self) -> Iterator[Member]:
        yield one_file(self.path, self.path.name, "", self.limits.member)


class MboxSource(Source):
    """A mailbox file."""

    kind = "mbox"

    def _members(self) -> Iterator[Member]:
        yield from mbox_file(self.path, self.path.name, self._folder(), self.limits.member)

    def _folder(self) -> str:
        """Return the folder that its name says where it says a known one; any other name is one that somebody chose."""
        stem = mailbox_folder(self.path.name, "")
        return stem if is_for_sent(stem) or plain_folder(stem) == "Inbox" else ""


def is_maildir(place: Path) -> bool:
    """Return whether a folder is a Maildir."""
    return (place / "cur").is_dir() and (place / "new").is_dir()


def folder_name(place: Path) -> str:
    """Return a folder's name as people see it: `.Sent.2024` of a Maildir is `Sent/2024`."""
    parts = [part[1:].replace(".", "/") if part.startswith(".") else part for part in place.parts]
    return "/".join(part for part in parts if part).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def one_file(path: Path, name: str, folder: str, limit: int) -> Member:
    """Read one mail from a file; a file that cannot be read becomes a member with a problem."""
    at: datetime | None = None
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError, OverflowError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "unreadable"
        problem = f"The file {name!r} could not be read: {why}."
        return Member(name=name, data=b"", folder=folder, at=at, problem=problem)
    problem = ""
    if len(data) > limit:
        problem = f"The file is larger than {limit // 1024 // 1024} MB; the rest was not read."
    return Member(name=name, data=data[:limit], folder=folder, at=at, problem=problem)


def mbox_file(path: Path, name: str, folder: str, limit: int) -> Iterator[Member]:
    """Read the mails of a mailbox file."""
    place = 0
    try:
        with path.open("rb") as stream:
            for place, (data, problem) in enumerate(split_mbox(stream, limit=limit), start=1):
                yield Member(name=f"{name}#{place}", data=data, folder=folder, problem=problem)
    except OSError as error:
        yield Member(
            name=f"{name}#{place + 1}",
            data=b"",
            folder=folder,
            problem=f"The mailbox file {name!r} could not be read any further: {error.strerror}.",
        )
