"""New mails as events: each one once, whatever happens to the connection, the server or this process.

How far a folder was read is (UIDVALIDITY, last UID), kept only after the events up to there are committed: what is
read again after a crash is known by its external id. Where the server numbered the folder anew, it is read again from
the time the account was connected, with the same effect.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.imap.idle import listen
from opsconsole.connectors.mail.imap.mailbox import Mark, Place, Stored, fetch, move, search
from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mailtext import mail_event
from opsconsole.connectors.mailtext.identity import content_digest
from opsconsole.connectors.mailtext.model import MAX_MAIL
from opsconsole.domain.errors import (
    AmbiguousError,
    ConnectorError,
    KeyringError,
    PermanentError,
    TransientError,
    UserError,
)
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports.connector import Take
from opsconsole.engine.ports.machine import Health, Memory
from opsconsole.store import faults

_log = logging.getLogger(__name__)
POLL_S = 60.0
"""So often a folder is looked at although nothing rang, in seconds: IDLE may be dead without anybody noticing."""
POLL_WITHOUT_IDLE_S = 15.0
BACKOFF_S = (0.2, 60.0)
NEEDS_YOU_S = 300.0
"""Where only a person can help it is tried again so much later, in seconds; a server that is hammered locks us out."""
PASSING = (TransientError, AmbiguousError)
"""Comes right by itself: what is perhaps done, here the filing of own copies, is done again without harm."""
SLEPT_S = 20.0
"""The clock on the wall went so much further than ours: the machine slept, and every connection is dead."""
GROUP = 20
GROUP_BYTES = 4 * 1024 * 1024
SIZES_AT_ONCE = 500


class _Renumbered(Exception):
    """The folder has another UIDVALIDITY than a moment ago."""


@dataclass(frozen=True, slots=True)
class _New:
    """What of a folder was not read yet."""

    validity: int
    uids: Sequence[int]
    last: int
    """Up to here it was read, under this validity."""


class FolderWatch:
    """Watches one folder over a waiting connection of its own; reads over the account's."""

    def __init__(self, account: Account, folder: str, *, memory: Memory, health: Health, take: Take) -> None:
        self._account = account
        self._folder = folder
        self._memory = memory
        self._health = health
        self._take = take
        self._key = f"folder:{folder}"
        self._bell = asyncio.Event()
        self._poll_s = POLL_S
        self._link = Link(account.config, account.sign_in, f"{account.id}-idle")

    async def run(self) -> None:
        """Watch until cancelled. What `take` raises ends it; trouble with the server is waited out."""
        await self._account.seal.ready()
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._read())]
        try:
            await together(tasks)
        finally:
            await self._link.close()

    async def _listen(self) -> None:
        loop, pauses = asyncio.get_running_loop(), _pauses()

        def ring() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                loop.call_soon_threadsafe(self._bell.set)

        while True:
            began = loop.time()
            try:
                await self._link.stay(lambda client: listen(client, self._folder, ring))
                self._poll_s = POLL_WITHOUT_IDLE_S
                return
            except (ConnectorError, UserError, KeyringError) as error:
                if loop.time() - began > 10.0:
                    pauses = _pauses()
                wait_s = _wait_s(error, pauses)
            # What the other connection finds out is told to people, and it looks at once; this one only comes back.
            self._bell.set()
            await asyncio.sleep(wait_s)

    async def _read(self) -> None:
        pauses = _pauses()
        while True:
            self._bell.clear()
            try:
                await self._catch_up()
            except (ConnectorError, UserError, KeyringError) as error:
                await self._trouble(error, pauses)
                continue
            pauses = _pauses()
            await self._health.note("ok", f"reading {self._account.config.address}")
            await self._wait_for_mail()

    async def _trouble(self, error: Exception, pauses: Iterator[float]) -> None:
        is_for_person = not isinstance(error, PASSING)
        wait_s = _wait_s(error, pauses)
        _log.log(logging.WARNING if is_for_person else logging.INFO, "%s: %s", self._account.id, error)
        await self._health.note("needs_you" if is_for_person else "trouble", str(error))
        await asyncio.sleep(wait_s)

    async def _wait_for_mail(self) -> None:
        wall, own = time.time(), time.monotonic()
        with contextlib.suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the ring.
            async with asyncio.timeout(self._poll_s):
                await self._bell.wait()
        if (time.time() - wall) - (time.monotonic() - own) > SLEPT_S:
            self._link.cut()
            self._account.commands.cut()

    async def _catch_up(self) -> None:
        """Hand over everything that was not read yet."""
        while True:
            try:
                kept = self._memory.get(self._key)
                new = await self._account.commands.read(lambda client, known=kept: self._look(client, known))
                for group in await self._groups(new):
                    await self._hand_over_group(new.validity, group)
                    await self._keep(new.validity, group[-1])
                if not new.uids:
                    await self._keep(new.validity, new.last)
                return
            except _Renumbered:
                continue

    async def _keep(self, validity: int, last: int) -> None:
        kept = {"validity": validity, "uid": last}
        if self._memory.get(self._key) != kept:
            faults.reach("mail.before_keep")
            await self._memory.put(self._key, kept)

    def _look(self, client: Imap, kept: Any) -> _New:
        selected: Any = client.select_folder(self._folder, readonly=True)
        validity, uid_next = int(selected[b"UIDVALIDITY"]), int(selected.get(b"UIDNEXT") or 0)
        if kept is not None and kept["validity"] == validity:
            last = int(kept["uid"])
            if uid_next and uid_next <= last + 1:
                return _New(validity, (), last)
            uids = [uid for uid in search(client, ["UID", f"{last + 1}:*"]) if uid > last]
            return _New(validity, sorted(uids), last)
        if kept is not None:
            _log.info("%s: %s was numbered anew; it is read again", self._account.id, self._folder)
        since = self._account.config.since
        days: Any = ["SINCE", (since - timedelta(days=1)).date()]  # whole days, in the server's zone
        uids = sorted(search(client, days))
        return _New(validity, uids, max(0, uid_next - 1) if not uids else 0)

    async def _groups(self, new: _New) -> list[list[int]]:
        """Part what is new so that no group is large; mails of the same group are fetched at once."""
        groups: list[list[int]] = []
        size = 0
        for first in range(0, len(new.uids), SIZES_AT_ONCE):
            some = new.uids[first : first + SIZES_AT_ONCE]
            sizes = await self._account.commands.read(lambda client, uids=some: self._sizes(client, new.validity, uids))
            for uid in some:
                own = sizes.get(uid, 0)
                if not groups or len(groups[-1]) >= GROUP or size + own > GROUP_BYTES:
                    groups.append([])
                    size = 0
                groups[-1].append(uid)
                size += own
        return groups

    def _sizes(self, client: Imap, validity: int, uids: Sequence[int]) -> dict[int, int]:
        self._select(client, validity)
        rows: Any = client.fetch(list(uids), ["RFC822.SIZE"])
        return {uid: int(row.get(b"RFC822.SIZE", 0)) for uid, row in rows.items()}

    def _select(self, client: Imap, validity: int) -> None:
        selected: Any = client.select_folder(self._folder, readonly=True)
        if int(selected[b"UIDVALIDITY"]) != validity:
            raise _Renumbered

    async def _hand_over_group(self, validity: int, uids: Sequence[int]) -> None:
        def get(client: Imap) -> list[Stored]:
            self._select(client, validity)
            mails = fetch(client, uids, most=MAX_MAIL)
            if missing := set(uids) - {mail.uid for mail in mails}:
                self._select(client, validity)
                if missing & set(search(client, ["UID", ",".join(map(str, sorted(missing)))])):
                    raise IMAPClientAbortError("a mail that lies there was not handed out")
            return mails

        ours: list[tuple[int, Mark]] = []
        events: list[IncomingEvent] = []
        for mail in await self._account.commands.read(get):
            if own_id := self._account.seal.own_id(mail.raw):
                ours.append((mail.uid, Mark(own_id, content_digest(mail.raw), mail.size)))
            elif not self._account.config.is_too_old(mail.arrived_at):
                events.append(await asyncio.to_thread(self._event, mail))
        # All at once, so that they share a commit; in order, as each is queued before the next.
        for done in await asyncio.gather(*(self._take(event) for event in events), return_exceptions=True):
            if isinstance(done, BaseException):
                raise done
        faults.reach("mail.taken")
        await self._file(validity, ours)

    def _event(self, mail: Stored) -> IncomingEvent:
        config, problems = self._account.config, list[str]()
        if mail.size > len(mail.raw) and len(mail.raw) >= MAX_MAIL:
            problems.append(f"The mail is larger than {MAX_MAIL // 1024 // 1024} MB; the rest was not read.")
        event = mail_event(
            mail.raw,
            own_addresses=config.own,
            folder=self._folder,
            received_at=mail.arrived_at,
            vouching=config.vouching,
            problems=problems,
        )
        fields = {
            **event.fields,
            "title": event.title,
            "sender": event.sender,
            "digest": content_digest(mail.raw),
            "size": mail.size,
            "arrived_at": mail.arrived_at.isoformat(),
            "flags": list(mail.flags),
        }
        return replace(event, fields=fields)

    async def _file(self, validity: int, ours: Sequence[tuple[int, Mark]]) -> None:
        """Copies of what we sent go to Sent, which is where they are looked for."""
        sent = (await self._account.folders()).sent
        if not ours or not sent or sent == self._folder:
            return

        def put_away(client: Imap) -> None:
            self._select(client, validity)
            for uid, mark in ours:
                move(client, Place(self._folder, uid), mark, sent)

        try:
            await self._account.commands.write(put_away)
        except PermanentError as error:
            _log.warning("%s: copies of sent mail stay in %s: %s", self._account.id, self._folder, error)


async def together(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until all have ended, or one fails; then the others are cancelled.

    Raises:
        Exception: what the first that failed raised.
    """
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _wait_s(error: Exception, pauses: Iterator[float]) -> float:
    if isinstance(error, PASSING):
        return next(pauses)
    is_shut_out = isinstance(error, SignInError) or not isinstance(error, PermanentError)
    return NEEDS_YOU_S if is_shut_out else BACKOFF_S[1]


def _pauses() -> Iterator[float]:
    """Yield ever longer waits, each a little by chance, so that a thousand clients do not come back at once."""
    wait_s, most_s = BACKOFF_S
    while True:
        yield wait_s * random.uniform(0.7, 1.3)
        wait_s = min(wait_s * 2, most_s)
