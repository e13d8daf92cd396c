"""The same on Cyrus: with `INBOX.` before every folder, and without."""

import asyncio
from collections.abc import Callable

import pytest

from opsconsole.domain.errors import AmbiguousError
from tests.support.mail.mailrig import ANN, SUPPORT, call_on, cyrus_rig, letter, until
from tests.support.mail.teamrig import scene, sent

pytestmark = pytest.mark.slow
KEY = "c1c1" * 16
both = pytest.mark.parametrize("is_under_inbox", [True, False], ids=["INBOX.", "plain"])


def spelt(is_under_inbox: bool) -> Callable[[str], str]:
    return (lambda name: "INBOX." + name.replace("/", ".")) if is_under_inbox else str


@both
async def test_mails_are_events_and_every_deed_works(is_under_inbox: bool) -> None:
    name = spelt(is_under_inbox)
    async with cyrus_rig(is_under_inbox=is_under_inbox) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        event = taken.first
        draft = call_on(event, "draft", KEY, text="Soon.")
        drafted = await rig.connector.execute(draft)
        assert len(await rig.mails(SUPPORT, name("Drafts"))) == 1
        assert (await rig.connector.undo(draft, drafted.data)).is_ok
        reply = call_on(event, "reply", KEY, to=ANN, text="x")
        await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, name("Sent"))
        assert len(await rig.until_mails(ANN, 1)) == 1
        deeds: list[tuple[str, dict[str, str], str]] = [
            ("archive", {}, "Archive"),
            ("move", {"folder": "Work/Open"}, "Work/Open"),
        ]
        for verb, args, lies in deeds:
            call = call_on(event, verb, KEY, **args)
            done = await rig.connector.execute(call)
            assert len(await rig.mails(SUPPORT, name(lies))) == 1, verb
            assert (await rig.connector.undo(call, done.data)).is_ok
        await asyncio.to_thread(rig.dovecot.restart)
        await rig.deliver(letter(2))
        await until(lambda: len(taken.events) == 2, "one that came after it was killed")


@both
async def test_an_answer_that_was_lost_is_found_and_nothing_is_sent_twice(is_under_inbox: bool) -> None:
    async with cyrus_rig(is_under_inbox=is_under_inbox) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.smtp.swallow_data_answer()
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="Once.")
        with pytest.raises(AmbiguousError):
            await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, spelt(is_under_inbox)("Sent"))
        assert await rig.connector.find(reply) is not None
        assert len(await rig.mails(ANN)) == 1


@both
async def test_what_people_do_is_told(is_under_inbox: bool) -> None:
    name = spelt(is_under_inbox)
    async with scene(5, server_rig=cyrus_rig, is_under_inbox=is_under_inbox) as at:
        at.file_sent(sent(9, In_Reply_To="<m1@harbour.example>"), name("Sent"))
        at.move(2, name("Trash"))
        at.move(3, name("Archive"))
        at.move(4, name("Work/Open"))
        at.mark(5, "\\Flagged")
        told = dict(await at.settled())
        assert told.pop("mail.reply")["to"] == ANN
        assert told == {
            "mail.delete": {}, "mail.archive": {}, "mail.move": {"folder": "Work/Open"},
            "mail.flag": {"flag": "flagged", "is_on": True},
        }  # fmt: skip
