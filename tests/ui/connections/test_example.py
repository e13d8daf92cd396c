"""A file that describes a connection is begun with an example, saved from the form."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.place import resources
from opsconsole.ui.panels.connections.example import NAMES, Described, ExampleRow
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from tests.support.desktop.console import in_window, until
from tests.ui.connections.test_connecting import connections
from tests.ui.scenes import press, told


def row_of(panel: ConnectionsPanel, kind: Described) -> ExampleRow:
    form = panel.rest if kind == "http" else panel.webhook
    (found,) = [
        made for made in (form.above.itemAt(at) for at in range(form.above.count())) if isinstance(made, ExampleRow)
    ]
    return found


@pytest.mark.parametrize(("kind", "opens"), [("http", "REST system"), ("webhook", "Webhook")])
def test_an_example_is_saved_where_one_wants_it_and_filled_in(tmp_path: Path, kind: Described, opens: str) -> None:
    target = tmp_path / "mine.yaml"

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        press(panel, opens)
        example, form = row_of(panel, kind), panel.rest if kind == "http" else panel.webhook
        press(form, "Save an example file")
        (dialog,) = form.findChildren(QFileDialog)
        assert dialog.selectedFiles()[0].endswith(NAMES[kind])
        dialog.reject()
        example.save_to(str(tmp_path / "nowhere" / "mine.yaml"))
        await until(lambda: "Choose another place" in joined.window.notice.accessibleName())
        assert not form.inputs["file"].text()
        example.save_to(str(target))
        await until(lambda: form.inputs["file"].text() == str(target))
        assert "Open it in a text editor" in joined.window.notice.accessibleName()
        assert "beside the program" not in told(form)

    in_window(tmp_path / "ws", scenario)
    assert target.read_bytes() == (resources() / "examples" / NAMES[kind]).read_bytes()
