"""What is asked of a mailbox, as blocking functions for the thread that holds the connection; nothing is changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.connectors.mail.imap.client import (
    Imap,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    ReadOnlyFolder,
)
from opsconsole.connectors.mail.seal import HEADER
from opsconsole.connectors.mailtext.identity import content_digest, synthetic_id
from opsconsole.domain.errors import TransientError

MADE_UP = "@opsconsole.invalid>"
"""Ids of mails that have none of their own end so."""
_FACTS = ("INTERNALDATE", "RFC822.SIZE", "FLAGS")
MOST_ALIKE = 20
"""So many mails with one Message-ID are looked at; more are somebody's game."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mail is known by, wherever it lies: UIDs change, these do not."""

    message_id: str
    digest: str = ""
    size: int = 0
    arrived_at: datetime | None = None
    folder: str = ""
    """Where it was seen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies now: a number means something only within one numbering of its folder."""

    folder: str
    uid: int
    numbering: int
    """The folder's UIDVALIDITY when it was looked at; 0 where the server tells none."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail as the server holds it, or its beginning."""

    uid: int
    raw: bytes
    arrived_at: datetime
    size: int
    flags: tuple[str, ...] = ()
    is_short: bool = False
    """The server gave less than half of what it says there is."""


def by_id(client: Imap, folder: str, message_id: str, *, readonly: bool = True) -> list[int]:
    """Return the UIDs of mails with this Message-ID in a folder; selects it anew, so that the newest are seen."""
    open_(client, folder, readonly=readonly)
    return sorted(search(client, ["HEADER", "Message-ID", message_id]))


def ours_by_id(client: Imap, folder: str, message_id: str, *, readonly: bool = True) -> list[int]:
    """Return the UIDs of mails that we wrote under this id, also where a server gave them another one since."""
    open_(client, folder, readonly=readonly)
    beside_seal = ["HEADER", HEADER, message_id.strip("<>")]
    return sorted(search(client, ["OR", "HEADER", "Message-ID", message_id, *beside_seal]))


def open_(client: Imap, folder: str, *, readonly: bool = False) -> int:
    """Select a folder anew; give its UIDVALIDITY, 0 where the server tells none.

    Raises:
        ReadOnlyFolder: it is to be changed, and can only be read.
    """
    return int(opened(client, folder, readonly=readonly).get(b"UIDVALIDITY") or 0)


def opened(client: Imap, folder: str, *, readonly: bool = False) -> Mapping[bytes, Any]:
    """Select a folder anew; give what the server says of it."""
    try:
        return client.select_folder(folder, readonly=readonly)
    except IMAPClientReadOnlyError as error:
        client.select_folder(folder, readonly=True)  # else imaplib takes the next command for a surprise too
        raise ReadOnlyFolder(f"the folder {folder} can only be read with this sign-in") from error


def open_at(client: Imap, place: Place, mark: Mark, *, readonly: bool = False) -> int:
    """Select a mail's folder anew; give its number, which is looked for where the folder was numbered anew.

    Raises:
        ReadOnlyFolder: the folder can only be read.
        TransientError: it was numbered anew, and the mail is not there; it may lie elsewhere by now.
    """
    numbering = open_(client, place.folder, readonly=readonly)
    if numbering and numbering == place.numbering:
        return place.uid
    uid = the_one(client, candidates(client, mark), mark)
    if uid is None:
        raise TransientError(f"the folder {place.folder} was numbered anew meanwhile; the mail is looked for again")
    return uid


def search(client: Imap, criteria: Sequence[Any]) -> list[int]:
    """Search the selected folder; anything but ASCII goes as UTF-8."""
    is_plain = all(str(criterion).isascii() for criterion in criteria)
    return [int(uid) for uid in client.search(list(criteria), None if is_plain else "UTF-8")]


def locate(client: Imap, mark: Mark, folders: Iterable[str]) -> Place | None:
    """Find a mail, in the first folder that has it; None where none has."""
    for folder in dict.fromkeys(folders):
        if not folder:
            continue
        try:
            numbering = open_(client, folder, readonly=True)
            uids = candidates(client, mark)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            continue  # a folder that is gone, or not for us
        if (uid := the_one(client, uids, mark)) is not None:
            return Place(folder, uid, numbering)
    return None


def candidates(client: Imap, mark: Mark) -> list[int]:
    """Search the selected folder for what may be the mail."""
    if not mark.message_id.endswith(MADE_UP):
        return sorted(search(client, ["HEADER", "Message-ID", mark.message_id]))[-MOST_ALIKE:]
    criteria: list[Any] = []
    if mark.arrived_at is not None:
        day = timedelta(days=1)
        criteria += ["SINCE", (mark.arrived_at - day).date(), "BEFORE", (mark.arrived_at + 2 * day).date()]
    if mark.size > 0:
        criteria += ["LARGER", mark.size - 1, "SMALLER", mark.size + 1]
    return search(client, criteria or ["ALL"])[-MOST_ALIKE * 10 :]


def the_one(client: Imap, uids: Sequence[int], mark: Mark) -> int | None:
    """Return which of them is the mail; None where none is."""
    if not uids:
        return None
    is_made_up = mark.message_id.endswith(MADE_UP)
    if not is_made_up and not mark.digest:
        return uids[0]
    if not is_made_up and mark.size:
        sizes: Any = client.fetch(uids, ["RFC822.SIZE"])
        alike = [uid for uid in uids if uid in sizes and sizes[uid].get(b"RFC822.SIZE") == mark.size]
        if len(alike) == 1:
            return alike[0]
    for uid in uids:
        for mail in fetch(client, [uid]):
            is_it = synthetic_id(mail.raw) == mark.message_id if is_made_up else content_digest(mail.raw) == mark.digest
            if is_it:
                return uid
    return None


def fetch(client: Imap, uids: Sequence[int], *, most: int = 0) -> list[Stored]:
    """Fetch mails of the selected folder whole, or their first `most` bytes, marking nothing as read."""
    if not uids:
        return []
    part = f"BODY.PEEK[]<0.{most}>" if most else "BODY.PEEK[]"
    rows: Any = client.fetch(list(uids), [part, *_FACTS])
    found = (_stored(uid, rows.get(uid, {}), most) for uid in uids)
    return [mail for mail in found if mail is not None]


def fetch_alone(client: Imap, uid: int, *, most: int) -> Stored | None:
    """Fetch one mail of the selected folder in every way there is; None where the server gives nothing of it.

    The folder must be open for reading only: the last ways would mark the mail as read elsewhere.
    """
    short: Stored | None = None
    for parts in ((f"BODY.PEEK[]<0.{most}>",), ("BODY.PEEK[]",), ("RFC822",), ("BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]")):
        try:
            rows: Any = client.fetch([uid], [*parts, *_FACTS])
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            continue
        mail = _stored(uid, rows.get(uid, {}), most)
        if mail is not None and not mail.is_short:
            return mail
        short = short or mail
    return short


def _stored(uid: int, row: Mapping[bytes, Any], most: int) -> Stored | None:
    """Read one answer; None where it holds no mail: gone meanwhile, or empty although the server tells a size."""
    whole = next((value for key, value in row.items() if key == b"RFC822" or key.startswith(b"BODY[]")), None)
    if whole is None and b"BODY[TEXT]" in row:
        whole = (row.get(b"BODY[HEADER]") or b"") + (row[b"BODY[TEXT]"] or b"")
    if whole is None or row.get(b"INTERNALDATE") is None:
        return None
    size = int(row.get(b"RFC822.SIZE") or len(whole))
    if not whole.strip() and size > len(whole):
        return None
    flags = tuple(byte.decode("ascii", "replace") for byte in row.get(b"FLAGS", ()))
    is_short = len(whole) * 2 < size and not most <= len(whole)
    return Stored(uid, whole, row[b"INTERNALDATE"], size, flags, is_short=is_short and most > 0)


def flags_of(client: Imap, uids: Sequence[int]) -> dict[int, set[str]]:
    """Return the flags of mails of the selected folder, in small letters; those that are gone are left out."""
    rows = client.fetch(list(uids), ["FLAGS"])
    return {
        uid: {flag.decode("ascii", "replace").lower() for flag in rows[uid].get(b"FLAGS", ())}
        for uid in uids
        if uid in rows
    }


def mark_of(fields: Mapping[str, Any]) -> Mark:
    """Return what an event's mail is known by."""
    arrived = fields.get("arrived_at")
    return Mark(
        message_id=str(fields.get("message_id") or ""),
        digest=str(fields.get("digest") or ""),
        size=int(fields.get("size") or 0),
        arrived_at=datetime.fromisoformat(arrived) if isinstance(arrived, str) and arrived else None,
        folder=str(fields.get("folder") or ""),
    )
