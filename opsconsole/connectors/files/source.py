"""What every source gives: events or records, lazily, with every member accounted for."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from opsconsole.connectors.files.labels import folder_of
from opsconsole.connectors.files.places import DELETED, is_deleted, of_apple, plain_folder
from opsconsole.connectors.files.record import ImportRecord
from opsconsole.connectors.files.survey import Survey
from opsconsole.connectors.mailtext.event import NO_DATE, mail_event
from opsconsole.connectors.mailtext.model import MAX_MAIL
from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.event import IncomingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a source may cost. A legitimate export stays far below."""

    member: int = MAX_MAIL
    """Bytes of one mail."""
    total: int = 200 * 1024**3
    """Bytes an archive may unpack to."""
    ratio: int = 200
    """Bytes unpacked per byte of the archive, looked at once `ratio_from` bytes are unpacked."""
    ratio_from: int = 256 * 1024**2


@dataclass(slots=True)
class Counts:
    """Where every member of a source went. `seen` mails or rows came out; of these `broken` carry a problem."""

    seen: int = 0
    broken: int = 0
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """Reason, in words, and how many."""

    def skip(self, reason: str) -> None:
        """Count a member that is no mail and no row."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One mail of a source, before it is read."""

    name: str
    """Its place in the source: a label, never a path to write to."""
    data: bytes
    folder: str = ""
    at: datetime | None = None
    """The file's own time, for a mail that tells none."""
    problem: str = ""


class Source:
    """A file or folder that was recognised. `counts` grow while it is read; each reading starts them anew."""

    kind: ClassVar[str] = ""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.counts = Counts()

    def events(
        self,
        *,
        own_addresses: Collection[str] = (),
        sent_folders: Collection[str] = (),
        vouching: Vouching | None = None,
        is_folder_label: bool = False,
    ) -> Iterator[IncomingEvent]:
        """Yield the mails, one at a time. A mail that cannot be read comes with problems and its raw form.

        Args:
            own_addresses: addresses, in lower case, whose mails are `mail.sent`.
            sent_folders: folders of sent mail besides those that are called so.
            vouching: whose word on senders counts.
            is_folder_label: folders tell the right category (`Event.label`).

        Raises:
            FileFormatError: the source holds a table, or unpacks to more than it may.
        """
        self.counts = Counts()
        for member in self._present():
            folder = plain_folder(folder_of(member.folder, member.data))
            event = _event(
                replace(member, folder=folder),
                str(self.path.name),
                own_addresses,
                vouching,
                label=folder if is_folder_label and folder else None,
                is_sent=folder in sent_folders,
            )
            self.counts.seen += 1
            self.counts.broken += bool(event.problems)
            yield event

    def survey(self) -> Survey:
        """Look over the mails once: which folders there are, and who wrote what lies in them.

        Raises:
            FileFormatError: the source holds a table, or unpacks to more than it may.
        """
        self.counts = Counts()
        found = Survey()
        for member in self._present():
            found.add(plain_folder(folder_of(member.folder, member.data)), member.data)
            self.counts.seen += 1
        return found

    def records(self) -> Iterator[ImportRecord]:
        """Return the rows of a table, one at a time.

        Raises:
            FileFormatError: the source holds mail.
        """
        raise FileFormatError("this holds mail, not a table; import it as mail", path=str(self.path))

    def _present(self) -> Iterator[Member]:
        """Yield the members that nobody deleted, as mails."""
        for member in self._members():
            data, is_gone = of_apple(member.data) if member.name.lower().endswith(".emlx") else (member.data, False)
            if is_gone or is_deleted(data):
                self.counts.skip(DELETED)
            else:
                yield replace(member, data=data)

    def _members(self) -> Iterator[Member]:
        raise FileFormatError("this is a table, not mail; import it as a table", path=str(self.path))


def _event(
    member: Member,
    source: str,
    own_addresses: Collection[str],
    vouching: Vouching | None,
    *,
    label: str | None,
    is_sent: bool,
) -> IncomingEvent:
    if member.data or not member.problem:
        return mail_event(
            member.data,
            own_addresses=own_addresses,
            folder=member.folder,
            is_sent_folder=is_sent,
            label=label,
            fallback_at=member.at,
            vouching=vouching,
            problems=(member.problem,) if member.problem else (),
        )
    # Nothing of it could be read, so its place is its name.
    key = hashlib.sha256(f"{source}\n{member.name}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return IncomingEvent(
        external_id=f"file:{key}",
        kind="mail.received",
        subject=f"file:{key}",
        occurred_at=member.at or NO_DATE,
        title=member.name,
        fields={"message_id": "", "folder": member.folder, "attachments": [], "is_auto": False},
        problems=(member.problem,),
        raw=b"",
        label=label,
    )
