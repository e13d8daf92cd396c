"""Connections: every step of a trial is shown; a secret goes to the store of secrets and nowhere else."""

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QPushButton

from opsconsole.store.queries import limits
from opsconsole.ui.panels.connections.form import KEEPS
from opsconsole.ui.panels.connections.forms import MAIL, MODEL, REST, WEBHOOK
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from opsconsole.ui.tools import MailDraft, ModelDraft
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, record, told, with_tools
from tests.ui.stage import Stage, until

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
        press(panel, "Resume")
        await until(lambda: "Paused" not in told(panel))

    perform(empty, scene)


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
