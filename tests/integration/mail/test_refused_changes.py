"""A folder that is open for changes and refuses them, or takes them and makes none: told as not done."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.domain.action import Call
from opsconsole.domain.errors import PermanentError
from opsconsole.domain.event import IncomingEvent
from tests.support.mail.mailrig import SUPPORT, MailRig, call_on, cyrus_rig, letter, mail_rig, until

KEY = "4ef5" * 16
WITH_RIGHTS = ("protocol imap {\n  mail_plugins = acl\n}\nplugin {\n  acl = vfile\n}",)
WITHOUT_MOVE = ("imap_capability = IMAP4rev1 LITERAL+ UIDPLUS IDLE SPECIAL-USE",)
ALL = "lrwstiekxa"
NO = r"^It was not done: .* with this sign-in.*\. Whoever runs the server can give the right"
DEEDS: dict[str, dict[str, Any]] = {
    "flag": {"flag": "flagged"},
    "move": {"folder": "Done"},
    "archive": {},
}


@dataclass
class Scene:
    rig: MailRig
    event: IncomingEvent
    prefix: str
    allow: Callable[[str], Awaitable[None]]

    def deed(self, verb: str) -> Call:
        return call_on(self.event, verb, KEY, **DEEDS[verb])

    def lying(self) -> dict[str, list[set[str]]]:
        """Folder → the flags of each mail in it, as another program sees it."""
        found: dict[str, list[set[str]]] = {}
        client: Imap = self.rig.dovecot.client(SUPPORT)
        for _, _, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            rows = client.fetch(uids, ["FLAGS"]) if uids else {}
            flags = [{flag.decode() for flag in row[b"FLAGS"]} - {"\\Recent"} for row in rows.values()]
            found[folder.removeprefix(self.prefix)] = flags
        client.logout()
        return found


@asynccontextmanager
async def dovecot(*extra: str) -> AsyncGenerator[Scene]:
    """Here rights are a file of the server's."""
    async with mail_rig(extra=(*WITH_RIGHTS, *extra)) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")

        async def allow(rights: str, folder: str = "") -> None:
            place = Path(rig.dovecot.home(SUPPORT)) / "Maildir" / folder / "dovecot-acl"
            place.write_text(f"owner {rights}\n", encoding="utf-8")
            await asyncio.to_thread(rig.dovecot.restart, is_killed=True)

        yield Scene(rig, taken.first, "", allow)


@asynccontextmanager
async def cyrus(*extra: str) -> AsyncGenerator[Scene]:
    """Here one gives oneself rights, and keeps that to give them."""
    async with cyrus_rig(is_under_inbox=True, extra=extra) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")

        async def allow(rights: str) -> None:
            client: Any = rig.dovecot.client(SUPPORT)
            client.setacl("INBOX", "support", f"{rights}a")
            client.logout()

        yield Scene(rig, taken.first, "INBOX.", allow)


CASES = {
    "read and mark as seen": (dovecot, "lrs"),
    "and to mark as deleted": (dovecot, "lrst"),
    "and to delete, no marks": (dovecot, "lrste"),
    "Cyrus, read": pytest.param(cyrus, "lr", marks=pytest.mark.slow),
    "Cyrus, read and mark as seen": pytest.param(cyrus, "lrs", marks=pytest.mark.slow),
}


@pytest.mark.parametrize(("server", "rights"), list(CASES.values()), ids=list(CASES))
async def test_a_change_that_is_refused_is_told_as_not_done(server: Any, rights: str) -> None:
    may_delete = "e" in rights
    async with server() as at:
        before = at.lying()
        assert before["INBOX"] == [set()]
        await at.allow(rights)
        for verb in ("flag", *(() if may_delete else ("move", "archive"))):
            with pytest.raises(PermanentError, match=NO) as refused:
                await at.rig.connector.execute(at.deed(verb))
            assert "failed:" not in str(refused.value) and "secs" not in str(refused.value)
            found = at.lying()
            if "t" not in rights:
                assert found == before, "nor was a folder made for it"
            assert found["INBOX"] == [set()] and not found["Archive"] and not found.get("Done")
        await at.allow(ALL)
        for verb in DEEDS:
            assert (await at.rig.connector.execute(at.deed(verb))).is_ok
        assert at.lying()["Archive"] == [{"\\Flagged"}]


BY_COPYING = {
    "may not mark": (dovecot, WITHOUT_MOVE, "lrsi"),
    "Cyrus, may mark and not expunge": pytest.param(
        cyrus, ("suppress_capabilities: MOVE",), "lrswt", marks=pytest.mark.slow
    ),
}


@pytest.mark.parametrize(("server", "settings", "rights"), list(BY_COPYING.values()), ids=list(BY_COPYING))
async def test_a_move_by_copying_that_is_refused_leaves_no_copy(
    server: Any, settings: tuple[str, ...], rights: str
) -> None:
    async with server(*settings) as at:
        await at.allow(rights)
        with pytest.raises(PermanentError, match=NO):
            await at.rig.connector.execute(at.deed("archive"))
        found = at.lying()
        assert found["INBOX"] == [set()], "it is not marked as deleted either"
        assert not found["Archive"]
        await at.allow(ALL)
        await at.rig.connector.execute(at.deed("archive"))
        assert (len(at.lying()["INBOX"]), len(at.lying()["Archive"])) == (0, 1)


async def test_a_draft_that_may_not_be_taken_back_is_not_told_as_taken_back() -> None:
    async with dovecot() as at:
        draft = call_on(at.event, "draft", KEY, text="Soon.")
        done = await at.rig.connector.execute(draft)
        allow: Any = at.allow
        await allow("lrsi", ".Drafts")
        assert await at.rig.connector.find(draft) is not None
        with pytest.raises(PermanentError, match=NO):
            await at.rig.connector.undo(draft, done.data)
        assert len(at.lying()["Drafts"]) == 1
