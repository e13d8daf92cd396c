"""An example of a file that describes a connection, laid where a person wants it, to begin with."""

from functools import partial
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.connections.form import ConnectionForm
from opsconsole.ui.widgets.basics import button, row

Described = Literal["http", "webhook"]
NAMES: dict[Described, str] = {"http": "tickets-http.yaml", "webhook": "leads-webhook.yaml"}
SAVED = "Saved as {}. Open it in a text editor, say there what your system is and can do; then test it here."


class ExampleRow(QHBoxLayout):
    """A link in a form that saves an example and fills in where it lies."""

    def __init__(self, context: Context, form: ConnectionForm, kind: Described) -> None:
        super().__init__()
        self._context, self._form = context, form
        self._kind: Described = kind
        self.link = button("Save an example file to begin with…", self._choose, kind="link")
        self.addLayout(row(self.link, None))

    def _choose(self) -> None:
        dialog = QFileDialog(self._form, "Save an example", NAMES[self._kind], "YAML (*.yaml *.yml)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(partial(_later, dialog))
        dialog.open()

    def save_to(self, path: str) -> None:
        """Save it there; an earlier file is asked about by the dialog."""
        self._context.tasks.start(self._save(path), name="the example", owner=self, key="save")

    async def _save(self, path: str) -> None:
        try:
            await self._context.tools.save_example(self._kind, path)
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            return
        self._form.inputs["file"].setText(path)
        self._context.navigator.say(SAVED.format(path))


def _later(dialog: QWidget, _result: int) -> None:
    dialog.deleteLater()
