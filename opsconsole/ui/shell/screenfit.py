"""A window that is never larger than its screen, as one scaled to 200 % would be."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(8, 40)
"""In px, what a desktop draws around a window; it is not known before the window is shown."""


def keep_within(window: QWidget, least: tuple[int, int]) -> None:
    """Bound the window by its screen now, and whenever it comes to another one.

    Args:
        window: a window of its own.
        least: its least size in px, where the screen has so much room.
    """
    keeper = _Keeper(window, QSize(*least))
    keeper.fit()


class _Keeper(QObject):
    def __init__(self, window: QWidget, least: QSize) -> None:
        super().__init__(window)
        self._window, self._least = window, least
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            self._window.windowHandle().screenChanged.connect(self.fit)
            self._window.removeEventFilter(self)
        return False

    def fit(self, *_: object) -> None:
        window, room = self._window, self._window.screen().availableGeometry()
        inner = room.size() - FRAME
        window.setMinimumSize(self._least.boundedTo(inner))
        if window.isMaximized() or window.isFullScreen():
            return
        window.resize(window.size().boundedTo(inner))
        spot = window.geometry()
        spot.moveRight(min(spot.right(), room.right()))
        spot.moveBottom(min(spot.bottom(), room.bottom()))
        spot.moveLeft(max(spot.left(), room.left()))
        spot.moveTop(max(spot.top(), room.top()))
        if spot != window.geometry():  # one that was never moved is placed by the desktop
            window.move(spot.topLeft())
