"""A mail comes in, is answered in its thread, filed and found again, against a real server."""

import asyncio

import pytest

from opsconsole.connectors.mail.smtp.compose import message_id
from opsconsole.domain.errors import PermanentError
from opsconsole.domain.event import IncomingEvent
from tests.support.mail.mailrig import ANN, SUPPORT, MailRig, Taken, again, call_on, letter, mail_rig, until

KEY = "c0ffee" * 10 + "beef"


async def arrived(rig: MailRig, taken: Taken, raw: bytes | None = None) -> IncomingEvent:
    """Deliver a mail and wait for its event."""
    count = len(taken.events)
    await rig.deliver(raw or letter(count + 1))
    await until(lambda: len(taken.events) > count, "an event")
    return list(taken.events.values())[-1]


async def test_a_mail_is_an_event_and_the_reply_lands_threaded() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken, letter(1, References="<m0@harbour.example>"))
        assert (event.kind, event.title, event.sender) == ("mail.received", "Question 1", ANN)
        assert event.is_verified
        assert event.subject == "thread:<m0@harbour.example>"
        result = await rig.connector.execute(call_on(event, "reply", KEY, to=ANN, text="Hallo, schöne Grüße – Änne"))
        assert result.is_ok
        answer = (await rig.until_mails(ANN, 1))[0]
        assert answer["Message-ID"] == result.data["message_id"] == message_id(KEY, rig.config)
        assert answer["In-Reply-To"] == "<m1@harbour.example>"
        assert answer["References"].split() == ["<m0@harbour.example>", "<m1@harbour.example>"]
        assert answer["Subject"] == "Re: Question 1"
        assert answer["From"] == f"Slotwise Support <{SUPPORT}>"
        assert answer["Auto-Submitted"] == "auto-replied"
        assert answer.get_content().splitlines() == ["Hallo, schöne Grüße – Änne"]
        sent = (await rig.until_mails(SUPPORT, 1, "Sent"))[0]
        assert sent["Message-ID"] == answer["Message-ID"]
        await until(lambda: rig.memory.get("folder:INBOX")["uid"] == 2, "the copy was read")
        assert taken.titles == ["Question 1"]
        assert [mail["Subject"] for mail in await rig.mails(SUPPORT)] == ["Question 1"]


async def test_a_thread_shows_both_sides_and_what_was_only_simulated() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken)
        ask = call_on(event, "thread", "")
        first = await rig.connector.read(ask, {}, None)
        assert (first.data["count"], first.data["has_our_reply"]) == (1, False)
        reply = call_on(event, "reply", KEY, to=ANN, text="We look into it.")
        simulated = await rig.connector.simulate(reply, {})
        shadow = await rig.connector.read(ask, simulated.records, None)
        assert (shadow.data["count"], shadow.data["has_our_reply"]) == (2, True)
        assert shadow.data["mails"][-1]["text"] == "We look into it."
        await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, "Sent")
        second = await rig.connector.read(ask, {}, None)
        assert [mail["direction"] for mail in second.data["mails"]] == ["in", "out"]
        with pytest.raises(PermanentError, match="at an earlier time"):
            await rig.connector.read(ask, {}, event.occurred_at)


async def test_history_and_search() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken, letter(1, text="The calendar lost an appointment in Zürich."))
        await arrived(rig, taken, letter(2, sender="bob@quay.example", text="Invoice please"))
        with_ann = await rig.connector.read(call_on(event, "history", "", address=ANN), {}, None)
        assert [mail["subject"] for mail in with_ann.data["mails"]] == ["Question 1"]
        found = await rig.connector.read(call_on(event, "search", "", text="Zürich", limit=5), {}, None)
        assert [mail["subject"] for mail in found.data["mails"]] == ["Question 1"]
        nothing = await rig.connector.read(call_on(event, "search", "", text='x" OR ALL\r\nA LOGOUT'), {}, None)
        assert nothing.data["count"] == 0


async def test_moving_archiving_and_marking_are_undone() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken)
        move = call_on(event, "move", KEY, folder="Kunden/Häfen")
        done = await rig.connector.execute(move)
        assert done.data == {"folder": "Kunden/Häfen", "from_folder": "INBOX", "is_changed": True}
        repeated = await rig.connector.execute(move)
        assert repeated.data["is_changed"] is False
        assert len(await rig.mails(SUPPORT, "Kunden/Häfen")) == 1
        await rig.connector.undo(move, done.data)
        await rig.connector.undo(move, done.data)
        assert len(await rig.mails(SUPPORT)) == 1
        archive = again(move, "archive", args={})
        done = await rig.connector.execute(archive)
        assert len(await rig.mails(SUPPORT, "Archive")) == 1
        flag = again(move, "flag", args={"flag": "flagged", "is_on": True})
        marked = await rig.connector.execute(flag)
        assert marked.data["is_changed"]
        assert not (await rig.connector.execute(flag)).data["is_changed"]
        await rig.connector.undo(flag, marked.data)
        await rig.connector.undo(archive, done.data)
        assert len(await rig.mails(SUPPORT)) == 1
        assert taken.titles == ["Question 1"], "a mail that comes back is no new event"


async def test_a_draft_is_laid_down_found_and_removed_unless_it_was_changed() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken)
        draft = call_on(event, "draft", KEY, text="Dear Ann, …")
        assert await rig.connector.find(draft) is None
        done = await rig.connector.execute(draft)
        lying = (await rig.mails(SUPPORT, "Drafts"))[0]
        assert (lying["To"], lying["In-Reply-To"], lying["Auto-Submitted"]) == (ANN, "<m1@harbour.example>", None)
        assert await rig.connector.find(draft) == done
        assert (await rig.connector.undo(draft, done.data)).is_ok
        assert await rig.mails(SUPPORT, "Drafts") == []
        await rig.connector.execute(draft)
        with rig.dovecot.selected(SUPPORT, "Drafts") as client:
            uid = client.search("ALL")[0]
            changed = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"].replace(b"Dear Ann", b"Dearest Ann")
            client.delete_messages([uid])
            client.uid_expunge([uid])
            client.append("Drafts", changed)
        with pytest.raises(PermanentError, match="changed the draft since"):
            await rig.connector.undo(draft, done.data)
        assert len(await rig.mails(SUPPORT, "Drafts")) == 1


@pytest.mark.parametrize("is_plain", [True, False])
async def test_a_forwarded_mail_goes_whole(is_plain: bool) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        text = "As it came." if is_plain else "So wie es kam: äöü."
        event = await arrived(rig, taken, letter(1, text=text))
        await rig.connector.execute(call_on(event, "forward", KEY, to=ANN, text="Please see below."))
        forwarded = (await rig.until_mails(ANN, 1))[0]
        assert forwarded["Subject"] == "Fwd: Question 1"
        attached = next(forwarded.iter_attachments())
        if is_plain:
            assert attached.get_content_type() == "message/rfc822"
            assert attached.get_content()["Message-ID"] == "<m1@harbour.example>"
        else:
            assert "So wie es kam: äöü.".encode() in attached.get_content()


async def test_arrival_is_noticed_at_once() -> None:
    """Not a figure, which the bench gives: waiting for the next look would take a minute."""
    async with mail_rig() as rig, rig.watching() as taken:
        for number in range(1, 6):
            await rig.deliver(letter(number))
            await until(lambda n=number: f"Question {n}" in taken.titles, "the mail", timeout_s=5.0)


async def test_machines_own_mail_and_forged_copies() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        event = await arrived(rig, taken, letter(1, Auto_Submitted="auto-replied"))
        assert event.fields["is_auto"] is True
        await rig.connector.execute(call_on(event, "send", KEY, to=SUPPORT, subject="To ourselves", text="x"))
        await rig.until_mails(SUPPORT, 1, "Sent")
        forged = letter(2, sender=SUPPORT, Message_ID=message_id(KEY, rig.config), X_Opsconsole_Seal="0" * 32)
        event = await arrived(rig, taken, forged)
        assert event.title == "Question 2", "a mail that only claims to be ours is not hidden"
        assert event.kind != "mail.received"
        assert len(await rig.mails(SUPPORT, "Sent")) == 1


async def test_mail_from_before_the_connection_is_no_event() -> None:
    async with mail_rig() as rig:
        await rig.deliver(letter(1))
        with rig.dovecot.selected(SUPPORT) as client:
            client.append("INBOX", letter(9), (), rig.config.since.replace(year=2020))
        async with rig.watching() as taken:
            await until(lambda: rig.memory.get("folder:INBOX") is not None, "the folder was read")
            await arrived(rig, taken, letter(3))
            assert taken.titles == ["Question 1", "Question 3"]


async def test_two_connections_of_one_account_do_not_disturb_each_other() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        other = rig.another()
        try:
            event = await arrived(rig, taken)
            calls = [call_on(event, "thread", "") for _ in range(10)]
            results = await asyncio.gather(
                *(connector.read(call, {}, None) for call in calls for connector in (other, rig.connector))
            )
            assert {result.data["count"] for result in results} == {1}
        finally:
            await other.close()
