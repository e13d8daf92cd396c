"""Saying no, with a reason: one key for the usual ones, or own words. The sentence goes to the agent."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QVBoxLayout

from opsconsole.ui.widgets.basics import button, label, row

REASONS = (
    ("Wrong facts", "What you state here is not right. Check it against the sources before you propose this again."),
    ("Wrong person", "This would reach the wrong person. Find out who it is for before you propose this again."),
    ("Not needed", "Nothing has to be done here. Close it without this."),
    ("A person does it", "I deal with this myself. Leave it as it is."),
    ("Wrong wording", "The action is right but the wording is not. Write it again, shorter and plainer."),
)
"""Name → the sentence that goes to the agent."""


class RejectSheet(QFrame):
    """Opens over the action bar.

    Signals:
        chosen: the sentence.
        closed: nothing was chosen.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.hide()
        self.own = QLineEdit()
        self.own.setPlaceholderText("Or say it in your own words, then Enter")
        self.own.setAccessibleName("Reason in your own words")
        self.own.setMaxLength(1000)
        self.own.returnPressed.connect(self._on_return_pressed)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for place, (name, sentence) in enumerate(REASONS):
            choice = button(f"{place + 1}  {name}", lambda said=sentence: self.chosen.emit(said))
            choice.setStyleSheet("text-align: left")
            grid.addWidget(choice, place, 0)
            grid.addWidget(label(sentence, "small", is_wrapped=True), place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 14, 28, 14)
        column.setSpacing(10)
        self._title = label("", "h3")
        column.addLayout(row(self._title, None, label("Press 1 to 5, Esc goes back", "small")))
        column.addLayout(grid)
        column.addLayout(row(self.own, button("Cancel", self.closed.emit, keys="Esc")))

    def ask(self, number: int) -> None:
        """Ask for the reason why so many are rejected."""
        self._title.setText(f"Reject{'' if number == 1 else f' {number:,} requests'}: what shall the agent know?")
        self.own.clear()
        self.setFocus()

    def pick(self, number: int) -> None:
        """Reject for the reason of a key, from 1."""
        if 1 <= number <= len(REASONS):
            self.chosen.emit(REASONS[number - 1][1])

    def _on_return_pressed(self) -> None:
        if self.own.text().strip():
            self.chosen.emit(self.own.text().strip())
