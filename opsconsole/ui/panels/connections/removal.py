"""Asks once whether a connection is to be removed, and says what becomes of what hangs on it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError, SealedError
from opsconsole.ui.panel import Context
from opsconsole.ui.tools import RemovalPlan
from opsconsole.ui.widgets.basics import button, card, label, row


class RemovalPage(QWidget):
    """Stands in the place of the list until it is answered; Esc keeps the connection."""

    def __init__(self, context: Context, leave: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context, self._leave, self._name = context, leave, ""
        self._title = label("", "h1")
        frame, self._lines = card()
        self._said = label("", "error", is_wrapped=True)
        self.keep = button("Keep it", self._close, keys="Esc")
        self.remove = button("Remove", self._start, kind="danger")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 22, 28, 24)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(frame)
        column.addWidget(self._said)
        column.addLayout(row(self.keep, None, self.remove))
        column.addStretch(1)

    def ask(self, plan: RemovalPlan) -> None:
        """Show what would become of it."""
        self._name = plan.name
        self._title.setText(f"Remove {plan.name}?")
        while (item := self._lines.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            if (old := item.widget()) is not None:  # pyright: ignore[reportUnnecessaryComparison]
                old.deleteLater()
        for line in plan.lines:
            self._lines.addWidget(label(line, is_wrapped=True))
        self._say("")
        self.remove.setEnabled(True)
        self.keep.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _close(self) -> None:
        self._leave()

    def _start(self) -> None:
        self.remove.setEnabled(False)
        self._context.tasks.start(self._remove(), name="removing a connection", owner=self, key="remove")

    async def _remove(self) -> None:
        try:
            said = await self._context.tools.remove_connection(self._name)
        except OpsError as error:
            self._say(f"{error}")
            if isinstance(error, SealedError):
                self._context.commands.run("secrets.open")
            return
        finally:
            self.remove.setEnabled(True)
        self._context.navigator.say(said)
        self._leave()
