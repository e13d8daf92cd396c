"""Servers that can less, or do more by themselves; accounts with several folders."""

import asyncio
from datetime import timedelta

import pytest

from opsconsole.connectors.mail import watch
from opsconsole.connectors.mail.smtp.compose import message_id
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.engine.effects.waits import backoff_s
from opsconsole.engine.ports.connector import Take
from tests.support.mail.mailrig import ANN, SUPPORT, call_on, letter, mail_rig, until

KEY = "5eed" * 16
LITTLE = ("imap_capability = IMAP4rev1 LITERAL+ UIDPLUS SPECIAL-USE",)
LEAST = ("imap_capability = IMAP4rev1",)


@pytest.mark.parametrize("extra", [LITTLE, LEAST])
async def test_a_server_without_idle_move_and_qresync(extra: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "POLL_WITHOUT_IDLE_S", 0.1)
    monkeypatch.setattr(watch, "POLL_S", 0.1)
    async with mail_rig(extra=extra) as rig, rig.watching() as taken:
        for number in (1, 2):
            await rig.deliver(letter(number))
            await until(lambda count=number: len(taken.events) == count, "the event")
        move = call_on(taken.first, "move", KEY, folder="Done")
        done = await rig.connector.execute(move)
        assert (await rig.connector.execute(move)).is_ok
        assert len(await rig.mails(SUPPORT, "Done")) == 1
        await rig.connector.undo(move, done.data)
        assert await rig.mails(SUPPORT, "Done") == [] or extra is LEAST, "without UIDPLUS it is only marked as deleted"
        await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        await rig.until_mails(SUPPORT, 1, "Sent")


async def test_a_server_that_files_what_is_sent_gets_no_copy_of_ours() -> None:
    async with mail_rig(sent_copy="server") as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        await rig.connector.execute(reply)
        await rig.until_mails(ANN, 1)
        assert [recipients for _, recipients, _ in rig.relay.envelopes] == [(ANN,)]
        assert await rig.connector.find(reply) is None
        with rig.dovecot.selected(SUPPORT, "Sent") as client:
            client.append("Sent", rig.relay.envelopes[0][2])
        found = await rig.connector.find(reply)
        assert found is not None
        assert found.data["message_id"] == message_id(KEY, rig.config)


async def test_a_copy_is_found_wherever_a_rule_put_it() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, "Sent")
        with rig.dovecot.selected(SUPPORT, "Sent") as client:
            client.create_folder("Rules/Robots")
            client.move(client.search("ALL"), "Rules/Robots")
        assert await rig.connector.find(reply) is not None


async def test_several_folders_are_watched_and_a_mail_moved_between_them_is_one_event() -> None:
    async with mail_rig(watched=("INBOX", "Team")) as rig:
        with rig.dovecot.selected(SUPPORT) as client:
            client.create_folder("Team")
        async with rig.watching() as taken:
            await rig.deliver(letter(1))
            await until(lambda: taken.events, "the event")
            with rig.dovecot.selected(SUPPORT) as client:
                client.move(client.search("ALL"), "Team")
                client.select_folder("Team")
                client.append("Team", letter(2))
            await until(lambda: "Question 2" in taken.titles, "the second")
            await until(lambda: taken.calls == 3, "the moved one was met again")
            assert len(taken.events) == 2


async def test_what_taking_in_raises_ends_the_watch() -> None:
    async with mail_rig() as rig:

        async def lost(incoming: object) -> bool:
            raise RuntimeError("the workspace is gone")

        take: Take = lost
        task = asyncio.create_task(rig.connector.watch(take))
        await rig.deliver(letter(1))
        with pytest.raises(RuntimeError, match="the workspace is gone"):
            async with asyncio.timeout(10):
                await task
        kept = rig.memory.get("folder:INBOX")
        assert kept is None or kept["uid"] == 0, "what was not taken is not passed over"


async def test_a_thread_as_it_is_and_not_as_it_was() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        moment = taken.first.occurred_at
        with rig.dovecot.selected(SUPPORT) as client:
            earlier = letter(2, References="<m1@harbour.example>")
            client.append("Archive", earlier, (), moment - timedelta(days=10))
        ask = call_on(taken.first, "thread", "")
        whole = await rig.connector.read(ask, {}, None)
        assert [mail["subject"] for mail in whole.data["mails"]] == ["Question 2", "Question 1"]
        # Where a mail lies now tells what people did with it: of earlier times a mailbox says nothing.
        with pytest.raises(PermanentError, match="at an earlier time"):
            await rig.connector.read(ask, {}, moment - timedelta(days=5))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 5.7.1 this is spam", PermanentError),
        ("451 4.7.1 come again later", TransientError),
        ("421 4.3.2 going down", AmbiguousError),
        ("451 4.4.2 the next server was lost", AmbiguousError),
    ],
)
async def test_what_the_server_says_to_a_mail(answer: str, error: type[Exception]) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.answers = answer
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        with pytest.raises(error):
            await rig.connector.execute(reply)
        assert await rig.connector.find(reply) is None
        await rig.connector.execute(reply)
        assert len(await rig.until_mails(ANN, 1)) == 1


@pytest.mark.parametrize(("answer", "error"), [("550 5.1.1 unknown", PermanentError), ("450 busy", TransientError)])
async def test_a_refusal_names_whom_it_is_about_and_the_mail_goes_to_nobody(
    answer: str, error: type[Exception]
) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: answer if address == ANN else None
        with pytest.raises(error, match=f"for {ANN}"):
            await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        assert rig.relay.envelopes == []


@pytest.mark.parametrize("answer", ["552 5.2.2 over quota", "450 busy", "550 not here"])
async def test_a_refused_copy_of_ours_does_not_fail_the_reply_and_is_told(answer: str) -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: answer if address == SUPPORT else None
        done = await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        assert done.is_ok
        (refused,) = done.data["copies_refused"]
        assert refused["to"] == SUPPORT
        assert refused["said"].startswith(answer[:3])
        assert len(await rig.until_mails(ANN, 1)) == 1
        assert done.data["copy_in"] == "Sent"
        assert len(await rig.mails(SUPPORT, "Sent")) == 1, "laid there by hand"
        assert await rig.connector.find(call_on(taken.first, "reply", KEY, to=ANN, text="x")) is not None


async def test_a_mail_that_our_full_mailbox_refuses_goes_without_our_copy() -> None:
    """Where the server says it only at the end, and not whose mailbox is full."""
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.answers = "552 5.2.2 over quota"
        done = await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        assert [each["to"] for each in done.data["copies_refused"]] == [SUPPORT]
        assert [recipients for _, recipients, _ in rig.relay.envelopes] == [(ANN,)]
        rig.relay.answers = "552 5.3.4 too large"
        with pytest.raises(PermanentError, match=r"refuses the mail: 552 .*5\.3\.4"):
            await rig.connector.execute(call_on(taken.first, "reply", "2" * 64, to=ANN, text="x"))


async def test_whose_mailbox_is_full_is_said() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: "552 5.2.2 over quota" if address == ANN else None
        with pytest.raises(PermanentError, match=f"The mailbox of {ANN} is full"):
            await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))


async def test_a_doubt_without_our_copy_is_never_taken_for_not_sent() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: "552 5.2.2 over quota" if address == SUPPORT else None
        rig.smtp.swallow_data_answer()
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        with pytest.raises(AmbiguousError):
            await rig.connector.execute(reply)
        another = rig.another()
        with pytest.raises(PermanentError, match="Our own copy of it was refused"):
            await another.find(reply)
        await another.close()


async def test_nor_is_a_doubt_in_which_our_call_was_ended_by_time() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: "552 5.2.2 over quota" if address == SUPPORT else None

        def stalled(raw: bytes) -> bytes:
            rig.smtp.stall()  # the mail is taken, and its answer never comes
            return raw

        rig.relay.rewrites = stalled
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        sending = asyncio.create_task(rig.connector.execute(reply))
        await until(lambda: rig.relay.envelopes, "it is sent")
        sending.cancel()
        await asyncio.wait([sending])
        rig.smtp.flow()
        another = rig.another()
        with pytest.raises(PermanentError, match="Our own copy of it was refused"):
            await another.find(reply)
        await another.close()


async def test_what_was_refused_for_certain_leaves_no_doubt_behind() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda address: "552 5.2.2 over quota" if address == SUPPORT else None
        rig.relay.answers = "554 5.7.1 spam"
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="x")
        with pytest.raises(PermanentError):
            await rig.connector.execute(reply)
        assert await rig.connector.find(reply) is None


async def test_a_server_that_says_later_is_tried_for_hours() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.refuses = lambda _: "451 4.7.1 greylisted, come again later"
        with pytest.raises(TransientError) as raised:
            await rig.connector.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))
        tries = raised.value.tries
        assert tries is not None
        assert sum(backoff_s(attempt) for attempt in range(1, tries)) > 6 * 3600
