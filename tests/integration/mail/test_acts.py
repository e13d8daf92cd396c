"""What people do in a mailbox is told in the words of its tools, once, and never what we did ourselves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsconsole.connectors.mail.acts import Acts
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from tests.support.mailrig import ANN, SUPPORT, KeptSecrets, MailRig, call_on, letter, mail_rig, until

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
        return [(one.tool, dict(one.args)) for one in self.acts.values()]

    async def begin_again(self) -> None:
        await self.connector.close()
        self.connector = made(self.rig, self.clock)

    def move(self, number: int, target: str, source: str = "INBOX") -> None:
        with self.rig.dovecot.selected(SUPPORT, source) as client:
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            client.move(client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"]), target)

    def mark(self, number: int, flag: str, folder: str = "INBOX", *, is_on: bool = True) -> None:
        with self.rig.dovecot.selected(SUPPORT, folder) as client:
            uids = client.search(["HEADER", "Message-ID", f"<m{number}@harbour.example>"])
            (client.add_flags if is_on else client.remove_flags)(uids, [flag])

    def expunge(self, number: int) -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
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
async def scene(count: int = 1, **changes: Any) -> AsyncGenerator[Scene]:
    async with mail_rig(**changes) as rig:
        clock = Shifted()
        connector = made(rig, clock)
        at = Scene(rig, clock, connector, [])
        try:
            async with rig.watching(connector) as taken:
                for number in range(1, count + 1):
                    await rig.deliver(letter(number))
                await until(lambda: read_up_to(rig) == count, "the mails were read")
                at.events += taken.events.values()
            await at.look()
            assert at.told == []
            yield at
        finally:
            await at.connector.close()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("Billing", ("mail.move", {"folder": "Billing"})),
        ("Archive", ("mail.archive", NOTHING)),
        ("Trash", ("mail.delete", NOTHING)),
    ],
)
async def test_a_move_is_told_once_it_has_settled(target: str, said: Any) -> None:
    async with scene() as at:
        at.move(1, target)
        await at.look()
        assert at.told == []
        assert at.seen_until() <= at.clock.now()
        seen = at.clock.now()
        await at.look(minutes=14)
        assert at.told == []
        assert at.seen_until() <= seen
        await at.look(minutes=2)
        assert at.told == [said]
        (act,) = at.acts.values()
        assert (act.subject, act.about, act.actor) == (at.events[0].subject, at.events[0].external_id, "somebody")
        assert act.at <= seen
        await at.begin_again()
        assert await at.settled() == [said]


async def test_the_last_place_counts_and_there_and_back_is_nothing() -> None:
    async with scene(2) as at:
        at.move(1, "Billing")
        at.move(2, "Billing")
        await at.look(minutes=1)
        at.move(1, "Sales", "Billing")
        at.move(2, "INBOX", "Billing")
        assert await at.settled() == [("mail.move", {"folder": "Sales"})]


async def test_marks_and_what_marks_itself() -> None:
    async with scene(2) as at:
        at.mark(1, "\\Flagged")
        at.mark(1, "\\Seen")
        at.mark(1, "$MDNSent")
        at.mark(2, "urgent")
        await at.look()
        at.mark(2, "urgent", is_on=False)
        assert await at.settled() == [("mail.flag", {"flag": "flagged", "is_on": True})]
        at.mark(1, "\\Flagged", is_on=False)
        assert (await at.settled())[1:] == [("mail.flag", {"flag": "flagged", "is_on": False})]


async def test_a_mail_that_was_expunged_was_deleted_and_is_watched_no_more() -> None:
    async with scene() as at:
        at.expunge(1)
        assert await at.settled() == [("mail.delete", {})]
        assert await at.settled() == [("mail.delete", {})]


async def test_answers_are_found_by_the_ids_they_name() -> None:
    async with scene(4) as at:
        at.file_sent(sent(1, In_Reply_To="<m1@harbour.example>"))
        at.file_sent(
            sent(2, References="<m2@harbour.example> <x@slotwise.example>", In_Reply_To="<x@slotwise.example>")
        )
        at.file_sent(
            sent(3, BOB, Subject="Fwd: Question 3", X_Forwarded_Message_Id="<m3@harbour.example>"), "Sent Items"
        )
        at.file_sent(sent(9, BOB, Subject="Question 4"))
        at.file_sent(sent(8, In_Reply_To="<m4@harbour.example>", Auto_Submitted="auto-replied"))
        await at.look(minutes=11)
        assert sorted(at.told, key=str) == [
            ("mail.forward", {"to": BOB}),
            ("mail.reply", {"to": ANN, "text": "We look into it."}),
            ("mail.reply", {"to": ANN, "text": "We look into it."}),
        ]
        assert {one.about for one in at.acts.values()} == {one.external_id for one in at.events[:3]}
        assert {one.actor for one in at.acts.values()} == {f"account:{SUPPORT}"}
        count = len(at.acts)
        await at.begin_again()
        await at.look()
        assert len(at.acts) == count, "told twice, it is one act"


async def test_an_attached_mail_was_forwarded() -> None:
    async with scene() as at:
        inner = letter(1).decode()
        parts = ["Content-Type: text/plain\r\n\r\nSee below.", f"Content-Type: message/rfc822\r\n\r\n{inner}"]
        body = "".join(f"--x\r\n{one}\r\n" for one in parts) + "--x--"
        at.file_sent(sent(7, BOB, text=body, Subject="WG: Question", Content_Type='multipart/mixed; boundary="x"'))
        await at.look()
        assert at.told == [("mail.forward", {"to": BOB})]


async def test_a_copy_in_the_inbox_counts_only_where_the_sender_is_vouched_for() -> None:
    async with scene(2) as at:
        await at.rig.deliver(sent(1, In_Reply_To="<m1@harbour.example>"))
        await at.rig.deliver(
            sent(2, In_Reply_To="<m2@harbour.example>", Authentication_Results="mx.slotwise.example; dmarc=fail")
        )
        await at.look()
        assert [one.about for one in at.acts.values()] == [at.events[0].external_id]


async def test_our_own_deeds_are_nobodys_acts() -> None:
    async with scene(2) as at:
        first, second = at.events
        moved = call_on(first, "move", folder="Bugs")
        done = await at.connector.execute(moved)
        flag = call_on(second, "flag", flag="flagged")
        await at.connector.execute(flag)
        await at.connector.execute(call_on(second, "reply", "b" * 64, to=ANN, text="By an agent."))
        await at.rig.until_mails(ANN, 1)
        at.file_sent((await copy_of(at)).replace(b"Auto-Submitted: auto-replied\r\n", b""))
        assert await at.settled() == []
        await at.connector.undo(moved, done.data)
        assert await at.settled() == []
        at.move(1, "Bugs")
        assert await at.settled() == [("mail.move", {"folder": "Bugs"})], "now a person did the same"


async def copy_of(at: Scene) -> bytes:
    """The mail that we sent, as it lies in our own mailbox."""
    raws = [raw for raw in at.rig.dovecot.mails(SUPPORT) if b"X-Opsconsole-Seal" in raw]
    return raws[0] if raws else at.rig.dovecot.mails(ANN)[0]


async def test_a_move_cut_off_midway_stays_ours_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene() as at:
        at.rig.imap.cut_at(b"UID MOVE", is_before=False)
        with pytest.raises(Exception, match="perhaps"):
            await at.connector.execute(call_on(at.events[0], "move", folder="Bugs"))
        await at.rig.until_mails(SUPPORT, 1, "Bugs")
        await at.begin_again()
        assert await at.settled() == []
        again = await at.connector.execute(call_on(at.events[0], "move", folder="Bugs"))
        assert again.data["is_changed"] is False
        at.move(1, "Sales", "Bugs")
        assert await at.settled() == [("mail.move", {"folder": "Sales"})]


async def test_what_people_did_before_we_came_to_it_is_theirs() -> None:
    async with scene(2) as at:
        at.move(1, "Bugs")
        at.move(2, "Billing")
        assert not (await at.connector.execute(call_on(at.events[0], "move", folder="Bugs"))).data["is_changed"]
        await at.connector.execute(call_on(at.events[1], "move", "b" * 64, folder="Done"))
        told = await at.settled()
        assert sorted(told, key=str) == [("mail.move", {"folder": "Billing"}), ("mail.move", {"folder": "Bugs"})]


async def test_renumbered_and_renamed_folders_are_no_acts() -> None:
    async with scene(2) as at:
        at.move(1, "Billing")
        assert await at.settled() == [("mail.move", {"folder": "Billing"})]
        at.rig.dovecot.kill()
        at.rig.dovecot.forget_uids(SUPPORT)
        at.rig.dovecot.start()
        await at.settled()
        with at.rig.dovecot.selected(SUPPORT) as found:
            client: Any = found
            client.rename_folder("Billing", "Invoices")
        assert await at.settled() == [("mail.move", {"folder": "Billing"})]
        at.move(1, "INBOX", "Invoices")
        assert (await at.settled())[1:] == [("mail.move", {"folder": "INBOX"})]


async def test_an_idle_mailbox_costs_two_commands_a_look() -> None:
    async with scene(30) as at:
        await at.look()
        asked: list[bytes] = []
        at.rig.imap.heard = asked
        await at.look()
        commands = [line.split(b" ", 2)[1:] for one in asked for line in one.splitlines()]
        assert [name for name, _ in commands] == [b"EXAMINE", b"EXAMINE"]


async def test_what_was_done_while_nobody_looked_counts_within_its_window() -> None:
    async with scene() as at:
        at.move(1, "Billing")
        at.clock.ahead += timedelta(days=9)
        await at.begin_again()
        assert at.looking.seen_until(at.events[0].subject) is None
        await at.look()
        (act,) = at.acts.values()
        assert act.at < at.clock.now() - timedelta(days=3)
        assert at.looking.seen_until(at.events[0].subject) is not None
        assert at.rig.memory.get("acts:00") is not None or all(
            not at.rig.memory.get(f"acts:{number:02d}") for number in range(32)
        ), "it is watched no longer"


async def test_a_server_that_is_away_is_looked_at_later() -> None:
    async with scene() as at:
        at.rig.dovecot.kill()
        before = at.looking.seen_until("")
        with pytest.raises(TransientError):
            await at.look()
        assert at.looking.seen_until("") == before
        at.rig.dovecot.start()
        at.move(1, "Billing")
        assert await at.settled() == [("mail.move", {"folder": "Billing"})]
