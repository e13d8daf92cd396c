"""The button that writes the record out for somebody else."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from opsconsole.domain.errors import OpsError
from opsconsole.engine.audittrail import export as auditexport
from opsconsole.store.queries.views.auditlist import AuditFilter
from opsconsole.ui.panel import Context
from opsconsole.ui.widgets.clock import utc_now
from opsconsole.ui.widgets.words import plural

FORMS = (("Page to read (HTML)", ".html"), ("Table (CSV)", ".csv"), ("Data (JSON lines)", ".jsonl"))
"""Words and file endings of the exports."""


class ExportButton(QPushButton):
    """Asks for the form and the file, then writes the entries that the list shows.

    Signals:
        exported: it is written, and the record says so.
        progressed: per cent written; comes from a reading thread.
    """

    exported = Signal()
    progressed = Signal(int)

    def __init__(self, context: Context, *, wanted: Callable[[], AuditFilter]) -> None:
        super().__init__("Export  ▾")
        self._context, self._wanted = context, wanted
        self.setAutoDefault(False)
        self.clicked.connect(self._on_clicked)
        self.progressed.connect(self._on_progressed)

    def restyle(self) -> None:
        """Paint with the tokens that hold now."""
        self.setIcon(self._context.theme.icon("download"))

    def ask_where(self, end: str) -> None:
        """Ask for the file to export to; its ending is the form."""
        dialog = QFileDialog(self, "Export the record")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(end[1:])
        dialog.selectFile(f"audit{end}")
        dialog.fileSelected.connect(self.write_to)
        dialog.open()

    def write_to(self, path: str) -> None:
        """Write the entries that the list shows to a file."""
        self.setEnabled(False)
        self._context.tasks.start(self._write(Path(path)), name="exporting the record", owner=self, key="export")

    async def _write(self, path: Path) -> None:
        wanted, now = self._wanted(), utc_now()

        def progress(done: int, all_: int) -> None:
            self.progressed.emit(done * 100 // all_)

        try:
            done = await self._context.backend.read(
                lambda kernel: auditexport.export(kernel.reader, path, wanted=wanted, now=now, progress=progress),
                lane="long",
            )
            await self._context.backend.write(
                lambda _, tx, actor: auditexport.record(tx, done, actor=actor, now=now), name="audit.export"
            )
        except OpsError as error:
            self._context.navigator.say(str(error))
            return
        finally:
            self.setEnabled(True)
            self.setText("Export  ▾")
        self._context.navigator.say(f"{plural(done.entries, 'entry', 'entries')} written to {path.name}.")
        self.exported.emit()

    def _on_progressed(self, per_cent: int) -> None:
        if not self.isEnabled():
            self.setText(f"Exporting {per_cent} %")

    def _on_clicked(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, end in FORMS:
            menu.addAction(name).triggered.connect(partial(self._on_form_chosen, end))
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _on_form_chosen(self, end: str, _: bool = False) -> None:
        self.ask_where(end)
