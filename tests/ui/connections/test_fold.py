"""What few need of a form is folded away, and never in the way of who needs it."""

from pathlib import Path

from opsconsole.ui.panels.connections.forms import MAIL
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, with_tools
from tests.ui.stage import Stage


def test_few_fields_are_seen_and_the_others_where_they_matter(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(ConnectionsPanel)
        panel.add_mail()
        form = panel.mail
        seen = [field.name for field in MAIL if (form.inputs | form.chosen)[field.name].isVisible()]
        assert seen == ["address", "password", "sign_in", "name", "imap", "smtp", "sending"]
        press(form, "More settings")
        assert form.inputs["authserv"].isVisible() and form.chosen["strips"].isVisible()
        press(form, "Fewer settings")
        assert not form.inputs["authserv"].isVisible()
        form.inputs["address"].setText("a@example.com")
        form.inputs["ca_file"].setText("/nowhere/at.all")
        form.start(is_kept=False)
        assert form.inputs["ca_file"].isVisible(), "what is wrong is seen"
        panel.add_mail()
        assert not form.more.is_open
        form.chosen["sign_in"].activated.emit(1)
        assert form.inputs["client_id"].isVisible(), "the browser sign-in asks for more"
        form.show_values({"imap": "imap.example.com", "sent": "INBOX.Sent"}, changes="support")
        assert form.inputs["sent"].isVisible(), "what is set is seen"

    perform(folder, scene)
