"""The mails that are events here, while a pair may wait for what people do with them: where each lies, and whose doing.

What we move or mark ourselves is noted before it is done, so that it never counts as a person's, whatever happens
meanwhile: a mail that lies where we were about to put it was put there by us.
"""

import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from opsconsole.connectors.mail.imap.folderstate import key_of
from opsconsole.connectors.mail.imap.mailbox import MADE_UP, mark_of
from opsconsole.domain.action import Result
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports.machine import Memory
from opsconsole.policy.windows import window_end
from opsconsole.store import faults

BUCKETS = 32
"""What is remembered is kept in so many parts, so that one more mail does not write all of it."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """A mail. `folder` and `flags` are how it is as far as was told; what differs waits until it settles."""

    event: str
    subject: str
    message_id: str
    key: str
    size: int
    occurred: str
    people: list[str]
    folder: str
    """Empty: gone."""
    flags: list[str]
    seen: str | None = None
    """Another folder it was seen in since, empty where it was gone; None: it lies where it lay."""
    seen_at: str = ""
    flags_seen: dict[str, str] = field(default_factory=dict[str, str])
    """Flags that differ, in lower case as all flags here, and since when."""
    owed: list[list[str]] = field(default_factory=list[list[str]])
    """Folders in which we found it when we moved it on, and when: people had moved it there."""
    ours: str = ""
    """Where we are about to put it."""
    our_flags: dict[str, bool] = field(default_factory=dict[str, bool])
    told: int = 0

    @property
    def occurred_at(self) -> datetime:
        """When the event happened."""
        return datetime.fromisoformat(self.occurred)

    @property
    def ends_at(self) -> datetime:
        """From then on nobody waits for what people do with it."""
        return window_end(self.occurred_at)


class Ledger:
    """All watched mails of a connection, over restarts."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._mails: dict[str, Watched] | None = None
        self._touched: dict[str, int] = {}

    @property
    def mails(self) -> dict[str, Watched]:
        """Every watched mail by the name of its event."""
        if self._mails is None:
            self._mails = {}
            for number in range(BUCKETS):
                bucket: dict[str, Any] = self._memory.get(_bucket(number)) or {}
                for name, kept in bucket.items():
                    self._mails[name] = Watched(**kept)
        return self._mails

    async def add(self, events: Iterable[IncomingEvent], *, now: datetime) -> None:
        """Watch the mails of events from now on; those already watched stay as they are."""
        new: list[str] = []
        for event in events:
            if event.kind == "mail.sent" or event.external_id in self.mails:
                continue
            made = _watched(event)
            if made.ends_at > now:
                self.mails[event.external_id] = made
                new.append(event.external_id)
        await self.save(new)

    async def drop(self, names: Iterable[str]) -> None:
        """Watch mails no longer."""
        gone = list(names)
        for name in gone:
            self.mails.pop(name, None)
            self._touched.pop(name, None)
        await self.save(gone)

    async def save(self, names: Iterable[str]) -> None:
        """Keep what changed."""
        for number in sorted({_number(name) for name in names}):
            kept = {name: asdict(mail) for name, mail in self.mails.items() if _number(name) == number}
            await self._memory.put(_bucket(number), kept)

    def touched(self, name: str) -> int:
        """Return a number that changes when we do something with a mail; -1 while we are at it."""
        return self._touched.get(name, 0)

    def of(self, fields: Mapping[str, Any]) -> Watched | None:
        """Find the mail of an event's fields."""
        mark = mark_of(fields)
        own = mark.message_id if mark.message_id.endswith(MADE_UP) else f"{mark.message_id}#{mark.digest}"
        return self.mails.get(own)

    async def moving(self, watched: Watched | None, folder: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """Move a mail by `work`, as our own deed."""
        if watched is None:
            return await work()
        was_in_doubt, watched.ours = watched.ours == folder, folder

        def done(result: Result) -> None:
            found_in = str(result.data.get("from_folder") or "")
            if result.data.get("is_changed"):
                if found_in not in ("", watched.folder, folder) and not was_in_doubt:
                    watched.owed.append([found_in, watched.seen_at if watched.seen == found_in else ""])
                watched.folder, watched.seen = folder, None
            elif was_in_doubt:
                watched.folder, watched.seen = folder, None
            # Else it lay there already, and that was not our doing.

        def forget() -> None:
            watched.ours = ""

        return await self._ours(watched, work, done, forget, is_in_doubt=was_in_doubt)

    async def marking(
        self, watched: Watched | None, flag: str, is_on: bool, work: Callable[[], Awaitable[Result]]
    ) -> Result:
        """Mark a mail by `work`, as our own deed; `flag` as the server spells it."""
        if watched is None:
            return await work()
        name = flag.lower()
        was_in_doubt = watched.our_flags.get(name) is is_on
        watched.our_flags[name] = is_on

        def done(result: Result) -> None:
            if result.data.get("is_changed") or was_in_doubt:
                watched.flags = sorted({*watched.flags, name} if is_on else set(watched.flags) - {name})

        return await self._ours(
            watched, work, done, lambda: watched.our_flags.pop(name, None), is_in_doubt=was_in_doubt
        )

    async def _ours(
        self,
        watched: Watched,
        work: Callable[[], Awaitable[Result]],
        done: Callable[[Result], None],
        forget: Callable[[], object],
        *,
        is_in_doubt: bool,
    ) -> Result:
        number = self._touched.get(watched.event, 0) + 1
        self._touched[watched.event] = -1
        try:
            await self.save([watched.event])
            result = await work()
            faults.reach("mail.filed")
            done(result)
            forget()
        except (PermanentError, TransientError):
            if not is_in_doubt:
                forget()  # certainly not done
            await self.save([watched.event])
            raise
        finally:
            self._touched[watched.event] = abs(number) + 1
        await self.save([watched.event])
        return result


def _watched(event: IncomingEvent) -> Watched:
    fields, mark = event.fields, mark_of(event.fields)
    is_own = not mark.message_id.endswith(MADE_UP)
    return Watched(
        event=event.external_id,
        subject=event.subject,
        message_id=mark.message_id,
        key=key_of(mark.message_id, is_own=is_own, size=mark.size, arrived_at=mark.arrived_at),
        size=mark.size,
        occurred=event.occurred_at.isoformat(),
        people=list(dict.fromkeys(address for address in (event.sender, *fields.get("reply_to", ())) if address)),
        folder=mark.folder,
        flags=sorted(str(flag).lower() for flag in fields.get("flags", ())),
    )


def _number(name: str) -> int:
    return zlib.crc32(name.encode()) % BUCKETS


def _bucket(number: int) -> str:
    return f"acts:{number:02d}"
