"""What is changed in a mailbox: moved and deleted, for certain or not at all, whatever the server says to it."""

from collections.abc import Sequence

from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError, IMAPClientError, ReadOnlyFolder
from opsconsole.connectors.mail.imap.folders import make_sure
from opsconsole.connectors.mail.imap.mailbox import (
    Mark,
    Place,
    candidates,
    fetch,
    flags_of,
    open_,
    open_at,
    opened,
    the_one,
)
from opsconsole.connectors.mailtext.identity import content_digest
from opsconsole.domain.errors import PermanentError

_DELETED = "\\Deleted"


def move(client: Imap, place: Place, mark: Mark, target: str, *, may_make: bool = True) -> None:
    """Move a mail; a repeat does nothing new. Creates the target where it is missing and may be made.

    A server that died on the way can have left the mail in both folders: then it only leaves the first.

    Raises:
        PermanentError: the target is not there, and may not be made.
        ReadOnlyFolder, TransientError: it was not moved (see `open_at`).
    """
    if place.folder == target:
        return
    kept = opened(client, place.folder).get(b"PERMANENTFLAGS")  # before anything is made for it
    has_move = client.has_capability("MOVE")
    is_stuck = kept is not None and _DELETED.lower().encode() not in map(bytes.lower, kept)
    if is_stuck and not (has_move and client.folder_exists(target)):
        raise ReadOnlyFolder(f"no mail can be taken out of the folder {place.folder} with this sign-in")
    if may_make:
        make_sure(client, target)
    elif not client.folder_exists(target):
        raise PermanentError(
            f"The folder {target} was there a moment ago and is gone: somebody renamed or deleted it. The mail stays"
            " where it lies. Make the folder again, or name another one in the agent's playbook."
        )
    is_there = bool(mark.digest) and _lies_in(client, mark, target)
    uid = open_at(client, place, mark)
    if is_there:
        delete(client, [uid])
    elif has_move:
        client.move([uid], target)
    else:
        client.copy([uid], target)
        _leave(client, uid, mark, target)


def _leave(client: Imap, uid: int, mark: Mark, target: str) -> None:
    """Take a mail out of the selected folder once it was copied; where that is refused, its copy goes again."""
    try:
        delete(client, [uid])
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refused:
        try:
            open_(client, target)
            if (copied := the_one(client, candidates(client, mark), mark)) is not None:
                delete(client, [copied])
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            raise IMAPClientError(f"{refused}; a copy of the mail lies in {target} now") from refused
        raise


def _lies_in(client: Imap, mark: Mark, folder: str) -> bool:
    """Compare what was written, not ids and sizes, which anybody can choose: a mail is deleted upon this word."""
    open_(client, folder, readonly=True)
    uids = candidates(client, mark)
    return any(content_digest(mail.raw) == mark.digest for uid in uids for mail in fetch(client, [uid]))


def delete(client: Imap, uids: Sequence[int]) -> None:
    """Delete mails of the selected folder, and only these: without UIDPLUS they are only marked.

    Raises:
        IMAPClientError: the server refuses it; they are there as they were.
        ReadOnlyFolder: it said yes, and did nothing.
    """
    client.delete_messages(list(uids), silent=True)
    if client.has_capability("UIDPLUS"):
        try:
            client.uid_expunge(list(uids))
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            client.remove_flags(list(uids), [_DELETED], silent=True)
            raise
    if any(_DELETED.lower() not in flags for flags in flags_of(client, uids).values()):
        raise ReadOnlyFolder("the server keeps no mail marked as deleted in this folder with this sign-in")
