"""A page that scrolls, and a column of cards on one."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget


def scrolled(inside: QWidget) -> QScrollArea:
    """Lay a page into a scroll area."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    keep_to_width(inside)
    area.setWidget(inside)
    return area


def keep_to_width(page: QWidget) -> None:
    """Have a page take the width of its scroll area, and no more: what stood beyond the edge could not be reached."""
    policy = page.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    page.setSizePolicy(policy)


class _Page(QWidget):
    """As high as its words need at its width: their least sizes are told for the narrowest one, far too high."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


def card_column() -> tuple[QScrollArea, QVBoxLayout]:
    """Make a page that scrolls and the column on it that cards are added to."""
    cards = QVBoxLayout()
    cards.setSpacing(12)
    inside = _Page()
    inside.setObjectName("page")
    column = QVBoxLayout(inside)
    column.setContentsMargins(28, 4, 28, 24)
    column.addLayout(cards)
    column.addStretch(1)
    return scrolled(inside), cards
