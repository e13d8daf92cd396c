"""What people do in a mailbox is told in the words of its tools, once."""

from contextlib import suppress
from typing import Any

import pytest

from opsconsole.connectors.mail.imap import folderstate
from opsconsole.connectors.mail.imap.mailbox import Stored
from opsconsole.connectors.mail.people import sentacts
from opsconsole.domain.errors import TransientError
from tests.support.mail.mailrig import ANN, SUPPORT, letter
from tests.support.mail.teamrig import BOB, NOTHING, scene, sent


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


async def test_a_mail_beyond_what_a_folder_shows_is_not_told_as_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folderstate, "MOST", 1)
    async with scene(2) as at:
        assert await at.settled() == []
        assert [at.connector.sees_inaction(event.subject) for event in at.events] == [False, True]
        for days in (5, 1):
            await at.look(minutes=days * 24 * 60)
            assert not at.connector.sees_inaction(at.events[0].subject), "its time is over, and it was not found"
        await at.begin_again()
        assert not at.connector.sees_inaction(at.events[0].subject)
    monkeypatch.setattr(folderstate, "MOST", 2)
    async with scene(2) as at:
        at.expunge(1)
        assert await at.settled() == [("mail.delete", {})]
        assert all(at.connector.sees_inaction(event.subject) for event in at.events)


async def test_emptying_the_trash_deletes_nothing_anew() -> None:
    async with scene() as at:
        at.move(1, "Trash")
        assert await at.settled() == [("mail.delete", {})]
        at.expunge(1, "Trash")
        assert await at.settled() == [("mail.delete", {})]


async def test_a_copy_is_no_move_until_the_first_is_gone() -> None:
    async with scene() as at:
        at.copy(1, "Billing")
        assert await at.settled() == []
        at.expunge(1)
        assert await at.settled() == [("mail.move", {"folder": "Billing"})]


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
        assert {act.about for act in at.acts.values()} == {event.external_id for event in at.events[:3]}
        assert {act.actor for act in at.acts.values()} == {f"account:{SUPPORT}"}
        count = len(at.acts)
        await at.begin_again()
        await at.look()
        assert len(at.acts) == count, "told twice, it is one act"


async def test_an_attached_mail_was_forwarded() -> None:
    async with scene() as at:
        inner = letter(1).decode()
        parts = ["Content-Type: text/plain\r\n\r\nSee below.", f"Content-Type: message/rfc822\r\n\r\n{inner}"]
        body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--"
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
        assert [act.about for act in at.acts.values()] == [at.events[0].external_id]


def lost(*_: object, **__: object) -> list[Stored]:
    raise TransientError("the server hung up")


def nothing(*_: object, **__: object) -> list[Stored]:
    return []


@pytest.mark.parametrize("gives", [lost, nothing])
async def test_a_sent_mail_that_cannot_be_read_leaves_open_whether_anything_was_done(
    monkeypatch: pytest.MonkeyPatch, gives: Any
) -> None:
    """Else a person who answered would stand in the pair as one who did nothing."""
    async with scene(2) as at:
        first, second = (event.subject for event in at.events)
        at.file_sent(sent(1, References="<m1@harbour.example>", In_Reply_To="<m1@harbour.example>"))
        with monkeypatch.context() as broken:
            broken.setattr(sentacts, "fetch", gives)
            for _ in range(sentacts.TRIES + 2):
                with suppress(TransientError):
                    await at.look(minutes=20)
            assert at.told == []
            assert (at.connector.sees_inaction(first), at.connector.sees_inaction(second)) == (False, True)
            await at.begin_again()
            assert not at.connector.sees_inaction(first)
        await at.look()
        assert [tool for tool, _ in at.told] == ["mail.reply"]
        assert at.connector.sees_inaction(first)


async def test_a_forward_that_cannot_be_read_may_be_about_any_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene(2) as at:
        monkeypatch.setattr(sentacts, "fetch", nothing)
        at.file_sent(sent(1, to=BOB, name="f", Subject="Fwd: Question 1"))
        await at.look()
        assert [at.connector.sees_inaction(event.subject) for event in at.events] == [False, False]
