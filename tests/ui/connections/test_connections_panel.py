"""Connections: every step of a trial is shown; a secret goes to the store of secrets and nowhere else."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from shiboken6 import isValid

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.commands import switches
from opsconsole.engine.commands.connections import connect
from opsconsole.store.queries import limits
from opsconsole.store.queries.connections import ConnectionRow
from opsconsole.store.writes import events
from opsconsole.ui.drafts import MailDraft, ModelDraft
from opsconsole.ui.panels.connections.cards import Shown, connection_card
from opsconsole.ui.panels.connections.form import KEEPS
from opsconsole.ui.panels.connections.forms import MAIL, MODEL, REST, WEBHOOK
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from tests.support.desktop.console import in_window
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, record, told, with_tools
from tests.ui.stage import Stage, until

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "open-sesame-4711"


def test_secrets_are_hidden_and_forgotten(tmp_path: Path) -> None:
    assert SECRET not in repr(MailDraft(address="a@example.com", password=SECRET))
    assert SECRET not in repr(ModelDraft(name="m", url="u", model="m", key=SECRET))
    secret = [field.name for field in (*MAIL, *MODEL, *REST, *WEBHOOK) if field.is_secret]
    assert secret == ["password", "smtp_password", "client_secret", "key", "key", "key2", "secret"]

    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel = stage.show(ConnectionsPanel)
        panel.go({"add": "mail"})
        field = panel.mail.inputs["password"]
        assert field.echoMode() is QLineEdit.EchoMode.Password
        field.setText(SECRET)
        press(panel, "Back")
        assert field.text() == ""
        await until(lambda: "desk" in told(panel))

    perform(empty, scene)


def test_what_does_not_fit_is_said_at_its_field(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel = stage.show(ConnectionsPanel)
        panel.add_mail()
        panel.mail.inputs["address"].setText("nobody")
        panel.mail.inputs["imap"].setText("imap example")
        press(panel, "Test and connect")
        assert "support@example.com" in told(panel) and "host:port" in told(panel)

    perform(empty, scene)


def test_a_model_that_is_not_there_is_told_in_plain_words(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel = stage.show(ConnectionsPanel)
        panel.add_model()
        panel.model.inputs["url"].setText("http://127.0.0.1:9/v1")
        panel.model.inputs["model"].setText("small")
        way = next(part for part in panel.model.findChildren(QPushButton) if part.text() == "Test and connect")
        way.setFocus()
        press(panel, "Test and connect")
        holder = panel.window().focusWidget()
        assert isinstance(holder, QPushButton) and holder.text() == "Cancel"
        await until(lambda: "Mend what is marked" in told(panel))
        await until(lambda: panel.window().focusWidget() is way)
        assert "Reachable" in told(panel) and "nobody listens there" in told(panel)

    perform(empty, scene)
    assert "connection.connected" not in [entry["kind"] for entry in record(empty)]


def test_pause_and_resume(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(ConnectionsPanel)
        await until(lambda: "desk" in told(panel))
        press(panel, "Pause")
        await until(lambda: "Paused" in told(panel))
        assert await stage.backend.read(lambda kernel: limits.switches(kernel.reader)) == [("connection:desk", "")]
        press(panel, "Resume desk")
        await until(lambda: "Paused" not in told(panel))

    perform(empty, scene)


def test_what_a_pause_of_all_agents_keeps_looks_paused_and_says_what_to_resume(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")
    with opened(empty) as session:
        session.write(
            lambda tx: connect(
                session.kernel, tx, "orders", kind="webhook", config={"listen": "127.0.0.1:8311", "path": "/hooks/o"},
                actor="person:test", health=("ok", "listens at 127.0.0.1:8311/hooks/o"),
            ),
            name="test",
        )  # fmt: skip
        session.write(lambda tx: switches.pause(session.kernel, tx, "all", actor="person:test", reason=""), name="test")

    async def scene(stage: Stage) -> None:
        panel = stage.show(ConnectionsPanel)
        await until(lambda: "orders" in told(panel))
        labels = [made for made in panel.findChildren(QLabel) if made.isVisible()]
        assert "Paused" in told(panel) and "All agents are paused. What comes in is kept" in told(panel)
        assert not [made.text() for made in labels if made.property("role") == "error"]
        assert "Pause" not in [made.text() for made in panel.findChildren(QPushButton) if made.isVisible()]
        press(panel, "Resume all agents")
        await until(lambda: "Paused" not in told(panel))
        assert await stage.backend.read(lambda kernel: limits.switches(kernel.reader)) == []
        press(panel, "Pause")
        await until(lambda: "Nothing is done through it until you resume it." in told(panel))
        press(panel, "Resume desk")
        await until(lambda: "Paused" not in told(panel))

    perform(empty, scene)


def test_trouble_is_seen_also_while_all_agents_are_paused(tmp_path: Path) -> None:
    row = ConnectionRow("main", "http", {"base": "http://x"}, is_off=False, created_at=NOW)
    shown = Shown(row, ("trouble", "nobody answers", NOW), None, is_paused=False, is_all_paused=True)
    make_empty(tmp_path / "w")

    async def scene(_: Stage) -> None:
        made = connection_card(shown, NOW, [])
        assert made.accessibleName() == "main, REST system: In trouble, Paused"
        (text,) = [part for part in made.findChildren(QLabel) if part.property("role") == "error"]
        assert text.text() == "nobody answers (just now)"
        made.deleteLater()

    perform(tmp_path / "w", scene)


def test_a_card_tells_of_the_first_event_as_it_comes(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        window = joined.window
        window.show_panel("connections")
        panel = window.panel("connections")
        assert panel is not None
        await until(lambda: "No event yet" in told(panel))
        button = next(made for made in panel.findChildren(QPushButton) if made.text() == "Pause")
        first = IncomingEvent(external_id="1", kind="mail.received", subject="thread:1", occurred_at=NOW)
        await joined.backend.write(lambda kernel, tx, _: events.add(tx, "desk", first, now=NOW), name="test")
        await until(lambda: "Last event" in told(panel))
        assert isValid(button) and button.isVisible(), "whoever was about to press it still can"

    in_window(tmp_path / "ws", scenario)


def test_only_where_a_connection_is_changed_an_empty_secret_keeps_one(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel = stage.show(ConnectionsPanel)
        panel.mail.show_values({"address": "a@example.com"}, changes="a")
        assert panel.mail.inputs["password"].placeholderText() == KEEPS
        for form, add in ((panel.mail, panel.add_mail), (panel.model, panel.add_model), (panel.rest, panel.add_rest)):
            add()
            assert not [made for made in form.inputs.values() if "keeps" in made.placeholderText()]
        panel.add_rest()
        press(panel, "Test and connect")
        assert "Needed." in told(panel)

    perform(empty, scene)
