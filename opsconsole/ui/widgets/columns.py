"""A page that scrolls, and a column of cards on one."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import repolish

MARGIN = 28
"""Of a page, left and right, in px."""


class _Area(QScrollArea):
    """Takes the keys where there is something to scroll, and shows on its bar that it has them.

    What gets them from outside the page is brought into sight; Qt does that only for what follows within it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    def _on_range(self, _least: int, most: int) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if most else Qt.FocusPolicy.NoFocus)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        is_entered = before is not None and now is not None and self.isAncestorOf(now) and not self.isAncestorOf(before)
        if now is not None and is_entered and now.visibleRegion().isEmpty():
            self.ensureWidgetVisible(now)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._light(is_lit=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._light(is_lit=False)

    def _light(self, *, is_lit: bool) -> None:
        bar = self.verticalScrollBar()
        bar.setProperty("lit", is_lit)
        repolish(bar)


def scrolled(inside: QWidget) -> QScrollArea:
    """Lay a page into a scroll area."""
    area = _Area()
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


def card_column(*, widest: int = 0) -> tuple[QScrollArea, QVBoxLayout]:
    """Make a page that scrolls and the column on it that cards are added to.

    Args:
        widest: a card is no wider than this, in px: fields of a few words in a large window; 0: as wide as the page.
    """
    cards = QVBoxLayout()
    cards.setSpacing(12)
    inside = _Page()
    inside.setObjectName("page")
    column = QVBoxLayout(inside)
    if widest:
        narrow = QWidget()
        narrow.setMaximumWidth(widest)
        narrow.setLayout(cards)
        cards.setContentsMargins(0, 0, 0, 0)
        column.addWidget(narrow)
    else:
        column.addLayout(cards)
    column.addStretch(1)
    area = scrolled(inside)
    bar = area.verticalScrollBar()

    def keep_edge(_least: int = 0, most: int = 0) -> None:
        """The bar stands in the margin: cards end under what stands above them, whether there is a bar or not."""
        column.setContentsMargins(MARGIN, 4, MARGIN - (bar.sizeHint().width() if most else 0), 24)

    keep_edge()
    bar.rangeChanged.connect(keep_edge)
    return area, cards
