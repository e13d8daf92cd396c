"""Until when a request is put off: a few times, each by its digit."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.texts import clear


class SnoozeSheet(QFrame):
    """Opens over the action bar.

    Signals:
        chosen: the time.
        closed: nothing was chosen.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.hide()
        self._times: list[tuple[datetime, bool]] = []
        self._choices = FlowLayout(gap=8)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 14, 28, 14)
        column.setSpacing(10)
        column.addLayout(row(label("Snooze until when?", "h3"), None, label("Press a number, Esc goes back", "small")))
        column.addLayout(self._choices)
        column.addLayout(row(None, button("Cancel", self.closed.emit, keys="Esc")))

    def ask(self, choices: Sequence[tuple[str, datetime]], *, ends: datetime | None) -> None:
        """Offer these times; one that is not before the request's end cannot be picked, and says so."""
        self._times = [(at, ends is None or at < ends) for _, at in choices]
        clear(self._choices)
        for number, (name, at) in enumerate(choices, 1):
            is_before = self._times[number - 1][1]
            words = name if is_before else f"{name}: after its deadline"
            made = button(f"{number}  {words}", lambda at=at: self._take(at))
            made.setEnabled(is_before)
            self._choices.addWidget(made)
        self.setFocus()

    def pick(self, number: int) -> None:
        """Take the time of a key, from 1."""
        if 1 <= number <= len(self._times) and self._times[number - 1][1]:
            self._take(self._times[number - 1][0])

    def _take(self, at: datetime) -> None:
        self.chosen.emit(at)
