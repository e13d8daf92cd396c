"""A mailbox whose mails are events, the team at other programs, and looks at times of the test's choosing."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.connectors.mail.people.acts import Acts
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from tests.support.mail.mailrig import ANN, SUPPORT, KeptSecrets, MailRig, letter, mail_rig, until

BOB = "bob@quay.example"
NOTHING: dict[str, Any] = {}


@dataclass
class Shifted:
    """The machine's clock, and what the test lets pass besides."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Scene:
    """A mailbox with mails that are events, its connector, and the team at other programs."""

    rig: MailRig
    clock: Shifted
    connector: MailConnector
    events: list[IncomingEvent]
    acts: dict[str, HumanAct] = field(default_factory=dict[str, HumanAct])

    async def notice(self, act: HumanAct) -> bool:
        return self.acts.setdefault(act.external_id, act) is act

    @property
    def looking(self) -> Acts:
        looking: Acts = vars(self.connector)["_acts"]  # at a time of the test's choosing
        return looking

    def seen_until(self) -> datetime:
        until = self.connector.seen_until(self.events[0].subject)
        assert until is not None
        return until

    async def look(self, *, minutes: float = 0) -> None:
        self.clock.ahead += timedelta(minutes=minutes)
        await self.looking.look(self.notice)

    async def settled(self) -> list[tuple[str, dict[str, Any]]]:
        """What was done in all, once it has settled."""
        await self.look()
        await self.look(minutes=16)
        return self.told

    @property
    def told(self) -> list[tuple[str, dict[str, Any]]]:
        return [(act.tool, dict(act.args)) for act in self.acts.values()]

    async def begin_again(self) -> None:
        await self.connector.close()
        self.connector = made(self.rig, self.clock)

    def move(self, number: int, target: str, source: str = "INBOX") -> None:
        with self.rig.dovecot.selected(SUPPORT, source) as client:
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            client.move(client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"]), target)

    def move_uid(self, uid: int, target: str) -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
            client.create_folder(target)
            client.move([uid], target)

    def mark(self, number: int, flag: str, folder: str = "INBOX", *, is_on: bool = True) -> None:
        with self.rig.dovecot.selected(SUPPORT, folder) as client:
            uids = client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"])
            (client.add_flags if is_on else client.remove_flags)(uids, [flag])

    def copy(self, number: int, target: str) -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
            client.create_folder(target)
            client.copy(client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"]), target)

    def expunge(self, number: int, folder: str = "INBOX") -> None:
        with self.rig.dovecot.selected(SUPPORT, folder) as client:
            uids = client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"])
            client.delete_messages(uids)
            client.uid_expunge(uids)

    def file_sent(self, raw: bytes, folder: str = "Sent") -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, ("\\Seen",))


def made(rig: MailRig, clock: Shifted) -> MailConnector:
    return MailConnector(
        "mail", rig.config, secrets=KeptSecrets(support="the team's word"), memory=rig.memory, health=rig.memory,
        clock=clock,
    )  # fmt: skip


def sent(number: int, to: str = ANN, *, text: str = "We look into it.", name: str = "r", **more: str) -> bytes:
    """A mail of the team's, from another program."""
    heads: dict[str, str] = {"Message_ID": f"<{name}{number}@slotwise.example>", "Subject": f"Re: Question {number}"}
    raw = letter(number, to=to, sender=SUPPORT, text=text, **(heads | more))
    return raw.replace(b"Ann Harbour", b"Lena")


def read_up_to(rig: MailRig) -> int:
    kept: dict[str, int] = rig.memory.get("folder:INBOX") or {}
    return kept.get("uid", 0)


@asynccontextmanager
async def scene(
    count: int = 1,
    *,
    raws: Sequence[bytes] = (),
    server_rig: Callable[..., AbstractAsyncContextManager[MailRig]] = mail_rig,
    **changes: Any,
) -> AsyncGenerator[Scene]:
    """Deliver mails, have them read as events, and look once."""
    raws = raws or [letter(number) for number in range(1, count + 1)]
    async with server_rig(**changes) as rig:
        clock = Shifted()
        connector = made(rig, clock)
        at = Scene(rig, clock, connector, [])
        try:
            async with rig.watching(connector) as taken:
                for raw in raws:
                    await rig.deliver(raw)
                await until(lambda: read_up_to(rig) == len(raws), "the mails were read")
                at.events += taken.events.values()
            await at.look()
            assert at.told == []
            yield at
        finally:
            await at.connector.close()
