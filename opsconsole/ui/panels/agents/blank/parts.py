"""The parts that the questions' pages are made of: a field of one line, a tick, an example to keep."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSizePolicy, QWidget

from opsconsole.ui.widgets.basics import clamped, row

FORM = 760
"""A field is no wider than a line that is read at a glance, in px."""


def line_edit(hint: str, changed: Callable[[], None], *, most: int) -> QLineEdit:
    """Make a field of one line."""
    made = QLineEdit()
    made.setPlaceholderText(hint)
    made.setMaxLength(most)
    made.textChanged.connect(lambda _="": changed())
    return made


def tick(text: str, changed: Callable[[], None], *, is_on: bool = True) -> QCheckBox:
    """Make a tick with a text beside it."""
    made = QCheckBox(text)
    made.setChecked(is_on)
    made.toggled.connect(lambda _=False: changed())
    return made


class Example(QWidget):
    """A text that came in, kept unless it is thrown out; a click anywhere on it turns it.

    Signals:
        changed: it is kept now, or not any more.
    """

    changed = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tick = QCheckBox()
        self.tick.setChecked(True)
        self.tick.setAccessibleName(f"Example: {text}")
        self.tick.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words = clamped("muted", lines=2)
        self._words.setText(text)
        line = row(self.tick, self._words, spacing=0)
        line.setStretch(1, 1)
        line.setAlignment(self.tick, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.tick.toggled.connect(lambda _=False: self.changed.emit())

    @property
    def is_kept(self) -> bool:
        return self.tick.isChecked()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.tick.toggle()
