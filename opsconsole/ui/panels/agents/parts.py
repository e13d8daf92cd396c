"""What the forms over an agent's file are made of."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import ChoiceBox, label, repolish, row
from opsconsole.ui.widgets.texts import para


def narrow(box: ChoiceBox) -> ChoiceBox:
    """Let a box take the room there is instead of that of its longest entry."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


def choose(box: QComboBox, entries: Sequence[tuple[str, str]], chosen: str) -> None:
    """Fill a box with (value, words) and choose a value."""
    for value, words in entries:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def mark(part: QWidget | None, error: QLabel, fault: str) -> None:
    """Say beside a part what is wrong with it; empty: nothing."""
    error.setText(fault)
    error.setVisible(bool(fault))
    if part is None:
        return
    part.setAccessibleDescription(fault)
    if bool(part.property("invalid")) != bool(fault):
        part.setProperty("invalid", bool(fault))
        repolish(part)


def page_head(title: QLabel, back: QWidget, *below: QWidget, spacing: int = 4) -> QVBoxLayout:
    """Lay the head of a page that lies over the agents: its title, the way back, and what is said below."""
    column = QVBoxLayout()
    column.setContentsMargins(28, 22, 28, 12)
    column.setSpacing(spacing)
    column.addLayout(row(title, None, back))
    for part in below:
        column.addWidget(part)
    return column


def captioned(title: str, part: QWidget, error: QLabel | None = None, *, about: str = "") -> QVBoxLayout:
    """Lay a part below its caption, and above a line that explains it and what is wrong with it.

    A part without a name of its own is called as its caption says.
    """
    column = QVBoxLayout()
    column.setSpacing(4)
    caption = label(title, "cap")
    caption.setBuddy(part)
    column.addWidget(caption)
    column.addWidget(part)
    if not part.accessibleName():
        part.setAccessibleName(title)
    if about:
        column.addWidget(para(about, "small"))
    if error is not None:
        error.hide()
        column.addWidget(error)
    return column
