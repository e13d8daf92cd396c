"""A page that scrolls, and a column of cards on one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QVBoxLayout, QWidget


def scrolled(inside: QWidget) -> QScrollArea:
    """Lay a page into a scroll area."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out; what is not seen any more goes with the next round of the loop."""
    while (item := layout.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]
        if (widget := item.widget()) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            widget.hide()
            widget.deleteLater()


def card_column() -> tuple[QScrollArea, QVBoxLayout]:
    """Make a page that scrolls and the column on it that cards are added to."""
    cards = QVBoxLayout()
    cards.setSpacing(12)
    inside = QWidget()
    inside.setObjectName("page")
    column = QVBoxLayout(inside)
    column.setContentsMargins(28, 4, 28, 24)
    column.addLayout(cards)
    column.addStretch(1)
    return scrolled(inside), cards
