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
from dataclasses import replace

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.folderreader import FolderReader, Renumbered
from opsconsole.connectors.mail.imap.changes import move
from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.imap.idle import listen
from opsconsole.connectors.mail.imap.mailbox import Mark, Place, Stored
from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mail.smtp.compose import is_trial
from opsconsole.connectors.mail.unreadable import Unreadable
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
FILE_TRIES = 3
"""Copies that cannot be filed so often stay where they are: they hold up no mail."""
REST_S = 0.2
"""After a look that found nothing it is not looked again sooner, in seconds, however often the server rings."""
MOST_RENUMBERED = 3
"""A folder that is numbered anew so often within one look is given up for now."""


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
        self._reader = FolderReader(account, folder)
        self._unreadable = Unreadable(memory, account.clock, folder)
        self._unfiled = 0
        self._told()

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
                had_some = await self._catch_up()
            except (ConnectorError, UserError, KeyringError) as error:
                await self._trouble(error, pauses)
                continue
            pauses = _pauses()
            if told := self._told():
                await self._health.note("needs_you", told)
            else:
                await self._health.note("ok", f"reading {self._account.config.address}")
            if not had_some:
                await asyncio.sleep(REST_S)
            await self._wait_for_mail()

    def _told(self) -> str:
        """Return what cannot be read, in any folder: they share one word of how the account is."""
        self._account.unreadable[self._folder] = self._unreadable.words
        return " ".join(words for words in self._account.unreadable.values() if words)

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

    async def _catch_up(self) -> bool:
        """Hand over everything that was not read yet; False where there was nothing.

        Raises:
            TransientError: the server cannot be asked, or numbers the folder anew whenever it is opened.
        """
        await self._account.look_over()
        for _ in range(MOST_RENUMBERED):
            with contextlib.suppress(Renumbered):
                new = await self._reader.look(self._memory.get(self._key))
                for uids in await self._reader.groups(new):
                    group = await self._reader.get(new.validity, uids)
                    await self._unreadable.add(new.validity, group.unreadable)
                    await self._hand_over(new.validity, group.mails)
                    await self._keep(new.validity, uids[-1])
                if not new.uids:
                    await self._keep(new.validity, new.last)
                await self._try_again(new.validity)
                return bool(new.uids)
        raise TransientError(
            f"{self._account.config.imap.host} numbers the mails in {self._folder} anew each time it is opened, so that"
            " none can be read. Ask whoever runs the server (its UIDVALIDITY must stay); it is tried again."
        )

    async def _try_again(self, validity: int) -> None:
        """Ask once more for mails that could not be read, each apart, so that they hold up no other."""
        for uid in self._unreadable.due(validity):
            await self._unreadable.add(validity, [uid])  # before it is tried: it may take this process down
            group = await self._reader.get_alone(validity, uid)
            if not group.unreadable:
                await self._hand_over(validity, group.mails)
                await self._unreadable.settle(validity, uid)

    async def _keep(self, validity: int, last: int) -> None:
        kept = {"validity": validity, "uid": last}
        if self._memory.get(self._key) != kept:
            faults.reach("mail.before_keep")
            await self._memory.put(self._key, kept)

    async def _hand_over(self, validity: int, mails: Sequence[Stored]) -> None:
        ours: list[tuple[int, Mark]] = []
        events: list[IncomingEvent] = []
        for mail in mails:
            if own_id := self._account.seal.own_id(mail.raw):
                ours.append((mail.uid, Mark(own_id, content_digest(mail.raw), mail.size)))
            elif not self._account.config.is_too_old(mail.arrived_at):
                event = await asyncio.to_thread(self._event, mail)
                if not is_trial(event):
                    events.append(event)
        # All at once, so that they share a commit; in order, as each is queued before the next.
        for done in await asyncio.gather(*(self._take(event) for event in events), return_exceptions=True):
            if isinstance(done, BaseException):
                raise done
        faults.reach("mail.taken")
        await self._file(validity, ours)

    def _event(self, mail: Stored) -> IncomingEvent:
        config, problems = self._account.config, list[str]()
        if mail.is_short:
            problems.append(f"The server says that the mail has {mail.size} bytes, and gave {len(mail.raw)}.")
        elif mail.size > len(mail.raw) and len(mail.raw) >= MAX_MAIL:
            problems.append(f"The mail is larger than {MAX_MAIL // 1024 // 1024} MB; the rest was not read.")
        event = mail_event(
            mail.raw,
            own_addresses=config.own,
            own_groups=config.groups,
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
            self._reader.select(client, validity)
            for uid, mark in ours:
                move(client, Place(self._folder, uid, validity), mark, sent)

        try:
            await self._account.commands.write(put_away)
            self._unfiled = 0
        except (PermanentError, *PASSING) as error:
            self._unfiled += 1
            if isinstance(error, PASSING) and self._unfiled < FILE_TRIES:
                raise
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
