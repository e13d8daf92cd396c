"""Cards beside each other, in as many columns of one width as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget


class Tiles(QWidget):
    """Lays its cards anew whenever there are others, in another order, or another width."""

    def __init__(self, *, least: int, most: int, gap: int = 12, is_even: bool = False) -> None:
        """Make it; a column is no narrower than `least` px where there are several, and there are `most` of them.

        `is_even`: every row is full, where that leaves more than one column.
        """
        super().__init__()
        self._least, self._most, self._gap, self._is_even = least, most, gap, is_even
        self._cards: tuple[QWidget, ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(gap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_cards(self, cards: Sequence[QWidget]) -> None:
        """Show these, in this order."""
        if tuple(cards) != self._cards:
            self._cards = tuple(cards)
            self._lay()

    def minimumSizeHint(self) -> QSize:
        # What its cards take beside each other now must not keep it from laying them below each other.
        return QSize(self._least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._lay()

    def _fitting(self) -> int:
        fitting = (self.width() + self._gap) // (self._least + self._gap)
        columns = max(1, min(self._most, len(self._cards), fitting))
        full = [number for number in range(2, columns + 1) if len(self._cards) % number == 0]
        return full[-1] if self._is_even and full else columns

    def _lay(self) -> None:
        columns = self._fitting()
        while self._grid.takeAt(0) is not None:
            pass
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
