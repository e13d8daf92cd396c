"""What people do in the mailbox, as acts in the words of the mailbox's own tools.

What a look costs: one EXAMINE for each folder in which watched mails lie (mostly the inbox alone) and one for each
folder of sent mail. Where something happened there, also one SEARCH and one or two FETCHes of heads and flags. Only
when a watched mail is missing are all folders listed and looked into, each in the same way: what did not change since
costs one EXAMINE. Nothing is ever written to the server.

A mail that was moved, or marked, waits until it has stayed so for a while (`SETTLE`), as a pair does: moved twice is
one act with the last place, moved there and back is none. So an agent's one move stands beside one of the human's; two
would leave one over, which would count as missing. What is done after that is another act. A mail that was sent cannot
be taken back, and each is an act at once. Reading a mail marks it `seen`, answering it `answered`: by themselves these
are no acts.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.folders import Named
from opsconsole.connectors.mail.imap.folderstate import View, look
from opsconsole.connectors.mail.people.ledger import Ledger, Watched
from opsconsole.connectors.mail.people.noting import note, within
from opsconsole.connectors.mail.people.sentacts import SentActs
from opsconsole.connectors.mail.watch import NEEDS_YOU_S, PASSING
from opsconsole.domain.errors import ConnectorError, KeyringError, UserError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.ports.connector import Notice
from opsconsole.engine.ports.machine import Memory
from opsconsole.policy.windows import SETTLE

_log = logging.getLogger(__name__)
LOOK_S = 60.0
"""So often people's acts are looked for, in seconds."""
LIST_AGAIN = timedelta(minutes=10)
"""So often the folders are listed: a program may make one of its own for sent mail."""
FOLDERS, LOST = "acts:folders", "acts:lost"
MOST_LOST = 10_000


class Acts:
    """Watches a mailbox for what people do with the mails that are events."""

    def __init__(self, account: Account, ledger: Ledger, memory: Memory) -> None:
        self._account = account
        self._ledger = ledger
        self._memory = memory
        self._views: dict[str, View] = {}
        self._sent = SentActs(account)
        self._looked_at: datetime | None = None
        self._listed_at: datetime | None = None
        self._count = Counter[str]()
        self._lost = {str(subject) for subject in memory.get(LOST) or ()}
        """Subjects of mails that were not found while more lay in a folder than is known of it, and of what a mail may
        be about that was sent and cannot be read."""

    async def run(self, notice: Notice) -> None:
        """Look until cancelled. What `notice` raises ends it; trouble with the server is waited out."""
        while True:
            wait_s = LOOK_S
            try:
                await self.look(notice)
            except (ConnectorError, UserError, KeyringError) as error:  # the watch for new mail tells people
                _log.info("%s: people's acts are looked for again later: %s", self._account.id, error)
                wait_s = LOOK_S if isinstance(error, PASSING) else NEEDS_YOU_S
            await asyncio.sleep(wait_s)

    def seen_until(self, subject: str) -> datetime | None:
        """Return the time until which everything done on a subject has been told; None: nothing was looked at yet."""
        if self._looked_at is None:
            return None
        open_since = [self._looked_at]
        for mail in self._ledger.mails.values():
            if mail.subject == subject:
                started = [*([mail.seen_at] if mail.seen is not None else []), *mail.flags_seen.values()]
                open_since += [datetime.fromisoformat(each) for each in started]
        return min(open_since)

    def sees(self, subject: str) -> bool:
        """Return whether what people do on a subject is seen."""
        return subject not in self._lost

    async def look(self, notice: Notice) -> None:
        """Look once, and tell what has settled."""
        now, lost = self._account.clock.now(), frozenset[str]()
        await self._account.seal.ready()
        mails = dict(self._ledger.mails)
        if mails:
            self._count = Counter(mail.key for mail in mails.values())
            since = (min(mail.occurred_at for mail in mails.values()) - timedelta(days=1)).date()
            folders = await self._folders(now)
            before = {name: self._ledger.touched(name) for name in mails}
            views: dict[str, View | None] = {}
            sighted, lost = await self._sight(mails, since, views)
            changed = {
                name for name, (place, flags) in sighted.items()
                if before[name] >= 0 and self._ledger.touched(name) == before[name]
                and note(mails[name], place, flags, now)
            }  # fmt: skip
            for mail in mails.values():
                if await self._tell(mail, folders, notice, now):
                    changed.add(mail.event)
            await self._ledger.save(changed)
            await self._look_at_sent(mails, folders, since, views, notice, now)
            lost |= self._sent.unread
            homes = {mail.folder for mail in mails.values()} | {folders.sent or ""}
            if any(views.get(name) is None for name in homes if name in folders.every):
                _log.info("%s: a folder could not be read; what is done there is not known yet", self._account.id)
                return  # as if it had not been looked at: a pair must not say that nothing was done
        over = [mail for mail in mails.values() if mail.ends_at <= now]
        # Whose time is over is looked for no more: what was not found in it stays so until its pair was made.
        kept = self._lost - {mail.subject for mail in mails.values()} | lost
        if kept != self._lost:
            await self._memory.put(LOST, sorted(kept)[-MOST_LOST:])
        await self._ledger.drop([watched.event for watched in over])
        self._looked_at, self._lost = now, kept

    async def _folders(self, now: datetime) -> Named:
        """Return the folders; their names are remembered, to tell a new name from a new folder."""
        is_late = self._listed_at is None or now - self._listed_at >= LIST_AGAIN
        folders = await self._account.folders(is_anew=is_late)
        if is_late:
            self._listed_at = now
            lost = {mail.folder for mail in self._ledger.mails.values() if mail.folder} - set(folders.every)
            if not lost and self._memory.get(FOLDERS) != list(folders.every):
                await self._memory.put(FOLDERS, list(folders.every))
        return folders

    async def _view(self, folder: str, since: date, views: dict[str, View | None]) -> View | None:
        if folder not in views:
            known = self._views.get(folder)
            views[folder] = found = await self._account.commands.read(lambda client: look(client, folder, since, known))
            if found is not None:
                self._views[folder] = found
        return views[folder]

    def _in_view(self, watched: Watched, view: View | None) -> frozenset[str] | None:
        """Return the flags of a mail; None where it is not there."""
        head = None if view is None else view.find(watched.key, watched.size, is_exact=self._count[watched.key] > 1)
        return None if head is None or view is None else view.flags.get(head.uid, frozenset[str]())

    async def _sight(
        self, mails: Mapping[str, Watched], since: date, views: dict[str, View | None]
    ) -> tuple[dict[str, tuple[str, frozenset[str]]], frozenset[str]]:
        """Return where each mail lies with its flags, and the subjects of those that cannot be told to be gone."""
        sighted: dict[str, tuple[str, frozenset[str]]] = {}
        missing: dict[str, Watched] = {}
        for name, mail in mails.items():
            if not mail.folder:
                continue  # gone, and told
            found = self._in_view(mail, await self._view(mail.folder, since, views))
            if found is not None:
                sighted[name] = (mail.folder, found)
            else:
                missing[name] = mail
        lost = await self._search(missing, since, views, sighted) if missing else frozenset[str]()
        return sighted, lost

    async def _search(
        self,
        missing: dict[str, Watched],
        since: date,
        views: dict[str, View | None],
        sighted: dict[str, tuple[str, frozenset[str]]],
    ) -> frozenset[str]:
        known: list[str] = self._memory.get(FOLDERS) or []
        folders = await self._account.folders(is_anew=True)
        for name in [
            name
            for name, watched in missing.items()
            if watched.folder in folders.every and views[watched.folder] is None
        ]:
            del missing[name]  # it lies where we may not look now
        for folder in _order(missing.values(), folders):
            if not missing:
                break
            view = await self._view(folder, since, views)
            for name, item in list(missing.items()):
                found = self._in_view(item, view)
                if found is not None:
                    _follow_new_name(item, folder, folders.every, known)
                    sighted[name] = (folder, found)
                    del missing[name]
        lost = frozenset[str]()
        if any(view is not None and view.is_cut for view in views.values()):
            lost = frozenset(watched.subject for watched in missing.values())
        else:
            sighted |= {name: ("", frozenset[str]()) for name in missing}
        if known != list(folders.every):
            await self._ledger.save(sighted)
            await self._memory.put(FOLDERS, list(folders.every))
        return lost

    async def _look_at_sent(
        self,
        mails: Mapping[str, Watched],
        folders: Named,
        since: date,
        views: dict[str, View | None],
        notice: Notice,
        now: datetime,
    ) -> None:
        sent = [folder for folder in folders.every if folders.is_for_sent(folder)]
        for folder in sent:
            await self._view(folder, since, views)
        watched = [folder for folder in self._account.config.watched_folders if folder in views and folder not in sent]
        for act in await self._sent.acts(mails, views, sent, watched, now=now):
            await notice(act)
        self._sent.done()

    async def _tell(self, watched: Watched, folders: Named, notice: Notice, now: datetime) -> bool:
        """Tell what has settled; True where the mail's state is another now."""
        is_told, is_over, touched = False, now >= watched.ends_at, self._ledger.touched(watched.event)
        for folder, at in list(watched.owed):
            await notice(
                self._moved(watched, folder, datetime.fromisoformat(at) if at else within(watched, now), folders)
            )
            watched.owed.remove([folder, at])
            is_told = True
        place, at = watched.seen, watched.seen_at
        if place is not None and (is_over or now - datetime.fromisoformat(at) >= SETTLE):
            if place or watched.folder != folders.trash:  # emptying the trash deletes nothing anew
                await notice(self._moved(watched, place, datetime.fromisoformat(at), folders))
            if self._ledger.touched(watched.event) == touched and watched.seen == place:
                watched.folder, watched.seen, is_told = place, None, True
                watched.told += 1
        for flag, at in list(watched.flags_seen.items()):
            if is_over or now - datetime.fromisoformat(at) >= SETTLE:
                is_on = flag not in watched.flags
                await notice(self._marked(watched, flag, is_on, datetime.fromisoformat(at)))
                if watched.flags_seen.pop(flag, None) is not None:
                    watched.flags = sorted({*watched.flags, flag} if is_on else set(watched.flags) - {flag})
                    watched.told += 1
                    is_told = True
        return is_told

    def _moved(self, watched: Watched, folder: str, at: datetime, folders: Named) -> HumanAct:
        verb, args = "move", dict[str, Any](folder=folders.plain(folder))
        if folder in ("", folders.trash):
            verb, args = "delete", {}
        elif folder == folders.archive:
            verb, args = "archive", {}
        return self._act(watched, f"moved:{watched.event}:{watched.told}:{folder}", verb, args, at)

    def _marked(self, watched: Watched, flag: str, is_on: bool, at: datetime) -> HumanAct:
        args = {"flag": _name(flag), "is_on": is_on}
        return self._act(watched, f"marked:{watched.event}:{watched.told}:{flag}:{is_on}", "flag", args, at)

    def _act(self, watched: Watched, name: str, verb: str, args: Mapping[str, Any], at: datetime) -> HumanAct:
        return HumanAct(
            external_id=name,
            subject=watched.subject,
            tool=f"{self._account.id}.{verb}",
            args=args,
            actor="somebody",
            at=at,
            about=watched.event,
        )


def _order(missing: Iterable[Watched], folders: Named) -> Sequence[str]:
    """Where a mail was last is the likeliest; an archive that holds every mail says the least."""
    late = {folders.archive, folders.sent, folders.drafts}
    first = [place for watched in missing for place in (watched.seen, watched.ours) if place]
    order = (
        *first,
        *(folder for folder in folders.every if folder not in late),
        folders.archive,
        folders.sent,
        folders.drafts,
    )
    return [fromkey for fromkey in dict.fromkeys(order) if fromkey]


def _follow_new_name(watched: Watched, folder: str, every: Sequence[str], known: Sequence[str]) -> None:
    """A folder that is new, found where another is gone, is that other one: to name a folder is no act on its mails."""
    if folder in known or folder in (watched.ours, watched.seen):
        return
    if watched.folder not in every and watched.seen is None:
        watched.folder = folder
    elif watched.seen and watched.seen not in every:
        watched.seen = folder


def _name(flag: str) -> str:
    return "flagged" if flag.lower() == "\\flagged" else flag
