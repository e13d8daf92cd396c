"""A server says what its folders are for, under names that nobody here knows: that is believed."""

from typing import Any

import pytest

from opsconsole.connectors.mail.config import Folders
from opsconsole.connectors.mail.imap.folders import named
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import ANN, SUPPORT, WORDS, call_on, letter, mail_rig, until
from tests.support.mail.teamrig import scene, sent

KEY = "5e1f" * 16
USES = {"Gesendete Elemente": "Sent", "Konzepte & Ideen": "Drafts", "Überlauf": "Archive", "Müll": "Trash"}
SENT, DRAFTS, ARCHIVE, TRASH = USES
SERVERS: dict[str, dict[str, Any]] = {
    "no others": {"folders": tuple(USES), "uses": USES},
    "beside usual names": {"folders": ("Sent", "Drafts", "Archive", "Trash", *USES), "uses": USES},
    "below others": {
        "folders": tuple(f"Büro/{name}" for name in USES),
        "uses": {f"Büro/{n}": u for n, u in USES.items()},
    },
}
servers = pytest.mark.parametrize("kind", SERVERS)


def lies(kind: str, folder: str) -> str:
    return f"Büro/{folder}" if kind == "below others" else folder


@servers
def test_folders_are_found_by_what_they_are_for(kind: str) -> None:
    with Dovecot(WORDS, **SERVERS[kind]) as dovecot, dovecot.selected(SUPPORT) as client:
        found = named(client, Folders())
        assert [found.sent, found.drafts, found.archive, found.trash] == [lies(kind, name) for name in USES]


@servers
async def test_drafts_answers_and_the_archive_lie_where_the_server_says(kind: str) -> None:
    async with mail_rig(server=SERVERS[kind]) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        event = taken.first
        draft = call_on(event, "draft", KEY, text="Soon.")
        drafted = await rig.connector.execute(draft)
        assert len(await rig.mails(SUPPORT, lies(kind, DRAFTS))) == 1
        assert (await rig.connector.undo(draft, drafted.data)).is_ok
        reply = call_on(event, "reply", KEY, to=ANN, text="x")
        await rig.connector.execute(reply)
        await rig.until_mails(SUPPORT, 1, lies(kind, SENT))
        assert await rig.connector.find(reply) is not None
        archive = call_on(event, "archive", KEY)
        archived = await rig.connector.execute(archive)
        assert len(await rig.mails(SUPPORT, lies(kind, ARCHIVE))) == 1
        assert (await rig.connector.undo(archive, archived.data)).is_ok
        assert [len(await rig.mails(SUPPORT, name)) for name in ("Sent", "Drafts", "Archive", "Trash")] == [0, 0, 0, 0]


@servers
async def test_what_people_do_is_told_by_what_the_folders_are_for(kind: str) -> None:
    async with scene(4, server=SERVERS[kind]) as at:
        at.file_sent(sent(9, In_Reply_To="<m1@harbour.example>"), lies(kind, SENT))
        at.move(2, lies(kind, TRASH))
        at.move(3, lies(kind, ARCHIVE))
        at.move(4, lies(kind, "Offen"))
        told = dict(await at.settled())
        assert told.pop("mail.reply")["to"] == ANN
        assert told == {"mail.delete": {}, "mail.archive": {}, "mail.move": {"folder": lies(kind, "Offen")}}
