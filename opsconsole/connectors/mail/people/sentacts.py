"""Mails that people sent from this account, as acts: each read whole once, and never one of our own."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.connectors.mail.imap.folderstate import Head, View
from opsconsole.connectors.mail.imap.mailbox import Stored, fetch
from opsconsole.connectors.mail.people.ledger import Watched
from opsconsole.connectors.mail.people.replies import Replied, act_of, attached_ids, is_forward
from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mailtext import mail_event
from opsconsole.connectors.mailtext.model import MAX_MAIL
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct

_log = logging.getLogger(__name__)
TRIES = 3
"""A mail that could not be fetched so often is left out; what it may be about counts as not seen."""
_Place = tuple[str, int, int]


class SentActs:
    """Remembers, while this process runs, what it read already; told twice, an act is one."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._read: set[_Place] = set()
        self._passed: set[_Place] = set()
        """Was about no watched mail."""
        self._given: set[_Place] = set()
        self._attached: dict[_Place, list[str]] = {}
        self._names: set[str] = set()
        self._failed = Counter[_Place]()
        self._left_out: set[_Place] = set()
        self.unread: frozenset[str] = frozenset()
        """Subjects that mails in these folders may be about which could not be read at the last look."""

    async def acts(
        self,
        mails: Mapping[str, Watched],
        views: Mapping[str, View | None],
        sent: Sequence[str],
        watched: Sequence[str],
        *,
        now: datetime,
    ) -> list[HumanAct]:
        """Return the acts that the mails in these folders are; those given before are left out after `done`."""
        if mails.keys() - self._names:
            self._passed.clear()  # what answered no watched mail may answer one of the new
        self._names = set(mails)
        answered, found = Replied(mails.values()), list[HumanAct]()
        self._given = set()
        unread = set[str]()
        for folder in (*sent, *watched):
            view = views.get(folder)
            for head in view.heads.values() if view is not None else ():
                place = (folder, view.state[0] if view is not None else 0, head.uid)
                if place in self._read or place in self._passed:
                    continue
                if folder in watched and head.sender not in self._account.config.own:
                    continue
                act = None
                if place not in self._left_out:
                    act = await self._act_or_none(answered, place, head, is_sent=folder in sent, now=now)
                if act is not None:
                    self._given.add(place)
                    found.append(act)
                elif place not in self._read and place not in self._passed:
                    unread |= answered.perhaps_about(head)
        self.unread = frozenset(unread)
        return found

    async def _act_or_none(
        self, answered: Replied, place: _Place, head: Head, *, is_sent: bool, now: datetime
    ) -> HumanAct | None:
        """One mail that cannot be fetched holds up no other."""
        try:
            return await self._act(answered, place, head, is_sent=is_sent, now=now)
        except SignInError:
            raise
        except (PermanentError, TransientError) as error:
            self._failed[place] += 1
            if isinstance(error, TransientError) and self._failed[place] < TRIES:
                raise
            _log.warning("%s: mail %d in %s cannot be read: %s", self._account.id, place[2], place[0], error)
            self._left_out.add(place)
            return None

    def done(self) -> None:
        """What was given has been taken."""
        self._read |= self._given

    async def _act(
        self, answered: Replied, place: _Place, head: Head, *, is_sent: bool, now: datetime
    ) -> HumanAct | None:
        is_named = answered.is_candidate(head)
        is_forwarding = is_forward(head.subject) and head.key not in answered.names
        if not is_named and not (is_forwarding and answered.has(self._attached.get(place, answered.ids))):
            self._passed.add(place)
            return None
        mail = await self._mail(place)
        if mail is None:
            return None
        event, attached = await asyncio.to_thread(self._event, mail, place[0])
        self._attached[place] = attached
        if (
            self._account.seal.own_id(mail.raw)
            or event.fields.get("is_auto")  # a machine's answer
            or (event.kind != "mail.sent" and not is_sent)  # anybody's who writes our address into From
        ):
            self._read.add(place)
            return None
        match = answered.find(head, event, attached)
        if match is None:
            self._passed.add(place)
            return None
        act = act_of(self._account.id, *match, event, own=self._account.config.own, now=now)
        if act is None:  # it went to nobody
            self._passed.add(place)
        return act

    async def _mail(self, place: _Place) -> Stored | None:
        folder, validity, uid = place

        def get(client: Imap) -> Stored | None:
            selected = client.select_folder(folder, readonly=True)
            if int(selected[b"UIDVALIDITY"]) != validity:
                # Not known is not "nothing was sent": the whole look counts as not made.
                raise TransientError(f"{folder} was numbered anew meanwhile; it is looked at again")
            return next(iter(fetch(client, [uid], most=MAX_MAIL)), None)

        return await self._account.commands.read(get)

    def _event(self, mail: Stored, folder: str) -> tuple[IncomingEvent, list[str]]:
        config = self._account.config
        event = mail_event(
            mail.raw,
            own_addresses=config.own,
            own_groups=config.groups,
            folder=folder,
            received_at=mail.arrived_at,
            vouching=config.vouching,
        )
        return event, attached_ids(mail.raw)
