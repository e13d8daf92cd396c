"""Servers that put an id of their own into Message-ID, folders that can only be read: said, and never done twice."""

import asyncio
import re
from pathlib import Path

import pytest

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.domain.errors import AmbiguousError, PermanentError
from tests.support.mail.mailrig import ANN, SUPPORT, call_on, letter, mail_rig, until

KEY = "1d5ea1" * 10 + "abcd"
READABLE = ("protocol imap {\n  mail_plugins = acl\n}\nplugin {\n  acl = vfile\n}",)


def renamed(raw: bytes) -> bytes:
    """As a gateway does that knows better."""
    return re.sub(rb"(?im)^message-id:.*$", b"Message-ID: <0a1b@gateway.example>\r", raw, count=1)


def test_the_product_waits_two_minutes_for_a_copy() -> None:
    assert MailConfig.model_fields["arrival_s"].default == 120.0


async def test_a_mail_that_was_sent_under_another_id_is_found_and_is_no_event() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        rig.relay.rewrites = renamed
        rig.smtp.swallow_data_answer()
        reply = call_on(taken.first, "reply", KEY, to=ANN, text="Once.")
        with pytest.raises(AmbiguousError):
            await rig.connector.execute(reply)
        (arrived,) = await rig.until_mails(ANN, 1)
        assert arrived["Message-ID"] == "<0a1b@gateway.example>"
        await rig.until_mails(SUPPORT, 1, "Sent")
        found = await rig.connector.find(reply)
        assert found is not None
        assert await rig.connector.find(call_on(taken.first, "reply", "f" * 64, to=ANN, text="Once.")) is None
        assert taken.titles == ["Question 1"], "our own copy is no event under the other name either"


async def test_a_draft_under_another_id_is_still_taken_back() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        draft = call_on(taken.first, "draft", KEY, text="Soon.")
        done = await rig.connector.execute(draft)
        (raw,) = rig.dovecot.mails(SUPPORT, "Drafts")
        with rig.dovecot.selected(SUPPORT, "Drafts") as client:
            client.delete_messages(client.search("ALL"))
            client.append("Drafts", renamed(raw))
        assert await rig.connector.find(draft) is not None
        assert (await rig.connector.undo(draft, done.data)).is_ok


async def test_a_folder_that_can_only_be_read_says_so_and_leaves_no_doubt() -> None:
    async with mail_rig(extra=READABLE) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        place = Path(rig.dovecot.home(SUPPORT)) / "Maildir" / "dovecot-acl"
        place.write_text("owner lr\n", encoding="utf-8")
        await asyncio.to_thread(rig.dovecot.restart, is_killed=True)
        for deed in (
            call_on(taken.first, "move", KEY, folder="Done"),
            call_on(taken.first, "flag", KEY, flag="flagged"),
        ):
            with pytest.raises(PermanentError, match="the folder INBOX can only be read"):
                await rig.connector.execute(deed)
        await rig.deliver(letter(2))
        await until(lambda: len(taken.events) == 2, "it is still read")
        client = rig.dovecot.client(SUPPORT)
        assert not client.folder_exists("Done"), "nor was a folder made for it"
        client.logout()
