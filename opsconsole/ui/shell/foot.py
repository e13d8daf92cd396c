"""The foot of a page: where its verbs stand, and the sheets that open there. Nothing may lie over them."""

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtWidgets import QFrame, QWidget

LEAST = 88
"""Kept free where a page has no verbs too, from the foot of the window, in px: nothing jumps from page to page."""
_TELLING = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize)


class Foot(QObject):
    """Knows how much of a window's foot is taken.

    Signals:
        moved: it may be another height now.
    """

    moved = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        over.installEventFilter(self)

    def height(self) -> int:
        """Return how high the foot of the page is that is shown, in px."""
        parts = self._over.findChildren(QFrame, "actions")
        for part in parts:
            part.installEventFilter(self)  # Qt keeps one of the same
        tops = [part.mapTo(self._over, QPoint(0, 0)).y() for part in parts if part.isVisible()]
        return max([LEAST, *(self._over.height() - top for top in tops)])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TELLING:
            self.moved.emit()
        return super().eventFilter(watched, event)
