"""A REST system and a webhook are plugged in, and any connection is taken out, in the window."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.place import resources
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.app.session import opened
from opsconsole.domain.redaction import forget_all
from opsconsole.engine.commands.connections import connect
from opsconsole.store.queries import connections as read
from opsconsole.ui.panels.connections.form import KEEPS
from tests.support.desktop.console import in_window, until
from tests.support.http.threaded import RestSystem
from tests.support.http.web import says
from tests.support.ports import free_port
from tests.support.secrets.sealed import WORD as PASS
from tests.support.secrets.sealed import no_keyring, seal, store
from tests.ui.connections.test_connecting import click, connections, fill, nothing_leaked, tried
from tests.ui.scenes import press, record, told

TOKEN, NEW = "planted-token-0815", "planted-token-0816"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws")
    monkeypatch.setenv(PASSPHRASE, PASS)
    yield tmp_path / "ws"
    forget_all()


def described(place: Path, base: str) -> Path:
    """A file as the command line takes it."""
    call = {"name": "find", "title": "find tickets", "effect": "read", "path": "/tickets"}
    head = {"Authorization": "Bearer {{ secret('tickets-token') }}"}
    facts = {"connection": "tickets", "kind": "http", "base": base, "headers": head, "actions": [call]}
    path = place / "tickets.yaml"
    path.write_text(yaml.safe_dump(facts), encoding="utf-8")
    return path


def kinds(folder: Path) -> dict[str, str]:
    with opened(folder, is_mending=True) as session:
        return {row.id: row.kind for row in read.connections(session.kernel.reader)}


def test_a_rest_system_is_connected_by_its_file_and_removed_with_its_key(folder: Path, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        press(panel, "REST system")
        file = described(tmp_path, crm.base)
        fill(panel.rest, joined, file=str(file))
        assert "the file calls it tickets-token" in await tried(panel.rest, "missing")
        fill(panel.rest, joined, file=str(file), base=nobody, key=TOKEN)
        assert "nobody listens there" in await tried(panel.rest, "Mend what is marked")
        fill(panel.rest, joined, file=str(file), base=crm.base, key=TOKEN)
        click(panel.rest, "Test")
        await until(lambda: "Everything works." in told(panel.rest))
        assert "tickets" not in kinds(folder), "a trial stores nothing"
        QTest.keyClick(panel.rest.inputs["file"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and crm.base in told(panel))
        assert store(folder).found("tickets-token")[0] == TOKEN
        press(panel, "Test or change…")
        await until(lambda: "Test or change tickets" in told(panel.rest))
        assert panel.rest.inputs["base"].text() == crm.base
        assert {panel.rest.inputs[name].placeholderText() for name in ("file", "key")} == {KEEPS}
        fill(panel.rest, joined, key=NEW)
        QTest.keyClick(panel.rest.inputs["base"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and crm.base in told(panel))
        assert store(folder).found("tickets-token")[0] == NEW
        assert crm.seen[-1].headers["authorization"] == f"Bearer {NEW}"
        press(panel, "Remove…")
        await until(lambda: "Remove tickets?" in told(panel))
        QTest.keyClick(panel.removal, Qt.Key.Key_Escape)
        await until(lambda: panel.pages.currentIndex() == 0)
        assert "tickets" in kinds(folder), "asked, and kept"
        press(panel, "Remove…")
        await until(lambda: "Its password or key is removed" in told(panel))
        press(panel.removal, "Remove")
        await until(lambda: panel.pages.currentIndex() == 0 and "Nothing from outside yet" in told(panel))
        assert "tickets is removed." in joined.window.notice.accessibleName()

    with RestSystem(says(200, [])) as crm:
        in_window(folder, scenario)
    assert kinds(folder) == {"desk": "desk"}
    assert store(folder).found("tickets-token")[0] is None
    told_of = [entry["kind"] for entry in record(folder)]
    assert {"connection.connected", "connection.removed", "secret.stored", "secret.removed"} <= {*told_of}
    nothing_leaked(folder, TOKEN, NEW)


def test_a_new_file_brings_its_address_into_the_form_and_what_is_typed_after_it_stays(
    folder: Path, tmp_path: Path
) -> None:
    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        press(panel, "REST system")
        fill(panel.rest, joined, file=str(described(tmp_path, old.base)), key=TOKEN)
        await until(lambda: panel.rest.inputs["base"].text() == old.base)
        QTest.keyClick(panel.rest.inputs["file"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and old.base in told(panel))
        press(panel, "Test or change…")
        await until(lambda: "Test or change tickets" in told(panel.rest))
        assert panel.rest.inputs["base"].text() == old.base
        panel.rest.inputs["file"].setText(str(described(tmp_path, new.base)))
        QTest.keyClick(panel.rest.inputs["file"], Qt.Key.Key_Return)  # at once
        await until(lambda: panel.pages.currentIndex() == 0 and new.base in told(panel))
        assert panel.rest.inputs["base"].text() == new.base, "what is used is what is shown"
        press(panel, "Test or change…")
        await until(lambda: "Test or change tickets" in told(panel.rest))
        fill(panel.rest, joined, file=str(tmp_path / "tickets.yaml"), base=old.base)
        QTest.keyClick(panel.rest.inputs["base"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and old.base in told(panel))

    with RestSystem(says(200, [])) as old, RestSystem(says(200, [])) as new:
        in_window(folder, scenario)


def test_a_webhook_is_connected_by_what_its_parts_are_called(folder: Path) -> None:
    port = free_port()

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        press(panel, "Webhook")
        begun = {name: made.text() for name, made in panel.webhook.inputs.items() if made.text()}
        assert begun == {"id": "id", "port": "8311"}, "what most need; the rest is said to be an example"
        hints = [panel.webhook.inputs[name].placeholderText() for name in ("title", "text", "sender")]
        assert all(hint.startswith("for example ") for hint in hints)
        given = {"name": "leads", "port": str(port), "title": "company", "sender": "contact.email"}
        fill(panel.webhook, joined, **given)
        assert "Type in the key" in await tried(panel.webhook, "missing")
        fill(panel.webhook, joined, **given, secret=TOKEN)
        QTest.keyClick(panel.webhook.inputs["name"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and "leads" in told(panel).split())
        assert f"http://127.0.0.1:{port}/hooks/leads" in joined.window.notice.accessibleName()
        press(panel, "Test or change…")
        assert panel.webhook.inputs["sender"].text() == "contact.email"

    in_window(folder, scenario)
    with opened(folder) as session:
        row = read.connection(session.kernel.reader, "leads")
        assert row is not None and row.config["event"]["id"] == "{{ body.id }}"
        assert row.config["event"]["sender"] == "{{ body.contact.email }}"
        assert session.kernel.registry.connectors["leads"] is not None
    nothing_leaked(folder, TOKEN)


def test_a_webhooks_file_says_its_own_port(folder: Path) -> None:
    port = free_port()
    example = (resources() / "examples" / "leads-webhook.yaml").read_text(encoding="utf-8")
    file = folder.parent / "leads.yaml"
    file.write_text(example.replace("127.0.0.1:8311", f"127.0.0.1:{port}"), encoding="utf-8")
    assert str(port) in file.read_text(encoding="utf-8")

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        press(panel, "Webhook")
        fill(panel.webhook, joined, file=str(file), secret="whsec_" + "A" * 32)
        QTest.keyClick(panel.webhook.inputs["name"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and f":{port}/" in told(panel))

    in_window(folder, scenario)


def test_what_is_connected_elsewhere_is_known_in_the_window_at_once(folder: Path, tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        config = yaml.safe_load(described(tmp_path, "http://127.0.0.1:9").read_text(encoding="utf-8"))
        assert not await joined.backend.read(lambda kernel: kernel.registry.type("tickets.find"))
        with opened(folder) as session:
            session.write(
                lambda tx: connect(session.kernel, tx, "tickets", kind="http", config=config, actor="person:test"),
                name="test",
            )

        known = False
        async with asyncio.timeout(30):
            while not known:
                known = await joined.backend.read(lambda kernel: kernel.registry.type("tickets.find") is not None)
                await asyncio.sleep(0.02)

    in_window(folder, scenario)
