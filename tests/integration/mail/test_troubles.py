"""Servers that restart, lines that are cut, folders that are numbered anew: nothing lost, nothing doubled."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from opsconsole.connectors.mail import filing, folderreader, outgoing
from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap import connection
from opsconsole.connectors.mail.imap.changes import delete, move
from opsconsole.connectors.mail.imap.mailbox import Place, fetch, mark_of
from opsconsole.domain.action import Call
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from tests.support.mail.mailrig import (
    ANN,
    SUPPORT,
    KeptSecrets,
    MailRig,
    Taken,
    call_on,
    letter,
    mail_rig,
    parsed,
    until,
)
from tests.support.mail.mailrig import connector as made_connector

KEY = "abad1dea" * 8


async def expect(taken: Taken, *numbers: int) -> None:
    """Wait for these mails, each as one event."""
    await until(lambda: len(taken.events) >= len(numbers), f"{len(numbers)} events, not {taken.titles}")
    assert sorted(taken.titles) == sorted(f"Question {number}" for number in numbers)


async def test_what_came_while_nobody_watched_is_handed_over_once() -> None:
    async with mail_rig() as rig:
        async with rig.watching() as taken:
            await rig.deliver(letter(1))
            await expect(taken, 1)
            await until(lambda: rig.memory.get("folder:INBOX") is not None, "it was noted")
        await rig.deliver(letter(2))
        other = rig.another()
        async with rig.watching(other) as taken:
            await expect(taken, 2)
        await other.close()


async def test_a_watch_that_dies_before_it_notes_how_far_it_came_repeats_itself() -> None:
    async with mail_rig() as rig:
        async with rig.watching() as taken:
            await rig.deliver(letter(1))
            await expect(taken, 1)
        rig.memory.kept.pop("folder:INBOX", None)
        async with rig.watching() as again:
            await expect(again, 1)
        assert list(again.events) == list(taken.events), "known by its name"


@pytest.mark.parametrize("is_killed", [True, False])
async def test_the_server_is_restarted(is_killed: bool) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        await asyncio.to_thread(rig.dovecot.restart, is_killed=is_killed)
        await rig.deliver(letter(2))
        await expect(taken, 1, 2)
        assert (await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))).is_ok
        await rig.until_mails(ANN, 1)


@pytest.mark.parametrize("command", [b"LOGIN", b"SELECT", b"EXAMINE", b"SEARCH", b"FETCH", b"IDLE"])
@pytest.mark.parametrize("is_before", [True, False])
async def test_the_line_is_cut_within_a_command(command: bytes, is_before: bool) -> None:
    async with mail_rig() as rig:
        rig.imap.cut_at(command, is_before=is_before)
        async with rig.watching() as taken:
            await rig.deliver(letter(1))
            await expect(taken, 1)
            rig.imap.disarm()
            rig.imap.cut()
            await rig.deliver(letter(2))
            await expect(taken, 1, 2)


async def test_the_folder_is_numbered_anew_while_it_is_watched() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        await until(lambda: rig.memory.get("folder:INBOX") is not None, "it was noted")
        before = rig.memory.get("folder:INBOX")["validity"]
        await asyncio.to_thread(rig.dovecot.kill)
        await asyncio.to_thread(rig.dovecot.forget_uids, SUPPORT)
        await asyncio.to_thread(rig.dovecot.start)
        await rig.deliver(letter(2))
        await expect(taken, 1, 2)
        await until(lambda: rig.memory.get("folder:INBOX")["validity"] != before, "the new numbers were noted")
        await rig.deliver(letter(3))
        await expect(taken, 1, 2, 3)


async def forwarded(rig: MailRig) -> list[str]:
    """The mails that lie within the mail that was sent."""
    (mail,) = await rig.until_mails(ANN, 1)
    return [str(part.get_payload(0)) for part in mail.walk() if part.get_content_type() == "message/rfc822"]


@pytest.mark.parametrize(
    ("verb", "args"), [("move", {"folder": "Done"}), ("flag", {"flag": "flagged"}), ("forward", {"to": ANN})]
)
async def test_a_number_from_before_the_folder_was_numbered_anew_is_never_used(
    monkeypatch: pytest.MonkeyPatch, verb: str, args: dict[str, Any]
) -> None:
    """Else another mail would be moved, marked, deleted or sent to somebody in the place of this one."""
    place_of = filing.place_of
    monkeypatch.setattr(connection, "FRESH_S", 0.0)
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await rig.deliver(letter(2))
        await rig.deliver(letter(3))
        await expect(taken, 1, 2, 3)
        with rig.dovecot.selected(SUPPORT) as client:
            delete(client, [1])

        async def numbered_anew(account: Account, call: Call, *, first: str = "") -> Place:
            place = await place_of(account, call, first=first)
            await asyncio.to_thread(rig.dovecot.kill)
            await asyncio.to_thread(rig.dovecot.forget_uids, SUPPORT)
            await asyncio.to_thread(rig.dovecot.start)
            return place

        for room in (filing, outgoing):
            monkeypatch.setattr(room, "place_of", numbered_anew)
        second = next(event for event in taken.events.values() if event.title == "Question 2")
        await rig.connector.execute(call_on(second, verb, KEY, **args))
        if verb == "forward":
            assert [parsed(part.encode())["Subject"] for part in await forwarded(rig)] == ["Question 2"]
            return
        where = args.get("folder", "INBOX")
        with rig.dovecot.selected(SUPPORT, where) as client:
            marked = client.search(["FLAGGED"] if verb == "flag" else ["ALL"])
            found = [mail.raw for mail in fetch(client, marked)]
        assert [parsed(raw)["Subject"] for raw in found] == ["Question 2"]


async def test_a_mail_that_went_elsewhere_while_its_folder_was_numbered_anew_is_looked_for_again() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        with rig.dovecot.selected(SUPPORT) as client:
            mark = mark_of({**taken.first.fields, "message_id": "<other@harbour.example>"})
            with pytest.raises(TransientError, match="numbered anew"):
                move(client, Place("INBOX", 1, 7), mark, "Done")
        assert len(await rig.mails(SUPPORT)) == 1


async def test_a_server_that_stalls_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.5)
    monkeypatch.setattr(connection, "CONNECT_S", 0.5)
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        rig.imap.stall()
        event = taken.first
        with pytest.raises(TransientError):
            await rig.connector.read(call_on(event, "thread", ""), {}, None)
        asked = asyncio.create_task(rig.connector.read(call_on(event, "thread", ""), {}, None))
        await asyncio.sleep(0.05)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        monkeypatch.undo()  # from here on a server may be as slow as it likes
        rig.imap.flow()
        assert (await rig.connector.read(call_on(event, "thread", ""), {}, None)).data["count"] == 1


async def reply_with(rig: MailRig, taken: Taken) -> None:
    event = taken.first
    await rig.connector.execute(call_on(event, "reply", KEY, to=ANN, text="Once."))


async def test_an_answer_that_is_lost_after_data_is_doubt_that_looking_settles() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        rig.smtp.swallow_data_answer()
        with pytest.raises(AmbiguousError):
            await reply_with(rig, taken)
        await rig.until_mails(ANN, 1)
        call = call_on(taken.first, "reply", KEY, to=ANN, text="Once.")

        async def is_found() -> bool:
            return await rig.connector.find(call) is not None

        await until(is_found, "the copy")
        await rig.until_mails(SUPPORT, 1, "Sent")
        assert await is_found(), "also when it was filed"
        assert len(await rig.mails(ANN)) == 1


@pytest.mark.parametrize("command", [b"EHLO", b"AUTH", b"MAIL FROM", b"RCPT TO", b"DATA\r\n"])
async def test_what_is_lost_before_the_mail_is_certainly_not_sent(command: bytes) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        rig.smtp.cut_at(command)
        with pytest.raises(TransientError):
            await reply_with(rig, taken)
        call = call_on(taken.first, "reply", KEY, to=ANN, text="Once.")
        assert await rig.connector.find(call) is None
        await reply_with(rig, taken)
        assert len(await rig.until_mails(ANN, 1)) == 1


async def test_a_search_that_fails_is_no_answer() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        await asyncio.to_thread(rig.dovecot.kill)
        with pytest.raises(TransientError):
            await rig.connector.find(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        await asyncio.to_thread(rig.dovecot.start)


async def test_a_move_that_is_cut_is_doubt_and_a_repeat_does_nothing_new() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        move = call_on(taken.first, "move", KEY, folder="Done")
        rig.imap.cut_at(b"UID MOVE", is_before=False)
        with pytest.raises(AmbiguousError):
            await rig.connector.execute(move)
        assert (await rig.connector.execute(move)).data["folder"] == "Done"
        assert len(await rig.mails(SUPPORT, "Done")) == 1
        assert await rig.mails(SUPPORT) == []


async def test_refused_recipients_and_addresses_that_are_none() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await expect(taken, 1)
        event = taken.first
        with pytest.raises(PermanentError):
            await rig.connector.execute(call_on(event, "reply", KEY, to="a(b)@c", text="x"))
        assert rig.relay.accepted == 0


async def test_a_wrong_password_needs_a_person_and_is_not_hammered(monkeypatch: pytest.MonkeyPatch) -> None:
    async with mail_rig() as rig:
        wrong = made_connector(rig.config, rig.memory)
        monkeypatch.setattr(KeptSecrets, "get", lambda self, name: "not it")  # type: ignore[arg-type]
        async with rig.watching(wrong):
            await until(lambda: rig.memory.said, "a word about it")
            opened = rig.imap.opened
            await asyncio.sleep(0.5)
            assert rig.imap.opened == opened <= 2
        state, text = rig.memory.said[-1]
        assert state == "needs_you"
        assert "does not accept the sign-in" in text
        assert "not it" not in text
        await wrong.close()


async def test_large_boxes_are_read_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folderreader, "SIZES_AT_ONCE", 7)
    monkeypatch.setattr(folderreader, "GROUP", 3)
    async with mail_rig() as rig:
        with rig.dovecot.selected(SUPPORT) as client:
            for number in range(1, 26):
                client.append("INBOX", letter(number), (), datetime.now(UTC))
        async with rig.watching() as taken:
            await expect(taken, *range(1, 26))
            assert taken.calls == 25
