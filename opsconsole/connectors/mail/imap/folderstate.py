"""What lies in a folder, remembered, so that a folder in which nothing happened costs one EXAMINE. Blocking.

Everything here is read-only on the server: EXAMINE, SEARCH and FETCH of what marks nothing as read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError, IMAPClientError
from opsconsole.connectors.mail.imap.mailbox import search
from opsconsole.connectors.mailtext.read import read_mail

MOST = 50_000
"""So many of the newest mails of a folder are known; of more since the oldest watched mail the view says so."""
AT_ONCE = 250
CHANGED_AT_ONCE = 5000
_HEADS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES X-FORWARDED-MESSAGE-ID SUBJECT FROM)]"
_FORWARDED = re.compile(rb"(?im)^x-forwarded-message-id:\s*(<[^<>\s]{1,990}>)")


@dataclass(frozen=True, slots=True)
class Head:
    """A mail as its head tells it."""

    uid: int
    key: str
    size: int
    arrived_at: datetime
    answers: tuple[str, ...]
    """Ids of mails it answers, the likeliest first."""
    forwards: str
    subject: str
    sender: str


@dataclass(frozen=True, slots=True)
class View:
    """A folder at one moment."""

    state: tuple[int, int, int, int]
    """UIDVALIDITY, UIDNEXT, count, HIGHESTMODSEQ: while these stay, nothing happened."""
    since: date
    heads: Mapping[int, Head]
    flags: Mapping[int, frozenset[str]]
    is_cut: bool = False
    """More lie there than are known: what is not among them may lie there all the same."""

    def find(self, key: str, size: int, *, is_exact: bool = False) -> Head | None:
        """Find a mail that is not marked as deleted, of this size if there is one.

        Args:
            key: see `key_of`.
            size: as it was when it came; some servers tell another in another folder.
            is_exact: another mail has the same id: only the size tells them apart.
        """
        found = [head for head in self.heads.values() if head.key == key and "\\deleted" not in self._lower(head.uid)]
        return next((head for head in found if head.size == size), found[0] if found and not is_exact else None)

    def _lower(self, uid: int) -> set[str]:
        return {flag.lower() for flag in self.flags.get(uid, ())}


def key_of(message_id: str, *, is_own: bool, size: int, arrived_at: datetime | None) -> str:
    """Return what a mail is known by in every folder; without an id of its own, when it came and how large it is."""
    return message_id if is_own or arrived_at is None else f"{size}@{arrived_at.timestamp():.0f}"


def look(client: Imap, folder: str, since: date, known: View | None) -> View | None:
    """Look into a folder; None where it cannot be opened. One command where nothing happened, else three or four.

    Args:
        client: a connection.
        folder: its name.
        since: mails that arrived earlier are of no interest.
        known: what was seen there last.
    """
    try:
        selected: Any = client.select_folder(folder, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return None
    state = (
        int(selected.get(b"UIDVALIDITY") or 0),
        int(selected.get(b"UIDNEXT") or 0),
        int(selected.get(b"EXISTS") or 0),
        _number(selected.get(b"HIGHESTMODSEQ")),
    )
    if known is not None and (known.state[0] != state[0] or known.since > since):
        known = None  # numbered anew, or too little is known
    if known is not None and known.state == state and state[3]:
        return known
    every = sorted(search(client, ["SINCE", since]))
    uids = every[-MOST:]
    heads = {} if known is None else {uid: known.heads[uid] for uid in uids if uid in known.heads}
    flags = {} if known is None else {uid: known.flags[uid] for uid in heads}
    if heads:
        flags |= _flags(client, list(heads), 0 if known is None or not state[3] else known.state[3])
    new = [uid for uid in uids if uid not in heads]
    for first in range(0, len(new), AT_ONCE):
        rows: Any = client.fetch(new[first : first + AT_ONCE], [_HEADS, "RFC822.SIZE", "INTERNALDATE", "FLAGS"])
        for uid, row in rows.items():
            if b"INTERNALDATE" in row:
                heads[uid], flags[uid] = _head(uid, row), _texts(row.get(b"FLAGS", ()))
    return View(state, since, heads, flags, is_cut=len(every) > len(uids))


def _flags(client: Imap, uids: Sequence[int], after: int) -> dict[int, frozenset[str]]:
    """Return flags; with CONDSTORE only of mails that changed since."""
    found: dict[int, frozenset[str]] = {}
    each = CHANGED_AT_ONCE if after else AT_ONCE * 2
    for first in range(0, len(uids), each):
        some = uids[first : first + each]
        rows: Any = client.fetch(some, ["FLAGS"], [f"CHANGEDSINCE {after}"] if after else None)
        found |= {uid: _texts(row[b"FLAGS"]) for uid, row in rows.items() if b"FLAGS" in row and uid in set(some)}
    return found


def _head(uid: int, row: Mapping[bytes, Any]) -> Head:
    raw = next((value for name, value in row.items() if name.startswith(b"BODY[HEADER")), None) or b""
    mail, size, arrived = read_mail(raw), int(row.get(b"RFC822.SIZE", 0)), row[b"INTERNALDATE"]
    forwarded = _FORWARDED.search(raw)
    chain = (mail.in_reply_to, *reversed(mail.references))
    return Head(
        uid=uid,
        key=key_of(mail.message_id, is_own=mail.has_own_id, size=size, arrived_at=arrived),
        size=size,
        arrived_at=arrived,
        answers=tuple(dict.fromkeys(message_id for message_id in chain if message_id)),
        forwards=forwarded[1].decode("ascii", "replace") if forwarded else "",
        subject=mail.subject,
        sender=mail.sender,
    )


def _texts(flags: Sequence[bytes]) -> frozenset[str]:
    return frozenset(flag.decode("ascii", "replace") for flag in flags)


def _number(value: Any) -> int:
    if isinstance(value, list | tuple):
        value = value[0] if value else 0  # pyright: ignore[reportUnknownVariableType]
    return int(value or 0)  # pyright: ignore[reportUnknownArgumentType]
