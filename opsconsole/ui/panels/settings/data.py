"""Where the data is, and a copy of it."""

from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QProgressBar

from opsconsole.domain.errors import OpsError
from opsconsole.ui.panel import Panel
from opsconsole.ui.widgets.basics import button, card, label, row


class Data:
    """A card: the folder, and backing it up."""

    def __init__(self, owner: Panel) -> None:
        self._owner, self._context = owner, owner.context
        self._dialog: QFileDialog | None = None
        self.frame, column = card()
        column.addWidget(label("Data", "h3"))
        about = "All of it lies in one folder here. A copy is whole even while agents work; secrets are not in it."
        column.addWidget(label(about, "muted", is_wrapped=True))
        column.addWidget(label(str(self._context.backend.folder), is_wrapped=True, is_selectable=True))
        self._progress = QProgressBar()
        self._progress.setAccessibleName("Backing up")
        self._progress.setTextVisible(False)
        self._text = label("", "small", is_wrapped=True, is_selectable=True)
        self._cancel = button("Cancel", self._on_cancel)
        self._start = button("Back up now…", self.ask)
        column.addWidget(self._progress)
        column.addWidget(self._text)
        column.addLayout(row(self._start, self._cancel, button("Open the folder", self._open), None))
        self._show(is_busy=False, text="")

    def ask(self) -> None:
        """Ask where to, without holding up the window."""
        name = f"opsconsole-{datetime.now().astimezone():%Y-%m-%d-%H%M}.db"
        dialog = QFileDialog(self._owner, "Back up to", str(Path.home() / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(self._on_chosen)
        self._dialog = dialog
        dialog.open()

    def _on_chosen(self, file: str) -> None:
        self.back_up(Path(file))

    def back_up(self, target: Path) -> None:
        """Copy the workspace to a file."""
        self._context.tasks.start(self._copy(target), name="the backup", owner=self._owner, key="backup")

    async def _copy(self, target: Path) -> None:
        self._show(is_busy=True, text=f"Copying to {target}…")
        try:
            made = await self._context.tools.backup(target, self._on_progress)
        except OpsError as error:
            self._show(is_busy=False, text=str(error))
            return
        except BaseException:
            self._show(is_busy=False, text="Stopped; nothing was left behind.")
            raise
        self._show(is_busy=False, text=f"Backed up to {made}, checked and whole.")

    def _on_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(done)

    def _on_cancel(self) -> None:
        async def nothing() -> None:
            return

        # The newest task of a key ends the one before.
        self._context.tasks.start(nothing(), name="the backup", owner=self._owner, key="backup")

    def _open(self) -> None:
        if not self._context.tools.open_folder(self._context.backend.folder):
            self._text.setText("This system could not open the folder; its path is above.")
            self._text.show()

    def _show(self, *, is_busy: bool, text: str) -> None:
        self._progress.setVisible(is_busy)
        self._cancel.setVisible(is_busy)
        self._start.setEnabled(not is_busy)
        self._text.setText(text)
        self._text.setVisible(bool(text))
