"""Servers that spell folders otherwise: `INBOX.Sent` and `Sent.2026`, with and without special uses."""

from typing import Any

import pytest

from opsconsole.connectors.mail import accountcheck
from opsconsole.connectors.mail.config import Folders
from opsconsole.connectors.mail.imap.folders import Named, named
from opsconsole.connectors.mail.signin.auth import PasswordSignIn
from opsconsole.domain.enums import Comparison
from opsconsole.policy.likeness import likeness
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import ANN, SUPPORT, WORDS, KeptSecrets, call_on, letter, mail_rig, until
from tests.support.mail.teamrig import scene, sent

KEY = "0dd5" * 16
SPELT: dict[str, dict[str, Any]] = {
    "INBOX.": {"separator": ".", "prefix": "INBOX."},
    "dots": {"separator": "."},
    "INBOX/": {"prefix": "INBOX/"},
}
PLAIN = {name: {**more, "has_special_use": False} for name, more in SPELT.items()}


def servers(kinds: dict[str, dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("server", list(kinds.values()), ids=list(kinds))


def spelt(server: dict[str, Any], folder: str) -> str:
    return server.get("prefix", "") + folder.replace("/", server.get("separator", "/"))


@servers(SPELT | {f"{name} by name": more for name, more in PLAIN.items()})
def test_folders_are_found_whatever_parts_their_names(server: dict[str, Any]) -> None:
    with Dovecot(WORDS, **server) as dovecot, dovecot.selected(SUPPORT) as client:
        found = named(client, Folders())
        uses = [found.sent, found.drafts, found.archive, found.trash]
        assert uses == [spelt(server, name) for name in ("Sent", "Drafts", "Archive", "Trash")]
        assert found.full("Work/Open") == spelt(server, "Work/Open")
        assert found.plain(spelt(server, "Work/Open")) == "Work/Open"
        assert found.full(found.sent) == found.full("Sent") == found.sent
        assert found.full("Inbox") == "INBOX"


@servers(PLAIN)
async def test_every_deed_works_whatever_parts_the_names(server: dict[str, Any]) -> None:
    async with mail_rig(server=server) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        event = taken.first
        drafted = await rig.connector.execute(call_on(event, "draft", KEY, text="Soon."))
        assert len(await rig.mails(SUPPORT, spelt(server, "Drafts"))) == 1
        assert (await rig.connector.undo(call_on(event, "draft", KEY, text="Soon."), drafted.data)).is_ok
        reply = call_on(event, "reply", KEY, to=ANN, text="x")
        await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, spelt(server, "Sent"))
        assert await rig.connector.find(reply) is not None
        deeds: list[tuple[str, dict[str, str], str]] = [
            ("archive", {}, "Archive"),
            ("move", {"folder": "Work/Open"}, "Work/Open"),
            ("move", {"folder": spelt(server, "Work/Done")}, "Work/Done"),
        ]
        for number, (verb, args, lies) in enumerate(deeds):
            call = call_on(event, verb, f"{number}" * 64, **args)
            done = await rig.connector.execute(call)
            assert len(await rig.mails(SUPPORT, spelt(server, lies))) == 1, verb
            assert (await rig.connector.undo(call, done.data)).is_ok
            assert len(await rig.mails(SUPPORT)) == 1


@servers(PLAIN)
async def test_what_people_do_is_told_whatever_parts_the_names(server: dict[str, Any]) -> None:
    async with scene(4, server=server) as at:
        at.file_sent(sent(9, In_Reply_To="<m1@harbour.example>"), spelt(server, "Sent"))
        at.move(2, spelt(server, "Trash"))
        at.move(3, spelt(server, "Archive"))
        at.move(4, spelt(server, "Work/Open"))
        told = dict(await at.settled())
        assert told.pop("mail.reply")["to"] == ANN
        assert told == {"mail.delete": {}, "mail.archive": {}, "mail.move": {"folder": "Work/Open"}}


@pytest.mark.parametrize("other", ["Work/Open", "INBOX.Work.Open", "INBOX/Work/Open", "Work.Open", "inbox.Work.Open"])
def test_one_folder_in_two_spellings_is_the_same_folder(other: str) -> None:
    assert likeness("Work/Open", other, Comparison.FOLDER) == 1.0
    assert likeness("Work/Shut", other, Comparison.FOLDER) == 0.0


@pytest.mark.parametrize("kept", [(), ("Sent",), ("Sent", "Drafts", "Archive")])
async def test_a_missing_folder_is_a_warning_that_says_what_is_lost(kept: tuple[str, ...]) -> None:
    words = {
        "Sent": "what people answer from other programs is not seen",
        "Drafts": "cannot lay down drafts",
        "Archive": "cannot archive",
        "Trash": "counts as moved",
    }
    async with mail_rig(server={"folders": kept}) as rig:
        how = PasswordSignIn(rig.config.login, KeptSecrets(support=WORDS[SUPPORT])) if rig.config.login else None
        assert how is not None
        step, _ = await accountcheck.folders(rig.config, how)
        assert not step.is_ok
        assert not step.is_needed
        assert {folder for folder, said in words.items() if said in step.text} == words.keys() - set(kept)
        with rig.dovecot.selected(SUPPORT) as client:
            for folder in ("Raus", "Entw", "Weg", "Müll"):
                client.create_folder(folder)
        given = Folders(sent="Raus", drafts="Entw", archive="Weg", trash="Müll")
        step, found = await accountcheck.folders(rig.config.model_copy(update={"folders": given}), how)
        assert step.is_ok, step.text
        assert found is not None
        assert (found.sent, found.drafts, found.archive, found.trash) == ("Raus", "Entw", "Weg", "Müll")
        step, _ = await accountcheck.folders(rig.config.model_copy(update={"folders": Folders(sent="Nirgends")}), how)
        assert step.is_needed
        assert "There is no folder Nirgends. There are: " in step.text


def test_without_namespace_the_list_tells_the_prefix() -> None:
    class Listed:
        def __init__(self, *rows: tuple[tuple[bytes, ...], bytes | None, str]) -> None:
            self.rows = rows

        def list_folders(self) -> Any:
            return self.rows

        def has_capability(self, _: str) -> bool:
            return False

    def spelling(*rows: tuple[bytes | None, str]) -> Named:
        client: Any = Listed(*(((), mark, name) for mark, name in rows))
        return named(client, Folders())

    courier = spelling((b".", "INBOX"), (b".", "INBOX.Sent"), (b".", "INBOX.Trash"))
    assert (courier.prefix, courier.sent, courier.trash) == ("INBOX.", "INBOX.Sent", "INBOX.Trash")
    assert spelling((b"/", "INBOX"), (b"/", "Sent")).prefix == ""
    assert spelling((None, "INBOX"), (None, "Sent")).sent == "Sent"
