"""A mailbox's form: tiles of providers, reading alone, the sign-in in the browser, and breaking off."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.connections import connection
from tests.support.desktop.console import in_window, until
from tests.support.mail.authserver import AuthServer, browse
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.oauthrig import asking
from tests.support.mail.relay import Relay
from tests.support.secrets.sealed import store
from tests.ui.connections.test_connecting import (
    ME,
    WORD,
    click,
    connections,
    fill,
    folder,
    mail,
    nothing_leaked,
    of_mail,
    tried,
)
from tests.ui.scenes import record, told

__all__ = ["folder", "mail"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]


def test_a_tile_fills_in_the_servers_and_says_what_one_needs(folder: Path) -> None:
    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        click(panel.mail, "Gmail")
        assert panel.mail.inputs["imap"].text() == "imap.gmail.com:993"
        assert "app password" in told(panel.mail)
        click(panel.mail, "Microsoft 365")
        assert panel.mail.inputs["smtp"].text() == "smtp.office365.com:587"
        assert panel.mail.chosen["sign_in"].currentData() == "browser"
        assert "in the browser" in told(panel.mail)
        click(panel.mail, "Fastmail")
        assert panel.mail.inputs["imap"].text() == "imap.fastmail.com:993"
        assert "Needs an app password" in told(panel.mail)
        click(panel.mail, "Own server")
        assert panel.mail.inputs["imap"].text() == "" and panel.mail.chosen["sign_in"].currentData() == ""

    in_window(folder, scenario)


def test_a_mailbox_is_connected_for_reading_alone(folder: Path, mail: Dovecot) -> None:
    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        fill(panel.mail, joined, **of_mail(mail, smtp="", sending="never: only read"))
        click(panel.mail, "Test")
        await until(lambda: "Everything works." in told(panel.mail))
        assert "nothing can be sent" in told(panel.mail)
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and ME in told(panel))
        click(panel, "Test or change…")
        assert panel.mail.chosen["sending"].currentData() == "none"

    in_window(folder, scenario)


def test_folders_that_are_typed_are_stored_and_stand_there_again(folder: Path) -> None:
    named = {"sent": "Raus", "drafts": "Kladde", "archive": "Ablage/Alt", "trash": "Tonne"}

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        fill(panel.mail, joined, **of_mail(server, **named | {"trash": "Nirgends"}))
        assert "There is no folder Nirgends. There are: " in await tried(panel.mail, "Mend what is marked")
        fill(panel.mail, joined, trash=named["trash"])
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and ME in told(panel))
        assert folders_of(folder) == named
        click(panel, "Test or change…")
        assert {use: panel.mail.inputs[use].text() for use in named} == named
        fill(panel.mail, joined, sent="")
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0)
        await until(lambda: folders_of(folder) == named | {"sent": ""})

    with Relay() as relay:
        kinds = tuple(named.values())
        server = Dovecot({ME: WORD}, relay_port=relay.port, has_tls=True, has_special_use=False, folders=kinds)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            in_window(folder, scenario)


def folders_of(folder: Path) -> dict[str, str]:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        row = connection(reader, "support")
        assert row is not None
        return {use: name for use, name in row.config["folders"].items() if use != "inbox"}
    finally:
        reader.close()
        place.close()


def test_a_trial_is_broken_off_and_what_was_typed_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def show(url: str) -> bool:
        shown.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", show)

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        click(panel.mail, "Microsoft 365")
        fill(panel.mail, joined, address=ME, name="support")
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: "Fill in the client id." in told(panel.mail))
        fill(panel.mail, joined, client_id="an-app")
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: shown)
        assert shown[0].startswith("https://login.microsoftonline.com/")
        await until(lambda: f"Sign in as {ME}" in told(panel.mail))
        click(panel.mail, "Cancel")
        await until(lambda: "Stopped. Nothing was stored." in told(panel.mail))
        assert panel.mail.inputs["client_id"].text() == "an-app"

    in_window(folder, scenario)
    assert not [entry for entry in record(folder) if entry["kind"] in ("connection.connected", "secret.stored")]


def test_a_mailbox_is_connected_by_signing_in_in_the_browser(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the end: the page is opened, the person agrees there, and the mailbox stands in the list."""
    monkeypatch.setattr("webbrowser.open", browse)

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        plain = {"imap_tls": "none, on this machine", "smtp_tls": "none, on this machine"}
        servers = {"imap": f"127.0.0.1:{server.imap_port}", "smtp": f"127.0.0.1:{server.smtp_port}"}
        how = {"sign_in": "in the browser", "client_id": "console", "issuer": provider.issuer}
        fill(panel.mail, joined, address=ME, name="support", **servers, **plain, **how)
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and ME in told(panel))
        assert "support" in told(panel) and "Works" in told(panel)
        assert f"{ME} is connected as support." in joined.window.notice.accessibleName()

    with AuthServer(ME) as provider, Relay() as relay:
        server = asking(Dovecot({ME: "a-word-nobody-types"}, relay_port=relay.port), provider)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            in_window(folder, scenario)
        kept = json.loads(str(store(folder).found("mail-support-tokens")[0]))
        assert {kept["refresh"], kept["access"]} == provider.given
    assert [entry["connection"] for entry in record(folder) if entry["kind"] == "connection.connected"] == ["support"]
    nothing_leaked(folder, *provider.given)
