"""The answers to an agent's question: its own as buttons, and a person's own words."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPushButton, QVBoxLayout

from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, tip
from opsconsole.ui.widgets.words import spoken

COLUMNS = 3
KEYS = 9


class AnswerCard(QFrame):
    """Offers answers and takes one.

    Signals:
        answered: what a person picked or wrote.
    """

    answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._options: list[str] = []
        self._request = 0
        self._buttons: list[QPushButton] = []
        self._hint = label("", "small")
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        self.own = QLineEdit()
        self.own.setPlaceholderText("Your own words")
        self.own.setAccessibleName("Answer in your own words")
        self.own.setMaxLength(2000)
        self.own.returnPressed.connect(self._on_return_pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(row(label("Your answer", "h3"), None, self._hint))
        column.addLayout(self._grid)
        line = row(self.own, button("Send answer", self._on_return_pressed))
        column.addLayout(line)

    def show_options(self, options: Sequence[str], *, request: int) -> None:
        """Offer these answers; what was begun to be written for the same request stays."""
        self._options = list(options)
        self._buttons.clear()
        clear(self._grid)
        if request != self._request:
            self._request = request
            self.own.clear()
        for place, option in enumerate(options):
            key = f"{place + 1}  " if place < KEYS else ""
            made = button(
                f"{key}{one_line(spoken(option), 80)}".replace("&", "&&"),
                lambda chosen=option: self.answered.emit(chosen),
            )
            made.setToolTip(tip(spoken(option)))
            made.setStyleSheet("text-align: left")
            made.setAccessibleName(spoken(option))
            self._buttons.append(made)
            self._grid.addWidget(made, place // COLUMNS, place % COLUMNS)
        self._hint.setText(f"Press 1 to {min(len(options), KEYS)}, or Q to write" if options else "Press Q to write")
        self.own.setPlaceholderText("Your own words" if not options else "Or type one of them, or “none”")

    def pick(self, number: int) -> None:
        """Answer with the option of a key, from 1."""
        if 1 <= number <= len(self._options):
            self.answered.emit(self._options[number - 1])

    def _on_return_pressed(self) -> None:
        if self.own.text().strip():
            self.answered.emit(self.own.text().strip())
