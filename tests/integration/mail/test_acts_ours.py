"""Our own deeds are nobody's acts, whatever happens to the server, its folders or this process."""

from datetime import timedelta
from typing import Any

import pytest

from opsconsole.domain.errors import TransientError
from tests.support.mail.mailrig import ANN, SUPPORT, call_on, letter
from tests.support.mail.teamrig import Scene, scene, sent


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


async def test_a_move_cut_off_midway_stays_ours_after_a_restart() -> None:
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
        commands = [line.split(b" ", 2)[1:] for chunk in asked for line in chunk.splitlines()]
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
        assert not any(at.rig.memory.get(f"acts:{number:02d}") for number in range(32)), "it is watched no longer"


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


async def test_a_connection_lost_in_the_middle_of_a_look_loses_nothing() -> None:
    for command in (b"EXAMINE", b"UID SEARCH", b"UID FETCH", b"LIST"):
        async with scene(2) as at:
            at.move(1, "Billing")
            at.mark(2, "\\Flagged")
            at.rig.imap.cut_at(command)
            try:
                told = await at.settled()
            except TransientError:
                told = await at.settled()
            told = told or await at.settled()
            assert sorted(told, key=str) == [
                ("mail.flag", {"flag": "flagged", "is_on": True}),
                ("mail.move", {"folder": "Billing"}),
            ]


async def test_a_server_without_condstore_is_asked_for_flags() -> None:
    plain = "protocol imap {\n  imap_capability = IMAP4rev1 SASL-IR UIDPLUS MOVE IDLE NAMESPACE SPECIAL-USE\n}"
    async with scene(2, extra=[plain]) as at:
        at.mark(2, "\\Flagged")
        at.move(1, "Billing")
        assert sorted(await at.settled(), key=str) == [
            ("mail.flag", {"flag": "flagged", "is_on": True}),
            ("mail.move", {"folder": "Billing"}),
        ]


async def test_mails_without_an_id_and_with_the_same_are_told_apart() -> None:
    raws = [letter(1), letter(1, text="Another mail with the same id."), nameless(b"First"), nameless(b"The second")]
    async with scene(raws=raws) as at:
        at.move_uid(2, "Billing")
        at.move_uid(3, "Sales")
        await at.settled()
        assert {act.about: dict(act.args) for act in at.acts.values()} == {
            at.events[1].external_id: {"folder": "Billing"},
            at.events[2].external_id: {"folder": "Sales"},
        }


def nameless(text: bytes) -> bytes:
    return letter(1).replace(b"Message-ID: <m1@harbour.example>\r\n", b"").replace(b"Hello there.", text)


async def test_looking_changes_nothing_on_the_server() -> None:
    async with scene(3) as at:
        at.move(1, "Billing")
        at.mark(2, "\\Flagged")
        at.file_sent(sent(3, In_Reply_To="<m3@harbour.example>"))
        asked: list[bytes] = []
        at.rig.imap.heard = asked
        await at.begin_again()
        assert len(await at.settled()) == 3
        words = [line.upper().split(b" ") for chunk in asked for line in chunk.splitlines() if b" " in line]
        said, verbs = {command[1] for command in words}, {command[2] for command in words if command[1] == b"UID"}
        assert said <= {b"LOGIN", b"CAPABILITY", b"ENABLE", b"NAMESPACE", b"LIST", b"EXAMINE", b"UID", b"LOGOUT"}
        assert verbs == {b"SEARCH", b"FETCH"}
