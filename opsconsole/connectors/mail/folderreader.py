"""Reading a watched folder: what is new in it, in groups that are fetched at once, and single mails where one is hard.

No single mail may hold up the others. What a server names but does not hand out, answers with nothing, or breaks off
the connection over, is asked for alone, in other words; where that does not help either, it is given as unreadable.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.connectors.mail.imap.mailbox import Stored, fetch, fetch_alone, search
from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mailtext.model import MAX_MAIL
from opsconsole.domain.errors import PermanentError, TransientError

_log = logging.getLogger(__name__)
GROUP = 20
GROUP_BYTES = 4 * 1024 * 1024
SIZES_AT_ONCE = 500


class Renumbered(Exception):
    """The folder has another UIDVALIDITY than a moment ago."""


@dataclass(frozen=True, slots=True)
class New:
    """What of a folder was not read yet."""

    validity: int
    uids: Sequence[int]
    last: int
    """Up to here it was read, under this validity."""


@dataclass(frozen=True, slots=True)
class Group:
    """What came of asking for mails at once."""

    mails: Sequence[Stored]
    unreadable: Sequence[int] = ()
    """They lie there and cannot be had."""


class FolderReader:
    """Reads one folder over the account's connection."""

    def __init__(self, account: Account, folder: str) -> None:
        self._account = account
        self._folder = folder
        self._failed: tuple[int, int] | None = None
        """Validity and first UID of the group that could not be fetched the last time."""

    async def look(self, kept: Any) -> New:
        """Return what is new since `kept` ({validity, uid}; None: nothing was read yet)."""
        return await self._account.commands.read(lambda client: self._look(client, kept))

    def _look(self, client: Imap, kept: Any) -> New:
        selected: Any = client.select_folder(self._folder, readonly=True)
        validity, uid_next = int(selected[b"UIDVALIDITY"]), int(selected.get(b"UIDNEXT") or 0)
        if kept is not None and kept["validity"] == validity:
            last = int(kept["uid"])
            if uid_next and uid_next <= last + 1:
                return New(validity, (), last)
            uids = [uid for uid in search(client, ["UID", f"{last + 1}:*"]) if uid > last]
            return New(validity, sorted(uids), last)
        if kept is not None:
            _log.info("%s: %s was numbered anew; it is read again", self._account.id, self._folder)
        since = self._account.config.since
        days: Any = ["SINCE", (since - timedelta(days=1)).date()]  # whole days, in the server's zone
        uids = sorted(search(client, days))
        return New(validity, uids, max(0, uid_next - 1) if not uids else 0)

    async def groups(self, new: New) -> list[list[int]]:
        """Part what is new so that no group is large; mails of the same group are fetched at once."""
        groups: list[list[int]] = []
        size = 0
        for first in range(0, len(new.uids), SIZES_AT_ONCE):
            some = new.uids[first : first + SIZES_AT_ONCE]
            sizes = await self._sizes(new.validity, some)
            for uid in some:
                own = sizes.get(uid, GROUP_BYTES)  # one whose size is not told goes alone
                if not groups or len(groups[-1]) >= GROUP or size + own > GROUP_BYTES:
                    groups.append([])
                    size = 0
                groups[-1].append(uid)
                size += own
        return groups

    async def _sizes(self, validity: int, uids: Sequence[int]) -> dict[int, int]:
        def ask(client: Imap) -> dict[int, int]:
            self.select(client, validity)
            rows: Any = client.fetch(list(uids), ["RFC822.SIZE"])
            return {uid: int(row[b"RFC822.SIZE"]) for uid, row in rows.items() if b"RFC822.SIZE" in row}

        try:
            return await self._account.commands.read(ask)
        except SignInError:
            raise
        except (PermanentError, TransientError):
            if not await self._is_answering(validity):
                raise
            return {}

    def select(self, client: Imap, validity: int) -> None:
        """Open the folder for reading.

        Raises:
            Renumbered: it is numbered otherwise by now.
        """
        selected: Any = client.select_folder(self._folder, readonly=True)
        if int(selected[b"UIDVALIDITY"]) != validity:
            raise Renumbered

    async def get(self, validity: int, uids: Sequence[int]) -> Group:
        """Fetch mails; those that are gone by now are left out.

        Raises:
            Renumbered: the folder is numbered otherwise by now.
            PermanentError, TransientError: the server cannot be asked.
        """

        def ask(client: Imap) -> list[Stored]:
            self.select(client, validity)
            return fetch(client, uids, most=MAX_MAIL)

        mails: list[Stored] = []
        try:
            mails = await self._account.commands.read(ask)
        except SignInError:
            raise
        except (PermanentError, TransientError):
            place = (validity, uids[0])
            is_first, self._failed = self._failed != place, place
            if is_first or not await self._is_answering(validity):
                raise  # most likely it is the server, which comes back
        self._failed = None
        good = {mail.uid: mail for mail in mails if not mail.is_short}
        unreadable: list[int] = []
        for uid in uids:
            if uid not in good:
                found = await self.get_alone(validity, uid)
                good |= {mail.uid: mail for mail in found.mails}
                unreadable += found.unreadable
        return Group([good[uid] for uid in uids if uid in good], unreadable)

    async def get_alone(self, validity: int, uid: int) -> Group:
        """Fetch one mail by every means; raises as `get` does."""

        def ask(client: Imap) -> tuple[Stored | None, bool]:
            self.select(client, validity)
            if (mail := fetch_alone(client, uid, most=MAX_MAIL)) is not None:
                return mail, True
            self.select(client, validity)
            return None, uid in search(client, ["UID", str(uid)])

        try:
            mail, is_there = await self._account.commands.read(ask)
        except SignInError:
            raise
        except (PermanentError, TransientError):
            if not await self._is_answering(validity):
                raise
            mail, is_there = None, True
        if mail is not None:
            return Group([mail])
        return Group([], [uid] if is_there else [])

    async def _is_answering(self, validity: int) -> bool:
        """Return whether the folder opens: then what failed is the mail's fault, not the server's."""
        try:
            await self._account.commands.read(lambda client: self.select(client, validity))
        except (PermanentError, TransientError):
            return False
        return True
